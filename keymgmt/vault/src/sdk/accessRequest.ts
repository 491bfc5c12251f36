/**
 * A request for access as a document: what is signed, what is taken for one (docs/spec/api.md, "What messages hold").
 *
 * A professional asks for herself (version 1), or that a colleague be let in (version 2, a *referral*). A referral holds
 * a letter to the colleague, signed by itself, because the patient passes on the letter and keeps what was asked for.
 */

import { type Address, toAddress } from '../core/addresses.ts';
import { fromUtf8, utf8 } from '../core/bytes.ts';
import { type Json, type JsonObject, encode, hasExactly } from '../core/canonical.ts';
import { InvalidInput } from '../core/errors.ts';
import { fromHex, toHex } from '../core/hex.ts';
import { sectionOf } from '../core/keys/layers.ts';
import { personalMessageDigest, verifyDigest } from '../core/secp256k1.ts';
import { RECORD_LAYERS } from './context.ts';
import { integerOf, listOf, objectOf, textOf } from './meta.ts';
import type { Signer } from './transport.ts';

/** UTF-8 bytes of a letter's reason. */
export const MAX_REASON_BYTES = 4000;

const REQUEST = [
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
const REFERRAL = [
  'v',
  'wallet',
  'professional',
  'letter',
  'sections',
  'append',
  'purpose',
  'until',
  'nonce',
  'signature',
] as const;
const LETTER = ['v', 'wallet', 'referrer', 'colleague', 'reason', 'written', 'signature'] as const;
const REQUEST_TITLE = 'medixain-access-request';
const LETTER_TITLE = 'medixain-referral-letter';
const NONCE = /^0x[0-9a-f]{64}$/;

/** From a professional to a colleague about a patient; `written` is when, Unix seconds. */
export interface Letter {
  readonly wallet: Address;
  readonly referrer: Address;
  readonly colleague: Address;
  readonly reason: string;
  readonly written: number;
  readonly document: JsonObject;
}

/**
 * A request of `professional` that `grantee` be given access; `sections` are `layer/section`, `authors` the pseudonyms
 * by layer. Without a `letter` the two are one; a referral has a `nonce`, which its answer names, and no pseudonyms,
 * because they are the colleague's.
 *
 * Signatures are checked by {@link verifyRequest} against the registered key, because registrations change.
 */
export interface Request {
  readonly id: string;
  readonly professional: Address;
  readonly grantee: Address;
  readonly sections: readonly string[];
  readonly append: boolean;
  readonly purpose: string;
  readonly until: number;
  readonly authors: Readonly<Record<string, Address>>;
  readonly received: number;
  readonly document: JsonObject;
  readonly letter: Letter | null;
  readonly nonce: string;
}

/** The text that is signed (EIP-191): a title and the canonical JSON without the signature. */
export function signedText(title: string, document: JsonObject): string {
  const { signature: _, ...unsigned } = document;
  return `${title}\n${fromUtf8(encode(unsigned))}`;
}

/** Return a request with its signature. */
export function signRequest(document: JsonObject, signer: Signer): JsonObject {
  return signed(REQUEST_TITLE, document, signer);
}

/** Return a letter with its signature. */
export function signLetter(document: JsonObject, signer: Signer): JsonObject {
  return signed(LETTER_TITLE, document, signer);
}

/** Return the request in `document`, signatures not checked; throws a `MedixainError` for anything else. */
export function parseRequest(
  document: JsonObject,
  { id, received }: { readonly id: string; readonly received: number },
): Request {
  const referral = document['v'] === 2;
  if (!hasExactly(document, referral ? REFERRAL : REQUEST)) throw new InvalidInput('This is no access request.');
  const professional = toAddress(textOf(document['professional']));
  const common = { id, received, document, professional, sections: sectionsOf(document) };
  const { append } = document;
  if (!referral) {
    const authors = Object.entries(objectOf(document['authors']))
      .filter(([layer]) => (RECORD_LAYERS as readonly string[]).includes(layer))
      .map(([layer, address]) => [layer, toAddress(textOf(address))] as const);
    const asked = {
      append: append === true,
      purpose: textOf(document['purpose']),
      until: integerOf(document['until']),
    };
    return {
      ...common,
      ...asked,
      grantee: professional,
      authors: Object.fromEntries(authors),
      letter: null,
      nonce: '',
    };
  }
  const letter = parseLetter(document['letter']);
  if (letter.referrer !== professional || letter.wallet !== toAddress(textOf(document['wallet']))) {
    throw new InvalidInput('The letter in this referral is about somebody else.', { field: 'letter' });
  }
  if (common.sections.length === 0) {
    throw new InvalidInput('A referral names what the colleague should see.', { field: 'sections' });
  }
  const nonce = textOf(document['nonce']);
  if (!NONCE.test(nonce)) {
    throw new InvalidInput('A referral names 32 random bytes that its answer repeats.', { field: 'nonce' });
  }
  if (typeof append !== 'boolean') throw new InvalidInput('append is yes or no.', { field: 'append' });
  const asked = { append, purpose: textOf(document['purpose']), until: wholeOf(document['until'], 'until') };
  return { ...common, ...asked, grantee: letter.colleague, authors: {}, letter, nonce };
}

/** Return the letter in `document`, its signature not checked; throws a `MedixainError` for anything else. */
export function parseLetter(value: Json | undefined): Letter {
  const document = objectOf(value);
  if (!hasExactly(document, LETTER) || document['v'] !== 1) throw new InvalidInput('This is no letter of referral.');
  const letter = {
    wallet: toAddress(textOf(document['wallet'])),
    referrer: toAddress(textOf(document['referrer'])),
    colleague: toAddress(textOf(document['colleague'])),
    reason: requireReason(textOf(document['reason'])),
    written: wholeOf(document['written'], 'written'),
    document,
  };
  if (letter.colleague === letter.referrer || letter.colleague === letter.wallet) {
    throw new InvalidInput('A referral names a colleague, not its writer or the patient.', { field: 'colleague' });
  }
  return letter;
}

/** Return `reason` if it says something and is not too long; throws `InvalidInput`. */
export function requireReason(reason: string): string {
  if (reason.trim() === '') throw new InvalidInput('Say why, in words that the patient reads.', { field: 'reason' });
  if (new TextEncoder().encode(reason).length > MAX_REASON_BYTES) {
    throw new InvalidInput(`Say it in fewer words; a reason has at most ${MAX_REASON_BYTES} bytes.`, {
      field: 'reason',
    });
  }
  return reason;
}

/** Return if the attested key of `request.professional` signed everything in it; throws a `SignatureError`. */
export function verifyRequest({ document, letter }: Request, signingKey: Address): void {
  verify(REQUEST_TITLE, document, signingKey);
  if (letter !== null) verifyLetter(letter, signingKey);
}

/** Return if the attested key of `letter.referrer` signed it; throws a `SignatureError`. */
export function verifyLetter({ document }: Letter, signingKey: Address): void {
  verify(LETTER_TITLE, document, signingKey);
}

function signed(title: string, document: JsonObject, signer: Signer): JsonObject {
  return { ...document, signature: toHex(signer.signText(signedText(title, document))) };
}

function verify(title: string, document: JsonObject, signingKey: Address): void {
  const { signature } = document;
  if (typeof signature !== 'string')
    throw new InvalidInput('This request carries no signature.', { field: 'signature' });
  verifyDigest(personalMessageDigest(utf8(signedText(title, document))), fromHex(signature), signingKey);
}

function sectionsOf(document: JsonObject): string[] {
  const sections = listOf(document['sections']).map(textOf);
  for (const section of sections) {
    const slash = section.indexOf('/');
    sectionOf(section.slice(0, slash), section.slice(slash + 1));
  }
  return sections;
}

/** A whole number that is written as one, unlike `integerOf`, which takes text too. */
function wholeOf(value: Json | undefined, field: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw new InvalidInput(`${field} is a whole number.`, { field });
  }
  return value;
}
