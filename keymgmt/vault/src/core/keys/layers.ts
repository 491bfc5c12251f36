/**
 * The one table of layers and sections: what is sensitive, who may append (docs/spec/keys.md; promises C1-C4, C16).
 *
 * Patients write only the predefined sections marked with them; diagnoses, results and blood type are the clinician's.
 */

import { UnknownLayer, UnknownSection } from './errors.ts';

/** Who may append to a section. */
export type Writer = 'patient' | 'clinician';

/** A part of a layer with a key of its own. `sensitive` ones are off in a grant unless chosen. */
export interface Section {
  readonly name: string;
  readonly title: string;
  readonly writers: ReadonlySet<Writer>;
  readonly sensitive: boolean;
}

/**
 * A part of a wallet with a slot of its own; `code` is its byte in a container's header.
 *
 * `clinical` layers open to clinicians only, whatever was granted (promise G4).
 */
export interface Layer {
  readonly name: string;
  readonly code: number;
  readonly clinical: boolean;
  readonly sections: ReadonlyMap<string, Section>;
}

const PATIENT: ReadonlySet<Writer> = new Set(['patient']);
const CLINICIAN: ReadonlySet<Writer> = new Set(['clinician']);
const BOTH: ReadonlySet<Writer> = new Set(['patient', 'clinician']);
const SENSITIVE = true;
const CLINICAL = true;

/** The layers every wallet has, by name. */
export const LAYERS: ReadonlyMap<string, Layer> = byName([
  // Routing only: inbox, directory card, keystore. It holds no records.
  layer('account', 0, []),
  layer('identity', 1, [
    section('name', 'Name', PATIENT),
    section('contact', 'Address and contact', PATIENT),
    section('national', 'National numbers', PATIENT),
    section('birth', 'Birth certificate', PATIENT),
    section('family', 'Family relations', PATIENT),
    section('bank', 'Bank details', PATIENT, SENSITIVE),
    section('contacts-emergency', 'Emergency contacts', PATIENT),
  ]),
  layer(
    'profile',
    2,
    [
      section('blood-type', 'Blood type', CLINICIAN),
      section('sex', 'Sex', CLINICIAN),
      section('allergies', 'Allergies', CLINICIAN),
      section('conditions', 'Conditions', CLINICIAN),
      section('medication', 'Medication', BOTH),
      section('immunisations', 'Immunisations', CLINICIAN),
      section('results', 'Results', CLINICIAN),
      section('procedures', 'Procedures', CLINICIAN),
      section('imaging', 'Imaging', CLINICIAN),
      section('documents', 'Documents', BOTH),
      section('mental-health', 'Mental health', CLINICIAN, SENSITIVE),
      section('sexual-health', 'Sexual health', CLINICIAN, SENSITIVE),
      section('genetics', 'Genetics', CLINICIAN, SENSITIVE),
      section('self-reports', 'Self-reports', PATIENT),
      section('measurements', 'Home measurements', BOTH),
      section('wishes', 'Wishes', PATIENT),
      // Marks stand in the section of their entry; those that older wallets wrote are here (promise D10).
      section('disputes', 'Confirmations and disputes', BOTH),
    ],
    CLINICAL,
  ),
  layer(
    'activity',
    3,
    [
      section('appointments', 'Appointments', BOTH),
      section('requests', 'Requests', BOTH),
      section('edits', 'Edits', BOTH),
      section('claims', 'Claims', BOTH),
    ],
    CLINICAL,
  ),
  layer(
    'emergency',
    4,
    [section('summary', 'Emergency summary', BOTH), section('contacts', 'Emergency contacts', PATIENT)],
    CLINICAL,
  ),
  layer('sealed', 5, [section('restricted', 'Restricted', BOTH)], CLINICAL),
]);

/** Layers a wallet may have many of, named `forum/<id>` and `study/<id>` (promise C3). */
export const FAMILIES: ReadonlyMap<string, Layer> = byName([
  layer('forum', 16, [section('posts', 'Posts', PATIENT)]),
  layer('study', 17, [section('submissions', 'Submissions', PATIENT)]),
]);

const FAMILY_MEMBER = /^(forum|study)\/[a-z0-9][a-z0-9-]{0,63}$/;
const BY_CODE: ReadonlyMap<number, Layer> = new Map(
  [...LAYERS.values(), ...FAMILIES.values()].map((entry) => [entry.code, entry]),
);

/** Return the layer called `name`, `forum/<id>` and `study/<id>` included; throws {@link UnknownLayer}. */
export function layerOf(name: string): Layer {
  const found = LAYERS.get(name) ?? FAMILIES.get(FAMILY_MEMBER.exec(name)?.[1] ?? '');
  if (found === undefined) throw new UnknownLayer(name);
  return found;
}

/** Return the layer (or family of layers) with a container's layer byte; throws {@link UnknownLayer}. */
export function layerOfCode(code: number): Layer {
  const found = BY_CODE.get(code);
  if (found === undefined) throw new UnknownLayer(code);
  return found;
}

/** Return the section; throws {@link UnknownLayer} or {@link UnknownSection}. */
export function sectionOf(layerName: string, sectionName: string): Section {
  const { sections } = layerOf(layerName);
  const found = sections.get(sectionName);
  if (found === undefined) throw new UnknownSection(layerName, sectionName, [...sections.keys()]);
  return found;
}

/** Return `name` if there is such a layer; throws {@link UnknownLayer}. */
export function requireLayer(name: string): string {
  layerOf(name);
  return name;
}

/** Return if the layer has the section; throws {@link UnknownLayer} or {@link UnknownSection}. */
export function requireSection(layerName: string, sectionName: string): void {
  sectionOf(layerName, sectionName);
}

/** Whether `writer` may append to the section; throws as {@link sectionOf}. */
export function mayAppend(layerName: string, sectionName: string, writer: Writer): boolean {
  return sectionOf(layerName, sectionName).writers.has(writer);
}

function section(name: string, title: string, writers: ReadonlySet<Writer>, sensitive = false): Section {
  return { name, title, writers, sensitive };
}

function layer(name: string, code: number, sections: readonly Section[], clinical = false): Layer {
  return { name, code, clinical, sections: byName(sections) };
}

function byName<T extends { readonly name: string }>(entries: readonly T[]): ReadonlyMap<string, T> {
  return new Map(entries.map((entry) => [entry.name, entry]));
}
