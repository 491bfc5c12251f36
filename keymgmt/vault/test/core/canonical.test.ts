import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { fromUtf8, utf8 } from '../../src/core/bytes.ts';
import { encode, type Json, MAX_DEPTH, NotCanonical, parse, parseObject } from '../../src/core/canonical.ts';
import { loadVectors } from '../support/vectors.ts';

interface Vectors {
  readonly encodings: readonly { readonly value: Json; readonly encoding: string }[];
  readonly refused: readonly string[];
}

/** Every value that has a canonical form, nested a few levels. */
const json: fc.Arbitrary<Json> = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger().map((value) => value + 0), // -0 has no form of its own
    fc.string({ unit: 'binary' }).filter((value) => value.isWellFormed()),
    fc.array(tie('json'), { maxLength: 5 }),
    fc.dictionary(fc.string({ unit: 'binary-ascii' }), tie('json'), { maxKeys: 5, noNullPrototype: true }),
  ),
})).json;

test('vectors: one encoding for each value, every other form refused', async () => {
  const vectors = await loadVectors<Vectors>('keys/canonical');
  for (const { value, encoding } of vectors.encodings) {
    assert.equal(fromUtf8(encode(value)), encoding);
    assert.deepEqual(parse(utf8(encoding)), value);
  }
  for (const text of vectors.refused) assert.throws(() => parse(utf8(text)), NotCanonical, text);
});

test('what is encoded parses to the same value and the same bytes', () => {
  fc.assert(
    fc.property(json, (value) => {
      const data = encode(value);
      const again = parse(data);
      assert.deepEqual(again, value);
      assert.deepEqual(encode(again), data);
    }),
  );
});

test('junk and changed bytes give NotCanonical, or another value in its own canonical form', () => {
  fc.assert(
    fc.property(json, fc.nat(), fc.nat(255), (value, position, byte) => {
      const data = encode(value);
      data[position % data.length] = byte;
      onlyCanonical(data);
    }),
  );
  fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), onlyCanonical));
});

test('nesting is bounded on reading and on writing, and brackets in text do not count', () => {
  const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
  assert.equal(fromUtf8(encode(parse(utf8(nested(MAX_DEPTH))))), nested(MAX_DEPTH));
  assert.throws(() => parse(utf8(nested(MAX_DEPTH + 1))), NotCanonical);
  assert.throws(() => parse(utf8(nested(1_000_000))), NotCanonical);
  assert.throws(() => encode(JSON.parse(nested(MAX_DEPTH + 1)) as Json), NotCanonical);
  const quoted = JSON.stringify(`\\"${nested(100)}`);
  assert.equal(fromUtf8(encode(parse(utf8(quoted)))), quoted);
});

test('values that JSON cannot hold here are refused', () => {
  const refused: readonly unknown[] = [1.5, Number.NaN, Infinity, 2 ** 53, 1n, undefined, '\ud800', new Date(0)];
  for (const value of refused) {
    assert.throws(() => encode(value as Json), NotCanonical);
    assert.throws(() => encode({ a: value as Json }), NotCanonical);
  }
  assert.throws(() => encode({ é: 1 }), NotCanonical);
  assert.throws(() => parse(utf8('{"é":1}')), NotCanonical);
  assert.throws(() => parse(utf8('"\\ud800"')), NotCanonical);
  assert.throws(() => parse(Uint8Array.of(0xef, 0xbb, 0xbf, 0x30)), NotCanonical);
  assert.throws(() => parse(Uint8Array.of(0x22, 0xff, 0x22)), NotCanonical);
});

test('an object named like the prototype is data', () => {
  const data = utf8('{"__proto__":{"a":1},"toString":2}');
  assert.deepEqual(encode(parse(data)), data);
  assert.throws(() => parseObject(utf8('{}'), ['toString']), NotCanonical);
  assert.deepEqual(parseObject(utf8('{"a":1}'), ['a']), { a: 1 });
  assert.throws(() => parseObject(utf8('{"a":1,"b":2}'), ['a']), NotCanonical);
  assert.throws(() => parseObject(utf8('[]'), []), NotCanonical);
});

function onlyCanonical(data: Uint8Array): void {
  let value: Json;
  try {
    value = parse(data);
  } catch (error) {
    assert.ok(error instanceof NotCanonical, String(error));
    return;
  }
  assert.deepEqual(encode(value), Uint8Array.from(data));
}
