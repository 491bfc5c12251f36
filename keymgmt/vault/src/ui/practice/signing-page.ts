/** A page on which a professional signs one event of a patient's profile: a form, and the consent made from its content. */

import { html, nothing, type TemplateResult } from 'lit-html';

import type { CallOptions, PersonShown } from '../api.ts';
import { notice } from '../errors.ts';
import { t } from '../i18n.ts';
import { errorSummary, focusFaults, type Faults } from '../parts/forms.ts';
import { vaultFrame } from '../parts/frame.ts';
import { People } from '../parts/people.ts';
import { consentSheet } from '../parts/sheet.ts';
import { conclude, empty, progress, shown } from '../parts/waiting.ts';
import { addressOf } from '../router.ts';
import { backLink, pageHead } from '../shell.ts';
import { Act, Resource, type Page, type TopStage } from '../stage.ts';
import type { PatientRow } from '../../sdk/practice/model.ts';
import type { EventContent } from '../../sdk/profileFold.ts';
import type { EventAdded, ProfileEntry } from '../../sdk/results.ts';
import { eventConsent } from './event-consent.ts';

/** Whom an event is about, and the entry that it corrects or answers for. */
export interface Subject {
  readonly patient: PatientRow;
  readonly about: ProfileEntry | null;
}

/** What differs between such pages. */
export interface SignedForm {
  title(): string;
  lede(): string;
  /** Heading of the sheet. */
  sheetTitle(): string;
  /** Words of the button that signs nothing. */
  refuse(): string;
  fields(subject: Subject, faults: Faults): unknown;
  faults(): Faults;
  /** What will be signed, as the form stands. */
  content(subject: Subject): EventContent;
  done(added: EventAdded): TemplateResult;
}

/** Such a page; `event` is the entry it is about, null for a new one. The patient stands in the query. */
export function signingPage(
  stage: TopStage,
  event: string | null,
  form: SignedForm,
): Page & { readonly act: Act<EventAdded> } {
  const wallet = addressOf(stage.query['patient']) ?? '';
  const act = new Act<EventAdded>(stage.update);
  const people = new People(stage.vault, stage.update);
  const subject = new Resource(load, stage.update);
  let faults: Faults = {};

  return {
    act,
    title: () => form.title(),
    render: () => html`
      ${backLink(`${stage.deployment.platform}${portalPath()}`, t('Back to the patient'))}
      ${pageHead(form.title(), form.lede())} ${vaultFrame(stage.status().words, shown(subject, content), 'practice')}
    `,
  };

  async function load(): Promise<Subject | undefined> {
    const patient = (await stage.vault.patientList()).find((one) => one.wallet.toLowerCase() === wallet.toLowerCase());
    if (patient === undefined) return undefined;
    if (event === null) return { patient, about: null };
    const { sections } = await stage.vault.profileShow(patient.wallet);
    const about = Object.values(sections)
      .flat()
      .find((entry) => entry.event === event);
    return about === undefined ? undefined : { patient, about };
  }

  function content(found: Subject | undefined): TemplateResult {
    if (act.state === 'done' && act.value !== null) {
      return html`<div class="stack done" role="status">
        ${form.done(act.value)}
        <p><button class="btn" type="button" @click=${leave}>${t('Back to the patient')}</button></p>
      </div>`;
    }
    if (found === undefined) {
      return event === null
        ? empty(t('No patient is chosen.'), t('Begin on the page of a patient who lets you add entries.'))
        : empty(t('It is not here'), t('The patient may have stopped sharing it. Begin on the patient’s page.'));
    }
    return html`<form class="split wide-end" @submit=${(submitted: Event) => submit(submitted, found)}>
      <div class="stack">
        ${errorSummary(faults)} ${act.error === null ? nothing : notice(act.error)}
        ${progress(act, t('Encrypting to the patient, and signing'), 'items', false)} ${form.fields(found, faults)}
      </div>
      ${consentSheet(eventConsent(form.content(found), { ...found, me: me() }), {
        title: form.sheetTitle(),
        no: form.refuse(),
        busy: act.state === 'running',
        refuse: leave,
      })}
    </form>`;
  }

  function submit(submitted: Event, found: Subject): void {
    submitted.preventDefault();
    faults = form.faults();
    stage.update();
    if (Object.keys(faults).length > 0) {
      focusFaults();
      return;
    }
    const signed = form.content(found);
    void act.run((options) => sign(signed, found.patient.wallet, options)).then(() => conclude(act, t('Done')));
  }

  function sign(
    { kind, section, entry, target, reason }: EventContent,
    patient: string,
    options: CallOptions,
  ): Promise<EventAdded> {
    if (kind === 'answer') return stage.vault.profileAnswer(patient, target ?? '', reason ?? '', options);
    const corrects = target === null ? {} : { corrects: target };
    return stage.vault.profileAppend(section, entry, { ...options, patient, ...corrects });
  }

  function me(): PersonShown | null {
    const { wallet: own } = stage.status();
    return own === null ? null : people.find(own);
  }

  function portalPath(): string {
    const slug = subject.value?.patient.slug;
    return slug === undefined ? '/practice/' : `/practice/patients/${slug}/`;
  }

  function leave(): void {
    stage.leave(portalPath());
  }
}
