import assert from 'node:assert/strict';
import { test } from 'node:test';

import { randomBytes } from '../../../src/core/bytes.ts';
import { linkText, passcodeHash, sealJwe, toBase64Url } from '../../../src/sdk/exports/healthLink.ts';

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(text, 'base64url'));
}

test('a JWE opens with its key alone, by what RFC 7516 and 7518 say', async () => {
  const key = randomBytes(32);
  const document = new TextEncoder().encode('{"resourceType":"Bundle"}'.repeat(100));
  const jwe = await sealJwe(document, key);
  const [header, encryptedKey, iv, ciphertext, tag] = jwe.split('.') as [string, string, string, string, string];
  assert.deepEqual(JSON.parse(new TextDecoder().decode(fromBase64Url(header))), {
    alg: 'dir',
    enc: 'A256GCM',
    cty: 'application/fhir+json',
    zip: 'DEF',
  });
  assert.equal(encryptedKey, '');
  const secret = await crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['decrypt']);
  const parameters = { name: 'AES-GCM', iv: fromBase64Url(iv), additionalData: new TextEncoder().encode(header) };
  const sealed = Uint8Array.from([...fromBase64Url(ciphertext), ...fromBase64Url(tag)]);
  const packed = await crypto.subtle.decrypt(parameters, secret, sealed);
  const opened = await new Response(
    new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate-raw')),
  ).text();
  assert.equal(opened, new TextDecoder().decode(document));
  assert.ok(jwe.length < document.length);
});

test('two JWEs of one document have nothing in common but their header', async () => {
  const [one, two] = [
    await sealJwe(new Uint8Array(9), randomBytes(32)),
    await sealJwe(new Uint8Array(9), randomBytes(32)),
  ].map((jwe) => jwe.split('.'));
  assert.equal(one?.[0], two?.[0]);
  assert.notEqual(one?.[2], two?.[2]);
});

test('a link holds what the guide asks for, and P in place of U with a passcode', () => {
  const parts = {
    url: 'https://wallet.example.org/api/v1/share-links/open/x',
    key: new Uint8Array(32).fill(7),
    expires: 1_800_000_000,
    label: 'Für Dr Łukasz',
    passcode: false,
  };
  const link = linkText(parts);
  assert.match(link, /^shlink:\/[A-Za-z0-9_-]+$/);
  const payload = JSON.parse(new TextDecoder().decode(fromBase64Url(link.slice('shlink:/'.length)))) as Record<
    string,
    unknown
  >;
  assert.deepEqual(payload, {
    url: parts.url,
    key: toBase64Url(parts.key),
    exp: 1_800_000_000,
    flag: 'U',
    label: 'Für Dr Łukasz',
    v: 1,
  });
  assert.equal(String(payload['key']).length, 43);
  const locked = linkText({ ...parts, passcode: true });
  assert.match(new TextDecoder().decode(fromBase64Url(locked.slice('shlink:/'.length))), /"flag":"P"/);
});

test('the platform never sees a passcode', () => {
  assert.match(passcodeHash('4711'), /^[0-9a-f]{64}$/);
  assert.notEqual(passcodeHash('4711'), passcodeHash('4712'));
});
