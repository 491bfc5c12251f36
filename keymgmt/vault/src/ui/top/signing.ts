/** Signing what was shown: the typed messages of the present choice, asked for as it changes, and the act that signs them. */

import type { CallOptions } from '../api.ts';
import { Act, Resource } from '../stage.ts';

/** What a choice is, what it means, and what signing it does. */
export interface Steps<Wish, Prepared, Value> {
  /** The choice as it stands; null while something is missing. */
  wish(): Wish | null;
  /** What signing `wish` would sign. */
  prepare(wish: Wish): Promise<Prepared>;
  sign(wish: Wish, prepared: Prepared, options: Required<CallOptions>): Promise<Value>;
}

/** A choice with what it means: null while it is not complete. */
type Answer<Wish, Prepared> = { readonly wish: Wish; readonly prepared: Prepared } | null;

/** A choice that is signed as its sheet showed it, never as it was changed since. */
export class Signing<Wish, Prepared, Value> {
  readonly act: Act<Value>;
  readonly #steps: Steps<Wish, Prepared, Value>;
  readonly #answer: Resource<Answer<Wish, Prepared>>;

  /** `changed` is called after every change of what a page shows of it. */
  constructor(steps: Steps<Wish, Prepared, Value>, changed: () => void) {
    this.#steps = steps;
    this.act = new Act(changed);
    this.#answer = new Resource(() => this.#ask(), changed);
  }

  /** What the sheet shows: of the choice before while the present one is asked for; null while none is complete. */
  get prepared(): Prepared | null {
    return this.#answer.value?.prepared ?? null;
  }

  /** Why it is not known what the present choice means. */
  get error(): unknown {
    return this.#answer.error;
  }

  /** What keeps the answer from coming, for pages to say. */
  get coming(): Pick<Resource<unknown>, 'waiting' | 'offline'> {
    return this.#answer;
  }

  /** Whether nothing can be signed now: it is being signed, or the sheet is of a choice that was changed since. */
  get busy(): boolean {
    return this.act.state === 'running' || !this.#answer.current;
  }

  /** Asks what the present choice means; call it when the choice has changed. */
  async prepare(): Promise<void> {
    await this.#answer.reload();
  }

  /** Signs what the sheet shows; false when there is nothing to sign now. */
  async sign(): Promise<boolean> {
    const answer = this.#answer.value;
    if (answer === null || this.busy) return false;
    await this.act.run((options) => this.#steps.sign(answer.wish, answer.prepared, options));
    return true;
  }

  async #ask(): Promise<Answer<Wish, Prepared>> {
    const wish = this.#steps.wish();
    return wish === null ? null : { wish, prepared: await this.#steps.prepare(wish) };
  }
}
