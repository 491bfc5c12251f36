/** `#/requests`: what this professional asked of patients, for herself and for colleagues, and who answered. */

import { html, nothing, type TemplateResult } from 'lit-html';

import type { PatientRow, SentRequest } from '../../sdk/practice/model.ts';
import type { ReferralRow } from '../../sdk/results.ts';
import { moment, shortAddress, shortDate } from '../format.ts';
import { t } from '../i18n.ts';
import { icon } from '../icons.ts';
import { sectionTitles } from '../names.ts';
import { People } from '../parts/people.ts';
import { empty, shown } from '../parts/waiting.ts';
import { Resource, type Page, type Stage } from '../stage.ts';
import { topLink } from '../frame/links.ts';
import { askedPurpose, patientName } from './people-lines.ts';

/** What this professional sent, and the patients whose names this device knows. */
interface Asked {
  readonly requests: readonly SentRequest[];
  readonly referrals: readonly ReferralRow[];
  readonly patients: readonly PatientRow[];
}

/** `#/requests`. */
export function requestsPage(stage: Stage): Page {
  const people = new People(stage.vault, stage.update);
  const asked = new Resource(() => load(stage), stage.update);
  return {
    title: () => t('Requests'),
    render: () => html`
      <div class="see-head"><h1 class="h2" data-heading>${t('What you asked for')}</h1></div>
      ${shown(asked, (found) => html`${content(found)} ${proposed(found, people)}`, t('Looking for answers …'))}
    `,
  };
}

async function load({ vault }: Stage): Promise<Asked> {
  const [requests, patients, access] = [
    await vault.sentRequests(),
    await vault.patientList(),
    await vault.accessList(),
  ];
  return { requests, patients, referrals: access.referrals };
}

function proposed({ referrals, patients }: Asked, people: People): unknown {
  if (referrals.length === 0) return nothing;
  return html`<section class="sec" aria-labelledby="proposed">
    <h2 id="proposed">${t('Colleagues you proposed')}</h2>
    <table class="flow">
      <caption class="vh">
        ${t('Colleagues you proposed')}
      </caption>
      <thead>
        <tr>
          <th scope="col">${t('Sent')}</th>
          <th scope="col">${t('Patient')}</th>
          <th scope="col">${t('Colleague')}</th>
          <th scope="col">${t('Sections')}</th>
          <th scope="col">${t('Answer')}</th>
        </tr>
      </thead>
      <tbody>
        ${referrals.map((row) => {
          const institution = people.institution(row.colleague);
          return html`<tr>
            <td class="nw">${moment(row.sent)}</td>
            <th scope="row">${whose(row, patients)}</th>
            <td>
              ${people.name(row.colleague)}
              ${institution === null ? nothing : html`<span class="sub">${icon('verified')} ${institution}</span>`}
            </td>
            <td>
              ${sectionTitles(row.sections)}
              <span class="sub">${wish(row)}</span>
            </td>
            <td data-l=${t('Answer')}>${referralAnswer(row)}</td>
          </tr>`;
        })}
      </tbody>
    </table>
  </section>`;
}

/** The patient by name where this device knows it. */
function whose({ wallet }: SentRequest | ReferralRow, patients: readonly PatientRow[]): unknown {
  const patient = patients.find((one) => one.wallet.toLowerCase() === wallet.toLowerCase());
  return patient === undefined ? html`<span class="mono">${shortAddress(wallet)}</span>` : patientName(patient);
}

/** Purpose, end and whether adding was asked for, in one line. */
function wish(row: SentRequest | ReferralRow): TemplateResult {
  const end = t('until {date}', { date: shortDate(row.until) });
  return html`${askedPurpose(row.purpose)}, ${end}${row.append ? html` · ${t('with adding')}` : nothing}`;
}

function referralAnswer({ state }: ReferralRow): TemplateResult {
  switch (state) {
    case 'given':
      return html`<span class="tag ok">${t('Access given')}</span>`;
    case 'declined':
      return html`<span class="tag">${t('Declined')}</span>`;
    case 'expired':
      return html`<span class="muted">${t('Ran out')}</span>`;
    case 'waiting':
      return html`<span class="tag">${t('Not answered yet')}</span>`;
  }
}

function content({ requests: rows, referrals, patients }: Asked): unknown {
  if (rows.length === 0 && referrals.length > 0)
    return html`<p class="muted">${t('You have asked nobody for yourself from this device.')}</p>`;
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
              <th scope="row">${whose(row, patients)}</th>
              <td>
                ${sectionTitles(row.sections)}
                <span class="sub">${wish(row)}</span>
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
