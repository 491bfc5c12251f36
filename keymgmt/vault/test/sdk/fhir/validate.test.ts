import assert from 'node:assert/strict';
import { test } from 'node:test';

import { validateResource } from '../../../src/sdk/fhir/validate.ts';
import { loadVectors } from '../../support/vectors.ts';
import { DEFINITIONS } from './definitions.ts';

interface Case {
  readonly document: string;
  readonly accepted: boolean;
}

const CASES = await loadVectors<readonly Case[]>('fhir/cases');

test('takes and refuses exactly what the Python client does', () => {
  const differing = CASES.filter(({ document, accepted }) => {
    return (validateResource(DEFINITIONS, JSON.parse(document)).length === 0) !== accepted;
  });
  assert.deepEqual(differing, []);
  assert.ok(CASES.some(({ accepted }) => accepted) && CASES.some(({ accepted }) => !accepted));
});

test('names the place of each fault', () => {
  const bundle = {
    resourceType: 'Bundle',
    type: 'collection',
    entry: [
      {},
      {},
      {},
      { resource: { resourceType: 'Observation', status: 5, code: {}, valueQuantity: { valeu: 1 } } },
    ],
  };
  assert.deepEqual(validateResource(DEFINITIONS, bundle), [
    'entry[3].resource.status: it must be text',
    'entry[3].resource.valueQuantity.valeu: Quantity has no such element',
  ]);
});

test('lists a hundred faults at most', () => {
  const patient = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`x${index}`, 1]));
  assert.equal(validateResource(DEFINITIONS, { resourceType: 'Patient', ...patient }).length, 100);
});

test('a member called __proto__ is a fault like any other', () => {
  const document: unknown = JSON.parse('{"resourceType": "Patient", "__proto__": {"active": true}}');
  assert.deepEqual(validateResource(DEFINITIONS, document), ['__proto__: Patient has no such element']);
});
