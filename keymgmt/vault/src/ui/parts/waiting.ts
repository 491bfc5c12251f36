/** Waiting, emptiness and failure: designed states that every page uses. */

import { html, nothing, type TemplateResult } from 'lit-html';

import { announce } from '../dom.ts';
import { notice } from '../errors.ts';
import { duration, number, size } from '../format.ts';
import { t } from '../i18n.ts';
import type { Act, Resource } from '../stage.ts';

/** Shows a resource: its content, quiet lines while it comes, or the error with a way to try again. */
export function shown<Value>(
  resource: Resource<Value>,
  content: (value: Value) => unknown,
  waiting: string = t('Opening your records on this device …'),
): unknown {
  if (resource.error !== null) return notice(resource.error, () => void resource.reload());
  if (resource.value === null) return hindrance(resource) ?? pending(waiting);
  return content(resource.value);
}

/** What keeps something from coming that will come by itself; null where nothing does. */
export function hindrance({ offline, waiting }: Pick<Resource<unknown>, 'offline' | 'waiting'>): TemplateResult | null {
  if (offline) return pending(t('Waiting for the connection. It goes on by itself when you are back …'));
  return waiting ? pending(t('On its way to the shared ledger. That takes a few seconds …')) : null;
}

/** A calm line while something comes. */
export function pending(text: string): TemplateResult {
  return html`<p class="pending" role="status">${text}</p>`;
}

/** How an act is measured. */
export type Unit = 'bytes' | 'items';

/** Progress of an act with amount, time left and a cancel button. */
export function progress(act: Act<unknown>, doing: string, unit: Unit = 'bytes', cancellable = true): unknown {
  if (act.state !== 'running') return nothing;
  const left = act.secondsLeft();
  const said = [doing, amountOf(act, unit), left === null ? '' : t('about {time} left', { time: duration(left) })];
  return html`<div class="progressing stack">
    <p id="progress-words">
      ${said.filter((part) => part !== '').join(', ')}.
      ${
        cancellable
          ? html`<button class="link" type="button" @click=${() => act.cancel()}>${t('Cancel')}</button>`
          : nothing
      }
    </p>
    ${
      act.total === null
        ? html`<progress aria-labelledby="progress-words"></progress>`
        : html`<progress aria-labelledby="progress-words" max=${Math.max(act.total, 1)} value=${act.done}></progress>`
    }
  </div>`;
}

/** Says how an act ended and shows it: its result, or its error, stands at the top of the page. */
export function conclude({ state }: Act<unknown>, done: string): void {
  announce(state === 'done' ? done : t('There is a problem'));
  scrollTo(0, 0);
}

/** Nothing here: what, why, and the next step. */
export function empty(what: unknown, why: string, next: unknown = nothing): TemplateResult {
  return html`<div class="empty">
    <p>${what}</p>
    <p class="muted">${why}</p>
    ${next === nothing ? nothing : html`<div class="btns">${next}</div>`}
  </div>`;
}

function amountOf(act: Act<unknown>, unit: Unit): string {
  const say = unit === 'bytes' ? size : (value: number) => number(value);
  if (act.total === null) return act.done > 0 ? say(act.done) : '';
  return t('{done} of {total}', { done: say(act.done), total: say(act.total) });
}
