/** `#/append?patient=<wallet>`: add a signed entry to a patient's profile. */

import { html, nothing, type TemplateResult } from 'lit-html';

import type { PatientRow } from '../../sdk/practice/model.ts';
import type { EventAdded } from '../../sdk/results.ts';
import { notice } from '../errors.ts';
import { shortAddress } from '../format.ts';
import { t } from '../i18n.ts';
import { icon } from '../icons.ts';
import { sectionTitle } from '../names.ts';
import { vaultFrame } from '../parts/frame.ts';
import { errorSummary, focusFaults, select, textField, type Faults } from '../parts/forms.ts';
import { stateMark } from '../parts/marks.ts';
import { plainSheet } from '../parts/sheet.ts';
import { empty, progress } from '../parts/waiting.ts';
import { addressOf, hashFor } from '../router.ts';
import { backLink, pageHead } from '../shell.ts';
import { Act, Resource, type Page, type TopStage } from '../stage.ts';
import { entryFaults, entryKinds, fieldId, type EntryField, type EntryKind } from './entry-forms.ts';
import { patientName } from './people-lines.ts';

/** `#/append`. */
export function appendPage(stage: TopStage): Page {
  return new Append(stage);
}

class Append implements Page {
  readonly #stage: TopStage;
  readonly #wallet: string;
  readonly #patients: Resource<readonly PatientRow[]>;
  readonly #act: Act<EventAdded>;
  #kind: EntryKind;
  #values: Record<string, string> = {};
  #faults: Faults = {};

  constructor(stage: TopStage) {
    this.#stage = stage;
    this.#wallet = addressOf(stage.query['patient']) ?? '';
    this.#patients = new Resource(() => stage.vault.patientList(), stage.update);
    this.#act = new Act(stage.update);
    this.#kind = entryKinds()[0] as EntryKind;
  }

  title(): string {
    return t('Add an entry');
  }

  render(): TemplateResult {
    const back = this.#patient();
    return html`
      ${backLink(`${this.#stage.deployment.platform}/practice/${back === undefined ? '' : `patients/${back.slug}/`}`, t('Back to the patient'))}
      ${pageHead(t('Add an entry'), t('It is signed by you and by name. The patient can dispute it; a correction is a new entry.'))}
      ${vaultFrame(this.#stage.status().words, this.#content(), 'practice')}
    `;
  }

  #content(): unknown {
    if (this.#wallet === '') {
      return empty(t('No patient is chosen.'), t('Begin on the page of a patient who lets you add entries.'));
    }
    return this.#act.state === 'done' && this.#act.value !== null ? this.#done(this.#act.value) : this.#form();
  }

  #form(): TemplateResult {
    const name = this.#name();
    return html`<form class="split wide-end" @submit=${(event: Event) => this.#submit(event)}>
      <div class="stack">
        ${errorSummary(this.#faults)} ${this.#act.error === null ? nothing : notice(this.#act.error)}
        ${progress(this.#act, t('Encrypting to the patient, and signing'), 'items', false)}
        <p class="who">${name}</p>
        ${select(
          'kind',
          t('Kind of entry'),
          entryKinds().map((kind) => [kind.id, kind.title] as const),
          this.#kind.id,
          (id) => this.#choose(id),
        )}
        ${this.#kind.fields.map((field) => this.#field(field))}
        <p><a href=${hashFor(['add', this.#wallet])}>${t('Add a file instead')}</a></p>
      </div>
      ${plainSheet(
        t('If you add this'),
        [
          { sign: 'verified', pieces: [t('You sign it, and your institution stands beside your name.')] },
          {
            sign: 'lock',
            pieces: [
              t('It goes into {section}, for {name} and those who may see that section.', {
                section: sectionTitle(`profile/${this.#kind.section}`),
                name,
              }),
            ],
          },
          { sign: 'no', pieces: [t('It cannot be taken back or changed, only corrected by another entry.')] },
        ],
        t('Add this entry'),
        { no: t('Do not add it'), busy: this.#act.state === 'running', refuse: () => this.#leave() },
      )}
    </form>`;
  }

  #field(field: EntryField): TemplateResult {
    const set = (value: string) => {
      this.#values[field.id] = value;
    };
    if (field.choices !== undefined) {
      const chosen = this.#values[field.id] ?? field.choices[0]?.[0] ?? '';
      return select(fieldId(field), field.label, field.choices, chosen, set);
    }
    return textField({
      id: fieldId(field),
      label: field.label,
      ...(field.hint === undefined ? {} : { hint: field.hint }),
      type: field.type ?? 'text',
      value: this.#values[field.id] ?? '',
      faults: this.#faults,
      spellcheck: field.type !== 'date',
      input: set,
    });
  }

  #done(added: EventAdded): TemplateResult {
    return html`<div class="stack done" role="status">
      <h2>${icon('yes')} ${t('Added to {section}', { section: sectionTitle(added.section) })}</h2>
      <p>${stateMark(added.state)}</p>
      <div class="btns">
        <button class="btn" type="button" @click=${() => this.#leave()}>${t('Back to the patient')}</button>
        <button class="btn second" type="button" @click=${() => this.#again()}>${t('Add another')}</button>
      </div>
    </div>`;
  }

  #submit(event: Event): void {
    event.preventDefault();
    const values = Object.fromEntries(Object.entries(this.#values).map(([id, value]) => [id, value.trim()]));
    this.#faults = entryFaults(this.#kind, values);
    this.#stage.update();
    if (Object.keys(this.#faults).length > 0) {
      focusFaults();
      return;
    }
    const entry = this.#kind.make(values);
    void this.#act.run((options) =>
      this.#stage.vault.profileAppend(this.#kind.section, entry, { ...options, patient: this.#wallet }),
    );
  }

  #choose(id: string): void {
    this.#kind = entryKinds().find((kind) => kind.id === id) ?? this.#kind;
    this.#faults = {};
    this.#stage.update();
  }

  #again(): void {
    this.#values = {};
    this.#act.state = 'idle';
    this.#stage.update();
  }

  #leave(): void {
    const patient = this.#patient();
    this.#stage.leave(patient === undefined ? '/practice/' : `/practice/patients/${patient.slug}/`);
  }

  #patient(): PatientRow | undefined {
    return this.#patients.value?.find((one) => one.wallet.toLowerCase() === this.#wallet.toLowerCase());
  }

  #name(): string {
    const patient = this.#patient();
    return patient === undefined ? shortAddress(this.#wallet) : patientName(patient);
  }
}
