import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { type Searchable, SearchIndex, wordsOf } from '../../../src/sdk/clinical/search.ts';

function item(title: string, more: Partial<Searchable> = {}): Searchable {
  const source = { record: `0x${title}`, place: '', author: null, institution: null };
  return { title, value: '', date: null, time: null, section: 'documents', source, ...more };
}

function indexOf(...items: Searchable[]): SearchIndex {
  const index = new SearchIndex();
  for (const one of items) index.add(one);
  return index;
}

test('finds words by their beginnings, in any case and with or without accents', () => {
  const index = indexOf(item('Körpergewicht'), item('Asthma'));
  for (const query of ['korper', 'KÖRPERGEW', 'körpergewicht']) {
    assert.deepEqual(
      index.search(query).map(({ title }) => title),
      ['Körpergewicht'],
    );
  }
  assert.deepEqual(index.search('gewicht'), []);
});

test('every word must be there', () => {
  const index = indexOf(item('Blood pressure', { value: '131 mmHg' }), item('Blood group'));
  assert.deepEqual(
    index.search('blood 131').map(({ title }) => title),
    ['Blood pressure'],
  );
  assert.deepEqual(index.search('blood xyz'), []);
  assert.deepEqual(index.search('  '), []);
});

test('a title weighs more than a value, then the newest is first', () => {
  const index = indexOf(
    item('Note', { value: 'metformin', time: 9 }),
    item('Metformin', { time: 1 }),
    item('Metformin', { time: 5 }),
  );
  const hits = index.search('metformin');
  assert.deepEqual(
    hits.map(({ title }) => title),
    ['Metformin', 'Metformin', 'Note'],
  );
});

test('every item is found by every word of its title', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 20 }), { maxLength: 8 }), (titles) => {
      const index = indexOf(...titles.map((title) => item(title)));
      return titles.every((title) =>
        wordsOf(title).every((word) => index.search(word).some((hit) => hit.source.record === `0x${title}`)),
      );
    }),
  );
});
