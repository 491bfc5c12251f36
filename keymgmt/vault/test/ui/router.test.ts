import assert from 'node:assert/strict';
import { test } from 'node:test';

import { hashFor, match, parseHash, platformPath } from '../../src/ui/router.ts';

const ROUTES = [
  { pattern: 'share', page: 'share' },
  { pattern: 'restrict/:record', page: 'restrict' },
  { pattern: 'timeline/:layer', page: 'timeline' },
];

test('a fragment is a path and a query', () => {
  assert.deepEqual(parseHash('#/unlock?return=%2Fpatient%2F'), { path: ['unlock'], query: { return: '/patient/' } });
});

test('what a fragment is made of comes back from it', () => {
  const hash = hashFor(['record', 'a/b?c'], { name: 'Dr Ä & Söhne', empty: '' });
  assert.deepEqual(parseHash(hash), { path: ['record', 'a/b?c'], query: { name: 'Dr Ä & Söhne' } });
});

test('a route with a variable segment gives its value', () => {
  const found = match(ROUTES, '#/restrict/0xab?x=1');
  assert.equal(found?.entry.page, 'restrict');
  assert.deepEqual(found?.params, { record: '0xab' });
  assert.deepEqual(found?.query, { x: '1' });
});

test('longer, shorter and unknown paths match nothing', () => {
  for (const hash of ['#/restrict', '#/restrict/a/b', '#/nothing', '#/%E0%A4%A'])
    assert.equal(match(ROUTES, hash), null);
});

test('a return path leads to the platform and nowhere else', () => {
  const platform = 'http://localhost:8000';
  assert.equal(platformPath(platform, '/patient/?a=1'), 'http://localhost:8000/patient/?a=1');
  for (const path of [
    '//evil.example/',
    '/\\evil.example',
    'https://evil.example/',
    'javascript:alert(1)',
    'patient/',
    '',
    undefined,
  ]) {
    assert.equal(platformPath(platform, path), null, String(path));
  }
});
