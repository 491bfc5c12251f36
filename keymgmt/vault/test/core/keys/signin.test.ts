import assert from 'node:assert/strict';
import { test } from 'node:test';

import { fromHex, toHex } from '../../../src/core/hex.ts';
import { SignInRefused } from '../../../src/core/keys/errors.ts';
import {
  composeSignIn,
  deviceProof,
  EMPTY_BODY,
  LIFETIME,
  parseSignIn,
  signInText,
} from '../../../src/core/keys/signin.ts';
import { SigningKey } from '../../../src/core/keys/signing.ts';
import { loadVectors } from '../../support/vectors.ts';

interface Vectors {
  readonly domain: string;
  readonly uri: string;
  readonly chain_id: number;
  readonly nonce: string;
  readonly now: number;
  readonly key: string;
  readonly device_key: string;
  readonly text: string;
  readonly signature: string;
  readonly refused_texts: readonly string[];
  readonly request: { readonly method: string; readonly path: string; readonly body_sha256: string };
  readonly device_proof: string;
}

test('vectors: the text, its signature and the proof of a request', async () => {
  const vectors = await loadVectors<Vectors>('keys/signin');
  const [person, device] = [new SigningKey(fromHex(vectors.key)), new SigningKey(fromHex(vectors.device_key))];
  const { domain, uri, nonce, now, chain_id: chainId } = vectors;
  const text = composeSignIn({ domain, uri, nonce, now, chainId, address: person.address, device: device.address });
  assert.equal(text, vectors.text);
  assert.equal(toHex(person.signText(text)), vectors.signature);
  const { method, path, body_sha256: bodySha256 } = vectors.request;
  assert.equal(deviceProof(device, { method, path, bodySha256, now }), vectors.device_proof);
  for (const refused of vectors.refused_texts) assert.throws(() => parseSignIn(refused), SignInRefused);
});

test('a text is composed only of what its form has a place for', async () => {
  const good = parseSignIn((await loadVectors<Vectors>('keys/signin')).text);
  assert.equal(parseSignIn(signInText(good)).expiresAt - good.issuedAt, LIFETIME);
  const wrong = [
    { domain: 'evil.example\nX' },
    { domain: '' },
    { uri: 'javascript:alert(1)' },
    { uri: 'https://a b' },
    { nonce: 'short' },
    { nonce: 'abcdefghijklmnop\nIssued At: x' },
    { chainId: 0 },
    { chainId: 1.5 },
    { issuedAt: 0.5 },
    { expiresAt: Number.MAX_SAFE_INTEGER },
    { address: good.address.toLowerCase() as typeof good.address },
  ];
  for (const change of wrong) assert.throws(() => signInText({ ...good, ...change }), SignInRefused);
});

test('a date that does not exist is refused', async () => {
  const { text } = await loadVectors<Vectors>('keys/signin');
  for (const time of ['2026-02-30T00:00:00Z', '2026-13-01T00:00:00Z', '2026-01-01T24:00:00Z', '2026-01-01T00:00:60Z']) {
    assert.throws(() => parseSignIn(text.replace(/Issued At: \S+/, `Issued At: ${time}`)), SignInRefused);
  }
});

test('the hash of an empty body stands in for a streamed one', () => {
  assert.equal(EMPTY_BODY, 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});
