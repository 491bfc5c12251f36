/** What both ways of asking a patient share: why and how long, and the page after the request was sent. */

import { html, type TemplateResult } from 'lit-html';

import { addMonths, endOfDay, longDate } from '../format.ts';
import { t } from '../i18n.ts';
import { icon } from '../icons.ts';
import { select } from '../parts/forms.ts';
import type { TopStage } from '../stage.ts';
import { askedPurpose } from './people-lines.ts';

const MONTHS = [1, 3, 6, 12] as const;
const PURPOSES = ['care', 'second-opinion', 'emergency'] as const;

/** Why access is asked for, and for how many months. */
export interface Terms {
  readonly purpose: string;
  readonly months: number;
}

/** What a form begins with. */
export const USUAL_TERMS: Terms = { purpose: PURPOSES[0], months: 3 };

/** When access of so many months ends, Unix seconds. */
export function until(months: number): number {
  return endOfDay(addMonths(Date.now() / 1000, months));
}

/** The two fields. */
export function termFields(terms: Terms, changed: (terms: Terms) => void): TemplateResult {
  return html`<div class="pair">
    ${select(
      'purpose',
      t('Purpose'),
      PURPOSES.map((one) => [one, askedPurpose(one)] as const),
      terms.purpose,
      (purpose) => changed({ ...terms, purpose }),
    )}
    ${select(
      'months',
      t('How long'),
      MONTHS.map((n) => [String(n), t('until {date}', { date: longDate(until(n)) })] as const),
      String(terms.months),
      (months) => changed({ ...terms, months: Number(months) }),
    )}
  </div>`;
}

/** What was sent, and where the answer will be. */
export function sentView(stage: TopStage, title: string, where: string): TemplateResult {
  return html`<div class="stack done" role="status">
    <h2>${icon('yes')} ${title}</h2>
    <p>${where}</p>
    <div class="btns">
      <button class="btn" type="button" @click=${() => stage.leave('/practice/requests/')}>
        ${t('See your requests')}
      </button>
      <button class="btn second" type="button" @click=${() => stage.leave('/practice/')}>
        ${t('Back to your practice')}
      </button>
    </div>
  </div>`;
}
