/**
 * What the client's methods return: one interface for each dataclass of `medixain/sdk/results.py`, in camelCase.
 *
 * Everything here is plain: it survives `postMessage` between the Worker and the page, and, but for the `File` of an
 * opened record, JSON. Addresses and ids are `0x…` texts, times are Unix seconds, sizes are bytes. Nothing here is a
 * `bigint`, because no figure of these results passes 2^53.
 */

/** How far a transaction has come; see "States" in docs/spec/api.md. */
export type TransactionState = 'received' | 'anchored' | 'final' | 'failed';

/** How far a caller wants a change to have come before its method returns. */
export type Wait = 'received' | 'anchored' | 'final';

/** Called while a long act goes on, with bytes (or items) done; `total` is null while it is not known. */
export type Progress = (done: number, total: number | null) => void;

/** A new or restored wallet; `phrase` is shown once and to its owner only (null when restored). */
export interface WalletCreated {
  readonly wallet: string;
  readonly account: string;
  readonly phrase: string | null;
  readonly state: string;
}

/** A layer's slot as m nodes attest it: keyset version, records and grants counted in its heads. */
export interface LayerState {
  readonly layer: string;
  readonly slot: string;
  readonly keysetVersion: number;
  readonly records: number;
  readonly grants: number;
}

/** Whether an institution attests that one person stands behind a wallet. */
export interface KycShown {
  readonly state: string;
  readonly institution: string | null;
}

/**
 * Whose home this is; `roles`, `institution` and `name` in institutions' homes. `pendingRotations` are layers,
 * `pendingRestrictions` records with work that goes on when the vault is unlocked.
 */
export interface WalletShown {
  readonly wallet: string;
  readonly kyc: KycShown;
  readonly layers: readonly LayerState[];
  readonly pendingRotations: readonly string[];
  readonly pendingRestrictions: readonly string[];
  readonly institution: string | null;
  readonly name: string | null;
  readonly roles: readonly string[];
}

/** An application for admission. */
export interface InstitutionCreated {
  readonly institution: string;
  readonly state: string;
}

/** A vote given; `needed` votes admit. */
export interface InstitutionVoted {
  readonly institution: string;
  readonly votes: number;
  readonly needed: number;
  readonly state: string;
}

/** Bounds of the chain's parameters that institutions vote on. */
export interface ProposedBounds {
  readonly sMin: number;
  readonly sMax: number;
  readonly rMin: number;
  readonly rMax: number;
  readonly dMin: number;
  readonly dMax: number;
}

/** Bounds put to the institutions' vote until a time. `voted`: by this home's institution. */
export interface ProposalRow extends ProposedBounds {
  readonly proposal: string;
  readonly votes: number;
  readonly needed: number;
  readonly voted: boolean;
  readonly until: number;
  readonly state: string;
}

/** A vote given for bounds; `needed` votes set them. */
export interface ProposalVoted extends ProposedBounds {
  readonly proposal: string;
  readonly votes: number;
  readonly needed: number;
  readonly state: string;
}

/** An institution the platform knows. */
export interface InstitutionRow {
  readonly institution: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly active: boolean;
}

/** An application that waits in the institution's inbox. */
export interface ProfessionalApplied {
  readonly professional: string;
  readonly institution: string;
  readonly message: string;
}

/** A registration on its way to the chain. */
export interface ProfessionalAuthorised {
  readonly professional: string;
  readonly level: string;
  readonly until: number;
  readonly state: string;
}

/** A suspension set or lifted. */
export interface ProfessionalSuspended {
  readonly professional: string;
  readonly suspended: boolean;
  readonly state: string;
}

/** An attestation that one person stands behind a wallet. */
export interface KycAttested {
  readonly wallet: string;
  readonly institution: string;
  readonly state: string;
}

// ---- records -------------------------------------------------------------------------------------------------------

/** Types of records by the CLI's names (`TYPES` and `_NAMES` in `medixain/sdk/records.py`). */
export type RecordTypeName =
  | 'fhir'
  | 'ips'
  | 'ndjson'
  | 'fhir-resource'
  | 'dicom'
  | 'pdf'
  | 'image'
  | 'text'
  | 'genomic'
  | 'claim'
  | 'credential'
  | 'other'
  | 'profile-event'
  | 'activity-event'
  | 'study-submission';

/** One resource or NDJSON line: `place` in the file, its type and id, the patient it is about, what is wrong with it. */
export interface ResourceReport {
  readonly place: string;
  readonly resourceType: string;
  readonly id: string | null;
  readonly patient: string | null;
  /** `path: reason`; empty when the resource was taken. */
  readonly issues: readonly string[];
}

/** What an import found; counts are by resource type. */
export interface FhirReport {
  readonly kind: 'bundle' | 'ips' | 'resource' | 'ndjson';
  readonly resources: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly patients: readonly string[];
  readonly profiles: readonly string[];
}

/** What a file is, before anything is added; shown to the person who drops it. */
export interface FileExamined {
  readonly name: string;
  readonly size: number;
  readonly type: RecordTypeName;
  /** The FHIR report when the file is FHIR and valid, null for other files and when it is refused. */
  readonly report: FhirReport | null;
  /** One row for each resource, taken or refused (at most 1,000 rows; `report` and `issues` are complete). */
  readonly resources: readonly ResourceReport[];
  /** Why the file is refused, as `path: reason`; empty when it would be taken. */
  readonly issues: readonly string[];
}

/** A record taken in; `report` is the FHIR import's, null for other files. */
export interface RecordAdded {
  readonly record: string;
  readonly cid: string;
  readonly section: string;
  readonly type: string;
  readonly size: number;
  readonly report: FhirReport | null;
  readonly state: string;
}

/** A record in a list; name, type and size are null until this device has opened it once (a grantee's look). */
export interface RecordRow {
  readonly record: string;
  readonly name: string | null;
  readonly type: string | null;
  /** `layer/section`, or only the layer when the section's name is not known here. */
  readonly section: string;
  readonly size: number | null;
  readonly created: number;
  readonly author: string;
  readonly institution: string | null;
  readonly state: string;
  readonly readers: readonly string[];
  /** Why what the record says of itself could not be verified, by the error's code; null when it was. */
  readonly problem: string | null;
}

/** What is known of one record without its bytes; opening another's metadata is a look that the nodes log. */
export interface RecordMetadata {
  readonly record: string;
  readonly cid: string;
  readonly name: string;
  readonly type: string;
  readonly section: string;
  readonly size: number;
  readonly created: number;
  readonly state: string;
  readonly author: string;
  readonly institution: string | null;
  /** The nodes that re-encrypted it; none for its owner. */
  readonly nodes: readonly string[];
}

/**
 * A record's bytes, verified to the last chunk. `nodes` re-encrypted it (none for its owner), `author` vouches for it.
 * `file` stands where Python has a `path`: it lies in memory when small and in the origin private file system when not.
 */
export interface RecordOpened {
  readonly record: string;
  readonly name: string;
  readonly type: string;
  readonly size: number;
  readonly file: File;
  readonly nodes: readonly string[];
  readonly author: string;
  readonly institution: string | null;
}

/** What was erased, signed by the relay, and which copies are beyond control. */
export interface DeletionReceipt {
  readonly record: string;
  readonly cid: string;
  readonly envelopeDeleted: boolean;
  readonly storeDeleted: boolean;
  readonly copies: readonly string[];
  readonly at: number;
  readonly signature: string;
  readonly state: string;
}

/** `record` is gone; its content is the record `sealed` in the sealed layer. */
export interface RecordRestricted {
  readonly record: string;
  readonly sealed: string;
  readonly state: string;
}

// ---- profile -------------------------------------------------------------------------------------------------------

/** A profile event taken in. */
export interface EventAdded {
  readonly event: string;
  readonly section: string;
  readonly state: string;
}

/** Who confirmed, disputed or answered an entry. */
export interface ProfileMark {
  readonly kind: 'confirm' | 'dispute' | 'answer';
  readonly by: string;
  readonly reason: string | null;
  readonly at: number;
  readonly event: string;
}

/** What an entry counts for: the last mark decides, unless a correction has taken its place. */
export type ProfileState = 'current' | 'corrected' | 'disputed' | 'confirmed' | 'answered';

/** An entry as the events fold; `marks` say who confirmed, disputed or answered it. */
export interface ProfileEntry {
  readonly event: string;
  readonly section: string;
  /** The entry's JSON: a FHIR resource, or an identity field. */
  readonly entry: unknown;
  readonly author: string;
  readonly institution: string | null;
  readonly at: number;
  readonly state: ProfileState;
  readonly marks: readonly ProfileMark[];
  /** The entry it is a correction of, whether or not it has taken that one's place. */
  readonly corrects: string | null;
  /** The entries it does not agree with, while nobody entitled to it has decided. */
  readonly conflicts: readonly string[];
}

/** A profile by section name (`allergies`, without the layer); `unreadable` events exist but do not open or verify. */
export interface ProfileShown {
  readonly sections: Readonly<Record<string, readonly ProfileEntry[]>>;
  readonly unreadable: readonly string[];
}

// ---- access --------------------------------------------------------------------------------------------------------

/** A request left in the patient's inbox; `request` is its id. */
export interface AccessRequested {
  readonly request: string;
  readonly wallet: string;
}

/** A referral left in the patient's inbox; `request` is its id. */
export interface AccessProposed {
  readonly request: string;
  readonly wallet: string;
  readonly colleague: string;
}

/** For whom a request asks when not for its sender, and why. */
export interface ReferralShown {
  readonly colleague: string;
  readonly reason: string;
  readonly written: number;
  /** Sections that the sender may not see herself. */
  readonly beyond: readonly string[];
  /** Whether the colleague's pseudonyms are known, without which nobody can let the colleague append. */
  readonly signs: boolean;
}

/** A request that waits for the patient's decision; `referral` when it is made for a colleague. */
export interface RequestRow {
  readonly request: string;
  readonly professional: string;
  readonly sections: readonly string[];
  readonly append: boolean;
  readonly purpose: string;
  readonly until: number;
  readonly received: number;
  readonly referral: ReferralShown | null;
}

/** A referral that this home sent. */
export interface ReferralRow {
  readonly request: string;
  readonly wallet: string;
  readonly colleague: string;
  readonly sections: readonly string[];
  readonly append: boolean;
  readonly purpose: string;
  readonly reason: string;
  readonly until: number;
  readonly sent: number;
  readonly state: 'waiting' | 'given' | 'declined' | 'expired';
}

/** Who asked the patient to let this professional in, and why: a letter signed by `referrer`. */
export interface LetterShown {
  readonly referrer: string;
  readonly reason: string;
  readonly written: number;
}

/** A grant given or received; `other` is the grantee or the patient. */
export interface GrantRow {
  readonly grant: string;
  readonly direction: 'given' | 'received';
  readonly other: string;
  readonly layer: string;
  readonly records: readonly string[];
  readonly sections: readonly string[];
  readonly purpose: string;
  readonly expiry: number;
  readonly state: string;
  readonly letter: LetterShown | null;
  /** The care team it was given through. */
  readonly team: string | null;
}

/** Requests that wait, grants given and received, and referrals sent. */
export interface AccessShown {
  readonly requests: readonly RequestRow[];
  readonly grants: readonly GrantRow[];
  readonly referrals: readonly ReferralRow[];
}

/** `grant` is the first of `grants` (one per layer); `nodes` hold the keys now, `waitingNodes` will. */
export interface AccessGranted {
  readonly grant: string;
  readonly grants: readonly string[];
  readonly grantee: string;
  readonly expiry: number;
  readonly nodes: readonly string[];
  readonly waitingNodes: readonly string[];
  readonly state: string;
}

/** A listed member who was given nothing; `standing` says why. */
export interface TeamLeftOut {
  readonly wallet: string;
  readonly standing: string;
}

/** What one act gave a care team: a set of grants for each of `members`, and whom it left out. */
export interface TeamGranted {
  readonly team: string;
  readonly name: string;
  readonly members: readonly string[];
  /** Who may add records by it, and who only reads until asking and another act; both empty for one without adding. */
  readonly mayAppend: readonly string[];
  readonly mustAsk: readonly string[];
  readonly leftOut: readonly TeamLeftOut[];
  readonly grants: readonly string[];
  readonly expiry: number;
  readonly nodes: readonly string[];
  readonly waitingNodes: readonly string[];
  readonly state: string;
}

/** Records re-wrapped of those a withdrawal concerns; a withdrawal is complete when the two are equal. */
export interface RotationProgress {
  readonly done: number;
  readonly total: number;
}

/** `state` is complete, or incomplete while envelopes are still to be re-wrapped; then run it again. */
export interface AccessWithdrawn {
  readonly grants: readonly string[];
  readonly nodes: readonly string[];
  readonly rotation: RotationProgress;
  readonly state: 'complete' | 'incomplete';
}

/** A node's root on chain whose tree holds an entry: `AccessLog.rootAt(node, index)`. */
export interface ChainedRoot {
  readonly node: string;
  readonly index: number;
  readonly root: string;
  /** The time of the block that holds it, Unix seconds; null while it is not final or the chain cannot be asked. */
  readonly committed: number | null;
}

/** One look, or try: `nodes` that wrote it down, `final` when all their roots are on the final chain. */
export interface LookRow {
  readonly when: number;
  readonly who: string;
  readonly name: string | null;
  readonly institution: string | null;
  readonly what: string;
  readonly record: string;
  readonly grant: string;
  readonly purpose: string;
  readonly outcome: string;
  readonly nodes: readonly string[];
  readonly final: boolean;
  /** The roots that hold this look, one for each node that has committed it; an addition to Python's row. */
  readonly roots: readonly ChainedRoot[];
}

/**
 * Somebody fetched what a SMART Health Link leads to: the platform counts it, no node logs it, and what the reader calls
 * itself is checked by nobody.
 */
export interface LinkOpening {
  /** The link's id at the platform, which opens nothing. */
  readonly link: string;
  readonly label: string;
  readonly recipient: string;
  /** Unix seconds. */
  readonly at: number;
}

/** One thing that was verified. */
export interface Check {
  readonly check: string;
  readonly ok: boolean;
  readonly detail: string;
}

/**
 * What a bulk import did for one patient of the files: `resources` (`counts` by type) are in `record`.
 *
 * `refused` are the reports of resources that are no valid FHIR. When nothing was added, `record` is null, and `problem`
 * and `reason` say why, by the error's code and in words.
 */
export interface ImportedPatient {
  readonly patient: string;
  readonly wallet: string;
  readonly resources: number;
  readonly record: string | null;
  readonly counts: Readonly<Record<string, number>>;
  readonly refused: readonly ResourceReport[];
  readonly problem: string | null;
  readonly reason: string | null;
}

/** A bulk import: what was added for whom, patients without a wallet, and what is about no patient or no FHIR. */
export interface BulkImported {
  readonly imported: readonly ImportedPatient[];
  readonly unmatched: readonly string[];
  readonly leftOut: readonly ResourceReport[];
  /** Whether everything for these wallets was taken: no patient and no resource was refused. */
  readonly complete: boolean;
}

// ---- exports -------------------------------------------------------------------------------------------------------

/** A file made for its owner to keep. */
export interface Exported {
  readonly name: string;
  /** Its media type. */
  readonly mediaType: string;
  readonly file: Blob;
}

/** Everything in one zip; `leftOut` says which records did not open, and why. */
export interface FullExport extends Exported {
  readonly records: number;
  readonly leftOut: readonly { readonly record: string; readonly reason: string }[];
}

/** A SMART Health Link: `link` is `shlink:/…`, `url` where its ciphertext is fetched from. */
export interface SharedLink {
  readonly link: string;
  readonly url: string;
  readonly label: string;
  readonly expires: number;
  readonly passcode: boolean;
}

/**
 * A link that lives. Of one that another device made only that device knows the key: `link` and `label` are empty then,
 * and `url` is the platform's id, by which it can be stopped as well.
 */
export interface LinkRow extends SharedLink {
  /** What the platform calls it; opens nothing. */
  readonly id: string;
  readonly opened: number;
  readonly lastOpened: number | null;
  /** The last openings; a reader's name is what it says of itself. */
  readonly openings: readonly { readonly recipient: string; readonly at: number }[];
  readonly attemptsLeft: number | null;
}
