import assert from 'node:assert/strict';
import { test } from 'node:test';

import { toAddress } from '../../../src/core/addresses.ts';
import type { JsonObject } from '../../../src/core/canonical.ts';
import { itemOf } from '../../../src/sdk/clinical/items.ts';
import { EMPTY_VIEW } from '../../../src/sdk/clinical/view.ts';
import type { Context } from '../../../src/sdk/context.ts';
import { forgetFacts, rememberPatient } from '../../../src/sdk/practice/patients.ts';

const ADA = toAddress(`0x${'ada'.padStart(40, '0')}`);

/** A home that keeps one table. */
function home(): { readonly context: Context; readonly rows: JsonObject } {
  const rows: JsonObject = {};
  const context = {
    table: () => Promise.resolve(structuredClone(rows)),
    changing: <T>(_: string, change: (table: JsonObject) => T) => Promise.resolve(change(rows)),
  };
  return { context: context as unknown as Context, rows };
}

const source = { record: '0x01', place: '', author: null, institution: null };
const diabetes = itemOf(
  {
    resourceType: 'Condition',
    code: { coding: [{ system: 'http://hl7.org/fhir/sid/icd-10', code: 'E11.9' }], text: 'Type 2 diabetes' },
  },
  source,
);
const patient = { name: 'Ada Tarnwood', birthDate: '1960-02-01', sex: 'female', identifiers: [] };

test('what checks go by is kept while the patient shares, and forgotten with the last grant', async () => {
  const { context, rows } = home();
  await rememberPatient(context, ADA, { ...EMPTY_VIEW, patient, items: [diabetes] });
  const kept = rows[ADA] as JsonObject;
  assert.deepEqual([kept['name'], kept['conditions']], ['Ada Tarnwood', ['E11.9']]);
  await forgetFacts(context, [ADA]);
  assert.deepEqual((rows[ADA] as JsonObject)['conditions'], ['E11.9']);
  await forgetFacts(context, []);
  assert.deepEqual(Object.keys(rows[ADA] as JsonObject).sort(), ['born', 'name', 'slug']);
  assert.equal((rows[ADA] as JsonObject)['slug'], kept['slug']);
});

test('a record of which nothing opened takes nothing away', async () => {
  const { context, rows } = home();
  await rememberPatient(context, ADA, { ...EMPTY_VIEW, patient, items: [diabetes] });
  const before = structuredClone(rows);
  await rememberPatient(context, ADA, EMPTY_VIEW);
  assert.deepEqual(rows, before);
});
