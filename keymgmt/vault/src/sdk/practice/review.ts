/**
 * Opening everything of one patient: what it says together, and what does not fit. Each opening is in the patient's log,
 * so every record is opened once.
 */

import { type Address, toAddress } from '../../core/addresses.ts';
import { RecordType } from '../../core/container/index.ts';
import { MedixainError } from '../../core/errors.ts';
import { consistencyFlags } from '../clinical/flags.ts';
import type { ClinicalView } from '../clinical/model.ts';
import { EMPTY_VIEW, FHIR_TYPES, mergeViews, viewOfProfile, viewOfRecord } from '../clinical/view.ts';
import type { Context } from '../context.ts';
import { showProfile } from '../profile.ts';
import { type Authorship, authorship, type Opened, openRecord } from '../reading.ts';
import { type GetOptions, TYPE_NAMES, checkOwner, decrypted, listRecords, remember } from '../records.ts';
import type { ProfileShown, RecordRow } from '../results.ts';
import { recordId } from '../stored.ts';
import type { Appointment, PatientReview } from './model.ts';
import { rememberPatient } from './patients.ts';
import { appointmentIn } from './visitFold.ts';
import { type KeptVisit, viewOfVisits } from './visits.ts';

/** Records opened at a time: each asks m nodes, and a patient's log keeps its order by time anyway. */
const AT_ONCE = 4;
/** Bytes; larger records are opened one by one, when somebody asks for them. */
const LARGEST = 4_000_000;

type LeftOut = PatientReview['leftOut'][number];

/** Opens what `patient` shares with this professional. A record that does not open is named with its reason. */
export async function reviewPatient(
  context: Context,
  patient: string,
  options: GetOptions = {},
): Promise<PatientReview> {
  const wallet = toAddress(patient);
  const records = await listRecords(context, wallet);
  const wanted = records.filter(({ type }) => type !== 'profile-event');
  const leftOut: LeftOut[] = [];
  const views: ClinicalView[] = [];
  const visits: KeptVisit[] = [];
  const tried = new Map<string, Opened | null>();
  let done = 0;
  await inParallel(wanted, async (row) => {
    options.signal?.throwIfAborted();
    const found = await viewOf(context, wallet, row, tried, options);
    if ('reason' in found) leftOut.push(found);
    else if ('visit' in found) visits.push({ ...found, created: row.created });
    else views.push(found);
    options.progress?.(++done, wanted.length);
  });
  const profile = await showProfile(context, wallet, tried);
  const view = mergeViews([...views, viewOfVisits(visits), viewOfProfile(profile)]);
  await rememberPatient(context, wallet, view);
  // A record that did not open is named with the reason already.
  const badEvents = profile.unreadable.filter((record) => tried.get(record) !== null);
  return {
    wallet,
    records: await listRecords(context, wallet),
    view,
    profile,
    flags: consistencyFlags(view, profile).filter(({ kind }) => kind !== 'disputed-entry'),
    disputed: disputedOf(profile),
    leftOut: [...leftOut, ...badEvents.map((record) => ({ record, reason: 'bad-event' }))],
  };
}

async function viewOf(
  context: Context,
  wallet: Address,
  { record }: RecordRow,
  tried: Map<string, Opened | null>,
  { signal, spooler }: GetOptions,
): Promise<ClinicalView | LeftOut | ({ readonly visit: Appointment | null } & Authorship)> {
  try {
    tried.set(record, null);
    const opened = await openRecord(context, recordId(record), signal);
    tried.set(record, opened);
    if (opened.stored.bodySize > LARGEST) return { record, reason: 'large' };
    const { file, preamble } = await decrypted(context, opened, { signal, spooler });
    checkOwner(preamble, wallet);
    const who = await authorship(context, opened, wallet);
    await remember(context, opened.stored, preamble, file.size, who);
    if (preamble.type === RecordType.activityEvent) {
      return { visit: appointmentIn(record, new Uint8Array(await file.arrayBuffer())), ...who };
    }
    if (!FHIR_TYPES.has(TYPE_NAMES[preamble.type])) return EMPTY_VIEW;
    const source = { record, place: '', author: who.author, institution: who.institution };
    return viewOfRecord(new Uint8Array(await file.arrayBuffer()), source);
  } catch (error) {
    if (error instanceof MedixainError) return { record, reason: error.code };
    throw error;
  }
}

function disputedOf({ sections }: ProfileShown): PatientReview['disputed'] {
  return Object.values(sections).flatMap((entries) => entries.filter((entry) => entry.state === 'disputed'));
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await work(next);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
