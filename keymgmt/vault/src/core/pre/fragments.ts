/**
 * Key fragments and capsule fragments. Only verified ones exist outside this module (whitepaper section 4).
 *
 * An unverified fragment is a byte string; {@link verifyKfrag} and {@link verifyCfrag} are the only ways from there to
 * a value that {@link reencrypt} or {@link unsealReencrypted} takes.
 */

import type * as umbralPre from '@nucypher/umbral-pre';

import { type Bytes, copyOf, equalBytes } from '../bytes.ts';
import { type Capsule, rawCapsule, type Sealed } from './ciphertext.ts';
import { BadThreshold, CannotOpen, MalformedEncoding, VerificationFailed } from './errors.ts';
import { type PublicKey, rawPublicKey, rawSecretKey, type SecretKey } from './keys.ts';
import { attempt, heldBy, umbral } from './wasm.ts';

/** A node set has at most 32 members (docs/spec/contracts.md). */
export const MAX_SHARES = 32;
/** Bytes; a kfrag has 310, a cfrag at most 381. */
export const MAX_FRAGMENT_LENGTH = 512;

const KEY_FRAGMENT = 'key fragment';
const CAPSULE_FRAGMENT = 'capsule fragment';

/** The keys a fragment is checked against. */
export interface FragmentKeys {
  /** The owner's PRE-signing key, as nodes attest it. */
  readonly verifying: PublicKey;
  readonly delegating: PublicKey;
  readonly receiving: PublicKey;
}

let verifiedKfrag: (kfrag: umbralPre.VerifiedKeyFrag, delegating: PublicKey, receiving: PublicKey) => VerifiedKFrag;
let rawKfrag: (kfrag: VerifiedKFrag) => umbralPre.VerifiedKeyFrag;
let verifiedCfrag: (cfrag: umbralPre.VerifiedCapsuleFrag, capsule: Capsule) => VerifiedCFrag;
let rawCfrag: (cfrag: VerifiedCFrag) => umbralPre.VerifiedCapsuleFrag;

/** A key fragment that signs `delegating` and `receiving` and was checked against them and the owner's key. */
export class VerifiedKFrag {
  readonly #kfrag: umbralPre.VerifiedKeyFrag;
  readonly delegating: PublicKey;
  readonly receiving: PublicKey;

  private constructor(kfrag: umbralPre.VerifiedKeyFrag, delegating: PublicKey, receiving: PublicKey) {
    this.#kfrag = heldBy(this, kfrag);
    this.delegating = delegating;
    this.receiving = receiving;
  }

  static {
    verifiedKfrag = (kfrag, delegating, receiving) => new VerifiedKFrag(kfrag, delegating, receiving);
    rawKfrag = (kfrag) => kfrag.#kfrag;
  }

  /** The encoding. */
  get bytes(): Bytes {
    return copyOf(this.#kfrag.toBytes());
  }
}

/** A capsule fragment whose proof of correct re-encryption was checked. */
export class VerifiedCFrag {
  readonly #cfrag: umbralPre.VerifiedCapsuleFrag;
  readonly capsule: Capsule;

  private constructor(cfrag: umbralPre.VerifiedCapsuleFrag, capsule: Capsule) {
    this.#cfrag = heldBy(this, cfrag);
    this.capsule = capsule;
  }

  static {
    verifiedCfrag = (cfrag, capsule) => new VerifiedCFrag(cfrag, capsule);
    rawCfrag = (cfrag) => cfrag.#cfrag;
  }

  /** The encoding. */
  get bytes(): Bytes {
    return copyOf(this.#cfrag.toBytes());
  }
}

/**
 * Return `shares` key fragments of which `threshold` re-encrypt from `delegating` to `receiving`.
 *
 * Each signs both keys with `signer` (the slot's PRE-signing key), so a node can check whose grant it serves. Throws
 * {@link BadThreshold}: umbral-pre itself makes fragments of a threshold of 0, or above the shares.
 */
export function makeKfrags(
  delegating: SecretKey,
  receiving: PublicKey,
  signer: SecretKey,
  { threshold, shares }: { readonly threshold: number; readonly shares: number },
): VerifiedKFrag[] {
  const natural = Number.isInteger(threshold) && Number.isInteger(shares);
  if (!natural || threshold < 1 || threshold > shares || shares > MAX_SHARES) throw new BadThreshold(threshold, shares);
  const umbralSigner = new (umbral().Signer)(rawSecretKey(signer));
  try {
    // The last two arguments: sign the delegating key, sign the receiving key.
    return umbral()
      .generateKFrags(rawSecretKey(delegating), rawPublicKey(receiving), umbralSigner, threshold, shares, true, true)
      .map((kfrag) => verifiedKfrag(kfrag, delegating.publicKey, receiving));
  } finally {
    umbralSigner.free();
  }
}

/**
 * Return the fragment in `data` if `verifying` signed it for exactly these two keys.
 *
 * Throws {@link MalformedEncoding} or {@link VerificationFailed}.
 */
export function verifyKfrag(data: Uint8Array, { verifying, delegating, receiving }: FragmentKeys): VerifiedKFrag {
  const refusal = (): VerificationFailed => new VerificationFailed(KEY_FRAGMENT);
  const [signer, from, to] = [rawPublicKey(verifying), rawPublicKey(delegating), rawPublicKey(receiving)];
  // umbral-pre passes over a key the fragment does not sign, even when the caller names one. A fragment that signs both
  // keys fails whenever either is left out; one that does not sign both passes one of these two probes.
  if (kfragPasses(data, signer, from, null) || kfragPasses(data, signer, null, to)) throw refusal();
  const kfrag = parseKfrag(data);
  return verifiedKfrag(
    attempt(() => kfrag.verify(signer, from, to), refusal),
    delegating,
    receiving,
  );
}

/** Return this node's fragment of `capsule` re-encrypted from `kfrag.delegating` to `kfrag.receiving`. */
export function reencrypt(capsule: Capsule, kfrag: VerifiedKFrag): VerifiedCFrag {
  return verifiedCfrag(umbral().reencrypt(rawCapsule(capsule), rawKfrag(kfrag)), capsule);
}

/**
 * Return the fragment in `data` if it is `capsule`, correctly re-encrypted between these two keys.
 *
 * Throws {@link MalformedEncoding} or {@link VerificationFailed}.
 */
export function verifyCfrag(data: Uint8Array, capsule: Capsule, keys: FragmentKeys): VerifiedCFrag {
  const cfrag = parsed(CAPSULE_FRAGMENT, data, (bytes) => umbral().CapsuleFrag.fromBytes(bytes));
  const [signer, from, to] = [keys.verifying, keys.delegating, keys.receiving].map(rawPublicKey);
  const verified = attempt(
    () => cfrag.verify(rawCapsule(capsule), signer!, from!, to!),
    () => new VerificationFailed(CAPSULE_FRAGMENT),
  );
  return verifiedCfrag(verified, capsule);
}

/**
 * Decrypt with the fragments of at least the threshold of nodes; throws {@link CannotOpen}.
 *
 * Fragments of another capsule, repeated ones and too few of them throw too.
 */
export function unsealReencrypted(
  secretKey: SecretKey,
  delegating: PublicKey,
  sealed: Sealed,
  cfrags: readonly VerifiedCFrag[],
): Bytes {
  const refusal = (): CannotOpen => new CannotOpen();
  return attempt(
    () =>
      copyOf(
        umbral().decryptReencrypted(
          rawSecretKey(secretKey),
          rawPublicKey(delegating),
          rawCapsule(sealed.capsule),
          cfrags.map(rawCfrag),
          sealed.ciphertext,
        ),
      ),
    refusal,
  );
}

function kfragPasses(
  data: Uint8Array,
  verifying: umbralPre.PublicKey,
  delegating: umbralPre.PublicKey | null,
  receiving: umbralPre.PublicKey | null,
): boolean {
  const kfrag = parseKfrag(data);
  try {
    attempt(
      () => kfrag.verify(verifying, delegating, receiving),
      () => new VerificationFailed(KEY_FRAGMENT),
    ).free();
  } catch (error) {
    if (error instanceof VerificationFailed) return false;
    throw error;
  }
  return true;
}

function parseKfrag(data: Uint8Array): umbralPre.KeyFrag {
  // Parsed anew for each use: the library's `verify` consumes the fragment.
  return parsed(KEY_FRAGMENT, data, (bytes) => umbral().KeyFrag.fromBytes(bytes));
}

function parsed<F extends { toBytes(): Uint8Array }>(
  kind: string,
  data: Uint8Array,
  parse: (data: Uint8Array) => F,
): F {
  const refusal = (): MalformedEncoding => new MalformedEncoding(kind);
  if (data.length > MAX_FRAGMENT_LENGTH) throw refusal();
  const fragment = attempt(() => parse(data), refusal);
  if (!equalBytes(fragment.toBytes(), data)) throw refusal();
  return fragment;
}
