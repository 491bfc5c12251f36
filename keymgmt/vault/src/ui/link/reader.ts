/** Takes a link, asks who reads and for the code if there is one, opens it once, and shows what is inside. */

import { html, nothing, type TemplateResult } from 'lit-html';

import { announce, save } from '../dom.ts';
import { codeOf, notice } from '../errors.ts';
import { clock, longDate } from '../format.ts';
import { t, tn } from '../i18n.ts';
import { icon } from '../icons.ts';
import { errorSummary, focusFaults, textField, type Faults } from '../parts/forms.ts';
import { progress } from '../parts/waiting.ts';
import { Act } from '../stage.ts';
import type { Bytes } from '../../core/bytes.ts';
import { type HealthLink, openLink, parseLink, WrongPasscode } from '../../sdk/openLink.ts';
import { SharedDocument } from './document.ts';

/** The longest name that the platform takes (docs/spec/api.md, "Share links"). */
const MAX_NAME = 120;

/** The page's state; `changed` draws it again. */
export class LinkReader {
  readonly #platform: string;
  readonly #changed: () => void;
  readonly #act: Act<Bytes>;
  #link: HealthLink | null = null;
  #pasted = '';
  #name = '';
  #passcode = '';
  #faults: Faults = {};
  #unread: unknown = null;
  #shown: SharedDocument | null = null;

  constructor(platform: string, changed: () => void) {
    this.#platform = platform;
    this.#changed = changed;
    this.#act = new Act(changed);
  }

  title(): string {
    return t('A shared summary');
  }

  /** Begins with what follows `#` in the address; nothing there asks for a link. */
  take(text: string): void {
    if (text === '' || text === '#') return;
    this.#shown?.stop();
    this.#shown = null;
    this.#unread = null;
    this.#act.state = 'idle';
    this.#act.value = null;
    this.#act.error = null;
    try {
      this.#link = parseLink(text);
    } catch (error) {
      this.#link = null;
      this.#unread = error;
    }
    this.#changed();
  }

  render(): TemplateResult {
    if (this.#shown !== null) return this.#opened(this.#shown);
    const link = this.#link;
    return html`
      <h1 data-heading>${t('A shared summary')}</h1>
      ${link === null ? this.#asksForLink() : isOver(link) ? over() : this.#asksWho(link)}
    `;
  }

  #asksForLink(): TemplateResult {
    return html`
      <p class="lede">
        ${t('Somebody gave you a link or a code to scan: it opens a part of their health record, for a while.')}
      </p>
      ${this.#unread === null ? nothing : notice(this.#unread)}
      <form class="narrow gap-top" @submit=${(event: Event) => this.#paste(event)}>
        ${errorSummary(this.#faults)}
        ${textField({
          id: 'link',
          label: t('The link'),
          hint: t('It begins with shlink:/ or with an address that holds it.'),
          value: this.#pasted,
          faults: this.#faults,
          input: (value) => {
            this.#pasted = value;
          },
        })}
        <button class="btn" type="submit">${t('Go on')}</button>
      </form>
    `;
  }

  #asksWho(link: HealthLink): TemplateResult {
    return html`
      <p class="lede">
        ${
          link.expires === null
            ? t('The owner shared it with whoever has this link.')
            : t('The owner shared it with whoever has this link, until {date}, {time}.', {
                date: longDate(link.expires),
                time: clock(link.expires),
              })
        }
      </p>
      <form class="narrow gap-top" @submit=${(event: Event) => this.#open(event, link)}>
        ${errorSummary(this.#faults)} ${this.#act.error === null ? nothing : this.#refusal(this.#act.error)}
        ${progress(this.#act, t('Decrypting it on this device'), 'bytes', false)}
        ${textField({
          id: 'name',
          label: t('Who are you?'),
          hint: t('Your name or your practice. The owner sees it, and that you opened the link.'),
          value: this.#name,
          faults: this.#faults,
          autocomplete: 'name',
          input: (value) => {
            this.#name = value;
          },
        })}
        ${
          link.passcode
            ? textField({
                id: 'passcode',
                label: t('The code'),
                hint: t('The owner gave it to you apart from the link.'),
                value: this.#passcode,
                faults: this.#faults,
                input: (value) => {
                  this.#passcode = value;
                },
              })
            : nothing
        }
        <button class="btn" type="submit" aria-disabled=${this.#act.state === 'running' ? 'true' : 'false'}>
          ${t('Open the summary')}
        </button>
        <p class="hint gap-top">${t('Each time it is opened is counted and shown to the owner.')}</p>
      </form>
    `;
  }

  #refusal(error: unknown): TemplateResult {
    if (codeOf(error) === 'no-such-link') return over();
    if (!(error instanceof WrongPasscode) || error.left === null) return notice(error);
    return html`<div class="note warn" role="alert">
      <h2 class="h3">${icon('warn')} ${t('The code is wrong')}</h2>
      <p>
        ${
          error.left === 0
            ? t('That was the last try: the link is gone for good. Ask the owner for a new one.')
            : tn(
                '{n} try is left; then the link is gone for good. Ask the owner for the code.',
                '{n} tries are left; then the link is gone for good. Ask the owner for the code.',
                error.left,
              )
        }
      </p>
    </div>`;
  }

  #opened(shown: SharedDocument): TemplateResult {
    const bytes = this.#act.value;
    return html`
      ${shown.render()}
      <div class="btns gap-top screen">
        <button class="btn quiet" type="button" @click=${() => print()}>${icon('print')} ${t('Print')}</button>
        ${
          bytes === null
            ? nothing
            : html`<button class="btn quiet" type="button" @click=${() => keep(bytes)}>
                ${t('Save a copy (FHIR)')}
              </button>`
        }
      </div>
      <p class="hint gap-top screen">
        ${t('What stands here is gone when you close the page. A saved copy is not encrypted: keep it where you keep records.')}
      </p>
    `;
  }

  #paste(event: Event): void {
    event.preventDefault();
    this.#faults = this.#pasted.trim() === '' ? { link: t('Paste the link, or scan the code again') } : {};
    if (this.#pasted.trim() === '') {
      this.#changed();
      focusFaults();
    } else this.take(this.#pasted.trim());
  }

  #open(event: Event, link: HealthLink): void {
    event.preventDefault();
    const recipient = this.#name.trim();
    this.#faults = {
      ...(recipient === '' ? { name: t('Say who you are') } : {}),
      ...([...recipient].length > MAX_NAME ? { name: t('Use at most {n} characters', { n: MAX_NAME }) } : {}),
      ...(link.passcode && this.#passcode === '' ? { passcode: t('Enter the code') } : {}),
    };
    if (Object.keys(this.#faults).length > 0) {
      this.#changed();
      focusFaults();
      return;
    }
    const passcode = link.passcode ? this.#passcode : null;
    void this.#act.run(() => openLink(link, { recipient, passcode }, this.#platform)).then(() => this.#finish(link));
  }

  #finish(link: HealthLink): void {
    const bytes = this.#act.value;
    if (bytes === null) {
      announce(t('There is a problem'));
      return;
    }
    this.#passcode = '';
    this.#shown = new SharedDocument(bytes, link, this.#changed);
    this.#changed();
    scrollTo(0, 0);
    announce(t('The summary is open'));
  }
}

function isOver(link: HealthLink): boolean {
  return link.expires !== null && link.expires <= Date.now() / 1000;
}

function over(): TemplateResult {
  return html`<div class="note warn gap-top" role="alert">
    <h2 class="h3">${icon('clock')} ${t('This link has ended')}</h2>
    <p>
      ${t('Its time is up, its owner ended it, or its code was wrong too often. Ask whoever gave it to you for a new one.')}
    </p>
  </div>`;
}

function keep(bytes: Bytes): void {
  save(new Blob([bytes], { type: 'application/octet-stream' }), 'patient-summary.json');
}
