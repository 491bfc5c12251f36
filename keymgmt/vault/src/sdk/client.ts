/** The client: one method for each command that a person (not an institution) uses; see `medixain/sdk/client.py`. */

import type { AgreedMember, PreparedShare, PreparedTeam, TeamWish } from '../ui/api.ts';
import { type AddOptions, type Where, addRecord, examine } from './adding.ts';
import type { Context } from './context.ts';
import { type EverythingOptions, exportEverything } from './exports/everything.ts';
import { type LinkWish, listLinks, stopLink } from './exports/healthLink.ts';
import { type FontSource, type Gathering, exportIps, shareSummary } from './exports/summary.ts';
import { ENGLISH, GERMAN, type SummaryWords } from './exports/summaryPdf.ts';
import type { DefinitionSource } from './fhir/definitions.ts';
import { type Asking, type Sharing, grant, request } from './granting.ts';
import { type ImportOptions, bulkImport } from './importing.ts';
import { prepare } from './preparing.ts';
import { apply, institutions } from './professionals.ts';
import { type Appending, answerDispute, appendEntry, confirmEntry, disputeEntry } from './profileWriting.ts';
import { Reader } from './reader.ts';
import { type Proposal, decline, propose } from './referring.ts';
import { deleteRecord } from './removing.ts';
import { type RestrictOptions, restrict, settleRestrictions } from './restricting.ts';
import type {
  AccessGranted,
  AccessProposed,
  AccessRequested,
  AccessWithdrawn,
  BulkImported,
  DeletionReceipt,
  EventAdded,
  Exported,
  FileExamined,
  FullExport,
  InstitutionRow,
  LinkRow,
  ProfessionalApplied,
  RecordAdded,
  RecordRestricted,
  SharedLink,
  TeamGranted,
} from './results.ts';
import { pageLink } from './standing.ts';
import { type TeamOptions, grantTeam, prepareTeam } from './teamGrants.ts';
import type { Waiting } from './transactions.ts';
import { type WithdrawOptions, resume, withdraw } from './withdrawal.ts';

/** Tables of the vault's own files that a client asks for when it first needs them. */
export interface Sources {
  /** FHIR's definitions, by which files are checked before they are taken in. */
  readonly definitions: DefinitionSource;
  /** The fonts of papers. */
  readonly fonts: FontSource;
}

/** Works for whoever owns the home, a patient or a professional. `wait` and `timeout` are those of {@link Waiting}. */
export class Client extends Reader {
  readonly #definitions: DefinitionSource;
  readonly #fonts: FontSource;

  constructor(context: Context, { definitions, fonts }: Sources) {
    super(context);
    this.#definitions = definitions;
    this.#fonts = fonts;
  }

  // ---- records ------------------------------------------------------------------------------------------------------

  /** Return what a file is and, for FHIR, what it holds and what is wrong with it; adds nothing. */
  fileExamine(file: File): Promise<FileExamined> {
    return examine(this.#definitions, file);
  }

  /** Encrypt a file on this device and add it to the own wallet or to a patient's. */
  recordAdd(file: File, where: Where = {}, options: AddOptions = {}): Promise<RecordAdded> {
    return addRecord(this.context, this.#definitions, file, where, options);
  }

  /** Import Bulk NDJSON of many patients; `wallets` maps a patient's id in the files to a wallet. */
  recordImport(
    files: readonly File[],
    wallets: Readonly<Record<string, string>>,
    options: ImportOptions = {},
  ): Promise<BulkImported> {
    return bulkImport(this.context, this.#definitions, files, wallets, options);
  }

  /** Erase an own record for good; the receipt names the copies beyond control. */
  recordDelete(record: string, options: Waiting = {}): Promise<DeletionReceipt> {
    return deleteRecord(this.context, record, options);
  }

  // ---- profile ------------------------------------------------------------------------------------------------------

  /** Append a signed entry to a section of the own profile or of a patient's. */
  profileAppend(
    section: string,
    entry: unknown,
    appending: Appending = {},
    options: Waiting = {},
  ): Promise<EventAdded> {
    return appendEntry(this.context, section, entry, appending, options);
  }

  /** Confirm an entry of the own profile. */
  profileConfirm(event: string, options: Waiting = {}): Promise<EventAdded> {
    return confirmEntry(this.context, event, options);
  }

  /** Dispute an entry of the own profile. */
  profileDispute(event: string, reason: string, options: Waiting = {}): Promise<EventAdded> {
    return disputeEntry(this.context, event, reason, options);
  }

  /** Answer a patient's dispute of an own entry. */
  profileAnswer(patient: string, event: string, reason: string, options: Waiting = {}): Promise<EventAdded> {
    return answerDispute(this.context, patient, event, reason, options);
  }

  // ---- access -------------------------------------------------------------------------------------------------------

  /** Ask a patient for access, as a professional. */
  accessRequest(wallet: string, sections: readonly string[], asking: Asking = {}): Promise<AccessRequested> {
    return request(this.context, wallet, sections, asking);
  }

  /** Return what sharing will sign; signs and sends nothing. */
  accessPrepare(who: string, sharing: Sharing): Promise<PreparedShare> {
    return prepare(this.context, who, sharing);
  }

  /** Share records or sections with a request's sender or a professional. */
  accessGrant(who: string, sharing: Sharing, options: Waiting = {}): Promise<AccessGranted> {
    return grant(this.context, who, sharing, options);
  }

  /** Return what sharing with a care team will sign; signs and sends nothing. */
  teamPrepare(wish: TeamWish): Promise<PreparedTeam> {
    return prepareTeam(this.context, wish);
  }

  /** Share with the members of a care team that the person agreed to. */
  teamGrant(wish: TeamWish, members: readonly AgreedMember[], options: TeamOptions = {}): Promise<TeamGranted> {
    return grantTeam(this.context, wish, members, options);
  }

  /** Ask a patient to let a colleague see sections that are open to this professional. */
  accessPropose(proposal: Proposal): Promise<AccessProposed> {
    return propose(this.context, proposal);
  }

  /** Refuse a request: it is deleted. Only who wrote a referral is told, and no reason. */
  accessDecline(waiting: string): Promise<void> {
    return decline(this.context, waiting);
  }

  /** Withdraw a grant, or everything a professional has; then rotate the sections concerned. */
  accessWithdraw(what: string, options: WithdrawOptions = {}): Promise<AccessWithdrawn> {
    return withdraw(this.context, what, options);
  }

  /** Finish withdrawals, rotations and moves to the sealed layer that were interrupted. */
  async accessRotate(options: WithdrawOptions = {}): Promise<AccessWithdrawn> {
    await settleRestrictions(this.context, { signal: options.signal });
    return resume(this.context, options);
  }

  /** Move an own record to the sealed layer, or finish a move that was interrupted. */
  accessRestrict(record: string, options: RestrictOptions = {}): Promise<RecordRestricted> {
    return restrict(this.context, record, options);
  }

  // ---- exports ------------------------------------------------------------------------------------------------------

  /** Return the summary (IPS) as a FHIR document, or on paper in the person's language. */
  exportIps(form: 'json' | 'pdf', language: string | null = null): Promise<Exported> {
    return exportIps(this.context, this.#fonts, form, { words: wordsOf(language) });
  }

  /** Return every record, the summary and the evidence in one file. */
  exportAll(language: string | null = null, options: Omit<EverythingOptions, 'words'> = {}): Promise<FullExport> {
    return exportEverything(this.context, this.#fonts, { ...options, words: wordsOf(language) });
  }

  /** Share a summary by a link that ends (SMART Health Link); the platform keeps its ciphertext. */
  linkCreate(wish: LinkWish & Gathering): Promise<SharedLink> {
    return shareSummary(this.context, wish);
  }

  /** Return the links that this wallet has shared. */
  linkList(): Promise<LinkRow[]> {
    return listLinks(this.context);
  }

  /** End a link, at once and for good. */
  linkStop(link: string): Promise<void> {
    return stopLink(this.context, link);
  }

  // ---- standing -----------------------------------------------------------------------------------------------------

  /** Return the institutions the platform knows. */
  institutionList(): InstitutionRow[] {
    return institutions(this.context);
  }

  /** Ask an institution to authorise this wallet. */
  professionalApply(institution: string, level = 'clinical', name = ''): Promise<ProfessionalApplied> {
    return apply(this.context, institution, level, name);
  }

  /** Return the address of a page of the platform that opens once, within a minute, signed in as this wallet. */
  pageLink(next: string): Promise<string> {
    return pageLink(this.context, next);
  }
}

function wordsOf(language: string | null): SummaryWords {
  return language === 'de' ? GERMAN : ENGLISH;
}
