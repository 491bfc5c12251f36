/** The page: starts the Worker as the vault starts its own, and puts what it answers where the test looks. */

import type { Outcome } from './testing.ts';

declare global {
  /** Set when the Worker has answered, or could not start. */
  var outcomes: readonly Outcome[] | undefined;
}

interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string };
}

const { trustedTypes } = globalThis as unknown as { readonly trustedTypes?: TrustedTypes };
const policy = trustedTypes?.createPolicy('tests', { createScriptURL: (url) => url });
const worker = new Worker(policy?.createScriptURL('/worker.js') ?? '/worker.js', { type: 'module' });
worker.addEventListener('message', ({ data }: MessageEvent<readonly Outcome[]>) => {
  finish(data);
});
worker.addEventListener('error', (event) => {
  finish([{ name: 'the Worker', failure: event.message || 'did not start' }]);
});

function finish(outcomes: readonly Outcome[]): void {
  globalThis.outcomes = outcomes;
  // What a test can wait for without evaluating text, which the policy forbids.
  document.documentElement.dataset['finished'] = 'true';
}
