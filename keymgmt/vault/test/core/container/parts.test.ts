/** Header, preamble, sealed boxes, provenance and addresses: one form each, and everything else refused. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { toAddress } from '../../../src/core/addresses.ts';
import { type Bytes, concat, randomBytes, utf8 } from '../../../src/core/bytes.ts';
import { ahead } from '../../../src/core/container/ahead.ts';
import { fromBase32, toBase32 } from '../../../src/core/container/base32.ts';
import {
  addressed,
  addTree,
  cidFromText,
  cidToText,
  ContainerError,
  ContentHasher,
  Header,
  HEADER_SIZE,
  InvalidCid,
  InvalidHeader,
  InvalidPreamble,
  LEAF_SIZE,
  newHeader,
  openEnvelope,
  openKey,
  openProvenance,
  openReencryptedEnvelope,
  openReencryptedKey,
  parseHeader,
  parsePreamble,
  parseSealedBox,
  Preamble,
  PREAMBLE_SIZE,
  RecordType,
  requireSafeName,
  SealedBoxUnopenable,
  sealEnvelope,
  sealKey,
  sealProvenance,
  shortenedName,
  WrongRecordKey,
} from '../../../src/core/container/index.ts';
import { InvalidInput } from '../../../src/core/errors.ts';
import {
  makeKfrags,
  MalformedEncoding,
  reencrypt,
  seal,
  SecretKey,
  type VerifiedCFrag,
} from '../../../src/core/pre/index.ts';
import { collected, cut, HEADER, KEY, PREAMBLE, RECORD_SECRET } from './support.ts';

// ---- header ---------------------------------------------------------------------------------------------------------

test('any bytes are a header in its one form or none', () => {
  const encoded = HEADER.encode();
  fc.assert(
    fc.property(fc.nat(HEADER_SIZE - 1), fc.integer({ min: 1, max: 255 }), (place, difference) => {
      const data = concat(encoded);
      data[place]! ^= difference;
      try {
        assert.deepEqual(parseHeader(data).encode(), data);
      } catch (error) {
        assert.ok(error instanceof InvalidHeader);
      }
    }),
  );
});

test('a header names the field that is wrong', () => {
  const fields = { ...HEADER };
  const wrong = [
    ['chain_id', { chainId: -1 }],
    ['chain_id', { chainId: 1.5 }],
    ['created', { created: 2 ** 53 }],
    ['slot', { slot: '0x11' }],
    ['author', { author: new Uint8Array(19) }],
    ['layer', { layer: 6 }],
    ['key_commitment', { keyCommitment: new Uint8Array(31) }],
    ['random', { random: new Uint8Array(17) }],
  ] as const;
  for (const [field, changes] of wrong) {
    assert.throws(
      () => new Header({ ...fields, ...changes }),
      (error) => error instanceof InvalidHeader && error.field === field,
      field,
    );
  }
  for (const size of [0, HEADER_SIZE - 1, HEADER_SIZE + 1]) {
    assert.throws(() => parseHeader(new Uint8Array(size)), InvalidHeader);
  }
});

test('a public key in the compact form would be a second id of a record', () => {
  const data = HEADER.encode();
  data[88] = 5;
  assert.throws(() => parseHeader(data), InvalidHeader);
});

test('two headers of the same record differ, and each commits to one key', () => {
  const fields = { ...HEADER, key: KEY };
  assert.notDeepEqual(newHeader(fields).recordId, newHeader(fields).recordId);
  assert.throws(() => newHeader({ ...fields, key: randomBytes(32) }).checkKey(KEY), WrongRecordKey);
});

// ---- preamble -------------------------------------------------------------------------------------------------------

const NAME = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 16 });

test('a preamble comes back as it was, and its name is safe or refused', () => {
  fc.assert(
    fc.property(NAME, fc.constantFrom(...Object.values(RecordType)), (name, type) => {
      try {
        requireSafeName(name);
      } catch (error) {
        assert.ok(error instanceof InvalidPreamble);
        assert.throws(() => new Preamble({ owner: PREAMBLE.owner, name, type }), InvalidPreamble);
        return;
      }
      const preamble = new Preamble({ owner: PREAMBLE.owner, name, type });
      assert.deepEqual({ ...parsePreamble(preamble.encode()) }, { owner: PREAMBLE.owner, name, type });
    }),
  );
});

const UNSAFE = [
  '', '.', '..', 'a/b', 'a\\b', 'a\u0000b', 'a\nb', 'a\u007f', 'gpj.\u202eexe', '\ufeffa', 'a\u2028b', 'a\u2029b',
  'a\u00adb', 'a\u200db', '\ud800', 'x'.repeat(65), 'ä'.repeat(33),
]; // prettier-ignore
for (const name of UNSAFE) {
  test(`the name ${JSON.stringify(name)} is refused`, () => {
    assert.throws(() => requireSafeName(name), InvalidPreamble);
  });
}

test('what was decrypted is refused when it is no preamble', () => {
  const good = PREAMBLE.encode();
  const wrong: Bytes[] = [
    good.slice(0, -1),
    concat(good, Uint8Array.of(0)),
    changed(good, 20, [0xff, 0xfe]),
    changed(good, 20, new Array<number>(64).fill(0)),
    changed(good, 20, [0x61, 0, 0x62]),
    changed(good, 20, [0xef, 0xbb, 0xbf]),
    changed(good, PREAMBLE_SIZE - 2, [0, 15]),
    changed(good, PREAMBLE_SIZE - 2, [1, 0]),
  ];
  for (const data of wrong) assert.throws(() => parsePreamble(data), InvalidPreamble);
  assert.throws(() => new Preamble({ owner: '0x', name: 'a', type: RecordType.text }), InvalidPreamble);
  assert.throws(() => new Preamble({ owner: PREAMBLE.owner, name: 'a', type: 15 }), InvalidPreamble);
});

test('a long name is cut at a character, keeping a short extension', () => {
  assert.equal(shortenedName('Befund.pdf'), 'Befund.pdf');
  assert.equal(shortenedName(`${'ä'.repeat(40)}.pdf`), `${'ä'.repeat(30)}.pdf`);
  assert.equal(shortenedName(`.${'x'.repeat(80)}`), `.${'x'.repeat(63)}`);
  assert.equal(shortenedName(`a.${'x'.repeat(80)}`), `a.${'x'.repeat(62)}`);
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 120 }), (name) => {
      const shortened = shortenedName(name);
      assert.ok(utf8(shortened).length <= 64);
      assert.ok(shortened.isWellFormed());
    }),
  );
});

function changed(data: Bytes, at: number, values: readonly number[]): Bytes {
  const copy = concat(data);
  copy.set(values, at);
  return copy;
}

// ---- sealed key and envelope ----------------------------------------------------------------------------------------

const SECTION = SecretKey.random();
const READER = SecretKey.random();

function fragmentsOf(box: Bytes, from: SecretKey): readonly VerifiedCFrag[] {
  const { capsule } = parseSealedBox(box);
  const kfrags = makeKfrags(from, READER.publicKey, SecretKey.random(), { threshold: 2, shares: 3 });
  return kfrags.slice(1).map((kfrag) => reencrypt(capsule, kfrag));
}

test('a grantee opens the sealed key by a record grant, the envelope by a section grant', () => {
  const recordPublicKey = RECORD_SECRET.publicKey;
  const kc = sealKey(recordPublicKey, KEY);
  const byRecord = { receivingKey: READER, recordPublicKey, fragments: fragmentsOf(kc, RECORD_SECRET) };
  assert.deepEqual(openReencryptedKey(kc, byRecord), KEY);
  const envelope = sealEnvelope(SECTION.publicKey, RECORD_SECRET);
  const bySection = {
    receivingKey: READER,
    recordPublicKey,
    sectionPublicKey: SECTION.publicKey,
    fragments: fragmentsOf(envelope, SECTION),
  };
  assert.ok(openReencryptedEnvelope(envelope, bySection).equals(RECORD_SECRET));
  const tooFew = { ...byRecord, fragments: byRecord.fragments.slice(1) };
  assert.throws(() => openReencryptedKey(kc, tooFew), SealedBoxUnopenable);
  assert.throws(
    () => openReencryptedEnvelope(envelope, { ...bySection, recordPublicKey: READER.publicKey }),
    SealedBoxUnopenable,
  );
});

test('boxes of another key, with something else in them or cut short are refused', () => {
  const kc = sealKey(RECORD_SECRET.publicKey, KEY);
  assert.throws(() => openKey(kc, SECTION), SealedBoxUnopenable);
  assert.throws(() => openKey(new Uint8Array(50), SECTION), MalformedEncoding);
  assert.throws(() => openKey(kc.slice(0, 120), RECORD_SECRET), MalformedEncoding);
  for (const content of [KEY, concat(KEY, Uint8Array.of(2)), concat(KEY, Uint8Array.of(1, 1))]) {
    assert.throws(() => openKey(seal(RECORD_SECRET.publicKey, content).bytes, RECORD_SECRET), SealedBoxUnopenable);
  }
  const pk = RECORD_SECRET.publicKey;
  const envelope = sealEnvelope(SECTION.publicKey, RECORD_SECRET);
  assert.throws(() => openEnvelope(envelope, READER, pk), SealedBoxUnopenable);
  assert.throws(() => openEnvelope(envelope, SECTION, READER.publicKey), SealedBoxUnopenable);
  for (const content of [new Uint8Array(32), new Uint8Array(31)]) {
    assert.throws(() => openEnvelope(seal(SECTION.publicKey, content).bytes, SECTION, pk), SealedBoxUnopenable);
  }
  assert.throws(() => sealKey(pk, new Uint8Array(31)), InvalidInput);
});

test('a provenance opens for its record only, and unchanged', async () => {
  const who = toAddress(new Uint8Array(20).fill(4));
  const provenance = { professional: who, institution: who, signature: new Uint8Array(65).fill(7) };
  const sealed = await sealProvenance(provenance, { header: HEADER, key: KEY });
  assert.deepEqual(await openProvenance(sealed, { header: HEADER, key: KEY }), provenance);
  const other = newHeader({ ...HEADER, key: KEY });
  await assert.rejects(() => openProvenance(sealed, { header: other, key: KEY }), SealedBoxUnopenable);
  await assert.rejects(() => openProvenance(sealed, { header: HEADER, key: randomBytes(32) }), WrongRecordKey);
  await fc.assert(
    fc.asyncProperty(fc.nat(sealed.length - 1), fc.nat(7), async (place, bit) => {
      const damaged = concat(sealed);
      damaged[place]! ^= 1 << bit;
      await assert.rejects(() => openProvenance(damaged, { header: HEADER, key: KEY }), SealedBoxUnopenable);
    }),
  );
  for (const length of [0, 11, 12, 20]) {
    await assert.rejects(() => openProvenance(sealed.slice(0, length), { header: HEADER, key: KEY }), ContainerError);
  }
});

// ---- addresses ------------------------------------------------------------------------------------------------------

test('base 32 as RFC 4648 has it', () => {
  const vectors = { '': '', f: 'my', fo: 'mzxq', foo: 'mzxw6', foob: 'mzxw6yq', foobar: 'mzxw6ytboi' };
  for (const [text, encoded] of Object.entries(vectors)) assert.equal(toBase32(utf8(text)), encoded);
  fc.assert(fc.property(fc.uint8Array(), (data) => assert.deepEqual(fromBase32(toBase32(data)), concat(data))));
  for (const text of ['1', 'A', '=', 'ä', ' ']) assert.equal(fromBase32(text), undefined);
});

test('an address has one text form, and other text is none', async () => {
  const { cid } = await addTree([utf8('hello')]);
  const text = cidToText(cid);
  assert.deepEqual(cidFromText(text), cid);
  const short = text.slice(0, -1);
  const wrong = ['', 'b', text.toUpperCase(), short, `${text}a`, `z${text.slice(1)}`, `${short}1`];
  for (const other of wrong) assert.throws(() => cidFromText(other), InvalidCid, other);
  for (const [at, value] of [[0, 0], [1, 0x71], [2, 0x13], [3, 0x21]] as const) {
    assert.throws(() => cidToText(changed(cid, at, [value])), InvalidCid);
  }
  assert.throws(() => cidToText(cid.slice(1)), InvalidCid);
});

test('any split of a file has the same address, and a stream is addressed while it passes', async () => {
  const file = new Uint8Array(2 * LEAF_SIZE + 12_345).map((_, index) => (index * 7) % 253);
  const whole = await addTree([file]);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 10_000, max: 3 * LEAF_SIZE }), async (step) => {
      const hasher = new ContentHasher();
      async function* pieces(): AsyncGenerator<Bytes> {
        yield* cut(file, step);
      }
      assert.equal((await collected(addressed(pieces(), hasher))).length, file.length);
      assert.deepEqual(await hasher.finish(), whole);
      assert.deepEqual(await addTree(cut(file, step)), whole);
    }),
    { numRuns: 8 },
  );
});

// ---- steps ahead ----------------------------------------------------------------------------------------------------

test('steps are begun ahead, a few at a time, and come in order; a failure comes at its place', async () => {
  let begun = 0;
  let given = 0;
  const steps = ahead(async () => {
    const number = given;
    given += 1;
    if (number === 9) return undefined;
    return async () => {
      begun += 1;
      await new Promise((resolve) => setTimeout(resolve, (9 - number) * 2));
      if (number === 7) throw new RangeError('the eighth');
      return number;
    };
  }, 3);
  const seen: number[] = [];
  await assert.rejects(async () => {
    for await (const number of steps) {
      seen.push(number);
      assert.ok(begun <= seen.length + 3);
    }
  }, RangeError);
  assert.deepEqual(seen, [0, 1, 2, 3, 4, 5, 6]);
});

test('a result does not wait for a source that is slow with the next step', async () => {
  let given = 0;
  const steps = ahead(() => {
    given += 1;
    return given === 1 ? Promise.resolve(async () => 'there') : new Promise<undefined>(() => undefined);
  }, 8);
  assert.deepEqual(await steps.next(), { value: 'there', done: false });
});
