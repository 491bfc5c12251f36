/** Shows a record's file when it is opened: by itself where it is small, at a press where it is not. */

import { html, nothing, type TemplateResult } from 'lit-html';

import type { Reading } from '../api.ts';
import { notice } from '../errors.ts';
import { size } from '../format.ts';
import { t } from '../i18n.ts';
import { typeTitle } from '../names.ts';
import { FileView, type Shown } from '../parts/file-view.ts';
import { progress } from '../parts/waiting.ts';
import { Act, type Stage } from '../stage.ts';
import type { RecordMetadata, RecordOpened } from '../../sdk/results.ts';

/** Larger files are opened when the person asks for it. */
const BY_ITSELF = 8_000_000;

/** The viewer of one record. */
export class Viewer {
  readonly #vault: Reading;
  readonly #metadata: RecordMetadata;
  readonly #act: Act<RecordOpened>;
  readonly #changed: () => void;
  #view: FileView | null = null;

  constructor(stage: Stage, metadata: RecordMetadata) {
    this.#vault = stage.vault;
    this.#metadata = metadata;
    this.#changed = () => stage.update();
    this.#act = new Act(this.#changed);
    if (metadata.size <= BY_ITSELF && isShown(metadata.type)) void this.#open();
  }

  /** Forgets the plaintext. */
  stop(): void {
    this.#act.cancel();
    this.#view?.stop();
    this.#view = null;
    this.#act.value = null;
  }

  render(): TemplateResult {
    const opened = this.#act.value;
    const words = t('Decrypting “{name}” on this device', { name: this.#metadata.name });
    return html`<section class="viewer stack" aria-label=${t('Document')}>
      ${this.#act.error === null ? nothing : notice(this.#act.error, () => void this.#open())}
      ${progress(this.#act, words)}
      ${
        opened === null
          ? this.#act.state === 'running'
            ? nothing
            : html`<p>${typeTitle(this.#metadata.type)}, ${size(this.#metadata.size)}</p>
                <div class="btns screen">
                  <button class="btn quiet" type="button" @click=${() => void this.#open()}>${t('Open it')}</button>
                </div>`
          : this.#shown(opened)
      }
    </section>`;
  }

  #shown(opened: RecordOpened): unknown {
    return this.#view?.render(html`<p>${typeTitle(opened.type)}, ${size(opened.size)}</p>`);
  }

  async #open(): Promise<void> {
    await this.#act.run(async (options) => {
      const opened = await this.#vault.recordGet(this.#metadata.record, options);
      await this.#show(opened);
      return opened;
    });
  }

  async #show(opened: RecordOpened): Promise<void> {
    this.#view = new FileView(opened.file, opened.name, this.#changed);
    await this.#view.prepare(shownType(opened.type));
  }
}

/** Whether the page shows files of this type. */
export function isShown(type: string): boolean {
  return shownType(type) !== null;
}

function shownType(type: string): Shown {
  if (type === 'pdf' || type === 'image') return type;
  return type === 'text' || type === 'ndjson' ? 'text' : null;
}
