/**
 * A zip that is written while it is made, with Zip64 records where sizes, offsets or the number of files need them
 * (PKWARE APPNOTE 6.3.10: 4.3 the records, 4.5.3 the extended information).
 */

import { Deflate } from 'fflate';

import { type Bytes, concat, copyOf, utf8 } from '../../core/bytes.ts';

const LOCAL = 0x04034b50;
const DESCRIPTOR = 0x08074b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const EXTENDED = 0x0001;
/** Sizes and CRC follow the data (bit 3), names are UTF-8 (bit 11). */
const FLAGS = (1 << 3) | (1 << 11);
const STORED = 0;
const DEFLATED = 8;
const VERSION = 20;
const VERSION_64 = 45;
/** What stands in a 32- or 16-bit field whose value is in the Zip64 record. */
const ELSEWHERE_32 = 0xffff_ffff;
const ELSEWHERE_16 = 0xffff;
/** Deflate adds 5 bytes to each 64 KiB at worst, here with room to spare. */
const GROWTH = 1.001;
const GROWTH_FIXED = 1024;

/** From which values on the 64-bit records are used; lower ones serve to look at small archives. */
export interface ZipLimits {
  readonly bytes: number;
  readonly files: number;
}

const LIMITS: ZipLimits = { bytes: ELSEWHERE_32, files: ELSEWHERE_16 };

/** A file as the central directory names it. */
export interface ZipEntry {
  readonly name: Bytes;
  readonly method: number;
  readonly time: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly offset: number;
}

/** Writes files one after another to `sink`; {@link ZipWriter.end} completes the archive. */
export class ZipWriter {
  readonly #sink: (data: Bytes) => Promise<void>;
  readonly #limits: ZipLimits;
  readonly #time: number;
  readonly #entries: ZipEntry[] = [];
  #offset = 0;

  constructor(sink: (data: Bytes) => Promise<void>, now: Date, limits: ZipLimits = LIMITS) {
    this.#sink = sink;
    this.#limits = limits;
    this.#time = dosTime(now);
  }

  /** Add a file piece by piece; what was zipped is written before more is read, so memory stays bounded. */
  async add(path: string, file: Blob, { compress }: { readonly compress: boolean }): Promise<void> {
    const name = utf8(path);
    const method = compress ? DEFLATED : STORED;
    const offset = this.#offset;
    // Whether the descriptor after the data has 64-bit sizes is said before it, when only the file's size is known.
    const long = file.size * GROWTH + GROWTH_FIXED >= this.#limits.bytes;
    await this.#write(localHeader(name, method, this.#time, long));
    const start = this.#offset;
    let crc = 0;
    let size = 0;
    const deflated: Bytes[] = [];
    const deflate = compress ? new Deflate({ level: 6 }, (data) => deflated.push(copyOf(data))) : null;
    for await (const piece of file.stream()) {
      crc = crc32(piece, crc);
      size += piece.length;
      if (deflate === null) await this.#write(copyOf(piece));
      else deflate.push(piece);
      for (const data of deflated.splice(0)) await this.#write(data);
    }
    deflate?.push(new Uint8Array(), true);
    for (const data of deflated) await this.#write(data);
    const packed = this.#offset - start;
    await this.#write(descriptor(crc, packed, size, long));
    this.#entries.push({ name, method, time: this.#time, crc, packed, size, offset });
  }

  /** Write the central directory. */
  async end(): Promise<void> {
    const start = this.#offset;
    for (const entry of this.#entries) await this.#write(centralHeader(entry, this.#limits));
    await this.#write(endOf(this.#entries.length, this.#offset - start, start, this.#limits));
  }

  async #write(data: Bytes): Promise<void> {
    this.#offset += data.length;
    await this.#sink(data);
  }
}

function localHeader(name: Bytes, method: number, time: number, long: boolean): Bytes {
  const extra = long ? extended([0, 0]) : new Uint8Array();
  const size = long ? ELSEWHERE_32 : 0;
  const version = long ? VERSION_64 : VERSION;
  const head = [u32(LOCAL), u16(version), u16(FLAGS), u16(method), u32(time), u32(0), u32(size), u32(size)];
  return concat(...head, u16(name.length), u16(extra.length), name, extra);
}

function descriptor(crc: number, packed: number, size: number, long: boolean): Bytes {
  const wide = long ? u64 : u32;
  return concat(u32(DESCRIPTOR), u32(crc), wide(packed), wide(size));
}

/** Return a file's line of the central directory; values that do not fit stand in its Zip64 extra field, in order. */
export function centralHeader(entry: ZipEntry, { bytes }: ZipLimits = LIMITS): Bytes {
  const { name, method, time, crc } = entry;
  const values = [entry.size, entry.packed, entry.offset];
  const large = values.filter((value) => value >= bytes);
  const field = (value: number): Bytes => u32(value >= bytes ? ELSEWHERE_32 : value);
  const extra = large.length > 0 ? extended(large) : new Uint8Array();
  const version = u16(large.length > 0 ? VERSION_64 : VERSION);
  const head = [u32(CENTRAL), version, version, u16(FLAGS), u16(method), u32(time), u32(crc)];
  const lengths = [u16(name.length), u16(extra.length), u16(0)];
  const sizes = [field(entry.packed), field(entry.size)];
  return concat(...head, ...sizes, ...lengths, u16(0), u16(0), u32(0), field(entry.offset), name, extra);
}

/** Return the end of an archive: its Zip64 record and locator if anything in it needs them, and the plain record. */
export function endOf(files: number, size: number, start: number, { bytes, files: most }: ZipLimits = LIMITS): Bytes {
  const many = files >= most;
  const count = u16(many ? ELSEWHERE_16 : files);
  const place = [size, start].map((value) => u32(value >= bytes ? ELSEWHERE_32 : value));
  const plain = concat(u32(END), u16(0), u16(0), count, count, ...place, u16(0));
  if (!many && size < bytes && start < bytes) return plain;
  const version = u16(VERSION_64);
  // The record's own length counts what follows the field that says it.
  const rest = concat(version, version, u32(0), u32(0), u64(files), u64(files), u64(size), u64(start));
  const locator = concat(u32(LOCATOR_64), u32(0), u64(start + size), u32(1));
  return concat(u32(END_64), u64(rest.length), rest, locator, plain);
}

function extended(values: readonly number[]): Bytes {
  return concat(u16(EXTENDED), u16(8 * values.length), ...values.map(u64));
}

/** Date and time of MS-DOS, local, in steps of two seconds. */
function dosTime(now: Date): number {
  const date = ((now.getFullYear() - 1980) << 9) | ((now.getMonth() + 1) << 5) | now.getDate();
  const time = (now.getHours() << 11) | (now.getMinutes() << 5) | (now.getSeconds() >> 1);
  return ((date << 16) | time) >>> 0;
}

const CRC = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crc32(data: Uint8Array, before: number): number {
  let crc = ~before;
  for (const byte of data) crc = CRC[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

function u16(value: number): Bytes {
  return Uint8Array.of(value, value >>> 8);
}

function u32(value: number): Bytes {
  return Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24);
}

function u64(value: number): Bytes {
  return concat(u32(value % 2 ** 32), u32(Math.floor(value / 2 ** 32)));
}
