/** Care teams as this device believes them (docs/spec/nodes.md, "Care teams"). Signs nothing for a contract. */

import { type Address, toAddress } from '../core/addresses.ts';
import type { Json } from '../core/canonical.ts';
import { Refusal, TeamNotAttested } from '../core/node/errors.ts';
import type { ProfessionalStatement } from '../core/node/messages.ts';
import { type Team, type TeamMember, believedTeam, statedTeam } from '../core/node/teams.ts';
import type { TeamMemberShown, TeamShown } from '../ui/api.ts';
import type { Context } from './context.ts';
import { Integrity, NotFound } from './errors.ts';
import { givenGrants, knownAuthors, liveGrants } from './grants.ts';
import { knownOr } from './mail.ts';
import { listOf, objectOf, reading, textOf } from './meta.ts';
import { person, stranger } from './professionals.ts';
import { show as showWallet } from './showing.ts';
import { attested, statedProfessional } from './slots.ts';
import type { Identity } from './transport.ts';

/**
 * Return a care team on the word of m nodes, fresh, never older than this device has seen.
 *
 * Throws {@link NotFound} where the platform has no such team, `TeamNotAttested`, and as `attested`.
 */
export async function believed(context: Context, id: string, by: Identity = context.account): Promise<Team> {
  const team = toAddress(id);
  const state = await attested(context, team, { fresh: true });
  const row: Json = await knownOr(
    context.api.get(`/teams/${team}`, { by, query: { version: state.keysetVersion } }),
    () => new NotFound('care team', team),
  );
  const statements = new Map<Address, ProfessionalStatement | null>();
  for (const wallet of statedTeam(state, row).members) statements.set(wallet, await statementOf(context, wallet));
  return believedTeam(state, row, statements);
}

/** What m nodes attest of a professional, authorised or not; null for nobody's. */
async function statementOf(context: Context, wallet: Address): Promise<ProfessionalStatement | null> {
  try {
    return await statedProfessional(context, wallet);
  } catch (error) {
    if (error instanceof Refusal && error.code === 'unknown-professional') return null;
    throw error;
  }
}

/** Return the ids of an institution's care teams, as the platform lists them. */
export async function teamIds(context: Context, institution: Address, by: Identity): Promise<Address[]> {
  const answer = await context.api.get(`/institutions/${institution}/teams`, { by });
  return reading("an institution's care teams", () =>
    listOf(objectOf(answer)['teams']).map((row) => toAddress(textOf(objectOf(row)['team']))),
  );
}

/** Return a care team with its members by name. */
export async function showTeam(context: Context, id: string): Promise<TeamShown> {
  return shownTeam(context, await believed(context, id));
}

/** Return a believed team with its members by name, and what this wallet shares with it. */
export async function shownTeam(context: Context, team: Team): Promise<TeamShown> {
  const sharing = await sharingWith(context, team.id);
  const members: TeamMemberShown[] = [];
  for (const member of team.members) members.push(await memberShown(context, member, sharing));
  const unasked = members.filter(({ standing, address }) => standing === 'authorised' && !sharing.ever.has(address));
  const { id, name, institution, version } = team;
  return {
    team: id,
    name,
    institution,
    institutionName: members.find(({ institutionName }) => institutionName !== null)?.institutionName ?? null,
    version,
    members,
    joined: sharing.now.size === 0 ? [] : unasked.map(({ address }) => address),
  };
}

async function memberShown(
  context: Context,
  { wallet, standing }: TeamMember,
  sharing: SharingWith,
): Promise<TeamMemberShown> {
  // Whoever is elsewhere is shown by the address: another institution's name for somebody is not this team's matter.
  const shown = standing === 'elsewhere' ? stranger(wallet) : await person(context, wallet);
  const signs = Object.keys(await knownAuthors(context, wallet)).sort();
  return { ...shown, standing, shared: sharing.now.has(wallet), stopped: sharing.stopped.has(wallet), signs };
}

/** Wallets of a care team as this wallet shares with it. */
export interface SharingWith {
  /** Have something through the team. */
  readonly now: ReadonlySet<string>;
  /** Had, until the owner took it from them and left it to others. */
  readonly stopped: ReadonlySet<string>;
  /** Were given something through it at any time. */
  readonly ever: ReadonlySet<string>;
}

/** Return with whom this wallet shares through a care team; one that nothing is shared with has nobody stopped. */
export async function sharingWith(context: Context, team: Address): Promise<SharingWith> {
  const through = (await givenGrants(context)).filter((grant) => grant.team === team);
  const grantees = (grants: typeof through): Set<string> => new Set(grants.map(({ opening }) => opening.grantee));
  const now = grantees(await liveGrants(context, through));
  const current = grantees(through.filter(({ opening }) => opening.expiry > context.now()));
  return {
    now,
    stopped: now.size === 0 ? new Set() : new Set([...current].filter((one) => !now.has(one))),
    ever: grantees(through),
  };
}

/**
 * Return the care teams of the institutions that this person deals with: whoever attested her, and whoever answers for
 * somebody who can see something. One that cannot be believed, or is on its way to the chain, is left out.
 */
export async function listTeams(context: Context): Promise<TeamShown[]> {
  const found = new Map<Address, TeamShown>();
  for (const institution of await ownInstitutions(context)) {
    for (const id of await teamIds(context, institution, context.account)) {
      const team = await unlessUnbelieved(() => showTeam(context, id));
      if (team !== null && team.members.length > 0) found.set(id, team);
    }
  }
  const shared = (await givenGrants(context)).flatMap(({ team }) => (team === null ? [] : [team]));
  for (const id of new Set(shared)) {
    if (found.has(id)) continue;
    const team = await unlessUnbelieved(() => showTeam(context, id));
    if (team !== null && team.members.some((member) => member.shared)) found.set(id, team);
  }
  return [...found.values()].sort((left, right) => left.name.localeCompare(right.name));
}

/** Return the care teams of this professional's institution that the professional is a member of, by name. */
export async function listOwnTeams(context: Context): Promise<TeamShown[]> {
  const { address } = context.professional;
  const own = await statementOf(context, address);
  if (own === null) return [];
  const found: TeamShown[] = [];
  for (const id of await teamIds(context, own.institution, context.professional)) {
    const team = await unlessUnbelieved(async () =>
      shownTeam(context, await believed(context, id, context.professional)),
    );
    if (team?.members.some((member) => member.address === address) === true) found.push(team);
  }
  return found.sort((left, right) => left.name.localeCompare(right.name));
}

async function ownInstitutions(context: Context): Promise<ReadonlySet<Address>> {
  const { kyc } = await showWallet(context);
  const found = new Set<Address>(kyc.institution === null ? [] : [toAddress(kyc.institution)]);
  const current = (await givenGrants(context)).filter(({ opening }) => opening.expiry > context.now());
  for (const grantee of new Set(current.map(({ opening }) => opening.grantee))) {
    const statement = await statementOf(context, grantee);
    if (statement !== null) found.add(statement.institution);
  }
  return found;
}

async function unlessUnbelieved(show: () => Promise<TeamShown>): Promise<TeamShown | null> {
  try {
    return await show();
  } catch (error) {
    const coming = error instanceof Refusal && error.code === 'unknown-slot';
    if (coming || error instanceof TeamNotAttested || error instanceof Integrity || error instanceof NotFound) {
      return null;
    }
    throw error;
  }
}
