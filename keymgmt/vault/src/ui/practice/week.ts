/** The week's visits against the limit, and the measures beside it; the same figures as a table. */

import { html, nothing, svg, type TemplateResult } from 'lit-html';

import type { DayLoad, Measures } from '../../sdk/practice/measures.ts';
import { duration, number } from '../format.ts';
import { locale, t, tn } from '../i18n.ts';

const WIDTH = 300;
const HEIGHT = 150;
const STEP = WIDTH / 7;

/** Bars for the seven days: bars start at zero, a day over the limit differs in colour, number and word. */
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
    <figure class="chart week">
      ${chart(measures)}
      <figcaption>${t('Counted from the times in your own calendar, on this device.')}</figcaption>
    </figure>
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

function chart(measures: Measures): TemplateResult {
  const most = Math.max(measures.limit, ...measures.week.map((day) => day.visits)) * 1.15;
  const height = (visits: number) => (visits / most) * (HEIGHT - 40);
  const line = HEIGHT - 24 - height(measures.limit);
  const said = measures.week.map((day) => `${weekday(day, 'long')} ${day.visits}`).join(', ');
  return html`<svg
    viewBox="0 0 ${WIDTH} ${HEIGHT}"
    role="img"
    aria-label=${t('Visits by day against the limit of {n}: {days}.', { n: measures.limit, days: said })}
  >
    ${measures.week.map((day, index) => {
      const x = index * STEP + STEP / 2;
      const top = HEIGHT - 24 - height(day.visits);
      return svg`<rect class=${day.over ? 'b2' : 'b1'} x=${x - 14} y=${top} width="28" height=${height(day.visits)}></rect>
        ${day.visits === 0 ? nothing : svg`<text class=${day.over ? 'al' : 'k'} x=${x} y=${top - 4} text-anchor="middle">${day.visits}</text>`}
        <text x=${x} y=${HEIGHT - 6} text-anchor="middle">${weekday(day, 'short')}</text>`;
    })}
    ${svg`<path class="ax" d="M0 ${HEIGHT - 24}H${WIDTH}"></path><path class="ref" d="M0 ${line}H${WIDTH}"></path>`}
  </svg>`;
}

function weekday(day: DayLoad, form: 'long' | 'short'): string {
  return new Date(day.day * 1000).toLocaleDateString(locale(), { weekday: form });
}
