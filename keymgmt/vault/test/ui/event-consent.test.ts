import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { EventContent } from '../../src/sdk/profileFold.ts';
import type { ProfileEntry } from '../../src/sdk/results.ts';
import { answersFor } from '../../src/ui/practice/answerable.ts';
import { eventConsent } from '../../src/ui/practice/event-consent.ts';

const ME = {
  address: '0x9C4177ae02d89c4177ae02d89c4177ae02d80001',
  name: 'Dr Vera Holt',
  institution: '0xAA00000000000000000000000000000000000001',
  institutionName: 'Tarn',
  level: 'clinical',
  authorised: true,
  keyShown: null,
  nodes: [],
};
const PATIENT = {
  slug: '00',
  wallet: '0x4be1a3b5c7d9e1f3a5b7c9d1e3f5a7b9c1d3e5f7',
  name: 'Ada',
  born: null,
  sections: [],
  records: 0,
  append: true,
  expiry: 0,
  letters: [],
  facts: { conditions: [], done: [] },
};
const ABOUT: ProfileEntry = {
  event: '0x01',
  section: 'allergies',
  entry: { text: 'Latex' },
  author: ME.address.toLowerCase(),
  institution: ME.institution.toLowerCase(),
  at: Date.UTC(2026, 10, 23, 12) / 1000,
  state: 'disputed',
  marks: [],
  corrects: null,
  conflicts: [],
};

function consentTo(content: EventContent) {
  const { consequences, act, signed } = eventConsent(content, { patient: PATIENT, me: ME, about: ABOUT });
  return { act, signed: new Map(signed), says: consequences.flatMap(({ pieces }) => pieces).join(' ') };
}

test('an answer is shown with its own words, whose they are, and what becomes of the entry', () => {
  const reason = 'The test of 2014 was positive.';
  const { act, signed, says } = consentTo({
    kind: 'answer',
    section: 'allergies',
    entry: null,
    target: '0x01',
    reason,
  });
  assert.equal(act, 'Give this answer');
  assert.deepEqual(
    [signed.get('Words'), signed.get('Wallet of the patient'), signed.get('Signed by')],
    [reason, PATIENT.wallet, 'Dr Vera Holt, Tarn'],
  );
  assert.match(says, /Ada and everybody who may see Allergies reads your answer/);
  assert.match(says, /marked “answered”/);
});

test('a correction says what it takes the place of, and shows all that is signed', () => {
  const entry = { text: 'Latex, mild', note: 'patch test' };
  const { act, signed, says } = consentTo({ kind: 'entry', section: 'allergies', entry, target: '0x01', reason: null });
  assert.equal(act, 'Correct this entry');
  assert.deepEqual(JSON.parse(signed.get('Content') ?? ''), entry);
  assert.match(says, /takes the place of “Allergy: Latex” of 23 November 2026/);
  assert.ok(signed.has('Takes the place of'));
});

test('a new entry takes nobody’s place', () => {
  const entry = { text: 'Latex' };
  const { act, signed, says } = consentTo({ kind: 'entry', section: 'allergies', entry, target: null, reason: null });
  assert.equal(act, 'Add this entry');
  assert.ok(!signed.has('Takes the place of'));
  assert.doesNotMatch(says, /takes the place/);
});

test('the author answers for an entry, and so does a colleague of the institution; nobody else does', () => {
  const elsewhere = { ...ME, address: '0x01', institution: '0x02' };
  assert.ok(answersFor(ME, ABOUT));
  assert.ok(answersFor({ ...ME, address: '0x01' }, ABOUT));
  assert.ok(!answersFor(elsewhere, ABOUT));
  assert.ok(!answersFor({ ...elsewhere, institution: null }, { author: PATIENT.wallet, institution: null }));
  assert.ok(!answersFor(null, ABOUT));
});
