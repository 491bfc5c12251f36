/** Who looked: the access log joined from all nodes, each entry proven (promises C5, C12; D4). */

import { type Address, addressBytes } from '../core/addresses.ts';
import { bigEndian, type Bytes, equalBytes, pad, toNumber } from '../core/bytes.ts';
import { isObject } from '../core/canonical.ts';
import { recover } from '../core/eip712.ts';
import { MedixainError } from '../core/errors.ts';
import { toHex } from '../core/hex.ts';
import { keySigner } from '../core/node/client.ts';
import { type NodeError, NotEnoughNodes, Refusal } from '../core/node/errors.ts';
import { joinedLooks, type ProvenLogEntry } from '../core/node/log.ts';
import { AccessRequest } from '../core/node/messages.ts';
import { callViews } from './chain.ts';
import { type Context, RECORD_LAYERS } from './context.ts';
import { BadServerAnswer, ServerUnreachable } from './errors.ts';
import { type Given, givenGrants } from './grants.ts';
import { sync } from './inbox.ts';
import { namesOf } from './professionals.ts';
import type { ChainedRoot, LookRow } from './results.ts';
import { statedProfessional } from './slots.ts';

/** Words of `AccessLog.rootAt`'s answer: fromSeq, toSeq, committedAt, root, chainHash. */
const COMMITTED_WORD = 2;
const ROOT_WORD = 3;
const WORD = 32;
/** Of a block's time: 40 bits reach past every year that a date of JavaScript has. */
const TIME_BYTES = 5;

type Root = NonNullable<ProvenLogEntry['root']>;

/** A root and the node whose it is. */
interface Rooted {
  readonly node: string;
  readonly root: Root;
}

/**
 * Return every look and try at this wallet's records, the newest first.
 *
 * Entries of all nodes asked for one look are one row. `final` says that each entry's root stands on the final chain,
 * so that no node can deny it later. Throws `NotEnoughNodes` when fewer than m nodes show their log.
 */
export async function accessLog(context: Context): Promise<LookRow[]> {
  await sync(context);
  const entries: ProvenLogEntry[] = [];
  for (const layer of RECORD_LAYERS) entries.push(...(await entriesOf(context, layer)));
  const standing = await standingRoots(context, entries);
  const reader = new RowReader(context, await givenGrants(context), await context.table('records'), standing);
  const rows: LookRow[] = [];
  for (const look of joinedLooks(entries)) rows.push(await reader.row(look));
  return rows;
}

async function entriesOf(context: Context, layer: string): Promise<ProvenLogEntry[]> {
  const signer = keySigner(context.keys.slot(layer), context.meta.chainId);
  const { answers, failed } = await context.nodes.log(context.keys.slotId(layer), { signer });
  // A slot that nothing was ever shared of is unknown to a node; that is an empty log, not a missing one.
  const missing = new Map([...failed].filter(([, error]) => !isUnknownSlot(error)));
  const { nodes, threshold } = context.nodes;
  if (nodes.length - missing.size < threshold) throw new NotEnoughNodes(answers.size, threshold, missing);
  return [...answers.values()].flat();
}

function isUnknownSlot(error: NodeError): boolean {
  return error instanceof Refusal && error.code === 'unknown-slot';
}

/** What is known of somebody who asked; null for what is not. */
interface Person {
  readonly signingKey: Address | null;
  readonly name: string | null;
  readonly institution: string | null;
}

const STRANGER: Person = { signingKey: null, name: null, institution: null };

/** Turns looks into rows, asking for each person once. */
class RowReader {
  readonly #context: Context;
  readonly #given: ReadonlyMap<string, Given>;
  readonly #records: Awaited<ReturnType<Context['table']>>;
  readonly #people = new Map<string, Person>();
  readonly #standing: Standing;

  constructor(
    context: Context,
    given: readonly Given[],
    records: Awaited<ReturnType<Context['table']>>,
    standing: Standing,
  ) {
    this.#context = context;
    this.#standing = standing;
    this.#given = new Map(given.map((grant) => [grant.name, grant]));
    this.#records = records;
  }

  async row(look: readonly ProvenLogEntry[]): Promise<LookRow> {
    const first = look.reduce((earliest, one) => (one.entry.time < earliest.entry.time ? one : earliest));
    const { entry } = first;
    const { name, institution } = await this.#signedBy(first);
    const record = toHex(entry.record);
    const grant = toHex(entry.grantId);
    const known = this.#records[record];
    return {
      when: entry.time,
      who: entry.requester,
      name,
      institution,
      what: isObject(known) && typeof known['name'] === 'string' ? known['name'] : record,
      record,
      grant,
      purpose: entry.purpose || (this.#given.get(grant)?.opening.purpose ?? ''),
      outcome: look.some((one) => one.entry.outcome === 'given') ? 'given' : entry.outcome,
      nodes: this.#context.meta.nodeSet.named(look.map((one) => one.node)),
      final: look.every(({ node, root }) => root !== null && this.#standing.has(placeOf(node, root))),
      roots: look.map((one) => this.#rootOf(one)).filter((root) => root !== null),
    };
  }

  #rootOf({ node, root }: ProvenLogEntry): ChainedRoot | null {
    if (root === null) return null;
    const committed = this.#standing.get(placeOf(node, root)) ?? null;
    return { node, index: root.index, root: toHex(root.hash), committed };
  }

  /** The person behind a look; nobody's when the present key did not sign it: an older key, or a stranger. */
  async #signedBy({ entry, request, signature }: ProvenLogEntry): Promise<Person> {
    const person = await this.#person(entry.requester);
    if (person.signingKey === null) return person;
    const signer = recover(this.#context.offChain, AccessRequest, request, signature);
    return signer === person.signingKey ? person : STRANGER;
  }

  async #person(wallet: Address): Promise<Person> {
    const known = this.#people.get(wallet) ?? (await this.#askFor(wallet));
    this.#people.set(wallet, known);
    return known;
  }

  async #askFor(wallet: Address): Promise<Person> {
    try {
      const statement = await statedProfessional(this.#context, wallet);
      const { name, institutionName } = await namesOf(this.#context, statement);
      return { signingKey: statement.signingKey, name, institution: institutionName ?? statement.institution };
    } catch (error) {
      // A stranger knocked: the log shows the address alone.
      if (error instanceof MedixainError) return STRANGER;
      throw error;
    }
  }
}

/** The times of their blocks, by the places of those roots that stand on the final chain. */
type Standing = ReadonlyMap<string, number>;

/** The roots that stand on the final chain; none, while the chain cannot be asked. */
async function standingRoots(context: Context, entries: readonly ProvenLogEntry[]): Promise<Standing> {
  // All entries of a node in one block have one root.
  const roots = new Map<string, Rooted>();
  for (const { node, root } of entries) if (root !== null) roots.set(placeOf(node, root), { node, root });
  const views = [...roots.values()].map(({ node, root }) => ({
    contract: 'AccessLog',
    signature: 'rootAt(address,uint64)',
    words: [pad(addressBytes(node), WORD, 'start'), bigEndian(root.index, WORD)],
  }));
  try {
    const answers = await callViews(context, 'finalized', views);
    const standing = [...roots].flatMap(([place, { root }], order) => {
      const answer = answers[order] ?? null;
      // A root that is not final yet reverts there.
      if (answer === null || !equalBytes(wordOf(answer, ROOT_WORD), root.hash)) return [];
      return [[place, toNumber(wordOf(answer, COMMITTED_WORD).subarray(-TIME_BYTES))] as const];
    });
    return new Map(standing);
  } catch (error) {
    // A chain that cannot be asked proves nothing.
    if (error instanceof BadServerAnswer || error instanceof ServerUnreachable) return new Map();
    throw error;
  }
}

function wordOf(answer: Bytes, place: number): Bytes {
  return answer.slice(place * WORD, (place + 1) * WORD);
}

function placeOf(node: string, { index, hash }: Root): string {
  return `${node}/${index}/${toHex(hash)}`;
}
