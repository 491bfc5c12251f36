/**
 * Search over one's own records, on this device: an inverted index in the Worker's memory that ends with it.
 *
 * Words are folded (case, accents, ligatures) and found by their beginnings; a title's word weighs more than a value's.
 */

import type { ClinicalItem, SearchHit } from './model.ts';

const WORD = /[\p{L}\p{N}]+/gu;
const WEIGHTS = { title: 8, code: 6, value: 3, detail: 1 } as const;
const MAX_HITS = 100;

/** What is found besides items: a record by its file's name, and a text by every word of it. */
export type Searchable = Pick<ClinicalItem, 'title' | 'value' | 'date' | 'time' | 'section' | 'source'> &
  Partial<Pick<ClinicalItem, 'codes' | 'details'>> & { readonly text?: string };

/** An index of items; add, then search. */
export class SearchIndex {
  readonly #items: Searchable[] = [];
  /** Weight by item number, for each word. */
  readonly #words = new Map<string, Map<number, number>>();
  /** Sorted anew when words came since the last search. */
  #sorted: string[] | null = null;

  /** How many items are in the index. */
  get size(): number {
    return this.#items.length;
  }

  /** Add an item. */
  add(item: Searchable): void {
    const number = this.#items.push(item) - 1;
    this.#put(number, item.title, WEIGHTS.title);
    this.#put(number, item.value, WEIGHTS.value);
    this.#put(number, item.section, WEIGHTS.detail);
    this.#put(number, item.date ?? '', WEIGHTS.detail);
    for (const { code, display } of item.codes ?? []) this.#put(number, `${code ?? ''} ${display ?? ''}`, WEIGHTS.code);
    for (const [, value] of item.details ?? []) this.#put(number, value, WEIGHTS.detail);
    this.#put(number, item.text ?? '', WEIGHTS.detail);
  }

  /** Return the items that have every word of the query (its beginning suffices), best first, then newest. */
  search(query: string): SearchHit[] {
    const words = wordsOf(query);
    if (words.length === 0) return [];
    const scores = words.map((word) => this.#scoresOf(word));
    const [first, ...others] = scores;
    const hits: { readonly item: Searchable; readonly score: number }[] = [];
    for (const [number, score] of first ?? []) {
      const rest = others.map((one) => one.get(number));
      if (rest.includes(undefined)) continue;
      hits.push({ item: this.#items[number]!, score: rest.reduce<number>((sum, one) => sum + (one ?? 0), score) });
    }
    hits.sort((left, right) => right.score - left.score || (right.item.time ?? 0) - (left.item.time ?? 0));
    return hits.slice(0, MAX_HITS).map(({ item, score }) => {
      const { source, title, value, date, section } = item;
      return { source, title, value, date, section, score };
    });
  }

  #put(number: number, words: string, weight: number): void {
    for (const word of wordsOf(words)) {
      let items = this.#words.get(word);
      if (items === undefined) {
        items = new Map();
        this.#words.set(word, items);
        this.#sorted = null;
      }
      items.set(number, Math.max(weight, items.get(number) ?? 0));
    }
  }

  #scoresOf(prefix: string): Map<number, number> {
    this.#sorted ??= [...this.#words.keys()].sort();
    const scores = new Map<number, number>();
    for (let place = lowerBound(this.#sorted, prefix); place < this.#sorted.length; place += 1) {
      const word = this.#sorted[place]!;
      if (!word.startsWith(prefix)) break;
      // A whole word is what was meant more often than the beginning of a longer one.
      const worth = word === prefix ? 2 : 1;
      for (const [number, weight] of this.#words.get(word)!) {
        scores.set(number, Math.max(scores.get(number) ?? 0, weight * worth));
      }
    }
    return scores;
  }
}

/** Return the words of a text as they are compared. */
export function wordsOf(text: string): string[] {
  const folded = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('ß', 'ss');
  return folded.match(WORD) ?? [];
}

function lowerBound(sorted: readonly string[], value: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
