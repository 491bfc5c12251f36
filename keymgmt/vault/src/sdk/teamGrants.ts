/**
 * Sharing with a care team in one act: a grant of its own, with its own kfrags, for every member (promise I8).
 *
 * The chain takes grants one by one, so an act can end in the middle. Everything that can be refused is asked before the
 * first of them; then who was said yes to is written down, and an act that was interrupted is finished by doing it again
 * or when the vault is next unlocked. It never takes in who joined meanwhile: that takes another act of the patient.
 *
 * The right to add records goes to a pseudonym that only its professional can name, in a request (ADR 5). So an act that
 * carries it gives it to the members who asked once; the others can read, and are named.
 */

import { type Address, toAddress } from '../core/addresses.ts';
import type { JsonObject } from '../core/canonical.ts';
import { InvalidInput, MedixainError } from '../core/errors.ts';
import { toHex } from '../core/hex.ts';
import { type Team, authorisedOf } from '../core/node/teams.ts';
import type { AgreedMember, PersonShown, PreparedShare, PreparedTeam, TeamWish } from '../ui/api.ts';
import type { Context } from './context.ts';
import { NotAttested } from './errors.ts';
import { type Decided, type Issued, decide, give, itemsOf } from './granting.ts';
import { authorsUntil, givenGrants, knownAuthors, liveGrants, sectionsOf, signs } from './grants.ts';
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

/** A member's pseudonyms by layer; none where the member only reads. */
type Pseudonyms = Readonly<Record<string, Address>>;

/** What was decided and is not given to everybody yet, as the table `teaming` keeps it by team. */
interface Pending {
  readonly records: readonly string[];
  readonly sections: readonly string[];
  readonly append: boolean;
  /** Of the members who may add as the sheet named them, by wallet: one who asks later waits for the next act. */
  readonly authors: Readonly<Record<string, Pseudonyms>>;
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
  const mustAsk: PersonShown[] = [];
  for (const { wallet } of authorisedOf(team)) {
    if (stopped.has(wallet)) continue;
    const append = isAuthor(await pseudonyms(context, wallet, wish));
    if (wish.append && !append) mustAsk.push(await person(context, wallet));
    if (has.has(wallet)) continue;
    shares.push(await prepareDecided(context, await decide(context, wallet, { ...wish, append })));
  }
  const holders = authorisedOf(team).filter(({ wallet }) => has.has(wallet));
  const have = await Promise.all(holders.map(({ wallet }) => person(context, wallet)));
  return { team: await shownTeam(context, team), shares, have, mustAsk };
}

/**
 * Share with those of `members`, whom the person agreed to, that the team's institution authorises now. Whoever has it
 * through this team already is given it once more only where the right to add is wished and lacking.
 *
 * Throws `TeamNotAttested` and {@link NotAttested} before anybody is given anything.
 */
export async function grantTeam(
  context: Context,
  wish: TeamWish,
  members: readonly AgreedMember[],
  options: TeamOptions = {},
): Promise<TeamGranted> {
  const { wait = 'final' } = options;
  requireWait(wait);
  await sync(context);
  requireSound(context, wish);
  const team = await believed(context, wish.team);
  requireSomebody(team);
  const agreed = new Map(members.map(({ wallet, append }) => [toAddress(wallet), append]));
  const authorised = authorisedOf(team).map(({ wallet }) => wallet);
  const reached = authorised.filter((wallet) => agreed.has(wallet));
  await itemsOf(context, wish.records, wish.sections);
  const has = await holding(context, team.id, wish);
  const authors: Record<string, Pseudonyms> = {};
  for (const wallet of reached) if (agreed.get(wallet)) authors[wallet] = await pseudonyms(context, wallet, wish);
  const decision: Pending = {
    records: wish.records,
    sections: wish.sections.map((text) => splitSection(text).join('/')),
    append: wish.append,
    authors,
    purpose: wish.purpose,
    expiry: wish.expiry,
    waiting: await stillWaiting(context, team.id, wish, reached, has),
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
    ...(await adding(context, wish, authorised, decision, has)),
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

function requireSound(context: Context, { sections, append, expiry }: TeamWish): void {
  if (expiry <= context.now()) {
    throw new InvalidInput('The access would end before it begins; give a later time.', { field: 'until' });
  }
  if (append && sections.length === 0) {
    const mend = 'Records are added to sections: name those that the team may add to.';
    throw new InvalidInput(mend, { field: 'append' });
  }
}

function requireSomebody(team: Team): void {
  if (authorisedOf(team).length === 0) throw new NotAttested(`Nobody in the care team ${team.id} is authorised now`);
}

/** Return a member's pseudonyms for what is wished: none without adding, and where she named none for a layer of it. */
async function pseudonyms(
  context: Context,
  wallet: Address,
  { append, sections }: Pick<TeamWish, 'append' | 'sections'>,
): Promise<Pseudonyms> {
  const known = await knownAuthors(context, wallet);
  if (!append || !signs(known, sections)) return {};
  return Object.fromEntries(sections.map(splitSection).map(([layer]) => [layer, known[layer]!]));
}

function isAuthor(pseudonyms: Pseudonyms): boolean {
  return Object.keys(pseudonyms).length > 0;
}

/** Return which of those who have it or are given it may add records, and which have to ask for that first. */
async function adding(
  context: Context,
  wish: TeamWish,
  authorised: readonly Address[],
  { authors, waiting }: Pending,
  has: ReadonlySet<Address>,
): Promise<Pick<TeamGranted, 'mayAppend' | 'mustAsk'>> {
  const mayAppend: Address[] = [];
  const mustAsk: Address[] = [];
  if (!wish.append) return { mayAppend, mustAsk };
  for (const wallet of authorised) {
    if (waiting.includes(wallet)) (isAuthor(authors[wallet] ?? {}) ? mayAppend : mustAsk).push(wallet);
    else if (has.has(wallet)) (isAuthor(await pseudonyms(context, wallet, wish)) ? mayAppend : mustAsk).push(wallet);
  }
  return { mayAppend, mustAsk };
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
  has: ReadonlySet<Address>,
): Promise<Address[]> {
  const before = await pendingOf(context, team);
  if (before === null) return members.filter((wallet) => !has.has(wallet));
  if (isSame(before, wish)) return members.filter((wallet) => before.waiting.includes(wallet) || !has.has(wallet));
  await carryOut(context, team, {});
  return members.filter((wallet) => !has.has(wallet));
}

function isSame(before: Pending, { records, sections, append, purpose, expiry }: TeamWish): boolean {
  const same = (left: readonly string[], right: readonly string[]): boolean =>
    [...left].sort().join() === [...right].sort().join();
  return (
    same(before.records, records) &&
    same(before.sections, sections) &&
    before.append === append &&
    before.purpose === purpose &&
    before.expiry === expiry
  );
}

/** Return who has all of a wish through the team, for its purpose and at least as long, and lacks no right to add. */
async function holding(context: Context, team: Address, wish: TeamWish): Promise<ReadonlySet<Address>> {
  const { records, sections, purpose, expiry } = wish;
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
  const readers = [...held].filter(([, things]) => wanted.every((one) => things.has(one))).map(([wallet]) => wallet);
  const lacking = await lackingRight(context, readers, wish);
  return new Set(readers.filter((wallet) => !lacking.has(wallet)));
}

/** Return which members can be let add and are not, or not as long. */
async function lackingRight(
  context: Context,
  members: readonly Address[],
  wish: TeamWish,
): Promise<ReadonlySet<Address>> {
  const lacking = new Set<Address>();
  const told = new Map<string, ReadonlyMap<Address, number>>();
  for (const wallet of members) {
    for (const [layer, author] of Object.entries(await pseudonyms(context, wallet, wish))) {
      const until = told.get(layer) ?? (await authorsUntil(context, layer));
      told.set(layer, until);
      if ((until.get(author) ?? 0) < wish.expiry) lacking.add(wallet);
    }
  }
  return lacking;
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
  { records, sections, authors: named, purpose, expiry }: Pending,
): Promise<(Decided & { readonly team: Address }) | null> {
  try {
    const professional = await attestedProfessional(context, wallet);
    const items = await itemsOf(context, records, sections);
    const authors = named[wallet] ?? {};
    return { asked: null, professional, items, sections, append: isAuthor(authors), authors, purpose, expiry, team };
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
  const row = (await context.table('teaming'))[team] as JsonObject | undefined;
  // Written by this module only; a row of before teams could add says nothing of it.
  return row === undefined ? null : ({ append: false, authors: {}, ...row } as unknown as Pending);
}

function lists({ records, sections, waiting }: Pending): JsonObject {
  return { records: [...records], sections: [...sections], waiting: [...waiting] };
}
