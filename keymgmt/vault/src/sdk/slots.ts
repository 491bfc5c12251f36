/**
 * What a slot is and holds, believed only as far as m nodes attest it (promises H10, C17; protocols.md).
 *
 * The nodes attest heads and counts; the platform tells the events. Folding the events must give the attested head, so
 * a platform that hides, adds or reorders an event is caught, and one that shows an older state than this device saw.
 */

import { type Address, toAddress } from '../core/addresses.ts';
import { fromBase64, toBase64 } from '../core/base64.ts';
import { type Bytes, bigEndian, equalBytes, fromUtf8, utf8 } from '../core/bytes.ts';
import { type Json, type JsonObject } from '../core/canonical.ts';
import { Document, DocumentKind } from '../core/contracts/messages.ts';
import { keccak256 } from '../core/hashes.ts';
import { fromHex, hexDigits, toHex } from '../core/hex.ts';
import { Keyset, requireOwn } from '../core/keys/keyset.ts';
import { Refusal, StatementsDisagree } from '../core/node/errors.ts';
import type { Witnessed } from '../core/node/client.ts';
import type { ProfessionalStatement, StateStatement } from '../core/node/messages.ts';
import type { Context } from './context.ts';
import { Integrity, NotAttested, Rollback } from './errors.ts';
import { integerOf, listOf, objectOf, reading, textOf } from './meta.ts';
import { type Handed, bodyOf, handed, sign, stamp } from './transactions.ts';
import type { Identity } from './transport.ts';

/** Seconds since the attested final block after which nothing is encrypted on its word. */
export const FINALITY_WINDOW = 150;

const AGREEMENT_TRIES = 8;
/** Milliseconds between two questions while nodes or index are a moment behind. */
const MOMENT = 500;
/** Milliseconds that a platform has to index what the nodes attest already; one that was just started needs some. */
const INDEX_PATIENCE = 15_000;

/** Counters that never fall, each with the hash that belongs to its value; their names in the table as in Python's. */
const WATCHED = [
  ['recordsCount', 'recordsHead', 'records_count', 'records_head'],
  ['grantsCount', 'grantsHead', 'grants_count', 'grants_head'],
  ['keysetVersion', 'keysetHash', 'keyset_version', 'keyset_hash'],
  ['keystoreVersion', 'keystoreHash', 'keystore_version', 'keystore_hash'],
] as const;

/** An item of a slot's record history; `attested` when it is inside the head the nodes attest. */
export interface RecordItem {
  readonly kind: 'anchor' | 'remove';
  readonly record: Bytes;
  readonly ipfs: Bytes;
  readonly kcHash: Bytes;
  /** Null for a removal. */
  readonly originator: Address | null;
  readonly seq: number;
  readonly time: number;
  readonly attested: boolean;
}

/** An item of a slot's grant history. */
export interface GrantItem {
  readonly kind: 'grant' | 'withdraw';
  readonly grantId: Bytes;
  readonly expiry: number;
  readonly nodeSet: number;
  readonly seq: number;
  readonly attested: boolean;
}

const NONE: ReadonlySet<string> = new Set();

/**
 * A slot's history, its attested part checked against the heads.
 *
 * What follows the attested part is the platform's word alone. That something is gone or ended counts only when the
 * nodes attest it, or when this device signed it itself (`own`, ids as `0x…`): a platform that makes a removal up would
 * hide a record by it, and one that makes a withdrawal up would keep a grant alive that its owner believes ended.
 */
export class History {
  readonly statement: StateStatement;
  readonly records: readonly RecordItem[];
  readonly grants: readonly GrantItem[];
  /** Until when (Unix seconds) each pseudonym may add records. No head holds this: it is the platform's word alone. */
  readonly authors: ReadonlyMap<Address, number>;

  constructor(
    statement: StateStatement,
    records: readonly RecordItem[],
    grants: readonly GrantItem[],
    authors: ReadonlyMap<Address, number> = new Map(),
  ) {
    this.statement = statement;
    this.records = records;
    this.grants = grants;
    this.authors = authors;
  }

  /** Return the records that are anchored and not removed, by id (`0x…`), in the chain's order. */
  anchored(own = NONE): Map<string, RecordItem> {
    const found = new Map<string, RecordItem>();
    for (const item of this.records) {
      const record = toHex(item.record);
      if (item.kind === 'anchor') found.set(record, item);
      else if (item.attested || own.has(record)) found.delete(record);
    }
    return found;
  }

  /** Return the records (`0x…`) whose removal the platform tells of and the nodes do not attest yet. */
  saidRemoved(): Set<string> {
    const said = this.records.filter((item) => item.kind === 'remove' && !item.attested);
    return new Set(said.map(({ record }) => toHex(record)));
  }

  /** Return the ids (`0x…`) of the grants that were withdrawn. */
  withdrawn(own = NONE): Set<string> {
    const ended = this.grants.filter(({ kind }) => kind === 'withdraw');
    const counting = ended.filter(({ attested, grantId }) => attested || own.has(toHex(grantId)));
    return new Set(counting.map(({ grantId }) => toHex(grantId)));
  }
}

/**
 * Return the slot's state on the word of m nodes, never older than this device has seen.
 *
 * `fresh` demands a recent final block, for encrypting on it. Throws what `Nodes.state` throws, `StaleChain`,
 * {@link Rollback} and {@link Integrity}.
 */
export async function attested(
  context: Context,
  slot: Address,
  { fresh }: { readonly fresh: boolean },
): Promise<StateStatement> {
  const { statement } = await witnessedState(context, slot);
  if (fresh && context.now() - statement.finalTime > FINALITY_WINDOW) throw new Refusal('stale-chain');
  return statement;
}

/** As {@link attested}, however old the final block, with the words of the nodes that said so. */
export async function witnessedState(context: Context, slot: Address): Promise<Witnessed<StateStatement>> {
  const signer = context.nodeSigner(context.device);
  const witnessed = await agreed(context, () => context.nodes.stateWitnessed(slot, { signer }));
  await remember(context, witnessed.statement);
  return witnessed;
}

/** As {@link attested}; null while no node knows the slot, because its opening has not reached the chain yet. */
export async function attestedOnceOpen(context: Context, slot: Address): Promise<StateStatement | null> {
  try {
    return await attested(context, slot, { fresh: false });
  } catch (error) {
    if (error instanceof Refusal && error.code === 'unknown-slot') return null;
    throw error;
  }
}

/** Ask until the nodes agree: while a block becomes final, honest nodes differ for a moment. */
export async function agreed<T>({ api }: Pick<Context, 'api'>, ask: () => Promise<T>): Promise<T> {
  for (let tries = 1; tries < AGREEMENT_TRIES; tries++) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof StatementsDisagree)) throw error;
      await api.pause(MOMENT);
    }
  }
  return ask();
}

/** Hold `statement` against the highest state seen of its slot, and keep the higher one. */
export function remember(context: Context, statement: StateStatement): Promise<void> {
  return context.changing('seen', (seen) => {
    const before = (seen[statement.slot] ?? {}) as JsonObject;
    for (const [counter, content, counterName, contentName] of WATCHED) {
      const value = statement[counter];
      const known = before[counterName] ?? 0;
      const what = counterName.replace('_', ' ');
      if (value < Number(known)) throw new Rollback(`The nodes show ${what} ${value} after ${String(known)}`);
      const digest = hexDigits(statement[content]);
      if (value === known && digest !== (before[contentName] ?? digest)) {
        throw new Integrity(`The nodes show another ${contentName.replace('_', ' ')} for the same number of changes`);
      }
    }
    const height = Number(before['final_height'] ?? 0);
    if (before['key'] !== undefined && before['key'] !== statement.key && statement.finalHeight < height) {
      throw new Rollback('The nodes show an older key of this slot');
    }
    const watched = WATCHED.flatMap(([counter, content, counterName, contentName]) => [
      [counterName, statement[counter]] as const,
      [contentName, hexDigits(statement[content])] as const,
    ]);
    seen[statement.slot] = {
      key: statement.key,
      final_height: Math.max(statement.finalHeight, height),
      ...Object.fromEntries(watched),
    };
  });
}

/**
 * Return the slot's history as the platform tells it, folded and compared with the attested heads.
 *
 * Events after the attested ones are kept and marked. A platform whose index is still behind the statement is asked
 * again for a while. Throws {@link Integrity} when an event is missing, added, altered or out of order.
 */
export async function history(
  context: Context,
  slot: Address,
  by: Identity,
  statement: StateStatement,
): Promise<History> {
  const start = performance.now();
  let told = await toldHistory(context, slot, by, statement);
  const behind = (): boolean =>
    told.records.length < statement.recordsCount || told.grants.length < statement.grantsCount;
  while (behind() && performance.now() - start < INDEX_PATIENCE) {
    await context.api.pause(MOMENT);
    told = await toldHistory(context, slot, by, statement);
  }
  checkHead('records', told.records, recordHash, statement.recordsCount, statement.recordsHead);
  checkHead('grants', told.grants, grantHash, statement.grantsCount, statement.grantsHead);
  return new History(statement, told.records, told.grants, told.authors);
}

type Told = Pick<History, 'records' | 'grants' | 'authors'>;

async function toldHistory(context: Context, slot: Address, by: Identity, statement: StateStatement): Promise<Told> {
  const answer = await context.api.get(`/slots/${slot}/history`, { by });
  return reading("a slot's history", () => {
    const document = objectOf(answer);
    return {
      records: listOf(document['records']).map((row) => recordItem(objectOf(row), statement.recordsCount)),
      grants: listOf(document['grants']).map((row) => grantItem(objectOf(row), statement.grantsCount)),
      authors: new Map(listOf(document['authors']).map((row) => authorItem(objectOf(row)))),
    };
  });
}

function checkHead<Item extends { readonly seq: number }>(
  what: string,
  items: readonly Item[],
  digest: (item: Item) => Bytes,
  count: number,
  head: Bytes,
): void {
  if (items.length < count || items.some((item, index) => item.seq !== index + 1)) {
    throw new Integrity(`The platform hides part of this wallet's ${what}`);
  }
  let folded: Bytes = new Uint8Array(32);
  for (const item of items.slice(0, count)) folded = keccak256(folded, digest(item), word(item.seq));
  if (!equalBytes(folded, head)) throw new Integrity(`The ${what} the platform shows are not those the nodes attest`);
}

function recordHash(item: RecordItem): Bytes {
  if (item.kind === 'anchor') return keccak256(word(1), item.record, keccak256(item.ipfs), item.kcHash);
  return keccak256(word(2), item.record);
}

function grantHash(item: GrantItem): Bytes {
  if (item.kind === 'grant') return keccak256(word(1), item.grantId, word(item.expiry), word(item.nodeSet));
  return keccak256(word(2), item.grantId);
}

function word(value: number): Bytes {
  return bigEndian(value, 32);
}

function recordItem(row: JsonObject, count: number): RecordItem {
  const anchor = row['kind'] === 'anchor';
  const seq = integerOf(row['seq']);
  return {
    kind: anchor ? 'anchor' : 'remove',
    record: hexOf(row['record'], 32),
    ipfs: anchor ? hexOf(row['ipfs']) : new Uint8Array(),
    kcHash: anchor ? hexOf(row['kc_hash'], 32) : new Uint8Array(),
    originator: anchor ? toAddress(textOf(row['originator'])) : null,
    seq,
    time: integerOf(row['time']),
    attested: seq <= count,
  };
}

function grantItem(row: JsonObject, count: number): GrantItem {
  const grant = row['kind'] === 'grant';
  const seq = integerOf(row['seq']);
  return {
    kind: grant ? 'grant' : 'withdraw',
    grantId: hexOf(row['grant_id'], 32),
    expiry: grant ? integerOf(row['expiry']) : 0,
    nodeSet: grant ? integerOf(row['node_set']) : 0,
    seq,
    attested: seq <= count,
  };
}

/** A pseudonym and until when it may add; of several events of one, the last holds. */
function authorItem(row: JsonObject): readonly [Address, number] {
  return [toAddress(textOf(row['author'])), integerOf(row['until'])];
}

/** Bytes of `0x` hex in an answer; throws what {@link reading} translates. */
export function hexOf(value: Json | undefined, length?: number): Bytes {
  return fromHex(textOf(value), length);
}

// ---- documents ------------------------------------------------------------------------------------------------------

/**
 * Return the slot's keyset, which must be the very one the nodes attest: nothing is encrypted to any other.
 *
 * Throws {@link NotAttested}.
 */
export async function attestedKeyset(
  context: Context,
  slot: Address,
  by: Identity,
  statement: StateStatement,
): Promise<Keyset> {
  const blob = await documentOf(context, slot, DocumentKind.keyset, by);
  if (statement.keysetVersion === 0) {
    throw new NotAttested('The nodes attest no keys of this wallet yet; try again in a few seconds');
  }
  if (!equalBytes(keccak256(blob), statement.keysetHash)) {
    throw new NotAttested('The keys the platform shows for this wallet are not those the nodes attest');
  }
  const keyset = Keyset.parse(blob);
  if (keyset.slot !== slot || !equalBytes(keyset.preKey.bytes, statement.preKey)) {
    throw new NotAttested('The keys the platform shows belong to another wallet');
  }
  return keyset;
}

/** Return this wallet's keyset of `layer`: every key in it is checked to be derived from the own phrase. */
export async function ownKeyset(context: Context, layer: string): Promise<Keyset> {
  const cached = (await context.table('keysets'))[layer];
  if (typeof cached === 'string') {
    const keyset = Keyset.parse(utf8(cached));
    requireOwn(keyset, context.keys, layer);
    return keyset;
  }
  const slot = context.keys.slotId(layer);
  const statement = await attested(context, slot, { fresh: false });
  const keyset = await attestedKeyset(context, slot, context.account, statement);
  requireOwn(keyset, context.keys, layer);
  await rememberKeyset(context, layer, keyset);
  return keyset;
}

/** Keep the newest keyset this wallet has made. */
export function rememberKeyset(context: Context, layer: string, keyset: Keyset): Promise<void> {
  return context.changing('keysets', (keysets) => {
    keysets[layer] = fromUtf8(keyset.encode());
  });
}

/** Store the next version of a document of an own slot and put its hash on chain. */
export async function putDocument(
  context: Context,
  layer: string,
  kind: DocumentKind,
  version: number,
  blob: Bytes,
): Promise<Handed> {
  const slot = context.keys.slotId(layer);
  const message = Document.make({ slot, kind, version, hash: keccak256(blob), ...stamp(context) });
  const signed = sign(context, 'WalletRegistry', 'setDocument', Document, message, context.keys.slot(layer));
  const { message: sent, signatures } = bodyOf(signed);
  const answer = await context.api.put(`/slots/${slot}/documents/${kind}`, {
    version,
    blob: toBase64(blob),
    transaction: { message: sent!, signatures: signatures! },
  });
  return handed(reading("a slot's document", () => objectOf(answer)['transaction']));
}

async function documentOf(context: Context, slot: Address, kind: DocumentKind, by: Identity): Promise<Bytes> {
  const answer = await context.api.get(`/slots/${slot}/documents/${kind}`, { by });
  return reading("a slot's document", () => fromBase64(textOf(objectOf(answer)['blob'])));
}

// ---- professionals --------------------------------------------------------------------------------------------------

/**
 * Return the professional on the word of m nodes; its key may be encrypted to.
 *
 * Throws `UnknownProfessional`, and {@link NotAttested} when it is not authorised now.
 */
export async function attestedProfessional(context: Context, wallet: Address): Promise<ProfessionalStatement> {
  const statement = await statedProfessional(context, wallet);
  if (!statement.authorised) {
    throw new NotAttested(`The institution of ${wallet} does not authorise this professional now`);
  }
  return statement;
}

/** As {@link attestedProfessional}, also when it is not authorised now: for showing, never for encrypting. */
export async function statedProfessional(context: Context, wallet: Address): Promise<ProfessionalStatement> {
  return (await witnessedProfessional(context, wallet)).statement;
}

/** As {@link statedProfessional}, with the words of the nodes that said so. */
export function witnessedProfessional(context: Context, wallet: Address): Promise<Witnessed<ProfessionalStatement>> {
  const signer = context.nodeSigner(context.device);
  return agreed(context, () => context.nodes.professionalWitnessed(wallet, { signer }));
}
