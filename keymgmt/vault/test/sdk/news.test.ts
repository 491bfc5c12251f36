import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Context } from '../../src/sdk/context.ts';
import {
  type NewsFacts,
  type NewsMark,
  newsMark,
  newsOf,
  ownChecks,
  readUntil,
  setNewsMark,
} from '../../src/sdk/news.ts';
import type { AccessShown, GrantRow, LookRow, ProfileEntry, RecordRow } from '../../src/sdk/results.ts';
import type { Table } from '../../src/store/home.ts';

const DAY = 86_400;
const NOW = new Date(2026, 10, 20, 12).getTime() / 1000;
const NIGHT = new Date(2026, 10, 20, 2, 41).getTime() / 1000;
const DOCTOR = '0xd0c';
const CLINIC = '0xc11';
const MARK: NewsMark = { at: NOW - 7 * DAY, read: [], off: [] };
const NOTHING: NewsFacts = { now: NOW, records: [], access: null, profile: null, looks: null, checks: null };

function look(when: number, who: string, record = '0x01', outcome = 'given'): LookRow {
  const person = { who, name: `Dr ${who}`, institution: 'Tarn' };
  const access = { what: 'HbA1c', record, grant: '0x00', purpose: 'care', outcome };
  return { when, ...person, ...access, nodes: ['Tarn'], final: true, roots: [] };
}

function row(record: string, created: number, more: Partial<RecordRow> = {}): RecordRow {
  const known = { name: 'a', type: 'pdf', section: 'profile/documents', size: 1 };
  return {
    record,
    ...known,
    created,
    author: DOCTOR,
    institution: CLINIC,
    state: 'final',
    readers: [],
    problem: null,
    ...more,
  };
}

function grant(other: string, expiry: number, more: Partial<GrantRow> = {}): GrantRow {
  const opened = { layer: 'profile', records: [], sections: ['profile/results'], purpose: 'care' };
  return {
    grant: `0x${expiry}`,
    direction: 'given',
    other,
    ...opened,
    expiry,
    state: 'active',
    letter: null,
    team: null,
    ...more,
  };
}

function access(grants: readonly GrantRow[], requests: AccessShown['requests'] = []): AccessShown {
  return { grants, requests, referrals: [] };
}

function entry(event: string, at: number, more: Partial<ProfileEntry> = {}): ProfileEntry {
  const said = { section: 'allergies', entry: { text: 'latex' }, author: DOCTOR, institution: CLINIC };
  return { event, ...said, at, state: 'current', marks: [], corrects: null, conflicts: [], ...more };
}

test('looks are told once for each person, and what was unusual by itself', () => {
  const looks = [look(NOW - 60, '0xa'), look(NOW - 30, '0xa', '0x02'), look(NOW, '0xa', '0x02', 'no-grant')];
  const [unusual, known] = newsOf({ ...NOTHING, looks: [look(NIGHT, '0xb'), ...looks] }, MARK);
  assert.deepEqual([unusual?.kind, unusual?.key, unusual?.at], ['unusual', 'unusual/0xb', NIGHT]);
  assert.ok(known?.kind === 'access');
  assert.deepEqual([known.opened, known.refused, known.at, known.name], [2, 1, NOW, 'Dr 0xa']);
});

test('who looked before the mark is no first-time visitor, and what was read is not told again', () => {
  const looks = [look(MARK.at - DAY, '0xb'), look(NIGHT, '0xb')];
  assert.deepEqual(
    newsOf({ ...NOTHING, looks }, MARK).map(({ kind }) => kind),
    ['access'],
  );
});

test('what others added is told by author; what is one’s own, sealed or old is not', () => {
  const records = [
    row('0x01', NOW - 60),
    row('0x02', NOW - 50),
    row('0x03', NOW - 40, { institution: null }),
    row('0x04', NOW - 40, { section: 'sealed/restricted' }),
    row('0x05', MARK.at),
    row('0x06', NOW - 30, { author: '0xe' }),
  ];
  const added = newsOf({ ...NOTHING, records }, MARK);
  assert.deepEqual(
    added.map((news) => news.kind === 'changes' && news.change === 'added' && [news.author, news.records]),
    [
      ['0xe', ['0x06']],
      [DOCTOR, ['0x01', '0x02']],
    ],
  );
});

test('a dispute that was answered or corrected is told as that, not as something added', () => {
  const dispute = { kind: 'dispute', by: '0xme', reason: 'No.', at: NOW - 3 * DAY, event: '0x0d' } as const;
  const answer = { kind: 'answer', by: DOCTOR, reason: 'Tested.', at: NOW - 60, event: '0x0a' } as const;
  const disputed = entry('0x01', NOW - 9 * DAY, { state: 'answered', marks: [dispute, answer] });
  const wrong = entry('0x02', NOW - 9 * DAY, { state: 'corrected', marks: [dispute] });
  const right = entry('0x03', NOW - 30, { corrects: '0x02' });
  const another = entry('0x04', NOW - 20);
  const profile = { sections: { allergies: [disputed], conditions: [wrong, right, another] }, unreadable: [] };
  const records = ['0x0a', '0x03', '0x04'].map((record) => row(record, NOW - 60, { type: 'profile-event' }));
  const news = newsOf({ ...NOTHING, profile, records }, MARK);
  assert.deepEqual(
    news.map(({ key, at }) => [key, at]),
    [
      ['corrected/0x02', NOW - 30],
      ['answered/0x01', NOW - 60],
      [`added/${DOCTOR}`, NOW - 60],
    ],
  );
});

test('requests are told, and access that ends within seven days', () => {
  const asked = { sections: ['profile/results'], append: false, purpose: 'care', until: NOW + 90 * DAY };
  const request = { request: '0xr', professional: DOCTOR, ...asked, received: NOW - 60, referral: null };
  const grants = [
    grant('0xa', NOW + 6 * DAY),
    grant('0xa', NOW + 3 * DAY),
    grant('0xb', NOW + 8 * DAY),
    grant('0xc', NOW + DAY, { state: 'withdrawn' }),
    grant('0xd', NOW + DAY, { direction: 'received' }),
  ];
  const news = newsOf({ ...NOTHING, access: access(grants, [request]) }, MARK);
  assert.deepEqual(
    news.map(({ key }) => key),
    ['request/0xr', `expiry/0xa/${NOW + 3 * DAY}`],
  );
});

test('a check is told when it is overdue', () => {
  const check = { name: 'Blood pressure', last: NOW - 400 * DAY, due: NOW - 35 * DAY, overdue: true };
  const later = { name: 'Thyroid (TSH)', last: NOW, due: NOW + 300 * DAY, overdue: false };
  const news = newsOf({ ...NOTHING, checks: [check, later] }, MARK);
  assert.deepEqual(
    news.map(({ key }) => key),
    [`check/Blood pressure/${NOW - 400 * DAY}`],
  );
});

test('marked as read, nothing is told again until something happens', () => {
  const check = { name: 'Blood pressure', last: null, due: NOW, overdue: true };
  const facts = {
    ...NOTHING,
    looks: [look(NOW - 60, '0xa')],
    access: access([grant('0xa', NOW + DAY)]),
    checks: [check],
  };
  const read = readUntil(facts, MARK);
  assert.equal(newsOf(facts, MARK).length, 3);
  assert.deepEqual(newsOf(facts, read), []);
  assert.equal(read.at, NOW - 60, 'the mark is the newest thing that was read, not the clock of this device');
  const renewed = {
    ...facts,
    looks: [...facts.looks, look(NOW, '0xa')],
    access: access([grant('0xa', NOW + 2 * DAY)]),
  };
  assert.deepEqual(
    newsOf(renewed, read).map(({ kind }) => kind),
    ['access', 'expiry'],
  );
});

test('a kind that is switched off is not told', () => {
  const facts = { ...NOTHING, looks: [look(NOW, '0xa')], records: [row('0x01', NOW)] };
  assert.deepEqual(
    newsOf(facts, { ...MARK, off: ['access'] }).map(({ kind }) => kind),
    ['changes'],
  );
});

test('no check is called due while a record that may hold its result was never opened', () => {
  const records = [row('0x01', NOW, { type: 'fhir' }), row('0x02', NOW, { type: 'fhir' }), row('0x03', NOW)];
  const diabetes = { from: null, to: null, conditions: ['E11.9'], done: [] };
  const done = { ...diabetes, conditions: [], done: [['4548-4', NOW - DAY]] as const };
  const some = (record: string) => (record === '0x01' ? diabetes : null);
  const all = (record: string) => (record === '0x01' ? diabetes : record === '0x02' ? done : null);
  assert.equal(ownChecks(records, some, null, NOW), null);
  const due = ownChecks(records, all, null, NOW)?.filter(({ overdue }) => overdue);
  assert.ok(due !== undefined && due.length > 0 && due.every(({ name }) => !name.includes('HbA1c')));
});

test('the mark is remembered; without one, all but the last thirty days counts as read', async () => {
  const tables: Record<string, Table> = {};
  const context = {
    now: () => NOW,
    table: async (name: string) => structuredClone(tables[name] ?? {}),
    changing: async (name: string, change: (rows: Table) => unknown) => change((tables[name] ??= {})),
  } as unknown as Context;
  assert.deepEqual(await newsMark(context), { at: NOW - 30 * DAY, read: [], off: [] });
  const mark: NewsMark = { at: NOW, read: ['check/Blood pressure/never'], off: ['checks'] };
  await setNewsMark(context, mark);
  assert.deepEqual(await newsMark(context), mark);
});
