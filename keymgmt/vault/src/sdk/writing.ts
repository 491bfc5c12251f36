/** Writing a record: encrypt, sign, upload, hand in (ARCHITECTURE.md, "add"). */

import { type Address, toAddress, ZERO_ADDRESS } from '../core/addresses.ts';
import { toBase64 } from '../core/base64.ts';
import { type Bytes, equalBytes, randomBytes, utf8 } from '../core/bytes.ts';
import type { Json } from '../core/canonical.ts';
import {
  cidFromText,
  cidToText,
  ContentHasher,
  hashOf,
  type Header,
  KEY_SIZE,
  newHeader,
  Preamble,
  type RecordType,
  seal,
  sealedSize,
  sealEnvelope,
  sealKey,
  sealProvenance,
  type Source,
} from '../core/container/index.ts';
import { Anchor } from '../core/contracts/messages.ts';
import { InvalidInput } from '../core/errors.ts';
import { toHex } from '../core/hex.ts';
import { SignedIntroduction } from '../core/keys/introduction.ts';
import { layerOf, mayAppend } from '../core/keys/layers.ts';
import { Envelope, RecordStatement } from '../core/keys/messages.ts';
import { type PublicKey, SecretKey } from '../core/pre/index.ts';
import type { Context } from './context.ts';
import { Integrity, NoIntroduction } from './errors.ts';
import { objectOf, reading, textOf } from './meta.ts';
import type { Progress } from './results.ts';
import { attested, attestedKeyset, attestedProfessional, ownKeyset } from './slots.ts';
import { type Spooler, spooler } from './spool.ts';
import { StoredRecord } from './stored.ts';
import { sign, stamp } from './transactions.ts';
import { Identity, type Signer } from './transport.ts';

/** The professional who vouches for a record, with the registered signing key. */
interface Professional {
  readonly wallet: Address;
  readonly institution: Address;
  readonly signer: Signer;
}

/** Where a record goes and who signs it: `author` is the slot's own key or the professional's pseudonym. */
export interface Target {
  readonly owner: Address;
  readonly slot: Address;
  readonly layer: string;
  readonly section: string;
  readonly tag: Bytes;
  readonly epoch: number;
  readonly sectionKey: PublicKey;
  readonly authorAddress: Address;
  readonly author: Signer;
  readonly by: Identity;
  readonly professional: Professional | null;
}

/** A record that was handed in. */
export interface Written {
  readonly stored: StoredRecord;
  readonly transaction: string;
}

/** What is written, besides its bytes. */
export interface WriteOptions {
  readonly name: string;
  readonly type: RecordType;
  /** Bytes of the body. */
  readonly size: number;
  readonly progress?: Progress | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Where the ciphertext waits for its upload. */
  readonly spooler?: Spooler | undefined;
  /** Told the record's id when everything is ready and the platform knows of no record yet. */
  readonly begin?: ((record: string) => Promise<void>) | undefined;
  /** Stands in the header instead of this device's time, Unix seconds. */
  readonly created?: number | undefined;
}

/** Return a section of the own wallet; throws `InvalidInput` for one only clinicians write (promise C16). */
export async function ownTarget(context: Context, layer: string, section: string): Promise<Target> {
  if (!mayAppend(layer, section, 'patient')) {
    const message = `Only clinicians write ${layer}/${section}; choose profile/documents or profile/self-reports.`;
    throw new InvalidInput(message, { field: 'section' });
  }
  return ownSection(context, layer, section);
}

/** Return a section of the own wallet, whoever writes it: the patient marks entries in every section of hers. */
export async function ownSection(context: Context, layer: string, section: string): Promise<Target> {
  const { keys } = context;
  const live = (await ownKeyset(context, layer)).live(keys.sectionTag(layer, section));
  const slot = keys.slotId(layer);
  return {
    owner: keys.walletId,
    slot,
    layer,
    section,
    tag: live.tag,
    epoch: live.epoch,
    sectionKey: live.key,
    authorAddress: slot,
    author: keys.slot(layer),
    by: context.account,
    professional: null,
  };
}

/**
 * Return a section of a patient who introduced it to this professional for appending.
 *
 * The key encrypted to is the one m nodes attest. Throws {@link NoIntroduction} or `NotAttested`.
 */
export async function patientTarget(
  context: Context,
  patient: string,
  layer: string,
  section: string,
): Promise<Target> {
  if (!mayAppend(layer, section, 'clinician')) {
    throw new InvalidInput(`Only the patient writes ${layer}/${section}; choose another section.`, {
      field: 'section',
    });
  }
  const introduction = await findIntroduction(context, patient, layer, section);
  const author = context.keys.author(patient, layer);
  const { slot } = introduction.message;
  const by = new Identity(author);
  const statement = await attested(context, slot, { fresh: true });
  const live = (await attestedKeyset(context, slot, by, statement)).live(introduction.tag(section));
  const me = context.professional;
  const { institution } = await attestedProfessional(context, me.address);
  return {
    owner: toAddress(patient),
    slot,
    layer,
    section,
    tag: live.tag,
    epoch: live.epoch,
    sectionKey: live.key,
    authorAddress: author.address,
    author,
    by,
    professional: { wallet: me.address, institution, signer: me.signer },
  };
}

/** Return the introduction of a section for appending; throws {@link NoIntroduction}. */
export async function findIntroduction(
  context: Context,
  patient: string,
  layer: string,
  section: string,
): Promise<SignedIntroduction> {
  const known = (await context.table('introductions'))[toAddress(patient)];
  const encoded = known === undefined ? undefined : objectOf(known)[layer];
  if (typeof encoded !== 'string') throw new NoIntroduction(`${layer}/${section}`);
  const introduction = SignedIntroduction.parse(utf8(encoded));
  const { append, until } = introduction.message;
  if (!append || until <= context.now() || !introduction.sections.has(section)) {
    throw new NoIntroduction(`${layer}/${section}`);
  }
  return introduction;
}

/** Encrypt `body` under a fresh key and hand it in; nothing but ciphertext leaves this function. */
export async function write(context: Context, target: Target, body: Source, options: WriteOptions): Promise<Written> {
  const key = randomBytes(KEY_SIZE);
  const recordSecret = SecretKey.random();
  const header = newHeader({
    chainId: context.meta.chainId,
    slot: target.slot,
    author: target.authorAddress,
    layer: layerOf(target.layer).code,
    recordPublicKey: recordSecret.publicKey,
    key,
    created: options.created ?? context.now(),
  });
  const preamble = new Preamble({ owner: target.owner, name: options.name, type: options.type });
  const { cid, size } = await upload(context, target.by, seal(body, { header, key, preamble }), options);
  const sealed = {
    header,
    key,
    kc: sealKey(header.recordPublicKey, key),
    envelope: sealEnvelope(target.sectionKey, recordSecret),
  };
  options.signal?.throwIfAborted();
  const handing = await handedIn(context, target, { ...sealed, cid, size });
  await options.begin?.(toHex(header.recordId));
  const answer = await context.api.post('/records', handing, {
    by: target.by,
    signal: options.signal,
  });
  const stored = StoredRecord.parse(answer);
  if (!equalBytes(stored.id, header.recordId)) {
    throw new Integrity('The platform answered with another record than was handed in');
  }
  return { stored, transaction: reading('a record', () => textOf(objectOf(answer)['transaction'])) };
}

interface Sealed {
  readonly header: Header;
  readonly key: Bytes;
  readonly kc: Bytes;
  readonly envelope: Bytes;
  readonly cid: string;
  readonly size: number;
}

/** The body of `POST /records`, with every signature. */
async function handedIn(context: Context, target: Target, sealed: Sealed): Promise<Json> {
  const { header, kc, envelope, cid, size } = sealed;
  const { author } = target;
  const record = header.recordId;
  const placed = Envelope.make({
    record,
    slot: target.slot,
    section: target.tag,
    epoch: target.epoch,
    envelopeHash: hashOf(envelope),
  });
  const stated = RecordStatement.make({ record, cid, kcHash: hashOf(kc), size, professional: ZERO_ADDRESS });
  const anchor = Anchor.make({
    record,
    slot: target.slot,
    originator: target.authorAddress,
    ipfs: cidFromText(cid),
    kcHash: hashOf(kc),
    ...stamp(context),
  });
  const signed = sign(context, 'RecordRegistry', 'anchor', Anchor, anchor, author);
  const provenance = await vouchedFor(context, target, sealed);
  return {
    header: toHex(header.encode()),
    cid,
    size,
    kc: toBase64(kc),
    envelope: {
      section: toHex(target.tag),
      epoch: target.epoch,
      blob: toBase64(envelope),
      signature: toHex(author.sign(context.offChain, Envelope, placed)),
    },
    provenance: provenance === null ? null : toBase64(provenance),
    statement_signature: toHex(author.sign(context.offChain, RecordStatement, stated)),
    anchor: { message: signed.message, signature: toHex(signed.signatures[0]!) },
  };
}

/** The professional's own signature, which only readers of the record can see. */
async function vouchedFor(
  context: Context,
  target: Target,
  { header, key, kc, cid, size }: Sealed,
): Promise<Bytes | null> {
  if (target.professional === null) return null;
  const { wallet, institution, signer } = target.professional;
  const vouched = RecordStatement.make({
    record: header.recordId,
    cid,
    kcHash: hashOf(kc),
    size,
    professional: wallet,
  });
  const signature = Uint8Array.from(signer.sign(context.offChain, RecordStatement, vouched));
  return sealProvenance({ professional: wallet, institution, signature }, { header, key });
}

/**
 * Encrypt into a spool and upload it; the address is computed here and must be what the store answers.
 *
 * A browser sends a request's body only when it knows its length, and streams one only from a file: so a large
 * container goes through the private file system, and memory stays bounded. Progress counts both halves.
 */
async function upload(
  context: Context,
  by: Identity,
  container: AsyncIterable<Bytes>,
  { size: bodySize, progress, signal, spooler: spooled = spooler }: WriteOptions,
): Promise<{ readonly cid: string; readonly size: number }> {
  const expected = sealedSize(bodySize);
  const spool = await spooled(expected);
  try {
    const hasher = new ContentHasher();
    let written = 0;
    for await (const piece of container) {
      signal?.throwIfAborted();
      await hasher.update(piece);
      await spool.write(piece);
      written += piece.length;
      progress?.(written, 2 * expected);
    }
    const address = await hasher.finish();
    const file = await spool.finish('container', 'application/octet-stream');
    const answer = await context.api.upload('/uploads', file, {
      by,
      signal,
      progress: (done) => progress?.(expected + done, 2 * expected),
    });
    const cid = cidToText(address.cid);
    const stored = reading('an upload', () => objectOf(answer));
    if (stored['cid'] !== cid || stored['size'] !== address.size) {
      throw new Integrity('The platform stored something else than was uploaded');
    }
    return { cid, size: address.size };
  } finally {
    await spool.discard();
  }
}
