/** Requests that wait for the patient, as the pages list them: who asks, for whom, for what and why. */

import { html, nothing, type TemplateResult } from 'lit-html';

import { longDate, moment } from '../format.ts';
import { t } from '../i18n.ts';
import { icon } from '../icons.ts';
import { sectionTitles } from '../names.ts';
import type { RequestRow } from '../../sdk/results.ts';
import type { People } from './people.ts';

/** Requests as tasks; `link` makes the way to the decision of one. */
export function requestTasks(
  requests: readonly RequestRow[],
  people: People,
  link: (words: string, request: string) => unknown,
): TemplateResult {
  return html`<ul class="tasks" role="list">
    ${requests.map(
      (one) =>
        html`<li>
          ${link(titleOf(one, people), one.request)}
          <span><span class="tag todo">${t('Your decision')}</span></span>
          <p class="hint">
            ${institution(people, one.referral?.colleague ?? one.professional)}
            ${
              one.referral === null
                ? t('{when}: asks for {sections} until {date}', {
                    when: moment(one.received),
                    sections: sectionTitles(one.sections),
                    date: longDate(one.until),
                  })
                : t('{when}: {referrer} asks you to let {colleague} see {sections} until {date}', {
                    when: moment(one.received),
                    referrer: named(people, one.professional),
                    colleague: people.name(one.referral.colleague),
                    sections: sectionTitles(one.sections),
                    date: longDate(one.until),
                  })
            }
          </p>
        </li>`,
    )}
  </ul>`;
}

function titleOf({ professional, referral }: RequestRow, people: People): string {
  if (referral === null) return people.name(professional);
  const names = { colleague: people.name(referral.colleague), referrer: people.name(professional) };
  return t('{colleague}, proposed by {referrer}', names);
}

function institution(people: People, address: string): unknown {
  const name = people.institution(address);
  return name === null ? nothing : html`${icon('verified')} ${name} · `;
}

/** Name and institution in one piece of a sentence. */
function named(people: People, address: string): string {
  const institution = people.institution(address);
  const name = people.name(address);
  return institution === null ? name : t('{name} of {institution}', { name, institution });
}
