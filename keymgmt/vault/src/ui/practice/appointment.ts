/** `#/appointment`: plan a visit; `#/appointment/<event>`: what is planned, and cancelling it. */

import { html, nothing, type TemplateResult } from 'lit-html';

import type { Appointment, PatientRow } from '../../sdk/practice/model.ts';
import { notice } from '../errors.ts';
import { clock, longDate } from '../format.ts';
import { t, tn } from '../i18n.ts';
import { icon } from '../icons.ts';
import { vaultFrame } from '../parts/frame.ts';
import { errorSummary, focusFaults, select, textField, type Faults } from '../parts/forms.ts';
import { plainSheet } from '../parts/sheet.ts';
import { empty, progress, shown } from '../parts/waiting.ts';
import { addressOf } from '../router.ts';
import { backLink, pageHead } from '../shell.ts';
import { Act, Resource, type Page, type TopStage } from '../stage.ts';
import { patientName } from './people-lines.ts';

const LENGTHS = [10, 15, 20, 30, 45, 60, 90] as const;

/** `#/appointment`, `#/appointment?patient=<wallet>`. */
export function planPage(stage: TopStage): Page {
  const patients = new Resource(() => stage.vault.patientList(), stage.update);
  const act = new Act<Appointment>(stage.update);
  const typed = {
    patient: addressOf(stage.query['patient']) ?? '',
    day: '',
    time: '',
    minutes: '20',
    place: '',
    reason: '',
  };
  let faults: Faults = {};

  return {
    title: () => t('Plan a visit'),
    render: () => html`
      ${backLink(`${stage.deployment.platform}/practice/`, t('Back to your practice'))}
      ${pageHead(t('Plan a visit'), t('It goes into your own calendar, encrypted; and into the patient’s wallet if you may add there.'))}
      ${vaultFrame(stage.status().words, act.state === 'done' && act.value !== null ? planned(act.value) : form(), 'practice')}
    `,
  };

  function form(): TemplateResult {
    return html`<form class="split wide-end" @submit=${submit}>
      <div class="stack">
        ${errorSummary(faults)} ${act.error === null ? nothing : notice(act.error)}
        ${progress(act, t('Encrypting and signing'), 'items', false)}
        ${select('patient', t('Patient'), patientChoices(patients.value ?? []), chosen()?.wallet ?? '', (value) => (typed.patient = value))}
        <div class="pair">
          ${textField({ id: 'day', label: t('Day'), type: 'date', value: typed.day, faults, input: (value) => (typed.day = value) })}
          ${textField({ id: 'time', label: t('Time'), hint: t('For example 10:20'), value: typed.time, faults, input: (value) => (typed.time = value) })}
        </div>
        ${select(
          'minutes',
          t('Length'),
          LENGTHS.map((n) => [String(n), tn('{n} minute', '{n} minutes', n)] as const),
          typed.minutes,
          (value) => (typed.minutes = value),
        )}
        ${textField({ id: 'place', label: t('Place'), value: typed.place, input: (value) => (typed.place = value) })}
        ${textField({ id: 'reason', label: t('Reason'), hint: t('Only you and the patient can read it.'), value: typed.reason, spellcheck: true, input: (value) => (typed.reason = value) })}
      </div>
      ${plainSheet(
        t('If you plan this'),
        [
          {
            sign: 'lock',
            pieces: [t('Your calendar is encrypted; the servers learn that something was added, not what.')],
          },
          { sign: 'eye', pieces: [t('Planning a visit opens nothing of the patient.')] },
        ],
        t('Plan this visit'),
        { no: t('Do not plan it'), busy: act.state === 'running', refuse: () => stage.leave('/practice/') },
      )}
    </form>`;
  }

  /** The patient who is shown as chosen: a link may name somebody whom this practice does not treat. */
  function chosen(): PatientRow | undefined {
    return patients.value?.find(({ wallet }) => wallet.toLowerCase() === typed.patient.toLowerCase());
  }

  function submit(event: Event): void {
    event.preventDefault();
    const start = startOf(typed.day, typed.time);
    faults = {
      ...(typed.day === '' ? { day: t('Give the day') } : {}),
      ...(/^\d{1,2}:\d{2}$/.test(typed.time) && start !== null ? {} : { time: t('Give the time as 10:20') }),
    };
    stage.update();
    if (start === null || Object.keys(faults).length > 0) {
      focusFaults();
      return;
    }
    const { minutes, place, reason } = typed;
    void act.run(() =>
      stage.vault.appointmentAdd({
        patient: chosen()?.wallet ?? null,
        start,
        minutes: Number(minutes),
        place,
        reason,
      }),
    );
  }

  function planned(visit: Appointment): TemplateResult {
    return html`<div class="stack done" role="status">
      <h2>${icon('yes')} ${t('Planned: {day}, {time}', { day: longDate(visit.start), time: clock(visit.start) })}</h2>
      <div class="btns">
        <button class="btn" type="button" @click=${() => stage.leave('/practice/')}>
          ${t('Back to your practice')}
        </button>
      </div>
    </div>`;
  }
}

/** `#/appointment/<event>`. */
export function visitPage(stage: TopStage): Page {
  const visits = new Resource(() => stage.vault.appointmentList(), stage.update);
  const act = new Act<Appointment>(stage.update);
  const event = stage.params['event'] ?? '';

  return {
    title: () => t('A visit'),
    render: () => html`
      ${backLink(`${stage.deployment.platform}/practice/`, t('Back to your practice'))} ${pageHead(t('A visit'))}
      ${vaultFrame(
        stage.status().words,
        shown(visits, (found) => content(found.find((one) => one.event === event))),
        'practice',
      )}
    `,
  };

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

function patientChoices(patients: readonly PatientRow[]): readonly (readonly [string, string])[] {
  return [['', t('Nobody entered yet')], ...patients.map((one) => [one.wallet, patientName(one)] as const)];
}

/** The device's own time zone: a practice plans by the clock on its wall. Null for what is no time. */
export function startOf(day: string, time: string): number | null {
  const value = new Date(`${day}T${time.padStart(5, '0')}:00`).getTime();
  return Number.isNaN(value) ? null : Math.floor(value / 1000);
}
