/**
 * What a person's client may do without signing for a contract: one method per reading command of
 * `medixain/sdk/client.py`. A frame's Worker holds this class and nothing that acts.
 */

import { ZERO_ADDRESS } from '../core/addresses.ts';
import type { PersonShown, RecordView } from '../ui/api.ts';
import type { SearchHit } from './clinical/model.ts';
import { FHIR_TYPES, viewOfRecord } from './clinical/view.ts';
import type { Context } from './context.ts';
import { accessLogFile } from './exports/accessLog.ts';
import { show as showAccess } from './grants.ts';
import { accessLog } from './looks.ts';
import { person } from './professionals.ts';
import { showProfile } from './profile.ts';
import { type GetOptions, getRecord, listRecords, openWhole, recordMetadata } from './records.ts';
import type {
  AccessShown,
  Check,
  Exported,
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

  /** Open a record and show what it holds; `view` is null for what is not FHIR. */
  async recordView(record: string, options: GetOptions = {}): Promise<RecordView> {
    const { opened, metadata } = await openWhole(this.context, record, options);
    if (!(FHIR_TYPES as ReadonlySet<string>).has(metadata.type)) return { metadata, view: null };
    const bytes = new Uint8Array(await opened.file.arrayBuffer());
    const { author, institution } = metadata;
    return { metadata, view: viewOfRecord(bytes, { record: metadata.record, place: '', author, institution }) };
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

  /** Return the log as a file: a table, or FHIR AuditEvents (IHE BALP). */
  async exportLog(form: 'csv' | 'fhir'): Promise<Exported> {
    const { meta, keys } = this.context;
    const contract = meta.contracts.get('AccessLog') ?? ZERO_ADDRESS;
    const facts = { wallet: keys.walletId, chainId: meta.chainId, contract, now: this.context.now() };
    return accessLogFile(await this.accessLog(), form, facts);
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
  search(text: string, signal?: AbortSignal): Promise<SearchHit[]> {
    return this.#search.search(text, signal);
  }

  /** Return a professional as the nodes attest. */
  person(address: string): Promise<PersonShown> {
    return person(this.context, address);
  }
}
