/** Entry point of the vault's frame in a portal (`/frame.html`). */

import { loadConfig } from '../config.ts';
import { connectVault } from '../worker/connect.ts';
import { alarm } from './dom.ts';
import { startFrame } from './framed.ts';

async function main(root: HTMLElement): Promise<void> {
  // The Worker's script is on its way while the configuration is.
  const [vault, config] = await Promise.all([connectVault('frame'), loadConfig()]);
  await startFrame(vault, config, root);
}

const root = document.getElementById('app');
if (root !== null) {
  main(root).catch((error: unknown) => {
    // Without its configuration the vault knows no node to believe; nothing else may run.
    alarm(`The vault could not start. Reload the page. ${error instanceof Error ? error.message : ''}`);
  });
}
