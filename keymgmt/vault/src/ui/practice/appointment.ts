/** `#/appointment`: plan a visit; `#/move/<event>`: plan it for another time. */

import { html, nothing, type TemplateResult } from 'lit-html';

import type { Appointment, AppointmentWish, Calendar, PatientRow } from '../../sdk/practice/model.ts';
import { inTheWay } from '../../sdk/practice/visits.ts';
import { notice } from '../errors.ts';
import { clock, isoDay, longDate } from '../format.ts';
import { t, tn } from '../i18n.ts';
import { icon } from '../icons.ts';
import { calendarGaps } from '../parts/calendar-gaps.ts';
import { vaultFrame } from '../parts/frame.ts';
import { errorSummary, focusFaults, select, textField, type Faults } from '../parts/forms.ts';
import { consentSheet } from '../parts/sheet.ts';
import { empty, progress, shown } from '../parts/waiting.ts';
import { addressOf } from '../router.ts';
import { backLink, pageHead } from '../shell.ts';
import { Act, Resource, type Page, type TopStage } from '../stage.ts';
import { patientName } from './people-lines.ts';
import { visitConsent } from './visit-consent.ts';

const LENGTHS = [10, 15, 20, 30, 45, 60, 90];

/** What the form goes by: the own calendar, and whom visits can be with. */
interface Known {
  readonly patients: readonly PatientRow[];
  readonly calendar: Calendar;
}

/** `#/appointment`, `#/appointment?patient=<wallet>`. */
export function planPage(stage: TopStage): Page {
  return visitForm(stage, null);
}

/** `#/move/<event>`. */
export function movePage(stage: TopStage): Page {
  return visitForm(stage, stage.params['event'] ?? '');
}

function visitForm(stage: TopStage, event: string | null): Page {
  const known = new Resource(load, stage.update);
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
  const moving = event !== null;

  return {
    title: () => (moving ? t('Move a visit') : t('Plan a visit')),
    render: () => html`
      ${backLink(`${stage.deployment.platform}/practice/`, t('Back to your practice'))}
      ${pageHead(moving ? t('Move a visit') : t('Plan a visit'), t('It goes into your own calendar, encrypted; and into the patient’s wallet if you may add there.'))}
      ${vaultFrame(stage.status().words, act.state === 'done' && act.value !== null ? planned(act.value) : shown(known, content), 'practice')}
    `,
  };

  async function load(): Promise<Known> {
    const patients = await stage.vault.patientList();
    const calendar = await stage.vault.appointmentList();
    const before = calendar.visits.find((one) => one.event === event);
    if (before !== undefined) {
      const { start, minutes, place, reason, patient } = before;
      Object.assign(typed, { day: isoDay(start), time: clock(start), minutes: String(minutes), place, reason });
      typed.patient = patient ?? '';
    }
    return { patients, calendar };
  }

  function content({ patients, calendar: { visits, unreadable } }: Known): TemplateResult {
    const before = visits.find((one) => one.event === event && one.status === 'planned') ?? null;
    if (moving && before === null) {
      return empty(t('This visit is not in your calendar.'), t('It may have been changed since.'));
    }
    const wish = wished(patients);
    const crossed = inTheWay(visits, { ...wish, visit: before?.visit ?? null });
    return html`<form class="split wide-end" @submit=${submit}>
      <div class="stack">
        ${calendarGaps(unreadable)} ${errorSummary(faults)} ${act.error === null ? nothing : notice(act.error)}
        ${progress(act, t('Encrypting and signing'), 'items', false)}
        ${before === null ? select('patient', t('Patient'), patientChoices(patients), wish.patient ?? '', (value) => type('patient', value)) : what(before, patients)}
        <div class="pair">
          ${textField({ id: 'day', label: t('Day'), type: 'date', value: typed.day, faults, input: (value) => type('day', value) })}
          ${textField({ id: 'time', label: t('Time'), hint: t('For example 10:20'), value: typed.time, faults, input: (value) => type('time', value) })}
        </div>
        ${select(
          'minutes',
          t('Length'),
          lengths(wish.minutes).map((n) => [String(n), tn('{n} minute', '{n} minutes', n)] as const),
          typed.minutes,
          (value) => type('minutes', value),
        )}
        ${textField({ id: 'place', label: t('Place'), value: typed.place, input: (value) => type('place', value) })}
        ${before === null ? textField({ id: 'reason', label: t('Reason'), hint: t('Only you and the patient can read it.'), value: typed.reason, spellcheck: true, input: (value) => type('reason', value) }) : nothing}
      </div>
      ${consentSheet(visitConsent(wish, before, crossed), {
        title: moving ? t('If you move it') : t('If you plan this'),
        no: moving ? t('Leave it as it is') : t('Do not plan it'),
        busy: act.state === 'running',
        refuse: () => stage.leave('/practice/'),
      })}
    </form>`;
  }

  function what({ patient, reason }: Appointment, patients: readonly PatientRow[]): TemplateResult {
    const row = patients.find(({ wallet }) => wallet.toLowerCase() === patient?.toLowerCase());
    return html`<p class="who">${row === undefined ? t('Name hidden') : patientName(row)}</p>
      ${reason === '' ? nothing : html`<p>${reason}</p>`}`;
  }

  /** What will be signed, as the form stands; a link may name somebody whom this practice does not treat. */
  function wished(patients: readonly PatientRow[]): AppointmentWish {
    const chosen = patients.find(({ wallet }) => wallet.toLowerCase() === typed.patient.toLowerCase());
    return {
      patient: moving ? typed.patient || null : (chosen?.wallet ?? null),
      start: startOf(typed.day, typed.time) ?? Number.NaN,
      minutes: Number(typed.minutes),
      place: typed.place.trim(),
      reason: typed.reason.trim(),
    };
  }

  function submit(submitted: Event): void {
    submitted.preventDefault();
    const wish = wished(known.value?.patients ?? []);
    faults = {
      ...(typed.day === '' ? { day: t('Give the day') } : {}),
      ...(/^\d{1,2}:\d{2}$/.test(typed.time) && Number.isFinite(wish.start)
        ? {}
        : { time: t('Give the time as 10:20') }),
    };
    stage.update();
    if (Object.keys(faults).length > 0) {
      focusFaults();
      return;
    }
    void act.run(() =>
      event === null ? stage.vault.appointmentAdd(wish) : stage.vault.appointmentMove(event, moveOf(wish)),
    );
  }

  function type(field: keyof typeof typed, value: string): void {
    typed[field] = value;
    stage.update();
  }

  function planned(visit: Appointment): TemplateResult {
    const when = { day: longDate(visit.start), time: clock(visit.start) };
    return html`<div class="stack done" role="status">
      <h2>${icon('yes')} ${moving ? t('Moved to {day}, {time}', when) : t('Planned: {day}, {time}', when)}</h2>
      <div class="btns">
        <button class="btn" type="button" @click=${() => stage.leave('/practice/')}>
          ${t('Back to your practice')}
        </button>
      </div>
    </div>`;
  }
}

function moveOf({ start, minutes, place }: AppointmentWish): Pick<AppointmentWish, 'start' | 'minutes' | 'place'> {
  return { start, minutes, place };
}

/** The lengths offered, with the one that a visit has. */
function lengths(minutes: number): readonly number[] {
  return [...new Set([...LENGTHS, minutes])].sort((left, right) => left - right);
}

function patientChoices(patients: readonly PatientRow[]): readonly (readonly [string, string])[] {
  return [['', t('Nobody entered yet')], ...patients.map((one) => [one.wallet, patientName(one)] as const)];
}

/** The device's own time zone: a practice plans by the clock on its wall. Null for what is no time. */
export function startOf(day: string, time: string): number | null {
  const value = new Date(`${day}T${time.padStart(5, '0')}:00`).getTime();
  return Number.isNaN(value) ? null : Math.floor(value / 1000);
}
