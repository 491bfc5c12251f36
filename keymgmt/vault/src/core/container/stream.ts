/**
 * A record's body: the STREAM construction over AES-256-GCM in chunks of 64 KiB, in bounded memory.
 *
 * STREAM is by Hoang, Reyhanitabar, Rogaway and Vizár, "Online Authenticated-Encryption and its Nonce-Reuse
 * Misuse-Resistance" (CRYPTO 2015). A chunk's nonce is its number and whether it is the last, so chunks that are
 * missing, moved or added fail to authenticate; the header is associated data of every chunk, so chunks of two records
 * do not mix.
 */

import { type Bytes, concat, equalBytes } from '../bytes.ts';
import { ahead } from './ahead.ts';
import { ContainerDamaged, ContainerTooLong, WrongRecord } from './errors.ts';
import { HEADER_SIZE, type Header, parseHeader } from './header.ts';
import { parsePreamble, PREAMBLE_SIZE, type Preamble } from './preamble.ts';
import { Aes256Gcm, AuthenticationFailed, derive, NONCE_SIZE, TAG_SIZE } from './primitives.ts';
import { ExactReader, type Source } from './sources.ts';

/** Plaintext bytes of every chunk but the last. */
export const CHUNK_SIZE = 64 * 1024;

export const SEALED_CHUNK_SIZE = CHUNK_SIZE + TAG_SIZE;

/** Far below the 2^88 numbers of the nonce; bounds what one key encrypts (256 TiB). */
export const MAX_CHUNKS = 2 ** 32;

/** 65,729: a list of records needs only this many bytes of each to show name and type. */
export const FIRST_CHUNK_END = HEADER_SIZE + SEALED_CHUNK_SIZE;

/** Chunks that WebCrypto works on at once; more make nothing faster. */
const CHUNKS_AHEAD = 8;

/** Called with the number of body bytes done so far. */
export type Progress = (done: number) => void;

/** What a container is asked for with: the data key (32 bytes) and the record id (32 bytes) it must have. */
export interface Expected {
  readonly key: Bytes;
  readonly record: Uint8Array;
}

/** Return the bytes of the container of a body of `bodySize` bytes. */
export function sealedSize(bodySize: number): number {
  const plaintext = PREAMBLE_SIZE + bodySize;
  const chunks = Math.max(1, Math.ceil(plaintext / CHUNK_SIZE));
  return HEADER_SIZE + plaintext + chunks * TAG_SIZE;
}

/**
 * Return the bytes of the body in a container of `size` bytes, the inverse of {@link sealedSize}.
 *
 * For a size no container has it is the nearest below, never negative: it is for showing, not for allocating.
 */
export function bodySize(size: number): number {
  const sealed = size - HEADER_SIZE;
  const chunks = Math.max(1, Math.ceil(sealed / SEALED_CHUNK_SIZE));
  return Math.max(0, sealed - chunks * TAG_SIZE - PREAMBLE_SIZE);
}

/** What a container is made with. */
export interface SealOptions {
  readonly header: Header;
  readonly key: Bytes;
  readonly preamble: Preamble;
  readonly progress?: Progress | undefined;
}

/**
 * Yield the container of `body`: the header, then the chunks. Holds a few chunks at a time, whatever the body's size.
 *
 * Throws {@link WrongRecordKey} when the header does not commit to the key, and {@link ContainerTooLong}.
 */
export async function* seal(body: Source, options: SealOptions): AsyncGenerator<Bytes, void, undefined> {
  options.header.checkKey(options.key);
  const encoded = options.header.encode();
  const cipher = await chunkCipher(options.key);
  const reader = new ExactReader(body);
  try {
    yield encoded;
    const chunks = new PlainChunks(reader, cipher, encoded, options.preamble);
    let done = -PREAMBLE_SIZE;
    for await (const sealed of ahead(() => chunks.next(), CHUNKS_AHEAD)) {
      yield sealed;
      done += sealed.length - TAG_SIZE;
      options.progress?.(done);
    }
  } finally {
    await reader.cancel();
  }
}

type Step = () => Promise<Bytes>;

/** The chunks of a body in order, each as a step that seals it. */
class PlainChunks {
  readonly #reader: ExactReader;
  readonly #cipher: Aes256Gcm;
  readonly #header: Bytes;
  readonly #preamble: Bytes;
  #number = 0;
  #following: Bytes | undefined;

  constructor(reader: ExactReader, cipher: Aes256Gcm, header: Bytes, preamble: Preamble) {
    this.#reader = reader;
    this.#cipher = cipher;
    this.#header = header;
    this.#preamble = preamble.encode();
  }

  /** Return the step that seals the next chunk; undefined after the last. */
  async next(): Promise<Step | undefined> {
    const number = this.#number;
    const chunk = this.#following ?? concat(this.#preamble, await this.#reader.read(CHUNK_SIZE - PREAMBLE_SIZE));
    if (number > 0 && chunk.length === 0) return undefined;
    // Whether this chunk is the last shows only when nothing follows it.
    this.#following = chunk.length === CHUNK_SIZE ? await this.#reader.read(CHUNK_SIZE) : new Uint8Array();
    this.#number += 1;
    const nonce = chunkNonce(number, this.#following.length === 0);
    return () => this.#cipher.seal(nonce, chunk, this.#header);
  }
}

/**
 * Opens one container front to back, releasing only chunks that authenticate.
 *
 * A container of another record than the one asked for is refused before anything is decrypted. `header` and
 * `preamble` can be read at once. The body is released chunk by chunk, and whoever consumes it must treat it as
 * provisional until {@link RecordReader.chunks} ends without an error (those of `files.ts` do).
 */
export class RecordReader {
  readonly header: Header;
  readonly preamble: Preamble;
  readonly #chunks: SealedChunks;
  readonly #firstBody: Bytes;

  private constructor(header: Header, chunks: SealedChunks, first: Bytes) {
    this.header = header;
    this.preamble = parsePreamble(first.subarray(0, PREAMBLE_SIZE));
    this.#chunks = chunks;
    this.#firstBody = first.subarray(PREAMBLE_SIZE);
  }

  /**
   * Read header and first chunk of `source`.
   *
   * Throws {@link InvalidHeader}, {@link WrongRecord}, {@link WrongRecordKey}, {@link ContainerDamaged} and
   * {@link InvalidPreamble}.
   */
  static async open(source: Source, { key, record }: Expected): Promise<RecordReader> {
    const reader = new ExactReader(source);
    try {
      const encoded = await reader.read(HEADER_SIZE);
      const header = checkedHeader(encoded, { key, record });
      const chunks = new SealedChunks(reader, await chunkCipher(key), encoded);
      const first = await chunks.next();
      if (first === undefined) throw new ContainerDamaged(0);
      return new RecordReader(header, chunks, await first());
    } catch (error) {
      await reader.cancel();
      throw error;
    }
  }

  /** Yield the body's verified pieces, once. Throws {@link ContainerDamaged} at the first that is not. */
  async *chunks(progress?: Progress): AsyncGenerator<Bytes, void, undefined> {
    try {
      let done = this.#firstBody.length;
      yield this.#firstBody;
      progress?.(done);
      for await (const piece of ahead(() => this.#chunks.next(), CHUNKS_AHEAD)) {
        done += piece.length;
        yield piece;
        progress?.(done);
      }
    } finally {
      await this.cancel();
    }
  }

  /** Give the source up; needed only by who does not call {@link RecordReader.chunks}. */
  async cancel(): Promise<void> {
    await this.#chunks.cancel();
  }
}

/** The sealed chunks of a container in order, each as a step that opens it. */
class SealedChunks {
  readonly #reader: ExactReader;
  readonly #cipher: Aes256Gcm;
  readonly #header: Bytes;
  #number = 0;
  #following: Bytes | undefined;

  constructor(reader: ExactReader, cipher: Aes256Gcm, header: Bytes) {
    this.#reader = reader;
    this.#cipher = cipher;
    this.#header = header;
  }

  /** Return the step that opens the next chunk; undefined after the last. */
  async next(): Promise<Step | undefined> {
    const sealed = this.#following ?? (await this.#reader.read(SEALED_CHUNK_SIZE));
    if (this.#number > 0 && sealed.length === 0) return undefined;
    const number = this.#number;
    // The chunk after this one says whether this is the last; nothing can follow a short one.
    this.#following =
      sealed.length === SEALED_CHUNK_SIZE ? await this.#reader.read(SEALED_CHUNK_SIZE) : new Uint8Array();
    this.#number += 1;
    const nonce = chunkNonce(number, this.#following.length === 0);
    return () => this.#open(number, nonce, sealed);
  }

  async cancel(): Promise<void> {
    await this.#reader.cancel();
  }

  async #open(number: number, nonce: Bytes, sealed: Bytes): Promise<Bytes> {
    // A chunk after the first always carries something: an empty one would be a second form of the same record.
    if (sealed.length < TAG_SIZE || (number > 0 && sealed.length === TAG_SIZE)) throw new ContainerDamaged(number);
    try {
      return await this.#cipher.open(nonce, sealed, this.#header);
    } catch (error) {
      throw error instanceof AuthenticationFailed ? new ContainerDamaged(number, { cause: error }) : error;
    }
  }
}

/**
 * Return header and preamble from the first 65,729 bytes of a container (or all of a shorter one).
 *
 * The bytes may be cut at {@link FIRST_CHUNK_END}, so whether chunk 0 is the last is not known: both are tried. Throws
 * what {@link RecordReader.open} throws.
 */
export async function readMetadata(
  firstBytes: Uint8Array,
  expected: Expected,
): Promise<{ readonly header: Header; readonly preamble: Preamble }> {
  const encoded = concat(firstBytes.subarray(0, HEADER_SIZE));
  const header = checkedHeader(encoded, expected);
  const cipher = await chunkCipher(expected.key);
  const sealed = concat(firstBytes.subarray(HEADER_SIZE, FIRST_CHUNK_END));
  for (const last of sealed.length < SEALED_CHUNK_SIZE ? [true] : [true, false]) {
    try {
      const chunk = await cipher.open(chunkNonce(0, last), sealed, encoded);
      return { header, preamble: parsePreamble(chunk.subarray(0, PREAMBLE_SIZE)) };
    } catch (error) {
      if (!(error instanceof AuthenticationFailed)) throw error;
    }
  }
  throw new ContainerDamaged(0);
}

function checkedHeader(encoded: Uint8Array, { key, record }: Expected): Header {
  const header = parseHeader(encoded);
  if (!equalBytes(header.recordId, record)) throw new WrongRecord(record, header.recordId);
  header.checkKey(key);
  return header;
}

function chunkCipher(key: Bytes): Promise<Aes256Gcm> {
  return Aes256Gcm.of(derive(key, 'stream'));
}

/** Return a chunk's nonce, uint88(number) || flag; throws {@link ContainerTooLong}. */
export function chunkNonce(number: number, last: boolean): Bytes {
  if (number >= MAX_CHUNKS) throw new ContainerTooLong();
  const nonce = new Uint8Array(NONCE_SIZE);
  // The number fits the last four of its eleven bytes, because there are at most 2^32 chunks.
  new DataView(nonce.buffer).setUint32(NONCE_SIZE - 5, number);
  nonce[NONCE_SIZE - 1] = last ? 1 : 0;
  return nonce;
}
