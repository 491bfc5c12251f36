/**
 * Every way a re-encryption node refuses, and every way asking several nodes fails (docs/spec/nodes.md, "Errors").
 *
 * A refusal travels as RFC 9457 problem+json; {@link refusalFromCode} gives the client the class the node raised.
 */

import { KeymgmtError } from '../errors.ts';

/** Base of everything that asking a re-encryption node raises on purpose. */
export class NodeError extends KeymgmtError {
  override readonly code: string = 'node-error';
}

/** The sentence shown for each refusal when the node adds none of its own. */
const REFUSALS = {
  malformed: 'The request does not have the form a node expects; update the client.',
  'wrong-node': 'This message is addressed to another node; send it there or sign a new one for this node.',
  'stale-request': "The request's time is too far from the node's clock; check this device's clock and try again.",
  'bad-signature': 'The signature is not by the registered key; sign in again with the right wallet.',
  replayed: 'This request was already made; sign a new one.',
  'no-grant': 'There is no grant for you to this record; ask the patient for access.',
  'unknown-record': 'This record does not exist or was deleted; refresh the list.',
  withdrawn: 'The patient has withdrawn this access; ask for a new grant.',
  expired: 'This access has expired; ask the patient for a new grant.',
  suspended: 'Your registration is suspended; speak to your institution.',
  'not-authorised': 'Your registration is not valid now; ask your institution to renew it.',
  ceiling: 'Your access level may not open this kind of record, even when it was granted.',
  'stale-keys': "Keys have changed since this access was given; the patient's wallet must issue it again.",
  'waiting-for-finality': 'The grant is not final on the chain yet; try again in a few seconds.',
  'stale-chain': 'This node has no current view of the chain; try again later or use other nodes.',
  'bad-capsule': 'The platform delivered a record key that does not match the chain; report this to the operator.',
  'record-unavailable': "The node cannot fetch the record's sealed key from the platform; try again later.",
  'log-damaged': "This node's access log is damaged, so it gives nothing out; its operator must act.",
  'unknown-slot': 'This slot is not registered on the chain yet; wait until its opening is anchored.',
  'unknown-professional': 'No professional is registered under this wallet; check the address.',
  'too-many-requests': 'Too many requests; wait a minute and try again.',
  'node-fault': 'The node failed inside; its operator finds the cause in its log.',
} as const;

/** Why a node refuses. */
export type RefusalCode = keyof typeof REFUSALS;

/** A node understood and will not; `code` says why. */
export class Refusal extends NodeError {
  override readonly code: RefusalCode;

  constructor(code: RefusalCode, message?: string, options?: ErrorOptions) {
    super(message ?? REFUSALS[code], options);
    this.code = code;
  }
}

/** Not the shape, size or type that docs/spec/nodes.md fixes; `field` names the place when there is one. */
export class Malformed extends Refusal {
  readonly field: string | undefined;

  constructor(message?: string, options: ErrorOptions & { readonly field?: string } = {}) {
    super('malformed', message, options);
    this.field = options.field;
  }
}

/** Return the base of the class of one refusal. */
function refusal(code: RefusalCode): new (message?: string) => Refusal {
  return class extends Refusal {
    constructor(message?: string) {
      super(code, message);
    }
  };
}

/** The message names another node, so somebody forwards what was not meant for this one. */
export class WrongNode extends refusal('wrong-node') {}
/** The message's time lies outside the window, or its deadline has passed. */
export class StaleRequest extends refusal('stale-request') {}
/** The message is not signed by the key it must be signed by. */
export class BadSignature extends refusal('bad-signature') {}
/** The nonce was seen before. */
export class Replayed extends refusal('replayed') {}
/** What everybody who is not the grantee is told. */
export class NoGrant extends refusal('no-grant') {}
/** The record is not on chain, was removed, or is of another slot than the grant. */
export class UnknownRecord extends refusal('unknown-record') {}
/** The patient has withdrawn the grant. */
export class Withdrawn extends refusal('withdrawn') {}
/** The grant's time has run out. */
export class Expired extends refusal('expired') {}
/** The professional, or the institution behind them, is suspended. */
export class Suspended extends refusal('suspended') {}
/** The professional's registration has run out or does not count any more. */
export class NotAuthorised extends refusal('not-authorised') {}
/** The grant exceeds what the professional's level may ever open (promise G4). */
export class Ceiling extends refusal('ceiling') {}
/** The re-encryption key does not fit the present keys, so only the owner can renew it. */
export class StaleKeys extends refusal('stale-keys') {}
/** The grant is not final yet, or the chain stands still since before it was. */
export class WaitingForFinality extends refusal('waiting-for-finality') {}
/** The node cannot see the chain, or what it sees contradicts its clock. */
export class StaleChain extends refusal('stale-chain') {}
/** What the platform delivered does not match what the chain anchors or the author signed. */
export class BadCapsule extends refusal('bad-capsule') {}
/** The platform does not deliver the record's sealed key. */
export class RecordUnavailable extends refusal('record-unavailable') {}
/** The node's access log does not continue what the chain holds. */
export class LogDamaged extends refusal('log-damaged') {}
/** The slot is not registered on chain (slots are public there, so this tells nothing new). */
export class UnknownSlot extends refusal('unknown-slot') {}
/** Nobody is registered under this wallet (the registry is public). */
export class UnknownProfessional extends refusal('unknown-professional') {}
/** A limit on failing or unauthenticated requests, or on stored deposits, is reached. */
export class TooManyRequests extends refusal('too-many-requests') {}
/** The node failed in a way it did not foresee, or answered what no node answers. */
export class NodeFault extends refusal('node-fault') {}

/** Each refusal by the `code` it has in problem+json. */
const KINDS: Readonly<Record<RefusalCode, new (message?: string) => Refusal>> = {
  malformed: Malformed,
  'wrong-node': WrongNode,
  'stale-request': StaleRequest,
  'bad-signature': BadSignature,
  replayed: Replayed,
  'no-grant': NoGrant,
  'unknown-record': UnknownRecord,
  withdrawn: Withdrawn,
  expired: Expired,
  suspended: Suspended,
  'not-authorised': NotAuthorised,
  ceiling: Ceiling,
  'stale-keys': StaleKeys,
  'waiting-for-finality': WaitingForFinality,
  'stale-chain': StaleChain,
  'bad-capsule': BadCapsule,
  'record-unavailable': RecordUnavailable,
  'log-damaged': LogDamaged,
  'unknown-slot': UnknownSlot,
  'unknown-professional': UnknownProfessional,
  'too-many-requests': TooManyRequests,
  'node-fault': NodeFault,
};

/** Every {@link RefusalCode}. */
export const REFUSAL_CODES = Object.keys(KINDS) as readonly RefusalCode[];

/** Return the refusal a node meant by `code`; an unknown one becomes {@link NodeFault}. */
export function refusalFromCode(code: string, detail?: string): Refusal {
  return new (isRefusalCode(code) ? KINDS[code] : NodeFault)(detail);
}

function isRefusalCode(code: string): code is RefusalCode {
  return Object.hasOwn(KINDS, code);
}

/** A node cannot be reached or does not answer in time. */
export class NodeDown extends NodeError {
  override readonly code = 'node-down';
  readonly node: string;
  readonly reason: string;

  constructor(node: string, reason: string, options?: ErrorOptions) {
    super(`The node ${node} does not answer (${reason}); the others are asked instead.`, options);
    this.node = node;
    this.reason = reason;
  }
}

/** A node answered something that is not validly signed, or whose content does not verify. */
export class BadAnswer extends NodeError {
  override readonly code = 'bad-answer';
  readonly node: string;
  readonly reason: string;

  constructor(node: string, reason: string, options?: ErrorOptions) {
    super(`The node ${node} gave an answer that does not verify (${reason}); report it to its operator.`, options);
    this.node = node;
    this.reason = reason;
  }
}

/** Fewer nodes than the threshold gave a valid answer; `causes` says why, by node address. */
export class NotEnoughNodes extends NodeError {
  override readonly code = 'not-enough-nodes';
  readonly have: number;
  readonly need: number;
  readonly causes: ReadonlyMap<string, NodeError>;

  constructor(have: number, need: number, causes: ReadonlyMap<string, NodeError>) {
    super(`not enough nodes (${have} of ${need}); try again when more nodes are up.`);
    this.have = have;
    this.need = need;
    this.causes = new Map(causes);
  }
}

/** Enough nodes answered, but no `need` of them say the same; somebody lies or the state is just changing. */
export class StatementsDisagree extends NodeError {
  override readonly code = 'statements-disagree';
  readonly largest: number;
  readonly need: number;

  constructor(largest: number, need: number) {
    super(`Only ${largest} nodes agree where ${need} must; try again, and report it if it stays so.`);
    this.largest = largest;
    this.need = need;
  }
}

/** Nodes attest an older state than this client has already seen; `field` says which part went back. */
export class RolledBack extends NodeError {
  override readonly code = 'rolled-back';
  readonly field: string;
  readonly seen: number;
  readonly told: number;

  constructor(field: string, seen: number, told: number) {
    super(`The nodes show an older state than before (${field} ${told} after ${seen}); do not go on.`);
    this.field = field;
    this.seen = seen;
    this.told = told;
  }
}

/** A care team that does not follow from what m nodes attest; `reason` names the check that failed. */
export class TeamNotAttested extends NodeError {
  override readonly code = 'team-not-attested';
  readonly reason: string;

  constructor(reason: string, options?: ErrorOptions) {
    super(
      `This care team does not follow from what the nodes attest (${reason}). Nothing was shared with it; ask the ` +
        "institution for the team's id.",
      options,
    );
    this.reason = reason;
  }
}
