/**
 * Sharing in one screen: who, what, how long, why, and what signing means. `#/share` chooses who first;
 * `#/share?to=<professional or request>`, `&from=<professional>` changes one doctor for another in one act,
 * `&record=<id>` shares that record only; `#/share?team=<id>` is of a care team (share-team.ts).
 */

import { html, nothing, type TemplateResult } from 'lit-html';

import type { CallOptions, PersonShown, PreparedShare, ShareWish } from '../api.ts';
import { consentFor, type Replaced } from '../consent.ts';
import { notice } from '../errors.ts';
import { longDate } from '../format.ts';
import { t } from '../i18n.ts';
import { icon } from '../icons.ts';
import { isSensitive, purposeTitle, sectionTitles } from '../names.ts';
import { vaultFrame } from '../parts/frame.ts';
import { errorSummary, options } from '../parts/forms.ts';
import { verifiedBy } from '../parts/marks.ts';
import { People, doubtOf, institutionOf, nameOf } from '../parts/people.ts';
import { consentSheet } from '../parts/sheet.ts';
import { hindrance, pending, progress } from '../parts/waiting.ts';
import { addressOf } from '../router.ts';
import { backLink, pageHead } from '../shell.ts';
import { type Page, type TopStage } from '../stage.ts';
import type { AccessGranted, AccessShown, RequestRow } from '../../sdk/results.ts';
import { ShareForm, keysGiven, submitShare } from './share-form.ts';
import { ShareTeam } from './share-team.ts';
import { whoPage } from './share-who.ts';
import { Signing } from './signing.ts';

/** `#/share`, with or without somebody to share with. */
export function sharePage(stage: TopStage): Page {
  const team = addressOf(stage.query['team']);
  if (team !== undefined) return new ShareTeam(stage, team);
  return stage.query['to'] === undefined ? whoPage(stage) : new Share(stage, stage.query['to']);
}

class Share implements Page {
  readonly #stage: TopStage;
  readonly #who: string;
  readonly #form: ShareForm;
  readonly #signing: Signing<ShareWish, PreparedShare, AccessGranted>;
  readonly #people: People;
  #person: PersonShown | null = null;
  #access: AccessShown | null = null;
  /** Whom the new person takes the place of: somebody of the own grants, never a link's word. */
  #replaced: Replaced | null = null;
  /** The new grant of a change of doctor whose second half has still to be done. */
  #granted: AccessGranted | null = null;
  #error: unknown = null;
  #append = false;
  /** The request that was declined here. */
  #declined: RequestRow | null = null;

  constructor(stage: TopStage, who: string) {
    this.#stage = stage;
    this.#who = who;
    const update = (): void => stage.update();
    this.#people = new People(stage.vault, update);
    this.#form = new ShareForm(() => this.#changed());
    this.#signing = new Signing(
      {
        wish: () => (this.#form.isComplete() ? this.#wish() : null),
        prepare: (wish) => stage.vault.accessPrepare(wish),
        sign: (wish, _, options) => this.#sign(wish, options),
      },
      update,
    );
    void this.#load();
  }

  title(): string {
    return t('Share your records');
  }

  render(): TemplateResult {
    return html`
      ${backLink('#/share', t('Choose someone else'))}
      ${pageHead(this.#replaced === null ? t('Share your records') : t('Change who treats you'))}
      ${vaultFrame(this.#stage.status().words, this.#content())}
    `;
  }

  #content(): unknown {
    const { act, coming, error } = this.#signing;
    if (act.state === 'done' && act.value !== null) return this.#done(act.value);
    if (this.#declined !== null) return declinedView(this.#declined.referral !== null);
    if (this.#error !== null) return notice(this.#error, () => void this.#load());
    if (error !== null) return notice(error, () => void this.#signing.prepare());
    if (this.#person === null) return pending(t('Checking with the nodes who this is …'));
    const submit = (event: Event): void =>
      void submitShare(event, this.#form, this.#signing, () => this.#stage.update());
    return html`<form class="split wide-end" @submit=${submit}>
      <div>
        ${errorSummary(this.#form.faults)} ${act.error === null ? nothing : notice(act.error)}
        ${progress(act, this.#replaced === null ? t('Signing, and giving the nodes their keys') : t('Changing'), 'items', false)}
        ${hindrance(coming)} ${this.#whoStep(this.#person)} ${this.#whatStep(this.#person)} ${this.#form.termStep()}
        ${this.#form.whyStep()}
      </div>
      ${this.#sheet()}
    </form>`;
  }

  // ---- the steps -----------------------------------------------------------------------------------------------

  #whoStep(person: PersonShown): TemplateResult {
    const request = this.#request;
    const institution = institutionOf(person);
    const doubt = doubtOf(person);
    return html`<section class="step first">
      <h2>${t('Who')}</h2>
      <p class="who">${nameOf(person)}</p>
      <p>
        ${
          institution === null
            ? html`<span class="tag warn">${t('Not verified by an institution')}</span>`
            : verifiedBy(institution)
        }
      </p>
      ${doubt === null ? nothing : html`<p class="hint">${doubt}</p>`}
      ${request === null ? nothing : this.#asks(request)}
    </section>`;
  }

  #asks(request: RequestRow): TemplateResult {
    const asked = {
      sections: sectionTitles(request.sections),
      date: longDate(request.until),
      purpose: purposeTitle(request.purpose),
    };
    const { referral } = request;
    if (referral === null || this.#person === null) {
      return html`<p class="hint gap-top">${t('Asks for {sections} until {date}, for: {purpose}.', asked)}</p>`;
    }
    const names = { referrer: this.#people.name(request.professional), colleague: nameOf(this.#person) };
    const institution = this.#people.institution(request.professional);
    return html`<h3 class="gap-top">${t('Proposed by {referrer}', names)}</h3>
      <p>${institution === null ? nothing : verifiedBy(institution)}</p>
      <blockquote class="quoted">${referral.reason}</blockquote>
      <p class="hint">
        ${t('{referrer} asks you to let {colleague} see {sections} until {date}, for: {purpose}.', { ...names, ...asked })}
      </p>
      ${
        referral.beyond.length === 0
          ? nothing
          : html`<p class="note warn">
              ${t('{referrer} cannot see {sections}. It is not chosen for you.', {
                ...names,
                sections: sectionTitles(referral.beyond),
              })}
            </p>`
      }`;
  }

  #whatStep(person: PersonShown): TemplateResult {
    const name = nameOf(person);
    return this.#form.whatStep(
      t('What {name} may see', { name }),
      this.#form.single
        ? nothing
        : this.#unsigned
          ? html`<p class="hint gap-top">
              ${t('{name} is also proposed for adding entries. For that {name} has to ask you: the signature is made on {name}’s own device.', { name })}
            </p>`
          : options(
              'checkbox',
              'append',
              [
                {
                  id: 'append',
                  value: 'append',
                  label: t('{name} may also add entries to these sections', { name }),
                  hint: t('Signed by name. You can dispute each of them.'),
                  checked: this.#append,
                },
              ],
              (_, checked) => {
                this.#append = checked;
                this.#changed();
              },
            ),
    );
  }

  #sheet(): TemplateResult {
    const { prepared, busy } = this.#signing;
    const refuse = () => void this.#refuse();
    if (prepared === null || prepared.grants.length === 0) {
      return html`<section class="sheet" aria-labelledby="consent-title">
        <h2 id="consent-title">${t('If you share')}</h2>
        <p class="gap-top gap-below">
          ${t('Choose what to share. Nothing is shared until you press the button here.')}
        </p>
        <button class="btn second" type="button" @click=${refuse}>${t('Do not share')}</button>
      </section>`;
    }
    return consentSheet(consentFor(prepared, this.#replaced), {
      title: this.#replaced === null ? t('If you share') : t('If you change'),
      no: t('Do not share'),
      busy,
      refuse,
      ...this.#told(prepared),
    });
  }

  /** What whoever asked is told of the decision. */
  #told({ person }: PreparedShare): { readonly hint?: string } {
    const request = this.#request;
    if (request === null) return {};
    if (request.referral === null) {
      return { hint: t('If you do not share, {name} is told nothing.', { name: nameOf(person) }) };
    }
    const names = { referrer: this.#people.name(request.professional), colleague: nameOf(person) };
    return {
      hint: t(
        '{referrer} only learns whether you shared, not what. If you share, {colleague} reads the reason too.',
        names,
      ),
    };
  }

  // ---- state ---------------------------------------------------------------------------------------------------

  async #load(): Promise<void> {
    this.#error = null;
    try {
      const [access, records] = await Promise.all([this.#stage.vault.accessList(), this.#stage.vault.recordList()]);
      this.#access = access;
      this.#form.offer(records);
      // A request that was answered, or no address at all: whom to share with is chosen again.
      if (this.#request === null && addressOf(this.#who) === undefined) return this.#stage.go('#/share');
      const { professional, referral } = this.#request ?? { professional: this.#who, referral: null };
      this.#person = await this.#stage.vault.person(referral?.colleague ?? professional);
      this.#replaced = await this.#findReplaced(access.grants, this.#person);
      this.#begin();
      await this.#signing.prepare();
    } catch (error) {
      this.#error = error;
    }
    this.#stage.update();
  }

  /** What the form begins with: what was asked for but sensitive sections, or what the one before could see. */
  #begin(): void {
    const request = this.#request;
    const before = this.#replaced;
    const record = this.#stage.query['record'];
    if (request !== null) {
      const beyond = request.referral?.beyond ?? [];
      this.#form.begin(
        request.sections.filter((one) => !isSensitive(one) && !beyond.includes(one)),
        request.sections,
      );
      this.#append = request.append && !this.#unsigned;
      this.#form.beginWithin(request.until);
      this.#form.beginWithPurpose(request.purpose);
    } else if (before !== null) {
      const grants = this.#access?.grants.filter(({ grant }) => before.grants.includes(grant)) ?? [];
      this.#form.begin(grants.flatMap((grant) => grant.sections));
    } else if (record !== undefined) {
      this.#form.beginWithRecord(record);
    }
  }

  get #request() {
    return this.#access?.requests.find((request) => request.request === this.#who) ?? null;
  }

  /** Whether adding was proposed for somebody whose signature for this wallet is not known yet. */
  get #unsigned(): boolean {
    const request = this.#request;
    return request !== null && request.append && request.referral?.signs === false;
  }

  /** Whom `from` of the link means, if that is somebody who can see something now; the name is theirs. */
  async #findReplaced(grants: AccessShown['grants'], person: PersonShown): Promise<Replaced | null> {
    const before = addressOf(this.#stage.query['from'])?.toLowerCase();
    const ending = grants.filter(({ direction, state, other }) => {
      return direction === 'given' && state === 'active' && other.toLowerCase() === before;
    });
    const other = ending[0]?.other;
    if (other === undefined || other.toLowerCase() === person.address.toLowerCase()) return null;
    return { person: await this.#stage.vault.person(other), grants: ending.map(({ grant }) => grant) };
  }

  #wish(): ShareWish {
    return { who: this.#who, append: !this.#form.single && this.#append, ...this.#form.choice() };
  }

  #changed(): void {
    this.#granted = null;
    this.#stage.update();
    void this.#signing.prepare();
  }

  async #sign(wish: ShareWish, options: CallOptions): Promise<AccessGranted> {
    const before = this.#replaced?.person.address;
    this.#granted ??= await this.#stage.vault.accessGrant(wish, options);
    // The new one first: nobody is without a doctor when the second half has to be tried again.
    if (before !== undefined) await this.#stage.vault.accessWithdraw(before, options);
    return this.#granted;
  }

  async #refuse(): Promise<void> {
    const request = this.#request;
    if (request === null) {
      this.#stage.go('#/share');
      return;
    }
    try {
      await this.#stage.vault.accessDecline(request.request);
      this.#declined = request;
    } catch (error) {
      this.#error = error;
    }
    this.#stage.update();
  }

  #done(granted: AccessGranted): TemplateResult {
    const name = this.#person === null ? '' : nameOf(this.#person);
    return html`<div class="stack done" role="status">
      <h2>
        ${icon('yes')} ${t('{name} can see what you chose until {date}', { name, date: longDate(granted.expiry) })}
      </h2>
      ${keysGiven(granted)}
      ${this.#replaced === null ? nothing : html`<p>${t('{name} can open nothing new.', { name: nameOf(this.#replaced.person) })}</p>`}
      <div class="btns">
        <button class="btn" type="button" @click=${() => this.#stage.leave(this.#stage.back())}>
          ${t('Back to your wallet')}
        </button>
        <a class="btn second" href="#/stop?who=${granted.grantee}">${t('Stop this again')}</a>
      </div>
    </div>`;
  }
}

function declinedView(referred: boolean): TemplateResult {
  return html`<div class="stack" role="status">
    <h2>${t('Nothing was shared')}</h2>
    <p>
      ${referred ? t('The request is gone. Who proposed it learns that you declined, and no reason.') : t('The request is gone. Who asked is told nothing.')}
    </p>
    <div class="btns"><a class="btn" href="#/share">${t('Go back')}</a></div>
  </div>`;
}
