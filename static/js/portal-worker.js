/*
 * The portals' service worker: it keeps one page that says that the network is gone, and nothing of anybody's pages.
 */
'use strict';

const CACHE = 'medixain-portal-1';
const OFFLINE = '/offline/';

self.addEventListener('install', (event) => {
  event.waitUntil((async () => {
    await keep();
    await self.skipWaiting();
  })());
});

self.addEventListener('activate', (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith('medixain-portal-') && name !== CACHE) await caches.delete(name);
    }
    // A page is asked for while this worker is still being started.
    await self.registration.navigationPreload?.enable();
    await self.clients.claim();
  })());
});

self.addEventListener('fetch', (event) => {
  const request = event.request;
  if (request.method !== 'GET') return;
  if (request.mode === 'navigate') event.respondWith(page(event).catch(() => caches.match(OFFLINE)));
  else if (new URL(request.url).pathname.startsWith('/static/')) {
    event.respondWith(fetch(request).catch(async () => (await caches.match(request)) ?? Response.error()));
  }
});

/* A page of the portal says which language it is in: the one that was chosen there, which this worker has no cookie of. */
self.addEventListener('message', (event) => {
  const code = event.data?.type === 'language' ? event.data.code : null;
  if (typeof code !== 'string' || !/^[a-z]{2}$/.test(code)) return;
  // Offline the page that is kept stays; the next page says it again.
  event.waitUntil(speak(code).catch(() => undefined));
});

async function speak(code) {
  const kept = await caches.match(OFFLINE);
  if (kept?.headers.get('Content-Language')?.split('-')[0] !== code) await keep({ 'Accept-Language': code });
}

/* Without headers the browser says which languages it prefers. */
async function keep(headers = {}) {
  const page = await fetch(OFFLINE, { cache: 'reload', credentials: 'omit', headers });
  if (!page.ok) throw new TypeError('no offline page');
  const styles = [...(await page.clone().text()).matchAll(/(?:href|src)="(\/static\/[^"]+)"/g)].map((found) => found[1]);
  const cache = await caches.open(CACHE);
  await cache.put(OFFLINE, page);
  await cache.addAll([...new Set(styles)]);
}

async function page(event) {
  return (await event.preloadResponse) ?? fetch(event.request);
}
