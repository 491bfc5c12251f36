import assert from 'node:assert/strict';
import { test } from 'node:test';

import { calendarTime, hasDay, headingOf, inOrder } from '../../src/ui/order.ts';
import type { RecordRow } from '../../src/sdk/results.ts';

const ADDED = new Date(2026, 10, 20, 12).getTime() / 1000;

function row(record: string, created = ADDED): RecordRow {
  return {
    record,
    name: record,
    type: 'fhir',
    section: 'profile/results',
    size: 1,
    created,
    author: '0xa',
    institution: null,
    state: 'final',
    readers: [],
    problem: null,
  };
}

function placed(dates: Readonly<Record<string, string | null>>) {
  const gist = (record: string) => ({ from: null, to: dates[record] ?? null, conditions: [], done: [] });
  return inOrder(
    Object.keys(dates).map((record) => row(record)),
    gist,
  );
}

test('an import of twenty years stands in twenty years, not in the month it was added', () => {
  const found = placed({ old: '2006-03-02', middle: '2016-07', file: null, year: '2011' });
  assert.deepEqual(
    found.map(({ row: { record } }) => record),
    ['file', 'middle', 'year', 'old'],
  );
  assert.deepEqual(found.map(headingOf), ['November 2026', 'July 2016', '2011', 'March 2006']);
  assert.deepEqual(found.map(hasDay), [true, false, false, true]);
});

test('a record that is not opened yet, or only a file, stands where it was added', () => {
  const [later, earlier] = inOrder([row('a', ADDED - 60), row('b')], () => null);
  assert.deepEqual([later?.row.record, later?.date, earlier?.row.record], ['b', null, 'a']);
});

test('a date that is none counts for nothing', () => {
  assert.equal(placed({ a: 'last spring' })[0]?.time, ADDED);
});

test('a day is that day in every time zone', () => {
  assert.equal(new Date(calendarTime('2026-11-01')! * 1000).getDate(), 1);
  assert.equal(calendarTime('2026-11-20T08:00:00Z'), Date.UTC(2026, 10, 20, 8) / 1000);
});
