/** What comes into an inbox: each kind of message is checked here before this device remembers it. */

import { type Address, toAddress } from '../core/addresses.ts';
import { fromUtf8, utf8 } from '../core/bytes.ts';
import { type JsonObject, encode, hasExactly } from '../core/canonical.ts';
import { GrantOpening, grantId } from '../core/contracts/messages.ts';
import { InvalidInput, MedixainError } from '../core/errors.ts';
import { equalBytes } from '../core/bytes.ts';
import { fromHex, toHex } from '../core/hex.ts';
import { SignedIntroduction } from '../core/keys/introduction.ts';
import { sectionOf } from '../core/keys/layers.ts';
import { NodeError } from '../core/node/errors.ts';
import { fromJson } from '../core/node/wire.ts';
import { personalMessageDigest, verifyDigest } from '../core/secp256k1.ts';
import { type Context, RECORD_LAYERS } from './context.ts';
import { type Message, inbox, openNote } from './mail.ts';
import { integerOf, listOf, objectOf, textOf } from './meta.ts';
import { isProfessional } from './standing.ts';
import { attested } from './slots.ts';
import type { Signer } from './transport.ts';

const REQUEST_FIELDS = [
  'v',
  'wallet',
  'professional',
  'layers',
  'sections',
  'append',
  'purpose',
  'until',
  'authors',
  'signature',
] as const;

/**
 * A professional's request; `sections` are `layer/section`, `authors` the pseudonyms by layer.
 *
 * The signature is checked against the registered key when the patient grants, because registrations change.
 */
export interface Request {
  readonly id: string;
  readonly professional: Address;
  readonly sections: readonly string[];
  readonly append: boolean;
  readonly purpose: string;
  readonly until: number;
  readonly authors: Readonly<Record<string, Address>>;
  readonly received: number;
  readonly document: JsonObject;
}

/** Return the text a professional signs (EIP-191): the request's canonical JSON without the signature. */
export function requestText(document: JsonObject): string {
  const { signature: _, ...unsigned } = document;
  return `medixain-access-request\n${fromUtf8(encode(unsigned))}`;
}

/** Return `document` with its signature. */
export function signRequest(document: JsonObject, signer: Signer): JsonObject {
  return { ...document, signature: toHex(signer.signText(requestText(document))) };
}

/** Return if the attested signing key signed the request; throws a `SignatureError`. */
export function verifyRequest(request: Request, signingKey: Address): void {
  const { signature } = request.document;
  if (typeof signature !== 'string')
    throw new InvalidInput('This request carries no signature.', { field: 'signature' });
  verifyDigest(personalMessageDigest(utf8(requestText(request.document))), fromHex(signature), signingKey);
}

/**
 * Read both inboxes of this home, remember what checks out, and return the requests that wait.
 *
 * A message that does not check out is passed over: anybody can write to an inbox.
 */
export async function sync(context: Context): Promise<Request[]> {
  const requests: Request[] = [];
  for (const message of await inbox(context, context.account, context.keys.exchange)) {
    if (message.kind === 'access-request') {
      const request = requestOf(context, message);
      if (request !== null) requests.push(request);
    } else if (message.kind === 'notice') {
      await takeNote(context, message);
    }
  }
  // A patient never signs in by the wallet id: the platform would learn whose account slot it is.
  const received = (await isProfessional(context))
    ? await inbox(context, context.professional, context.keys.exchange)
    : [];
  for (const message of received) await take(context, message);
  await rememberAuthors(context, requests);
  return requests;
}

function requestOf(context: Context, message: Message): Request | null {
  const { document } = message;
  if (!hasExactly(document, REQUEST_FIELDS)) return null;
  return unlessJunk(() => {
    const sections = listOf(document['sections']).map(textOf);
    for (const section of sections) {
      const [layer, name] = splitOnce(section);
      sectionOf(layer, name);
    }
    if (toAddress(textOf(document['wallet'])) !== context.keys.walletId) return null;
    const authors = Object.entries(objectOf(document['authors']))
      .filter(([layer]) => (RECORD_LAYERS as readonly string[]).includes(layer))
      .map(([layer, address]) => [layer, toAddress(textOf(address))] as const);
    return {
      id: message.id,
      professional: toAddress(textOf(document['professional'])),
      sections,
      append: document['append'] === true,
      purpose: textOf(document['purpose']),
      until: integerOf(document['until']),
      authors: Object.fromEntries(authors),
      received: message.created,
      document,
    };
  });
}

function splitOnce(section: string): readonly [string, string] {
  const slash = section.indexOf('/');
  return [section.slice(0, slash), section.slice(slash + 1)];
}

async function rememberAuthors(context: Context, requests: readonly Request[]): Promise<void> {
  if (requests.length === 0) return;
  await context.changing('authors', (authors) => {
    for (const { professional, authors: asked } of requests) {
      authors[professional] = { ...((authors[professional] ?? {}) as JsonObject), ...asked };
    }
  });
}

/** A note of this wallet to itself: a grant it gave, perhaps from another home. */
async function takeNote(context: Context, message: Message): Promise<void> {
  const note = await openNote(context, message.document);
  if (note === null || note['kind'] !== 'given') return;
  const { grant, row } = note;
  if (typeof grant !== 'string' || row === undefined || grant in (await context.table('given'))) return;
  await context.changing('given', (given) => {
    given[grant] ??= row;
  });
}

async function take(context: Context, message: Message): Promise<void> {
  try {
    if (message.kind === 'introduction') await takeIntroduction(context, message);
    else if (message.kind === 'grant') await takeGrant(context, message);
  } catch (error) {
    // A node that does not answer says nothing about the message: it is looked at again the next time.
    if (error instanceof NodeError || !isJunk(error)) throw error;
  }
}

/** An introduction counts when the slot's attested current key signed it for this professional. */
async function takeIntroduction(context: Context, message: Message): Promise<void> {
  const encoded = textOf(message.document['introduction']);
  const introduction = SignedIntroduction.parse(utf8(encoded));
  const { message: signed } = introduction;
  const patient = toAddress(signed.walletId);
  const known = ((await context.table('introductions'))[patient] ?? {}) as JsonObject;
  if (known[signed.layer] === encoded || message.id in (await context.table('handled'))) return;
  const statement = await attested(context, signed.slot, { fresh: false });
  // The keyset inside is the one of the day it was signed; what is encrypted to is always the attested one.
  introduction.verify({
    chainId: context.meta.chainId,
    slotKey: statement.key,
    professional: context.professional.address,
    attestedKeyset: signed.keysetHash,
    now: context.now(),
  });
  await context.changing('introductions', (introductions) => {
    introductions[patient] = { ...((introductions[patient] ?? {}) as JsonObject), [signed.layer]: encoded };
  });
  await context.changing('handled', (handled) => {
    handled[message.id] = 1;
  });
}

/** A grant to this wallet's exchange key; whether it counts, the chain and the nodes say when it is used. */
async function takeGrant(context: Context, { document }: Message): Promise<void> {
  const opening = fromJson(GrantOpening, document['opening']);
  const mine = context.keys.exchange.publicKey.bytes;
  if (opening.grantee !== context.professional.address || !equalBytes(opening.granteeKey, mine)) return;
  const name = toHex(grantId(opening));
  if (name in (await context.table('received'))) return;
  const sections = Object.entries(objectOf(document['sections'])).map(
    ([tag, section]) => [tag, textOf(section)] as const,
  );
  const row = {
    opening: objectOf(document['opening']),
    wallet: toAddress(textOf(document['wallet'])),
    layer: textOf(document['layer']),
    sections: Object.fromEntries(sections),
  };
  await context.changing('received', (received) => {
    received[name] ??= row;
  });
}

function unlessJunk<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (isJunk(error)) return null;
    throw error;
  }
}

function isJunk(error: unknown): boolean {
  return error instanceof MedixainError;
}
