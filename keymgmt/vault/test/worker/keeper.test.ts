import assert from 'node:assert/strict';
import { test } from 'node:test';

import { WalletKeys } from '../../src/core/keys/derivation.ts';
import { type Keystore, sealKeystore } from '../../src/core/keys/keystore.ts';
import { initUmbral } from '../../src/core/pre/index.ts';
import { ShelfHome } from '../../src/store/home.ts';
import type { Shelves } from '../../src/store/shelf.ts';
import { Keeper, passkeysOf, unlockersOf } from '../../src/worker/keeper.ts';
import { memoryShelves } from '../support/memoryShelf.ts';

const PASSWORD = 'correct horse battery';
const PASSKEY = {
  credential: new Uint8Array(16).fill(7),
  salt: new Uint8Array(32).fill(8),
  prfOutput: new Uint8Array(32).fill(9),
};

await initUmbral();
const keys = WalletKeys.create();
const keystore: Keystore = await sealKeystore(
  keys,
  [
    { kind: 'password', password: PASSWORD },
    { kind: 'passkey', ...PASSKEY },
  ],
  1,
);

async function device(): Promise<Shelves> {
  const shelves = memoryShelves();
  await new ShelfHome(shelves.home).create(keys, keystore);
  return shelves;
}

function keeperOn(shelves: Shelves, locked: () => void = () => undefined): Keeper {
  return new Keeper(locked, { shelves: Promise.resolve(shelves) });
}

test('an empty browser, a locked vault and an open one are told apart; only an open one names its wallet', async () => {
  assert.equal((await keeperOn(memoryShelves()).status()).state, 'empty');
  const keeper = keeperOn(await device());
  const locked = await keeper.status();
  assert.deepEqual([locked.state, locked.wallet], ['locked', null]);
  await assert.rejects(keeper.context(), { code: 'locked' });
  await assert.rejects(keeper.unlock({ kind: 'password', password: 'wrong horse battery' }), {
    code: 'wrong-unlocker',
  });
  assert.equal((await keeper.status()).state, 'locked');
  await keeper.unlock({ kind: 'password', password: PASSWORD });
  const open = await keeper.status();
  assert.deepEqual([open.state, open.wallet], ['unlocked', keys.walletId]);
  await keeper.lock();
});

test('what one document opened, another goes on with; what one locks is locked for all', async () => {
  const shelves = await device();
  const heard = Promise.withResolvers<void>();
  const [page, frame] = [keeperOn(shelves), keeperOn(shelves, () => heard.resolve())];
  await page.unlock({ kind: 'passkey', ...PASSKEY });
  assert.equal((await frame.status()).wallet, keys.walletId);
  assert.deepEqual(await frame.master(), await keystore.master({ kind: 'password', password: PASSWORD }));
  await page.lock();
  assert.equal((await frame.status()).state, 'locked');
  await heard.promise;
  await assert.rejects(frame.master(), { code: 'locked' });
  assert.equal((await keeperOn(shelves).status()).state, 'locked', 'nothing is left to resume from');
});

test('an idle time is a number of minutes that makes sense', async () => {
  const keeper = keeperOn(await device());
  for (const seconds of [0, 59, 3601, 90.5, Number.NaN]) {
    await assert.rejects(keeper.setIdle(seconds), { code: 'invalid-input' });
  }
  await keeper.setIdle(300);
  assert.equal((await keeper.status()).idle, 300);
});

test('unlockers are shown by what is not secret, and passkeys asked for by what they were evaluated on', () => {
  const labels = { password: { label: 'my password', created: 5 } };
  const shown = unlockersOf(keystore, { words: null, language: null, idle: null, phraseConfirmed: true, labels });
  const passkey = `0x${'07'.repeat(16)}`;
  assert.deepEqual(shown, [
    { id: 'password', kind: 'password', label: 'my password', created: 5 },
    { id: passkey, kind: 'passkey', label: passkey, created: null },
  ]);
  const { credential, salt } = PASSKEY;
  assert.deepEqual(passkeysOf(keystore), [{ credential, salt }]);
});
