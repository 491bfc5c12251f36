/** The care teams that this professional is a member of, with whom patients can share in one act. */

import { html, nothing, type TemplateResult } from 'lit-html';

import type { TeamShown } from '../api.ts';
import { notice } from '../errors.ts';
import { listed } from '../format.ts';
import { t } from '../i18n.ts';
import { nameOf } from '../parts/people.ts';
import { teamName } from '../parts/teams.ts';
import type { Resource } from '../stage.ts';

/** A section of the day's page; nothing while the teams are looked up, and where there is none. */
export function teamsSection(teams: Resource<readonly TeamShown[]>): unknown {
  if (teams.error !== null) return notice(teams.error, () => void teams.reload());
  if (teams.value === null || teams.value.length === 0) return nothing;
  return html`<section class="sec" aria-labelledby="own-teams">
    <h2 id="own-teams">${t('Your teams')}</h2>
    <p class="hint">
      ${t('Your institution lists them. A patient can share with all members at once, by the team’s name or its id.')}
    </p>
    <ul class="tasks" role="list">
      ${teams.value.map(teamLine)}
    </ul>
  </section>`;
}

function teamLine(team: TeamShown): TemplateResult {
  const members = team.members.filter(({ standing }) => standing === 'authorised');
  return html`<li>
    <span>${teamName(team, team.team)}</span>
    <p class="hint">${listed(members.map(nameOf))}</p>
    <p class="hint mono">${team.team}</p>
  </li>`;
}
