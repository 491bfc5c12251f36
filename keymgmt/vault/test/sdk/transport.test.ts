import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { SigningKey } from '../../src/core/keys/signing.ts';
import { parseSignIn } from '../../src/core/keys/signin.ts';
import { BadServerAnswer, Integrity, ServerRefused, ServerUnreachable } from '../../src/sdk/errors.ts';
import type { Network, Upload } from '../../src/sdk/network.ts';
import { Api, Identity, type PlatformSession, type SessionKeeper } from '../../src/sdk/transport.ts';

const SERVER = 'http://localhost:9999';
const device = SigningKey.random();
const me = new Identity(SigningKey.random());

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  readonly body: string;
}

/** A platform of this process: answers by path, remembers what it was asked and how long it was waited for. */
class FakePlatform implements Network {
  readonly asked: Asked[] = [];
  readonly pauses: number[] = [];
  readonly answers = new Map<string, ((asked: Asked) => Response)[]>();
  domain = 'localhost:9999';

  /** Answer `path` with these, the last one again and again. */
  on(path: string, ...answers: ((asked: Asked) => Response)[]): this {
    this.answers.set(path, answers);
    return this;
  }

  async fetch(url: string, init: RequestInit): Promise<Response> {
    const { pathname, search } = new URL(url);
    const body = init.body instanceof Uint8Array ? new TextDecoder().decode(init.body) : '';
    return this.#answer({
      method: init.method ?? 'GET',
      path: pathname + search,
      headers: new Headers(init.headers),
      body,
    });
  }

  async upload(url: string, { headers, body, progress }: Upload): Promise<Response> {
    progress?.(body.size, body.size);
    const { pathname } = new URL(url);
    return this.#answer({ method: 'POST', path: pathname, headers: new Headers(headers), body: await body.text() });
  }

  async pause(milliseconds: number): Promise<void> {
    this.pauses.push(milliseconds);
  }

  #answer(asked: Asked): Response {
    this.asked.push(asked);
    const path = asked.path.replace('/api/v1', '');
    const answers = this.answers.get(path);
    if (answers !== undefined) return (answers.length > 1 ? answers.shift()! : answers[0]!)(asked);
    if (path === '/auth/challenges') {
      const uri = `http://${this.domain}`;
      return json({ nonce: 'a'.repeat(32), domain: this.domain, uri, chain_id: 7, expires: 1 });
    }
    if (path === '/auth/sessions') return json({ token: 't1', expires: 4_000_000_000, standing: 'account' });
    throw new TypeError('fetch failed');
  }
}

function json(value: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(value), { status, headers });
}

function api(network: Network, keeper?: SessionKeeper): Api {
  return new Api(SERVER, device, { network, keeper });
}

describe('signing in', () => {
  test('signs a text composed here, once for all requests, and proves the device each time', async () => {
    const platform = new FakePlatform().on('/messages?limit=2', () => json({ messages: [] }));
    const client = api(platform);
    await Promise.all([1, 2].map(() => client.get('/messages', { by: me, query: { limit: 2, after: null } })));
    const paths = platform.asked.map(({ path }) => path);
    assert.equal(paths.filter((path) => path.endsWith('/auth/sessions')).length, 1);
    const { message, device: named } = JSON.parse(
      platform.asked.find(({ path }) => path.endsWith('/auth/sessions'))!.body,
    );
    const signed = parseSignIn(message);
    assert.deepEqual(
      [signed.domain, signed.address, signed.device, signed.chainId],
      ['localhost:9999', me.address, device.address, 7],
    );
    assert.equal(named, device.address);
    const { headers } = platform.asked.at(-1)!;
    assert.equal(headers.get('Authorization'), 'Bearer t1');
    assert.match(headers.get('Device-Proof')!, /^[0-9]+\.0x[0-9a-f]{130}$/);
  });

  test('is refused where the platform names another place than it was asked at', async () => {
    const platform = new FakePlatform().on('/records', () => json({}));
    platform.domain = 'evil.example';
    await assert.rejects(api(platform).get('/records', { by: me }), Integrity);
    assert.ok(!platform.asked.some(({ path }) => path.endsWith('/auth/sessions')), 'nothing was signed');
  });

  test('is repeated once when the platform has forgotten the session, and no more', async () => {
    const refused = (): Response => json({ code: 'unauthenticated', detail: 'Sign in.' }, 401);
    const platform = new FakePlatform().on('/records', refused, () => json({ records: [] }));
    const old: PlatformSession = { token: 'old', expires: 4_000_000_000, standing: 'account' };
    const kept = new Map<string, PlatformSession | null>([[me.address, old]]);
    const client = api(platform, {
      load: async (address) => kept.get(address) ?? null,
      save: async (address, session) => void kept.set(address, session),
    });
    assert.deepEqual(await client.get('/records', { by: me }), { records: [] });
    assert.equal(kept.get(me.address)?.token, 't1');
    await assert.rejects(api(new FakePlatform().on('/records', refused)).get('/records', { by: me }), {
      code: 'unauthenticated',
    });
  });

  test('is not needed while another document has a session; one that ends soon is not used', async () => {
    const platform = new FakePlatform().on('/records', () => json({}));
    const soon = Math.floor(Date.now() / 1000) + 30;
    const keeper = (expires: number): SessionKeeper => ({
      load: async () => ({ token: 'kept', expires, standing: 'account' }),
      save: async () => undefined,
    });
    await api(platform, keeper(4_000_000_000)).get('/records', { by: me });
    assert.deepEqual(
      platform.asked.map(({ headers }) => headers.get('Authorization')),
      ['Bearer kept'],
    );
    await api(platform, keeper(soon)).get('/records', { by: me });
    assert.equal(platform.asked.at(-1)!.headers.get('Authorization'), 'Bearer t1');
  });
});

describe('refusals', () => {
  test('are typed: code, status, sentence and fields are the platform’s', async () => {
    const platform = new FakePlatform().on('/x', () =>
      json({ code: 'nonce-used', detail: 'Used.', fields: { nonce: ['used'] } }, 409),
    );
    const error: unknown = await api(platform)
      .post('/x', {})
      .catch((caught: unknown) => caught);
    assert.ok(error instanceof ServerRefused);
    assert.deepEqual(
      [error.code, error.status, error.message, error.fields],
      ['nonce-used', 409, 'Used.', { nonce: ['used'] }],
    );
  });

  test('that are no problem+json still say something', async () => {
    const platform = new FakePlatform().on('/x', () => new Response('<h1>Bad gateway</h1>', { status: 502 }));
    await assert.rejects(api(platform).get('/x'), { code: 'http-502' });
  });

  test('an answer that is no JSON, and a platform that does not answer, are told apart', async () => {
    const platform = new FakePlatform().on('/x', () => new Response('{"a":'));
    await assert.rejects(api(platform).get('/x'), BadServerAnswer);
    await assert.rejects(api(platform).get('/gone'), ServerUnreachable);
  });

  test('429 is waited for as long as the platform asks, uploads too, and not for ever', async () => {
    const busy = (): Response => json({ code: 'too-many-requests', detail: 'Wait.' }, 429, { 'Retry-After': '7' });
    const platform = new FakePlatform()
      .on('/x', busy, () => json({ done: true }))
      .on('/uploads', busy, () => json({ cid: 'c' }));
    const client = api(platform);
    assert.deepEqual(await client.post('/x', {}), { done: true });
    assert.deepEqual(await client.upload('/uploads', new Blob(['abc']), { by: me }), { cid: 'c' });
    assert.deepEqual(platform.pauses, [7000, 7000]);
    assert.deepEqual(
      platform.asked.filter(({ path }) => path.endsWith('/uploads')).map(({ body }) => body),
      ['abc', 'abc'],
    );
    await assert.rejects(api(new FakePlatform().on('/x', busy)).get('/x'), { code: 'too-many-requests' });
  });
});

describe('downloads', () => {
  test('come as pieces, with the range that was asked for, and stop when nobody reads', async () => {
    const platform = new FakePlatform().on('/records/r/content', () => new Response(new Uint8Array(100)));
    const client = api(platform);
    let size = 0;
    for await (const piece of client.download('/records/r/content', { by: me, first: 10 })) size += piece.length;
    assert.equal(size, 100);
    assert.equal(platform.asked.at(-1)!.headers.get('Range'), 'bytes=0-9');
    for await (const _ of client.download('/records/r/content', { by: me })) break;
  });

  test('are refused by a typed error before the first piece', async () => {
    const platform = new FakePlatform().on('/records/r/content', () => json({ code: 'not-found', detail: 'No.' }, 404));
    await assert.rejects(api(platform).download('/records/r/content', { by: me }).next(), {
      code: 'not-found',
      status: 404,
    });
  });
});
