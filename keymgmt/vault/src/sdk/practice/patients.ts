/** Patients who trust this professional, as the grants and introductions in this home say. Nothing is opened here. */

import { type Address, toAddress } from '../../core/addresses.ts';
import { randomBytes } from '../../core/bytes.ts';
import { type Json, type JsonObject, isObject } from '../../core/canonical.ts';
import { hexDigits } from '../../core/hex.ts';
import type { ClinicalView } from '../clinical/model.ts';
import { type Context } from '../context.ts';
import { factsIn } from '../gist.ts';
import { show } from '../grants.ts';
import type { GrantRow, LetterShown } from '../results.ts';
import { type CheckFacts, NO_FACTS, checkFacts } from './checks.ts';
import type { PatientRow } from './model.ts';

/** Table of the home: wallet -> {slug, name, born, conditions, done}; the last two go with the last grant. */
const TABLE = 'patients';
const SLUG_BYTES = 8;

/** What this device has learnt of a patient from the patient's own records. */
interface Known {
  readonly slug: string;
  readonly name: string | null;
  readonly born: string | null;
  readonly facts: CheckFacts;
}

/** Returns the patients with an active grant, those whose access lasts longest first. */
export async function listPatients(context: Context): Promise<PatientRow[]> {
  const { grants } = await show(context);
  const active = grants.filter((grant) => grant.direction === 'received' && grant.state === 'active');
  const wallets = [...new Set(active.map((grant) => toAddress(grant.other)))];
  const known = await named(context, wallets);
  await forgetFacts(context, wallets);
  const introduced = await context.table('introductions');
  return wallets
    .map((wallet) => rowOf(wallet, active, known.get(wallet) as Known, introduced[wallet]))
    .sort((left, right) => right.expiry - left.expiry);
}

/**
 * Keeps whom the records of `wallet` say they are about, and what checks go by, so that lists need not open them again.
 */
export async function rememberPatient(context: Context, wallet: Address, view: ClinicalView): Promise<void> {
  const { patient } = view;
  // Where nothing opened nothing was learnt, and what was known stays.
  if (patient === null && view.items.length === 0) return;
  const { conditions, done } = checkFacts(view);
  await context.changing(TABLE, (rows) => {
    const { slug, name, born } = knownOf(rows[wallet]);
    rows[wallet] = {
      slug,
      name: patient?.name ?? name,
      born: patient?.birthDate ?? born,
      conditions: [...conditions],
      done: done.map(([code, time]) => [code, time]),
    };
  });
}

/** Forgets what was learnt of the health of people who share nothing any more. */
export async function forgetFacts(context: Context, sharing: readonly Address[]): Promise<void> {
  const gone = Object.entries(await context.table(TABLE))
    .filter(([wallet, row]) => !sharing.includes(wallet as Address) && isObject(row) && 'conditions' in row)
    .map(([wallet]) => wallet);
  if (gone.length === 0) return;
  await context.changing(TABLE, (rows) => {
    for (const wallet of gone) {
      const { slug, name, born } = knownOf(rows[wallet]);
      rows[wallet] = { slug, name, born };
    }
  });
}

async function named(context: Context, wallets: readonly Address[]): Promise<ReadonlyMap<Address, Known>> {
  const rows = await context.table(TABLE);
  const missing = wallets.filter((wallet) => rows[wallet] === undefined);
  if (missing.length === 0) return new Map(wallets.map((wallet) => [wallet, knownOf(rows[wallet])]));
  return context.changing(TABLE, (table) => {
    // Another document of this home may have made the name meanwhile.
    for (const wallet of missing) table[wallet] ??= newRow();
    return new Map(wallets.map((wallet) => [wallet, knownOf(table[wallet])]));
  });
}

function newRow(): JsonObject {
  return { slug: hexDigits(randomBytes(SLUG_BYTES)), name: null, born: null };
}

function knownOf(row: Json | undefined): Known {
  const { slug, name, born, conditions, done }: JsonObject = row !== undefined && isObject(row) ? row : newRow();
  return {
    slug: typeof slug === 'string' ? slug : String(newRow()['slug']),
    name: typeof name === 'string' ? name : null,
    born: typeof born === 'string' ? born : null,
    facts: factsIn(conditions, done) ?? NO_FACTS,
  };
}

function rowOf(wallet: Address, active: readonly GrantRow[], known: Known, introduced: Json | undefined): PatientRow {
  const grants = active.filter((grant) => toAddress(grant.other) === wallet);
  return {
    ...known,
    wallet,
    sections: [...new Set(grants.flatMap((grant) => grant.sections))].sort(),
    records: new Set(grants.flatMap((grant) => grant.records)).size,
    append: introduced !== undefined && isObject(introduced) && Object.values(introduced).some(mayAppend),
    expiry: Math.max(...grants.map((grant) => grant.expiry)),
    letters: lettersOf(grants),
  };
}

/** One letter comes with the grant of each layer; it is shown once. */
function lettersOf(grants: readonly GrantRow[]): LetterShown[] {
  const found = grants.flatMap(({ letter }) => (letter === null ? [] : [letter]));
  const once = new Map(found.map((letter) => [`${letter.referrer} ${letter.written}`, letter]));
  return [...once.values()].sort((left, right) => left.written - right.written);
}

/** Introductions are kept as the text that was signed; `append` stands in it. */
function mayAppend(introduction: Json): boolean {
  return typeof introduction === 'string' && introduction.includes('"append":true');
}
