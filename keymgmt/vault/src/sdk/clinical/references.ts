/**
 * What references point at: resources of the same Bundle or record, or contained ones (FHIR R4, "References between
 * Resources" and "Resolving references in Bundles"). What lies elsewhere is not fetched: no page asks anybody.
 */

import { conceptText, type Json, object, objects, personName, referenceText, text } from './values.ts';

/** A resource, its place in the record, and the address its Bundle gives it. */
export interface Placed {
  readonly place: string;
  readonly fullUrl: string | null;
  readonly resource: Json;
}

/** The resources of one record by what they are called in it. */
export class References {
  readonly #known = new Map<string, Placed>();

  constructor(resources: readonly Placed[]) {
    for (const placed of resources) {
      const id = text(placed.resource['id']);
      const relative = id === null ? null : `${String(placed.resource['resourceType'])}/${id}`;
      for (const name of [placed.fullUrl, relative]) {
        if (name !== null && !this.#known.has(name)) this.#known.set(name, placed);
      }
    }
  }

  /** The resource of the record that a Reference names, null when it is not in it. */
  placed(reference: unknown): Placed | null {
    const target = text(object(reference)?.['reference']);
    return target === null ? null : (this.#known.get(target.replace(/\/_history\/[^/]*$/, '')) ?? null);
  }

  /** The same, or what the resource `from` contains itself. */
  target(reference: unknown, from: Json): Json | null {
    const target = text(object(reference)?.['reference']);
    if (target?.startsWith('#')) return objects(from['contained']).find(({ id }) => id === target.slice(1)) ?? null;
    return this.placed(reference)?.resource ?? null;
  }

  /** What a Reference says of its target in words, or what the target says of itself. */
  words(reference: unknown, from: Json): string | null {
    const own = referenceText(reference);
    const target = own === null ? this.target(objects(reference)[0], from) : null;
    if (target === null) return own;
    // A role is named by who has it. One step only: a record may well point in a circle.
    const who = target['practitioner'] ?? target['organization'];
    return nameOf(target) ?? referenceText(who) ?? nameOf(this.target(who, target) ?? {});
  }
}

function nameOf(resource: Json): string | null {
  return (
    personName(resource['name']) ??
    text(resource['name']) ??
    conceptText(resource['code']) ??
    conceptText(resource['type'])
  );
}

/** For a resource that stands alone: only what it contains is found. */
export const ALONE = new References([]);
