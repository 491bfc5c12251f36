/**
 * Checks that come round: what a condition on record makes due, and when it was last done.
 *
 * The table names LOINC codes of the observation that counts and the months after which it is due again. It reminds; it
 * decides nothing, and a practice's own guideline goes before it.
 */

import type { ClinicalItem, ClinicalView } from '../clinical/model.ts';

/** One rule: a condition (ICD-10 or SNOMED CT prefix), the observations that satisfy it, and how often. */
export interface CheckRule {
  readonly name: string;
  readonly conditions: readonly string[];
  readonly loinc: readonly string[];
  readonly months: number;
}

export const CHECK_RULES: readonly CheckRule[] = [
  {
    name: 'Long-term blood sugar (HbA1c)',
    conditions: ['E10', 'E11', '44054006', '46635009'],
    loinc: ['4548-4', '59261-8', '17856-6'],
    months: 6,
  },
  {
    name: 'Kidney function',
    conditions: ['E10', 'E11', 'N18', 'I10', '44054006', '38341003'],
    loinc: ['33914-3', '62238-1', '2160-0', '98979-8'],
    months: 12,
  },
  {
    name: 'Blood pressure',
    conditions: ['I10', 'E11', '38341003', '44054006'],
    loinc: ['85354-9', '8480-6', '55284-4'],
    months: 12,
  },
  { name: 'Cholesterol', conditions: ['E78', 'I25', '55822004'], loinc: ['2093-3', '18262-6', '13457-7'], months: 12 },
  { name: 'Thyroid (TSH)', conditions: ['E03', 'E05', '40930008'], loinc: ['3016-3', '11580-8'], months: 12 },
  {
    name: 'Lung function',
    conditions: ['J45', 'J44', '195967001', '13645005'],
    loinc: ['20150-9', '19926-5'],
    months: 12,
  },
];

/** A check that a condition asks for; `last` is null when there is none on record. Times are Unix seconds. */
export interface CheckDue {
  readonly name: string;
  readonly last: number | null;
  readonly due: number;
  readonly overdue: boolean;
}

/** What the rules go by: codes of conditions that last, and when which observation was made (Unix seconds). */
export interface CheckFacts {
  readonly conditions: readonly string[];
  readonly done: readonly (readonly [loinc: string, time: number])[];
}

/** Facts of a record that the rules say nothing of. */
export const NO_FACTS: CheckFacts = { conditions: [], done: [] };

/** What of a view the rules go by; everything else is left out. */
export function checkFacts(view: ClinicalView): CheckFacts {
  const conditions = view.items
    .filter((item) => item.kind === 'condition' && item.status !== 'resolved' && item.status !== 'inactive')
    .flatMap((item) => item.codes.map(({ code }) => code ?? ''))
    .filter((code) => CHECK_RULES.some((rule) => isAbout(rule, code)));
  const done = view.items
    .flatMap(withParts)
    .flatMap(({ time, codes }) =>
      time === null
        ? []
        : codes.flatMap(({ code }) =>
            code !== null && CHECK_RULES.some(({ loinc }) => loinc.includes(code)) ? [[code, time] as const] : [],
          ),
    );
  return { conditions, done };
}

/** The checks that what is on record makes due, the most urgent first. */
export function checksDue(view: ClinicalView, now: number): readonly CheckDue[] {
  return checksDueBy(checkFacts(view), now);
}

/** The checks that facts, perhaps of many records together, make due, the most urgent first. */
export function checksDueBy({ conditions, done }: CheckFacts, now: number): readonly CheckDue[] {
  return CHECK_RULES.filter((rule) => conditions.some((code) => isAbout(rule, code)))
    .map((rule) => {
      const times = done.filter(([code]) => rule.loinc.includes(code)).map(([, time]) => time);
      const last = times.length === 0 ? null : Math.max(...times);
      const due = last === null ? now : monthsAfter(last, rule.months);
      return { name: rule.name, last, due, overdue: due <= now };
    })
    .sort((left, right) => left.due - right.due);
}

function isAbout(rule: CheckRule, code: string): boolean {
  return rule.conditions.some((prefix) => code.startsWith(prefix));
}

function withParts(item: ClinicalItem): readonly ClinicalItem[] {
  return [item, ...item.parts];
}

function monthsAfter(time: number, months: number): number {
  const date = new Date(time * 1000);
  date.setMonth(date.getMonth() + months);
  return Math.floor(date.getTime() / 1000);
}
