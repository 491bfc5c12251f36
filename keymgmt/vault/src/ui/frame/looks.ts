/** Who looked: every time a key was given, and every refusal, each row tied to its root on the ledger. */

import { html, nothing, type TemplateResult } from 'lit-html';

import { announce, save } from '../dom.ts';
import { notice } from '../errors.ts';
import { focusReadable } from '../focus.ts';
import { clock, fingerprint, moment, number, shortAddress } from '../format.ts';
import { t, tn, tx } from '../i18n.ts';
import { icon, namedIcon } from '../icons.ts';
import { BY_LINK, filtered, filteredOpenings, isOpening, type Line, lines, summed, type LookFilter } from '../looks.ts';
import { oddTitle, outcomeTitle, purposeTitle, sectionTitle } from '../names.ts';
import { select } from '../parts/forms.ts';
import { stateMark } from '../parts/marks.ts';
import { empty, shown } from '../parts/waiting.ts';
import { hashFor } from '../router.ts';
import { Resource, type Page, type Stage } from '../stage.ts';
import type { LinkOpening, LookRow, RecordRow } from '../../sdk/results.ts';
import { type MarkedLook, marked } from '../../sdk/unusual.ts';

const PAGE = 40;

/** `#/looks`. */
export function looksPage(stage: Stage): Page {
  return new Looks(stage);
}

class Looks implements Page {
  readonly #stage: Stage;
  readonly #log: Resource<readonly MarkedLook[]>;
  readonly #openings: Resource<readonly LinkOpening[]>;
  readonly #records: Resource<readonly RecordRow[]>;
  readonly #read = Date.now() / 1000;
  #filter: LookFilter = { who: '', section: '', days: 30, outcome: '' };
  #limit = PAGE;
  #error: unknown = null;

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#log = new Resource(async () => marked(await stage.vault.accessLog()), stage.update);
    this.#openings = new Resource(() => stage.vault.linkOpenings(), stage.update);
    this.#records = new Resource(() => stage.vault.recordList(), stage.update);
  }

  title(): string {
    return t('Who looked');
  }

  render(): TemplateResult {
    return html`
      <h1 class="h2 vh" data-heading>${t('Who looked')}</h1>
      ${shown(this.#log, (looks) => this.#content(looks), t('Asking every node for its log, and checking it …'))}
    `;
  }

  #content(looks: readonly MarkedLook[]): TemplateResult {
    const openings = this.#openings.value ?? [];
    if (looks.length === 0 && openings.length === 0 && this.#openings.error === null) {
      return empty(
        t('Nobody has looked at your records.'),
        t('Every time somebody is given a key, or is refused one, it is written down by the nodes and stands here.'),
      );
    }
    const rows = lines(
      filtered(looks, this.#filter, (record) => this.#sectionOf(record), this.#read),
      filteredOpenings(openings, this.#filter, this.#read),
    );
    return html`
      ${this.#summary(looks)} ${this.#byLink(openings)} ${this.#filters(looks, openings, rows.length)}
      ${this.#error === null ? nothing : notice(this.#error)}
      ${rows.length === 0 ? empty(t('No entries for this choice.'), t('Choose a longer time, or everyone.')) : this.#table(rows)}
      <div class="btns gap-top">
        <button class="btn quiet" type="button" @click=${() => void this.#export('csv')}>
          ${t('Save as a table (CSV)')}
        </button>
        <button class="btn quiet" type="button" @click=${() => void this.#export('fhir')}>
          ${t('Save as FHIR AuditEvents')}
        </button>
      </div>
      <details>
        <summary>${t('What this list can and cannot prove')}</summary>
        <div class="stack small">
          <p>
            ${t('It proves that a key was handed out. It cannot show whether the person then read the record, or looked at a copy they already had.')}
          </p>
          <p>
            ${t('Each line that nodes wrote down is tied to a block by its root, so nobody, medixain included, can remove it unnoticed. Lines about links are medixain’s word alone.')}
          </p>
        </div>
      </details>
    `;
  }

  #summary(looks: readonly MarkedLook[]): TemplateResult {
    const month = filtered(looks, { who: '', section: '', days: 30, outcome: '' }, () => '', this.#read);
    const { people, records, refused, odd } = summed(month);
    const pending = looks.filter(({ look }) => !look.final).length;
    return html`
      <p class="says">
        ${tx('In the last 30 days {people} opened {records}.', {
          people: html`<b>${tn('{n} person', '{n} people', people)}</b>`,
          records: html`<b>${tn('{n} record', '{n} records', records)}</b>`,
        })}
        ${refused > 0 ? tn('{n} try was refused.', '{n} tries were refused.', refused) : nothing}
        ${odd > 0 ? tn('{n} look is unusual.', '{n} looks are unusual.', odd) : nothing}
      </p>
      <p class="small muted">
        ${
          pending === 0
            ? html`<span class="state final">${icon('final')} ${t('Complete.')}</span>
                ${t('Every entry is tied to a final block.')}`
            : html`<span class="state anchored">${icon('anchored')} ${t('Newest still on their way.')}</span>
                ${tn('{n} entry is not tied to a final block yet.', '{n} entries are not tied to a final block yet.', pending)}`
        }
        ${t('Checked on this device at {time}.', { time: clock(this.#read) })}
      </p>
    `;
  }

  /** The openings in the last month, apart from the sum of looks: they rest on another word. */
  #byLink(openings: readonly LinkOpening[]): unknown {
    if (this.#openings.error !== null) {
      return html`<p class="small">
        ${icon('warn')} ${t('Openings of your links could not be asked for now; they are missing below.')}
      </p>`;
    }
    const month = filteredOpenings(openings, { who: '', section: '', days: 30, outcome: '' }, this.#read);
    if (month.length === 0) return nothing;
    return html`<p class="small muted">
      ${tn(
        'A link of yours was opened {n} time in the last 30 days. medixain saw that, not the nodes.',
        'Links of yours were opened {n} times in the last 30 days. medixain saw that, not the nodes.',
        month.length,
      )}
    </p>`;
  }

  #filters(looks: readonly MarkedLook[], openings: readonly LinkOpening[], count: number): TemplateResult {
    const people = new Map(looks.map(({ look }) => [look.who, nameOf(look)]));
    if (openings.length > 0) people.set(BY_LINK, t('Whoever had a link'));
    const sections = [...new Set((this.#records.value ?? []).map((row) => row.section))];
    const change = (part: Partial<LookFilter>) => {
      this.#filter = { ...this.#filter, ...part };
      this.#limit = PAGE;
      this.#stage.update();
      announce(t('Filter changed'));
    };
    return html`<form class="filter" aria-label=${t('Filter')} @submit=${(event: Event) => event.preventDefault()}>
      ${select('f-who', t('Who'), [['', t('Everyone')], ...people], this.#filter.who, (who) => change({ who }))}
      ${select('f-what', t('What'), [['', t('All sections')], ...sections.map((id) => [id, sectionTitle(id)] as const)], this.#filter.section, (section) => change({ section }))}
      ${select(
        'f-when',
        t('When'),
        [
          ['30', t('Last 30 days')],
          ['365', t('Last 12 months')],
          ['', t('All the time')],
        ],
        this.#filter.days === null ? '' : String(this.#filter.days),
        (days) => change({ days: days === '' ? null : Number(days) }),
      )}
      ${select(
        'f-outcome',
        t('Outcome'),
        [
          ['', t('All')],
          ['given', t('Opened')],
          ['refused', t('Refused')],
        ],
        this.#filter.outcome,
        (outcome) => change({ outcome: outcome as LookFilter['outcome'] }),
      )}
      <p class="small muted count" role="status">${tn('{n} entry', '{n} entries', count)}</p>
    </form>`;
  }

  #table(rows: readonly Line[]): TemplateResult {
    return html`<table class="flow">
        <caption class="vh">
          ${t('Access log, newest first')}
        </caption>
        <thead>
          <tr>
            <th scope="col">${t('When')}</th>
            <th scope="col">${t('Who')}</th>
            <th scope="col">${t('What they opened')}</th>
            <th scope="col">${t('Why they could')}</th>
            <th scope="col">${t('Proof')}</th>
          </tr>
        </thead>
        <tbody>
          ${rows.slice(0, this.#limit).map((row, index) => this.#row(row, index))}
        </tbody>
      </table>
      ${
        rows.length > this.#limit
          ? html`<p class="gap-top">
              <button class="link" type="button" @click=${() => this.#more()}>
                ${tn('Show {n} older entry', 'Show {n} older entries', rows.length - this.#limit)}
              </button>
            </p>`
          : nothing
      }`;
  }

  #row(line: Line, index: number): TemplateResult {
    return isOpening(line) ? this.#opening(line, index) : this.#look(line, index);
  }

  #opening({ recipient, label, at }: LinkOpening, index: number): TemplateResult {
    return html`<tr id=${rowId(index)}>
      <td class="nw">${moment(at, this.#read)}</td>
      <th scope="row">“${recipient}”<span class="sub">${t('says the reader; nobody checked it')}</span></th>
      <td>${label || t('Summary')}<span class="sub">${t('by a link')}</span></td>
      <td>${t('You made a link. Whoever has it can open it.')}</td>
      <td>
        <span class="tag">${t('Seen by medixain only')}</span>
        <span class="sub">${t('No node wrote it down, and no block holds it.')}</span>
      </td>
    </tr>`;
  }

  #look({ look, odd }: MarkedLook, index: number): TemplateResult {
    const given = look.outcome === 'given';
    return html`<tr id=${rowId(index)} class=${odd.length > 0 ? 'odd' : ''}>
      <td class="nw">${moment(look.when, this.#read)}</td>
      <th scope="row">
        ${nameOf(look)}
        ${look.institution === null ? nothing : html`<span class="sub">${namedIcon('verified', t('verified by'))} ${look.institution}</span>`}
      </th>
      <td>
        ${given ? html`<a href=${hashFor(['record', look.record])}>${this.#what(look)}</a>` : html`<span class="tag stop">${t('Refused')}</span>`}
        ${given ? html`<span class="sub">${sectionTitle(this.#sectionOf(look.record))}</span>` : html`<span class="sub">${t('Asked for: {what}', { what: this.#what(look) })}</span>`}
        ${odd.length === 0 ? nothing : html`<span class="sub"><span class="tag warn">${icon('warn')} ${t('Unusual:')} ${odd.map(oddTitle).join(', ')}</span></span>`}
      </td>
      <td>
        ${given ? t('You shared it: {purpose}', { purpose: purposeTitle(look.purpose) }) : outcomeTitle(look.outcome)}
      </td>
      <td>${stateMark(look.final ? 'final' : look.roots.length > 0 ? 'anchored' : 'received')} ${this.#proof(look)}</td>
    </tr>`;
  }

  #proof(look: LookRow): TemplateResult {
    return html`<details class="small">
      <summary>${tn('{n} node', '{n} nodes', look.nodes.length)}</summary>
      <div>
        ${look.roots.length === 0 ? html`<p>${t('Written down by {names}; its root is on its way.', { names: look.nodes.join(', ') })}</p>` : nothing}
        ${look.roots.map(
          (root) =>
            html`<p>
              ${t('Root {index} of node {node}:', { index: number(root.index), node: shortAddress(root.node) })}
              <span class="mono">${fingerprint(root.root)}</span>
            </p>`,
        )}
      </div>
    </details>`;
  }

  #what(look: LookRow): string {
    return look.what.startsWith('0x') ? t('Record {id}', { id: shortAddress(look.what) }) : look.what;
  }

  #sectionOf(record: string): string {
    return this.#records.value?.find((row) => row.record === record)?.section ?? '';
  }

  /** Shows more rows; the focus goes on at the first of them. */
  #more(): void {
    const next = this.#limit;
    this.#limit += PAGE;
    this.#stage.update();
    requestAnimationFrame(() => {
      const row = document.getElementById(rowId(next));
      if (row !== null) focusReadable(row);
    });
  }

  async #export(form: 'csv' | 'fhir'): Promise<void> {
    try {
      const file = await this.#stage.vault.exportLog(form);
      save(file.file, file.name);
      announce(t('“{name}” is saved', { name: file.name }));
    } catch (error) {
      this.#error = error;
      this.#stage.update();
    }
  }
}

function rowId(index: number): string {
  return `look-${index}`;
}

function nameOf(look: LookRow): string {
  return look.name ?? t('Professional {address}', { address: shortAddress(look.who) });
}
