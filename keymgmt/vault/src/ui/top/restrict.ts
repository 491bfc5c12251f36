/** Sealing a record: out of every shared section, into the layer that nobody else can be given by section. */

import { html, nothing } from 'lit-html';

import { t } from '../i18n.ts';
import { icon } from '../icons.ts';
import { Resource, type Page, type TopStage } from '../stage.ts';
import type { RecordRestricted } from '../../sdk/results.ts';
import { backButton, decisionPage } from './act-page.ts';
import { aboutRecord } from './about-record.ts';

/** `#/restrict/<record>`. */
export function restrictPage(stage: TopStage): Page {
  const record = stage.params['record'] ?? '';
  const about = aboutRecord(stage, record);
  const wallet = new Resource(() => stage.vault.walletShow(), stage.update);
  return decisionPage<RecordRestricted>(stage, {
    title: () => t('Seal a record'),
    lede: () => t('Nobody you share with sees that it exists.'),
    content: () =>
      html`${about()} ${unfinished(wallet.value?.pendingRestrictions.includes(record) === true)}
        <div class="note warn">
          <h2 class="h3">${icon('warn')} ${t('A clinician will not know about it')}</h2>
          <p>
            ${t('They may decide differently without it, also in an emergency. You can share it on its own at any time.')}
          </p>
        </div>`,
    sheetTitle: () => t('If you seal it'),
    consequences: () => [
      { sign: 'lock', pieces: [t('It leaves its section and stands in your sealed layer, under a key of its own.')] },
      { sign: 'eye', pieces: [t('Whoever opened it before may have kept it, and knows of it.')] },
      { sign: 'no', pieces: [t('Others are told “no grant”, as for a record that does not exist.')] },
    ],
    button: () => t('Seal this record'),
    doing: () => t('Sealing'),
    act: (options) => stage.vault.accessRestrict(record, options),
    done: () =>
      html`<h2>${icon('yes')} ${t('The record is sealed')}</h2>
        <p>${t('It is out of your timeline until you open the sealed layer, and again after locking.')}</p>
        <div class="btns">${backButton(stage)}</div>`,
  });
}

/** What is said of a record whose sealing ended half way. */
function unfinished(isPending: boolean): unknown {
  if (!isPending) return nothing;
  return html`<div class="note warn">
    <h2 class="h3">${icon('clock')} ${t('Sealing it was begun and is not finished')}</h2>
    <p>
      ${t('Nothing is lost. Until it is finished, whoever may see it where it is still can. Seal it now, or it goes on when you unlock next.')}
    </p>
  </div>`;
}
