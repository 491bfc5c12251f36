/** One record: charts and tables of what is FHIR, the document else; who can see it; where it comes from. */

import { html, nothing, type TemplateResult } from 'lit-html';

import type { RecordView } from '../api.ts';
import { foldedEvents, foldedWords, type Summary } from '../events.ts';
import { clock, fhirDate, longDate, size } from '../format.ts';
import { t } from '../i18n.ts';
import { icon } from '../icons.ts';
import { isSensitive, sectionTitle, typeTitle } from '../names.ts';
import { Attachments } from '../parts/attachments.ts';
import { calendarGaps } from '../parts/calendar-gaps.ts';
import { chip, stateMark } from '../parts/marks.ts';
import { People } from '../parts/people.ts';
import { shown } from '../parts/waiting.ts';
import { Resource, type Page, type Stage } from '../stage.ts';
import { gistOf } from '../../sdk/gist.ts';
import type { Calendar } from '../../sdk/practice/model.ts';
import type { AccessShown, ProfileShown, RecordMetadata, RecordRow } from '../../sdk/results.ts';
import { clinicalContent } from './clinical.ts';
import { eventView, visitView } from './event.ts';
import { topLink } from './links.ts';
import { seeLine } from './see.ts';
import { openedWords } from './summaries.ts';
import { Viewer } from './viewer.ts';

/** `#/record/<id>`. */
export function recordPage(stage: Stage): Page {
  return new RecordPage(stage);
}

class RecordPage implements Page {
  readonly #stage: Stage;
  readonly #id: string;
  readonly #opened: Resource<RecordView>;
  readonly #list: Resource<readonly RecordRow[]>;
  readonly #access: Resource<AccessShown>;
  readonly #people: People;
  readonly #attachments: Attachments;
  #viewer: Viewer | null = null;
  /** What an event counts for is known from all of them; asked for only on the page of one. */
  #profile: Resource<ProfileShown> | null = null;
  #calendar: Resource<Calendar> | null = null;

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#id = stage.params['record'] ?? '';
    this.#people = new People(stage.vault, stage.update);
    this.#attachments = new Attachments(stage.update);
    this.#opened = new Resource(() => this.#open(), stage.update);
    this.#list = new Resource(() => stage.vault.recordList(), stage.update);
    this.#access = new Resource(() => stage.vault.accessList(), stage.update);
  }

  title(): string {
    return t('Your records');
  }

  stop(): void {
    this.#viewer?.stop();
    this.#attachments.stop();
    this.#opened.value = null;
  }

  render(): TemplateResult {
    return html`
      <a class="back" href="#/timeline">${icon('back')} ${t('Back to your timeline')}</a>
      ${shown(this.#opened, (view) => this.#content(view))}
    `;
  }

  #content(opened: RecordView): TemplateResult {
    const { metadata } = opened;
    const title = this.#words(opened)?.title ?? metadata.name;
    const row = this.#list.value?.find((one) => one.record === this.#id);
    return html`
      <div class="pagehead">
        <h1 class="xl" data-heading>${title}</h1>
        <div class="btns">
          <button class="btn quiet" type="button" @click=${() => print()}>${icon('print')} ${t('Print')}</button>
          ${topLink(['share'], html`${icon('share')} ${t('Share this')}`, { record: this.#id }, 'btn quiet')}
        </div>
      </div>
      ${row === undefined ? nothing : seeLine(row, this.#access.value, this.#people)}
      <div class="split">
        <div class="stack-wide">${this.#held(opened)}</div>
        ${this.#provenance(opened)}
      </div>
    `;
  }

  #words(opened: RecordView): Summary | null {
    const folded = opened.event === null ? null : this.#folded();
    return folded === null ? openedWords(opened) : foldedWords(folded);
  }

  #held({ metadata, view, event, visit }: RecordView): unknown {
    if (view !== null) {
      const said = (author: string | null, institution: string | null) => this.#said(author, institution);
      return clinicalContent(
        view,
        ({ source }) => said(source.author, source.institution),
        metadata.name,
        this.#attachments,
      );
    }
    if (visit !== null) {
      const calendar = this.#calendar?.value ?? null;
      return html`${calendarGaps(calendar?.unreadable ?? [])} ${visitView(visit, calendar?.visits ?? null)}`;
    }
    if (event === null) return this.#viewer?.render();
    return eventView(event, this.#folded(), this.#people, this.#stage.deployment.platform);
  }

  #folded() {
    const profile = this.#profile?.value ?? null;
    return profile === null ? null : (foldedEvents(profile).get(this.#id) ?? null);
  }

  /** When what the record tells happened; nothing where it does not say. */
  #happened(opened: RecordView): unknown {
    const gist = gistOf(opened);
    if (gist === null || gist.from === null || gist.to === null) return nothing;
    const [from, to] = [fhirDate(gist.from), fhirDate(gist.to)];
    return html`<div>
      <dt>${t('What it tells is from')}</dt>
      <dd>${from === to ? to : t('{from} to {to}', { from, to })}</dd>
    </div>`;
  }

  #provenance(opened: RecordView): TemplateResult {
    const { metadata } = opened;
    const sensitive = isSensitive(metadata.section);
    return html`<div class="stack-wide">
      <section aria-labelledby="provenance">
        <h2 class="h3 gap-below" id="provenance">${t('Where this comes from')}</h2>
        <dl class="sum one">
          ${this.#happened(opened)}
          <div>
            <dt>${t('Added')}</dt>
            <dd>${longDate(metadata.created)}, ${clock(metadata.created)}</dd>
          </div>
          <div>
            <dt>${t('Who said it')}</dt>
            <dd>${this.#author(metadata)}</dd>
          </div>
          <div>
            <dt>${t('Status')}</dt>
            <dd>${stateMark(metadata.state)}</dd>
          </div>
          <div>
            <dt>${t('Kind')}</dt>
            <dd>${typeTitle(metadata.type)}, ${size(metadata.size)}</dd>
          </div>
        </dl>
        <details class="small">
          <summary>${t('Technical proof')}</summary>
          <div>
            <dl class="sum one">
              <div>
                <dt>${t('File name')}</dt>
                <dd>${metadata.name}</dd>
              </div>
              <div>
                <dt>${t('Record')}</dt>
                <dd class="mono">${metadata.record}</dd>
              </div>
              <div>
                <dt>${t('Address of its ciphertext')}</dt>
                <dd class="mono">${metadata.cid}</dd>
              </div>
              <div>
                <dt>${t('Author')}</dt>
                <dd class="mono">${metadata.author}</dd>
              </div>
            </dl>
          </div>
        </details>
      </section>
      <section aria-labelledby="section">
        <h2 class="h3 gap-below" id="section">${t('Section')}</h2>
        <ul class="chips" role="list">
          ${chip(sectionTitle(metadata.section), sensitive)}
        </ul>
      </section>
      <section class="screen" aria-labelledby="acts">
        <h2 class="h3 gap-below" id="acts">${t('Change something')}</h2>
        <ul class="acts" role="list">
          ${metadata.section.startsWith('sealed') ? nothing : html`<li>${topLink(['restrict', this.#id], t('Seal it, so that nobody you share with sees it'))}</li>`}
          <li>${topLink(['delete', this.#id], t('Erase it for good'))}</li>
        </ul>
      </section>
    </div>`;
  }

  #author(metadata: RecordMetadata): unknown {
    if (metadata.institution === null)
      return html`${t('Added by you')}<span class="sub">${t('not checked by a clinician')}</span>`;
    const institution = this.#stage.deployment.institutions[metadata.institution] ?? metadata.institution;
    return html`${this.#people.name(metadata.author)}<br /><span class="seal"
        >${icon('verified')} ${t('Verified')}</span
      >
      ${t('by {institution}, which signed too', { institution })}`;
  }

  #said(author: string | null, institution: string | null): string {
    if (author === null || institution === null) return t('Added by you');
    return this.#stage.deployment.institutions[institution] ?? this.#people.name(author);
  }

  async #open(): Promise<RecordView> {
    const opened = await this.#stage.vault.recordView(this.#id);
    const { vault, update } = this.#stage;
    if (opened.event !== null) this.#profile = new Resource(() => vault.profileShow(), update);
    else if (opened.visit !== null) this.#calendar = new Resource(() => vault.appointmentList(), update);
    else if (opened.view === null) this.#viewer = new Viewer(this.#stage, opened.metadata);
    return opened;
  }
}
