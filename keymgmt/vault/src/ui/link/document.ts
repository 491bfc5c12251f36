/** What a link opens, on a page: an International Patient Summary by its sections, any other FHIR by kind. */

import { html, nothing, type TemplateResult } from 'lit-html';

import { clinicalContent, itemTable, patientLine } from '../frame/clinical.ts';
import { summarySectionTitle } from '../coded.ts';
import { clock, fhirDate, longDate } from '../format.ts';
import { t } from '../i18n.ts';
import { icon } from '../icons.ts';
import { Attachments, documentList } from '../parts/attachments.ts';
import { empty } from '../parts/waiting.ts';
import type { Bytes } from '../../core/bytes.ts';
import type { ClinicalView } from '../../sdk/clinical/model.ts';
import { type SummarySection, summaryOf, type SummaryView } from '../../sdk/clinical/summaryView.ts';
import { viewOfRecord } from '../../sdk/clinical/view.ts';
import type { HealthLink } from '../../sdk/openLink.ts';

const SOURCE = { record: 'link', place: '', author: null, institution: null };

/** One opened document; it is plaintext in memory until {@link stop}. */
export class SharedDocument {
  readonly #link: HealthLink;
  readonly #view: ClinicalView;
  readonly #summary: SummaryView | null;
  readonly #attachments: Attachments;

  constructor(bytes: Bytes, link: HealthLink, changed: () => void) {
    this.#link = link;
    this.#view = viewOfRecord(bytes, SOURCE);
    this.#summary = summaryOf(bytes, SOURCE);
    this.#attachments = new Attachments(changed);
  }

  /** Forgets what is open of it. */
  stop(): void {
    this.#attachments.stop();
  }

  render(): TemplateResult {
    const { label, expires } = this.#link;
    const made = this.#summary?.made ?? null;
    return html`
      <div class="pagehead">
        <div>
          <h1 class="xl" data-heading>${label || this.#summary?.title || t('A shared summary')}</h1>
          ${patientLine(this.#view)}
          <p class="small muted">
            ${made === null ? nothing : t('Put together on {date}.', { date: fhirDate(made) })}
            ${
              expires === null
                ? nothing
                : t('The link ends on {date}, {time}.', { date: longDate(expires), time: clock(expires) })
            }
          </p>
        </div>
      </div>
      <p class="note">
        ${icon('warn')}
        ${t('The owner chose what stands here. What is missing may still be so: ask before you rely on it.')}
      </p>
      <div class="stack-wide sec">${this.#summary === null ? this.#byKind() : this.#bySection(this.#summary)}</div>
    `;
  }

  #byKind(): unknown {
    if (this.#view.items.length === 0 && this.#view.documents.length === 0) {
      return empty(t('Nothing that this page can show.'), t('Save a copy and open it in your own program.'));
    }
    return clinicalContent(this.#view, () => t('the shared document'), this.#link.label, this.#attachments);
  }

  #bySection({ sections }: SummaryView): TemplateResult {
    return html`${sections.map((section, index) => this.#section(section, `part-${index}`))}
    ${documentList(this.#view.documents, this.#link.label, this.#attachments)}`;
  }

  #section(section: SummarySection, id: string): TemplateResult {
    const title = summarySectionTitle(section.code, section.title);
    if (section.items.length > 0) return itemTable(id, title, section.items);
    // Words of another program stand as they are; the sentence of this one is said in the reader's language.
    const words = section.words === NOTHING_RECORDED ? t('Nothing is recorded here.') : section.words;
    return html`<section class="kind" aria-labelledby=${id}>
      <h2 id=${id}>${title}</h2>
      <p class="muted pre">${words || t('Nothing is recorded here.')}</p>
    </section>`;
  }
}

/** What a summary of this vault says in an empty section (`sdk/exports/ips.ts`). */
const NOTHING_RECORDED = 'Nothing is recorded in this wallet.';
