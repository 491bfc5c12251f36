/**
 * The vectors that Python and TypeScript share (`tests/vectors` of the project); in a browser, see vectors.browser.ts.
 */

import { readFileSync } from 'node:fs';

const FOLDER = new URL('../../../../tests/vectors/', import.meta.url);

const DEFINITIONS = new URL('../../static/fhir-r4.json', import.meta.url);

/** Return the table of FHIR R4 that is served to the browser. */
export async function loadDefinitions(): Promise<unknown> {
  return JSON.parse(readFileSync(DEFINITIONS, 'utf8')) as unknown;
}

/** Return a file of vectors, named as `keys/canonical`. Its shape is the test's to know. */
export async function loadVectors<T>(name: string): Promise<T> {
  return JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8')) as T;
}
