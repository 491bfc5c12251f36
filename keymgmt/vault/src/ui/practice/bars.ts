/** A small bar chart of counts: bars start at zero; one over the limit differs in colour, number and word. */

import { html, nothing, svg, type TemplateResult } from 'lit-html';

const WIDTH = 300;
const HEIGHT = 150;
/** Of the axis' words, and of the numbers above the bars. */
const BELOW = 24;
const ABOVE = 16;
const BAR = 28;

/** One bar. */
export interface Bar {
  readonly count: number;
  /** Words below it. */
  readonly label: string;
  readonly over: boolean;
}

/** The chart; `said` is all of it in a sentence, `limit` the line that bars should stay under. */
export function barChart(bars: readonly Bar[], said: string, limit: number | null = null): TemplateResult {
  const step = WIDTH / bars.length;
  const most = Math.max(limit ?? 1, ...bars.map(({ count }) => count)) * 1.15;
  const height = (count: number) => (count / most) * (HEIGHT - BELOW - ABOVE);
  const base = HEIGHT - BELOW;
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label=${said}>
    ${bars.map(({ count, label, over }, index) => {
      const middle = index * step + step / 2;
      const top = base - height(count);
      return svg`<rect class=${over ? 'b2' : 'b1'} x=${middle - BAR / 2} y=${top} width=${BAR} height=${height(count)}></rect>
        ${count === 0 ? nothing : svg`<text class=${over ? 'al' : 'k'} x=${middle} y=${top - 4} text-anchor="middle">${count}</text>`}
        <text x=${middle} y=${HEIGHT - 6} text-anchor="middle">${label}</text>`;
    })}
    ${svg`<path class="ax" d="M0 ${base}H${WIDTH}"></path>`}
    ${limit === null ? nothing : svg`<path class="ref" d="M0 ${base - height(limit)}H${WIDTH}"></path>`}
  </svg>`;
}
