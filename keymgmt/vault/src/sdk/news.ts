/**
 * What is new to the person: computed on this device from what its pages have fetched anyway, against a mark that lies in
 * the home's sealed memory. Nobody else learns what was new, what was read, or what somebody does not want to be told.
 *
 * Times are those of the nodes (looks) and of authors (entries), and the mark is the newest of them that was read; the
 * device's own clock, which may be wrong, decides nothing but what is due.
 */

import { isObject } from '../core/canonical.ts';
import type { Context } from './context.ts';
import type { Gist } from './gist.ts';
import { type CheckDue, checkFacts, checksDueBy } from './practice/checks.ts';
import type { AccessShown, LookRow, ProfileEntry, ProfileShown, RecordRow, RequestRow } from './results.ts';
import { viewOfProfile } from './clinical/view.ts';
import { type Oddity, marked } from './unusual.ts';

/** What people are told of, in the order in which it is said. */
export const NEWS_KINDS = ['requests', 'unusual', 'access', 'changes', 'expiry', 'checks'] as const;
export type NewsKind = (typeof NEWS_KINDS)[number];

/** How far the person has read, and what she does not want to be told. */
export interface NewsMark {
  /** Unix seconds: what happened until then is read. */
  readonly at: number;
  /** Keys of what has no time of its own (an end that comes near, a check that is due) and was read. */
  readonly read: readonly string[];
  readonly off: readonly NewsKind[];
}

/** What the pages have fetched; null for what did not come, of which nothing is said then. */
export interface NewsFacts {
  readonly now: number;
  readonly records: readonly RecordRow[];
  readonly access: AccessShown | null;
  readonly profile: ProfileShown | null;
  readonly looks: readonly LookRow[] | null;
  readonly checks: readonly CheckDue[] | null;
}

interface Told {
  /** Names the thing among all that is told. */
  readonly key: string;
  /** When it happened, null for what is true until it is acted on. */
  readonly at: number | null;
}

/** What one person opened, or tried to; `odd` is what is unusual about it, empty in news of the kind `access`. */
export interface LookNews extends Told {
  readonly kind: 'unusual' | 'access';
  readonly who: string;
  readonly name: string | null;
  readonly institution: string | null;
  /** Records that were opened, and tries that were refused. */
  readonly opened: number;
  readonly refused: number;
  readonly odd: readonly Oddity[];
}

/** Somebody asks. */
export interface RequestNews extends Told {
  readonly kind: 'requests';
  readonly request: RequestRow;
}

/** What one author added. */
export interface AddedNews extends Told {
  readonly kind: 'changes';
  readonly change: 'added';
  readonly author: string;
  readonly records: readonly string[];
}

/** What became of an entry that the person disputed. */
export interface DisputeNews extends Told {
  readonly kind: 'changes';
  readonly change: 'answered' | 'corrected';
  readonly entry: ProfileEntry;
}

/** Somebody's access ends soon. */
export interface ExpiryNews extends Told {
  readonly kind: 'expiry';
  readonly other: string;
  readonly expiry: number;
}

/** A check that what is on record makes due. */
export interface CheckNews extends Told {
  readonly kind: 'checks';
  readonly check: CheckDue;
}

export type News = LookNews | RequestNews | AddedNews | DisputeNews | ExpiryNews | CheckNews;

const DAY = 86_400;
/** An end is told this long before it comes. */
const SOON = 7 * DAY;
/** On a device that has no mark yet, everything that ever happened would be new. */
const FIRST = 30 * DAY;
const TABLE = 'news';
const ROW = 'mark';
const FHIR = new Set(['fhir', 'ips', 'fhir-resource', 'ndjson']);

// ---- what is new ---------------------------------------------------------------------------------------------------

/** What is new since the mark, by kind and the newest first; kinds that are switched off are left out. */
export function newsOf(facts: NewsFacts, mark: NewsMark): readonly News[] {
  const rank = (news: News): number => NEWS_KINDS.indexOf(news.kind);
  return [...timed(facts, mark.at), ...lasting(facts).filter(({ key }) => !mark.read.includes(key))]
    .filter(({ kind }) => !mark.off.includes(kind))
    .sort((left, right) => rank(left) - rank(right) || (right.at ?? 0) - (left.at ?? 0));
}

/** The mark after everything in `facts` was read. */
export function readUntil(facts: NewsFacts, mark: NewsMark): NewsMark {
  const at = Math.max(mark.at, ...timed(facts, mark.at).map((news) => news.at ?? 0));
  return { at, read: lasting(facts).map(({ key }) => key), off: mark.off };
}

/**
 * The checks due by the profile and by what this device has learnt of the records; null while it has not opened one that
 * could hold the very result that is missing. What is sealed says nothing here.
 */
export function ownChecks(
  records: readonly RecordRow[],
  gistOf: (record: string) => Gist | null,
  profile: ProfileShown | null,
  now: number,
): readonly CheckDue[] | null {
  const clinical = records.filter((row) => row.type !== null && FHIR.has(row.type) && !isSealed(row));
  const gists = clinical.map(({ record }) => gistOf(record)).filter((gist) => gist !== null);
  if (gists.length < clinical.length || records.some(({ type }) => type === null)) return null;
  const known = profile === null ? gists : [...gists, checkFacts(viewOfProfile(profile))];
  return checksDueBy(
    { conditions: known.flatMap(({ conditions }) => conditions), done: known.flatMap(({ done }) => done) },
    now,
  );
}

function timed(facts: NewsFacts, since: number): readonly News[] {
  return [...requestNews(facts, since), ...lookNews(facts.looks ?? [], since), ...changeNews(facts, since)];
}

function lasting(facts: NewsFacts): readonly News[] {
  return [...expiryNews(facts), ...checkNews(facts.checks ?? [])];
}

function requestNews({ access }: NewsFacts, since: number): readonly RequestNews[] {
  return (access?.requests ?? [])
    .filter(({ received }) => received > since)
    .map((request) => ({ kind: 'requests', key: `request/${request.request}`, at: request.received, request }));
}

/** One line for each person, and one more for what is unusual about her looks. */
function lookNews(looks: readonly LookRow[], since: number): readonly LookNews[] {
  const found = new Map<string, LookNews & { readonly records: Set<string> }>();
  // All looks are marked, the old ones, too: only they tell who looks for the first time.
  for (const { look, odd } of marked(looks)) {
    if (look.when <= since) continue;
    const kind = odd.length > 0 ? 'unusual' : 'access';
    const key = `${kind}/${look.who}`;
    const before = found.get(key);
    const records = before?.records ?? new Set();
    if (look.outcome === 'given') records.add(look.record);
    found.set(key, {
      kind,
      key,
      records,
      at: Math.max(look.when, before?.at ?? 0),
      who: look.who,
      name: before?.name ?? look.name,
      institution: before?.institution ?? look.institution,
      opened: records.size,
      refused: (before?.refused ?? 0) + (look.outcome === 'given' ? 0 : 1),
      odd: [...new Set([...(before?.odd ?? []), ...odd])],
    });
  }
  return [...found.values()].map(({ records: _, ...news }) => news);
}

function changeNews({ records, profile }: NewsFacts, since: number): readonly (AddedNews | DisputeNews)[] {
  const disputes = disputeNews(profile, since);
  const told = new Set(disputes.flatMap(({ events }) => events));
  const added = new Map<string, AddedNews>();
  for (const { record, author, institution, created, section, type } of records) {
    // What the person added herself is no news to her, on whatever device she did.
    if (institution === null || created <= since || told.has(record) || isSealed({ section }) || type === null)
      continue;
    const before = added.get(author);
    added.set(author, {
      kind: 'changes',
      change: 'added',
      key: `added/${author}`,
      at: Math.max(created, before?.at ?? 0),
      author,
      records: [...(before?.records ?? []), record],
    });
  }
  return [...disputes.map(({ news }) => news), ...added.values()];
}

/** What became of disputes, with the events that say it: those are not told again as something added. */
function disputeNews(
  profile: ProfileShown | null,
  since: number,
): readonly { readonly news: DisputeNews; readonly events: readonly string[] }[] {
  return Object.values(profile?.sections ?? {}).flatMap((entries) =>
    entries.flatMap((entry) => {
      const dispute = entry.marks.findLast(({ kind }) => kind === 'dispute');
      if (dispute === undefined) return [];
      const answers = entry.marks.filter(({ kind, at }) => kind === 'answer' && at > since);
      const corrections = entries.filter(
        ({ corrects, at }) => entry.state === 'corrected' && corrects === entry.event && at >= dispute.at,
      );
      const found = (['answered', 'corrected'] as const).map((change) => {
        const events = (change === 'answered' ? answers : corrections).filter(({ at }) => at > since);
        const at = Math.max(...events.map((event) => event.at));
        const news: DisputeNews = { kind: 'changes', change, key: `${change}/${entry.event}`, at, entry };
        return { news, events: events.map(({ event }) => event) };
      });
      return found.filter(({ events }) => events.length > 0);
    }),
  );
}

/** One line for each person, with the first end that comes. */
function expiryNews({ access, now }: NewsFacts): readonly ExpiryNews[] {
  const ends = new Map<string, number>();
  for (const { direction, state, other, expiry } of access?.grants ?? []) {
    if (direction !== 'given' || state !== 'active' || expiry <= now || expiry > now + SOON) continue;
    ends.set(other, Math.min(expiry, ends.get(other) ?? Infinity));
  }
  return [...ends].map(([other, expiry]) => ({
    kind: 'expiry',
    key: `expiry/${other}/${expiry}`,
    at: null,
    other,
    expiry,
  }));
}

function checkNews(checks: readonly CheckDue[]): readonly CheckNews[] {
  return checks
    .filter(({ overdue }) => overdue)
    .map((check) => ({ kind: 'checks', key: `check/${check.name}/${check.last ?? 'never'}`, at: null, check }));
}

function isSealed({ section }: Pick<RecordRow, 'section'>): boolean {
  return section === 'sealed' || section.startsWith('sealed/');
}

// ---- the mark ------------------------------------------------------------------------------------------------------

/** Return how far the person has read on this device; without a mark, all but the last 30 days counts as read. */
export async function newsMark(context: Context): Promise<NewsMark> {
  const row = (await context.table(TABLE))[ROW];
  const { at, read, off } = row !== undefined && isObject(row) ? row : {};
  return {
    at: typeof at === 'number' ? at : context.now() - FIRST,
    read: Array.isArray(read) ? read.filter((key) => typeof key === 'string') : [],
    off: NEWS_KINDS.filter((kind) => Array.isArray(off) && off.includes(kind)),
  };
}

/** Keep how far the person has read, and what she does not want to be told. */
export async function setNewsMark(context: Context, { at, read, off }: NewsMark): Promise<void> {
  await context.changing(TABLE, (rows) => {
    rows[ROW] = { at, read: [...read], off: [...off] };
  });
}
