/** Which record a decision is about: what it says or is called, its section and date, as this device knows them. */

import { html } from 'lit-html';

import type { Summary } from '../events.ts';
import { isReadable, openedWords } from '../frame/summaries.ts';
import { longDate, size } from '../format.ts';
import { t } from '../i18n.ts';
import { recordName, sectionTitle, typeTitle } from '../names.ts';
import { empty, shown } from '../parts/waiting.ts';
import { Resource, type TopStage } from '../stage.ts';
import type { RecordRow } from '../../sdk/results.ts';

/** A record of the list, with the line of what opens by itself. */
interface About {
  readonly row: RecordRow | undefined;
  readonly words: Summary | null;
}

/** Returns what renders the record's line; the list and the record are asked for once. */
export function aboutRecord(stage: TopStage, record: string): () => unknown {
  const about = new Resource(() => load(stage, record), stage.update);
  return () =>
    shown(about, ({ row, words }) => {
      if (row === undefined)
        return empty(t('It is not here'), t('It may have been deleted or moved to the sealed layer.'));
      const details = [typeTitle(row.type), row.size === null ? '' : size(row.size), longDate(row.created)];
      return html`<p class="who">${words?.title ?? recordName(row)}</p>
        <p class="muted">${sectionTitle(row.section)} · ${details.filter(Boolean).join(', ')}</p>`;
    });
}

async function load({ vault }: TopStage, record: string): Promise<About> {
  const row = (await vault.recordList()).find((one) => one.record === record);
  if (row === undefined || !(isReadable(row) || row.type === 'profile-event')) return { row, words: null };
  try {
    return { row, words: openedWords(await vault.recordView(record)) };
  } catch {
    // One that does not open can be decided about all the same, by its name.
    return { row, words: null };
  }
}
