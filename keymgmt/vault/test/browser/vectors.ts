/** Stands in for `test/support/vectors.ts` in a browser: the page's server has the project's vectors too. */

/** Return a file of vectors, named as `keys/canonical`. Its shape is the test's to know. */
export async function loadVectors<T>(name: string): Promise<T> {
  return (await fetched(`/vectors/${name}.json`)) as T;
}

/** Return the table of FHIR R4 that is served to the browser. */
export function loadDefinitions(): Promise<unknown> {
  return fetched('/fhir-r4.json');
}

async function fetched(path: string): Promise<unknown> {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`there is no ${path}`);
  return response.json();
}
