import assert from 'node:assert/strict';
import { test } from 'node:test';

import { toAddress } from '../../src/core/addresses.ts';
import { bigEndian, type Bytes } from '../../src/core/bytes.ts';
import { GrantKind, GrantOpening, grantId } from '../../src/core/contracts/messages.ts';
import { InvalidInput } from '../../src/core/errors.ts';
import { keccak256 } from '../../src/core/hashes.ts';
import { RecordType } from '../../src/core/container/index.ts';
import { UnknownSection } from '../../src/core/keys/errors.ts';
import type { StateStatement } from '../../src/core/node/messages.ts';
import { toJson } from '../../src/core/node/wire.ts';
import { Integrity } from '../../src/sdk/errors.ts';
import {
  checkAgainstHistory,
  checkOwner,
  inOrder,
  listRecords,
  mediaType,
  ownStored,
  TYPE_NAMES,
} from '../../src/sdk/records.ts';
import type { Context } from '../../src/sdk/context.ts';
import { beginRemoval, forgetRemoval, removalsUnderWay } from '../../src/sdk/removals.ts';
import { MemorySpool, SMALL, spooler } from '../../src/sdk/spool.ts';
import { type GrantItem, History, type RecordItem } from '../../src/sdk/slots.ts';
import { recordId, splitSection, type StoredRecord } from '../../src/sdk/stored.ts';
import { toHex } from '../../src/core/hex.ts';
import { ownTarget, write } from '../../src/sdk/writing.ts';
import type { State, Table } from '../../src/store/home.ts';
import { MemoryPlatform } from '../support/platform.ts';
import { NOW, PATIENT } from '../support/wallets.ts';

const bytes = (value: number): Uint8Array<ArrayBuffer> => new Uint8Array(32).fill(value);

/** As much of a stored record as the history is compared with. */
function stored(id: number, content = id, state = 'final'): StoredRecord {
  return { name: toHex(bytes(id)), kcHash: bytes(content), cidBytes: bytes(content), state } as unknown as StoredRecord;
}

function past(...items: readonly [kind: 'anchor' | 'remove', id: number, attested: boolean][]): History {
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
  return new History(null as unknown as StateStatement, records, []);
}

test('the list is the attested history, no more and no less', () => {
  checkAgainstHistory([stored(1), stored(2)], past(['anchor', 1, true], ['anchor', 2, true]));
  checkAgainstHistory([], past(['anchor', 1, true], ['remove', 1, true]));
  // Handed in and not on the chain yet; on the chain and not attested yet.
  checkAgainstHistory([stored(1, 1, 'received')], past());
  checkAgainstHistory([], past(['anchor', 1, false]));
  // The owner's own deletion erases the row before the nodes say so.
  checkAgainstHistory([], past(['anchor', 1, true], ['remove', 1, false]), new Set([toHex(bytes(1))]));
});

test('hostile: the list is in the chain’s order, whatever order the platform lists it in', () => {
  const at = (id: number, created: number): StoredRecord => ({ ...stored(id), header: { created } }) as StoredRecord;
  const chain = past(['anchor', 3, true], ['anchor', 1, true], ['anchor', 2, false]);
  const rows = [at(1, 9), at(2, 1), at(3, 8), at(5, 7), at(4, 7), at(6, 2)];
  for (const told of [rows, rows.toReversed()]) {
    assert.deepEqual(
      inOrder(told, chain).map(({ name }) => name),
      [3, 1, 2, 6, 4, 5].map((id) => toHex(bytes(id))),
    );
  }
});

test('a removal that only the platform tells of hides nothing', () => {
  const made = past(['anchor', 1, true], ['anchor', 2, true], ['remove', 1, false]);
  assert.throws(() => checkAgainstHistory([stored(2)], made), Integrity);
  assert.throws(() => checkAgainstHistory([stored(2)], made, new Set([toHex(bytes(2))])), Integrity);
  checkAgainstHistory([stored(1), stored(2)], made);
  assert.deepEqual([...made.saidRemoved()], [toHex(bytes(1))]);
  assert.deepEqual([...made.anchored().keys()], [toHex(bytes(1)), toHex(bytes(2))]);
  assert.deepEqual([...made.anchored(new Set([toHex(bytes(1))])).keys()], [toHex(bytes(2))]);
});

test('a withdrawal that only the platform tells of ends nothing', () => {
  const grant = (id: number, kind: GrantItem['kind'], attested: boolean): GrantItem => ({
    kind,
    grantId: bytes(id),
    expiry: 0,
    nodeSet: 0,
    seq: id,
    attested,
  });
  const grants = [grant(1, 'grant', true), grant(1, 'withdraw', true), grant(2, 'withdraw', false)];
  const made = new History(null as unknown as StateStatement, [], grants);
  assert.deepEqual([...made.withdrawn()], [toHex(bytes(1))]);
  const own = new Set([toHex(bytes(2)), toHex(bytes(3))]);
  assert.deepEqual([...made.withdrawn(own)], [toHex(bytes(1)), toHex(bytes(2))], 'nor does what was only meant');
});

test('a record erased on another device is waited for, until the nodes attest it or too long', async () => {
  const gone = {
    record: toHex(bytes(1)),
    kc_hash: toHex(bytes(1)),
    ipfs: toHex(bytes(1)),
    originator: PATIENT.walletId,
  };
  const told = [
    { kind: 'anchor', seq: 1, time: 1, ...gone },
    { kind: 'remove', seq: 2, time: 2, record: gone.record },
  ];
  const heads: Bytes[] = [new Uint8Array(32)];
  const word = (value: number): Bytes => bigEndian(value, 32);
  const items = [keccak256(word(1), bytes(1), keccak256(bytes(1)), bytes(1)), keccak256(word(2), bytes(1))];
  for (const [index, item] of items.entries()) heads.push(keccak256(heads[index]!, item, word(index + 1)));
  const slot = PATIENT.slotId('profile');
  let final = 1;
  let pauses = 0;
  const context = {
    keys: PATIENT,
    account: { address: PATIENT.slotId('account') },
    device: null,
    now: () => 1,
    table: async () => ({}),
    changing: async (_: string, change: (table: Table) => unknown) => change({}),
    nodeSigner: () => null,
    nodes: {
      stateWitnessed: async () => ({
        statement: {
          ...{ slot, key: slot, finalHeight: 1, finalTime: 1, grantsCount: 0, grantsHead: new Uint8Array(32) },
          ...{ keysetVersion: 0, keysetHash: new Uint8Array(32), keystoreVersion: 0, keystoreHash: new Uint8Array(32) },
          ...{ recordsCount: final, recordsHead: heads[final] },
        },
        words: [],
      }),
    },
    api: {
      get: async (path: string) =>
        path.endsWith('/history') ? { records: told, grants: [], authors: [] } : { records: [] },
      pause: async () => {
        pauses += 1;
        if (pauses === 3) final = 2;
      },
    },
  } as unknown as Context;
  assert.deepEqual(await ownStored(context, 'profile'), []);
  assert.equal(pauses, 3);
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

test('whose access the nodes say is over is no reader, long after this device withdrew it', async () => {
  const platform = new MemoryPlatform(PATIENT);
  const state: State = {};
  const device = platform.device(state);
  const options = { name: 'letter.txt', type: RecordType.text, size: 1 };
  const written = await write(device, await ownTarget(device, 'profile', 'documents'), [bytes(1).slice(0, 1)], options);
  const grants = [1, 2, 3, 4].map((number) => {
    const opening = GrantOpening.make({
      slot: PATIENT.slotId('profile'),
      grantee: toAddress(`0x${String(number).repeat(40)}`),
      granteeKey: new Uint8Array(33),
      kind: GrantKind.records,
      records: [written.stored.id],
      sections: [],
      purpose: 'care',
      expiry: NOW + 1,
      nodeSet: 1,
      salt: bytes(number),
    });
    return { name: toHex(grantId(opening)), opening };
  });
  const [active, ended, ending, replaced] = grants;
  state['given'] = Object.fromEntries(
    grants.map(({ name, opening }) => [name, { opening: toJson(GrantOpening, opening), layer: 'profile' }]),
  );
  state['withdrawing'] = { [ending!.name]: 1 };
  state['replaced'] = { [replaced!.name]: active!.name };
  platform.withdrawn.push(ended!.name);
  const [row] = await listRecords(device);
  assert.deepEqual(row?.readers, [active!.opening.grantee]);
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
