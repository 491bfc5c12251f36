/**
 * What does not fit together: hints for a professional, never decisions.
 *
 * Pure functions of view models. Codes are compared first; words only where a record has none. A hint says what it is
 * made of, so that a page can show both sides.
 */

import type { ProfileShown } from '../results.ts';
import { allergyClasses, drugClasses } from './drugs.ts';
import { BLOOD_GROUP } from './items.ts';
import type { ClinicalItem, ClinicalView, ConsistencyFlag, Statement } from './model.ts';
import { text } from './values.ts';
import { wordsOf } from './search.ts';
import { itemOfEntry } from './view.ts';

/** Records that say of themselves that they do not count. */
const VOID: ReadonlySet<string> = new Set(['entered-in-error', 'cancelled', 'not-done', 'refuted', 'noshow']);
/** A prescription that runs. */
const RUNNING: ReadonlySet<string | null> = new Set(['active', 'on-hold', 'draft', 'intended', 'unknown', null]);
const INACTIVE_ALLERGY: ReadonlySet<string | null> = new Set(['inactive', 'resolved']);
/** Seconds of an appointment that does not say when it ends. */
const DEFAULT_LENGTH = 15 * 60;

/** Words of conditions that only one administrative sex can have; in English, German and Latin roots. */
const SEX_WORDS: readonly (readonly [sex: string, roots: readonly string[]])[] = [
  [
    'female',
    [
      'pregnan',
      'schwanger',
      'gravid',
      'ovarian',
      'ovar',
      'uterus',
      'uterin',
      'endometri',
      'cervical cancer',
      'zervixkarzinom',
      'eclampsia',
      'eklampsie',
      'menorrhagia',
      'menstrua',
    ],
  ],
  ['male', ['prostat', 'testicular', 'hoden', 'epididym', 'penile', 'phimosis', 'benign prostatic']],
];
/** ICD-10 blocks of one sex: pregnancy, female and male organs and their tumours. */
const SEX_ICD: readonly (readonly [sex: string, code: RegExp])[] = [
  ['female', /^(?:O\d|Z3[2-6]|N(?:7\d|8\d|9[0-8])|C5[1-8])/],
  ['male', /^(?:N4\d|C6[0-3])/],
];
const ICD = /icd-10/i;

/** What an ABO and Rh group is written as, in one form: `A+`, `0-`. */
const GROUP =
  /\b(AB|A|B|O|0)\b\s*(?:rh(?:esus)?\s*(?:factor\s*)?\(?d?\)?\s*)?\(?\s*(\+|-|−|–|pos(?:itiv\w*)?|neg(?:ativ\w*)?)?/i;

/** Return every flag of a patient's view and profile, the most urgent first. */
export function consistencyFlags(view: ClinicalView, profile: ProfileShown | null = null): ConsistencyFlag[] {
  const items = view.items.filter((item) => !VOID.has(item.status ?? ''));
  const sex = sexOf(view, items);
  const found = [
    ...drugAgainstAllergy(items),
    ...bloodGroupChanges(items),
    ...sexSpecificConditions(items, sex),
    ...duplicatePrescriptions(items),
    ...overlappingAppointments(items),
    ...(profile === null ? [] : [...conflictingEntries(profile), ...disputedEntries(profile)]),
  ];
  const order = { alert: 0, warning: 1, info: 2 };
  return found.sort((left, right) => order[left.severity] - order[right.severity]);
}

/** One flag for each pair of recorded blood groups that differ, newest first. */
export function bloodGroupChanges(items: readonly ClinicalItem[]): ConsistencyFlag[] {
  const groups = items
    .filter(isBloodGroup)
    .map((item) => ({ item, group: bloodGroup(`${item.value} ${item.title}`) }))
    .filter((one): one is { item: ClinicalItem; group: string } => one.group !== null)
    .sort((left, right) => (left.item.time ?? 0) - (right.item.time ?? 0));
  const flags: ConsistencyFlag[] = [];
  groups.forEach(({ item, group }, index) => {
    const before = groups[index - 1];
    if (before === undefined || agree(before.group, group)) return;
    flags.push({
      kind: 'blood-group-change',
      severity: 'alert',
      values: { before: before.group, after: group },
      sources: [statement(before.item), statement(item)],
    });
  });
  return flags.reverse();
}

/** Conditions that only the other sex can have; nothing is said of people whose record gives neither. */
export function sexSpecificConditions(items: readonly ClinicalItem[], stated: StatedSex | null): ConsistencyFlag[] {
  if (stated === null) return [];
  return items
    .filter((item) => item.kind === 'condition' || item.kind === 'procedure')
    .filter((item) => {
      const only = onlyOf(item);
      return only !== null && only !== stated.sex;
    })
    .map((item) => ({
      kind: 'sex-specific-condition',
      severity: 'warning',
      values: { condition: item.title, sex: stated.sex },
      sources: [statement(item), ...stated.sources],
    }));
}

/** Pairs of appointments at one time; the later beginning is the second. */
export function overlappingAppointments(items: readonly ClinicalItem[]): ConsistencyFlag[] {
  const booked = items
    .filter((item) => item.kind === 'appointment' && item.time !== null && item.status !== 'fulfilled')
    .map((item) => ({ item, start: item.time!, end: endOf(item) }))
    .sort((left, right) => left.start - right.start);
  return booked.flatMap((first, index) =>
    booked
      .slice(index + 1)
      .filter((second) => second.start < first.end)
      .map((second): ConsistencyFlag => ({
        kind: 'overlapping-appointments',
        severity: 'info',
        values: { first: first.item.title, second: second.item.title, at: second.item.date ?? '' },
        sources: [statement(first.item), statement(second.item)],
      })),
  );
}

/** Running prescriptions of one substance more than once. */
export function duplicatePrescriptions(items: readonly ClinicalItem[]): ConsistencyFlag[] {
  const running = items.filter((item) => item.kind === 'medication' && RUNNING.has(item.status) && !hasEnded(item));
  const bySubstance = Map.groupBy(running, substance);
  return [...bySubstance.values()]
    .filter((same) => same.length > 1)
    .map((same) => ({
      kind: 'duplicate-prescription',
      severity: 'warning',
      values: { drug: same[0]!.title, count: String(same.length) },
      sources: same.map(statement),
    }));
}

/** Running drugs that a recorded allergy is of, by name, code or class (amoxicillin against penicillin). */
export function drugAgainstAllergy(items: readonly ClinicalItem[]): ConsistencyFlag[] {
  const allergies = items.filter((item) => item.kind === 'allergy' && !INACTIVE_ALLERGY.has(item.status));
  const drugs = items.filter((item) => item.kind === 'medication' && RUNNING.has(item.status) && !hasEnded(item));
  return drugs.flatMap((drug) =>
    allergies
      .filter((allergy) => concerns(drug, allergy))
      .map((allergy): ConsistencyFlag => ({
        kind: 'drug-against-allergy',
        severity: 'alert',
        values: { drug: drug.title, allergy: allergy.title },
        sources: [statement(drug), statement(allergy)],
      })),
  );
}

/** One flag for each two entries of the profile that do not agree, until the patient or who answers for them decides. */
export function conflictingEntries({ sections }: ProfileShown): ConsistencyFlag[] {
  return Object.values(sections).flatMap((entries) =>
    entries.flatMap((entry, index) =>
      entries
        .slice(index + 1)
        .filter(({ event }) => entry.conflicts.includes(event))
        .map((other): ConsistencyFlag => ({
          kind: 'conflicting-entries',
          severity: 'warning',
          values: {},
          sources: [statement(itemOfEntry(entry)), statement(itemOfEntry(other))],
        })),
    ),
  );
}

/** Entries the patient disputes and nobody has answered. */
export function disputedEntries(profile: ProfileShown): ConsistencyFlag[] {
  return Object.values(profile.sections)
    .flat()
    .filter((entry) => entry.state === 'disputed')
    .map((entry) => ({
      kind: 'disputed-entry',
      severity: 'warning',
      values: { section: entry.section, reason: entry.marks.at(-1)?.reason ?? '' },
      sources: [statement(itemOfEntry(entry))],
    }));
}

/** Return a blood group in one form (`AB+`, `0`), null when there is none in the text. */
export function bloodGroup(words: string): string | null {
  const found = GROUP.exec(words);
  if (found === null) return null;
  const group = found[1]!.toUpperCase().replace('O', '0');
  const sign = (found[2] ?? '').toLowerCase();
  return group + (sign === '' ? '' : sign === '+' || sign.startsWith('pos') ? '+' : '-');
}

/** Whether two groups can be one: a group without its Rh factor fits both. */
function agree(left: string, right: string): boolean {
  const [leftGroup, rightGroup] = [left, right].map((group) => group.replace(/[+-]/, ''));
  const [leftSign, rightSign] = [left, right].map((group) => group.replace(/[^+-]/g, ''));
  return leftGroup === rightGroup && (leftSign === '' || rightSign === '' || leftSign === rightSign);
}

function isBloodGroup(item: ClinicalItem): boolean {
  return item.section === 'blood-type' || item.codes.some(({ code }) => BLOOD_GROUP.has(code ?? ''));
}

/** The sex that a record gives, and what says so. */
export interface StatedSex {
  readonly sex: 'female' | 'male';
  readonly sources: readonly Statement[];
}

function sexOf({ patient, patientFrom }: ClinicalView, items: readonly ClinicalItem[]): StatedSex | null {
  if (patient?.sex === 'female' || patient?.sex === 'male') {
    const { sex } = patient;
    return { sex, sources: patientFrom === null ? [] : [{ ...patientFrom, title: patient.name ?? '', value: sex }] };
  }
  if (patient !== null && patient.sex !== null) return null;
  const stated = items.find((item) => item.section === 'sex');
  if (stated === undefined) return null;
  const word = `${stated.value} ${stated.title}`.toLowerCase();
  const sex = /\b(?:female|weiblich)\b/.test(word) ? 'female' : /\b(?:male|männlich)\b/.test(word) ? 'male' : null;
  return sex === null ? null : { sex, sources: [statement(stated)] };
}

function statement({ source, title, value }: ClinicalItem): Statement {
  return { ...source, title, value };
}

function onlyOf(item: ClinicalItem): string | null {
  for (const { system, code } of item.codes) {
    if (code === null || !ICD.test(system ?? '')) continue;
    const found = SEX_ICD.find(([, block]) => block.test(code));
    if (found !== undefined) return found[0];
  }
  const title = wordsOf(item.title).join(' ');
  const found = SEX_WORDS.find(([, roots]) => roots.some((root) => ` ${title}`.includes(` ${root}`)));
  return found?.[0] ?? null;
}

function endOf(item: ClinicalItem): number {
  const end = item.details.find(([name]) => name === 'Ends')?.[1];
  const time = end === undefined ? Number.NaN : Date.parse(end) / 1000;
  return Number.isNaN(time) ? item.time! + DEFAULT_LENGTH : time;
}

function hasEnded(item: ClinicalItem): boolean {
  const until = text(item.details.find(([name]) => name === 'Until')?.[1]);
  return until !== null && Date.parse(until) < Date.now();
}

/** What a prescription is of: its code, else its name's first words without strength and form. */
function substance(item: ClinicalItem): string {
  const coded = item.codes.find(({ code, system }) => code !== null && system !== null);
  if (coded !== undefined) return `${coded.system}|${coded.code}`;
  const words = wordsOf(item.title);
  const strength = words.findIndex((word) => /^\d/.test(word));
  return words.slice(0, strength > 0 ? strength : 1).join(' ');
}

function concerns(drug: ClinicalItem, allergy: ClinicalItem): boolean {
  const codes = new Set(drug.codes.filter(({ code }) => code !== null).map(({ system, code }) => `${system}|${code}`));
  if (allergy.codes.some(({ system, code }) => codes.has(`${system}|${code}`))) return true;
  const drugWords = wordsOf(drug.title);
  const allergyWords = wordsOf(allergy.title);
  const classes = allergyClasses(allergyWords);
  if (drugClasses(drugWords).some((one) => classes.includes(one))) return true;
  // A substance named in the allergy; words of two or three letters and figures say nothing.
  const named = new Set(allergyWords.filter((word) => word.length > 3 && !COMMON.has(word)));
  return drugWords.some((word) => named.has(word));
}

/** Words of allergies and drugs that name no substance. */
const COMMON: ReadonlySet<string> = new Set([
  'allergy',
  'allergie',
  'allergic',
  'allergisch',
  'reaction',
  'reaktion',
  'intolerance',
  'unvertraglichkeit',
  'drug',
  'medication',
  'rash',
  'with',
  'tablet',
  'tablets',
  'tablette',
  'tabletten',
  'capsule',
  'capsules',
  'kapsel',
  'oral',
  'solution',
  'losung',
  'injection',
  'cream',
  'creme',
  'acid',
  'saure',
  'sodium',
  'natrium',
  'potassium',
  'kalium',
  'calcium',
  'hydrochloride',
  'hydrochlorid',
  'substance',
  'product',
  'containing',
  'extended',
  'release',
  'film',
  'coated',
  'daily',
  'hour',
  'disorder',
  'finding',
  'severe',
  'mild',
  'moderate',
  'known',
]);
