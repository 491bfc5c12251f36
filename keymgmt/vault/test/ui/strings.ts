/** Finds the sentences that pages translate: the literals given to `t`, `tn` and `tx`, and tables of titles. */

import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const UI = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'src', 'ui');

/** Files whose tables hold sentences that are translated when shown. */
const TABLES: Readonly<Record<string, RegExp>> = {
  'names.ts': /(?:\['[a-z]+\/[a-z-]+', |^ {2}(?:identity|profile|activity|emergency|sealed): )'((?:[^'\\]|\\.)*)'/gm,
  'coded.ts': /^ {2}(?:'[^']+'|\w+): '((?:[^'\\]|\\.)*)',$/gm,
  'import-faults.ts': /^ {2}(?:'((?:[^'\\]|\\.)*)'|"([^"]*)"),$/gm,
  'resource-types.ts': /^ {2}\w+: '((?:[^'\\]|\\.)*)',$/gm,
  'errors.ts': /^ {4}'([^']* [^']*)',$|: \['([^']*)', '([^']*)'/gm,
};

/** The keys given to `t` and `tx`, which know no plural. */
export function singularKeys(): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const name of readdirSync(UI, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))) {
    const source = readFileSync(join(UI, name), 'utf8');
    for (const [, key] of source.matchAll(/\bt(?:x<\w+>|x)?\(\s*'((?:[^'\\]|\\.)*)'/g)) keys.add(unquoted(key ?? ''));
  }
  return keys;
}

/** Every key that must stand in a catalogue; the second word of `tn` is the key of its plural. */
export function translatedKeys(): ReadonlySet<string> {
  const keys = new Set<string>(singularKeys());
  for (const name of readdirSync(UI, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))) {
    const source = readFileSync(join(UI, name), 'utf8');
    for (const [, , key] of source.matchAll(/\btn\(\s*'((?:[^'\\]|\\.)*)',\s*'((?:[^'\\]|\\.)*)'/g))
      keys.add(unquoted(key ?? ''));
    const table = TABLES[name];
    if (table !== undefined) {
      for (const groups of source.matchAll(table)) {
        for (const key of groups.slice(1)) if (key !== undefined) keys.add(unquoted(key));
      }
    }
  }
  return keys;
}

function unquoted(text: string): string {
  return text.replaceAll("\\'", "'");
}
