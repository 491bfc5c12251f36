/** Checking a file or a wallet against signatures, nodes and chain, and saying what was found (promises A7, C13). */

import type { Address } from '../core/addresses.ts';
import { equalBytes } from '../core/bytes.ts';
import { addTree, cidToText, hashOf, RecordReader } from '../core/container/index.ts';
import { MedixainError } from '../core/errors.ts';
import { kycState } from './chain.ts';
import { type Context, RECORD_LAYERS } from './context.ts';
import { sync } from './inbox.ts';
import { findWallet } from './mail.ts';
import { authorship, openGranted, type Opened, openOwn, receivedGrants, verifyStatement } from './reading.ts';
import { grantedRows } from './records.ts';
import type { Check, Progress } from './results.ts';
import { attested, history } from './slots.ts';
import { ownLayers, rows } from './stored.ts';

/** What was found is not what it should be. */
class Differs extends MedixainError {
  override readonly code = 'integrity';
}

/**
 * Return what can be said of a file: which record it is, byte for byte, who signed it, and what the chain holds.
 *
 * Own records and records shared with this wallet are compared, those of the file's size only.
 */
export async function verifyFile(
  context: Context,
  file: File,
  { progress, signal }: { readonly progress?: Progress | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<Check[]> {
  await sync(context);
  const candidates = await candidatesFor(context, file.size);
  for (const [index, candidate] of candidates.entries()) {
    signal?.throwIfAborted();
    progress?.(index, candidates.length);
    const opened = await matching(context, candidate, file, signal);
    if (opened === null) continue;
    const content = { check: 'content', ok: true, detail: `byte for byte the record ${opened.stored.name}` };
    return [content, ...(await checks(context, opened))];
  }
  return [{ check: 'content', ok: false, detail: 'no record of yours or shared with you has these bytes' }];
}

type Candidate = () => Promise<Opened>;

async function candidatesFor(context: Context, size: number): Promise<Candidate[]> {
  const found: Candidate[] = [];
  for (const layer of RECORD_LAYERS) {
    const own = await rows(context, context.account, { slot: context.keys.slotId(layer) });
    for (const stored of own) if (stored.bodySize === size) found.push(async () => openOwn(context, stored));
  }
  const grants = await receivedGrants(context);
  for (const grant of grants.filter(({ opening }) => opening.expiry > context.now())) {
    for (const stored of await grantedRows(context, grant)) {
      if (stored.bodySize === size) found.push(() => openGranted(context, stored, grants));
    }
  }
  return found;
}

/** The record when it opens and has exactly the file's bytes, else null. */
async function matching(
  context: Context,
  candidate: Candidate,
  file: File,
  signal: AbortSignal | undefined,
): Promise<Opened | null> {
  try {
    const opened = await candidate();
    const reader = await RecordReader.open(opened.content(context, { signal }), opened.expected);
    let place = 0;
    for await (const piece of reader.chunks()) {
      const same = new Uint8Array(await file.slice(place, place + piece.length).arrayBuffer());
      if (!equalBytes(piece, same)) return null;
      place += piece.length;
    }
    return place === file.size ? opened : null;
  } catch (error) {
    // A record that does not open is not this file.
    if (error instanceof MedixainError) return null;
    throw error;
  }
}

/** Return what signatures, nodes and chain say of an opened record. */
export async function checks(context: Context, opened: Opened): Promise<Check[]> {
  return [
    await check('address', () => address(context, opened)),
    await check('anchor', () => anchor(context, opened)),
    await check('author', async () => `signed by ${await verifyStatement(context, opened.stored)}`),
    await check('vouched for', () => vouched(context, opened)),
  ];
}

/** Run one check; its error is its result. */
async function check(name: string, test: () => Promise<string>): Promise<Check> {
  try {
    return { check: name, ok: true, detail: await test() };
  } catch (error) {
    if (error instanceof MedixainError) return { check: name, ok: false, detail: error.message };
    throw error;
  }
}

async function address(context: Context, opened: Opened): Promise<string> {
  const { cid } = await addTree(opened.content(context));
  const found = cidToText(cid);
  if (found !== opened.stored.cid) {
    throw new Differs(`the store's bytes have the address ${found}, not ${opened.stored.cid}`);
  }
  return found;
}

async function anchor(context: Context, { stored, by }: Opened): Promise<string> {
  const statement = await attested(context, stored.slot, { fresh: false });
  const past = await history(context, stored.slot, by, statement);
  const item = past.anchored().get(stored.name);
  if (item === undefined) throw new Differs('the record is not anchored (yet), or was removed');
  if (!equalBytes(item.kcHash, hashOf(stored.kc)) || !equalBytes(item.ipfs, stored.cidBytes)) {
    throw new Differs('the chain holds another key or content for this record');
  }
  if (!item.attested) throw new Differs('anchored, and not final yet');
  return `item ${item.seq} of the slot's history, attested by ${context.nodes.threshold} nodes`;
}

async function vouched(context: Context, opened: Opened): Promise<string> {
  const mine = ownLayers(context.keys).has(opened.stored.slot);
  const owner: Address = mine || opened.grant === null ? context.keys.walletId : opened.grant.wallet;
  const { author, institution } = await authorship(context, opened, owner);
  if (institution === null) return `written by the patient ${author}`;
  return `signed by the professional ${author} of ${context.meta.institutionName(institution) ?? institution}`;
}

/** Return whether a wallet exists and who attested that one person stands behind it; its id is not sent anywhere. */
export async function verifyWallet(context: Context, wallet: string): Promise<Check[]> {
  let card;
  try {
    card = await findWallet(context, wallet);
  } catch (error) {
    if (error instanceof MedixainError) return [{ check: 'wallet', ok: false, detail: error.message }];
    throw error;
  }
  const exists = { check: 'wallet', ok: true, detail: "its directory card is signed by the wallet's own key" };
  if (card.kycSalt === null) {
    return [exists, { check: 'person', ok: false, detail: 'the wallet does not open a KYC commitment' }];
  }
  const { state, institution } = await kycState(context, card.wallet, card.kycSalt);
  if (state !== 'attested' || institution === null) {
    const detail =
      { revoked: 'revoked', unknown: 'the chain cannot be asked' }[state] ?? 'not attested by any institution';
    return [exists, { check: 'person', ok: false, detail }];
  }
  const active = context.meta.institutions.some((one) => one.id === institution && one.active);
  return [
    exists,
    { check: 'person', ok: true, detail: `attested by ${context.meta.institutionName(institution) ?? institution}` },
    { check: 'attesting institution', ok: active, detail: active ? 'active' : 'suspended or unknown' },
  ];
}
