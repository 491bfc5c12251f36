/** Grants as they are shown: what this wallet gave, what it received, and the requests that wait. Signs nothing. */

import type { Address } from '../core/addresses.ts';
import type { Json } from '../core/canonical.ts';
import { GrantOpening, grantId } from '../core/contracts/messages.ts';
import { toHex } from '../core/hex.ts';
import type { WalletKeys } from '../core/keys/derivation.ts';
import { layerOf } from '../core/keys/layers.ts';
import { fromJson } from '../core/node/wire.ts';
import type { Context } from './context.ts';
import { HomeDamaged } from './errors.ts';
import { sync } from './inbox.ts';
import { objectOf, reading, textOf } from './meta.ts';
import type { AccessShown, GrantRow } from './results.ts';
import { attested, history } from './slots.ts';

/** A grant this wallet gave; `name` is its id as people write it. */
export interface Given {
  readonly name: string;
  readonly opening: GrantOpening;
  readonly layer: string;
}

/** Return every grant this wallet gave, as this device remembers. */
export async function givenGrants(context: Context): Promise<Given[]> {
  return Object.entries(await context.table('given')).map(([name, row]) => givenOf(name, row));
}

/** Return the ids (`0x…`) of the grants of an own layer that the attested history shows withdrawn. */
export async function withdrawnIds(context: Context, layer: string): Promise<Set<string>> {
  const slot = context.keys.slotId(layer);
  const statement = await attested(context, slot, { fresh: false });
  return (await history(context, slot, context.account, statement)).withdrawn();
}

/** Return {@link withdrawnIds} of several layers together; grant ids are unique over all of them. */
export async function withdrawnIn(context: Context, layers: Iterable<string>): Promise<Set<string>> {
  const found = new Set<string>();
  for (const layer of new Set(layers)) for (const id of await withdrawnIds(context, layer)) found.add(id);
  return found;
}

/** Return requests that wait, and grants given and received. */
export async function show(context: Context): Promise<AccessShown> {
  const waiting = await sync(context);
  const requests = waiting.map(({ id, professional, sections, append, purpose, until, received }) => ({
    request: id,
    professional,
    sections,
    append,
    purpose,
    until,
    received,
  }));
  const given = await givenGrants(context);
  const withdrawn = await withdrawnIn(
    context,
    given.map(({ layer }) => layer),
  );
  const rows = given.map((grant) => givenRow(context, grant, withdrawn.has(grant.name)));
  const received = Object.values(await context.table('received')).map((row) => receivedRow(context, row));
  return { requests, grants: [...rows, ...received] };
}

/** Return the names of a layer's sections by their tags (`0x…`), as this wallet derives them. */
export function sectionNames(keys: WalletKeys, layer: string): ReadonlyMap<string, string> {
  return new Map([...layerOf(layer).sections.keys()].map((name) => [toHex(keys.sectionTag(layer, name)), name]));
}

function givenOf(name: string, row: Json): Given {
  try {
    const { opening, layer } = objectOf(row);
    return { name, opening: fromJson(GrantOpening, opening), layer: textOf(layer) };
  } catch (error) {
    throw new HomeDamaged('memory', { cause: error });
  }
}

function givenRow(context: Context, { name, opening, layer }: Given, withdrawn: boolean): GrantRow {
  const names = sectionNames(context.keys, layer);
  const sections = opening.sections.map(({ tag }) => `${layer}/${names.get(toHex(tag)) ?? toHex(tag)}`);
  const state = withdrawn ? 'withdrawn' : stateOf(context, opening.expiry);
  return rowOf(name, 'given', opening.grantee, layer, opening, sections, state);
}

function receivedRow(context: Context, row: Json): GrantRow {
  return reading('a grant', () => {
    const document = objectOf(row);
    const layer = textOf(document['layer']);
    const opening = fromJson(GrantOpening, document['opening']);
    const sections = Object.values(objectOf(document['sections'])).map((name) => `${layer}/${textOf(name)}`);
    const wallet = textOf(document['wallet']) as Address;
    return rowOf(
      toHex(grantId(opening)),
      'received',
      wallet,
      layer,
      opening,
      sections,
      stateOf(context, opening.expiry),
    );
  });
}

function stateOf(context: Context, expiry: number): string {
  return expiry <= context.now() ? 'expired' : 'active';
}

function rowOf(
  grant: string,
  direction: GrantRow['direction'],
  other: string,
  layer: string,
  opening: GrantOpening,
  sections: readonly string[],
  state: string,
): GrantRow {
  const { purpose, expiry } = opening;
  return { grant, direction, other, layer, records: opening.records.map(toHex), sections, purpose, expiry, state };
}
