/** What does not fit together, in words: a hint for a professional, never a decision. Each side can be opened. */

import { html, nothing, type TemplateResult } from 'lit-html';

import type { ConsistencyFlag, FlagKind, Statement } from '../../sdk/clinical/model.ts';
import type { RecordRow } from '../../sdk/results.ts';
import { topLink } from '../frame/links.ts';
import { fhirDate, longDate } from '../format.ts';
import { t } from '../i18n.ts';
import { icon } from '../icons.ts';
import { saidBy } from '../parts/marks.ts';
import type { People } from '../parts/people.ts';
import { hashFor } from '../router.ts';

/** What says who wrote a side, and when: the patient's records, and the names of their authors. */
export interface Written {
  readonly slug: string;
  readonly rows: readonly RecordRow[];
  readonly people: People;
}

/** Alerts as a stop note, the rest as rows. */
export function flagList(flags: readonly ConsistencyFlag[], written: Written): unknown {
  if (flags.length === 0) return nothing;
  const alerts = flags.filter((flag) => flag.severity === 'alert');
  const rest = flags.filter((flag) => flag.severity !== 'alert');
  return html`
    ${alerts.map(
      (flag) =>
        html`<section class="note stop gap-below">
          <h2 class="h3">${icon('warn')} ${titleOf(flag)}</h2>
          <p>${sentence(flag)}</p>
          ${sides(flag, written)}
        </section>`,
    )}
    ${
      rest.length === 0
        ? nothing
        : html`<section class="sec" aria-labelledby="flags">
            <h2 id="flags">${t('Records that do not agree')}</h2>
            <ul class="rows" role="list">
              ${rest.map((flag) => row(flag, written))}
            </ul>
          </section>`
    }
  `;
}

function row(flag: ConsistencyFlag, written: Written): TemplateResult {
  return html`<li class="row flag">
    <div>
      <h3>${titleOf(flag)}</h3>
      <p>${sentence(flag)}</p>
      ${sides(flag, written)}
    </div>
    <div class="end">
      <span class="tag ${flag.severity === 'info' ? '' : 'warn'}"
        >${flag.severity === 'info' ? t('To know') : t('Look at it')}</span
      >
    </div>
  </li>`;
}

/** Both sides, each with who wrote it, when, and the way to it. */
function sides({ sources }: ConsistencyFlag, written: Written): TemplateResult {
  return html`<ul class="sides" role="list">
    ${sources.map((side) => html`<li>${sideOf(side, written)}</li>`)}
  </ul>`;
}

function sideOf(side: Statement, { slug, rows, people }: Written): TemplateResult {
  const words = [side.title, side.value].filter((part) => part !== '').join(', ') || t('Entry');
  const found = rows.find(({ record }) => record === side.record);
  // What is not among the patient's records stands in the professional's own calendar.
  if (found === undefined) return html`${topLink(['appointment', side.record], words)} · ${t('in your own calendar')}`;
  const said =
    found.institution === null
      ? t('Added by the patient')
      : saidBy(people.name(found.author), people.institution(found.author));
  return html`<a href=${hashFor(['practice-record', slug, side.record])}>${words}</a> · ${said} ·
    ${longDate(found.created)}`;
}

function titleOf({ kind }: ConsistencyFlag): string {
  const titles: Readonly<Record<FlagKind, string>> = {
    'blood-group-change': t('The blood group changes'),
    'sex-specific-condition': t('A condition does not fit the recorded sex'),
    'overlapping-appointments': t('Two visits overlap'),
    'duplicate-prescription': t('Prescribed twice'),
    'drug-against-allergy': t('Check before the next dose'),
    'conflicting-entries': t('Two entries do not agree'),
    'disputed-entry': t('The patient says this is wrong'),
  };
  return titles[kind];
}

/** What does not fit, in one sentence. */
function sentence({ kind, values }: ConsistencyFlag): string {
  switch (kind) {
    case 'blood-group-change':
      return t('{before} was recorded first, {after} later.', values);
    case 'sex-specific-condition':
      return t('{condition} is on record; the recorded sex is: {sex}.', {
        condition: values['condition'] ?? '',
        sex: values['sex'] === 'female' ? t('female') : t('male'),
      });
    case 'overlapping-appointments':
      return t('{first} is not over when {second} begins: {at}.', { ...values, at: fhirDate(values['at'] ?? '') });
    case 'duplicate-prescription':
      return t('{drug} stands in {count} prescriptions that run.', values);
    case 'drug-against-allergy':
      return t('{drug} is taken, and an allergy is on record: {allergy}.', values);
    case 'conflicting-entries':
      return t('The patient has not said which of them is right.');
    default:
      return `“${values['reason'] ?? ''}”`;
  }
}
