/** The recovery phrase on the page, and asking for some of its words. */

import { html, type TemplateResult } from 'lit-html';

import { t } from '../i18n.ts';
import { icon } from '../icons.ts';
import { completed } from '../phrase-words.ts';
import { textField, type Faults } from './forms.ts';

/** The 24 words to be written down, numbered, in columns that read downwards; `written` is what the button does. */
export function phraseToWrite(phrase: string, written: () => void): TemplateResult {
  return html`
    <p>
      ${t('These words are the key to everything. Write them on paper, in order, and keep the paper where you keep your passport.')}
    </p>
    <ol class="phrase" translate="no">
      ${phrase.split(' ').map((word) => html`<li><span class="mono">${word}</span></li>`)}
    </ol>
    <div class="note warn screen">
      <h2 class="h3">${icon('warn')} ${t('Who has these words can read everything')}</h2>
      <p>${t('No photo, no e-mail, no cloud. Nobody from medixain or a practice will ever ask for them.')}</p>
    </div>
    <div class="btns">
      <button class="btn" type="button" @click=${written}>${t('I have written them down')}</button>
      <button class="btn second" type="button" @click=${() => print()}>${icon('print')} ${t('Print')}</button>
    </div>
  `;
}

/** Words asked for at some places of the phrase. */
export class WordCheck {
  readonly answers: Record<number, string> = {};
  readonly places: readonly number[];

  constructor(places: readonly number[]) {
    this.places = places;
  }

  /** Faults of the answers that are empty. */
  faults(): Faults {
    const missing = this.places.filter((place) => (this.answers[place] ?? '') === '');
    return Object.fromEntries(missing.map((place) => [`word-${place}`, t('Give word {n}', { n: place })]));
  }

  /** One field for each place. */
  render(faults: Faults): TemplateResult {
    return html`<div class="words-asked">
      ${this.places.map((place) =>
        textField({
          id: `word-${place}`,
          label: t('Word {n}', { n: place }),
          value: this.answers[place] ?? '',
          faults,
          input: (value) => {
            this.answers[place] = completed(value);
          },
        }),
      )}
    </div>`;
  }
}
