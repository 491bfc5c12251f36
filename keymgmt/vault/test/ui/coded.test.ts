import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';

import {
  codedWord,
  detailTitle,
  detailValue,
  itemTitle,
  itemValue,
  ownTitle,
  summarySectionTitle,
} from '../../src/ui/coded.ts';
import { useLanguage } from '../../src/ui/i18n.ts';
import { itemOf } from '../../src/sdk/clinical/items.ts';
import { SECTIONS } from '../../src/sdk/exports/ips.ts';

afterEach(() => useLanguage('en'));

const SOURCE = { record: 'r', place: '', author: null, institution: null };
const weight = itemOf(
  {
    resourceType: 'Observation',
    code: { coding: [{ system: 'http://loinc.org', code: '29463-7' }], text: 'Weight (home scale)' },
    valueQuantity: { value: 1074.5, unit: 'kg' },
  },
  SOURCE,
);

test('codes of FHIR are words in the reader’s language, and an unknown one stays as it came', () => {
  assert.equal(codedWord('entered-in-error'), 'entered in error');
  useLanguage('de');
  assert.equal(codedWord('entered-in-error'), 'irrtümlich eingetragen');
  assert.equal(codedWord('x-of-somebody'), 'x-of-somebody');
});

test('a measured thing has its German name by its code, and its own name is not lost', () => {
  assert.deepEqual([itemTitle(weight), ownTitle(weight)], ['Weight (home scale)', null]);
  useLanguage('de');
  assert.deepEqual([itemTitle(weight), ownTitle(weight)], ['Körpergewicht', 'Weight (home scale)']);
});

test('which dose of a vaccine it was is said in words', () => {
  const dose = { doseNumberPositiveInt: 2, targetDisease: [{ text: 'Tetanus' }] };
  const shot = itemOf({ resourceType: 'Immunization', protocolApplied: [dose] }, SOURCE);
  assert.equal(itemValue(shot), 'Tetanus, dose 2');
});

test('what has no name of its own is called by its type, in the reader’s language', () => {
  const nameless = itemOf({ resourceType: 'MedicationStatement', status: 'active' }, SOURCE);
  assert.deepEqual([itemTitle(nameless), ownTitle(nameless)], ['Medicine taken', null]);
  useLanguage('de');
  assert.equal(itemTitle(itemOf({ resourceType: 'SomethingNew' }, SOURCE)), 'SomethingNew');
});

test('numbers are written as the reader writes them, whatever their decimals', () => {
  assert.equal(itemValue(weight), '1,074.5\u00a0kg');
  useLanguage('de');
  assert.equal(itemValue(weight), '1.074,5\u00a0kg');
});

test('of a reaction only the code is said in the reader’s language, not the record’s words', () => {
  const allergy = itemOf(
    {
      resourceType: 'AllergyIntolerance',
      code: { text: 'severe storms' },
      criticality: 'high',
      category: ['food', 'medication'],
      reaction: [{ manifestation: [{ text: 'mild rash' }], severity: 'severe' }],
      note: [{ text: 'high, food' }],
    },
    SOURCE,
  );
  useLanguage('de');
  assert.deepEqual([itemTitle(allergy), itemValue(allergy)], ['severe storms', 'mild rash, schwer']);
  const details = allergy.details.map(([name, value]) => [detailTitle(name), detailValue(name, value)]);
  assert.deepEqual(details, [
    ['Gefährlichkeit', 'hoch'],
    ['Kategorie', 'Nahrungsmittel, Arzneimittel'],
    ['Notiz', 'high, food'],
  ]);
});

test('every section of the vault’s own summary has a German title', () => {
  useLanguage('de');
  for (const { code, title } of SECTIONS) assert.notEqual(summarySectionTitle(code, title), title, title);
  assert.equal(summarySectionTitle('0-0', 'Own words'), 'Own words');
});
