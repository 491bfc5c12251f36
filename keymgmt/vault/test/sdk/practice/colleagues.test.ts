import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { JsonObject } from '../../../src/core/canonical.ts';
import { offChainDomain } from '../../../src/core/eip712.ts';
import { toHex } from '../../../src/core/hex.ts';
import { ProfessionalName } from '../../../src/core/keys/messages.ts';
import { SigningKey } from '../../../src/core/keys/signing.ts';
import type { Context } from '../../../src/sdk/context.ts';
import { listColleagues } from '../../../src/sdk/practice/colleagues.ts';

const CHAIN_ID = 31337;
const [me, shah, crook, quiet] = Array.from({ length: 4 }, () => SigningKey.random());
const desk = SigningKey.random();
const institution = desk.address;

/** A row of the platform; the institution signed `name` for `wallet` unless told otherwise. */
function rowOf(wallet: string, name: string, signedFor = wallet): JsonObject {
  const message = ProfessionalName.make({ wallet: signedFor as never, institution, name, time: 1 });
  const signature = desk.sign(offChainDomain(CHAIN_ID), ProfessionalName, message);
  return { wallet, name, name_time: 1, name_signature: toHex(signature), authorised: true };
}

function platformListing(...professionals: readonly JsonObject[]): Context {
  const statement = { wallet: me!.address, institution, institutionKey: desk.address, chainId: BigInt(CHAIN_ID) };
  return {
    api: { get: async () => ({ professionals }) },
    professional: { address: me!.address },
    nodeSigner: () => () => undefined,
    nodes: { professionalWitnessed: async () => ({ statement, words: [] }) },
  } as unknown as Context;
}

test('colleagues come by the names their institution signed, without oneself', async () => {
  const found = await listColleagues(
    platformListing(rowOf(shah!.address, 'Dr Shah'), rowOf(me!.address, 'Dr Holt'), rowOf(crook!.address, 'Dr Crook')),
  );
  assert.deepEqual(
    found.map(({ wallet, name }) => [wallet, name]),
    [
      [crook!.address, 'Dr Crook'],
      [shah!.address, 'Dr Shah'],
    ],
  );
});

test('a platform that writes a colleague’s name beside another’s address is not believed', async () => {
  const lying = [
    rowOf(crook!.address, 'Dr Shah', shah!.address),
    { ...rowOf(shah!.address, 'Dr Shah'), name: 'Dr Somebody' },
    { wallet: quiet!.address, name: 'Dr Shah', authorised: true },
  ];
  const found = await listColleagues(platformListing(...lying));
  assert.deepEqual(new Set(found.map(({ name }) => name)), new Set([null]));
});
