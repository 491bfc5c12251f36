/** Python's bytes are ours, and what Python refuses we refuse under the same code (tests/vectors/container). */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  addTree,
  bodySize,
  cidFromText,
  cidToText,
  ContainerError,
  FIRST_CHUNK_END,
  openEnvelope,
  openKey,
  openProvenance,
  openToBlob,
  parseHeader,
  Preamble,
  readMetadata,
  RecordReader,
  seal,
  sealedSize,
  sealEnvelope,
  sealKey,
  sealProvenance,
} from '../../../src/core/container/index.ts';
import { sha256 } from '../../../src/core/hashes.ts';
import { hexDigits } from '../../../src/core/hex.ts';
import { SecretKey } from '../../../src/core/pre/index.ts';
import { loadVectors } from '../../support/vectors.ts';
import {
  body,
  collected,
  type ContainerVectors,
  leaves,
  type MalformedVectors,
  type TreeVectors,
  unhex,
  vectorHeader,
} from './support.ts';

const VECTORS = await loadVectors<ContainerVectors>('container/container');
const MALFORMED = await loadVectors<MalformedVectors>('container/malformed');
const TREES = await loadVectors<TreeVectors>('container/content_address');

const key = unhex(VECTORS.key);
const header = vectorHeader(VECTORS);
const expected = { key, record: header.recordId };
const recordSecret = new SecretKey(unhex(VECTORS.record_secret));
const section = new SecretKey(unhex(VECTORS.section_secret));

test('the header', () => {
  assert.equal(hexDigits(header.encode()), VECTORS.header.encoded);
  assert.equal(hexDigits(header.recordId), VECTORS.header.record_id);
  header.checkKey(key);
  const parsed = parseHeader(header.encode());
  assert.equal(hexDigits(parsed.encode()), VECTORS.header.encoded);
  assert.equal(parsed.slot, VECTORS.header.slot);
  assert.equal(parsed.author, VECTORS.header.author);
  assert.equal(parsed.created, VECTORS.header.created);
  assert.equal(parsed.layer, VECTORS.header.layer);
});

for (const vector of VECTORS.containers) {
  test(`a body of ${vector.body_size} bytes`, async () => {
    const plaintext = body(vector.body_size);
    const preamble = new Preamble(VECTORS.preamble);
    const container = await collected(seal([plaintext], { header, key, preamble }));
    assert.equal(hexDigits(sha256(container)), vector.sha256);
    assert.equal(container.length, vector.size);
    assert.equal(sealedSize(vector.body_size), vector.size);
    assert.equal(bodySize(vector.size), vector.body_size);
    assert.equal(vector.container ?? hexDigits(container), hexDigits(container));
    const address = await addTree([container]);
    assert.equal(cidToText(address.cid), vector.cid);
    assert.equal(address.size, vector.size);
    assert.equal(cidToText(cidFromText(vector.cid)), vector.cid);
    const reader = await RecordReader.open([container], expected);
    assert.deepEqual({ ...reader.preamble }, { ...preamble });
    assert.deepEqual(await collected(reader.chunks()), plaintext);
    const metadata = await readMetadata(container.subarray(0, FIRST_CHUNK_END), expected);
    assert.equal(metadata.preamble.name, VECTORS.preamble.name);
    assert.equal(metadata.preamble.owner, VECTORS.preamble.owner);
  });
}

for (const { name, container, error } of MALFORMED) {
  test(`malformed: ${name}`, async () => {
    await assert.rejects(
      () => openToBlob([unhex(container)], expected),
      (refusal) => refusal instanceof ContainerError && refusal.code === error,
    );
  });
}

test("sealed key and envelope, Python's and ours", () => {
  for (const box of [unhex(VECTORS.sealed_key), sealKey(recordSecret.publicKey, key)]) {
    assert.deepEqual(openKey(box, recordSecret), key);
  }
  for (const envelope of [unhex(VECTORS.envelope), sealEnvelope(section.publicKey, recordSecret)]) {
    assert.ok(openEnvelope(envelope, section, recordSecret.publicKey).equals(recordSecret));
  }
});

test("the provenance, Python's and ours", async () => {
  const { sealed, ...fields } = VECTORS.provenance;
  const provenance = await openProvenance(unhex(sealed), { header, key });
  assert.deepEqual({ ...provenance, signature: hexDigits(provenance.signature) }, fields);
  const ours = await sealProvenance(provenance, { header, key });
  assert.deepEqual(await openProvenance(ours, { header, key }), provenance);
});

for (const { size, cid } of TREES) {
  test(`the address of a file of ${size} bytes`, async () => {
    const address = await addTree(leaves(size));
    assert.equal(cidToText(address.cid), cid);
    assert.equal(address.size, size);
  });
}
