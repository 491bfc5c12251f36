/** Who has access: by person, what, until when, and the way to stop; requests that wait; what has ended. */

import { html, nothing, type TemplateResult } from 'lit-html';

import { longDate } from '../format.ts';
import { t, tn } from '../i18n.ts';
import { icon } from '../icons.ts';
import { purposeTitle } from '../names.ts';
import { requestTasks } from '../parts/asked.ts';
import { verifiedBy } from '../parts/marks.ts';
import { People } from '../parts/people.ts';
import { Teams, joinedText, membersOf, sharedTeams, teamInstitution } from '../parts/teams.ts';
import { empty, shown } from '../parts/waiting.ts';
import { Resource, type Page, type Stage } from '../stage.ts';
import type { AccessShown, GrantRow } from '../../sdk/results.ts';
import { topLink } from './links.ts';
import { givenByPerson, opened } from './see.ts';

/** `#/access`. */
export function accessPage(stage: Stage): Page {
  const access = new Resource(() => stage.vault.accessList(), stage.update);
  const people = new People(stage.vault, stage.update);
  const teams = new Teams(stage.vault, stage.update);

  return {
    title: () => t('Who has access'),
    render: () => html`
      <h1 class="h2 gap-below" data-heading>${icon('eye')} ${t('Who can see your records now')}</h1>
      ${shown(access, content, t('Looking who has access …'))}
    `,
  };

  function content(value: AccessShown): TemplateResult {
    const given = givenByPerson(value);
    const over = value.grants.filter((grant) => grant.direction === 'given' && grant.state !== 'active');
    return html`
      ${requests(value)}
      ${
        given.size === 0
          ? empty(t('Nobody but you.'), t('Whoever you share with stands here, with what they can see and until when.'))
          : html`<ul class="rows top-line" role="list">
              ${sharedTeams(value).map(([id, grants]) => team(id, grants))}
              ${[...given].map(([address, grants]) => person(address, grants))}
            </ul>`
      }
      ${over.length === 0 ? nothing : ended(over)}
    `;
  }

  function requests(value: AccessShown): unknown {
    if (value.requests.length === 0) return nothing;
    return html`<section class="asked" aria-labelledby="requests">
      <h2 id="requests" class="gap-below">${t('They ask you')}</h2>
      ${requestTasks(value.requests, people, (words, to) => topLink(['share'], words, { to }))}
    </section>`;
  }

  function team(id: string, grants: readonly GrantRow[]): TemplateResult {
    const found = teams.find(id);
    const joined = found === null ? null : joinedText(found);
    const members = membersOf(grants).length;
    const until = Math.max(...grants.map((grant) => grant.expiry));
    return html`<li class="row flag">
      <div>
        <h2 class="h3">${teams.name(id)}</h2>
        ${found === null ? nothing : html`<p class="small">${verifiedBy(teamInstitution(found))}</p>`}
        <p class="val">${tn('{n} member', '{n} members', members)}: ${opened(grants)}</p>
        <p class="by">${t('until {date}', { date: longDate(until) })}</p>
        ${
          joined === null
            ? nothing
            : html`<p class="note warn gap-top">
                ${joined} ${topLink(['share'], t('Look who, and decide'), { team: id })}
              </p>`
        }
      </div>
      <div class="end">
        ${topLink(['stop'], html`${t('Stop')} <span class="vh">${teams.name(id)}</span>`, { team: id }, 'btn quiet')}
      </div>
    </li>`;
  }

  function person(address: string, grants: readonly GrantRow[]): TemplateResult {
    const institution = people.institution(address);
    const until = Math.max(...grants.map((grant) => grant.expiry));
    const why = [...new Set(grants.map((grant) => purposeTitle(grant.purpose)))].join(', ');
    return html`<li class="row flag">
      <div>
        <h2 class="h3">${people.name(address)}</h2>
        ${institution === null ? nothing : html`<p class="small">${verifiedBy(institution)}</p>`}
        <p class="val">${opened(grants)}</p>
        <p class="by">${t('until {date}', { date: longDate(until) })} · ${why}</p>
      </div>
      <div class="end">
        ${topLink(['stop'], html`${t('Stop')} <span class="vh">${people.name(address)}</span>`, { who: address }, 'btn quiet')}
        ${topLink(['share'], t('Change to someone else'), { from: address })}
      </div>
    </li>`;
  }

  function ended(grants: readonly GrantRow[]): TemplateResult {
    return html`<details class="gap-top">
      <summary>${t('Access that has ended')}</summary>
      <div>
        <table class="flow">
          <caption class="vh">
            ${t('Access that has ended')}
          </caption>
          <thead>
            <tr>
              <th scope="col">${t('Who')}</th>
              <th scope="col">${t('What')}</th>
              <th scope="col">${t('How it ended')}</th>
            </tr>
          </thead>
          <tbody>
            ${grants.map(
              (grant) =>
                html`<tr>
                  <th scope="row">${people.name(grant.other)}</th>
                  <td>${opened([grant])}</td>
                  <td>
                    ${grant.state === 'withdrawn' ? t('You stopped it') : t('It ran until {date}', { date: longDate(grant.expiry) })}
                  </td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </details>`;
  }
}
