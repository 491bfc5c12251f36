/** When the signed statements of several nodes say the same, and when they say less than was seen before. */

import { toHex } from '../hex.ts';
import { RolledBack, StatementsDisagree } from './errors.ts';
import type { ProfessionalStatement, RegistrationStatement, StateStatement } from './messages.ts';

/** What nodes state of a slot, of a professional or of a past registration. */
export type Statement = StateStatement | ProfessionalStatement | RegistrationStatement;

/** Fields in which honest nodes may differ, because each finalises and reads its clock at its own moment. */
const OF_ONE_NODE: ReadonlySet<string> = new Set(['finalHeight', 'finalHash', 'finalTime', 'nodeTime']);

/** The highest counters a client has seen of a slot; a client keeps them for ever (protocols.md). */
export interface SeenState {
  readonly finalHeight: number;
  readonly keysetVersion: number;
  readonly keystoreVersion: number;
  readonly recordsCount: number;
  readonly grantsCount: number;
}

/** The names Python gives the counters, for the error's `field`. */
const COUNTERS = {
  finalHeight: 'final_height',
  keysetVersion: 'keyset_version',
  keystoreVersion: 'keystore_version',
  recordsCount: 'records_count',
  grantsCount: 'grants_count',
} as const satisfies Readonly<Record<keyof SeenState, string>>;

/** Return the counters of a statement that was accepted. */
export function seenStateOf(statement: StateStatement): SeenState {
  const { finalHeight, keysetVersion, keystoreVersion, recordsCount, grantsCount } = statement;
  return { finalHeight, keysetVersion, keystoreVersion, recordsCount, grantsCount };
}

/** Return if nothing in `statement` is below what was seen; throws {@link RolledBack}. */
export function checkNotRolledBack(statement: StateStatement, seen: SeenState): void {
  for (const counter of Object.keys(COUNTERS) as (keyof SeenState)[]) {
    if (statement[counter] < seen[counter]) {
      throw new RolledBack(COUNTERS[counter], seen[counter], statement[counter]);
    }
  }
}

/** Whether some `threshold` of the statements say the same. */
export function agree<S extends Statement>(statements: Iterable<S>, threshold: number): boolean {
  return largestGroup(statements).length >= threshold;
}

/**
 * Return of `threshold` or more statements that say the same the one with the newest final block; throws
 * {@link StatementsDisagree} when there are not so many.
 */
export function agreed<S extends Statement>(statements: Iterable<S>, threshold: number): S {
  const group = largestGroup(statements);
  const newest = group.reduce<S | undefined>(
    (best, statement) => (best === undefined || statement.finalHeight > best.finalHeight ? statement : best),
    undefined,
  );
  if (newest === undefined || group.length < threshold) throw new StatementsDisagree(group.length, threshold);
  return newest;
}

function largestGroup<S extends Statement>(statements: Iterable<S>): readonly S[] {
  const groups = Map.groupBy(statements, agreementKey);
  return [...groups.values()].reduce<readonly S[]>((best, group) => (group.length > best.length ? group : best), []);
}

/** What honest nodes say alike, as one text. */
function agreementKey(statement: Statement): string {
  const said = Object.entries(statement)
    .filter(([name]) => !OF_ONE_NODE.has(name))
    .map(([name, value]) => [name, value instanceof Uint8Array ? toHex(value) : String(value)]);
  return JSON.stringify(said);
}
