/**
 * Stopping somebody's access: `#/stop` chooses whom, `#/stop?who=<professional>`, `?grant=<id>` or `?team=<id>` (what was
 * shared with a care team) stops it.
 */

import { html, nothing, type TemplateResult } from 'lit-html';

import type { Consequence } from '../consent.ts';
import { longDate, number } from '../format.ts';
import { t, tn } from '../i18n.ts';
import { icon } from '../icons.ts';
import { purposeTitle, sectionTitles } from '../names.ts';
import { vaultFrame } from '../parts/frame.ts';
import { notice } from '../errors.ts';
import { People } from '../parts/people.ts';
import { Teams, isThrough, membersOf, sharedTeams } from '../parts/teams.ts';
import { empty, progress, shown } from '../parts/waiting.ts';
import { addressOf, hashFor } from '../router.ts';
import { pageHead } from '../shell.ts';
import { Act, Resource, type Page, type TopStage } from '../stage.ts';
import type { AccessShown, AccessWithdrawn, GrantRow } from '../../sdk/results.ts';
import { backButton, decisionPage } from './act-page.ts';
import { careTeam } from './share-who.ts';

/** `#/stop`. */
export function stopPage(stage: TopStage): Page {
  const team = addressOf(stage.query['team']);
  if (team !== undefined) return stopTeam(stage, team);
  const what = stage.query['who'] ?? stage.query['grant'];
  return what === undefined ? choosePage(stage) : stopOne(stage, what);
}

/** Whose access a page stops. */
interface Stopping {
  /** What the vault is asked to stop. */
  readonly what: string;
  readonly access: Resource<AccessShown>;
  /** What ends with it. */
  grants(): readonly GrantRow[];
  name(): string;
  /** Who they are, below the name. */
  about(): unknown;
  /** The first consequence. */
  goes(): string;
  button(): string;
}

function stopOne(stage: TopStage, what: string): Page {
  const access = new Resource(() => stage.vault.accessList(), stage.update);
  const people = new People(stage.vault, stage.update);
  const ending = (which: string): readonly GrantRow[] =>
    access.value?.grants.filter((grant) => concerns(grant, which)) ?? [];
  const grants = (): readonly GrantRow[] => ending(what);
  const other = (): string => grants()[0]?.other ?? '';
  const name = (): string => (other() === '' ? '' : people.name(other()));
  return decidedStop(stage, {
    what,
    access,
    grants,
    name,
    about: () => html`${people.institution(other()) ?? nothing} ${people.doubt(other()) ?? nothing}`,
    // Everything of this person ends, or only the one access that the page was opened for.
    goes: () =>
      ending(other()).length > grants().length
        ? t('{name} can open nothing new of this. Whatever else you share with {name} stays shared.', { name: name() })
        : t('{name} can open nothing new, as soon as the nodes hear of it.', { name: name() }),
    button: () => t('Stop'),
  });
}

/** Stopping with all members of a care team in one act: what they were given through it, and no more than that. */
function stopTeam(stage: TopStage, team: string): Page {
  const access = new Resource(() => stage.vault.accessList(), stage.update);
  const people = new People(stage.vault, stage.update);
  const teams = new Teams(stage.vault, stage.update);
  const grants = (): readonly GrantRow[] => access.value?.grants.filter((grant) => isThrough(grant, team)) ?? [];
  teams.find(team); // Asked for at once: the page is about nothing else.
  const name = (): string => teams.name(team);
  return decidedStop(stage, {
    what: team,
    access,
    grants,
    name,
    about: () =>
      membersOf(grants())
        .map((one) => people.name(one))
        .join(', '),
    goes: () =>
      tn(
        '{n} member of {name} can open nothing new of this, as soon as the nodes hear of it. Whatever else you share with them stays shared.',
        '{n} members of {name} can open nothing new of this, as soon as the nodes hear of it. Whatever else you share with them stays shared.',
        membersOf(grants()).length,
        { name: name() },
      ),
    button: () => t('Stop with all of them'),
  });
}

function decidedStop(stage: TopStage, { what, access, grants, name, about, goes, button }: Stopping): Page {
  return decisionPage<AccessWithdrawn>(stage, {
    title: () => t('Stop someone’s access'),
    lede: () => nothing,
    content: () =>
      shown(access, () =>
        grants().length === 0
          ? empty(t('There is nothing to stop.'), t('This access has ended, or was stopped before.'))
          : html`<p class="who">${name()}</p>
              <p class="muted">${about()}</p>
              ${grantTable(grants())}`,
      ),
    sheetTitle: () => t('If you stop'),
    consequences: () => [{ sign: 'stop', pieces: [goes()] }, ...afterwards()],
    button,
    doing: () => t('Stopping, and giving your records a new lock'),
    waiting: () => grants().length === 0,
    act: (options) => stage.vault.accessWithdraw(what, options),
    done: (value) => stopped(stage, value, name()),
  });
}

/** What stopping means, whoever's access it is. */
function afterwards(): readonly Consequence[] {
  return [
    { sign: 'eye', pieces: [t('What was already opened may have been kept. Nothing can take that back.')] },
    {
      sign: 'lock',
      pieces: [
        t(
          'Your records in these sections get a new lock. That goes on while this page is open, and can be finished later.',
        ),
      ],
    },
    { sign: 'no', pieces: [t('No reason is given, and nobody else is told.')] },
  ];
}

function stopped(stage: TopStage, value: AccessWithdrawn, name: string): TemplateResult {
  return html`
    <h2>${icon('yes')} ${t('{name} can open nothing new', { name })}</h2>
    <p>${tn('{n} node has heard of it.', '{n} nodes have heard of it.', value.nodes.length)}</p>
    ${
      value.state === 'complete'
        ? html`<p>
            ${
              value.rotation.total === 0
                ? t('No record needed a new lock.')
                : tn('{n} record has a new lock.', '{n} records have a new lock.', value.rotation.done)
            }
          </p>`
        : html`<div class="note warn">
            <h3>${icon('clock')} ${t('Not finished')}</h3>
            <p>
              ${t(
                '{done} of {total} records have a new lock. Nothing new can be opened; the rest goes on when you continue.',
                {
                  done: number(value.rotation.done),
                  total: number(value.rotation.total),
                },
              )}
            </p>
            <p><a class="btn quiet" href="#/stop">${t('Continue')}</a></p>
          </div>`
    }
    <div class="btns">
      ${backButton(stage)}
      <button class="btn second" type="button" @click=${() => stage.leave('/patient/looks/')}>
        ${t('See who looked')}
      </button>
    </div>
  `;
}

function choosePage(stage: TopStage): Page {
  const access = new Resource(() => stage.vault.accessList(), stage.update);
  const wallet = new Resource(() => stage.vault.walletShow(), stage.update);
  const people = new People(stage.vault, stage.update);
  const teams = new Teams(stage.vault, stage.update);
  const finish = new Act<AccessWithdrawn>(() => stage.update());

  return {
    title: () => t('Stop someone’s access'),
    stop: () => finish.cancel(),
    render: () => html`
      ${pageHead(t('Stop someone’s access'), t('Choose whose. The next page says what it means before anything is sent.'))}
      ${vaultFrame(stage.status().words, html`${unfinished()} ${shown(access, list, t('Looking who has access …'))}`)}
    `,
  };

  function unfinished(): unknown {
    const waiting = wallet.value?.pendingRotations.length ?? 0;
    if (finish.state === 'done')
      return html`<p role="status" class="gap-below">${icon('yes')} ${t('Every record has its new lock.')}</p>`;
    if (waiting === 0) return nothing;
    return html`<div class="note warn gap-below">
      <h2 class="h3">${icon('clock')} ${t('An earlier stop is not finished')}</h2>
      <p>${t('Nothing new can be opened since. Some records still get a new lock.')}</p>
      ${finish.error === null ? nothing : notice(finish.error)}
      ${progress(finish, t('Giving records a new lock'), 'items')}
      ${
        finish.state === 'running'
          ? nothing
          : html`<p>
              <button
                class="btn quiet"
                type="button"
                @click=${() => void finish.run((o) => stage.vault.accessRotate(o))}
              >
                ${t('Finish it now')}
              </button>
            </p>`
      }
    </div>`;
  }

  function list(value: AccessShown): TemplateResult {
    const team = careTeam(value);
    if (team.length === 0) return empty(t('Nobody but you can see your records.'), t('There is nothing to stop.'));
    return html`<ul class="tasks" role="list">
      ${sharedTeams(value).map(([id, grants]) => {
        const members = membersOf(grants).length;
        return html`<li>
          <a href=${hashFor(['stop'], { team: id })}>${teams.name(id)}</a>
          <span class="small muted">${tn('{n} member', '{n} members', members)}</span>
          <p class="hint">${whatOf(grants)}</p>
        </li>`;
      })}
      ${team.map((one) => {
        const grants = value.grants.filter((grant) => concerns(grant, one));
        return html`<li>
          <a href=${hashFor(['stop'], { who: one })}>${people.name(one)}</a>
          <span class="small muted"
            >${t('until {date}', { date: longDate(Math.max(...grants.map((grant) => grant.expiry))) })}</span
          >
          <p class="hint">${whatOf(grants)}</p>
        </li>`;
      })}
    </ul>`;
  }
}

function grantTable(grants: readonly GrantRow[]): TemplateResult {
  return html`<table class="flow">
    <caption class="vh">
      ${t('What is stopped')}
    </caption>
    <thead>
      <tr>
        <th scope="col">${t('What')}</th>
        <th scope="col">${t('Why')}</th>
        <th scope="col">${t('Ends by itself')}</th>
      </tr>
    </thead>
    <tbody>
      ${grants.map(
        (grant) =>
          html`<tr>
            <th scope="row">${whatOf([grant])}</th>
            <td class="nw">${purposeTitle(grant.purpose)}</td>
            <td class="nw" data-l=${t('Ends by itself')}>${longDate(grant.expiry)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

/** What grants open, in words. */
export function whatOf(grants: readonly GrantRow[]): string {
  const sections = [...new Set(grants.flatMap((grant) => grant.sections))];
  const records = grants.reduce((sum, grant) => sum + grant.records.length, 0);
  const parts = [
    sections.length === 0 ? '' : sectionTitles(sections),
    records === 0 ? '' : tn('{n} single record', '{n} single records', records),
  ];
  return parts.filter(Boolean).join('; ');
}

function concerns(grant: GrantRow, what: string): boolean {
  if (grant.direction !== 'given' || grant.state !== 'active') return false;
  return grant.grant === what || grant.other.toLowerCase() === what.toLowerCase();
}
