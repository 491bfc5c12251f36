/** Lines that several pages of a practice share: a patient's name, what may be seen, a visit's time. */

import { html, nothing, type TemplateResult } from 'lit-html';

import type { Appointment, PatientRow } from '../../sdk/practice/model.ts';
import { portalLink } from '../frame/links.ts';
import { clock, daysBetween, fhirDate, shortAddress, shortDate } from '../format.ts';
import { t, tn } from '../i18n.ts';
import { isSensitive, purposeTitle, sections, sectionTitles } from '../names.ts';
import { hashFor } from '../router.ts';

/** Days before its end from which an access is marked. */
const SOON = 7;

/** A patient's name, or that it is not known yet. */
export function patientName(patient: PatientRow): string {
  return patient.name ?? t('Patient {address}', { address: shortAddress(patient.wallet) });
}

/** The name as a link to the patient's page in the portal. */
export function nameLink(platform: string, patient: PatientRow): TemplateResult {
  return portalLink(platform, `/practice/patients/${patient.slug}/`, patientName(patient));
}

/** The same with the date of birth below. */
export function patientLink(platform: string, patient: PatientRow): TemplateResult {
  return html`${nameLink(platform, patient)}
  ${
    patient.born === null
      ? patient.name === null
        ? html`<span class="sub">${t('name shown once you open a record')}</span>`
        : nothing
      : html`<span class="sub">${t('born {date}', { date: fhirDate(patient.born) })}</span>`
  }`;
}

/** What a professional may see of a patient, in few words. */
export function mayShow(patient: PatientRow): string {
  const profile = sections().filter(
    ({ id, sensitive }) => id.startsWith('profile/') && !sensitive && id !== 'profile/disputes',
  );
  const all = profile.every(({ id }) => patient.sections.includes(id));
  const parts = [
    all
      ? t('All but sensitive')
      : patient.sections.length > 3
        ? tn('{n} section', '{n} sections', patient.sections.length)
        : sectionTitles(patient.sections),
    patient.records === 0 ? '' : tn('{n} single record', '{n} single records', patient.records),
    patient.sections.some(isSensitive) ? t('some sensitive') : '',
  ];
  return parts.filter(Boolean).join('; ');
}

/** Why a professional asks, in a professional's words: what a patient calls "My treatment" is not hers. */
export function askedPurpose(purpose: string): string {
  return purpose === 'care' || purpose === 'treatment' ? t('Treatment') : purposeTitle(purpose);
}

/** When access ends; marked when that is soon. */
export function accessEnds(patient: PatientRow, now = Date.now() / 1000): unknown {
  const days = daysBetween(now, patient.expiry);
  if (days > SOON) return shortDate(patient.expiry);
  return html`<span class="tag warn">${days <= 0 ? t('today') : tn('in {n} day', 'in {n} days', days)}</span>`;
}

/** The row of a visit in a table of a day. */
export function visitRow(
  platform: string,
  visit: Appointment,
  patient: PatientRow | undefined,
  next: boolean,
): TemplateResult {
  return html`<tr class=${next ? 'now' : nothing}>
    <td class="nw">${clock(visit.start)} ${next ? html`<span class="sub">${t('next')}</span>` : nothing}</td>
    <th scope="row">
      ${
        patient === undefined
          ? visit.patient === null
            ? t('Nobody entered')
            : html`${t('Name hidden')}<span class="sub">${t('shown when access is given')}</span>`
          : patientLink(platform, patient)
      }
    </th>
    <td>
      ${visit.reason || t('No reason entered')}${visit.place === '' ? nothing : html`<span class="sub">${visit.place}</span>`}
    </td>
    <td data-l=${t('What you may see')}>${patient === undefined ? t('Not shared') : mayShow(patient)}</td>
  </tr>`;
}

/** Address of the vault's page that plans a visit. */
export function planRoute(patient?: PatientRow): string {
  return `/${hashFor(['appointment'], patient === undefined ? {} : { patient: patient.wallet })}`;
}
