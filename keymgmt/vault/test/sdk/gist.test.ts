import assert from 'node:assert/strict';
import { test } from 'node:test';

import { encode } from '../../src/core/canonical.ts';
import { viewOfRecord } from '../../src/sdk/clinical/view.ts';
import { forgetGist, gistOf, gists, rememberGist } from '../../src/sdk/gist.ts';
import { appointmentIn } from '../../src/sdk/practice/visitFold.ts';
import { checksDue, checksDueBy } from '../../src/sdk/practice/checks.ts';
import type { Context } from '../../src/sdk/context.ts';
import type { Table } from '../../src/store/home.ts';

const SOURCE = { record: '0x01', place: '', author: null, institution: null };
const NOW = Date.UTC(2026, 10, 20) / 1000;

const BUNDLE = {
  resourceType: 'Bundle',
  type: 'collection',
  entry: [
    { resource: { resourceType: 'Patient', birthDate: '1968-05-09' } },
    {
      resource: {
        resourceType: 'Condition',
        recordedDate: '2006-03-02',
        code: { coding: [{ system: 'http://hl7.org/fhir/sid/icd-10', code: 'E11.9' }], text: 'Diabetes' },
      },
    },
    {
      resource: {
        resourceType: 'Observation',
        status: 'final',
        effectiveDateTime: '2026-01-10',
        code: { coding: [{ system: 'http://loinc.org', code: '4548-4' }], text: 'HbA1c' },
      },
    },
  ],
};

const VIEW = viewOfRecord(new TextEncoder().encode(JSON.stringify(BUNDLE)), SOURCE);
const NONE = { view: null, event: null, visit: null };

/** A home that holds tables in memory. */
function context(): Context {
  const tables: Record<string, Table> = {};
  return {
    table: async (name: string) => structuredClone(tables[name] ?? {}),
    changing: async (name: string, change: (rows: Table) => unknown) => change((tables[name] ??= {})),
  } as unknown as Context;
}

test('a record is from its first to its last clinical date; a birthday is none', () => {
  const gist = gistOf({ ...NONE, view: VIEW });
  assert.deepEqual([gist?.from, gist?.to], ['2006-03-02', '2026-01-10']);
});

test('the checks that are due are the same by the gist as by the whole record', () => {
  const gist = gistOf({ ...NONE, view: VIEW })!;
  assert.deepEqual(checksDueBy(gist, NOW), checksDue(VIEW, NOW));
  assert.equal(checksDueBy(gist, NOW).find(({ name }) => name.includes('HbA1c'))?.overdue, true);
});

test('a visit is from its beginning, and a file from nowhere', () => {
  const event = encode({
    v: 1,
    kind: 'appointment',
    id: '00',
    status: 'planned',
    start: NOW,
    minutes: 20,
    place: '',
    reason: 'blood test',
    patient: null,
    made: NOW - 60,
  });
  const visit = appointmentIn('0x01', event);
  assert.equal(visit?.reason, 'blood test');
  assert.equal(gistOf({ ...NONE, visit })?.to, '2026-11-20T00:00:00.000Z');
  assert.equal(gistOf(NONE), null);
  assert.equal(appointmentIn('0x01', encode({ v: 1, kind: 'request' })), null);
});

test('what was learnt is remembered, and forgotten with the record', async () => {
  const home = context();
  const gist = gistOf({ ...NONE, view: VIEW })!;
  await rememberGist(home, '0x01', gist);
  assert.deepEqual(await gists(home), { '0x01': gist });
  await forgetGist(home, '0x01');
  assert.deepEqual(await gists(home), {});
});
