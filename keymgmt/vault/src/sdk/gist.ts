/**
 * What this device remembers of an own record's content, so that a timeline in the order of what happened, and the
 * checks that are due, need not open every record again. It lies in the home's sealed memory and goes with the record.
 */

import { type Json, isObject } from '../core/canonical.ts';
import type { RecordView } from '../ui/api.ts';
import type { Context } from './context.ts';
import { type CheckFacts, NO_FACTS, checkFacts } from './practice/checks.ts';

/** When what a record tells happened (FHIR dates as they came, null where it gives none), and what checks go by. */
export interface Gist extends CheckFacts {
  readonly from: string | null;
  readonly to: string | null;
}

/** Table of the home: record -> {from, to, conditions, done}. */
const TABLE = 'gists';

/** Return the gist of an opened record, null for what is only a file. */
export function gistOf({ view, event, visit }: Pick<RecordView, 'view' | 'event' | 'visit'>): Gist | null {
  if (visit !== null) {
    const start = new Date(visit.start * 1000).toISOString();
    return { from: start, to: start, ...NO_FACTS };
  }
  if (view === null || event !== null) return null;
  const dated = view.items.filter((item) => item.kind !== 'patient' && item.date !== null && item.time !== null);
  const inOrder = [...dated].sort((left, right) => left.time! - right.time!);
  return { from: inOrder[0]?.date ?? null, to: inOrder.at(-1)?.date ?? null, ...checkFacts(view) };
}

/** Keep what was learnt of a record. */
export async function rememberGist(context: Context, record: string, gist: Gist): Promise<void> {
  const { from, to } = gist;
  const conditions = [...gist.conditions];
  const done = gist.done.map(([code, time]) => [code, time]);
  await context.changing(TABLE, (gists) => {
    gists[record] = { from, to, conditions, done };
  });
}

/** Forget a record that is erased: nothing of its content may stay behind. */
export async function forgetGist(context: Context, record: string): Promise<void> {
  await context.changing(TABLE, (gists) => {
    delete gists[record];
  });
}

/** Return what is remembered, by record. */
export async function gists(context: Context): Promise<Record<string, Gist>> {
  const found = Object.entries(await context.table(TABLE)).flatMap(([record, row]) => {
    const gist = gistIn(row);
    return gist === null ? [] : [[record, gist] as const];
  });
  return Object.fromEntries(found);
}

/** Rows are this device's own; one of another form comes from another version, and the record is opened anew. */
function gistIn(row: Json): Gist | null {
  if (!isObject(row)) return null;
  const { from, to, conditions, done } = row;
  const facts = factsIn(conditions, done);
  if (facts === null) return null;
  return { from: typeof from === 'string' ? from : null, to: typeof to === 'string' ? to : null, ...facts };
}

/** What checks go by as a row of a table keeps it, null when it keeps none. */
export function factsIn(conditions: Json | undefined, done: Json | undefined): CheckFacts | null {
  if (!Array.isArray(conditions) || !Array.isArray(done)) return null;
  return {
    conditions: conditions.filter((code) => typeof code === 'string'),
    done: done.flatMap((pair) => {
      const [code, time]: readonly unknown[] = Array.isArray(pair) ? pair : [];
      return typeof code === 'string' && typeof time === 'number' ? [[code, time] as const] : [];
    }),
  };
}
