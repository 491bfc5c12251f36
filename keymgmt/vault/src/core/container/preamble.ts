/** The first 86 bytes of a record's plaintext: owner P, file name F and type T (whitepaper section 4). */

import { addressBytes, toAddress, type Address } from '../addresses.ts';
import { type Bytes, concat, fromUtf8, pad, utf8 } from '../bytes.ts';
import { InvalidInput } from '../errors.ts';
import { InvalidPreamble } from './errors.ts';

/** Bytes of F, the file name in UTF-8, padded with NUL. */
export const NAME_SIZE = 64;

/** 86 bytes: P, F and T. */
export const PREAMBLE_SIZE = 20 + NAME_SIZE + 2;

/** T: what the body holds. The numbers are part of the format. */
export const RecordType = {
  other: 0,
  fhirBundle: 1,
  ipsDocument: 2,
  profileEvent: 3,
  activityEvent: 4,
  dicom: 5,
  pdf: 6,
  image: 7,
  text: 8,
  studySubmission: 9,
  credential: 10,
  genomic: 11,
  claim: 12,
  fhirNdjson: 13,
  fhirResource: 14,
} as const;
export type RecordType = (typeof RecordType)[keyof typeof RecordType];

const RECORD_TYPES: ReadonlySet<number> = new Set(Object.values(RecordType));

/** Tells whether `code` is a {@link RecordType}. */
export function isRecordType(code: number): code is RecordType {
  return RECORD_TYPES.has(code);
}

/** Which characters do not show as themselves: controls, format characters, line and paragraph separators. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** What stands before a record's body. One that is not well formed cannot be made ({@link InvalidPreamble}). */
export class Preamble {
  /** The patient's wallet id: it stands here, inside the encryption, and nowhere on a server. */
  readonly owner: Address;
  readonly name: string;
  readonly type: RecordType;

  constructor(fields: { readonly owner: string | Uint8Array; readonly name: string; readonly type: number }) {
    this.owner = ownerOf(fields.owner);
    requireSafeName(fields.name);
    this.name = fields.name;
    if (!isRecordType(fields.type)) {
      throw new InvalidPreamble(`There is no record type ${fields.type}; update medixain.`, { field: 'type' });
    }
    this.type = fields.type;
  }

  /** Returns P || F || T, 86 bytes. */
  encode(): Bytes {
    const name = pad(utf8(this.name), NAME_SIZE, 'end');
    return concat(addressBytes(this.owner), name, Uint8Array.of(this.type >> 8, this.type & 0xff));
  }
}

/** Returns the preamble encoded in 86 bytes; throws {@link InvalidPreamble}. */
export function parsePreamble(data: Uint8Array): Preamble {
  if (data.length !== PREAMBLE_SIZE) {
    throw new InvalidPreamble(`A record begins with ${PREAMBLE_SIZE} bytes of metadata; this one is shorter.`);
  }
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const type = view.getUint16(PREAMBLE_SIZE - 2);
  if (!isRecordType(type)) {
    const message = `There is no record type ${type}; update medixain to read this record.`;
    throw new InvalidPreamble(message, { field: 'type' });
  }
  const padded = data.subarray(20, 20 + NAME_SIZE);
  const end = padded.findLastIndex((byte) => byte !== 0) + 1;
  return new Preamble({ owner: data.subarray(0, 20), name: decodedName(padded.subarray(0, end)), type });
}

/**
 * Returns if `name` may be a file name in somebody else's folder and terminal; throws {@link InvalidPreamble}.
 *
 * Refused are path separators, `.` and `..`, and characters that do not show as themselves: controls, which drive
 * terminals, and format characters such as U+202E, which make `exe.gpj` look like `jpg.exe`.
 */
export function requireSafeName(name: string): void {
  if (!name.isWellFormed()) {
    throw new InvalidPreamble('A file name must be valid Unicode.', { field: 'name' });
  }
  const size = utf8Size(name);
  if (size < 1 || size > NAME_SIZE) {
    throw new InvalidPreamble(`A file name has 1 to ${NAME_SIZE} bytes; shorten or give a name.`, { field: 'name' });
  }
  if (name.includes('/') || name.includes('\\') || name === '.' || name === '..') {
    throw new InvalidPreamble('A file name holds no path; give the last part of the path only.', { field: 'name' });
  }
  if (INVISIBLE.test(name)) {
    const message = 'A file name holds no invisible or control characters; rename the file.';
    throw new InvalidPreamble(message, { field: 'name' });
  }
}

/** Returns `name` cut to 64 bytes of UTF-8 at a character's boundary, keeping its extension (at most 16 bytes). */
export function shortenedName(name: string): string {
  if (utf8Size(name) <= NAME_SIZE) {
    return name;
  }
  const dot = name.lastIndexOf('.');
  const extension = name.slice(dot);
  const suffix = dot > 0 && utf8Size(extension) <= 16 ? extension : '';
  const stem = suffix === '' ? name : name.slice(0, dot);
  return cutTo(stem, NAME_SIZE - utf8Size(suffix)) + suffix;
}

/** Returns as many whole characters of `text` as `room` bytes of UTF-8 hold. */
function cutTo(text: string, room: number): string {
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(room));
  return text.slice(0, read);
}

function utf8Size(text: string): number {
  return new TextEncoder().encode(text).length;
}

function ownerOf(owner: string | Uint8Array): Address {
  try {
    return toAddress(owner);
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    throw new InvalidPreamble(`The owner is no wallet id: ${error.message}`, { field: 'owner', cause: error });
  }
}

function decodedName(name: Uint8Array): string {
  try {
    return fromUtf8(name);
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    throw new InvalidPreamble('The file name inside the record is not UTF-8.', { field: 'name', cause: error });
  }
}
