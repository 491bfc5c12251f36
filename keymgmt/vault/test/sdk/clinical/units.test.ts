import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { analyteOf } from '../../../src/sdk/clinical/analytes.ts';
import { convert, scaleOf, type Scale } from '../../../src/sdk/clinical/units.ts';

/** A value in another unit; `loinc` is empty where the substance does not matter. */
function inUnit(value: number, from: string, to: string, loinc = ''): number {
  return convert(value, known(from, loinc), known(to, loinc));
}

function known(unit: string, loinc: string): Scale {
  const scale = scaleOf(unit, analyteOf(loinc));
  assert.ok(scale !== null, `${unit} has no scale`);
  return scale;
}

test('units that differ by definition convert exactly', () => {
  assert.equal(inUnit(1, '[lb_av]', 'kg'), 0.45359237);
  assert.equal(inUnit(16, '[oz_av]', '[lb_av]'), 1);
  assert.equal(inUnit(1, '[in_i]', 'cm'), 2.54);
  assert.equal(inUnit(1, '[ft_i]', '[in_i]'), 12);
  assert.equal(inUnit(98.6, '[degF]', 'Cel'), 37);
  assert.equal(inUnit(-40, 'Cel', '[degF]'), -40);
  assert.equal(inUnit(310.15, 'K', 'Cel'), 37);
  assert.equal(inUnit(120, 'mm[Hg]', 'kPa'), 15.99864);
  assert.equal(inUnit(1, 'ukat/L', 'U/L'), 60);
  assert.equal(inUnit(250, '10*3/uL', '10*9/L'), 250);
  assert.equal(inUnit(4.7, '10*6/uL', '10*12/L'), 4.7);
  assert.equal(inUnit(2.5, 'u[IU]/mL', 'm[IU]/L'), 2.5);
  assert.equal(inUnit(0.42, 'L/L', '%'), 42);
});

// Factors to SI units as laboratories use them (AMA Manual of Style, 11th edition, table 17.5-1), to their own precision.
const LABORATORY: readonly (readonly [loinc: string, from: string, to: string, factor: number])[] = [
  ['2345-7', 'mg/dL', 'mmol/L', 0.0555],
  ['2339-0', 'mg/dL', 'mmol/L', 0.0555],
  ['2093-3', 'mg/dL', 'mmol/L', 0.0259],
  ['2085-9', 'mg/dL', 'mmol/L', 0.0259],
  ['2571-8', 'mg/dL', 'mmol/L', 0.0113],
  ['2160-0', 'mg/dL', 'umol/L', 88.4],
  ['718-7', 'g/dL', 'mmol/L', 0.6206],
  ['718-7', 'g/dL', 'g/L', 10],
  ['3084-1', 'mg/dL', 'umol/L', 59.48],
  ['3091-6', 'mg/dL', 'mmol/L', 0.1665],
  ['1975-2', 'mg/dL', 'umol/L', 17.104],
  ['2498-4', 'ug/dL', 'umol/L', 0.179],
  ['2777-1', 'mg/dL', 'mmol/L', 0.323],
  ['1989-3', 'ng/mL', 'nmol/L', 2.496],
  ['2132-9', 'pg/mL', 'pmol/L', 0.7378],
  ['17861-6', 'mg/dL', 'mmol/L', 0.25],
  ['17861-6', 'meq/L', 'mmol/L', 0.5],
  ['19123-9', 'mg/dL', 'mmol/L', 0.4114],
  ['2951-2', 'meq/L', 'mmol/L', 1],
];

for (const [loinc, from, to, factor] of LABORATORY) {
  test(`a laboratory’s factor holds for ${loinc} from ${from} to ${to}`, () => {
    assert.ok(Math.abs(inUnit(1, from, to, loinc) / factor - 1) < 0.003, String(inUnit(1, from, to, loinc)));
  });
}

test('HbA1c follows the master equation, not a hundredth', () => {
  assert.equal(Number(inUnit(48, 'mmol/mol', '%', '59261-8').toFixed(1)), 6.5);
  assert.equal(Number(inUnit(7, '%', 'mmol/mol', '4548-4').toFixed(0)), 53);
  // Another substance's per cent is no HbA1c.
  assert.notEqual(scaleOf('%', null)?.dimension, known('mmol/mol', '4548-4').dimension);
});

test('mass and amount convert only for a substance that is named', () => {
  assert.throws(() => inUnit(5, 'mmol/L', 'mg/dL'), RangeError);
  assert.throws(() => inUnit(140, 'meq/L', 'mmol/L'), RangeError);
  assert.equal(scaleOf('{score}', null), null);
  assert.equal(scaleOf('tablets', null), null);
});

test('units are understood as they are printed', () => {
  assert.equal(inUnit(1, 'µmol/l', 'umol/L'), 1);
  assert.equal(inUnit(1, 'mg/dl', 'mg/dL'), 1);
  assert.equal(inUnit(1, 'lbs', '[lb_av]'), 1);
  assert.equal(inUnit(98.6, '°F', '°C'), 37);
  assert.equal(inUnit(5, '10^9/L', '10*3/µL'), 5);
});

test('there and back is the same value', () => {
  const pairs: readonly (readonly [string, string, string])[] = [
    ['[lb_av]', 'kg', ''],
    ['[degF]', 'Cel', ''],
    ['mg/dL', 'mmol/L', '2345-7'],
    ['%', 'mmol/mol', '4548-4'],
    ['meq/L', 'mg/dL', '17861-6'],
  ];
  fc.assert(
    fc.property(fc.constantFrom(...pairs), fc.integer({ min: 1, max: 9_999 }), ([from, to, loinc], tenths) => {
      const value = tenths / 10;
      const back = inUnit(inUnit(value, from, to, loinc), to, from, loinc);
      assert.ok(Math.abs(back - value) < 1e-8, `${value} ${from} came back as ${back}`);
    }),
  );
});
