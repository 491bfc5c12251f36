import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Bytes } from '../../src/core/bytes.ts';
import { isObject, type Json } from '../../src/core/canonical.ts';
import { Withdrawal } from '../../src/core/contracts/messages.ts';
import { type Domain, verify } from '../../src/core/eip712.ts';
import { toHex } from '../../src/core/hex.ts';
import { WalletKeys } from '../../src/core/keys/derivation.ts';
import type { Context } from '../../src/sdk/context.ts';
import { revoke, WITHDRAWN_AT_ONCE } from '../../src/sdk/withdrawal.ts';

const keys = new WalletKeys(Uint8Array.from({ length: 32 }, (_, index) => index));
const slot = keys.slotId('activity');
const domain: Domain = { name: 'AccessGrants', version: '1', chainId: 77n, verifyingContract: slot };

test('the nodes know of every withdrawal before the chain is told in transactions it can take', async () => {
  const told: { readonly place: string; readonly ids: readonly string[] }[] = [];
  const nodes = {
    withdraw: async (message: Withdrawal, signature: Bytes) => {
      verify(domain, Withdrawal, message, signature, slot);
      told.push({ place: 'nodes', ids: message.grantIds.map((id) => toHex(id)) });
      // The second node is down for the last message: it did not take all.
      return { taken: message.grantIds.length < WITHDRAWN_AT_ONCE ? ['0xa'] : ['0xa', '0xb'] };
    },
  };
  const api = {
    post: async (_: string, body: Json) => {
      assert.ok(isObject(body) && isObject(body['message']!));
      told.push({ place: 'chain', ids: body['message']['grantIds'] as string[] });
      return { id: String(told.length), state: 'received' };
    },
  };
  const names = new Map([
    ['0xa', 'a'],
    ['0xb', 'b'],
  ]);
  const meta = { nodeSet: { names } };
  const context = { keys, meta, nodes, api, now: () => 1, contractDomain: () => domain } as unknown as Context;
  const grants = Array.from({ length: 1000 }, (_, index) => ({ name: `0x${index.toString(16).padStart(64, '0')}` }));

  const [taken, transactions] = await revoke(context, 'activity', grants);

  const batches = Math.ceil(grants.length / WITHDRAWN_AT_ONCE);
  assert.deepEqual(
    told.map(({ place }) => place),
    [...Array<string>(batches).fill('nodes'), ...Array<string>(batches).fill('chain')],
  );
  for (const where of ['nodes', 'chain']) {
    const ids = told.filter(({ place }) => place === where).flatMap((one) => one.ids);
    assert.deepEqual(
      ids,
      grants.map(({ name }) => name),
    );
  }
  assert.deepEqual(taken, ['0xa']);
  assert.equal(transactions.length, batches);
});
