/** What records say in one line: opened one after the other on this device, newest first, while the page is there. */

import type { Reading, RecordView } from '../api.ts';
import { itemTitle, itemValue } from '../coded.ts';
import { listed } from '../format.ts';
import { tn } from '../i18n.ts';
import { kindTitles } from '../names.ts';
import { type Summary, eventWords, visitWords } from '../events.ts';
import type { ClinicalView } from '../../sdk/clinical/model.ts';
import { type Gist, gistOf } from '../../sdk/gist.ts';
import type { Appointment } from '../../sdk/practice/model.ts';
import type { RecordRow } from '../../sdk/results.ts';

/** Events of the profile are not among them: the profile is folded from all of them at once. */
const READABLE = new Set(['fhir', 'ips', 'fhir-resource', 'ndjson', 'activity-event']);

/** Larger records are opened on their own page only: a timeline must not download gigabytes. */
const LARGEST = 2_000_000;

/** Names and kinds given in a line; the others are counted. */
const NAMED = 3;

/** The one-liners of a page. */
export class Summaries {
  readonly #known = new Map<string, Summary | null>();
  readonly #gists = new Map<string, Gist>();
  readonly #visits = new Map<string, Appointment>();
  readonly #queue: string[] = [];
  readonly #vault: Reading;
  readonly #changed: () => void;
  #working = false;
  #stopped = false;

  constructor(vault: Reading, changed: () => void) {
    this.#vault = vault;
    this.#changed = changed;
  }

  /** The line of a record, null while it is not known or when it has none. */
  of(record: string): Summary | null {
    return this.#known.get(record) ?? null;
  }

  /** What was learnt of a record on this page, null while it is not opened or when it is only a file. */
  gist(record: string): Gist | null {
    return this.#gists.get(record) ?? null;
  }

  /** The visit that a record is about, null while it is not opened or when it is about none. */
  visit(record: string): Appointment | null {
    return this.#visits.get(record) ?? null;
  }

  /** Opens what of `rows` has a line and is small, each once. */
  want(rows: readonly RecordRow[]): void {
    for (const row of rows) {
      if (!isReadable(row) || this.#known.has(row.record)) continue;
      this.#known.set(row.record, null);
      this.#queue.push(row.record);
    }
    if (!this.#working) void this.#work();
  }

  /** Opens nothing more, and forgets. */
  stop(): void {
    this.#stopped = true;
    this.#known.clear();
    this.#gists.clear();
    this.#visits.clear();
    this.#queue.length = 0;
  }

  async #work(): Promise<void> {
    this.#working = true;
    for (let next = this.#queue.shift(); next !== undefined && !this.#stopped; next = this.#queue.shift()) {
      try {
        this.#learn(next, await this.#vault.recordView(next));
        this.#changed();
      } catch {
        // A record that does not open keeps its plain row; its own page says why.
      }
    }
    this.#working = false;
  }

  #learn(record: string, opened: RecordView): void {
    if (this.#stopped) return;
    const gist = gistOf(opened);
    if (gist !== null) this.#gists.set(record, gist);
    if (opened.visit !== null) this.#visits.set(record, opened.visit);
    this.#known.set(record, openedWords(opened));
  }
}

/** Whether a list opens this record by itself. */
export function isReadable(row: RecordRow): boolean {
  return row.type !== null && READABLE.has(row.type) && (row.size ?? 0) <= LARGEST;
}

/** One line for an opened record by itself; null keeps the record's own name. */
export function openedWords({ view, event, visit }: Pick<RecordView, 'view' | 'event' | 'visit'>): Summary | null {
  if (visit !== null) return visitWords(visit);
  if (event !== null) return eventWords(event, 'person');
  return view === null ? null : summarise(view);
}

/** One line for what a record holds; null keeps the record's own name. */
function summarise(view: ClinicalView): Summary | null {
  const items = view.items.filter((item) => item.kind !== 'patient');
  const [first] = items;
  if (first === undefined) return null;
  if (items.length === 1) return { title: itemTitle(first), value: itemValue(first) };
  const kinds = kindTitles().filter(([kind]) => items.some((item) => item.kind === kind));
  const names = [...new Set(items.map(itemTitle))];
  const rest = names.length - NAMED;
  const named = rest > 0 ? [...names.slice(0, NAMED), tn('{n} more', '{n} more', rest)] : names;
  // One kind is named by what it lists, several by the kinds: "Allergies, Medication and Test results".
  if (kinds.length === 1) return { title: kinds[0]?.[1] ?? first.title, value: listed(named) };
  return { title: listed(kinds.slice(0, NAMED).map(([, title]) => title)), value: listed(named) };
}
