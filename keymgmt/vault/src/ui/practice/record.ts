/** `#/practice-record/<slug>/<id>`: one record of a patient. Opening it is a look that the patient sees. */

import { html, nothing, type TemplateResult } from 'lit-html';

import type { PersonShown, RecordView } from '../api.ts';
import { clinicalContent } from '../frame/clinical.ts';
import { sharedEventView, visitView } from '../frame/event.ts';
import { topLink } from '../frame/links.ts';
import { Viewer } from '../frame/viewer.ts';
import { eventWords, visitWords } from '../events.ts';
import { listed, longDate, size } from '../format.ts';
import { t, tn } from '../i18n.ts';
import { icon } from '../icons.ts';
import { isSensitive, sectionTitle, typeTitle } from '../names.ts';
import { chip, saidBy, stateMark } from '../parts/marks.ts';
import { People } from '../parts/people.ts';
import { shown } from '../parts/waiting.ts';
import { hashFor } from '../router.ts';
import { Resource, type Page, type Stage } from '../stage.ts';
import type { EventContent } from '../../sdk/profileFold.ts';
import type { RecordMetadata } from '../../sdk/results.ts';
import { answersFor } from './answerable.ts';

/** `#/practice-record/<slug>/<id>`. */
export function practiceRecordPage(stage: Stage): Page {
  const id = stage.params['record'] ?? '';
  const people = new People(stage.vault, stage.update);
  let viewer: Viewer | null = null;
  const opened = new Resource<RecordView>(async () => {
    const found = await stage.vault.recordView(id);
    if (found.view === null && found.event === null && found.visit === null) viewer = new Viewer(stage, found.metadata);
    return found;
  }, stage.update);

  const patient = new Resource(
    async () => (await stage.vault.patientList()).find((one) => one.slug === stage.params['slug']),
    stage.update,
  );

  return {
    title: () => t('A patient’s record'),
    stop: () => {
      viewer?.stop();
      opened.value = null;
    },
    render: () => html`
      <a class="back" href=${hashFor(['patient', stage.params['slug'] ?? ''])}
        >${icon('back')} ${t('Back to the patient')}</a
      >
      ${shown(opened, content, t('Asking the nodes, and opening on this device …'))}
    `,
  };

  function content(record: RecordView): TemplateResult {
    const { metadata, view } = record;
    const institution =
      metadata.institution === null
        ? null
        : (stage.deployment.institutions[metadata.institution] ?? metadata.institution);
    return html`
      <div class="pagehead">
        <h1 class="xl" data-heading>${titleOf(record)}</h1>
        <div class="btns">
          <button class="btn quiet" type="button" @click=${() => print()}>${icon('print')} ${t('Print')}</button>
        </div>
      </div>
      <p class="see-line">
        <span class="seen">${icon('eye')} <b>${t('The patient sees that you opened this.')}</b></span>
        <span class="muted">${tn('{n} node gave the key.', '{n} nodes gave the key.', metadata.nodes.length)}</span>
      </p>
      <div class="stack-wide">
        ${
          view === null
            ? told(record)
            : clinicalContent(view, (point) => point.source.institution ?? t('Added by the patient'), metadata.name)
        }
        <dl class="sum one">
          <div>
            <dt>${t('Added')}</dt>
            <dd>${longDate(metadata.created)}</dd>
          </div>
          <div>
            <dt>${t('Who said it')}</dt>
            <dd>
              ${institution === null ? t('Added by the patient') : saidBy(people.name(metadata.author), institution)}
            </dd>
          </div>
          <div>
            <dt>${t('Status')}</dt>
            <dd>${stateMark(metadata.state)}</dd>
          </div>
          <div>
            <dt>${t('Kind')}</dt>
            <dd>${typeTitle(metadata.type)}, ${size(metadata.size)}</dd>
          </div>
          <div>
            <dt>${t('Section')}</dt>
            <dd>
              <ul class="chips" role="list">
                ${chip(sectionTitle(metadata.section), isSensitive(metadata.section))}
              </ul>
            </dd>
          </div>
          ${
            metadata.nodes.length === 0
              ? nothing
              : html`<div>
                  <dt>${t('Nodes that gave the key')}</dt>
                  <dd>${listed(metadata.nodes)}</dd>
                </div>`
          }
        </dl>
      </div>
    `;
  }

  function told({ metadata, event, visit }: RecordView): unknown {
    if (visit !== null) return visitView(visit, null, 'practice');
    if (event === null) return viewer?.render();
    return html`${sharedEventView(event)} ${acts(metadata, event)}`;
  }

  /** What a professional may do about an entry that she answers for, or about a dispute of one. */
  function acts(metadata: RecordMetadata, event: EventContent): unknown {
    const row = patient.value;
    if (row === null || !row?.append) return nothing;
    if (event.kind === 'dispute' && event.target !== null) {
      return html`<p>${topLink(['answer', event.target], t('Answer the dispute'), { patient: row.wallet }, 'btn')}</p>`;
    }
    if (event.kind !== 'entry' || !answersFor(me(), metadata)) return nothing;
    const query = { patient: row.wallet, corrects: metadata.record };
    return html`<p>${topLink(['append'], t('Correct this entry'), query, 'btn quiet')}</p>`;
  }

  function me(): PersonShown | null {
    const { wallet } = stage.status();
    return wallet === null ? null : people.find(wallet);
  }
}

function titleOf({ metadata, event, visit }: RecordView): string {
  if (visit !== null) return visitWords(visit).title;
  return event === null ? metadata.name : eventWords(event, 'practice').title;
}
