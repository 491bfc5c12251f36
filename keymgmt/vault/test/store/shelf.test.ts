import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { IDBFactory } from 'fake-indexeddb';

import { WalletKeys } from '../../src/core/keys/derivation.ts';
import { Argon2Parameters } from '../../src/core/keys/wrapping.ts';
import { sealKeystore } from '../../src/core/keys/keystore.ts';
import { initUmbral } from '../../src/core/pre/index.ts';
import { HomeDamaged, NoWallet, WalletExists } from '../../src/sdk/errors.ts';
import { ShelfHome } from '../../src/store/home.ts';
import { IDLE_SECONDS, Session } from '../../src/store/session.ts';
import { type Exclusion, type Shelves, openShelves } from '../../src/store/shelf.ts';
import { memoryShelves } from '../support/memoryShelf.ts';

await initUmbral();

/** Runs one after the other, as the browser's locks do over documents. */
function oneByOne(): Exclusion {
  const last = new Map<string, Promise<unknown>>();
  return (name, work) => {
    const mine = (last.get(name) ?? Promise.resolve()).then(work, work);
    last.set(
      name,
      mine.catch(() => undefined),
    );
    return mine;
  };
}

const KINDS: Readonly<Record<string, () => Promise<Shelves>>> = {
  IndexedDB: () => openShelves(new IDBFactory(), oneByOne()),
  memory: async () => memoryShelves(),
};

for (const [kind, open] of Object.entries(KINDS)) {
  describe(`${kind}: a shelf`, () => {
    test('keeps what is put, deletes what is undefined, and hands out copies', async () => {
      const { home } = await open();
      assert.equal(await home.get('a'), undefined);
      await home.put({ a: { n: 1 }, b: Uint8Array.of(1, 2) });
      const found = (await home.get('a')) as { n: number };
      found.n = 2;
      assert.deepEqual(await home.get('a'), { n: 1 });
      await home.put({ a: undefined });
      assert.equal(await home.get('a'), undefined);
      assert.deepEqual(await home.get('b'), Uint8Array.of(1, 2));
    });

    test('runs exclusive work one after the other, also after a failure', async () => {
      const { home } = await open();
      await home.put({ n: 0 });
      const add = (): Promise<void> =>
        home.exclusively(async () => {
          await home.put({ n: ((await home.get('n')) as number) + 1 });
        });
      const failing = home.exclusively(() => Promise.reject(new Error('no')));
      await Promise.allSettled([add(), failing, add(), add()]);
      await assert.rejects(failing, /no/);
      assert.equal(await home.get('n'), 3);
    });

    test('puts all entries or none', async () => {
      const { home } = await open();
      await home.put({ a: 1 });
      await assert.rejects(async () => home.put({ a: 2, b: () => undefined }));
      assert.equal(await home.get('a'), 1);
    });

    test('keeps session and home apart', async () => {
      const { home, session } = await open();
      await home.put({ a: 1 });
      assert.equal(await session.get('a'), undefined);
    });
  });

  describe(`${kind}: a home`, () => {
    test('remembers nothing in the clear, and everything for the wallet that it belongs to', async () => {
      const { home: shelf } = await open();
      const [home, keys] = [new ShelfHome(shelf), WalletKeys.create()];
      await assert.rejects(home.keystore(), NoWallet);
      const keystore = await sealKeystore(keys, [{ kind: 'password', password: 'correct horse' }], 1);
      await home.create(keys, keystore, { tables: { wallet: { published: false } } });
      assert.equal(await home.exists(), true);
      assert.deepEqual((await home.keystore()).encode(), keystore.encode());
      await assert.rejects(home.create(keys, keystore), WalletExists);

      await home.changingState(keys, (state) => {
        (state['given'] ??= {})['0x01'] = { purpose: 'a secret purpose' };
      });
      const state = await new ShelfHome(shelf).readState(keys);
      assert.deepEqual(state['given'], { '0x01': { purpose: 'a secret purpose' } });
      assert.deepEqual(state['wallet'], { published: false });
      const blob = Buffer.from((await shelf.get('state')) as Uint8Array).toString('latin1');
      assert.ok(!blob.includes('secret purpose'));
      await assert.rejects(home.readState(WalletKeys.create()), HomeDamaged);
    });

    test('loses no change of two documents that write at once', async () => {
      const { home: shelf } = await open();
      const keys = WalletKeys.create();
      const keystore = await sealKeystore(keys, [{ kind: 'password', password: 'correct horse' }], 1);
      await new ShelfHome(shelf).create(keys, keystore);
      const documents = [new ShelfHome(shelf), new ShelfHome(shelf)];
      const changes = Array.from({ length: 10 }, (_, index) =>
        documents[index % 2]!.changingState(keys, (state) => {
          (state['seen'] ??= {})[`slot${index}`] = index;
        }),
      );
      await Promise.all(changes);
      assert.equal(Object.keys((await documents[0]!.readState(keys))['seen']!).length, 10);
    });

    test('keeps one device key, and settings also without a wallet', async () => {
      const { home: shelf } = await open();
      const [home, keys] = [new ShelfHome(shelf), WalletKeys.create()];
      await home.changeSettings({ words: 'amber falcon' });
      await home.create(keys, await sealKeystore(keys, [{ kind: 'password', password: 'correct horse' }], 1));
      assert.equal((await home.device(keys)).address, (await new ShelfHome(shelf).device(keys)).address);
      await home.erase();
      assert.equal(await home.exists(), false);
      assert.equal((await home.settings()).words, 'amber falcon');
    });

    test('says that a keystore is damaged, and never opens one below the floor', async () => {
      const { home: shelf } = await open();
      await shelf.put({ keystore: new TextEncoder().encode('{}') });
      await assert.rejects(new ShelfHome(shelf).keystore(), HomeDamaged);
      assert.throws(() => new Argon2Parameters(1024, 1), { code: 'weak-keystore' });
    });
  });

  describe(`${kind}: a session`, () => {
    const secret = Uint8Array.from({ length: 68 }, (_, index) => index);

    test('resumes in another document until the person was idle for too long', async () => {
      const { session: shelf } = await open();
      let now = 1000;
      const [one, other] = [new Session(shelf, () => now), new Session(shelf, () => now)];
      assert.equal(await one.resume(), null);
      await one.begin(secret);
      assert.deepEqual(await other.resume(), secret);
      now += IDLE_SECONDS - 1;
      await other.touch();
      now += IDLE_SECONDS - 1;
      assert.deepEqual(await one.resume(), secret);
      now += 1;
      assert.equal(await other.resume(), null);
      assert.equal(await shelf.get('session'), undefined, 'an expired session is deleted');
      await one.touch();
      assert.equal(await one.expires(), null, 'a touch revives nothing');
    });

    test('is over for every document when one ends it', async () => {
      const { session: shelf } = await open();
      await new Session(shelf).begin(secret);
      await new Session(shelf).end();
      assert.equal(await new Session(shelf).resume(), null);
    });

    test('lies under a key that no script can read', async () => {
      const { session: shelf } = await open();
      await new Session(shelf).begin(secret);
      const { key, ciphertext } = (await shelf.get('session')) as { key: CryptoKey; ciphertext: ArrayBuffer };
      assert.equal(key.extractable, false);
      await assert.rejects(crypto.subtle.exportKey('raw', key));
      assert.ok(!Buffer.from(ciphertext).includes(Buffer.from(secret.subarray(0, 32))));
    });

    test('lasts as long as the person chose', async () => {
      const { session: shelf } = await open();
      let now = 1000;
      const session = new Session(shelf, () => now);
      await session.begin(secret, 60);
      now += 59;
      await session.setIdle(300);
      now += 299;
      assert.deepEqual(await session.resume(), secret);
      now += 1;
      assert.equal(await session.resume(), null);
    });
  });
}
