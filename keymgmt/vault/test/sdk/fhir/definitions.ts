import { Definitions } from '../../../src/sdk/fhir/definitions.ts';
import { loadDefinitions } from '../../support/vectors.ts';

/** The table that is served to the browser. */
export const DEFINITIONS = new Definitions((await loadDefinitions()) as ConstructorParameters<typeof Definitions>[0]);
