/** One record: charts and tables of what is FHIR, the document else; who can see it; where it comes from. */

import { html, nothing, type TemplateResult } from 'lit-html';

import type { RecordView } from '../api.ts';
import { clock, longDate, size } from '../format.ts';
import { t } from '../i18n.ts';
import { icon } from '../icons.ts';
import { isSensitive, sectionTitle, typeTitle } from '../names.ts';
import { chip, stateMark } from '../parts/marks.ts';
import { People } from '../parts/people.ts';
import { shown } from '../parts/waiting.ts';
import { Resource, type Page, type Stage } from '../stage.ts';
import type { AccessShown, RecordMetadata, RecordRow } from '../../sdk/results.ts';
import { clinicalContent } from './clinical.ts';
import { topLink } from './links.ts';
import { seeLine } from './see.ts';
import { summarise } from './summaries.ts';
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
  #viewer: Viewer | null = null;

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#id = stage.params['record'] ?? '';
    this.#people = new People(stage.vault, stage.update);
    this.#opened = new Resource(() => this.#open(), stage.update);
    this.#list = new Resource(() => stage.vault.recordList(), stage.update);
    this.#access = new Resource(() => stage.vault.accessList(), stage.update);
  }

  title(): string {
    return t('Your records');
  }

  stop(): void {
    this.#viewer?.stop();
    this.#opened.value = null;
  }

  render(): TemplateResult {
    return html`
      <a class="back" href="#/timeline">${icon('back')} ${t('Back to your timeline')}</a>
      ${shown(this.#opened, (view) => this.#content(view))}
    `;
  }

  #content({ metadata, view }: RecordView): TemplateResult {
    const title = (view === null ? null : summarise(view)?.title) ?? metadata.name;
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
        <div class="stack-wide">
          ${
            view === null
              ? this.#viewer?.render()
              : clinicalContent(
                  view,
                  (point) => this.#said(point.source.author, point.source.institution),
                  metadata.name,
                )
          }
        </div>
        ${this.#provenance(metadata)}
      </div>
    `;
  }

  #provenance(metadata: RecordMetadata): TemplateResult {
    const sensitive = isSensitive(metadata.section);
    return html`<div class="stack-wide">
      <section aria-labelledby="provenance">
        <h2 class="h3 gap-below" id="provenance">${t('Where this comes from')}</h2>
        <dl class="sum one">
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
    if (opened.view === null) this.#viewer = new Viewer(this.#stage, opened.metadata);
    return opened;
  }
}
