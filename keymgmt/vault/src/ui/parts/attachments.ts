/** Files inside FHIR (DocumentReference, DiagnosticReport, Binary): listed, opened on the page, saved. */

import { html, nothing, type TemplateResult } from 'lit-html';

import { save } from '../dom.ts';
import { fhirDate, size } from '../format.ts';
import { t } from '../i18n.ts';
import { typeTitle } from '../names.ts';
import { FileView, shownAs } from './file-view.ts';
import type { AttachedDocument } from '../../sdk/clinical/model.ts';

/** Which of a record's files are open on its page. */
export class Attachments {
  readonly #changed: () => void;
  readonly #open = new Map<string, FileView>();

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** Forgets what is open. */
  stop(): void {
    for (const view of this.#open.values()) view.stop();
    this.#open.clear();
  }

  /** What stands below a file's line: nothing, or the file. */
  shown(document: AttachedDocument): unknown {
    const view = this.#open.get(keyOf(document));
    return view === undefined ? nothing : html`<div class="viewer stack">${view.render()}</div>`;
  }

  /** The button that opens and closes a file; nothing for one that can only be saved. */
  button(document: AttachedDocument): unknown {
    const shown = shownAs(document.contentType);
    if (shown === null || document.data === null) return nothing;
    const open = this.#open.has(keyOf(document));
    return html`<button
      class="btn quiet"
      type="button"
      aria-expanded=${String(open)}
      @click=${() => (open ? this.#close(document) : this.#show(document))}
    >
      ${open ? t('Close it') : t('Open it')} <span class="vh">${document.title}</span>
    </button>`;
  }

  #show(document: AttachedDocument): void {
    const view = new FileView(blobOf(document), document.title, this.#changed);
    this.#open.set(keyOf(document), view);
    void view.prepare(shownAs(document.contentType));
  }

  #close(document: AttachedDocument): void {
    this.#open.get(keyOf(document))?.stop();
    this.#open.delete(keyOf(document));
    this.#changed();
  }
}

/**
 * The files inside a record: each to be opened (with `attachments`) and saved. One that only names an address is named,
 * never fetched.
 */
export function documentList(
  documents: readonly AttachedDocument[],
  record: string,
  attachments: Attachments | null = null,
): unknown {
  if (documents.length === 0) return nothing;
  return html`<section class="sec" aria-labelledby="documents">
    <h2 id="documents">${t('Documents inside')}</h2>
    <ul class="tasks" role="list">
      ${documents.map((document) => line(document, record, attachments))}
    </ul>
  </section>`;
}

function line(document: AttachedDocument, record: string, attachments: Attachments | null): TemplateResult {
  const about = [
    kindOf(document.contentType),
    document.data === null ? (document.url ?? '') : size(document.data.length),
    document.date === null ? '' : fhirDate(document.date),
  ];
  return html`<li>
    <span>${document.title || record}</span>
    ${
      document.data === null
        ? html`<span class="small muted">${t('not in the record')}</span>`
        : (openButton(document, attachments) ??
          html`<button class="btn quiet" type="button" @click=${() => save(blobOf(document), document.title || record)}>
            ${t('Save a copy')} <span class="vh">${document.title}</span>
          </button>`)
    }
    <p class="hint">${about.filter(Boolean).join(', ')}</p>
    ${attachments?.shown(document) ?? nothing}
  </li>`;
}

/** A file that opens on the page is saved from there: one line has one act. */
function openButton(document: AttachedDocument, attachments: Attachments | null): unknown {
  const button = attachments?.button(document) ?? nothing;
  return button === nothing ? null : button;
}

/** What kind of file it is, in words where there are some. */
function kindOf(contentType: string): string {
  if (contentType === 'application/pdf') return typeTitle('pdf');
  const [family] = contentType.split('/');
  return family === 'image' || family === 'text' ? typeTitle(family) : contentType;
}

function keyOf({ source, title, contentType, data }: AttachedDocument): string {
  return [source.record, source.place, title, contentType, data?.length ?? 0].join('/');
}

function blobOf({ data }: AttachedDocument): Blob {
  return new Blob(data === null ? [] : [new Uint8Array(data)], { type: 'application/octet-stream' });
}
