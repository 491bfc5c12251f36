/** Tables of what a FHIR record holds, one for each kind, in the order in which a clinician reads. */

import { html, nothing, type TemplateResult } from 'lit-html';

import { codedWord, detailTitle, detailValue, itemTitle, itemValue, ownTitle } from '../coded.ts';
import { fhirDate } from '../format.ts';
import { t } from '../i18n.ts';
import { icon } from '../icons.ts';
import { kindTitles } from '../names.ts';
import { type Attachments, documentList } from '../parts/attachments.ts';
import { charts, rangeText, type Author } from '../parts/chart.ts';
import type { ClinicalItem, ClinicalKind, ClinicalView, ObservationSeries, Source } from '../../sdk/clinical/model.ts';

/** What a clinician looks for before anything else. */
const FIRST: ReadonlySet<ClinicalKind> = new Set(['allergy', 'condition', 'medication']);

/** A whole record: whom it is about, what is dangerous to miss, charts, and the rest. */
export function clinicalContent(
  view: ClinicalView,
  author: Author,
  record: string,
  attachments: Attachments | null = null,
): TemplateResult {
  const tables = clinicalKinds(view);
  return html`${patientLine(view)} ${tables.filter(([kind]) => FIRST.has(kind)).map(tableOf)}
  ${charts(drawn(view), author)} ${tables.filter(([kind]) => !FIRST.has(kind)).map(tableOf)}
  ${documentList(view.documents, record, attachments)}`;
}

type Listed = readonly [kind: ClinicalKind, title: string, items: readonly ClinicalItem[]];

/** What changed over time, as a chart shows it; a value that stands alone is in its table. */
function drawn(view: ClinicalView): readonly ObservationSeries[] {
  return view.series.filter(({ points }) => points.length > 1);
}

/** The items by kind. Results that a chart shows are not listed again: "Show as a table" has every one of them. */
function clinicalKinds(view: ClinicalView): readonly Listed[] {
  const charted = new Set(drawn(view).flatMap(({ points }) => points.map(({ source }) => placeOf(source))));
  return kindTitles()
    .map(([kind, title]): Listed => {
      const items = view.items.filter((item) => item.kind === kind);
      return [
        kind,
        title,
        items.filter(
          ({ parts, source }) => kind !== 'observation' || parts.length > 0 || !charted.has(placeOf(source)),
        ),
      ];
    })
    .filter(([, , items]) => items.length > 0);
}

function placeOf({ record, place }: Source): string {
  return `${record} ${place}`;
}

function tableOf([kind, title, items]: Listed): TemplateResult {
  return itemTable(`kind-${kind}`, title, items);
}

/** Whom a record is about; nothing where it does not say. */
export function patientLine(view: ClinicalView): unknown {
  if (view.patient === null) return nothing;
  const { name, birthDate, sex } = view.patient;
  const parts = [
    name ?? '',
    birthDate === null ? '' : t('born {date}', { date: fhirDate(birthDate) }),
    codedWord(sex ?? ''),
  ];
  const text = parts.filter(Boolean).join(', ');
  return text === '' ? nothing : html`<p class="muted">${t('About: {person}', { person: text })}</p>`;
}

/** Items under a heading, with the columns that any of them needs. */
export function itemTable(id: string, title: string, items: readonly ClinicalItem[]): TemplateResult {
  const dated = items.some((item) => item.date !== null);
  const valued = items.some((item) => item.value !== '' || item.parts.length > 0);
  const ranged = items.some((item) => item.range !== null || item.parts.some((part) => part.range !== null));
  const statused = items.some((item) => item.status !== null);
  return html`<section class="kind" aria-labelledby=${id}>
    <h2 id=${id}>${title}</h2>
    <table class="flow">
      <caption class="vh">
        ${title}
      </caption>
      <thead>
        <tr>
          <th scope="col">${t('What')}</th>
          ${valued ? html`<th scope="col">${t('Value')}</th>` : nothing}
          ${ranged ? html`<th scope="col">${t('Usual range')}</th>` : nothing}
          ${statused ? html`<th scope="col">${t('Status')}</th>` : nothing}
          ${dated ? html`<th scope="col">${t('When')}</th>` : nothing}
        </tr>
      </thead>
      <tbody>
        ${items.map(
          (item) =>
            html`<tr>
              <th scope="row">${itemTitle(item)}${moreOf(item)}</th>
              ${valued ? html`<td>${valueOf(item)}</td>` : nothing}
              ${ranged ? cell(t('Usual range'), rangesOf(item)) : nothing}
              ${statused ? cell(t('Status'), item.status === null ? null : codedWord(item.status)) : nothing}
              ${dated ? cell(t('When'), item.date === null ? null : fhirDate(item.date), 'when') : nothing}
            </tr>`,
        )}
      </tbody>
    </table>
  </section>`;
}

/** A cell that names itself when the table is stacked; an empty one says nothing. */
function cell(label: string, content: unknown, name = ''): TemplateResult {
  return content === null ? html`<td></td>` : html`<td class=${name} data-l=${label}>${content}</td>`;
}

function valueOf(item: ClinicalItem): unknown {
  if (item.parts.length === 0) return html`${itemValue(item)} ${interpretation(item)}`;
  return html`${item.value === '' ? nothing : html`${item.value}<br />`}
  ${item.parts.map((part) => html`<span class="part">${itemTitle(part)}: ${itemValue(part)} ${interpretation(part)}</span>`)}`;
}

function interpretation(item: ClinicalItem): unknown {
  switch (item.interpretation) {
    case 'low':
      return html`<span class="tag warn">${t('low')}</span>`;
    case 'high':
      return html`<span class="tag warn">${t('high')}</span>`;
    case 'abnormal':
      return html`<span class="tag warn">${t('unusual')}</span>`;
    case 'critical':
      return html`<span class="tag stop">${icon('warn')} ${t('critical')}</span>`;
    default:
      return nothing;
  }
}

function rangesOf(item: ClinicalItem): unknown {
  if (item.range !== null) return rangeText(item.range);
  if (item.parts.every((part) => part.range === null)) return null;
  return item.parts
    .filter((part) => part.range !== null)
    .map((part) => html`<span class="part">${part.range === null ? '' : rangeText(part.range)}</span>`);
}

function moreOf(item: ClinicalItem): unknown {
  const codes = item.codes.filter((coding) => coding.code !== null);
  const own = ownTitle(item);
  if (item.details.length === 0 && codes.length === 0) return nothing;
  return html`<details class="small plain">
    <summary>${t('Details')}</summary>
    <div>
      ${own === null ? nothing : html`<p><span class="muted">${t('In the record:')}</span> ${own}</p>`}
      ${item.details.map(([name, value]) => html`<p><span class="muted">${detailTitle(name)}:</span> ${detailValue(name, value)}</p>`)}
      ${codes.map((coding) => html`<p class="mono">${coding.system ?? ''} ${coding.code}</p>`)}
    </div>
  </details>`;
}
