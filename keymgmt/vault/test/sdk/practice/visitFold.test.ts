import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { encode, type Json } from '../../../src/core/canonical.ts';
import { appointmentIn, appointmentOf, foldVisits, type VisitEvent } from '../../../src/sdk/practice/visitFold.ts';
import { loadVectors } from '../../support/vectors.ts';

interface Row {
  readonly event: string;
  readonly author: string;
  readonly created: number;
  readonly id: string;
  readonly status: 'planned' | 'cancelled';
  readonly start: number;
}

interface Vectors {
  readonly fold: readonly {
    readonly events: readonly Row[];
    readonly cancelled: readonly string[];
    readonly counting: unknown;
  }[];
  readonly events: readonly { readonly document: Json; readonly accepted: boolean }[];
}

const VECTORS = await loadVectors<Vectors>('visits/visits');

function eventOf({ event, author, created, id, status, start }: Row): VisitEvent {
  const rest = { patient: null, minutes: 20, place: '', reason: '', made: 0 };
  return { visit: { event, visit: id, status, start, ...rest }, author, created };
}

function counting(events: readonly VisitEvent[], cancelled: readonly string[]): unknown {
  return foldVisits(events, new Set(cancelled)).map(({ visit: { event, status } }) => ({ event, status }));
}

test('the event of a visit that counts is the one that counts in Python', () => {
  for (const { events, cancelled, counting: expected } of VECTORS.fold) {
    assert.deepEqual(counting(events.map(eventOf), cancelled), expected);
  }
});

test('the order in which a platform lists events is nothing', () => {
  const calendar = fc.constantFrom(...VECTORS.fold).chain((one) => {
    const all = { minLength: one.events.length, maxLength: one.events.length };
    return fc.tuple(fc.constant(one), fc.shuffledSubarray([...one.events], all));
  });
  fc.assert(
    fc.property(calendar, ([{ cancelled, counting: expected }, events]) => {
      assert.deepEqual(counting(events.map(eventOf), cancelled), expected);
    }),
  );
});

test('documents are appointments or not as in Python', () => {
  for (const { document, accepted } of VECTORS.events) {
    assert.equal(appointmentOf('0x1', document) !== null, accepted, JSON.stringify(document));
    assert.equal(appointmentIn('0x1', encode(document)) !== null, accepted);
  }
});

test('what is no canonical JSON is no appointment', () => {
  const { document } = VECTORS.events[0]!;
  assert.equal(appointmentIn('0x1', new TextEncoder().encode(` ${JSON.stringify(document)}`)), null);
  assert.equal(appointmentIn('0x1', new Uint8Array([0xff])), null);
});
