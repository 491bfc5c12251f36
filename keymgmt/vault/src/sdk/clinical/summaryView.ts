/**
 * A FHIR document by its own sections: what an International Patient Summary shows, in the order it has (HL7 IPS 2.0.1).
 *
 * Entries are shown from their resources. A section that has only words keeps them as plain text: narrative is markup of
 * somebody else's, and none of it reaches a page.
 */

import { entries, parseJson } from '../fhir/report.ts';
import { itemOf } from './items.ts';
import type { ClinicalItem, Source } from './model.ts';
import { References } from './references.ts';
import { codings, object, objects, text } from './values.ts';

/** One section as a page shows it. */
export interface SummarySection {
  /** Its LOINC code, null when it has none. */
  readonly code: string | null;
  /** Its title in the document's own words. */
  readonly title: string;
  readonly items: readonly ClinicalItem[];
  /** What it says where it has no entries. */
  readonly words: string;
}

/** A document's heading and sections. */
export interface SummaryView {
  readonly title: string | null;
  /** FHIR dateTime as it came. */
  readonly made: string | null;
  readonly sections: readonly SummarySection[];
}

const LOINC = 'http://loinc.org';
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

/** Return the sections of a FHIR document; null for anything else. */
export function summaryOf(bytes: Uint8Array, source: Source): SummaryView | null {
  const bundle = object(parseJson(bytes));
  if (bundle === null || bundle['type'] !== 'document') return null;
  const resources = entries(bundle);
  const references = new References(resources);
  const composition = resources.find(({ resource }) => resource['resourceType'] === 'Composition')?.resource;
  if (composition === undefined) return null;
  return {
    title: text(composition['title']),
    made: text(composition['date']) ?? text(bundle['timestamp']),
    sections: objects(composition['section']).map((section) => ({
      code: codings(section['code']).find(({ system }) => system === LOINC)?.code ?? null,
      title: text(section['title']) ?? '',
      items: objects(section['entry']).flatMap((entry) => {
        const found = references.placed(entry);
        return found === null ? [] : [itemOf(found.resource, { ...source, place: found.place }, references)];
      }),
      words: plainText(text(object(section['text'])?.['div']) ?? ''),
    })),
  };
}

/** The words of a narrative without its markup, a line for each block. */
function plainText(markup: string): string {
  return markup
    .replace(/<(?:\/(?:p|li|tr|div|h\d)|br\s*\/?)>/gi, '\n')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&(\w+);/g, (whole, name: string) => ENTITIES[name] ?? whole)
    .split('\n')
    .map((line) => line.replace(/\s+/g, ' ').trim())
    .filter((line) => line !== '')
    .join('\n');
}
