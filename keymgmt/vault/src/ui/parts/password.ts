/** Choosing a password: asked twice, long rather than odd. */

import { html, type TemplateResult } from 'lit-html';

import { t } from '../i18n.ts';
import { textField, type Faults } from './forms.ts';

/** Fewest characters of a password; the key behind it is stretched by Argon2id at 64 MiB. */
export const PASSWORD_LENGTH = 12;

/** A password being chosen. */
export class NewPassword {
  first = '';
  second = '';

  /** What is wrong with it, by field. */
  faults(): Faults {
    if ([...this.first].length < PASSWORD_LENGTH) {
      return { 'password-new': t('Choose a password of {n} characters or more', { n: PASSWORD_LENGTH }) };
    }
    if (this.first !== this.second) return { 'password-again': t('Type the same password twice') };
    return {};
  }

  /** Forgets what was typed. */
  clear(): void {
    this.first = '';
    this.second = '';
  }

  /** The two fields. */
  render(faults: Faults): TemplateResult {
    return html`${textField({
      id: 'password-new',
      label: t('Password'),
      hint: t('At least {n} characters. Four unrelated words are easy to keep and hard to guess.', {
        n: PASSWORD_LENGTH,
      }),
      type: 'password',
      autocomplete: 'new-password',
      value: this.first,
      faults,
      input: (value) => {
        this.first = value;
      },
    })}
    ${textField({
      id: 'password-again',
      label: t('The same password again'),
      type: 'password',
      autocomplete: 'new-password',
      value: this.second,
      faults,
      input: (value) => {
        this.second = value;
      },
    })}`;
  }
}
