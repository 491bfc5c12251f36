/** Asking for what opens this device's keystore: the passkey, the password, or either. */

import { html, nothing, type TemplateResult } from 'lit-html';

import type { Unlocker } from '../api.ts';
import { focusOn } from '../dom.ts';
import { notice } from '../errors.ts';
import { t } from '../i18n.ts';
import { icon } from '../icons.ts';
import type { TopStage } from '../stage.ts';
import { textField } from './forms.ts';

/** What the buttons say. */
export interface UnlockerLabels {
  readonly passkey: string;
  readonly password: string;
}

/** A question for an unlocker. */
export class UnlockerForm {
  #password = '';
  #busy = false;
  #error: unknown = null;
  readonly #stage: TopStage;
  readonly #act: (password: string | null) => Promise<unknown>;

  /** `act` is done with the password, or with null for the passkey; what it throws is shown above the question. */
  constructor(stage: TopStage, act: (password: string | null) => Promise<unknown>) {
    this.#stage = stage;
    this.#act = act;
  }

  /** Forgets what was typed. */
  clear(): void {
    this.#password = '';
  }

  render(labels: UnlockerLabels): TemplateResult {
    return html`
      ${this.#error === null ? nothing : notice(this.#error)}
      ${
        this.#has('passkey')
          ? html`<div>
              <button class="btn" type="button" aria-disabled=${this.#disabled()} @click=${() => void this.#open(null)}>
                ${icon('key')} ${labels.passkey}
              </button>
            </div>`
          : nothing
      }
      ${
        this.#has('password')
          ? html`<form class="stack" @submit=${(event: Event) => this.#submit(event)}>
              ${textField({
                id: 'password',
                label: t('Password of this device'),
                type: 'password',
                autocomplete: 'current-password',
                value: this.#password,
                input: (value) => {
                  this.#password = value;
                },
              })}
              <button class="btn" type="submit" aria-disabled=${this.#disabled()}>
                ${this.#busy ? t('Opening …') : labels.password}
              </button>
            </form>`
          : nothing
      }
    `;
  }

  #has(kind: Unlocker['kind']): boolean {
    return this.#stage.status().unlockers.some((unlocker) => unlocker.kind === kind);
  }

  #disabled(): 'true' | 'false' {
    return this.#busy ? 'true' : 'false';
  }

  #submit(event: Event): void {
    event.preventDefault();
    if (this.#password !== '') void this.#open(this.#password);
  }

  async #open(password: string | null): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    this.#error = null;
    this.#stage.update();
    try {
      await this.#act(password);
      this.clear();
      this.#busy = false;
      this.#stage.update();
    } catch (error) {
      this.#error = error;
      this.#busy = false;
      this.#stage.update();
      requestAnimationFrame(() => focusOn('password'));
    }
  }
}
