import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Presence, type Seen } from '../../src/ui/presence.ts';

function watched(): { readonly see: (event: Seen, after?: number) => number } {
  let now = 0;
  let told = 0;
  const presence = new Presence(
    () => (told += 1),
    () => now,
  );
  return {
    /** How often somebody was told after this event, `after` milliseconds later. */
    see: (event, after = 60_000) => {
      now += after;
      presence.see(event);
      return told;
    },
  };
}

test('keys, presses, taps and scrolling by wheel or finger show that somebody is here', () => {
  const { see } = watched();
  const kinds = ['keydown', 'pointerdown', 'wheel', 'touchmove'];
  for (const [index, type] of kinds.entries()) assert.equal(see({ type, isTrusted: true }), index + 1);
});

test('a pointer that moves shows it; one that rests while the page changes under it does not', () => {
  const { see } = watched();
  const move = (screenX: number): Seen => ({ type: 'pointermove', isTrusted: true, screenX, screenY: 5 });
  assert.equal(see(move(1)), 0, 'where it rests when the page opens');
  assert.equal(see(move(1)), 0);
  assert.equal(see(move(2)), 1);
  assert.equal(see(move(2)), 1);
});

test('what a script makes up shows nothing', () => {
  const { see } = watched();
  for (const type of ['keydown', 'pointerdown', 'wheel']) assert.equal(see({ type, isTrusted: false }), 0);
});

test('it is told every ten seconds at most', () => {
  const { see } = watched();
  const key: Seen = { type: 'keydown', isTrusted: true };
  assert.equal(see(key), 1);
  assert.equal(see(key, 9_999), 1);
  assert.equal(see(key, 1), 2);
});
