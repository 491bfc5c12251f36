/**
 * `#/patient/<slug>`: one patient as she lets this professional see her. The list of records opens nothing; "Open the
 * whole record" does, and says before that the patient will see it.
 */

import { html, nothing, type TemplateResult } from 'lit-html';

import { checksDue, type CheckDue } from '../../sdk/practice/checks.ts';
import type { PersonShown } from '../api.ts';
import type { ConsistencyFlag } from '../../sdk/clinical/model.ts';
import type { Calendar, PatientReview, PatientRow } from '../../sdk/practice/model.ts';
import { overlapsWithOwn } from '../../sdk/practice/visits.ts';
import type { LetterShown, RecordRow } from '../../sdk/results.ts';
import { type FoldedEvent, foldedEvents, foldedWords } from '../events.ts';
import { clinicalContent } from '../frame/clinical.ts';
import { topLink } from '../frame/links.ts';
import { dayOf, longDate, monthOf, shortDate, size } from '../format.ts';
import { t, tn } from '../i18n.ts';
import { icon } from '../icons.ts';
import { isSensitive, recordName, typeTitle } from '../names.ts';
import { entryState, saidBy, sensitiveMark, stateMark, verifiedBy } from '../parts/marks.ts';
import { People } from '../parts/people.ts';
import { empty, progress, shown } from '../parts/waiting.ts';
import { codeOf, notice } from '../errors.ts';
import { hashFor } from '../router.ts';
import { Act, Resource, type Page, type Stage } from '../stage.ts';
import { disputedList } from './disputes.ts';
import { flagList } from './flags.ts';
import { accessEnds, mayShow, patientName } from './people-lines.ts';
import { RecordSearch } from './record-search.ts';

/** `#/patient/<slug>`. */
export function patientPage(stage: Stage): Page {
  return new PatientPage(stage);
}

class PatientPage implements Page {
  readonly #stage: Stage;
  readonly #patient: Resource<PatientRow | undefined>;
  readonly #people: People;
  readonly #search: RecordSearch;
  readonly #calendar: Resource<Calendar>;
  readonly #review: Act<PatientReview>;
  #records: Resource<readonly RecordRow[]> | null = null;

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#people = new People(stage.vault, stage.update);
    this.#review = new Act(stage.update);
    this.#search = new RecordSearch(stage.update);
    this.#calendar = new Resource(() => stage.vault.appointmentList(), stage.update);
    this.#patient = new Resource(() => this.#find(), stage.update);
  }

  title(): string {
    return t('A patient’s record');
  }

  stop(): void {
    this.#review.cancel();
    this.#review.value = null;
    this.#search.stop();
  }

  render(): TemplateResult {
    return html`${shown(this.#patient, (patient) => (patient === undefined ? this.#nobody() : this.#content(patient)))}`;
  }

  async #find(): Promise<PatientRow | undefined> {
    const found = (await this.#stage.vault.patientList()).find((one) => one.slug === this.#stage.params['slug']);
    if (found !== undefined)
      this.#records = new Resource(() => this.#stage.vault.recordList(found.wallet), this.#stage.update);
    return found;
  }

  #nobody(): TemplateResult {
    return empty(
      t('This patient shares nothing with you now.'),
      t('Access may have ended or been stopped. Ask again if you still need it.'),
      topLink(['request'], t('Request access'), {}, 'btn'),
    );
  }

  #content(patient: PatientRow): TemplateResult {
    if (this.#refused) {
      return html`<h1 class="xl gap-below" data-heading>${patientName(patient)}</h1>
        ${this.#nobody()}`;
    }
    return html`
      <div class="pagehead">
        <div>
          <h1 class="xl" data-heading>${patientName(patient)}</h1>
          <p class="lede">${mayShow(patient)}, ${t('until')} ${accessEnds(patient)}</p>
        </div>
        <div class="btns">
          ${patient.append ? topLink(['append'], html`${icon('add')} ${t('Add an entry')}`, { patient: patient.wallet }, 'btn quiet') : nothing}
          ${
            patient.sections.length === 0
              ? nothing
              : topLink(['propose'], t('Propose a colleague'), { patient: patient.wallet }, 'btn quiet')
          }
          ${topLink(['appointment'], t('Plan a visit'), { patient: patient.wallet }, 'btn quiet')}
        </div>
      </div>
      ${patient.letters.map((letter) => this.#letter(letter, patient))} ${this.#opened(patient)}
      ${this.#records === null ? nothing : shown(this.#records, (rows) => this.#list(rows))}
    `;
  }

  /** Who asked the patient to let this professional in, in that colleague's own words. */
  #letter({ referrer, reason, written }: LetterShown, patient: PatientRow): TemplateResult {
    const institution = this.#people.institution(referrer);
    const asking = { wallet: patient.wallet, sections: patient.sections.join(','), append: '1' };
    return html`<section class="note gap-below">
      <h2 class="h3">${t('Proposed by {referrer}', { referrer: this.#people.name(referrer) })}</h2>
      <p class="small">${institution === null ? nothing : html`${verifiedBy(institution)} · `}${longDate(written)}</p>
      <blockquote class="quoted">${reason}</blockquote>
      ${patient.append ? nothing : html`<p>${topLink(['request'], t('Ask to add entries'), asking)}</p>`}
    </section>`;
  }

  #opened(patient: PatientRow): TemplateResult {
    const review = this.#review.value;
    if (review !== null) return this.#clinical(review, patient);
    return html`<section class="note" aria-labelledby="open-all">
      <h2 class="h3" id="open-all">${icon('eye')} ${t('Open the whole record')}</h2>
      <p>
        ${t('Everything you may see is opened on this device. The patient sees in the log that you looked, and for which purpose.')}
      </p>
      ${this.#review.error === null ? nothing : notice(this.#review.error)}
      ${progress(this.#review, t('Opening'), 'items')}
      ${
        this.#review.state === 'running'
          ? nothing
          : html`<p>
              <button class="btn" type="button" @click=${() => this.#open(patient)}>
                ${t('Open the whole record')}
              </button>
            </p>`
      }
    </section>`;
  }

  /** The platform tells a grantee whose grant has ended no more than an outsider; on this page it can only mean that. */
  get #refused(): boolean {
    return codeOf(this.#review.error) === 'no-grant';
  }

  #open(patient: PatientRow): void {
    void this.#review
      .run((options) => this.#stage.vault.patientReview(patient.wallet, options))
      .then(() => this.#patient.reload());
  }

  #clinical(review: PatientReview, patient: PatientRow): TemplateResult {
    const due = checksDue(review.view, Date.now() / 1000);
    return html`
      ${flagList([...review.flags, ...this.#overlaps(review)], { slug: patient.slug, rows: review.records, people: this.#people })}
      ${disputedList(review.disputed, patient, this.#people, this.#me())} ${checks(due)}
      ${this.#search.render(review.view, patient.slug)}
      <div class="stack-wide sec">
        ${clinicalContent(review.view, ({ source }) => this.#said(source.author, source.institution), t('Document'))}
      </div>
      ${
        review.leftOut.length === 0
          ? nothing
          : html`<details class="gap-top">
              <summary>${tn('{n} record did not open', '{n} records did not open', review.leftOut.length)}</summary>
              <div>
                <ul>
                  ${review.leftOut.map((one) => html`<li><span class="mono">${one.record}</span>: ${one.reason}</li>`)}
                </ul>
              </div>
            </details>`
      }
    `;
  }

  #list(rows: readonly RecordRow[]): TemplateResult {
    if (rows.length === 0)
      return empty(t('There is no record in what you may see.'), t('New ones appear here as they are added.'));
    // The list opens nothing: events are told in words once the whole record was opened.
    const review = this.#review.value;
    const events = review === null ? new Map<string, FoldedEvent>() : foldedEvents(review.profile);
    const sorted = [...rows].sort((left, right) => right.created - left.created);
    return html`<section class="sec" aria-labelledby="records">
      <div class="see-head">
        <h2 id="records">${t('Records')}</h2>
        <span class="small muted">${tn('{n} record', '{n} records', rows.length)}</span>
      </div>
      ${byMonth(sorted).map(
        ([month, found]) =>
          html`<h3 class="month">${month}</h3>
            <ul class="rows" role="list">
              ${found.map((row) => this.#row(row, events))}
            </ul>`,
      )}
    </section>`;
  }

  #row(row: RecordRow, events: ReadonlyMap<string, FoldedEvent>): TemplateResult {
    const event = events.get(row.record);
    const words = event === undefined ? null : foldedWords(event, 'practice');
    return html`<li class="row">
      <time datetime=${new Date(row.created * 1000).toISOString()}>${dayOf(row.created)}</time>
      <div>
        <h3>
          <a href=${hashFor(['practice-record', this.#stage.params['slug'] ?? '', row.record])}
            >${words?.title ?? recordName(row)}</a
          >
        </h3>
        <p class="val">
          ${words?.value ?? [typeTitle(row.type), row.size === null ? '' : size(row.size)].filter(Boolean).join(', ')}
        </p>
        <p class="by">
          ${
            row.name === null
              ? t('Not opened on this device yet')
              : row.institution === null
                ? t('Added by the patient')
                : saidBy(this.#people.name(row.author), this.#institution(row.institution))
          }
          ${isSensitive(row.section) ? html`· ${sensitiveMark()}` : nothing}
        </p>
      </div>
      <div class="end">
        ${event === undefined || event.mark !== null ? nothing : entryState(event.entry.state, 'practice')}
        ${stateMark(row.state)}
      </div>
    </li>`;
  }

  /** What of the own calendar is in the way of the patient's other visits; nothing until the calendar is there. */
  #overlaps({ view, wallet }: PatientReview): readonly ConsistencyFlag[] {
    return overlapsWithOwn(view.items, this.#calendar.value?.visits ?? [], wallet);
  }

  #me(): PersonShown | null {
    const { wallet } = this.#stage.status();
    return wallet === null ? null : this.#people.find(wallet);
  }

  #said(author: string | null, institution: string | null): string {
    if (author === null || institution === null) return t('Added by the patient');
    return this.#institution(institution) ?? this.#people.name(author);
  }

  #institution(address: string | null): string | null {
    return address === null ? null : (this.#stage.deployment.institutions[address] ?? address);
  }
}

function byMonth(rows: readonly RecordRow[]): readonly (readonly [string, readonly RecordRow[]])[] {
  const months = new Map<string, RecordRow[]>();
  for (const row of rows) months.set(monthOf(row.created), [...(months.get(monthOf(row.created)) ?? []), row]);
  return [...months];
}

function checks(due: readonly CheckDue[]): unknown {
  if (due.length === 0) return nothing;
  return html`<section class="sec" aria-labelledby="checks">
    <h2 id="checks">${t('Checks due')}</h2>
    <table class="flow">
      <caption class="vh">
        ${t('Checks due')}
      </caption>
      <thead>
        <tr>
          <th scope="col">${t('Check')}</th>
          <th scope="col">${t('Last')}</th>
          <th scope="col">${t('Due')}</th>
        </tr>
      </thead>
      <tbody>
        ${due.map(
          (one) =>
            html`<tr>
              <th scope="row">${t(one.name)}</th>
              <td>${one.last === null ? t('not in what you may see') : shortDate(one.last)}</td>
              <td data-l=${t('Due')}>
                ${one.overdue ? html`<span class="tag warn">${one.last === null ? t('now') : t('since {date}', { date: shortDate(one.due) })}</span>` : shortDate(one.due)}
              </td>
            </tr>`,
        )}
      </tbody>
    </table>
    <p class="muted small">${t('Reminders from codes on record; your own guideline goes before them.')}</p>
  </section>`;
}
