/** Care teams in lists: by the name that their institution signed, with how many members wait for the person's word. */

import { html, nothing, type TemplateResult } from 'lit-html';

import type { Reading, TeamShown } from '../api.ts';
import { notice } from '../errors.ts';
import { listed, shortAddress } from '../format.ts';
import { t, tn } from '../i18n.ts';
import type { Resource } from '../stage.ts';
import type { AccessShown, GrantRow } from '../../sdk/results.ts';

/** The teams of one page: each is asked of the nodes once. */
export class Teams {
  readonly #known = new Map<string, TeamShown | null>();
  readonly #vault: Pick<Reading, 'team'>;
  readonly #changed: () => void;

  constructor(vault: Pick<Reading, 'team'>, changed: () => void) {
    this.#vault = vault;
    this.#changed = changed;
  }

  /** What is known of a team; null while it is asked for, and when it does not follow from what the nodes attest. */
  find(id: string): TeamShown | null {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    this.#known.set(id, null);
    void this.#ask(id);
    return null;
  }

  /** The name of a team, or its id's beginning and end where it has none that was checked. */
  name(id: string): string {
    return teamName(this.find(id), id);
  }

  async #ask(id: string): Promise<void> {
    try {
      this.#known.set(id, await this.#vault.team(id));
      this.#changed();
    } catch {
      // Too few nodes answer, or it cannot be believed: the page shows the id, which is true in both cases.
    }
  }
}

/** A team in a sentence. */
export function teamName(team: TeamShown | null, id: string): string {
  return team === null || team.name === '' ? t('Care team {address}', { address: shortAddress(id) }) : team.name;
}

/** The institution of a team, by its address where its name could not be checked. */
export function teamInstitution({ institution, institutionName }: TeamShown): string {
  return institutionName ?? t('Institution {address}', { address: shortAddress(institution) });
}

/** That members have joined since the person shared with a team; null where none has. */
export function joinedText({ joined }: TeamShown): string | null {
  return joined.length === 0
    ? null
    : tn(
        '{n} member has joined since. They see nothing until you agree.',
        '{n} members have joined since. They see nothing until you agree.',
        joined.length,
      );
}

/** That members, by name, only read where adding was wished. */
export function mustAskText(names: readonly string[]): string {
  return tn(
    '{names} can only read. To add entries, they have to ask you, and you share once more.',
    '{names} can only read. To add entries, they have to ask you, and you share once more.',
    names.length,
    { names: listed(names) },
  );
}

/** A step that offers teams; nothing while they are looked up, and where there is none. */
export function teamTasks(teams: Resource<readonly TeamShown[]>, link: (team: string) => string): unknown {
  if (teams.error !== null) return html`<div class="step">${notice(teams.error, () => void teams.reload())}</div>`;
  if (teams.value === null || teams.value.length === 0) return nothing;
  return html`<section class="step">
    <h2>${t('Teams of your institutions')}</h2>
    <ul class="tasks" role="list">
      ${teams.value.map((team) => teamTask(team, link(team.team)))}
    </ul>
  </section>`;
}

function teamTask(team: TeamShown, link: string): TemplateResult {
  const joined = joinedText(team);
  return html`<li>
    <a href=${link}>${teamName(team, team.team)}</a>
    <span class="small muted">${tn('{n} member', '{n} members', team.members.length)}</span>
    <p class="hint">${teamInstitution(team)}${joined === null ? nothing : html` · <b>${joined}</b>`}</p>
  </li>`;
}

/** The care teams that something is shared with now, each with the grants that went through it. */
export function sharedTeams({
  grants,
}: AccessShown): readonly (readonly [team: string, grants: readonly GrantRow[]])[] {
  const through = grants.filter(({ team }) => team !== null);
  return [...new Set(through.map(({ team }) => team ?? ''))].flatMap((team) => {
    const active = through.filter((grant) => isThrough(grant, team));
    return active.length === 0 ? [] : [[team, active] as const];
  });
}

/** Whom grants were given to, each once. */
export function membersOf(grants: readonly GrantRow[]): readonly string[] {
  return [...new Set(grants.map(({ other }) => other))];
}

/** Whether a grant that is open now went through a care team. */
export function isThrough(grant: GrantRow, team: string): boolean {
  const live = grant.direction === 'given' && grant.state === 'active';
  return live && grant.team?.toLowerCase() === team.toLowerCase();
}
