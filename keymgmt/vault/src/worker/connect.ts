/**
 * The document's end: the vault as its pages use it, over a Worker that a lock ends and replaces.
 *
 * A Worker that is terminated surely forgets its keys; the one that follows finds the vault locked.
 */

import { WalletLocked } from '../sdk/errors.ts';
import type { Unlocker as KeystoreUnlocker } from '../core/keys/keystore.ts';
import type { Reading, Vault } from '../ui/api.ts';
import type { ActingMethods } from './acting.ts';
import { type PasskeyOutput, createPasskey, evaluatePasskey } from './passkeys.ts';
import type { ReadingMethods } from './reading.ts';
import { type CallOptions, Caller, type Port } from './rpc.ts';

/** Which Worker: everything for the vault's own page, reading only for a frame. */
export type Surface = 'top' | 'frame';

const SCRIPTS = { top: '/worker-top.js', frame: '/worker-frame.js' } as const;
/** Where documents of this origin tell each other of a lock. */
const CHANNEL = 'medixain-lock';
const LOCKED = 'locked';

type Every = ReadingMethods & ActingMethods;
type Name = keyof Every & string;
type Args<N extends Name> = Every[N] extends (call: never, ...args: infer A) => unknown ? A : never;
type Result<N extends Name> = Awaited<ReturnType<Every[N]>>;
type CallMethod = <N extends Name>(method: N, args: Args<N>, options?: CallOptions) => Promise<Result<N>>;

/** A Worker that can be ended. */
export interface EndablePort extends Port {
  terminate(): void;
}

/** What the connection uses of its document; a test gives others. */
export interface Surrounding {
  readonly start: (script: string) => EndablePort;
  readonly channel: Pick<BroadcastChannel, 'postMessage' | 'addEventListener'>;
}

/** Connect to the Worker of the vault's own page. */
export async function connectVault(kind: 'top', surrounding?: Surrounding): Promise<Vault>;
/** Connect to the Worker of a frame. */
export async function connectVault(kind: 'frame', surrounding?: Surrounding): Promise<Reading>;
export async function connectVault(
  kind: Surface,
  surrounding: Surrounding = ownSurrounding(),
): Promise<Reading | Vault> {
  const connection = new Connection(SCRIPTS[kind], surrounding);
  const call: CallMethod = (method, args, options) => connection.caller.call(method, args, options);
  const reading = readingApi(call, connection);
  return kind === 'frame' ? reading : { ...reading, ...actingApi(call, connection) };
}

function ownSurrounding(): Surrounding {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  const policy = trustedTypes?.createPolicy('medixain-worker', {
    createScriptURL: (address) => {
      if (!Object.values<string>(SCRIPTS).includes(address))
        throw new TypeError('Only the vault’s own Worker may run.');
      return address;
    },
  });
  return {
    start: (script) => new Worker((policy?.createScriptURL(script) ?? script) as string),
    channel: new BroadcastChannel(CHANNEL),
  };
}

/** As much of the Trusted Types interface as is used here; TypeScript's library does not have it. */
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { readonly createScriptURL: (address: string) => string },
  ): { createScriptURL(address: string): unknown };
}

/** The Worker of now, and who wants to hear when it is replaced. */
class Connection {
  readonly #script: string;
  readonly #surrounding: Surrounding;
  readonly #listeners = new Set<() => void>();
  #port: EndablePort;
  caller: Caller;

  constructor(script: string, surrounding: Surrounding) {
    this.#script = script;
    this.#surrounding = surrounding;
    [this.#port, this.caller] = this.#started();
    surrounding.channel.addEventListener('message', ({ data }) => {
      if (data === LOCKED) this.#replace();
    });
  }

  /** Calls `listener` after every lock; returns the function that stops it. */
  onLock(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Every document forgets: this one by ending its Worker, the others when they hear of it. */
  locked(): void {
    this.#surrounding.channel.postMessage(LOCKED);
    this.#replace();
  }

  #started(): [EndablePort, Caller] {
    const port = this.#surrounding.start(this.#script);
    const caller = new Caller(port, (event) => {
      if (event === LOCKED && this.caller === caller) this.locked();
    });
    return [port, caller];
  }

  #replace(): void {
    this.#port.terminate();
    const ended = this.caller;
    [this.#port, this.caller] = this.#started();
    ended.end(new WalletLocked());
    for (const listener of this.#listeners) listener();
  }
}

function readingApi(call: CallMethod, connection: Connection): Reading {
  return {
    status: () => call('status', []),
    onLock: (listener) => connection.onLock(listener),
    touch: () => void call('touch', []).catch(() => undefined),
    walletShow: () => call('walletShow', []),
    recordList: (patient) => call('recordList', [patient]),
    recordView: (record, options) => call('recordView', [record], options),
    recordGet: (record, options) => call('recordGet', [record], options),
    recordGists: () => call('recordGists', []),
    newsMark: () => call('newsMark', []),
    setNewsMark: (mark) => call('setNewsMark', [mark]),
    profileShow: (patient) => call('profileShow', [patient]),
    accessList: () => call('accessList', []),
    accessLog: () => call('accessLog', []),
    linkOpenings: () => call('linkOpenings', []),
    person: (address) => call('person', [address]),
    team: (id) => call('team', [id]),
    teamList: () => call('teamList', []),
    search: (text) => call('search', [text]),
    seriesList: () => call('seriesList', []),
    exportLog: (form) => call('exportLog', [form]),
    patientList: () => call('patientList', []),
    patientReview: (wallet, options) => call('patientReview', [wallet], options),
    appointmentList: () => call('appointmentList', []),
    colleagueList: () => call('colleagueList', []),
    ownTeamList: () => call('ownTeamList', []),
    sentRequests: () => call('sentRequests', []),
  };
}

/** What {@link Vault} has beyond {@link Reading}. */
type Acting = Omit<Vault, keyof Reading>;

function actingApi(call: CallMethod, connection: Connection): Acting {
  return {
    ...unlockingApi(call, connection),
    setPassword: (password) => call('setPassword', [password]),
    addPasskey: async (label) => call('addPasskey', [await createPasskey(label), label]),
    removeUnlocker: (id) => call('removeUnlocker', [id]),
    setWords: (words) => call('setWords', [words]),
    setLanguage: (language) => call('setLanguage', [language]),
    setIdle: (seconds) => call('setIdle', [seconds]),
    checkPhrase: (words) => call('checkPhrase', [words]),
    walletRemove: async (words) => {
      await call('walletRemove', [words]);
      connection.locked();
    },
    pageLink: (next) => call('pageLink', [next]),
    fileExamine: (file, options) => call('fileExamine', [file], options),
    recordAdd: (file, where, options) => call('recordAdd', [file, where, options?.wait], options),
    recordDelete: (record, options) => call('recordDelete', [record, options?.wait], options),
    profileConfirm: (event, options) => call('profileConfirm', [event, options?.wait], options),
    profileDispute: (event, reason, options) => call('profileDispute', [event, reason, options?.wait], options),
    profileAppend: (section, entry, options = {}) => {
      const { patient, corrects, ...rest } = options;
      const appending = {
        ...(patient === undefined ? {} : { patient }),
        ...(corrects === undefined ? {} : { corrects }),
      };
      return call('profileAppend', [section, entry, appending], rest);
    },
    profileAnswer: (patient, event, reason, options) => call('profileAnswer', [patient, event, reason], options),
    accessRequest: (wish) => call('accessRequest', [wish]),
    accessPropose: (proposal) => call('accessPropose', [proposal]),
    accessPrepare: (wish) => call('accessPrepare', [wish]),
    accessGrant: (wish, options) => call('accessGrant', [wish, options?.wait], options),
    teamPrepare: (wish) => call('teamPrepare', [wish]),
    teamGrant: (wish, members, options) => call('teamGrant', [wish, members, options?.wait], options),
    accessDecline: (request) => call('accessDecline', [request]),
    accessWithdraw: (what, options) => call('accessWithdraw', [what, options?.wait], options),
    accessRotate: (options) => call('accessRotate', [], options),
    accessRestrict: (record, options) => call('accessRestrict', [record, options?.wait], options),
    exportIps: (form) => call('exportIps', [form]),
    exportAll: (options) => call('exportAll', [], options),
    linkCreate: (wish) => call('linkCreate', [wish]),
    linkList: () => call('linkList', []),
    linkStop: (link) => call('linkStop', [link]),
    appointmentAdd: (wish) => call('appointmentAdd', [wish]),
    appointmentMove: (event, move) => call('appointmentMove', [event, move]),
    appointmentCancel: (event) => call('appointmentCancel', [event]),
    institutionList: () => call('institutionList', []),
    professionalApply: (institution, level, name) => call('professionalApply', [institution, level, name]),
  };
}

type UnlockingNames = 'walletCreate' | 'walletRestore' | 'unlockPassword' | 'unlockPasskey' | 'phraseShow' | 'lock';

function unlockingApi(call: CallMethod, connection: Connection): Pick<Vault, UnlockingNames> {
  return {
    walletCreate: async (password) => {
      const [unlocker, label] = await chosen(password);
      return call('walletCreate', [unlocker, label]);
    },
    walletRestore: async (phrase, password, options) => {
      const [unlocker, label] = await chosen(password);
      return call('walletRestore', [phrase, unlocker, label], options);
    },
    unlockPassword: (password) => call('unlockPassword', [password]),
    unlockPasskey: async () => call('unlockPasskey', [await evaluatePasskey(await call('passkeys', []))]),
    phraseShow: async (password) => {
      if (password !== null) return call('phraseShow', [{ kind: 'password', password }]);
      return call('phraseShow', [{ kind: 'passkey', ...(await evaluatePasskey(await call('passkeys', []))) }]);
    },
    lock: async () => {
      await call('lock', []);
      connection.locked();
    },
  };
}

/** The password, or a passkey made now; with what it is called. */
async function chosen(password: string | null): Promise<[unlocker: KeystoreUnlocker, label: string]> {
  if (password !== null) return [{ kind: 'password', password }, 'password'];
  const label = 'medixain';
  const passkey: PasskeyOutput = await createPasskey(label);
  return [{ kind: 'passkey', ...passkey }, label];
}
