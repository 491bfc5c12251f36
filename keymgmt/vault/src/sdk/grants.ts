/** Grants as they are shown: what this wallet gave, what it received, and the requests that wait. Signs nothing. */

import { type Address, toAddress } from '../core/addresses.ts';
import type { Json } from '../core/canonical.ts';
import { GrantOpening, grantId } from '../core/contracts/messages.ts';
import { toHex } from '../core/hex.ts';
import type { WalletKeys } from '../core/keys/derivation.ts';
import { layerOf } from '../core/keys/layers.ts';
import { fromJson } from '../core/node/wire.ts';
import type { Context } from './context.ts';
import { HomeDamaged } from './errors.ts';
import { type Request, parseLetter } from './accessRequest.ts';
import { isSigned, sync } from './inbox.ts';
import { objectOf, reading, textOf } from './meta.ts';
import { openSections, sentReferrals } from './referrals.ts';
import type { AccessShown, GrantRow, RequestRow } from './results.ts';
import { attested, history } from './slots.ts';
import { splitSection } from './stored.ts';

/** A grant this wallet gave; `name` is its id as people write it. */
export interface Given {
  readonly name: string;
  readonly opening: GrantOpening;
  readonly layer: string;
  /** The care team it was given through, null for none. */
  readonly team: Address | null;
}

/** Return every grant this wallet gave, as this device remembers. */
export async function givenGrants(context: Context): Promise<Given[]> {
  return Object.entries(await context.table('given')).map(([name, row]) => givenOf(name, row));
}

/**
 * Return the ids (`0x…`) of the grants of an own layer that the attested history shows withdrawn, and with `own` those
 * which the history shows withdrawn before it is attested, when this device signed it.
 */
export async function withdrawnIds(context: Context, layer: string, own?: ReadonlySet<string>): Promise<Set<string>> {
  const slot = context.keys.slotId(layer);
  const statement = await attested(context, slot, { fresh: false });
  return (await history(context, slot, context.account, statement)).withdrawn(own);
}

/**
 * Return until when (Unix seconds) pseudonyms may add to an own layer, as the platform tells it: what it hides is given
 * once more, and a right that it makes up is one that its holder lacks.
 */
export async function authorsUntil(context: Context, layer: string): Promise<ReadonlyMap<Address, number>> {
  const slot = context.keys.slotId(layer);
  const statement = await attested(context, slot, { fresh: false });
  return (await history(context, slot, context.account, statement)).authors;
}

/** Return {@link withdrawnIds} of several layers together; grant ids are unique over all of them. */
export async function withdrawnIn(
  context: Context,
  layers: Iterable<string>,
  own?: ReadonlySet<string>,
): Promise<Set<string>> {
  const found = new Set<string>();
  for (const layer of new Set(layers)) for (const id of await withdrawnIds(context, layer, own)) found.add(id);
  return found;
}

/** Return requests that wait, grants given and received, and referrals sent. */
export async function show(context: Context): Promise<AccessShown> {
  const waiting = await sync(context);
  const given = await givenRows(context);
  const requests: RequestRow[] = [];
  for (const one of waiting) {
    const row = await requestRow(context, one, given);
    if (row !== null) requests.push(row);
  }
  const received = Object.values(await context.table('received')).map((row) => receivedRow(context, row));
  return { requests, grants: [...given, ...received], referrals: await sentReferrals(context) };
}

/** Return the grants this wallet gave, as rows. */
export async function givenRows(context: Context): Promise<GrantRow[]> {
  const given = await givenGrants(context);
  const withdrawn = await withdrawnIn(
    context,
    given.map(({ layer }) => layer),
    new Set(Object.keys(await context.table('withdrawing'))),
  );
  return given.map((grant) => givenRow(context, grant, withdrawn.has(grant.name)));
}

/** Return the pseudonyms, by layer, under which a professional once asked to append. */
export async function knownAuthors(context: Context, grantee: Address): Promise<Readonly<Record<string, Address>>> {
  return ((await context.table('authors'))[grantee] ?? {}) as Readonly<Record<string, Address>>;
}

/** Whether a professional has named a pseudonym for each layer of `sections`. */
export function signs(authors: Readonly<Record<string, Address>>, sections: readonly string[]): boolean {
  return sections.every((section) => splitSection(section)[0] in authors);
}

/** A request as it is shown; null for a referral by nobody who can see something, or not signed by its writer. */
async function requestRow(context: Context, one: Request, given: readonly GrantRow[]): Promise<RequestRow | null> {
  const { id, professional, sections, append, purpose, until, received, letter, grantee } = one;
  const row = { request: id, professional, sections, append, purpose, until, received };
  if (letter === null) return { ...row, referral: null };
  const held = openSections(given, 'given', professional);
  if (held.size === 0 || !(await isSigned(context, one))) return null;
  const referral = {
    colleague: grantee,
    reason: letter.reason,
    written: letter.written,
    beyond: sections.filter((section) => !held.has(section)),
    signs: signs(await knownAuthors(context, grantee), sections),
  };
  return { ...row, referral };
}

/** Return the names of a layer's sections by their tags (`0x…`), as this wallet derives them. */
export function sectionNames(keys: WalletKeys, layer: string): ReadonlyMap<string, string> {
  return new Map([...layerOf(layer).sections.keys()].map((name) => [toHex(keys.sectionTag(layer, name)), name]));
}

function givenOf(name: string, row: Json): Given {
  try {
    const { opening, layer, team } = objectOf(row);
    const through = team === undefined ? null : toAddress(textOf(team));
    return { name, opening: fromJson(GrantOpening, opening), layer: textOf(layer), team: through };
  } catch (error) {
    throw new HomeDamaged('memory', { cause: error });
  }
}

function givenRow(context: Context, given: Given, withdrawn: boolean): GrantRow {
  const { name, opening, layer, team } = given;
  const state = withdrawn ? 'withdrawn' : stateOf(context, opening.expiry);
  return { ...rowOf(name, 'given', opening.grantee, layer, opening, sectionsOf(context, given), state), team };
}

/** Return the sections that a grant opens, as people write them. */
export function sectionsOf(context: Context, { opening, layer }: Given): string[] {
  const names = sectionNames(context.keys, layer);
  return opening.sections.map(({ tag }) => `${layer}/${names.get(toHex(tag)) ?? toHex(tag)}`);
}

/**
 * Return those of `chosen` that have not run out, whose withdrawal no m nodes attest and this device did not sign, and
 * that no grant of a newer epoch replaces. The nodes are asked once for each layer.
 */
export async function liveGrants(context: Context, chosen: readonly Given[]): Promise<Given[]> {
  const current = chosen.filter(({ opening }) => opening.expiry > context.now());
  const withdrawn = await withdrawnIn(
    context,
    current.map(({ layer }) => layer),
  );
  return liveAmong(context, current, withdrawn);
}

/** As {@link liveGrants}, where it is known already which are withdrawn (`0x…`) as the attested history shows it. */
export async function liveAmong(
  context: Context,
  chosen: readonly Given[],
  withdrawn: ReadonlySet<string>,
): Promise<Given[]> {
  // The attested history lags by a block or two behind what this device has just signed.
  const over = { ...(await context.table('withdrawing')), ...(await context.table('replaced')) };
  return chosen.filter(
    ({ name, opening }) => opening.expiry > context.now() && !withdrawn.has(name) && !(name in over),
  );
}

function receivedRow(context: Context, row: Json): GrantRow {
  return reading('a grant', () => {
    const document = objectOf(row);
    const layer = textOf(document['layer']);
    const opening = fromJson(GrantOpening, document['opening']);
    const sections = Object.values(objectOf(document['sections'])).map((name) => `${layer}/${textOf(name)}`);
    const wallet = textOf(document['wallet']) as Address;
    const state = stateOf(context, opening.expiry);
    const shown = rowOf(toHex(grantId(opening)), 'received', wallet, layer, opening, sections, state);
    if ((document['letter'] ?? null) === null) return shown;
    const { referrer, reason, written } = parseLetter(document['letter']);
    return { ...shown, letter: { referrer, reason, written } };
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
  const records = opening.records.map(toHex);
  return { grant, direction, other, layer, records, sections, purpose, expiry, state, letter: null, team: null };
}
