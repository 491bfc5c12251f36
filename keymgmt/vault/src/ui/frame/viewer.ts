/** Shows a record's file: pictures and text here, PDF by the browser's viewer; everything else can be saved. */

import { html, nothing, type TemplateResult } from 'lit-html';

import type { Reading } from '../api.ts';
import { save } from '../dom.ts';
import { notice } from '../errors.ts';
import { size } from '../format.ts';
import { t } from '../i18n.ts';
import { typeTitle } from '../names.ts';
import { progress } from '../parts/waiting.ts';
import { Act, type Stage } from '../stage.ts';
import type { RecordMetadata, RecordOpened } from '../../sdk/results.ts';

/** Larger files are opened when the person asks for it. */
const BY_ITSELF = 8_000_000;
const LONGEST_TEXT = 200_000;

/** The viewer of one record. */
export class Viewer {
  readonly #vault: Reading;
  readonly #metadata: RecordMetadata;
  readonly #act: Act<RecordOpened>;
  #address: string | null = null;
  #text: string | null = null;
  #whole = true;

  constructor(stage: Stage, metadata: RecordMetadata) {
    this.#vault = stage.vault;
    this.#metadata = metadata;
    this.#act = new Act(() => stage.update());
    if (metadata.size <= BY_ITSELF && isShown(metadata.type)) void this.#open();
  }

  /** Forgets the plaintext. */
  stop(): void {
    this.#act.cancel();
    if (this.#address !== null) URL.revokeObjectURL(this.#address);
    this.#address = null;
    this.#text = null;
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

  #shown(opened: RecordOpened): TemplateResult {
    return html`${this.#content(opened)}
      <div class="btns screen">
        <button class="btn quiet" type="button" @click=${() => save(opened.file, opened.name)}>
          ${t('Save a copy')}
        </button>
      </div>
      <p class="hint screen">${t('A saved copy is not encrypted, and nobody can take it back.')}</p>`;
  }

  #content(opened: RecordOpened): unknown {
    if (this.#text !== null) {
      return html`<pre class="text" tabindex="0">${this.#text}</pre>
        ${this.#whole ? nothing : html`<p class="hint">${t('Only the beginning is shown. Save a copy to read all of it.')}</p>`}`;
    }
    if (this.#address === null) return html`<p>${typeTitle(opened.type)}, ${size(opened.size)}</p>`;
    if (opened.type === 'image') return html`<img class="picture" src=${this.#address} alt=${opened.name} />`;
    return html`<iframe class="pdf" src="${this.#address}#navpanes=0&view=FitH" title=${opened.name}></iframe>`;
  }

  async #open(): Promise<void> {
    await this.#act.run(async (options) => {
      const opened = await this.#vault.recordGet(this.#metadata.record, options);
      await this.#show(opened);
      return opened;
    });
  }

  async #show(opened: RecordOpened): Promise<void> {
    if (isText(opened.type)) {
      this.#whole = opened.file.size <= LONGEST_TEXT;
      this.#text = await opened.file.slice(0, LONGEST_TEXT).text();
      return;
    }
    const type =
      opened.type === 'pdf' ? 'application/pdf' : opened.type === 'image' ? await imageType(opened.file) : null;
    // A blob of another type (SVG, HTML) would run as a document of this origin: only what is known is given a type.
    if (type !== null) this.#address = URL.createObjectURL(new Blob([opened.file], { type }));
  }
}

/** Whether the page shows files of this type. */
export function isShown(type: string): boolean {
  return type === 'pdf' || type === 'image' || isText(type);
}

function isText(type: string): boolean {
  return type === 'text' || type === 'ndjson';
}

/** The media type by the file's first bytes; null for what is no bitmap. */
async function imageType(file: Blob): Promise<string | null> {
  const first = new Uint8Array(await file.slice(0, 12).arrayBuffer());
  const hex = Array.from(first, (byte) => byte.toString(16).padStart(2, '0')).join('');
  if (hex.startsWith('89504e470d0a1a0a')) return 'image/png';
  if (hex.startsWith('ffd8ff')) return 'image/jpeg';
  if (hex.startsWith('474946')) return 'image/gif';
  if (hex.startsWith('52494646') && hex.slice(16, 24) === '57454250') return 'image/webp';
  return null;
}
