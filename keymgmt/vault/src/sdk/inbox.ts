/** What comes into an inbox: each kind of message is checked here before this device remembers it. */

import { type Address, toAddress } from '../core/addresses.ts';
import { equalBytes, utf8 } from '../core/bytes.ts';
import type { JsonObject } from '../core/canonical.ts';
import { GrantOpening, grantId } from '../core/contracts/messages.ts';
import { InvalidInput, MedixainError } from '../core/errors.ts';
import { toHex } from '../core/hex.ts';
import { SignedIntroduction } from '../core/keys/introduction.ts';
import { NodeError, Refusal } from '../core/node/errors.ts';
import { fromJson } from '../core/node/wire.ts';
import { SignatureError } from '../core/secp256k1.ts';
import { type Request, parseLetter, parseRequest, verifyLetter, verifyRequest } from './accessRequest.ts';
import type { Context } from './context.ts';
import { NotAttested } from './errors.ts';
import { type Message, inbox, openNote } from './mail.ts';
import { objectOf, textOf } from './meta.ts';
import { REFERRED, answerOf } from './referrals.ts';
import { attested, attestedProfessional } from './slots.ts';
import { isProfessional } from './standing.ts';

/**
 * Read both inboxes of this home, remember what checks out, and return the requests that wait.
 *
 * A message that does not check out is passed over: anybody can write to an inbox.
 */
export async function sync(context: Context): Promise<Request[]> {
  const requests: Request[] = [];
  const answered = await context.table('handled');
  for (const message of await inbox(context, context.account, context.keys.exchange)) {
    if (message.kind === 'access-request') {
      const request = requestOf(context, message, answered);
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

function requestOf(context: Context, { id, document, created }: Message, answered: JsonObject): Request | null {
  const request = unlessJunk(() => {
    if (toAddress(textOf(document['wallet'])) !== context.keys.walletId) return null;
    return parseRequest(document, { id, received: created });
  });
  // Answered once: the platform may put the same bytes into the inbox again.
  return request !== null && request.nonce in answered ? null : request;
}

/** Keep the pseudonyms that professionals named: whoever else signed for one would write into the record as her. */
async function rememberAuthors(context: Context, requests: readonly Request[]): Promise<void> {
  const known = await context.table('authors');
  const named = requests.filter(({ professional, authors }) => {
    const before = (known[professional] ?? {}) as JsonObject;
    return Object.entries(authors).some(([layer, author]) => before[layer] !== author);
  });
  for (const request of named) {
    if (!(await isSignedNow(context, request))) continue;
    const { professional, authors: asked } = request;
    await context.changing('authors', (authors) => {
      authors[professional] = { ...((authors[professional] ?? {}) as JsonObject), ...asked };
    });
  }
}

async function isSignedNow(context: Context, request: Request): Promise<boolean> {
  try {
    return await isSigned(context, request);
  } catch (error) {
    // Nobody answers: the request waits in the inbox, and is looked at again the next time.
    if (error instanceof NodeError) return false;
    throw error;
  }
}

/** Whether the professional whose request this is signed it, by the key that m nodes attest now. */
export function isSigned(context: Context, request: Request): Promise<boolean> {
  return isSignedBy(context, request.professional, (key) => verifyRequest(request, key));
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
    else if (message.kind === 'notice') await takeAnswer(context, message);
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
    letter: await letterOf(context, document),
  };
  await context.changing('received', (received) => {
    const arrived = Object.values(received).map((one) => Number(objectOf(one)['arrived'] ?? 0));
    received[name] ??= { ...row, arrived: 1 + Math.max(0, ...arrived) };
  });
}

/**
 * The letter that came with a grant, null without one or when its writer did not write it to this professional. The
 * grant counts in both cases: it is the patient's. A writer whom the nodes do not know any more is not named.
 */
async function letterOf(context: Context, document: JsonObject): Promise<JsonObject | null> {
  if ((document['letter'] ?? null) === null) return null;
  const letter = unlessJunk(() => parseLetter(document['letter']));
  if (letter === null || !(await isSignedBy(context, letter.referrer, (key) => verifyLetter(letter, key)))) return null;
  const mine =
    letter.colleague === context.professional.address && letter.wallet === toAddress(textOf(document['wallet']));
  return mine ? letter.document : null;
}

/** Whether `verify` holds for the key of a professional who is attested and authorised now. */
async function isSignedBy(
  context: Context,
  professional: Address,
  verify: (signingKey: Address) => void,
): Promise<boolean> {
  try {
    verify((await attestedProfessional(context, professional)).signingKey);
    return true;
  } catch (error) {
    if (error instanceof Refusal && error.code === 'unknown-professional') return false;
    if (error instanceof NotAttested || error instanceof SignatureError || error instanceof InvalidInput) return false;
    throw error;
  }
}

/** A patient's answer to a referral of this home: who names its nonce has read what was sealed to the patient. */
async function takeAnswer(context: Context, { document }: Message): Promise<void> {
  const answer = answerOf(document['answer']);
  if (document['kind'] !== 'referral-answer' || answer === null) return;
  const nonce = textOf(document['nonce']);
  if (!Object.hasOwn(await context.table(REFERRED), nonce)) return;
  await context.changing(REFERRED, (referred) => {
    const row = objectOf(referred[nonce]);
    referred[nonce] = { ...row, answer: row['answer'] ?? answer };
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
