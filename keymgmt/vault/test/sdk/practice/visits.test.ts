import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Appointment } from '../../../src/sdk/practice/model.ts';
import {
  doubleBookings,
  inTheWay,
  overlapsWithOwn,
  viewOfVisits,
  visitItem,
} from '../../../src/sdk/practice/visits.ts';

const ADA = '0xAda0000000000000000000000000000000000001';
const NINE = Date.UTC(2026, 10, 24, 9) / 1000;
const MINUTE = 60;

function visit(start: number, more: Partial<Appointment> = {}): Appointment {
  return {
    event: `0x${start}`,
    visit: String(start),
    patient: ADA.toLowerCase(),
    start,
    minutes: 20,
    place: '',
    reason: '',
    status: 'planned',
    made: 0,
    ...more,
  };
}

const source = (record: string) => ({ record, place: '', author: null, institution: null });
/** An event as the review of a patient keeps it. */
const kept = (event: string, created: number, about: Appointment, author = '0xd0c') => ({
  visit: { ...about, event },
  author,
  institution: '0x1',
  created,
});
const records = (flags: readonly { readonly sources: readonly { readonly record: string }[] }[]) =>
  flags.map(({ sources }) => sources.map(({ record }) => record));

test('a visit that was moved is where it was moved to, and one that was cancelled is in nobody’s way', () => {
  const moved = kept('0x2', 20, visit(NINE + 3600, { visit: 'a' }));
  const planned = kept('0x1', 10, visit(NINE, { visit: 'a' }));
  const cancelled = kept('0x3', 5, visit(NINE, { visit: 'b', status: 'cancelled' }));
  const { items } = viewOfVisits([moved, planned, cancelled, { ...planned, visit: null }]);
  assert.deepEqual(
    items.map((item) => [item.source.record, item.time, item.status]),
    [
      ['0x3', NINE, 'cancelled'],
      ['0x2', NINE + 3600, 'booked'],
    ],
  );
  assert.deepEqual(overlapsWithOwn(items, [visit(NINE, { visit: 'c' })], ADA), []);
});

test('nobody cancels the visit of another author', () => {
  const planned = kept('0x1', 10, visit(NINE, { visit: 'a' }));
  const foreign = kept('0x2', 20, visit(NINE, { visit: 'a', status: 'cancelled' }), '0xbad');
  const { items } = viewOfVisits([planned, foreign]);
  assert.ok(items.some((item) => item.source.record === '0x1' && item.status === 'booked'));
});

test('an own visit in the way of another of the same patient is told with both', () => {
  const elsewhere = visitItem(visit(NINE + 10 * MINUTE, { visit: 'else', reason: 'MRI' }), source('0xmri'));
  const own = visit(NINE, { visit: 'own', reason: 'blood test' });
  const flags = overlapsWithOwn([elsewhere], [own], ADA);
  assert.deepEqual(records(flags), [[own.event, '0xmri']]);
  assert.equal(flags[0]?.kind, 'overlapping-appointments');
  assert.deepEqual(overlapsWithOwn([elsewhere], [{ ...own, patient: '0xother' }], ADA), []);
  assert.deepEqual(overlapsWithOwn([elsewhere], [{ ...own, status: 'cancelled' }], ADA), []);
});

test('one visit that stands in both wallets is not two', () => {
  const own = visit(NINE, { visit: 'same' });
  assert.deepEqual(overlapsWithOwn([visitItem(own, source('0xpatient'))], [own], ADA), []);
});

test('visits that overlap in the own calendar are told while they are to come', () => {
  const [first, second, third] = [visit(NINE), visit(NINE + 15 * MINUTE), visit(NINE + 40 * MINUTE)];
  assert.deepEqual(records(doubleBookings([first, second, third], NINE)), [[first.event, second.event]]);
  assert.deepEqual(doubleBookings([first, second, third], NINE + 3600), []);
});

test('a time is free when nothing else is planned then; a visit that moves is not in its own way', () => {
  const known = [visit(NINE), visit(NINE + 3600, { status: 'cancelled' })];
  assert.deepEqual(inTheWay(known, { start: NINE + 10 * MINUTE, minutes: 20, visit: null }), [known[0]]);
  assert.deepEqual(inTheWay(known, { start: NINE + 10 * MINUTE, minutes: 20, visit: String(NINE) }), []);
  assert.deepEqual(inTheWay(known, { start: NINE + 20 * MINUTE, minutes: 20, visit: null }), []);
  assert.deepEqual(inTheWay(known, { start: NINE + 3600, minutes: 20, visit: null }), []);
  assert.deepEqual(inTheWay(known, { start: Number.NaN, minutes: 20, visit: null }), []);
});
