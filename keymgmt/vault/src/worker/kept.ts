/**
 * What was read in this session, so that it stays readable while the device is offline. It lies in a Worker's memory and
 * ends with it: at a lock, and with the document. Nothing of it reaches a disk.
 *
 * Everything kept was verified when it was read. It stands in for an answer only while the browser says that there is no
 * network: a platform or nodes that refuse, or do not answer a device that is online, are still an error.
 */

import { MedixainError } from '../core/errors.ts';

/** Answers that are kept; the oldest give way. */
const MAX_ANSWERS = 200;
/** Bytes of the files among them. */
const MAX_BYTES = 64 * 1024 * 1024;

/** What calls end with when nobody can be reached. */
const UNREACHABLE: ReadonlySet<string> = new Set(['server-unreachable', 'not-enough-nodes', 'node-unreachable']);

/** The answers of one open wallet. */
export class Kept {
  readonly #isOffline: () => boolean;
  readonly #answers = new Map<string, { readonly value: unknown; readonly bytes: number }>();
  #bytes = 0;

  constructor(isOffline: () => boolean = () => navigator.onLine === false) {
    this.#isOffline = isOffline;
  }

  /**
   * Return what `read` returns and keep it under `key`, or what is kept there while the device is offline.
   *
   * `sizeOf` tells how many bytes of a file an answer holds, null for one that must not be kept.
   */
  async read<T>(key: string, read: () => Promise<T>, sizeOf: (value: T) => number | null = () => 0): Promise<T> {
    try {
      const value = await read();
      this.#keep(key, value, sizeOf(value));
      return value;
    } catch (error) {
      const kept = this.#answers.get(key);
      if (kept === undefined || !this.#isOffline()) throw error;
      if (!(error instanceof MedixainError) || !UNREACHABLE.has(error.code)) throw error;
      // Only this method puts something under a key, and a key stands for one kind of answer.
      return kept.value as T;
    }
  }

  #keep(key: string, value: unknown, bytes: number | null): void {
    this.#remove(key);
    if (bytes === null || bytes > MAX_BYTES) return;
    this.#answers.set(key, { value, bytes });
    this.#bytes += bytes;
    for (const old of this.#answers.keys()) {
      if (this.#answers.size <= MAX_ANSWERS && this.#bytes <= MAX_BYTES) return;
      this.#remove(old);
    }
  }

  #remove(key: string): void {
    this.#bytes -= this.#answers.get(key)?.bytes ?? 0;
    this.#answers.delete(key);
  }
}
