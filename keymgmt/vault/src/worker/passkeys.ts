/** Passkeys, in the document: a Worker has no WebAuthn. What leaves here for the Worker is the PRF output. */

import { toBase64 } from '../core/base64.ts';
import { type Bytes, copyOf, randomBytes } from '../core/bytes.ts';
import { MedixainError } from '../core/errors.ts';
import type { Passkey } from '../core/keys/keystore.ts';

/** What a passkey gives the Worker. */
export type PasskeyOutput = Omit<Passkey, 'kind'>;
/** What a passkey is evaluated on. */
export type PasskeyInput = Pick<Passkey, 'credential' | 'salt'>;

/** The browser or the passkey cannot evaluate a PRF (WebAuthn level 3), so it cannot open a vault. */
export class NoPrf extends MedixainError {
  override readonly code = 'no-prf';

  constructor() {
    super('This passkey cannot open a vault; use a password, or another passkey.');
  }
}

/** The person closed the browser's dialogue, or no passkey answered. */
export class PasskeyCancelled extends MedixainError {
  override readonly code = 'passkey-cancelled';

  constructor(options?: ErrorOptions) {
    super('No passkey answered; try again, or use your password.', options);
  }
}

/** Bytes of what a passkey is evaluated on (docs/spec/keys.md, "Keystore"). */
const SALT_LENGTH = 32;
const NAME = 'medixain';
/** COSE algorithms: ES256, EdDSA, RS256. The passkey's own signature is never used; only its PRF is. */
const ALGORITHMS = [-7, -8, -257] as const;

/** Make a passkey on this device and evaluate it; throws {@link NoPrf} or {@link PasskeyCancelled}. */
export async function createPasskey(label: string): Promise<PasskeyOutput> {
  const salt = randomBytes(SALT_LENGTH);
  const made = await ceremony(
    navigator.credentials.create({
      publicKey: {
        // The answer goes to no server: a challenge proves nothing to anybody here.
        challenge: randomBytes(32),
        rp: { name: NAME },
        user: { id: randomBytes(16), name: label, displayName: label },
        pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
        authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
        extensions: { prf: { eval: { first: salt } } },
      },
    }),
  );
  const credential = new Uint8Array(made.rawId);
  const results = made.getClientExtensionResults().prf;
  if (results?.results?.first !== undefined) return { credential, salt, prfOutput: bytesOf(results.results.first) };
  if (results?.enabled !== true) throw new NoPrf();
  // Some authenticators evaluate only when asked again.
  return evaluatePasskey([{ credential, salt }]);
}

/** Let the person choose one of these passkeys and evaluate it; throws {@link NoPrf} or {@link PasskeyCancelled}. */
export async function evaluatePasskey(passkeys: readonly PasskeyInput[]): Promise<PasskeyOutput> {
  const evalByCredential = Object.fromEntries(
    passkeys.map(({ credential, salt }) => [base64Url(credential), { first: salt }] as const),
  );
  const found = await ceremony(
    navigator.credentials.get({
      publicKey: {
        challenge: randomBytes(32),
        allowCredentials: passkeys.map(({ credential }) => ({ type: 'public-key', id: credential })),
        userVerification: 'required',
        extensions: { prf: { evalByCredential } },
      },
    }),
  );
  const output = found.getClientExtensionResults().prf?.results?.first;
  const chosen = passkeys.find(({ credential }) => base64Url(credential) === base64Url(new Uint8Array(found.rawId)));
  if (output === undefined || chosen === undefined) throw new NoPrf();
  return { ...chosen, prfOutput: bytesOf(output) };
}

async function ceremony(asked: Promise<Credential | null>): Promise<PublicKeyCredential> {
  try {
    const credential = await asked;
    if (credential instanceof PublicKeyCredential) return credential;
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    throw new PasskeyCancelled({ cause: error });
  }
  throw new PasskeyCancelled();
}

function bytesOf(source: BufferSource): Bytes {
  const { buffer, byteOffset, byteLength } = ArrayBuffer.isView(source) ? source : new Uint8Array(source);
  return copyOf(new Uint8Array(buffer, byteOffset, byteLength));
}

function base64Url(data: Uint8Array): string {
  return toBase64(data).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
