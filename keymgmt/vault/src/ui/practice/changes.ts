/** The newest record of each patient: lists open nothing, so looking here is in nobody's log. */

import { html, nothing, type TemplateResult } from 'lit-html';

import type { PatientRow } from '../../sdk/practice/model.ts';
import type { RecordRow } from '../../sdk/results.ts';
import type { Reading } from '../api.ts';
import { codeOf, notice } from '../errors.ts';
import { moment } from '../format.ts';
import { t } from '../i18n.ts';
import { sectionTitle } from '../names.ts';
import { saidBy } from '../parts/marks.ts';
import type { People } from '../parts/people.ts';
import { pending } from '../parts/waiting.ts';
import type { Resource, Stage } from '../stage.ts';
import { nameLink } from './people-lines.ts';

/** Patients whose newest record is shown. */
const SHOWN = 5;

/** A patient's newest record. */
export interface Change {
  readonly patient: PatientRow;
  readonly row: RecordRow;
}

/** Returns what others wrote last, the newest first, one of each patient. */
export async function newestChanges(vault: Reading): Promise<readonly Change[]> {
  const own = (await vault.status()).wallet?.toLowerCase();
  const found: Change[] = [];
  for (const patient of await vault.patientList()) {
    const rows = await sharedRows(vault, patient);
    const row = newest(rows.filter(({ author }) => author.toLowerCase() !== own));
    if (row !== null) found.push({ patient, row });
  }
  return found.sort((left, right) => right.row.created - left.row.created).slice(0, SHOWN);
}

/** A patient whose access ends in this moment has no changes; everything else that fails is told. */
async function sharedRows(vault: Reading, patient: PatientRow): Promise<readonly RecordRow[]> {
  try {
    return await vault.recordList(patient.wallet);
  } catch (error) {
    if (codeOf(error) === 'no-grant') return [];
    throw error;
  }
}

function newest(rows: readonly RecordRow[]): RecordRow | null {
  return rows.reduce<RecordRow | null>((last, row) => (last === null || row.created > last.created ? row : last), null);
}

/** The section of Today. */
export function changesSection(stage: Stage, people: People, changes: Resource<readonly Change[]>): unknown {
  if (changes.value?.length === 0) return nothing;
  return html`<section class="sec" aria-labelledby="changes">
    <h2 id="changes">${t('Newest changes')}</h2>
    ${
      changes.error !== null
        ? notice(changes.error, () => void changes.reload())
        : changes.value === null
          ? pending(t('Looking for what is new …'))
          : html`<ul class="tasks" role="list">
              ${changes.value.map((change) => line(stage.deployment.platform, people, change))}
            </ul>`
    }
  </section>`;
}

function line(platform: string, people: People, { patient, row }: Change): TemplateResult {
  const said =
    row.institution === null
      ? t('Added by the patient')
      : saidBy(people.name(row.author), people.institution(row.author));
  return html`<li>
    <span>${nameLink(platform, patient)}</span>
    <span class="small muted">${moment(row.created)}</span>
    <p class="hint">${sectionTitle(row.section)} · ${said}</p>
  </li>`;
}
