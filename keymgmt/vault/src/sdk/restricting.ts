/**
 * Moving an own record to the sealed layer (promise C12): written anew there, then erased where it was.
 *
 * In its own slot nobody can tell that it exists; who had opened it before keeps what was opened. The intention is
 * written down before anything else can fail, and the copy's id before the platform knows of it, so that an interrupted
 * move is finished by running it again, with one copy and without ever erasing the original before the copy stands on
 * the chain. As `medixain/sdk/restricting.py`, whose table it shares.
 */

import { RecordReader } from '../core/container/index.ts';
import { InvalidInput, MedixainError } from '../core/errors.ts';
import { toHex } from '../core/hex.ts';
import type { Context } from './context.ts';
import { NotFound } from './errors.ts';
import { openOwn } from './reading.ts';
import { checkOwner, remember } from './records.ts';
import { erase } from './removing.ts';
import type { Progress, RecordRestricted, Wait } from './results.ts';
import type { Spooler } from './spool.ts';
import { fetchStored, ownLayers, recordId, type StoredRecord } from './stored.ts';
import { type Handed, handed, requireWait, type Waiting, waitFor } from './transactions.ts';
import { ownTarget, write } from './writing.ts';

const LAYER = 'sealed';
const SECTION = 'restricted';

/** Record -> its copy in the sealed layer, empty before there is one; a row is struck when the record is erased. */
const TABLE = 'restricting';

/** Options of {@link restrict}. */
export interface RestrictOptions extends Waiting {
  readonly progress?: Progress | undefined;
  readonly spooler?: Spooler | undefined;
}

/** Move an own record to the sealed layer, or finish doing so. Throws {@link NotFound}, `InvalidInput`, `BadReceipt`. */
export async function restrict(
  context: Context,
  record: string,
  options: RestrictOptions = {},
): Promise<RecordRestricted> {
  const wait: Wait = options.wait ?? 'final';
  requireWait(wait);
  const identifier = recordId(record);
  // Two tabs that move one record would make two copies of it.
  return context.home.alone(`${TABLE}/${toHex(identifier)}`, () => move(context, identifier, { ...options, wait }));
}

/** Finish the moves that were interrupted, as far as they go now; what fails stays pending. */
export async function settleRestrictions(context: Context, options: RestrictOptions = {}): Promise<void> {
  for (const record of Object.keys(await context.table(TABLE)).sort()) {
    try {
      await restrict(context, record, { ...options, wait: 'received' });
    } catch (error) {
      if (!(error instanceof MedixainError)) throw error;
    }
  }
}

async function move(context: Context, identifier: Uint8Array, options: RestrictOptions): Promise<RecordRestricted> {
  let stored: StoredRecord;
  try {
    stored = await fetchStored(context, identifier, context.account);
  } catch (error) {
    if (!(error instanceof NotFound)) throw error;
    return alreadyErased(context, error, options);
  }
  requireMovable(context, stored);
  await context.changing(TABLE, (restricting) => {
    restricting[stored.name] ??= '';
  });
  const [copy, transaction] = await copied(context, stored, options);
  // Nothing is erased before its copy stands on the chain.
  await waitFor(context, [transaction], { ...options, wait: 'anchored' });
  const { state } = await erase(context, stored, options);
  await strike(context, stored.name);
  return { record: stored.name, sealed: copy, state };
}

/** The end of a move whose run ended before it could strike the row, or whose record was deleted meanwhile. */
async function alreadyErased(context: Context, absent: NotFound, options: RestrictOptions): Promise<RecordRestricted> {
  const record = absent.item;
  const copy = (await context.table(TABLE))[record];
  await strike(context, record);
  if (typeof copy !== 'string' || copy === '') throw absent;
  const state = await waitFor(context, [await handedCopy(context, copy)], options);
  return { record, sealed: copy, state };
}

function requireMovable(context: Context, stored: StoredRecord): void {
  const layer = ownLayers(context.keys).get(stored.slot);
  if (layer === undefined) {
    throw new InvalidInput("Only its owner restricts a record; this one is somebody else's.", { field: 'record' });
  }
  if (layer === LAYER) throw new InvalidInput('This record is in the sealed layer already.', { field: 'record' });
}

/** Return the record's copy in the sealed layer and its anchor: an earlier run's, if the platform took that one. */
async function copied(
  context: Context,
  stored: StoredRecord,
  { progress, signal, spooler }: RestrictOptions,
): Promise<readonly [copy: string, transaction: Handed]> {
  const earlier = await earlierCopy(context, stored);
  if (earlier !== null) return earlier;
  const opened = openOwn(context, stored);
  const reader = await RecordReader.open(opened.content(context, { signal }), opened.expected);
  checkOwner(reader.preamble, context.keys.walletId);
  const { name, type } = reader.preamble;
  const begin = (copy: string): Promise<void> =>
    context.changing(TABLE, (restricting) => {
      restricting[stored.name] = copy;
    });
  const target = await ownTarget(context, LAYER, SECTION);
  const size = stored.bodySize;
  const written = await write(context, target, reader.chunks(), { name, type, size, progress, signal, spooler, begin });
  await remember(context, written.stored, reader.preamble, size);
  return [written.stored.name, { id: written.transaction, state: 'received' }];
}

async function earlierCopy(context: Context, stored: StoredRecord): Promise<readonly [string, Handed] | null> {
  const begun = (await context.table(TABLE))[stored.name];
  if (typeof begun !== 'string' || begun === '') return null;
  try {
    const copy = await fetchStored(context, recordId(begun), context.account);
    // One that the chain refused will never stand there.
    return copy.state === 'failed' ? null : [begun, handed({ id: copy.transaction, state: copy.state })];
  } catch (error) {
    if (error instanceof NotFound) return null;
    throw error;
  }
}

async function handedCopy(context: Context, copy: string): Promise<Handed> {
  const { transaction, state } = await fetchStored(context, recordId(copy), context.account);
  return handed({ id: transaction, state });
}

function strike(context: Context, record: string): Promise<void> {
  return context.changing(TABLE, (restricting) => {
    delete restricting[record];
  });
}
