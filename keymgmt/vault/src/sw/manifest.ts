/**
 * `/manifest.json`: the hash of every file of a build, signed by institutions (docs/spec/vault.md). No DOM, no network.
 */

import { type Address, toAddress } from '../core/addresses.ts';
import type { Bytes } from '../core/bytes.ts';
import { encode, isObject, type Json, parseObject } from '../core/canonical.ts';
import { offChainDomain, struct, verify } from '../core/eip712.ts';
import { MedixainError } from '../core/errors.ts';
import { keccak256, sha256 } from '../core/hashes.ts';
import { fromHex, toHex } from '../core/hex.ts';

/** How many different institutions must have signed. */
export const SIGNATURES_NEEDED = 2;
/** Bytes of a manifest at most. */
export const MAX_BYTES = 1 << 20;
/** The page at the bare origin. */
export const INDEX = '/index.html';

const PATH = /^(?:\/[A-Za-z0-9_.-]+)+$/;
const HASH = /^0x[0-9a-f]{64}$/;

/** What institutions sign: the version and keccak256 of the canonical JSON of `{path: sha256}`. */
export const VaultManifest = struct('VaultManifest', { version: 'uint64', filesHash: 'bytes32' });

/** A manifest that is malformed or not signed as it must be; the message says what is wrong with it. */
export class BadManifest extends MedixainError {
  override readonly code = 'integrity';

  constructor(problem: string, options?: ErrorOptions) {
    super(`The vault's manifest cannot be believed: ${problem}.`, options);
  }
}

/** A manifest, parsed; nothing is verified yet. */
export interface Manifest {
  readonly version: number;
  readonly files: ReadonlyMap<string, string>;
  readonly signatures: ReadonlyMap<Address, Bytes>;
  /** keccak256 of the canonical JSON of the files. */
  readonly filesHash: Bytes;
}

/** Parse a manifest in its canonical form; throws {@link BadManifest}. */
export function parseManifest(data: Uint8Array): Manifest {
  if (data.length > MAX_BYTES) throw new BadManifest(`it has more than ${MAX_BYTES} bytes`);
  try {
    const document = parseObject(data, ['v', 'version', 'files', 'signatures']);
    const version = document['version'];
    if (document['v'] !== 1 || typeof version !== 'number' || version < 1) {
      throw new BadManifest('its version is no number of this format');
    }
    const files = filesOf(document['files']);
    const filesHash = keccak256(encode(Object.fromEntries(files)));
    return { version, files, filesHash, signatures: signaturesOf(document['signatures']) };
  } catch (error) {
    if (error instanceof BadManifest || !(error instanceof MedixainError)) throw error;
    throw new BadManifest('it is malformed', { cause: error });
  }
}

/**
 * The institutions among `trusted` that signed, each once. A signature that does not hold is an error, whoever's it is:
 * whoever makes manifests has no reason to add one.
 */
export function signersOf(manifest: Manifest, chainId: number, trusted: Iterable<Address>): Address[] {
  const message = VaultManifest.make({ version: manifest.version, filesHash: manifest.filesHash });
  const known = new Set(trusted);
  for (const [institution, signature] of manifest.signatures) {
    try {
      verify(offChainDomain(chainId), VaultManifest, message, signature, institution);
    } catch (error) {
      if (!(error instanceof MedixainError)) throw error;
      throw new BadManifest(`the signature of ${institution} does not hold`, { cause: error });
    }
  }
  return [...manifest.signatures.keys()].filter((institution) => known.has(institution));
}

/** Throw {@link BadManifest} unless two different institutions among `trusted` signed. */
export function requireSigned(manifest: Manifest, chainId: number, trusted: Iterable<Address>): void {
  const signers = signersOf(manifest, chainId, trusted);
  if (signers.length < SIGNATURES_NEEDED) {
    throw new BadManifest(`${signers.length} known institutions signed it, and ${SIGNATURES_NEEDED} must`);
  }
}

/** The path under which a manifest lists what an address of the origin serves. */
export function listedPath(pathname: string): string {
  return pathname === '/' ? INDEX : pathname;
}

/** SHA-256 as manifests write it. */
export function fileHash(body: Uint8Array): string {
  return toHex(sha256(body));
}

function filesOf(value: Json | undefined): ReadonlyMap<string, string> {
  if (!isObject(value)) throw new BadManifest('it lists no files');
  const entries = Object.entries(value).map(([path, hash]) => {
    if (!PATH.test(path) || path.split('/').includes('..') || typeof hash !== 'string' || !HASH.test(hash)) {
      throw new BadManifest(`its entry ${path} is malformed`);
    }
    return [path, hash] as const;
  });
  if (entries.length === 0) throw new BadManifest('it lists no files');
  return new Map(entries);
}

function signaturesOf(value: Json | undefined): ReadonlyMap<Address, Bytes> {
  if (!Array.isArray(value)) throw new BadManifest('its signatures are no list');
  const found = new Map<Address, Bytes>();
  for (const entry of value as readonly Json[]) {
    const { institution, signature, ...rest } = isObject(entry) ? entry : {};
    if (typeof institution !== 'string' || typeof signature !== 'string' || Object.keys(rest).length > 0) {
      throw new BadManifest('one of its signatures is malformed');
    }
    const address = toAddress(institution);
    if (found.has(address)) throw new BadManifest(`${address} stands in it twice`);
    found.set(address, fromHex(signature, 65));
  }
  return found;
}
