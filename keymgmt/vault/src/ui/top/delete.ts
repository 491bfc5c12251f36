/** Erasing a record for good, and its receipt. */

import { html, type TemplateResult } from 'lit-html';

import { save } from '../dom.ts';
import { clock, longDate } from '../format.ts';
import { t } from '../i18n.ts';
import { icon } from '../icons.ts';
import { faultText, options } from '../parts/forms.ts';
import type { Page, TopStage } from '../stage.ts';
import type { DeletionReceipt } from '../../sdk/results.ts';
import { aboutRecord } from './about-record.ts';
import { backButton, decisionPage } from './act-page.ts';

/** `#/delete/<record>`. */
export function deletePage(stage: TopStage): Page {
  const record = stage.params['record'] ?? '';
  const about = aboutRecord(stage, record);
  let sure = false;
  let fault: string | undefined;

  function ready(): boolean {
    fault = sure ? undefined : t('Confirm that you want to erase it');
    if (!sure) {
      stage.update();
      document.getElementById('sure')?.focus();
    }
    return sure;
  }

  return decisionPage<DeletionReceipt>(stage, {
    title: () => t('Erase a record'),
    lede: () => t('For good. There is no way back.'),
    content: () =>
      html`${about()}
        <p>
          ${t('You may prefer to seal it: then nobody else sees it, and you still have it.')}
          <a href="#/restrict/${record}">${t('Seal it instead')}</a>
        </p>
        <div class=${fault === undefined ? '' : 'has-error'}>
          ${faultText('sure', fault)}
          ${options(
            'checkbox',
            'sure',
            [{ id: 'sure', value: 'sure', label: t('I want to erase this record for good'), checked: sure }],
            (_, checked) => {
              sure = checked;
              fault = undefined;
              stage.update();
            },
          )}
        </div>`,
    sheetTitle: () => t('If you erase it'),
    consequences: () => [
      {
        sign: 'stop',
        pieces: [t('Its key is deleted. Without it, what is stored can be read by nobody, you included.')],
      },
      {
        sign: 'eye',
        pieces: [t('Copies that others made are beyond reach. The receipt names who was given the key.')],
      },
      { sign: 'final', pieces: [t('Its fingerprint stays on the ledger. It says that there was a record, not what.')] },
    ],
    button: () => t('Erase for good'),
    doing: () => t('Erasing'),
    ready,
    act: (given) => stage.vault.recordDelete(record, given),
    done: (receipt) => receiptView(stage, receipt),
  });
}

function receiptView(stage: TopStage, receipt: DeletionReceipt): TemplateResult {
  const keep = () =>
    save(new Blob([JSON.stringify(receipt, null, 2)], { type: 'application/json' }), 'deletion-receipt.json');
  return html`
    <h2>${icon('yes')} ${t('The record is erased')}</h2>
    <dl class="sum">
      <div>
        <dt>${t('When')}</dt>
        <dd>${longDate(receipt.at)}, ${clock(receipt.at)}</dd>
      </div>
      <div>
        <dt>${t('Its key')}</dt>
        <dd>${receipt.envelopeDeleted ? t('deleted') : t('not yet deleted')}</dd>
      </div>
      <div>
        <dt>${t('Its encrypted content')}</dt>
        <dd>${receipt.storeDeleted ? t('deleted') : t('still stored, unreadable without the key')}</dd>
      </div>
      <div>
        <dt>${t('Copies beyond control')}</dt>
        <dd>${receipt.copies.length === 0 ? t('None known') : receipt.copies.map((copy) => html`<p>${copy}</p>`)}</dd>
      </div>
      <div>
        <dt>${t('Record')}</dt>
        <dd class="mono">${receipt.record}</dd>
      </div>
      <div>
        <dt>${t('Signature of the relay')}</dt>
        <dd class="mono">${receipt.signature}</dd>
      </div>
    </dl>
    <div class="btns">
      ${backButton(stage)}
      <button class="btn second" type="button" @click=${keep}>${t('Save the receipt')}</button>
    </div>
  `;
}
