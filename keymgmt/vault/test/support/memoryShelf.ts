/** A shelf in memory: what a browser's database is to the vault, for programs that are none. */

import type { Shelf, Shelves } from '../../src/store/shelf.ts';

/** Holds values as a structured clone carries them, so that what is not cloneable fails here too. */
export class MemoryShelf implements Shelf {
  readonly #values = new Map<string, unknown>();
  readonly #last = new Map<string, Promise<unknown>>();

  async get(name: string): Promise<unknown> {
    return structuredClone(this.#values.get(name));
  }

  async put(entries: Readonly<Record<string, unknown>>): Promise<void> {
    const cloned = structuredClone(entries);
    for (const [name, value] of Object.entries(cloned)) {
      if (value === undefined) this.#values.delete(name);
      else this.#values.set(name, value);
    }
  }

  exclusively<T>(work: () => Promise<T>, what = ''): Promise<T> {
    const mine = (this.#last.get(what) ?? Promise.resolve()).then(work, work);
    this.#last.set(
      what,
      mine.catch(() => undefined),
    );
    return mine;
  }
}

/** Return fresh shelves. */
export function memoryShelves(): Shelves {
  return { home: new MemoryShelf(), session: new MemoryShelf() };
}
