/** `#/answer/<event>?patient=<wallet>`: answer for an entry that the patient disputes. */

import { html, nothing } from 'lit-html';

import { entryWords } from '../events.ts';
import { longDate } from '../format.ts';
import { t } from '../i18n.ts';
import { icon } from '../icons.ts';
import { textArea } from '../parts/forms.ts';
import { hashFor } from '../router.ts';
import type { Page, TopStage } from '../stage.ts';
import type { ProfileEntry } from '../../sdk/results.ts';
import { signingPage } from './signing-page.ts';

/** Characters: room for a paragraph or two, which is what a patient reads beside an entry. */
const LONGEST = 2000;

/** `#/answer/<event>`. */
export function answerPage(stage: TopStage): Page {
  const event = stage.params['event'] ?? '';
  let words = '';

  return signingPage(stage, event, {
    title: () => t('Answer the dispute'),
    lede: () => t('Say why the entry stands. If it is wrong, correct it instead.'),
    sheetTitle: () => t('If you answer'),
    refuse: () => t('Do not answer'),
    fields: ({ patient, about }, faults) => html`
      ${about === null ? nothing : disputedEntry(about)}
      <p>
        <a href=${hashFor(['append'], { patient: patient.wallet, corrects: event })}
          >${t('Correct the entry instead')}</a
        >
      </p>
      ${textArea({
        id: 'reason',
        label: t('Your answer'),
        hint: t('Everybody who can see this section reads it.'),
        value: words,
        limit: LONGEST,
        spellcheck: true,
        faults,
        input: (typed) => {
          words = typed;
          stage.update();
        },
      })}
    `,
    faults: () => (words.trim() === '' ? { reason: t('Say why the entry stands') } : {}),
    content: ({ about }) => ({
      kind: 'answer',
      section: about?.section ?? '',
      entry: null,
      target: event,
      reason: words.trim(),
    }),
    done: () => html`<h2>${icon('yes')} ${t('Your answer stands beside the dispute')}</h2>`,
  });
}

/** An entry, and what the patient says is wrong with it. */
export function disputedEntry(entry: ProfileEntry): unknown {
  const { title, value } = entryWords(entry.section, entry.entry);
  const dispute = entry.marks.findLast((mark) => mark.kind === 'dispute');
  return html`<div class="note">
    <p class="who">${title}</p>
    ${value === '' ? nothing : html`<p>${value}</p>`}
    ${
      dispute === undefined
        ? nothing
        : html`<p>${t('The patient says this is wrong')}, ${longDate(dispute.at)}:</p>
            <blockquote class="quoted">${dispute.reason}</blockquote>`
    }
  </div>`;
}
