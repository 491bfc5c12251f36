/**
 * View models: what pages show of FHIR resources, IPS documents and profile events, without the FHIR behind it.
 *
 * Codes stay as they came (`Coding`), texts are the source's own words; nothing here is translated, because a page must
 * not say other words than the record does.
 */

/** A code as it came; `display` is the source's text. */
export interface Coding {
  readonly system: string | null;
  readonly code: string | null;
  readonly display: string | null;
}

/** A number with its unit. */
export interface Quantity {
  readonly value: number;
  /** The unit as its source writes it. */
  readonly unit: string;
  /** Its UCUM code, null where the source gives none. */
  readonly ucum: string | null;
  /** `<`, `<=`, `>=` or `>` when only a bound is known. */
  readonly comparator: string | null;
}

/** What a value is held against; either end may be open. */
export interface ReferenceRange {
  readonly low: number | null;
  readonly high: number | null;
  readonly unit: string;
  /** The source's words where it gives no numbers. */
  readonly text: string | null;
}

/** How a value lies to its reference range: as the source says, or as the numbers say when it does not. */
export type Interpretation = 'low' | 'normal' | 'high' | 'abnormal' | 'critical' | null;

/** Kinds of things a page lists separately. */
export type ClinicalKind =
  | 'patient'
  | 'allergy'
  | 'condition'
  | 'medication'
  | 'immunization'
  | 'observation'
  | 'report'
  | 'procedure'
  | 'imaging'
  | 'document'
  | 'encounter'
  | 'appointment'
  | 'device'
  | 'family-history'
  | 'plan'
  | 'wish'
  | 'self-report'
  | 'identity'
  | 'other';

/** Where an item comes from, so that a page can open it and say who said it. */
export interface Source {
  /** The record's or event's id. */
  readonly record: string;
  /** Path of the resource inside it (`entry[3].resource`, `line 5`), empty for the whole. */
  readonly place: string;
  readonly author: string | null;
  readonly institution: string | null;
}

/** One line of a timeline or list. */
export interface ClinicalItem {
  readonly kind: ClinicalKind;
  readonly resourceType: string;
  readonly id: string | null;
  /** What it is, in the source's words (`Pollen allergy`). */
  readonly title: string;
  /** Its value in one line (`98 mg/dL`, `severe`, `1 tablet twice daily`), empty when there is none. */
  readonly value: string;
  /** FHIR date or dateTime as it came (precision kept), null when unknown. */
  readonly date: string | null;
  /** The date as Unix seconds for sorting, null when unknown. */
  readonly time: number | null;
  /** Clinical status as it came (`active`, `resolved`, `completed`), null when there is none. */
  readonly status: string | null;
  /** The profile section it belongs to (`allergies`, `results` …). */
  readonly section: string;
  readonly codes: readonly Coding[];
  /** Name and value of everything worth showing in detail, in order. */
  readonly details: readonly (readonly [name: string, value: string])[];
  readonly quantity: Quantity | null;
  readonly range: ReferenceRange | null;
  readonly interpretation: Interpretation;
  /** What a Goal aims at, in the measured thing that `codes` name. */
  readonly target?: ReferenceRange;
  /** Parts with values of their own: systolic and diastolic, a panel's observations. */
  readonly parts: readonly ClinicalItem[];
  readonly source: Source;
}

/** One point of a chart. */
export interface SeriesPoint {
  /** Unix seconds. */
  readonly time: number;
  /** In the unit of its series. */
  readonly value: number;
  /** What the source says, where its unit was another and the number had to be converted. */
  readonly original: Pick<Quantity, 'value' | 'unit'> | null;
  readonly interpretation: Interpretation;
  readonly source: Source;
}

/** Observations of one thing in the unit of the newest, oldest first: what a chart draws. */
export interface ObservationSeries {
  /** What is measured and how (`29463-7|mass in g`), by its unit where that is not known here. */
  readonly key: string;
  readonly title: string;
  readonly loinc: string | null;
  readonly unit: string;
  /** The newest reference range given, in the series' unit. */
  readonly range: ReferenceRange | null;
  /** What the newest Goal that still counts aims at, in the series' unit. */
  readonly target: ReferenceRange | null;
  readonly points: readonly SeriesPoint[];
}

/** A file inside a record (DocumentReference, Binary, DiagnosticReport.presentedForm). */
export interface AttachedDocument {
  readonly title: string;
  readonly contentType: string;
  readonly date: string | null;
  /** Bytes, when they are inside the record; null when only an address is given, which is never fetched. */
  readonly data: Uint8Array | null;
  readonly url: string | null;
  readonly source: Source;
}

/** A patient's own data as a document gives it. */
export interface PatientView {
  readonly name: string | null;
  readonly birthDate: string | null;
  readonly sex: string | null;
  readonly identifiers: readonly (readonly [system: string, value: string])[];
}

/** What one record (or all of them) holds, sorted for pages. */
export interface ClinicalView {
  readonly patient: PatientView | null;
  /** Where the patient's own data stand, null where none do. */
  readonly patientFrom: Source | null;
  readonly items: readonly ClinicalItem[];
  readonly series: readonly ObservationSeries[];
  readonly documents: readonly AttachedDocument[];
}

/** What the practice is warned of. */
export type FlagKind =
  | 'blood-group-change'
  | 'sex-specific-condition'
  | 'overlapping-appointments'
  | 'duplicate-prescription'
  | 'drug-against-allergy'
  | 'conflicting-entries'
  | 'disputed-entry';

/** One side of what does not fit together: what an entry says, and where it stands. */
export interface Statement extends Source {
  readonly title: string;
  readonly value: string;
}

/** Two or more things that do not fit together. A hint for a professional, never a decision. */
export interface ConsistencyFlag {
  readonly kind: FlagKind;
  readonly severity: 'info' | 'warning' | 'alert';
  /** The words a sentence is made of (`{drug: 'Amoxicillin', allergy: 'Penicillin'}`). */
  readonly values: Readonly<Record<string, string>>;
  readonly sources: readonly Statement[];
}

/** A hit of the search over one's own records. */
export interface SearchHit {
  readonly source: Source;
  readonly title: string;
  readonly value: string;
  readonly date: string | null;
  readonly section: string;
  /** Higher is better. */
  readonly score: number;
}
