/** `#/requests`: what this professional asked of patients, and who answered. */

import { html, nothing, type TemplateResult } from 'lit-html';

import type { SentRequest } from '../../sdk/practice/model.ts';
import { moment, shortAddress, shortDate } from '../format.ts';
import { t } from '../i18n.ts';
import { purposeTitle, sectionTitles } from '../names.ts';
import { empty, shown } from '../parts/waiting.ts';
import { Resource, type Page, type Stage } from '../stage.ts';
import { topLink } from '../frame/links.ts';

/** `#/requests`. */
export function requestsPage(stage: Stage): Page {
  const requests = new Resource(() => stage.vault.sentRequests(), stage.update);
  return {
    title: () => t('Requests'),
    render: () => html`
      <div class="see-head"><h1 class="h2" data-heading>${t('What you asked for')}</h1></div>
      ${shown(requests, content, t('Looking for answers …'))}
    `,
  };
}

function content(rows: readonly SentRequest[]): TemplateResult {
  if (rows.length === 0) {
    return empty(
      t('You have asked nobody from this device.'),
      t('A request names the sections, the purpose and how long. The patient decides.'),
      topLink(['request'], t('Request access'), {}, 'btn'),
    );
  }
  return html`<table class="flow">
      <caption class="vh">
        ${t('What you asked for')}
      </caption>
      <thead>
        <tr>
          <th scope="col">${t('Sent')}</th>
          <th scope="col">${t('Patient')}</th>
          <th scope="col">${t('Sections')}</th>
          <th scope="col">${t('Answer')}</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              <td class="nw">${moment(row.sent)}</td>
              <th scope="row"><span class="mono">${shortAddress(row.wallet)}</span></th>
              <td>
                ${sectionTitles(row.sections)}
                <span class="sub"
                  >${purposeTitle(row.purpose)},
                  ${t('until {date}', { date: shortDate(row.until) })}${row.append ? html` · ${t('with adding')}` : nothing}</span
                >
              </td>
              <td data-l=${t('Answer')}>${answer(row)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    <p class="muted small gap-top">
      ${t('A patient who does not want to share need not answer, and gives no reason.')}
    </p>`;
}

function answer(row: SentRequest): TemplateResult {
  if (row.answered) return html`<span class="tag ok">${t('Access given')}</span>`;
  if (row.until < Date.now() / 1000) return html`<span class="muted">${t('Ran out')}</span>`;
  return html`<span class="tag">${t('Not answered yet')}</span>`;
}
