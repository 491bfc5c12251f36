/**
 * How a client asks several re-encryption nodes at once and believes none of them alone (docs/spec/nodes.md).
 *
 * Fastest first: a threshold of nodes is asked together, and others where one fails or is slow; each answer is verified
 * before it counts, and the call returns with the threshold's last valid answer or as soon as the threshold is out of
 * reach.
 */

import { type Address, toAddress } from '../addresses.ts';
import { type Bytes, equalBytes, randomBytes } from '../bytes.ts';
import { isObject, type Json, type JsonObject } from '../canonical.ts';
import { grantId, Removal, Withdrawal } from '../contracts/messages.ts';
import { type Domain, type Fields, offChainDomain, type Struct, type StructValue, verify } from '../eip712.ts';
import { keccak256 } from '../hashes.ts';
import { toHex } from '../hex.ts';
import {
  type Capsule,
  type FragmentKeys,
  PreError,
  PublicKey,
  seal,
  type VerifiedCFrag,
  verifyCfrag,
} from '../pre/index.ts';
import { SIGNATURE_LENGTH, SignatureError } from '../secp256k1.ts';
import { type Ask, collect, type Fetch, gather, type Gathered, GRACE, type NodeRef, post, Speeds } from './asking.ts';
import type { DepositContent } from './deposit.ts';
import { BadAnswer, Malformed, NodeDown, type NodeError, Refusal } from './errors.ts';
import { logPage, type ProvenLogEntry } from './log.ts';
import {
  AccessRequest,
  Fragment,
  KeyDeposit,
  LogLength,
  LogRequest,
  Look,
  ProfessionalRequest,
  ProfessionalStatement,
  RegistrationRequest,
  RegistrationStatement,
  REQUEST_WINDOW,
  requestHash,
  StateRequest,
  StateStatement,
} from './messages.ts';
import { agree, agreed, checkNotRolledBack, type SeenState, type Statement } from './statements.ts';
import { canonicalJson, fromJson, parseHex, toJson } from './wire.ts';

/** Signs a message in the off-chain domain, 65 bytes; see {@link keySigner}. */
export type Signer = <F extends Fields>(
  type: Struct<F>,
  message: StructValue<Struct<F>>,
) => Uint8Array | Promise<Uint8Array>;

/** Something that signs in any domain, as `SigningKey` does. */
export interface DomainSigner {
  sign<F extends Fields>(domain: Domain, type: Struct<F>, message: StructValue<Struct<F>>): Uint8Array;
}

/** Return a signer of messages to nodes with `key`. */
export function keySigner(key: DomainSigner, chainId: number): Signer {
  const domain = offChainDomain(chainId);
  return (type, message) => key.sign(domain, type, message);
}

/** What a fragment is verified against: the capsule, the owner's PRE-signing key, from which key, to which. */
export interface Delegation extends FragmentKeys {
  readonly capsule: Capsule;
}

/** What is asked for: one record under one grant, by whom. `signer` signs with the registered signing key. */
export interface FragmentsRequest {
  readonly record: Uint8Array;
  readonly grant: Uint8Array;
  readonly requester: string;
  readonly signer: Signer;
  /** May still be on its way when the nodes are asked: it is needed when there are answers to verify. */
  readonly delegation: Delegation | Promise<Delegation>;
}

/** Which node gave a fragment, and the number of its log entry. */
export interface GivenBy {
  readonly node: string;
  readonly seq: number;
}

/** A threshold of verified fragments; `givenBy` is fastest first. */
export interface Fragments {
  readonly cfrags: readonly VerifiedCFrag[];
  readonly givenBy: readonly GivenBy[];
  readonly requestHash: Bytes;
}

/** Which nodes took a message, why others did not, and for a deposit what the platform keeps for those down. */
export interface Delivery {
  readonly taken: readonly string[];
  readonly failed: ReadonlyMap<string, NodeError>;
  readonly sealed: ReadonlyMap<string, Bytes>;
}

/** What one node stated at its own moment, signed, so that anybody can check it later. */
export interface Word<S extends Statement> {
  readonly node: string;
  readonly statement: S;
  readonly signature: Bytes;
}

/** A statement that a threshold of nodes made alike, and the word of each. */
export interface Witnessed<S extends Statement> {
  readonly statement: S;
  readonly words: readonly Word<S>[];
}

/** What the caller said it would bring did not come: no node is to blame, even where a node's error is the cause. */
class OwnTrouble extends Error {
  constructor(cause: unknown) {
    super('the delegation did not come', { cause });
  }
}

/** What a client of a node set is made of. */
export interface NodesOptions {
  readonly nodes: readonly NodeRef[];
  readonly threshold: number;
  readonly chainId: number;
  readonly fetch: Fetch;
  /** Unix seconds; the device's clock when left out. */
  readonly clock?: () => number;
  /** Fresh random bytes; the operating system's when left out. */
  readonly random?: (length: number) => Bytes;
  /** Milliseconds for the last nodes when the threshold is out of reach already. */
  readonly grace?: number;
}

/** A node set as a client sees it. */
export class Nodes {
  readonly nodes: readonly NodeRef[];
  readonly threshold: number;
  readonly #chainId: number;
  readonly #domain: Domain;
  readonly #fetch: Fetch;
  readonly #clock: () => number;
  readonly #random: (length: number) => Bytes;
  readonly #grace: number;
  readonly #speeds = new Speeds();

  constructor(options: NodesOptions) {
    this.nodes = [...options.nodes];
    this.threshold = options.threshold;
    this.#chainId = options.chainId;
    this.#domain = offChainDomain(options.chainId);
    this.#fetch = options.fetch;
    this.#clock = options.clock ?? (() => Math.floor(Date.now() / 1000));
    this.#random = options.random ?? randomBytes;
    this.#grace = options.grace ?? GRACE;
  }

  // ---- reading a record ---------------------------------------------------------------------------------------------

  /**
   * Return a threshold of verified fragments of one record's capsule.
   *
   * Throws the nodes' own {@link Refusal} when they refuse, `NotEnoughNodes` when too few answer.
   */
  async fragments({ record, grant, requester, signer, delegation }: FragmentsRequest): Promise<Fragments> {
    const nonce = this.#random(32);
    const against = Promise.resolve(delegation).catch((error: unknown) => new OwnTrouble(error));
    const answers = await this.#collect(async (node, signal) => {
      const time = this.#clock();
      const request = AccessRequest.make({ record, grantId: grant, requester, node: node.address, nonce, time });
      const body = await signedBody(AccessRequest, request, signer);
      const answer = await this.#post(node, '/v1/reencrypt', body, signal);
      const known = await against;
      if (known instanceof OwnTrouble) throw known;
      return this.#fragment(node, request, answer, known);
    });
    return {
      cfrags: [...answers.values()].map(({ cfrag }) => cfrag),
      givenBy: [...answers].map(([node, { seq }]) => ({ node, seq })),
      requestHash: requestHash(Look.make({ record, grantId: grant, requester, nonce })),
    };
  }

  #fragment(
    node: NodeRef,
    { record, grantId, requester, nonce }: AccessRequest,
    answer: JsonObject,
    delegation: Delegation,
  ): { readonly cfrag: VerifiedCFrag; readonly seq: number } {
    return believing(node, () => {
      const encoded = parseHex(answer['cfrag'], 'cfrag');
      const seq = answer['seq'];
      if (typeof seq !== 'number' || !Number.isSafeInteger(seq) || seq < 0) {
        throw new Malformed(undefined, { field: 'seq' });
      }
      const statement = { record, grantId, requester, nonce, cfragHash: keccak256(encoded), seq };
      this.#verify(node, Fragment, statement, answer['signature']);
      return { cfrag: verifyCfrag(encoded, delegation.capsule, delegation), seq };
    });
  }

  // ---- what owners send ---------------------------------------------------------------------------------------------

  /**
   * Leave each node its own kfrags, by node address; what a node that is down should get comes back sealed.
   *
   * `signer` signs with the slot's current key. The sealed deposits go to the platform (`/node-deposits`).
   */
  async deposit(
    contents: ReadonlyMap<string, DepositContent>,
    { signer }: { readonly signer: Signer },
  ): Promise<Delivery> {
    const sealed = new Map<string, Bytes>();
    const meant = this.nodes.filter((node) => contents.has(node.address));
    const delivery = await gather(meant, async (node, signal) => {
      const content = contents.get(node.address);
      if (content === undefined) throw new RangeError('no content for this node');
      const body = await this.#depositBody(node, content, signer);
      try {
        await this.#post(node, '/v1/deposits', body, signal);
      } catch (error) {
        if (error instanceof NodeDown) {
          sealed.set(node.address, seal(new PublicKey(node.exchangeKey), canonicalJson(body)).bytes);
        }
        throw error;
      }
    });
    return deliveryOf(delivery, sealed);
  }

  async #depositBody(node: NodeRef, content: DepositContent, signer: Signer): Promise<JsonObject> {
    const message = KeyDeposit.make({
      slot: content.opening.slot,
      grantId: grantId(content.opening),
      contentHash: content.hash,
      node: node.address,
      time: this.#clock(),
    });
    return { ...(await signedBody(KeyDeposit, message, signer)), content: content.toJson() };
  }

  /** Tell every node of a withdrawal, signed for the AccessGrants contract; it counts there at once. */
  async withdraw(message: Withdrawal, signature: Uint8Array): Promise<Delivery> {
    return this.#deliver('/v1/withdrawals', { message: toJson(Withdrawal, message), signature: toHex(signature) });
  }

  /** Tell every node of a removal, signed for the RecordRegistry contract; kfrags of the record go at once. */
  async remove(message: Removal, signature: Uint8Array): Promise<Delivery> {
    return this.#deliver('/v1/removals', { message: toJson(Removal, message), signature: toHex(signature) });
  }

  async #deliver(path: string, body: JsonObject): Promise<Delivery> {
    return deliveryOf(await gather(this.nodes, (node, signal) => this.#post(node, path, body, signal)), new Map());
  }

  // ---- what nodes attest --------------------------------------------------------------------------------------------

  /**
   * Return the newest state of a slot on which a threshold of nodes agree, fresh.
   *
   * Throws `RolledBack` if anything is below `seen`, `StatementsDisagree`, `NotEnoughNodes`, or the nodes' own refusal
   * (`unknown-slot`). The caller keeps `seenStateOf(answer)`.
   */
  async state(
    slot: string,
    options: { readonly signer: Signer; readonly seen?: SeenState | undefined },
  ): Promise<StateStatement> {
    return (await this.stateWitnessed(slot, options)).statement;
  }

  /** As {@link Nodes.state}, with the words of the nodes that said so. */
  async stateWitnessed(
    slot: string,
    { signer, seen }: { readonly signer: Signer; readonly seen?: SeenState | undefined },
  ): Promise<Witnessed<StateStatement>> {
    const witnessed = await this.#witnessed(async (node, signal) => {
      const request = StateRequest.make({ slot, ...this.#stamp(node) });
      const body = await signedBody(StateRequest, request, signer);
      const word = this.#word(node, StateStatement, await this.#post(node, '/v1/state', body, signal));
      if (word.statement.slot !== request.slot) throw new BadAnswer(node.address, 'another slot');
      return word;
    });
    if (seen !== undefined) checkNotRolledBack(witnessed.statement, seen);
    return witnessed;
  }

  /** Return what a threshold of nodes agree, fresh, about a professional; throws as {@link Nodes.state}. */
  async professional(wallet: string, options: { readonly signer: Signer }): Promise<ProfessionalStatement> {
    return (await this.professionalWitnessed(wallet, options)).statement;
  }

  /** As {@link Nodes.professional}, with the words of the nodes that said so. */
  async professionalWitnessed(
    wallet: string,
    { signer }: { readonly signer: Signer },
  ): Promise<Witnessed<ProfessionalStatement>> {
    return this.#witnessed(async (node, signal) => {
      const request = ProfessionalRequest.make({ wallet, ...this.#stamp(node) });
      const body = await signedBody(ProfessionalRequest, request, signer);
      const answer = await this.#post(node, '/v1/professional', body, signal);
      const word = this.#word(node, ProfessionalStatement, answer);
      if (word.statement.wallet !== request.wallet) throw new BadAnswer(node.address, 'another wallet');
      return word;
    });
  }

  /**
   * Return the registration of a professional that stood when a record was anchored, with the words of the nodes that
   * said so; throws as {@link Nodes.state}.
   */
  async registrationWitnessed(
    of: { readonly wallet: string; readonly slot: string; readonly record: Bytes },
    { signer }: { readonly signer: Signer },
  ): Promise<Witnessed<RegistrationStatement>> {
    return this.#witnessed(async (node, signal) => {
      const request = RegistrationRequest.make({ ...of, ...this.#stamp(node) });
      const body = await signedBody(RegistrationRequest, request, signer);
      const word = this.#word(node, RegistrationStatement, await this.#post(node, '/v1/registration', body, signal));
      const { wallet, slot, record } = word.statement;
      if (wallet !== request.wallet || slot !== request.slot || !equalBytes(record, request.record)) {
        throw new BadAnswer(node.address, 'another registration');
      }
      return word;
    });
  }

  #stamp(node: NodeRef): { readonly node: string; readonly nonce: Bytes; readonly time: number } {
    return { node: node.address, nonce: this.#random(32), time: this.#clock() };
  }

  #word<F extends Fields>(
    node: NodeRef,
    type: Struct<F>,
    answer: JsonObject,
  ): { node: string; statement: StructValue<Struct<F>>; signature: Bytes } {
    const word = believing(node, () => {
      const statement = fromJson(type, answer['statement']);
      const signature = this.#verify(node, type, statement, answer['signature']);
      return { node: node.address, statement, signature };
    });
    this.#requireFresh(node, word.statement as Statement);
    return word;
  }

  #requireFresh(node: NodeRef, { chainId, nodeTime }: Statement): void {
    if (chainId !== BigInt(this.#chainId)) throw new BadAnswer(node.address, 'another chain');
    this.#requireRecent(node, nodeTime);
  }

  #requireRecent(node: NodeRef, time: number): void {
    if (Math.abs(this.#clock() - time) > REQUEST_WINDOW) throw new BadAnswer(node.address, 'stale');
  }

  /** Ask all nodes until a threshold says the same; of those, return the one with the newest final block. */
  async #witnessed<S extends Statement>(ask: Ask<Word<S>>): Promise<Witnessed<S>> {
    const stated = (said: ReadonlyMap<string, Word<S>>): S[] => [...said.values()].map(({ statement }) => statement);
    const answers = await this.#collect(ask, (said) => agree(stated(said), this.threshold));
    const statement = agreed(stated(answers), this.threshold);
    return { statement, words: [...answers.values()].filter((word) => agree([word.statement, statement], 2)) };
  }

  // ---- the log ------------------------------------------------------------------------------------------------------

  /**
   * Return each node's entries of a slot after a `slotSeq` (by node), and why others gave none.
   *
   * Entries are checked for hashes, order and gaps, Merkle proofs and the signed request they record, and that they are
   * as many as the node signs; `signer` signs with the slot's current key. A node whose log does not verify is among
   * the failed.
   */
  async log(
    slot: string,
    { signer, after }: { readonly signer: Signer; readonly after?: ReadonlyMap<string, number> | undefined },
  ): Promise<Gathered<readonly ProvenLogEntry[]>> {
    const wanted = toAddress(slot);
    return gather(this.nodes, async (node, signal) => {
      const entries: ProvenLogEntry[] = [];
      for (let last = after?.get(node.address) ?? 0; ;) {
        const request = LogRequest.make({ slot, node: node.address, after: last, time: this.#clock() });
        const answer = await this.#post(node, '/v1/log', await signedBody(LogRequest, request, signer), signal);
        const newest = this.#logLength(node, wanted, answer['length']);
        const page = logPage(node, wanted, last, answer);
        if (page.length === 0 && last < newest) throw new BadAnswer(node.address, 'a log cut short');
        if (page.length === 0) return entries;
        entries.push(...page);
        last += page.length;
      }
    });
  }

  /** Return the number of the newest entry on the node's fresh word: a platform between may not shorten a log. */
  #logLength(node: NodeRef, slot: Address, stated: Json | undefined): number {
    const document = isObject(stated) ? stated : {};
    const length = believing(node, () => {
      const said = fromJson(LogLength, document['statement']);
      this.#verify(node, LogLength, said, document['signature']);
      return said;
    });
    if (length.slot !== slot || length.node !== node.address) throw new BadAnswer(node.address, 'another log');
    this.#requireRecent(node, length.time);
    return length.slotSeq;
  }

  // ---- shared -------------------------------------------------------------------------------------------------------

  async #collect<A>(
    ask: Ask<A>,
    enough?: (answers: ReadonlyMap<string, A>) => boolean,
  ): Promise<ReadonlyMap<string, A>> {
    const need = { need: this.threshold, grace: this.#grace, enough };
    try {
      return await collect(this.#speeds.sorted(this.nodes), this.#speeds.timed(ask), need);
    } catch (error) {
      throw error instanceof OwnTrouble ? error.cause : error;
    }
  }

  #post(node: NodeRef, path: string, body: JsonObject, signal: AbortSignal): Promise<JsonObject> {
    return post({ fetch: this.#fetch, node, path, signal }, body);
  }

  #verify<F extends Fields>(
    node: NodeRef,
    type: Struct<F>,
    statement: StructValue<Struct<F>>,
    signature: unknown,
  ): Bytes {
    const parsed = parseHex(signature, 'signature', SIGNATURE_LENGTH);
    verify(this.#domain, type, statement, parsed, node.address);
    return parsed;
  }
}

async function signedBody<F extends Fields>(
  type: Struct<F>,
  message: StructValue<Struct<F>>,
  signer: Signer,
): Promise<JsonObject> {
  return { message: toJson(type, message), signature: toHex(await signer(type, message)) };
}

/** Check a node's answer; whatever does not verify in it makes it a {@link BadAnswer}. */
function believing<T>(node: NodeRef, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (error instanceof Refusal || error instanceof PreError || error instanceof SignatureError) {
      throw new BadAnswer(node.address, error.code, { cause: error });
    }
    throw error;
  }
}

function deliveryOf(delivery: Gathered<unknown>, sealed: ReadonlyMap<string, Bytes>): Delivery {
  return { taken: [...delivery.answers.keys()], failed: delivery.failed, sealed };
}
