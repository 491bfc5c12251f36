/** The content of a record that is an event: an entry of the profile with what was said of it, or a visit. */

import { html, nothing, type TemplateResult } from 'lit-html';

import { eventWords, foldedWords, type FoldedEvent, isSuperseded, type Reader, visitWords } from '../events.ts';
import { clock, longDate } from '../format.ts';
import { t, tn } from '../i18n.ts';
import { icon } from '../icons.ts';
import { sectionTitle } from '../names.ts';
import { entryState } from '../parts/marks.ts';
import type { People } from '../parts/people.ts';
import type { Appointment } from '../../sdk/practice/model.ts';
import type { EventContent } from '../../sdk/profileFold.ts';
import type { ProfileMark } from '../../sdk/results.ts';
import { portalLink } from './links.ts';

/** What an own event says and what it counts for now; `folded` is null while the profile is not there. */
export function eventView(
  event: EventContent,
  folded: FoldedEvent | null,
  people: People,
  platform: string,
): TemplateResult {
  const words = folded === null ? eventWords(event, 'person') : foldedWords(folded);
  const section = sectionTitle(`profile/${folded?.entry.section ?? event.section}`);
  return html`<section class="stack" aria-label=${t('What it says')}>
    <p class="who">${words.title}</p>
    ${words.value === '' ? nothing : html`<p class="val">${words.value}</p>`}
    ${
      folded === null
        ? nothing
        : html`<p>${entryState(folded.entry.state)}</p>
            ${folded.entry.marks.map((mark) => html`<p class="small">${markLine(mark, people)}</p>`)}`
    }
    <p>${portalLink(platform, '/patient/profile/', t('See it in your health profile: {section}', { section }))}</p>
  </section>`;
}

/** What an event of a patient's says by itself: the others are opened with the whole record. */
export function sharedEventView(event: EventContent): TemplateResult {
  const words = eventWords(event, 'practice');
  return html`<section class="stack" aria-label=${t('What it says')}>
    <p class="who">${words.title}</p>
    ${words.value === '' ? nothing : html`<p class="val">${words.value}</p>`}
    <p class="hint">${t('Open the whole record to see what it counts for now.')}</p>
  </section>`;
}

/** What the person said of an entry, or was answered and by whom. */
export function markLine(mark: ProfileMark, people: People): string {
  const date = longDate(mark.at);
  const reason = mark.reason ?? '';
  if (mark.kind === 'dispute') return t('You disputed this on {date}: “{reason}”', { date, reason });
  if (mark.kind === 'confirm') return t('You confirmed this on {date}.', { date });
  return t('{name} answered on {date}: “{reason}”', { name: people.name(mark.by), date, reason });
}

/** A visit; `visits` has the newest event of each, null while they are not there. */
export function visitView(
  visit: Appointment,
  visits: readonly Appointment[] | null,
  reader: Reader = 'person',
): TemplateResult {
  const old = visit.status === 'planned' && visits !== null && isSuperseded(visit, visits);
  return html`<section class="stack" aria-label=${visitWords(visit).title}>
    ${visit.status === 'cancelled' ? html`<p><span class="tag">${t('Visit cancelled')}</span></p>` : nothing}
    ${old ? html`<p class="note warn">${icon('warn')} ${t('This visit was changed or cancelled since.')}</p>` : nothing}
    <dl class="sum one">
      <div>
        <dt>${t('When')}</dt>
        <dd>${t('{date}, {time}', { date: longDate(visit.start), time: clock(visit.start) })}</dd>
      </div>
      <div>
        <dt>${t('How long')}</dt>
        <dd>${tn('{n} minute', '{n} minutes', visit.minutes)}</dd>
      </div>
      ${pair(t('Where'), visit.place)} ${pair(t('What for'), visit.reason)}
    </dl>
    ${reader === 'person' && visit.status === 'planned' && !old ? html`<p class="hint">${t('To move or cancel it, call the practice.')}</p>` : nothing}
  </section>`;
}

function pair(name: string, value: string): unknown {
  return value === ''
    ? nothing
    : html`<div>
        <dt>${name}</dt>
        <dd>${value}</dd>
      </div>`;
}
