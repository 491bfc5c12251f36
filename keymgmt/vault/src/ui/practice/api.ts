/** What a practice's pages ask of the vault's Worker besides what patients' pages ask (src/ui/api.ts). */

import type { CallOptions, TeamShown } from '../api.ts';
import type {
  Appointment,
  AppointmentMove,
  AppointmentWish,
  Calendar,
  ColleagueRow,
  PatientReview,
  PatientRow,
  RequestWish,
  SentRequest,
} from '../../sdk/practice/model.ts';
import type { Proposal } from '../../sdk/referring.ts';
import type {
  AccessProposed,
  AccessRequested,
  EventAdded,
  InstitutionRow,
  ProfessionalApplied,
} from '../../sdk/results.ts';

/** Reading only; part of what a frame may call. */
export interface PracticeReading {
  /** Patients with an active grant, the one whose access ends first last. Nothing is opened, so nothing is logged. */
  patientList(): Promise<readonly PatientRow[]>;
  /** Opens everything of one patient that opens; every opening is in the patient's log. */
  patientReview(wallet: string, options?: CallOptions): Promise<PatientReview>;
  appointmentList(): Promise<Calendar>;
  /** Who else is registered with the own institution. */
  colleagueList(): Promise<readonly ColleagueRow[]>;
  /** The care teams of the own institution that this professional is a member of, as m nodes attest. */
  ownTeamList(): Promise<readonly TeamShown[]>;
  sentRequests(): Promise<readonly SentRequest[]>;
}

/** What signs; only the vault's own page has it. */
export interface PracticeActs {
  accessRequest(wish: RequestWish): Promise<AccessRequested>;
  /** Asks a patient to let a colleague see what is open to this professional. */
  accessPropose(proposal: Proposal): Promise<AccessProposed>;
  /** Appends a signed entry to a patient's profile, or to one's own. */
  profileAppend(
    section: string,
    entry: unknown,
    options?: CallOptions & { readonly patient?: string; readonly corrects?: string },
  ): Promise<EventAdded>;
  /** Answers for an own entry, or one of the same institution, that the patient disputes. */
  profileAnswer(patient: string, event: string, reason: string, options?: CallOptions): Promise<EventAdded>;
  appointmentAdd(wish: AppointmentWish): Promise<Appointment>;
  appointmentMove(event: string, move: AppointmentMove): Promise<Appointment>;
  appointmentCancel(event: string): Promise<Appointment>;
  institutionList(): Promise<readonly InstitutionRow[]>;
  professionalApply(institution: string, level: string, name: string): Promise<ProfessionalApplied>;
}
