import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from 'fast-check';

import { bigEndian, type Bytes } from '../../src/core/bytes.ts';
import type { Json } from '../../src/core/canonical.ts';
import { keccak256 } from '../../src/core/hashes.ts';
import { toHex } from '../../src/core/hex.ts';
import { SigningKey } from '../../src/core/keys/signing.ts';
import { Refusal, UnknownSlot } from '../../src/core/node/errors.ts';
import { StateStatement } from '../../src/core/node/messages.ts';
import type { Context } from '../../src/sdk/context.ts';
import { Integrity, Rollback } from '../../src/sdk/errors.ts';
import { attestedOnceOpen, history, remember } from '../../src/sdk/slots.ts';
import { Identity } from '../../src/sdk/transport.ts';
import type { Table } from '../../src/store/home.ts';

const me = new Identity(SigningKey.random());
const slot = me.address;
const word = (value: number): Bytes => bigEndian(value, 32);
const bytes = (size: number): fc.Arbitrary<Bytes> =>
  fc.uint8Array({ minLength: size, maxLength: size }).map((found) => Uint8Array.from(found));

/** What the chain does with an anchor or a removal: the item's row as the platform tells it, and its hash. */
interface Told {
  readonly row: { readonly [key: string]: Json };
  readonly hash: Bytes;
}

const anchored = fc.tuple(bytes(32), bytes(36), bytes(32)).map(([record, ipfs, kcHash]): Told => {
  const row = {
    kind: 'anchor',
    record: toHex(record),
    ipfs: toHex(ipfs),
    kc_hash: toHex(kcHash),
    originator: slot,
    time: 1,
  };
  return { row, hash: keccak256(word(1), record, keccak256(ipfs), kcHash) };
});
const removed = bytes(32).map((record): Told => ({
  row: { kind: 'remove', record: toHex(record), time: 1 },
  hash: keccak256(word(2), record),
}));
const events = fc.array(fc.oneof(anchored, removed), { minLength: 1, maxLength: 8 });

/** head' = keccak256(head, item, seq), docs/spec/contracts.md. */
function headOf(told: readonly Told[]): Bytes {
  return told.reduce<Bytes>((head, { hash }, index) => keccak256(head, hash, word(index + 1)), new Uint8Array(32));
}

function rowsOf(told: readonly Told[]): Json[] {
  return told.map(({ row }, index) => ({ ...row, seq: index + 1 }));
}

function stating(values: Partial<StateStatement>): StateStatement {
  const none = new Uint8Array(32);
  const start = { chainId: 7n, slot, key: slot, preKey: new Uint8Array(33), nodeSet: 1, nodeTime: 1 };
  const documents = { keysetVersion: 0, keysetHash: none, keystoreVersion: 0, keystoreHash: none };
  const heads = { recordsHead: none, recordsCount: 0, grantsHead: none, grantsCount: 0 };
  const final = { finalHeight: 5, finalHash: none, finalTime: 1 };
  return StateStatement.make({ ...start, ...documents, ...heads, ...final, ...values });
}

function platformTelling(records: readonly Json[]): Context {
  const api = { get: async () => ({ records, grants: [], authors: [] }), pause: async () => undefined };
  return { api } as unknown as Context;
}

function attested(told: readonly Told[]): StateStatement {
  return stating({ recordsCount: told.length, recordsHead: headOf(told) });
}

describe('a history', () => {
  test('that folds to the attested head is believed, and what follows it is marked', async () => {
    await fc.assert(
      fc.asyncProperty(events, events, async (first, later) => {
        const found = await history(platformTelling(rowsOf([...first, ...later])), slot, me, attested(first));
        assert.deepEqual(
          found.records.map((item) => item.attested),
          [...first.map(() => true), ...later.map(() => false)],
        );
        const last = new Map(found.records.map((item) => [toHex(item.record), item.kind]));
        for (const [id, kind] of last) assert.equal(found.anchored().has(id), kind === 'anchor');
      }),
      { numRuns: 30 },
    );
  });

  test('that hides, alters, adds or swaps an attested event is refused', async () => {
    await fc.assert(
      fc.asyncProperty(events, anchored, fc.nat(), async (told, other, pick) => {
        const at = pick % told.length;
        const statement = attested(told);
        const altered = [...told.slice(0, at), other, ...told.slice(at + 1)];
        const added = [...told.slice(0, at), other, ...told.slice(at)];
        const numbered = rowsOf(told).map((row, index) =>
          index === at ? { ...(row as object), seq: index + 2 } : row,
        ) as Json[];
        for (const rows of [rowsOf(altered), rowsOf(added), numbered]) {
          await assert.rejects(history(platformTelling(rows), slot, me, statement), Integrity);
        }
      }),
      { numRuns: 20 },
    );
  });
});

describe('what the nodes state of a slot', () => {
  function device(): { readonly context: Context; readonly seen: Table } {
    const seen: Table = {};
    const changing = async (_: string, change: (rows: Table) => unknown): Promise<unknown> => change(seen);
    return { context: { changing } as unknown as Context, seen };
  }
  const hash = (byte: number): Bytes => new Uint8Array(32).fill(byte);

  test('may grow, and is remembered at its highest', async () => {
    const { context, seen } = device();
    await remember(context, stating({ recordsCount: 1, recordsHead: hash(1), finalHeight: 9 }));
    await remember(context, stating({ recordsCount: 2, recordsHead: hash(2), finalHeight: 8 }));
    const { records_count: count, final_height: height } = seen[slot] as {
      records_count: number;
      final_height: number;
    };
    assert.deepEqual([count, height], [2, 9]);
  });

  test('is a rollback when any counter falls, and never overwrites what was seen', async () => {
    for (const counter of ['recordsCount', 'grantsCount', 'keysetVersion', 'keystoreVersion'] as const) {
      const { context, seen } = device();
      await remember(context, stating({ [counter]: 3 }));
      const before = structuredClone(seen);
      await assert.rejects(async () => remember(context, stating({ [counter]: 2 })), Rollback);
      assert.deepEqual(seen, before);
    }
  });

  test('is a fork when the same count has another head', async () => {
    const { context } = device();
    await remember(context, stating({ keysetVersion: 1, keysetHash: hash(1) }));
    await assert.rejects(async () => remember(context, stating({ keysetVersion: 1, keysetHash: hash(2) })), {
      code: 'integrity',
    });
  });

  test('is a rollback when an older block names another key', async () => {
    const { context } = device();
    await remember(context, stating({ finalHeight: 9 }));
    const other = SigningKey.random().address;
    await assert.rejects(async () => remember(context, stating({ key: other, finalHeight: 8 })), Rollback);
    await remember(context, stating({ key: other, finalHeight: 10 }));
  });
});

describe('a slot that was just made', () => {
  const nodesSaying = (error: Error): Context => {
    const stateWitnessed = async () => Promise.reject(error);
    return { nodes: { stateWitnessed }, nodeSigner: () => me } as unknown as Context;
  };

  test('has nothing attested while no node knows it', async () => {
    assert.equal(await attestedOnceOpen(nodesSaying(new UnknownSlot()), slot), null);
  });

  test('is not what any other refusal means', async () => {
    await assert.rejects(attestedOnceOpen(nodesSaying(new Refusal('stale-chain')), slot), { code: 'stale-chain' });
  });
});
