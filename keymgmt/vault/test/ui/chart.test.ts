import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';

import { useLanguage } from '../../src/ui/i18n.ts';
import { chartWords, rangeText } from '../../src/ui/parts/chart.ts';
import type { ObservationSeries } from '../../src/sdk/clinical/model.ts';

afterEach(() => useLanguage('en'));

const source = { record: 'r', place: '', author: null, institution: null };
const SERIES: ObservationSeries = {
  key: '8867-4|beats/min',
  title: 'Resting heart rate',
  loinc: '8867-4',
  unit: 'beats/min',
  range: { low: 60, high: 100, unit: 'beats/min', text: null },
  target: { low: null, high: 70, unit: 'beats/min', text: null },
  points: [80, 72].map((value, index) => ({
    time: 1_795_000_000 + index * 864_000,
    value,
    original: null,
    interpretation: null,
    source,
  })),
};

test('a chart says in words what it draws: first, last, the usual range and the target', () => {
  assert.equal(
    chartWords(SERIES).replaceAll('\u00a0', ' '),
    'Line chart of Resting heart rate from 18 November 2026 to 28 November 2026: 2 results, from 80 beats per minute to ' +
      '72 beats per minute. The usual range is 60 to 100 beats per minute. The target is 70 beats per minute or lower.',
  );
});

test('in German the measured thing and its unit have German names', () => {
  useLanguage('de');
  assert.match(chartWords(SERIES), /Puls.*80\u00a0Schläge pro Minute/);
});

test('a target that is one value is that value', () => {
  assert.equal(rangeText({ low: 70, high: 70, unit: 'kg', text: null }), '70\u00a0kg');
});

test('a chart says how many of its values are converted, and from which unit', () => {
  const [first, last] = SERIES.points;
  const weight = {
    ...SERIES,
    unit: 'kg',
    range: null,
    target: null,
    points: [{ ...first!, value: 74.8, original: { value: 165, unit: 'lb' } }, last!],
  };
  assert.match(chartWords(weight), /1 value is converted from lb\.$/);
  useLanguage('de');
  assert.match(chartWords(weight), /1 Wert ist aus lb umgerechnet\.$/);
});
