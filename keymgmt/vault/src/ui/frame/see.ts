/** Who can see: the full strip of the home page, and the one line on every record. */

import { html, nothing, type TemplateResult } from 'lit-html';

import { longDate } from '../format.ts';
import { t, tn } from '../i18n.ts';
import { icon } from '../icons.ts';
import { sectionTitles } from '../names.ts';
import type { People } from '../parts/people.ts';
import type { AccessShown, GrantRow, RecordRow } from '../../sdk/results.ts';
import { portalLink, topLink } from './links.ts';

/** Active grants given, by grantee. */
export function givenByPerson(access: AccessShown): ReadonlyMap<string, readonly GrantRow[]> {
  const given = new Map<string, GrantRow[]>();
  for (const grant of access.grants) {
    if (grant.direction !== 'given' || grant.state !== 'active') continue;
    const key = grant.other.toLowerCase();
    given.set(key, [...(given.get(key) ?? []), grant]);
  }
  return given;
}

/** The strip: everybody who can see something now, and that nobody else can. */
export function seeStrip(access: AccessShown, people: People, platform: string, sealed: number): TemplateResult {
  const given = givenByPerson(access);
  return html`<section class="see" aria-labelledby="see-title">
    <div class="see-head">
      <h2 id="see-title">${icon('eye')} ${t('Who can see your records now')}</h2>
      ${given.size === 0 ? topLink(['share'], t('Share')) : topLink(['stop'], t('Change or stop'))}
    </div>
    <ul class="see-list" role="list">
      ${[...given].map(([address, grants]) => entry(address, grants, people))}
      <li class="none">
        <b>${given.size === 0 ? t('Nobody but you') : t('Nobody else')}</b>
        ${sealed > 0 ? tn('{n} sealed record: only you', '{n} sealed records: only you', sealed) : t('Nothing else is shared.')}
        <span class="muted">${portalLink(platform, '/patient/looks/', t('See who looked'))}</span>
      </li>
    </ul>
  </section>`;
}

function entry(address: string, grants: readonly GrantRow[], people: People): TemplateResult {
  const institution = people.institution(address);
  return html`<li>
    <b>${people.name(address)}</b>
    ${opened(grants)}
    ${institution === null ? nothing : html`<span class="muted">${icon('verified')} ${institution}</span>`}
    <span class="muted"
      >${t('until {date}', { date: longDate(Math.max(...grants.map((grant) => grant.expiry))) })}</span
    >
  </li>`;
}

/** What grants open, shortened to what fits a strip. */
export function opened(grants: readonly GrantRow[]): string {
  const sections = [...new Set(grants.flatMap((grant) => grant.sections))];
  const records = new Set(grants.flatMap((grant) => grant.records)).size;
  const parts = [
    sections.length > 4
      ? tn('{n} section', '{n} sections', sections.length)
      : sections.length > 0
        ? sectionTitles(sections)
        : '',
    records > 0 ? tn('{n} single record', '{n} single records', records) : '',
  ];
  return parts.filter(Boolean).join('; ');
}

/** One line on a record: who can see it, until when. */
export function seeLine(row: RecordRow, access: AccessShown | null, people: People): TemplateResult {
  const given = access === null ? new Map<string, readonly GrantRow[]>() : givenByPerson(access);
  const change = row.readers.length === 0 ? t('Share this') : t('Change');
  const link = topLink(
    row.readers.length === 0 ? ['share'] : ['stop'],
    change,
    row.readers.length === 0 ? { record: row.record } : {},
  );
  if (row.readers.length === 0) {
    return html`<p class="see-line">
      <span class="seen">${icon('lock')} <b>${t('Only you can see this.')}</b></span> ${link}
    </p>`;
  }
  return html`<p class="see-line">
    <span class="seen"
      >${icon('eye')} <b>${tn('{n} person can see this:', '{n} people can see this:', row.readers.length)}</b></span
    >
    ${row.readers.map((reader) => html`<span>${people.name(reader)} <span class="muted">${untilOf(given.get(reader.toLowerCase()), row)}</span></span> `)}
    ${link}
  </p>`;
}

function untilOf(grants: readonly GrantRow[] | undefined, row: RecordRow): string {
  const own = (grants ?? []).filter(
    (grant) => grant.records.includes(row.record) || grant.sections.includes(row.section),
  );
  return own.length === 0 ? '' : t('until {date}', { date: longDate(Math.max(...own.map((grant) => grant.expiry))) });
}
