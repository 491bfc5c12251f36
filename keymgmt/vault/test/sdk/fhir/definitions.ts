import { readFileSync } from 'node:fs';

import { Definitions } from '../../../src/sdk/fhir/definitions.ts';

/** The table that is served to the browser. */
export const DEFINITIONS = new Definitions(
  JSON.parse(readFileSync(new URL('../../../static/fhir-r4.json', import.meta.url), 'utf8')),
);
