/** Bringing a wallet back from its 24 words: each word is checked against BIP-39's list as it is typed. */

import { html, nothing, type TemplateResult } from 'lit-html';
import { live } from 'lit-html/directives/live.js';

import { alarm, announce, focusOn } from '../dom.ts';
import { notice } from '../errors.ts';
import { t, tn } from '../i18n.ts';
import { vaultFrame } from '../parts/frame.ts';
import { errorSummary, focusFaults, type Faults } from '../parts/forms.ts';
import { NewPassword } from '../parts/password.ts';
import { progress } from '../parts/waiting.ts';
import { PHRASE_LENGTH, completed, isPhraseWord, pastedWords } from '../phrase-words.ts';
import { pageHead } from '../shell.ts';
import { Act, type Page, type TopStage } from '../stage.ts';
import type { WalletCreated } from '../../sdk/results.ts';
import { suggestWords } from '../two-words.ts';
import { toPortal } from './unlock.ts';

/** `#/restore`. */
export function restorePage(stage: TopStage): Page {
  return new Restore(stage);
}

class Restore implements Page {
  readonly #words: string[] = Array.from({ length: PHRASE_LENGTH }, () => '');
  readonly #left = new Set<number>();
  readonly #password = new NewPassword();
  readonly #act: Act<WalletCreated>;
  readonly #stage: TopStage;
  #faults: Faults = {};

  constructor(stage: TopStage) {
    this.#stage = stage;
    this.#act = new Act(() => stage.update());
  }

  title(): string {
    return t('Bring your wallet back');
  }

  stop(): void {
    this.#words.fill('');
    this.#password.clear();
  }

  render(): TemplateResult {
    const replaces = this.#stage.status().state !== 'empty';
    return html`
      ${pageHead(t('Bring your wallet back'), t('Type the 24 words from your paper. They do not leave this device.'))}
      ${vaultFrame(
        this.#stage.status().words,
        html`<form class="stack" @submit=${(event: Event) => this.#submit(event)}>
          ${errorSummary(this.#faults)} ${this.#act.error === null ? nothing : notice(this.#act.error)}
          ${
            replaces
              ? html`<div class="note warn">
                  <p>
                    ${t('A wallet is on this device. Its own 24 words open it again and set a new password; those of another wallet do not take its place.')}
                  </p>
                </div>`
              : nothing
          }
          <fieldset class="step first">
            <legend>${t('Your 24 words')}</legend>
            <p class="hint">
              ${t('You may paste all of them into the first field. Four letters of a word are enough.')}
            </p>
            <div class="phrase-fields">${this.#words.map((word, index) => this.#field(word, index))}</div>
            <p class="small muted" role="status">
              ${tn('{n} of 24 words is on the list.', '{n} of 24 words are on the list.', this.#good())}
            </p>
          </fieldset>
          <fieldset class="step plain-step">
            <legend>${t('A new password for this device')}</legend>
            <div class="narrow stack">${this.#password.render(this.#faults)}</div>
          </fieldset>
          ${progress(this.#act, t('Making your keys and reading the list of your records'), 'items', false)}
          <div class="btns">
            <button class="btn" type="submit" aria-disabled=${this.#act.state === 'running' ? 'true' : 'false'}>
              ${t('Bring it back')}
            </button>
            <a class="btn second" href=${replaces ? '#/unlock' : '#/welcome'}>${t('Go back')}</a>
          </div>
        </form>`,
      )}
    `;
  }

  #field(word: string, index: number): TemplateResult {
    const id = `phrase-${index + 1}`;
    const wrong = this.#left.has(index) && word !== '' && !isPhraseWord(word);
    const fault = this.#faults[id] !== undefined || wrong;
    return html`<div class="phrase-field ${fault ? 'wrong' : ''}">
      <label for=${id}><span class="vh">${t('Word')}</span> ${index + 1}</label>
      <input
        id=${id}
        type="text"
        autocomplete="off"
        autocapitalize="none"
        spellcheck="false"
        .value=${live(word)}
        aria-invalid=${fault ? 'true' : 'false'}
        aria-describedby=${wrong ? `${id}-wrong` : nothing}
        @input=${(event: Event) => this.#typed(index, (event.target as HTMLInputElement).value)}
        @blur=${() => this.#leave(index)}
        @paste=${(event: ClipboardEvent) => this.#pasted(event, index)}
      />
      ${wrong ? html`<span class="err small" id="${id}-wrong">${t('not on the list')}</span>` : nothing}
    </div>`;
  }

  #typed(index: number, text: string): void {
    this.#words[index] = text.trim().toLowerCase();
    this.#left.delete(index);
  }

  #leave(index: number): void {
    this.#words[index] = completed(this.#words[index] ?? '');
    this.#left.add(index);
    this.#stage.update();
  }

  #pasted(event: ClipboardEvent, index: number): void {
    const words = pastedWords(event.clipboardData?.getData('text/plain') ?? '');
    if (words.length < 2) return;
    event.preventDefault();
    for (const [offset, word] of words.slice(0, PHRASE_LENGTH - index).entries()) {
      this.#words[index + offset] = completed(word);
      this.#left.add(index + offset);
    }
    this.#stage.update();
    announce(tn('{n} word pasted', '{n} words pasted', Math.min(words.length, PHRASE_LENGTH - index)));
    focusOn(`phrase-${Math.min(index + words.length, PHRASE_LENGTH)}`);
  }

  #good(): number {
    return this.#words.filter(isPhraseWord).length;
  }

  #submit(event: Event): void {
    event.preventDefault();
    for (const index of this.#words.keys()) this.#leave(index);
    const wrong = this.#words.flatMap((word, index) => (isPhraseWord(word) ? [] : [index + 1]));
    this.#faults = {
      ...Object.fromEntries(wrong.map((n) => [`phrase-${n}`, t('Word {n} is missing or not on the list', { n })])),
      ...this.#password.faults(),
    };
    this.#stage.update();
    if (Object.keys(this.#faults).length > 0) focusFaults();
    else void this.#restore();
  }

  async #restore(): Promise<void> {
    const { vault } = this.#stage;
    await this.#act.run((options) => vault.walletRestore(this.#words.join(' '), this.#password.first, options));
    if (this.#act.state !== 'done') {
      alarm(t('There is a problem'));
      return;
    }
    this.stop();
    // The two words belong to the device, not to the wallet: a new device starts with new ones, shown in the settings.
    if ((await vault.status()).words === null) await vault.setWords(suggestWords());
    await toPortal(this.#stage, '/patient/');
  }
}
