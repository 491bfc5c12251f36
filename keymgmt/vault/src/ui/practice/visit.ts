/** `#/appointment/<event>`: what is planned; moving it, and cancelling it. */

import { html, nothing, type TemplateResult } from 'lit-html';

import type { Appointment, Calendar } from '../../sdk/practice/model.ts';
import { notice } from '../errors.ts';
import { clock, longDate } from '../format.ts';
import { t, tn } from '../i18n.ts';
import { icon } from '../icons.ts';
import { calendarGaps } from '../parts/calendar-gaps.ts';
import { vaultFrame } from '../parts/frame.ts';
import { plainSheet } from '../parts/sheet.ts';
import { empty, progress, shown } from '../parts/waiting.ts';
import { hashFor } from '../router.ts';
import { backLink, pageHead } from '../shell.ts';
import { Act, Resource, type Page, type TopStage } from '../stage.ts';

/** `#/appointment/<event>`. */
export function visitPage(stage: TopStage): Page {
  const calendar = new Resource(() => stage.vault.appointmentList(), stage.update);
  const act = new Act<Appointment>(stage.update);
  const event = stage.params['event'] ?? '';

  return {
    title: () => t('A visit'),
    render: () => html`
      ${backLink(`${stage.deployment.platform}/practice/`, t('Back to your practice'))} ${pageHead(t('A visit'))}
      ${vaultFrame(stage.status().words, shown(calendar, page), 'practice')}
    `,
  };

  function page({ visits, unreadable }: Calendar): TemplateResult {
    return html`${calendarGaps(unreadable)} ${content(visits.find((one) => one.event === event))}`;
  }

  function content(visit: Appointment | undefined): TemplateResult {
    if (act.state === 'done') {
      return html`<div class="stack done" role="status">
        <h2>${icon('yes')} ${t('The visit is cancelled')}</h2>
        <p>${t('The patient’s wallet says so, too, if you may add there.')}</p>
        <div class="btns">
          <button class="btn" type="button" @click=${() => stage.leave('/practice/')}>
            ${t('Back to your practice')}
          </button>
        </div>
      </div>`;
    }
    if (visit === undefined)
      return empty(t('This visit is not in your calendar.'), t('It may have been changed since.'));
    return html`<form class="split wide-end" @submit=${cancel}>
      <div class="stack">
        ${act.error === null ? nothing : notice(act.error)}
        ${progress(act, t('Encrypting and signing'), 'items', false)}
        <dl class="sum one">
          <div>
            <dt>${t('When')}</dt>
            <dd>${longDate(visit.start)}, ${clock(visit.start)}</dd>
          </div>
          <div>
            <dt>${t('Length')}</dt>
            <dd>${tn('{n} minute', '{n} minutes', visit.minutes)}</dd>
          </div>
          <div>
            <dt>${t('Place')}</dt>
            <dd>${visit.place || t('none entered')}</dd>
          </div>
          <div>
            <dt>${t('Reason')}</dt>
            <dd>${visit.reason || t('none entered')}</dd>
          </div>
        </dl>
        ${
          visit.status === 'cancelled'
            ? nothing
            : html`<p><a class="btn quiet" href=${hashFor(['move', event])}>${t('Move it to another time')}</a></p>`
        }
      </div>
      ${
        visit.status === 'cancelled'
          ? html`<p><span class="tag">${t('Cancelled')}</span></p>`
          : plainSheet(
              t('If you cancel it'),
              [{ sign: 'no', pieces: [t('The entry stays, marked as cancelled. Tell the patient yourself as well.')] }],
              t('Cancel this visit'),
              { no: t('Leave it as it is'), busy: act.state === 'running', refuse: () => stage.leave('/practice/') },
            )
      }
    </form>`;
  }

  function cancel(submitted: Event): void {
    submitted.preventDefault();
    void act.run(() => stage.vault.appointmentCancel(event));
  }
}
