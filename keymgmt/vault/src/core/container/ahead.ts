/** Doing a few asynchronous steps ahead of whoever consumes their results, in order and in bounded memory. */

/** Gives the next step, or undefined when there is none; not called again before its promise is settled. */
export type NextStep<T> = () => Promise<(() => Promise<T>) | undefined>;

/** What came of a step: its value or what it threw, so that a step nobody waits for yet cannot fail unheard. */
type Outcome<T> = { readonly value: T } | { readonly error: unknown };

/**
 * Yields the results of steps in their order, with at most `width` of them begun and not yet taken.
 *
 * WebCrypto works on its own threads: with one chunk at a time most of the time goes by between them. A result is
 * yielded as soon as it is there, however slowly further steps come. A step that fails throws at its place, after the
 * results before it; the steps begun after it are dropped. Who stops consuming gives up the source of the steps.
 */
export async function* ahead<T>(next: NextStep<T>, width: number): AsyncGenerator<T, void, undefined> {
  const begun = new Queue<T>(next, width);
  for (let outcome = await begun.take(); outcome !== undefined; outcome = await begun.take()) {
    if ('error' in outcome) throw outcome.error;
    yield outcome.value;
  }
}

/** The steps that were begun and not yet taken, and at most one that is being fetched. */
class Queue<T> {
  readonly #next: NextStep<T>;
  readonly #width: number;
  readonly #begun: Promise<Outcome<T>>[] = [];
  #fetching: Promise<void> | undefined;
  #ended = false;

  constructor(next: NextStep<T>, width: number) {
    this.#next = next;
    this.#width = width;
  }

  /** Return what came of the oldest step; undefined when all were taken. */
  async take(): Promise<Outcome<T> | undefined> {
    for (;;) {
      if (!this.#ended && this.#begun.length < this.#width) this.#fetching ??= this.#fetch();
      const oldest = this.#begun[0];
      if (oldest === undefined && this.#fetching === undefined) return undefined;
      const first = await Promise.race([oldest, this.#fetching].filter((waiting) => waiting !== undefined));
      if (first !== undefined) {
        this.#begun.shift();
        return first;
      }
    }
  }

  async #fetch(): Promise<void> {
    const found = await outcomeOf(this.#next);
    this.#fetching = undefined;
    if ('error' in found) {
      this.#ended = true;
      this.#begun.push(Promise.resolve(found));
    } else if (found.value === undefined) {
      this.#ended = true;
    } else {
      this.#begun.push(outcomeOf(found.value));
    }
  }
}

async function outcomeOf<T>(step: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await step() };
  } catch (error) {
    return { error };
  }
}
