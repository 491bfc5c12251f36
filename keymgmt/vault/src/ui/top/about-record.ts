/** Which record a decision is about: its name, section and date, as this device knows them. */

import { html } from 'lit-html';

import { longDate, shortAddress, size } from '../format.ts';
import { t } from '../i18n.ts';
import { sectionTitle, typeTitle } from '../names.ts';
import { empty, shown } from '../parts/waiting.ts';
import { Resource, type TopStage } from '../stage.ts';

/** Returns what renders the record's line; the list is asked for once. */
export function aboutRecord(stage: TopStage, record: string): () => unknown {
  const list = new Resource(() => stage.vault.recordList(), stage.update);
  return () =>
    shown(list, (rows) => {
      const row = rows.find((one) => one.record === record);
      if (row === undefined)
        return empty(t('It is not here'), t('It may have been deleted or moved to the sealed layer.'));
      const details = [typeTitle(row.type), row.size === null ? '' : size(row.size), longDate(row.created)];
      return html`<p class="who">${row.name ?? shortAddress(record)}</p>
        <p class="muted">${sectionTitle(row.section)} · ${details.filter(Boolean).join(', ')}</p>`;
    });
}
