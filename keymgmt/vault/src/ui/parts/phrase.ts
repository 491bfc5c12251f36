/** The recovery phrase on the page, and asking for some of its words. */

import { html, type TemplateResult } from 'lit-html';

import { t } from '../i18n.ts';
import { completed } from '../phrase-words.ts';
import { textField, type Faults } from './forms.ts';

/** The 24 words, numbered, in columns that read downwards. */
export function phraseList(phrase: string): TemplateResult {
  return html`<ol class="phrase" translate="no">
    ${phrase.split(' ').map((word) => html`<li><span class="mono">${word}</span></li>`)}
  </ol>`;
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
