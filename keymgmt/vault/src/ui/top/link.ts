/** A SMART Health Link: a patient summary behind a link and a code that expire. */

import { html, nothing, type TemplateResult } from 'lit-html';

import { copy, announce } from '../dom.ts';
import { notice } from '../errors.ts';
import { clock, longDate, moment } from '../format.ts';
import { t, tn } from '../i18n.ts';
import { icon } from '../icons.ts';
import { sections } from '../names.ts';
import { vaultFrame } from '../parts/frame.ts';
import { errorSummary, focusFaults, options, textField, type Faults, type Option } from '../parts/forms.ts';
import { qr } from '../parts/qr.ts';
import { plainSheet } from '../parts/sheet.ts';
import { conclude, progress } from '../parts/waiting.ts';
import { backLink, pageHead } from '../shell.ts';
import { Act, Resource, type Page, type TopStage } from '../stage.ts';
import type { LinkRow, SharedLink } from '../../sdk/results.ts';

const HOUR = 3600;
/** What somebody who treats a stranger asks first (the sections that a patient summary must have, HL7 IPS 2.0.1). */
const FIRST: readonly string[] = ['profile/allergies', 'profile/medication', 'profile/conditions'];
const TERMS: readonly number[] = [HOUR, 24 * HOUR, 7 * 24 * HOUR];

/** `#/link`. */
export function linkPage(stage: TopStage): Page {
  return new Link(stage);
}

class Link implements Page {
  readonly #stage: TopStage;
  readonly #act: Act<SharedLink>;
  readonly #links: Resource<readonly LinkRow[]>;
  readonly #chosen = new Set(FIRST);
  #term = 24 * HOUR;
  #passcode = '';
  #faults: Faults = {};
  #copied = false;

  constructor(stage: TopStage) {
    this.#stage = stage;
    this.#act = new Act(() => stage.update());
    this.#links = new Resource(() => stage.vault.linkList(), stage.update);
  }

  title(): string {
    return t('Share by a link');
  }

  stop(): void {
    this.#act.value = null;
  }

  render(): TemplateResult {
    const made = this.#act.state === 'done' ? this.#act.value : null;
    return html`
      ${backLink('#/share', t('Share with a professional instead'))}
      ${pageHead(t('Share by a link'), t('A summary of the sections you choose, for somebody without medixain. It ends by itself.'))}
      ${vaultFrame(this.#stage.status().words, made === null ? this.#form() : this.#made(made))}
    `;
  }

  #form(): TemplateResult {
    return html`
      <form class="split wide-end" @submit=${(event: Event) => this.#submit(event)}>
        <div>
          ${errorSummary(this.#faults)} ${this.#act.error === null ? nothing : notice(this.#act.error)}
          ${progress(this.#act, t('Making the summary'), 'items', false)}
          <fieldset class="step first">
            <legend>${t('What')}</legend>
            <p class="gap-below">
              ${t('Allergies, medication and conditions are chosen to begin with: whoever treats you asks for them first. Take out or add what you like.')}
            </p>
            ${this.#boxes(false)}
            <div class="sensitive">
              <p>
                <span class="mark strong">${icon('diamond')} ${t('Sensitive')}</span>
                <span class="muted">– ${t('off unless you choose')}</span>
              </p>
              ${this.#boxes(true)}
            </div>
          </fieldset>
          <fieldset class="step">
            <legend>${t('How long')}</legend>
            ${options(
              'radio',
              'term',
              TERMS.map((term): Option => ({
                id: `term-${term}`,
                value: String(term),
                label: termName(term),
                checked: this.#term === term,
              })),
              (value) => {
                this.#term = Number(value);
                this.#stage.update();
              },
            )}
          </fieldset>
          <section class="step last">
            <h2>${t('A code to go with it')}</h2>
            <div class="narrow">
              ${textField({
                id: 'passcode',
                label: t('Code (may stay empty)'),
                hint: t('Say it by phone or in person, never beside the link.'),
                value: this.#passcode,
                faults: this.#faults,
                input: (value) => {
                  this.#passcode = value;
                },
              })}
            </div>
          </section>
        </div>
        ${plainSheet(
          t('If you make this link'),
          [
            { sign: 'yes', pieces: [t('Whoever has the link can read the summary until it ends, and keep it.')] },
            {
              sign: 'no',
              pieces: [
                t('No name is checked. This page shows how often it was opened, and what the reader says its name is.'),
              ],
            },
            { sign: 'stop', pieces: [this.#endWords(), ' ', t('You can end it before.')] },
          ],
          t('Make the link'),
          { no: t('Do not share'), busy: this.#act.state === 'running', refuse: () => this.#stage.go('#/share') },
        )}
      </form>
      ${this.#list()}
    `;
  }

  #endWords(): string {
    const end = Date.now() / 1000 + this.#term;
    return t('The link ends by itself after {term}: on {date}, {time}.', {
      term: termName(this.#term),
      date: longDate(end),
      time: clock(end),
    });
  }

  #boxes(sensitive: boolean): TemplateResult {
    const offered = sections().filter(
      (one) => one.sensitive === sensitive && one.id.startsWith('profile/') && one.id !== 'profile/disputes',
    );
    return options(
      'checkbox',
      'section',
      [...offered]
        .sort((left, right) => rank(left.id) - rank(right.id))
        .map(({ id, title }): Option => ({
          id: `section-${id.replace('/', '-')}`,
          value: id,
          label: title,
          checked: this.#chosen.has(id),
        })),
      (id, checked) => {
        if (checked) this.#chosen.add(id);
        else this.#chosen.delete(id);
        this.#stage.update();
      },
    );
  }

  #made(link: SharedLink): TemplateResult {
    return html`<div class="stack done">
      <h2>
        ${icon('yes')}
        ${t('The link works until {date}, {time}', { date: longDate(link.expires), time: clock(link.expires) })}
      </h2>
      <div class="visit">
        ${qr(viewerLink(link.link), t('QR code of the link'))}
        <div class="stack">
          <p>${t('Let it be scanned, or send it.')} ${link.passcode ? t('The code is needed, too.') : nothing}</p>
          <p class="mono command">${viewerLink(link.link)}</p>
          <p class="hint">
            ${t('It opens in any browser, without an account. Programs that know SMART Health Links read it, too.')}
          </p>
          <div class="btns">
            <button class="btn" type="button" @click=${() => void this.#copy(link)}>
              ${this.#copied ? t('Copied') : t('Copy the link')}
            </button>
            <button class="btn second" type="button" @click=${() => void this.#end(link)}>${t('End it now')}</button>
          </div>
        </div>
      </div>
      <p><button class="link" type="button" @click=${() => this.#again()}>${t('Make another')}</button></p>
    </div>`;
  }

  #list(): unknown {
    const links = (this.#links.value ?? []).filter((link) => link.expires > Date.now() / 1000);
    if (links.length === 0) return nothing;
    return html`<section class="sec" aria-labelledby="links">
      <h2 id="links">${t('Links that work now')}</h2>
      <ul class="tasks" role="list">
        ${links.map(
          (link) =>
            html`<li>
              <span>${link.label || t('Summary')}</span>
              <button class="btn quiet" type="button" @click=${() => void this.#end(link)}>${t('End it now')}</button>
              <p class="hint">
                ${t('until {date}', { date: `${longDate(link.expires)}, ${clock(link.expires)}` })} ·
                ${link.opened === 0 ? t('not opened yet') : tn('opened {n} time', 'opened {n} times', link.opened)}${openedBy(link)}
              </p>
            </li>`,
        )}
      </ul>
    </section>`;
  }

  #submit(event: Event): void {
    event.preventDefault();
    this.#faults = this.#chosen.size === 0 ? { 'section-profile-allergies': t('Choose at least one section') } : {};
    if (this.#chosen.size === 0) {
      this.#stage.update();
      focusFaults();
      return;
    }
    const wish = {
      label: t('Summary'),
      expires: Math.floor(Date.now() / 1000) + this.#term,
      passcode: this.#passcode === '' ? null : this.#passcode,
      sections: [...this.#chosen],
    };
    void this.#act.run(() => this.#stage.vault.linkCreate(wish)).then(() => conclude(this.#act, t('The link is made')));
  }

  async #copy(link: SharedLink): Promise<void> {
    this.#copied = await copy(viewerLink(link.link));
    announce(this.#copied ? t('Copied') : t('Your browser does not allow copying; select the link instead.'));
    this.#stage.update();
  }

  async #end(link: SharedLink): Promise<void> {
    try {
      await this.#stage.vault.linkStop(link.url);
      announce(t('The link is ended'));
      this.#again();
    } catch (error) {
      this.#act.error = error;
      this.#stage.update();
    }
  }

  #again(): void {
    this.#act.state = 'idle';
    this.#act.value = null;
    this.#copied = false;
    void this.#links.reload();
  }
}

/** Who said to have opened it last: a name that the reader gives is not checked by anybody. */
function openedBy(link: LinkRow): unknown {
  const last = link.openings.at(-1);
  if (last === undefined) return nothing;
  return html`: ${t('last {when}, by “{name}” (not checked)', { when: moment(last.at), name: last.recipient })}`;
}

/** The page that opens a link, with the link behind it: a fragment never reaches a server. */
function viewerLink(link: string): string {
  return `${location.origin}/link.html#${link}`;
}

function rank(id: string): number {
  const place = FIRST.indexOf(id);
  return place === -1 ? FIRST.length : place;
}

function termName(seconds: number): string {
  if (seconds === HOUR) return t('1 hour');
  if (seconds === 24 * HOUR) return t('1 day');
  return t('1 week');
}
