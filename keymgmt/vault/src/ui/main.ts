/** Entry point of the vault's own page (`/`). */

import { loadConfig } from '../config.ts';
import { connectVault } from '../worker/connect.ts';
import { alarm } from './dom.ts';
import { startTop } from './top.ts';

const GUARD = '/sw.js';

async function main(root: HTMLElement): Promise<void> {
  const config = await loadConfig();
  await startTop(await connectVault('top'), config, root);
  if ('serviceWorker' in navigator) await navigator.serviceWorker.register(guard());
}

/** The address of the service worker, as `require-trusted-types-for 'script'` wants it: this one and no other. */
function guard(): string {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  const policy = trustedTypes?.createPolicy('medixain-guard', { createScriptURL: () => GUARD });
  return (policy?.createScriptURL(GUARD) ?? GUARD) as string;
}

/** As much of the Trusted Types interface as is used here; TypeScript's library does not have it. */
interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL: () => string }): { createScriptURL(address: string): unknown };
}

const root = document.getElementById('app');
if (root !== null) {
  main(root).catch((error: unknown) => {
    // Without its configuration the vault knows no node to believe; nothing else may run.
    alarm(`The vault could not start. Reload the page. ${error instanceof Error ? error.message : ''}`);
  });
}
