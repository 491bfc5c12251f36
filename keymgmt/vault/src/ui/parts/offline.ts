/** What still works without a network, said above every page; nothing while there is one. */

import { html, nothing } from 'lit-html';

import { t } from '../i18n.ts';
import { isOffline } from '../stage.ts';

/** Of the vault's own pages, which act: all of it waits. */
export function offlineNotice(): unknown {
  if (!isOffline()) return nothing;
  return html`<p class="note warn" role="status">
    ${t('You may be offline. Your records are kept encrypted with medixain, not on this device: opening, sharing and stopping wait until you are back.')}
  </p>`;
}

/** Of a frame, which reads: what was opened before stays, in memory only. */
export function offlineReading(): unknown {
  if (!isOffline()) return nothing;
  return html`<p class="note warn gap-below" role="status">
    ${t('You are offline. What you opened on this page before stays readable until you lock or leave it, as it was then. Everything else waits for the connection, and goes on by itself.')}
  </p>`;
}
