/**
 * Sealed messages between people, through inboxes the platform keeps (docs/spec/api.md, "Message kinds").
 *
 * Sealing hides a message and does not say who wrote it: each kind carries a signature or refers to the chain, and
 * whoever handles it checks that. Notes to oneself are encrypted under the wallet's own key, which nobody can forge.
 */

import { fromBase64, toBase64 } from '../core/base64.ts';
import { type Bytes, concat, utf8 } from '../core/bytes.ts';
import { type Json, type JsonObject, encode, isObject, parse } from '../core/canonical.ts';
import { InvalidInput } from '../core/errors.ts';
import { fromHex, toHex } from '../core/hex.ts';
import { type OpenCard, lookup, openCard } from '../core/keys/directory.ts';
import { WrongUnlocker } from '../core/keys/errors.ts';
import { NONCE_LENGTH, decrypt, encrypt } from '../core/keys/wrapping.ts';
import {
  CannotOpen,
  MalformedEncoding,
  type PublicKey,
  Sealed,
  type SecretKey,
  seal,
  unseal,
} from '../core/pre/index.ts';
import type { Context } from './context.ts';
import { ServerRefused, UnknownWallet } from './errors.ts';
import { integerOf, listOf, objectOf, reading, textOf } from './meta.ts';
import type { Api, Identity } from './transport.ts';

const NOTE_HEADER = utf8('medixain/note/v1');
const PAGE = 200;

/** An opened message; `document` is its canonical JSON, whose signatures are still to be checked. */
export interface Message {
  readonly id: string;
  readonly sender: string;
  readonly kind: string;
  readonly document: JsonObject;
  readonly created: number;
}

/** A message on its way: sealed to `key`, for the inbox of `to`. */
export interface Outgoing {
  readonly to: string;
  readonly key: PublicKey;
  readonly kind: string;
  readonly document: JsonObject;
  readonly by: Identity;
}

/**
 * Return the verified directory card of `wallet`, never an older one than this device has seen.
 *
 * Throws {@link UnknownWallet}, `BadDocument` or a `SignatureError`.
 */
export async function findWallet(context: Context, wallet: string): Promise<OpenCard> {
  const seen = Number((await context.table('cards'))[wallet] ?? 1);
  const card = await fetchCard(context.api, wallet, { chainId: context.meta.chainId, leastVersion: seen });
  if (card.version > seen) {
    await context.changing('cards', (cards) => {
      cards[wallet] = card.version;
    });
  }
  return card;
}

/** Return the verified directory card of `wallet`; needs no home. Throws as {@link findWallet}. */
export async function fetchCard(
  api: Api,
  wallet: string,
  { chainId, leastVersion = 1 }: { readonly chainId: number; readonly leastVersion?: number },
): Promise<OpenCard> {
  const row = await knownOr(api.get(`/directory/${toHex(lookup(wallet))}`), () => new UnknownWallet(wallet));
  const ciphertext = reading('a directory card', () => decoded(textOf(objectOf(row)['ciphertext'])));
  return openCard(wallet, ciphertext, { chainId, leastVersion });
}

/** Wait for an answer; a 404 becomes the error that `otherwise` makes. */
export async function knownOr<T>(answer: Promise<T>, otherwise: () => Error): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ServerRefused && error.status === 404) throw otherwise();
    throw error;
  }
}

/** Seal a message and leave it in the receiver's inbox; return its id. */
export async function send(context: Context, { to, key, kind, document, by }: Outgoing): Promise<string> {
  const blob = toBase64(seal(key, encode(document)).bytes);
  const answer = await context.api.post('/messages', { to, kind, blob }, { by });
  return reading('a message', () => textOf(objectOf(answer)['id']));
}

/** Leave a note to oneself in the own inbox, so that a wallet restored elsewhere knows it too. */
export async function note(context: Context, document: JsonObject): Promise<void> {
  const [nonce, ciphertext] = await encrypt(context.keys.keystoreKey, encode(document), NOTE_HEADER);
  await send(context, {
    to: context.account.address,
    key: context.keys.exchange.publicKey,
    kind: 'notice',
    document: { v: 1, note: toBase64(concat(nonce, ciphertext)) },
    by: context.account,
  });
}

/** Return the note in a message, null when it is none or not by this wallet. */
export async function openNote(context: Context, document: JsonObject): Promise<JsonObject | null> {
  const encoded = document['note'];
  if (typeof encoded !== 'string') return null;
  try {
    const blob = fromBase64(encoded);
    const [nonce, ciphertext] = [blob.subarray(0, NONCE_LENGTH), blob.subarray(NONCE_LENGTH)];
    const found = parse(await decrypt(context.keys.keystoreKey, nonce, ciphertext, NOTE_HEADER));
    return isObject(found) ? found : null;
  } catch (error) {
    if (error instanceof WrongUnlocker || error instanceof InvalidInput) return null;
    throw error;
  }
}

/**
 * Return every message in the inbox of `by` that `key` opens, oldest first.
 *
 * What does not open or is no canonical JSON is left out: anybody can leave junk in an inbox.
 */
export async function inbox(context: Context, by: Identity, key: SecretKey): Promise<Message[]> {
  const found: Message[] = [];
  let after: string | null = null;
  do {
    const page: Json = await context.api.get('/messages', { by, query: { after, limit: PAGE } });
    const { rows, next } = reading('messages', () => pageOf(page, 'messages'));
    for (const row of rows) {
      const message = reading('a message', () => opened(row, key));
      if (message !== null) found.push(message);
    }
    after = next;
  } while (after !== null);
  return found;
}

/** Delete a message of the own inbox; one that is gone already is fine. */
export async function forget(context: Context, by: Identity, message: string): Promise<void> {
  try {
    await context.api.delete(`/messages/${encodeURIComponent(message)}`, undefined, { by });
  } catch (error) {
    if (!(error instanceof ServerRefused && error.status === 404)) throw error;
  }
}

/** Rows and cursor of a page; throws what {@link reading} translates. */
export function pageOf(
  page: Json,
  rows: string,
): { readonly rows: readonly JsonObject[]; readonly next: string | null } {
  const document = objectOf(page);
  const next = document['next'] ?? null;
  return { rows: listOf(document[rows]).map(objectOf), next: next === null ? null : textOf(next) };
}

function opened(row: JsonObject, key: SecretKey): Message | null {
  const document = unsealed(textOf(row['blob']), key);
  if (document === null) return null;
  return {
    id: textOf(row['id']),
    sender: textOf(row['from']),
    kind: textOf(row['kind']),
    document,
    created: integerOf(row['created']),
  };
}

function unsealed(blob: string, key: SecretKey): JsonObject | null {
  try {
    const document = parse(unseal(key, Sealed.parse(fromBase64(blob))));
    return isObject(document) ? document : null;
  } catch (error) {
    const junk = error instanceof CannotOpen || error instanceof MalformedEncoding || error instanceof InvalidInput;
    if (junk) return null;
    throw error;
  }
}

/** Bytes in JSON: `0x` hex, or base64 for bulk ciphertext (docs/spec/README.md). */
function decoded(text: string): Bytes {
  return text.startsWith('0x') ? fromHex(text) : fromBase64(text);
}
