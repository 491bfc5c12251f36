/** What the types of FHIR resources are called. */

import { t } from './i18n.ts';

/** What a type of resource is called; one that is not known here keeps FHIR's name. */
export function resourceTitle(type: string): string {
  const title = RESOURCES[type];
  return title === undefined ? type : t(title);
}

/** Types of resources that health records are made of (HL7 FHIR R4). */
const RESOURCES: Readonly<Record<string, string>> = {
  AdverseEvent: 'Unwanted effect',
  AllergyIntolerance: 'Allergy or intolerance',
  Appointment: 'Appointment',
  CarePlan: 'Care plan',
  CareTeam: 'Care team',
  Claim: 'Claim',
  ClinicalImpression: 'Clinical assessment',
  Communication: 'Message',
  Composition: 'Head of the document',
  Condition: 'Condition',
  Consent: 'Consent',
  Coverage: 'Insurance cover',
  DetectedIssue: 'Problem found',
  Device: 'Device',
  DeviceUseStatement: 'Device in use',
  DiagnosticReport: 'Report',
  DocumentReference: 'Document',
  Encounter: 'Visit',
  ExplanationOfBenefit: 'What an insurer paid',
  FamilyMemberHistory: 'Illness in the family',
  Flag: 'Warning',
  Goal: 'Goal of a treatment',
  ImagingStudy: 'Imaging study',
  Immunization: 'Vaccination',
  List: 'List',
  Location: 'Place of care',
  Media: 'Picture or recording',
  Medication: 'Medicine',
  MedicationAdministration: 'Medicine given',
  MedicationDispense: 'Medicine handed out',
  MedicationRequest: 'Prescription',
  MedicationStatement: 'Medicine taken',
  NutritionOrder: 'Diet',
  Observation: 'Test result or measurement',
  Organization: 'Institution',
  Patient: 'Patient',
  Practitioner: 'Clinician',
  PractitionerRole: 'Role of a clinician',
  Procedure: 'Procedure',
  Provenance: 'Where it comes from',
  QuestionnaireResponse: 'Answers to questions',
  RelatedPerson: 'Related person',
  RiskAssessment: 'Risk assessment',
  ServiceRequest: 'Referral',
  Specimen: 'Specimen',
};
