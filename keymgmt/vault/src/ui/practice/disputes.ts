/** What a patient disputes, and what a professional who answers for it can do: answer, or correct. */

import { html, nothing, type TemplateResult } from 'lit-html';

import type { PersonShown } from '../api.ts';
import { entryWords } from '../events.ts';
import { topLink } from '../frame/links.ts';
import { longDate } from '../format.ts';
import { t } from '../i18n.ts';
import { saidBy } from '../parts/marks.ts';
import type { People } from '../parts/people.ts';
import { hashFor } from '../router.ts';
import type { PatientRow } from '../../sdk/practice/model.ts';
import type { ProfileEntry } from '../../sdk/results.ts';
import { answersFor } from './answerable.ts';

/** The entries that nobody has answered for yet, with the patient's words. */
export function disputedList(
  entries: readonly ProfileEntry[],
  patient: PatientRow,
  people: People,
  me: PersonShown | null,
): unknown {
  if (entries.length === 0) return nothing;
  return html`<section class="sec" aria-labelledby="disputed">
    <h2 id="disputed">${t('The patient says this is wrong')}</h2>
    <ul class="rows" role="list">
      ${entries.map((entry) => row(entry))}
    </ul>
  </section>`;

  function row(entry: ProfileEntry): TemplateResult {
    const { title, value } = entryWords(entry.section, entry.entry);
    const dispute = entry.marks.findLast((mark) => mark.kind === 'dispute');
    const said =
      entry.institution === null
        ? t('Added by the patient')
        : saidBy(people.name(entry.author), people.institution(entry.author));
    return html`<li class="row flag">
      <div>
        <h3><a href=${hashFor(['practice-record', patient.slug, entry.event])}>${title}</a></h3>
        ${value === '' ? nothing : html`<p class="val">${value}</p>`}
        <p class="by">${said} · ${longDate(entry.at)}</p>
        ${
          dispute === undefined
            ? nothing
            : html`<p>${longDate(dispute.at)}:</p>
                <blockquote class="quoted">${dispute.reason}</blockquote>`
        }
        ${acts(entry)}
      </div>
      <div class="end"><span class="tag warn">${t('Disputed')}</span></div>
    </li>`;
  }

  function acts(entry: ProfileEntry): TemplateResult {
    if (!answersFor(me, entry)) {
      return html`<p class="hint">${t('Its author, or somebody of the same institution, answers for it.')}</p>`;
    }
    if (!patient.append) {
      const asking = { wallet: patient.wallet, sections: patient.sections.join(','), append: '1' };
      return html`<p>${topLink(['request'], t('Ask to add entries'), asking)}</p>`;
    }
    return html`<div class="btns">
      ${topLink(['answer', entry.event], t('Answer the dispute'), { patient: patient.wallet }, 'btn')}
      ${topLink(['append'], t('Correct this entry'), { patient: patient.wallet, corrects: entry.event }, 'btn second')}
    </div>`;
  }
}
