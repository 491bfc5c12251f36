/** Marks: shape, word and colour together, never colour alone. */

import { html, nothing, type TemplateResult } from 'lit-html';

import { t, tn } from '../i18n.ts';
import { icon } from '../icons.ts';
import type { Reader } from '../events.ts';
import type { ProfileState } from '../../sdk/results.ts';

/** Received (dashed ring), anchored (dot), final (tick); a failed write is a tag. */
export function stateMark(state: string): TemplateResult {
  switch (state) {
    case 'received':
      return html`<span class="state received">${icon('received')} ${t('Received')}</span>`;
    case 'anchored':
      return html`<span class="state anchored">${icon('anchored')} ${t('Anchored')}</span>`;
    case 'final':
      return html`<span class="state final">${icon('final')} ${t('Final')}</span>`;
    default:
      return html`<span class="tag stop">${t('Not accepted')}</span>`;
  }
}

/** How many people can see a record, an eye beside the count. */
export function seenMark(readers: number): TemplateResult {
  if (readers === 0) return html`<span class="seen">${icon('lock')} ${t('Only you')}</span>`;
  return html`<span class="seen">${icon('eye')} ${tn('{n} person', '{n} people', readers)}</span>`;
}

/** The verified shield, always with the institution's name. */
export function verifiedBy(institution: string): TemplateResult {
  return html`<span class="seal">${icon('verified')} ${t('Verified')}</span> ${t('by {institution}', { institution })}`;
}

/** Who said it: signed by somebody of an institution, or added by the person. */
export function saidBy(author: string | null, institution: string | null): TemplateResult {
  if (author === null) return html`${t('Added by you')}`;
  const by = institution === null ? author : `${author}, ${institution}`;
  if (institution === null) return html`${t('Signed by {name}', { name: by })}`;
  return html`<span class="seal">${icon('verified')} ${t('Signed')}</span> ${t('by {name}', { name: by })}`;
}

/** What an entry of the profile counts for now; nothing for one that nobody said anything about. */
export function entryState(state: ProfileState, reader: Reader = 'person'): unknown {
  switch (state) {
    case 'disputed':
      return html`<span class="tag warn">${t('Disputed')}</span>`;
    case 'confirmed':
      return html`<span class="tag ok"
        >${icon('yes')} ${reader === 'person' ? t('Confirmed by you') : t('Confirmed by the patient')}</span
      >`;
    case 'answered':
      return html`<span class="tag todo">${t('Answered')}</span>`;
    case 'corrected':
      return html`<span class="tag">${t('Corrected')}</span>`;
    default:
      return nothing;
  }
}

/** The small sign of a sensitive section. */
export function sensitiveMark(): TemplateResult {
  return html`<span class="mark">${icon('diamond')} ${t('sensitive')}</span>`;
}

/** A section as a chip; sensitive ones are dashed and say so to screen readers. */
export function chip(title: string, sensitive: boolean): TemplateResult {
  return html`<li class="chip ${sensitive ? 'sens' : ''}">
    ${sensitive ? icon('diamond') : nothing} ${title}
    ${sensitive ? html`<span class="vh">(${t('sensitive')})</span>` : nothing}
  </li>`;
}

/** What the marks mean, under a details. */
export function marksExplained(): TemplateResult {
  return html`<details>
    <summary>${t('What the marks mean')}</summary>
    <div class="stack small">
      <p>${stateMark('received')} ${t('stored encrypted; not yet on the shared ledger. Usually a few seconds.')}</p>
      <p>${stateMark('anchored')} ${t('its fingerprint is in a block; later blocks will confirm it.')}</p>
      <p>
        ${stateMark('final')} ${t('confirmed by the institutions’ vote. It cannot be changed or left out unnoticed.')}
      </p>
      <p>
        <span class="seal">${icon('verified')} ${t('Signed')}</span>
        ${t('the institution named confirmed who the author is, and signed too.')}
      </p>
    </div>
  </details>`;
}
