/**
 * Words in the person's language. The English sentence is the key; catalogues (locale/*.json) hold the others. A string
 * that a catalogue lacks appears in English, and a test keeps the German one complete.
 */

import german from './locale/de.json' with { type: 'json' };
import germanPractice from './locale/de-practice.json' with { type: 'json' };

/** A catalogue entry: one text, or one for each plural category of the language. */
type Entry = string | Readonly<Record<string, string>>;

/** Languages that have a catalogue, by code; English needs none. */
const CATALOGUES: Readonly<Record<string, Readonly<Record<string, Entry>>>> = {
  de: { ...germanPractice, ...german },
};

/** Languages people can choose, each in its own name. */
export const LANGUAGES: Readonly<Record<string, string>> = { en: 'English', de: 'Deutsch' };

/** Values for `{name}` placeholders. */
export type Values = Readonly<Record<string, string | number>>;

let current = 'en';

/** The language in use. */
export function language(): string {
  return current;
}

/** The locale for dates and numbers: British English, or German of Germany. */
export function locale(): string {
  return current === 'de' ? 'de-DE' : 'en-GB';
}

/** Uses `code` from now on; an unknown language is English. */
export function useLanguage(code: string): void {
  current = code in LANGUAGES ? code : 'en';
}

/** The best of the languages a browser prefers, or English. */
export function preferredLanguage(preferred: readonly string[]): string {
  const codes = preferred.map((tag) => tag.toLowerCase().split('-')[0] ?? '');
  return codes.find((code) => code in LANGUAGES) ?? 'en';
}

/** Returns the text for `key` in the language in use, with `{name}` placeholders filled. */
export function t(key: string, values: Values = {}): string {
  return fill(textOf(key), values);
}

/** Returns the singular or plural text for `n`, which fills `{n}` formatted; other placeholders come from `values`. */
export function tn(one: string, other: string, n: number, values: Values = {}): string {
  const category = new Intl.PluralRules(locale()).select(n);
  const entry = CATALOGUES[current]?.[other];
  const english = n === 1 ? one : other;
  const text = typeof entry === 'object' ? (entry[category] ?? entry['other'] ?? english) : (entry ?? english);
  return fill(text, { n: new Intl.NumberFormat(locale()).format(n), ...values });
}

/**
 * Returns the text for `key` in pieces, with what `parts` holds in the places of its placeholders: for sentences that
 * carry a link or bold words, whose order differs between languages.
 */
export function tx<Part>(key: string, parts: Readonly<Record<string, Part>>): (string | Part)[] {
  return textOf(key)
    .split(/(\{\w+\})/)
    .filter((piece) => piece !== '')
    .map((piece) => {
      const name = piece.startsWith('{') ? piece.slice(1, -1) : '';
      return name in parts ? (parts[name] as Part) : piece;
    });
}

function textOf(key: string): string {
  const entry = CATALOGUES[current]?.[key];
  return typeof entry === 'string' ? entry : key;
}

function fill(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (placeholder, name: string) => {
    const value = values[name];
    return value === undefined ? placeholder : String(value);
  });
}
