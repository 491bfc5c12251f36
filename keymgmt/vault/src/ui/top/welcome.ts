/** Onboarding, one decision a screen: what this is, a lock for this device, the phrase, two words, who you are. */

import { html, nothing, type TemplateResult } from 'lit-html';

import { copy, announce } from '../dom.ts';
import { notice } from '../errors.ts';
import { focusReadable } from '../focus.ts';
import { t } from '../i18n.ts';
import { icon } from '../icons.ts';
import { vaultFrame } from '../parts/frame.ts';
import { errorSummary, focusFaults, textField, type Faults } from '../parts/forms.ts';
import { NewPassword } from '../parts/password.ts';
import { WordCheck, phraseToWrite } from '../parts/phrase.ts';
import { qr } from '../parts/qr.ts';
import { UnlockerForm } from '../parts/unlocker.ts';
import { placesToAsk } from '../phrase-words.ts';
import { pageHead } from '../shell.ts';
import type { Page, TopStage } from '../stage.ts';
import { readWords, suggestWords } from '../two-words.ts';
import { toPortal } from './unlock.ts';

const STEPS = ['what', 'lock', 'phrase', 'check', 'words', 'visit'] as const;
/** `again`: the words of a wallet that was made here, but whose words nobody has confirmed, before they are shown anew. */
type Step = (typeof STEPS)[number] | 'again';

/**
 * `#/welcome`. A wallet made here and left before its words were confirmed goes on at the words: a lock, a closed page
 * or a platform that did not answer must not take them away. Every later step is in the settings, too.
 */
export function welcomePage(stage: TopStage): Page {
  return new Welcome(stage);
}

class Welcome implements Page {
  #step: Step = 'what';
  #faults: Faults = {};
  #error: unknown = null;
  #busy = false;
  #phrase = '';
  #words = suggestWords();
  #copied = false;
  #check = new WordCheck(placesToAsk(3));
  readonly #password = new NewPassword();
  readonly #unlocker: UnlockerForm;
  readonly #stage: TopStage;

  constructor(stage: TopStage) {
    this.#stage = stage;
    this.#unlocker = new UnlockerForm(stage, (password) => this.#showAgain(password));
    this.#goOn();
  }

  title(): string {
    return t('Welcome');
  }

  stop(): void {
    this.#phrase = '';
    this.#password.clear();
    this.#unlocker.clear();
  }

  render(): TemplateResult {
    if (this.#step === 'what') return this.#what();
    const [heading, content] = this.#current();
    const place = STEPS.indexOf(this.#step === 'again' ? 'phrase' : this.#step);
    return html`
      ${pageHead(heading, t('Step {n} of {total}', { n: place, total: STEPS.length - 1 }))}
      ${vaultFrame(
        this.#stage.status().words,
        html`<div class="narrow-wide stack">
          ${errorSummary(this.#faults)} ${this.#error === null ? nothing : notice(this.#error)} ${content}
        </div>`,
      )}
    `;
  }

  #current(): readonly [string, TemplateResult] {
    switch (this.#step) {
      case 'lock':
        return [t('Choose how you open it'), this.#lockStep()];
      case 'again':
        return [t('Your 24 words are not on paper yet'), this.#againStep()];
      case 'phrase':
        return [t('Write down your 24 words'), phraseToWrite(this.#phrase, () => this.#go('check'))];
      case 'check':
        return [t('Check your paper'), this.#checkStep()];
      case 'words':
        return [t('Choose your two words'), this.#wordsStep()];
      default:
        return [t('Show who you are, once'), this.#visitStep()];
    }
  }

  // ---- what this is --------------------------------------------------------------------------------------------

  #what(): TemplateResult {
    const here = this.#stage.status().state !== 'empty';
    return html`
      ${pageHead(t('Your health records, held by you'), t('Your wallet is made on this device. It takes about five minutes.'))}
      ${
        here
          ? html`<div class="note gap-below">
              <h2 class="h3">${t('There is a wallet on this device already')}</h2>
              <p><a href="#/unlock">${t('Unlock it')}</a></p>
            </div>`
          : nothing
      }
      <div class="split">
        <div class="stack">
          <ul class="plain-list">
            ${point('lock', t('Records are encrypted on this device before they leave it. Nobody else holds the key: not medixain, not a hospital.'))}
            ${point('eye', t('You decide who may read what, and until when. Each time somebody is given a key, you see it.'))}
            ${point('stop', t('You can stop sharing at any time. What somebody already opened, they may have kept.'))}
            ${point('warn', t('If you lose both this device and your 24 words, nobody can bring your records back. You will write the words on paper.'))}
          </ul>
          ${
            here
              ? nothing
              : html`<div class="btns">
                  <button class="btn" type="button" @click=${() => this.#go('lock')}>${t('Make my wallet')}</button>
                  <a class="btn second" href="#/restore">${t('I have 24 words')}</a>
                </div>`
          }
        </div>
        <section aria-labelledby="need">
          <h2 id="need" class="gap-below">${t('What you need')}</h2>
          <ul class="bullets">
            <li>${t('Paper and a pen')}</li>
            <li>${t('A few minutes without somebody looking over your shoulder')}</li>
            <li>${t('Later: one visit with your identity document')}</li>
          </ul>
        </section>
      </div>
    `;
  }

  // ---- a lock for this device ----------------------------------------------------------------------------------

  #lockStep(): TemplateResult {
    const passkeys = 'credentials' in navigator && 'PublicKeyCredential' in window;
    return html`
      <p>${t('This opens the wallet on this device only. Your 24 words, which come next, open it anywhere.')}</p>
      <form class="stack narrow" @submit=${(event: Event) => this.#makeWithPassword(event)}>
        ${this.#password.render(this.#faults)}
        <button class="btn" type="submit" aria-disabled=${this.#busy ? 'true' : 'false'}>
          ${this.#busy ? t('Making your keys …') : t('Continue with a password')}
        </button>
      </form>
      ${
        passkeys
          ? html`<div class="narrow stack alternative">
              <p class="hint">${t('Or use a fingerprint, face or security key. You can add it later, too.')}</p>
              <button class="btn second" type="button" @click=${() => void this.#make(null)}>
                ${icon('key')} ${t('Continue with a passkey')}
              </button>
            </div>`
          : nothing
      }
    `;
  }

  #makeWithPassword(event: Event): void {
    event.preventDefault();
    this.#faults = this.#password.faults();
    if (Object.keys(this.#faults).length > 0) {
      this.#stage.update();
      focusFaults();
      return;
    }
    void this.#make(this.#password.first);
  }

  async #make(password: string | null): Promise<void> {
    if (this.#busy) return;
    await this.#guarded(async () => {
      const made = await this.#stage.vault.walletCreate(password);
      this.#password.clear();
      this.#phrase = made.phrase ?? '';
      await this.#stage.vault.setWords(this.#words);
      await this.#stage.refresh();
      this.#go('phrase');
    });
    // What failed may have failed after the keys were made: then they are here, and so are their words.
    if (this.#error !== null) {
      await this.#stage.refresh();
      this.#goOn();
      this.#stage.update();
    }
  }

  // ---- the phrase ----------------------------------------------------------------------------------------------

  /** A wallet that is here with words that nobody confirmed: goes on there. */
  #goOn(): void {
    const { state, phraseConfirmed } = this.#stage.status();
    if (state !== 'empty' && !phraseConfirmed) this.#step = 'again';
  }

  #againStep(): TemplateResult {
    return html`
      <p>
        ${t('This wallet was made here, and you have not shown yet that its 24 words are on your paper. Should this device be lost before, nobody can bring your records back. Open the vault, and the words are shown again.')}
      </p>
      <div class="narrow stack">
        ${this.#unlocker.render({ passkey: t('Show the words with your passkey'), password: t('Show the words') })}
        ${
          this.#stage.status().state === 'unlocked'
            ? html`<p>
                <button class="link" type="button" @click=${() => void toPortal(this.#stage, this.#stage.back())}>
                  ${t('Not now')}
                </button>
              </p>`
            : nothing
        }
      </div>
    `;
  }

  async #showAgain(password: string | null): Promise<void> {
    this.#phrase = await this.#stage.vault.phraseShow(password);
    this.#words = this.#stage.status().words ?? this.#words;
    await this.#stage.refresh();
    this.#go('phrase');
  }

  #checkStep(): TemplateResult {
    return html`
      <p>${t('Take your paper and type these three words.')}</p>
      <form class="stack" @submit=${(event: Event) => this.#checkAnswers(event)}>
        ${this.#check.render(this.#faults)}
        <div class="btns">
          <button class="btn" type="submit">${t('Continue')}</button>
          <button class="btn second" type="button" @click=${() => this.#go('phrase')}>
            ${t('Show the words again')}
          </button>
        </div>
      </form>
    `;
  }

  #checkAnswers(event: Event): void {
    event.preventDefault();
    const phrase = this.#phrase.split(' ');
    const wrong = this.#check.places.filter((place) => this.#check.answers[place] !== phrase[place - 1]);
    this.#faults = {
      ...Object.fromEntries(
        wrong.map((n) => [`word-${n}`, t('Word {n} is not what was shown. Look at your paper again', { n })]),
      ),
      ...this.#check.faults(),
    };
    if (Object.keys(this.#faults).length > 0) {
      this.#stage.update();
      focusFaults();
      return;
    }
    void this.#guarded(async () => {
      await this.#stage.vault.checkPhrase(this.#check.answers);
      await this.#stage.refresh();
      this.#phrase = '';
      this.#go('words');
    });
  }

  // ---- your two words ------------------------------------------------------------------------------------------

  #wordsStep(): TemplateResult {
    return html`
      <p>
        ${t('They stand at the top of everything private. A page that imitates this one cannot know them. If they are missing or wrong, type nothing and close the page.')}
      </p>
      <form class="stack narrow" @submit=${(event: Event) => this.#adopt(event)}>
        ${textField({
          id: 'two-words',
          label: t('Your two words'),
          hint: t('Take these, ask for others, or choose your own.'),
          value: this.#words,
          faults: this.#faults,
          input: (value) => {
            this.#words = value;
          },
        })}
        <div class="btns">
          <button class="btn" type="submit">${t('Use these words')}</button>
          <button class="btn second" type="button" @click=${() => this.#another()}>${t('Suggest others')}</button>
        </div>
      </form>
    `;
  }

  #another(): void {
    this.#words = suggestWords();
    announce(this.#words);
    this.#stage.update();
  }

  #adopt(event: Event): void {
    event.preventDefault();
    const words = readWords(this.#words);
    this.#faults = words === null ? { 'two-words': t('Choose two words with a space between them') } : {};
    if (words === null) {
      this.#stage.update();
      focusFaults();
      return;
    }
    void this.#guarded(async () => {
      await this.#stage.vault.setWords(words);
      this.#go('visit');
      await this.#stage.refresh();
    });
  }

  // ---- the visit -----------------------------------------------------------------------------------------------

  #visitStep(): TemplateResult {
    const names = Object.values(this.#stage.deployment.institutions);
    const wallet = this.#stage.status().wallet ?? '';
    return html`
      <p>
        ${t('Show this code and your identity document at the desk of one of these institutions. It confirms that one person stands behind this wallet, and keeps your name to itself.')}
      </p>
      <div class="visit">
        ${qr(wallet, t('QR code of your wallet’s number'))}
        <dl class="sum">
          <div>
            <dt>${t('Wallet number')}</dt>
            <dd>
              <span class="mono">${wallet}</span>
              <p>
                <button class="link" type="button" @click=${() => void this.#copy(wallet)}>
                  ${this.#copied ? t('Copied') : t('Copy')}
                </button>
              </p>
            </dd>
          </div>
          ${
            names.length === 0
              ? nothing
              : html`<div>
                  <dt>${t('Where')}</dt>
                  <dd>${names.map((name) => html`<p>${name}</p>`)}</dd>
                </div>`
          }
          <div>
            <dt>${t('Bring')}</dt>
            <dd>${t('An identity document, and your national health or insurance number')}</dd>
          </div>
        </dl>
      </div>
      <p class="hint">
        ${t('You can add records before the visit. The number is not secret; you find it again in the settings.')}
      </p>
      <div class="btns">
        <button class="btn" type="button" @click=${() => void toPortal(this.#stage, '/patient/')}>
          ${t('Go to my wallet')}
        </button>
        <button class="btn second" type="button" @click=${() => print()}>
          ${icon('print')} ${t('Print this code')}
        </button>
      </div>
    `;
  }

  async #copy(wallet: string): Promise<void> {
    this.#copied = await copy(wallet);
    announce(this.#copied ? t('Copied') : t('Your browser does not allow copying; select the number instead.'));
    this.#stage.update();
  }

  // ---- moving on -----------------------------------------------------------------------------------------------

  #go(step: Step): void {
    this.#step = step;
    this.#faults = {};
    this.#error = null;
    this.#stage.update();
    requestAnimationFrame(() => {
      scrollTo(0, 0);
      const heading = document.querySelector<HTMLElement>('[data-heading]');
      if (heading !== null) focusReadable(heading, true);
    });
  }

  async #guarded(work: () => Promise<void>): Promise<void> {
    this.#busy = true;
    this.#error = null;
    this.#stage.update();
    try {
      await work();
    } catch (error) {
      this.#error = error;
    }
    this.#busy = false;
    this.#stage.update();
  }
}

function point(sign: 'lock' | 'eye' | 'stop' | 'warn', text: string): TemplateResult {
  return html`<li>${icon(sign)}<span>${text}</span></li>`;
}
