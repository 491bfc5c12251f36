/**
 * The timeline: who can see, layers, search on this device, records by the month of what they tell. Sealed records are
 * out until opened.
 */

import { html, nothing, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';

import type { Reading } from '../api.ts';
import { announce, focusOn } from '../dom.ts';
import { type FoldedEvent, type Summary, foldedEvents, foldedWords, isSuperseded } from '../events.ts';
import { dayOf, fhirDate, size } from '../format.ts';
import { t, tn } from '../i18n.ts';
import { icon } from '../icons.ts';
import { isSensitive, layers, recordName, sectionTitle, typeTitle } from '../names.ts';
import { type Placed, hasDay, headingOf, inOrder } from '../order.ts';
import { entryState, marksExplained, saidBy, seenMark, sensitiveMark, stateMark } from '../parts/marks.ts';
import { People } from '../parts/people.ts';
import { empty, pending, shown } from '../parts/waiting.ts';
import { hashFor } from '../router.ts';
import { Resource, type Page, type Stage } from '../stage.ts';
import type { SearchHit } from '../../sdk/clinical/model.ts';
import type { Gist } from '../../sdk/gist.ts';
import type { Appointment, Calendar } from '../../sdk/practice/model.ts';
import type { AccessShown, ProfileShown, RecordRow } from '../../sdk/results.ts';
import { portalLink, topLink } from './links.ts';
import { seeStrip } from './see.ts';
import { Summaries, isReadable } from './summaries.ts';

/** Rows shown at first, and added by each press on "Show earlier". */
const PAGE = 30;

/** `#/timeline`, `#/timeline/<layer>`. */
export function timelinePage(stage: Stage): Page {
  return new Timeline(stage);
}

/** The page; what it has fetched may be read by what stands above it on the home page. */
export class Timeline implements Page {
  readonly records: Resource<readonly RecordRow[]>;
  readonly access: Resource<AccessShown>;
  readonly people: People;
  readonly #stage: Stage;
  readonly #vault: Reading;
  readonly #gists: Resource<Readonly<Record<string, Gist>>>;
  readonly #summaries: Summaries;
  readonly #layer: string;
  /** Asked for only where the list has something of it. */
  #profile: Resource<ProfileShown> | null = null;
  #calendar: Resource<Calendar> | null = null;
  #folded: { readonly of: ProfileShown; readonly events: ReadonlyMap<string, FoldedEvent> } | null = null;
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
    this.records = new Resource(() => stage.vault.recordList(), stage.update);
    this.access = new Resource(() => stage.vault.accessList(), stage.update);
    this.#gists = new Resource(() => stage.vault.recordGists(), stage.update);
    this.people = new People(stage.vault, stage.update);
    this.#summaries = new Summaries(stage.vault, stage.update);
  }

  title(): string {
    return t('Your records');
  }

  stop(): void {
    this.#summaries.stop();
    this.#turn += 1;
  }

  /** The folded profile, null while it is not there or when no entry is in the list. */
  get profile(): ProfileShown | null {
    return this.#profile?.value ?? null;
  }

  /** The event of each visit that counts, null while they are not there or when none is in the list. */
  get visits(): readonly Appointment[] | null {
    return this.#calendar?.value?.visits ?? null;
  }

  /** The events of the calendar that could not be read. */
  get calendarGaps(): readonly string[] {
    return this.#calendar?.value?.unreadable ?? [];
  }

  /** Whether all that the list refers to has come, or is known not to come. */
  get complete(): boolean {
    const rows = this.records.value;
    const asked = [
      this.access,
      this.#gists,
      ...(rows?.some(isProfileEvent) ? [this.#profile] : []),
      ...(rows?.some(isActivityEvent) ? [this.#calendar] : []),
    ];
    return rows !== null && asked.every((one) => one !== null && (one.value !== null || one.error !== null));
  }

  /** What is known of a record's content, null for what is not opened yet or only a file. */
  gist(record: string): Gist | null {
    return this.#summaries.gist(record) ?? this.#gists.value?.[record] ?? null;
  }

  /** What the profile's fold knows of an event, null for what is none. */
  event(record: string): FoldedEvent | null {
    const { profile } = this;
    if (profile === null) return null;
    if (this.#folded?.of !== profile) this.#folded = { of: profile, events: foldedEvents(profile) };
    return this.#folded.events.get(record) ?? null;
  }

  /** A record's line, null while it is not opened or when it has none. */
  summary(record: string): Summary | null {
    return this.#summaries.of(record);
  }

  render(): TemplateResult {
    return html`${shown(this.records, (records) => this.#content(records))}`;
  }

  #content(records: readonly RecordRow[]): TemplateResult {
    const sealed = records.filter(isSealed).length;
    this.#ask(records);
    const rows = inOrder(
      records.filter((row) => this.#inLayer(row)),
      (record) => this.gist(record),
    );
    return html`
      ${
        this.access.value === null
          ? nothing
          : seeStrip(this.access.value, this.people, this.#stage.deployment.platform, sealed)
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
      ${this.#mayMeasure && rows.length > 0 ? html`<p class="gap-below"><a href="#/charts">${t('Measurements over time')}</a></p>` : nothing}
      ${records.length === 0 ? nothing : this.#search()}
      ${this.#searching ? pending(t('Searching; the first time, your records are opened …')) : nothing}
      ${this.#hits === null ? this.#rows(rows) : this.#found(this.#hits, records)} ${marksExplained()}
    `;
  }

  #ask(records: readonly RecordRow[]): void {
    if (records.some(isProfileEvent)) {
      this.#profile ??= new Resource(() => this.#vault.profileShow(), this.#stage.update);
    }
    if (records.some(isActivityEvent)) {
      this.#calendar ??= new Resource(() => this.#vault.appointmentList(), this.#stage.update);
    }
  }

  #heading(): string {
    if (this.#layer === 'everything') return t('Timeline');
    return layers().find(([id]) => id === this.#layer)?.[1] ?? t('Timeline');
  }

  /** Whether what is measured is among the records of this part. */
  get #mayMeasure(): boolean {
    return this.#layer === 'everything' || this.#layer === 'profile';
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

  #rows(rows: readonly Placed[]): unknown {
    if (rows.length === 0) return this.#empty();
    if (this.#layer === 'sealed' && !this.#unsealed) return this.#seal(rows.length);
    const shownRows = rows.slice(0, this.#limit);
    this.#want(rows, shownRows);
    const headings = [...new Set(shownRows.map(headingOf))];
    return html`
      ${headings.map(
        (heading) =>
          html`<h2 class="month">${heading}</h2>
            <ul class="rows" role="list">
              ${repeat(
                shownRows.filter((placed) => headingOf(placed) === heading),
                ({ row }) => row.record,
                (placed) => this.#row(placed),
              )}
            </ul>`,
      )}
      ${
        rows.length > this.#limit
          ? html`<p class="gap-top">
              <button class="link" type="button" @click=${() => this.#more(rows[this.#limit]?.row)}>
                ${tn('Show {n} earlier record', 'Show {n} earlier records', rows.length - this.#limit)}
              </button>
            </p>`
          : nothing
      }
    `;
  }

  /** What is shown is opened first; then whatever has never told this device when it happened. */
  #want(rows: readonly Placed[], shownRows: readonly Placed[]): void {
    const remembered = this.#gists.value;
    this.#summaries.want(shownRows.map(({ row }) => row));
    if (remembered === null) return;
    this.#summaries.want(rows.map(({ row }) => row).filter((row) => isReadable(row) && !(row.record in remembered)));
  }

  #row(placed: Placed): TemplateResult {
    const { row, time } = placed;
    const event = isProfileEvent(row) ? this.event(row.record) : null;
    const summary = event === null ? this.summary(row.record) : foldedWords(event);
    const title = summary?.title ?? recordName(row);
    const value = summary?.value ?? plainValue(row);
    return html`<li class="row ${isSealed(row) ? 'sealed' : ''}">
      <time datetime=${new Date(time * 1000).toISOString().slice(0, 10)}
        >${hasDay(placed) ? dayOf(time) : nothing}</time
      >
      <div>
        <h3>
          ${isSealed(row) ? icon('lock') : nothing}
          <a id=${linkId(row)} href=${hashFor(['record', row.record])}>${title}</a>
        </h3>
        ${value === '' ? nothing : html`<p class="val">${value}</p>`}
        <p class="by">
          ${this.#said(row)} · ${this.#section(row, event)}
          ${isSensitive(row.section) && !isSealed(row) ? html` · ${sensitiveMark()}` : nothing}
          ${isSealed(row) ? html` · ${t('hidden again when you lock')}` : nothing}
        </p>
      </div>
      <div class="end">${this.#counts(row, event)} ${stateMark(row.state)} ${seenMark(row.readers.length)}</div>
    </li>`;
  }

  /** What an event counts for now, beside the state of its record. */
  #counts(row: RecordRow, event: FoldedEvent | null): unknown {
    if (event !== null && event.mark === null) return entryState(event.entry.state);
    const visit = this.#summaries.visit(row.record);
    const old =
      visit !== null && visit.status === 'planned' && this.visits !== null && isSuperseded(visit, this.visits);
    return old ? html`<span class="tag">${t('Changed since')}</span>` : nothing;
  }

  #section(row: RecordRow, event: FoldedEvent | null): unknown {
    if (event === null) return sectionTitle(row.section);
    const words = sectionTitle(`profile/${event.entry.section}`);
    return portalLink(this.#stage.deployment.platform, '/patient/profile/', words);
  }

  #said(row: RecordRow): TemplateResult {
    if (row.problem !== null) return html`${t('Who wrote this could not be verified')}`;
    if (row.institution === null) return saidBy(null, null);
    return saidBy(
      this.people.name(row.author),
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
              <h2 class="h3"><a href=${hashFor(['record', hit.source.record])}>${hit.title}</a></h2>
              ${hit.value === '' ? nothing : html`<p class="val">${hit.value}</p>`}
              <p class="by">${sectionTitle(hit.section)}</p>
            </div>
            <div class="end"></div>
          </li>`,
      )}
    </ul>`;
  }

  #inLayer(row: RecordRow): boolean {
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

function isProfileEvent(row: RecordRow): boolean {
  return row.type === 'profile-event';
}

function isActivityEvent(row: RecordRow): boolean {
  return row.type === 'activity-event';
}

/** Whether a record lies in the sealed layer. */
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

function counted(rows: readonly Placed[]): string {
  const first = rows.at(-1);
  if (first === undefined) return '';
  return tn('{n} record since {year}', '{n} records since {year}', rows.length, {
    year: String(new Date(first.time * 1000).getFullYear()),
  });
}
