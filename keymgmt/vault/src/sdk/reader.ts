/**
 * What a person's client may do without signing for a contract: one method per reading command of
 * `medixain/sdk/client.py`. A frame's Worker holds this class and nothing that acts.
 */

import { parse } from '../core/canonical.ts';
import { MedixainError } from '../core/errors.ts';
import type { PersonShown, RecordView, TeamShown } from '../ui/api.ts';
import type { ObservationSeries, SearchHit } from './clinical/model.ts';
import { FHIR_TYPES, viewOfRecord } from './clinical/view.ts';
import type { Context } from './context.ts';
import { accessLogFile } from './exports/accessLog.ts';
import { auditFacts } from './exports/auditEvents.ts';
import { linkOpenings } from './exports/linkOpenings.ts';
import { type Gist, gistOf, gists, rememberGist } from './gist.ts';
import { show as showAccess } from './grants.ts';
import { sync } from './inbox.ts';
import { accessLog } from './looks.ts';
import { appointmentIn } from './practice/visitFold.ts';
import { person } from './professionals.ts';
import { showProfile } from './profile.ts';
import { MAX_EVENT, parseEvent } from './profileFold.ts';
import { type GetOptions, getRecord, listRecords, openWhole, recordMetadata } from './records.ts';
import type {
  AccessShown,
  Check,
  Exported,
  LinkOpening,
  LookRow,
  ProfileShown,
  RecordMetadata,
  RecordOpened,
  RecordRow,
  WalletShown,
} from './results.ts';
import { Search } from './searching.ts';
import { show as showWallet } from './showing.ts';
import { standing } from './standing.ts';
import { listTeams, showTeam } from './teams.ts';
import { verifyFile, verifyWallet } from './verify.ts';

/** Reads for whoever owns the home; every method may throw the typed errors of the SDK, the core and the nodes. */
export class Reader {
  protected readonly context: Context;
  readonly #search: Search;

  constructor(context: Context) {
    this.context = context;
    this.#search = new Search(context);
  }

  /** Return whose home this is, who attested it, and its layers as m nodes attest them. */
  walletShow(): Promise<WalletShown> {
    return showWallet(this.context);
  }

  /** What the platform takes this wallet for: account, professional, author or stranger. */
  standing(): Promise<string> {
    return standing(this.context);
  }

  /** Return the own records, or those a patient shares with this professional. */
  recordList(patient?: string): Promise<RecordRow[]> {
    return listRecords(this.context, patient ?? null);
  }

  /** Open a record into a file. */
  recordGet(record: string, options: GetOptions = {}): Promise<RecordOpened> {
    return getRecord(this.context, record, options);
  }

  /** Return what is known of one record; another's is opened through the nodes for it. */
  recordMetadata(record: string, signal?: AbortSignal): Promise<RecordMetadata> {
    return recordMetadata(this.context, record, signal);
  }

  /** Open a record and show what it holds: FHIR, an event of the profile, a visit, or none of them for a file. */
  async recordView(record: string, options: GetOptions = {}): Promise<RecordView> {
    const { opened, metadata } = await openWhole(this.context, record, options);
    const held = { ...NOTHING_HELD, ...(await heldIn(opened.file, metadata)) };
    const gist = gistOf(held);
    // Of a patient's records nothing of the content stays with whoever may look at them.
    if (gist !== null && metadata.nodes.length === 0) await rememberGist(this.context, metadata.record, gist);
    return { metadata, ...held };
  }

  /** Return what this device has learnt of the own records it has opened. */
  recordGists(): Promise<Record<string, Gist>> {
    return gists(this.context);
  }

  /** Return the profile as its events fold. */
  profileShow(patient?: string): Promise<ProfileShown> {
    return showProfile(this.context, patient ?? null);
  }

  /** Return requests that wait, and grants given and received. */
  accessList(): Promise<AccessShown> {
    return showAccess(this.context);
  }

  /** Return who looked or tried to, the newest first. */
  accessLog(): Promise<LookRow[]> {
    return accessLog(this.context);
  }

  /** Return who opened the links that this wallet shared: the platform's word, which no node confirms. */
  linkOpenings(): Promise<LinkOpening[]> {
    return linkOpenings(this.context);
  }

  /** Return the log as a file: a table, or FHIR AuditEvents (IHE BALP). */
  async exportLog(form: 'csv' | 'fhir'): Promise<Exported> {
    const [looks, openings] = await Promise.all([this.accessLog(), this.linkOpenings()]);
    return accessLogFile({ looks, openings }, form, auditFacts(this.context, this.context.now()));
  }

  /** Check a file against records, signatures, nodes and chain. */
  verifyFile(file: File, options: Pick<GetOptions, 'progress' | 'signal'> = {}): Promise<Check[]> {
    return verifyFile(this.context, file, options);
  }

  /** Check that a wallet exists and who attested it. */
  verifyWallet(wallet: string): Promise<Check[]> {
    return verifyWallet(this.context, wallet);
  }

  /** Return what has every word of `text` in the own records, best first. */
  search(text: string): Promise<SearchHit[]> {
    return this.#search.search(text);
  }

  /** Return one series for each measured thing across the own records. */
  seriesList(): Promise<ObservationSeries[]> {
    return this.#search.series();
  }

  /** Return a professional as the nodes attest. */
  person(address: string): Promise<PersonShown> {
    return person(this.context, address);
  }

  /** Return a care team as m nodes attest and its institution signed it; the requests that have come say who may add. */
  async team(id: string): Promise<TeamShown> {
    await sync(this.context);
    return showTeam(this.context, id);
  }

  /** Return the care teams of the institutions that this person deals with. */
  teamList(): Promise<TeamShown[]> {
    return listTeams(this.context);
  }
}

type Held = Omit<RecordView, 'metadata'>;

const NOTHING_HELD: Held = { view: null, event: null, visit: null };

async function heldIn(file: File, metadata: RecordMetadata): Promise<Partial<Held>> {
  const { record, type, author, institution, created } = metadata;
  if ((FHIR_TYPES as ReadonlySet<string>).has(type)) {
    const bytes = new Uint8Array(await file.arrayBuffer());
    return { view: viewOfRecord(bytes, { record, place: '', author, institution }) };
  }
  if ((type !== 'profile-event' && type !== 'activity-event') || file.size > MAX_EVENT) return {};
  const bytes = new Uint8Array(await file.arrayBuffer());
  try {
    if (type === 'activity-event') return { visit: appointmentIn(record, bytes) };
    const facts = { event: record, order: 0, author, institution, byOwner: institution === null, at: created };
    const { kind, section, entry, target, reason } = parseEvent(parse(bytes), facts);
    return { event: { kind, section, entry, target, reason } };
  } catch (error) {
    // What calls itself an event and is none is shown as the file it is.
    if (error instanceof MedixainError) return {};
    throw error;
  }
}
