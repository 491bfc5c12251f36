import assert from 'node:assert/strict';
import { beforeEach, describe, it, mock } from 'node:test';

import { UnknownSlot } from '../../src/core/node/errors.ts';
import type { Vault } from '../../src/ui/api.ts';
import { sharePage } from '../../src/ui/top/share.ts';
import { listenersOf, stageOn, textOf } from './drawn.ts';
import { REUEL, TEAM_ID, fakeVault } from './fake.ts';

beforeEach(() => mock.timers.reset());

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A made-up vault whose `call` ends with an error the first time. */
function failingOnce(call: 'accessList' | 'accessPrepare' | 'teamPrepare' | 'accessDecline', error: Error): Vault {
  const vault = fakeVault('unlocked');
  let failed = false;
  const once = (...given: unknown[]): unknown => {
    if (failed) return (vault[call] as (...all: unknown[]) => unknown)(...given);
    failed = true;
    return Promise.reject(error);
  };
  return new Proxy(vault, { get: (all, name) => (name === call ? once : Reflect.get(all, name)) });
}

const RECORD = `0x${'1'.padStart(64, 'a1')}`;

for (const [who, query, prepare] of [
  ['one person', { to: REUEL }, 'accessPrepare'],
  ['a care team', { team: TEAM_ID }, 'teamPrepare'],
] as const) {
  describe(`sharing with ${who}`, () => {
    it('waits for a wallet that is on its way to the ledger, and goes on by itself', async () => {
      mock.timers.enable({ apis: ['setTimeout'] });
      const page = sharePage(await stageOn(failingOnce('accessList', new UnknownSlot()), { query }));
      await settled();
      assert.match(textOf(page.render()), /On its way to the shared ledger/);
      mock.timers.tick(10_000);
      await settled();
      assert.match(textOf(page.render()), /may see/);
    });

    it('waits in the form for a layer that is on its way, and keeps what was chosen', async () => {
      mock.timers.enable({ apis: ['setTimeout'] });
      const vault = failingOnce(prepare, new UnknownSlot());
      const page = sharePage(await stageOn(vault, { query: { ...query, record: RECORD } }));
      await settled();
      const text = textOf(page.render());
      assert.match(text, /On its way to the shared ledger/);
      assert.match(text, /Only the records you choose/);
      mock.timers.tick(10_000);
      await settled();
      assert.doesNotMatch(textOf(page.render()), /On its way/);
      assert.match(textOf(page.render()), /Share until/);
    });

    it('says what a node refuses for good', async () => {
      const refused = Object.assign(new Error('The nodes say no.'), { code: 'other' });
      const page = sharePage(await stageOn(failingOnce('accessList', refused), { query }));
      await settled();
      assert.match(textOf(page.render()), /The nodes say no/);
    });
  });
}

describe('answering a request', () => {
  it('keeps the form when declining fails, and says when it is declined', async () => {
    const refused = Object.assign(new Error('The platform says no.'), { code: 'other' });
    const vault = failingOnce('accessDecline', refused);
    const [request] = (await vault.accessList()).requests;
    assert.ok(request);
    const page = sharePage(await stageOn(vault, { query: { to: request.request } }));
    await settled();
    const decline = (): void => {
      const pressed = listenersOf(page.render()).at(-1);
      pressed?.(new Event('click'));
    };
    decline();
    await settled();
    assert.match(textOf(page.render()), /The platform says no.*How long/);
    decline();
    await settled();
    assert.match(textOf(page.render()), /Nothing was shared/);
  });
});
