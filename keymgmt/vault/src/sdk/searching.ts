/** Search over the own records: FHIR and texts are opened once and indexed in this Worker's memory. */

import { FHIR_TYPES, viewOfProfile, viewOfRecord } from './clinical/view.ts';
import { SearchIndex } from './clinical/search.ts';
import type { SearchHit } from './clinical/model.ts';
import { MedixainError } from '../core/errors.ts';
import type { Context } from './context.ts';
import { showProfile } from './profile.ts';
import { getRecord, listRecords } from './records.ts';
import type { RecordRow } from './results.ts';
import { SMALL } from './spool.ts';

/** Characters of a text that a hit shows. */
const SHOWN = 120;

/** Where the index comes from; this wallet's records unless a test says otherwise. */
export interface Searched {
  readonly listRecords: typeof listRecords;
  readonly showProfile: typeof showProfile;
  readonly getRecord: typeof getRecord;
}

/** Finds words in the own records; keeps what it has indexed until the records change. */
export class Search {
  readonly #context: Context;
  readonly #searched: Searched;
  #indexed: { readonly of: string; readonly index: SearchIndex } | null = null;

  constructor(context: Context, searched: Searched = { listRecords, showProfile, getRecord }) {
    this.#context = context;
    this.#searched = searched;
  }

  /** Return what has every word of `text`, best first; records that do not open are found by their name only. */
  async search(text: string, signal?: AbortSignal): Promise<SearchHit[]> {
    const rows = await this.#searched.listRecords(this.#context);
    const of = rows.map(({ record, state }) => `${record}/${state}`).join();
    if (this.#indexed?.of !== of) this.#indexed = { of, index: await this.#build(rows, signal) };
    return this.#indexed.index.search(text);
  }

  async #build(rows: readonly RecordRow[], signal: AbortSignal | undefined): Promise<SearchIndex> {
    const index = new SearchIndex();
    for (const item of viewOfProfile(await this.#searched.showProfile(this.#context)).items) index.add(item);
    for (const row of rows) {
      signal?.throwIfAborted();
      const source = { record: row.record, place: '', author: row.author, institution: row.institution };
      const date = new Date(row.created * 1000).toISOString().slice(0, 10);
      const isFhir = row.type !== null && (FHIR_TYPES as ReadonlySet<string>).has(row.type);
      const isOpened = (isFhir || row.type === 'text') && row.size !== null && row.size <= SMALL;
      const bytes = isOpened ? await this.#bytesOf(row.record, signal) : null;
      const text = bytes !== null && !isFhir ? new TextDecoder().decode(bytes) : '';
      const value = beginningOf(text);
      index.add({ title: row.name ?? '', value, text, date, time: row.created, section: row.section, source });
      if (bytes !== null && isFhir) for (const item of viewOfRecord(bytes, source).items) index.add(item);
    }
    return index;
  }

  /** A record's bytes, null when it does not open: one damaged record must not hide the others. */
  async #bytesOf(record: string, signal: AbortSignal | undefined): Promise<Uint8Array | null> {
    try {
      const { file } = await this.#searched.getRecord(this.#context, record, { signal });
      return new Uint8Array(await file.arrayBuffer());
    } catch (error) {
      if (error instanceof MedixainError) return null;
      throw error;
    }
  }
}

/** The beginning of a text as one line, cut after a word where it is long. */
function beginningOf(text: string): string {
  const line = text.trim().replace(/\s+/gu, ' ');
  return line.length <= SHOWN ? line : `${line.slice(0, SHOWN).replace(/ \S*$/u, '')} …`;
}
