import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';

import {
  addMonths,
  amount,
  daysBetween,
  duration,
  endOfDay,
  fhirDate,
  fingerprint,
  longDate,
  moment,
  shortDate,
  size,
} from '../../src/ui/format.ts';
import { useLanguage } from '../../src/ui/i18n.ts';

afterEach(() => useLanguage('en'));

const at = (year: number, month: number, day: number, hour = 12, minute = 0): number =>
  new Date(year, month - 1, day, hour, minute).getTime() / 1000;

test('dates are written out on pages and short in tables, in both languages', () => {
  assert.equal(longDate(at(2027, 2, 24)), '24 February 2027');
  assert.equal(shortDate(at(2027, 2, 24)), '24 Feb 2027');
  useLanguage('de');
  assert.equal(longDate(at(2027, 2, 24)), '24. Februar 2027');
});

test('today and yesterday are named, other days dated', () => {
  const now = at(2026, 11, 24, 9, 0);
  assert.equal(moment(at(2026, 11, 24, 0, 5), now), 'Today, 00:05');
  assert.equal(moment(at(2026, 11, 23, 23, 59), now), 'Yesterday, 23:59');
  assert.equal(moment(at(2026, 11, 22, 8, 0), now), '22 Nov 2026, 08:00');
});

test('days are counted by midnights, also where the clock changes', () => {
  assert.equal(daysBetween(at(2026, 10, 24, 23), at(2026, 10, 26, 1)), 2);
});

test('three months from the last of a month end on the last there is', () => {
  assert.equal(longDate(addMonths(at(2026, 11, 30), 3)), '28 February 2027');
  assert.equal(longDate(endOfDay(at(2026, 11, 30, 1))), '30 November 2026');
  assert.equal(endOfDay(at(2026, 11, 30, 1)), at(2026, 12, 1, 0) - 1);
});

test('a FHIR date keeps its own precision, and anything else stays as it came', () => {
  assert.equal(fhirDate('2026'), '2026');
  assert.equal(fhirDate('2026-11'), 'November 2026');
  assert.equal(fhirDate('2026-11-23'), '23 November 2026');
  assert.equal(fhirDate('last summer'), 'last summer');
});

test('sizes and amounts have their unit after a no-break space', () => {
  assert.equal(size(999), '999\u00a0B');
  assert.equal(size(240_000), '240\u00a0KB');
  assert.equal(size(1_100_000_000), '1.1\u00a0GB');
  assert.equal(amount(1000, 'mg'), '1,000\u00a0mg');
  assert.equal(amount(3, ''), '3');
});

test('time left is said as coarsely as it is known', () => {
  assert.equal(duration(3), 'a few seconds');
  assert.equal(duration(34), '40 seconds');
  assert.equal(duration(125), '2 minutes');
  assert.equal(duration(7200), '2 hours');
});

test('a key is shown by its beginning in groups', () => {
  assert.equal(fingerprint('0x9c4177ae02d8ffff'), '9c41 77ae 02d8');
});
