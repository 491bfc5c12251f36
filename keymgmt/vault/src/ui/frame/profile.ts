/** The profile by section: what counts now, who said it and when, conflicts and disputes; confirm or dispute on top. */

import { html, nothing, type TemplateResult } from 'lit-html';

import { entryText } from '../entries.ts';
import { longDate } from '../format.ts';
import { t, tn } from '../i18n.ts';
import { icon } from '../icons.ts';
import { isSensitive, sectionTitle } from '../names.ts';
import { entryState, saidBy, sensitiveMark } from '../parts/marks.ts';
import { People } from '../parts/people.ts';
import { empty, shown } from '../parts/waiting.ts';
import { Resource, type Page, type Stage } from '../stage.ts';
import type { ProfileEntry, ProfileShown } from '../../sdk/results.ts';
import { markLine } from './event.ts';
import { topLink } from './links.ts';

/** Sections in the order in which a clinician asks; others follow. */
const ORDER = ['allergies', 'conditions', 'medication', 'blood-type', 'sex', 'immunisations', 'results'];

/** `#/profile`. */
export function profilePage(stage: Stage): Page {
  const profile = new Resource(() => stage.vault.profileShow(), stage.update);
  const people = new People(stage.vault, stage.update);

  return {
    title: () => t('Health profile'),
    render: () => html`
      <h1 class="vh" data-heading>${t('Health profile')}</h1>
      ${shown(profile, content)}
    `,
  };

  function content({ sections, unreadable }: ProfileShown): TemplateResult {
    const names = Object.keys(sections).sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
    if (names.length === 0) {
      return empty(
        t('Your profile is empty.'),
        t(
          'Your practice can add signed entries when you let it: allergies, conditions, medication, blood type and more.',
        ),
        topLink(['share'], t('Share with your practice'), {}, 'btn'),
      );
    }
    return html`
      ${
        unreadable.length === 0
          ? nothing
          : html`<div class="note warn gap-below">
              <h2 class="h3">
                ${icon('warn')} ${tn('{n} entry does not open', '{n} entries do not open', unreadable.length)}
              </h2>
              <p>
                ${t('It exists on the ledger, but its signature or content does not fit. It counts for nothing here.')}
              </p>
            </div>`
      }
      ${names.map((name) => section(name, sections[name] ?? []))}
    `;
  }

  function section(name: string, entries: readonly ProfileEntry[]): TemplateResult {
    const now = entries.filter((entry) => entry.state !== 'corrected');
    const before = entries.filter((entry) => entry.state === 'corrected');
    return html`<section class="profile" aria-labelledby="section-${name}">
      <h2 id="section-${name}">
        ${sectionTitle(`profile/${name}`)} ${isSensitive(`profile/${name}`) ? sensitiveMark() : nothing}
      </h2>
      <ul class="rows" role="list">
        ${now.map((entry) => row(entry, entries))}
      </ul>
      ${
        before.length === 0
          ? nothing
          : html`<details>
              <summary>
                ${tn('{n} earlier entry, corrected since', '{n} earlier entries, corrected since', before.length)}
              </summary>
              <div>
                <ul class="rows" role="list">
                  ${before.map((entry) => row(entry, entries))}
                </ul>
              </div>
            </details>`
      }
    </section>`;
  }

  function row(entry: ProfileEntry, all: readonly ProfileEntry[]): TemplateResult {
    const { title, value } = entryText(entry.entry);
    const rivals = all.filter((other) => entry.conflicts.includes(other.event));
    const waits = rivals.some(({ event }) => event === entry.corrects);
    return html`<li class="row flag">
      <div>
        <h3>${title}</h3>
        ${value === '' ? nothing : html`<p class="val">${value}</p>`}
        <p class="by">${said(entry)} ${entry.state === 'corrected' ? nothing : acts(entry)}</p>
        ${
          rivals.length === 0
            ? nothing
            : html`<p class="conflict">
                  <span class="tag warn">${icon('warn')} ${t('Does not agree with another entry')}</span>
                </p>
                <ul class="small" role="list">
                  ${rivals.map((rival) => html`<li>${wordsOf(rival)} · ${said(rival)}</li>`)}
                </ul>
                ${
                  waits
                    ? html`<p class="small">
                        ${t('It corrects what somebody else wrote. Both stand until you confirm it.')}
                      </p>`
                    : nothing
                }`
        }
        ${entry.marks.map((mark) => html`<p class="small">${markLine(mark, people)}</p>`)}
      </div>
      <div class="end">${entryState(entry.state)}</div>
    </li>`;
  }

  function said(entry: ProfileEntry): TemplateResult {
    return html`${saidBy(entry.institution === null ? null : people.name(entry.author), institutionOf(entry))} ·
    ${longDate(entry.at)}`;
  }

  function institutionOf(entry: ProfileEntry): string | null {
    if (entry.institution === null) return null;
    return stage.deployment.institutions[entry.institution] ?? people.institution(entry.author) ?? entry.institution;
  }

  function acts(entry: ProfileEntry): TemplateResult {
    return html` ·
    ${entry.state === 'confirmed' ? nothing : html`${topLink(['confirm', entry.event], t('Confirm'))} · `}
    ${topLink(['dispute', entry.event], t('Something wrong?'))}`;
  }
}

function wordsOf({ entry }: ProfileEntry): string {
  const { title, value } = entryText(entry);
  return [title, value].filter((part) => part !== '').join(', ');
}

function rank(name: string): number {
  const place = ORDER.indexOf(name);
  return place === -1 ? ORDER.length : place;
}
