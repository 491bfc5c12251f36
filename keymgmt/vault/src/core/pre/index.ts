/**
 * Threshold proxy re-encryption (Umbral) with verified types only.
 *
 * `seal` to a public key; its owner `unseal`s, or makes kfrags with which a threshold of nodes `reencrypt` for one
 * receiver, who calls `unsealReencrypted`. Umbral is single-hop: a receiver cannot pass the access on. Everything here
 * needs `await initUmbral()` first.
 */

export { Capsule, MAX_CAPSULE_LENGTH, MIN_CIPHERTEXT_LENGTH, seal, Sealed, unseal } from './ciphertext.ts';
export { BadThreshold, CannotOpen, MalformedEncoding, PreError, UmbralNotReady, VerificationFailed } from './errors.ts';
export {
  type FragmentKeys,
  makeKfrags,
  MAX_FRAGMENT_LENGTH,
  MAX_SHARES,
  reencrypt,
  unsealReencrypted,
  VerifiedCFrag,
  VerifiedKFrag,
  verifyCfrag,
  verifyKfrag,
} from './fragments.ts';
export { KeyFactory, PUBLIC_KEY_LENGTH, PublicKey, SECRET_KEY_LENGTH, SecretKey, SEED_LENGTH } from './keys.ts';
export { initUmbral, WASM_PATH } from './wasm.ts';
