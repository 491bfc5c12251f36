import assert from 'node:assert/strict';
import { test } from 'node:test';

import { BY_LINK, filtered, filteredOpenings, isOpening, lines, summed } from '../../src/ui/looks.ts';
import { marked } from '../../src/sdk/unusual.ts';
import type { LookRow } from '../../src/sdk/results.ts';

const NOON = new Date(2026, 10, 20, 12, 0).getTime() / 1000;
const NIGHT = new Date(2026, 10, 19, 2, 41).getTime() / 1000;

function look(when: number, who: string, outcome = 'given', record = '0x01'): LookRow {
  return {
    when,
    who,
    name: null,
    institution: null,
    what: 'HbA1c',
    record,
    grant: '0x00',
    purpose: 'care',
    outcome,
    nodes: ['Tarn'],
    final: true,
    roots: [],
  };
}

test('a first look at night stands out, one at noon or by somebody known does not', () => {
  const [stranger, known, day] = marked([look(NIGHT, '0xa'), look(NIGHT + 60, '0xa'), look(NOON, '0xb')]);
  assert.deepEqual(stranger?.odd, ['night', 'first']);
  assert.deepEqual(known?.odd, []);
  assert.deepEqual(day?.odd, []);
});

test('more than twenty looks in an hour stand out', () => {
  const many = marked(Array.from({ length: 21 }, (_, n) => look(NOON + n, '0xa')));
  assert.ok(many.every(({ odd }) => odd.includes('many')));
  assert.ok(marked(Array.from({ length: 20 }, (_, n) => look(NOON + n, '0xa'))).every(({ odd }) => odd.length === 0));
});

test('filters let through by person, section, time and outcome', () => {
  const rows = marked([
    look(NOON, '0xa'),
    look(NOON - 40 * 86_400, '0xa', 'given', '0x02'),
    look(NOON, '0xb', 'no-grant'),
  ]);
  const all = { who: '', section: '', days: null, outcome: '' } as const;
  const section = (record: string) => (record === '0x02' ? 'profile/genetics' : 'profile/results');
  assert.equal(filtered(rows, all, section, NOON).length, 3);
  assert.equal(filtered(rows, { ...all, who: '0xb' }, section, NOON).length, 1);
  assert.equal(filtered(rows, { ...all, section: 'profile/genetics' }, section, NOON).length, 1);
  assert.equal(filtered(rows, { ...all, days: 30 }, section, NOON).length, 2);
  assert.equal(filtered(rows, { ...all, outcome: 'refused' }, section, NOON).length, 1);
});

test('the sum counts people and records that were opened, and what was refused', () => {
  const rows = marked([
    look(NOON, '0xa'),
    look(NOON, '0xa'),
    look(NOON, '0xb', 'given', '0x02'),
    look(NOON, '0xc', 'withdrawn'),
  ]);
  assert.deepEqual(summed(rows), { people: 2, records: 2, refused: 1, odd: 0 });
});

test('openings of links stand among the looks by time, and are in none of their sums', () => {
  const opening = { link: 'a', label: 'Summary', recipient: 'Clinic', at: NOON - 60 };
  const looks = marked([look(NOON, '0xa'), look(NOON - 120, '0xb')]);
  assert.deepEqual(lines(looks, [opening]).map(isOpening), [false, true, false]);
});

test('a filter by person, section or refusal leaves out what came by a link', () => {
  const opening = { link: 'a', label: 'Summary', recipient: 'Clinic', at: NOON - 40 * 86_400 };
  const all = { who: '', section: '', days: null, outcome: '' } as const;
  const count = (part: object) => filteredOpenings([opening], { ...all, ...part }, NOON).length;
  assert.equal(count({}), 1);
  assert.equal(count({ who: BY_LINK, outcome: 'given' }), 1);
  for (const part of [{ who: '0xa' }, { section: 'profile/results' }, { outcome: 'refused' }, { days: 30 }]) {
    assert.equal(count(part), 0, JSON.stringify(part));
  }
});
