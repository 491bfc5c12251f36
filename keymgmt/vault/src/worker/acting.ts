/** What only the top-level page's Worker answers: unlocking, consenting, signing, importing, settings. */

import { InvalidInput, MedixainError } from '../core/errors.ts';
import { toHex } from '../core/hex.ts';
import type { Passkey, Unlocker } from '../core/keys/keystore.ts';
import { ServerUnreachable, WrongWords } from '../sdk/errors.ts';
import { Client, type Sources } from '../sdk/client.ts';
import type { Context } from '../sdk/context.ts';
import { type LinkWish } from '../sdk/exports/healthLink.ts';
import { type Gathering, fetchedFonts } from '../sdk/exports/summary.ts';
import { fetchedDefinitions } from '../sdk/fhir/definitions.ts';
import { addAppointment, cancelAppointment, moveAppointment } from '../sdk/practice/planning.ts';
import type { AppointmentMove, AppointmentWish, RequestWish } from '../sdk/practice/model.ts';
import { askForAccess } from '../sdk/practice/asking.ts';
import type { Proposal } from '../sdk/referring.ts';
import { settleRestrictions } from '../sdk/restricting.ts';
import type { Wait, WalletCreated } from '../sdk/results.ts';
import { settleTeams } from '../sdk/teamGrants.ts';
import { type Opened, changeUnlockers, create, isPublished, publish, restore } from '../sdk/wallet.ts';
import { settle } from '../sdk/withdrawal.ts';
import type { AgreedMember, ShareWish, TeamWish, VaultStatus } from '../ui/api.ts';
import { type Keeper, PASSWORD_ID, type PasskeyRequest, passkeysOf } from './keeper.ts';
import { perContext } from './reading.ts';
import type { Call } from './rpc.ts';

/** Where the build puts what a client reads besides its script. */
const DEFINITIONS = '/fhir-r4.json';
const FONTS = '/pdf';
/** Words of the phrase, named rightly, that show it to be on paper. */
const CONFIRMING = 3;

/** Which record a file goes to. */
interface Place {
  readonly section?: string;
  readonly type?: string;
  readonly patient?: string;
}

/** Return the acting methods over one keeper; `sources` are the vault's own files unless given. */
// The return type is what the document's side is typed by; writing it out would only repeat it.
export function actingMethods(keeper: Keeper, sources: Sources = ownSources()) {
  const client = perContext(keeper, (context) => new Client(context, sources));
  return {
    ...unlocking(keeper),
    ...settings(keeper),
    pageLink: async (_: Call, next: string) => (await client()).pageLink(next),
    fileExamine: async (_: Call, file: File) => (await client()).fileExamine(file),
    recordAdd: async (call: Call, file: File, where: Place, wait?: Wait) =>
      (await client()).recordAdd(file, where, { ...call, wait }),
    recordImport: async (
      call: Call,
      files: readonly File[],
      wallets: Readonly<Record<string, string>>,
      section?: string,
    ) => (await client()).recordImport(files, wallets, { ...call, section }),
    recordDelete: async ({ signal }: Call, record: string, wait?: Wait) =>
      (await client()).recordDelete(record, { signal, wait }),
    profileConfirm: async ({ signal }: Call, event: string, wait?: Wait) =>
      (await client()).profileConfirm(event, { signal, wait }),
    profileDispute: async ({ signal }: Call, event: string, reason: string, wait?: Wait) =>
      (await client()).profileDispute(event, reason, { signal, wait }),
    profileAppend: async (
      { signal }: Call,
      section: string,
      entry: unknown,
      appending: { readonly patient?: string; readonly corrects?: string },
    ) => (await client()).profileAppend(section, entry, appending, { signal }),
    profileAnswer: async ({ signal }: Call, patient: string, event: string, reason: string) =>
      (await client()).profileAnswer(patient, event, reason, { signal }),
    accessRequest: async (_: Call, wish: RequestWish) => askForAccess(await keeper.context(), wish),
    accessPropose: async (_: Call, proposal: Proposal) => (await client()).accessPropose(proposal),
    accessPrepare: async (_: Call, { who, ...sharing }: ShareWish) => (await client()).accessPrepare(who, sharing),
    accessGrant: async ({ signal }: Call, { who, ...sharing }: ShareWish, wait?: Wait) =>
      (await client()).accessGrant(who, sharing, { signal, wait }),
    teamPrepare: async (_: Call, wish: TeamWish) => (await client()).teamPrepare(wish),
    teamGrant: async (call: Call, wish: TeamWish, members: readonly AgreedMember[], wait?: Wait) =>
      (await client()).teamGrant(wish, members, { ...call, wait }),
    accessDecline: async (_: Call, request: string) => (await client()).accessDecline(request),
    accessWithdraw: async (call: Call, what: string, wait?: Wait) =>
      (await client()).accessWithdraw(what, { ...call, wait }),
    accessRotate: async (call: Call) => (await client()).accessRotate(call),
    accessRestrict: async (call: Call, record: string, wait?: Wait) =>
      (await client()).accessRestrict(record, { ...call, wait }),
    exportIps: async (_: Call, form: 'json' | 'pdf') => (await client()).exportIps(form, await languageOf(keeper)),
    exportAll: async (call: Call) => (await client()).exportAll(await languageOf(keeper), call),
    linkCreate: async (_: Call, wish: LinkWish & Gathering) => (await client()).linkCreate(wish),
    linkList: async () => (await client()).linkList(),
    linkStop: async (_: Call, link: string) => (await client()).linkStop(link),
    appointmentAdd: async (_: Call, wish: AppointmentWish) => addAppointment(await keeper.context(), wish),
    appointmentMove: async (_: Call, event: string, move: AppointmentMove) =>
      moveAppointment(await keeper.context(), event, move),
    appointmentCancel: async (_: Call, event: string) => cancelAppointment(await keeper.context(), event),
    institutionList: async () => (await client()).institutionList(),
    professionalApply: async (_: Call, institution: string, level: string, name: string) =>
      (await client()).professionalApply(institution, level, name),
  };
}

function ownSources(): Sources {
  return { definitions: fetchedDefinitions(DEFINITIONS), fonts: fetchedFonts(FONTS) };
}

async function languageOf(keeper: Keeper): Promise<string | null> {
  return (await (await keeper.home()).settings()).language;
}

/** The acting methods. */
export type ActingMethods = ReturnType<typeof actingMethods>;

function unlocking(keeper: Keeper) {
  const opened = async (
    { context, master, created }: Opened,
    unlocker: Unlocker,
    label: string,
  ): Promise<WalletCreated> => {
    await keeper.hold(context.keys, master);
    await relabel(keeper, { [idOf(unlocker)]: { label, created: context.now() } });
    return created;
  };
  const unlock = async (unlocker: Unlocker): Promise<VaultStatus> => {
    await keeper.unlock(unlocker);
    await unlessUnreachable(() => finish(keeper));
    void beside(async () => goOn(await keeper.context()));
    return keeper.status();
  };
  return {
    walletCreate: async (_: Call, unlocker: Unlocker, label: string) =>
      opened(await create(await keeper.surroundings(), unlocker), unlocker, label),
    walletRestore: async (_: Call, phrase: string, unlocker: Unlocker, label: string) =>
      opened(await restore(await keeper.surroundings(), phrase, unlocker), unlocker, label),
    unlockPassword: (_: Call, password: string) => unlock({ kind: 'password', password }),
    unlockPasskey: (_: Call, passkey: Omit<Passkey, 'kind'>) => unlock({ kind: 'passkey', ...passkey }),
    /** What a passkey has to be evaluated on to open this device's keystore. */
    passkeys: async (): Promise<PasskeyRequest[]> => passkeysOf(await (await keeper.home()).keystore()),
    /**
     * The 24 words, for whoever opens the keystore now: an open vault left on a table does not show them. A locked one
     * is opened by it, too. Nothing here waits for the platform, whatever state the wallet's making was left in.
     */
    phraseShow: async (_: Call, unlocker: Unlocker): Promise<string> => {
      const keys = await (await (await keeper.home()).keystore()).open(unlocker);
      if ((await keeper.status()).state === 'locked') {
        await keeper.unlock(unlocker);
        void beside(async () => {
          await finish(keeper);
          await goOn(await keeper.context());
        });
      }
      return keys.phrase();
    },
    lock: () => keeper.lock(),
  };
}

/** Tell the platform of a wallet whose making was interrupted before it knew; what it knows is passed over. */
async function finish(keeper: Keeper): Promise<void> {
  const context = await keeper.context();
  if (!(await isPublished(context))) await publish(context);
}

/**
 * What was interrupted, in the order in which it was to be: moves to the sealed layer first, since what is moved needs no
 * new lock, then what is shared, then new locks.
 */
async function goOn(context: Context): Promise<void> {
  await settleRestrictions(context);
  await settleTeams(context);
  await settle(context);
}

/** What is due goes on beside what the person does next; nobody waits for it, and what fails is due the next time. */
async function beside(act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof MedixainError)) throw error;
  }
}

/** A vault opens offline too; what the platform has to hear waits for the next time. */
async function unlessUnreachable(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof ServerUnreachable)) throw error;
  }
}

function settings(keeper: Keeper) {
  const change = async (keep: (id: string) => boolean, add: readonly Unlocker[]): Promise<VaultStatus> => {
    const [context, master] = [await keeper.context(), await keeper.master()];
    const unlockers = {
      keep: (wrap: Parameters<typeof wrapId>[0]) => keep(wrapId(wrap)),
      add,
    };
    await changeUnlockers({ context, master }, unlockers);
    return keeper.status();
  };
  const now = (): number => Math.floor(Date.now() / 1000);
  return {
    setPassword: async (_: Call, password: string) => {
      await change((id) => id !== PASSWORD_ID, [{ kind: 'password', password }]);
      await relabel(keeper, { [PASSWORD_ID]: { label: PASSWORD_ID, created: now() } });
      return keeper.status();
    },
    addPasskey: async (_: Call, passkey: Omit<Passkey, 'kind'>, label: string) => {
      await change(() => true, [{ kind: 'passkey', ...passkey }]);
      await relabel(keeper, { [toHex(passkey.credential)]: { label, created: now() } });
      return keeper.status();
    },
    removeUnlocker: async (_: Call, id: string) => change((other) => other !== id, []),
    setWords: async (_: Call, words: string) => {
      await (await keeper.home()).changeSettings({ words });
      return keeper.status();
    },
    setLanguage: async (_: Call, language: string) => {
      await (await keeper.home()).changeSettings({ language });
      return keeper.status();
    },
    setIdle: async (_: Call, seconds: number) => {
      await keeper.setIdle(seconds);
      return keeper.status();
    },
    checkPhrase: async (_: Call, words: Readonly<Record<number, string>>) => {
      const asked = Object.keys(words).length;
      if (asked === 0) throw new InvalidInput('Name at least one word to check.', { field: 'words' });
      const right = await isRight(keeper, words);
      if (right && asked >= CONFIRMING) await (await keeper.home()).changeSettings({ phraseConfirmed: true });
      return right;
    },
    /** Forget the wallet on this device, for whoever has its words at hand now; throws {@link WrongWords}. */
    walletRemove: async (_: Call, words: Readonly<Record<number, string>>): Promise<void> => {
      if (Object.keys(words).length < CONFIRMING || !(await isRight(keeper, words))) throw new WrongWords();
      await (await keeper.home()).erase();
      await keeper.lock();
    },
  };
}

/** Whether these words stand at these places (from 1) of the phrase. */
async function isRight(keeper: Keeper, words: Readonly<Record<number, string>>): Promise<boolean> {
  const phrase = (await keeper.keys()).phrase().split(' ');
  return Object.entries(words).every(([place, word]) => phrase[Number(place) - 1] === word.trim().toLowerCase());
}

async function relabel(
  keeper: Keeper,
  labels: Readonly<Record<string, { readonly label: string; readonly created: number }>>,
) {
  const home = await keeper.home();
  await home.changeSettings({ labels: { ...(await home.settings()).labels, ...labels } });
}

function idOf(unlocker: Unlocker): string {
  return unlocker.kind === 'passkey' ? toHex(unlocker.credential) : PASSWORD_ID;
}

function wrapId(
  wrap: { readonly kind: 'prf'; readonly credential: Uint8Array } | { readonly kind: 'argon2id' },
): string {
  return wrap.kind === 'prf' ? toHex(wrap.credential) : PASSWORD_ID;
}
