/** The 24 words once more, for somebody whose paper is lost or doubtful. Only who opens the keystore now sees them. */

import { html, type TemplateResult } from 'lit-html';

import { t } from '../i18n.ts';
import { vaultFrame } from '../parts/frame.ts';
import { phraseToWrite } from '../parts/phrase.ts';
import { UnlockerForm } from '../parts/unlocker.ts';
import { pageHead } from '../shell.ts';
import type { Page, TopStage } from '../stage.ts';

/** `#/words`. Somebody at a vault that was left open does not get them (docs/adr/0072). */
export function wordsPage(stage: TopStage): Page {
  let phrase = '';
  const form = new UnlockerForm(stage, async (password) => {
    phrase = await stage.vault.phraseShow(password);
  });
  const leave = (): void => stage.go('#/settings');
  return {
    title: () => t('Your 24 words'),
    stop: () => {
      phrase = '';
      form.clear();
    },
    render: () => html`
      ${pageHead(t('Your 24 words'), t('The key to everything, as it was made with your wallet.'))}
      ${vaultFrame(
        stage.status().words,
        html`<div class="narrow-wide stack">${phrase === '' ? asked() : phraseToWrite(phrase, leave)}</div>`,
      )}
    `,
  };

  function asked(): TemplateResult {
    return html`
      <p>
        ${t('Have paper and a pen ready, and nobody looking over your shoulder. The words are shown when you open the vault once more.')}
      </p>
      <div class="narrow stack">
        ${form.render({ passkey: t('Show the words with your passkey'), password: t('Show the words') })}
        <p class="hint">
          ${t('If somebody else may have your paper, writing the words anew does not help: make a new wallet and move your records to it.')}
        </p>
        <p><a href="#/settings">${t('Go back')}</a></p>
      </div>
    `;
  }
}
