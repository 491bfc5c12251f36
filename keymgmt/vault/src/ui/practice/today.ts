/** `#/today`: the day's visits, patients whose access ends soon, the week against the limit. */

import { html, nothing, type TemplateResult } from 'lit-html';

import { measure, trend } from '../../sdk/practice/measures.ts';
import type { Appointment, Calendar, PatientRow, SentRequest } from '../../sdk/practice/model.ts';
import { doubleBookings } from '../../sdk/practice/visits.ts';
import type { TeamShown } from '../api.ts';
import { endOfDay, longDate, midnight } from '../format.ts';
import { t } from '../i18n.ts';
import { icon } from '../icons.ts';
import { calendarGaps } from '../parts/calendar-gaps.ts';
import { People } from '../parts/people.ts';
import { empty, shown } from '../parts/waiting.ts';
import { Resource, type Page, type Stage } from '../stage.ts';
import { portalLink, topLink } from '../frame/links.ts';
import { flagList } from './flags.ts';
import { dueSection } from './due.ts';
import { changesSection, newestChanges, type Change } from './changes.ts';
import { visitRow } from './people-lines.ts';
import { patientTable } from './patients.ts';
import { teamsSection } from './teams.ts';
import { trendSection } from './trend.ts';
import { weekSection } from './week.ts';

/** Patients shown on the page; the list has them all. */
const NEWEST = 5;

interface Day {
  readonly patients: readonly PatientRow[];
  readonly calendar: Calendar;
  readonly requests: readonly SentRequest[];
}

/** `#/today`. */
export function todayPage(stage: Stage): Page {
  const day = new Resource(() => load(stage), stage.update);
  const people = new People(stage.vault, stage.update);
  // Lists of records are asked patient by patient; the day does not wait for them.
  const changes = new Resource(() => newestChanges(stage.vault), stage.update);
  const teams = new Resource(() => stage.vault.ownTeamList(), stage.update);
  return {
    title: () => t('Today'),
    render: () => html`
      <div class="see-head">
        <h1 class="h2" data-heading>${t('Appointments')}</h1>
        ${topLink(['appointment'], html`${icon('add')} ${t('Plan a visit')}`, {}, 'btn quiet')}
      </div>
      ${shown(day, (found) => content(stage, people, changes, teams, found), t('Opening your calendar on this device …'))}
    `,
  };
}

async function load({ vault }: Stage): Promise<Day> {
  const patients = await vault.patientList();
  const [calendar, requests] = [await vault.appointmentList(), await vault.sentRequests()];
  return { patients, calendar, requests };
}

function content(
  stage: Stage,
  people: People,
  changes: Resource<readonly Change[]>,
  teams: Resource<readonly TeamShown[]>,
  { patients, calendar, requests }: Day,
): TemplateResult {
  const now = Date.now() / 1000;
  const { visits: appointments, unreadable } = calendar;
  const byWallet = new Map(patients.map((patient) => [patient.wallet.toLowerCase(), patient]));
  const visits = appointments.filter(
    (one) => one.status === 'planned' && one.start >= midnight(now) && one.start <= endOfDay(now),
  );
  const next = visits.find((visit) => visit.start >= now);
  const later = appointments.filter((one) => one.status === 'planned' && one.start > endOfDay(now)).slice(0, NEWEST);
  return html`
    ${calendarGaps(unreadable)}
    ${visits.length === 0 ? empty(t('No visit is planned today.'), t('Your calendar is in your own wallet; patients’ records are not opened for it.')) : visitTable(t('Today’s appointments'), visits)}
    ${flagList(doubleBookings(appointments, now), { slug: '', rows: [], people })}
    ${
      later.length === 0
        ? nothing
        : html`<section class="sec" aria-labelledby="later">
            <h2 id="later">${t('Coming')}</h2>
            <ul class="tasks" role="list">
              ${later.map(
                (visit) =>
                  html`<li>
                    <span>${longDate(visit.start)}</span>${topLink(['appointment', visit.event], t('Change'))}
                    <p class="hint">${nameOf(visit)}${visit.reason === '' ? '' : `: ${visit.reason}`}</p>
                  </li>`,
              )}
            </ul>
          </section>`
    }
    <section class="sec" aria-labelledby="trust">
      <div class="see-head">
        <h2 id="trust">${t('Patients who trust you')}</h2>
        ${patients.length === 0 ? nothing : portalLink(stage.deployment.platform, '/practice/patients/', t('All {n}', { n: patients.length }))}
      </div>
      ${
        patients.length === 0
          ? empty(
              t('Nobody lets you see anything yet.'),
              t('Each patient decides alone.'),
              topLink(['request'], t('Request access'), {}, 'btn'),
            )
          : patientTable(stage, patients.slice(0, NEWEST))
      }
    </section>
    ${changesSection(stage, people, changes)} ${teamsSection(teams)}
    ${dueSection(stage.deployment.platform, patients, now)}
    ${weekSection(measure(appointments, patients, requests, now))}
    ${trendSection(stage.deployment.platform, trend(appointments, requests, now))}
  `;

  function visitTable(caption: string, rows: readonly Appointment[]): TemplateResult {
    return html`<table class="flow">
      <caption class="vh">
        ${caption}
      </caption>
      <thead>
        <tr>
          <th scope="col">${t('Time')}</th>
          <th scope="col">${t('Patient')}</th>
          <th scope="col">${t('Reason')}</th>
          <th scope="col">${t('What you may see')}</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map((visit) => visitRow(stage.deployment.platform, visit, of(visit), visit === next))}
      </tbody>
    </table>`;
  }

  function of(visit: Appointment): PatientRow | undefined {
    return visit.patient === null ? undefined : byWallet.get(visit.patient.toLowerCase());
  }

  function nameOf(visit: Appointment): string {
    return of(visit)?.name ?? t('Name hidden');
  }
}
