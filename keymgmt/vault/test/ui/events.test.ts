import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';

import { eventWords, foldedEvents, foldedWords, isSuperseded, nextVisit, visitWords } from '../../src/ui/events.ts';
import { useLanguage } from '../../src/ui/i18n.ts';
import type { Appointment } from '../../src/sdk/practice/model.ts';
import type { ProfileEntry } from '../../src/sdk/results.ts';

afterEach(() => useLanguage('en'));

const START = new Date(2026, 11, 2, 9, 30).getTime() / 1000;
const WALLET = '0x4be1A3b5c7d9e1f3a5b7c9d1e3f5a7b9c1d3e5f7';

const LATEX: ProfileEntry = {
  event: '0x01',
  section: 'allergies',
  entry: { resourceType: 'AllergyIntolerance', code: { text: 'latex' }, criticality: 'high' },
  author: '0xd0c',
  institution: '0x1n5',
  at: START,
  state: 'answered',
  marks: [
    { kind: 'dispute', by: WALLET, reason: 'I wear gloves daily.', at: START + 1, event: '0x02' },
    { kind: 'answer', by: '0xd0c', reason: 'Tested in May.', at: START + 2, event: '0x03' },
    { kind: 'confirm', by: WALLET, reason: null, at: START + 3, event: '0x04' },
  ],
  corrects: null,
  conflicts: [],
};

function visit(event: string, start: number, more: Partial<Appointment> = {}): Appointment {
  const planned = { event, visit: event, patient: WALLET, start, minutes: 20, place: 'Room 4', reason: 'blood test' };
  return { ...planned, status: 'planned', made: START, ...more };
}

test('a signed entry is read in words, and so is everything that was said of it', () => {
  const events = foldedEvents({ sections: { allergies: [LATEX] }, unreadable: [] });
  const words = ['0x01', '0x02', '0x03', '0x04'].map((event) => foldedWords(events.get(event)!));
  assert.deepEqual(words, [
    { title: 'Allergy: latex', value: 'high risk' },
    { title: 'You disputed: Allergy: latex', value: '“I wear gloves daily.”' },
    { title: 'Answer to a dispute: Allergy: latex', value: '“Tested in May.”' },
    { title: 'You confirmed: Allergy: latex', value: '' },
  ]);
  assert.equal(foldedWords(events.get('0x02')!, 'practice').title, 'Disputed by the patient: Allergy: latex');
});

test('German says the same', () => {
  useLanguage('de');
  const events = foldedEvents({ sections: { allergies: [LATEX] }, unreadable: [] });
  assert.equal(foldedWords(events.get('0x01')!).title, 'Allergie: latex');
});

test('a section without a word of its own is named by its title', () => {
  const entry = { kind: 'entry', section: 'blood-type', entry: { text: 'A positive' }, target: null, reason: null };
  assert.equal(eventWords(entry as Parameters<typeof eventWords>[0], 'person').title, 'Blood type: A positive');
});

test('a mark of which nothing else is known says what it is about in general', () => {
  const mark = { kind: 'dispute', section: 'disputes', entry: null, target: '0x01', reason: 'No.' } as const;
  const words = eventWords(mark, 'practice');
  assert.deepEqual(words, { title: 'Disputed by the patient: an entry of the health profile', value: '“No.”' });
});

test('a visit says when, how long and where, and that it was cancelled', () => {
  assert.deepEqual(visitWords(visit('0x01', START)), {
    title: 'Visit: blood test',
    value: '2 December 2026, 09:30, 20 minutes, Room 4',
  });
  assert.equal(visitWords(visit('0x01', START, { reason: '', place: '' })).title, 'Visit');
  assert.equal(visitWords(visit('0x01', START, { status: 'cancelled' })).title, 'Cancelled: Visit: blood test');
});

test('the next visit is the earliest that is mine, planned and not over', () => {
  const visits = [
    visit('0x01', START - 86_400),
    visit('0x02', START + 7 * 86_400),
    visit('0x03', START + 86_400, { status: 'cancelled' }),
    visit('0x04', START + 3_600, { patient: '0x0000000000000000000000000000000000000001' }),
    visit('0x05', START + 2 * 86_400, { patient: WALLET.toLowerCase() }),
  ];
  assert.equal(nextVisit(visits, WALLET, START)?.event, '0x05');
  assert.equal(nextVisit([visit('0x01', START)], WALLET, START + 600)?.event, '0x01', 'it goes on');
  assert.equal(nextVisit(visits.slice(0, 1), WALLET, START), null);
});

test('an event is superseded when a newer one of its visit stands in the calendar', () => {
  const newest = [visit('0x02', START, { status: 'cancelled' })];
  assert.ok(isSuperseded(visit('0x01', START), newest));
  assert.ok(!isSuperseded(newest[0]!, newest));
});
