/** The header and footer around the page of a link: no portal and no navigation, whoever reads has no account. */

import { html, type TemplateResult } from 'lit-html';

import { LANGUAGES, language, t } from '../i18n.ts';
import { logo } from '../icons.ts';

/** The whole document around `content`. */
export function linkShell(platform: string, speak: (code: string) => void, content: unknown): TemplateResult {
  return html`
    <header class="bar">
      <div class="page bar-in">
        <a class="brand" href="${platform}/">${logo()}<span class="portal">${t('A shared summary')}</span></a>
      </div>
    </header>
    <main id="main" tabindex="-1"><div class="page">${content}</div></main>
    <footer class="foot">
      <div class="page stack">
        <p>${t('The summary is decrypted on this device. medixain has it only as ciphertext, and cannot read it.')}</p>
        <ul>
          <li><a href="${platform}/">${t('How medixain works')}</a></li>
          ${Object.entries(LANGUAGES)
            .filter(([code]) => code !== language())
            .map(
              ([code, name]) =>
                html`<li>
                  <button class="link" type="button" lang=${code} @click=${() => speak(code)}>${name}</button>
                </li>`,
            )}
        </ul>
      </div>
    </footer>
  `;
}
