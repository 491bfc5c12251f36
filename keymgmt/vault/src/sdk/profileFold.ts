/**
 * The medical profile's fold: signed events that are never overwritten, to entries (promises C16, C17, D9, D10).
 *
 * The chain gives the order, and folding is a function of the ordered events alone: every reader computes the same
 * profile. `tests/vectors/profile` holds this and `medixain/sdk/profile.py` to it.
 */

import { fromUtf8, utf8 } from '../core/bytes.ts';
import { hasExactly, isObject, type Json, NotCanonical, requireShallow } from '../core/canonical.ts';
import { layerOf } from '../core/keys/layers.ts';
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
 * A correction (an entry with a target) counts when it is of the same section. The patient confirms or disputes; the
 * author of an entry, or somebody of the same institution, answers. The last mark decides the state, all are shown.
 * Entries conflict when they correct the same entry, each without having seen the other.
 */
export function fold(events: readonly ProfileEvent[]): Record<string, ProfileEntry[]> {
  const ordered = [...events].sort((left, right) => left.order - right.order);
  const entries = new Map(ordered.filter(({ kind }) => kind === 'entry').map((event) => [event.event, event]));
  const corrections = correctionsOf(ordered, entries);
  const marks = marksOf(ordered, entries);
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
      state: stateOf(event, corrections, marks),
      marks: marks.get(event.event) ?? [],
      conflicts: rivalsOf(event, corrections).map((rival) => rival.event),
    });
  }
  return sections;
}

type Entries = ReadonlyMap<string, ProfileEvent>;
type Corrections = ReadonlyMap<string, readonly ProfileEvent[]>;
type Marks = ReadonlyMap<string, readonly ProfileMark[]>;

function correctionsOf(ordered: readonly ProfileEvent[], entries: Entries): Corrections {
  const found = new Map<string, ProfileEvent[]>();
  for (const event of ordered) {
    const corrected = entries.get(event.target ?? '');
    if (event.kind !== 'entry' || corrected === undefined) continue;
    if (corrected.order < event.order && corrected.section === event.section) append(found, corrected.event, event);
  }
  return found;
}

function marksOf(ordered: readonly ProfileEvent[], entries: Entries): Marks {
  const found = new Map<string, ProfileMark[]>();
  for (const event of ordered) {
    const marked = entries.get(event.target ?? '');
    if (event.kind === 'entry' || marked === undefined || marked.order > event.order) continue;
    // Only the patient confirms or disputes, and only who is answerable for an entry answers for it.
    const answerable =
      event.author === marked.author || (event.institution !== null && event.institution === marked.institution);
    if (event.kind === 'answer' ? !answerable : !event.byOwner) continue;
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

function rivalsOf(event: ProfileEvent, corrections: Corrections): readonly ProfileEvent[] {
  const siblings = corrections.get(event.target ?? '') ?? [];
  if (!siblings.includes(event)) return [];
  return siblings.filter((other) => other !== event && other.seen < event.order && event.seen < other.order);
}

function stateOf(event: ProfileEvent, corrections: Corrections, marks: Marks): ProfileState {
  if (corrections.has(event.event)) return 'corrected';
  const last = marks.get(event.event)?.at(-1);
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
