/**
 * Taking access back: withdrawal, and the rotation that makes it hold for what comes later (promises I3, I9, C12).
 *
 * A withdrawal counts at every node at once and on chain for ever. The sections concerned then get a new epoch: every
 * envelope is re-wrapped to it and the old one deleted, and who keeps access gets a new grant for the new epoch. What a
 * reader has opened stays opened. Each step can be repeated, so an interrupted rotation is finished by another run.
 */

import { type Address, InvalidAddress, toAddress } from '../core/addresses.ts';
import { toBase64 } from '../core/base64.ts';
import type { JsonObject } from '../core/canonical.ts';
import { hashOf, sealEnvelope } from '../core/container/index.ts';
import { DocumentKind, GrantKind, type SectionEpoch, Withdrawal } from '../core/contracts/messages.ts';
import { MedixainError } from '../core/errors.ts';
import { fromHex, toHex } from '../core/hex.ts';
import { rotate } from '../core/keys/keyset.ts';
import { Envelope } from '../core/keys/messages.ts';
import type { Context } from './context.ts';
import { NotFound } from './errors.ts';
import { issue, sectionItem, setAuthor } from './granting.ts';
import { type Given, givenGrants, liveGrants, sectionNames, withdrawnIds, withdrawnIn } from './grants.ts';
import { sync } from './inbox.ts';
import type { AccessWithdrawn, Progress, RotationProgress } from './results.ts';
import { epochsOf, type Plan, planDue, planExpired, planSections } from './rotationPlan.ts';
import { attestedProfessional, ownKeyset, putDocument, rememberKeyset } from './slots.ts';
import { type StoredRecord, ownRecordKey, rows } from './stored.ts';
import { type Handed, type Signed, type Waiting, handIn, requireWait, sign, stamp, waitFor } from './transactions.ts';

/**
 * Grants of one signed withdrawal. An id that the chain has never seen costs it 27,200 gas (measured in
 * tests/conformance/contracts), so this many stay, with the relay's quarter to spare, within the 2^24 gas that EIP-7825
 * allows a transaction, the relay's 30,000,000, and the 1,024 ids that a node takes.
 */
export const WITHDRAWN_AT_ONCE = 480;

/** Options of a withdrawal; `progress` counts envelopes that are re-wrapped. */
export interface WithdrawOptions extends Waiting {
  readonly progress?: Progress | undefined;
}

/**
 * Withdraw one grant by its id, or everything that a professional, or a care team as such, has from this wallet.
 *
 * The nodes are told of all of it first: from then on they refuse, whatever the platform does. The chain follows in as
 * many transactions as its gas asks for; {@link resume} sends what did not get there. Throws {@link NotFound}.
 */
export async function withdraw(
  context: Context,
  what: string,
  options: WithdrawOptions = {},
): Promise<AccessWithdrawn> {
  const { wait = 'final' } = options;
  requireWait(wait);
  await sync(context);
  await forgetTeam(context, what);
  const { chosen, ofSomebody } = await choose(context, what);
  await context.changing('withdrawing', (withdrawing) => {
    for (const { name } of chosen) withdrawing[name] = 1;
  });
  const byLayer = layersOf(chosen);
  const withdrawals = byLayer.flatMap(([layer, grants]) => signed(context, layer, grants));
  const taken = await tellNodes(context, withdrawals);
  for (const [layer, grants] of byLayer) await planRotation(context, layer, grants);
  const transactions = await handInAll(context, withdrawals);
  if (ofSomebody) transactions.push(...(await endAuthorship(context, chosen)));
  await waitFor(context, transactions, { ...options, wait });
  await planExpired(context);
  const { progress, transactions: more } = await rotatePending(context, options);
  if (wait !== 'received') await waitFor(context, more, { ...options, wait });
  return {
    grants: chosen.map(({ name }) => name),
    nodes: context.meta.nodeSet.named(taken),
    rotation: progress,
    state: (await isComplete(context, progress)) ? 'complete' : 'incomplete',
  };
}

/**
 * Finish what was interrupted: withdrawals that the chain does not show yet are sent again, then rotations.
 *
 * Sections whose readers' time has run out and records sealed to an epoch already left are seen to as well.
 */
export async function resume(context: Context, options: WithdrawOptions = {}): Promise<AccessWithdrawn> {
  const { resent, taken } = await resend(context);
  await planDue(context);
  const { progress } = await rotatePending(context, options);
  const complete = resent.length === 0 && (await isComplete(context, progress));
  return {
    grants: resent.map(({ name }) => name),
    nodes: resent.length === 0 ? [] : context.meta.nodeSet.named(taken),
    rotation: progress,
    state: complete ? 'complete' : 'incomplete',
  };
}

/**
 * Carry out the rotations that are known to be due, as far as they go now; called whenever the vault is unlocked.
 *
 * What fails stays planned, shows as a pending rotation, and must not keep the owner from what she came for.
 */
export async function settle(context: Context): Promise<void> {
  try {
    await planExpired(context);
    if (Object.keys(await context.table('rotations')).length > 0) await rotatePending(context);
  } catch (error) {
    if (!(error instanceof MedixainError)) throw error;
  }
}

async function isComplete(context: Context, { done, total }: RotationProgress): Promise<boolean> {
  return done === total && Object.keys(await context.table('rotations')).length === 0;
}

/**
 * Withdraw again what this wallet has withdrawn and the attested history still shows active.
 *
 * The message may have been lost with a platform that was killed, or was never handed over. Nodes and contract take a
 * second withdrawal of a grant without effect. Returns the grants and the nodes that took all of them.
 */
async function resend(
  context: Context,
): Promise<{ readonly resent: readonly Given[]; readonly taken: readonly string[] }> {
  const wanted = await context.table('withdrawing');
  const due = layersOf((await givenGrants(context)).filter(({ name }) => name in wanted));
  const resent: Given[] = [];
  let taken: readonly string[] = due.length > 0 ? [...context.meta.nodeSet.names.keys()] : [];
  for (const [layer, grants] of due) {
    const withdrawn = await withdrawnIds(context, layer);
    const active = grants.filter(({ name, opening }) => !withdrawn.has(name) && opening.expiry > context.now());
    if (active.length > 0) {
      const [nodes] = await revoke(context, layer, active);
      taken = taken.filter((node) => nodes.includes(node));
      resent.push(...active);
    }
    await context.changing('withdrawing', (withdrawing) => {
      for (const settled of grants) if (!active.includes(settled)) delete withdrawing[settled.name];
    });
  }
  return { resent, taken };
}

interface Chosen {
  readonly chosen: readonly Given[];
  /** Whether it is all that a professional, or a care team, has; not one grant by its id. */
  readonly ofSomebody: boolean;
}

/** The grants meant by a grant id, or by the address of a professional or of a care team. */
async function choose(context: Context, what: string): Promise<Chosen> {
  const given = await givenGrants(context);
  const named = given.filter(({ name }) => name === what.toLowerCase());
  if (named.length > 0) return { chosen: named, ofSomebody: false };
  const address = addressOr(what, () => new NotFound('grant', what));
  const meant = given.filter(({ opening, team }) => opening.grantee === address || team === address);
  const live = meant.filter(({ opening }) => opening.expiry > context.now());
  const withdrawn = await withdrawnIn(
    context,
    live.map(({ layer }) => layer),
  );
  const chosen = live.filter(({ name }) => !withdrawn.has(name));
  if (chosen.length === 0) throw new NotFound('access given to', what);
  return { chosen, ofSomebody: true };
}

/** Give up what is still to be given to a care team, or to one of its members, before anything is taken back. */
async function forgetTeam(context: Context, what: string): Promise<void> {
  if (Object.keys(await context.table('teaming')).length === 0) return;
  const meant = what.toLowerCase();
  await context.changing('teaming', (teaming) => {
    for (const [team, row] of Object.entries(teaming)) {
      const { waiting, ...rest } = row as JsonObject;
      const left = (waiting as string[]).filter((wallet) => wallet.toLowerCase() !== meant);
      if (team.toLowerCase() === meant || left.length === 0) delete teaming[team];
      else teaming[team] = { ...rest, waiting: left };
    }
  });
}

function addressOr(text: string, otherwise: () => Error): Address {
  try {
    return toAddress(text);
  } catch (error) {
    if (error instanceof InvalidAddress) throw otherwise();
    throw error;
  }
}

/** Grants by their layer, in the layers' order. */
function layersOf(grants: readonly Given[]): (readonly [layer: string, grants: readonly Given[]])[] {
  return [...Map.groupBy(grants, ({ layer }) => layer)].sort(([left], [right]) => (left < right ? -1 : 1));
}

/** Tell every node, then the chain, that grants of a layer are withdrawn; return the nodes that took all of it. */
export async function revoke(
  context: Context,
  layer: string,
  grants: readonly Named[],
): Promise<readonly [nodes: readonly string[], transactions: readonly Handed[]]> {
  const withdrawals = signed(context, layer, grants);
  const taken = await tellNodes(context, withdrawals);
  return [taken, await handInAll(context, withdrawals)];
}

interface Named {
  readonly name: string;
}

/** A withdrawal, and what the platform is given of it: nodes and contract take the same signature. */
interface SignedWithdrawal {
  readonly message: Withdrawal;
  readonly signed: Signed;
}

/** Sign the withdrawal of grants of a layer, in as many messages as transactions are needed for it. */
function signed(context: Context, layer: string, grants: readonly Named[]): SignedWithdrawal[] {
  const slot = context.keys.slotId(layer);
  const withdrawals: SignedWithdrawal[] = [];
  for (let from = 0; from < grants.length; from += WITHDRAWN_AT_ONCE) {
    const grantIds = grants.slice(from, from + WITHDRAWN_AT_ONCE).map(({ name }) => fromHex(name, 32));
    const message = Withdrawal.make({ slot, grantIds, ...stamp(context) });
    const key = context.keys.slot(layer);
    withdrawals.push({ message, signed: sign(context, 'AccessGrants', 'withdraw', Withdrawal, message, key) });
  }
  return withdrawals;
}

/** Tell every node of withdrawals, where they count at once; return the nodes that took all of them. */
async function tellNodes(context: Context, withdrawals: readonly SignedWithdrawal[]): Promise<readonly string[]> {
  let taken: readonly string[] = [...context.meta.nodeSet.names.keys()];
  for (const { message, signed } of withdrawals) {
    const delivery = await context.nodes.withdraw(message, signed.signatures[0]!);
    taken = taken.filter((node) => delivery.taken.includes(node));
  }
  return taken;
}

async function handInAll(context: Context, withdrawals: readonly SignedWithdrawal[]): Promise<Handed[]> {
  const transactions: Handed[] = [];
  for (const { signed } of withdrawals) transactions.push(await handIn(context, signed));
  return transactions;
}

/** End the right to add to a layer for whom nothing of it stays open: a member may have more than the team gave. */
async function endAuthorship(context: Context, withdrawn: readonly Given[]): Promise<Handed[]> {
  const authors = await context.table('authors');
  const place = ({ layer, opening }: Given): string => `${layer} ${opening.grantee}`;
  const ended = new Map<string, { readonly layer: string; readonly author: string }>();
  for (const grant of withdrawn) {
    const author = (authors[grant.opening.grantee] as JsonObject | undefined)?.[grant.layer];
    if (typeof author === 'string') ended.set(place(grant), { layer: grant.layer, author });
  }
  if (ended.size === 0) return [];
  const held = (await givenGrants(context)).filter((grant) => ended.has(place(grant)));
  for (const grant of await liveGrants(context, held)) ended.delete(place(grant));
  const transactions: Handed[] = [];
  for (const { layer, author } of ended.values()) {
    transactions.push(await setAuthor(context, layer, toAddress(author), 0));
  }
  return transactions;
}

/** Write down which sections need a new epoch, before anything else can fail. */
async function planRotation(context: Context, layer: string, grants: readonly Given[]): Promise<void> {
  await planSections(context, layer, epochsOf(context, layer, grants));
}

/** The rotation under way: two at once would each issue the remaining readers' grants anew. */
const underWay = new WeakMap<Context, Promise<unknown>>();

/** What a run of {@link rotatePending} did. */
interface Rotated {
  readonly progress: RotationProgress;
  readonly transactions: readonly Handed[];
}

/**
 * Carry every planned rotation as far as it goes; return how many envelopes were to be re-wrapped and are.
 *
 * What fails stays planned. A second run continues where this one stopped.
 */
export function rotatePending(context: Context, options: WithdrawOptions = {}): Promise<Rotated> {
  const before = underWay.get(context) ?? Promise.resolve();
  const mine = before.then(
    () => rotateNow(context, options),
    () => rotateNow(context, options),
  );
  underWay.set(context, mine);
  return mine;
}

async function rotateNow(context: Context, { progress, signal }: WithdrawOptions): Promise<Rotated> {
  let done = 0;
  let total = 0;
  const transactions: Handed[] = [];
  for (const [layer, row] of Object.entries(await context.table('rotations')).sort()) {
    const plan: Plan = new Map(Object.entries(row as Readonly<Record<string, number>>));
    transactions.push(...(await newEpochs(context, layer, plan)));
    const old = await oldEnvelopes(context, layer, plan);
    total += old.length;
    let failed = 0;
    for (const stored of old) {
      signal?.throwIfAborted();
      if (await rewrapped(context, layer, stored)) done++;
      else failed++;
      progress?.(done, total);
    }
    transactions.push(...(await reissue(context, layer, plan)));
    if (failed === 0) {
      await settlePlan(context, layer, plan);
    }
  }
  return { progress: { done, total }, transactions };
}

/** Strike out what was carried through; what was planned meanwhile stays. */
function settlePlan(context: Context, layer: string, plan: Plan): Promise<void> {
  return context.changing('rotations', (rotations) => {
    const row = Object.entries((rotations[layer] ?? {}) as JsonObject);
    const left = row.filter(([section, epoch]) => plan.get(section) !== epoch);
    if (left.length > 0) rotations[layer] = Object.fromEntries(left);
    else delete rotations[layer];
  });
}

/** Publish the keyset in which each planned section has left its old epoch, if that has not happened yet. */
async function newEpochs(context: Context, layer: string, plan: Plan): Promise<Handed[]> {
  const keyset = await ownKeyset(context, layer);
  const due = [...plan].flatMap(([section, epoch]) =>
    keyset.live(context.keys.sectionTag(layer, section)).epoch === epoch ? [section] : [],
  );
  if (due.length === 0) return [];
  const following = rotate(keyset, context.keys, layer, due);
  const transaction = await putDocument(context, layer, DocumentKind.keyset, following.version, following.encode());
  await rememberKeyset(context, layer, following);
  return [transaction];
}

async function oldEnvelopes(context: Context, layer: string, plan: Plan): Promise<StoredRecord[]> {
  const keyset = await ownKeyset(context, layer);
  const tags = new Set([...plan.keys()].map((section) => toHex(context.keys.sectionTag(layer, section))));
  const found = await rows(context, context.account, { slot: context.keys.slotId(layer) });
  return found.filter((one) => tags.has(toHex(one.tag)) && one.epoch < keyset.live(one.tag).epoch);
}

/** Whether a record's envelope was re-wrapped; one that was not is shown as "withdrawal incomplete", its plan stays. */
async function rewrapped(context: Context, layer: string, stored: StoredRecord): Promise<boolean> {
  try {
    await rewrap(context, layer, stored);
    return true;
  } catch (error) {
    if (error instanceof MedixainError) return false;
    throw error;
  }
}

/** Seal the record's key to the live epoch and replace the envelope; the platform deletes the old one. */
async function rewrap(context: Context, layer: string, stored: StoredRecord): Promise<void> {
  const recordSecret = ownRecordKey(context.keys, stored);
  const live = (await ownKeyset(context, layer)).live(stored.tag);
  const envelope = sealEnvelope(live.key, recordSecret);
  const placed = Envelope.make({
    record: stored.id,
    slot: stored.slot,
    section: live.tag,
    epoch: live.epoch,
    envelopeHash: hashOf(envelope),
  });
  const signature = context.keys.slot(layer).sign(context.offChain, Envelope, placed);
  const body = { section: toHex(live.tag), epoch: live.epoch, blob: toBase64(envelope), signature: toHex(signature) };
  await context.api.put(`/records/${stored.name}/envelope`, body, { by: context.account });
}

/** Give everybody who keeps access to a rotated section a grant of its live epoch, and end the old one. */
async function reissue(context: Context, layer: string, plan: Plan): Promise<Handed[]> {
  const tags = new Set([...plan.keys()].map((section) => toHex(context.keys.sectionTag(layer, section))));
  const keyset = await ownKeyset(context, layer);
  const names = sectionNames(context.keys, layer);
  const isStale = ({ tag, epoch }: SectionEpoch): boolean => tags.has(toHex(tag)) && epoch < keyset.live(tag).epoch;
  const stale = (await givenGrants(context)).filter(
    ({ opening, layer: where }) =>
      where === layer && opening.kind === GrantKind.sections && opening.sections.some(isStale),
  );
  const transactions: Handed[] = [];
  for (const { name, opening, team } of await liveGrants(context, stale)) {
    const items = [];
    for (const { tag } of opening.sections) items.push(await sectionItem(context, layer, names.get(toHex(tag))!));
    const professional = await attestedProfessional(context, opening.grantee);
    const issued = await issue(context, layer, professional, items, { ...opening, team });
    const [, ended] = await revoke(context, layer, [{ name }]);
    await context.changing('replaced', (replaced) => {
      replaced[name] = toHex(issued.id);
    });
    transactions.push(issued.transaction, ...ended);
  }
  return transactions;
}
