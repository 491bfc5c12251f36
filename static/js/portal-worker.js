/*
 * The portals' service worker: it keeps one page that says that the network is gone, and nothing of anybody's pages.
 */
'use strict';

const CACHE = 'medixain-portal-1';
const OFFLINE = '/offline/';

self.addEventListener('install', (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(CACHE);
    const page = await fetch(OFFLINE, { cache: 'reload', credentials: 'omit' });
    const styles = [...(await page.clone().text()).matchAll(/(?:href|src)="(\/static\/[^"]+)"/g)].map((found) => found[1]);
    await cache.put(OFFLINE, page);
    await cache.addAll([...new Set(styles)]);
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

async function page(event) {
  return (await event.preloadResponse) ?? fetch(event.request);
}
