/** Settings of this device: how it opens, the two words, language, lock time, the drill, and the visit's code. */

import { html, nothing, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';

import type { Unlocker, VaultStatus } from '../api.ts';
import { announce } from '../dom.ts';
import { notice } from '../errors.ts';
import { longDate } from '../format.ts';
import { LANGUAGES, language, t, tn, useLanguage } from '../i18n.ts';
import { icon } from '../icons.ts';
import { vaultFrame } from '../parts/frame.ts';
import { errorSummary, focusFaults, options, select, textField, type Faults } from '../parts/forms.ts';
import { verifiedBy } from '../parts/marks.ts';
import { NewPassword } from '../parts/password.ts';
import { WordCheck } from '../parts/phrase.ts';
import { qr } from '../parts/qr.ts';
import { shown } from '../parts/waiting.ts';
import { placesToAsk } from '../phrase-words.ts';
import { pageHead } from '../shell.ts';
import { Resource, type Page, type TopStage } from '../stage.ts';
import { readWords, suggestWords } from '../two-words.ts';
import type { KycShown, WalletShown } from '../../sdk/results.ts';

const IDLE: readonly number[] = [5 * 60, 15 * 60, 30 * 60, 60 * 60];

/** `#/settings`. */
export function settingsPage(stage: TopStage): Page {
  return new Settings(stage);
}

type Drill = { readonly check: WordCheck; result: 'asked' | 'right' | 'wrong' };

class Settings implements Page {
  readonly #stage: TopStage;
  readonly #wallet: Resource<WalletShown>;
  readonly #password = new NewPassword();
  #words = '';
  #faults: Faults = {};
  #error: unknown = null;
  #said = '';
  #changing = false;
  #drill: Drill | null = null;

  constructor(stage: TopStage) {
    this.#stage = stage;
    this.#wallet = new Resource(() => stage.vault.walletShow(), stage.update);
    this.#words = stage.status().words ?? '';
  }

  title(): string {
    return t('Settings');
  }

  stop(): void {
    this.#password.clear();
    this.#drill = null;
  }

  render(): TemplateResult {
    return html`
      ${pageHead(t('Settings'), t('Of your wallet on this device'))}
      ${vaultFrame(
        this.#stage.status().words,
        html`
          ${errorSummary(this.#faults)} ${this.#error === null ? nothing : notice(this.#error)}
          <p class="said" role="status">${this.#said}</p>
          ${this.#visit()} ${this.#opening()} ${this.#wordsForm()} ${this.#drillForm()} ${this.#display()}
          ${this.#removal()}
        `,
      )}
    `;
  }

  #visit(): TemplateResult {
    return html`<section class="step first" aria-labelledby="who-you-are">
      <h2 id="who-you-are">${t('Your wallet')}</h2>
      ${shown(
        this.#wallet,
        (wallet) =>
          html`<div class="visit">
            ${qr(wallet.wallet, t('QR code of your wallet’s number'))}
            <dl class="sum">
              <div>
                <dt>${t('Wallet number')}</dt>
                <dd class="mono">${wallet.wallet}</dd>
              </div>
              <div>
                <dt>${t('Identity')}</dt>
                <dd>${this.#identity(wallet.kyc)}</dd>
              </div>
              <div>
                <dt>${t('Records')}</dt>
                <dd>${wallet.layers.reduce((sum, layer) => sum + layer.records, 0)}</dd>
              </div>
            </dl>
          </div>`,
        t('Asking the nodes about your wallet …'),
      )}
    </section>`;
  }

  #identity({ state, institution }: KycShown): TemplateResult {
    if (state === 'unknown') return html`${t('The shared ledger does not answer at the moment.')}`;
    if (institution === null) {
      return html`${t('Not checked yet.')} ${t('Show this code and an identity document at an institution’s desk.')}`;
    }
    const name = this.#stage.deployment.institutions[institution] ?? institution;
    if (state === 'attested') return verifiedBy(name);
    return html`${t('{institution} has taken its confirmation back.', { institution: name })}`;
  }

  #opening(): TemplateResult {
    const { unlockers, idle } = this.#stage.status();
    return html`<section class="step" aria-labelledby="opening">
      <h2 id="opening">${t('How this device opens it')}</h2>
      <ul class="tasks" role="list">
        ${repeat(
          unlockers,
          ({ id }) => id,
          (unlocker) => this.#unlocker(unlocker, unlockers.length),
        )}
      </ul>
      <div class="btns gap-top">
        <button
          class="btn quiet"
          type="button"
          @click=${() => void this.#do(() => this.#stage.vault.addPasskey(t('This device')), t('The passkey opens it from now on.'))}
        >
          ${icon('key')} ${t('Add a passkey')}
        </button>
        <button
          class="btn quiet"
          type="button"
          aria-expanded=${this.#changing ? 'true' : 'false'}
          @click=${() => this.#toggle()}
        >
          ${unlockers.some((one) => one.kind === 'password') ? t('Change the password') : t('Set a password')}
        </button>
      </div>
      ${
        this.#changing
          ? html`<form class="narrow stack gap-top" @submit=${(event: Event) => this.#setPassword(event)}>
              ${this.#password.render(this.#faults)}
              <button class="btn" type="submit">${t('Save the password')}</button>
            </form>`
          : nothing
      }
      <div class="narrow gap-top">
        ${select(
          'idle',
          t('Lock by itself after'),
          [...new Set([...IDLE, idle])]
            .sort((a, b) => a - b)
            .map((seconds) => [String(seconds), tn('{n} minute', '{n} minutes', Math.round(seconds / 60))] as const),
          String(idle),
          (value) => void this.#do(() => this.#stage.vault.setIdle(Number(value)), t('Saved.')),
        )}
      </div>
    </section>`;
  }

  #unlocker(unlocker: Unlocker, count: number): TemplateResult {
    const made = unlocker.created === null ? '' : t('since {date}', { date: longDate(unlocker.created) });
    return html`<li>
      <span>${unlocker.kind === 'password' ? t('Password') : t('Passkey')}</span>
      ${
        count > 1
          ? html`<button
              class="btn quiet"
              type="button"
              @click=${() => void this.#do(() => this.#stage.vault.removeUnlocker(unlocker.id), t('Removed.'))}
            >
              ${t('Remove')} <span class="vh">${unlocker.label}</span>
            </button>`
          : html`<span></span>`
      }
      <p class="hint">${[unlocker.kind === 'passkey' ? unlocker.label : '', made].filter(Boolean).join(', ')}</p>
    </li>`;
  }

  #wordsForm(): TemplateResult {
    return html`<form class="step" @submit=${(event: Event) => this.#setWords(event)}>
      <h2>${t('Your two words')}</h2>
      <p>${t('They stand at the top of everything private. A page that imitates this one cannot know them.')}</p>
      <div class="narrow stack gap-top">
        ${textField({
          id: 'two-words',
          label: t('Your two words'),
          value: this.#words,
          faults: this.#faults,
          input: (value) => {
            this.#words = value;
          },
        })}
        <div class="btns">
          <button class="btn quiet" type="submit">${t('Use these words')}</button>
          <button class="btn quiet" type="button" @click=${() => this.#suggest()}>${t('Suggest others')}</button>
        </div>
      </div>
    </form>`;
  }

  #drillForm(): TemplateResult {
    const drill = this.#drill;
    return html`<form class="step" @submit=${(event: Event) => this.#answer(event)}>
      <h2>${t('Practise getting your wallet back')}</h2>
      ${
        this.#stage.status().phraseConfirmed
          ? nothing
          : html`<div class="note warn">
              <h3>${icon('warn')} ${t('Your 24 words are not on paper yet')}</h3>
              <p><a href="#/welcome">${t('Write them down now')}</a></p>
            </div>`
      }
      <p>
        ${t('Take your paper and type some of the words. It shows that you could bring your wallet back, and nothing is changed.')}
        <a href="#/words">${t('Show my 24 words again')}</a>
      </p>
      ${
        drill === null
          ? html`<div class="btns gap-top">
              <button class="btn quiet" type="button" @click=${() => this.#startDrill()}>${t('Practise now')}</button>
            </div>`
          : drill.result === 'right'
            ? html`<div class="note ok gap-top" role="status">
                <h3>${icon('yes')} ${t('Your paper is right')}</h3>
                <p>${t('Put it back in its place. Practise again in half a year.')}</p>
              </div>`
            : html`<div class="stack gap-top">
                ${
                  drill.result === 'wrong'
                    ? html`<div class="note stop" role="alert">
                        <h3>${icon('warn')} ${t('These are not the words')}</h3>
                        <p>
                          ${t('Look again at places and spelling. If your paper is wrong, have the words shown again and write them anew.')}
                        </p>
                      </div>`
                    : nothing
                }
                ${drill.check.render(this.#faults)}
                <div class="btns"><button class="btn quiet" type="submit">${t('Check')}</button></div>
              </div>`
      }
    </form>`;
  }

  #display(): TemplateResult {
    return html`<fieldset class="step">
      <legend>${t('Language')}</legend>
      ${options(
        'radio',
        'language',
        Object.entries(LANGUAGES).map(([code, name]) => ({
          id: `language-${code}`,
          value: code,
          label: html`<span lang=${code}>${name}</span>`,
          checked: language() === code,
        })),
        (code) => {
          useLanguage(code);
          document.documentElement.lang = language();
          void this.#do(() => this.#stage.vault.setLanguage(code), t('Saved.'));
        },
      )}
    </fieldset>`;
  }

  #removal(): TemplateResult {
    return html`<section class="step last" aria-labelledby="removal">
      <h2 id="removal">${t('Leave this browser')}</h2>
      <p>${t('Your wallet goes on without this browser: your 24 words bring it back anywhere.')}</p>
      <p class="gap-top"><a href="#/remove">${t('Remove your wallet from this browser')}</a></p>
    </section>`;
  }

  // ---- acts ----------------------------------------------------------------------------------------------------

  async #do(work: () => Promise<VaultStatus>, said: string): Promise<void> {
    this.#error = null;
    this.#faults = {};
    this.#said = '';
    try {
      await work();
      this.#said = said;
      announce(said);
      await this.#stage.refresh();
    } catch (error) {
      this.#error = error;
      scrollTo(0, 0);
    }
    this.#stage.update();
  }

  #toggle(): void {
    this.#changing = !this.#changing;
    this.#stage.update();
  }

  #setPassword(event: Event): void {
    event.preventDefault();
    if (this.#hasFaults(this.#password.faults())) return;
    const password = this.#password.first;
    void this.#do(() => this.#stage.vault.setPassword(password), t('The new password opens it from now on.'));
    this.#password.clear();
    this.#changing = false;
  }

  #setWords(event: Event): void {
    event.preventDefault();
    const words = readWords(this.#words);
    if (this.#hasFaults(words === null ? { 'two-words': t('Choose two words with a space between them') } : {})) return;
    if (words !== null) void this.#do(() => this.#stage.vault.setWords(words), t('These are your words now.'));
  }

  #suggest(): void {
    this.#words = suggestWords();
    announce(this.#words);
    this.#stage.update();
  }

  #startDrill(): void {
    this.#drill = { check: new WordCheck(placesToAsk(4)), result: 'asked' };
    this.#stage.update();
    requestAnimationFrame(() => document.getElementById(`word-${this.#drill?.check.places[0]}`)?.focus());
  }

  #answer(event: Event): void {
    event.preventDefault();
    const drill = this.#drill;
    if (drill === null || this.#hasFaults(drill.check.faults())) return;
    this.#stage.vault.checkPhrase(drill.check.answers).then(
      async (right) => {
        drill.result = right ? 'right' : 'wrong';
        await this.#stage.refresh();
      },
      (error: unknown) => {
        this.#error = error;
        this.#stage.update();
      },
    );
  }

  #hasFaults(faults: Faults): boolean {
    this.#faults = faults;
    this.#stage.update();
    if (Object.keys(faults).length === 0) return false;
    focusFaults();
    return true;
  }
}
