/**
 * `#/propose?patient=<wallet>&colleague=<wallet>`: propose a colleague to a patient. Nobody can pass on what was opened
 * to her; the page says what the patient will be asked, and nothing opens before the patient agrees.
 */

import { html, nothing, type TemplateResult } from 'lit-html';

import type { ColleagueRow, PatientRow } from '../../sdk/practice/model.ts';
import type { AccessProposed } from '../../sdk/results.ts';
import type { PersonShown } from '../api.ts';
import { notice } from '../errors.ts';
import { shortAddress } from '../format.ts';
import { t } from '../i18n.ts';
import { icon } from '../icons.ts';
import { type SectionName, sectionTitles, sections } from '../names.ts';
import { vaultFrame } from '../parts/frame.ts';
import { errorSummary, focusFaults, options, select, textArea, textField, type Faults } from '../parts/forms.ts';
import { verifiedBy } from '../parts/marks.ts';
import { nameOf } from '../parts/people.ts';
import { plainSheet } from '../parts/sheet.ts';
import { empty, progress, shown } from '../parts/waiting.ts';
import { backLink, pageHead } from '../shell.ts';
import { Act, Resource, type Page, type TopStage } from '../stage.ts';
import { sentView, termFields, until, USUAL_TERMS } from './asking-parts.ts';
import { patientName } from './people-lines.ts';

/** UTF-16 units: at most a third of the bytes that a letter takes (src/sdk/accessRequest.ts). */
const REASON_LENGTH = 1000;
const ADDRESS = /0x[0-9a-fA-F]{40}/;
/** The entry of the list of colleagues that asks for an address. */
const ELSEWHERE = 'elsewhere';

/** Who is there to choose from. */
interface Known {
  readonly patients: readonly PatientRow[];
  readonly colleagues: readonly ColleagueRow[];
}

/** `#/propose`. */
export function proposePage(stage: TopStage): Page {
  return new ProposeForm(stage);
}

class ProposeForm implements Page {
  readonly #stage: TopStage;
  readonly #act: Act<AccessProposed>;
  readonly #known: Resource<Known>;
  #patient: string;
  #choice: string;
  #address = '';
  /** Who the address is, as the nodes attest; null while it is asked, or while there is no whole address. */
  #person: PersonShown | null = null;
  #personError: unknown = null;
  #chosen = new Set<string>();
  #append = false;
  #reason = '';
  #terms = USUAL_TERMS;
  #faults: Faults = {};

  constructor(stage: TopStage) {
    this.#stage = stage;
    this.#act = new Act(stage.update);
    this.#patient = (stage.query['patient'] ?? '').toLowerCase();
    this.#choice = (stage.query['colleague'] ?? '').toLowerCase();
    this.#known = new Resource(() => this.#load(), stage.update);
    void this.#ask();
  }

  title(): string {
    return t('Propose a colleague');
  }

  render(): TemplateResult {
    return html`
      ${backLink(`${this.#stage.deployment.platform}/practice/`, t('Back to your practice'))}
      ${pageHead(t('Propose a colleague'), t('You cannot pass on what a patient opened to you. You can ask the patient to let a colleague in.'))}
      ${vaultFrame(this.#stage.status().words, this.#act.state === 'done' ? sentView(this.#stage, t('The proposal waits for the patient'), t('You will find the answer under Requests.')) : shown(this.#known, (known) => this.#content(known)), 'practice')}
    `;
  }

  #content(known: Known): TemplateResult {
    if (known.patients.length === 0) {
      return empty(
        t('Nobody lets you see a section yet.'),
        t('You can propose a colleague for what you may see yourself.'),
        html`<a class="btn" href="#/request">${t('Request access')}</a>`,
      );
    }
    const patient = this.#patientOf(known);
    return html`<form class="split wide-end" @submit=${(event: Event) => this.#submit(event, known)}>
      <div>
        ${errorSummary(this.#faults)} ${this.#act.error === null ? nothing : notice(this.#act.error)}
        ${progress(this.#act, t('Signing and sending'), 'items', false)} ${this.#whoStep(known)}
        ${patient === undefined ? nothing : this.#whatStep(patient)} ${this.#whyStep()}
      </div>
      ${this.#sheet(patient)}
    </form>`;
  }

  #whoStep({ patients, colleagues }: Known): TemplateResult {
    return html`<section class="step first">
      <h2>${t('Whom')}</h2>
      <div class="stack">
        ${select(
          'patient',
          t('Patient'),
          [
            ...(this.#patient === '' ? [['', t('Choose a patient')] as const] : []),
            ...patients.map((one) => [one.wallet.toLowerCase(), patientName(one)] as const),
          ],
          this.#patient,
          (wallet) => this.#change(() => this.#choosePatient(wallet)),
        )}
        ${select(
          'colleague',
          t('Colleague'),
          [
            ...(this.#choice === '' ? [['', t('Choose a colleague')] as const] : []),
            ...colleagues.map((one) => [one.wallet.toLowerCase(), colleagueName(one)] as const),
            [ELSEWHERE, t('Somebody at another institution')],
          ],
          this.#choice,
          (choice) => this.#change(() => this.#chooseColleague(choice)),
        )}
        ${
          this.#choice === ELSEWHERE
            ? textField({
                id: 'address',
                label: t('Address of the colleague'),
                hint: t('On their card or their practice’s page: 0x and 40 signs. Their code may be pasted whole.'),
                value: this.#address,
                faults: this.#faults,
                input: (value) => this.#change(() => this.#chooseAddress(value)),
              })
            : nothing
        }
        ${this.#attested()}
      </div>
    </section>`;
  }

  #attested(): unknown {
    if (this.#personError !== null) return notice(this.#personError, () => void this.#ask());
    const person = this.#person;
    if (person === null) {
      return this.#wallet() === null
        ? nothing
        : html`<p class="hint" role="status">${t('Checking with the nodes who this is …')}</p>`;
    }
    return html`<p>
      ${nameOf(person)} ·
      ${
        person.authorised && person.institutionName !== null
          ? verifiedBy(person.institutionName)
          : html`<span class="tag warn">${t('Not verified by an institution')}</span>`
      }
    </p>`;
  }

  #whatStep(patient: PatientRow): TemplateResult {
    const held = offered(patient);
    const box = ({ id, title }: { readonly id: string; readonly title: string }) => ({
      id: `section-${id.replace('/', '-')}`,
      value: id,
      label: title,
      checked: this.#chosen.has(id),
    });
    const toggle = (id: string, checked: boolean) =>
      this.#change(() => (checked ? this.#chosen.add(id) : this.#chosen.delete(id)));
    const sensitive = held.filter((one) => one.sensitive);
    return html`<fieldset class="step">
      <legend>${t('What the colleague should see')}</legend>
      <p class="hint">${t('Only what you may see yourself stands here. The patient can choose less.')}</p>
      ${options('checkbox', 'section', held.filter((one) => !one.sensitive).map(box), toggle)}
      ${
        sensitive.length === 0
          ? nothing
          : html`<div class="sensitive">
              <p>
                <span class="mark strong">${icon('diamond')} ${t('Sensitive')}</span>
                <span class="muted">– ${t('off unless you choose')}</span>
              </p>
              ${options('checkbox', 'section', sensitive.map(box), toggle)}
            </div>`
      }
      <div class="gap-top">
        ${options(
          'checkbox',
          'append',
          [
            {
              id: 'append',
              value: 'append',
              label: t('and to add entries, signed by the colleague'),
              checked: this.#append,
            },
          ],
          (_, checked) => this.#change(() => (this.#append = checked)),
        )}
      </div>
    </fieldset>`;
  }

  #whyStep(): TemplateResult {
    return html`<section class="step last">
      <h2>${t('Why and how long')}</h2>
      <div class="stack">
        ${textArea({
          id: 'reason',
          label: t('Reason'),
          hint: t('The patient reads it, and the colleague once access is given.'),
          value: this.#reason,
          limit: REASON_LENGTH,
          spellcheck: true,
          faults: this.#faults,
          input: (value) => this.#change(() => (this.#reason = value)),
        })}
        ${termFields(this.#terms, (terms) => this.#change(() => (this.#terms = terms)))}
      </div>
    </section>`;
  }

  #sheet(patient: PatientRow | undefined): TemplateResult {
    const colleague = this.#person === null ? t('the colleague') : nameOf(this.#person);
    return plainSheet(
      t('If you send this'),
      [
        {
          sign: 'share',
          pieces: [
            t('{patient} is asked to let {colleague} see: {sections}.', {
              patient: patient === undefined ? t('The patient') : patientName(patient),
              colleague,
              sections: sectionTitles([...this.#chosen]) || t('nothing yet'),
            }),
          ],
        },
        {
          sign: 'verified',
          pieces: [
            t('You sign it with your registered key. The patient sees both names and institutions, and your reason.'),
          ],
        },
        { sign: 'eye', pieces: [t('You learn whether the patient agreed, not what the patient chose.')] },
        { sign: 'no', pieces: [t('Nothing opens before the patient agrees.')] },
      ],
      t('Send the proposal'),
      { no: t('Do not propose'), busy: this.#act.state === 'running', refuse: () => this.#stage.leave('/practice/') },
    );
  }

  // ---- state ---------------------------------------------------------------------------------------------------

  async #load(): Promise<Known> {
    const [patients, colleagues] = await Promise.all([
      this.#stage.vault.patientList(),
      this.#stage.vault.colleagueList(),
    ]);
    const known = {
      patients: patients.filter((one) => one.sections.length > 0),
      colleagues: colleagues.filter((one) => one.authorised),
    };
    if (known.patients.length === 1 && this.#patient === '') this.#patient = known.patients[0]!.wallet.toLowerCase();
    this.#preselect(this.#patientOf(known));
    if (ADDRESS.test(this.#choice) && !known.colleagues.some((one) => one.wallet.toLowerCase() === this.#choice)) {
      this.#address = this.#choice;
      this.#choice = ELSEWHERE;
    }
    return known;
  }

  #patientOf({ patients }: Known): PatientRow | undefined {
    return patients.find((one) => one.wallet.toLowerCase() === this.#patient);
  }

  /** Everything this professional sees of the patient but what is sensitive. */
  #preselect(patient: PatientRow | undefined): void {
    const common = patient === undefined ? [] : offered(patient).filter((one) => !one.sensitive);
    this.#chosen = new Set(common.map(({ id }) => id));
  }

  #choosePatient(wallet: string): void {
    this.#patient = wallet;
    if (this.#known.value !== null) this.#preselect(this.#patientOf(this.#known.value));
  }

  #chooseColleague(choice: string): void {
    this.#choice = choice;
    void this.#ask();
  }

  #chooseAddress(address: string): void {
    this.#address = address;
    void this.#ask();
  }

  #wallet(): string | null {
    return ADDRESS.exec(this.#choice === ELSEWHERE ? this.#address : this.#choice)?.[0] ?? null;
  }

  /** Asks the nodes who the address is; an answer about another address that comes late is dropped. */
  async #ask(): Promise<void> {
    const wallet = this.#wallet();
    this.#person = null;
    this.#personError = null;
    if (wallet === null) return;
    try {
      const person = await this.#stage.vault.person(wallet);
      if (wallet === this.#wallet()) this.#person = person;
    } catch (error) {
      if (wallet === this.#wallet()) this.#personError = error;
    }
    this.#stage.update();
  }

  #submit(event: Event, known: Known): void {
    event.preventDefault();
    const colleague = this.#wallet();
    const patient = this.#patientOf(known);
    const first = patient === undefined ? undefined : offered(patient)[0]?.id;
    this.#faults = {
      ...(patient === undefined ? { patient: t('Choose a patient') } : {}),
      ...(colleague !== null
        ? {}
        : this.#choice === ELSEWHERE
          ? { address: t('Give an address: 0x and 40 digits or letters from a to f') }
          : { colleague: t('Choose a colleague') }),
      ...(this.#chosen.size === 0 && first !== undefined
        ? { [`section-${first.replace('/', '-')}`]: t('Choose at least one section') }
        : {}),
      ...(this.#reason.trim() === '' ? { reason: t('Say why; the patient reads it') } : {}),
    };
    this.#stage.update();
    if (Object.keys(this.#faults).length > 0 || patient === undefined || colleague === null) {
      focusFaults();
      return;
    }
    void this.#act
      .run(() =>
        this.#stage.vault.accessPropose({
          wallet: patient.wallet,
          colleague,
          sections: [...this.#chosen],
          reason: this.#reason,
          append: this.#append,
          purpose: this.#terms.purpose,
          until: until(this.#terms.months),
        }),
      )
      .then(() => scrollTo(0, 0));
  }

  #change(change: () => unknown): void {
    change();
    this.#stage.update();
  }
}

/** A colleague in the list; one whose name the institution did not sign is shown by the address. */
function colleagueName({ name, wallet }: ColleagueRow): string {
  return name ?? t('Professional {address}', { address: shortAddress(wallet) });
}

/** The sections that a patient opens to this professional, as forms offer them. */
function offered(patient: PatientRow): readonly SectionName[] {
  return sections().filter(({ id }) => patient.sections.includes(id) && id !== 'profile/disputes');
}
