/** What FHIR records say in one line: opened one after the other on this device, newest first, while the page is there. */

import type { Reading } from '../api.ts';
import { listed } from '../format.ts';
import { tn } from '../i18n.ts';
import { kindTitles } from '../names.ts';
import type { ClinicalView } from '../../sdk/clinical/model.ts';
import type { RecordRow } from '../../sdk/results.ts';

/** A record in one line. */
export interface Summary {
  readonly title: string;
  readonly value: string;
}

const READABLE = new Set(['fhir', 'ips', 'fhir-resource', 'profile-event']);

/** Larger records are opened on their own page only: a timeline must not download gigabytes. */
const LARGEST = 2_000_000;

/** Names and kinds given in a line; the others are counted. */
const NAMED = 3;

/** The one-liners of a page. */
export class Summaries {
  readonly #known = new Map<string, Summary | null>();
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

  /** Opens what of `rows` is FHIR and small, each once. */
  want(rows: readonly RecordRow[]): void {
    for (const row of rows) {
      const readable = row.type !== null && READABLE.has(row.type) && (row.size ?? 0) <= LARGEST;
      if (!readable || this.#known.has(row.record)) continue;
      this.#known.set(row.record, null);
      this.#queue.push(row.record);
    }
    if (!this.#working) void this.#work();
  }

  /** Opens nothing more, and forgets. */
  stop(): void {
    this.#stopped = true;
    this.#known.clear();
    this.#queue.length = 0;
  }

  async #work(): Promise<void> {
    this.#working = true;
    for (let next = this.#queue.shift(); next !== undefined && !this.#stopped; next = this.#queue.shift()) {
      try {
        const { view } = await this.#vault.recordView(next);
        if (view !== null) this.#known.set(next, summarise(view));
        this.#changed();
      } catch {
        // A record that does not open keeps its plain row; its own page says why.
      }
    }
    this.#working = false;
  }
}

/** One line for what a record holds; null keeps the record's own name. */
export function summarise(view: ClinicalView): Summary | null {
  const items = view.items.filter((item) => item.kind !== 'patient');
  const [first] = items;
  if (first === undefined) return null;
  if (items.length === 1) return { title: first.title, value: first.value };
  const kinds = kindTitles().filter(([kind]) => items.some((item) => item.kind === kind));
  const names = [...new Set(items.map((item) => item.title))];
  const rest = names.length - NAMED;
  const named = rest > 0 ? [...names.slice(0, NAMED), tn('{n} more', '{n} more', rest)] : names;
  // One kind is named by what it lists, several by the kinds: "Allergies, Medication and Test results".
  if (kinds.length === 1) return { title: kinds[0]?.[1] ?? first.title, value: listed(named) };
  return { title: listed(kinds.slice(0, NAMED).map(([, title]) => title)), value: listed(named) };
}
