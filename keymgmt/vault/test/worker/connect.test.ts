import assert from 'node:assert/strict';
import { test } from 'node:test';

import { type EndablePort, connectVault } from '../../src/worker/connect.ts';
import { type Methods, serve } from '../../src/worker/rpc.ts';

/** A document whose Workers are functions of this process; remembers which were ended. */
class Document {
  readonly started: string[] = [];
  readonly ended: number[] = [];
  readonly tell: ((event: string) => void)[] = [];
  readonly #methods: Methods;
  readonly #ports: MessagePort[] = [];

  constructor(methods: Methods) {
    this.#methods = methods;
  }

  readonly start = (script: string): EndablePort => {
    const { port1, port2 } = new MessageChannel();
    for (const port of [port1, port2]) {
      port.start();
      this.#ports.push(port);
    }
    const number = this.started.push(script) - 1;
    this.tell.push(serve(port2, this.#methods));
    return Object.assign(port1 as unknown as EndablePort, { terminate: () => void this.ended.push(number) });
  };

  close(): void {
    for (const port of this.#ports) port.close();
  }
}

test('a lock here ends the Worker, tells every other document, and whoever waits', async () => {
  const here = new Document({ lock: () => undefined, recordList: () => new Promise(() => undefined) });
  const there = new Document({ recordList: () => new Promise(() => undefined) });
  const channels = [new BroadcastChannel('test-lock'), new BroadcastChannel('test-lock')] as const;
  const vault = await connectVault('top', { start: here.start, channel: channels[0] });
  const frame = await connectVault('frame', { start: there.start, channel: channels[1] });
  const heard: string[] = [];
  const elsewhere = Promise.withResolvers<void>();
  vault.onLock(() => heard.push('here'));
  frame.onLock(() => elsewhere.resolve());
  const waiting = frame.recordList();
  await vault.lock();
  await elsewhere.promise;
  await assert.rejects(waiting, { code: 'locked' });
  assert.deepEqual(heard, ['here']);
  assert.deepEqual([here.started, here.ended], [['/worker-top.js', '/worker-top.js'], [0]]);
  assert.deepEqual([there.started, there.ended], [['/worker-frame.js', '/worker-frame.js'], [0]]);
  for (const end of [...channels, here, there]) end.close();
});

test('a session that ends by itself locks the document, once', async () => {
  const here = new Document({ status: () => ({ state: 'unlocked' }) });
  const channel = new BroadcastChannel('test-idle');
  const vault = await connectVault('frame', { start: here.start, channel });
  const locked = Promise.withResolvers<void>();
  const stop = vault.onLock(() => locked.resolve());
  here.tell[0]!('locked');
  await locked.promise;
  stop();
  here.tell[0]!('locked');
  assert.equal(((await vault.status()) as { state: string }).state, 'unlocked');
  assert.deepEqual(here.ended, [0], 'a Worker that is gone locks nothing any more');
  for (const end of [channel, here]) end.close();
});

test('a frame is given nothing that acts', async () => {
  const here = new Document({});
  const channel = new BroadcastChannel('test-frame');
  const frame = await connectVault('frame', { start: here.start, channel });
  const acts = ['accessGrant', 'accessWithdraw', 'recordAdd', 'recordDelete', 'walletCreate', 'unlockPassword', 'lock'];
  for (const act of acts) assert.ok(!(act in frame), act);
  for (const end of [channel, here]) end.close();
});
