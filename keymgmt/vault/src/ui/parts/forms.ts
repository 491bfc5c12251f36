/** Form fields with their labels, hints and errors, and the error summary that takes the focus. */

import { html, nothing, type TemplateResult } from 'lit-html';
import { ifDefined } from 'lit-html/directives/if-defined.js';
import { live } from 'lit-html/directives/live.js';

import { focusOn } from '../dom.ts';
import { t } from '../i18n.ts';

/** What is wrong, by the id of the field it is about. */
export type Faults = Readonly<Record<string, string>>;

/** The summary of faults above a form; each leads to its field. */
export function errorSummary(faults: Faults): TemplateResult | typeof nothing {
  const found = Object.entries(faults);
  if (found.length === 0) return nothing;
  const jump = (event: Event, id: string) => {
    event.preventDefault(); // The fragment is the route; the link only moves the focus.
    focusOn(id);
  };
  return html`<div class="errors" id="faults" role="alert" aria-labelledby="faults-title" tabindex="-1">
    <h2 class="h3" id="faults-title">${t('There is a problem')}</h2>
    <ul role="list">
      ${found.map(([id, text]) => html`<li><a href="#${id}" @click=${(e: Event) => jump(e, id)}>${text}</a></li>`)}
    </ul>
  </div>`;
}

/** Moves the focus to the summary once it is rendered. */
export function focusFaults(): void {
  requestAnimationFrame(() => focusOn('faults'));
}

/** A text field. */
export interface TextField {
  readonly id: string;
  readonly label: string;
  readonly hint?: string;
  readonly type?: 'text' | 'password' | 'search' | 'date';
  readonly value?: string;
  readonly autocomplete?: string;
  readonly spellcheck?: boolean;
  readonly min?: string;
  readonly input?: (value: string) => void;
  readonly faults?: Faults;
}

/** One labelled line of text. */
export function textField(field: TextField): TemplateResult {
  return framed(
    field,
    ({ invalid, described }) =>
      html`<input
        id=${field.id}
        name=${field.id}
        type=${field.type ?? 'text'}
        .value=${live(field.value ?? '')}
        min=${ifDefined(field.min)}
        autocomplete=${(field.autocomplete ?? 'off') as 'off'}
        autocapitalize="none"
        spellcheck=${field.spellcheck === true ? 'true' : 'false'}
        aria-invalid=${invalid}
        aria-describedby=${ifDefined(described)}
        @input=${(event: Event) => field.input?.((event.target as HTMLInputElement).value)}
      />`,
  );
}

/** Several labelled lines of text. */
export function textArea(
  field: Omit<TextField, 'type' | 'min' | 'autocomplete'> & { readonly limit: number },
): TemplateResult {
  return framed(
    field,
    ({ invalid, described }) =>
      html`<textarea
        id=${field.id}
        name=${field.id}
        rows="4"
        maxlength=${field.limit}
        .value=${live(field.value ?? '')}
        spellcheck=${field.spellcheck === true ? 'true' : 'false'}
        aria-invalid=${invalid}
        aria-describedby=${ifDefined(described)}
        @input=${(event: Event) => field.input?.((event.target as HTMLTextAreaElement).value)}
      ></textarea>`,
  );
}

/** What a control says of itself to assistive technology. */
interface Described {
  readonly invalid: 'true' | 'false';
  /** Ids of its hint and its fault, undefined when it has neither. */
  readonly described: string | undefined;
}

/** A control under its label, its hint and its fault. */
function framed(
  { id, label, hint, faults }: Pick<TextField, 'id' | 'label' | 'hint' | 'faults'>,
  control: (described: Described) => TemplateResult,
): TemplateResult {
  const fault = faults?.[id];
  const described = [hint ? `${id}-hint` : '', fault ? `${id}-fault` : ''].filter(Boolean).join(' ');
  return html`<div class="field ${fault ? 'has-error' : ''}">
    <label for=${id}>${label}</label>
    ${hint ? html`<p class="hint" id="${id}-hint">${hint}</p>` : nothing} ${faultText(id, fault)}
    ${control({ invalid: fault ? 'true' : 'false', described: described || undefined })}
  </div>`;
}

/** The text of a field's fault. */
export function faultText(id: string, fault: string | undefined): unknown {
  return fault
    ? html`<span class="err" id="${id}-fault"><span class="vh">${t('Error:')}</span> ${fault}</span>`
    : nothing;
}

/** A choice of one or of several. */
export interface Option {
  readonly id: string;
  readonly value: string;
  readonly label: unknown;
  readonly hint?: string;
  readonly checked: boolean;
}

/** Check boxes or radio buttons in the look's grid. */
export function options(
  type: 'checkbox' | 'radio',
  name: string,
  choices: readonly Option[],
  changed: (value: string, checked: boolean) => void,
): TemplateResult {
  return html`<div class="opts ${choices.length === 1 ? 'single' : ''}">
    ${choices.map(
      (choice) =>
        html`<div class="opt">
          <input
            type=${type}
            id=${choice.id}
            name=${name}
            value=${choice.value}
            .checked=${live(choice.checked)}
            @change=${(event: Event) => changed(choice.value, (event.target as HTMLInputElement).checked)}
          />
          <label for=${choice.id}>
            ${choice.label} ${choice.hint ? html`<span class="hint">${choice.hint}</span>` : nothing}
          </label>
        </div>`,
    )}
  </div>`;
}

/** A drop-down list. */
export function select(
  id: string,
  label: string,
  choices: readonly (readonly [value: string, label: string])[],
  chosen: string,
  changed: (value: string) => void,
  { hint, faults }: Pick<TextField, 'hint' | 'faults'> = {},
): TemplateResult {
  return framed(
    { id, label, ...(hint === undefined ? {} : { hint }), ...(faults === undefined ? {} : { faults }) },
    ({ invalid, described }) =>
      html`<select
        id=${id}
        name=${id}
        aria-invalid=${invalid}
        aria-describedby=${ifDefined(described)}
        @change=${(event: Event) => changed((event.target as HTMLSelectElement).value)}
      >
        ${choices.map(
          ([value, title]) => html`<option value=${value} .selected=${live(value === chosen)}>${title}</option>`,
        )}
      </select>`,
  );
}
