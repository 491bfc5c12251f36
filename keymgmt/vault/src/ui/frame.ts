/** Entry point of the vault's frame in a portal (`/frame.html`). */

import { loadConfig } from '../config.ts';
import { connectVault } from '../worker/connect.ts';
import { alarm } from './dom.ts';
import { startFrame } from './framed.ts';

async function main(root: HTMLElement): Promise<void> {
  const config = await loadConfig();
  await startFrame(await connectVault('frame'), config, root);
}

const root = document.getElementById('app');
if (root !== null) {
  main(root).catch((error: unknown) => {
    // Without its configuration the vault knows no node to believe; nothing else may run.
    alarm(`The vault could not start. Reload the page. ${error instanceof Error ? error.message : ''}`);
  });
}
