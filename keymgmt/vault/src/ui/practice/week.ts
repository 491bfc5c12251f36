/** The week's visits against the limit, and the measures beside it; the same figures as a table. */

import { html, nothing, type TemplateResult } from 'lit-html';

import type { DayLoad, Measures } from '../../sdk/practice/measures.ts';
import { duration, number } from '../format.ts';
import { locale, t, tn } from '../i18n.ts';
import { barChart } from './bars.ts';

/** Bars for the seven days, and the measures of now. */
export function weekSection(measures: Measures): TemplateResult {
  const over = measures.week.filter((day) => day.over);
  return html`<section class="sec" aria-labelledby="week">
    <h2 id="week">${t('Your week')}</h2>
    <p class="big">
      ${number(measures.planned)} <small>${tn('visit planned', 'visits planned', measures.planned)}</small>
    </p>
    <p class="small">
      ${
        over.length === 0
          ? t('No day is over {n} visits.', { n: measures.limit })
          : t('Over {n} visits: {days}. Offer some to a colleague, or move them.', {
              n: measures.limit,
              days: over.map((day) => weekday(day, 'long')).join(', '),
            })
      }
    </p>
    ${
      measures.planned === 0
        ? nothing
        : html`<figure class="chart week">
            ${chart(measures)}
            <figcaption>${t('Counted from the times in your own calendar, on this device.')}</figcaption>
          </figure>`
    }
    <details class="small">
      <summary>${t('Show as a table')}</summary>
      <div>
        <table>
          <caption class="vh">
            ${t('Visits by day')}
          </caption>
          <thead>
            <tr>
              <th scope="col">${t('Day')}</th>
              <th scope="col">${t('Visits')}</th>
            </tr>
          </thead>
          <tbody>
            ${measures.week.map(
              (day) =>
                html`<tr>
                  <th scope="row">${weekday(day, 'long')}</th>
                  <td>${number(day.visits)}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </details>
    <dl class="sum tight small">
      <div>
        <dt>${t('Median wait for a visit planned in the last 4 weeks')}</dt>
        <dd>${measures.medianWait === null ? t('none planned') : duration(measures.medianWait)}</dd>
      </div>
      <div>
        <dt>${t('Requests not answered')}</dt>
        <dd>${number(measures.unanswered)}</dd>
      </div>
      <div>
        <dt>${t('Patients whose access ends within 7 days')}</dt>
        <dd>${number(measures.endingSoon)}</dd>
      </div>
    </dl>
  </section>`;
}

function chart({ week, limit }: Measures): TemplateResult {
  const days = week.map((day) => `${weekday(day, 'long')} ${day.visits}`).join(', ');
  return barChart(
    week.map((day) => ({ count: day.visits, label: weekday(day, 'short'), over: day.over })),
    t('Visits by day against the limit of {n}: {days}.', { n: limit, days }),
    limit,
  );
}

function weekday(day: DayLoad, form: 'long' | 'short'): string {
  return new Date(day.day * 1000).toLocaleDateString(locale(), { weekday: form });
}
