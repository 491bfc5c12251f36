/**
 * FHIR's primitive types: what each accepts, as `fhir_core.types` of the Python client does.
 *
 * Python's models read some values leniently (`"true"` for true, `"12"` for 12). Those are accepted here too, because a
 * file that one client takes must not be refused by the other.
 */

/** Return undefined when the value is of the type, else why not. */
export type PrimitiveCheck = (value: unknown) => string | undefined;

const YEAR = '(?:[0-9](?:[0-9](?:[0-9][1-9]|[1-9]0)|[1-9]00)|[1-9]000)';
const MONTH = '(?:0[1-9]|1[0-2])';
const DAY = '(?:0[1-9]|[12][0-9]|3[01])';
const CLOCK = '(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\\.[0-9]+)?';
const ZONE = '(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))';
const DATE = new RegExp(`^${YEAR}(?:-${MONTH}(?:-${DAY})?)?$`);
const DATE_TIME = new RegExp(`^${YEAR}(?:-${MONTH}(?:-${DAY}(?:T${CLOCK}${ZONE})?)?)?$`);
const INSTANT = new RegExp(`^${YEAR}-${MONTH}-${DAY}T${CLOCK}${ZONE}$`);
const TIME = new RegExp(`^${CLOCK}$`);

const CODE = /^\P{White_Space}+(?:\p{White_Space}\P{White_Space}+)*$/u;
const VISIBLE = /[ \r\n\t]|\P{White_Space}/u;
const ID = /^[A-Za-z0-9\-.]{1,255}$/;
const OID = /^urn:oid:[0-2](?:\.(?:0|[1-9][0-9]*))+$/;
const UUID = /^(?:urn:uuid:)?\{?[0-9a-f]{8}-?[0-9a-f]{4}-?4[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}\}?$/i;
const DECIMAL = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;
const INTEGER = /^\s*[+-]?[0-9]+(?:_[0-9]+)*(?:\.0*)?\s*$/;
const TRUTHS: ReadonlySet<string> = new Set('0 off f false n no 1 on t true y yes'.split(' '));
const BASE64 = /[A-Za-z0-9+/]/;

const DAY_SECONDS = 86_400;
/** Above this a number of Python's dates is milliseconds (pydantic's rule). */
const MILLISECONDS = 2e10;

const NOT_TEXT = 'it must be text';

/** The check of every primitive type, by its FHIR name. */
export const PRIMITIVES: ReadonlyMap<string, PrimitiveCheck> = new Map<string, PrimitiveCheck>([
  ['boolean', (value) => (isTruth(value) ? undefined : 'it must be true or false')],
  ['string', text((value) => VISIBLE.test(value), 'it must not be empty')],
  ['code', text((value) => CODE.test(value), 'a code has no blanks at its ends and single ones inside')],
  ['id', text((value) => ID.test(value), 'an id is 1 to 255 of the characters A-Z a-z 0-9 - .')],
  ['oid', text((value) => OID.test(value), 'an OID is written urn:oid:1.2.3')],
  ['uuid', text((value) => UUID.test(value), 'it must be a random (version 4) UUID')],
  ['base64Binary', text(isBase64, 'it must be base64')],
  ...['uri', 'url', 'canonical', 'markdown', 'xhtml'].map((name) => [name, text(() => true, '')] as const),
  ['decimal', (value) => (isDecimal(value) ? undefined : 'it must be a decimal number')],
  ['integer', whole(-2_147_483_648)],
  ['unsignedInt', whole(0)],
  ['positiveInt', whole(1)],
  [
    'date',
    moment((value) => DATE.test(value) && isCalendarDay(value), 'a date is YYYY, YYYY-MM or YYYY-MM-DD', isDayNumber),
  ],
  [
    'dateTime',
    moment(
      (value) => DATE_TIME.test(value) && isCalendarDay(value),
      'a date with a time needs seconds and a time zone',
    ),
  ],
  [
    'instant',
    moment((value) => INSTANT.test(value) && isCalendarDay(value), 'an instant needs a date, a time and a time zone'),
  ],
  [
    'time',
    moment(
      (value) => TIME.test(value),
      'a time is HH:MM:SS',
      (value) => value >= 0 && value < DAY_SECONDS,
    ),
  ],
]);

function text(accepts: (value: string) => boolean, reason: string): PrimitiveCheck {
  return (value) => {
    if (typeof value !== 'string' || !value.isWellFormed()) return NOT_TEXT;
    return accepts(value) ? undefined : reason;
  };
}

function moment(
  accepts: (value: string) => boolean,
  reason: string,
  acceptsNumber: (value: number) => boolean = Number.isFinite,
): PrimitiveCheck {
  return (value) => {
    if (typeof value === 'number') return acceptsNumber(value) ? undefined : reason;
    if (typeof value !== 'string') return NOT_TEXT;
    return accepts(value) ? undefined : reason;
  };
}

function isTruth(value: unknown): boolean {
  if (typeof value === 'boolean') return true;
  return typeof value === 'string' ? TRUTHS.has(value.toLowerCase()) : value === 0 || value === 1;
}

function isDecimal(value: unknown): boolean {
  return typeof value === 'number' ? Number.isFinite(value) : typeof value === 'string' && DECIMAL.test(value);
}

function whole(least: number): PrimitiveCheck {
  return (value) => {
    const number = typeof value === 'boolean' ? Number(value) : typeof value === 'string' ? wholeOf(value) : value;
    if (typeof number !== 'number' || !Number.isInteger(number)) return 'it must be a whole number';
    if (number < least) return `it must be ${least} or more`;
    return number > 2_147_483_647 ? 'it must be 2147483647 or less' : undefined;
  };
}

function wholeOf(value: string): number | undefined {
  return INTEGER.test(value) ? Number(value.trim().replaceAll('_', '').replace(/\.0*$/, '')) : undefined;
}

function isDayNumber(value: number): boolean {
  const seconds = Math.abs(value) > MILLISECONDS ? value / 1000 : value;
  return Number.isFinite(seconds) && seconds % DAY_SECONDS === 0;
}

/** Whether the day exists in its month; true when only a year or month is given. */
function isCalendarDay(value: string): boolean {
  if (value.length < 10) return true;
  const [year, month, day] = [0, 5, 8].map((at, index) => Number(value.slice(at, at + (index === 0 ? 4 : 2))));
  const date = new Date(0);
  date.setUTCFullYear(year!, month! - 1, day!);
  return date.getUTCDate() === day;
}

/** As Python's `b64decode`: other characters are skipped, padding ends the value, and the last group is whole. */
function isBase64(value: string): boolean {
  let position = 0;
  let padding = 0;
  for (const character of value) {
    if (character === '=') {
      if (position >= 2 && position + ++padding >= 4) return true;
    } else if (BASE64.test(character)) {
      padding = 0;
      position = (position + 1) % 4;
    }
  }
  return position === 0;
}
