/** `#/request`: ask a patient for access. It names sections, purpose and time; the patient decides. */

import { html, nothing, type TemplateResult } from 'lit-html';

import type { AccessRequested } from '../../sdk/results.ts';
import { notice } from '../errors.ts';
import { t } from '../i18n.ts';
import { sections, sectionTitles } from '../names.ts';
import { vaultFrame } from '../parts/frame.ts';
import { errorSummary, focusFaults, options, textField, type Faults } from '../parts/forms.ts';
import { plainSheet } from '../parts/sheet.ts';
import { progress } from '../parts/waiting.ts';
import { addressOf } from '../router.ts';
import { backLink, pageHead } from '../shell.ts';
import { Act, type Page, type TopStage } from '../stage.ts';
import { sentView, termFields, until, USUAL_TERMS } from './asking-parts.ts';

const USUAL = ['profile/results', 'profile/medication', 'profile/allergies', 'profile/conditions', 'profile/documents'];

/** `#/request`, `#/request?wallet=<address>&sections=<layer/section,…>&append=1`. */
export function requestPage(stage: TopStage): Page {
  return new RequestForm(stage);
}

class RequestForm implements Page {
  readonly #stage: TopStage;
  readonly #act: Act<AccessRequested>;
  readonly #chosen: Set<string>;
  #wallet: string;
  #append = false;
  #terms = USUAL_TERMS;
  #faults: Faults = {};

  constructor(stage: TopStage) {
    this.#stage = stage;
    this.#act = new Act(stage.update);
    this.#wallet = addressOf(stage.query['wallet']) ?? '';
    this.#chosen = new Set(stage.query['sections']?.split(',') ?? USUAL);
    this.#append = stage.query['append'] !== undefined;
  }

  title(): string {
    return t('Request access');
  }

  render(): TemplateResult {
    return html`
      ${backLink(`${this.#stage.deployment.platform}/practice/`, t('Back to your practice'))}
      ${pageHead(t('Request access'), t('The patient reads what you ask, and decides alone.'))}
      ${vaultFrame(this.#stage.status().words, this.#act.state === 'done' ? sentView(this.#stage, t('The request waits for the patient'), t('You will find the answer under Requests. The patient need not give one.')) : this.#form(), 'practice')}
    `;
  }

  #form(): TemplateResult {
    return html`<form class="split wide-end" @submit=${(event: Event) => this.#submit(event)}>
      <div>
        ${errorSummary(this.#faults)} ${this.#act.error === null ? nothing : notice(this.#act.error)}
        ${progress(this.#act, t('Signing and sending'), 'items', false)}
        <section class="step first">
          <h2>${t('Whom')}</h2>
          ${textField({
            id: 'wallet',
            label: t('Address of the patient’s wallet'),
            hint: t('The patient shows it as a code or reads it out: 0x and 40 signs.'),
            value: this.#wallet,
            faults: this.#faults,
            input: (value) => this.#change(() => (this.#wallet = value)),
          })}
        </section>
        <fieldset class="step">
          <legend>${t('What you ask to see')}</legend>
          <p class="hint">
            ${t('Ask for what you need. A patient can choose less, and sensitive sections need a reason.')}
          </p>
          ${options(
            'checkbox',
            'section',
            sections()
              .filter(({ id }) => /^(profile|activity)\//.test(id) && id !== 'profile/disputes')
              .map(({ id, title, sensitive }) => ({
                id: `section-${id.replace('/', '-')}`,
                value: id,
                label: title,
                checked: this.#chosen.has(id),
                ...(sensitive ? { hint: t('sensitive') } : {}),
              })),
            (id, checked) => this.#change(() => (checked ? this.#chosen.add(id) : this.#chosen.delete(id))),
          )}
          <div class="gap-top">
            ${options(
              'checkbox',
              'append',
              [{ id: 'append', value: 'append', label: t('and to add entries, signed by me'), checked: this.#append }],
              (_, checked) => this.#change(() => (this.#append = checked)),
            )}
          </div>
        </fieldset>
        <section class="step last">
          <h2>${t('Why and how long')}</h2>
          ${termFields(this.#terms, (terms) => this.#change(() => (this.#terms = terms)))}
        </section>
      </div>
      ${plainSheet(
        t('If you send this'),
        [
          {
            sign: 'share',
            pieces: [
              t('The patient is asked for: {sections}.', {
                sections: sectionTitles([...this.#chosen]) || t('nothing yet'),
              }),
            ],
          },
          {
            sign: 'verified',
            pieces: [t('You sign it with your registered key; the patient sees your name and institution.')],
          },
          { sign: 'eye', pieces: [t('Each time you open something, the patient sees it.')] },
          { sign: 'no', pieces: [t('Nothing opens before the patient agrees.')] },
        ],
        t('Send the request'),
        { no: t('Do not ask'), busy: this.#act.state === 'running', refuse: () => this.#stage.leave('/practice/') },
      )}
    </form>`;
  }

  #submit(event: Event): void {
    event.preventDefault();
    const wallet = /0x[0-9a-fA-F]{40}/.exec(this.#wallet)?.[0];
    const faults: Record<string, string> = {};
    if (wallet === undefined) faults['wallet'] = t('Give an address: 0x and 40 digits or letters from a to f');
    if (this.#chosen.size === 0) faults['section-profile-results'] = t('Choose at least one section');
    this.#faults = faults;
    this.#stage.update();
    if (wallet === undefined || this.#chosen.size === 0) {
      focusFaults();
      return;
    }
    void this.#act.run(() =>
      this.#stage.vault.accessRequest({
        wallet,
        sections: [...this.#chosen],
        append: this.#append,
        purpose: this.#terms.purpose,
        until: until(this.#terms.months),
      }),
    );
  }

  #change(change: () => unknown): void {
    change();
    this.#stage.update();
  }
}
