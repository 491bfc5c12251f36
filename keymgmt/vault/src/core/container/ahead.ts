/** Doing a few asynchronous steps ahead of whoever consumes their results, in order and in bounded memory. */

/** What came of a step: its value or what it threw, so that a step nobody waits for yet cannot fail unheard. */
type Outcome<T> = { readonly value: T } | { readonly error: unknown };

/**
 * Yields the results of `steps` in their order, with at most `width` of them begun and not yet taken.
 *
 * WebCrypto works on its own threads: with one chunk at a time most of the time goes by between them. A step that
 * fails throws at its place, after the results before it; the steps begun after it are dropped.
 */
export async function* ahead<T>(steps: AsyncIterable<() => Promise<T>>, width: number): AsyncGenerator<T, void, undefined> {
  const begun: Promise<Outcome<T>>[] = [];
  for await (const step of steps) {
    begun.push(outcomeOf(step()));
    if (begun.length >= width) {
      yield valueOf(await next(begun));
    }
  }
  while (begun.length > 0) {
    yield valueOf(await next(begun));
  }
}

async function outcomeOf<T>(result: Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await result };
  } catch (error) {
    return { error };
  }
}

function next<T>(begun: Promise<Outcome<T>>[]): Promise<Outcome<T>> {
  const first = begun.shift();
  if (first === undefined) {
    throw new RangeError('nothing was begun');
  }
  return first;
}

function valueOf<T>(outcome: Outcome<T>): T {
  if ('error' in outcome) {
    throw outcome.error;
  }
  return outcome.value;
}
