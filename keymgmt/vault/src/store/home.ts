/**
 * A person's vault on this device: the keystore, and what the device has seen, sealed under the wallet's own keystore
 * key. The same tables as the command line's home (`medixain/sdk/home.py`), in the same encoding.
 */

import { type Bytes, concat, fromUtf8 } from '../core/bytes.ts';
import { type Json, encode } from '../core/canonical.ts';
import { MedixainError } from '../core/errors.ts';
import { fromHex, toHex } from '../core/hex.ts';
import type { WalletKeys } from '../core/keys/derivation.ts';
import { WrongUnlocker } from '../core/keys/errors.ts';
import { Keystore } from '../core/keys/keystore.ts';
import { SigningKey } from '../core/keys/signing.ts';
import { NONCE_LENGTH, decrypt, encrypt } from '../core/keys/wrapping.ts';
import { HomeDamaged, NoWallet, WalletExists } from '../sdk/errors.ts';
import type { Shelf } from './shelf.ts';

/** Rows of one kind by their names. A row is replaced as a whole, never changed inside. */
export type Table = Record<string, Json>;
/** Everything private that this device remembers: tables by name. */
export type State = Record<string, Table>;

/** What this device knows of an unlocker besides what the keystore says; nothing of it is secret. */
export interface UnlockerLabel {
  readonly label: string;
  /** Unix seconds. */
  readonly created: number;
}

/** What is read before anybody unlocks. */
export interface Settings {
  /** The person's own two words, by which an imitation of the vault is told from the vault. */
  readonly words: string | null;
  readonly language: string | null;
  /** Seconds without a sign of the person until the vault locks itself; null for the default. */
  readonly idle: number | null;
  /** Whether the person has shown that the wallet's 24 words are on her paper. Until then they are shown again. */
  readonly phraseConfirmed: boolean;
  /** By the unlocker's id. */
  readonly labels: Readonly<Record<string, UnlockerLabel>>;
}

/** What a new home begins with. */
export interface FirstContent {
  readonly tables?: State;
  /** False for a wallet whose 24 words nobody has written down yet. */
  readonly phraseConfirmed?: boolean;
}

/** The person's home on this device. */
export interface Home {
  /** Whether there is a keystore here. */
  exists(): Promise<boolean>;
  /** Make a home for `keys`, with a new device key; throws {@link WalletExists}. */
  create(keys: WalletKeys, keystore: Keystore, first?: FirstContent): Promise<void>;
  /** Return the stored keystore; throws {@link NoWallet} or {@link HomeDamaged}. */
  keystore(): Promise<Keystore>;
  /** Put a newer version of the keystore in the place of the stored one. */
  replaceKeystore(keystore: Keystore): Promise<void>;
  /** The key to which sessions of this device are bound; throws {@link HomeDamaged}. */
  device(keys: WalletKeys): Promise<SigningKey>;
  /** Return what this device remembers; throws {@link HomeDamaged}. */
  readState(keys: WalletKeys): Promise<State>;
  /** Give the state for changing, write it back, return what `change` returns. Other documents wait meanwhile. */
  changingState<T>(keys: WalletKeys, change: (state: State) => T): Promise<T>;
  /** Run `work` while no other document of this origin works on `what`; the state may be changed meanwhile. */
  alone<T>(what: string, work: () => Promise<T>): Promise<T>;
  settings(): Promise<Settings>;
  changeSettings(change: Partial<Settings>): Promise<void>;
  /** Forget everything of this wallet; words and language stay. */
  erase(): Promise<void>;
}

const STATE_HEADER = new TextEncoder().encode('medixain/home-state/v1');
const DEFAULTS: Settings = { words: null, language: null, idle: null, phraseConfirmed: true, labels: {} };

/** A {@link Home} on a shelf. */
export class ShelfHome implements Home {
  readonly #shelf: Shelf;

  constructor(shelf: Shelf) {
    this.#shelf = shelf;
  }

  async exists(): Promise<boolean> {
    return (await this.#shelf.get('keystore')) !== undefined;
  }

  create(keys: WalletKeys, keystore: Keystore, first: FirstContent = {}): Promise<void> {
    const { tables = {}, phraseConfirmed = true } = first;
    return this.#shelf.exclusively(async () => {
      if (await this.exists()) throw new WalletExists();
      const state: State = { ...tables, device: { secret: toHex(SigningKey.random().secretBytes()) } };
      // All at once: a wallet whose words were not written down is never taken for one whose words were.
      const settings: Settings = { ...(await this.settings()), phraseConfirmed };
      await this.#shelf.put({ keystore: keystore.encode(), state: await sealed(keys, state), settings });
    });
  }

  async keystore(): Promise<Keystore> {
    const blob = await this.#shelf.get('keystore');
    if (blob === undefined) throw new NoWallet();
    try {
      return Keystore.parse(bytesOf(blob, 'keystore'));
    } catch (error) {
      if (error instanceof MedixainError) throw new HomeDamaged('keystore', { cause: error });
      throw error;
    }
  }

  replaceKeystore(keystore: Keystore): Promise<void> {
    return this.#shelf.put({ keystore: keystore.encode() });
  }

  async device(keys: WalletKeys): Promise<SigningKey> {
    const secret = (await this.readState(keys))['device']?.['secret'];
    if (typeof secret !== 'string') throw new HomeDamaged('device key');
    return new SigningKey(fromHex(secret, 32));
  }

  async readState(keys: WalletKeys): Promise<State> {
    return opened(keys, bytesOf(await this.#shelf.get('state'), 'memory'));
  }

  changingState<T>(keys: WalletKeys, change: (state: State) => T): Promise<T> {
    return this.#shelf.exclusively(async () => {
      const state = await this.readState(keys);
      const before = JSON.stringify(state);
      const result = change(state);
      if (JSON.stringify(state) !== before) await this.#shelf.put({ state: await sealed(keys, state) });
      return result;
    });
  }

  alone<T>(what: string, work: () => Promise<T>): Promise<T> {
    return this.#shelf.exclusively(work, what);
  }

  async settings(): Promise<Settings> {
    return { ...DEFAULTS, ...((await this.#shelf.get('settings')) as Partial<Settings> | undefined) };
  }

  changeSettings(change: Partial<Settings>): Promise<void> {
    return this.#shelf.exclusively(async () => {
      await this.#shelf.put({ settings: { ...(await this.settings()), ...change } });
    });
  }

  erase(): Promise<void> {
    return this.#shelf.exclusively(async () => {
      const settings: Settings = { ...(await this.settings()), labels: {} };
      await this.#shelf.put({ keystore: undefined, state: undefined, settings });
    });
  }
}

async function sealed(keys: WalletKeys, state: State): Promise<Bytes> {
  const [nonce, ciphertext] = await encrypt(keys.keystoreKey, encode(state), STATE_HEADER);
  return concat(nonce, ciphertext);
}

async function opened(keys: WalletKeys, blob: Uint8Array): Promise<State> {
  try {
    const plaintext = await decrypt(
      keys.keystoreKey,
      blob.subarray(0, NONCE_LENGTH),
      blob.subarray(NONCE_LENGTH),
      STATE_HEADER,
    );
    // What decrypts under this key the vault itself has written: the memory is read often, and is not checked again.
    return JSON.parse(fromUtf8(plaintext)) as State;
  } catch (error) {
    if (error instanceof WrongUnlocker) throw new HomeDamaged('memory', { cause: error });
    throw error;
  }
}

function bytesOf(value: unknown, part: string): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new HomeDamaged(part);
  return value;
}
