/** `#/patients`: everybody who lets this professional see something. Nothing is opened by looking at the list. */

import { html, nothing, type TemplateResult } from 'lit-html';

import type { PatientRow } from '../../sdk/practice/model.ts';
import { t, tn } from '../i18n.ts';
import { empty, shown } from '../parts/waiting.ts';
import { Resource, type Page, type Stage } from '../stage.ts';
import { topLink } from '../frame/links.ts';
import { accessEnds, mayShow, patientLink, patientName } from './people-lines.ts';

/** `#/patients`. */
export function patientsPage(stage: Stage): Page {
  const patients = new Resource(() => stage.vault.patientList(), stage.update);
  let wanted = '';

  return {
    title: () => t('Patients who trust you'),
    render: () => html`
      <div class="see-head"><h1 class="h2" data-heading>${t('Patients who trust you')}</h1></div>
      ${shown(patients, content, t('Looking for patients who trust you …'))}
    `,
  };

  function content(rows: readonly PatientRow[]): TemplateResult {
    if (rows.length === 0) {
      return empty(
        t('Nobody lets you see anything yet.'),
        t('Ask a patient for access with the address of the patient’s wallet. Each decides alone.'),
        topLink(['request'], t('Request access'), {}, 'btn'),
      );
    }
    const found = rows.filter((row) => matches(row, wanted));
    return html`
      <form class="field search" role="search" @submit=${(event: Event) => event.preventDefault()}>
        <label for="q">${t('Find a patient')} <span class="muted plain">(${t('on this device only')})</span></label>
        <input
          id="q"
          type="search"
          autocomplete="off"
          @input=${(event: Event) => find((event.target as HTMLInputElement).value)}
        />
      </form>
      <p class="muted small gap-top" role="status">${tn('{n} patient', '{n} patients', found.length)}</p>
      ${found.length === 0 ? nothing : patientTable(stage, found)}
    `;
  }

  function find(text: string): void {
    wanted = text;
    stage.update();
  }
}

/** Patients as a table. */
export function patientTable(stage: Stage, rows: readonly PatientRow[]): TemplateResult {
  return html`<table class="flow">
    <caption class="vh">
      ${t('Patients who trust you')}
    </caption>
    <thead>
      <tr>
        <th scope="col">${t('Patient')}</th>
        <th scope="col">${t('What you may see')}</th>
        <th scope="col">${t('You may add')}</th>
        <th scope="col">${t('Access ends')}</th>
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (row) =>
          html`<tr>
            <th scope="row">${patientLink(stage.deployment.platform, row)}</th>
            <td>${mayShow(row)}</td>
            <td data-l=${t('You may add')}>${row.append ? t('Yes') : t('No')}</td>
            <td class="nw" data-l=${t('Access ends')}>${accessEnds(row)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function matches(row: PatientRow, wanted: string): boolean {
  const text = wanted.trim().toLocaleLowerCase();
  return text === '' || patientName(row).toLocaleLowerCase().includes(text) || row.wallet.toLowerCase().includes(text);
}
