/** A platform that says a record is erased must have signed so: a receipt that does not hold is never believed. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { toAddress } from '../../src/core/addresses.ts';
import type { Json } from '../../src/core/canonical.ts';
import { offChainDomain } from '../../src/core/eip712.ts';
import { fromHex } from '../../src/core/hex.ts';
import { SigningKey } from '../../src/core/keys/signing.ts';
import { utf8 } from '../../src/core/bytes.ts';
import { RecordType } from '../../src/core/container/index.ts';
import { BadReceipt } from '../../src/sdk/errors.ts';
import { parseDeployment } from '../../src/sdk/meta.ts';
import { checkedReceipt } from '../../src/sdk/receipts.ts';
import { deleteRecord } from '../../src/sdk/removing.ts';
import { ownTarget, write } from '../../src/sdk/writing.ts';
import { MemoryPlatform } from '../support/platform.ts';
import { loadVectors } from '../support/vectors.ts';
import { PATIENT } from '../support/wallets.ts';

interface Vectors {
  readonly chain_id: number;
  readonly relay: string;
  readonly record: string;
  readonly cid: string;
  readonly cases: readonly { readonly answer: Json; readonly why: string | null }[];
}

const VECTORS = await loadVectors<Vectors>('receipts/receipts');
const STORED = { id: fromHex(VECTORS.record), name: VECTORS.record, cid: VECTORS.cid };
const offChain = offChainDomain(VECTORS.chain_id);
const relay = toAddress(VECTORS.relay);

function refusal(act: () => unknown): string | null {
  try {
    act();
    return null;
  } catch (error) {
    assert.ok(error instanceof BadReceipt, String(error));
    return error.why;
  }
}

test('a receipt counts or is refused as in Python', () => {
  for (const { answer, why } of VECTORS.cases) {
    assert.equal(
      refusal(() => checkedReceipt({ offChain, relay }, STORED, answer)),
      why,
      JSON.stringify(answer),
    );
  }
});

test('without a known relay no receipt counts', () => {
  const why = refusal(() => checkedReceipt({ offChain, relay: null }, STORED, VECTORS.cases[0]!.answer));
  assert.match(String(why), /names no relay/);
});

/** A platform with one record, and its id. */
async function withRecord(): Promise<{ readonly platform: MemoryPlatform; readonly record: string }> {
  const platform = new MemoryPlatform(PATIENT);
  const device = platform.device();
  const body = utf8('words');
  const options = { name: 'letter.txt', type: RecordType.text, size: body.length };
  const { stored } = await write(device, await ownTarget(device, 'profile', 'documents'), [body], options);
  return { platform, record: stored.name };
}

test('an erased record is said to be gone with the relay’s receipt', async () => {
  const { platform, record } = await withRecord();
  const receipt = await deleteRecord(platform.device(), record);
  assert.deepEqual([receipt.record, receipt.envelopeDeleted, receipt.copies], [record, true, ['what readers opened']]);
});

test('hostile: nobody is told that a record is gone without a receipt', async () => {
  const stranger = new SigningKey(new Uint8Array(32).fill(8));
  const lies: readonly ((answer: Json) => Json)[] = [
    (answer) => ({ ...(answer as object), copies: [] }),
    () => null,
    (answer) => ({ ...(answer as object), envelope_deleted: false }),
  ];
  for (const lie of lies) {
    const { platform, record } = await withRecord();
    const state = {};
    platform.lie = (path, answer) =>
      path === `/records/${record}` && !platform.rows.has(record) ? lie(answer) : answer;
    await assert.rejects(deleteRecord(platform.device(state), record), BadReceipt);
    // The nodes were told, and the missing record is explained all the same.
    assert.deepEqual(platform.forgotten, [record]);
    assert.deepEqual(Object.keys((state as { removing: object }).removing), [record]);
  }
  const { platform, record } = await withRecord();
  const forged = platform.receipt(record, {}, stranger);
  platform.lie = (path, answer) => (path === `/records/${record}` && !platform.rows.has(record) ? forged : answer);
  await assert.rejects(deleteRecord(platform.device(), record), /the relay did not sign it/);
});

test('the relay is the signed configuration’s', () => {
  const node = {
    address: VECTORS.relay,
    key: `0x02${'11'.repeat(32)}`,
    url: 'https://n',
    name: 'N',
    institution: VECTORS.relay,
  };
  const config = {
    ...{ chain_id: 5, contracts: {}, node_set: { version: 1, threshold: 1, nodes: [node] }, languages: ['en'] },
    ...{ platform: 'https://p', rpc_url: 'https://r' },
  };
  assert.equal(parseDeployment({ ...config, relay: VECTORS.relay }).relay, relay);
  assert.equal(parseDeployment({ ...config, relay: null }).relay, null);
  assert.throws(() => parseDeployment({ ...config, relay: '0x12' }), { code: 'bad-server-answer' });
});
