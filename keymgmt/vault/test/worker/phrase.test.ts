/** The 24 words outlive whatever interrupts their writing down, and nobody gets them from a vault that is left open. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { WalletKeys } from '../../src/core/keys/derivation.ts';
import { sealKeystore } from '../../src/core/keys/keystore.ts';
import { initUmbral } from '../../src/core/pre/index.ts';
import { ServerUnreachable } from '../../src/sdk/errors.ts';
import type { Surroundings } from '../../src/sdk/opening.ts';
import { restore } from '../../src/sdk/wallet.ts';
import { type FirstContent, ShelfHome } from '../../src/store/home.ts';
import { actingMethods } from '../../src/worker/acting.ts';
import { Keeper } from '../../src/worker/keeper.ts';
import { memoryShelves } from '../support/memoryShelf.ts';

await initUmbral();
const CALL = { signal: new AbortController().signal, progress: () => undefined };
const PASSWORD = { kind: 'password', password: 'correct horse battery' } as const;
const WRONG = { kind: 'password', password: 'wrong horse battery' } as const;
const keys = WalletKeys.create();
const words = keys.phrase().split(' ');
const keystore = await sealKeystore(keys, [PASSWORD], 1);

/** A device with this wallet, whose platform does not answer. */
async function device(first?: FirstContent) {
  const shelves = memoryShelves();
  const home = new ShelfHome(shelves.home);
  await home.create(keys, keystore, first);
  const keeper = new Keeper(() => undefined, {
    shelves: Promise.resolve(shelves),
    surroundings: () => Promise.reject(new ServerUnreachable('https://wallet.example.org', 'no network')),
  });
  return { home, keeper, vault: actingMethods(keeper) };
}

test('a lock before the words were confirmed takes nothing away: unlocking shows them again, without a platform', async () => {
  const { keeper, vault } = await device({ tables: { wallet: { published: false } }, phraseConfirmed: false });
  await keeper.unlock(PASSWORD);
  await vault.lock();
  assert.deepEqual(await keeper.status().then((s) => [s.state, s.phraseConfirmed]), ['locked', false]);

  assert.equal(await vault.phraseShow(CALL, PASSWORD), keys.phrase());
  assert.equal((await keeper.status()).state, 'unlocked');

  assert.equal(await vault.checkPhrase(CALL, { 1: words[0]!, 9: words[8]! }), true);
  assert.equal((await keeper.status()).phraseConfirmed, false, 'two words may be remembered; three are on paper');
  assert.equal(await vault.checkPhrase(CALL, { 1: words[0]!, 9: words[8]!, 24: 'wrong' }), false);
  assert.equal((await keeper.status()).phraseConfirmed, false);
  assert.equal(await vault.checkPhrase(CALL, { 1: words[0]!, 9: words[8]!, 24: words[23]! }), true);
  assert.equal((await keeper.status()).phraseConfirmed, true);
  await keeper.lock();
});

test('an open vault shows the words to nobody who does not open it now', async () => {
  const { keeper, vault } = await device();
  await keeper.unlock(PASSWORD);
  await assert.rejects(vault.phraseShow(CALL, WRONG), { code: 'wrong-unlocker' });
  assert.equal(await vault.phraseShow(CALL, PASSWORD), keys.phrase());
  await keeper.lock();
  await assert.rejects(vault.phraseShow(CALL, WRONG), { code: 'wrong-unlocker' });
  assert.equal((await keeper.status()).state, 'locked', 'a wrong password opens nothing');
});

test('a wallet that is not there has no words, and one of earlier versions counts as confirmed', async () => {
  const { home, keeper } = await device();
  assert.equal((await keeper.status()).phraseConfirmed, true);
  await home.erase();
  assert.equal((await keeper.status()).phraseConfirmed, true);
  await assert.rejects(actingMethods(keeper).phraseShow(CALL, PASSWORD), { code: 'no-wallet' });
});

test('the words of another wallet never take the place of one whose words may be on no paper', async () => {
  const { home } = await device({ phraseConfirmed: false });
  const surroundings = { home } as unknown as Surroundings;
  await assert.rejects(restore(surroundings, WalletKeys.create().phrase(), PASSWORD), { code: 'already-exists' });
  assert.equal((await (await home.keystore()).open(PASSWORD)).walletId, keys.walletId);
});

test('the wallet leaves the browser against words of its phrase, and nothing else', async () => {
  const { home, keeper, vault } = await device();
  await keeper.unlock(PASSWORD);
  for (const given of [{}, { 1: words[0]!, 9: words[8]! }, { 1: words[0]!, 9: words[8]!, 24: 'wrong' }]) {
    await assert.rejects(vault.walletRemove(CALL, given), { code: 'wrong-words' });
    assert.equal((await keeper.status()).state, 'unlocked', 'nothing was changed');
  }
  await vault.walletRemove(CALL, { 1: words[0]!, 9: words[8]!, 24: words[23]! });
  assert.equal((await keeper.status()).state, 'empty');
  await assert.rejects(keeper.keys(), { code: 'locked' }, 'the open session ended with it');
  await assert.rejects(home.keystore(), { code: 'no-wallet' });
  await assert.rejects(home.readState(keys));
  // There is room for another wallet now.
  await home.create(keys, keystore);
  await assert.rejects(vault.walletRemove(CALL, { 1: words[0]!, 9: words[8]!, 24: words[23]! }), { code: 'locked' });
});
