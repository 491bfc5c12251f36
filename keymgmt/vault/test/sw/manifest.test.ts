import assert from 'node:assert/strict';
import { test } from 'node:test';

import { addressOfSecretKey } from '../../src/core/addresses.ts';
import { fromUtf8, utf8 } from '../../src/core/bytes.ts';
import { encode } from '../../src/core/canonical.ts';
import { toHex } from '../../src/core/hex.ts';
import { headersOf, placesOf } from '../../src/sw/headers.ts';
import { BadManifest, parseManifest, requireSigned, signersOf } from '../../src/sw/manifest.ts';
import { loadVectors } from '../support/vectors.ts';
import { build, CHAIN_ID, manifestOf, QUILL, SALTBY, STRANGER, TARN } from './build.ts';

const KNOWN = [TARN, SALTBY, QUILL].map((key) => addressOfSecretKey(key));

test('two known institutions make a manifest count', () => {
  requireSigned(parseManifest(manifestOf(build(), 3, [TARN, SALTBY])), CHAIN_ID, KNOWN);
});

test('one institution, a stranger beside one, or nobody does not', () => {
  for (const keys of [[TARN], [TARN, STRANGER], []]) {
    assert.throws(() => requireSigned(parseManifest(manifestOf(build(), 3, keys)), CHAIN_ID, KNOWN), BadManifest);
  }
});

test('a signature is the institution’s that stands beside it, of this chain, over these files', () => {
  const [tarn] = KNOWN;
  assert.throws(() => signersOf(parseManifest(manifestOf(build(), 3, [STRANGER], tarn)), CHAIN_ID, KNOWN), BadManifest);
  assert.throws(() => signersOf(parseManifest(manifestOf(build(), 3, [TARN])), CHAIN_ID + 1, KNOWN), BadManifest);
  const other = fromUtf8(manifestOf(build(), 3, [TARN])).replace('"version":3', '"version":4');
  assert.throws(() => signersOf(parseManifest(utf8(other)), CHAIN_ID, KNOWN), BadManifest);
});

test('an institution counts once, however often it signs', () => {
  assert.throws(() => parseManifest(manifestOf(build(), 3, [TARN, TARN])), BadManifest);
});

test('anything but a manifest in its canonical form is refused', () => {
  const good = fromUtf8(manifestOf(build(), 3, [TARN, SALTBY]));
  const bad = [
    '', 'null', '[]', '{}', ` ${good}`, good.replace('"v":1', '"v":2'), good.replace('"version":3', '"version":0'),
    good.replace('/app.js', 'app.js'), good.replace('/app.js', '/../app.js'), good.replace('/app.js', '//evil.example'),
    good.replace('"0x', '"0X'), good.replace(/"signature":"0x../, '"signature":"0x'),
  ];
  for (const text of bad) assert.throws(() => parseManifest(utf8(text)), BadManifest, text.slice(0, 60));
});

interface ManifestVector {
  readonly chain_id: number;
  readonly manifest: string;
  readonly trusted: readonly string[];
  readonly files_hash: string;
  readonly signers: readonly string[];
}

test('a manifest signed in Python is read and believed here', async () => {
  const vector = await loadVectors<ManifestVector>('vault/manifest');
  const manifest = parseManifest(utf8(vector.manifest));
  assert.equal(toHex(manifest.filesHash), vector.files_hash);
  const trusted = vector.trusted as unknown as typeof KNOWN;
  assert.deepEqual(signersOf(manifest, vector.chain_id, trusted), vector.signers);
});

interface HeaderVector {
  readonly config: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

test('the worker writes the very headers that the server writes', async () => {
  const { config, paths } = await loadVectors<HeaderVector>('vault/headers');
  const places = placesOf(utf8(config));
  for (const [path, headers] of Object.entries(paths)) assert.deepEqual(headersOf(path, places), headers);
});

test('a configuration that does not say whom pages may ask makes no headers', () => {
  const good = { platform: 'https://p', node_set: { nodes: [{ url: 'https://n' }] }, rpc_url: 'https://door' };
  assert.deepEqual(placesOf(encode(good)).asked, ['https://n', 'https://door']);
  const bad = [
    [], {}, { ...good, platform: 1 }, { ...good, node_set: {} }, { ...good, node_set: { nodes: [{}] } },
    { ...good, rpc_url: '' }, { ...good, rpc_url: null },
  ];
  for (const config of bad) assert.throws(() => placesOf(encode(config)), BadManifest, JSON.stringify(config));
});
