/**
 * Opening a SMART Health Link without a wallet (docs/spec/api.md, "Share links"): what the link says, what the platform
 * keeps for it, and the document inside. The key is in the link alone and is used on this device only.
 */

import { fromBase64 } from '../core/base64.ts';
import { type Bytes, concat, utf8 } from '../core/bytes.ts';
import { isObject, type Json, type JsonObject, parseAnyForm } from '../core/canonical.ts';
import { MedixainError } from '../core/errors.ts';
import { SdkError, ServerRefused, ServerUnreachable } from './errors.ts';
import { network as browserNetwork, type Network } from './network.ts';

/** Characters of the longest link that is read; the guide's parts make up a tenth of it. */
const MAX_LINK = 8192;
/** Characters of the longest answer, and bytes of the longest document, that are read. */
const MAX_ANSWER = 16 * 1024 * 1024;
const MAX_DOCUMENT = 64 * 1024 * 1024;
const KEY = 32;
const TAG_BITS = 128;
const FHIR = 'application/fhir+json';

/** A text that is no link of the guide's form, or a document that its key does not open. */
export class BadLink extends SdkError {
  override readonly code = 'bad-link';

  constructor(why: string, options?: ErrorOptions) {
    super(`This link cannot be read (${why}); ask whoever gave it to you for a new one.`, options);
  }
}

/** A link whose document lies with somebody else than this vault's platform. */
export class ForeignLink extends SdkError {
  override readonly code = 'foreign-link';
  readonly host: string;

  constructor(host: string) {
    super(`This link belongs to ${host}; open it with the page that came with it.`);
    this.host = host;
  }
}

/** The link has ended: its time is up, its owner stopped it, or its passcode was wrong too often. */
export class NoSuchLink extends SdkError {
  override readonly code = 'no-such-link';

  constructor() {
    super('This link does not work any more; ask whoever gave it to you for a new one.');
  }
}

/** The passcode is missing or wrong; after `left` more tries the link ends for good. */
export class WrongPasscode extends SdkError {
  override readonly code = 'wrong-passcode';
  readonly left: number | null;

  constructor(left: number | null) {
    super('The code is wrong; ask whoever gave you the link for it.');
    this.left = left;
  }
}

/** What a link says. */
export interface HealthLink {
  readonly url: string;
  readonly key: Bytes;
  /** Unix seconds, null when the link does not say. */
  readonly expires: number | null;
  readonly label: string;
  readonly passcode: boolean;
  /** Whether the document itself lies at `url` (flag U), and not a manifest. */
  readonly direct: boolean;
}

/** Return what a link says, be it bare or behind a viewer's address; throws {@link BadLink}. */
export function parseLink(text: string): HealthLink {
  const payload = /shlink:\/([A-Za-z0-9_-]+)/.exec(text.slice(0, MAX_LINK))?.[1];
  if (payload === undefined) throw new BadLink('it holds no shlink:/ part');
  const told = document(fromBase64Url(payload), 'its payload');
  const { url, key, exp, flag = '', label = '', v = 1 } = told;
  if (typeof url !== 'string' || typeof key !== 'string' || URL.parse(url) === null) {
    throw new BadLink('it names no document and key');
  }
  if (v !== 1) throw new BadLink('it is of a later version');
  const flags = typeof flag === 'string' ? flag : '';
  const bytes = fromBase64Url(key);
  if (bytes.length !== KEY) throw new BadLink('its key has another length');
  return {
    url,
    key: bytes,
    expires: typeof exp === 'number' ? exp : null,
    label: typeof label === 'string' ? label : '',
    passcode: flags.includes('P'),
    direct: flags.includes('U'),
  };
}

/** Who opens a link: what the reader calls itself, which nobody checks and the owner is shown, and the passcode. */
export interface Opening {
  readonly recipient: string;
  readonly passcode: string | null;
}

/**
 * Fetch what a link leads to and return the FHIR document inside.
 *
 * Counts as an opening. Throws {@link NoSuchLink}, {@link WrongPasscode}, {@link BadLink}, {@link ForeignLink} for a
 * link of another platform than `platform`, `ServerUnreachable` and `ServerRefused`.
 */
export async function openLink(
  link: HealthLink,
  { recipient, passcode }: Opening,
  platform: string,
  network: Network = browserNetwork,
): Promise<Bytes> {
  const place = new URL(link.url);
  if (place.origin !== new URL(platform).origin) throw new ForeignLink(place.host);
  if (link.direct && !link.passcode) {
    place.searchParams.set('recipient', recipient);
    return openJwe(await asked(network, place.href, { method: 'GET' }), link.key);
  }
  const body = JSON.stringify({ recipient, ...(passcode === null ? {} : { passcode }), embeddedLengthMax: MAX_ANSWER });
  const headers = { 'Content-Type': 'application/json' };
  const manifest = document(utf8(await asked(network, link.url, { method: 'POST', headers, body })), 'its manifest');
  const files: readonly Json[] = Array.isArray(manifest['files']) ? manifest['files'] : [];
  const file = files.filter(isObject).find(({ contentType }) => String(contentType).startsWith(FHIR));
  if (file === undefined) throw new BadLink('it leads to no FHIR document');
  const { embedded, location } = file;
  if (typeof embedded === 'string') return openJwe(embedded, link.key);
  if (typeof location !== 'string' || URL.parse(location)?.origin !== place.origin) {
    throw new BadLink('its manifest names no document');
  }
  return openJwe(await asked(network, location, { method: 'GET' }), link.key);
}

/** Return the document in a compact JWE (RFC 7516; `alg` dir, `enc` A256GCM, `zip` DEF or none); throws {@link BadLink}. */
export async function openJwe(jwe: string, key: Bytes): Promise<Bytes> {
  const parts = jwe.trim().split('.');
  const [header = '', encryptedKey, iv = '', ciphertext = '', tag = ''] = parts;
  if (parts.length !== 5 || encryptedKey !== '') throw new BadLink('its document is no JWE with the key of the link');
  const { alg, enc, zip } = document(fromBase64Url(header), 'the header of its document');
  if (alg !== 'dir' || enc !== 'A256GCM' || (zip !== undefined && zip !== 'DEF')) {
    throw new BadLink('its document is encrypted in another way');
  }
  const secret = await crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['decrypt']);
  const parameters = {
    name: 'AES-GCM',
    iv: fromBase64Url(iv),
    additionalData: utf8(header),
    tagLength: TAG_BITS,
  };
  const sealed = concat(fromBase64Url(ciphertext), fromBase64Url(tag));
  try {
    const packed = new Uint8Array(await crypto.subtle.decrypt(parameters, secret, sealed));
    return zip === 'DEF' ? await inflated(packed) : packed;
  } catch (error) {
    if (error instanceof MedixainError) throw error;
    throw new BadLink('its key does not open the document', { cause: error });
  }
}

/** Unpacks no further than {@link MAX_DOCUMENT}: a few kilobytes can unpack to gigabytes. */
async function inflated(packed: Bytes): Promise<Bytes> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  for await (const piece of stream) {
    length += piece.length;
    if (length > MAX_DOCUMENT) throw new BadLink('its document is too large');
    pieces.push(piece);
  }
  return concat(...pieces);
}

async function asked(network: Network, url: string, init: RequestInit): Promise<string> {
  const response = await answered(network, url, init);
  const text = await response.text();
  if (text.length > MAX_ANSWER) throw new BadLink('its document is too large');
  if (response.ok) return text;
  const told = problem(text);
  if (response.status === 404) throw new NoSuchLink();
  if (response.status === 401) {
    const left = told['remainingAttempts'];
    throw new WrongPasscode(typeof left === 'number' ? left : null);
  }
  const { code, detail } = told;
  throw new ServerRefused(
    typeof code === 'string' ? code : 'refused',
    response.status,
    typeof detail === 'string' ? detail : 'The platform refused to open the link; try again later.',
  );
}

async function answered(network: Network, url: string, init: RequestInit): Promise<Response> {
  try {
    return await network.fetch(url, init);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new ServerUnreachable(new URL(url).origin, error.message, { cause: error });
  }
}

function problem(text: string): JsonObject {
  try {
    return document(utf8(text), 'the answer');
  } catch (error) {
    // Something between here and the platform answered in its own words; the status says enough.
    if (error instanceof BadLink) return {};
    throw error;
  }
}

function document(data: Bytes, what: string): JsonObject {
  try {
    const found = parseAnyForm(data);
    if (isObject(found)) return found;
  } catch (error) {
    if (!(error instanceof MedixainError)) throw error;
  }
  throw new BadLink(`${what} is no JSON object`);
}

function fromBase64Url(text: string): Bytes {
  const padded = text
    .replaceAll('-', '+')
    .replaceAll('_', '/')
    .padEnd(Math.ceil(text.length / 4) * 4, '=');
  try {
    return fromBase64(padded);
  } catch (error) {
    if (!(error instanceof MedixainError)) throw error;
    throw new BadLink('a part of it is no base64url', { cause: error });
  }
}
