/** What ends an epoch, and that planning it again rotates no second time (the twin of tests/unit/sdk/test_rotation.py). */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { fromUtf8 } from '../../src/core/bytes.ts';
import type { Json } from '../../src/core/canonical.ts';
import { GrantKind, GrantOpening } from '../../src/core/contracts/messages.ts';
import { firstKeyset, rotate } from '../../src/core/keys/keyset.ts';
import { WalletKeys } from '../../src/core/keys/derivation.ts';
import { toJson } from '../../src/core/node/wire.ts';
import { initUmbral } from '../../src/core/pre/index.ts';
import type { Context } from '../../src/sdk/context.ts';
import { planExpired, planLate, planSections } from '../../src/sdk/rotationPlan.ts';
import type { StoredRecord } from '../../src/sdk/stored.ts';

await initUmbral();

const NOW = 1000;
const LAYER = 'profile';
const keys = new WalletKeys(Uint8Array.from({ length: 32 }, (_, index) => index));
const first = firstKeyset(keys, LAYER);
const second = rotate(first, keys, LAYER, ['results']);

type Tables = Record<string, Record<string, Json>>;

/** A home that remembers `keyset` and the grants given; nothing else is asked for. */
function home(keyset = first, given: readonly Json[] = []): { readonly context: Context; readonly tables: Tables } {
  const tables: Tables = {
    keysets: { [LAYER]: fromUtf8(keyset.encode()) },
    given: Object.fromEntries(given.map((row, index) => [`0x${String(index + 1).padStart(64, '0')}`, row])),
  };
  const context = {
    keys,
    now: () => NOW,
    table: async (name: string) => structuredClone(tables[name] ?? {}),
    changing: async (name: string, change: (rows: Record<string, Json>) => unknown) => change((tables[name] ??= {})),
  };
  return { context: context as unknown as Context, tables };
}

function given(section: string, epoch: number, expiry: number): Json {
  const opening = GrantOpening.make({
    slot: keys.slotId(LAYER),
    grantee: `0x${'22'.repeat(20)}`,
    granteeKey: new Uint8Array(33),
    kind: GrantKind.sections,
    records: [],
    sections: [{ tag: keys.sectionTag(LAYER, section), epoch }],
    purpose: 'care',
    expiry,
    nodeSet: 1,
    salt: new Uint8Array(32),
  });
  return { opening: toJson(GrantOpening, opening), layer: LAYER };
}

function sealed(section: string, epoch: number): StoredRecord {
  return { tag: keys.sectionTag(LAYER, section), epoch } as StoredRecord;
}

test('access that ran out ends the live epoch, and access that lasts ends nothing', async () => {
  const { context, tables } = home(first, [given('results', 1, NOW), given('allergies', 1, NOW + 1)]);
  await planExpired(context);
  assert.deepEqual(tables['rotations'], { profile: { results: 1 } });
});

test('access that ran out in an epoch already left ends nothing again', async () => {
  const { context, tables } = home(second, [given('results', 1, NOW)]);
  await planExpired(context);
  assert.equal(tables['rotations'], undefined);
});

test('a record sealed to an epoch already left is to be brought along', async () => {
  const { context, tables } = home(second);
  await planLate(context, LAYER, [sealed('results', 2), sealed('allergies', 1)]);
  assert.equal(tables['rotations'], undefined);
  await planLate(context, LAYER, [sealed('results', 1), sealed('results', 2)]);
  assert.deepEqual(tables['rotations'], { profile: { results: 1 } });
});

test('a plan that hangs gives way to one of a newer epoch, and never the other way', async () => {
  const { context, tables } = home();
  for (const epoch of [1, 2, 1]) await planSections(context, LAYER, new Map([['results', epoch]]));
  assert.deepEqual(tables['rotations'], { profile: { results: 2 } });
});
