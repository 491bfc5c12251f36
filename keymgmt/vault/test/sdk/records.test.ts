import assert from 'node:assert/strict';
import { test } from 'node:test';

import { InvalidInput } from '../../src/core/errors.ts';
import { RecordType } from '../../src/core/container/index.ts';
import { UnknownSection } from '../../src/core/keys/errors.ts';
import { Integrity } from '../../src/sdk/errors.ts';
import { checkAgainstHistory, checkOwner, mediaType, TYPE_NAMES } from '../../src/sdk/records.ts';
import { MemorySpool, SMALL, spooler } from '../../src/sdk/spool.ts';
import type { RecordItem } from '../../src/sdk/slots.ts';
import { recordId, splitSection, type StoredRecord } from '../../src/sdk/stored.ts';
import { toHex } from '../../src/core/hex.ts';

const bytes = (value: number): Uint8Array<ArrayBuffer> => new Uint8Array(32).fill(value);

/** As much of a stored record as the history is compared with. */
function stored(id: number, content = id, state = 'final'): StoredRecord {
  return { name: toHex(bytes(id)), kcHash: bytes(content), cidBytes: bytes(content), state } as unknown as StoredRecord;
}

function past(
  ...items: readonly [kind: 'anchor' | 'remove', id: number, attested: boolean][]
): Parameters<typeof checkAgainstHistory>[1] {
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
