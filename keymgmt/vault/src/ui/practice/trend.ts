/** The last weeks of a professional's work in bars and as a table; docs/measures.md defines each column. */

import { html, type TemplateResult } from 'lit-html';

import type { WeekLoad } from '../../sdk/practice/measures.ts';
import { duration, longDate, number, shortDate } from '../format.ts';
import { portalLink } from '../frame/links.ts';
import { locale, t } from '../i18n.ts';
import { barChart } from './bars.ts';

/** Bars of visits by week, every measure by week below, and what the measures are. */
export function trendSection(platform: string, weeks: readonly WeekLoad[]): TemplateResult {
  return html`<section class="sec" aria-labelledby="trend">
    <h2 id="trend">${t('The last {n} weeks', { n: weeks.length })}</h2>
    ${
      weeks.every(({ visits }) => visits === 0)
        ? html`<p class="muted">${t('No visits in these weeks.')}</p>`
        : html`<figure class="chart week">
            ${chart(weeks)}
            <figcaption>${t('Visits by week; the last bar is this week with what is still planned.')}</figcaption>
          </figure>`
    }
    <details class="small">
      <summary>${t('Show as a table')}</summary>
      <div>${table(weeks)}</div>
    </details>
    <p class="small">
      ${portalLink(platform, '/practice/measures/', t('What these figures mean, and what they do not say'))}
    </p>
  </section>`;
}

function chart(weeks: readonly WeekLoad[]): TemplateResult {
  const said = weeks.map(({ from, visits }) => `${longDate(from)} ${visits}`).join(', ');
  return barChart(
    // Days of eight weeks do not fit side by side: every second one is named, the current one among them.
    weeks.map(({ from, visits }, index) => {
      const label = (weeks.length - index) % 2 === 1 ? dayAndMonth(from) : '';
      return { count: visits, label, over: false };
    }),
    t('Visits by week, from the Monday named on: {weeks}.', { weeks: said }),
  );
}

function table(weeks: readonly WeekLoad[]): TemplateResult {
  return html`<table class="flow">
    <caption class="vh">
      ${t('Measures by week')}
    </caption>
    <thead>
      <tr>
        <th scope="col">${t('Week from')}</th>
        <th scope="col">${t('Visits')}</th>
        <th scope="col">${t('Cancelled')}</th>
        <th scope="col">${t('Median wait')}</th>
        <th scope="col">${t('Requests sent')}</th>
      </tr>
    </thead>
    <tbody>
      ${weeks.toReversed().map(
        (week) =>
          html`<tr>
            <th scope="row">${shortDate(week.from)}</th>
            <td data-l=${t('Visits')}>${number(week.visits)}</td>
            <td data-l=${t('Cancelled')}>${number(week.cancelled)}</td>
            <td data-l=${t('Median wait')}>
              ${week.medianWait === null ? t('none planned') : duration(week.medianWait)}
            </td>
            <td data-l=${t('Requests sent')}>${number(week.requests)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function dayAndMonth(time: number): string {
  return new Date(time * 1000).toLocaleDateString(locale(), { day: 'numeric', month: 'numeric' });
}
