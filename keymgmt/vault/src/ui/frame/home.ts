/** The home page: what is new and the next appointment, above the timeline. */

import { html, nothing, type TemplateResult } from 'lit-html';

import { nextVisit, visitTime } from '../events.ts';
import { t } from '../i18n.ts';
import { icon } from '../icons.ts';
import type { Naming } from '../news.ts';
import { calendarGaps } from '../parts/calendar-gaps.ts';
import { hashFor } from '../router.ts';
import type { Page, Stage } from '../stage.ts';
import { ownChecks } from '../../sdk/news.ts';
import { type Fetched, NewsBlock } from './news.ts';
import { Timeline } from './timeline.ts';

/** `#/home`. */
export function homePage(stage: Stage): Page {
  const timeline = new Timeline(stage);
  const news = new NewsBlock(stage);
  const now = Math.floor(Date.now() / 1000);
  const naming: Naming = {
    person: (address) => timeline.people.name(address),
    event: (record) => timeline.event(record),
    summary: (record) => timeline.summary(record),
  };

  return {
    title: () => t('Your records'),
    stop: () => timeline.stop(),
    render: () => {
      // The list is drawn first: drawing it asks for what the lines above it are made of.
      const list = timeline.render();
      return html`${calendarGaps(timeline.calendarGaps)} ${appointment()}
      ${timeline.records.error === null ? news.render(fetched(), naming) : nothing} ${list}`;
    },
  };

  function fetched(): Fetched {
    const records = timeline.records.value;
    if (records === null || !timeline.complete) return null;
    const { profile } = timeline;
    const checks = ownChecks(records, (record) => timeline.gist(record), profile, now);
    return { now, records, access: timeline.access.value, profile, checks };
  }

  function appointment(): unknown {
    const wallet = stage.status().wallet;
    const visit = wallet === null ? null : nextVisit(timeline.visits ?? [], wallet, now);
    if (visit === null) return nothing;
    const row = timeline.records.value?.find(({ record }) => record === visit.event);
    const who = row === undefined || row.institution === null ? '' : timeline.people.name(row.author);
    return appointmentLine(hashFor(['record', visit.event]), visitTime(visit), [visit.reason, who]);
  }
}

function appointmentLine(address: string, when: string, more: readonly string[]): TemplateResult {
  const rest = more.filter((part) => part !== '').join(' · ');
  return html`<section class="note gap-below" aria-labelledby="next-visit">
    <h2 class="h3" id="next-visit">${icon('clock')} ${t('Next appointment')}</h2>
    <p><a href=${address}>${when}</a>${rest === '' ? nothing : html`<br />${rest}`}</p>
  </section>`;
}
