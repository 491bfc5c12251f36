/**
 * Whether JSON is a valid FHIR R4 resource, and every place where it is not (promise A4).
 *
 * What the Python client's models refuse is refused and what they accept is accepted; `tests/vectors/fhir` holds both to
 * it. One difference is wanted: an object that is written as a text with JSON inside, which those models unpack, is
 * refused here, since no page could show it.
 */

import type { Definitions, Element, FhirType } from './definitions.ts';
import { PRIMITIVES } from './primitives.ts';

/** Faults listed of one file; the first hundred are enough to correct it by. */
export const MAX_ISSUES = 100;

/** A JSON object of unknown content. */
export type JsonRecord = Readonly<Record<string, unknown>>;

const COMMENTS = 'fhir_comments';
const TYPE = 'resourceType';
const EXTENSION = 'FHIRPrimitiveExtension';
const SHOWN = 60;

/** Return what is wrong with one resource as `path: reason`; an empty list when it is valid FHIR R4. */
export function validateResource(definitions: Definitions, document: unknown): string[] {
  if (!isRecord(document) || typeof document[TYPE] !== 'string') {
    return ['resourceType: a FHIR resource is a JSON object that names its resourceType'];
  }
  const type = definitions.type(document[TYPE]);
  if (type === undefined) return [`resourceType: FHIR R4 has no resource '${document[TYPE].slice(0, SHOWN)}'`];
  const issues = new Issues();
  new Validation(definitions, issues).object(document, type, '');
  return issues.list();
}

/** Whether `value` is a JSON object. */
export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

class Issues {
  readonly #found = new Set<string>();

  add(path: string, reason: string): void {
    if (!this.full) this.#found.add(`${path === '' ? 'resource' : path}: ${reason}`);
  }

  get full(): boolean {
    return this.#found.size >= MAX_ISSUES;
  }

  list(): string[] {
    return [...this.#found];
  }
}

class Validation {
  readonly #definitions: Definitions;
  readonly #issues: Issues;

  constructor(definitions: Definitions, issues: Issues) {
    this.#definitions = definitions;
    this.#issues = issues;
  }

  object(value: JsonRecord, type: FhirType, path: string): void {
    for (const [name, item] of Object.entries(value)) {
      if (this.#issues.full) return;
      this.#member(type, name, item, join(path, name));
    }
    this.#requireGiven(value, type, path);
    this.#requireChoices(value, type, path);
    if (type.name === EXTENSION && [value['id'], value['extension'], value[COMMENTS]].every(isAbsent)) {
      this.#issues.add(path, 'it must have an id or an extension');
    }
  }

  #member(type: FhirType, name: string, value: unknown, path: string): void {
    const element = type.elements.get(name);
    if (element !== undefined) {
      this.#element(element, value, path);
    } else if (name === TYPE) {
      if (!isAbsent(value) && value !== type.name) this.#issues.add(path, `it must be ${type.name} here`);
    } else if (name === COMMENTS) {
      this.#comments(value, path);
    } else {
      const of = name.startsWith('_') ? type.elements.get(name.slice(1)) : undefined;
      if (of === undefined || !PRIMITIVES.has(of.type)) this.#issues.add(path, `${type.name} has no such element`);
      else this.#extensions(of, value, path);
    }
  }

  #element(element: Element, value: unknown, path: string): void {
    if (value === null && !(element.many && element.required)) return;
    if (!element.many) {
      this.#value(element.type, value, path);
      return;
    }
    if (!Array.isArray(value)) {
      this.#issues.add(path, 'it must be a list');
      return;
    }
    value.forEach((item: unknown, index) => {
      // A null among primitives keeps the place of a value that only has an extension.
      if (item !== null) this.#value(element.type, item, `${path}[${index}]`);
      else if (!PRIMITIVES.has(element.type)) this.#issues.add(path, 'null is not allowed in this list');
    });
  }

  #extensions(of: Element, value: unknown, path: string): void {
    if (value === null) return;
    const items: readonly unknown[] = of.many && Array.isArray(value) ? value : [value];
    if (of.many && !Array.isArray(value)) {
      this.#issues.add(path, 'it must be a list');
      return;
    }
    items.forEach((item, index) => {
      if (item !== null) this.#value(EXTENSION, item, of.many ? `${path}[${index}]` : path);
    });
  }

  #value(type: string, value: unknown, path: string): void {
    const primitive = PRIMITIVES.get(type);
    if (primitive !== undefined) {
      const reason = primitive(value);
      if (reason !== undefined) this.#issues.add(path, reason);
      return;
    }
    if (!isRecord(value)) {
      this.#issues.add(path, `it must be an object (${type})`);
      return;
    }
    const actual = this.#actual(type, value);
    if (typeof actual === 'string') this.#issues.add(join(path, TYPE), actual);
    else this.object(value, actual, path);
  }

  /** The type an object claims where any resource may stand, or why it may not. */
  #actual(type: string, value: JsonRecord): FhirType | string {
    const claimed = value[TYPE];
    const name = type === 'Resource' && claimed !== undefined ? claimed : type;
    if (typeof name !== 'string') return 'a resource names its type as text';
    const found = this.#definitions.type(name);
    if (found === undefined) return `FHIR R4 has no resource '${name.slice(0, SHOWN)}'`;
    return type === 'Resource' && !found.isResource ? `${name} is no resource` : found;
  }

  #comments(value: unknown, path: string): void {
    const texts: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (value !== null && !texts.every((item) => typeof item === 'string')) this.#issues.add(path, 'comments are text');
  }

  #requireGiven(value: JsonRecord, type: FhirType, path: string): void {
    for (const element of type.elements.values()) {
      if (element.required && !Object.hasOwn(value, element.name)) {
        this.#issues.add(join(path, element.name), 'it is required');
      }
    }
    for (const name of type.required) {
      if (isAbsent(own(value, name)) && !isExplained(own(value, `_${name}`))) {
        this.#issues.add(join(path, name), 'it is required');
      }
    }
  }

  #requireChoices(value: JsonRecord, type: FhirType, path: string): void {
    for (const choice of type.choices) {
      const given = choice.names.filter((name) => !isAbsent(own(value, name)));
      if (given.length > 1) this.#issues.add(path, `only one of ${given.join(', ')} may be given`);
      if (given.length === 0 && choice.required)
        this.#issues.add(path, `one of ${choice.names.join(', ')} is required`);
    }
  }
}

function own(value: JsonRecord, name: string): unknown {
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

function isAbsent(value: unknown): boolean {
  return value === null || value === undefined;
}

/** Whether an extension says why a required value is missing. */
function isExplained(extension: unknown): boolean {
  if (!isRecord(extension)) return false;
  const found = extension['extension'];
  return Array.isArray(found) && found.length > 0;
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
