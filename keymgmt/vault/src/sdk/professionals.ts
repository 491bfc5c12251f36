/** Professionals as they are shown, on the word of m nodes; applying to be one. */

import { type Address, toAddress } from '../core/addresses.ts';
import { AccessLevel, Registration } from '../core/contracts/messages.ts';
import { InvalidInput } from '../core/errors.ts';
import { fromHex, hexDigits, toHex } from '../core/hex.ts';
import { Refusal } from '../core/node/errors.ts';
import type { ProfessionalStatement } from '../core/node/messages.ts';
import { institutionName, professionalName } from '../core/node/naming.ts';
import { toJson } from '../core/node/wire.ts';
import { PublicKey } from '../core/pre/index.ts';
import type { PersonShown } from '../ui/api.ts';
import type { Context } from './context.ts';
import { NotFound } from './errors.ts';
import { knownOr, send } from './mail.ts';
import { objectOf, reading, textOf } from './meta.ts';
import type { InstitutionRow, ProfessionalApplied } from './results.ts';
import { witnessedProfessional } from './slots.ts';
import { markProfessional } from './standing.ts';
import { sign, stamp } from './transactions.ts';

/** Levels a person may apply for, by the names people use. */
export const LEVELS: ReadonlyMap<string, AccessLevel> = new Map([
  ['administrative', AccessLevel.administrative],
  ['research', AccessLevel.research],
  ['clinical', AccessLevel.clinical],
  ['senior', AccessLevel.seniorClinical],
]);

const ROLES = ['kyc', 'clinical', 'insurer', 'pharma', 'miner', 'research'] as const;
const YEAR = 365 * 24 * 3600;
/** Bytes of a key that people compare by eye. */
const SHOWN = 6;

/** Return a professional as m nodes attest, names included: one that does not follow from that is null. */
export async function person(context: Context, address: string): Promise<PersonShown> {
  const wallet = toAddress(address);
  const stated = await witnessedProfessional(context, wallet).catch((error: unknown) => {
    if (error instanceof Refusal && error.code === 'unknown-professional') return null;
    throw error;
  });
  if (stated === null) return stranger(wallet);
  const { statement, words } = stated;
  return {
    address: wallet,
    ...(await namesOf(context, statement)),
    institution: statement.institution,
    level: levelName(statement.level),
    authorised: statement.authorised,
    keyShown: hexDigits(statement.umbralKey.subarray(0, SHOWN)),
    nodes: context.meta.nodeSet.named(words.map(({ node }) => node)),
  };
}

/** Names that were checked; null for what was not, or failed. */
export type Names = Pick<PersonShown, 'name' | 'institutionName'>;

/** Somebody of whom nothing is attested. */
export function stranger(address: Address): PersonShown {
  const unknown = { name: null, institution: null, institutionName: null, level: null, keyShown: null } as const;
  return { address, ...unknown, authorised: false, nodes: [] };
}

/** What a professional and its institution are called: the platform's words, where they follow from the statement. */
export async function namesOf(context: Context, statement: ProfessionalStatement): Promise<Names> {
  const { wallet, institution } = statement;
  const row = await knownOr(
    context.api.get(`/professionals/${wallet}`, { by: context.account }),
    () => new NotFound('professional', wallet),
  ).catch((error: unknown) => {
    if (error instanceof NotFound) return null;
    throw error;
  });
  return {
    name: professionalName(statement, row),
    institutionName: institutionName(statement, context.meta.institutionName(institution)),
  };
}

function levelName(level: number): string | null {
  return [...LEVELS].find(([, value]) => value === level)?.[0] ?? null;
}

/** Return the institutions the platform knows. */
export function institutions({ meta }: Context): InstitutionRow[] {
  return meta.institutions.map(({ id, name, roles, active }) => ({
    institution: id,
    name,
    roles: ROLES.filter((_, bit) => ((roles >> bit) & 1) === 1),
    active,
  }));
}

/** Ask an institution to authorise this wallet; the registration is signed by the wallet already. */
export async function apply(
  context: Context,
  institution: string,
  level: string,
  name: string,
): Promise<ProfessionalApplied> {
  const wanted = LEVELS.get(level);
  if (wanted === undefined) {
    throw new InvalidInput(`Give a level among ${[...LEVELS.keys()].join(', ')}.`, { field: 'level' });
  }
  const { keys } = context;
  const to = toAddress(institution);
  const message = Registration.make({
    wallet: keys.walletId,
    signingKey: keys.wallet.address,
    umbralKey: keys.exchange.publicKey.bytes,
    institution: to,
    level: wanted,
    validUntil: context.now() + YEAR,
    ...stamp(context),
  });
  const signed = sign(context, 'InstitutionRegistry', 'register', Registration, message, keys.idKey);
  const sent = await send(context, {
    to,
    key: await exchangeKeyOf(context, to),
    kind: 'notice',
    document: {
      v: 1,
      kind: 'application',
      registration: toJson(Registration, message),
      signature: toHex(signed.signatures[0]!),
      name,
    },
    by: context.account,
  });
  await markProfessional(context);
  return { professional: keys.walletId, institution: to, message: sent };
}

async function exchangeKeyOf(context: Context, institution: Address): Promise<PublicKey> {
  const row = await context.api.get(`/institutions/${institution}`, { by: context.account });
  const key = reading('an institution', () => fromHex(textOf(objectOf(row)['exchange_key'])));
  if (key.length === 0) throw new NotFound('key for messages to', institution);
  return new PublicKey(key);
}
