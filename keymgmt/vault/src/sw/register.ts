/** Installs the service worker from a page of the vault, and hears from it. */

const WORKER = '/sw.js';

interface TrustedScripts {
  createPolicy(name: string, rules: { createScriptURL(given: string): string }): { createScriptURL(given: string): string };
}

/** What the worker has to say: a newer signed build is there for the next page, or one that is not signed was refused. */
export type WorkerNews = { readonly type: 'renewed' } | { readonly type: 'refused'; readonly detail: string };

/**
 * Register the worker; resolves when it is installed, or at once where a browser has none (the page then works without,
 * less protected, and `medixain verify bundle` remains).
 */
export async function registerWorker(hear: (news: WorkerNews) => void): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  navigator.serviceWorker.addEventListener('message', (event: MessageEvent<unknown>) => {
    const news = newsOf(event.data);
    if (news !== null) hear(news);
  });
  await navigator.serviceWorker.register(workerAddress(), { updateViaCache: 'none' });
  navigator.serviceWorker.controller?.postMessage({ type: 'news?' });
}

/** The one address that may become the worker, as Trusted Types want it. */
function workerAddress(): string {
  const trusted = (globalThis as { trustedTypes?: TrustedScripts }).trustedTypes;
  const policy = trusted?.createPolicy('vault-service-worker', {
    createScriptURL: (given) => {
      if (given !== WORKER) throw new TypeError('Only the vault’s own service worker may be installed.');
      return given;
    },
  });
  return policy === undefined ? WORKER : policy.createScriptURL(WORKER);
}

function newsOf(data: unknown): WorkerNews | null {
  if (typeof data !== 'object' || data === null || !('type' in data)) return null;
  if (data.type === 'renewed') return { type: 'renewed' };
  if (data.type === 'refused') return { type: 'refused', detail: 'detail' in data ? String(data.detail) : '' };
  return null;
}
