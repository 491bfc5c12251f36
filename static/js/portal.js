/*
 * What a portal's page does by itself: frames of the vault get their height, parts that are on their way are asked for
 * again, and the page says when it is offline. Without this script the page works as far as the server knows things.
 *
 * The content policy takes no text as HTML or as a script's address (`require-trusted-types-for`), but from the two
 * policies that are made here.
 */
'use strict';

(() => {
  const REFRESH_MS = 10_000; // Live updates are polite: at most one every ten seconds.
  const SILENT_MS = 8_000;
  const MAX_FRAME_PX = 200_000;

  /** Messages of the vault are believed when they come from the frame's own window and from the vault's origin. */
  function watchFrame(place) {
    const frame = place.querySelector('iframe');
    const origin = place.dataset.vault;
    const wait = place.querySelector('.vault-wait');
    const silent = place.querySelector('.vault-silent');
    const late = setTimeout(() => { wait.hidden = true; silent.hidden = false; }, SILENT_MS);
    const answers = () => { clearTimeout(late); wait.hidden = true; silent.hidden = true; };

    addEventListener('message', (event) => {
      if (event.origin !== origin || event.source !== frame.contentWindow) return;
      const message = event.data;
      if (typeof message !== 'object' || message === null) return;
      if (message.type === 'ready' || message.type === 'locked') answers();
      if (message.type === 'height' && Number.isFinite(message.px) && message.px >= 0) {
        answers();
        frame.style.height = `${Math.min(Math.ceil(message.px), MAX_FRAME_PX)}px`;
      }
    });
    addEventListener('beforeprint', () => frame.contentWindow.postMessage({ type: 'print' }, origin));
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
      frame.contentWindow.postMessage({ type: 'theme' }, origin);
    });
  }

  /** What htmx makes of the server's parts: HTML without scripts, of which the pages have none that are not files. */
  function trustParts() {
    const trusted = globalThis.trustedTypes?.createPolicy('htmx', {
      createHTML: (part) => { if (/<script/i.test(part)) throw new TypeError('a part with a script'); return part; },
    });
    if (trusted === undefined) return;
    const createScript = () => { throw new TypeError('a part with a script'); };
    const policy = { createHTML: (part) => trusted.createHTML(part), createScript };
    globalThis.htmx?.registerExtension('trusted-parts', { init: (api) => api.initSecurity(policy) });
  }

  /** Parts marked `data-refresh` are fetched again by htmx until the server marks them no longer. */
  function watchParts() {
    const pause = document.querySelector('.pause');
    const parts = () => document.querySelectorAll('[data-refresh]');
    let paused = false;
    const show = () => { if (pause !== null) pause.hidden = parts().length === 0; };
    if (pause !== null) {
      pause.addEventListener('click', () => {
        paused = !paused;
        pause.setAttribute('aria-pressed', String(paused));
      });
    }
    setInterval(() => {
      if (!paused && !document.hidden && navigator.onLine) {
        for (const part of parts()) part.dispatchEvent(new Event('refresh'));
      }
      show();
    }, REFRESH_MS);
    show();
  }

  function watchNetwork() {
    const notice = document.querySelector('.offline');
    if (notice === null) return;
    const show = () => { notice.hidden = navigator.onLine; };
    addEventListener('online', show);
    addEventListener('offline', show);
    show();
  }

  /** The page that stands in for another goes on by itself. */
  function watchWaiting() {
    if (document.querySelector('.waits') !== null) addEventListener('online', () => location.reload());
  }

  function install() {
    if (!('serviceWorker' in navigator)) return;
    // Only this one address may become a worker.
    const address = '/sw.js';
    const policy = globalThis.trustedTypes?.createPolicy('portal', {
      createScriptURL: (given) => { if (given !== address) throw new TypeError('unknown worker'); return given; },
    });
    navigator.serviceWorker.register(policy ? policy.createScriptURL(address) : address)
      .then(() => navigator.serviceWorker.ready)
      // The page that says that the network is gone is kept in the language of this one.
      .then(({ active }) => active.postMessage({ type: 'language', code: document.documentElement.lang.split('-')[0] }))
      .catch((error) => console.warn('The page works without being installable:', error));
  }

  for (const place of document.querySelectorAll('.vault-place')) watchFrame(place);
  trustParts();
  watchParts();
  watchNetwork();
  watchWaiting();
  install();
})();
