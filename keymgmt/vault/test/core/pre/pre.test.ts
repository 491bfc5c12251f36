import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { bigEndian, utf8 } from '../../../src/core/bytes.ts';
import { fromHex, toHex } from '../../../src/core/hex.ts';
import {
  BadThreshold,
  CannotOpen,
  Capsule,
  initUmbral,
  KeyFactory,
  makeKfrags,
  MalformedEncoding,
  PublicKey,
  reencrypt,
  seal,
  Sealed,
  SecretKey,
  unseal,
  unsealReencrypted,
  VerificationFailed,
  verifyCfrag,
  verifyKfrag,
} from '../../../src/core/pre/index.ts';
import { loadVectors } from '../../support/vectors.ts';

interface Vectors {
  readonly owner: string;
  readonly reader: string;
  readonly signer: string;
  readonly plaintext: string;
  readonly sealed: string;
  readonly kfrags: readonly string[];
  readonly cfrags: readonly string[];
  readonly malformed: Readonly<Record<'capsule' | 'kfrag' | 'cfrag' | 'sealed', readonly string[]>>;
}

await initUmbral();

const [OWNER, READER, SIGNER, STRANGER] = [11, 12, 13, 14].map((secret) => new SecretKey(bigEndian(secret, 32))) as [
  SecretKey,
  SecretKey,
  SecretKey,
  SecretKey,
];
const KEYS = { verifying: SIGNER.publicKey, delegating: OWNER.publicKey, receiving: READER.publicKey };
const PLAINTEXT = utf8('a data key');

test('vectors: what Python sealed and re-encrypted opens', async () => {
  const vectors = await loadVectors<Vectors>('pre/pre');
  const [owner, reader, signer] = [vectors.owner, vectors.reader, vectors.signer].map(
    (secret) => new SecretKey(fromHex(secret)),
  );
  const keys = { verifying: signer!.publicKey, delegating: owner!.publicKey, receiving: reader!.publicKey };
  const sealed = Sealed.parse(fromHex(vectors.sealed));
  assert.equal(toHex(sealed.bytes), vectors.sealed);
  assert.equal(toHex(unseal(owner!, sealed)), vectors.plaintext);
  for (const kfrag of vectors.kfrags) assert.equal(toHex(verifyKfrag(fromHex(kfrag), keys).bytes), kfrag);
  const cfrags = vectors.cfrags.map((cfrag) => verifyCfrag(fromHex(cfrag), sealed.capsule, keys));
  assert.deepEqual(
    cfrags.map((cfrag) => toHex(cfrag.bytes)),
    vectors.cfrags,
  );
  assert.equal(toHex(unsealReencrypted(reader!, owner!.publicKey, sealed, cfrags.slice(1, 4))), vectors.plaintext);
  const parsers = {
    capsule: (data: Uint8Array) => new Capsule(data),
    sealed: (data: Uint8Array) => Sealed.parse(data),
    kfrag: (data: Uint8Array) => verifyKfrag(data, keys),
    cfrag: (data: Uint8Array) => verifyCfrag(data, sealed.capsule, keys),
  };
  for (const [kind, parse] of Object.entries(parsers)) {
    for (const junk of vectors.malformed[kind as keyof typeof parsers]) {
      assert.throws(() => parse(fromHex(junk)), MalformedEncoding, `${kind} ${junk}`);
    }
  }
});

test('a threshold of nodes opens for the reader, fewer or repeated ones do not', () => {
  const sealed = Sealed.parse(seal(OWNER.publicKey, PLAINTEXT).bytes);
  const kfrags = makeKfrags(OWNER, READER.publicKey, SIGNER, { threshold: 2, shares: 3 });
  const cfrags = kfrags
    .map((kfrag) => reencrypt(sealed.capsule, verifyKfrag(kfrag.bytes, KEYS)))
    .map((cfrag) => verifyCfrag(cfrag.bytes, sealed.capsule, KEYS));
  const [first, second, third] = cfrags as [(typeof cfrags)[0], (typeof cfrags)[0], (typeof cfrags)[0]];
  assert.deepEqual(unsealReencrypted(READER, OWNER.publicKey, sealed, [third, first]), PLAINTEXT);
  for (const few of [[], [first], [second, second]]) {
    assert.throws(() => unsealReencrypted(READER, OWNER.publicKey, sealed, few), CannotOpen);
  }
  assert.throws(() => unsealReencrypted(STRANGER, OWNER.publicKey, sealed, cfrags), CannotOpen);
  const another = seal(OWNER.publicKey, PLAINTEXT);
  assert.throws(() => unsealReencrypted(READER, OWNER.publicKey, another, cfrags), CannotOpen);
});

test('what was sealed opens for its key only, and not when a byte changed', () => {
  const sealed = seal(OWNER.publicKey, PLAINTEXT);
  assert.deepEqual(unseal(OWNER, sealed), PLAINTEXT);
  assert.deepEqual(unseal(OWNER, seal(OWNER.publicKey, new Uint8Array())), new Uint8Array());
  assert.throws(() => unseal(STRANGER, sealed), CannotOpen);
  fc.assert(
    fc.property(fc.nat(sealed.bytes.length - 1), fc.integer({ min: 1, max: 255 }), (position, change) => {
      const changed = sealed.bytes;
      changed[position]! ^= change;
      assert.throws(
        () => unseal(OWNER, Sealed.parse(changed)),
        (error: unknown) => error instanceof CannotOpen || error instanceof MalformedEncoding,
      );
    }),
  );
});

test('a fragment counts for exactly its keys, its capsule and its signer', () => {
  const sealed = seal(OWNER.publicKey, PLAINTEXT);
  const [kfrag] = makeKfrags(OWNER, READER.publicKey, SIGNER, { threshold: 1, shares: 1 });
  const cfrag = reencrypt(sealed.capsule, kfrag!);
  for (const name of ['verifying', 'delegating', 'receiving'] as const) {
    const wrong = { ...KEYS, [name]: STRANGER.publicKey };
    assert.throws(() => verifyKfrag(kfrag!.bytes, wrong), VerificationFailed);
    assert.throws(() => verifyCfrag(cfrag.bytes, sealed.capsule, wrong), VerificationFailed);
  }
  const { capsule } = seal(OWNER.publicKey, PLAINTEXT);
  assert.throws(() => verifyCfrag(cfrag.bytes, capsule, KEYS), VerificationFailed);
  assert.ok(kfrag!.delegating.equals(OWNER.publicKey) && kfrag!.receiving.equals(READER.publicKey));
  assert.ok(cfrag.capsule.equals(sealed.capsule));
});

test('a changed byte of a fragment is caught by the node or by the reader', () => {
  const { capsule } = seal(OWNER.publicKey, PLAINTEXT);
  const [kfrag] = makeKfrags(OWNER, READER.publicKey, SIGNER, { threshold: 1, shares: 1 });
  const cfrag = reencrypt(capsule, kfrag!);
  const refused = (error: unknown): boolean =>
    error instanceof VerificationFailed || error instanceof MalformedEncoding;
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 255 }), (position, change) => {
      const changed = (data: Uint8Array): Uint8Array => flipped(data, position % data.length, change);
      assert.throws(() => verifyCfrag(changed(cfrag.bytes), capsule, KEYS), refused);
      assert.throws(() => {
        // A kfrag's signature for the receiver is the receiver's to check: it travels in the cfrag.
        const passed = verifyKfrag(changed(kfrag!.bytes), KEYS);
        verifyCfrag(reencrypt(capsule, passed).bytes, capsule, KEYS);
      }, refused);
    }),
    { numRuns: 60 },
  );
  assert.throws(() => verifyKfrag(new Uint8Array(513), KEYS), MalformedEncoding);
  assert.throws(() => verifyCfrag(new Uint8Array(513), capsule, KEYS), MalformedEncoding);
});

test('impossible thresholds are refused', () => {
  for (const [threshold, shares] of [
    [0, 1],
    [2, 1],
    [1, 33],
    [1.5, 2],
    [Number.NaN, 2],
  ] as const) {
    assert.throws(() => makeKfrags(OWNER, READER.publicKey, SIGNER, { threshold, shares }), BadThreshold);
  }
});

test('keys refuse junk, compare and show no secret', () => {
  for (const junk of [new Uint8Array(), new Uint8Array(32), new Uint8Array(33), new Uint8Array(65).fill(4)]) {
    assert.throws(() => new PublicKey(junk), MalformedEncoding);
  }
  for (const junk of [new Uint8Array(), new Uint8Array(31), new Uint8Array(32), new Uint8Array(32).fill(0xff)]) {
    assert.throws(() => new SecretKey(junk), MalformedEncoding);
  }
  assert.throws(() => new KeyFactory(new Uint8Array(31)), MalformedEncoding);
  assert.ok(new PublicKey(OWNER.publicKey.bytes).equals(OWNER.publicKey));
  assert.ok(new SecretKey(OWNER.secretBytes()).equals(OWNER));
  assert.equal(OWNER.equals(STRANGER), false);
  const factory = new KeyFactory(new Uint8Array(32).fill(1));
  assert.ok(factory.makeKey(utf8('a')).equals(factory.makeKey(utf8('a'))));
  assert.equal(factory.makeKey(utf8('a')).equals(factory.makeKey(utf8('b'))), false);
  const secret = toHex(OWNER.secretBytes()).slice(2);
  assert.equal(`${OWNER}${factory}${JSON.stringify([OWNER, factory])}`.includes(secret), false);
});

function flipped(data: Uint8Array, position: number, change: number): Uint8Array {
  return data.with(position, data[position]! ^ change);
}
