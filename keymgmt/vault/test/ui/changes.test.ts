import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { RecordRow } from '../../src/sdk/results.ts';
import type { Reading } from '../../src/ui/api.ts';
import { newestChanges } from '../../src/ui/practice/changes.ts';

const ME = '0xD0C0000000000000000000000000000000000001';
const row = (record: string, created: number, author = '0xada') => ({ record, created, author }) as RecordRow;

/** A vault whose patients have these records; null for one whose access has just ended. */
function vault(patients: Readonly<Record<string, readonly RecordRow[] | null>>): Reading {
  const reading: Partial<Record<keyof Reading, unknown>> = {
    status: () => Promise.resolve({ wallet: ME }),
    patientList: () => Promise.resolve(Object.keys(patients).map((wallet) => ({ wallet }))),
    recordList: (wallet: string) => {
      const rows = patients[wallet];
      return rows === null ? Promise.reject(Object.assign(new Error(), { code: 'no-grant' })) : Promise.resolve(rows);
    },
  };
  return reading as unknown as Reading;
}

const shown = async (patients: Parameters<typeof vault>[0]) =>
  (await newestChanges(vault(patients))).map(({ patient, row: { record } }) => [patient.wallet, record]);

test('each patient’s newest record that others wrote, the newest first', async () => {
  const ada = [row('0x1', 10), row('0x2', 30), row('0x3', 40, ME.toLowerCase())];
  assert.deepEqual(await shown({ ada, bea: [row('0x4', 35)], cem: [], dov: [row('0x5', 50, ME)] }), [
    ['bea', '0x4'],
    ['ada', '0x2'],
  ]);
});

test('somebody whose access ends in this moment has none; another failure is told', async () => {
  assert.deepEqual(await shown({ ada: null, bea: [row('0x4', 35)] }), [['bea', '0x4']]);
  const failing = { ...vault({ ada: [] }), recordList: () => Promise.reject(new Error('no network')) };
  await assert.rejects(newestChanges(failing), /no network/);
});
