/** The client: one method for each command that a person (not an institution) uses; see `medixain/sdk/client.py`. */

import { type AddOptions, type Where, addRecord, examine } from './adding.ts';
import type { Context } from './context.ts';
import { type DefinitionSource } from './fhir/definitions.ts';
import { type Asking, type Sharing, grant, request } from './granting.ts';
import { forget } from './mail.ts';
import { prepare } from './preparing.ts';
import { apply, institutions } from './professionals.ts';
import { type Appending, answerDispute, appendEntry, confirmEntry, disputeEntry } from './profileWriting.ts';
import { Reader } from './reader.ts';
import { type RestrictOptions, deleteRecord, restrict } from './removing.ts';
import type {
  AccessGranted,
  AccessRequested,
  AccessWithdrawn,
  DeletionReceipt,
  EventAdded,
  FileExamined,
  InstitutionRow,
  ProfessionalApplied,
  RecordAdded,
  RecordRestricted,
} from './results.ts';
import { pageLink } from './standing.ts';
import type { Waiting } from './transactions.ts';
import { type WithdrawOptions, resume, withdraw } from './withdrawal.ts';
import type { PreparedShare } from '../ui/api.ts';

/** Works for whoever owns the home, a patient or a professional. `wait` and `timeout` are those of {@link Waiting}. */
export class Client extends Reader {
  readonly #definitions: DefinitionSource;

  /** `definitions` are FHIR's, by which files are checked before they are taken in. */
  constructor(context: Context, definitions: DefinitionSource) {
    super(context);
    this.#definitions = definitions;
  }

  // ---- records -------------------------------------------------------------------------------------------------------

  /** Return what a file is and, for FHIR, what it holds and what is wrong with it; adds nothing. */
  fileExamine(file: File): Promise<FileExamined> {
    return examine(this.#definitions, file);
  }

  /** Encrypt a file on this device and add it to the own wallet or to a patient's. */
  recordAdd(file: File, where: Where = {}, options: AddOptions = {}): Promise<RecordAdded> {
    return addRecord(this.context, this.#definitions, file, where, options);
  }

  /** Erase an own record for good; the receipt names the copies beyond control. */
  recordDelete(record: string, options: Waiting = {}): Promise<DeletionReceipt> {
    return deleteRecord(this.context, record, options);
  }

  // ---- profile -------------------------------------------------------------------------------------------------------

  /** Append a signed entry to a section of the own profile or of a patient's. */
  profileAppend(section: string, entry: unknown, appending: Appending = {}, options: Waiting = {}): Promise<EventAdded> {
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

  // ---- access --------------------------------------------------------------------------------------------------------

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

  /** Let a request go unanswered: it is deleted, and its sender is told nothing. */
  accessDecline(waiting: string): Promise<void> {
    return forget(this.context, this.context.account, waiting);
  }

  /** Withdraw a grant, or everything a professional has; then rotate the sections concerned. */
  accessWithdraw(what: string, options: WithdrawOptions = {}): Promise<AccessWithdrawn> {
    return withdraw(this.context, what, options);
  }

  /** Finish withdrawals and rotations that were interrupted. */
  accessRotate(options: WithdrawOptions = {}): Promise<AccessWithdrawn> {
    return resume(this.context, options);
  }

  /** Move an own record to the sealed layer. */
  accessRestrict(record: string, options: RestrictOptions = {}): Promise<RecordRestricted> {
    return restrict(this.context, record, options);
  }

  // ---- standing ------------------------------------------------------------------------------------------------------

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
