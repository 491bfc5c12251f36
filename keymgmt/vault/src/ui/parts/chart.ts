/**
 * Charts of observations: one series, one axis, the reference range as a filled band, a target as dashed lines, the last
 * value in words above and every value in a table below, with what its source says where it had to be converted. uPlot draws on a canvas at the container's width, so text never scales.
 */

import { html, nothing, type TemplateResult } from 'lit-html';
import { ref } from 'lit-html/directives/ref.js';
import uPlot from 'uplot';

import { amount, listed, longDate, number } from '../format.ts';
import { measuredTitle, unitTitle } from '../coded.ts';
import { language, locale, t, tn } from '../i18n.ts';
import type { ObservationSeries, ReferenceRange, SeriesPoint } from '../../sdk/clinical/model.ts';

const HEIGHT = 240;
/** More results than this are a line alone: their points would cover it. */
const MOST_POINTS = 60;

/** Words for the author of a point, for the table's last column. */
export type Author = (point: SeriesPoint) => string;

/** All series, side by side where there is room. */
export function charts(series: readonly ObservationSeries[], author: Author): unknown {
  if (series.length === 0) return nothing;
  return html`<div class="charts">${series.map((one) => seriesChart(one, author))}</div>`;
}

/** A series with its last value, its chart (from two points on) and its table. */
export function seriesChart(series: ObservationSeries, author: Author): TemplateResult {
  const last = series.points.at(-1);
  const id = `series-${series.key.replace(/\W+/g, '-')}`;
  if (last === undefined) return html``;
  return html`<section class="series" aria-labelledby=${id}>
    <h2 id=${id}>${titleOf(series)}</h2>
    <p class="big">
      ${number(last.value)}
      <small>${t('{unit} on {date}', { unit: unitTitle(series.unit), date: longDate(last.time) })}</small>
    </p>
    <p>${rangeWords(last.value, series.range)} ${targetWords(last.value, series.target)}</p>
    ${
      series.points.length < 2
        ? nothing
        : html`<figure class="chart">
            <div
              class="plot"
              role="img"
              aria-label=${chartWords(series)}
              ${ref((element) => draw(element, series))}
            ></div>
            <figcaption>
              ${tn('{n} result.', '{n} results.', series.points.length)}
              ${hasEnds(series.range) ? t('Band: the usual range.') : nothing}
              ${series.target === null ? nothing : t('Dashed line: the target.')} ${convertedWords(series)}
              ${series.loinc === null ? nothing : t('Code: LOINC {code}.', { code: series.loinc })}
            </figcaption>
          </figure>`
    }
    <details>
      <summary>${t('Show as a table')}</summary>
      <div>${seriesTable(series, author)}</div>
    </details>
  </section>`;
}

/** The chart in one sentence, for those who do not see it. */
export function chartWords(series: ObservationSeries): string {
  const first = series.points[0];
  const last = series.points.at(-1);
  if (first === undefined || last === undefined) return titleOf(series);
  const line = t('Line chart of {title} from {from} to {to}: {n} results, from {first} to {last}.', {
    title: titleOf(series),
    from: longDate(first.time),
    to: longDate(last.time),
    n: series.points.length,
    first: amount(first.value, unitTitle(series.unit)),
    last: amount(last.value, unitTitle(series.unit)),
  });
  return [
    line,
    series.range === null ? '' : t('The usual range is {range}.', { range: rangeText(series.range) }),
    series.target === null ? '' : t('The target is {target}.', { target: rangeText(series.target) }),
    convertedWords(series),
  ]
    .filter(Boolean)
    .join(' ');
}

/** How many values came in another unit, and in which; empty when none did. */
function convertedWords({ points }: ObservationSeries): string {
  const units = points.flatMap(({ original }) => (original === null ? [] : [unitTitle(original.unit)]));
  if (units.length === 0) return '';
  return tn('{n} value is converted from {units}.', '{n} values are converted from {units}.', units.length, {
    units: listed([...new Set(units)]),
  });
}

function titleOf(series: ObservationSeries): string {
  return measuredTitle(series.loinc, series.title);
}

/** `20 to 42 mmol/mol`, `53 or lower`, or the source's own words. */
export function rangeText(range: ReferenceRange): string {
  const unit = range.unit === '' ? '' : `\u00a0${unitTitle(range.unit)}`;
  if (range.low !== null && range.low === range.high) return `${number(range.low)}${unit}`;
  if (range.low !== null && range.high !== null) {
    return t('{low} to {high}', { low: number(range.low), high: `${number(range.high)}${unit}` });
  }
  if (range.high !== null) return t('{high} or lower', { high: `${number(range.high)}${unit}` });
  if (range.low !== null) return t('{low} or higher', { low: `${number(range.low)}${unit}` });
  return range.text ?? '';
}

function rangeWords(value: number, range: ReferenceRange | null): string {
  if (range === null || (range.low === null && range.high === null)) return '';
  const text = rangeText(range);
  if (range.low !== null && value < range.low) return t('Below the usual range, {range}.', { range: text });
  if (range.high !== null && value > range.high) return t('Above the usual range, {range}.', { range: text });
  return t('In the usual range, {range}.', { range: text });
}

/** How the last value lies to the target, and what the target is. */
function targetWords(value: number, target: ReferenceRange | null): string {
  if (!hasEnds(target)) return '';
  const words = { target: rangeText(target) };
  return comparison(value, target) === 'in'
    ? t('The target, {target}, is met.', words)
    : t('The target is {target}.', words);
}

function hasEnds(range: ReferenceRange | null): range is ReferenceRange {
  return range !== null && (range.low !== null || range.high !== null);
}

function comparison(value: number, { low, high }: ReferenceRange): 'below' | 'in' | 'above' {
  if (low !== null && value < low) return 'below';
  return high !== null && value > high ? 'above' : 'in';
}

function seriesTable(series: ObservationSeries, author: Author): TemplateResult {
  return html`<table>
    <caption class="vh">
      ${t('{title}, every result', { title: titleOf(series) })}
    </caption>
    <thead>
      <tr>
        <th scope="col">${t('Date')}</th>
        <th scope="col" class="num">${unitTitle(series.unit) || t('Value')}</th>
        ${hasEnds(series.range) ? html`<th scope="col">${t('Usual range')}</th>` : nothing}
        <th scope="col">${t('From')}</th>
      </tr>
    </thead>
    <tbody>
      ${[...series.points].reverse().map(
        (point) =>
          html`<tr>
            <td>${longDate(point.time)}</td>
            <td class="num">${number(point.value)} ${originalWords(point)}</td>
            ${hasEnds(series.range) ? html`<td>${comparisonWords(point.value, series.range)}</td>` : nothing}
            <td>${author(point)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

/** What the source says, where the value beside it is converted. */
function originalWords({ original }: SeriesPoint): unknown {
  if (original === null) return nothing;
  const said = `${number(original.value, 20)}\u00a0${unitTitle(original.unit)}`;
  return html`<br /><small class="muted">${t('converted from {amount}', { amount: said })}</small>`;
}

function comparisonWords(value: number, range: ReferenceRange): string {
  switch (comparison(value, range)) {
    case 'below':
      return t('below');
    case 'above':
      return t('above');
    case 'in':
      return t('in it');
  }
}

// ---- drawing -------------------------------------------------------------------------------------------------------

/** The chart in an element, so that a second rendering of the page does not draw it twice. */
const drawn = new WeakMap<Element, { readonly series: ObservationSeries; readonly language: string }>();

function draw(element: Element | undefined, series: ObservationSeries): void {
  if (!(element instanceof HTMLElement)) return;
  const before = drawn.get(element);
  if (before?.series === series && before.language === language()) return;
  drawn.set(element, { series, language: language() });
  // The element has its width only once the page around it is in the document.
  requestAnimationFrame(() => mount(element, series));
}

function mount(element: HTMLElement, series: ObservationSeries): void {
  let plot: uPlot | null = null;
  const scheme = matchMedia('(prefers-color-scheme: dark)');
  const redraw = () => {
    plot?.destroy();
    plot = new uPlot(optionsFor(element, series), dataOf(series), element);
  };
  const resize = new ResizeObserver(() => {
    if (!element.isConnected) {
      resize.disconnect();
      scheme.removeEventListener('change', redraw);
      plot?.destroy();
    } else if (plot !== null && plot.width !== element.clientWidth && element.clientWidth > 0) {
      plot.setSize({ width: element.clientWidth, height: HEIGHT });
    }
  });
  element.replaceChildren();
  redraw();
  resize.observe(element);
  scheme.addEventListener('change', redraw);
}

function dataOf(series: ObservationSeries): uPlot.AlignedData {
  return [series.points.map((point) => point.time), series.points.map((point) => point.value)];
}

function optionsFor(element: HTMLElement, series: ObservationSeries): uPlot.Options {
  const token = tokens();
  const font = `14px ${getComputedStyle(element).fontFamily}`;
  const axis = {
    stroke: token('--muted'),
    font,
    grid: { stroke: token('--grid'), width: 1 },
    ticks: { stroke: token('--edge'), width: 1 },
  };
  return {
    width: Math.max(element.clientWidth, 200),
    height: HEIGHT,
    padding: [12, 16, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: true, range: (_, low, high) => padded(low, high, 0.04) },
      y: { range: () => valueRange(series) },
    },
    axes: [
      { ...axis, grid: { show: false }, values: (_, splits) => splits.map(axisDate(series)).map(unrepeated) },
      {
        ...axis,
        size: 56,
        values: (_, splits) => splits.map((split) => number(split)),
        label: unitTitle(series.unit),
        labelFont: font,
        labelSize: 22,
      },
    ],
    series: [
      {},
      {
        stroke: token('--c1'),
        width: 2.5,
        spanGaps: false,
        points: {
          show: series.points.length <= MOST_POINTS,
          size: 10,
          fill: token('--c1'),
          stroke: token('--paper'),
          width: 1.5,
        },
      },
    ],
    hooks: {
      drawClear: [(plot) => band(plot, series.range, token('--band'))],
      drawSeries: [(plot) => targetLines(plot, series.target, token('--c2'))],
    },
  };
}

/** Dates on the axis: years where the results span years, else days and months. */
function axisDate(series: ObservationSeries): (time: number) => string {
  const span = (series.points.at(-1)?.time ?? 0) - (series.points[0]?.time ?? 0);
  const years = span > 3 * 365 * 86_400;
  const options: Intl.DateTimeFormatOptions = years
    ? { year: 'numeric' }
    : span > 200 * 86_400
      ? { month: 'short', year: '2-digit' }
      : { day: 'numeric', month: 'short' };
  const format = new Intl.DateTimeFormat(locale(), options);
  return (time) => format.format(new Date(time * 1000));
}

/** A label that says the same as the one before it says nothing. */
function unrepeated(label: string, index: number, labels: readonly string[]): string {
  return label === labels[index - 1] ? '' : label;
}

function valueRange(series: ObservationSeries): [number, number] {
  const values = series.points.map((point) => point.value);
  const { range, target } = series;
  const ends = [range?.low, range?.high, target?.low, target?.high].filter(
    (end): end is number => typeof end === 'number',
  );
  return padded(Math.min(...values, ...ends), Math.max(...values, ...ends), 0.12);
}

function padded(low: number, high: number, share: number): [number, number] {
  const space = (high - low || Math.abs(high) || 1) * share;
  return [low - space, high + space];
}

function band(plot: uPlot, range: ReferenceRange | null, colour: string): void {
  if (range === null || (range.low === null && range.high === null)) return;
  const { left, top, width, height } = plot.bbox;
  const above = range.high === null ? top : Math.max(top, plot.valToPos(range.high, 'y', true));
  const below = range.low === null ? top + height : Math.min(top + height, plot.valToPos(range.low, 'y', true));
  plot.ctx.save();
  plot.ctx.fillStyle = colour;
  plot.ctx.fillRect(left, above, width, below - above);
  plot.ctx.restore();
}

function targetLines(plot: uPlot, target: ReferenceRange | null, colour: string): void {
  if (target === null) return;
  const { left, width } = plot.bbox;
  plot.ctx.save();
  plot.ctx.strokeStyle = colour;
  plot.ctx.lineWidth = 2 * devicePixelRatio;
  plot.ctx.setLineDash([6 * devicePixelRatio, 5 * devicePixelRatio]);
  for (const end of new Set([target.low, target.high])) {
    if (end === null) continue;
    const height = plot.valToPos(end, 'y', true);
    plot.ctx.beginPath();
    plot.ctx.moveTo(left, height);
    plot.ctx.lineTo(left + width, height);
    plot.ctx.stroke();
  }
  plot.ctx.restore();
}

function tokens(): (name: string) => string {
  const style = getComputedStyle(document.documentElement);
  return (name) => style.getPropertyValue(name).trim();
}
