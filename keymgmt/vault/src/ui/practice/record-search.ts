/** Search in a patient's opened record: an index in this document's memory, which asks nobody and ends with the page. */

import { html, nothing, type TemplateResult } from 'lit-html';

import type { ClinicalView, SearchHit } from '../../sdk/clinical/model.ts';
import { SearchIndex } from '../../sdk/clinical/search.ts';
import { fhirDate } from '../format.ts';
import { t, tn } from '../i18n.ts';
import { sectionTitle } from '../names.ts';
import { hashFor } from '../router.ts';

/** The field, and what it finds. */
export class RecordSearch {
  readonly #update: () => void;
  #indexed: { readonly view: ClinicalView; readonly index: SearchIndex } | null = null;
  #wanted = '';

  constructor(update: () => void) {
    this.#update = update;
  }

  /** The hits lead to their records under the patient's `slug`. */
  render(view: ClinicalView, slug: string): TemplateResult {
    const hits = this.#wanted.trim() === '' ? null : this.#index(view).search(this.#wanted);
    return html`<form class="field search sec" role="search" @submit=${(event: Event) => event.preventDefault()}>
        <label for="in-record">
          ${t('Find in this record')} <span class="muted plain">(${t('on this device only')})</span>
        </label>
        <input
          id="in-record"
          type="search"
          autocomplete="off"
          @input=${(event: Event) => this.#find((event.target as HTMLInputElement).value)}
        />
      </form>
      <p class="muted small" role="status">
        ${hits === null ? '' : hits.length === 0 ? t('Nothing found.') : tn('{n} entry found', '{n} entries found', hits.length)}
      </p>
      ${
        hits === null || hits.length === 0
          ? nothing
          : html`<ul class="rows search-rows" role="list">
              ${hits.map((hit) => hitRow(hit, slug))}
            </ul>`
      }`;
  }

  /** Forgets what was indexed and asked. */
  stop(): void {
    this.#indexed = null;
    this.#wanted = '';
  }

  #find(text: string): void {
    this.#wanted = text;
    this.#update();
  }

  #index(view: ClinicalView): SearchIndex {
    if (this.#indexed?.view !== view) {
      const index = new SearchIndex();
      for (const item of view.items) index.add(item);
      this.#indexed = { view, index };
    }
    return this.#indexed.index;
  }
}

function hitRow({ source, title, value, date, section }: SearchHit, slug: string): TemplateResult {
  return html`<li class="row">
    <time>${date === null ? '' : fhirDate(date)}</time>
    <div>
      <h3><a href=${hashFor(['practice-record', slug, source.record])}>${title}</a></h3>
      ${value === '' ? nothing : html`<p class="val">${value}</p>`}
      <p class="by">${sectionTitle(section)}</p>
    </div>
  </li>`;
}
