/** What one Worker holds: whether the vault is open, for how long, and with which keys. */

import { type Bytes, bigEndian, concat, toNumber } from '../core/bytes.ts';
import { toHex } from '../core/hex.ts';
import { WalletKeys } from '../core/keys/derivation.ts';
import type { Keystore, Passkey, Unlocker as KeystoreUnlocker } from '../core/keys/keystore.ts';
import { ENTROPY_LENGTH } from '../core/keys/phrase.ts';
import { InvalidInput } from '../core/errors.ts';
import { initUmbral } from '../core/pre/index.ts';
import type { Context } from '../sdk/context.ts';
import { WalletLocked } from '../sdk/errors.ts';
import { network as browserNetwork } from '../sdk/network.ts';
import { type Surroundings, openContext, readDeployment } from '../sdk/opening.ts';
import { clearSpool } from '../sdk/spool.ts';
import { type Home, type Settings, ShelfHome } from '../store/home.ts';
import { IDLE_SECONDS, Session } from '../store/session.ts';
import { type Shelves, openShelves } from '../store/shelf.ts';
import type { Unlocker, VaultStatus } from '../ui/api.ts';

/** How often an open vault looks whether its session is over; milliseconds. */
const WATCH = 5_000;
const GENERATION_LENGTH = 4;
const LONGEST_IDLE = 3600;
const SHORTEST_IDLE = 60;
/** The unlocker's id of the one password. */
export const PASSWORD_ID = 'password';

/** An open wallet: its keys, and the master key of its keystore. */
interface Held {
  readonly keys: WalletKeys;
  readonly master: Bytes;
}

/** What a keeper works with; everything of the browser's own unless a test says otherwise. */
export interface KeeperParts {
  readonly shelves?: Promise<Shelves> | undefined;
  readonly surroundings?: ((home: Home) => Promise<Surroundings>) | undefined;
}

/** Keeps this Worker's keys, in step with every other document of the vault. */
export class Keeper {
  readonly #opening: Promise<{ readonly home: Home; readonly session: Session }>;
  readonly #surroundings: (home: Home) => Promise<Surroundings>;
  readonly #locked: () => void;
  #held: Held | null = null;
  #context: Promise<Context> | null = null;
  #watch: ReturnType<typeof setInterval> | undefined;

  /** `locked` is called when the session ended by itself or in another document. */
  constructor(locked: () => void, parts: KeeperParts = {}) {
    this.#locked = locked;
    this.#opening = (parts.shelves ?? openShelves()).then(({ home, session }) => ({
      home: new ShelfHome(home),
      session: new Session(session),
    }));
    this.#surroundings = parts.surroundings ?? browserSurroundings;
  }

  /** This device's home. */
  async home(): Promise<Home> {
    return (await this.#opening).home;
  }

  /** Deployment, home and network. */
  async surroundings(): Promise<Surroundings> {
    return this.#surroundings(await this.home());
  }

  /** What this device holds, and whether it is open now. */
  async status(): Promise<VaultStatus> {
    const home = await this.home();
    const held = await this.#resumed();
    const exists = await home.exists();
    const settings = await home.settings();
    return {
      state: held !== null ? 'unlocked' : exists ? 'locked' : 'empty',
      wallet: held?.keys.walletId ?? null,
      words: settings.words,
      language: settings.language,
      unlockers: exists ? unlockersOf(await home.keystore(), settings) : [],
      idle: settings.idle ?? IDLE_SECONDS,
      phraseConfirmed: !exists || settings.phraseConfirmed,
    };
  }

  /** Open the stored keystore; throws `NoWallet` or `WrongUnlocker`. */
  async unlock(unlocker: KeystoreUnlocker): Promise<void> {
    await initUmbral();
    const keystore = await (await this.home()).keystore();
    const master = await keystore.master(unlocker);
    // A document that was closed, or whose session ran out, could not clear away what it had decrypted.
    await clearSpool();
    await this.hold(await keystore.openWith(master), master);
  }

  /** Go on with an open wallet, and let other documents resume it. */
  async hold(keys: WalletKeys, master: Bytes): Promise<void> {
    const { home, session } = await this.#opening;
    const { idle } = await home.settings();
    const secret = concat(keys.entropy, bigEndian(keys.generation, GENERATION_LENGTH), master);
    await session.begin(secret, idle ?? IDLE_SECONDS);
    secret.fill(0);
    this.#keep({ keys, master });
  }

  /** The context of the open wallet; throws {@link WalletLocked}. */
  async context(): Promise<Context> {
    const held = await this.#opened();
    this.#context ??= this.surroundings().then((surroundings) => openContext(surroundings, held.keys));
    // A platform that did not answer is asked again the next time.
    this.#context.catch(() => (this.#context = null));
    return this.#context;
  }

  /** The master key of the open wallet's keystore; throws {@link WalletLocked}. */
  async master(): Promise<Bytes> {
    return (await this.#opened()).master;
  }

  /** The open wallet's keys, which need no platform; throws {@link WalletLocked}. */
  async keys(): Promise<WalletKeys> {
    return (await this.#opened()).keys;
  }

  /** End the session for every document. The caller ends this Worker, which alone surely forgets its keys. */
  async lock(): Promise<void> {
    this.#forget();
    await (await this.#opening).session.end();
    await clearSpool();
  }

  /** The person is here. */
  async touch(): Promise<void> {
    await (await this.#opening).session.touch();
  }

  /** Lock after so many idle seconds from now on; throws `InvalidInput`. */
  async setIdle(seconds: number): Promise<void> {
    if (!Number.isInteger(seconds) || seconds < SHORTEST_IDLE || seconds > LONGEST_IDLE) {
      throw new InvalidInput('Choose between 1 and 60 minutes.', { field: 'idle' });
    }
    const { home, session } = await this.#opening;
    await home.changeSettings({ idle: seconds });
    await session.setIdle(seconds);
  }

  async #opened(): Promise<Held> {
    const held = await this.#resumed();
    if (held === null) throw new WalletLocked();
    return held;
  }

  /** The open wallet, resumed from another document's session if need be; null when the vault is locked. */
  async #resumed(): Promise<Held | null> {
    const { session } = await this.#opening;
    if (this.#held !== null) {
      if ((await session.expires()) !== null) return this.#held;
      this.#forget();
      this.#locked();
      return null;
    }
    const secret = await session.resume();
    if (secret === null) return null;
    await initUmbral();
    const generation = toNumber(secret.subarray(ENTROPY_LENGTH, ENTROPY_LENGTH + GENERATION_LENGTH));
    const keys = new WalletKeys(secret.subarray(0, ENTROPY_LENGTH), generation);
    const held = { keys, master: secret.slice(ENTROPY_LENGTH + GENERATION_LENGTH) };
    secret.fill(0);
    this.#keep(held);
    return held;
  }

  #keep(held: Held): void {
    this.#forget();
    this.#held = held;
    this.#watch = setInterval(() => void this.#resumed(), WATCH);
  }

  #forget(): void {
    clearInterval(this.#watch);
    this.#held = null;
    this.#context = null;
  }
}

/** Return what opens this keystore, as people see it. */
export function unlockersOf(keystore: Keystore, { labels }: Settings): Unlocker[] {
  return keystore.wrapped.map((wrap) => {
    const id = wrap.kind === 'prf' ? toHex(wrap.credential) : PASSWORD_ID;
    const known = labels[id];
    const kind = wrap.kind === 'prf' ? 'passkey' : 'password';
    return { id, kind, label: known?.label ?? id, created: known?.created ?? null };
  });
}

/** What a passkey has to be evaluated on to open this device's keystore. */
export type PasskeyRequest = Pick<Passkey, 'credential' | 'salt'>;

/** Return the passkeys of this keystore. */
export function passkeysOf(keystore: Keystore): PasskeyRequest[] {
  return keystore.wrapped.flatMap((wrap) =>
    wrap.kind === 'prf' ? [{ credential: wrap.credential, salt: wrap.salt }] : [],
  );
}

async function browserSurroundings(home: Home): Promise<Surroundings> {
  return { deployment: await readDeployment(), home, network: browserNetwork };
}
