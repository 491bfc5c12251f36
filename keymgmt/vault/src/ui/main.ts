/** Entry point of the vault's own page (`/`). */

import { loadConfig } from '../config.ts';
import { connectVault } from '../worker/connect.ts';
import { alarm } from './dom.ts';
import { startTop } from './top.ts';

async function main(root: HTMLElement): Promise<void> {
  const config = await loadConfig();
  await startTop(await connectVault('top'), config, root);
  if ('serviceWorker' in navigator) await navigator.serviceWorker.register('/sw.js');
}

const root = document.getElementById('app');
if (root !== null) {
  main(root).catch((error: unknown) => {
    // Without its configuration the vault knows no node to believe; nothing else may run.
    alarm(`The vault could not start. Reload the page. ${error instanceof Error ? error.message : ''}`);
  });
}
