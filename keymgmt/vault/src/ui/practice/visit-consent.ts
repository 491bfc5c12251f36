/** The consent sheet of a visit, made from what is handed over for signing. Pure. */

import type { Consent, Consequence } from '../consent.ts';
import { clock, listed, longDate } from '../format.ts';
import { t, tn } from '../i18n.ts';
import type { Appointment, AppointmentWish } from '../../sdk/practice/model.ts';

/** Returns what signing a visit means; `before` is the one it takes the place of, `crossed` what is planned meanwhile. */
export function visitConsent(
  wish: AppointmentWish,
  before: Appointment | null,
  crossed: readonly Appointment[],
): Consent {
  const shared: Consequence[] =
    wish.patient === null
      ? []
      : [{ sign: 'share', pieces: [t('The patient’s wallet gets it, too, if you may add entries there.')] }];
  return {
    consequences: [
      ...(crossed.length === 0
        ? []
        : [
            {
              sign: 'warn' as const,
              pieces: [t('At that time you already have: {visits}.', { visits: listed(crossed.map(visitLine)) })],
            },
          ]),
      ...(before === null
        ? []
        : [
            {
              sign: 'final' as const,
              pieces: [
                t('It takes the place of {date}, {time}. Tell the patient yourself as well.', {
                  date: longDate(before.start),
                  time: clock(before.start),
                }),
              ],
            },
          ]),
      {
        sign: 'lock',
        pieces: [t('Your calendar is encrypted; the servers learn that something was added, not what.')],
      },
      ...shared,
      ...(before === null
        ? [{ sign: 'eye' as const, pieces: [t('Planning a visit opens nothing of the patient.')] }]
        : []),
    ],
    act: before === null ? t('Plan this visit') : t('Move this visit'),
    signed: [
      [t('Patient'), wish.patient ?? t('Nobody entered')],
      [t('Begins'), Number.isFinite(wish.start) ? `${longDate(wish.start)}, ${clock(wish.start)} (${wish.start})` : ''],
      [t('Length'), tn('{n} minute', '{n} minutes', wish.minutes)],
      [t('Place'), wish.place],
      [t('Reason'), wish.reason],
    ],
  };
}

function visitLine({ start, reason }: Appointment): string {
  return [clock(start), reason].filter((part) => part !== '').join(' ');
}
