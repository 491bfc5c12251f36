/**
 * What is shared, how long and why: the steps of the share pages' form that do not depend on with whom. It keeps the
 * person's choice and says when that has changed; what is signed is the pages' matter.
 */

import { html, nothing, type TemplateResult } from 'lit-html';

import { addMonths, endOfDay, longDate } from '../format.ts';
import { t, tn } from '../i18n.ts';
import { icon } from '../icons.ts';
import { purposeTitle, recordName, sectionTitles, sections } from '../names.ts';
import { focusFaults, options, textField, type Faults, type Option } from '../parts/forms.ts';
import { conclude } from '../parts/waiting.ts';
import type { AccessGranted, RecordRow } from '../../sdk/results.ts';
import type { Signing } from './signing.ts';

/** How long; `same`: as long as others have it already. */
type Term = 'same' | 'visit' | 'months' | 'year' | 'date';

/** What was chosen. */
export interface Choice {
  readonly records: readonly string[];
  readonly sections: readonly string[];
  readonly purpose: string;
  /** Unix seconds. */
  readonly expiry: number;
}

/** The steps. */
export class ShareForm {
  faults: Faults = {};
  #records: readonly RecordRow[] = [];
  /** Sections that somebody asked for. */
  #asked: readonly string[] = [];
  #chosen = new Set<string>();
  /** Sections that the form began with: they stand among those with records, and what is chosen since stays where it is. */
  #begun: ReadonlySet<string> = new Set();
  #chosenRecords = new Set<string>();
  #single = false;
  #term: Term = 'months';
  #date = '';
  /** When the access of others ends that this one joins; null for none. */
  #same: number | null = null;
  #purpose = 'care';
  readonly #changed: () => void;

  /** `changed` is called after every change of the choice. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** Whether single records are chosen, not sections. */
  get single(): boolean {
    return this.#single;
  }

  /** Offers the own records; sealed ones are shared from their own page only. */
  offer(records: readonly RecordRow[]): void {
    this.#records = records.filter((record) => !record.section.startsWith('sealed'));
  }

  /** Begins with these sections; those `asked` for are marked. */
  begin(sections: Iterable<string>, asked: readonly string[] = []): void {
    this.#begun = new Set(sections);
    this.#chosen = new Set(this.#begun);
    this.#asked = asked;
  }

  /** Begins with one single record. */
  beginWithRecord(record: string): void {
    this.#single = true;
    this.#chosenRecords = new Set([record]);
  }

  /** Begins with a purpose. */
  beginWithPurpose(purpose: string): void {
    this.#purpose = purpose;
  }

  /** The access offered first lasts no longer than was asked for. */
  beginWithin(until: number): void {
    if (until >= this.#until('months')) return;
    this.#term = until <= this.#until('visit') ? 'visit' : 'date';
    this.#date = isoDay(until);
  }

  /** The access offered first ends when that of others does. */
  beginAsLongAs(until: number): void {
    this.#same = until;
    this.#term = 'same';
  }

  /** What is chosen now. */
  choice(): Choice {
    return {
      records: this.#single ? [...this.#chosenRecords] : [],
      sections: this.#single ? [] : [...this.#chosen],
      purpose: this.#purpose,
      expiry: this.#until(this.#term),
    };
  }

  /** Whether something is chosen, for a time to come. */
  isComplete(): boolean {
    const { records, sections: chosen, expiry } = this.choice();
    return chosen.length + records.length > 0 && expiry > Date.now() / 1000;
  }

  /** Checks what only the person can mend; says whether it is well. */
  check(): boolean {
    const now = Date.now() / 1000;
    this.faults =
      this.choice().expiry <= now ? { until: t('Choose a date after {date}', { date: longDate(now) }) } : {};
    return Object.keys(this.faults).length === 0;
  }

  /** What may be seen, with what the page adds to it. */
  whatStep(legend: string, more: unknown = nothing): TemplateResult {
    return html`<fieldset class="step" aria-describedby="what-hint">
      <legend>${legend}</legend>
      ${this.#single ? this.#recordOptions() : this.#sectionOptions()}
      <p class="gap-top">
        <button class="link" type="button" @click=${() => this.#change(() => (this.#single = !this.#single))}>
          ${this.#single ? t('Choose whole sections instead') : t('Choose single records instead')}
        </button>
      </p>
      ${more}
    </fieldset>`;
  }

  #sectionOptions(): TemplateResult {
    const offered = sections().filter(({ id }) => !id.startsWith('sealed/') && id !== 'profile/disputes');
    const common = offered.filter(({ id, sensitive }) => !sensitive && this.#worthOffering(id));
    const rest = offered.filter(({ id, sensitive }) => !sensitive && !this.#worthOffering(id));
    const sensitive = offered.filter((section) => section.sensitive);
    return html`
      <p class="hint" id="what-hint">
        ${
          this.#asked.length > 0
            ? tn(
                '{n} section is marked “asked for”. You decide.',
                '{n} sections are marked “asked for”. You decide.',
                this.#asked.length,
              )
            : nothing
        }
        ${t('Records added later to a section you choose are included.')}
      </p>
      ${this.#boxes(common)}
      ${
        rest.length === 0
          ? nothing
          : html`<details class="gap-top">
              <summary>${t('Sections without records')}</summary>
              <div>${this.#boxes(rest)}</div>
            </details>`
      }
      <div class="sensitive">
        <p>
          <span class="mark strong">${icon('diamond')} ${t('Sensitive')}</span>
          <span class="muted">– ${t('off unless you choose')}</span>
        </p>
        ${this.#boxes(sensitive)}
      </div>
    `;
  }

  #boxes(offered: readonly { readonly id: string; readonly title: string }[]): TemplateResult {
    const choices = offered.map(({ id, title }): Option => {
      const count = this.#records.filter((record) => record.section === id).length;
      const asked = this.#asked.includes(id);
      return {
        id: `section-${id.replace('/', '-')}`,
        value: id,
        label: asked ? html`${title} <span class="tag todo">${t('asked for')}</span>` : title,
        checked: this.#chosen.has(id),
        ...(count > 0 ? { hint: tn('{n} record', '{n} records', count) } : {}),
      };
    });
    return options('checkbox', 'section', choices, (id, checked) =>
      this.#change(() => (checked ? this.#chosen.add(id) : this.#chosen.delete(id))),
    );
  }

  #recordOptions(): TemplateResult {
    const choices = this.#records.map((record): Option => ({
      id: `record-${record.record}`,
      value: record.record,
      label: recordName(record),
      hint: `${sectionTitles([record.section])}, ${longDate(record.created)}`,
      checked: this.#chosenRecords.has(record.record),
    }));
    return html`
      <p class="hint" id="what-hint">${t('Only the records you choose. Nothing that is added later.')}</p>
      ${
        choices.length === 0
          ? html`<p>${t('You have no records yet.')} <a href="#/add">${t('Add a record')}</a></p>`
          : options('checkbox', 'record', choices, (id, checked) =>
              this.#change(() => (checked ? this.#chosenRecords.add(id) : this.#chosenRecords.delete(id))),
            )
      }
    `;
  }

  /** How long. */
  termStep(): TemplateResult {
    const terms: readonly (readonly [Term, string, string | undefined])[] = [
      ...(this.#same === null
        ? []
        : [['same', t('As long as the others'), t('until {date}', { date: longDate(this.#same) })] as const]),
      ['visit', t('This visit'), t('until {date}, 23:59', { date: longDate(this.#until('visit')) })],
      ['months', t('3 months'), t('until {date}', { date: longDate(this.#until('months')) })],
      ['year', t('1 year'), t('until {date}', { date: longDate(this.#until('year')) })],
      ['date', t('Another date'), undefined],
    ];
    const choices = terms.map(([value, label, hint]): Option => ({
      id: `term-${value}`,
      value,
      label,
      checked: this.#term === value,
      ...(hint === undefined ? {} : { hint }),
    }));
    return html`<fieldset class="step">
      <legend>${t('How long')}</legend>
      ${options('radio', 'term', choices, (value) => this.#change(() => (this.#term = value as Term)))}
      ${
        this.#term === 'date'
          ? html`<div class="narrow gap-top">
              ${textField({
                id: 'until',
                label: t('Until when'),
                type: 'date',
                value: this.#date,
                min: isoDay(Date.now() / 1000 + 86_400),
                faults: this.faults,
                input: (value) => this.#change(() => (this.#date = value)),
              })}
            </div>`
          : nothing
      }
    </fieldset>`;
  }

  /** Why. */
  whyStep(): TemplateResult {
    const purposes = ['care', 'second-opinion', 'insurance'];
    if (!purposes.includes(this.#purpose)) purposes.push(this.#purpose);
    const choices = purposes.map((value): Option => ({
      id: `why-${value}`,
      value,
      label: purposeTitle(value),
      checked: this.#purpose === value,
    }));
    return html`<fieldset class="step last">
      <legend>${t('Why')}</legend>
      ${options('radio', 'why', choices, (value) => this.#change(() => (this.#purpose = value)))}
    </fieldset>`;
  }

  #change(change: () => void): void {
    change();
    this.faults = {};
    this.#changed();
  }

  #worthOffering(section: string): boolean {
    return (
      this.#asked.includes(section) ||
      this.#begun.has(section) ||
      this.#records.some((record) => record.section === section)
    );
  }

  #until(term: Term): number {
    const now = Math.floor(Date.now() / 1000);
    if (term === 'same') return this.#same ?? 0;
    if (term === 'visit') return endOfDay(now);
    if (term === 'months') return endOfDay(addMonths(now, 3));
    if (term === 'year') return endOfDay(addMonths(now, 12));
    const day = Date.parse(`${this.#date}T23:59:59`) / 1000;
    return Number.isNaN(day) ? 0 : day;
  }
}

/** `2027-02-24`, as a date field wants it. */
function isoDay(time: number): string {
  const day = new Date(time * 1000);
  return [day.getFullYear(), day.getMonth() + 1, day.getDate()].map((part) => String(part).padStart(2, '0')).join('-');
}

/** What a share page's button does: checks the form, signs what the sheet shows, and says how it went. */
export async function submitShare(
  event: Event,
  form: ShareForm,
  signing: Signing<unknown, unknown, unknown>,
  update: () => void,
): Promise<void> {
  event.preventDefault();
  if (form.check()) {
    if (await signing.sign()) conclude(signing.act, t('Shared'));
    return;
  }
  update();
  focusFaults();
}

/** How many nodes have their part of the key, and how many wait for theirs. */
export function keysGiven(granted: Pick<AccessGranted, 'nodes' | 'waitingNodes'>): TemplateResult {
  const waiting = granted.waitingNodes.length;
  return html`<p>
    ${tn('{n} node has its part of the key.', '{n} nodes have their part of the key.', granted.nodes.length)}
    ${waiting === 0 ? nothing : tn('{n} more gets it when it is back.', '{n} more get it when they are back.', waiting)}
  </p>`;
}
