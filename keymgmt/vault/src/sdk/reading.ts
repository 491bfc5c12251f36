/** Reading a record: one's own by its envelope, another's through the nodes (ARCHITECTURE.md, "retrieve"). */

import { type Address, toAddress, ZERO_ADDRESS } from '../core/addresses.ts';
import { toBase64 } from '../core/base64.ts';
import { type Bytes, concat, equalBytes } from '../core/bytes.ts';
import { encode, type Json } from '../core/canonical.ts';
import {
  FIRST_CHUNK_END,
  hashOf,
  openKey,
  openProvenance,
  openReencryptedEnvelope,
  openReencryptedKey,
  parseSealedBox,
  type Preamble,
  type Provenance,
  readMetadata,
} from '../core/container/index.ts';
import { GrantKind, GrantOpening, grantId } from '../core/contracts/messages.ts';
import { recover, verify } from '../core/eip712.ts';
import { MedixainError } from '../core/errors.ts';
import { toHex } from '../core/hex.ts';
import { RecordStatement } from '../core/keys/messages.ts';
import { type Delegation, type Fragments, keySigner, type Witnessed } from '../core/node/client.ts';
import { Expired, NoGrant, Refusal, WaitingForFinality, Withdrawn } from '../core/node/errors.ts';
import type { ProfessionalStatement, RegistrationStatement } from '../core/node/messages.ts';
import { fromJson, toJson } from '../core/node/wire.ts';
import { PublicKey } from '../core/pre/index.ts';
import type { Context } from './context.ts';
import { HomeDamaged, Integrity, NotFound } from './errors.ts';
import { objectOf, textOf } from './meta.ts';
import { agreed, attested, attestedKeyset, history, witnessedProfessional } from './slots.ts';
import { fetchStored, ownDataKey, ownLayers, type StoredRecord } from './stored.ts';
import type { Identity } from './transport.ts';

/** Milliseconds for which a reader waits when the nodes say that the grant is not final yet. */
export const FINALITY_PATIENCE = 20_000;

const MOMENT = 1000;

/**
 * A grant received: its opening, whose wallet it is said to be from, and the names of its sections by tag (`0x…`).
 * `arrived` counts what this device received, from 1.
 */
export class Received {
  readonly opening: GrantOpening;
  readonly wallet: Address;
  readonly layer: string;
  readonly sections: ReadonlyMap<string, string>;
  readonly arrived: number;

  constructor(
    opening: GrantOpening,
    wallet: Address,
    layer: string,
    sections: ReadonlyMap<string, string> = new Map(),
    arrived = 0,
  ) {
    this.opening = opening;
    this.wallet = wallet;
    this.layer = layer;
    this.sections = sections;
    this.arrived = arrived;
  }

  /** The grant id. */
  get id(): Bytes {
    return grantId(this.opening);
  }

  /** The grant id as people write it. */
  get name(): string {
    return toHex(this.id);
  }

  /** The header that shows the opening to the platform. */
  headers(): Record<string, string> {
    return { 'Grant-Opening': toBase64(encode(toJson(GrantOpening, this.opening))) };
  }

  /** Whether the grant is for this record: named, or in one of its section epochs. */
  covers(stored: StoredRecord): boolean {
    if (stored.slot !== this.opening.slot) return false;
    if (this.opening.kind === GrantKind.records)
      return this.opening.records.some((record) => equalBytes(record, stored.id));
    return this.opening.sections.some(({ tag, epoch }) => equalBytes(tag, stored.tag) && epoch === stored.epoch);
  }

  /** Whether the grant is of the record's section in an epoch the record has left since. */
  onceCovered(stored: StoredRecord): boolean {
    const { slot, sections } = this.opening;
    return (
      stored.slot === slot && sections.some(({ tag, epoch }) => equalBytes(tag, stored.tag) && epoch < stored.epoch)
    );
  }
}

/** A record with its data key: through `nodes` and `grant` when it is another's. */
export class Opened {
  readonly stored: StoredRecord;
  readonly key: Bytes;
  readonly by: Identity;
  readonly grant: Received | null;
  readonly nodes: readonly string[];

  constructor(
    stored: StoredRecord,
    key: Bytes,
    by: Identity,
    grant: Received | null = null,
    nodes: readonly string[] = [],
  ) {
    this.stored = stored;
    this.key = key;
    this.by = by;
    this.grant = grant;
    this.nodes = nodes;
  }

  /** The container's bytes from the platform, only the `first` ones if given. */
  content(
    context: Context,
    { first, signal }: { first?: number; signal?: AbortSignal | undefined } = {},
  ): AsyncGenerator<Bytes> {
    return context.api.download(`/records/${this.stored.name}/content`, {
      by: this.by,
      headers: this.grant?.headers(),
      query: { grant: this.grant?.name ?? null },
      first,
      signal,
    });
  }

  /** What a reader of the container is opened with: it accepts this record and this key only. */
  get expected(): { readonly key: Bytes; readonly record: Bytes } {
    return { key: this.key, record: this.stored.id };
  }

  /** Owner, name and type, from the first chunk. */
  async metadata(context: Context, signal?: AbortSignal): Promise<Preamble> {
    const pieces: Bytes[] = [];
    let held = 0;
    for await (const piece of this.content(context, { first: FIRST_CHUNK_END, signal })) {
      pieces.push(piece);
      held += piece.length;
      if (held >= FIRST_CHUNK_END) break;
    }
    const { preamble } = await readMetadata(concat(...pieces).subarray(0, FIRST_CHUNK_END), this.expected);
    return preamble;
  }
}

/** Return an own record with its data key; throws `SealedBoxUnopenable`. */
export function openOwn(context: Context, stored: StoredRecord): Opened {
  return new Opened(stored, ownDataKey(context.keys, stored), context.account);
}

/**
 * Return a record and its data key, as its owner or by a grant received.
 *
 * Throws `NoGrant`, the nodes' own refusal (`withdrawn`, `expired` …) or `NotEnoughNodes`.
 */
export async function openRecord(context: Context, record: Uint8Array, signal?: AbortSignal): Promise<Opened> {
  const grants = await receivedGrants(context);
  const stored = await fetchStored(context, record, context.account).catch((error: unknown) => {
    // Whoever reads others' records is told the same of one that is restricted, deleted or never was.
    throw error instanceof NotFound && grants.length > 0 ? new NoGrant() : error;
  });
  return ownLayers(context.keys).has(stored.slot)
    ? openOwn(context, stored)
    : openGranted(context, stored, grants, signal);
}

/** Return the grants this device has received, the one that lasts longest first. */
export async function receivedGrants(context: Context): Promise<Received[]> {
  const found = Object.values(await context.table('received')).map(receivedFrom);
  return found.sort((left, right) => right.opening.expiry - left.opening.expiry);
}

/** Return the grants received from one patient that have not run out. */
export async function liveGrantsOf(context: Context, patient: Address): Promise<Received[]> {
  const grants = await receivedGrants(context);
  return grants.filter((grant) => grant.wallet === patient && grant.opening.expiry > context.now());
}

/** Return the grant of a row of what this device remembers. */
export function receivedFrom(row: Json): Received {
  try {
    const { opening, wallet, layer, sections, arrived } = objectOf(row);
    const names = Object.entries(objectOf(sections)).map(([tag, name]) => [tag, textOf(name)] as const);
    return new Received(
      fromJson(GrantOpening, opening),
      toAddress(textOf(wallet)),
      textOf(layer),
      new Map(names),
      Number(arrived ?? 0),
    );
  } catch (error) {
    throw new HomeDamaged('memory', { cause: error });
  }
}

/**
 * Return another's record through the nodes, by the first of `grants` that opens it.
 *
 * When none does, the refusal of the grant that arrived last is thrown: it is the newest word of the patient.
 */
export async function openGranted(
  context: Context,
  stored: StoredRecord,
  grants: readonly Received[],
  signal?: AbortSignal,
): Promise<Opened> {
  const refusals = new Map<Received, MedixainError>();
  for (const grant of grants.filter((one) => one.covers(stored))) {
    try {
      return await openBy(context, stored, grant, signal);
    } catch (error) {
      if (!(error instanceof MedixainError)) throw error;
      refusals.set(grant, error);
    }
  }
  for (const grant of grants.toSorted((left, right) => right.arrived - left.arrived)) {
    const refusal = refusals.get(grant);
    if (refusal !== undefined) throw refusal;
    if (grant.onceCovered(stored)) await throwIfEnded(context, grant);
  }
  throw new NoGrant();
}

/**
 * Say why a grant of an earlier epoch does not open this any more, as the attested history has it.
 *
 * The nodes cannot: the record has left the epoch that such a grant is of.
 */
async function throwIfEnded(context: Context, grant: Received): Promise<void> {
  const { slot, expiry } = grant.opening;
  const statement = await attested(context, slot, { fresh: false });
  const past = await history(context, slot, context.professional, statement);
  if (past.withdrawn().has(grant.name)) throw new Withdrawn();
  if (expiry <= context.now()) throw new Expired();
}

async function openBy(context: Context, stored: StoredRecord, grant: Received, signal?: AbortSignal): Promise<Opened> {
  const by = context.professional;
  const { slot, kind } = grant.opening;
  const statement = await attested(context, slot, { fresh: false });
  const ofRecord = kind === GrantKind.records;
  const delegating = ofRecord
    ? stored.header.recordPublicKey
    : (await attestedKeyset(context, slot, by, statement)).find(stored.tag, stored.epoch).key;
  const receiving = context.keys.exchange;
  const fragments = await fragmentsFor(
    context,
    stored,
    grant,
    {
      capsule: parseSealedBox(ofRecord ? stored.kc : stored.envelope).capsule,
      verifying: new PublicKey(statement.preKey),
      delegating,
      receiving: receiving.publicKey,
    },
    signal,
  );
  const reencrypted = {
    receivingKey: receiving,
    recordPublicKey: stored.header.recordPublicKey,
    fragments: fragments.cfrags,
  };
  const key = ofRecord
    ? openReencryptedKey(stored.kc, reencrypted)
    : openKey(stored.kc, openReencryptedEnvelope(stored.envelope, { ...reencrypted, sectionPublicKey: delegating }));
  return new Opened(stored, key, by, grant, context.meta.nodeSet.named(fragments.givenBy.map(({ node }) => node)));
}

/** Ask the nodes; a grant that is only not final yet is waited for. */
async function fragmentsFor(
  context: Context,
  stored: StoredRecord,
  grant: Received,
  delegation: Delegation,
  signal?: AbortSignal,
): Promise<Fragments> {
  const { address, signer } = context.professional;
  const request = {
    record: stored.id,
    grant: grant.id,
    requester: address,
    signer: keySigner(signer, context.meta.chainId),
    delegation,
  };
  const start = performance.now();
  for (;;) {
    try {
      return await context.nodes.fragments(request);
    } catch (error) {
      if (!(error instanceof WaitingForFinality) || performance.now() - start > FINALITY_PATIENCE) throw error;
      await context.api.pause(MOMENT, signal);
    }
  }
}

/** Who vouches for a record: the owner, or a professional of an institution whose signature was checked. */
export interface Authorship {
  readonly author: Address;
  readonly institution: Address | null;
}

/**
 * Return who wrote a record, from signatures: the author's statement, and the professional's provenance.
 *
 * Throws {@link Integrity} when a signature is not what it should be.
 */
export async function authorship(context: Context, opened: Opened, owner: Address): Promise<Authorship> {
  const said = await vouched(context, opened);
  if (said === null) return { author: owner, institution: null };
  return { author: said.provenance.professional, institution: said.provenance.institution };
}

/** How a professional stood registered, on the words of m nodes. */
export type Standing = Witnessed<ProfessionalStatement> | Witnessed<RegistrationStatement>;

/** A professional's word on a record, whose signature was checked, and what it was checked against. */
export interface Vouched {
  readonly provenance: Provenance;
  readonly standing: Standing;
}

/** Return the professional's word on a record, null where its owner wrote it; throws as {@link authorship}. */
export async function vouched(context: Context, { stored, key }: Opened): Promise<Vouched | null> {
  const { header } = stored;
  if (stored.provenance === null) {
    if (header.author !== header.slot) {
      throw new Integrity('A record by somebody else than its owner does not say who vouches for it');
    }
    return null;
  }
  const provenance = await openProvenance(stored.provenance, { header, key });
  const statement = statementOf(stored, provenance.professional);
  const signer = recover(context.offChain, RecordStatement, statement, provenance.signature);
  const standing = await standingOf(context, stored, provenance, signer);
  if (standing === null) {
    throw new Integrity('The signature of the professional who is said to have written this record does not verify');
  }
  return { provenance, standing };
}

/**
 * Return how `signer` was the professional's key at that institution: now, or when the record was anchored; else null.
 *
 * A past signature counts under its own key (protocols.md): whoever registers anew, with another institution or key,
 * has still written what she wrote. Both on the word of m nodes.
 */
async function standingOf(
  context: Context,
  { slot, id: record }: StoredRecord,
  { professional: wallet, institution }: Provenance,
  signer: Address,
): Promise<Standing | null> {
  const counts = ({ statement }: Standing): boolean =>
    statement.signingKey === signer && statement.institution === institution;
  const now = await witnessedProfessional(context, wallet);
  if (counts(now)) return now;
  const nodeSigner = context.nodeSigner(context.device);
  try {
    const then = await agreed(context, () =>
      context.nodes.registrationWitnessed({ wallet, slot, record }, { signer: nodeSigner }),
    );
    return counts(then) ? then : null;
  } catch (error) {
    // Not anchored yet, or nobody then: there is no other registration it could count under.
    if (error instanceof Refusal && ['unknown-professional', 'unknown-record'].includes(error.code)) return null;
    throw error;
  }
}

/** Return if the record's author signed header, address and Kc; returns who that is. Throws a `SignatureError`. */
export async function verifyStatement(context: Context, stored: StoredRecord): Promise<Address> {
  const { author } = stored.header;
  const signer = author === stored.slot ? (await attested(context, stored.slot, { fresh: false })).key : author;
  verify(context.offChain, RecordStatement, statementOf(stored, ZERO_ADDRESS), stored.statementSignature, signer);
  return signer;
}

function statementOf(stored: StoredRecord, professional: Address): RecordStatement {
  const { id: record, cid, size } = stored;
  return RecordStatement.make({ record, cid, kcHash: hashOf(stored.kc), size, professional });
}
