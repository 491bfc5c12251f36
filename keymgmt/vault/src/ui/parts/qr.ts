/** QR codes as SVG paths, drawn in the page: black on white in every scheme, because scanners expect that. */

import { svg, html, type TemplateResult } from 'lit-html';
import qrcode from 'qrcode-generator';

/** A QR code of `text`; `label` says what it holds. Error correction M: it survives a crease of the paper. */
export function qr(text: string, label: string): TemplateResult {
  const code = qrcode(0, 'M');
  code.addData(text);
  code.make();
  const count = code.getModuleCount();
  const side = count + 8;
  return html`<svg class="qr" viewBox="0 0 ${side} ${side}" role="img" aria-label=${label} shape-rendering="crispEdges">
    ${svg`<rect class="qr-paper" width=${side} height=${side} /><path class="qr-ink" d=${pathOf(code, count)} />`}
  </svg>`;
}

function pathOf(code: QRCode, count: number): string {
  const runs: string[] = [];
  for (let row = 0; row < count; row += 1) {
    for (let column = 0; column < count; column += 1) {
      if (code.isDark(row, column)) runs.push(`M${column + 4} ${row + 4}h1v1h-1z`);
    }
  }
  return runs.join('');
}
