/**
 * Sharing with a care team: `#/share?team=<id>`. The page names every member with the institution that answers for them,
 * says what each gets and who may add entries, and that whoever joins later gets nothing before the person is asked again.
 */

import { html, nothing, type TemplateResult } from 'lit-html';

import type {
  AgreedMember,
  PersonShown,
  PreparedShare,
  PreparedTeam,
  TeamMemberShown,
  TeamShown,
  TeamWish,
} from '../api.ts';
import { consentForTeam } from '../consent.ts';
import { notice } from '../errors.ts';
import { listed, longDate } from '../format.ts';
import { t, tn } from '../i18n.ts';
import { icon } from '../icons.ts';
import { vaultFrame } from '../parts/frame.ts';
import { errorSummary, options } from '../parts/forms.ts';
import { verifiedBy } from '../parts/marks.ts';
import { doubtOf, nameOf } from '../parts/people.ts';
import { consentSheet } from '../parts/sheet.ts';
import { joinedText, mustAskText, teamInstitution, teamName } from '../parts/teams.ts';
import { hindrance, progress, shown } from '../parts/waiting.ts';
import { hashFor } from '../router.ts';
import { backLink, pageHead } from '../shell.ts';
import { Resource, type Page, type TopStage } from '../stage.ts';
import type { AccessShown, TeamGranted } from '../../sdk/results.ts';
import { ShareForm, keysGiven, submitShare } from './share-form.ts';
import { Signing } from './signing.ts';

/** The page. */
export class ShareTeam implements Page {
  readonly #stage: TopStage;
  readonly #id: string;
  readonly #form: ShareForm;
  readonly #signing: Signing<TeamWish, PreparedTeam, TeamGranted>;
  readonly #team: Resource<TeamShown>;
  #append = false;

  constructor(stage: TopStage, id: string) {
    this.#stage = stage;
    this.#id = id;
    const { vault } = stage;
    const update = (): void => stage.update();
    this.#form = new ShareForm(() => this.#changed());
    this.#signing = new Signing(
      {
        wish: () => (this.#form.isComplete() ? this.#wish() : null),
        prepare: (wish) => vault.teamPrepare(wish),
        sign: (wish, { shares }, calling) => vault.teamGrant(wish, shares.map(agreed), calling),
      },
      update,
    );
    this.#team = new Resource(() => this.#load(), update);
  }

  title(): string {
    return t('Share your records');
  }

  render(): TemplateResult {
    return html`
      ${backLink('#/share', t('Choose someone else'))} ${pageHead(t('Share your records'))}
      ${vaultFrame(this.#stage.status().words, this.#content())}
    `;
  }

  #content(): unknown {
    const { act, error } = this.#signing;
    if (act.state === 'done' && act.value !== null) return this.#done(act.value);
    if (error !== null) return notice(error, () => void this.#signing.prepare());
    const checking = t('Checking with the nodes who is in this team …');
    return shown(this.#team, (team) => this.#choosing(this.#shown ?? team), checking);
  }

  /** The team as the sheet names it: it may have grown since the page was opened. */
  get #shown(): TeamShown | null {
    return this.#signing.prepared?.team ?? this.#team.value;
  }

  #choosing(team: TeamShown): TemplateResult {
    if (team.members.length === 0) return dissolved();
    const { act, coming } = this.#signing;
    const submit = (event: Event): void =>
      void submitShare(event, this.#form, this.#signing, () => this.#stage.update());
    return html`<form class="split wide-end" @submit=${submit}>
      <div>
        ${errorSummary(this.#form.faults)} ${act.error === null ? nothing : this.#failure(act.error)}
        ${progress(act, t('Signing, and giving the nodes their keys'), 'items', false)} ${hindrance(coming)}
        ${whoStep(team)} ${this.#form.whatStep(t('What each member may see'), this.#addStep())} ${this.#form.termStep()}
        ${this.#form.whyStep()}
      </div>
      ${this.#sheet(team)}
    </form>`;
  }

  /** Whether members may add, too; nobody but a member can name the key that entries are signed with. */
  #addStep(): unknown {
    if (this.#form.single) return nothing;
    const able = this.#able();
    if (able.length === 0) {
      return html`<p class="hint gap-top">
        ${t('Nobody in this team can add entries to these sections yet: whoever wants to has to ask you once, because entries are signed on their own device.')}
      </p>`;
    }
    const names = listed(able.map(nameOf));
    const choice = {
      id: 'append',
      value: 'append',
      label: t('Members who have asked you before may also add entries to these sections'),
      hint: t('At present: {names}. Signed by name. You can dispute each of them.', { names }),
      checked: this.#append,
    };
    return options('checkbox', 'append', [choice], (_, checked) => {
      this.#append = checked;
      this.#changed();
    });
  }

  /** Who of the team can be let add to the chosen sections. */
  #able(): readonly TeamMemberShown[] {
    const layers = this.#form.choice().sections.map((section) => section.split('/')[0] ?? '');
    const members = this.#shown?.members ?? [];
    return members.filter(
      ({ standing, stopped, signs }) =>
        standing === 'authorised' && !stopped && signs.length > 0 && layers.every((layer) => signs.includes(layer)),
    );
  }

  #wish(): TeamWish {
    // Only what the page offers is wished: another choice of sections may have taken the box away.
    const append = this.#append && !this.#form.single && this.#able().length > 0;
    return { team: this.#id, append, ...this.#form.choice() };
  }

  #changed(): void {
    this.#stage.update();
    void this.#signing.prepare();
  }

  #failure(error: unknown): TemplateResult {
    return html`${notice(error)}
      <p class="note warn">
        ${t('Some members may have been given it already. Press the button again: who has it is not given it twice.')}
      </p>`;
  }

  #sheet(team: TeamShown): TemplateResult {
    const refuse = () => this.#stage.go('#/share');
    const { prepared, busy } = this.#signing;
    if (prepared === null || prepared.shares.length === 0) {
      const all = prepared !== null && prepared.have.length > 0;
      return html`<section class="sheet" aria-labelledby="consent-title">
        <h2 id="consent-title">${t('If you share')}</h2>
        <p class="gap-top gap-below">
          ${
            all
              ? t('Every member has this already, at least as long. There is nothing to sign.')
              : t('Choose what to share. Nothing is shared until you press the button here.')
          }
        </p>
        ${mustAskNote(prepared?.mustAsk ?? [])}
        <button class="btn second" type="button" @click=${refuse}>${t('Do not share')}</button>
      </section>`;
    }
    const have = prepared.have.map(nameOf);
    return consentSheet(consentForTeam(prepared), {
      title: t('If you share'),
      no: t('Do not share'),
      busy,
      refuse,
      hint:
        have.length === 0
          ? t('If you do not share, {name} is told nothing.', { name: teamName(team, this.#id) })
          : tn('{names} has this already.', '{names} have this already.', have.length, { names: listed(have) }),
    });
  }

  async #load(): Promise<TeamShown> {
    const { vault } = this.#stage;
    const [team, access, records] = await Promise.all([vault.team(this.#id), vault.accessList(), vault.recordList()]);
    this.#form.offer(records);
    // A second fetch keeps what was chosen meanwhile.
    if (this.#team.value === null) this.#begin(team, access);
    void this.#signing.prepare();
    return team;
  }

  /** What the form begins with: for members who joined since, what the others have; or one record. */
  #begin({ joined }: TeamShown, { grants }: AccessShown): void {
    const record = this.#stage.query['record'];
    if (record !== undefined) {
      this.#form.beginWithRecord(record);
      return;
    }
    const shared = grants.filter(
      ({ team, state }) => team?.toLowerCase() === this.#id.toLowerCase() && state === 'active',
    );
    const [first] = shared;
    if (joined.length === 0 || first === undefined) return;
    this.#form.begin(shared.flatMap(({ sections }) => sections));
    this.#form.beginWithPurpose(first.purpose);
    this.#form.beginAsLongAs(Math.min(...shared.map(({ expiry }) => expiry)));
  }

  #done(granted: TeamGranted): TemplateResult {
    const team = this.#shown;
    const name = teamName(team, this.#id);
    const among = (wallets: readonly string[]) =>
      team?.members.filter(({ address }) => wallets.includes(address)) ?? [];
    const left = among(granted.leftOut.map(({ wallet }) => wallet));
    return html`<div class="stack done" role="status">
      <h2>
        ${icon('yes')}
        ${tn(
          '{n} member of {name} can see what you chose until {date}',
          '{n} members of {name} can see what you chose until {date}',
          granted.members.length,
          { name, date: longDate(granted.expiry) },
        )}
      </h2>
      ${
        left.length === 0
          ? nothing
          : html`<p class="note warn">
              ${t('Left out, because they may not act for the institution now: {names}.', {
                names: listed(left.map(nameOf)),
              })}
            </p>`
      }
      ${mustAskNote(among(granted.mustAsk))} ${keysGiven(granted)}
      <div class="btns">
        <button class="btn" type="button" @click=${() => this.#stage.leave(this.#stage.back())}>
          ${t('Back to your wallet')}
        </button>
        <a class="btn second" href=${hashFor(['stop'], { team: granted.team })}>${t('Stop this again')}</a>
      </div>
    </div>`;
  }
}

/** A member as the sheet names them. */
function agreed({ person, grants }: PreparedShare): AgreedMember {
  return { wallet: person.address, append: grants.some(({ append }) => append.length > 0) };
}

function mustAskNote(members: readonly PersonShown[]): unknown {
  return members.length === 0 ? nothing : html`<p class="note warn">${mustAskText(members.map(nameOf))}</p>`;
}

function whoStep(team: TeamShown): TemplateResult {
  const joined = joinedText(team);
  return html`<section class="step first">
    <h2>${t('Who')}</h2>
    <p class="who">${teamName(team, team.team)}</p>
    <p>${verifiedBy(teamInstitution(team))}</p>
    ${joined === null ? nothing : html`<p class="note warn gap-top">${joined}</p>`}
    <ul class="tasks gap-top" role="list">
      ${team.members.map((member) => memberLine(member))}
    </ul>
  </section>`;
}

function memberLine(member: TeamMemberShown): TemplateResult {
  const doubt = doubtOf(member);
  return html`<li>
    <span>${nameOf(member)}</span>
    <span class="small muted">${standingText(member)}</span>
    ${doubt === null ? nothing : html`<p class="hint">${doubt}</p>`}
  </li>`;
}

/** How a member stands: with the institution, and with what is shared. */
function standingText({ standing, shared, stopped }: TeamMemberShown): string {
  if (standing === 'suspended') return t('may not act for the institution now');
  if (standing === 'elsewhere') return t('is not with the institution any more');
  if (stopped) return t('you stopped sharing with them; share with them alone to begin again');
  return shared ? t('can see something as a member of this team') : t('sees nothing as a member of this team yet');
}

function dissolved(): TemplateResult {
  return html`<div class="stack" role="status">
    <h2>${t('This care team has been dissolved')}</h2>
    <p>${t('Nobody is in it any more, so there is nobody to share with.')}</p>
    <div class="btns"><a class="btn" href="#/share">${t('Go back')}</a></div>
  </div>`;
}
