/** The identity layer's fields (promise C7): type, check, FHIR R4 path, section; one table for pages, SDK and vault. */

import { InvalidIdentity } from './errors.ts';
import { sectionOf, type Writer } from './layers.ts';
import { nhsCheck, ninoCheck } from './national.ts';

/** Returns what is wrong with a value, as the end of "field: …", or undefined. */
export type Check = (value: string) => string | undefined;

/** One field. `many` fields hold a list of values; who may write is the section's. */
export interface IdentityField {
  readonly name: string;
  readonly section: string;
  readonly title: string;
  readonly fhir: string;
  readonly check: Check;
  readonly required: boolean;
  readonly many: boolean;
}

const LAYER = 'identity';
const EARLIEST_YEAR = 1850;

function pattern(form: RegExp, hint: string): Check {
  return (value) => (form.test(value) ? undefined : hint);
}

// Python's `str.isprintable`: no control, format, unassigned or separating character but the space.
const PRINTABLE = /^(?: |[^\p{C}\p{Z}])*$/u;

function text(limit: number): Check {
  return (value) => {
    // Characters are code points, as Python counts them.
    if (value.trim() === '' || [...value].length > limit) return `give 1 to ${limit} characters`;
    return PRINTABLE.test(value) ? undefined : 'remove line breaks and control characters';
  };
}

function date(value: string): string | undefined {
  const day = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(value) ? new Date(`${value}T00:00:00Z`) : undefined;
  // JavaScript takes 30 February for 2 March.
  const exists = day !== undefined && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(value);
  if (!exists) return 'give a date as YYYY-MM-DD';
  return day.getUTCFullYear() >= EARLIEST_YEAR ? undefined : 'give a date as YYYY-MM-DD, from 1850 on';
}

function plain(value: string): string {
  return value.replace(/[\s-]/g, '').toUpperCase();
}

function nhsNumber(value: string): string | undefined {
  const number = plain(value);
  const fits = /^[0-9]{10}$/.test(number) && nhsCheck(number);
  return fits ? undefined : 'check the ten digits of the NHS number';
}

function nationalInsurance(value: string): string | undefined {
  const number = plain(value);
  const fits = /^[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][0-9]{6}[A-D]$/.test(number) && ninoCheck(number);
  return fits ? undefined : 'give two letters, six digits and a letter A to D, as in QQ 12 34 56 C';
}

function iban(value: string): string | undefined {
  const number = plain(value);
  if (!/^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$/.test(number)) return 'give the IBAN with its country letters';
  // ISO 13616: the first four characters go to the end, letters count as 10 to 35, the remainder by 97 is 1.
  const moved = number.slice(4) + number.slice(0, 4);
  const digits = [...moved].map((character) => Number.parseInt(character, 36)).join('');
  return BigInt(digits) % 97n === 1n ? undefined : 'check the IBAN for a typing error';
}

const NAME = "Patient.name.where(use='official')";
const HOME = "Patient.address.where(use='home')";
const RELATED = 'RelatedPerson';
const CONTACT = "Patient.contact.where(relationship.coding.code='C')";
const BIRTH_PLACE = "Patient.extension('http://hl7.org/fhir/StructureDefinition/patient-birthPlace').valueAddress.text";
const ROLE_SYSTEM = 'http://terminology.hl7.org/CodeSystem/v3-RoleCode';
const ROLES = /^(?:MTH|FTH|PRN|CHILD|SONC|DAUC|SIB|BRO|SIS|SPS|DOMPART|GRPRN|GRNDCHILD|GUARD|EXT|FAMMEMB)$/;
const COUNTRY = pattern(/^[A-Z]{2}$/, 'give the two capital letters of ISO 3166-1');
const PHONE = pattern(/^\+[1-9][0-9]{6,14}$/, 'give the number in international form, as in +441632960123');
const EMAIL = pattern(/^[^\s@]{1,64}@[^\s@]+\.[^\s@]{2,}$/, 'give an address as in name@example.org');

function identifier(system: string): string {
  return `Patient.identifier.where(system='${system}').value`;
}

function account(system: string): string {
  return `Account.identifier.where(system='${system}').value`;
}

interface Options {
  readonly required?: true;
  readonly many?: true;
}

/** Makes the fields of one section. */
function of(section: string) {
  return (name: string, title: string, fhir: string, check: Check, options: Options = {}): IdentityField => ({
    name,
    section,
    title,
    fhir,
    check,
    required: options.required ?? false,
    many: options.many ?? false,
  });
}

const REQUIRED = { required: true } as const;
const ONE_OR_MORE = { required: true, many: true } as const;
const [name, contact, national, birth] = ['name', 'contact', 'national', 'birth'].map(of) as [Make, Make, Make, Make];
const [family, bank, inEmergency] = ['family', 'bank', 'contacts-emergency'].map(of) as [Make, Make, Make];
type Make = ReturnType<typeof of>;

/** Every field of the identity layer. A record of `family` or `contacts-emergency` describes one person. */
export const FIELDS: readonly IdentityField[] = [
  name('family', 'Family name', `${NAME}.family`, text(100), REQUIRED),
  name('given', 'Given names', `${NAME}.given`, text(100), ONE_OR_MORE),
  name('prefix', 'Title', `${NAME}.prefix`, text(40)),
  name('name_at_birth', 'Name at birth', "Patient.name.where(use='maiden').text", text(200)),
  contact('address_line', 'Address', `${HOME}.line`, text(200), ONE_OR_MORE),
  contact('city', 'Town or city', `${HOME}.city`, text(100), REQUIRED),
  contact('postal_code', 'Postcode', `${HOME}.postalCode`, text(20), REQUIRED),
  contact('country', 'Country', `${HOME}.country`, COUNTRY, REQUIRED),
  contact('telephone', 'Telephone', "Patient.telecom.where(system='phone').value", PHONE),
  contact('email', 'Email', "Patient.telecom.where(system='email').value", EMAIL),
  national(
    'national_insurance_number',
    'National insurance number',
    identifier('urn:medixain:gb-national-insurance'),
    nationalInsurance,
  ),
  national('nhs_number', 'NHS number', identifier('https://fhir.nhs.uk/Id/nhs-number'), nhsNumber),
  birth('date_of_birth', 'Date of birth', 'Patient.birthDate', date, REQUIRED),
  birth('place_of_birth', 'Place of birth', BIRTH_PLACE, text(200)),
  birth(
    'registered_sex',
    'Registered sex',
    'Patient.gender',
    pattern(/^(?:male|female|other|unknown)$/, 'give male, female, other or unknown'),
  ),
  birth(
    'birth_certificate_number',
    'Number of the birth certificate',
    identifier('urn:medixain:birth-certificate'),
    pattern(/^[A-Za-z0-9/ -]{1,40}$/, 'give the number on the certificate'),
  ),
  birth('registration_district', 'Registered in', 'Patient.identifier.assigner.display', text(100)),
  family('relative_name', 'Name', `${RELATED}.name.text`, text(200), REQUIRED),
  family(
    'relationship',
    'Relationship',
    `${RELATED}.relationship.coding.where(system='${ROLE_SYSTEM}').code`,
    pattern(ROLES, 'give a role code of HL7 v3, as MTH or CHILD'),
    REQUIRED,
  ),
  family('relative_date_of_birth', 'Date of birth', `${RELATED}.birthDate`, date),
  bank('account_holder', 'Account holder', 'Account.name', text(200), REQUIRED),
  bank('iban', 'IBAN', account('urn:iso:std:iso:13616'), iban),
  bank(
    'bic',
    'BIC',
    account('urn:iso:std:iso:9362'),
    pattern(/^[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?$/, 'give 8 or 11 characters'),
  ),
  bank(
    'sort_code',
    'Sort code',
    account('urn:medixain:gb-sort-code'),
    pattern(/^[0-9]{2}-?[0-9]{2}-?[0-9]{2}$/, 'give six digits'),
  ),
  bank(
    'account_number',
    'Account number',
    account('urn:medixain:gb-account-number'),
    pattern(/^[0-9]{8}$/, 'give eight digits'),
  ),
  inEmergency('contact_name', 'Name', `${CONTACT}.name.text`, text(200), REQUIRED),
  inEmergency('contact_telephone', 'Telephone', `${CONTACT}.telecom.where(system='phone').value`, PHONE, REQUIRED),
];

/** Who may write the field. */
export function writersOf(field: IdentityField): ReadonlySet<Writer> {
  return sectionOf(LAYER, field.section).writers;
}

/** Return the fields of an identity section by name; throws `UnknownSection`. */
export function fieldsOf(section: string): ReadonlyMap<string, IdentityField> {
  sectionOf(LAYER, section);
  return new Map(FIELDS.filter((field) => field.section === section).map((field) => [field.name, field]));
}

/**
 * Return if `values` may be written to the section; throws {@link InvalidIdentity} naming every bad field.
 *
 * Values are text, or arrays of text for fields with `many`.
 */
export function validateIdentity(section: string, values: Readonly<Record<string, unknown>>): void {
  const known = fieldsOf(section);
  const wrong: [string, string][] = Object.keys(values)
    .filter((given) => !known.has(given))
    .map((given) => [given, 'there is no such field in this section']);
  for (const [given, field] of known) {
    const reason = wrongWith(field, Object.hasOwn(values, given) ? values[given] : undefined);
    if (reason !== undefined) wrong.push([given, reason]);
  }
  if (wrong.length > 0) throw new InvalidIdentity(Object.fromEntries(wrong));
}

function wrongWith(field: IdentityField, value: unknown): string | undefined {
  if (value === undefined || value === null) return field.required ? 'this field is required' : undefined;
  if (field.many && (!Array.isArray(value) || value.length === 0)) return 'give a list of values';
  const items: readonly unknown[] = field.many ? (value as readonly unknown[]) : [value];
  for (const item of items) {
    const reason = typeof item === 'string' ? field.check(item) : 'give text';
    if (reason !== undefined) return reason;
  }
  return undefined;
}
