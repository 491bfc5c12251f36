import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import {
  bigEndian,
  compareBytes,
  concat,
  equalBytes,
  fromUtf8,
  pad,
  randomBytes,
  toBigInt,
  toNumber,
  utf8,
} from '../../src/core/bytes.ts';
import { InvalidInput } from '../../src/core/errors.ts';
import { fromHex, hexDigits, isHex, toHex } from '../../src/core/hex.ts';

test('hex: what is written is read again, and nothing else is', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), (data) => {
      assert.deepEqual(fromHex(toHex(data)), Uint8Array.from(data));
      assert.deepEqual(fromHex(toHex(data), data.length), Uint8Array.from(data));
      assert.throws(() => fromHex(toHex(data), data.length + 1), InvalidInput);
      assert.equal(`0x${hexDigits(data)}`, toHex(data));
    }),
  );
  for (const text of ['', '0', '0x0', '0xAB', '0xgg', 'ab', '0xab\n', ' 0xab']) {
    assert.equal(isHex(text), false);
    assert.throws(() => fromHex(text), InvalidInput);
  }
});

test('integers: big-endian of a fixed length, refused beyond it', () => {
  assert.deepEqual(bigEndian(258, 4), Uint8Array.of(0, 0, 1, 2));
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }), (value) => {
      assert.equal(toBigInt(bigEndian(value, 32)), value);
    }),
  );
  for (const [value, length] of [
    [256, 1],
    [-1, 4],
    [1n << 64n, 8],
    [0.5, 8],
    [2 ** 53, 8],
  ] as const) {
    assert.throws(() => bigEndian(value, length), InvalidInput);
  }
  assert.equal(toNumber(bigEndian(Number.MAX_SAFE_INTEGER, 8)), Number.MAX_SAFE_INTEGER);
  assert.throws(() => toNumber(bigEndian(2n ** 53n, 8)), InvalidInput);
});

test('bytes: joined, padded, compared', () => {
  assert.deepEqual(concat(Uint8Array.of(1), new Uint8Array(), Uint8Array.of(2, 3)), Uint8Array.of(1, 2, 3));
  assert.deepEqual(pad(Uint8Array.of(1), 3, 'start'), Uint8Array.of(0, 0, 1));
  assert.deepEqual(pad(Uint8Array.of(1), 3, 'end'), Uint8Array.of(1, 0, 0));
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 4 }), fc.uint8Array({ maxLength: 4 }), (left, right) => {
      const order = Math.sign(compareBytes(left, right));
      assert.equal(equalBytes(left, right), order === 0);
      assert.equal(order, hexDigits(left) === hexDigits(right) ? 0 : hexDigits(left) < hexDigits(right) ? -1 : 1);
    }),
  );
});

test('text: UTF-8 both ways, and neither lone surrogates nor other bytes', () => {
  assert.equal(fromUtf8(utf8('\ufeffé€🩺')), '\ufeffé€🩺');
  assert.throws(() => utf8('\ud800'), InvalidInput);
  assert.throws(() => fromUtf8(Uint8Array.of(0xc3)), InvalidInput);
});

test('randomness comes in any length', () => {
  assert.equal(randomBytes(0).length, 0);
  const long = randomBytes(100_000);
  assert.ok(long.subarray(90_000).some((byte) => byte !== 0));
  assert.equal(equalBytes(randomBytes(32), randomBytes(32)), false);
});
