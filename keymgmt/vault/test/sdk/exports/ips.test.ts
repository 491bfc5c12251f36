import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import type { Json } from '../../../src/sdk/clinical/values.ts';
import { ipsDocument } from '../../../src/sdk/exports/ips.ts';
import { statementsOfDocument, statementsOfProfile } from '../../../src/sdk/exports/statements.ts';
import { GERMAN, summaryPdf } from '../../../src/sdk/exports/summaryPdf.ts';
import { TrueTypeFont } from '../../../src/sdk/exports/trueType.ts';
import { textWidth, wrapped } from '../../../src/sdk/exports/pdf.ts';
import { isIps } from '../../../src/sdk/fhir/report.ts';
import { validateResource } from '../../../src/sdk/fhir/validate.ts';
import type { ProfileEntry } from '../../../src/sdk/results.ts';
import { DEFINITIONS } from '../fhir/definitions.ts';

const NOW = 1_795_000_000;
const PATIENT: Json = {
  resourceType: 'Patient',
  id: 'p1',
  name: [{ family: 'Tarnwood', given: ['Ada'] }],
  birthDate: '1960-02-01',
};
const SECTIONS = [
  'allergies',
  'conditions',
  'medication',
  'immunisations',
  'results',
  'procedures',
  'blood-type',
  'self-reports',
];

function entry(section: string, content: unknown, more: Partial<ProfileEntry> = {}): ProfileEntry {
  return {
    event: `0x${section}`,
    section,
    entry: content,
    author: '0xD',
    institution: null,
    at: NOW - 100,
    state: 'current',
    marks: [],
    corrects: null,
    conflicts: [],
    ...more,
  };
}

function entries(document: Json): Json[] {
  return (document['entry'] as { resource: Json; fullUrl: string }[]).map(({ resource }) => resource);
}

function sections(document: Json): Record<string, Json> {
  const found = entries(document)[0]!['section'] as Json[];
  return Object.fromEntries(found.map((one) => [String(one['title']), one]));
}

/** Every reference in a document that points out of it. */
function dangling(document: Json): string[] {
  const urls = new Set((document['entry'] as Json[]).map((one) => String(one['fullUrl'])));
  const found: string[] = [];
  JSON.stringify(document, (name, value: unknown) => {
    if (name === 'reference' && typeof value === 'string' && !urls.has(value)) found.push(value);
    return value;
  });
  return found;
}

test('an empty wallet gives a valid summary whose required sections say that nothing is recorded', () => {
  const document = ipsDocument([], { patient: null, now: NOW });
  assert.deepEqual(validateResource(DEFINITIONS, document), []);
  assert.ok(isIps(document, entries(document)));
  const found = sections(document);
  assert.deepEqual(Object.keys(found), ['Allergies and Intolerances', 'Problems', 'Medication Summary']);
  for (const section of Object.values(found)) {
    assert.equal(((section['emptyReason'] as Json)['coding'] as Json[])[0]?.['code'], 'unavailable');
    assert.equal(section['entry'], undefined);
  }
});

test('words alone become resources of their section, all of them valid', () => {
  const profile = {
    sections: Object.fromEntries(
      SECTIONS.map((section) => [section, [entry(section, { text: `a <b> & ${section}`, note: 'x' })]]),
    ),
    unreadable: [],
  };
  for (const { resource } of statementsOfProfile(profile))
    assert.deepEqual(validateResource(DEFINITIONS, resource), []);
  const document = ipsDocument(statementsOfProfile(profile), { patient: PATIENT, now: NOW });
  assert.deepEqual(validateResource(DEFINITIONS, document), []);
  assert.deepEqual(dangling(document), []);
  const types = entries(document).map((resource) => resource['resourceType']);
  assert.deepEqual(types.slice(0, 3), ['Composition', 'Patient', 'Device']);
  assert.equal(types.filter((type) => type === 'Observation').length, 3);
  assert.match(JSON.stringify(sections(document)['Problems']), /a &lt;b&gt; &amp; conditions/);
});

test('disputed entries say so, corrected ones are left out', () => {
  const marks = [{ kind: 'dispute', by: '0xP', at: NOW, reason: 'never had it', event: '0x2' }] as const;
  const profile = {
    sections: {
      allergies: [
        entry('allergies', { text: 'Old' }, { state: 'corrected' }),
        entry('allergies', { text: 'Latex' }, { state: 'disputed', marks }),
      ],
    },
    unreadable: [],
  };
  const document = ipsDocument(statementsOfProfile(profile), { patient: PATIENT, now: NOW });
  const found = entries(document).filter((resource) => resource['resourceType'] === 'AllergyIntolerance');
  assert.equal(found.length, 1);
  assert.match(JSON.stringify(found[0]), /The patient disputes this entry: never had it/);
});

test('of two entries that do not agree a summary shows both, and says so', () => {
  const [older, newer] = ['A positive', '0 positive'].map((value, index) => ({
    ...entry('blood-type', { resourceType: 'Observation', code: { text: 'Blood group' }, valueString: value }),
    event: `0x0${index}`,
    conflicts: [`0x0${1 - index}`],
  }));
  const profile = { sections: { 'blood-type': [older!, newer!] }, unreadable: [] };
  const document = ipsDocument(statementsOfProfile(profile), { patient: PATIENT, now: NOW });
  const found = entries(document).filter((resource) => resource['resourceType'] === 'Observation');
  assert.deepEqual(
    found.map((resource) => resource['valueString']),
    ['A positive', '0 positive'],
  );
  for (const resource of found) assert.match(JSON.stringify(resource), /Does not agree with another entry/);
});

test('what a resource refers to comes along, what is not at hand keeps its words, and nothing points out', () => {
  const bundle: Json = {
    resourceType: 'Bundle',
    type: 'collection',
    entry: [
      { fullUrl: 'urn:uuid:1', resource: PATIENT },
      { fullUrl: 'urn:uuid:2', resource: { resourceType: 'Medication', id: 'm', code: { text: 'Metformin' } } },
      {
        resource: {
          resourceType: 'MedicationRequest',
          id: 'r',
          status: 'active',
          intent: 'order',
          subject: { reference: 'urn:uuid:1' },
          medicationReference: { reference: 'urn:uuid:2' },
          requester: { reference: 'Practitioner/9', display: 'Dr X' },
          encounter: { reference: 'Encounter/1' },
        },
      },
    ],
  };
  const document = ipsDocument(
    statementsOfDocument(bundle, 0, () => ''),
    { patient: PATIENT, now: NOW },
  );
  assert.deepEqual(validateResource(DEFINITIONS, document), []);
  assert.deepEqual(dangling(document), []);
  const request = entries(document).find((resource) => resource['resourceType'] === 'MedicationRequest');
  assert.deepEqual(request?.['requester'], { display: 'Dr X' });
  assert.equal(request?.['encounter'], undefined);
  assert.ok(entries(document).some((resource) => resource['resourceType'] === 'Medication'));
});

test('of one code only the newest observation is taken', () => {
  const reading = (value: number, date: string): Json => ({
    resource: {
      resourceType: 'Observation',
      status: 'final',
      code: { coding: [{ system: 'http://loinc.org', code: '4548-4' }] },
      effectiveDateTime: date,
      valueQuantity: { value, unit: '%' },
      subject: { reference: 'Patient/p1' },
    },
  });
  const bundle = {
    resourceType: 'Bundle',
    entry: [reading(6, '2020-01-01'), reading(7, '2024-01-01'), reading(5, '2022-01-01')],
  };
  const document = ipsDocument(
    statementsOfDocument(bundle, 0, () => ''),
    { patient: PATIENT, now: NOW },
  );
  const values = entries(document)
    .filter((one) => one['resourceType'] === 'Observation')
    .map((one) => (one['valueQuantity'] as Json)['value']);
  assert.deepEqual(values, [7]);
});

const face = (name: string): TrueTypeFont =>
  new TrueTypeFont(new Uint8Array(readFileSync(new URL(`../../../static/pdf/atkinson-${name}.ttf`, import.meta.url))));
const FONTS = { regular: face('regular'), bold: face('bold') };

test('the font has the letters of the Latin scripts, each with a width', () => {
  for (const letter of 'AaÄöüßŁłŞşğőčž€–’') {
    const glyph = FONTS.regular.glyph(letter);
    assert.ok(glyph !== undefined && FONTS.regular.width(glyph) > 0, letter);
  }
});

test('lines are never wider than the page and lose no word', () => {
  const words = 'Substance with penicillin structure ≥ 5 µg '.repeat(20) + 'x'.repeat(300);
  const lines = wrapped(FONTS.regular, words, 10, 200);
  assert.ok(lines.every((line) => textWidth(FONTS.regular, line, 10) <= 200));
  assert.equal(lines.join('').replaceAll(' ', ''), words.replaceAll(' ', ''));
});

test('a summary on paper is a PDF of as many pages as it needs, the same bytes for the same summary', async () => {
  const many = Array.from({ length: 60 }, (_, index) =>
    entry('conditions', { text: `Condition ${index} Łukasz 日本` }),
  );
  const document = ipsDocument(statementsOfProfile({ sections: { conditions: many }, unreadable: [] }), {
    patient: PATIENT,
    now: NOW,
  });
  const [one, two] = [await summaryPdf(document, FONTS, GERMAN), await summaryPdf(document, FONTS, GERMAN)];
  assert.deepEqual(one, two);
  const text = new TextDecoder('latin1').decode(one);
  assert.match(text, /^%PDF-1\.7/);
  assert.ok(Number(/\/Count (\d+)/.exec(text)?.[1]) > 1);
  // The table of contents of a PDF: every object begins where it says.
  const start = Number(/startxref\n(\d+)/.exec(text)?.[1]);
  const rows = text
    .slice(start)
    .split('\n')
    .slice(3)
    .filter((row) => row.endsWith(' n '));
  rows.forEach((row, index) => assert.ok(text.startsWith(`${index + 1} 0 obj`, Number(row.slice(0, 10)))));
});
