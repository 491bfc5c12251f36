/**
 * Conversion between the UCUM units that people's results come in (UCUM 2.2, tables 1 to 5).
 *
 * A unit's scale is a rational factor to its dimension's base, and for temperatures and HbA1c a zero; so a conversion is
 * exact but for one rounding. What is not in the table has no scale: its values stay as they came. Factors between mass and
 * amount belong to a substance ([analytes](./analytes.ts)) and exist only for those named there.
 */

import type { Analyte } from './analytes.ts';

/** `base = (value - zero) * numerator / denominator`; values of one dimension convert into each other. */
export interface Scale {
  readonly dimension: string;
  readonly numerator: number;
  readonly denominator: number;
  readonly zero: number;
}

type Row = readonly [unit: string, numerator: number, denominator?: number, zero?: number];

const TABLE: Readonly<Record<string, readonly Row[]>> = {
  // The international pound is 0.45359237 kg, sixteen ounces are one.
  'mass in g': [
    ['kg', 1000],
    ['g', 1],
    ['mg', 1, 1000],
    ['[lb_av]', 45_359_237, 100_000],
    ['[oz_av]', 45_359_237, 1_600_000],
  ],
  // The international inch is 25.4 mm, twelve are one foot.
  'length in m': [
    ['m', 1],
    ['cm', 1, 100],
    ['mm', 1, 1000],
    ['[in_i]', 254, 10_000],
    ['[ft_i]', 3048, 10_000],
  ],
  'temperature in Cel': [
    ['Cel', 1],
    ['[degF]', 5, 9, 32],
    ['K', 1, 1, 273.15],
  ],
  // UCUM's metre of mercury is 133.3220 kPa.
  'pressure in Pa': [
    ['Pa', 1],
    ['hPa', 100],
    ['kPa', 1000],
    ['mm[Hg]', 1_333_220, 10_000],
  ],
  'volume in L': [
    ['L', 1],
    ['dL', 1, 10],
    ['mL', 1, 1000],
  ],
  'mass concentration in g/L': [
    ['g/L', 1],
    ['g/dL', 10],
    ['mg/mL', 1],
    ['mg/dL', 1, 100],
    ['mg/L', 1, 1000],
    ['ug/mL', 1, 1000],
    ['ug/dL', 1, 100_000],
    ['ug/L', 1, 1_000_000],
    ['ng/mL', 1, 1_000_000],
    ['ng/dL', 1, 100_000_000],
    ['ng/L', 1, 1_000_000_000],
    ['pg/mL', 1, 1_000_000_000],
  ],
  'amount concentration in mmol/L': [
    ['mol/L', 1000],
    ['mmol/L', 1],
    ['umol/L', 1, 1000],
    ['nmol/L', 1, 1_000_000],
    ['pmol/L', 1, 1_000_000_000],
  ],
  'equivalents in meq/L': [
    ['eq/L', 1000],
    ['meq/L', 1],
  ],
  // One unit of an enzyme turns 1 umol over in a minute, one katal 1 mol in a second.
  'catalytic concentration in U/L': [
    ['U/L', 1],
    ['kU/L', 1000],
    ['U/mL', 1000],
    ['ukat/L', 60],
    ['nkat/L', 60, 1000],
  ],
  'arbitrary concentration in [IU]/L': [
    ['[IU]/L', 1],
    ['[IU]/mL', 1000],
    ['k[IU]/L', 1000],
    ['m[IU]/L', 1, 1000],
    ['m[IU]/mL', 1],
    ['u[IU]/mL', 1, 1000],
  ],
  'number concentration in 10*9/L': [
    ['10*9/L', 1],
    ['10*3/uL', 1],
    ['/nL', 1],
    ['/uL', 1, 1000],
    ['10*6/uL', 1000],
    ['10*12/L', 1000],
    ['/pL', 1000],
  ],
  'fraction in %': [
    ['%', 1],
    ['L/L', 100],
  ],
  'HbA1c in mmol/mol': [['mmol/mol', 1]],
};

/** What sources write in a unit's text where they give no code, or beside it. */
const SPELLINGS: ReadonlyMap<string, string> = new Map([
  ['lb', '[lb_av]'],
  ['lbs', '[lb_av]'],
  ['oz', '[oz_av]'],
  ['in', '[in_i]'],
  ['inch', '[in_i]'],
  ['inches', '[in_i]'],
  ['ft', '[ft_i]'],
  ['°C', 'Cel'],
  ['°F', '[degF]'],
  ['mmHg', 'mm[Hg]'],
  ['mEq/L', 'meq/L'],
  ['10^9/L', '10*9/L'],
  ['10^3/uL', '10*3/uL'],
  ['10^12/L', '10*12/L'],
  ['10^6/uL', '10*6/uL'],
  ['IU/L', '[IU]/L'],
  ['IU/mL', '[IU]/mL'],
  ['mIU/L', 'm[IU]/L'],
  ['mIU/mL', 'm[IU]/mL'],
  ['uIU/mL', 'u[IU]/mL'],
]);

const SCALES: ReadonlyMap<string, Scale> = new Map(
  Object.entries(TABLE).flatMap(([dimension, rows]) =>
    rows.map(([unit, numerator, denominator = 1, zero = 0]): [string, Scale] => [
      unit,
      { dimension, numerator, denominator, zero },
    ]),
  ),
);

/** NGSP's per cent by the IFCC's master equation, NGSP = 0.09148 IFCC + 2.152 (Hoelzel et al., Clin Chem 2004;50:166). */
const NGSP: Scale = { dimension: 'HbA1c in mmol/mol', numerator: 100_000, denominator: 9_148, zero: 2.152 };

/** The scale of a unit (a UCUM code, or a text that says one) of a substance, null where none is known. */
export function scaleOf(unit: string, analyte: Analyte | null): Scale | null {
  const code = ucumOf(unit);
  if (code === '%' && analyte?.ngsp === true) return NGSP;
  const scale = SCALES.get(code);
  if (scale === undefined) return null;
  return analyte === null ? scale : asMass(asAmount(scale, analyte), analyte);
}

/** The same of a quantity by its UCUM code and its text; null also where the two say different things. */
export function scaleOfBoth(ucum: string | null, text: string, analyte: Analyte | null): Scale | null {
  const said = scaleOf(text, analyte);
  const coded = ucum === null ? null : scaleOf(ucum, analyte);
  if (said === null || coded === null) return coded ?? said;
  return said.dimension === coded.dimension && sameScale(said, coded) ? coded : null;
}

/** Return `value` in another unit, to twelve digits, so that 98.6 °F are 37 °C and not a little less. */
export function convert(value: number, from: Scale, to: Scale): number {
  if (from.dimension !== to.dimension) throw new RangeError(`${from.dimension} is not ${to.dimension}.`);
  const converted =
    ((value - from.zero) * from.numerator * to.denominator) / (from.denominator * to.numerator) + to.zero;
  return Number(converted.toPrecision(12));
}

/** Whether a number means the same on both scales. */
export function sameScale(one: Scale, other: Scale): boolean {
  return one.numerator * other.denominator === other.numerator * one.denominator && one.zero === other.zero;
}

/** One micro sign, one spelling of the litre, and UCUM's code for what has another name in print. */
function ucumOf(unit: string): string {
  const plain = unit.replace(/[µμ]/g, 'u').replace(/(^|\/)([munpd]?)l$/, '$1$2L');
  return SPELLINGS.get(plain) ?? plain;
}

/** Equivalents of an ion as its moles. */
function asAmount(scale: Scale, { charge }: Analyte): Scale {
  if (charge === null || scale.dimension !== 'equivalents in meq/L') return scale;
  return { ...scale, dimension: 'amount concentration in mmol/L', denominator: scale.denominator * charge };
}

/** Moles of a substance as its mass. */
function asMass(scale: Scale, { molarMass }: Analyte): Scale {
  if (molarMass === null || scale.dimension !== 'amount concentration in mmol/L') return scale;
  return {
    dimension: 'mass concentration in g/L',
    numerator: scale.numerator * molarMass,
    denominator: scale.denominator * 1_000_000,
    zero: 0,
  };
}
