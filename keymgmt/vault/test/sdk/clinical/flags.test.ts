import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { bloodGroup, consistencyFlags } from '../../../src/sdk/clinical/flags.ts';
import { itemOf } from '../../../src/sdk/clinical/items.ts';
import type { ClinicalView, FlagKind } from '../../../src/sdk/clinical/model.ts';

const SNOMED = 'http://snomed.info/sct';
const ICD10 = 'http://hl7.org/fhir/sid/icd-10';

function view(sex: string | null, ...resources: object[]): ClinicalView {
  const items = resources.map((resource, index) =>
    itemOf(resource as never, { record: `0x${index}`, place: '', author: null, institution: null }),
  );
  const patient = { name: null, birthDate: null, sex, identifiers: [] };
  const patientFrom = { record: '0xaa', place: '', author: null, institution: null };
  return { patient, patientFrom, items, series: [], documents: [] };
}

function kinds(sex: string | null, ...resources: object[]): FlagKind[] {
  return consistencyFlags(view(sex, ...resources)).map(({ kind }) => kind);
}

const allergy = (text: string, more: object = {}): object => ({
  resourceType: 'AllergyIntolerance',
  code: { text },
  ...more,
});
const drug = (text: string, more: object = {}): object => ({
  resourceType: 'MedicationStatement',
  status: 'active',
  medicationCodeableConcept: { text },
  ...more,
});
const group = (value: string, date: string): object => ({
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '882-1' }] },
  effectiveDateTime: date,
  valueString: value,
});
const condition = (code: string, text: string): object => ({
  resourceType: 'Condition',
  code: { coding: [{ system: ICD10, code }], text },
});
const visit = (start: string, end: string | null, status = 'booked'): object => ({
  resourceType: 'Appointment',
  status,
  description: 'Visit',
  start,
  ...(end === null ? {} : { end }),
});

test('a drug of the class that an allergy is recorded against is an alert', () => {
  for (const [against, given] of [
    ['Allergy to penicillin', 'Amoxicillin'],
    ['Penicillin: rash in 2014', 'Flucloxacillin 500 mg'],
    ['Penizillinallergie', 'Amoxicillin'],
    ['NSAID', 'Ibuprofen 400'],
    ['Sulfonamide', 'Sulfamethoxazole'],
    ['Ibuprofen', 'Ibuprofen'],
    ['Metformin', 'Metformin 500 mg tablet'],
  ] as const) {
    const flags = consistencyFlags(view(null, allergy(against), drug(given)));
    assert.deepEqual(
      flags.map(({ kind, severity }) => [kind, severity]),
      [['drug-against-allergy', 'alert']],
      `${given} against ${against}`,
    );
    assert.deepEqual(
      flags[0]?.sources.map(({ record }) => record),
      ['0x1', '0x0'],
    );
  }
});

test('what has nothing to do with an allergy, or no longer counts, is none', () => {
  assert.deepEqual(kinds(null, allergy('Allergy to peanut'), drug('Amoxicillin')), []);
  assert.deepEqual(kinds(null, allergy('Allergy to penicillin'), drug('Metformin')), []);
  assert.deepEqual(
    kinds(null, allergy('Penicillin', { clinicalStatus: { coding: [{ code: 'resolved' }] } }), drug('Amoxicillin')),
    [],
  );
  assert.deepEqual(kinds(null, allergy('Penicillin'), drug('Amoxicillin', { status: 'completed' })), []);
  assert.deepEqual(
    kinds(null, allergy('Penicillin'), drug('Amoxicillin', { effectivePeriod: { end: '2015-01-01' } })),
    [],
  );
  assert.deepEqual(kinds(null, allergy('Allergy to latex, severe'), drug('Drug tablet')), []);
});

test('one code in both is enough', () => {
  const code = { coding: [{ system: SNOMED, code: '372687004' }] };
  assert.deepEqual(kinds(null, allergy('x', { code }), drug('y', { medicationCodeableConcept: code })), [
    'drug-against-allergy',
  ]);
});

test('a blood group that changes is an alert, one written otherwise is not', () => {
  assert.deepEqual(kinds(null, group('A Rh(D) positive', '2020'), group('B+', '2021')), ['blood-group-change']);
  assert.deepEqual(kinds(null, group('A+', '2020'), group('A-', '2021')), ['blood-group-change']);
  assert.deepEqual(kinds(null, group('0 Rh pos', '2020'), group('O positive', '2021'), group('O', '2022')), []);
  assert.deepEqual(['A Rh(D) positive', 'AB neg', 'blood group O', 'unknown'].map(bloodGroup), [
    'A+',
    'AB-',
    '0',
    null,
  ]);
});

test('a condition of the other sex is a warning, nothing is said of those who state neither', () => {
  assert.deepEqual(kinds('male', condition('O80', 'Delivery')), ['sex-specific-condition']);
  assert.deepEqual(kinds('female', condition('N40', 'Hyperplasia of prostate')), ['sex-specific-condition']);
  assert.deepEqual(kinds('male', { resourceType: 'Condition', code: { text: 'Pregnancy' } }), [
    'sex-specific-condition',
  ]);
  assert.deepEqual(kinds('female', condition('O80', 'Delivery')), []);
  assert.deepEqual(kinds('other', condition('O80', 'Delivery')), []);
  assert.deepEqual(kinds(null, condition('N40', 'Hyperplasia of prostate')), []);
});

test('appointments overlap when one begins before another ends', () => {
  const first = visit('2025-01-01T10:00:00Z', '2025-01-01T10:30:00Z');
  assert.deepEqual(kinds(null, first, visit('2025-01-01T10:29:00Z', null)), ['overlapping-appointments']);
  assert.deepEqual(kinds(null, first, visit('2025-01-01T10:30:00Z', null)), []);
  assert.deepEqual(kinds(null, first, visit('2025-01-01T10:10:00Z', null, 'cancelled')), []);
});

test('one substance running twice is a warning, whatever its strength is called', () => {
  assert.deepEqual(kinds(null, drug('Metformin 500 mg'), drug('metformin 850 mg')), ['duplicate-prescription']);
  assert.deepEqual(kinds(null, drug('Metformin'), drug('Metformin', { status: 'stopped' })), []);
  assert.deepEqual(kinds(null, drug('Insulin glargine 100'), drug('Insulin lispro 100')), []);
});

test('disputed entries are shown with the reason', () => {
  const entry = {
    event: '0x1',
    section: 'allergies',
    entry: {},
    author: '0xD',
    institution: null,
    at: 1,
    state: 'disputed',
    corrects: null,
    conflicts: [],
    marks: [{ kind: 'dispute', by: '0xP', reason: 'never had it', at: 2, event: '0x2' }],
  } as const;
  const flags = consistencyFlags(view(null), { sections: { allergies: [entry] }, unreadable: [] });
  assert.deepEqual(
    flags.map(({ kind, values }) => [kind, values['reason']]),
    [['disputed-entry', 'never had it']],
  );
});

test('two entries that do not agree are one flag, with both sides', () => {
  const said = { section: 'blood-type', institution: null, at: 1, state: 'current', marks: [] } as const;
  const [first, second] = [
    { ...said, event: '0x1', entry: { text: 'A+' }, author: '0xD', corrects: null, conflicts: ['0x2'] },
    { ...said, event: '0x2', entry: { text: '0+' }, author: '0xE', corrects: '0x1', conflicts: ['0x1'] },
  ];
  const profile = { sections: { 'blood-type': [first!, second!] }, unreadable: [] };
  const flags = consistencyFlags(view(null), profile);
  assert.deepEqual(
    flags.map(({ kind, sources }) => [kind, sources.map(({ record, author }) => [record, author])]),
    [
      [
        'conflicting-entries',
        [
          ['0x1', '0xD'],
          ['0x2', '0xE'],
        ],
      ],
    ],
  );
});

test('no words of a record break the rules or make a flag out of one item', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (words) => {
      for (const resource of [allergy(words), drug(words), group(words, '2020'), visit(words, words)]) {
        assert.deepEqual(kinds('male', resource), []);
      }
    }),
  );
});

test('each side says what it says, and where it stands', () => {
  const [change] = consistencyFlags(view(null, group('A+', '2020-01-01'), group('0-', '2026-01-01')));
  assert.deepEqual(
    change?.sources.map(({ record, value }) => [record, value]),
    [
      ['0x0', 'A+'],
      ['0x1', '0-'],
    ],
  );
  const [unfit] = consistencyFlags(view('male', condition('O80', 'Normal delivery')));
  assert.deepEqual(
    unfit?.sources.map(({ record, value }) => [record, value]),
    [
      ['0x0', ''],
      ['0xaa', 'male'],
    ],
  );
});
