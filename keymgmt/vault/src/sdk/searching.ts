/**
 * What lies across the own records, words and measured values: FHIR and texts are opened once, in this Worker's memory.
 */

import { FHIR_TYPES, viewOfProfile, viewOfRecord } from './clinical/view.ts';
import { SearchIndex } from './clinical/search.ts';
import type { ClinicalItem, ObservationSeries, SearchHit } from './clinical/model.ts';
import { distinctSeries, seriesOf } from './clinical/series.ts';
import { MedixainError } from '../core/errors.ts';
import type { Context } from './context.ts';
import { showProfile } from './profile.ts';
import { getRecord, listRecords } from './records.ts';
import type { RecordRow } from './results.ts';
import { SMALL } from './spool.ts';

/** Characters of a text that a hit shows. */
const SHOWN = 120;

/** Where the records come from; this wallet's unless a test says otherwise. */
export interface Searched {
  readonly listRecords: typeof listRecords;
  readonly showProfile: typeof showProfile;
  readonly getRecord: typeof getRecord;
}

interface Gathered {
  readonly index: SearchIndex;
  readonly items: readonly ClinicalItem[];
  readonly sealed: ReadonlySet<string>;
}

/** Finds words, and every value of one measured thing, in the own records; keeps what it has read until they change. */
export class Search {
  readonly #context: Context;
  readonly #searched: Searched;
  #kept: { readonly of: string; readonly gathered: Promise<Gathered> } | null = null;

  constructor(context: Context, searched: Searched = { listRecords, showProfile, getRecord }) {
    this.#context = context;
    this.#searched = searched;
  }

  /** Return what has every word of `text`, best first; records that do not open are found by their name only. */
  async search(text: string): Promise<SearchHit[]> {
    return (await this.#gathered()).index.search(text);
  }

  /** Return one series for each measured thing across all records but sealed ones, the longest first. */
  async series(): Promise<ObservationSeries[]> {
    const { items, sealed } = await this.#gathered();
    return distinctSeries(seriesOf(items.filter(({ source }) => !sealed.has(source.record))));
  }

  /** Reading goes on for whoever asks next, also when the page that asked first is left. */
  async #gathered(): Promise<Gathered> {
    const rows = await this.#searched.listRecords(this.#context);
    const of = rows.map(({ record, state }) => `${record}/${state}`).join();
    if (this.#kept?.of === of) return this.#kept.gathered;
    const gathered = this.#gather(rows);
    this.#kept = { of, gathered };
    gathered.catch(() => {
      if (this.#kept?.gathered === gathered) this.#kept = null;
    });
    return gathered;
  }

  async #gather(rows: readonly RecordRow[]): Promise<Gathered> {
    const items: ClinicalItem[] = [...viewOfProfile(await this.#searched.showProfile(this.#context)).items];
    const index = new SearchIndex();
    for (const row of rows) {
      const source = { record: row.record, place: '', author: row.author, institution: row.institution };
      const date = new Date(row.created * 1000).toISOString().slice(0, 10);
      const isFhir = row.type !== null && (FHIR_TYPES as ReadonlySet<string>).has(row.type);
      const isOpened = (isFhir || row.type === 'text') && row.size !== null && row.size <= SMALL;
      const bytes = isOpened ? await this.#bytesOf(row.record) : null;
      const text = bytes !== null && !isFhir ? new TextDecoder().decode(bytes) : '';
      const value = beginningOf(text);
      index.add({ title: row.name ?? '', value, text, date, time: row.created, section: row.section, source });
      if (bytes !== null && isFhir) items.push(...viewOfRecord(bytes, source).items);
    }
    for (const item of items) index.add(item);
    const sealed = rows.filter(({ section }) => section.split('/')[0] === 'sealed').map(({ record }) => record);
    return { index, items, sealed: new Set(sealed) };
  }

  /** A record's bytes, null when it does not open: one damaged record must not hide the others. */
  async #bytesOf(record: string): Promise<Uint8Array | null> {
    try {
      const { file } = await this.#searched.getRecord(this.#context, record);
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
