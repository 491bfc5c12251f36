import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Source } from '../../../src/sdk/clinical/model.ts';
import { itemOf } from '../../../src/sdk/clinical/items.ts';
import { distinctSeries } from '../../../src/sdk/clinical/series.ts';
import { mergeViews, viewOfProfile, viewOfRecord } from '../../../src/sdk/clinical/view.ts';
import type { ProfileEntry } from '../../../src/sdk/results.ts';

const SOURCE: Source = { record: '0xaa', place: '', author: null, institution: null };
const LOINC = 'http://loinc.org';

function bundle(...resources: unknown[]): Uint8Array {
  const entry = resources.map((resource) => ({ resource }));
  return new TextEncoder().encode(JSON.stringify({ resourceType: 'Bundle', type: 'collection', entry }));
}

function weight(value: number, date: string, more: object = {}): object {
  return {
    resourceType: 'Observation',
    status: 'final',
    code: { coding: [{ system: LOINC, code: '29463-7', display: 'Body weight' }] },
    effectiveDateTime: date,
    valueQuantity: { value, unit: 'kg' },
    ...more,
  };
}

test('observations of one code and unit are one series, oldest first, with the newest range', () => {
  const view = viewOfRecord(
    bundle(
      weight(75, '2024-05-01'),
      weight(73, '2022-05-01', {
        referenceRange: [{ low: { value: 50, unit: 'kg' }, high: { value: 74, unit: 'kg' } }],
      }),
    ),
    SOURCE,
  );
  assert.equal(view.series.length, 1);
  const [series] = view.series;
  assert.deepEqual(
    series?.points.map(({ value }) => value),
    [73, 75],
  );
  assert.equal(series?.loinc, '29463-7');
  assert.deepEqual([series?.range?.low, series?.range?.high], [50, 74]);
});

test('values in units that cannot be converted are other series, and taken-back ones are in none', () => {
  const heaps = weight(12, '2024-01-01', { valueQuantity: { value: 12, unit: 'heaps' } });
  const wrong = weight(750, '2024-01-02', { status: 'entered-in-error' });
  const view = viewOfRecord(bundle(weight(75, '2023-01-01'), heaps, wrong), SOURCE);
  assert.deepEqual(view.series.map(({ unit, points }) => [unit, points.length]).sort(), [
    ['heaps', 1],
    ['kg', 1],
  ]);
});

test('what is taken and what is worn read as what they point at, wherever it stands in the record', () => {
  const drug = { resourceType: 'Medication', id: 'm1', code: { text: 'Anastrozole 1 mg' } };
  const tablets = { resourceType: 'Medication', id: 'in', code: { text: 'Cilazapril' } };
  const hip = { resourceType: 'Device', id: 'd1', type: { text: 'Hip prosthesis' } };
  const pump = { resourceType: 'Device', id: 'd2', type: { text: 'Infusion pump' } };
  const doctor = { resourceType: 'Practitioner', id: 'p1', name: [{ family: 'Holt', given: ['Vera'] }] };
  const role = { resourceType: 'PractitionerRole', id: 'r1', practitioner: { reference: 'Practitioner/p1' } };
  const circle = { resourceType: 'PractitionerRole', id: 'r2', practitioner: { reference: 'PractitionerRole/r2' } };
  const entry = [
    { fullUrl: 'urn:uuid:1', resource: drug },
    { fullUrl: 'urn:uuid:2', resource: hip },
    ...[pump, doctor, role, circle].map((resource) => ({ resource })),
    {
      resource: {
        resourceType: 'MedicationStatement',
        status: 'active',
        medicationReference: { reference: 'urn:uuid:1' },
      },
    },
    {
      resource: {
        resourceType: 'MedicationRequest',
        status: 'active',
        contained: [tablets],
        medicationReference: { reference: '#in' },
        requester: { reference: 'PractitionerRole/r1/_history/3' },
      },
    },
    {
      resource: {
        resourceType: 'MedicationRequest',
        status: 'active',
        medicationReference: { reference: 'Medication/elsewhere' },
        requester: { reference: 'PractitionerRole/r2' },
      },
    },
    { resource: { resourceType: 'DeviceUseStatement', status: 'active', device: { reference: 'Device/d1' } } },
    { resource: weight(75, '2024-01-01', { device: { reference: 'Device/d2' } }) },
  ];
  const json = JSON.stringify({ resourceType: 'Bundle', type: 'collection', entry });
  const { items } = viewOfRecord(new TextEncoder().encode(json), SOURCE);
  assert.deepEqual(items.map(({ resourceType, title }) => `${resourceType}: ${title}`).sort(), [
    'Device: Infusion pump',
    'DeviceUseStatement: Hip prosthesis',
    'MedicationRequest: Cilazapril',
    'MedicationRequest: MedicationRequest',
    'MedicationStatement: Anastrozole 1 mg',
    'Observation: Body weight',
  ]);
  assert.deepEqual(
    items.flatMap(({ details }) => details.filter(([name]) => name === 'Prescribed by')),
    [['Prescribed by', 'Vera Holt']],
  );
});

const UCUM = 'http://unitsofmeasure.org';

function glucose(value: number, unit: string, code: string, date: string, more: object = {}): object {
  return {
    resourceType: 'Observation',
    status: 'final',
    code: { coding: [{ system: LOINC, code, display: 'Glucose' }] },
    effectiveDateTime: date,
    valueQuantity: { value, unit, system: UCUM, code: unit },
    ...more,
  };
}

test('values in several units are one series in the newest value’s unit, and say what they were', () => {
  const pounds = weight(165, '2024-01-01', {
    valueQuantity: { value: 165, unit: 'pounds', system: UCUM, code: '[lb_av]' },
  });
  const [series, ...others] = viewOfRecord(bundle(weight(75, '2025-01-01'), pounds), SOURCE).series;
  assert.deepEqual(others, []);
  assert.equal(series?.unit, 'kg');
  assert.deepEqual(
    series?.points.map(({ value, original }) => [value, original]),
    [
      [74.8, { value: 165, unit: 'pounds' }],
      [75, null],
    ],
  );
});

test('one analyte by mass and by amount is one series, and its range is in the same unit', () => {
  const range = { referenceRange: [{ low: { value: 70, unit: 'mg/dL' }, high: { value: 99, unit: 'mg/dL' } }] };
  const [series, ...others] = viewOfRecord(
    bundle(glucose(95, 'mg/dL', '2345-7', '2024-01-01', range), glucose(5.5, 'mmol/L', '14749-6', '2025-01-01')),
    SOURCE,
  ).series;
  assert.deepEqual(others, []);
  assert.deepEqual(
    series?.points.map(({ value }) => value),
    [5.27, 5.5],
  );
  assert.deepEqual(series?.range, { low: 3.89, high: 5.5, unit: 'mmol/L', text: null });
});

test('glucose in blood and in plasma stay apart, and so do substances without a known molar mass', () => {
  const apart = (first: object, second: object) => viewOfRecord(bundle(first, second), SOURCE).series.length;
  assert.equal(apart(glucose(95, 'mg/dL', '2345-7', '2024-01-01'), glucose(95, 'mg/dL', '2339-0', '2025-01-01')), 2);
  assert.equal(apart(glucose(95, 'mg/dL', '9999-9', '2024-01-01'), glucose(5.5, 'mmol/L', '9999-9', '2025-01-01')), 2);
});

test('a quantity whose code and text name different units is not converted', () => {
  const contradiction = { valueQuantity: { value: 95, unit: 'mg/dL', system: UCUM, code: 'mmol/L' } };
  const view = viewOfRecord(
    bundle(glucose(5.5, 'mmol/L', '2345-7', '2025-01-01'), glucose(0, '', '2345-7', '2024-01-01', contradiction)),
    SOURCE,
  );
  assert.deepEqual(view.series.map(({ unit, points }) => [unit, points[0]?.value]).sort(), [
    ['mg/dL', 95],
    ['mmol/L', 5.5],
  ]);
});

test('a range that cannot be said in the series’ unit is not drawn over it', () => {
  const range = { referenceRange: [{ high: { value: 5, unit: 'heaps' } }] };
  assert.equal(viewOfRecord(bundle(weight(75, '2024-05-01', range)), SOURCE).series[0]?.range, null);
});

test('blood pressure shows both parts, and each part is a series', () => {
  const part = (code: string, name: string, value: number): object => ({
    code: { coding: [{ system: LOINC, code, display: name }] },
    valueQuantity: { value, unit: 'mmHg', code: 'mm[Hg]' },
  });
  const pressure = {
    resourceType: 'Observation',
    status: 'final',
    code: { text: 'Blood pressure' },
    effectiveDateTime: '2024-01-01T09:00:00Z',
    component: [part('8480-6', 'Systolic', 131), part('8462-4', 'Diastolic', 82)],
  };
  const view = viewOfRecord(bundle(pressure), SOURCE);
  assert.equal(view.items[0]?.value, '131 mmHg / 82 mmHg');
  assert.deepEqual(view.series.map(({ loinc }) => loinc).sort(), ['8462-4', '8480-6']);
  assert.equal(view.series[0]?.points[0]?.time, Date.parse('2024-01-01T09:00:00Z') / 1000);
});

test('a value is low or high by its range, by the source’s own word first, and never across units', () => {
  const range = [{ low: { value: 4, unit: '%' }, high: { value: 6, unit: '%' } }];
  const reading = (value: number, more: object = {}): object => ({
    resourceType: 'Observation',
    status: 'final',
    code: { text: 'HbA1c' },
    valueQuantity: { value, unit: '%' },
    referenceRange: range,
    ...more,
  });
  const of = (resource: object): unknown => itemOf(resource as never, SOURCE).interpretation;
  assert.equal(of(reading(7)), 'high');
  assert.equal(of(reading(3)), 'low');
  assert.equal(of(reading(5)), 'normal');
  assert.equal(of(reading(5, { interpretation: [{ coding: [{ code: 'HH' }] }] })), 'critical');
  assert.equal(of(reading(50, { valueQuantity: { value: 50, unit: 'mmol/mol' } })), null);
  assert.equal(of(reading(7, { valueQuantity: { value: 7, unit: '%', comparator: '<' } })), null);
});

test('each thing has a title and one line, in the section it belongs to', () => {
  const view = viewOfRecord(
    bundle(
      {
        resourceType: 'Patient',
        name: [{ family: 'Tarnwood', given: ['Ada'] }],
        gender: 'female',
        birthDate: '1960-02-01',
      },
      {
        resourceType: 'AllergyIntolerance',
        code: { text: 'Penicillin' },
        reaction: [{ manifestation: [{ text: 'Rash' }], severity: 'mild' }],
        recordedDate: '2014',
      },
      {
        resourceType: 'MedicationStatement',
        status: 'active',
        medicationCodeableConcept: { text: 'Metformin' },
        dosage: [{ text: '1 tablet twice daily' }],
      },
      {
        resourceType: 'Immunization',
        status: 'completed',
        vaccineCode: { text: 'Influenza' },
        occurrenceDateTime: '2023-10-01',
      },
      { resourceType: 'Organization', name: 'Practice' },
    ),
    SOURCE,
  );
  assert.deepEqual(
    view.items.map(({ section, title, value }) => [section, title, value]),
    [
      ['immunisations', 'Influenza', ''],
      ['allergies', 'Penicillin', 'Rash, mild'],
      ['medication', 'Metformin', '1 tablet twice daily'],
    ],
  );
  assert.deepEqual(view.patient, { name: 'Ada Tarnwood', birthDate: '1960-02-01', sex: 'female', identifiers: [] });
  assert.equal(view.items[1]?.source.place, 'entry[1].resource');
});

test('what is missing or of a wrong type never breaks a view', () => {
  for (const resource of [
    {},
    { resourceType: 5 },
    { resourceType: 'Observation', component: 7, valueQuantity: 'x', referenceRange: [null] },
    { resourceType: 'MedicationRequest', dosageInstruction: [{ timing: { repeat: 3 } }], contained: 'x' },
    { resourceType: 'Patient', name: 'Ada', identifier: [1] },
    { resourceType: 'DocumentReference', content: [null] },
  ]) {
    assert.doesNotThrow(() => viewOfRecord(bundle(resource), SOURCE), JSON.stringify(resource));
  }
  assert.deepEqual(viewOfRecord(new TextEncoder().encode('no FHIR'), SOURCE).items, []);
});

test('documents inside a record are bytes; addresses are given and never fetched', () => {
  const document = {
    resourceType: 'DocumentReference',
    content: [
      { attachment: { contentType: 'text/plain', title: 'Letter', data: 'SGVsbG8=' } },
      { attachment: { url: 'https://example.org/x' } },
    ],
  };
  const { documents } = viewOfRecord(bundle(document), SOURCE);
  assert.equal(new TextDecoder().decode(documents[0]?.data ?? undefined), 'Hello');
  assert.deepEqual([documents[1]?.data, documents[1]?.url], [null, 'https://example.org/x']);
});

test('NDJSON is read line by line', () => {
  const lines = `${JSON.stringify(weight(70, '2024'))}\n\n${JSON.stringify(weight(71, '2025'))}\n`;
  const view = viewOfRecord(new TextEncoder().encode(lines), SOURCE);
  assert.deepEqual(
    view.items.map(({ value, source }) => [value, source.place]),
    [
      ['71 kg', 'line 3'],
      ['70 kg', 'line 1'],
    ],
  );
});

test('a profile’s own words are items, corrected entries are gone and disputed ones say so', () => {
  const entry = (event: string, state: ProfileEntry['state'], content: unknown): ProfileEntry => ({
    event,
    section: 'allergies',
    entry: content,
    author: '0xD',
    institution: null,
    at: 10,
    state,
    marks: [],
    corrects: null,
    conflicts: [],
  });
  const view = viewOfProfile({
    sections: {
      allergies: [
        entry('0x1', 'corrected', { text: 'Peni' }),
        entry('0x2', 'disputed', { text: 'Penicillin: rash in 2014' }),
      ],
    },
    unreadable: [],
  });
  assert.deepEqual(
    view.items.map(({ kind, title, status, time }) => [kind, title, status, time]),
    [['allergy', 'Penicillin: rash in 2014', 'disputed', 10]],
  );
});

test('views put together have their series put together', () => {
  const one = viewOfRecord(bundle(weight(70, '2024-01-01')), SOURCE);
  const two = viewOfRecord(bundle(weight(71, '2025-01-01')), { ...SOURCE, record: '0xbb' });
  const merged = mergeViews([one, two]);
  assert.deepEqual(
    merged.series[0]?.points.map(({ source }) => source.record),
    ['0xaa', '0xbb'],
  );
  assert.deepEqual(
    merged.items.map(({ value }) => value),
    ['71 kg', '70 kg'],
  );
});

test('a goal’s target is the line of what it measures, until the goal is over or a newer one stands', () => {
  const goal = (comparator: string, value: number, startDate: string, lifecycleStatus = 'active'): object => ({
    resourceType: 'Goal',
    lifecycleStatus,
    description: { text: 'Weigh less' },
    startDate,
    target: [
      { dueDate: '2027-01-01' },
      {
        measure: { coding: [{ system: LOINC, code: '29463-7' }] },
        detailQuantity: { value, unit: 'kg', comparator },
      },
    ],
  });
  const targets = (...goals: object[]) =>
    viewOfRecord(bundle(weight(75, '2024-05-01'), ...goals), SOURCE).series.map(({ target }) => target);
  assert.deepEqual(targets(), [null]);
  const older = goal('<', 72, '2024-01-01');
  assert.deepEqual(targets(older), [{ low: null, high: 72, unit: 'kg', text: null }]);
  assert.equal(targets(older, goal('<', 70, '2024-06-01'))[0]?.high, 70);
  assert.equal(targets(older, goal('<', 70, '2024-06-01', 'cancelled'))[0]?.high, 72);
  const inUnit = (unit: string) => ({
    ...older,
    target: [{ measure: { coding: [{ system: LOINC, code: '29463-7' }] }, detailQuantity: { value: 160, unit } }],
  });
  assert.equal(targets(inUnit('lb'))[0]?.high, 72.6);
  // What cannot be converted is not drawn over kilograms.
  assert.deepEqual(targets(inUnit('heaps')), [null]);
});

test('a value that two records hold is one point of the chart across them', () => {
  const records = ['0xaa', '0xbb'].map((record) =>
    viewOfRecord(bundle(weight(75, '2024-05-01'), weight(73, '2022-05-01')), { ...SOURCE, record }),
  );
  const [series] = distinctSeries(mergeViews(records).series);
  assert.deepEqual(
    series?.points.map(({ value }) => value),
    [73, 75],
  );
});
