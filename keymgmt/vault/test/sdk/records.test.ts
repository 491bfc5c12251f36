import assert from 'node:assert/strict';
import { test } from 'node:test';

import { InvalidInput } from '../../src/core/errors.ts';
import { RecordType } from '../../src/core/container/index.ts';
import { UnknownSection } from '../../src/core/keys/errors.ts';
import { Integrity } from '../../src/sdk/errors.ts';
import { checkAgainstHistory, checkOwner, mediaType, TYPE_NAMES } from '../../src/sdk/records.ts';
import type { Context } from '../../src/sdk/context.ts';
import { beginRemoval, forgetRemoval, removalsUnderWay } from '../../src/sdk/removals.ts';
import { MemorySpool, SMALL, spooler } from '../../src/sdk/spool.ts';
import type { History, RecordItem } from '../../src/sdk/slots.ts';
import { recordId, splitSection, type StoredRecord } from '../../src/sdk/stored.ts';
import { toHex } from '../../src/core/hex.ts';
import type { Table } from '../../src/store/home.ts';

const bytes = (value: number): Uint8Array<ArrayBuffer> => new Uint8Array(32).fill(value);

/** As much of a stored record as the history is compared with. */
function stored(id: number, content = id, state = 'final'): StoredRecord {
  return { name: toHex(bytes(id)), kcHash: bytes(content), cidBytes: bytes(content), state } as unknown as StoredRecord;
}

function past(
  ...items: readonly [kind: 'anchor' | 'remove', id: number, attested: boolean][]
): Pick<History, 'anchored' | 'records'> {
  const records = items.map(([kind, id, attested], index): RecordItem => ({
    kind,
    record: bytes(id),
    ipfs: bytes(id),
    kcHash: bytes(id),
    originator: null,
    seq: index + 1,
    time: 0,
    attested,
  }));
  const anchored = (): Map<string, RecordItem> => {
    const found = new Map<string, RecordItem>();
    for (const item of records) {
      if (item.kind === 'anchor') found.set(toHex(item.record), item);
      else found.delete(toHex(item.record));
    }
    return found;
  };
  return { records, anchored };
}

test('the list is the attested history, no more and no less', () => {
  checkAgainstHistory([stored(1), stored(2)], past(['anchor', 1, true], ['anchor', 2, true]));
  checkAgainstHistory([], past(['anchor', 1, true], ['remove', 1, true]));
  // Handed in and not on the chain yet; on the chain and not attested yet.
  checkAgainstHistory([stored(1, 1, 'received')], past());
  checkAgainstHistory([], past(['anchor', 1, false]));
  // The owner's own deletion erases the row before the chain says so.
  checkAgainstHistory([], past(['anchor', 1, true], ['remove', 1, false]));
});

test('a record that is hidden, swapped or invented is an error', () => {
  assert.throws(() => checkAgainstHistory([], past(['anchor', 1, true])), Integrity);
  assert.throws(() => checkAgainstHistory([stored(1, 9)], past(['anchor', 1, true])), Integrity);
  assert.throws(() => checkAgainstHistory([stored(1)], past()), Integrity);
});

test('a record is missing only while this device’s own removal is under way', async () => {
  const state: Table = {};
  let now = 1;
  const context = {
    now: () => now,
    table: async () => ({ ...state }),
    changing: async (_: string, change: (table: Table) => void) => change(state),
  } as unknown as Context;
  const both = past(['anchor', 1, true], ['anchor', 2, true]);
  await beginRemoval(context, toHex(bytes(1)), 10);
  const removing = await removalsUnderWay(context, both);
  checkAgainstHistory([stored(2)], both, removing);
  // The platform hides the other one as well, or only that one.
  assert.throws(() => checkAgainstHistory([], both, removing), Integrity);
  assert.throws(() => checkAgainstHistory([stored(1)], both, removing), Integrity);
  // No chain takes the removal after its deadline: a record still missing then is hidden.
  now = 11;
  assert.equal((await removalsUnderWay(context, both)).size, 0);
  now = 1;
  await removalsUnderWay(context, past(['anchor', 1, true], ['remove', 1, false]));
  assert.deepEqual(Object.keys(state), [toHex(bytes(1))]);
  await removalsUnderWay(context, past(['anchor', 1, true], ['remove', 1, true]));
  assert.deepEqual(state, {});
  // What the platform refused did not begin.
  await beginRemoval(context, toHex(bytes(1)), 10);
  await forgetRemoval(context, toHex(bytes(1)));
  assert.throws(() => checkAgainstHistory([stored(2)], both, new Set(Object.keys(state))), Integrity);
});

test('a record of somebody else is not believed to be one’s own', () => {
  assert.throws(() => checkOwner({ owner: '0xA' as never }, '0xB' as never), Integrity);
});

test('no name makes a browser run a record', () => {
  for (const name of ['x.html', 'x.svg', 'x.js', 'x.xhtml', 'x']) {
    for (const type of [RecordType.other, RecordType.image])
      assert.equal(mediaType({ name, type }), 'application/octet-stream');
  }
  assert.equal(mediaType({ name: 'x.PNG', type: RecordType.image }), 'image/png');
  assert.equal(mediaType({ name: 'x.html', type: RecordType.pdf }), 'application/pdf');
  assert.equal(mediaType({ name: 'x.html', type: RecordType.text }), 'text/plain;charset=utf-8');
});

test('every type of the container has a name', () => {
  for (const type of Object.values(RecordType)) assert.equal(typeof TYPE_NAMES[type], 'string');
});

test('ids and sections are what the command line takes', () => {
  const id = 'ab'.repeat(32);
  for (const text of [id, `0x${id}`, `0x${id.toUpperCase()}`]) assert.equal(toHex(recordId(text)), `0x${id}`);
  for (const text of ['', '0x', id.slice(2), `${id}00`, 'zz'.repeat(32)])
    assert.throws(() => recordId(text), InvalidInput);
  assert.deepEqual(splitSection('allergies'), ['profile', 'allergies']);
  assert.deepEqual(splitSection('identity/bank'), ['identity', 'bank']);
  assert.throws(() => splitSection('profile/nowhere'), UnknownSection);
});

test('without a private file system bytes stay in memory', async () => {
  for (const expected of [0, SMALL + 1]) {
    const spool = await spooler(expected);
    assert.ok(spool instanceof MemorySpool);
    await spool.write(bytes(1));
    await spool.write(bytes(2));
    const file = await spool.finish('a.bin', 'application/octet-stream');
    assert.deepEqual([file.name, file.size], ['a.bin', 64]);
    await spool.discard();
  }
});
