/**
 * National numbers: normal form and check digits (promise G2).
 *
 * One scheme per country feeds the nullifier (docs/spec/oprf.md), because a person with two numbers would otherwise get
 * two wallets.
 */

import { BadNationalNumber } from './errors.ts';

/** A country's number: its name, an example for the error message, its form and its check. */
export interface Scheme {
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly name: string;
  readonly title: string;
  readonly example: string;
  readonly form: RegExp;
  readonly check: (number: string) => boolean;
}

/** NHS number: weights 10..2, 11 minus the sum modulo 11; 11 counts as 0 and 10 is never issued. */
export function nhsCheck(number: string): boolean {
  const total = digits(number.slice(0, 9)).reduce((sum, digit, index) => sum + digit * (10 - index), 0);
  return (11 - (total % 11)) % 11 === Number(number.charAt(9));
}

/** National insurance number: no check digit, but prefixes that are never issued (HMRC NIM39110). */
export function ninoCheck(number: string): boolean {
  return !['BG', 'GB', 'KN', 'NK', 'NT', 'TN', 'ZZ'].includes(number.slice(0, 2));
}

/** German Krankenversichertennummer: the letter as two digits, weights 1 and 2 by turns, digit sums, modulo 10. */
export function kvnrCheck(number: string): boolean {
  const letter = String(number.charCodeAt(0) - 'A'.charCodeAt(0) + 1).padStart(2, '0');
  const total = digits(letter + number.slice(1, 9))
    .map((digit, index) => digit * (1 + (index % 2)))
    .reduce((sum, product) => sum + Math.floor(product / 10) + (product % 10), 0);
  return total % 10 === Number(number.charAt(9));
}

/** French NIR: the key is 97 minus the first 13 digits modulo 97; Corsica's 2A and 2B count as 19 and 18. */
export function nirCheck(number: string): boolean {
  const body = number.slice(0, 13).replace('2A', '19').replace('2B', '18');
  return 97 - (Number(body) % 97) === Number(number.slice(13));
}

/**
 * US social security number: area, group and serial are never zero, the area never 666.
 *
 * Areas from 900 are not issued to persons; synthetic patients carry 999, which is let through for that reason.
 */
export function ssnCheck(number: string): boolean {
  return !['000', '666'].includes(number.slice(0, 3)) && number.slice(3, 5) !== '00' && number.slice(5) !== '0000';
}

/** The one scheme of each country, by ISO 3166-1 alpha-2 code. */
export const SCHEMES: ReadonlyMap<string, Scheme> = new Map(
  [
    scheme('GB', 'nhs', 'NHS number', '943 476 5919', /^[0-9]{10}$/, nhsCheck),
    scheme('DE', 'kvnr', 'Krankenversichertennummer', 'A123456780', /^[A-Z][0-9]{9}$/, kvnrCheck),
    scheme(
      'FR',
      'nir',
      'numéro de sécurité sociale',
      '2 55 08 14 168 025 38',
      /^[1-478][0-9]{4}(?:[0-9]{2}|2A|2B)[0-9]{8}$/,
      nirCheck,
    ),
    scheme('US', 'ssn', 'social security number', '219-09-9999', /^[0-9]{9}$/, ssnCheck),
  ].map((entry) => [entry.country, entry]),
);

/**
 * Return `number` without spaces, dots and hyphens, in capitals, checked; throws {@link BadNationalNumber}.
 *
 * The message never repeats the number.
 */
export function normalise(country: string, number: string): string {
  const found = SCHEMES.get(country);
  if (found === undefined) {
    const known = [...SCHEMES.keys()].sort().join(', ');
    throw new BadNationalNumber(`Choose one of the countries ${known}; ${JSON.stringify(country)} is none of them.`);
  }
  const plain = number.replace(/[\s.-]/g, '').toUpperCase();
  if (!found.form.test(plain) || !found.check(plain)) {
    throw new BadNationalNumber(`This is no ${found.title}; check it for a typing error (example: ${found.example}).`);
  }
  return plain;
}

function scheme(
  country: string,
  name: string,
  title: string,
  example: string,
  form: RegExp,
  check: (number: string) => boolean,
): Scheme {
  return { country, name, title, example, form, check };
}

function digits(text: string): number[] {
  return [...text].map(Number);
}
