/** The medical profile of a wallet: reading its events, and appending to it. */

import { toAddress } from '../core/addresses.ts';
import { concat } from '../core/bytes.ts';
import { encode, isObject, NotCanonical, parse } from '../core/canonical.ts';
import { RecordReader, RecordType } from '../core/container/index.ts';
import { InvalidInput, MedixainError } from '../core/errors.ts';
import { toHex } from '../core/hex.ts';
import type { Context } from './context.ts';
import { sync } from './inbox.ts';
import { entryText, fold, LAYER, MAX_EVENT, parseEvent, type ProfileEvent } from './profileFold.ts';
import { authorship, liveGrantsOf, openGranted, openOwn, Opened } from './reading.ts';
import { checkOwner, ownStored } from './records.ts';
import type { ProfileShown } from './results.ts';
import { rows, type StoredRecord } from './stored.ts';

// ---- showing ---------------------------------------------------------------------------------------------------------

/** What became of records that were tried already, by id: each opening, also a refused one, is in the patient's log. */
export type Tried = ReadonlyMap<string, Opened | null>;

/**
 * Return the own profile, or the part of a patient's that is shared with this professional, as events fold.
 *
 * Records in `tried` are not opened again.
 */
export async function showProfile(
  context: Context,
  patient: string | null = null,
  tried: Tried = new Map(),
): Promise<ProfileShown> {
  const mine = patient === null || toAddress(patient) === context.keys.walletId;
  return shown(context, await (mine ? ownEvents(context) : sharedEvents(context, patient, tried)));
}

/** A record of the profile: opened, or why it is not. */
type Candidate = Opened | StoredRecord;

async function ownEvents(context: Context): Promise<Candidate[]> {
  const known = await context.table('records');
  // What this device has opened before is told apart by its remembered type; files are not fetched again for it.
  const wanted = (await ownStored(context, LAYER)).filter(({ name }) => {
    const row = known[name];
    return row === undefined || !isObject(row) || typeof row['type'] !== 'string' || row['type'] === 'profile-event';
  });
  return wanted.map((stored) => {
    try {
      return openOwn(context, stored);
    } catch (error) {
      if (error instanceof MedixainError) return stored;
      throw error;
    }
  });
}

async function sharedEvents(context: Context, patient: string, tried: Tried): Promise<Candidate[]> {
  await sync(context);
  const grants = (await liveGrantsOf(context, toAddress(patient))).filter(({ layer }) => layer === LAYER);
  const found = new Map<string, Candidate>();
  for (const grant of grants) {
    const listed = await rows(context, context.professional, { grant: grant.name }, { headers: grant.headers() });
    for (const stored of listed) {
      if (found.has(stored.name)) continue;
      const known = tried.get(stored.name);
      const candidate = known === undefined ? await openedOrNot(context, stored, grants) : (known ?? stored);
      found.set(stored.name, candidate);
    }
  }
  return [...found.values()];
}

async function openedOrNot(
  context: Context,
  stored: StoredRecord,
  grants: Parameters<typeof openGranted>[2],
): Promise<Candidate> {
  try {
    return await openGranted(context, stored, grants);
  } catch (error) {
    if (error instanceof MedixainError) return stored;
    throw error;
  }
}

async function shown(context: Context, candidates: readonly Candidate[]): Promise<ProfileShown> {
  const events: ProfileEvent[] = [];
  const unreadable: string[] = [];
  for (const [index, candidate] of candidates.entries()) {
    try {
      const event = candidate instanceof Opened ? await eventIn(context, candidate, index + 1) : undefined;
      if (event === undefined) unreadable.push((candidate as StoredRecord).name);
      else if (event !== null) events.push(event);
    } catch (error) {
      // Shown as unreadable: a hidden failure could hide an allergy.
      if (!(error instanceof MedixainError)) throw error;
      unreadable.push((candidate as Opened).stored.name);
    }
  }
  return { sections: fold(events), unreadable };
}

/** The event in a record, null when the record is of another type; throws for anything that does not verify. */
async function eventIn(context: Context, opened: Opened, order: number): Promise<ProfileEvent | null> {
  const { stored } = opened;
  // The type stands in the first chunk, so a file of another type is not fetched whole for it.
  const reader = await RecordReader.open(opened.content(context), opened.expected);
  if (reader.preamble.type !== RecordType.profileEvent) {
    await reader.cancel();
    return null;
  }
  if (stored.bodySize > MAX_EVENT) {
    await reader.cancel();
    throw new NotCanonical('A profile event is too long.');
  }
  const pieces: Uint8Array[] = [];
  for await (const piece of reader.chunks()) pieces.push(piece);
  const document = parse(concat(...pieces));
  // Otherwise a patient could have her own words taken for another's.
  checkOwner(reader.preamble, opened.grant?.wallet ?? context.keys.walletId);
  const who = await authorship(context, opened, reader.preamble.owner);
  return parseEvent(document, {
    event: stored.name,
    order,
    author: who.author,
    institution: who.institution,
    byOwner: stored.header.author === stored.slot,
    at: stored.header.created,
  });
}

/** Return the bytes of an event's record; throws {@link InvalidInput} when it is too long. */
export function encodeEvent(event: {
  readonly kind: ProfileEvent['kind'];
  readonly section: string;
  readonly entry?: unknown;
  readonly target?: string | null;
  readonly reason?: string | null;
  readonly seen: number;
  readonly head: Uint8Array;
}): Uint8Array<ArrayBuffer> {
  const body = encode({
    v: 1,
    kind: event.kind,
    section: event.section,
    entry: event.entry === undefined ? null : entryText(event.entry),
    target: event.target ?? null,
    reason: event.reason ?? null,
    seen: event.seen,
    head: toHex(event.head),
  });
  if (body.length > MAX_EVENT) {
    throw new InvalidInput('An entry has at most 1 MiB; add larger content as a record.', { field: 'entry' });
  }
  return body;
}
