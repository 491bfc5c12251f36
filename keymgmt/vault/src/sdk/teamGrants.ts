/**
 * Sharing with a care team in one act: a grant of its own, with its own kfrags, for every member (promise I8).
 *
 * The chain takes grants one by one, so an act can end in the middle. Everything that can be refused is asked before the
 * first of them; then who was said yes to is written down, and an act that was interrupted is finished by doing it again
 * or when the vault is next unlocked. It never takes in who joined meanwhile: that takes another act of the patient.
 */

import { type Address, toAddress } from '../core/addresses.ts';
import type { JsonObject } from '../core/canonical.ts';
import { InvalidInput, MedixainError } from '../core/errors.ts';
import { toHex } from '../core/hex.ts';
import { type Team, authorisedOf } from '../core/node/teams.ts';
import type { PreparedShare, PreparedTeam, TeamWish } from '../ui/api.ts';
import type { Context } from './context.ts';
import { NotAttested } from './errors.ts';
import { type Decided, type Issued, decide, give, itemsOf } from './granting.ts';
import { givenGrants, liveGrants, sectionsOf } from './grants.ts';
import { sync } from './inbox.ts';
import { prepareDecided } from './preparing.ts';
import { person } from './professionals.ts';
import type { Progress, TeamGranted } from './results.ts';
import { attestedProfessional } from './slots.ts';
import { splitSection } from './stored.ts';
import { believed, sharingWith, shownTeam } from './teams.ts';
import { type Handed, type Waiting, requireWait, waitFor } from './transactions.ts';

/** Options of sharing with a team; `progress` counts its members. */
export interface TeamOptions extends Waiting {
  readonly progress?: Progress | undefined;
}

/** What was decided and is not given to everybody yet, as the table `teaming` keeps it by team. */
interface Pending {
  readonly records: readonly string[];
  readonly sections: readonly string[];
  readonly purpose: string;
  readonly expiry: number;
  readonly waiting: readonly string[];
}

/**
 * Return what sharing with a team will sign, for every member who does not have it already; signs and sends nothing.
 *
 * Whom the owner stopped sharing with, while going on with the others, stays left out.
 */
export async function prepareTeam(context: Context, wish: TeamWish): Promise<PreparedTeam> {
  await sync(context);
  const team = await believed(context, wish.team);
  requireSomebody(team);
  const has = await holding(context, team.id, wish);
  const { stopped } = await sharingWith(context, team.id);
  const shares: PreparedShare[] = [];
  for (const { wallet } of authorisedOf(team)) {
    if (!has.has(wallet) && !stopped.has(wallet))
      shares.push(await prepareDecided(context, await decide(context, wallet, wish)));
  }
  const holders = authorisedOf(team).filter(({ wallet }) => has.has(wallet));
  const have = await Promise.all(holders.map(({ wallet }) => person(context, wallet)));
  return { team: await shownTeam(context, team), shares, have };
}

/**
 * Share with those of `members`, whom the person agreed to, that the team's institution authorises now.
 *
 * Throws `TeamNotAttested` and {@link NotAttested} before anybody is given anything.
 */
export async function grantTeam(
  context: Context,
  wish: TeamWish,
  members: readonly string[],
  options: TeamOptions = {},
): Promise<TeamGranted> {
  const { wait = 'final' } = options;
  requireWait(wait);
  await sync(context);
  if (wish.expiry <= context.now()) {
    throw new InvalidInput('The access would end before it begins; give a later time.', { field: 'until' });
  }
  const team = await believed(context, wish.team);
  requireSomebody(team);
  const agreed = new Set(members.map((wallet) => toAddress(wallet)));
  const authorised = authorisedOf(team).filter(({ wallet }) => agreed.has(wallet));
  await itemsOf(context, wish.records, wish.sections);
  const decision: Pending = {
    records: wish.records,
    sections: wish.sections.map((text) => splitSection(text).join('/')),
    purpose: wish.purpose,
    expiry: wish.expiry,
    waiting: await stillWaiting(
      context,
      team.id,
      wish,
      authorised.map(({ wallet }) => wallet),
    ),
  };
  await context.changing('teaming', (teaming) => {
    teaming[team.id] = { ...decision, ...lists(decision) };
  });
  const { issued, transactions, given } = await carryOut(context, team.id, options);
  const state = await waitFor(context, transactions, { ...options, wait });
  const named = (addresses: readonly string[]): string[] => context.meta.nodeSet.named(new Set(addresses));
  const left = team.members.filter(({ wallet, standing }) => agreed.has(wallet) && standing !== 'authorised');
  return {
    team: team.id,
    name: team.name,
    members: given,
    leftOut: left.map(({ wallet, standing }) => ({ wallet, standing })),
    grants: issued.map(({ id }) => toHex(id)),
    expiry: wish.expiry,
    nodes: named(issued.flatMap(({ nodes }) => nodes)),
    waitingNodes: named(issued.flatMap(({ waiting }) => waiting)),
    state,
  };
}

/** Finish acts of sharing with a team that were interrupted, as far as they go now; what fails stays pending. */
export async function settleTeams(context: Context): Promise<void> {
  for (const team of Object.keys(await context.table('teaming')).sort()) {
    try {
      await carryOut(context, toAddress(team), {});
    } catch (error) {
      if (!(error instanceof MedixainError)) throw error;
    }
  }
}

function requireSomebody(team: Team): void {
  if (authorisedOf(team).length === 0) throw new NotAttested(`Nobody in the care team ${team.id} is authorised now`);
}

/**
 * Return who is still to be given it. Whoever an interrupted act had come to may have a grant without its keys, so she
 * gets it anew; an interrupted act about something else is finished first.
 */
async function stillWaiting(
  context: Context,
  team: Address,
  wish: TeamWish,
  members: readonly Address[],
): Promise<Address[]> {
  const before = await pendingOf(context, team);
  const has = await holding(context, team, wish);
  if (before === null) return members.filter((wallet) => !has.has(wallet));
  if (isSame(before, wish)) return members.filter((wallet) => before.waiting.includes(wallet) || !has.has(wallet));
  await carryOut(context, team, {});
  return members.filter((wallet) => !has.has(wallet));
}

function isSame(before: Pending, { records, sections, purpose, expiry }: TeamWish): boolean {
  const same = (left: readonly string[], right: readonly string[]): boolean =>
    [...left].sort().join() === [...right].sort().join();
  return (
    same(before.records, records) &&
    same(before.sections, sections) &&
    before.purpose === purpose &&
    before.expiry === expiry
  );
}

/** Return who has all of a wish through the team, for its purpose and at least as long. */
async function holding(
  context: Context,
  team: Address,
  { records, sections, purpose, expiry }: TeamWish,
): Promise<ReadonlySet<Address>> {
  const wanted = [...records, ...sections];
  const through = (await givenGrants(context)).filter((grant) => grant.team === team);
  const held = new Map<Address, Set<string>>();
  for (const grant of await liveGrants(context, through)) {
    const { opening } = grant;
    if (opening.purpose !== purpose || opening.expiry < expiry) continue;
    const things = held.get(opening.grantee) ?? new Set();
    for (const thing of [...opening.records.map(toHex), ...sectionsOf(context, grant)]) things.add(thing);
    held.set(opening.grantee, things);
  }
  return new Set([...held].filter(([, things]) => wanted.every((one) => things.has(one))).map(([wallet]) => wallet));
}

interface Carried {
  readonly issued: readonly Issued[];
  readonly transactions: readonly Handed[];
  readonly given: readonly Address[];
}

/** Give everybody who still waits what was decided, and strike each off. */
async function carryOut(context: Context, team: Address, { signal, progress }: TeamOptions): Promise<Carried> {
  const issued: Issued[] = [];
  const transactions: Handed[] = [];
  const given: Address[] = [];
  const decided = await pendingOf(context, team);
  if (decided === null) return { issued, transactions, given };
  const waiting = decided.expiry > context.now() ? decided.waiting.map((wallet) => toAddress(wallet)) : [];
  for (const [index, wallet] of waiting.entries()) {
    signal?.throwIfAborted();
    progress?.(index, waiting.length);
    // A withdrawal in another tab may have struck her off meanwhile.
    if ((await pendingOf(context, team))?.waiting.includes(wallet) !== true) continue;
    const one = await decidedFor(context, team, wallet, decided);
    if (one !== null) {
      const made = await give(context, one, signal);
      issued.push(...made.issued);
      transactions.push(...made.transactions);
      given.push(wallet);
    }
    await strike(context, team, wallet);
  }
  progress?.(waiting.length, waiting.length);
  await context.changing('teaming', (teaming) => {
    delete teaming[team];
  });
  return { issued, transactions, given };
}

/** What a member is given; null for one who is not authorised any more, because the act must end. */
async function decidedFor(
  context: Context,
  team: Address,
  wallet: Address,
  { records, sections, purpose, expiry }: Pending,
): Promise<(Decided & { readonly team: Address }) | null> {
  try {
    const professional = await attestedProfessional(context, wallet);
    const items = await itemsOf(context, records, sections);
    return { asked: null, professional, items, sections, append: false, authors: {}, purpose, expiry, team };
  } catch (error) {
    if (error instanceof NotAttested) return null;
    throw error;
  }
}

async function strike(context: Context, team: Address, wallet: Address): Promise<void> {
  await context.changing('teaming', (teaming) => {
    const row = teaming[team] as JsonObject | undefined;
    if (row === undefined) return;
    teaming[team] = { ...row, waiting: (row['waiting'] as string[]).filter((one) => one !== wallet) };
  });
}

async function pendingOf(context: Context, team: Address): Promise<Pending | null> {
  // Written by this module only.
  return ((await context.table('teaming'))[team] ?? null) as unknown as Pending | null;
}

function lists({ records, sections, waiting }: Pending): JsonObject {
  return { records: [...records], sections: [...sections], waiting: [...waiting] };
}
