/**
 * The consent sheet of an event in a patient's profile, made from the very content that is handed over for signing, so
 * that what a clinician reads is what the signature says. Pure.
 */

import type { PersonShown } from '../api.ts';
import type { Consent, Consequence } from '../consent.ts';
import { entryWords } from '../events.ts';
import { fingerprint, longDate } from '../format.ts';
import { t } from '../i18n.ts';
import { sectionTitle } from '../names.ts';
import { nameOf } from '../parts/people.ts';
import type { PatientRow } from '../../sdk/practice/model.ts';
import { entryText, type EventContent } from '../../sdk/profileFold.ts';
import type { ProfileEntry } from '../../sdk/results.ts';
import { patientName } from './people-lines.ts';

/** Who signs an event about whom, and the entry that it corrects or answers for. */
export interface Signing {
  readonly patient: PatientRow;
  /** The professional as the nodes attest; null while they are asked. */
  readonly me: PersonShown | null;
  readonly about: ProfileEntry | null;
}

/** Returns what signing `content` means, and every field of it. */
export function eventConsent(content: EventContent, signing: Signing): Consent {
  const answers = content.kind === 'answer';
  return {
    consequences: [
      { sign: 'verified', pieces: [t('You sign it, and your institution stands beside your name.')] },
      ...(answers ? answering(content, signing) : adding(content, signing)),
    ],
    act: answers ? t('Give this answer') : content.target === null ? t('Add this entry') : t('Correct this entry'),
    signed: signedFields(content, signing),
  };
}

function adding({ section, target }: EventContent, { patient, about }: Signing): Consequence[] {
  const title = sectionTitle(`profile/${section}`);
  const name = patientName(patient);
  return [
    {
      sign: 'lock',
      pieces: [t('It goes into {section}, for {name} and those who may see that section.', { section: title, name })],
    },
    ...(target === null || about === null
      ? []
      : [
          {
            sign: 'final' as const,
            pieces: [
              t('It takes the place of “{what}” of {date}. Both stay in the history.', {
                what: entryWords(about.section, about.entry).title,
                date: longDate(about.at),
              }),
            ],
          },
        ]),
    { sign: 'no', pieces: [t('It cannot be taken back or changed, only corrected by another entry.')] },
  ];
}

function answering({ section }: EventContent, { patient }: Signing): Consequence[] {
  return [
    {
      sign: 'lock',
      pieces: [
        t('{name} and everybody who may see {section} reads your answer beside the dispute.', {
          name: patientName(patient),
          section: sectionTitle(`profile/${section}`),
        }),
      ],
    },
    { sign: 'final', pieces: [t('The entry stays as it is, marked “answered”. The patient can dispute it again.')] },
    { sign: 'no', pieces: [t('Your answer cannot be taken back.')] },
  ];
}

function signedFields(
  { kind, section, entry, target, reason }: EventContent,
  { patient, me }: Signing,
): readonly (readonly [string, string])[] {
  return [
    ...(me === null ? [] : [[t('Signed by'), signedBy(me)] as const]),
    [t('Wallet of the patient'), patient.wallet],
    [t('Kind'), kind === 'answer' ? t('Answer to a dispute') : t('Entry')],
    [t('Section'), `profile/${section}`],
    ...(target === null
      ? []
      : [[kind === 'answer' ? t('Answers for') : t('Takes the place of'), fingerprint(target)] as const]),
    ...(reason === null ? [] : [[t('Words'), reason] as const]),
    ...(entry === null ? [] : [[t('Content'), entryText(entry)] as const]),
  ];
}

function signedBy(me: PersonShown): string {
  return me.institutionName === null ? nameOf(me) : `${nameOf(me)}, ${me.institutionName}`;
}
