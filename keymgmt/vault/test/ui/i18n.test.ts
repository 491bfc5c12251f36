import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';

import germanPractice from '../../src/ui/locale/de-practice.json' with { type: 'json' };
import german from '../../src/ui/locale/de.json' with { type: 'json' };
import { preferredLanguage, t, tn, tx, useLanguage } from '../../src/ui/i18n.ts';
import { singularKeys, translatedKeys } from './strings.ts';

afterEach(() => useLanguage('en'));

const CATALOGUE = { ...germanPractice, ...german } as Readonly<
  Record<string, string | Readonly<Record<string, string>>>
>;

test('English is the key itself, with its placeholders filled', () => {
  assert.equal(t('Share until {date}', { date: '24 February 2027' }), 'Share until 24 February 2027');
});

test('a placeholder that nobody filled stays visible', () => {
  assert.equal(t('Share until {date}'), 'Share until {date}');
});

test('German is used where it is chosen, and an unknown language is English', () => {
  useLanguage('de');
  assert.equal(t('Share'), 'Teilen');
  useLanguage('xx');
  assert.equal(t('Share'), 'Share');
});

test('the number decides between singular and plural in both languages', () => {
  assert.equal(tn('{n} record', '{n} records', 1), '1 record');
  assert.equal(tn('{n} record', '{n} records', 1000), '1,000 records');
  useLanguage('de');
  assert.equal(tn('{n} record', '{n} records', 1), '1 Eintrag');
  assert.equal(tn('{n} record', '{n} records', 1000), '1.000 Einträge');
});

test('a sentence with parts keeps them in the order of the language', () => {
  const parts = { people: 'PEOPLE', records: 'RECORDS' };
  useLanguage('de');
  const german_ = tx('In the last 30 days {people} opened {records}.', parts);
  assert.deepEqual(german_, ['In den letzten 30 Tagen haben ', 'PEOPLE', ' ', 'RECORDS', ' geöffnet.']);
});

test('the first language of the browser that has a catalogue is taken', () => {
  assert.equal(preferredLanguage(['fr-FR', 'de-AT', 'en']), 'de');
  assert.equal(preferredLanguage(['fr']), 'en');
});

test('every sentence of the pages has its German one', () => {
  const missing = [...translatedKeys()].filter((key) => !(key in CATALOGUE));
  assert.deepEqual(missing, []);
});

test('a sentence without a number has one translation, not one for each number', () => {
  const plural = [...singularKeys()].filter((key) => typeof CATALOGUE[key] === 'object');
  assert.deepEqual(plural, []);
});

test('a translation has the same placeholders as its sentence', () => {
  const names = (text: string) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();
  for (const [key, entry] of Object.entries(CATALOGUE)) {
    for (const text of typeof entry === 'string' ? [entry] : Object.values(entry)) {
      assert.deepEqual(names(text), names(key), `${key} -> ${text}`);
    }
  }
});
