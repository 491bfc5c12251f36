/**
 * The vault's service worker: between its pages and the network, it lets through only files whose hash stands in a
 * manifest that two pinned institutions have signed. Requests to other origins are not its business.
 *
 * What it cannot notice is said in THREAT_MODEL.md: the first visit, its own replacement, a forced reload, and storage
 * that was cleared. `medixain verify bundle` finds those from outside.
 */

import type { Answer } from './guard.ts';
import { Guard, type Shelf } from './guard.ts';
import { headersOf } from './headers.ts';
import { refusalPage, STATUS } from './refusal.ts';

/** The little of the worker's global scope that is used here; the DOM's types describe windows. */
interface Scope {
  readonly location: Location;
  readonly navigator: Navigator;
  readonly registration: ServiceWorkerRegistration;
  readonly clients: { claim(): Promise<void>; matchAll(options: object): Promise<readonly { postMessage(message: unknown): void }[]> };
  skipWaiting(): Promise<void>;
  addEventListener(type: 'install' | 'activate', listener: (event: Extendable) => void): void;
  addEventListener(type: 'fetch', listener: (event: FetchLike) => void): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<unknown>) => void): void;
}
interface Extendable {
  waitUntil(work: Promise<unknown>): void;
}
interface FetchLike extends Extendable {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}

const scope = self as unknown as Scope;
const FRESH_MS = 1_500;

const guard = new Guard({
  files: shelf('medixain-vault-files'),
  trust: shelf('medixain-vault-trust'),
  network: async (path) => {
    const response = await fetch(path, { cache: 'no-store', credentials: 'omit', redirect: 'error' });
    if (!response.ok) throw new TypeError(`${path}: ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  },
  now: () => Date.now(),
});

scope.addEventListener('install', (event) => {
  event.waitUntil(guard.install().then(() => scope.skipWaiting()));
});
scope.addEventListener('activate', (event) => {
  event.waitUntil(scope.clients.claim());
});
scope.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  if (url.origin !== scope.location.origin) return;
  if (event.request.method !== 'GET') event.respondWith(Promise.resolve(new Response(null, { status: 405 })));
  else event.respondWith(respond(event, url.pathname));
});

// A page asks when it is ready to hear: what was refused while it was being opened was said before it could listen.
scope.addEventListener('message', (event) => {
  if (guard.complaint !== '') event.source?.postMessage({ type: 'refused', detail: guard.complaint });
});

async function respond(event: FetchLike, pathname: string): Promise<Response> {
  if (event.request.mode === 'navigate') {
    // A page should be the newest one, but not at any price: what takes longer is there the next time.
    const looked = guard.refresh().then(tell);
    event.waitUntil(looked);
    await Promise.race([looked, new Promise((resolve) => setTimeout(resolve, FRESH_MS))]);
  }
  return toResponse(await guard.answer(pathname), event.request.mode === 'navigate');
}

function toResponse(answer: Answer, isPage: boolean): Response {
  if (answer.kind === 'file') return new Response(answer.body as BodyInit, { headers: answer.headers });
  const status = STATUS[answer.reason];
  if (!isPage) return new Response(answer.detail, { status, headers: { 'Content-Type': 'text/plain; charset=utf-8' } });
  // The page of a refusal connects to nobody and stands in no frame.
  const headers = headersOf('/refused.html', { platform: "'self'", asked: [] });
  return new Response(refusalPage(answer.reason, answer.detail, scope.navigator.language), { status, headers });
}

/** Tell the open pages that a newer build was taken, or that one was refused. */
async function tell(renewed: boolean): Promise<void> {
  const message = renewed ? { type: 'renewed' } : guard.complaint === '' ? null : { type: 'refused', detail: guard.complaint };
  if (message === null) return;
  for (const client of await scope.clients.matchAll({ type: 'window' })) client.postMessage(message);
}

function shelf(name: string): Shelf {
  const key = (entry: string): string => `/${name}/${entry.replace(/^\//, '')}`;
  const open = (): Promise<Cache> => caches.open(name);
  return {
    get: async (entry) => {
      const found = await (await open()).match(key(entry));
      return found === undefined ? null : new Uint8Array(await found.arrayBuffer());
    },
    put: async (entry, body) => (await open()).put(key(entry), new Response(body as BodyInit)),
    names: async () => (await (await open()).keys()).map((request) => new URL(request.url).pathname.slice(name.length + 2)),
    remove: async (entry) => {
      await (await open()).delete(key(entry));
    },
  };
}
