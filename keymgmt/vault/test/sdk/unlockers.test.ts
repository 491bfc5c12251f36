import assert from 'node:assert/strict';
import { test } from 'node:test';

import { WalletKeys } from '../../src/core/keys/derivation.ts';
import { rewrapKeystore, sealKeystore } from '../../src/core/keys/keystore.ts';
import { initUmbral } from '../../src/core/pre/index.ts';

const password = { kind: 'password', password: 'correct horse battery' } as const;
const passkey = {
  kind: 'passkey',
  credential: new Uint8Array(16).fill(1),
  salt: new Uint8Array(32).fill(2),
  prfOutput: new Uint8Array(32).fill(3),
} as const;

await initUmbral();

test('a passkey is added without the password, and either opens the same wallet from then on', async () => {
  const keys = WalletKeys.create();
  const first = await sealKeystore(keys, [password], 1);
  const master = await first.master(password);
  const second = await rewrapKeystore(first, master, { keep: () => true, add: [passkey] }, 2);
  assert.equal(second.version, 2);
  for (const unlocker of [password, passkey]) assert.equal((await second.open(unlocker)).walletId, keys.walletId);
  assert.deepEqual(await second.master(passkey), master);
});

test('a removed unlocker opens the new version no more, and the last one cannot be removed', async () => {
  const keys = WalletKeys.create();
  const first = await sealKeystore(keys, [password, passkey], 1);
  const master = await first.master(passkey);
  const second = await rewrapKeystore(first, master, { keep: (wrap) => wrap.kind === 'prf', add: [] }, 2);
  await assert.rejects(second.open(password), { code: 'wrong-unlocker' });
  assert.equal((await second.open(passkey)).walletId, keys.walletId);
  await assert.rejects(rewrapKeystore(second, master, { keep: () => false, add: [] }, 3), { code: 'bad-document' });
});

test('another wallet’s master key changes nothing', async () => {
  const [one, other] = await Promise.all([1, 2].map(() => sealKeystore(WalletKeys.create(), [passkey], 1)));
  const master = await other!.master(passkey);
  await assert.rejects(rewrapKeystore(one!, master, { keep: () => true, add: [] }, 2), { code: 'wrong-unlocker' });
});
