/** Signed contract messages on their way: signing, handing to the platform, waiting for the chain. */

import type { Bytes } from '../core/bytes.ts';
import { type Json, type JsonObject, isObject } from '../core/canonical.ts';
import { freshNonce } from '../core/contracts/messages.ts';
import type { Fields, Struct, StructValue } from '../core/eip712.ts';
import { InvalidInput } from '../core/errors.ts';
import { toHex } from '../core/hex.ts';
import { toJson } from '../core/node/wire.ts';
import type { Context } from './context.ts';
import { BadServerAnswer, TransactionFailed, WaitedTooLong } from './errors.ts';
import { objectOf, reading, textOf } from './meta.ts';
import type { Wait } from './results.ts';
import type { Identity, Signer } from './transport.ts';

/** Seconds until a signed message's deadline; the contracts take at most 7 days. */
const LIFETIME = 3 * 24 * 3600;
const WAITS = ['received', 'anchored', 'final'] as const;
/** Milliseconds between two questions for a transaction's state: an eighth of the time waited already, within these. */
const SOONEST = 300;
const LATEST = 2_000;

/** Seconds a writing method waits for the state asked for. */
export const DEFAULT_TIMEOUT = 60;

/** How long a writing method waits, and how it is stopped. What was handed in goes on whatever happens here. */
export interface Waiting {
  readonly wait?: Wait | undefined;
  /** Seconds. */
  readonly timeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A contract message with its signatures, in the order docs/spec/contracts.md gives. */
export interface Signed {
  readonly contract: string;
  readonly function: string;
  readonly message: JsonObject;
  readonly signatures: readonly Bytes[];
}

/** A transaction the platform has taken. */
export interface Handed {
  readonly id: string;
  readonly state: Wait;
}

/** Return the fresh `nonce` and `deadline` that every contract message ends in. */
export function stamp(context: Context): { readonly nonce: bigint; readonly deadline: number } {
  return { nonce: freshNonce(), deadline: context.now() + LIFETIME };
}

/** Sign a contract message with each of `signers`. */
export function sign<F extends Fields>(
  context: Context,
  contract: string,
  method: string,
  type: Struct<F>,
  message: StructValue<Struct<F>>,
  ...signers: readonly Signer[]
): Signed {
  const domain = context.contractDomain(contract);
  const signatures = signers.map((signer) => signer.sign(domain, type, message));
  return { contract, function: method, message: toJson(type, message), signatures };
}

/** The JSON that `POST /transactions` takes. */
export function bodyOf(signed: Signed): JsonObject {
  return {
    contract: signed.contract,
    function: signed.function,
    message: signed.message,
    signatures: signed.signatures.map(toHex),
    extra: {},
  };
}

/** Give a signed message to the platform, which relays it; throws `ServerRefused` with the contract's reason. */
export async function handIn(context: Context, signed: Signed, by?: Identity): Promise<Handed> {
  return handed(await context.api.post('/transactions', bodyOf(signed), { by }));
}

/** Read {id, state} of a transaction from an answer. */
export function handed(answer: Json | undefined): Handed {
  const row = reading('a transaction', () => objectOf(answer));
  const id = reading('a transaction', () => textOf(row['id']));
  return { id, state: requireState(id, row['state']) };
}

/** Return if `wait` is one of the three states a person can wait for; throws `InvalidInput`. */
export function requireWait(wait: string): asserts wait is Wait {
  if (!(WAITS as readonly string[]).includes(wait)) {
    throw new InvalidInput(`Wait for one of ${WAITS.join(', ')}, not “${wait}”.`, { field: 'wait' });
  }
}

/**
 * Wait until every transaction is at least as far as `wait`; return the least state among them.
 *
 * Throws {@link WaitedTooLong} after `timeout` seconds, and {@link TransactionFailed}.
 */
export async function waitFor(
  context: Context,
  transactions: readonly Handed[],
  { wait = 'received', timeout = DEFAULT_TIMEOUT, signal }: Waiting,
): Promise<Wait> {
  requireWait(wait);
  const goal = WAITS.indexOf(wait);
  const start = performance.now();
  let least = WAITS.length - 1;
  for (const { id, state: first } of transactions) {
    let state = first;
    while (WAITS.indexOf(state) < goal) {
      const waited = performance.now() - start;
      if (waited > timeout * 1000) throw new WaitedTooLong(id, state, timeout);
      await context.api.pause(Math.min(Math.max(SOONEST, waited / 8), LATEST), signal);
      state = await stateOf(context, id, signal);
    }
    least = Math.min(least, WAITS.indexOf(state));
  }
  return WAITS[least]!;
}

async function stateOf(context: Context, id: string, signal: AbortSignal | undefined): Promise<Wait> {
  const answer = await context.api.get(`/transactions/${id}`, { signal });
  const row = reading('a transaction', () => objectOf(answer));
  if (row['state'] === 'failed') {
    const error = isObject(row['error']) ? row['error'] : {};
    throw new TransactionFailed(id, String(error['code'] ?? 'transaction-failed'), String(error['detail'] ?? ''));
  }
  return requireState(id, row['state']);
}

function requireState(id: string, state: Json | undefined): Wait {
  const found = WAITS.find((one) => one === state);
  if (found === undefined) throw new BadServerAnswer(`transaction ${id} (state ${JSON.stringify(state)})`);
  return found;
}
