/**
 * What the pages ask of the vault's Worker. `connectVault` (src/worker/connect.ts) answers with an object of this shape;
 * the methods that mirror medixain/sdk/client.py have its names in camelCase and the types of src/sdk/results.ts.
 *
 * `Reading` is all that a frame may call. `Vault` adds what unlocks, consents, signs and exports, and exists on the
 * vault's own top-level page only.
 */

import type { PracticeActs, PracticeReading } from './practice/api.ts';
import type { ClinicalView, ObservationSeries, SearchHit } from '../sdk/clinical/model.ts';
import type { Gist } from '../sdk/gist.ts';
import type { NewsMark } from '../sdk/news.ts';
import type { Appointment } from '../sdk/practice/model.ts';
import type { EventContent } from '../sdk/profileFold.ts';
import type {
  AccessGranted,
  AccessShown,
  AccessWithdrawn,
  DeletionReceipt,
  EventAdded,
  Exported,
  FileExamined,
  FullExport,
  LinkOpening,
  LinkRow,
  LookRow,
  ProfileShown,
  Progress,
  RecordAdded,
  RecordMetadata,
  RecordOpened,
  RecordRestricted,
  RecordRow,
  SharedLink,
  TeamGranted,
  WalletCreated,
  WalletShown,
} from '../sdk/results.ts';

/** For calls that take long: `progress` hears of every step, aborting `signal` stops the work and rejects the call. */
export interface CallOptions {
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
}

/** A way to open the keystore: every one of them wraps the same master key. */
export interface Unlocker {
  readonly id: string;
  readonly kind: 'password' | 'passkey';
  readonly label: string;
  /** Unix seconds, null for a keystore that does not say. */
  readonly created: number | null;
}

/** What this device holds, and whether it is open now. Nothing in it is secret from the person at the screen. */
export interface VaultStatus {
  readonly state: 'empty' | 'locked' | 'unlocked';
  readonly wallet: string | null;
  /** The person's own two words, kept on this origin only. */
  readonly words: string | null;
  readonly language: string | null;
  readonly unlockers: readonly Unlocker[];
  /** Seconds without a sign of the person after which the vault locks itself. */
  readonly idle: number;
  /** Whether the wallet's 24 words are known to be on paper; until then they are shown again after unlocking. */
  readonly phraseConfirmed: boolean;
}

/** A professional as the nodes attest; a name is null for a stranger, and where it does not follow from that. */
export interface PersonShown {
  readonly address: string;
  readonly name: string | null;
  readonly institution: string | null;
  readonly institutionName: string | null;
  readonly level: string | null;
  /** Whether the registration is valid now: not expired, not suspended. */
  readonly authorised: boolean;
  /** The first bytes of the key that things are encrypted to. */
  readonly keyShown: string | null;
  /** Names of the nodes that agreed. */
  readonly nodes: readonly string[];
}

/** A member of a care team as m nodes attest. */
export interface TeamMemberShown extends PersonShown {
  /** `authorised`; `suspended`: not allowed to act now; `elsewhere`: not with the institution any more. */
  readonly standing: 'authorised' | 'suspended' | 'elsewhere';
  /** Whether this wallet shares something with the member as one of this team now. */
  readonly shared: boolean;
  /** Whether the person stopped sharing with the member, while going on with others of the team. */
  readonly stopped: boolean;
  /** Layers that the member can be let add to: a request of theirs named the pseudonym they write under there. */
  readonly signs: readonly string[];
}

/** A care team as m nodes attest and its institution signed it; a dissolved one has no members and no name. */
export interface TeamShown {
  readonly team: string;
  readonly name: string;
  readonly institution: string;
  readonly institutionName: string | null;
  readonly version: number;
  readonly members: readonly TeamMemberShown[];
  /** Addresses of members whom the person, who shares with the team, has not said yes to. */
  readonly joined: readonly string[];
}

/** A record as its page shows it: at most one of the three is there, and none for what is only a file. */
export interface RecordView {
  readonly metadata: RecordMetadata;
  /** What is FHIR. */
  readonly view: ClinicalView | null;
  /** A signed event of the profile; what it counts for now, only the fold of all events says. */
  readonly event: EventContent | null;
  /** A visit that was planned or cancelled. */
  readonly visit: Appointment | null;
}

/** Reading only. */
export interface Reading extends PracticeReading {
  status(): Promise<VaultStatus>;
  /** Calls `listener` when any document of the vault locked; returns the function that stops listening. */
  onLock(listener: () => void): () => void;
  /** Says that the person is here. */
  touch(): void;
  walletShow(): Promise<WalletShown>;
  recordList(patient?: string): Promise<readonly RecordRow[]>;
  recordView(record: string, options?: CallOptions): Promise<RecordView>;
  recordGet(record: string, options?: CallOptions): Promise<RecordOpened>;
  /** What this device has learnt of the own records it has opened, by record. */
  recordGists(): Promise<Readonly<Record<string, Gist>>>;
  /** How far the person has read the news on this device, and what she does not want to be told. */
  newsMark(): Promise<NewsMark>;
  setNewsMark(mark: NewsMark): Promise<void>;
  profileShow(patient?: string): Promise<ProfileShown>;
  accessList(): Promise<AccessShown>;
  accessLog(): Promise<readonly LookRow[]>;
  /** Who opened the links that were shared: the platform's word, which no node confirms. */
  linkOpenings(): Promise<readonly LinkOpening[]>;
  person(address: string): Promise<PersonShown>;
  /** A care team by its id; throws `team-not-attested`, `not-found`. */
  team(id: string): Promise<TeamShown>;
  /** The care teams of the institutions that this person deals with; one that cannot be believed is left out. */
  teamList(): Promise<readonly TeamShown[]>;
  search(text: string): Promise<readonly SearchHit[]>;
  /** One series for each measured thing across the own records. */
  seriesList(): Promise<readonly ObservationSeries[]>;
  exportLog(form: 'csv' | 'fhir'): Promise<Exported>;
}

/** What is asked to be shared, before anything is signed. */
export interface ShareWish {
  /** A professional's address, or the id of a request that waits. */
  readonly who: string;
  readonly records: readonly string[];
  readonly sections: readonly string[];
  readonly append: boolean;
  readonly purpose: string;
  /** Unix seconds. */
  readonly expiry: number;
}

/** One grant as it will be signed: the opening's fields, sections with their live epoch and current count of records. */
export interface PreparedGrant {
  readonly layer: string;
  readonly slot: string;
  readonly grantee: string;
  /** Hex of the key that re-encryption goes to. */
  readonly granteeKey: string;
  readonly records: readonly PreparedRecord[];
  readonly sections: readonly { readonly section: string; readonly epoch: number; readonly records: number }[];
  readonly append: readonly string[];
  readonly purpose: string;
  readonly expiry: number;
  readonly nodeSet: number;
}

/** A single record of a grant, as the own device knows it. */
export interface PreparedRecord {
  readonly record: string;
  readonly name: string;
  /** `layer/section` whose key opens its envelope. */
  readonly section: string;
}

/** Everything that a press on "Share" will sign: the typed messages, one grant for each layer. */
export interface PreparedShare {
  readonly person: PersonShown;
  readonly grants: readonly PreparedGrant[];
  readonly threshold: number;
  readonly nodes: number;
}

/** What is asked to be shared with a care team, before anything is signed. */
export interface TeamWish {
  readonly team: string;
  readonly records: readonly string[];
  readonly sections: readonly string[];
  /** Whether members may also add to the sections: those who once asked, for only they can name their pseudonym. */
  readonly append: boolean;
  readonly purpose: string;
  /** Unix seconds. */
  readonly expiry: number;
}

/** Everything that a press on "Share" with a team will sign: for each of its members what {@link PreparedShare} says. */
export interface PreparedTeam {
  readonly team: TeamShown;
  readonly shares: readonly PreparedShare[];
  /** Members who have all of it already. */
  readonly have: readonly PersonShown[];
  /** Members who only read though adding is wished, of `shares` and of `have`: they have to ask first. */
  readonly mustAsk: readonly PersonShown[];
}

/** A member of a care team whom the sheet named, and whether as one who may add. */
export interface AgreedMember {
  readonly wallet: string;
  readonly append: boolean;
}

/** Options of the calls that write. */
export interface WriteOptions extends CallOptions {
  readonly wait?: 'received' | 'anchored' | 'final';
}

/** Everything; only the vault's own page has it. */
export interface Vault extends Reading, PracticeActs {
  walletCreate(password: string | null): Promise<WalletCreated>;
  walletRestore(phrase: string, password: string | null, options?: CallOptions): Promise<WalletCreated>;
  unlockPassword(password: string): Promise<VaultStatus>;
  unlockPasskey(): Promise<VaultStatus>;
  lock(): Promise<void>;
  setPassword(password: string): Promise<VaultStatus>;
  addPasskey(label: string): Promise<VaultStatus>;
  removeUnlocker(id: string): Promise<VaultStatus>;
  setWords(words: string): Promise<VaultStatus>;
  setLanguage(language: string): Promise<VaultStatus>;
  setIdle(seconds: number): Promise<VaultStatus>;
  /** The 24 words, for whoever opens the keystore now by this password, or by a passkey; a locked vault opens, too. */
  phraseShow(password: string | null): Promise<string>;
  /**
   * Whether these words stand at these places (from 1) of the phrase; the phrase itself stays in the Worker. Three or
   * more right ones confirm that it is on paper.
   */
  checkPhrase(words: Readonly<Record<number, string>>): Promise<boolean>;
  /** Forgets the wallet on this device, against three or more words of its phrase; every document hears of it. */
  walletRemove(words: Readonly<Record<number, string>>): Promise<void>;
  /** Signs in to the platform and answers with the address of a page there that opens once. */
  pageLink(next: string): Promise<string>;

  fileExamine(file: File, options?: CallOptions): Promise<FileExamined>;
  recordAdd(
    file: File,
    where: { readonly section?: string; readonly type?: string; readonly patient?: string },
    options?: WriteOptions,
  ): Promise<RecordAdded>;
  recordDelete(record: string, options?: WriteOptions): Promise<DeletionReceipt>;
  profileConfirm(event: string, options?: WriteOptions): Promise<EventAdded>;
  profileDispute(event: string, reason: string, options?: WriteOptions): Promise<EventAdded>;

  accessPrepare(wish: ShareWish): Promise<PreparedShare>;
  teamPrepare(wish: TeamWish): Promise<PreparedTeam>;
  /** Shares with `members`, whom the sheet named, as far as the institution still authorises them. */
  teamGrant(wish: TeamWish, members: readonly AgreedMember[], options?: WriteOptions): Promise<TeamGranted>;
  accessGrant(wish: ShareWish, options?: WriteOptions): Promise<AccessGranted>;
  accessDecline(request: string): Promise<void>;
  accessWithdraw(what: string, options?: WriteOptions): Promise<AccessWithdrawn>;
  accessRotate(options?: CallOptions): Promise<AccessWithdrawn>;
  accessRestrict(record: string, options?: WriteOptions): Promise<RecordRestricted>;

  linkCreate(wish: {
    readonly label: string;
    readonly expires: number;
    readonly passcode: string | null;
    readonly sections: readonly string[];
  }): Promise<SharedLink>;
  linkList(): Promise<readonly LinkRow[]>;
  linkStop(url: string): Promise<void>;

  exportAll(options?: CallOptions): Promise<FullExport>;
  exportIps(form: 'json' | 'pdf'): Promise<Exported>;
}
