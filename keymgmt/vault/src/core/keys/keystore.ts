/**
 * The keystore: a wallet's entropy under one master key, which each of several unlockers wraps (docs/spec/keys.md).
 *
 * Its version and hash stand on chain (document kind 2 of the account slot), so an old blob is recognised.
 */

import { bigEndian, type Bytes, concat, equalBytes, randomBytes, toNumber } from '../bytes.ts';
import { encode, isObject, type Json, type JsonObject } from '../canonical.ts';
import { keccak256 } from '../hashes.ts';
import { toHex } from '../hex.ts';
import { WalletKeys } from './derivation.ts';
import { Fields } from './encoding.ts';
import { BadDocument, WrongUnlocker } from './errors.ts';
import { ENTROPY_LENGTH } from './phrase.ts';
import {
  Argon2Parameters,
  decrypt,
  encrypt,
  KEY_LENGTH,
  NONCE_LENGTH,
  passwordKey,
  prfKey,
  requirePassword,
  SALT_LENGTH,
} from './wrapping.ts';

/** Bytes of the longest keystore that is read. */
export const MAX_KEYSTORE_LENGTH = 1 << 16;
/** Unlockers of one keystore. */
export const MAX_UNLOCKERS = 16;
/** Bytes of what a passkey is evaluated on. */
export const PRF_SALT_LENGTH = 32;

const KIND = 'keystore';
const GENERATION_LENGTH = 4;
const AES_TAG_LENGTH = 16;
const WRAPPED_LENGTH = KEY_LENGTH + AES_TAG_LENGTH;

/** Unlocks by a password; the parameters count when sealing, a stored blob's own when opening. */
export interface Password {
  readonly kind: 'password';
  readonly password: string;
  readonly parameters?: Argon2Parameters;
}

/** Unlocks by a passkey's PRF output: 32 bytes that it gave for `salt` (32 bytes). */
export interface Passkey {
  readonly kind: 'passkey';
  readonly credential: Bytes;
  readonly salt: Bytes;
  readonly prfOutput: Bytes;
}

/** What opens a keystore. */
export type Unlocker = Password | Passkey;

/** The master key under a password. */
export interface PasswordWrap {
  readonly kind: 'argon2id';
  readonly salt: Bytes;
  readonly parameters: Argon2Parameters;
  readonly nonce: Bytes;
  readonly key: Bytes;
}

/** The master key under a passkey's PRF output. */
export interface PasskeyWrap {
  readonly kind: 'prf';
  readonly credential: Bytes;
  readonly salt: Bytes;
  readonly nonce: Bytes;
  readonly key: Bytes;
}

/** The master key under one unlocker. */
export type Wrap = PasswordWrap | PasskeyWrap;
type WrapHeader = Omit<PasswordWrap, 'nonce' | 'key'> | Omit<PasskeyWrap, 'nonce' | 'key'>;

/** A version of a wallet's keystore; holds ciphertext only. */
export class Keystore {
  readonly version: number;
  readonly wrapped: readonly Wrap[];
  readonly nonce: Bytes;
  readonly data: Bytes;

  /** Throws {@link BadDocument}. */
  constructor(version: number, wrapped: readonly Wrap[], nonce: Bytes, data: Bytes) {
    if (version < 1 || wrapped.length < 1 || wrapped.length > MAX_UNLOCKERS) {
      throw new BadDocument(KIND, `its version is below 1 or it has not 1 to ${MAX_UNLOCKERS} unlockers`);
    }
    this.version = version;
    this.wrapped = Object.freeze([...wrapped]);
    this.nonce = nonce;
    this.data = data;
  }

  /**
   * Return the keystore in `blob`.
   *
   * Throws {@link BadDocument}, or `WeakKeystore` for parameters under the floor, before any password is asked for.
   */
  static parse(blob: Uint8Array): Keystore {
    const fields = Fields.parse(KIND, blob, ['version', 'wrapped', 'nonce', 'data'], MAX_KEYSTORE_LENGTH);
    const wrapped = fields.array('wrapped').map(parseWrap);
    const data = fields.data('data', ENTROPY_LENGTH + GENERATION_LENGTH + AES_TAG_LENGTH);
    return new Keystore(fields.integer('version', 1), wrapped, fields.data('nonce', NONCE_LENGTH), data);
  }

  /** Return the canonical JSON. */
  encode(): Bytes {
    const wrapped = this.wrapped.map((wrap) => ({
      ...headerOf(wrap),
      nonce: toHex(wrap.nonce),
      key: toHex(wrap.key),
    }));
    return encode({ v: 1, version: this.version, wrapped, nonce: toHex(this.nonce), data: toHex(this.data) });
  }

  /** Return keccak256 of the canonical bytes, as it stands on chain. */
  hash(): Bytes {
    return keccak256(this.encode());
  }

  /** Return the wallet's keys; throws {@link WrongUnlocker}. */
  async open(unlocker: Unlocker): Promise<WalletKeys> {
    return this.openWith(await this.master(unlocker));
  }

  /** Return the wallet's keys with the master key; throws {@link WrongUnlocker}. */
  async openWith(master: Uint8Array): Promise<WalletKeys> {
    const plaintext = await decrypt(master, this.nonce, this.data, dataHeader(this.version));
    return new WalletKeys(plaintext.subarray(0, ENTROPY_LENGTH), toNumber(plaintext.subarray(ENTROPY_LENGTH)));
  }

  /** Return the 32-byte master key, for {@link rewrapKeystore}; throws {@link WrongUnlocker}. */
  async master(unlocker: Unlocker): Promise<Bytes> {
    for (const wrap of this.wrapped) {
      const key = await unlockingKey(wrap, unlocker);
      if (key === undefined) continue;
      try {
        return await decrypt(key, wrap.nonce, wrap.key, encode(headerOf(wrap)));
      } catch (error) {
        // Another entry of the same kind may still be the one.
        if (!(error instanceof WrongUnlocker)) throw error;
      }
    }
    throw new WrongUnlocker();
  }
}

/**
 * Return version `version` of the wallet's keystore, under a fresh master key that each unlocker wraps.
 *
 * Changing a password or the list of unlockers makes a new version from the open wallet; the master key changes with
 * it, so a removed unlocker opens old blobs only. Throws `WeakPassword` or {@link BadDocument}.
 */
export async function sealKeystore(
  keys: WalletKeys,
  unlockers: readonly Unlocker[],
  version: number,
): Promise<Keystore> {
  const master = randomBytes(KEY_LENGTH);
  const wrapped: Wrap[] = [];
  // One after the other: each password takes 64 MiB of memory.
  for (const unlocker of unlockers) wrapped.push(await wrapFor(master, unlocker));
  return sealed(keys, master, wrapped, version);
}

/** How the unlockers of a keystore change: which wraps stay, and who is added. */
export interface UnlockerChange {
  readonly keep: (wrap: Wrap) => boolean;
  readonly add: readonly Unlocker[];
}

/**
 * Return version `version` of an open wallet's keystore with other unlockers, under the same master key.
 *
 * So a passkey can be added without asking for the password again. Whoever kept an old blob and a removed unlocker of
 * it can still open the wallet, as the old blob holds the same entropy. Throws `WeakPassword` or {@link BadDocument}
 * (no unlocker would be left).
 */
export async function rewrapKeystore(
  keystore: Keystore,
  master: Bytes,
  { keep, add }: UnlockerChange,
  version: number,
): Promise<Keystore> {
  const keys = await keystore.openWith(master);
  const wrapped = keystore.wrapped.filter(keep);
  for (const unlocker of add) wrapped.push(await wrapFor(master, unlocker));
  return sealed(keys, master, wrapped, version);
}

async function sealed(keys: WalletKeys, master: Bytes, wrapped: readonly Wrap[], version: number): Promise<Keystore> {
  const plaintext = concat(keys.entropy, bigEndian(keys.generation, GENERATION_LENGTH));
  const [nonce, data] = await encrypt(master, plaintext, dataHeader(version));
  return new Keystore(version, wrapped, nonce, data);
}

async function wrapFor(master: Bytes, unlocker: Unlocker): Promise<Wrap> {
  if (unlocker.kind === 'password') {
    requirePassword(unlocker.password);
    const parameters = unlocker.parameters ?? new Argon2Parameters();
    const draft = { kind: 'argon2id', salt: randomBytes(SALT_LENGTH), parameters } as const;
    const unlocking = await passwordKey(unlocker.password, draft.salt, parameters);
    const [nonce, key] = await encrypt(unlocking, master, encode(headerOf(draft)));
    return { ...draft, nonce, key };
  }
  if (unlocker.salt.length !== PRF_SALT_LENGTH) {
    throw new BadDocument(KIND, `a passkey's salt has ${PRF_SALT_LENGTH} bytes`);
  }
  const draft = { kind: 'prf', credential: unlocker.credential, salt: unlocker.salt } as const;
  const [nonce, key] = await encrypt(prfKey(unlocker.prfOutput), master, encode(headerOf(draft)));
  return { ...draft, nonce, key };
}

/** The key that `unlocker` gives for `wrap`; undefined when the two are of different kinds or credentials. */
async function unlockingKey(wrap: Wrap, unlocker: Unlocker): Promise<Bytes | undefined> {
  if (wrap.kind === 'argon2id') {
    return unlocker.kind === 'password' ? passwordKey(unlocker.password, wrap.salt, wrap.parameters) : undefined;
  }
  const isIts = unlocker.kind === 'passkey' && equalBytes(wrap.credential, unlocker.credential);
  return isIts ? prfKey(unlocker.prfOutput) : undefined;
}

/** What the wrapped key is bound to besides its unlocker. */
function headerOf(wrap: WrapHeader): JsonObject {
  if (wrap.kind === 'prf') {
    return { kind: wrap.kind, credential: toHex(wrap.credential), salt: toHex(wrap.salt) };
  }
  const { m, t, p } = wrap.parameters;
  return { kind: wrap.kind, salt: toHex(wrap.salt), m, t, p };
}

function dataHeader(version: number): Bytes {
  return encode({ kind: KIND, v: 1, version });
}

function parseWrap(value: Json): Wrap {
  const kind = isObject(value) ? value['kind'] : undefined;
  if (kind === 'argon2id') {
    const fields = new Fields(KIND, value, ['kind', 'salt', 'm', 't', 'p', 'nonce', 'key']);
    const parameters = new Argon2Parameters(fields.integer('m'), fields.integer('t'), fields.integer('p'));
    const [salt, nonce] = [fields.data('salt', SALT_LENGTH), fields.data('nonce', NONCE_LENGTH)];
    return { kind, salt, parameters, nonce, key: fields.data('key', WRAPPED_LENGTH) };
  }
  if (kind === 'prf') {
    const fields = new Fields(KIND, value, ['kind', 'credential', 'salt', 'nonce', 'key']);
    const [salt, nonce] = [fields.data('salt', PRF_SALT_LENGTH), fields.data('nonce', NONCE_LENGTH)];
    return { kind, credential: fields.data('credential'), salt, nonce, key: fields.data('key', WRAPPED_LENGTH) };
  }
  throw new BadDocument(KIND, 'an unlocker is neither a password nor a passkey');
}
