/** One resource, one item: what a line of the timeline says of it. Unknown types are shown too, by their type's name. */

import type { ClinicalItem, ClinicalKind, Coding, ReferenceRange, Source } from './model.ts';
import { ALONE, type References } from './references.ts';
import {
  anyValue,
  codeOf,
  codings,
  conceptText,
  dateOf,
  interpretation,
  type Json,
  joined,
  object,
  objects,
  personName,
  quantity,
  quantityText,
  referenceRange,
  text,
  timeOf,
} from './values.ts';

/** What a type's reader finds; the rest has defaults. */
type Found = Partial<Pick<ClinicalItem, 'value' | 'status' | 'quantity' | 'range' | 'interpretation' | 'parts'>> & {
  readonly kind: ClinicalKind;
  readonly title: string | null;
  readonly section: string;
  readonly date?: string | null;
  readonly codes?: readonly Coding[];
  readonly target?: ReferenceRange;
  readonly details?: readonly (readonly [string, string | null])[];
};

type Reader = (resource: Json, source: Source, references: References) => Found;

/** Categories of observations that people measure at home as well as clinics do. */
const MEASURED: ReadonlySet<string> = new Set(['vital-signs', 'activity']);
const LOINC = 'http://loinc.org';
/** LOINC code of ABO and Rh together. */
export const BLOOD_GROUP_CODE = '882-1';
/** LOINC codes of the blood group: ABO and Rh together, ABO, Rh. */
export const BLOOD_GROUP: ReadonlySet<string> = new Set([BLOOD_GROUP_CODE, '883-9', '10331-7']);
/** LOINC code of the sex. */
export const SEX_CODE = '46098-0';
/** LOINC codes of the sex, as recorded and as assigned at birth. */
const SEX: ReadonlySet<string> = new Set([SEX_CODE, '76689-9']);

const READERS: Readonly<Record<string, Reader>> = {
  AllergyIntolerance: allergy,
  Condition: condition,
  MedicationStatement: medication,
  MedicationRequest: medication,
  MedicationAdministration: medication,
  MedicationDispense: medication,
  Medication: (resource) => ({
    kind: 'medication',
    title: conceptText(resource['code']),
    section: 'medication',
    codes: codings(resource['code']),
  }),
  Immunization: immunization,
  Observation: observation,
  DiagnosticReport: report,
  Procedure: procedure,
  ImagingStudy: imaging,
  DocumentReference: documentReference,
  Composition: composition,
  Encounter: encounter,
  Appointment: appointment,
  Device: device,
  DeviceUseStatement: device,
  FamilyMemberHistory: familyHistory,
  CarePlan: plan,
  Goal: goal,
  ServiceRequest: plan,
  Consent: (resource) => ({
    kind: 'wish',
    title: conceptText(resource['category']),
    section: 'wishes',
    date: dateOf(resource['dateTime']),
    status: text(resource['status']),
  }),
  QuestionnaireResponse: (resource) => ({
    kind: 'self-report',
    title: null,
    section: 'self-reports',
    date: dateOf(resource['authored']),
    status: text(resource['status']),
  }),
  Patient: patient,
};

/** Return what is shown of a resource; `references` are the record's, so that a reference reads as what it points at. */
export function itemOf(resource: Json, source: Source, references: References = ALONE): ClinicalItem {
  const resourceType = text(resource['resourceType']) ?? 'Resource';
  const reader = READERS[resourceType];
  const found: Found = reader?.(resource, source, references) ?? {
    kind: 'other',
    title:
      conceptText(resource['code']) ??
      personName(resource['name']) ??
      text(resource['name']) ??
      text(resource['title']),
    section: 'documents',
    date: dateOf(resource['date']),
    status: text(resource['status']),
  };
  const date = found.date ?? null;
  return {
    kind: found.kind,
    resourceType,
    id: text(resource['id']),
    title: found.title ?? resourceType,
    value: found.value ?? '',
    date,
    time: timeOf(date),
    status: found.status ?? null,
    section: found.section,
    codes: found.codes ?? [],
    details: given(found.details ?? []),
    quantity: found.quantity ?? null,
    range: found.range ?? null,
    interpretation: found.interpretation ?? null,
    ...(found.target === undefined ? {} : { target: found.target }),
    parts: found.parts ?? [],
    source,
  };
}

function given(details: readonly (readonly [string, string | null])[]): (readonly [string, string])[] {
  return details.filter((detail): detail is readonly [string, string] => detail[1] !== null && detail[1] !== '');
}

function note(resource: Json): readonly [string, string | null] {
  return ['Note', joined('\n', ...objects(resource['note']).map((one) => text(one['text'])))];
}

function allergy(resource: Json): Found {
  const reactions = objects(resource['reaction']).flatMap((reaction) =>
    objects(reaction['manifestation']).map(conceptText),
  );
  const severity =
    objects(resource['reaction'])
      .map((reaction) => text(reaction['severity']))
      .find((one) => one !== null) ?? null;
  return {
    kind: 'allergy',
    title: conceptText(resource['code']),
    value: joined(', ', ...reactions, severity) ?? '',
    section: 'allergies',
    date: dateOf(resource['onsetDateTime'] ?? resource['onsetPeriod'] ?? resource['recordedDate']),
    status: codeOf(resource['clinicalStatus']),
    codes: codings(resource['code']),
    details: [
      ['Criticality', text(resource['criticality'])],
      ['Verification', codeOf(resource['verificationStatus'])],
      ['Category', joined(', ', ...(Array.isArray(resource['category']) ? resource['category'].map(text) : []))],
      ['Last reaction', text(resource['lastOccurrence'])],
      note(resource),
    ],
  };
}

function condition(resource: Json): Found {
  return {
    kind: 'condition',
    title: conceptText(resource['code']),
    value:
      joined(
        ', ',
        conceptText(resource['severity']),
        joined(', ', ...objects(resource['bodySite']).map(conceptText)),
      ) ?? '',
    section: 'conditions',
    date: dateOf(resource['onsetDateTime'] ?? resource['onsetPeriod'] ?? resource['recordedDate']),
    status: codeOf(resource['clinicalStatus']),
    codes: codings(resource['code']),
    details: [
      ['Verification', codeOf(resource['verificationStatus'])],
      ['Ended', dateOf(resource['abatementDateTime'] ?? resource['abatementPeriod'])],
      ['Recorded', text(resource['recordedDate'])],
      note(resource),
    ],
  };
}

function medication(resource: Json, _source: Source, references: References): Found {
  const dosages = objects(resource['dosage'] ?? resource['dosageInstruction']);
  const referred = resource['medicationReference'];
  const concept = resource['medicationCodeableConcept'] ?? references.target(referred, resource)?.['code'];
  return {
    kind: 'medication',
    title: conceptText(concept) ?? references.words(referred, resource),
    value: joined('; ', ...dosages.map(dosage)) ?? '',
    section: 'medication',
    date: dateOf(
      resource['authoredOn'] ??
        resource['effectivePeriod'] ??
        resource['effectiveDateTime'] ??
        resource['whenHandedOver'] ??
        resource['dateAsserted'],
    ),
    status: text(resource['status']),
    codes: codings(concept),
    details: [
      ['Reason', joined(', ', ...objects(resource['reasonCode']).map(conceptText))],
      ['Until', text(object(resource['effectivePeriod'])?.['end'])],
      ['Prescribed by', references.words(resource['requester'], resource)],
      note(resource),
    ],
  };
}

function dosage(found: Json): string | null {
  const words = text(found['text']);
  if (words !== null) return words;
  const amount =
    objects(found['doseAndRate'])
      .map((rate) => anyValue(rate, 'dose'))
      .find((one) => one !== null) ?? null;
  const repeat = object(object(found['timing'])?.['repeat']);
  const frequency =
    repeat?.['frequency'] === undefined
      ? null
      : `${String(repeat['frequency'])} × / ${String(repeat['period'] ?? 1)} ${text(repeat['periodUnit']) ?? 'd'}`;
  return joined(', ', amount, conceptText(found['route']), frequency ?? conceptText(object(found['timing'])?.['code']));
}

function immunization(resource: Json, _source: Source, references: References): Found {
  const protocols = objects(resource['protocolApplied']);
  const dose = protocols.map((one) => anyValue(one, 'doseNumber')).find((one) => one !== null) ?? null;
  return {
    kind: 'immunization',
    title: conceptText(resource['vaccineCode']),
    value:
      joined(
        ', ',
        ...protocols.flatMap((one) => objects(one['targetDisease']).map(conceptText)),
        dose === null ? null : `#${dose}`,
      ) ?? '',
    section: 'immunisations',
    date: dateOf(resource['occurrenceDateTime'] ?? resource['occurrenceString']),
    status: text(resource['status']),
    codes: codings(resource['vaccineCode']),
    details: [
      ['Lot', text(resource['lotNumber'])],
      ['Expires', text(resource['expirationDate'])],
      ['Site', conceptText(resource['site'])],
      ['Manufacturer', references.words(resource['manufacturer'], resource)],
      note(resource),
    ],
  };
}

function observation(resource: Json, source: Source, references: References): Found {
  const codes = codings(resource['code']);
  const amount = quantity(resource['valueQuantity']);
  const range = referenceRange(resource['referenceRange']);
  const parts = objects(resource['component']).map((component, index) => {
    const part = itemOf(
      { ...component, resourceType: 'Observation' },
      { ...source, place: `${source.place}${source.place === '' ? '' : '.'}component[${index}]` },
    );
    const date = dateOf(resource['effectiveDateTime'] ?? resource['effectivePeriod'] ?? resource['effectiveInstant']);
    return { ...part, date, time: timeOf(date), status: text(resource['status']) };
  });
  const own = amount === null ? anyValue(resource, 'value') : quantityText(amount);
  return {
    kind: 'observation',
    title: conceptText(resource['code']),
    value: own ?? joined(' / ', ...parts.map((part) => part.value)) ?? conceptText(resource['dataAbsentReason']) ?? '',
    section: observationSection(resource, codes),
    date: dateOf(
      resource['effectiveDateTime'] ??
        resource['effectivePeriod'] ??
        resource['effectiveInstant'] ??
        resource['issued'],
    ),
    status: text(resource['status']),
    codes,
    quantity: amount,
    range,
    interpretation: interpretation(resource['interpretation'], amount, range),
    parts,
    details: [
      [
        'Reference range',
        range === null ? null : (range.text ?? `${range.low ?? ''} – ${range.high ?? ''} ${range.unit}`.trim()),
      ],
      ['Method', conceptText(resource['method'])],
      ['Performed by', joined(', ', ...objects(resource['performer']).map((one) => references.words(one, resource)))],
      note(resource),
    ],
  };
}

function observationSection(resource: Json, codes: readonly Coding[]): string {
  const categories = codings(resource['category']).map((one) => one.code ?? '');
  const isOne = (list: ReadonlySet<string>) =>
    codes.some(({ system, code }) => system === LOINC && list.has(code ?? ''));
  if (isOne(BLOOD_GROUP)) return 'blood-type';
  if (isOne(SEX)) return 'sex';
  return categories.some((code) => MEASURED.has(code)) ? 'measurements' : 'results';
}

function report(resource: Json): Found {
  return {
    kind: 'report',
    title: conceptText(resource['code']),
    value: text(resource['conclusion']) ?? joined(', ', ...objects(resource['conclusionCode']).map(conceptText)) ?? '',
    section: codings(resource['category']).some((one) => ['RAD', 'IMG'].includes(one.code ?? ''))
      ? 'imaging'
      : 'results',
    date: dateOf(resource['effectiveDateTime'] ?? resource['effectivePeriod'] ?? resource['issued']),
    status: text(resource['status']),
    codes: codings(resource['code']),
    details: [['Issued', text(resource['issued'])]],
  };
}

function procedure(resource: Json): Found {
  return {
    kind: 'procedure',
    title: conceptText(resource['code']),
    value: joined(', ', conceptText(resource['outcome']), ...objects(resource['bodySite']).map(conceptText)) ?? '',
    section: 'procedures',
    date: dateOf(resource['performedDateTime'] ?? resource['performedPeriod']),
    status: text(resource['status']),
    codes: codings(resource['code']),
    details: [['Reason', joined(', ', ...objects(resource['reasonCode']).map(conceptText))], note(resource)],
  };
}

function imaging(resource: Json): Found {
  const series = objects(resource['series']);
  return {
    kind: 'imaging',
    title:
      text(resource['description']) ??
      joined(', ', ...series.map((one) => text(one['description']))) ??
      joined(', ', ...objects(resource['procedureCode']).map(conceptText)),
    value: joined(', ', ...new Set(series.map((one) => conceptText(one['modality'])))) ?? '',
    section: 'imaging',
    date: dateOf(resource['started']),
    status: text(resource['status']),
    codes: codings(resource['procedureCode']),
  };
}

function documentReference(resource: Json): Found {
  const attachment = object(objects(resource['content'])[0]?.['attachment']);
  return {
    kind: 'document',
    title: text(attachment?.['title']) ?? text(resource['description']) ?? conceptText(resource['type']),
    value: text(attachment?.['contentType']) ?? '',
    section: 'documents',
    date: dateOf(resource['date'] ?? attachment?.['creation']),
    status: text(resource['status']),
    codes: codings(resource['type']),
  };
}

function composition(resource: Json, _source: Source, references: References): Found {
  return {
    kind: 'document',
    title: text(resource['title']) ?? conceptText(resource['type']),
    value: joined(', ', ...objects(resource['author']).map((one) => references.words(one, resource))) ?? '',
    section: 'documents',
    date: dateOf(resource['date']),
    status: text(resource['status']),
    codes: codings(resource['type']),
  };
}

function encounter(resource: Json, _source: Source, references: References): Found {
  return {
    kind: 'encounter',
    title:
      joined(', ', ...objects(resource['type']).map(conceptText)) ??
      conceptText(resource['serviceType']) ??
      conceptText(resource['class']),
    value:
      joined(', ', ...objects(resource['reasonCode']).map(conceptText)) ??
      references.words(resource['serviceProvider'], resource) ??
      '',
    section: 'documents',
    date: dateOf(resource['period']),
    status: text(resource['status']),
    codes: codings(resource['type']),
  };
}

function appointment(resource: Json, _source: Source, references: References): Found {
  return {
    kind: 'appointment',
    title:
      text(resource['description']) ?? conceptText(resource['serviceType']) ?? conceptText(resource['appointmentType']),
    value:
      joined(', ', ...objects(resource['participant']).map((one) => references.words(one['actor'], resource))) ?? '',
    section: 'appointments',
    date: dateOf(resource['start']),
    status: text(resource['status']),
    codes: codings(resource['serviceType']),
    details: [
      ['Ends', text(resource['end'])],
      ['Reason', joined(', ', ...objects(resource['reasonCode']).map(conceptText))],
    ],
  };
}

function device(resource: Json, _source: Source, references: References): Found {
  return {
    kind: 'device',
    title:
      conceptText(resource['type']) ??
      references.words(resource['device'], resource) ??
      text(objects(resource['deviceName'])[0]?.['name']),
    value: joined(', ', text(resource['manufacturer']), text(resource['modelNumber'])) ?? '',
    section: 'procedures',
    date: dateOf(
      resource['manufactureDate'] ?? resource['timingDateTime'] ?? resource['timingPeriod'] ?? resource['recordedOn'],
    ),
    status: text(resource['status']),
    codes: codings(resource['type']),
  };
}

function familyHistory(resource: Json): Found {
  return {
    kind: 'family-history',
    title: conceptText(resource['relationship']),
    value: joined(', ', ...objects(resource['condition']).map((one) => conceptText(one['code']))) ?? '',
    section: 'genetics',
    date: dateOf(resource['date']),
    status: text(resource['status']),
  };
}

function plan(resource: Json): Found {
  return {
    kind: 'plan',
    title:
      text(resource['title']) ??
      conceptText(resource['description']) ??
      conceptText(resource['code']) ??
      conceptText(resource['category']),
    value: text(resource['description']) ?? '',
    section: 'documents',
    date: dateOf(resource['period'] ?? resource['created'] ?? resource['startDate'] ?? resource['authoredOn']),
    status: text(resource['status'] ?? resource['lifecycleStatus']),
    codes: codings(resource['code']),
  };
}

function goal(resource: Json): Found {
  const targets = objects(resource['target']);
  // One goal is one line of a chart: of several measures the first with numbers.
  const chosen = targets.find((one) => targetRange(one) !== null);
  const target = chosen === undefined ? null : targetRange(chosen);
  return {
    ...plan(resource),
    date: dateOf(resource['startDate'] ?? resource['statusDate']),
    status: text(resource['lifecycleStatus']),
    ...(chosen === undefined || target === null ? {} : { codes: codings(chosen['measure']), target }),
  };
}

/** What a Goal's target lies between; a quantity without a comparator is one to be reached. */
function targetRange(target: Json): ReferenceRange | null {
  const amount = quantity(target['detailQuantity']);
  if (amount !== null) {
    const { value, unit, comparator } = amount;
    const low = comparator?.startsWith('<') ? null : value;
    const high = comparator?.startsWith('>') ? null : value;
    return { low, high, unit, text: null };
  }
  return referenceRange(target['detailRange']);
}

function patient(resource: Json): Found {
  return {
    kind: 'patient',
    title: personName(resource['name']),
    value: joined(', ', text(resource['birthDate']), text(resource['gender'])) ?? '',
    section: 'documents',
  };
}
