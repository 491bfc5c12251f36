/** The timeline: who can see, layers, search on this device, records by month. Sealed records are out until opened. */

import { html, nothing, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';

import type { Reading } from '../api.ts';
import { announce, focusOn } from '../dom.ts';
import { dayOf, fhirDate, monthOf, shortAddress, size } from '../format.ts';
import { t, tn } from '../i18n.ts';
import { icon } from '../icons.ts';
import { isSensitive, layers, sectionTitle, typeTitle } from '../names.ts';
import { marksExplained, saidBy, seenMark, sensitiveMark, stateMark } from '../parts/marks.ts';
import { People } from '../parts/people.ts';
import { empty, pending, shown } from '../parts/waiting.ts';
import { hashFor } from '../router.ts';
import { Resource, type Page, type Stage } from '../stage.ts';
import type { SearchHit } from '../../sdk/clinical/model.ts';
import type { AccessShown, RecordRow } from '../../sdk/results.ts';
import { topLink } from './links.ts';
import { seeStrip } from './see.ts';
import { Summaries } from './summaries.ts';

/** Rows shown at first, and added by each press on "Show earlier". */
const PAGE = 30;

/** `#/timeline`, `#/timeline/<layer>`. */
export function timelinePage(stage: Stage): Page {
  return new Timeline(stage);
}

class Timeline implements Page {
  readonly #stage: Stage;
  readonly #vault: Reading;
  readonly #records: Resource<readonly RecordRow[]>;
  readonly #access: Resource<AccessShown>;
  readonly #people: People;
  readonly #summaries: Summaries;
  readonly #layer: string;
  #limit = PAGE;
  /** Sealed records show after a press, and not again after leaving the page or locking. */
  #unsealed = false;
  #query = '';
  #hits: readonly SearchHit[] | null = null;
  #searching = false;
  #turn = 0;

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#vault = stage.vault;
    this.#layer = stage.params['layer'] ?? 'everything';
    this.#records = new Resource(() => stage.vault.recordList(), stage.update);
    this.#access = new Resource(() => stage.vault.accessList(), stage.update);
    this.#people = new People(stage.vault, stage.update);
    this.#summaries = new Summaries(stage.vault, stage.update);
  }

  title(): string {
    return t('Your records');
  }

  stop(): void {
    this.#summaries.stop();
    this.#turn += 1;
  }

  render(): TemplateResult {
    return html`${shown(this.#records, (records) => this.#content(records))}`;
  }

  #content(records: readonly RecordRow[]): TemplateResult {
    const sealed = records.filter(isSealed).length;
    const rows = records.filter((row) => this.#inLayer(row)).sort((a, b) => b.created - a.created);
    return html`
      ${
        this.#access.value === null
          ? nothing
          : seeStrip(this.#access.value, this.#people, this.#stage.deployment.platform, sealed)
      }
      <nav class="layers" aria-label=${t('Parts of your wallet')}>
        <ul>
          ${layers().map(
            ([id, title]) =>
              html`<li>
                <a
                  href=${id === 'everything' ? '#/timeline' : hashFor(['timeline', id])}
                  aria-current=${id === this.#layer ? 'page' : nothing}
                >
                  ${id === 'sealed' ? icon('lock') : nothing} ${title}
                </a>
              </li>`,
          )}
        </ul>
      </nav>
      <div class="see-head">
        <h1 class="h2" data-heading>${this.#heading()}</h1>
        <span class="small muted">${counted(rows)}</span>
      </div>
      ${records.length === 0 ? nothing : this.#search()}
      ${this.#searching ? pending(t('Searching; the first time, your records are opened …')) : nothing}
      ${this.#hits === null ? this.#rows(rows) : this.#found(this.#hits, records)} ${marksExplained()}
    `;
  }

  #heading(): string {
    if (this.#layer === 'everything') return t('Timeline');
    return layers().find(([id]) => id === this.#layer)?.[1] ?? t('Timeline');
  }

  #search(): TemplateResult {
    return html`<form class="field search" role="search" @submit=${(event: Event) => event.preventDefault()}>
      <label for="q">${t('Search your records')} <span class="muted plain">(${t('on this device only')})</span></label>
      <input
        id="q"
        type="search"
        autocomplete="off"
        @input=${(event: Event) => void this.#find((event.target as HTMLInputElement).value)}
      />
    </form>`;
  }

  #rows(rows: readonly RecordRow[]): unknown {
    if (rows.length === 0) return this.#empty();
    if (this.#layer === 'sealed' && !this.#unsealed) return this.#seal(rows.length);
    const shownRows = rows.slice(0, this.#limit);
    this.#summaries.want(shownRows);
    const months = [...new Set(shownRows.map((row) => monthOf(row.created)))];
    return html`
      ${months.map(
        (month) =>
          html`<h2 class="month">${month}</h2>
            <ul class="rows" role="list">
              ${repeat(
                shownRows.filter((row) => monthOf(row.created) === month),
                (row) => row.record,
                (row) => this.#row(row),
              )}
            </ul>`,
      )}
      ${
        rows.length > this.#limit
          ? html`<p class="gap-top">
              <button class="link" type="button" @click=${() => this.#more(rows[this.#limit])}>
                ${tn('Show {n} earlier record', 'Show {n} earlier records', rows.length - this.#limit)}
              </button>
            </p>`
          : nothing
      }
    `;
  }

  #row(row: RecordRow): TemplateResult {
    const summary = this.#summaries.of(row.record);
    const title = summary?.title ?? row.name ?? t('Record {id}', { id: shortAddress(row.record) });
    const value = summary?.value ?? plainValue(row);
    return html`<li class="row ${isSealed(row) ? 'sealed' : ''}">
      <time datetime=${new Date(row.created * 1000).toISOString().slice(0, 10)}>${dayOf(row.created)}</time>
      <div>
        <h3>
          ${isSealed(row) ? icon('lock') : nothing}
          <a id=${linkId(row)} href=${hashFor(['record', row.record])}>${title}</a>
        </h3>
        ${value === '' ? nothing : html`<p class="val">${value}</p>`}
        <p class="by">
          ${this.#said(row)} · ${sectionTitle(row.section)}
          ${isSensitive(row.section) && !isSealed(row) ? html` · ${sensitiveMark()}` : nothing}
          ${isSealed(row) ? html` · ${t('hidden again when you lock')}` : nothing}
        </p>
      </div>
      <div class="end">${stateMark(row.state)} ${seenMark(row.readers.length)}</div>
    </li>`;
  }

  #said(row: RecordRow): TemplateResult {
    if (row.problem !== null) return html`${t('Who wrote this could not be verified')}`;
    if (row.institution === null) return saidBy(null, null);
    return saidBy(
      this.#people.name(row.author),
      this.#stage.deployment.institutions[row.institution] ?? row.institution,
    );
  }

  #empty(): TemplateResult {
    if (this.#layer === 'sealed') {
      return empty(
        t('You have no sealed records.'),
        t('Seal a record on its page: then nobody you share with sees that it exists.'),
      );
    }
    const what = this.#layer === 'everything' ? t('You have no records yet.') : t('You have no records here.');
    return empty(
      what,
      t('Add a file, or ask your practice to send what it has. Nobody sees it until you share it.'),
      topLink(['add'], html`${icon('add')} ${t('Add a record')}`, {}, 'btn'),
    );
  }

  #seal(count: number): TemplateResult {
    const open = () => {
      this.#unsealed = true;
      this.#stage.update();
    };
    return empty(
      tn('{n} sealed record.', '{n} sealed records.', count),
      t('Look around first: what is opened here stands on your screen until you leave this page or lock.'),
      html`<button class="btn" type="button" @click=${open}>${icon('eye')} ${t('Show sealed records')}</button>`,
    );
  }

  #found(hits: readonly SearchHit[], records: readonly RecordRow[]): TemplateResult {
    const visible = hits.filter((hit) => records.some((row) => row.record === hit.source.record && this.#inLayer(row)));
    if (visible.length === 0) {
      return empty(
        t('Nothing found for “{words}”.', { words: this.#query }),
        t('Try another word, or the beginning of one. Sealed records are searched in their own part.'),
      );
    }
    return html`<ul class="rows search-rows" role="list">
      ${visible.slice(0, 50).map(
        (hit) =>
          html`<li class="row">
            <time>${hit.date === null ? '' : fhirDate(hit.date)}</time>
            <div>
              <h3><a href=${hashFor(['record', hit.source.record])}>${hit.title}</a></h3>
              ${hit.value === '' ? nothing : html`<p class="val">${hit.value}</p>`}
              <p class="by">${sectionTitle(hit.section)}</p>
            </div>
            <div class="end"></div>
          </li>`,
      )}
    </ul>`;
  }

  #inLayer(row: RecordRow): boolean {
    if (row.type === 'profile-event' && this.#layer === 'everything') return !isSealed(row);
    if (this.#layer === 'everything') return !isSealed(row);
    return row.section === this.#layer || row.section.startsWith(`${this.#layer}/`);
  }

  /** Shows more rows; the focus goes on at the first of them. */
  #more(next: RecordRow | undefined): void {
    this.#limit += PAGE;
    this.#stage.update();
    if (next !== undefined) requestAnimationFrame(() => focusOn(linkId(next)));
  }

  async #find(words: string): Promise<void> {
    this.#query = words.trim();
    this.#turn += 1;
    const turn = this.#turn;
    if (this.#query.length < 2) {
      this.#hits = null;
      this.#searching = false;
      this.#stage.update();
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 150));
    if (turn !== this.#turn) return;
    this.#searching = true;
    this.#stage.update();
    try {
      const hits = await this.#vault.search(this.#query);
      if (turn !== this.#turn) return;
      this.#hits = hits;
      announce(tn('{n} record found', '{n} records found', hits.length));
    } catch {
      // Searching is a convenience over the list that is still there; the list is shown instead.
      this.#hits = null;
    }
    this.#searching = false;
    this.#stage.update();
  }
}

function isSealed(row: RecordRow): boolean {
  return row.section === 'sealed' || row.section.startsWith('sealed/');
}

function linkId(row: RecordRow): string {
  return `row-${row.record}`;
}

function plainValue(row: RecordRow): string {
  return [row.type === null ? '' : typeTitle(row.type), row.size === null ? '' : size(row.size)]
    .filter(Boolean)
    .join(', ');
}

function counted(rows: readonly RecordRow[]): string {
  const first = rows.at(-1);
  if (first === undefined) return '';
  return tn('{n} record since {year}', '{n} records since {year}', rows.length, {
    year: String(new Date(first.created * 1000).getFullYear()),
  });
}
