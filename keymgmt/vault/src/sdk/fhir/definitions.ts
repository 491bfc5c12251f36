/**
 * The FHIR R4 types, read from the table that `tests/vectors/fhir/table.py` takes from the Python client's models.
 *
 * The table is a file of its own (`static/fhir-r4.json`, 210 kB, 32 kB compressed) that only an import loads.
 */

import { InvalidInput } from '../../core/errors.ts';

/** One element of a type. */
export interface Element {
  readonly name: string;
  /** A primitive (`dateTime`) or the name of another type (`HumanName`, `Resource`). */
  readonly type: string;
  readonly many: boolean;
  /** It must be given. Of primitives {@link FhirType.required} says so, because an extension may stand in for them. */
  readonly required: boolean;
}

/** A group of elements of which at most one may be given (`value[x]`). */
export interface Choice {
  readonly required: boolean;
  readonly names: readonly string[];
}

/** One type with everything it inherits. */
export interface FhirType {
  readonly name: string;
  readonly isResource: boolean;
  readonly elements: ReadonlyMap<string, Element>;
  readonly required: readonly string[];
  readonly choices: readonly Choice[];
}

type Row = readonly [
  resource: number,
  base: string,
  fields: Readonly<Record<string, string>>,
  required: readonly string[],
  choices: readonly (readonly [number, readonly string[]])[],
];

const ELEMENT = /^([A-Za-z0-9]+)(\[\])?(!)?$/;

/** The table, its types put together when first asked for. */
export class Definitions {
  readonly #rows: ReadonlyMap<string, Row>;
  readonly #types = new Map<string, FhirType>();

  /** Take a parsed table; throws {@link InvalidInput} when it is none of version 1. */
  constructor(table: unknown) {
    const { v, types } = (table ?? {}) as { v?: unknown; types?: Record<string, Row> };
    if (v !== 1 || typeof types !== 'object') throw new InvalidInput('The table of FHIR types is of another version.');
    this.#rows = new Map(Object.entries(types));
  }

  /** Return a type by name, undefined when FHIR R4 has none. */
  type(name: string): FhirType | undefined {
    const known = this.#types.get(name);
    if (known !== undefined) return known;
    const row = this.#rows.get(name);
    if (row === undefined) return undefined;
    const [resource, base, fields, required, choices] = row;
    const inherited = base === '' ? undefined : this.type(base);
    const own = Object.entries(fields).map(([field, text]) => [field, element(field, text)] as const);
    const found: FhirType = {
      name,
      isResource: resource === 1,
      elements: new Map([...(inherited?.elements ?? []), ...own]),
      required: [...new Set([...(inherited?.required ?? []), ...required])],
      choices: [...(inherited?.choices ?? []), ...choices.map(([must, names]) => ({ required: must === 1, names }))],
    };
    this.#types.set(name, found);
    return found;
  }
}

/** Gives the definitions; asked when the first file is examined. */
export type DefinitionSource = () => Promise<Definitions>;

/** Return a source that fetches the table from the vault's own origin once, and again after a failure. */
export function fetchedDefinitions(address: string | URL, fetcher: typeof fetch = fetch): DefinitionSource {
  let loading: Promise<Definitions> | undefined;
  return () => {
    loading ??= fetcher(address)
      .then((response) => response.json())
      .then((table) => new Definitions(table))
      .catch((error: unknown) => {
        loading = undefined;
        throw error;
      });
    return loading;
  };
}

function element(name: string, text: string): Element {
  const [, type, many, required] = ELEMENT.exec(text) ?? [];
  if (type === undefined) throw new InvalidInput(`The table of FHIR types has no meaning for ${name}: ${text}.`);
  return { name, type, many: many !== undefined, required: required !== undefined };
}
