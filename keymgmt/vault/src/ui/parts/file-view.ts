/** A decrypted file on the page: pictures and text here, PDF by the browser's own viewer where it has one. */

import { html, nothing, type TemplateResult } from 'lit-html';

import { save } from '../dom.ts';
import { t } from '../i18n.ts';

const LONGEST_TEXT = 200_000;

/** How a file is shown; null for one that can only be saved. */
export type Shown = 'pdf' | 'image' | 'text' | null;

/** How a file of this media type is shown. */
export function shownAs(contentType: string): Shown {
  const [type = ''] = contentType.toLowerCase().split(';');
  if (type.trim() === 'application/pdf') return 'pdf';
  if (type.startsWith('image/')) return 'image';
  return TEXTS.has(type.trim()) ? 'text' : null;
}

/** Text that is meant to be read as it stands; markup would show its tags. */
const TEXTS: ReadonlySet<string> = new Set(['text/plain', 'text/csv', 'text/markdown', 'application/json']);

/** What of a file is shown once it is decrypted. */
type Content =
  | { readonly kind: 'text'; readonly text: string; readonly whole: boolean }
  | { readonly kind: 'image' | 'pdf'; readonly address: string }
  | { readonly kind: 'nothing' };

/** One file; it is plaintext in memory until {@link stop}. */
export class FileView {
  readonly #file: Blob;
  readonly #name: string;
  readonly #changed: () => void;
  #content: Content = { kind: 'nothing' };
  /** Whether a picture is in its own size rather than the page's width. */
  #large = false;
  #stopped = false;

  constructor(file: Blob, name: string, changed: () => void) {
    this.#file = file;
    this.#name = name;
    this.#changed = changed;
  }

  /** Makes the file ready to be shown. What is not what it calls itself can only be saved. */
  async prepare(shown: Shown): Promise<void> {
    const content = await this.#read(shown);
    // Whoever left the page meanwhile leaves nothing behind.
    if (this.#stopped) forget(content);
    else this.#content = content;
    this.#changed();
  }

  async #read(shown: Shown): Promise<Content> {
    if (shown === 'text') {
      const whole = this.#file.size <= LONGEST_TEXT;
      return { kind: 'text', text: await this.#file.slice(0, LONGEST_TEXT).text(), whole };
    }
    // A blob of another type (SVG, HTML) would run as a document of this origin: only what is known is given a type.
    const type = shown === null ? null : await knownType(this.#file);
    const kind = type === 'application/pdf' ? 'pdf' : 'image';
    if (type === null || kind !== shown) return { kind: 'nothing' };
    return { kind, address: URL.createObjectURL(new Blob([this.#file], { type })) };
  }

  /** Forgets the plaintext. */
  stop(): void {
    this.#stopped = true;
    forget(this.#content);
    this.#content = { kind: 'nothing' };
  }

  /** The file, and the ways to keep it; `otherwise` stands where it cannot be shown. */
  render(otherwise: unknown = nothing): TemplateResult {
    return html`${this.#shown(otherwise)}
      <div class="btns screen">
        ${this.#acts()}
        <button class="btn quiet" type="button" @click=${() => save(this.#file, this.#name)}>
          ${t('Save a copy')}
        </button>
      </div>
      <p class="hint screen">${t('A saved copy is not encrypted, and nobody can take it back.')}</p>`;
  }

  #shown(otherwise: unknown): unknown {
    const content = this.#content;
    switch (content.kind) {
      case 'text':
        return html`<pre class="text" tabindex="0">${content.text}</pre>
          ${content.whole ? nothing : html`<p class="hint">${t('Only the beginning is shown. Save a copy to read all of it.')}</p>`}`;
      case 'image':
        return html`<div class="picture-frame ${this.#large ? 'large' : ''}" tabindex=${this.#large ? '0' : nothing}>
          <img class="picture" src=${content.address} alt=${this.#name} />
        </div>`;
      case 'pdf':
        return showsPdf()
          ? html`<iframe class="pdf" src="${content.address}#navpanes=0&view=FitH" title=${this.#name}></iframe>`
          : html`<p class="note">
              ${t('This browser shows no PDF inside a page. Open it on a page of its own, or save a copy.')}
            </p>`;
      case 'nothing':
        return otherwise;
    }
  }

  #acts(): unknown {
    const content = this.#content;
    if (content.kind === 'pdf') {
      return html`<a class="btn quiet" href=${content.address} target="_blank" rel="noopener">
        ${t('Open on a page of its own')}
      </a>`;
    }
    if (content.kind !== 'image') return nothing;
    return html`<button
      class="btn quiet"
      type="button"
      aria-pressed=${String(this.#large)}
      @click=${() => this.#zoom()}
    >
      ${t('Full size')}
    </button>`;
  }

  #zoom(): void {
    this.#large = !this.#large;
    this.#changed();
  }
}

function forget(content: Content): void {
  if ('address' in content) URL.revokeObjectURL(content.address);
}

/** Whether the browser shows PDF inside a page; one that does not say is taken at its word when it tries. */
function showsPdf(): boolean {
  return navigator.pdfViewerEnabled !== false;
}

/** The media type by a file's first bytes; null for what is neither a bitmap nor a PDF. */
async function knownType(file: Blob): Promise<string | null> {
  const first = new Uint8Array(await file.slice(0, 12).arrayBuffer());
  const hex = Array.from(first, (byte) => byte.toString(16).padStart(2, '0')).join('');
  if (hex.startsWith('255044462d')) return 'application/pdf';
  if (hex.startsWith('89504e470d0a1a0a')) return 'image/png';
  if (hex.startsWith('ffd8ff')) return 'image/jpeg';
  if (hex.startsWith('474946')) return 'image/gif';
  if (hex.startsWith('52494646') && hex.slice(16, 24) === '57454250') return 'image/webp';
  return null;
}
