/** Appending to the medical profile; nothing is ever overwritten (promises C16, D9, D10). */

import { isObject } from '../core/canonical.ts';
import { RecordType } from '../core/container/index.ts';
import { InvalidInput } from '../core/errors.ts';
import { toHex } from '../core/hex.ts';
import { targetOf } from './adding.ts';
import type { Context } from './context.ts';
import { NotFound } from './errors.ts';
import { encodeEvent, showProfile } from './profile.ts';
import { LAYER, type ProfileEvent } from './profileFold.ts';
import type { EventAdded, ProfileEntry } from './results.ts';
import { attested } from './slots.ts';
import { recordId } from './stored.ts';
import { requireWait, type Waiting, waitFor } from './transactions.ts';
import { ownSection, patientTarget, type Target, write } from './writing.ts';

/** Whose profile an entry goes to, and which entry it corrects. */
export interface Appending {
  readonly patient?: string | undefined;
  readonly corrects?: string | undefined;
}

/** Append a signed entry to a section of the own profile or of a patient's. */
export async function appendEntry(
  context: Context,
  section: string,
  entry: unknown,
  { patient, corrects }: Appending = {},
  options: Waiting = {},
): Promise<EventAdded> {
  requireWait(options.wait ?? 'received');
  if (!isObject(entry) || Object.keys(entry).length === 0) {
    throw new InvalidInput('An entry is a JSON object with at least one field.', { field: 'entry' });
  }
  const name = section.startsWith(`${LAYER}/`) ? section.slice(LAYER.length + 1) : section;
  const target = await targetOf(context, patient ?? null, LAYER, name);
  const corrected = corrects === undefined ? null : toHex(recordId(corrects));
  return writeEvent(context, target, { kind: 'entry', section: name, entry, target: corrected }, options);
}

/** Confirm an entry of the own profile as right. */
export function confirmEntry(context: Context, event: string, options: Waiting = {}): Promise<EventAdded> {
  return mark(context, 'confirm', event, null, options);
}

/** Dispute an entry of the own profile: it stays, marked, until its author corrects it or answers. */
export async function disputeEntry(
  context: Context,
  event: string,
  reason: string,
  options: Waiting = {},
): Promise<EventAdded> {
  if (reason.trim() === '') {
    throw new InvalidInput('Say what is wrong; the author and every reader will see it.', { field: 'reason' });
  }
  return mark(context, 'dispute', event, reason, options);
}

/** Answer for an own entry (or one of the same institution) in a patient's profile, which the patient disputes. */
export async function answerDispute(
  context: Context,
  patient: string,
  event: string,
  reason: string,
  options: Waiting = {},
): Promise<EventAdded> {
  if (reason.trim() === '') {
    throw new InvalidInput('Say why the entry stands; the patient and every reader will see it.', { field: 'reason' });
  }
  return mark(context, 'answer', event, reason, options, patient);
}

/** Write a mark into the section of the entry it is about, so that whoever reads the entry reads the mark. */
async function mark(
  context: Context,
  kind: Exclude<ProfileEvent['kind'], 'entry'>,
  event: string,
  reason: string | null,
  options: Waiting,
  patient: string | null = null,
): Promise<EventAdded> {
  requireWait(options.wait ?? 'received');
  const identifier = toHex(recordId(event));
  const { sections } = await showProfile(context, patient);
  const marked = Object.values(sections)
    .flat()
    .find((entry) => entry.event === identifier);
  if (marked === undefined) throw new NotFound('profile entry', event);
  const { section } = marked;
  const target = await (patient === null
    ? ownSection(context, LAYER, section)
    : patientTarget(context, patient, LAYER, section));
  if (patient !== null) requireAnswerable(target, marked);
  return writeEvent(context, target, { kind, section, target: identifier, reason }, options);
}

/** Return if the fold will count an answer; throws `InvalidInput` rather than write one that nobody sees. */
function requireAnswerable({ professional: me }: Target, { author, institution }: ProfileEntry): void {
  if (me !== null && (author === me.wallet || institution === me.institution)) return;
  const message = 'Only its author, or somebody of the same institution, answers for an entry.';
  throw new InvalidInput(message, { field: 'event' });
}

async function writeEvent(
  context: Context,
  target: Target,
  event: Pick<Parameters<typeof encodeEvent>[0], 'kind' | 'section' | 'entry' | 'target' | 'reason'>,
  options: Waiting,
): Promise<EventAdded> {
  const { recordsCount: seen, recordsHead: head } = await attested(context, target.slot, { fresh: false });
  const body = encodeEvent({ ...event, seen, head });
  const { stored, transaction } = await write(context, target, [body], {
    name: `${event.kind}.json`,
    type: RecordType.profileEvent,
    size: body.length,
    signal: options.signal,
  });
  const state = await waitFor(context, [{ id: transaction, state: 'received' }], options);
  return { event: stored.name, section: `${LAYER}/${target.section}`, state };
}
