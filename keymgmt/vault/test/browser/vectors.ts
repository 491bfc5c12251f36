/** Stands in for `test/support/vectors.ts` in a browser: the page's server has the project's vectors too. */

/** Return a file of vectors, named as `keys/canonical`. Its shape is the test's to know. */
export async function loadVectors<T>(name: string): Promise<T> {
  const response = await fetch(`/vectors/${name}.json`);
  if (!response.ok) throw new Error(`there are no vectors ${name}`);
  return (await response.json()) as T;
}
