/** Sealing and opening: what went in comes out, and nothing that was touched does. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { type Bytes, concat } from '../../../src/core/bytes.ts';
import {
  ContainerDamaged,
  ContainerError,
  ContainerTooLong,
  FIRST_CHUNK_END,
  HEADER_SIZE,
  InvalidPreamble,
  openToBlob,
  openToWritable,
  PREAMBLE_SIZE,
  readMetadata,
  RecordReader,
  seal,
  sealedSize,
  streamOf,
  WrongRecord,
  WrongRecordKey,
} from '../../../src/core/container/index.ts';
import { Aes256Gcm, derive } from '../../../src/core/container/primitives.ts';
import { CHUNK_SIZE, chunkNonce, MAX_CHUNKS, SEALED_CHUNK_SIZE } from '../../../src/core/container/stream.ts';
import { toHex } from '../../../src/core/hex.ts';
import { body, collected, cut, EXPECTED, HEADER, KEY, opened, PREAMBLE, sealed } from './support.ts';

const FIRST_BODY = CHUNK_SIZE - PREAMBLE_SIZE;
const EDGES = [0, 1, FIRST_BODY - 1, FIRST_BODY, FIRST_BODY + 1, FIRST_BODY + CHUNK_SIZE, FIRST_BODY + CHUNK_SIZE + 1];
const BIG = await sealed([body(3 * CHUNK_SIZE)]);

/** Pieces a source might give: many small ones, none at all, and empty ones among them. */
const PIECES = fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 6 });

test('any split of the body gives the same container, and any split of that the body', async () => {
  await fc.assert(
    fc.asyncProperty(
      PIECES,
      fc.constantFrom(...EDGES),
      fc.integer({ min: 97, max: 100_000 }),
      fc.integer({ min: 97, max: 100_000 }),
      async (pieces, padding, stepIn, stepOut) => {
        const whole = concat(...pieces, body(padding));
        const container = await sealed(pieces.map((piece) => concat(piece)).concat(body(padding)));
        assert.deepEqual(await sealed(cut(whole, stepIn)), container);
        assert.deepEqual(await sealed(streamOf(slowly(cut(whole, stepIn)))), container);
        assert.equal(container.length, sealedSize(whole.length));
        assert.deepEqual(await opened(cut(container, stepOut)), whole);
        assert.deepEqual(await opened(streamOf(slowly(cut(container, stepOut)))), whole);
      },
    ),
    { numRuns: 25 },
  );
});

test('a source that gives byte by byte', async () => {
  const container = await sealed(cut(body(700), 1));
  assert.deepEqual(await opened(cut(container, 1)), body(700));
});

test('any single flipped bit is refused, and nothing before it that was not verified comes out', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(BIG.length - 1), fc.nat(7), async (place, bit) => {
      const damaged = concat(BIG);
      damaged[place]! ^= 1 << bit;
      const { released, error } = await releasedUntilError(damaged);
      assert.ok(error instanceof ContainerError);
      assert.deepEqual(released, body(3 * CHUNK_SIZE).subarray(0, released.length));
      if (place >= FIRST_CHUNK_END) {
        const chunk = Math.floor((place - HEADER_SIZE) / SEALED_CHUNK_SIZE);
        assert.ok(error instanceof ContainerDamaged && error.chunk === chunk);
        assert.equal(released.length, FIRST_BODY + (chunk - 1) * CHUNK_SIZE);
      }
    }),
    { numRuns: 120 },
  );
});

test('no end can be cut off', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(BIG.length - 1), async (length) => {
      await assert.rejects(() => opened([BIG.subarray(0, length)]), ContainerError);
    }),
    { numRuns: 60 },
  );
});

for (const chunks of [1, 2, 3]) {
  test(`a cut after ${chunks} whole chunks is seen`, async () => {
    const end = HEADER_SIZE + chunks * SEALED_CHUNK_SIZE;
    await assert.rejects(
      () => opened([BIG.subarray(0, end)]),
      (error) => error instanceof ContainerDamaged && error.chunk === chunks - 1,
    );
  });
}

test("nothing can be added, at a chunk's end or inside one", async () => {
  for (const size of EDGES) {
    const container = await sealed([body(size)]);
    for (const more of [1, 16, 17, SEALED_CHUNK_SIZE]) {
      await assert.rejects(() => opened([container, new Uint8Array(more)]), ContainerDamaged);
    }
  }
});

test('chunks change places with none, not even with those of the same record', async () => {
  const start = (number: number): number => HEADER_SIZE + number * SEALED_CHUNK_SIZE;
  const chunk = (number: number): Bytes => BIG.slice(start(number), start(number + 1));
  const head = BIG.slice(0, HEADER_SIZE);
  await assert.rejects(() => opened([head, chunk(0), chunk(2), chunk(1), chunk(3)]), ContainerDamaged);
  await assert.rejects(() => opened([head, chunk(0), chunk(1), chunk(1), chunk(3)]), ContainerDamaged);
  await assert.rejects(() => opened([head, chunk(0), chunk(2), chunk(3)]), ContainerDamaged);
  await assert.rejects(() => opened([head, chunk(1), chunk(2), chunk(3)]), ContainerDamaged);
  assert.deepEqual(await opened([head, chunk(0), chunk(1), chunk(2), chunk(3)]), body(3 * CHUNK_SIZE));
});

test('an empty last chunk would be a second form of the same record', async () => {
  const cipher = await Aes256Gcm.of(derive(KEY, 'stream'));
  const head = HEADER.encode();
  const first = concat(PREAMBLE.encode(), body(FIRST_BODY));
  const chunk = await cipher.seal(chunkNonce(0, false), first, head);
  const last = await cipher.seal(chunkNonce(1, true), new Uint8Array(), head);
  await assert.rejects(
    () => opened([head, chunk, last]),
    (error) => error instanceof ContainerDamaged && error.chunk === 1,
  );
});

test('a first chunk without a whole preamble holds none', async () => {
  const cipher = await Aes256Gcm.of(derive(KEY, 'stream'));
  const head = HEADER.encode();
  const chunk = await cipher.seal(chunkNonce(0, true), PREAMBLE.encode().slice(0, 85), head);
  await assert.rejects(() => opened([head, chunk]), InvalidPreamble);
});

test('another key or another record is refused before anything is decrypted', async () => {
  await assert.rejects(() => RecordReader.open([BIG], { ...EXPECTED, key: new Uint8Array(32) }), WrongRecordKey);
  await assert.rejects(() => RecordReader.open([BIG], { ...EXPECTED, key: new Uint8Array(31) }), WrongRecordKey);
  await assert.rejects(() => RecordReader.open([BIG], { ...EXPECTED, record: new Uint8Array(32) }), WrongRecord);
  const other = { header: HEADER, key: new Uint8Array(32), preamble: PREAMBLE };
  await assert.rejects(() => collected(seal([], other)), WrongRecordKey);
});

for (const size of EDGES) {
  test(`a list needs the first chunk only (${size} bytes)`, async () => {
    const container = await sealed([body(size)]);
    const { header, preamble } = await readMetadata(container.subarray(0, FIRST_CHUNK_END), EXPECTED);
    assert.deepEqual(header.encode(), HEADER.encode());
    assert.equal(preamble.name, PREAMBLE.name);
  });
}

test('metadata of less than a chunk, of another record or another key is refused', async () => {
  const container = await sealed([body(CHUNK_SIZE)]);
  await assert.rejects(() => readMetadata(container.subarray(0, FIRST_CHUNK_END - 1), EXPECTED), ContainerDamaged);
  await assert.rejects(() => readMetadata(container, { ...EXPECTED, record: new Uint8Array(32) }), WrongRecord);
  await assert.rejects(() => readMetadata(container, { ...EXPECTED, key: new Uint8Array(32) }), WrongRecordKey);
});

test('progress counts the body and ends at its size', async () => {
  const size = 2 * CHUNK_SIZE + 5;
  const sealing: number[] = [];
  const container = await sealed([body(size)], (done) => sealing.push(done));
  const opening: number[] = [];
  await openToBlob([container], { ...EXPECTED, progress: (done) => opening.push(done) });
  const counts = [FIRST_BODY, FIRST_BODY + CHUNK_SIZE, size];
  assert.deepEqual(sealing, counts);
  assert.deepEqual(opening, counts);
});

test('a few chunks are held, however long the body', async () => {
  let given = 0;
  async function* endless(): AsyncGenerator<Bytes> {
    for (;;) {
      given += 1;
      yield new Uint8Array(CHUNK_SIZE);
    }
  }
  const container = seal(endless(), { header: HEADER, key: KEY, preamble: PREAMBLE });
  let taken = 0;
  for await (const piece of container) {
    assert.ok(piece.length > 0);
    taken += 1;
    assert.ok(given <= taken + 12, `${given} chunks were read for ${taken} that were taken`);
    if (taken === 200) break;
  }
});

test('a source that nobody reads on is given up', async () => {
  let cancelled = 0;
  const source = (): ReadableStream<Uint8Array> =>
    new ReadableStream({
      start: (controller) => controller.enqueue(BIG),
      cancel: () => {
        cancelled += 1;
      },
    });
  const reader = await RecordReader.open(source(), EXPECTED);
  for await (const piece of reader.chunks()) {
    assert.ok(piece.length > 0);
    break;
  }
  assert.equal(cancelled, 1);
  await assert.rejects(() => RecordReader.open(source(), { ...EXPECTED, record: new Uint8Array(32) }), WrongRecord);
  assert.equal(cancelled, 2);
  for await (const piece of seal(source(), { header: HEADER, key: KEY, preamble: PREAMBLE })) {
    if (piece.length > HEADER_SIZE) break;
  }
  assert.equal(cancelled, 3);
});

test('a source that fails is not taken for an end', async () => {
  async function* failing(): AsyncGenerator<Bytes> {
    yield BIG.subarray(0, FIRST_CHUNK_END + 10);
    throw new TypeError('the network went away');
  }
  await assert.rejects(() => opened(failing()), TypeError);
  await assert.rejects(() => sealed(failing()), TypeError);
});

test('a file comes into being only when every chunk has verified', async () => {
  const damaged = concat(BIG);
  damaged[BIG.length - 1]! ^= 1;
  const good = new Sink();
  const preamble = await openToWritable([BIG], good.stream, EXPECTED);
  assert.equal(preamble.name, PREAMBLE.name);
  assert.equal(good.state, 'closed');
  assert.deepEqual(concat(...good.pieces), body(3 * CHUNK_SIZE));
  const bad = new Sink();
  await assert.rejects(() => openToWritable([damaged], bad.stream, EXPECTED), ContainerDamaged);
  assert.equal(bad.state, 'aborted');
  await assert.rejects(() => openToBlob([damaged], EXPECTED), ContainerDamaged);
});

test("a nonce is the chunk's number and whether it is the last, and the numbers end", () => {
  assert.equal(toHex(chunkNonce(0, false)), `0x${'00'.repeat(12)}`);
  assert.equal(toHex(chunkNonce(1, true)), `0x${'00'.repeat(10)}0101`);
  assert.equal(toHex(chunkNonce(MAX_CHUNKS - 1, false)), `0x${'00'.repeat(7)}ffffffff00`);
  assert.throws(() => chunkNonce(MAX_CHUNKS, true), ContainerTooLong);
});

class Sink {
  readonly pieces: Uint8Array[] = [];
  state = 'open';
  readonly stream = new WritableStream<Bytes>({
    write: (piece) => {
      this.pieces.push(piece);
    },
    close: () => {
      this.state = 'closed';
    },
    abort: () => {
      this.state = 'aborted';
    },
  });
}

async function releasedUntilError(container: Bytes): Promise<{ released: Bytes; error: unknown }> {
  const pieces: Bytes[] = [];
  try {
    const reader = await RecordReader.open([container], EXPECTED);
    for await (const piece of reader.chunks()) pieces.push(piece);
  } catch (error) {
    return { released: concat(...pieces), error };
  }
  return { released: concat(...pieces), error: undefined };
}

/** Pieces that come one tick after the other, with an empty one before each. */
async function* slowly(pieces: Iterable<Bytes>): AsyncGenerator<Bytes> {
  for (const piece of pieces) {
    yield new Uint8Array();
    yield await Promise.resolve(piece);
  }
}
