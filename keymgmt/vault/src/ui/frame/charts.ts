/** One chart for each measured thing, with its values from all records; what was measured once is a list. */

import { html, nothing, type TemplateResult } from 'lit-html';

import { measuredTitle, unitTitle } from '../coded.ts';
import { amount, longDate } from '../format.ts';
import { t } from '../i18n.ts';
import { icon } from '../icons.ts';
import { charts, rangeText } from '../parts/chart.ts';
import { People } from '../parts/people.ts';
import { empty, shown } from '../parts/waiting.ts';
import { hashFor } from '../router.ts';
import { Resource, type Page, type Stage } from '../stage.ts';
import type { ObservationSeries, SeriesPoint } from '../../sdk/clinical/model.ts';
import { topLink } from './links.ts';

/** `#/charts`. */
export function chartsPage(stage: Stage): Page {
  const series = new Resource(() => stage.vault.seriesList(), stage.update);
  const people = new People(stage.vault, stage.update);

  return {
    title: () => t('Measurements over time'),
    stop: () => {
      series.value = null;
    },
    render: () => html`
      <a class="back" href="#/timeline">${icon('back')} ${t('Back to your timeline')}</a>
      <h1 class="xl gap-below" data-heading>${t('Measurements over time')}</h1>
      ${shown(series, content, t('Opening all your records on this device, to put their values together …'))}
    `,
  };

  function content(found: readonly ObservationSeries[]): TemplateResult {
    if (found.length === 0) {
      return empty(
        t('No measured values yet.'),
        t('Test results and measurements that you import, or that your practice adds, are put together here.'),
        topLink(['add'], t('Add a record'), {}, 'btn'),
      );
    }
    const once = found.filter((one) => one.points.length === 1);
    return html`
      <p class="gap-below">
        ${t('Values of all your records together, each thing in one chart. Sealed records are not among them.')}
      </p>
      ${charts(
        found.filter((one) => one.points.length > 1),
        author,
      )}
      ${once.length === 0 ? nothing : measuredOnce(once)}
    `;
  }

  function author({ source }: SeriesPoint): string {
    if (source.author === null || source.institution === null) return t('Added by you');
    return stage.deployment.institutions[source.institution] ?? people.name(source.author);
  }
}

function measuredOnce(series: readonly ObservationSeries[]): TemplateResult {
  return html`<section class="sec" aria-labelledby="once">
    <h2 id="once">${t('Measured once')}</h2>
    <table class="flow">
      <caption class="vh">
        ${t('Measured once')}
      </caption>
      <thead>
        <tr>
          <th scope="col">${t('What')}</th>
          <th scope="col">${t('Value')}</th>
          <th scope="col">${t('Usual range')}</th>
          <th scope="col">${t('When')}</th>
        </tr>
      </thead>
      <tbody>
        ${series.map(({ title, loinc, unit, range, points: [point] }) =>
          point === undefined
            ? nothing
            : html`<tr>
                <th scope="row">
                  <a href=${hashFor(['record', point.source.record])}>${measuredTitle(loinc, title)}</a>
                </th>
                <td>${amount(point.value, unitTitle(unit))}</td>
                ${range === null ? html`<td></td>` : html`<td data-l=${t('Usual range')}>${rangeText(range)}</td>`}
                <td data-l=${t('When')}>${longDate(point.time)}</td>
              </tr>`,
        )}
      </tbody>
    </table>
  </section>`;
}
