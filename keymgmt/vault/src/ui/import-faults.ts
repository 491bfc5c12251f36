/**
 * Why something of a file is refused, in the reader's language. The checks (`sdk/fhir`) say it in English, as the command
 * line does: their sentences are looked up here, with what they name in its place.
 */

import { t } from './i18n.ts';

/** A fault as pages say it: its place in words, and the reason. One that is not known here stays as it came. */
export function faultWords(fault: string): string {
  const known = reasonWords(fault);
  if (known !== null) return known;
  const end = fault.indexOf(': ');
  if (end === -1) return fault;
  const rest = faultWords(fault.slice(end + 2));
  return `${placeWords(fault.slice(0, end))}: ${rest}`;
}

/** Where in a file: `line 5`, `entry[3].resource`, or a path, which FHIR's own documentation writes the same. */
export function placeWords(place: string): string {
  const line = /^(.*?)line (\d+)$/.exec(place);
  if (line !== null) return `${line[1]}${t('line {n}', { n: line[2]! })}`;
  const entry = /^entry\[(\d+)\]\.resource(?:\.(.*))?$/.exec(place);
  if (entry === null) return place;
  const words = t('entry {n}', { n: Number(entry[1]) + 1 });
  return entry[2] === undefined ? words : `${words}, ${entry[2]}`;
}

function reasonWords(reason: string): string | null {
  for (const template of REASONS) {
    const found = patternOf(template).exec(reason);
    if (found !== null) return t(template, found.groups);
  }
  return null;
}

const patterns = new Map<string, RegExp>();

/** The sentences that a template stands for; what a placeholder stands for may be anything. */
function patternOf(template: string): RegExp {
  const known = patterns.get(template);
  if (known !== undefined) return known;
  const parts = template.split(/(\{\w+\})/).map((part) => {
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    return name === undefined ? part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&') : `(?<${name}>.+)`;
  });
  const pattern = new RegExp(`^${parts.join('')}$`, 's');
  patterns.set(template, pattern);
  return pattern;
}

/** Sentences of `sdk/fhir` and `sdk/adding.ts`; the more particular before the general. */
const REASONS: readonly string[] = [
  'it is required',
  'it must be a list',
  'it must be text',
  'it must be true or false',
  'it must not be empty',
  'it must be base64',
  'it must be a decimal number',
  'it must be a whole number',
  'it must be {least} or more',
  'it must be {most} or less',
  'it must be a random (version 4) UUID',
  'it must have an id or an extension',
  'it must be an object ({type})',
  'it must be {type} here',
  'it is empty',
  'it is not JSON ({reason})',
  'it is of type {actual}, not {given}',
  'it has more than {size} MiB; import it as NDJSON',
  'null is not allowed in this list',
  'comments are text',
  'a resource names its type as text',
  'a FHIR resource is a JSON object that names its resourceType',
  'a code has no blanks at its ends and single ones inside',
  'an id is 1 to 255 of the characters A-Z a-z 0-9 - .',
  'an OID is written urn:oid:1.2.3',
  'a date is YYYY, YYYY-MM or YYYY-MM-DD',
  'a date with a time needs seconds and a time zone',
  'an instant needs a date, a time and a time zone',
  'a time is HH:MM:SS',
  'only one of {names} may be given',
  'one of {names} is required',
  "FHIR R4 has no resource '{type}'",
  '{type} has no such element',
  '{type} is no resource',
];
