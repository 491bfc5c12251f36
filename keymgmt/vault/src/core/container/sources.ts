/** Reading any source of bytes, a stream or an iterable of pieces, in pieces of an exact size. */

import { type Bytes, concat } from '../bytes.ts';

/** Where bytes come from: a stream (`Blob.stream()`, `Response.body`), or pieces of any sizes. */
export type Source = ReadableStream<Uint8Array> | AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** Hands out pieces one after another; `cancel` tells a source that is not read to its end that nobody will. */
interface Pieces {
  next(): Promise<Uint8Array | undefined>;
  cancel(): Promise<void>;
}

/** Reads exactly the bytes asked for until the source ends; holds one piece of it, and the piece being put together. */
export class ExactReader {
  readonly #pieces: Pieces;
  #rest: Uint8Array = new Uint8Array();
  #ended = false;

  constructor(source: Source) {
    this.#pieces = piecesOf(source);
  }

  /** Returns `size` bytes, or fewer only at the end of the source. The caller may keep and change them. */
  async read(size: number): Promise<Bytes> {
    const taken: Uint8Array[] = [];
    let missing = size;
    while (missing > 0 && (await this.#fill())) {
      const part = this.#rest.subarray(0, missing);
      this.#rest = this.#rest.subarray(part.length);
      missing -= part.length;
      taken.push(part);
    }
    return concat(...taken);
  }

  /** Gives the source up; needed only by who does not read it to its end. */
  async cancel(): Promise<void> {
    if (!this.#ended) {
      this.#ended = true;
      await this.#pieces.cancel();
    }
  }

  /** Tells whether there is anything left to take. */
  async #fill(): Promise<boolean> {
    while (this.#rest.length === 0 && !this.#ended) {
      const piece = await this.#pieces.next();
      this.#ended = piece === undefined;
      this.#rest = piece ?? this.#rest;
    }
    return this.#rest.length > 0;
  }
}

function piecesOf(source: Source): Pieces {
  // A stream first, by its reader: Safari's streams are no async iterables.
  if ('getReader' in source) {
    const reader = source.getReader();
    return {
      next: async () => (await reader.read()).value,
      cancel: () => reader.cancel(),
    };
  }
  const iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  return {
    next: async () => {
      const result = await iterator.next();
      return result.done === true ? undefined : result.value;
    },
    cancel: async () => {
      await iterator.return?.();
    },
  };
}

/** Returns a stream of what an iterable yields, for interfaces that take streams only (`fetch`, `Response`). */
export function streamOf(pieces: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = pieces[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const result = await iterator.next();
      if (result.done === true) {
        controller.close();
      } else {
        controller.enqueue(result.value);
      }
    },
    async cancel() {
      await iterator.return?.();
    },
  });
}
