/** Pages with one decision: what it is about on the left, its consequence beside two buttons of one size. */

import { html, nothing, type TemplateResult } from 'lit-html';

import type { Consequence } from '../consent.ts';
import type { CallOptions } from '../api.ts';
import { notice } from '../errors.ts';
import { t } from '../i18n.ts';
import { vaultFrame } from '../parts/frame.ts';
import { plainSheet } from '../parts/sheet.ts';
import { conclude, progress, type Unit } from '../parts/waiting.ts';
import { backLink, pageHead } from '../shell.ts';
import { Act, type Page, type TopStage } from '../stage.ts';

/** What differs between such pages. */
export interface Decision<Value> {
  title(): string;
  lede(): unknown;
  /** Left of the sheet: what the decision is about, with a form if it takes one. */
  content(): unknown;
  /** Heading of the sheet. */
  sheetTitle(): string;
  consequences(): readonly Consequence[];
  button(): string;
  doing(): string;
  /** Whether it can be done now; false keeps the person on the page (the decision shows its faults). */
  ready?(): boolean;
  /** Whether what it is about is still being looked up; until then nothing can be pressed. */
  waiting?(): boolean;
  readonly unit?: Unit;
  act(options: Required<CallOptions>): Promise<Value>;
  done(value: Value): TemplateResult;
}

/** A page for one decision. */
export function decisionPage<Value>(
  stage: TopStage,
  decision: Decision<Value>,
): Page & { readonly running: Act<Value> } {
  const act = new Act<Value>(() => stage.update());

  function submit(event: Event): void {
    event.preventDefault();
    if (decision.ready?.() === false) return;
    void act.run((options) => decision.act(options)).then(() => conclude(act, t('Done')));
  }

  return {
    running: act,
    title: () => decision.title(),
    render: () => html`
      ${backLink(`${stage.deployment.platform}${stage.back()}`, t('Back to your wallet'))}
      ${pageHead(decision.title(), decision.lede())}
      ${vaultFrame(
        stage.status().words,
        act.state === 'done' && act.value !== null
          ? html`<div class="stack done" role="status">${decision.done(act.value)}</div>`
          : html`<form class="split wide-end" @submit=${submit}>
              <div class="stack">
                ${act.error === null ? nothing : notice(act.error)}
                ${progress(act, decision.doing(), decision.unit ?? 'items', false)} ${decision.content()}
              </div>
              ${
                decision.waiting?.() === true
                  ? nothing
                  : plainSheet(decision.sheetTitle(), decision.consequences(), decision.button(), {
                      no: t('Leave it as it is'),
                      busy: act.state === 'running',
                      refuse: () => stage.leave(stage.back()),
                    })
              }
            </form>`,
      )}
    `,
  };
}

/** The button that leads back to the portal, after an act. */
export function backButton(stage: TopStage): TemplateResult {
  return html`<button class="btn" type="button" @click=${() => stage.leave(stage.back())}>
    ${t('Back to your wallet')}
  </button>`;
}
