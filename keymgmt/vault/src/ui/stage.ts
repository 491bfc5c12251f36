/** What a page gets from the shell, and what it is to the shell. Pages keep their state in a closure of their factory. */

import type { TemplateResult } from 'lit-html';

import { codeOf } from './errors.ts';
import type { CallOptions, Reading, Vault, VaultStatus } from './api.ts';

/** The deployment's pins that pages show or link to (`/config.json`, docs/spec/vault.md). */
export interface Deployment {
  /** Origin of the platform, without a slash at its end. */
  readonly platform: string;
  /** Institutions' names by address. */
  readonly institutions: Readonly<Record<string, string>>;
}

/** What a page may use. */
export interface Stage<Api extends Reading = Reading> {
  readonly vault: Api;
  readonly deployment: Deployment;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** The state of the vault as last heard. */
  status(): VaultStatus;
  /** Renders the page again; call it after every change of the page's state. */
  update(): void;
  /** Asks for the vault's state again (after unlocking, changing the words …) and renders. */
  refresh(): Promise<void>;
  /** Goes to a route of this document. */
  go(hash: string): void;
  /** Opens a page of the platform in the top window. */
  leave(path: string): void;
  /** The platform's page that led here, else the portal's start page. */
  back(): string;
}

/** A stage of the vault's own page. */
export type TopStage = Stage<Vault>;

/** One page. `title` is the document's: it says nothing private. */
export interface Page {
  title(): string;
  render(): TemplateResult;
  /** Called when the page is left: abort work, revoke addresses, forget plaintext. */
  stop?(): void;
}

/** Makes a page for a route. */
export type PageFactory<Api extends Reading = Reading> = (stage: Stage<Api>) => Page;

/** What the nodes say while something is on its way to the final chain. */
const COMING: ReadonlySet<string> = new Set(['unknown-slot', 'waiting-for-finality']);
/** Milliseconds until it is asked for again, and until the answer is shown after all. */
const AGAIN = 2_000;
/** What calls end with when nobody can be reached. */
const UNREACHABLE: ReadonlySet<string> = new Set(['server-unreachable', 'not-enough-nodes', 'node-unreachable']);
const PATIENCE = 60_000;

/** Only `false` says something: a browser that knows nothing of its network says true or nothing at all. */
export function isOffline(): boolean {
  return navigator.onLine === false;
}

/** Something that is fetched and shown when it is there. Of several fetches the last one counts, whichever ends last. */
export class Resource<Value> {
  value: Value | null = null;
  error: unknown = null;
  /** Whether `value` is what was last asked for, not what stays until that comes. */
  current = false;
  /** Whether it comes by itself within seconds: the ledger has not taken up the wallet or grant yet. */
  waiting = false;
  /** Whether it waits for the network: it is fetched again as soon as the browser is connected. */
  offline = false;
  #turn = 0;
  readonly #load: () => Promise<Value>;
  readonly #changed: () => void;

  constructor(load: () => Promise<Value>, changed: () => void) {
    this.#load = load;
    this.#changed = changed;
    void this.reload();
  }

  /** Fetches again; what was there stays until the new value comes. */
  async reload(until = Date.now() + PATIENCE): Promise<void> {
    this.#turn += 1;
    const turn = this.#turn;
    const again = (end?: number) => {
      if (turn === this.#turn) void this.reload(end);
    };
    const began = isOffline();
    this.error = null;
    this.current = false;
    this.offline = false;
    // What was read before stands in for the answer meanwhile, so that it too is fetched again.
    if (began) addEventListener('online', () => again(), { once: true });
    try {
      const value = await this.#load();
      if (turn !== this.#turn) return;
      this.value = value;
      this.current = true;
      this.waiting = false;
    } catch (error) {
      if (turn !== this.#turn) return;
      this.offline = began && UNREACHABLE.has(codeOf(error));
      this.waiting = COMING.has(codeOf(error)) && Date.now() < until;
      if (this.waiting) setTimeout(() => again(until), AGAIN);
      else if (!this.offline) this.error = error;
    }
    this.#changed();
  }

  /** Puts a value that is already known in place. */
  set(value: Value): void {
    this.value = value;
    this.#changed();
  }
}

/** Long work that shows its progress and can be cancelled. */
export class Act<Value> {
  state: 'idle' | 'running' | 'done' | 'failed' = 'idle';
  done = 0;
  total: number | null = null;
  started = 0;
  value: Value | null = null;
  error: unknown = null;
  #controller: AbortController | null = null;
  #shown = 0;
  readonly #changed: () => void;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** Does `work` unless it is running already; a cancelled one is idle again, not failed. */
  async run(work: (options: Required<CallOptions>) => Promise<Value>): Promise<void> {
    if (this.state === 'running') return;
    const controller = new AbortController();
    this.#controller = controller;
    Object.assign(this, { state: 'running', done: 0, total: null, started: Date.now(), error: null, value: null });
    this.#changed();
    try {
      this.value = await work({ signal: controller.signal, progress: (done, total) => this.#step(done, total) });
      this.state = 'done';
    } catch (error) {
      this.error = controller.signal.aborted ? null : error;
      this.state = controller.signal.aborted ? 'idle' : 'failed';
    }
    this.#changed();
  }

  /** Stops the work; what was already sent is collected by the platform. */
  cancel(): void {
    this.#controller?.abort();
  }

  /** Seconds left at the pace so far, null while nobody can say. */
  secondsLeft(): number | null {
    if (this.total === null || this.total === 0 || this.done === 0) return null;
    const passed = (Date.now() - this.started) / 1000;
    return passed < 2 ? null : (passed * (this.total - this.done)) / this.done;
  }

  #step(done: number, total: number | null): void {
    this.done = done;
    this.total = total;
    // Ten times a second is smooth; a chunk of 64 KiB comes thousands of times.
    const now = Date.now();
    if (now - this.#shown < 100 && done !== total) return;
    this.#shown = now;
    this.#changed();
  }
}
