/** Icons of the sprite in static/*.html. Hidden from assistive technology unless they carry a name. */

import { html, svg, type TemplateResult } from 'lit-html';

const DRAWINGS = {
  add: svg`<path d="M12 5v14M5 12h14"/>`,
  anchored: svg`<circle cx="12" cy="12" r="8.5"/><path d="M12 12v.01" stroke-width="6"/>`,
  back: svg`<path d="M15 5l-7 7 7 7"/>`,
  clock: svg`<circle cx="12" cy="12" r="8.5"/><path d="M12 7v5.2l3.2 2"/>`,
  diamond: svg`<path d="M12 2l10 10-10 10L2 12z"/>`,
  eye: svg`<path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z"/><circle cx="12" cy="12" r="2.8"/>`,
  final: svg`<circle cx="12" cy="12" r="8.5"/><path d="M8 12.3l2.8 2.8 5-5.6"/>`,
  key: svg`<circle cx="8" cy="15.5" r="4.5"/><path d="M11.4 12.2L20 3.5M16 7.5l3 3"/>`,
  lock: svg`<rect x="5" y="11" width="14" height="9" rx="2"/><path d="M8 11V8a4 4 0 0 1 8 0v3"/>`,
  no: svg`<path d="M6 6l12 12M18 6L6 18"/>`,
  print: svg`<path d="M7 9V3.5h10V9M7 17H4.5a1 1 0 0 1-1-1v-6a1 1 0 0 1 1-1h15a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1H17"/><rect x="7" y="14" width="10" height="6.5"/>`,
  received: svg`<circle cx="12" cy="12" r="8.5" stroke-dasharray="3 3.6"/>`,
  share: svg`<path d="M4 12v7a1 1 0 0 0 1 1h14a1 1 0 0 0 1-1v-7M12 15V4M8 7.5L12 3.5l4 4"/>`,
  stop: svg`<circle cx="12" cy="12" r="8.5"/><path d="M6 6l12 12"/>`,
  verified: svg`<path d="M12 2.5l7.5 3v6c0 4.6-3.1 8.2-7.5 10-4.4-1.8-7.5-5.4-7.5-10v-6z"/><path d="M8.3 12l2.7 2.7 4.8-5"/>`,
  warn: svg`<path d="M12 3.5l9.5 16.5h-19z"/><path d="M12 10v4.5M12 17.2v.01"/>`,
  yes: svg`<path d="M5 12.5l4.5 4.5L19 7.5"/>`,
} as const;

/** An icon's name. */
export type IconName = keyof typeof DRAWINGS;

/** An icon beside words that say the same. */
export function icon(name: IconName): TemplateResult {
  return html`<svg class="i" viewBox="0 0 24 24" aria-hidden="true">${DRAWINGS[name]}</svg>`;
}

/** An icon that stands for words. */
export function namedIcon(name: IconName, label: string): TemplateResult {
  return html`<svg class="i" viewBox="0 0 24 24" role="img" aria-label=${label}>${DRAWINGS[name]}</svg>`;
}

/** The mark and word of medixain. */
export function logo(): TemplateResult {
  return html`<svg viewBox="0 0 160 32" role="img" aria-label="medixain">
    <rect class="tile" width="32" height="32" rx="8" />
    <g class="fig" fill="none" stroke-width="2.7" stroke-linecap="round">
      <path d="M9.4 13.2C17.4 15.2 17.4 23.4 9.4 25.6" />
      <path d="M22.6 13.2C14.6 15.2 14.6 23.4 22.6 25.6" />
    </g>
    <circle class="head" cx="16" cy="9.2" r="2.7" />
    <g class="word" fill="none" stroke-width="2.5" stroke-linecap="round" stroke-linejoin="round">
      <path d="M44 24.7V12.3M44 16.6A4.1 4.3 0 0 1 52.2 16.6V24.7M52.2 16.6A4.1 4.3 0 0 1 60.4 16.6V24.7" />
      <path d="M66.4 18.5H78.8A6.2 6.2 0 1 0 77 22.9" />
      <circle cx="90.4" cy="18.5" r="6.2" />
      <path d="M96.6 6.4V24.7M103.4 12.3V24.7" />
      <circle cx="130.6" cy="18.5" r="6.2" />
      <path d="M136.8 12.3V24.7M143.6 12.3V24.7M150.4 24.7V12.3M150.4 17A4.1 4.7 0 0 1 158.6 17V24.7" />
    </g>
    <g class="x" fill="none" stroke-width="2.5" stroke-linecap="round">
      <path d="M108.6 12.3C115.6 14.4 115.6 22.6 108.6 24.7M119.4 12.3C112.4 14.4 112.4 22.6 119.4 24.7" />
    </g>
    <g class="dot">
      <circle cx="103.4" cy="7.6" r="1.7" />
      <circle cx="143.6" cy="7.6" r="1.7" />
    </g>
  </svg>`;
}
