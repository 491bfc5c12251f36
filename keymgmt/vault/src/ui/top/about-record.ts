/** Which record a decision is about: what it says or is called, its section and date, as this device knows them. */

import { html } from 'lit-html';

import type { RecordView } from '../api.ts';
import { openedWords } from '../frame/summaries.ts';
import { longDate, size } from '../format.ts';
import { t } from '../i18n.ts';
import { recordName, sectionTitle, typeTitle } from '../names.ts';
import { empty, shown } from '../parts/waiting.ts';
import { Resource, type TopStage } from '../stage.ts';

/** Returns what renders the record's line; the list and the record are asked for once. */
export function aboutRecord(stage: TopStage, record: string): () => unknown {
  const list = new Resource(() => stage.vault.recordList(), stage.update);
  // A record that does not open is still called by its name.
  const opened = new Resource<RecordView>(() => stage.vault.recordView(record), stage.update);
  return () =>
    shown(list, (rows) => {
      const row = rows.find((one) => one.record === record);
      if (row === undefined)
        return empty(t('It is not here'), t('It may have been deleted or moved to the sealed layer.'));
      const details = [typeTitle(row.type), row.size === null ? '' : size(row.size), longDate(row.created)];
      const words = opened.value === null ? null : openedWords(opened.value);
      return html`<p class="who">${words?.title ?? recordName(row)}</p>
        <p class="muted">${sectionTitle(row.section)} · ${details.filter(Boolean).join(', ')}</p>`;
    });
}
