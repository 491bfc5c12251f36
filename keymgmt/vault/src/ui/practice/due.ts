/** Checks that are due for patients whose record this device has opened. */

import { html, nothing } from 'lit-html';

import { checksDueBy } from '../../sdk/practice/checks.ts';
import type { PatientRow } from '../../sdk/practice/model.ts';
import { listed, shortDate } from '../format.ts';
import { t, tn } from '../i18n.ts';
import { nameLink } from './people-lines.ts';

/** Patients who are named; the rest is counted. */
const SHOWN = 5;

/** The section of Today; nothing where no check is due. */
export function dueSection(platform: string, patients: readonly PatientRow[], now: number): unknown {
  const due = patients
    .map((patient) => ({ patient, checks: checksDueBy(patient.facts, now).filter(({ overdue }) => overdue) }))
    .filter(({ checks }) => checks.length > 0);
  if (due.length === 0) return nothing;
  const more = due.length - SHOWN;
  return html`<section class="sec" aria-labelledby="due">
    <h2 id="due">${t('Checks due')}</h2>
    <ul class="tasks" role="list">
      ${due.slice(0, SHOWN).map(
        ({ patient, checks }) =>
          html`<li>
            <span>${nameLink(platform, patient)}</span>
            <p class="hint">
              ${listed(
                checks.map(({ name, last }) =>
                  last === null ? t(name) : t('{check} (last {date})', { check: t(name), date: shortDate(last) }),
                ),
              )}
            </p>
          </li>`,
      )}
    </ul>
    ${more > 0 ? html`<p class="small">${tn('{n} more patient', '{n} more patients', more)}</p>` : nothing}
    <p class="muted small">
      ${t('As of when this device last opened each record. Reminders from codes on record; your own guideline goes before them.')}
    </p>
  </section>`;
}
