import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import fc from 'fast-check';

import { NO_FACTS } from '../../../src/sdk/practice/checks.ts';
import { measure, median, trend, weekOf } from '../../../src/sdk/practice/measures.ts';
import type { Appointment, PatientRow, SentRequest } from '../../../src/sdk/practice/model.ts';

const DAY = 24 * 3600;
const NOON = new Date(2026, 10, 24, 12).getTime() / 1000; // a Tuesday

const visit = (start: number, over: Partial<Appointment> = {}): Appointment => ({
  event: '0x01',
  visit: '01',
  patient: null,
  start,
  minutes: 20,
  place: '',
  reason: '',
  status: 'planned',
  made: start - 6 * DAY,
  ...over,
});
const patient = (expiry: number): PatientRow => ({
  slug: 'a',
  wallet: '0x1',
  name: null,
  born: null,
  letters: [],
  facts: NO_FACTS,
  sections: [],
  records: 0,
  append: false,
  expiry,
});
const asked = (over: Partial<SentRequest>): SentRequest => ({
  request: '1',
  wallet: '0x1',
  sections: [],
  append: false,
  purpose: 'care',
  until: NOON + DAY,
  sent: NOON,
  answered: false,
  ...over,
});

describe('measures of a professional', () => {
  it('counts the visits of the week by day and leaves cancelled ones out', () => {
    const found = measure(
      [visit(NOON), visit(NOON + 600), visit(NOON + DAY, { status: 'cancelled' }), visit(NOON + 8 * DAY)],
      [],
      [],
      NOON,
    );
    assert.deepEqual(
      found.week.map((day) => day.visits),
      [0, 2, 0, 0, 0, 0, 0],
    );
    assert.equal(found.planned, 2);
  });

  it('marks a day over the limit', () => {
    const found = measure(
      Array.from({ length: 9 }, (_, n) => visit(NOON + n * 60)),
      [],
      [],
      NOON,
    );
    assert.deepEqual(
      found.week.map((day) => day.over),
      [false, true, false, false, false, false, false],
    );
  });

  it('gives the median wait of visits made lately, and none without any', () => {
    assert.equal(
      measure([visit(NOON, { made: NOON - 2 * DAY }), visit(NOON, { made: NOON - 90 * DAY })], [], [], NOON).medianWait,
      2 * DAY,
    );
    assert.equal(measure([], [], [], NOON).medianWait, null);
  });

  it('counts requests that wait and access that ends soon', () => {
    const requests = [asked({}), asked({ answered: true }), asked({ until: NOON - 1 })];
    const found = measure([], [patient(NOON + DAY), patient(NOON + 30 * DAY), patient(NOON - 1)], requests, NOON);
    assert.deepEqual([found.unanswered, found.endingSoon], [1, 1]);
  });

  it('shows the last weeks, oldest first: visits, cancelled ones, requests, and the wait of what was made then', () => {
    const WEEK = 7 * DAY;
    const found = trend(
      [
        visit(NOON, { made: NOON - WEEK }),
        visit(NOON - WEEK, { made: NOON - 3 * WEEK }),
        visit(NOON - WEEK, { status: 'cancelled', made: NOON - 2 * WEEK }),
        visit(NOON - 20 * WEEK, { made: NOON - 21 * WEEK }),
      ],
      [asked({}), asked({ sent: NOON - WEEK })],
      NOON,
      4,
    );
    assert.deepEqual(
      found.map(({ visits, cancelled, requests, medianWait }) => [visits, cancelled, requests, medianWait]),
      [
        [0, 0, 0, 2 * WEEK],
        [0, 0, 0, null],
        [1, 1, 1, WEEK],
        [1, 0, 1, null],
      ],
    );
    assert.deepEqual(found.at(-1)?.from, weekOf(NOON)[0]);
  });

  it('starts every week on a Monday at midnight of the device, also when clocks change', () => {
    fc.assert(
      fc.property(fc.integer({ min: 946_684_800, max: 4_102_444_800 }), (time) => {
        const days = weekOf(time).map((day) => new Date(day * 1000));
        assert.deepEqual(
          days.map((day) => day.getDay()),
          [1, 2, 3, 4, 5, 6, 0],
        );
        assert.ok(days.every((day) => day.getHours() === 0 && day.getMinutes() === 0));
        assert.ok((days[0]?.getTime() ?? 0) <= time * 1000);
      }),
    );
  });

  it('takes the middle of any values', () => {
    assert.equal(median([3, 1, 2]), 2);
    assert.equal(median([4, 1, 2, 3]), 2.5);
    assert.equal(median([]), null);
  });
});
