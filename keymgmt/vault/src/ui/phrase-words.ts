/** The 24 words while a person types them: each is checked against BIP-39's list as soon as it is complete. */

import { wordlist } from '@scure/bip39/wordlists/english.js';

const LIST: ReadonlySet<string> = new Set(wordlist);

/** Words of a recovery phrase. */
export const PHRASE_LENGTH = 24;

/** Whether `text` is a word of the list. */
export function isPhraseWord(text: string): boolean {
  return LIST.has(text.trim().toLowerCase());
}

/** The word meant by its beginning: the first four letters tell BIP-39's words apart. Others are returned as they are. */
export function completed(text: string): string {
  const start = text.trim().toLowerCase();
  if (start.length < 4 || LIST.has(start)) return start;
  const candidates = wordlist.filter((word) => word.startsWith(start));
  return candidates.length === 1 ? (candidates[0] ?? start) : start;
}

/** The words of a pasted text; numbers, dots and commas between them are dropped. */
export function pastedWords(text: string): readonly string[] {
  return text
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== '');
}

/** Places (from 1) of the words that are not on the list. */
export function wrongPlaces(words: readonly string[]): readonly number[] {
  return words.flatMap((word, index) => (isPhraseWord(word) ? [] : [index + 1]));
}

/** `count` different places (from 1) of a phrase, in order, to be asked for. */
export function placesToAsk(count: number): readonly number[] {
  const places = new Set<number>();
  const box = new Uint8Array(1);
  while (places.size < count) {
    crypto.getRandomValues(box);
    const value = box[0] ?? 0;
    // 240 is the greatest multiple of 24 in a byte: the rest is drawn again, so that no place is likelier.
    if (value < 240) places.add((value % PHRASE_LENGTH) + 1);
  }
  return [...places].sort((a, b) => a - b);
}
