import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Appointment } from '../../src/sdk/practice/model.ts';
import { visitConsent } from '../../src/ui/practice/visit-consent.ts';

const WALLET = '0x4be1a3b5c7d9e1f3a5b7c9d1e3f5a7b9c1d3e5f7';
const START = new Date(2026, 10, 24, 9, 30).getTime() / 1000;
const WISH = { patient: WALLET, start: START, minutes: 20, place: 'Room 4', reason: 'blood test' };
const BEFORE: Appointment = { ...WISH, event: '0x1', visit: '1', start: START - 3600, status: 'planned', made: 0 };

const says = (consent: ReturnType<typeof visitConsent>) =>
  consent.consequences.flatMap(({ pieces }) => pieces).join(' ');

test('every field of a visit that is signed stands on the sheet', () => {
  const { act, signed } = visitConsent(WISH, null, []);
  assert.equal(act, 'Plan this visit');
  const fields = new Map(signed);
  assert.deepEqual(
    [fields.get('Patient'), fields.get('Place'), fields.get('Reason'), fields.get('Length')],
    [WALLET, 'Room 4', 'blood test', '20 minutes'],
  );
  assert.equal(fields.get('Begins'), `24 November 2026, 09:30 (${START})`);
});

test('a move says what it takes the place of, and a visit at the same time is named before anybody signs', () => {
  const consent = visitConsent(WISH, BEFORE, [{ ...BEFORE, start: START, reason: 'vaccination' }]);
  assert.equal(consent.act, 'Move this visit');
  assert.match(says(consent), /takes the place of 24 November 2026, 08:30/);
  assert.match(says(consent), /At that time you already have: 09:30 vaccination\./);
});

test('a visit with nobody goes into nobody’s wallet', () => {
  assert.doesNotMatch(says(visitConsent({ ...WISH, patient: null }, null, [])), /patient’s wallet/);
});
