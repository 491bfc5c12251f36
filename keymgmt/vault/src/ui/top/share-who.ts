/** Whom to share with: a request that waits, somebody of one's care, a team, or an address from somebody's card. */

import { html, nothing, type TemplateResult } from 'lit-html';

import { codeOf } from '../errors.ts';
import { t } from '../i18n.ts';
import { requestTasks } from '../parts/asked.ts';
import { vaultFrame } from '../parts/frame.ts';
import { errorSummary, focusFaults, textField, type Faults } from '../parts/forms.ts';
import { People } from '../parts/people.ts';
import { teamTasks } from '../parts/teams.ts';
import { shown } from '../parts/waiting.ts';
import { addressOf, hashFor } from '../router.ts';
import { pageHead } from '../shell.ts';
import { Resource, type Page, type TopStage } from '../stage.ts';
import type { AccessShown, GrantRow } from '../../sdk/results.ts';

/** `#/share`, `#/share?record=<id>` for one record, `#/share?from=<professional>` when one takes another's place. */
export function whoPage(stage: TopStage): Page {
  const access = new Resource(() => stage.vault.accessList(), stage.update);
  const people = new People(stage.vault, stage.update);
  const teams = new Resource(() => stage.vault.teamList(), stage.update);
  const before = addressOf(stage.query['from']);
  let address = '';
  let faults: Faults = {};
  let looking = false;

  function submit(event: Event): void {
    event.preventDefault();
    const found = /0x[0-9a-fA-F]{40}/.exec(address)?.[0];
    if (found === undefined) {
      faults = { address: t('Give an address: 0x and 40 digits or letters from a to f') };
      stage.update();
      focusFaults();
      return;
    }
    void follow(found);
  }

  /** Goes on with whom an address means: a professional, or a care team by its id. */
  async function follow(found: string): Promise<void> {
    looking = true;
    stage.update();
    const isTeam = before === undefined && (await meansTeam(found));
    looking = false;
    stage.go(isTeam ? teamLink(found) : linkTo(found));
  }

  async function meansTeam(found: string): Promise<boolean> {
    try {
      if ((await stage.vault.person(found)).institution !== null) return false;
      await stage.vault.team(found);
      return true;
    } catch (error) {
      // The page of whom it means says what is wrong; only what nobody knows as a team is no team.
      return codeOf(error) === 'team-not-attested';
    }
  }

  function teamLink(team: string): string {
    return hashFor(['share'], { team, record: stage.query['record'] ?? '' });
  }

  function linkTo(who: string): string {
    return hashFor(['share'], { to: who, from: before ?? '', record: stage.query['record'] ?? '' });
  }

  return {
    title: () => t('Share your records'),
    render: () => html`
      ${pageHead(
        before === undefined ? t('Share your records') : t('Change who treats you'),
        before === undefined
          ? t('First: with whom?')
          : t('Whom do you go to now? {name} loses access in the same act.', { name: people.name(before) }),
      )}
      ${vaultFrame(
        stage.status().words,
        html`${errorSummary(faults)} ${shown(access, content, t('Looking for requests …'))}`,
      )}
    `,
  };

  function content(value: AccessShown): TemplateResult {
    const team = careTeam(value).filter((one) => one !== before?.toLowerCase());
    return html`
      ${requestList(value)}
      ${
        team.length === 0
          ? nothing
          : html`<section class="step ${value.requests.length === 0 ? 'first' : ''}">
              <h2>${t('People who treat you')}</h2>
              <ul class="tasks" role="list">
                ${team.map(
                  (one) =>
                    html`<li>
                      <a href=${linkTo(one)}>${people.name(one)}</a>
                      <a class="small" href=${hashFor(['share'], { from: one })}>${t('Change to someone else')}</a>
                      <p class="hint">${people.institution(one) ?? t('Not verified by an institution')}</p>
                    </li>`,
                )}
              </ul>
            </section>`
      }
      ${before === undefined ? teamTasks(teams, teamLink) : nothing}
      <form class="step last" @submit=${submit}>
        <h2>${t('Somebody else')}</h2>
        <div class="narrow-wide stack">
          ${textField({
            id: 'address',
            label: t('Address of the professional or care team'),
            hint: t('On their card or their practice’s page: 0x and 40 signs. Their code may be pasted whole.'),
            value: address,
            faults,
            input: (text) => {
              address = text;
            },
          })}
          <div class="btns">
            <button class="btn" type="submit" aria-disabled=${looking ? 'true' : 'false'}>${t('Continue')}</button>
            <a class="btn second" href="#/link">${t('Share by a link instead')}</a>
          </div>
        </div>
      </form>
    `;
  }

  function requestList(value: AccessShown): unknown {
    if (value.requests.length === 0) return nothing;
    return html`<section class="step first">
      <h2>${t('They asked you')}</h2>
      ${requestTasks(value.requests, people, (words, request) => html`<a href=${linkTo(request)}>${words}</a>`)}
    </section>`;
  }
}

/** The professionals who can see something now, each once. */
export function careTeam(access: AccessShown): readonly string[] {
  const active = (grant: GrantRow) => grant.direction === 'given' && grant.state === 'active';
  return [...new Set(access.grants.filter(active).map((grant) => grant.other.toLowerCase()))];
}
