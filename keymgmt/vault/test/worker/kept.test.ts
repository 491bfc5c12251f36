import assert from 'node:assert/strict';
import { test } from 'node:test';

import { NotEnoughNodes } from '../../src/core/node/errors.ts';
import { Integrity, ServerUnreachable } from '../../src/sdk/errors.ts';
import { Kept } from '../../src/worker/kept.ts';

const gone = () => Promise.reject(new ServerUnreachable('https://wallet.example.org', 'offline'));

/** What is kept on a device whose network comes and goes. */
function device(): { kept: Kept; goOffline(): void; goOnline(): void } {
  let offline = false;
  return {
    kept: new Kept(() => offline),
    goOffline: () => {
      offline = true;
    },
    goOnline: () => {
      offline = false;
    },
  };
}

test('what was read stays readable while the device is offline, and no longer', async () => {
  const { kept, goOffline, goOnline } = device();
  assert.equal(await kept.read('records', async () => 'list'), 'list');
  goOffline();
  assert.equal(await kept.read('records', gone), 'list');
  assert.equal(await kept.read('records', () => Promise.reject(new NotEnoughNodes(0, 3, new Map()))), 'list');
  goOnline();
  await assert.rejects(kept.read('records', gone), { code: 'server-unreachable' });
});

test('what was not read is not there, and a refusal is a refusal also offline', async () => {
  const { kept, goOffline } = device();
  await kept.read('records', async () => 'list');
  goOffline();
  await assert.rejects(kept.read('profile', gone), { code: 'server-unreachable' });
  await assert.rejects(
    kept.read('records', () => Promise.reject(new Integrity('A record is hidden'))),
    { code: 'integrity' },
  );
});

test('an answer that must not stay, or has become another, is not kept', async () => {
  const { kept, goOffline } = device();
  await kept.read('view', async () => 'own');
  await kept.read(
    'view',
    async () => 'shared',
    () => null,
  );
  goOffline();
  await assert.rejects(kept.read('view', gone), { code: 'server-unreachable' });
});

test('memory is bounded: the oldest files give way', async () => {
  const { kept, goOffline } = device();
  const half = 40 * 1024 * 1024;
  for (const name of ['first', 'second']) {
    await kept.read(
      name,
      async () => name,
      () => half,
    );
  }
  goOffline();
  await assert.rejects(kept.read('first', gone), { code: 'server-unreachable' });
  assert.equal(await kept.read('second', gone), 'second');
});
