/** Stands in for `node:test` in a browser: tests run one after the other in the order they were named. */

type Run = () => unknown;

/** How one test ended; `failure` is undefined when it passed. */
export interface Outcome {
  readonly name: string;
  readonly failure: string | undefined;
}

const NAMED: (readonly [name: string, run: Run])[] = [];

// A module of tests that fails before it has named any would leave the page waiting.
addEventListener('unhandledrejection', ({ reason }) => {
  postMessage([{ name: 'outside a test', failure: String(reason) }] satisfies Outcome[]);
});

/** Name a test. */
export function test(name: string, run: Run): void {
  NAMED.push([name, run]);
}

/** Run every test that was named and return how each ended. */
export async function outcomes(): Promise<Outcome[]> {
  const ended: Outcome[] = [];
  for (const [name, run] of NAMED) ended.push({ name, failure: await failureOf(run) });
  return ended;
}

async function failureOf(run: Run): Promise<string | undefined> {
  try {
    await run();
    return undefined;
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}\n${error.stack ?? ''}` : String(error);
  }
}
