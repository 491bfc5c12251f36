/** The header, navigation and footer around the vault's own pages: the portal's, with the vault's own two words. */

import { html, nothing, type TemplateResult } from 'lit-html';

import type { VaultStatus } from './api.ts';
import { LANGUAGES, language, t } from './i18n.ts';
import { icon, logo } from './icons.ts';
import type { Deployment } from './stage.ts';

/** Parts of the navigation that a route may name as its own. */
export type NavPart = 'home' | 'records' | 'share' | 'looks' | 'settings';

/** What the shell needs to draw itself. */
export interface ShellState {
  readonly deployment: Deployment;
  readonly status: VaultStatus;
  readonly nav: string | undefined;
  readonly lock: () => void;
  readonly speak: (language: string) => void;
}

/** The whole page: `content` stands in main. */
export function shell(state: ShellState, content: unknown): TemplateResult {
  return html`
    <a class="skip" href="#main" @click=${skip}>${t('Skip to main content')}</a>
    <header class="bar">
      <div class="page bar-in">
        <a class="brand" href="${state.deployment.platform}/patient/">
          ${logo()}<span class="portal">${t('My wallet')}</span>
        </a>
        <nav class="nav" aria-label=${t('Main')}><ul>${navigation(state)}</ul></nav>
        <div class="bar-end">
          ${state.status.state === 'unlocked'
            ? html`<button class="btn quiet" type="button" @click=${state.lock}>${icon('lock')} ${t('Lock now')}</button>`
            : nothing}
        </div>
        <details class="menu">
          <summary>${t('Menu')}</summary>
          <nav aria-label=${t('Main')}><ul>${navigation(state)}</ul></nav>
        </details>
      </div>
    </header>
    <main id="main" tabindex="-1"><div class="page">${content}</div></main>
    <footer class="foot">
      <div class="page stack">
        <p>${t('Your keys, and what they open, stay on this device. medixain’s servers hold records only as ciphertext.')}</p>
        <ul>
          <li><a href="${state.deployment.platform}/">${t('How medixain works')}</a></li>
          <li><a href="${state.deployment.platform}/institutions/">${t('Institutions')}</a></li>
          ${Object.entries(LANGUAGES)
            .filter(([code]) => code !== language())
            .map(
              ([code, name]) =>
                html`<li><button class="link" type="button" lang=${code} @click=${() => state.speak(code)}>${name}</button></li>`,
            )}
        </ul>
      </div>
    </footer>
  `;
}

/** A link that leads one step back. */
export function backLink(address: string, words: string): TemplateResult {
  return html`<a class="back" href=${address}>${icon('back')} ${words}</a>`;
}

/** A page's heading with what may stand beside it; the heading takes the focus when the route changes. */
export function pageHead(title: string, lede: unknown = nothing, actions: unknown = nothing): TemplateResult {
  return html`<div class="pagehead">
    <div>
      <h1 data-heading>${title}</h1>
      ${lede === nothing ? nothing : html`<p class="lede">${lede}</p>`}
    </div>
    ${actions === nothing ? nothing : html`<div class="btns">${actions}</div>`}
  </div>`;
}

function navigation(state: ShellState): TemplateResult[] {
  const home = `${state.deployment.platform}/patient/`;
  const parts: readonly (readonly [NavPart, string, string])[] = [
    ['home', home, t('Home')],
    ['records', `${home}records/`, t('Records')],
    ['share', '#/share', t('Share')],
    ['looks', `${home}looks/`, t('Who looked')],
    ['settings', '#/settings', t('Settings')],
  ];
  return parts.map(
    ([part, address, title]) =>
      html`<li><a href=${address} aria-current=${state.nav === part ? 'page' : nothing}>${title}</a></li>`,
  );
}

function skip(event: Event): void {
  event.preventDefault(); // The fragment is the route.
  document.getElementById('main')?.focus();
}
