/**
 * Entry point of the page that opens a SMART Health Link for somebody without an account (`/link.html#shlink:/…`). It has
 * no Worker and no wallet: what it decrypts is in the link, and nothing is kept.
 */

import { render } from 'lit-html';

import { loadConfig } from '../config.ts';
import { alarm } from './dom.ts';
import { FocusKeeper } from './focus.ts';
import { preferredLanguage, t, useLanguage } from './i18n.ts';
import { LinkReader } from './link/reader.ts';
import { linkShell } from './link/shell.ts';

async function main(root: HTMLElement): Promise<void> {
  const { platform } = await loadConfig();
  const focus = new FocusKeeper(root);
  const draw = (): void => {
    document.title = `${reader.title()} – medixain`;
    focus.around(() => render(linkShell(platform, speak, reader.render()), root));
  };
  const speak = (code: string): void => {
    useLanguage(code);
    document.documentElement.lang = code;
    draw();
  };
  const reader = new LinkReader(platform, draw);
  root.replaceChildren(); // What the document said while its script was loading.
  addEventListener('hashchange', () => reader.take(takenFragment()));
  reader.take(takenFragment());
  speak(preferredLanguage(navigator.languages));
}

/** The fragment, which is out of the address then: a history that others read must not hold a key. */
function takenFragment(): string {
  const { hash, pathname } = location;
  if (hash !== '') history.replaceState(null, '', pathname);
  return decodeURI(hash);
}

const root = document.getElementById('app');
if (root !== null) {
  main(root).catch((error: unknown) => {
    // Without its configuration the page does not know whom it may ask.
    alarm(`${t('The page could not start. Reload it.')} ${error instanceof Error ? error.message : ''}`);
  });
}
