/** The header, navigation and footer around the vault's own pages: the portal's, with the vault's own two words. */

import { html, nothing, type TemplateResult } from 'lit-html';

import type { VaultStatus } from './api.ts';
import { LANGUAGES, language, t } from './i18n.ts';
import { icon, logo } from './icons.ts';
import type { Audience } from './parts/frame.ts';
import { offlineNotice } from './parts/offline.ts';
import type { Deployment } from './stage.ts';

/** A portal's name, its start page, and what its header offers (wallets/portals/navigation.py). */
interface Portal {
  readonly name: string;
  readonly home: string;
  /** Part of the navigation, address (of this document where it begins with `#`), title. */
  readonly parts: readonly (readonly [part: string, address: string, title: string])[];
}

/** What the shell needs to draw itself. */
export interface ShellState {
  readonly deployment: Deployment;
  readonly status: VaultStatus;
  /** Whose portal this page belongs to, and the part of its navigation that is current. */
  readonly audience: Audience;
  readonly nav: string | undefined;
  readonly lock: () => void;
  readonly speak: (language: string) => void;
}

/** The whole page: `content` stands in main. */
export function shell(state: ShellState, content: unknown): TemplateResult {
  const portal = state.audience === 'practice' ? practicePortal() : patientPortal();
  return html`
    <a class="skip" href="#main" @click=${skip}>${t('Skip to main content')}</a>
    <header class="bar">
      <div class="page bar-in">
        <a class="brand" href="${state.deployment.platform}${portal.home}">
          ${logo()}<span class="portal">${portal.name}</span>
        </a>
        <nav class="nav" aria-label=${t('Main')}>
          <ul>
            ${navigation(state, portal)}
          </ul>
        </nav>
        <div class="bar-end">
          ${
            state.status.state === 'unlocked'
              ? html`<button class="btn quiet" type="button" @click=${state.lock}>
                  ${icon('lock')} ${t('Lock now')}
                </button>`
              : nothing
          }
        </div>
        <details class="menu">
          <summary>${t('Menu')}</summary>
          <nav aria-label=${t('Main')}>
            <ul>
              ${navigation(state, portal)}
            </ul>
          </nav>
        </details>
      </div>
    </header>
    <main id="main" tabindex="-1"><div class="page">${offlineNotice()}${content}</div></main>
    <footer class="foot">
      <div class="page stack">
        <p>
          ${t('Your keys, and what they open, stay on this device. medixain’s servers hold records only as ciphertext.')}
        </p>
        <ul>
          <li><a href="${state.deployment.platform}/">${t('How medixain works')}</a></li>
          <li><a href="${state.deployment.platform}/institutions/">${t('Institutions')}</a></li>
          ${Object.entries(LANGUAGES)
            .filter(([code]) => code !== language())
            .map(
              ([code, name]) =>
                html`<li>
                  <button class="link" type="button" lang=${code} @click=${() => state.speak(code)}>${name}</button>
                </li>`,
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

function navigation({ deployment, nav }: ShellState, { parts }: Portal): TemplateResult[] {
  return parts.map(([part, address, title]) => {
    const target = address.startsWith('#') ? address : `${deployment.platform}${address}`;
    return html`<li><a href=${target} aria-current=${nav === part ? 'page' : nothing}>${title}</a></li>`;
  });
}

function patientPortal(): Portal {
  return {
    name: t('My wallet'),
    home: '/patient/',
    parts: [
      ['home', '/patient/', t('Home')],
      ['records', '/patient/records/', t('Records')],
      ['profile', '/patient/profile/', t('Health profile')],
      ['access', '/patient/access/', t('Who can see')],
      ['looks', '/patient/looks/', t('Who looked')],
      ['settings', '#/settings', t('Settings')],
    ],
  };
}

function practicePortal(): Portal {
  return {
    name: t('Practice'),
    home: '/practice/',
    parts: [
      ['today', '/practice/', t('Today')],
      ['patients', '/practice/patients/', t('Patients')],
      ['requests', '/practice/requests/', t('Requests')],
      ['colleagues', '/practice/colleagues/', t('Colleagues')],
    ],
  };
}

function skip(event: Event): void {
  event.preventDefault(); // The fragment is the route.
  document.getElementById('main')?.focus();
}
