import assert from 'node:assert/strict';
import { test } from 'node:test';

import { InvalidInput } from '../../src/core/errors.ts';
import { FhirRefused, ServerRefused } from '../../src/sdk/errors.ts';
import { type Call, Caller, type Methods, type Port, VaultError, serve } from '../../src/worker/rpc.ts';

/** Two ends of a channel that carries what a structured clone carries. */
function channel(): readonly [Port, Port] {
  const ends = [new EventTarget(), new EventTarget()] as const;
  const port = (own: EventTarget, other: EventTarget): Port => ({
    postMessage: (message) => {
      const data: unknown = structuredClone(message);
      queueMicrotask(() => other.dispatchEvent(new MessageEvent('message', { data })));
    },
    addEventListener: (type, listener) => own.addEventListener(type, listener as (event: Event) => void),
  });
  return [port(ends[0], ends[1]), port(ends[1], ends[0])];
}

function connected(methods: Methods): { readonly caller: Caller; readonly events: string[]; tell(name: string): void } {
  const [document, worker] = channel();
  const events: string[] = [];
  const tell = serve(worker, methods);
  return { caller: new Caller(document, (event) => events.push(event)), events, tell };
}

/** The error that a call is refused with. */
function refusal(caller: Caller, method: string): Promise<VaultError> {
  return caller.call(method, []).then(
    () => assert.fail(`${method} was not refused`),
    (error: unknown) => error as VaultError,
  );
}

test('a call has its own answer, whichever comes first', async () => {
  const later = Promise.withResolvers<string>();
  const { caller } = connected({ slow: () => later.promise, quick: (_: Call, name: string) => `quick ${name}` });
  const slow = caller.call('slow', []);
  assert.equal(await caller.call('quick', ['one']), 'quick one');
  later.resolve('slow');
  assert.equal(await slow, 'slow');
});

test('progress reaches the one who asked for it', async () => {
  const { caller } = connected({
    work: ({ progress }: Call) => {
      progress(1, 2);
      progress(2, 2);
      return 'done';
    },
  });
  const heard: [number, number | null][] = [];
  await caller.call('work', [], { progress: (done, total) => heard.push([done, total]) });
  assert.deepEqual(heard, [
    [1, 2],
    [2, 2],
  ]);
});

test('aborting rejects at once with the reason, and stops the work in the Worker', async () => {
  const stopped = Promise.withResolvers<void>();
  const { caller } = connected({
    endless: ({ signal }: Call) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          stopped.resolve();
          reject(signal.reason as Error);
        });
      }),
  });
  const controller = new AbortController();
  const call = caller.call('endless', [], { signal: controller.signal });
  controller.abort(new Error('the person left'));
  await assert.rejects(call, /the person left/);
  await stopped.promise;
});

test('typed errors come back with code, message and what was wrong', async () => {
  const { caller } = connected({
    refused: () => {
      throw new ServerRefused('nonce-used', 409, 'This was sent before.', { nonce: ['used'] });
    },
    input: () => {
      throw new InvalidInput('Give a later time.', { field: 'until' });
    },
    fhir: () => {
      throw new FhirRefused('b.json', ['Bundle.type: missing']);
    },
  });
  const error = await refusal(caller, 'refused');
  assert.ok(error instanceof VaultError);
  assert.deepEqual([error.code, error.status, error.fields], ['nonce-used', 409, { nonce: ['used'] }]);
  await assert.rejects(caller.call('input', []), { code: 'invalid-input', fields: { until: 'Give a later time.' } });
  await assert.rejects(caller.call('fhir', []), { code: 'fhir-invalid', issues: ['Bundle.type: missing'] });
});

test('a defect crosses as a defect: neither its message nor its stack leaves the Worker', async (context) => {
  const said = context.mock.method(console, 'error', () => undefined);
  const { caller } = connected({
    broken: () => {
      throw new RangeError('the secret is 42');
    },
  });
  const error = await refusal(caller, 'broken');
  assert.equal(error.code, 'internal');
  assert.ok(!JSON.stringify({ ...error, message: error.message, stack: error.stack }).includes('the secret'));
  assert.equal(said.mock.callCount(), 1);
  await assert.rejects(caller.call('constructor', []), { code: 'internal' });
});

test('events reach the document, and a Worker that is gone rejects everything that waits', async () => {
  const { caller, events, tell } = connected({ endless: () => new Promise(() => undefined) });
  const call = caller.call('endless', []);
  tell('locked');
  await new Promise((resolve) => setTimeout(resolve, 0));
  assert.deepEqual(events, ['locked']);
  caller.end(new Error('gone'));
  await assert.rejects(call, /gone/);
  await assert.rejects(caller.call('endless', []), /gone/);
});
