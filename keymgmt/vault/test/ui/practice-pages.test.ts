/** The practice's pages, read from what they would draw: the day, planning and moving, what is due, and the search. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { EMPTY_VIEW } from '../../src/sdk/clinical/view.ts';
import { NO_FACTS } from '../../src/sdk/practice/checks.ts';
import { trend } from '../../src/sdk/practice/measures.ts';
import type { Appointment, AppointmentMove, Calendar, PatientRow } from '../../src/sdk/practice/model.ts';
import { visitItem } from '../../src/sdk/practice/visits.ts';
import type { Vault } from '../../src/ui/api.ts';
import { isoDay } from '../../src/ui/format.ts';
import { movePage, planPage, startOf } from '../../src/ui/practice/appointment.ts';
import { dueSection } from '../../src/ui/practice/due.ts';
import { accessEnds, askedPurpose, mayShow, patientName } from '../../src/ui/practice/people-lines.ts';
import { RecordSearch } from '../../src/ui/practice/record-search.ts';
import { todayPage } from '../../src/ui/practice/today.ts';
import { trendSection } from '../../src/ui/practice/trend.ts';
import { visitPage } from '../../src/ui/practice/visit.ts';
import { drawn, listenersOf, stageOn, textOf, typedIn, valuesOf } from './drawn.ts';
import { fakeVault } from './fake.ts';

const ADA = '0xAda0000000000000000000000000000000000001';
const NOW = Math.floor(Date.now() / 1000);
const DAY = 24 * 3600;
const PLATFORM = 'https://wallet.example.org';

const patient = (more: Partial<PatientRow> = {}): PatientRow => ({
  slug: 'ada',
  wallet: ADA,
  name: 'Ada Lovelace',
  born: '1815-12-10',
  facts: NO_FACTS,
  sections: ['profile/allergies'],
  records: 0,
  append: true,
  expiry: NOW + 90 * DAY,
  letters: [],
  ...more,
});

const visit = (event: string, start: number, more: Partial<Appointment> = {}): Appointment => ({
  event,
  visit: event,
  patient: ADA,
  start,
  minutes: 20,
  place: 'Room 2',
  reason: 'blood test',
  status: 'planned',
  made: NOW - DAY,
  ...more,
});

/** A practice's vault with this calendar; what is moved and cancelled is kept in `done`. */
function practice(calendar: Partial<Calendar>, patients: readonly PatientRow[] = [patient()]) {
  const done: (readonly [what: string, event: string, move?: AppointmentMove])[] = [];
  const vault = {
    ...fakeVault('unlocked'),
    patientList: async () => patients,
    recordList: async () => [],
    sentRequests: async () => [],
    appointmentList: async () => ({ visits: [], unreadable: [], ...calendar }),
    appointmentMove: async (event: string, move: AppointmentMove) => {
      done.push(['move', event, move]);
      return visit('0xmoved', move.start);
    },
    appointmentCancel: async (event: string) => {
      done.push(['cancel', event]);
      return visit(event, NOW, { status: 'cancelled' });
    },
  } as unknown as Vault;
  return { vault, done };
}

const noon = Math.floor(new Date().setHours(12, 0, 0, 0) / 1000);
const submission = { preventDefault: () => undefined } as Event;
const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

test('the day shows its planned visits with patients, those to come, and nothing cancelled', async () => {
  const visits = [
    visit('0x1', noon),
    visit('0x2', noon + 60, { status: 'cancelled', reason: 'cancelled one' }),
    visit('0x3', noon + 3 * DAY, { reason: 'the later one' }),
    visit('0x4', noon, { patient: null, reason: 'nobody’s' }),
  ];
  const { vault } = practice({ visits });
  const text = textOf(await drawn(todayPage(await stageOn(vault, {}))));
  for (const shown of ['Ada Lovelace', 'blood test', 'Nobody entered', 'Coming', 'the later one']) {
    assert.ok(text.includes(shown), shown);
  }
  assert.doesNotMatch(text, /cancelled one|could not be read/);
});

test('a calendar of which a part is withheld says so wherever it is relied on', async () => {
  const known = { visits: [visit('0x1', noon)], unreadable: ['0x9', '0x8'] };
  const params = { event: '0x1' };
  for (const page of [todayPage, visitPage, movePage, planPage] as const) {
    const stage = await stageOn(practice(known).vault, { params });
    assert.match(textOf(await drawn(page(stage))), /2 entries of the calendar could not be read/, page.name);
  }
});

test('a visit is moved by its form: day, time, length and place, and nothing else', async () => {
  const { vault, done } = practice({ visits: [visit('0x1', noon)] });
  const page = movePage(await stageOn(vault, { params: { event: '0x1' } }));
  const form = await drawn(page);
  const values = typedIn(form);
  for (const value of [isoDay(noon), '12:00', 'Room 2']) assert.ok(values.includes(value), value);
  listenersOf(form)[0]!(submission);
  await settled();
  assert.deepEqual(done, [['move', '0x1', { start: noon, minutes: 20, place: 'Room 2' }]]);
  assert.match(textOf(page.render()), /Moved to/);
});

test('a visit that is cancelled or not there cannot be moved', async () => {
  for (const visits of [[], [visit('0x1', noon, { status: 'cancelled' })]]) {
    const page = movePage(await stageOn(practice({ visits }).vault, { params: { event: '0x1' } }));
    assert.match(textOf(await drawn(page)), /not in your calendar/);
  }
});

test('a visit’s page cancels it once it is pressed', async () => {
  const { vault, done } = practice({ visits: [visit('0x1', noon)] });
  const page = visitPage(await stageOn(vault, { params: { event: '0x1' } }));
  const form = await drawn(page);
  assert.match(textOf(form), /blood test/);
  assert.deepEqual(done, []);
  listenersOf(form)[0]!(submission);
  await settled();
  assert.deepEqual(done, [['cancel', '0x1']]);
  assert.match(textOf(page.render()), /The visit is cancelled/);
});

test('a day and a time are the device’s own, and what is no time is none', () => {
  assert.equal(startOf(isoDay(noon), '12:00'), noon);
  assert.equal(startOf(isoDay(noon), '9:05'), noon - 3 * 3600 + 5 * 60);
  for (const [day, time] of [
    ['', '10:00'],
    ['2027-02-30', 'noon'],
    ['2027-02-03', '25:00'],
  ] as const) {
    assert.equal(startOf(day, time), null, `${day} ${time}`);
  }
});

test('who has a check due is named, the rest counted', () => {
  const facts = { conditions: ['E78'], done: [] };
  const overdue = Array.from({ length: 7 }, (_, n) => patient({ slug: `p${n}`, name: `Patient ${n}`, facts }));
  const text = textOf(dueSection(PLATFORM, overdue, NOW));
  assert.match(text, /Checks due.*Patient 0.*Patient 4/);
  assert.doesNotMatch(text, /Patient 5/);
  assert.match(text, /2 more patients/);
  assert.equal(textOf(dueSection(PLATFORM, [patient()], NOW)), '');
});

test('the last weeks stand in a table, the newest first, with what was cancelled', () => {
  const visits = [visit('0x1', NOW), visit('0x2', NOW, { status: 'cancelled' }), visit('0x3', NOW - 7 * DAY)];
  const text = textOf(trendSection(PLATFORM, trend(visits, [], NOW, 2)));
  assert.match(text, /The last 2 weeks/);
  assert.match(text, /Requests sent .* 1 1 .* 1 0 /);
});

test('the search of an opened record leads to what it finds, and forgets with the page', () => {
  const source = { record: '0xrecord', place: '', author: null, institution: null };
  const view = { ...EMPTY_VIEW, items: [visitItem(visit('0x1', noon), source)] };
  const search = new RecordSearch(() => undefined);
  const type = (value: string) => {
    const listeners = listenersOf(search.render(view, 'ada'));
    listeners[1]!({ target: { value } } as unknown as Event);
    return search.render(view, 'ada');
  };
  const found = type('blood');
  assert.match(textOf(found), /1 entry found.*blood test/);
  assert.ok(valuesOf(found).includes('#/practice-record/ada/0xrecord'));
  assert.match(textOf(type('nothing of the kind')), /Nothing found/);
  search.stop();
  assert.doesNotMatch(textOf(search.render(view, 'ada')), /found/);
});

test('a patient is called by name, or by the number until a record has opened', () => {
  assert.equal(patientName(patient()), 'Ada Lovelace');
  assert.match(patientName(patient({ name: null })), /^Patient 0xAda0/);
  assert.match(mayShow(patient({ records: 2 })), /; 2 single records$/);
  assert.equal(askedPurpose('care'), askedPurpose('treatment'));
  assert.match(textOf(accessEnds(patient({ expiry: NOW + 3 * DAY }), NOW)), /in 3 days/);
});
