/**
 * Asking several nodes: as many as are needed, the fastest first, another one for each that fails or is slow.
 *
 * A node that is not asked does no work, keeps no log entry and learns nothing, so nobody asks more nodes than needed.
 */

import type { Address } from '../addresses.ts';
import { type Bytes, concat, randomBytes, toNumber } from '../bytes.ts';
import { isObject, type JsonObject } from '../canonical.ts';
import { BadAnswer, Malformed, NodeDown, NodeError, NotEnoughNodes, Refusal, refusalFromCode } from './errors.ts';
import { canonicalJson, parseJson } from './wire.ts';

/** The one thing asked of the platform this runs on: `fetch`, or what stands for it in a test. */
export type Fetch = (input: string, init: RequestInit) => Promise<Response>;

/** Bytes of a node's answer; a page of log entries is the largest. */
export const MAX_ANSWER = 4 * 1024 * 1024;

/** Milliseconds a node has for its whole answer: it may wait for its disk, and a phone for its network. */
export const TIMEOUT = 10_000;

/** Milliseconds for which the remaining nodes may still answer once the threshold is out of reach. */
export const GRACE = 2000;

/** Milliseconds after which the nodes asked count as slow and the others are asked too. */
export const HEDGE = 250;

/** Weight of the newest answer in a node's remembered speed. */
const WEIGHT = 0.3;

/** A node of the set: address of its node key and Umbral exchange key from the chain, and where it listens. */
export interface NodeRef {
  readonly address: Address;
  readonly url: string;
  readonly exchangeKey: Bytes;
}

/** Where a question goes and how: the transport, the node, the path, and who may call it off. */
export interface Question {
  readonly fetch: Fetch;
  readonly node: NodeRef;
  readonly path: string;
  readonly signal: AbortSignal;
}

/** Return a node's answer; throws its {@link Refusal}, {@link NodeDown} or {@link BadAnswer}. */
export async function post(question: Question, body: JsonObject): Promise<JsonObject> {
  const { node } = question;
  const { ok, content } = await exchange(question, canonicalJson(body));
  const answer = jsonObject(node, content);
  if (ok) return answer;
  const { code, detail } = answer;
  throw refusalFromCode(String(code), typeof detail === 'string' ? detail : undefined);
}

async function exchange(
  { fetch, node, path, signal }: Question,
  body: Bytes,
): Promise<{ readonly ok: boolean; readonly content: Bytes }> {
  try {
    const response = await fetch(node.url + path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body,
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
      referrerPolicy: 'no-referrer',
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT)]),
    });
    return { ok: response.ok, content: await contentOf(node, response) };
  } catch (error) {
    // What fetch and its streams throw: TypeError for the network, DOMException for time-out and abortion.
    if (error instanceof TypeError || error instanceof DOMException) {
      throw new NodeDown(node.address, error.name, { cause: error });
    }
    throw error;
  }
}

async function contentOf(node: NodeRef, response: Response): Promise<Bytes> {
  const reader = response.body?.getReader();
  if (reader === undefined) return new Uint8Array();
  const pieces: Uint8Array[] = [];
  let size = 0;
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    pieces.push(piece.value);
    size += piece.value.length;
    if (size > MAX_ANSWER) {
      await reader.cancel();
      throw new BadAnswer(node.address, 'too long');
    }
  }
  return concat(...pieces);
}

function jsonObject(node: NodeRef, content: Bytes): JsonObject {
  const document = parsed(node, content);
  if (!isObject(document)) throw new BadAnswer(node.address, 'not a JSON object');
  return document;
}

function parsed(node: NodeRef, content: Bytes): unknown {
  try {
    return parseJson(content);
  } catch (error) {
    throw error instanceof Malformed ? new BadAnswer(node.address, 'not JSON', { cause: error }) : error;
  }
}

/** Asks one node; `signal` is aborted when nobody waits for its answer any more. */
export type Ask<A> = (node: NodeRef, signal: AbortSignal) => Promise<A>;

/** How fast each node has answered; a node that was never asked counts as fast, one that failed as slow. */
export class Speeds {
  readonly #milliseconds = new Map<string, number>();

  /** Return the nodes, the fastest first; equals in random order, so that clients spread over the nodes. */
  sorted(nodes: readonly NodeRef[]): readonly NodeRef[] {
    const placed = nodes.map((node) => ({
      node,
      speed: this.#milliseconds.get(node.address) ?? 0,
      lot: toNumber(randomBytes(6)),
    }));
    return placed.sort((left, right) => left.speed - right.speed || left.lot - right.lot).map(({ node }) => node);
  }

  /** Return `ask` with its time remembered. */
  timed<A>(ask: Ask<A>): Ask<A> {
    return async (node, signal) => {
      const start = performance.now();
      try {
        const answer = await ask(node, signal);
        this.#remember(node, performance.now() - start);
        return answer;
      } catch (error) {
        // A question that was called off, because others had answered, took at least this long.
        if (error instanceof NodeDown) this.#remember(node, signal.aborted ? performance.now() - start : TIMEOUT);
        throw error;
      }
    };
  }

  #remember({ address }: NodeRef, milliseconds: number): void {
    const before = this.#milliseconds.get(address) ?? milliseconds;
    this.#milliseconds.set(address, before + WEIGHT * (milliseconds - before));
  }
}

/** How many answers are needed, when they are enough (always, if left out), and the waits in milliseconds. */
export interface Need<A> {
  readonly need: number;
  readonly enough?: ((answers: ReadonlyMap<string, A>) => boolean) | undefined;
  readonly grace?: number | undefined;
  readonly hedge?: number | undefined;
}

/**
 * Ask the first `need` nodes at once, another for each that fails, and all of them after `hedge` milliseconds.
 *
 * Returns by address as soon as there are `need` answers and they are `enough`; with all answers in, and not `enough`,
 * it returns them. Throws the nodes' own {@link Refusal} or {@link NotEnoughNodes} when `need` answers cannot come
 * together any more, after at most `grace` milliseconds for the nodes still to answer.
 */
export async function collect<A>(
  nodes: readonly NodeRef[],
  ask: Ask<A>,
  { need, enough = () => true, grace = GRACE, hedge = HEDGE }: Need<A>,
): Promise<ReadonlyMap<string, A>> {
  const answers = new Map<string, A>();
  const causes = new Map<string, NodeError>();
  const waiting = [...nodes];
  const asked = new Asked(ask);
  asked.start(waiting.splice(0, need));
  try {
    for (;;) {
      if (asked.left === 0) asked.start(waiting.splice(0));
      const one = await asked.next(waiting.length > 0 ? hedge : undefined);
      if (one === undefined && waiting.length === 0) break;
      if (one === undefined) {
        asked.start(waiting.splice(0));
        continue;
      }
      if ('error' in one) {
        causes.set(one.node, one.error);
        asked.start(waiting.splice(0, 1));
      } else {
        answers.set(one.node, one.answer);
      }
      if (answers.size >= need && enough(answers)) return answers;
      if (nodes.length - causes.size < need) asked.hurry(grace);
    }
  } finally {
    asked.stop();
  }
  if (answers.size < need) throw shortfall(answers.size, need, nodes.length, causes);
  return answers;
}

/** Answers and errors by node address. */
export interface Gathered<A> {
  readonly answers: ReadonlyMap<string, A>;
  readonly failed: ReadonlyMap<string, NodeError>;
}

/** Ask the nodes at once, wait for all of them. */
export async function gather<A>(nodes: readonly NodeRef[], ask: Ask<A>): Promise<Gathered<A>> {
  const answers = new Map<string, A>();
  const failed = new Map<string, NodeError>();
  const asked = new Asked(ask);
  asked.start(nodes);
  try {
    for (let one = await asked.next(); one !== undefined; one = await asked.next()) {
      if ('error' in one) failed.set(one.node, one.error);
      else answers.set(one.node, one.answer);
    }
  } finally {
    asked.stop();
  }
  return { answers, failed };
}

type Outcome<A> =
  | { readonly node: string; readonly answer: A }
  | { readonly node: string; readonly error: NodeError };
/** Something else than a {@link NodeError} went wrong: the caller's own trouble, not a node's. */
type Thrown = { readonly node: string; readonly thrown: unknown };

/** The nodes asked so far and their outcomes as they come; what is no {@link NodeError} is thrown to the caller. */
class Asked<A> {
  readonly #ask: Ask<A>;
  readonly #pending = new Map<string, Promise<Outcome<A> | Thrown>>();
  readonly #abort = new AbortController();
  #deadline: Timer | undefined;

  constructor(ask: Ask<A>) {
    this.#ask = ask;
  }

  /** How many nodes have not answered yet. */
  get left(): number {
    return this.#pending.size;
  }

  /** Ask these nodes. */
  start(nodes: readonly NodeRef[]): void {
    for (const node of nodes) this.#pending.set(node.address, outcomeOf(node, this.#ask, this.#abort.signal));
  }

  /** Return the next outcome; undefined when none is awaited or none comes in `patience` milliseconds (or ever). */
  async next(patience?: number): Promise<Outcome<A> | undefined> {
    if (this.#pending.size === 0) return undefined;
    const timer = patience === undefined ? undefined : new Timer(patience);
    const waiting: Promise<Outcome<A> | Thrown | undefined>[] = [...this.#pending.values()];
    for (const limit of [timer, this.#deadline]) if (limit !== undefined) waiting.push(limit.elapsed);
    const outcome = await Promise.race(waiting);
    timer?.stop();
    if (outcome === undefined) return undefined;
    if ('thrown' in outcome) throw outcome.thrown;
    this.#pending.delete(outcome.node);
    return outcome;
  }

  /** Stop waiting `milliseconds` from now (or from when this was first said). */
  hurry(milliseconds: number): void {
    this.#deadline ??= new Timer(milliseconds);
  }

  /** Nobody waits any more: call off what is still under way. */
  stop(): void {
    this.#deadline?.stop();
    this.#abort.abort();
  }
}

class Timer {
  readonly elapsed: Promise<undefined>;
  #handle: ReturnType<typeof setTimeout> | undefined;

  constructor(milliseconds: number) {
    this.elapsed = new Promise((resolve) => {
      this.#handle = setTimeout(() => resolve(undefined), milliseconds);
    });
  }

  stop(): void {
    clearTimeout(this.#handle);
  }
}

async function outcomeOf<A>(node: NodeRef, ask: Ask<A>, signal: AbortSignal): Promise<Outcome<A> | Thrown> {
  try {
    return { node: node.address, answer: await ask(node, signal) };
  } catch (error) {
    if (error instanceof NodeError) return { node: node.address, error };
    return { node: node.address, thrown: error };
  }
}

/** Return the nodes' own refusal when refusals alone make the threshold impossible, else NotEnoughNodes. */
function shortfall(have: number, need: number, total: number, causes: ReadonlyMap<string, NodeError>): NodeError {
  const refusals = [...causes.values()].filter((cause) => cause instanceof Refusal);
  if (refusals.length > 0 && (have === 0 || refusals.length > total - need)) {
    const most = mostFrequent(refusals);
    if (most !== undefined) return most;
  }
  return new NotEnoughNodes(have, need, causes);
}

/** Return the first refusal of the code that most of `refusals` have. */
function mostFrequent(refusals: readonly Refusal[]): Refusal | undefined {
  const byCode = Map.groupBy(refusals, (refusal) => refusal.code);
  const largest = [...byCode.values()].reduce<readonly Refusal[]>(
    (found, group) => (group.length > found.length ? group : found),
    [],
  );
  return largest[0];
}
