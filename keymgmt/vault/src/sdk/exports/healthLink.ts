/**
 * SMART Health Links: a document encrypted under a key that stands in the link alone (docs/spec/api.md, "Share links").
 *
 * Whoever holds the link reads the document until it expires; a passcode makes a link that was overheard useless.
 */

import { toBase64 } from '../../core/base64.ts';
import { type Bytes, concat, randomBytes, utf8 } from '../../core/bytes.ts';
import type { Json, JsonObject } from '../../core/canonical.ts';
import { InvalidInput } from '../../core/errors.ts';
import { sha256 } from '../../core/hashes.ts';
import { hexDigits } from '../../core/hex.ts';
import type { Table } from '../../store/home.ts';
import type { Context } from '../context.ts';
import { NotFound } from '../errors.ts';
import { integerOf, listOf, objectOf, reading, textOf } from '../meta.ts';
import type { LinkRow, SharedLink } from '../results.ts';

/** Characters of a link's label (the guide's limit). */
const MAX_LABEL = 80;
/** Seconds a link lives at most, as the platform has it. */
const MAX_LIFETIME = 365 * 24 * 3600;
const NONCE = 12;
const KEY = 32;

/** What a link is to be. */
export interface LinkWish {
  readonly label: string;
  /** Unix seconds. */
  readonly expires: number;
  readonly passcode: string | null;
}

/** Encrypt a FHIR document and leave it with the platform; returns the link. Throws `InvalidInput`. */
export async function createLink(context: Context, document: Bytes, wish: LinkWish): Promise<SharedLink> {
  const { label, expires, passcode } = wish;
  if ([...label].length > MAX_LABEL)
    throw new InvalidInput(`A label has at most ${MAX_LABEL} characters.`, { field: 'label' });
  if (!Number.isInteger(expires) || expires <= context.now() || expires > context.now() + MAX_LIFETIME) {
    throw new InvalidInput('A link ends some time within the next year.', { field: 'expires' });
  }
  if (passcode !== null && passcode.trim().length < 4) {
    throw new InvalidInput('A passcode has at least 4 characters.', { field: 'passcode' });
  }
  const key = randomBytes(KEY);
  const ciphertext = await sealJwe(document, key);
  const body = { ciphertext, expires, ...(passcode === null ? {} : { passcode_hash: passcodeHash(passcode) }) };
  const answer = await context.api.post('/share-links', body, { by: context.account });
  const { id, url } = reading('a share link', () => {
    const row = objectOf(answer);
    return { id: textOf(row['id']), url: textOf(row['url']) };
  });
  const link = linkText({ url, key, expires, label, passcode: passcode !== null });
  await context.changing('links', (links) => {
    links[id] = { url, label, link };
  });
  return { link, url, label, expires, passcode: passcode !== null };
}

/** Return this wallet's links as the platform keeps them; labels and the links themselves only this device knows. */
export async function listLinks(context: Context): Promise<LinkRow[]> {
  const known = await context.table('links');
  const answer = await context.api.get('/share-links', { by: context.account });
  return reading('the share links', () =>
    listOf(objectOf(answer)['links']).map((row) => linkRow(objectOf(row), known)),
  );
}

/** End a link by its url or id, at once and for good. Throws {@link NotFound}. */
export async function stopLink(context: Context, what: string): Promise<void> {
  const known = Object.entries(await context.table('links'));
  const mine = known.find(([id, row]) => id === what || objectOf(row)['url'] === what);
  const id = mine?.[0] ?? what;
  if (!/^[A-Za-z0-9_-]+$/.test(id)) throw new NotFound('share link', what);
  await context.api.delete(`/share-links/${id}`, undefined, { by: context.account });
  await context.changing('links', (links) => {
    delete links[id];
  });
}

function linkRow(row: JsonObject, known: Table): LinkRow {
  const id = textOf(row['id']);
  const mine = known[id] === undefined ? {} : objectOf(known[id]);
  const openings = listOf(row['openings'] ?? []).map(objectOf);
  return {
    id,
    link: textOf(mine['link'] ?? ''),
    url: textOf(mine['url'] ?? id),
    label: textOf(mine['label'] ?? ''),
    expires: integerOf(row['expires']),
    opened: integerOf(row['opened'] ?? 0),
    lastOpened: integerOrNull(row['last_opened']),
    openings: openings.map((opening) => ({ recipient: textOf(opening['recipient']), at: integerOf(opening['at']) })),
    passcode: row['passcode'] === true,
    attemptsLeft: integerOrNull(row['attempts_left']),
  };
}

function integerOrNull(value: Json | undefined): number | null {
  return value === null || value === undefined ? null : integerOf(value);
}

/** Return `shlink:/…`: base64url of the guide's payload, members in its order. */
export function linkText(parts: {
  readonly url: string;
  readonly key: Bytes;
  readonly expires: number;
  readonly label: string;
  readonly passcode: boolean;
}): string {
  const { url, key, expires, label, passcode } = parts;
  // U: the document itself lies at `url`. A passcode (P) needs the manifest's request, which carries it.
  const payload = { url, key: toBase64Url(key), exp: expires, flag: passcode ? 'P' : 'U', label, v: 1 };
  return `shlink:/${toBase64Url(utf8(JSON.stringify(payload)))}`;
}

/** Return the compact JWE (RFC 7516) of a document: `alg` dir, `enc` A256GCM, compressed. */
export async function sealJwe(document: Bytes, key: Bytes): Promise<string> {
  const header = toBase64Url(
    utf8(JSON.stringify({ alg: 'dir', enc: 'A256GCM', cty: 'application/fhir+json', zip: 'DEF' })),
  );
  const iv = randomBytes(NONCE);
  const secret = await crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt']);
  const sealed = new Uint8Array(
    await crypto.subtle.encrypt(
      { name: 'AES-GCM', iv, additionalData: utf8(header) },
      secret,
      await deflated(document),
    ),
  );
  const ciphertext = sealed.subarray(0, -16);
  // With `dir` there is no encrypted key: the second part is empty.
  return [header, '', toBase64Url(iv), toBase64Url(ciphertext), toBase64Url(sealed.subarray(-16))].join('.');
}

/** Return what stands for a passcode at the platform; it keeps only a slow hash of this. */
export function passcodeHash(passcode: string): string {
  return hexDigits(sha256(utf8(`medixain/share-link/v1\n${passcode}`)));
}

/** Return base64url without padding (RFC 7515). */
export function toBase64Url(data: Uint8Array): string {
  return toBase64(data).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

async function deflated(data: Bytes): Promise<Bytes> {
  const stream = new Blob([data]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece);
  return concat(...pieces);
}
