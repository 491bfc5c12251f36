/** Adding records: drop or choose a file, see what it holds and what is refused and why, then encrypt it here. */

import { html, nothing, type TemplateResult } from 'lit-html';

import { mayAppend } from '../../core/keys/layers.ts';
import { announce } from '../dom.ts';
import { notice } from '../errors.ts';
import { number, shortAddress, size } from '../format.ts';
import { t, tn } from '../i18n.ts';
import { icon } from '../icons.ts';
import { faultWords, placeWords } from '../import-faults.ts';
import { sections, typeTitle, type SectionName } from '../names.ts';
import { vaultFrame } from '../parts/frame.ts';
import { select } from '../parts/forms.ts';
import { stateMark } from '../parts/marks.ts';
import { pending, progress } from '../parts/waiting.ts';
import { patientName } from '../practice/people-lines.ts';
import { resourceTitle } from '../resource-types.ts';
import { addressOf } from '../router.ts';
import { backLink, pageHead } from '../shell.ts';
import { Act, Resource, type Page, type TopStage } from '../stage.ts';
import type { PatientRow } from '../../sdk/practice/model.ts';
import type { FileExamined, RecordAdded, RecordTypeName } from '../../sdk/results.ts';

/** `#/add`, and `#/add/<wallet>` for a clinician who adds to a patient's record. */
export function addPage(stage: TopStage): Page {
  return new Add(stage);
}

const TYPES: readonly RecordTypeName[] = [
  'fhir',
  'ips',
  'fhir-resource',
  'ndjson',
  'pdf',
  'image',
  'text',
  'dicom',
  'genomic',
  'other',
];

/** Layers that take files; sealing is an act of its own. */
const ADDED_TO: ReadonlySet<string> = new Set(['profile', 'identity', 'activity', 'emergency']);

class Add implements Page {
  readonly #stage: TopStage;
  /** The patient whose record it goes to, null for the own one. */
  readonly #patient: string | null;
  readonly #act: Act<RecordAdded>;
  readonly #waiting: File[] = [];
  readonly #added: RecordAdded[] = [];
  readonly #patients: Resource<readonly PatientRow[]> | null;
  #file: File | null = null;
  #examined: FileExamined | null = null;
  #error: unknown = null;
  #section = '';
  #type = '';
  #over = false;

  constructor(stage: TopStage) {
    this.#stage = stage;
    this.#patient = addressOf(stage.params['patient']) ?? null;
    this.#act = new Act(() => stage.update());
    this.#patients = this.#patient === null ? null : new Resource(() => stage.vault.patientList(), stage.update);
    // What is chosen is always one of the choices shown, whatever the link says.
    const asked = stage.query['section'] ?? '';
    this.#section = this.#offered().some(({ id }) => id === asked) ? asked : 'profile/documents';
  }

  title(): string {
    return this.#patient === null ? t('Add a record') : t('Add a file for a patient');
  }

  stop(): void {
    this.#act.cancel();
    this.#file = null;
    this.#waiting.length = 0;
  }

  render(): TemplateResult {
    return html`
      ${backLink(`${this.#stage.deployment.platform}${this.#stage.back()}`, this.#backWords())}
      ${pageHead(this.title(), this.#whose())}
      ${vaultFrame(
        this.#stage.status().words,
        html`<div class="stack">
          ${this.#addedView()} ${this.#error === null ? nothing : notice(this.#error)} ${this.#content()}
        </div>`,
        this.#patient === null ? 'person' : 'practice',
      )}
    `;
  }

  /** Whose record it becomes, and who sees it. */
  #whose(): string {
    const wallet = this.#patient;
    if (wallet === null) return t('It is encrypted on this device. Nobody sees it until you share it.');
    const patient = this.#patients?.value?.find((one) => one.wallet.toLowerCase() === wallet.toLowerCase());
    const name = patient === undefined ? shortAddress(wallet) : patientName(patient);
    return t('It becomes a record of {name}, signed by you. Who may see its section sees it, too.', { name });
  }

  #content(): unknown {
    if (this.#file === null) return this.#chooser();
    if (this.#act.state === 'running') {
      const doing = t('Encrypting “{name}” on this device', { name: this.#file.name });
      return progress(this.#act, doing);
    }
    if (this.#examined === null && this.#error === null)
      return pending(t('Looking into “{name}” …', { name: this.#file.name }));
    return this.#form(this.#file);
  }

  #chooser(): TemplateResult {
    return html`<div
      class="drop ${this.#over ? 'over' : ''}"
      @dragover=${(event: DragEvent) => this.#hover(event, true)}
      @dragleave=${(event: DragEvent) => this.#hover(event, false)}
      @drop=${(event: DragEvent) => this.#dropped(event)}
    >
      <p class="drop-words">${t('Drop files here')}</p>
      <p class="muted">
        ${t('PDF, pictures, scans, text, FHIR Bundles and resources, Bulk NDJSON, or a patient summary (IPS)')}
      </p>
      <p class="file">
        <input id="file" type="file" multiple class="vh" @change=${(event: Event) => this.#picked(event)} />
        <label class="btn second" for="file"
          >${icon('add')} ${this.#added.length > 0 ? t('Choose more files') : t('Choose files')}</label
        >
      </p>
    </div>`;
  }

  #form(file: File): TemplateResult {
    const examined = this.#examined;
    const refused = examined !== null && examined.issues.length > 0 && examined.report === null;
    return html`<form class="stack" @submit=${(event: Event) => this.#submit(event)}>
      ${this.#act.error === null ? nothing : notice(this.#act.error)}
      <div>
        <p class="who">${file.name}</p>
        <p class="muted">
          ${typeTitle(this.#type || examined?.type || null)}, ${size(file.size)}
          ${this.#waiting.length > 0 ? html` · ${tn('{n} more file waits', '{n} more files wait', this.#waiting.length)}` : nothing}
        </p>
      </div>
      ${examined === null ? nothing : importReport(examined)}
      <div class="pair">
        ${select(
          'section',
          t('Section'),
          this.#offered().map(
            ({ id, title, sensitive }) => [id, sensitive ? `${title} (${t('sensitive')})` : title] as const,
          ),
          this.#section,
          (value) => {
            this.#section = value;
          },
          {
            hint:
              this.#patient === null
                ? t('Who may see this section may see this record, too.')
                : t('Whoever the patient shows this section sees this file, too.'),
          },
        )}
        ${select(
          'type',
          t('Type'),
          [
            ['', t('As recognised: {type}', { type: typeTitle(examined?.type ?? null) })],
            ...TYPES.map((type) => [type, typeName(type)] as const),
          ],
          this.#type,
          (value) => {
            this.#type = value;
            this.#stage.update();
          },
          refused ? { hint: t('It can be kept as a file of another type; then nothing in it is read.') } : {},
        )}
      </div>
      <div class="btns">
        <button class="btn" type="submit">${t('Add this record')}</button>
        <button class="btn second" type="button" @click=${() => this.#skip()}>${t('Do not add it')}</button>
      </div>
    </form>`;
  }

  /** Sections that only clinicians write are not offered to a patient, and the other way round. */
  #offered(): readonly SectionName[] {
    const writer = this.#patient === null ? 'patient' : 'clinician';
    return sections().filter(({ id }) => {
      const [layer = '', section = ''] = id.split('/');
      return ADDED_TO.has(layer) && id !== 'profile/disputes' && mayAppend(layer, section, writer);
    });
  }

  #addedView(): unknown {
    if (this.#added.length === 0) return nothing;
    return html`<section class="note ok" aria-labelledby="added">
      <h2 class="h3" id="added">
        ${icon('yes')}
        ${
          this.#patient === null
            ? tn('{n} record is yours now', '{n} records are yours now', this.#added.length)
            : tn(
                '{n} file is in the patient’s record now',
                '{n} files are in the patient’s record now',
                this.#added.length,
              )
        }
      </h2>
      <ul class="rows" role="list">
        ${this.#added.map(
          (one) =>
            html`<li class="added">
              ${this.#patient === null ? html`<a href="${this.#stage.deployment.platform}/patient/records/${one.record}/">${typeTitle(one.type)}</a>` : typeTitle(one.type)}
              <span class="muted small">${size(one.size)}</span> ${stateMark(one.state)}
            </li>`,
        )}
      </ul>
      <p class="btns">
        <a class="btn quiet" href="${this.#stage.deployment.platform}${this.#stage.back()}">${this.#backWords()}</a>
      </p>
    </section>`;
  }

  #backWords(): string {
    return this.#patient === null ? t('Back to your wallet') : t('Back to your practice');
  }

  #hover(event: DragEvent, over: boolean): void {
    event.preventDefault();
    if (this.#over === over) return;
    this.#over = over;
    this.#stage.update();
  }

  #dropped(event: DragEvent): void {
    event.preventDefault();
    this.#over = false;
    this.#take([...(event.dataTransfer?.files ?? [])]);
  }

  #picked(event: Event): void {
    const input = event.target as HTMLInputElement;
    this.#take([...(input.files ?? [])]);
    input.value = '';
  }

  #take(files: readonly File[]): void {
    this.#waiting.push(...files);
    void this.#next();
  }

  async #next(): Promise<void> {
    this.#file = this.#waiting.shift() ?? null;
    this.#examined = null;
    this.#error = null;
    this.#type = '';
    this.#stage.update();
    const file = this.#file;
    if (file === null) return;
    try {
      const examined = await this.#stage.vault.fileExamine(file);
      if (this.#file === file) this.#examined = examined;
    } catch (error) {
      this.#error = error;
    }
    this.#stage.update();
  }

  #skip(): void {
    this.#act.error = null;
    void this.#next();
  }

  #submit(event: Event): void {
    event.preventDefault();
    if (this.#file !== null) void this.#add(this.#file);
  }

  async #add(file: File): Promise<void> {
    const where = {
      section: this.#section,
      ...(this.#type === '' ? {} : { type: this.#type }),
      ...(this.#patient === null ? {} : { patient: this.#patient }),
    };
    await this.#act.run((options) => this.#stage.vault.recordAdd(file, where, options));
    if (this.#act.state === 'done' && this.#act.value !== null) {
      this.#added.push(this.#act.value);
      announce(t('“{name}” is added', { name: file.name }));
      await this.#next();
    } else {
      announce(this.#act.error === null ? t('Cancelled') : t('There is a problem'));
    }
  }
}

/** What was found in a FHIR file: taken, refused, and why. Nothing for other files. */
export function importReport(examined: FileExamined): unknown {
  const taken = Object.entries(examined.report?.counts ?? {});
  const refused = examined.resources.filter((resource) => resource.issues.length > 0);
  if (taken.length === 0 && refused.length === 0 && examined.issues.length === 0) return nothing;
  return html`<section aria-labelledby="report" class="report">
    <h2 class="h3" id="report">${t('What is in it')}</h2>
    ${
      examined.report === null
        ? html`<div class="note stop">
            <h3>${icon('warn')} ${t('It is not valid FHIR, so nothing of it is taken')}</h3>
            ${issueList(examined.issues)}
          </div>`
        : html`<p>
            ${tn('{n} entry is taken.', '{n} entries are taken.', examined.report.resources)}
            ${refused.length === 0 ? t('None is refused.') : tn('{n} is refused.', '{n} are refused.', refused.length)}
            ${
              examined.report.patients.length > 1
                ? t('It names {n} patients: check that they are all you.', { n: examined.report.patients.length })
                : nothing
            }
          </p>`
    }
    ${
      taken.length === 0
        ? nothing
        : html`<table>
            <caption class="vh">
              ${t('What is taken')}
            </caption>
            <thead>
              <tr>
                <th scope="col">${t('Kind')}</th>
                <th scope="col" class="num">${t('Number')}</th>
              </tr>
            </thead>
            <tbody>
              ${taken.map(
                ([kind, count]) =>
                  html`<tr>
                    <td>${resourceTitle(kind)}</td>
                    <td class="num">${number(count)}</td>
                  </tr>`,
              )}
            </tbody>
          </table>`
    }
    ${
      refused.length === 0
        ? nothing
        : html`<details open>
            <summary>${tn('{n} refused, and why', '{n} refused, and why', refused.length)}</summary>
            <div>
              <table class="flow">
                <caption class="vh">
                  ${t('What is refused')}
                </caption>
                <thead>
                  <tr>
                    <th scope="col">${t('Place')}</th>
                    <th scope="col">${t('Kind')}</th>
                    <th scope="col">${t('Why')}</th>
                  </tr>
                </thead>
                <tbody>
                  ${refused.slice(0, 100).map(
                    (one) =>
                      html`<tr>
                        <th scope="row">${placeWords(one.place)}</th>
                        <td>${one.resourceType === '' ? t('unknown') : resourceTitle(one.resourceType)}</td>
                        <td>${one.issues.map(faultWords).join('; ')}</td>
                      </tr>`,
                  )}
                </tbody>
              </table>
            </div>
          </details>`
    }
  </section>`;
}

function issueList(issues: readonly string[]): TemplateResult {
  return html`<ul class="bullets small">
      ${issues.slice(0, 10).map((issue) => html`<li>${faultWords(issue)}</li>`)}
    </ul>
    ${issues.length > 10 ? html`<p class="small">${tn('and {n} more', 'and {n} more', issues.length - 10)}</p>` : nothing}`;
}

/** Types have the same words where FHIR comes in several shapes; a choice has to tell them apart. */
function typeName(type: RecordTypeName): string {
  if (type === 'fhir') return t('FHIR Bundle');
  if (type === 'fhir-resource') return t('One FHIR resource');
  if (type === 'ndjson') return t('FHIR, one resource a line (NDJSON)');
  return typeTitle(type);
}
