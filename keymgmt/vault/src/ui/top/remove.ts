/** Taking the wallet out of this browser, against words of its phrase: whoever has them brings it back anywhere. */

import { html } from 'lit-html';

import { t } from '../i18n.ts';
import { icon } from '../icons.ts';
import { errorSummary, focusFaults, type Faults } from '../parts/forms.ts';
import { WordCheck } from '../parts/phrase.ts';
import { placesToAsk } from '../phrase-words.ts';
import type { Page, TopStage } from '../stage.ts';
import { decisionPage } from './act-page.ts';

/** Words asked for: as many as confirm that the phrase is on paper, and one more. */
const ASKED = 4;

/** `#/remove`. */
export function removePage(stage: TopStage): Page {
  const check = new WordCheck(placesToAsk(ASKED));
  let faults: Faults = {};

  function ready(): boolean {
    faults = check.faults();
    stage.update();
    if (Object.keys(faults).length > 0) focusFaults();
    return Object.keys(faults).length === 0;
  }

  return decisionPage<void>(stage, {
    title: () => t('Remove your wallet from this browser'),
    lede: () => t('When you give this device away, or another wallet is to be here.'),
    content: () =>
      html`${errorSummary(faults)}
        <p>
          ${t('Take your paper and type some of the words. Without them nobody could bring your wallet back, you included.')}
          <a href="#/words">${t('Show my 24 words again')}</a>
        </p>
        ${check.render(faults)}`,
    sheetTitle: () => t('If you remove it'),
    consequences: () => [
      { sign: 'stop', pieces: [t('This browser forgets your keys and all it has remembered for you.')] },
      { sign: 'lock', pieces: [t('Your records stay where they are, encrypted, and who may see them still may.')] },
      { sign: 'key', pieces: [t('With your 24 words you have it back, here or on another device.')] },
    ],
    button: () => t('Remove it from this browser'),
    doing: () => t('Removing'),
    ready,
    act: () => stage.vault.walletRemove(check.answers),
    done: () => html`<h2>${icon('yes')} ${t('Your wallet is no longer in this browser')}</h2>`,
  });
}
