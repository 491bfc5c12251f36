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
import { hindrance, progress, shown } from '../parts/waiting.ts';
import { addressOf } from '../router.ts';
import { backLink, pageHead } from '../shell.ts';
import { Act, Resource, type Page, type TopStage } from '../stage.ts';
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

/** With whom something is shared, and why. */
interface Partner {
  readonly person: PersonShown;
  /** The request that is answered, null when nobody asked. */
  readonly request: RequestRow | null;
  /** Whom the person takes the place of: somebody of the own grants, never a link's word. */
  readonly replaced: Replaced | null;
}

class Share implements Page {
  readonly #stage: TopStage;
  readonly #who: string;
  readonly #form: ShareForm;
  readonly #signing: Signing<ShareWish, PreparedShare, AccessGranted>;
  readonly #people: People;
  /** Null for a request that was answered, or no address at all. */
  readonly #partner: Resource<Partner | null>;
  readonly #declining: Act<RequestRow>;
  /** The new grant of a change of doctor whose second half has still to be done. */
  #granted: AccessGranted | null = null;
  #append = false;

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
    this.#declining = new Act(update);
    this.#partner = new Resource(() => this.#load(), update);
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

  get #replaced(): Replaced | null {
    return this.#partner.value?.replaced ?? null;
  }

  #content(): unknown {
    const { act, error } = this.#signing;
    if (act.state === 'done' && act.value !== null) return this.#done(act.value);
    if (this.#declining.value !== null) return declinedView(this.#declining.value.referral !== null);
    if (error !== null) return notice(error, () => void this.#signing.prepare());
    const checking = t('Checking with the nodes who this is …');
    return shown(this.#partner, (partner) => (partner === null ? nothing : this.#choosing(partner)), checking);
  }

  #choosing(partner: Partner): TemplateResult {
    const { act, coming } = this.#signing;
    const failed = act.error ?? this.#declining.error;
    const submit = (event: Event): void =>
      void submitShare(event, this.#form, this.#signing, () => this.#stage.update());
    return html`<form class="split wide-end" @submit=${submit}>
      <div>
        ${errorSummary(this.#form.faults)} ${failed === null ? nothing : notice(failed)}
        ${progress(act, partner.replaced === null ? t('Signing, and giving the nodes their keys') : t('Changing'), 'items', false)}
        ${hindrance(coming)} ${this.#whoStep(partner)} ${this.#whatStep(partner)} ${this.#form.termStep()}
        ${this.#form.whyStep()}
      </div>
      ${this.#sheet(partner)}
    </form>`;
  }

  // ---- the steps -----------------------------------------------------------------------------------------------

  #whoStep({ person, request }: Partner): TemplateResult {
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
      ${request === null ? nothing : this.#asks(request, person)}
    </section>`;
  }

  #asks(request: RequestRow, person: PersonShown): TemplateResult {
    const asked = {
      sections: sectionTitles(request.sections),
      date: longDate(request.until),
      purpose: purposeTitle(request.purpose),
    };
    const { referral } = request;
    if (referral === null) {
      return html`<p class="hint gap-top">${t('Asks for {sections} until {date}, for: {purpose}.', asked)}</p>`;
    }
    const names = { referrer: this.#people.name(request.professional), colleague: nameOf(person) };
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

  #whatStep({ person, request }: Partner): TemplateResult {
    const name = nameOf(person);
    return this.#form.whatStep(
      t('What {name} may see', { name }),
      this.#form.single
        ? nothing
        : isUnsigned(request)
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

  #sheet({ request, replaced }: Partner): TemplateResult {
    const { prepared, busy } = this.#signing;
    const refuse = () => void this.#refuse(request);
    if (prepared === null || prepared.grants.length === 0) {
      return html`<section class="sheet" aria-labelledby="consent-title">
        <h2 id="consent-title">${t('If you share')}</h2>
        <p class="gap-top gap-below">
          ${t('Choose what to share. Nothing is shared until you press the button here.')}
        </p>
        <button class="btn second" type="button" @click=${refuse}>${t('Do not share')}</button>
      </section>`;
    }
    return consentSheet(consentFor(prepared, replaced), {
      title: replaced === null ? t('If you share') : t('If you change'),
      no: t('Do not share'),
      busy,
      refuse,
      ...this.#told(prepared, request),
    });
  }

  /** What whoever asked is told of the decision. */
  #told({ person }: PreparedShare, request: RequestRow | null): { readonly hint?: string } {
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

  async #load(): Promise<Partner | null> {
    const { vault } = this.#stage;
    const [access, records] = await Promise.all([vault.accessList(), vault.recordList()]);
    this.#form.offer(records);
    const request = access.requests.find((one) => one.request === this.#who) ?? null;
    if (request === null && addressOf(this.#who) === undefined) {
      this.#stage.go('#/share'); // With whom to share is chosen again.
      return null;
    }
    const person = await vault.person(request?.referral?.colleague ?? request?.professional ?? this.#who);
    const replaced = await this.#findReplaced(access.grants, person);
    const partner = { person, request, replaced };
    // A second fetch keeps what was chosen meanwhile.
    if (this.#partner.value === null) this.#begin(partner, access);
    void this.#signing.prepare();
    return partner;
  }

  /** What the form begins with: what was asked for but sensitive sections, or what the one before could see. */
  #begin({ request, replaced }: Partner, { grants }: AccessShown): void {
    const record = this.#stage.query['record'];
    if (request !== null) {
      const beyond = request.referral?.beyond ?? [];
      this.#form.begin(
        request.sections.filter((one) => !isSensitive(one) && !beyond.includes(one)),
        request.sections,
      );
      this.#append = request.append && !isUnsigned(request);
      this.#form.beginWithin(request.until);
      this.#form.beginWithPurpose(request.purpose);
    } else if (replaced !== null) {
      const ending = grants.filter(({ grant }) => replaced.grants.includes(grant));
      this.#form.begin(ending.flatMap(({ sections }) => sections));
    } else if (record !== undefined) {
      this.#form.beginWithRecord(record);
    }
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

  async #refuse(request: RequestRow | null): Promise<void> {
    if (request === null) {
      this.#stage.go('#/share');
      return;
    }
    await this.#declining.run(async () => {
      await this.#stage.vault.accessDecline(request.request);
      return request;
    });
  }

  #done(granted: AccessGranted): TemplateResult {
    const person = this.#partner.value?.person;
    const name = person === undefined ? '' : nameOf(person);
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

/** Whether adding was proposed for somebody whose signature for this wallet is not known yet. */
function isUnsigned(request: RequestRow | null): boolean {
  return request !== null && request.append && request.referral?.signs === false;
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
