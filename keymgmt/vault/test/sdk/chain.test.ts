import assert from 'node:assert/strict';
import { test } from 'node:test';

import { toAddress } from '../../src/core/addresses.ts';
import { bigEndian, type Bytes, concat } from '../../src/core/bytes.ts';
import { toHex } from '../../src/core/hex.ts';
import { type Block, callViews, kycState, type View } from '../../src/sdk/chain.ts';
import type { Context } from '../../src/sdk/context.ts';
import { BadServerAnswer, ServerUnreachable } from '../../src/sdk/errors.ts';

const DOOR = 'https://door.example/rpc';
const CONTRACT = toAddress(`0x${'11'.repeat(20)}`);
const WALLET = toAddress(`0x${'22'.repeat(20)}`);
const CLINIC = toAddress(`0x${'33'.repeat(20)}`);
const word = (value: number): Bytes => bigEndian(value, 32);

interface Request {
  readonly id: number;
  readonly method: string;
  readonly params: readonly [{ readonly to: string; readonly data: string }, Block];
}

/** A context whose door is `answer`; `asked` are the batches it got. */
function at(answer: (batch: readonly Request[]) => unknown): { context: Context; asked: (readonly Request[])[] } {
  const asked: (readonly Request[])[] = [];
  const fetch = async (url: string, init: RequestInit): Promise<Response> => {
    assert.equal(url, DOOR);
    asked.push(JSON.parse(String(init.body)));
    const body = answer(asked.at(-1)!);
    return new Response(typeof body === 'string' ? body : JSON.stringify(body));
  };
  const contracts = new Map([
    ['WalletRegistry', CONTRACT],
    ['AccessLog', CONTRACT],
  ]);
  const parts = { rpcUrl: DOOR, meta: { contracts }, api: { network: { fetch } } };
  return { context: parts as unknown as Context, asked };
}

const failing = (error: Error) => () => {
  throw error;
};
const result = ({ id }: Request, words: Bytes) => ({ jsonrpc: '2.0', id, result: toHex(words) });
const reverted = ({ id }: Request) => ({ jsonrpc: '2.0', id, error: { code: 3, message: 'execution reverted' } });
const view = (index: number): View => ({ contract: 'AccessLog', signature: 'f(uint256)', words: [word(index)] });
const argument = (request: Request): number => Number(`0x${request.params[0].data.slice(10)}`);

test('views go out together and each gets its own answer, in whatever order they come', async () => {
  const { context, asked } = at((batch) =>
    batch.map((one) => (argument(one) === 1 ? reverted(one) : result(one, word(argument(one))))).reverse(),
  );
  const found = await callViews(context, 'finalized', [view(0), view(1), view(2)]);
  assert.deepEqual(found, [word(0), null, word(2)]);
  assert.equal(asked.length, 1);
  for (const { method, params } of asked[0]!) {
    assert.deepEqual([method, params[0].to, params[1]], ['eth_call', CONTRACT, 'finalized']);
  }
});

test('a long log is asked for in several requests, and none in none', async () => {
  const { context, asked } = at((batch) => batch.map((one) => result(one, word(argument(one)))));
  const found = await callViews(
    context,
    'latest',
    Array.from({ length: 1100 }, (_, index) => view(index)),
  );
  assert.deepEqual(
    found,
    Array.from({ length: 1100 }, (_, index) => word(index)),
  );
  assert.deepEqual(
    asked.map((batch) => batch.length),
    [500, 500, 100],
  );
  assert.deepEqual(await callViews(context, 'latest', []), []);
  assert.equal(asked.length, 3);
});

test('a door that cannot be asked, or answers something else, is said', async () => {
  for (const body of ['', '<html>', {}, null, [1], [{ id: 0, result: 5 }], [{ id: 0, result: '0xz' }]]) {
    await assert.rejects(callViews(at(() => body).context, 'latest', [view(0)]), BadServerAnswer);
  }
  for (const error of [new TypeError('blocked'), new DOMException('too long', 'TimeoutError')]) {
    await assert.rejects(callViews(at(failing(error)).context, 'latest', [view(0)]), ServerUnreachable);
  }
});

test('who attests a person is what the chain says, and unknown while it does not say', async () => {
  const attestation = (at: number, revoked: number): Bytes =>
    concat(word(9), new Uint8Array(12), bigEndian(BigInt(CLINIC), 20), word(at), word(revoked));
  const state = (answer: (batch: readonly Request[]) => unknown) => kycState(at(answer).context, WALLET, word(5));
  const stating = (words: Bytes) => state((batch) => batch.map((one) => result(one, words)));
  assert.deepEqual(await stating(attestation(7, 0)), { state: 'attested', institution: CLINIC });
  assert.deepEqual(await stating(attestation(7, 1)), { state: 'revoked', institution: CLINIC });
  assert.deepEqual(await stating(new Uint8Array(128)), { state: 'none', institution: null });
  const unknown = { state: 'unknown', institution: null };
  assert.deepEqual(await stating(new Uint8Array()), unknown);
  assert.deepEqual(await state((batch) => batch.map(reverted)), unknown);
  assert.deepEqual(await state(() => '<html>'), unknown);
  assert.deepEqual(await state(failing(new TypeError('blocked'))), unknown);
});
