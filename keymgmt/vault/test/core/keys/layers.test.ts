import assert from 'node:assert/strict';
import { test } from 'node:test';

import { InvalidIdentity, UnknownLayer, UnknownSection, BadNationalNumber } from '../../../src/core/keys/errors.ts';
import { FIELDS, fieldsOf, validateIdentity, writersOf } from '../../../src/core/keys/identityFields.ts';
import { FAMILIES, layerOf, layerOfCode, LAYERS, mayAppend, sectionOf } from '../../../src/core/keys/layers.ts';
import { normalise, SCHEMES } from '../../../src/core/keys/national.ts';
import { loadVectors } from '../../support/vectors.ts';

test('vectors: the table of layers, sections and identity fields is the one of every implementation', async () => {
  const vectors = await loadVectors<{ readonly layers: unknown; readonly identity_fields: unknown }>('keys/layers');
  const layers = [...LAYERS.values(), ...FAMILIES.values()].map((layer) => ({
    name: layer.name,
    code: layer.code,
    clinical: layer.clinical,
    sections: [...layer.sections.values()].map(({ name, title, sensitive, writers }) => ({
      name,
      title,
      sensitive,
      writers: [...writers].sort(),
    })),
  }));
  assert.deepEqual(layers, vectors.layers);
  const fields = FIELDS.map(({ name, section, title, fhir, required, many }) => ({
    name,
    section,
    title,
    fhir,
    required,
    many,
  }));
  assert.deepEqual(fields, vectors.identity_fields);
});

test('forums and studies are layers, by any well-formed id', () => {
  assert.equal(layerOf('forum/asthma').name, 'forum');
  assert.equal(layerOf(`study/${'a'.repeat(64)}`).code, 17);
  assert.equal(layerOfCode(16).name, 'forum');
  for (const name of [
    'forum',
    'forum/',
    'forum/-a',
    'forum/A',
    'study/a\n',
    `study/${'a'.repeat(65)}`,
    'other/a',
    '',
  ]) {
    assert.throws(() => layerOf(name), UnknownLayer, name);
  }
  assert.throws(() => layerOfCode(6), UnknownLayer);
});

test('patients append to the predefined sections only', () => {
  assert.equal(mayAppend('profile', 'self-reports', 'patient'), true);
  assert.equal(mayAppend('profile', 'results', 'patient'), false);
  assert.equal(mayAppend('identity', 'name', 'clinician'), false);
  assert.throws(() => mayAppend('profile', 'bank', 'patient'), UnknownSection);
  assert.equal(sectionOf('identity', 'bank').sensitive, true);
});

test('vectors: national numbers in the forms people write them', async () => {
  const vectors = await loadVectors<{
    readonly numbers: readonly { readonly country: string; readonly written: string; readonly input: string }[];
    readonly refused_numbers: readonly (readonly [string, string])[];
  }>('oprf/nullifier');
  for (const { country, written, input } of vectors.numbers) {
    const scheme = SCHEMES.get(country)!.name;
    assert.equal(`medixain/nullifier/v1|${country}|${scheme}|${normalise(country, written)}`, input);
  }
  for (const [country, number] of vectors.refused_numbers) {
    assert.throws(
      () => normalise(country, number),
      (error: unknown) => error instanceof BadNationalNumber && (number.length < 5 || !error.message.includes(number)),
    );
  }
  assert.throws(() => normalise('GB', '９４３４７６５９１９'), BadNationalNumber);
});

test('identity fields are checked as the section says', () => {
  const contact = { address_line: ['1 High Street'], city: 'Leeds', postal_code: 'LS1', country: 'GB' };
  validateIdentity('contact', contact);
  validateIdentity('bank', { account_holder: 'Ada', iban: 'GB82 WEST 1234 5698 7654 32' });
  validateIdentity('birth', { date_of_birth: '2024-02-29' });
  validateIdentity('national', { nhs_number: '943 476 5919', national_insurance_number: 'AB 12 34 56 C' });
  const wrong: readonly [section: string, values: Record<string, unknown>, names: readonly string[]][] = [
    ['contact', { ...contact, city: '', country: 'gb', extra: 1 }, ['extra', 'city', 'country']],
    [
      'contact',
      { ...contact, address_line: [], telephone: '01632', email: 'a b@c.de' },
      ['address_line', 'telephone', 'email'],
    ],
    ['contact', { ...contact, address_line: 'text', postal_code: 5 }, ['address_line', 'postal_code']],
    ['contact', { ...contact, city: 'a\u200bb' }, ['city']],
    ['contact', { ...contact, city: '🩺'.repeat(101) }, ['city']],
    ['bank', { account_holder: 'Ada', iban: 'GB82 WEST 1234 5698 7654 33' }, ['iban']],
    ['birth', { date_of_birth: '2023-02-29' }, ['date_of_birth']],
    ['birth', { date_of_birth: '1849-12-31' }, ['date_of_birth']],
    [
      'national',
      { nhs_number: '9434765918', national_insurance_number: 'BG123456C' },
      ['national_insurance_number', 'nhs_number'],
    ],
    ['name', { family: 'Lovelace', toString: 'x' }, ['toString', 'given']],
  ];
  for (const [section, values, names] of wrong) {
    assert.throws(
      () => {
        validateIdentity(section, values);
      },
      (error: unknown) =>
        error instanceof InvalidIdentity &&
        (assert.deepEqual(Object.keys(error.fields).sort(), [...names].sort()), true),
    );
  }
  validateIdentity('contact', { ...contact, city: '🩺'.repeat(100) });
  assert.throws(() => fieldsOf('nowhere'), UnknownSection);
  assert.deepEqual([...writersOf(FIELDS[0]!)], ['patient']);
});
