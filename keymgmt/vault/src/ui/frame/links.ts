/** Links out of a frame: they open the vault's own page, or a page of the portal, in the top window. */

import { html, type TemplateResult } from 'lit-html';

import { hashFor } from '../router.ts';

/** Address of a route of the vault's top-level page. */
export function topAddress(path: readonly string[], query: Readonly<Record<string, string>> = {}): string {
  return `/${hashFor(path, query)}`;
}

/** A link to a route of the vault's top-level page. */
export function topLink(
  path: readonly string[],
  words: unknown,
  query: Readonly<Record<string, string>> = {},
  look = '',
): TemplateResult {
  return html`<a class=${look} target="_top" href=${topAddress(path, query)}>${words}</a>`;
}

/** A link to a page of the portal. */
export function portalLink(platform: string, path: string, words: unknown): TemplateResult {
  return html`<a target="_top" href="${platform}${path}">${words}</a>`;
}
