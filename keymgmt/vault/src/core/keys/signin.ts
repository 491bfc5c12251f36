/**
 * Sign-in by signature (EIP-4361), and the proof that a request comes from the device that signed in.
 *
 * The client composes the text itself and the server takes exactly that form, so nobody is shown one text and signs
 * another. No password leaves the device.
 */

import { type Address, InvalidAddress, toAddress } from '../addresses.ts';
import { sha256 } from '../hashes.ts';
import { hexDigits, toHex } from '../hex.ts';
import { SignInRefused } from './errors.ts';
import type { SigningKey } from './signing.ts';

/** Seconds a sign-in text counts at most. */
export const LIFETIME = 300;
/** Stands in for the body's hash where a body is streamed; its content address is checked instead. */
export const EMPTY_BODY = hexDigits(sha256(new Uint8Array()));

const TEXT = new RegExp(
  '^(?<domain>[A-Za-z0-9.\\-:\\[\\]]{1,255}) wants you to sign in with your Ethereum account:\\n' +
    '(?<address>0x[0-9A-Fa-f]{40})\\n\\n' +
    'Sign in to medixain\\. Device (?<device>0x[0-9A-Fa-f]{40})\\.\\n\\n' +
    'URI: (?<uri>https?://[!-~]{1,255})\\n' +
    'Version: 1\\n' +
    'Chain ID: (?<chainId>[1-9][0-9]{0,15})\\n' +
    'Nonce: (?<nonce>[A-Za-z0-9]{16,64})\\n' +
    'Issued At: (?<issuedAt>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)\\n' +
    'Expiration Time: (?<expiresAt>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)$',
);

/**
 * What a person signs to open a session: `address` signs in on the device whose key is `device`.
 *
 * `issuedAt` and `expiresAt` are Unix seconds.
 */
export interface SignIn {
  readonly domain: string;
  readonly address: Address;
  readonly device: Address;
  readonly uri: string;
  readonly chainId: number;
  readonly nonce: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** Return the EIP-4361 text; throws {@link SignInRefused} for a value that has no place in it. */
export function signInText(message: SignIn): string {
  const text =
    `${message.domain} wants you to sign in with your Ethereum account:\n${message.address}\n\n` +
    `Sign in to medixain. Device ${message.device}.\n\n` +
    `URI: ${message.uri}\nVersion: 1\nChain ID: ${message.chainId}\nNonce: ${message.nonce}\n` +
    `Issued At: ${iso(message.issuedAt)}\nExpiration Time: ${iso(message.expiresAt)}`;
  const read = parseSignIn(text);
  if (!(Object.keys(read) as (keyof SignIn)[]).every((name) => read[name] === message[name])) {
    throw new SignInRefused('a field of the sign-in text holds what does not belong there');
  }
  return text;
}

/** Return the text to sign; it counts for {@link LIFETIME} seconds from `now`. */
export function composeSignIn(
  fields: Pick<SignIn, 'domain' | 'uri' | 'chainId' | 'nonce'> & {
    readonly address: string;
    readonly device: string;
    /** Unix seconds. */
    readonly now: number;
  },
): string {
  const { domain, uri, chainId, nonce, now } = fields;
  const [address, device] = [toAddress(fields.address), toAddress(fields.device)];
  return signInText({ domain, address, device, uri, chainId, nonce, issuedAt: now, expiresAt: now + LIFETIME });
}

/** Return the fields of `text`; throws {@link SignInRefused} for every other form. */
export function parseSignIn(text: string): SignIn {
  const found = TEXT.exec(text)?.groups as Record<string, string> | undefined;
  if (found === undefined) throw new SignInRefused('the text is not the one that medixain composes');
  // The expression has named every group it matched.
  const group = (name: string): string => found[name] ?? '';
  return {
    domain: group('domain'),
    address: eip55(group('address')),
    device: eip55(group('device')),
    uri: group('uri'),
    chainId: Number(group('chainId')),
    nonce: group('nonce'),
    issuedAt: unix(group('issuedAt')),
    expiresAt: unix(group('expiresAt')),
  };
}

/** One request, as a device proof names it. */
export interface ProvenRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** Hex digits without `0x`; {@link EMPTY_BODY} for a streamed body. */
  readonly bodySha256: string;
  /** Unix seconds. */
  readonly now: number;
}

/** Return the `Device-Proof` header of one request. */
export function deviceProof(key: SigningKey, { method, path, bodySha256, now }: ProvenRequest): string {
  return `${now}.${toHex(key.signText(`medixain-proof\n${method}\n${path}\n${now}\n${bodySha256}`))}`;
}

function eip55(text: string): Address {
  const address = existing(() => toAddress(text));
  if (address !== text) throw new SignInRefused('an address in the text is not in EIP-55 form');
  return address;
}

function existing(read: () => Address): Address {
  try {
    return read();
  } catch (error) {
    if (error instanceof InvalidAddress) throw missing(error);
    throw error;
  }
}

function iso(seconds: number): string {
  const date = new Date(seconds * 1000);
  if (!Number.isInteger(seconds) || Number.isNaN(date.getTime())) throw missing();
  return `${date.toISOString().slice(0, -5)}Z`;
}

function unix(text: string): number {
  const seconds = Date.parse(text) / 1000;
  // JavaScript takes 30 February for 2 March.
  if (Number.isNaN(seconds) || iso(seconds) !== text) throw missing();
  return seconds;
}

function missing(cause?: unknown): SignInRefused {
  return new SignInRefused('an address or a time in the text does not exist', { cause });
}
