/** What the container's tests share: Python's vectors, and a record to try things on. */

import { type Bytes, concat } from '../../../src/core/bytes.ts';
import {
  Header,
  Layer,
  newHeader,
  Preamble,
  type Progress,
  RecordReader,
  RecordType,
  seal,
  type Source,
} from '../../../src/core/container/index.ts';
import { fromHex } from '../../../src/core/hex.ts';
import { initUmbral, PublicKey, SecretKey } from '../../../src/core/pre/index.ts';

/** container.json */
export interface ContainerVectors {
  readonly key: string;
  readonly record_secret: string;
  readonly section_secret: string;
  readonly header: {
    readonly chain_id: number;
    readonly slot: string;
    readonly author: string;
    readonly layer: number;
    readonly record_public_key: string;
    readonly key_commitment: string;
    readonly created: number;
    readonly random: string;
    readonly encoded: string;
    readonly record_id: string;
  };
  readonly preamble: { readonly owner: string; readonly name: string; readonly type: number };
  readonly containers: readonly {
    readonly body_size: number;
    readonly size: number;
    readonly sha256: string;
    readonly cid: string;
    readonly container?: string;
  }[];
  readonly sealed_key: string;
  readonly envelope: string;
  readonly provenance: {
    readonly professional: string;
    readonly institution: string;
    readonly signature: string;
    readonly sealed: string;
  };
}

/** malformed.json */
export type MalformedVectors = readonly {
  readonly name: string;
  readonly container: string;
  readonly error: string;
}[];

/** content_address.json */
export type TreeVectors = readonly { readonly size: number; readonly cid: string }[];

await initUmbral();

/** Return the bytes of hex digits without `0x`, as these vectors have them. */
export function unhex(digits: string): Bytes {
  return fromHex(`0x${digits}`);
}

/** Return the body of a vector: byte i is `i * 31 % 251`. */
export function body(size: number): Bytes {
  return Uint8Array.from({ length: size }, (_, index) => (index * 31) % 251);
}

/** Leaf n is n in 8 bytes, repeated, so that no two leaves are equal. */
export function* leaves(size: number): Generator<Bytes> {
  const leaf = new Uint8Array(1 << 20);
  const view = new DataView(leaf.buffer);
  for (let number = 0; number * leaf.length < size; number += 1) {
    for (let place = 0; place < leaf.length; place += 8) view.setBigUint64(place, BigInt(number));
    yield leaf.slice(0, size - number * leaf.length);
  }
}

/** Return all pieces in one. */
export async function collected(pieces: AsyncIterable<Uint8Array>): Promise<Bytes> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return concat(...all);
}

/** Return the header in the vectors. */
export function vectorHeader({ header }: ContainerVectors): Header {
  return new Header({
    chainId: header.chain_id,
    slot: header.slot,
    author: header.author,
    layer: header.layer,
    recordPublicKey: new PublicKey(unhex(header.record_public_key)),
    keyCommitment: unhex(header.key_commitment),
    created: header.created,
    random: unhex(header.random),
  });
}

/** The record of the tests that need just any. */
export const KEY: Bytes = Uint8Array.from({ length: 32 }, (_, index) => index);
export const RECORD_SECRET = SecretKey.random();
export const HEADER = newHeader({
  chainId: 1,
  slot: `0x${'11'.repeat(20)}`,
  author: `0x${'22'.repeat(20)}`,
  layer: Layer.profile,
  recordPublicKey: RECORD_SECRET.publicKey,
  key: KEY,
  created: 1,
});
const OWNER = new Uint8Array(20).fill(0x33);
export const PREAMBLE = new Preamble({ owner: OWNER, name: 'scan.dcm', type: RecordType.dicom });
export const EXPECTED = { key: KEY, record: HEADER.recordId } as const;

/** Return the container of `source` in one piece. */
export function sealed(source: Source, progress?: Progress): Promise<Bytes> {
  return collected(seal(source, { header: HEADER, key: KEY, preamble: PREAMBLE, progress }));
}

/** Return the body of a container. */
export async function opened(source: Source): Promise<Bytes> {
  const reader = await RecordReader.open(source, EXPECTED);
  return collected(reader.chunks());
}

/** Return `data` in pieces of `step` bytes. */
export function* cut(data: Bytes, step: number): Generator<Bytes> {
  for (let place = 0; place < data.length; place += step) yield data.subarray(place, place + step);
}
