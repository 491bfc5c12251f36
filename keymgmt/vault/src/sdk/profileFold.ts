/**
 * The medical profile's fold: signed events that are never overwritten, to entries (promises C16, C17, D9, D10).
 *
 * The chain gives the order, and folding is a function of the ordered events alone: every reader computes the same
 * profile. `tests/vectors/profile` holds this and `medixain/sdk/profile.py` to it.
 */

import { fromUtf8, utf8 } from '../core/bytes.ts';
import { hasExactly, isObject, type Json, NotCanonical, requireShallow } from '../core/canonical.ts';
import { layerOf, mayAppend } from '../core/keys/layers.ts';
import type { ProfileEntry, ProfileMark, ProfileState } from './results.ts';

/** The layer the profile lives in. */
export const LAYER = 'profile';
/** Bytes of an event; larger content is a record of its own. */
export const MAX_EVENT = 1 << 20;

const KINDS = ['entry', 'confirm', 'dispute', 'answer'] as const;
/** What an event does. */
export type EventKind = (typeof KINDS)[number];

const FIELDS = ['v', 'kind', 'section', 'entry', 'target', 'reason', 'seen', 'head'] as const;
const STATES: Readonly<Record<ProfileMark['kind'], ProfileState>> = {
  confirm: 'confirmed',
  dispute: 'disputed',
  answer: 'answered',
};

/** Who wrote an event, when, and where it stands. */
export interface EventFacts {
  readonly event: string;
  /** Its place in the slot's history. */
  readonly order: number;
  readonly author: string;
  readonly institution: string | null;
  readonly byOwner: boolean;
  readonly at: number;
}

/** What an event says, whoever wrote it. */
export interface EventContent {
  readonly kind: EventKind;
  readonly section: string;
  readonly entry: unknown;
  readonly target: string | null;
  readonly reason: string | null;
}

/**
 * An event whose record opened and whose author's signature was checked.
 *
 * `seen` is the number of records its author had seen, so that two entries about one thing conflict when neither author
 * knew of the other.
 */
export interface ProfileEvent extends EventFacts, EventContent {
  readonly seen: number;
}

/**
 * Return the entries by section, in the chain's order. Pure; the order in which events are given does not matter.
 *
 * A correction (an entry with a target of the same section) takes its entry's place when it is by who answers for the
 * entry, by the patient where patients write, or by anybody else once the patient has confirmed it; until then both
 * stand, in conflict. The patient confirms or disputes; the author of an entry, or somebody of the same institution,
 * answers. The last mark decides the state, all are shown. Corrections of one entry, each made without having seen the
 * other, conflict too.
 */
export function fold(events: readonly ProfileEvent[]): Record<string, ProfileEntry[]> {
  const ordered = [...events].sort((left, right) => left.order - right.order);
  const entries = new Map(ordered.filter(({ kind }) => kind === 'entry').map((event) => [event.event, event]));
  const marks = marksOf(ordered, entries);
  const corrections = correctionsOf(ordered, entries);
  const counting = countingOf(corrections, entries, marks);
  const conflicts = conflictsOf(corrections, entries, counting);
  const place = (name: string): number => entries.get(name)!.order;
  const sections: Record<string, ProfileEntry[]> = {};
  for (const event of entries.values()) {
    const { section, entry, author, institution, at } = event;
    (sections[section] ??= []).push({
      event: event.event,
      section,
      entry,
      author,
      institution,
      at,
      state: counting.has(event.event) ? 'corrected' : stateOf(marks.get(event.event)),
      marks: marks.get(event.event) ?? [],
      corrects: corrections.has(event.event) ? event.target : null,
      conflicts: [...(conflicts.get(event.event) ?? [])].sort((left, right) => place(left) - place(right)),
    });
  }
  return sections;
}

type Entries = ReadonlyMap<string, ProfileEvent>;
/** Each correction by its id, whoever wrote it, with the entry that it corrects, in the chain's order. */
type Corrections = ReadonlyMap<string, ProfileEvent>;
/** The corrections that take the place of an entry, by the entry. */
type Counting = ReadonlyMap<string, readonly string[]>;
type Marks = ReadonlyMap<string, readonly ProfileMark[]>;

function correctionsOf(ordered: readonly ProfileEvent[], entries: Entries): Corrections {
  const found = new Map<string, ProfileEvent>();
  for (const event of ordered) {
    const corrected = entries.get(event.target ?? '');
    if (event.kind !== 'entry' || corrected === undefined) continue;
    if (corrected.order < event.order && corrected.section === event.section) found.set(event.event, corrected);
  }
  return found;
}

/** What the patient confirms may itself be a correction of a correction that waits for her: then both count. */
function countingOf(corrections: Corrections, entries: Entries, marks: Marks): Counting {
  const found = new Map<string, string[]>();
  const confirmed = new Set<string>();
  // The latest first: what corrects a correction comes after it.
  for (const [name, corrected] of [...corrections].reverse()) {
    const event = entries.get(name)!;
    const later = found.get(name) ?? [];
    if (isConfirmed(event, marks.get(name)) || later.some((one) => confirmed.has(one))) confirmed.add(name);
    const byPatient = event.byOwner && mayAppend(LAYER, event.section, 'patient');
    if (confirmed.has(name) || byPatient || isAnswerable(event, corrected)) append(found, corrected.event, name);
  }
  return found;
}

/** Whether the patient's last word on another's entry is that it is right. */
function isConfirmed({ byOwner }: ProfileEvent, marks: readonly ProfileMark[] = []): boolean {
  return !byOwner && marks.findLast(({ kind }) => kind !== 'answer')?.kind === 'confirm';
}

/** Whether an event's author is who wrote the entry it is about, or of the same institution. */
function isAnswerable(event: ProfileEvent, about: ProfileEvent): boolean {
  return event.author === about.author || (event.institution !== null && event.institution === about.institution);
}

/** The entries that each does not agree with. */
function conflictsOf(corrections: Corrections, entries: Entries, counting: Counting): Map<string, Set<string>> {
  const standing = standingOf(entries, counting);
  const siblings = new Map<string, ProfileEvent[]>();
  const found = new Map<string, Set<string>>();
  const pair = (one: string, other: string): void => {
    for (const [left, right] of [
      [one, other],
      [other, one],
    ] as const)
      found.set(left, (found.get(left) ?? new Set()).add(right));
  };
  for (const [name, corrected] of corrections) {
    const event = entries.get(name)!;
    for (const other of siblings.get(corrected.event) ?? [])
      if (other.seen < event.order && event.seen < other.order) pair(name, other.event);
    append(siblings, corrected.event, event);
    if (counting.get(corrected.event)?.includes(name)) continue;
    for (const one of standing.get(name)!) for (const other of standing.get(corrected.event)!) pair(one, other);
  }
  return found;
}

/** What stands for each entry now: itself, or what has taken its place. */
function standingOf(entries: Entries, counting: Counting): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const name of [...entries.keys()].reverse()) {
    found.set(name, counting.get(name)?.flatMap((correction) => found.get(correction)!) ?? [name]);
  }
  return found;
}

function marksOf(ordered: readonly ProfileEvent[], entries: Entries): Marks {
  const found = new Map<string, ProfileMark[]>();
  for (const event of ordered) {
    const marked = entries.get(event.target ?? '');
    if (event.kind === 'entry' || marked === undefined || marked.order > event.order) continue;
    // Only the patient confirms or disputes, and only who is answerable for an entry answers for it.
    if (event.kind === 'answer' ? !isAnswerable(event, marked) : !event.byOwner) continue;
    const { kind, author: by, at, reason } = event;
    append(found, marked.event, { kind, by, at, reason, event: event.event });
  }
  return found;
}

function append<T>(lists: Map<string, T[]>, name: string, item: T): void {
  const list = lists.get(name);
  if (list === undefined) lists.set(name, [item]);
  else list.push(item);
}

function stateOf(marks: readonly ProfileMark[] = []): ProfileState {
  const last = marks.at(-1);
  return last === undefined ? 'current' : STATES[last.kind];
}

/** Return the event in `document`; throws {@link NotCanonical} for anything else. */
export function parseEvent(document: Json, facts: EventFacts): ProfileEvent {
  if (!isObject(document) || !hasExactly(document, FIELDS) || document['v'] !== 1) {
    throw new NotCanonical('This is no profile event of version 1.');
  }
  const { section, entry, target, reason, seen } = document;
  const kind = KINDS.find((one) => one === document['kind']);
  if (
    kind === undefined ||
    typeof section !== 'string' ||
    !layerOf(LAYER).sections.has(section) ||
    !isTextOrNull(target) ||
    !isTextOrNull(reason) ||
    !isTextOrNull(entry) ||
    typeof seen !== 'number'
  ) {
    throw new NotCanonical('A profile event names a kind, a section and what it is about.');
  }
  return { ...facts, kind, section, entry: entryIn(entry), target, reason, seen };
}

/** The entry as JSON text: canonical JSON has no decimals, and FHIR's must come back digit by digit. */
export function entryText(entry: unknown): string {
  return JSON.stringify(sorted(entry));
}

function entryIn(text: string | null): unknown {
  if (text === null) return null;
  const encoded = utf8(text);
  requireShallow(encoded);
  try {
    return JSON.parse(fromUtf8(encoded)) as unknown;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new NotCanonical("A profile event's entry is no JSON.", { cause: error });
  }
}

function isTextOrNull(value: Json | undefined): value is string | null {
  return value === null || typeof value === 'string';
}

/** The same value with its objects' members in order, as Python's `sort_keys` writes them. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([name, item]) => [name, sorted(item)]),
  );
}
