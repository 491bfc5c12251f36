/** Making, restoring and publishing a wallet, and changing what opens it. */

import { toBase64 } from '../core/base64.ts';
import type { Bytes } from '../core/bytes.ts';
import { DocumentKind, SlotOpening, WalletCommitment } from '../core/contracts/messages.ts';
import { hashStruct } from '../core/eip712.ts';
import { toHex } from '../core/hex.ts';
import { WalletKeys } from '../core/keys/derivation.ts';
import { lookup, sealCard } from '../core/keys/directory.ts';
import { firstKeyset } from '../core/keys/keyset.ts';
import {
  type Keystore,
  type UnlockerChange,
  type Unlocker,
  rewrapKeystore,
  sealKeystore,
} from '../core/keys/keystore.ts';
import { keySigner } from '../core/node/client.ts';
import { Refusal } from '../core/node/errors.ts';
import type { Json } from '../core/canonical.ts';
import { KYC_SALT } from './chain.ts';
import { ALL_LAYERS, Context, RECORD_LAYERS } from './context.ts';
import { HomeDamaged, ServerRefused, WalletExists } from './errors.ts';
import { fetchCard } from './mail.ts';
import { listOf, objectOf, reading } from './meta.ts';
import { type Surroundings, nodesOf, openContext, openPlatform } from './opening.ts';
import type { WalletCreated } from './results.ts';
import type { Home } from '../store/home.ts';
import { agreed, attestedOnceOpen, putDocument, rememberKeyset } from './slots.ts';
import { recogniseProfessional } from './standing.ts';
import { type Handed, type Signed, bodyOf, handed, sign, stamp, waitFor } from './transactions.ts';

/** A wallet that is open: its context, and the master key of its keystore. */
export interface OpenWallet {
  readonly context: Context;
  readonly master: Bytes;
}

/** A wallet just made or brought back. */
export interface Opened extends OpenWallet {
  readonly created: WalletCreated;
}

/**
 * Make a wallet in the empty home: keys, account, slots, keysets, keystore.
 *
 * The home is written first, so no crash loses a wallet the platform knows; {@link publish} then tells the platform,
 * and is called again when it was interrupted. Throws {@link WalletExists}.
 */
export async function create(surroundings: Surroundings, unlocker: Unlocker): Promise<Opened> {
  const { home } = surroundings;
  if (await home.exists()) throw new WalletExists();
  await openPlatform(surroundings);
  const keys = WalletKeys.create();
  const keystore = await sealKeystore(keys, [unlocker], 1);
  await home.create(keys, keystore, { tables: { wallet: { published: false } }, phraseConfirmed: false });
  const context = await openContext(surroundings, keys);
  const state = await publish(context);
  return { context, master: await keystore.master(unlocker), created: createdOf(keys, keys.phrase(), state) };
}

/** Whether the platform knows this wallet; one whose making was interrupted is published at the next unlocking. */
export async function isPublished(context: Context): Promise<boolean> {
  return (await context.table('wallet'))['published'] !== false;
}

/** Tell the platform of this wallet: account, slots and documents. What it knows already is passed over. */
export async function publish(context: Context): Promise<string> {
  const { keys, api } = context;
  const ciphertext = toBase64(await card(context, 1));
  const body: Json = {
    account: keys.slotId('account'),
    slots: RECORD_LAYERS.map((layer) => ({ slot: keys.slotId(layer), layer_hint: null })),
    card: { lookup: toHex(lookup(keys.walletId)), ciphertext, version: 1 },
    transactions: ALL_LAYERS.map((layer) => bodyOf(opening(context, layer))),
  };
  const opened = await unlessKnown(() => api.post('/accounts', body));
  const transactions = opened === null ? [] : transactionsOf(opened);
  for (const layer of RECORD_LAYERS) {
    const keyset = firstKeyset(keys, layer);
    transactions.push(...(await publishDocument(context, layer, DocumentKind.keyset, keyset)));
    await rememberKeyset(context, layer, keyset);
  }
  const keystore = await context.home.keystore();
  transactions.push(...(await publishDocument(context, 'account', DocumentKind.keystore, keystore)));
  const state = await waitFor(context, transactions, { wait: 'received' });
  await context.changing('wallet', (wallet) => {
    wallet['published'] = true;
  });
  return state;
}

function transactionsOf(answer: Json): Handed[] {
  return reading('an account', () => listOf(objectOf(answer)['transactions'])).map(handed);
}

async function publishDocument(
  context: Context,
  layer: string,
  kind: DocumentKind,
  document: { readonly version: number; encode(): Bytes },
): Promise<Handed[]> {
  const put = await unlessKnown(() => putDocument(context, layer, kind, document.version, document.encode()));
  return put === null ? [] : [put];
}

/** Send something once; null when the platform or the chain has it from an earlier, interrupted time. */
async function unlessKnown<T>(send: () => Promise<T>): Promise<T | null> {
  try {
    return await send();
  } catch (error) {
    if (error instanceof ServerRefused && error.status === 409) return null;
    throw error;
  }
}

/** Return the signed opening of a layer's slot, linked to the wallet by a salted commitment only. */
function opening(context: Context, layer: string): Signed {
  const { keys } = context;
  const commitment = WalletCommitment.make({ wallet: keys.walletId, salt: keys.salt(`slot/${layer}`) });
  const message = SlotOpening.make({
    slot: keys.slotId(layer),
    walletCommitment: hashStruct(WalletCommitment, commitment),
    preKey: keys.preSigner(layer).publicKey.bytes,
    ...stamp(context),
  });
  return sign(context, 'WalletRegistry', 'openSlot', SlotOpening, message, keys.slot(layer));
}

function card({ keys, meta }: Context, version: number): Promise<Bytes> {
  return sealCard(keys, { kycSalt: keys.salt(KYC_SALT), version, chainId: meta.chainId });
}

/**
 * Bring a wallet back from its phrase, into an empty home or into its own that nothing opens any more.
 *
 * The directory must hold the wallet's card, which also shows that this is its platform. A new keystore is sealed here
 * and takes the place of the attested one; what the home remembers stays. Throws `BadPhrase`, `UnknownWallet`, and
 * {@link WalletExists} when the home is another wallet's, whose words may not be on paper.
 */
export async function restore(surroundings: Surroundings, phrase: string, unlocker: Unlocker): Promise<Opened> {
  const { home, network } = surroundings;
  const keys = WalletKeys.fromPhrase(phrase);
  const isThere = await home.exists();
  if (isThere && !(await belongs(home, keys))) throw new WalletExists();
  const { api, meta } = await openPlatform(surroundings);
  await fetchCard(api, keys.walletId, { chainId: meta.chainId });
  const nodes = nodesOf(meta, network);
  const signer = keySigner(keys.slot('account'), meta.chainId);
  const attested = await agreed({ api }, () => nodes.state(keys.slotId('account'), { signer })).then(
    ({ keystoreVersion }) => keystoreVersion,
    (error: unknown) => {
      // A wallet made here a moment ago may not have reached the chain; what this device published goes before.
      if (isThere && error instanceof Refusal && error.code === 'unknown-slot') return 0;
      throw error;
    },
  );
  const before = isThere ? (await home.keystore()).version : 0;
  const keystore = await sealKeystore(keys, [unlocker], Math.max(before, attested) + 1);
  if (isThere) {
    await home.replaceKeystore(keystore);
    await home.changeSettings({ phraseConfirmed: true });
  } else await home.create(keys, keystore);
  const context = await openContext(surroundings, keys);
  await recogniseProfessional(context);
  const { state } = await putDocument(context, 'account', DocumentKind.keystore, keystore.version, keystore.encode());
  return { context, master: await keystore.master(unlocker), created: createdOf(keys, null, state) };
}

/** Whether the home remembers under these keys: no unlocker is needed to tell. */
async function belongs(home: Home, keys: WalletKeys): Promise<boolean> {
  try {
    await home.readState(keys);
    return true;
  } catch (error) {
    if (error instanceof HomeDamaged) return false;
    throw error;
  }
}

function createdOf(keys: WalletKeys, phrase: string | null, state: string): WalletCreated {
  return { wallet: keys.walletId, account: keys.slotId('account'), phrase, state };
}

/**
 * Change what opens the wallet: the same master key under other unlockers, published as the next version.
 *
 * The version follows the attested one, which another device may have raised. Throws `BadDocument` when no unlocker
 * would be left.
 */
export async function changeUnlockers({ context, master }: OpenWallet, change: UnlockerChange): Promise<Keystore> {
  const before = await context.home.keystore();
  // A wallet that was just made may be changed, too: what this device published of it goes before.
  const statement = await attestedOnceOpen(context, context.keys.slotId('account'));
  const version = Math.max(before.version, statement?.keystoreVersion ?? 0) + 1;
  const keystore = await rewrapKeystore(before, master, change, version);
  await putDocument(context, 'account', DocumentKind.keystore, version, keystore.encode());
  await context.home.replaceKeystore(keystore);
  return keystore;
}
