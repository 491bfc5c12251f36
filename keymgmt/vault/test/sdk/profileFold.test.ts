import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import type { Json } from '../../src/core/canonical.ts';
import { MedixainError } from '../../src/core/errors.ts';
import { entryText, fold, parseEvent, type ProfileEvent } from '../../src/sdk/profileFold.ts';
import { loadVectors } from '../support/vectors.ts';

interface Vectors {
  readonly fold: readonly { readonly events: readonly Record<string, never>[]; readonly sections: unknown }[];
  readonly events: readonly { readonly document: Json; readonly accepted: boolean }[];
}

const VECTORS = await loadVectors<Vectors>('profile/profile');
const FACTS = { event: '0x1', order: 1, author: '0xP', institution: null, byOwner: true, at: 1 };

/** An event by Python's names. */
function eventOf({ id, by_owner: byOwner, ...rest }: Record<string, never>): ProfileEvent {
  return { ...(rest as unknown as ProfileEvent), event: id!, byOwner: byOwner! };
}

test('every history folds as in Python', () => {
  for (const { events, sections } of VECTORS.fold) assert.deepEqual(fold(events.map(eventOf)), sections);
});

test('the order in which events come does not matter', () => {
  const history = VECTORS.fold.at(-1)!.events.map(eventOf);
  fc.assert(
    fc.property(fc.shuffledSubarray(history, { minLength: history.length }), (shuffled) => {
      assert.deepEqual(fold(shuffled), fold(history));
    }),
  );
});

test('documents are events or not as in Python', () => {
  for (const { document, accepted } of VECTORS.events) {
    if (accepted) assert.equal(parseEvent(document, FACTS).event, '0x1');
    else assert.throws(() => parseEvent(document, FACTS), MedixainError, JSON.stringify(document));
  }
});

test('an entry’s text has its members in order, whatever order they were made in', () => {
  assert.equal(entryText({ b: [{ d: 1.5, c: null }], a: 'ä' }), '{"a":"ä","b":[{"c":null,"d":1.5}]}');
});
