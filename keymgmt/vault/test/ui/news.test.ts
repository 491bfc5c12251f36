import assert from 'node:assert/strict';
import { test } from 'node:test';

import { type Naming, newsTarget, newsWords } from '../../src/ui/news.ts';
import type { News } from '../../src/sdk/news.ts';

const NAMING: Naming = {
  person: () => 'Dr Reuel',
  event: () => null,
  summary: (record) => (record === '0x01' ? { title: 'HbA1c', value: '54 mmol/mol' } : null),
};

function looks(kind: 'access' | 'unusual', opened: number, refused: number): News {
  const who = { who: '0xa', name: 'Dr Reuel', institution: 'Tarn' };
  return { kind, key: 'k', at: 1, ...who, opened, refused, odd: kind === 'unusual' ? ['night', 'first'] : [] };
}

function added(...records: readonly string[]): News {
  return { kind: 'changes', change: 'added', key: 'k', at: 1, author: '0xa', records };
}

test('who looked is said with how often, and leads to the log', () => {
  assert.equal(newsWords(looks('access', 3, 0), NAMING).title, 'Dr Reuel, Tarn opened 3 records');
  assert.equal(newsWords(looks('access', 0, 1), NAMING).title, 'Dr Reuel, Tarn was refused 1 time');
  assert.deepEqual(newsTarget(looks('access', 3, 0)), { on: 'portal', path: '/patient/looks/' });
});

test('an unusual look says why it is one', () => {
  const { title, hint } = newsWords(looks('unusual', 1, 0), NAMING);
  assert.equal(title, 'Unusual: Dr Reuel, Tarn opened 1 record');
  assert.match(hint, /^At night, first time\./);
});

test('one new entry is told in its own words and opens, several are counted', () => {
  const words = newsWords(added('0x01'), NAMING);
  assert.deepEqual(words, { title: 'HbA1c', hint: '54 mmol/mol · added by Dr Reuel' });
  assert.deepEqual(newsTarget(added('0x01')), { on: 'frame', hash: '#/record/0x01' });
  assert.equal(newsWords(added('0x02'), NAMING).title, 'Dr Reuel added an entry');
  assert.equal(newsWords(added('0x01', '0x02'), NAMING).title, 'Dr Reuel added 2 entries');
  assert.deepEqual(newsTarget(added('0x01', '0x02')), { on: 'portal', path: '/patient/records/' });
});

test('a request leads to the decision', () => {
  const request = {
    request: '0xr',
    professional: '0xa',
    sections: ['profile/results', 'profile/medication'],
    append: false,
    purpose: 'care',
    until: 2,
    received: 1,
    referral: null,
  };
  const news: News = { kind: 'requests', key: 'k', at: 1, request };
  const words = newsWords(news, NAMING);
  assert.deepEqual(words, { title: 'Dr Reuel asks to see your records', hint: 'Test results and Medication' });
  assert.deepEqual(newsTarget(news), { on: 'top', path: ['share'], query: { to: '0xr' } });
});
