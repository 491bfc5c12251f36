/**
 * Calls between a document and its Worker over `postMessage`: promises, progress, calling off, typed errors.
 *
 * A document trusts its own Worker and the Worker its own document (both are of this origin); what crosses is plain
 * data and files. Errors cross as code, message and fields, never as stacks.
 */

import { MedixainError } from '../core/errors.ts';

/** How a call tells of itself, and how it learns that nobody waits for it any more. */
export interface Call {
  readonly progress: (done: number, total: number | null) => void;
  readonly signal: AbortSignal;
}

/** What a document may pass beside a call's arguments. */
export interface CallOptions {
  readonly progress?: ((done: number, total: number | null) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Methods of a Worker by name; each takes its call first. */
// The arguments of a method are its own business; `never` lets every function be one.
export type Methods = Readonly<Record<string, (call: Call, ...args: never[]) => unknown>>;

/** The same methods as a document sees them. */
export type Remote<M extends Methods> = {
  readonly [Name in keyof M]: M[Name] extends (call: Call, ...args: infer Args) => infer Result
    ? (args: Args, options?: CallOptions) => Promise<Awaited<Result>>
    : never;
};

/** An error of the vault's Worker, revived: `code` and `fields` are the original's. */
export class VaultError extends MedixainError {
  override readonly code: string;
  readonly status: number | undefined;
  /** What is wrong with which field, for the errors that say so. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Every fault found, for the errors that list them. */
  readonly issues: readonly string[];

  constructor({ code, message, status, fields, issues }: WireError) {
    super(message);
    this.code = code;
    this.status = status;
    this.fields = fields;
    this.issues = issues;
  }
}

interface WireError {
  readonly code: string;
  readonly message: string;
  readonly status: number | undefined;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly issues: readonly string[];
}

type Request =
  | { readonly kind: 'call'; readonly id: number; readonly method: string; readonly args: readonly unknown[] }
  | { readonly kind: 'cancel'; readonly id: number };

type Answer =
  | { readonly kind: 'result'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly error: WireError }
  | { readonly kind: 'progress'; readonly id: number; readonly done: number; readonly total: number | null }
  | { readonly kind: 'event'; readonly name: string };

/** The end of a channel: a Worker, or a Worker's own scope. */
export interface Port {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
}

/** Code of a call that was called off. */
export const ABORTED = 'aborted';

// ---- in the Worker -------------------------------------------------------------------------------------------------

/** Serve `methods` on `port`; returns the function that tells the document of an event. */
export function serve(port: Port, methods: Methods): (event: string) => void {
  const running = new Map<number, AbortController>();
  const answer = (message: Answer): void => port.postMessage(message);
  port.addEventListener('message', ({ data }: MessageEvent<Request>) => {
    if (data.kind === 'cancel') running.get(data.id)?.abort();
    else void run(data);
  });
  return (name) => answer({ kind: 'event', name });

  async function run({ id, method, args }: Extract<Request, { kind: 'call' }>): Promise<void> {
    const controller = new AbortController();
    running.set(id, controller);
    try {
      const call: Call = {
        signal: controller.signal,
        progress: (done, total) => answer({ kind: 'progress', id, done, total }),
      };
      const found = Object.hasOwn(methods, method) ? methods[method] : undefined;
      if (found === undefined) throw new TypeError(`there is no method ${method}`);
      answer({ kind: 'result', id, result: await found(call, ...(args as never[])) });
    } catch (error) {
      answer({ kind: 'error', id, error: wired(error, controller.signal.aborted) });
    } finally {
      running.delete(id);
    }
  }
}

/** An error as it crosses. A defect crosses as such: its message stays in the Worker's console. */
function wired(error: unknown, aborted: boolean): WireError {
  if (aborted) return { code: ABORTED, message: 'This was called off.', status: undefined, fields: {}, issues: [] };
  if (!(error instanceof MedixainError)) {
    console.error(error);
    const message = 'Something went wrong in the vault itself; reload the page and try again.';
    return { code: 'internal', message, status: undefined, fields: {}, issues: [] };
  }
  const { status, fields, field, issues } = error as MedixainError & Partial<WireError> & { readonly field?: string };
  const named = field === undefined ? {} : { [field]: error.message };
  return { code: error.code, message: error.message, status, fields: fields ?? named, issues: issues ?? [] };
}

// ---- in the document -----------------------------------------------------------------------------------------------

interface Pending {
  readonly resolve: (result: never) => void;
  readonly reject: (error: Error) => void;
  readonly options: CallOptions;
}

/** Calls a Worker's methods. */
export class Caller {
  readonly #port: Port;
  readonly #pending = new Map<number, Pending>();
  #next = 1;
  #over: Error | null = null;

  /** `heard` is called with every event. */
  constructor(port: Port, heard: (event: string) => void) {
    this.#port = port;
    port.addEventListener('message', ({ data }: MessageEvent<Answer>) => {
      if (data.kind === 'event') heard(data.name);
      else this.#settle(data);
    });
  }

  /** Call a method; rejects with {@link VaultError}, or the signal's reason when it is called off. */
  call<Result>(method: string, args: readonly unknown[], options: CallOptions = {}): Promise<Result> {
    const { signal } = options;
    return new Promise<Result>((resolve, reject) => {
      if (this.#over !== null || signal?.aborted) {
        reject(this.#over ?? (signal!.reason as Error));
        return;
      }
      const id = this.#next++;
      this.#pending.set(id, { resolve, reject, options });
      signal?.addEventListener('abort', () => this.#cancel(id), { once: true });
      this.#send({ kind: 'call', id, method, args });
    });
  }

  /** Reject everything that waits, and every later call, with `error`: the Worker is gone. */
  end(error: Error): void {
    this.#over = error;
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }

  #cancel(id: number): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#pending.delete(id);
    this.#send({ kind: 'cancel', id });
    pending.reject(pending.options.signal!.reason as Error);
  }

  #settle(answer: Exclude<Answer, { kind: 'event' }>): void {
    const pending = this.#pending.get(answer.id);
    if (pending === undefined) return;
    if (answer.kind === 'progress') {
      pending.options.progress?.(answer.done, answer.total);
      return;
    }
    this.#pending.delete(answer.id);
    if (answer.kind === 'result') pending.resolve(answer.result as never);
    else pending.reject(new VaultError(answer.error));
  }

  #send(request: Request): void {
    this.#port.postMessage(request);
  }
}

/** The Worker's own end of its channel. */
export function workerPort(): Port {
  return globalThis as unknown as Port;
}
