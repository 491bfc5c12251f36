/** What is said beside a calendar of which the platform shows a part only. */

import { html, nothing, type TemplateResult } from 'lit-html';

import { tn } from '../i18n.ts';
import { icon } from '../icons.ts';

/** A warning when events of a calendar could not be read: each may move or cancel any visit that is shown. */
export function calendarGaps(unreadable: readonly string[]): TemplateResult | typeof nothing {
  if (unreadable.length === 0) return nothing;
  return html`<p class="note warn gap-below">
    ${icon('warn')}
    ${tn(
      '{n} entry of the calendar could not be read. It may move or cancel a visit; ask before you rely on one.',
      '{n} entries of the calendar could not be read. They may move or cancel visits; ask before you rely on one.',
      unreadable.length,
    )}
  </p>`;
}
