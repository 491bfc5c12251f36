/** The consent sheet beside a form: consequences, two buttons of one size, and exactly what is signed. */

import { html, nothing, type TemplateResult } from 'lit-html';

import type { Consent } from '../consent.ts';
import { t } from '../i18n.ts';
import { icon } from '../icons.ts';

/** What a sheet does. */
export interface SheetActs {
  readonly title: string;
  readonly no: string;
  readonly busy: boolean;
  readonly hint?: string;
  readonly refuse: () => void;
}

/** The sheet; the first button submits the form around it. It says its changes politely to screen readers. */
export function consentSheet(consent: Consent, acts: SheetActs): TemplateResult {
  return html`<section class="sheet" aria-labelledby="consent-title">
    <h2 id="consent-title">${acts.title}</h2>
    <ul class="plain" aria-live="polite">
      ${consent.consequences.map(
        ({ sign, pieces }) =>
          html`<li>
            ${icon(sign)}<span
              >${pieces.map((piece) => (typeof piece === 'string' ? piece : html`<b>${piece.strong}</b>`))}</span
            >
          </li>`,
      )}
    </ul>
    <button class="btn" type="submit" aria-disabled=${acts.busy ? 'true' : 'false'}>${consent.act}</button>
    <button class="btn second" type="button" @click=${acts.refuse}>${acts.no}</button>
    ${acts.hint ? html`<p class="hint gap-top">${acts.hint}</p>` : nothing}
    <details class="small">
      <summary>${t('Exactly what you sign')}</summary>
      <div>
        <dl class="sum tight">
          ${consent.signed.map(
            ([name, value]) =>
              html`<div>
                <dt>${name}</dt>
                <dd class="mono">${value}</dd>
              </div>`,
          )}
        </dl>
      </div>
    </details>
  </section>`;
}

/** A sheet with plain consequences, for acts that are not grants. */
export function plainSheet(
  title: string,
  consequences: Consent['consequences'],
  act: string,
  acts: Omit<SheetActs, 'title'>,
): TemplateResult {
  return html`<section class="sheet" aria-labelledby="consent-title">
    <h2 id="consent-title">${title}</h2>
    <ul class="plain">
      ${consequences.map(
        ({ sign, pieces }) =>
          html`<li>
            ${icon(sign)}<span
              >${pieces.map((piece) => (typeof piece === 'string' ? piece : html`<b>${piece.strong}</b>`))}</span
            >
          </li>`,
      )}
    </ul>
    <button class="btn" type="submit" aria-disabled=${acts.busy ? 'true' : 'false'}>${act}</button>
    <button class="btn second" type="button" @click=${acts.refuse}>${acts.no}</button>
    ${acts.hint ? html`<p class="hint gap-top">${acts.hint}</p>` : nothing}
  </section>`;
}
