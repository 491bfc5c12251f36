/**
 * The CID kubo gives a file: CIDv1, SHA-256, raw leaves of 1 MiB, balanced dag-pb tree of width 174.
 *
 * The same bytes get the same address from every store and from every client, so whoever fetches a record can check
 * what it got, and an author can sign the address before any store has seen the bytes. Equivalent to `ipfs add
 * --cid-version=1 --raw-leaves --chunker=size-1048576 --max-file-links=174`.
 */

import { type Bytes, concat } from '../bytes.ts';
import { InvalidInput } from '../errors.ts';
import { sha256 } from '../hashes.ts';
import { fromBase32, toBase32 } from './base32.ts';
import { ExactReader, type Source } from './sources.ts';

/** Bytes of file in a leaf: kubo's `size-1048576` chunker. */
export const LEAF_SIZE = 1 << 20;

/** Links of a node: kubo's `DefaultLinksPerBlock`. */
export const TREE_WIDTH = 174;

/** Bytes of a binary CIDv1 with SHA-256: version, codec, hash function, hash length, 32 bytes of hash. */
export const CID_SIZE = 36;

const RAW = 0x55;
const DAG_PB = 0x70;
const SHA2_256 = [0x12, 0x20] as const;

/** Leaves whose hash is being computed at once: WebCrypto hashes on threads of its own. */
const LEAVES_AHEAD = 3;

/** Not a base32 CIDv1 of a raw or dag-pb block under SHA-256, the only kind medixain stores. */
export class InvalidCid extends InvalidInput {
  override readonly code = 'invalid-cid';
}

/** Where a file is and how long it is: binary CID (36 bytes) and bytes of file. */
export interface ContentAddress {
  readonly cid: Bytes;
  readonly size: number;
}

/** A child as its parent sees it: its CID, bytes of file below it, and cumulative bytes of blocks (Tsize). */
interface Link {
  readonly cid: Bytes;
  readonly fileSize: number;
  readonly treeSize: number;
}

/**
 * Builds the tree of a file from its leaves in order, keeping one unfinished node per level.
 *
 * Memory: a few leaves and 174 links per level, whatever the file's size. Leaves are hashed by WebCrypto, which is
 * five times as fast as the best WebAssembly or JavaScript, and which copies what it hashes: a leaf may be
 * overwritten as soon as `addLeaf` has been called.
 */
export class TreeBuilder {
  /** Bytes of file so far. */
  size = 0;
  readonly #levels: Link[][] = [[]];
  readonly #hashing: Promise<Link>[] = [];

  /** Appends the next 1 MiB of the file, or the shorter rest. Calls must not overlap: await each. */
  async addLeaf(leaf: Bytes): Promise<void> {
    this.size += leaf.length;
    this.#hashing.push(leafLink(leaf));
    if (this.#hashing.length > LEAVES_AHEAD) {
      await this.#takeHashed(1);
    }
  }

  /** Returns the file's binary CID; an empty file is one empty leaf. */
  async finish(): Promise<Bytes> {
    if (this.size === 0) {
      await this.addLeaf(new Uint8Array());
    }
    await this.#takeHashed(this.#hashing.length);
    for (let level = 0; ; level += 1) {
      const links = this.#level(level);
      const only = links[0];
      if (level === this.#levels.length - 1 && links.length === 1 && only !== undefined) {
        return only.cid;
      }
      if (links.length > 0) {
        this.#close(level);
      }
    }
  }

  async #takeHashed(count: number): Promise<void> {
    for (const hashed of this.#hashing.splice(0, count)) {
      this.#append(0, await hashed);
    }
  }

  #append(level: number, link: Link): void {
    // A full node is closed only when a sibling arrives: a file of exactly 174 leaves has one node, not two levels.
    if (this.#level(level).length === TREE_WIDTH) {
      this.#close(level);
    }
    this.#level(level).push(link);
  }

  #close(level: number): void {
    const link = nodeLink(this.#level(level));
    this.#levels[level] = [];
    this.#append(level + 1, link);
  }

  #level(level: number): Link[] {
    return (this.#levels[level] ??= []);
  }
}

/** Cuts pieces of any sizes into leaves and builds their tree; holds one leaf more than {@link TreeBuilder}. */
export class ContentHasher {
  readonly #tree = new TreeBuilder();
  readonly #leaf = new Uint8Array(LEAF_SIZE);
  #filled = 0;

  /** Appends `piece` to the file. Calls must not overlap: await each. */
  async update(piece: Uint8Array): Promise<void> {
    for (let place = 0; place < piece.length; ) {
      const part = piece.subarray(place, place + LEAF_SIZE - this.#filled);
      this.#leaf.set(part, this.#filled);
      this.#filled += part.length;
      place += part.length;
      if (this.#filled === LEAF_SIZE) {
        this.#filled = 0;
        await this.#tree.addLeaf(this.#leaf);
      }
    }
  }

  /** Returns the address of everything appended. */
  async finish(): Promise<ContentAddress> {
    if (this.#filled > 0) {
      await this.#tree.addLeaf(this.#leaf.subarray(0, this.#filled));
      this.#filled = 0;
    }
    const cid = await this.#tree.finish();
    return { cid, size: this.#tree.size };
  }
}

/** Reads `source` to its end and returns its address. */
export async function addTree(source: Source): Promise<ContentAddress> {
  const tree = new TreeBuilder();
  const reader = new ExactReader(source);
  for (let leaf = await reader.read(LEAF_SIZE); leaf.length > 0; leaf = await reader.read(LEAF_SIZE)) {
    await tree.addLeaf(leaf);
  }
  const cid = await tree.finish();
  return { cid, size: tree.size };
}

/** Yields `pieces` as they come and tells `hasher` of each, so that a stream is addressed while it passes. */
export async function* addressed(
  pieces: AsyncIterable<Bytes>,
  hasher: ContentHasher,
): AsyncGenerator<Bytes, void, undefined> {
  for await (const piece of pieces) {
    await hasher.update(piece);
    yield piece;
  }
}

/** Returns the multibase base32 text of a binary CID, `bafk…` or `bafy…`; throws {@link InvalidCid}. */
export function cidToText(cid: Uint8Array): string {
  requireCid(cid);
  return `b${toBase32(cid)}`;
}

/** Returns the binary CID of its one text form; throws {@link InvalidCid}. */
export function cidFromText(text: string): Bytes {
  const cid = fromBase32(text.slice(1));
  if (cid === undefined) {
    throw new InvalidCid(`This is no content address (CIDv1, base32): ${JSON.stringify(text.slice(0, 80))}.`);
  }
  if (cidToText(cid) !== text) {
    throw new InvalidCid(`This content address is not in its one text form: ${JSON.stringify(text.slice(0, 80))}.`);
  }
  return cid;
}

function requireCid(cid: Uint8Array): void {
  const codec = cid[1];
  if (
    cid.length !== CID_SIZE ||
    cid[0] !== 1 ||
    (codec !== RAW && codec !== DAG_PB) ||
    cid[2] !== SHA2_256[0] ||
    cid[3] !== SHA2_256[1]
  ) {
    throw new InvalidCid('A content address is a CIDv1 of a raw or dag-pb block under SHA-256 (36 bytes).');
  }
}

function cidOf(codec: number, hash: Uint8Array): Bytes {
  return concat(Uint8Array.of(1, codec, ...SHA2_256), hash);
}

async function leafLink(leaf: Bytes): Promise<Link> {
  const size = leaf.length;
  const hash = await crypto.subtle.digest('SHA-256', leaf);
  return { cid: cidOf(RAW, new Uint8Array(hash)), fileSize: size, treeSize: size };
}

function nodeLink(links: readonly Link[]): Link {
  const block = encodeNode(links);
  return {
    cid: cidOf(DAG_PB, sha256(block)),
    fileSize: sum(links.map((link) => link.fileSize)),
    treeSize: block.length + sum(links.map((link) => link.treeSize)),
  };
}

/** A dag-pb node: PBNode.Links (field 2) before PBNode.Data (field 1), as the dag-pb specification orders them. */
function encodeNode(links: readonly Link[]): Bytes {
  const encoded = links.map((link) =>
    bytesField(2, concat(bytesField(1, link.cid), bytesField(2, new Uint8Array()), intField(3, link.treeSize))),
  );
  // UnixFS 1.0: Type = File (2), filesize, one blocksize per child; Data is absent in inner nodes.
  const unixfs = concat(
    intField(1, 2),
    intField(3, sum(links.map((link) => link.fileSize))),
    ...links.map((link) => intField(4, link.fileSize)),
  );
  return concat(...encoded, bytesField(1, unixfs));
}

/** Protocol buffers' base-128 number; `value` may pass 32 bits, so no bitwise operators. */
function varint(value: number): Bytes {
  const encoded: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    encoded.push((rest % 0x80) + 0x80);
    rest = Math.floor(rest / 0x80);
  }
  encoded.push(rest);
  return Uint8Array.from(encoded);
}

function intField(field: number, value: number): Bytes {
  return concat(varint(field << 3), varint(value));
}

function bytesField(field: number, value: Uint8Array): Bytes {
  return concat(varint((field << 3) | 2), varint(value.length), value);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
