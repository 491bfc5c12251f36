/** What a practice's pages show: patients who trust this professional, appointments, requests sent, measures. */

import type { CheckFacts } from './checks.ts';
import type { ClinicalView, ConsistencyFlag } from '../clinical/model.ts';
import type { LetterShown, ProfileEntry, ProfileShown, RecordRow } from '../results.ts';

/** A patient who granted this professional something that has not ended. */
export interface PatientRow {
  /** A name this device made up for the patient; it may stand in a portal's address and says nothing to a server. */
  readonly slug: string;
  readonly wallet: string;
  /** As the patient's own records say, once this device has opened one that does. */
  readonly name: string | null;
  /** FHIR date. */
  readonly born: string | null;
  /** What checks go by, as it was when this device last opened the record; empty before. */
  readonly facts: CheckFacts;
  /** `layer/section` of the grants that are active. */
  readonly sections: readonly string[];
  /** How many single records are granted besides. */
  readonly records: number;
  /** Sections this professional may append to. */
  readonly append: boolean;
  /** When the last grant ends, Unix seconds. */
  readonly expiry: number;
  /** Who asked the patient to let this professional in, the newest last. */
  readonly letters: readonly LetterShown[];
}

/** A professional of the same institution. */
export interface ColleagueRow {
  readonly wallet: string;
  /** As the institution signed it, null when it did not. */
  readonly name: string | null;
  /** The platform's word, checked when the colleague is proposed. */
  readonly authorised: boolean;
}

/** Everything of a patient that opens for this professional, with what does not fit together. */
export interface PatientReview {
  readonly wallet: string;
  readonly records: readonly RecordRow[];
  readonly view: ClinicalView;
  readonly profile: ProfileShown;
  readonly flags: readonly ConsistencyFlag[];
  readonly disputed: readonly ProfileEntry[];
  /** Records and events that did not open, with the reason. */
  readonly leftOut: readonly { readonly record: string; readonly reason: string }[];
}

/** A visit: an activity event in the professional's own wallet, and in the patient's where she may append. */
export interface Appointment {
  /** The event's record id in this wallet. */
  readonly event: string;
  /** What ties the events about one visit together, in every wallet that has them. */
  readonly visit: string;
  readonly patient: string | null;
  /** Unix seconds. */
  readonly start: number;
  readonly minutes: number;
  readonly place: string;
  readonly reason: string;
  readonly status: 'planned' | 'cancelled';
  /** When it was planned. */
  readonly made: number;
}

/** The own visits, the earliest first; each record of `unreadable` may be a visit, or move or cancel one of them. */
export interface Calendar {
  readonly visits: readonly Appointment[];
  readonly unreadable: readonly string[];
}

/** What a person types to plan a visit. */
export interface AppointmentWish {
  readonly patient: string | null;
  readonly start: number;
  readonly minutes: number;
  readonly place: string;
  readonly reason: string;
}

/** What of a visit is another when it is moved. */
export type AppointmentMove = Pick<AppointmentWish, 'start' | 'minutes' | 'place'>;

/** A request sent from this device; `answered` when the patient has granted something since. */
export interface SentRequest {
  readonly request: string;
  readonly wallet: string;
  readonly sections: readonly string[];
  readonly append: boolean;
  readonly purpose: string;
  readonly until: number;
  readonly sent: number;
  readonly answered: boolean;
}

/** What a professional asks of a patient. */
export interface RequestWish {
  readonly wallet: string;
  readonly sections: readonly string[];
  readonly append: boolean;
  readonly purpose: string;
  /** Unix seconds. */
  readonly until: number;
}
