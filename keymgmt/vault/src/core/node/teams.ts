/**
 * What a care team is, as far as it follows from what m nodes attest (nodes.md, "Care teams").
 *
 * The platform keeps a team's document, and anybody can write one. It is believed when its hash and version are those
 * that the nodes attest for the team's slot, and when the key that the nodes attest for its institution signed it. Of
 * its members those count whom that institution authorises now.
 */

import type { Address } from '../addresses.ts';
import { type Bytes, equalBytes } from '../bytes.ts';
import { isObject, type Json } from '../canonical.ts';
import { hashStruct, offChainDomain, verify } from '../eip712.ts';
import { MedixainError } from '../errors.ts';
import { fromHex } from '../hex.ts';
import { CareTeam } from '../keys/messages.ts';
import { TeamNotAttested } from './errors.ts';
import type { ProfessionalStatement, StateStatement } from './messages.ts';
import { fromJson } from './wire.ts';

export const MAX_MEMBERS = 64;
/** Characters of a team's name. */
export const MAX_NAME = 200;
/** Bytes of a signature. */
const SIGNATURE = 65;

/**
 * How a listed member stands with the institution that listed it: authorised now; registered there and not allowed to
 * act now; or elsewhere, because nobody's professional any more, or another institution's.
 */
export type Standing = 'authorised' | 'suspended' | 'elsewhere';

/** A listed member; `statement` is what the nodes attest, null for nobody's or another institution's professional. */
export interface TeamMember {
  readonly wallet: Address;
  readonly standing: Standing;
  readonly statement: ProfessionalStatement | null;
}

/** A believed team. One that was dissolved has no members; nothing is known of its name then. */
export interface Team {
  readonly id: Address;
  readonly institution: Address;
  readonly name: string;
  readonly version: number;
  readonly members: readonly TeamMember[];
}

/** Return the members who can be given something now. */
export function authorisedOf({ members }: Team): readonly TeamMember[] {
  return members.filter(({ standing }) => standing === 'authorised');
}

/**
 * Return the document in `row` (document, signature) if it is the very one that `state` attests.
 *
 * Who signed it is not checked yet: that takes the members' statements. Throws {@link TeamNotAttested}.
 */
export function statedTeam(state: StateStatement, row: Json): CareTeam {
  return readStated(state, row).message;
}

/**
 * Return the team in `row`, every member with the standing that `professionals` (by wallet) give.
 *
 * Throws {@link TeamNotAttested}, also when no member is the institution's, because then nobody says what key signs for
 * it.
 */
export function believedTeam(
  state: StateStatement,
  row: Json,
  professionals: ReadonlyMap<Address, ProfessionalStatement | null>,
): Team {
  const { message, signature } = readStated(state, row);
  const { team: id, institution, version } = message;
  const members = message.members.map((wallet) => memberOf(message, wallet, professionals.get(wallet) ?? null));
  if (members.length === 0) return { id, institution, name: '', version, members };
  const key = members.find(({ statement }) => statement !== null)?.statement?.institutionKey;
  if (key === undefined) throw new TeamNotAttested('no member is with the institution any more');
  try {
    verify(offChainDomain(Number(state.chainId)), CareTeam, message, signature, key);
  } catch (error) {
    if (!(error instanceof MedixainError)) throw error;
    throw new TeamNotAttested('not signed by its institution', { cause: error });
  }
  return { id, institution, name: message.name, version, members };
}

function memberOf({ institution }: CareTeam, wallet: Address, statement: ProfessionalStatement | null): TeamMember {
  if (statement?.wallet !== wallet || statement.institution !== institution) {
    return { wallet, standing: 'elsewhere', statement: null };
  }
  return { wallet, standing: statement.authorised ? 'authorised' : 'suspended', statement };
}

interface Read {
  readonly message: CareTeam;
  readonly signature: Bytes;
}

function readStated(state: StateStatement, row: Json): Read {
  const found = read(row);
  const { message } = found;
  if (message.team !== state.slot) throw new TeamNotAttested("another team's document");
  if (message.version !== state.keysetVersion) {
    throw new TeamNotAttested(`version ${message.version} where ${state.keysetVersion} is on the chain`);
  }
  if (!equalBytes(hashStruct(CareTeam, message), state.keysetHash)) {
    throw new TeamNotAttested('other content than what is on the chain');
  }
  return found;
}

function read(row: Json): Read {
  const { document = null, signature } = isObject(row) ? row : {};
  let found: Read;
  try {
    if (typeof signature !== 'string') throw new TeamNotAttested('its document cannot be read');
    found = { message: fromJson(CareTeam, document), signature: fromHex(signature, SIGNATURE) };
  } catch (error) {
    if (!(error instanceof MedixainError)) throw error;
    throw new TeamNotAttested('its document cannot be read', { cause: error });
  }
  if (!isWellFormed(found.message)) throw new TeamNotAttested('its document is no list of members');
  return found;
}

/** Whether a document is one that anybody may sign or believe: a name, members in order and not too many. */
function isWellFormed({ name, members, version }: CareTeam): boolean {
  const wallets = members.map((wallet) => wallet.toLowerCase());
  const ordered = wallets.every((wallet, index) => index === 0 || wallets[index - 1]! < wallet);
  return name.trim() !== '' && [...name].length <= MAX_NAME && wallets.length <= MAX_MEMBERS && ordered && version > 0;
}
