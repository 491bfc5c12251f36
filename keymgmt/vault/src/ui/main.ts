/** Entry point of the vault's own page (`/`). */

import { loadConfig } from '../config.ts';
import { registerWorker } from '../sw/register.ts';
import { connectVault } from '../worker/connect.ts';
import { t } from './i18n.ts';
import { startTop } from './top.ts';

async function main(root: HTMLElement): Promise<void> {
  // The Worker's script is on its way while the configuration is.
  const [vault, config] = await Promise.all([connectVault('top'), loadConfig()]);
  await startTop(vault, config, root);
  await registerWorker((news) => {
    // A newer build that is signed needs no word: the next page that is opened is of it.
    if (news.type === 'refused') {
      warn(
        t(
          'The server offered a version of the vault that the institutions have not signed. It was refused, and you go on with the signed one.',
        ),
      );
    }
  });
}

/** Shows `text` above everything else, once, and has it read out. */
function warn(text: string): void {
  const box = document.querySelector('#warning') ?? document.createElement('div');
  box.id = 'warning';
  box.className = 'note stop';
  box.setAttribute('role', 'alert');
  box.textContent = text;
  document.body.prepend(box);
}

const root = document.getElementById('app');
if (root !== null) {
  main(root).catch((error: unknown) => {
    // Without its configuration the vault knows no node to believe; nothing else may run.
    warn(`${t('The vault could not start. Reload the page.')} ${error instanceof Error ? error.message : ''}`);
  });
}
