/** Giving access: request, prepare, grant (ARCHITECTURE.md, "grant"; promises C10-C12). */

import { type Address, InvalidAddress, toAddress } from '../core/addresses.ts';
import { toBase64 } from '../core/base64.ts';
import { type Bytes, fromUtf8, randomBytes } from '../core/bytes.ts';
import type { JsonObject } from '../core/canonical.ts';
import { AuthorRight, Grant, GrantKind, GrantOpening, type SectionEpoch, grantId } from '../core/contracts/messages.ts';
import { InvalidInput } from '../core/errors.ts';
import { toHex } from '../core/hex.ts';
import { introduce } from '../core/keys/introduction.ts';
import { DepositContent } from '../core/node/deposit.ts';
import type { ProfessionalStatement } from '../core/node/messages.ts';
import { toJson } from '../core/node/wire.ts';
import { PublicKey, type SecretKey, makeKfrags } from '../core/pre/index.ts';
import type { Context } from './context.ts';
import { NoIntroduction, NoStanding, NotFound } from './errors.ts';
import { type Request, signRequest, verifyRequest } from './accessRequest.ts';
import { givenRows, knownAuthors, sectionNames, signs } from './grants.ts';
import { sync } from './inbox.ts';
import { findWallet, note, send } from './mail.ts';
import { openSections } from './referrals.ts';
import { answer } from './referring.ts';
import type { AccessGranted, AccessRequested } from './results.ts';
import { attestedProfessional, ownKeyset } from './slots.ts';
import { fetchStored, ownLayers, ownRecordKey, recordId, splitSection } from './stored.ts';
import { type Handed, type Waiting, handIn, requireWait, sign, stamp, waitFor } from './transactions.ts';

/** Seconds a grant lasts when neither request nor patient says how long. */
export const DEFAULT_DURATION = 90 * 24 * 3600;

/** One thing a grant opens: a record or a section epoch, and the secret key that delegates it. */
export type Item =
  | { readonly record: Bytes; readonly section: null; readonly delegating: SecretKey }
  | { readonly record: null; readonly section: SectionEpoch; readonly delegating: SecretKey };

/** A grant on its way to the chain, and which nodes have its keys already. */
export interface Issued {
  readonly id: Bytes;
  readonly opening: GrantOpening;
  readonly layer: string;
  readonly nodes: readonly string[];
  readonly waiting: readonly string[];
  readonly transaction: Handed;
}

/** What a professional asks for. */
export interface Asking {
  readonly append?: boolean | undefined;
  readonly purpose?: string | undefined;
  /** Unix seconds. */
  readonly until?: number | undefined;
}

/** What a patient shares, besides with whom. */
export interface Sharing {
  readonly records?: readonly string[] | undefined;
  readonly sections?: readonly string[] | undefined;
  readonly append?: boolean | undefined;
  readonly purpose?: string | undefined;
  /** Unix seconds. */
  readonly expiry?: number | undefined;
}

/** A decision to share as it will be signed: everything checked, nothing sent. */
export interface Decided {
  readonly asked: Request | null;
  readonly professional: ProfessionalStatement;
  /** What is opened, by layer: a grant is of one slot. */
  readonly items: ReadonlyMap<string, readonly Item[]>;
  /** `layer/section` of every section that is introduced. */
  readonly sections: readonly string[];
  readonly append: boolean;
  /** The pseudonyms that may append, by layer. */
  readonly authors: Readonly<Record<string, Address>>;
  readonly purpose: string;
  readonly expiry: number;
}

// ---- asking ---------------------------------------------------------------------------------------------------------

/** Leave a signed request in the patient's inbox; it names this professional's pseudonyms for appending. */
export async function request(
  context: Context,
  wallet: string,
  sections: readonly string[],
  { append = false, purpose = 'care', until }: Asking = {},
): Promise<AccessRequested> {
  if (sections.length === 0) {
    throw new InvalidInput('Name at least one section to ask for, such as profile/documents.', { field: 'section' });
  }
  const wished = sections.map(splitSection);
  const layers = [...new Set(wished.map(([layer]) => layer))].sort();
  const me = context.professional;
  const card = await findWallet(context, toAddress(wallet));
  const document = {
    v: 1,
    wallet: card.wallet,
    professional: me.address,
    layers,
    sections: wished.map((pair) => pair.join('/')),
    append,
    purpose,
    until: until ?? context.now() + DEFAULT_DURATION,
    authors: Object.fromEntries(layers.map((layer) => [layer, context.keys.author(card.wallet, layer).address])),
  };
  const message = await send(context, {
    to: card.account,
    key: card.exchangeKey,
    kind: 'access-request',
    document: signRequest(document, me.signer),
    by: me,
  });
  return { request: message, wallet: card.wallet };
}

// ---- granting -------------------------------------------------------------------------------------------------------

/**
 * Share records or sections with a professional, or answer a request; one grant per layer.
 *
 * Everything is encrypted to the key that m nodes attest for the professional. Throws `NotAttested` and whatever the
 * contract refuses.
 */
export async function grant(
  context: Context,
  who: string,
  sharing: Sharing,
  waiting: Waiting = {},
): Promise<AccessGranted> {
  const { wait = 'final' } = waiting;
  requireWait(wait);
  const decided = await decide(context, who, sharing);
  const { issued, transactions } = await give(context, decided, waiting.signal);
  const state = await waitFor(context, transactions, { ...waiting, wait });
  if (decided.asked !== null) await answer(context, decided.asked, 'given');
  const grants = issued.map(({ id }) => toHex(id));
  const named = (addresses: readonly string[]): string[] => context.meta.nodeSet.named(new Set(addresses));
  return {
    grant: grants[0]!,
    grants,
    grantee: decided.professional.wallet,
    expiry: decided.expiry,
    nodes: named(issued.flatMap(({ nodes }) => nodes)),
    waitingNodes: named(issued.flatMap(({ waiting: later }) => later)),
    state,
  };
}

/** Give one professional what was decided: a grant and, for sections, an introduction of each layer. */
export async function give(
  context: Context,
  decided: Decided,
  signal?: AbortSignal,
): Promise<{ readonly issued: readonly Issued[]; readonly transactions: readonly Handed[] }> {
  const issued: Issued[] = [];
  const transactions: Handed[] = [];
  for (const [layer, items] of decided.items) {
    signal?.throwIfAborted();
    const one = await issue(context, layer, decided.professional, items, decided);
    issued.push(one);
    transactions.push(one.transaction);
    const names = decided.sections.map(splitSection).flatMap(([wished, name]) => (wished === layer ? [name] : []));
    if (names.length > 0) transactions.push(...(await introduceLayer(context, layer, names, decided)));
  }
  return { issued, transactions };
}

/**
 * Find out what sharing with `who` (a professional's address or the id of a request that waits) means, and check it.
 *
 * Signs nothing and sends nothing, so that a page can show exactly what a press of the button will sign.
 */
export async function decide(context: Context, who: string, sharing: Sharing): Promise<Decided> {
  const asked = await findRequest(context, who);
  const sender = asked === null ? null : await verifiedSender(context, asked);
  const records = sharing.records ?? [];
  let sections = sharing.sections ?? [];
  let append = sharing.append ?? false;
  if (asked !== null && records.length === 0 && sections.length === 0) {
    sections = await askedSections(context, asked);
    append ||= asked.append && (asked.letter === null || signs(await knownAuthors(context, asked.grantee), sections));
  }
  if (records.length === 0 && sections.length === 0) {
    throw new InvalidInput('Name a record or a section to share, or give the id of a request.', { field: 'who' });
  }
  const grantee = asked?.grantee ?? toAddress(who);
  const professional = sender?.wallet === grantee ? sender : await attestedProfessional(context, grantee);
  const expiry = sharing.expiry ?? asked?.until ?? context.now() + DEFAULT_DURATION;
  if (expiry <= context.now()) {
    throw new InvalidInput('The access would end before it begins; give a later time.', { field: 'until' });
  }
  const own = asked === null || asked.letter !== null ? await knownAuthors(context, grantee) : asked.authors;
  const authors = append ? own : {};
  const items = await itemsOf(context, records, sections);
  const wished = sections.map((text) => splitSection(text).join('/'));
  if (append) for (const text of wished) requireAuthor(splitSection(text)[0], authors);
  const purpose = sharing.purpose ?? asked?.purpose ?? 'care';
  return { asked, professional, items, sections: wished, append, authors, purpose, expiry };
}

/** The request called `who`, null when it is an address instead; throws {@link NotFound}. */
async function findRequest(context: Context, who: string): Promise<Request | null> {
  const found = (await sync(context)).find((one) => one.id === who);
  if (found !== undefined) return found;
  try {
    toAddress(who);
  } catch (error) {
    if (error instanceof InvalidAddress) throw new NotFound('request', who);
    throw error;
  }
  return null;
}

/** Return who sent a request, its signatures checked; throws a `SignatureError`, `NotAttested` or {@link NoStanding}. */
async function verifiedSender(context: Context, asked: Request): Promise<ProfessionalStatement> {
  const sender = await attestedProfessional(context, asked.professional);
  verifyRequest(asked, sender.signingKey);
  if (asked.letter !== null && (await heldBy(context, sender.wallet)).size === 0) throw new NoStanding(sender.wallet);
  return sender;
}

/** Return what a bare yes opens: whoever asks for herself may name any section; a referral, what its writer can see. */
async function askedSections(context: Context, { letter, sections }: Request): Promise<readonly string[]> {
  if (letter === null) return sections;
  const held = await heldBy(context, letter.referrer);
  return sections.filter((section) => held.has(section));
}

/** Return the sections that this wallet opens to a professional now. */
async function heldBy(context: Context, professional: Address): Promise<ReadonlySet<string>> {
  return openSections(await givenRows(context), 'given', professional);
}

/** Return what is to be opened, by layer: a grant is of one slot. */
export async function itemsOf(
  context: Context,
  records: readonly string[],
  sections: readonly string[],
): Promise<ReadonlyMap<string, readonly Item[]>> {
  if (records.length > 0 && sections.length > 0) {
    throw new InvalidInput('Share records and sections in two grants; one grant is of one kind.', { field: 'records' });
  }
  const items = new Map<string, Item[]>();
  const put = (layer: string, item: Item): void => {
    items.set(layer, [...(items.get(layer) ?? []), item]);
  };
  const layers = ownLayers(context.keys);
  for (const text of new Set(records)) {
    const stored = await fetchStored(context, recordId(text), context.account);
    const layer = layers.get(stored.slot);
    if (layer === undefined) throw new NotFound('record of yours', text);
    put(layer, { record: stored.id, section: null, delegating: ownRecordKey(context.keys, stored) });
  }
  for (const text of new Set(sections.map((section) => splitSection(section).join('/')))) {
    const [layer, section] = splitSection(text);
    put(layer, await sectionItem(context, layer, section));
  }
  return items;
}

/** Return a section in its live epoch as something to open. */
export async function sectionItem(context: Context, layer: string, section: string): Promise<Item> {
  const live = (await ownKeyset(context, layer)).live(context.keys.sectionTag(layer, section));
  const delegating = context.keys.sectionKey(layer, section, live.epoch);
  return { record: null, section: { tag: live.tag, epoch: live.epoch }, delegating };
}

/** Why and until when a grant is issued, and the request it answers. */
interface Issuing {
  readonly purpose: string;
  readonly expiry: number;
  readonly asked?: Request | null;
  readonly team?: Address | null;
}

/** Put one grant on chain, leave its kfrags with the nodes, tell the grantee (and who proposed it), remember it. */
export async function issue(
  context: Context,
  layer: string,
  professional: ProfessionalStatement,
  items: readonly Item[],
  { purpose, expiry, asked = null, team = null }: Issuing,
): Promise<Issued> {
  const { nodeSet } = context.meta;
  const opening = GrantOpening.make({
    slot: context.keys.slotId(layer),
    grantee: professional.wallet,
    granteeKey: professional.umbralKey,
    kind: items[0]?.record ? GrantKind.records : GrantKind.sections,
    records: items.flatMap(({ record }) => (record === null ? [] : [record])),
    sections: items.flatMap(({ section }) => (section === null ? [] : [section])),
    purpose,
    expiry,
    nodeSet: nodeSet.version,
    salt: randomBytes(32),
  });
  const id = grantId(opening);
  const message = Grant.make({ slot: opening.slot, grantId: id, expiry, nodeSet: nodeSet.version, ...stamp(context) });
  const signed = sign(context, 'AccessGrants', 'grant', Grant, message, context.keys.slot(layer));
  const transaction = await handIn(context, signed);
  // Remembered before the keys go out: what was given must be possible to withdraw after any crash.
  await rememberGiven(context, id, opening, layer, team);
  const delivery = await context.nodes.deposit(deposits(context, layer, opening, items), {
    signer: context.nodeSigner(context.keys.slot(layer)),
  });
  for (const [node, blob] of delivery.sealed) {
    await context.api.post('/node-deposits', { node, blob: toBase64(blob) }, { by: context.account });
  }
  const refusal = [...delivery.failed].find(([node]) => !delivery.sealed.has(node))?.[1];
  if (delivery.taken.length + delivery.sealed.size < nodeSet.threshold && refusal !== undefined) throw refusal;
  await tell(context, professional, opening, layer, asked?.letter?.document);
  return { id, opening, layer, nodes: delivery.taken, waiting: [...delivery.sealed.keys()], transaction };
}

/** Return each node's kfrags: m of the n open, and each signs owner's and grantee's keys. */
export function deposits(
  context: Context,
  layer: string,
  opening: GrantOpening,
  items: readonly Item[],
): ReadonlyMap<Address, DepositContent> {
  const { threshold, nodes } = context.meta.nodeSet;
  const receiving = new PublicKey(opening.granteeKey);
  const signer = context.keys.preSigner(layer);
  const fragments = items.map(({ delegating }) => ({
    delegating: delegating.publicKey.bytes,
    kfrags: makeKfrags(delegating, receiving, signer, { threshold, shares: nodes.length }),
  }));
  return new Map(
    nodes.map((node, place) => {
      const keys = fragments.map(({ delegating, kfrags }) => ({ delegating, kfrag: kfrags[place]!.bytes }));
      return [node.address, new DepositContent(opening, keys)] as const;
    }),
  );
}

async function rememberGiven(
  context: Context,
  id: Bytes,
  opening: GrantOpening,
  layer: string,
  team: Address | null,
): Promise<void> {
  const row: JsonObject = { opening: toJson(GrantOpening, opening), layer, ...(team === null ? {} : { team }) };
  const name = toHex(id);
  await context.changing('given', (given) => {
    given[name] = row;
  });
  await note(context, { kind: 'given', grant: name, row });
}

async function tell(
  context: Context,
  professional: ProfessionalStatement,
  opening: GrantOpening,
  layer: string,
  letter: JsonObject | undefined,
): Promise<void> {
  const names = sectionNames(context.keys, layer);
  await send(context, {
    to: professional.wallet,
    key: new PublicKey(professional.umbralKey),
    kind: 'grant',
    document: {
      v: 1,
      opening: toJson(GrantOpening, opening),
      wallet: context.keys.walletId,
      layer,
      sections: Object.fromEntries(opening.sections.map(({ tag }) => [toHex(tag), names.get(toHex(tag))!])),
      ...(letter === undefined ? {} : { letter }),
    },
    by: context.account,
  });
}

/** Send the introduction of a layer's sections, and let the pseudonym append when that is granted. */
async function introduceLayer(
  context: Context,
  layer: string,
  sections: readonly string[],
  { professional, append, authors, expiry }: Decided,
): Promise<Handed[]> {
  const introduction = introduce(context.keys, {
    layer,
    keyset: await ownKeyset(context, layer),
    professional: professional.wallet,
    sections,
    append,
    until: expiry,
    salt: randomBytes(32),
    chainId: context.meta.chainId,
  });
  const right = append ? [await setAuthor(context, layer, requireAuthor(layer, authors), expiry)] : [];
  await send(context, {
    to: professional.wallet,
    key: new PublicKey(professional.umbralKey),
    kind: 'introduction',
    document: { v: 1, introduction: fromUtf8(introduction.encode()) },
    by: context.account,
  });
  return right;
}

function requireAuthor(layer: string, authors: Readonly<Record<string, Address>>): Address {
  const author = authors[layer];
  if (author === undefined) throw new NoIntroduction(`appending to ${layer} (the professional has to ask first)`);
  return author;
}

/** Let an author pseudonym append until `until`; 0 ends it. */
export function setAuthor(context: Context, layer: string, author: Address, until: number): Promise<Handed> {
  const message = AuthorRight.make({ slot: context.keys.slotId(layer), author, until, ...stamp(context) });
  return handIn(context, sign(context, 'RecordRegistry', 'setAuthor', AuthorRight, message, context.keys.slot(layer)));
}
