import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';

import { ServerUnreachable } from '../../src/sdk/errors.ts';
import { Resource } from '../../src/ui/stage.ts';

const page = new EventTarget();

beforeEach(() => {
  Object.assign(globalThis, { addEventListener: page.addEventListener.bind(page) });
});

afterEach(() => connected(true));

function connected(isOnline: boolean): void {
  Object.defineProperty(navigator, 'onLine', { value: isOnline, configurable: true });
  if (isOnline) page.dispatchEvent(new Event('online'));
}

const settled = () => new Promise((resolve) => setTimeout(resolve));

test('what cannot be fetched offline waits, and comes by itself when the device is connected', async () => {
  connected(false);
  const answers = [() => Promise.reject(new ServerUnreachable('https://a.example', 'x')), async () => 'list'];
  const resource = new Resource(
    () => answers.shift()!(),
    () => undefined,
  );
  await settled();
  assert.deepEqual([resource.offline, resource.error, resource.value], [true, null, null]);
  connected(true);
  await settled();
  assert.deepEqual([resource.offline, resource.value], [false, 'list']);
});

test('what stood in while offline is fetched again', async () => {
  connected(false);
  const answers = ['old', 'new'];
  const resource = new Resource(
    async () => answers.shift()!,
    () => undefined,
  );
  await settled();
  assert.equal(resource.value, 'old');
  connected(true);
  await settled();
  assert.equal(resource.value, 'new');
});

test('a refusal is shown also offline, and an unreachable platform to whoever is online', async () => {
  connected(false);
  const refused = new Resource(
    () => Promise.reject(Object.assign(new Error(), { code: 'not-found' })),
    () => undefined,
  );
  await settled();
  assert.ok(refused.error !== null && !refused.offline);
  connected(true);
  const down = new Resource(
    () => Promise.reject(new ServerUnreachable('https://a.example', 'x')),
    () => undefined,
  );
  await settled();
  assert.ok(down.error !== null && !down.offline);
});

test('of two fetches the later one counts, whichever ends last', async () => {
  const answers: ((value: string) => void)[] = [];
  const resource = new Resource(
    () => new Promise<string>((resolve) => answers.push(resolve)),
    () => undefined,
  );
  void resource.reload();
  answers[1]!('new');
  await settled();
  answers[0]!('old');
  await settled();
  assert.deepEqual([resource.value, resource.current], ['new', true]);
  void resource.reload();
  assert.deepEqual([resource.value, resource.current], ['new', false], 'it stays, and is said to be of before');
});
