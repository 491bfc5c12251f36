/** The platform's HTTP interface (docs/spec/api.md): sessions bound to this device, problems as typed errors. */

import type { Address } from '../core/addresses.ts';
import { type Json, type JsonObject, isObject, parseAnyForm } from '../core/canonical.ts';
import { utf8 } from '../core/bytes.ts';
import { InvalidInput } from '../core/errors.ts';
import { sha256 } from '../core/hashes.ts';
import { hexDigits, toHex } from '../core/hex.ts';
import { EMPTY_BODY, composeSignIn, deviceProof } from '../core/keys/signin.ts';
import type { SigningKey } from '../core/keys/signing.ts';
import { BadServerAnswer, Integrity, ServerRefused, ServerUnreachable } from './errors.ts';
import { integerOf, objectOf, reading, textOf } from './meta.ts';
import { type BytesSent, type Network, network as browserNetwork } from './network.ts';

const PREFIX = '/api/v1';
/** Milliseconds until the platform has to begin its answer. */
const TIMEOUT = 30_000;
/** Milliseconds that one request waits in all while the platform answers that there are too many. */
const PATIENCE = 60_000;
/** Bytes of JSON read from one answer; contents of records are streamed and not limited by this. */
const MAX_ANSWER = 64 * 1024 * 1024;
/** Seconds before its end from which a session is not used any more. */
const MARGIN = 60;

/** A key that signs, here or in a process of its own. */
export type Signer = Pick<SigningKey, 'address' | 'sign' | 'signText'>;

/** Somebody who signs in: the address that is signed in, and the key that proves it. */
export class Identity {
  readonly signer: Signer;
  readonly address: Address;

  constructor(signer: Signer, address: Address = signer.address) {
    this.signer = signer;
    this.address = address;
  }
}

/** A session at the platform. `standing`: account, professional, institution, author or stranger. */
export interface PlatformSession {
  readonly token: string;
  readonly expires: number;
  readonly standing: string;
}

/** Keeps sessions between documents, so that not every page signs in anew. */
export interface SessionKeeper {
  load(address: Address): Promise<PlatformSession | null>;
  save(address: Address, session: PlatformSession | null): Promise<void>;
}

/** Values of a query; those that are null are left out. */
export type Query = Readonly<Record<string, string | number | null>>;

/** What every request may bring besides its path. */
export interface RequestOptions {
  readonly by?: Identity | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly query?: Query | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Options of an upload. */
export interface UploadOptions extends RequestOptions {
  readonly by: Identity;
  readonly progress?: BytesSent | undefined;
}

/** Options of a download: `first` bytes only, if given. */
export interface DownloadOptions extends RequestOptions {
  readonly by: Identity;
  readonly first?: number | undefined;
}

interface Prepared {
  readonly method: string;
  /** Path and query, as the device proof signs them. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer> | Blob | undefined;
  /** SHA-256 of the body, hex digits. */
  readonly bodyHash: string;
  readonly progress?: BytesSent | undefined;
  readonly by?: Identity | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Requests to one platform from one device. */
export class Api {
  readonly server: string;
  readonly network: Network;
  readonly #device: SigningKey | null;
  readonly #keeper: SessionKeeper | null;
  readonly #sessions = new Map<string, Promise<PlatformSession>>();

  /** `device` is needed as soon as somebody signs in; without `keeper` sessions end with this object. */
  constructor(
    server: string,
    device: SigningKey | null,
    options: { readonly network?: Network | undefined; readonly keeper?: SessionKeeper | undefined } = {},
  ) {
    this.server = server.replace(/\/+$/, '');
    this.#device = device;
    this.network = options.network ?? browserNetwork;
    this.#keeper = options.keeper ?? null;
  }

  // ---- requests -----------------------------------------------------------------------------------------------------

  /** GET and return the JSON. */
  get(path: string, options: RequestOptions = {}): Promise<Json> {
    return this.#json('GET', path, undefined, options);
  }

  /** POST JSON and return the JSON. */
  post(path: string, body: Json, options: RequestOptions = {}): Promise<Json> {
    return this.#json('POST', path, body, options);
  }

  /** PUT JSON and return the JSON. */
  put(path: string, body: Json, options: RequestOptions = {}): Promise<Json> {
    return this.#json('PUT', path, body, options);
  }

  /** DELETE and return the JSON, null when there is none. */
  delete(path: string, body: Json | undefined, options: RequestOptions & { readonly by: Identity }): Promise<Json> {
    return this.#json('DELETE', path, body, options);
  }

  /** POST bytes and return the JSON. */
  async upload(path: string, content: Blob, options: UploadOptions): Promise<Json> {
    const response = await this.#send({
      method: 'POST',
      target: target(path, options.query),
      headers: { ...options.headers, 'Content-Type': 'application/octet-stream' },
      body: content,
      bodyHash: EMPTY_BODY,
      progress: options.progress,
      by: options.by,
      signal: options.signal,
    });
    return this.#answer(path, response);
  }

  /** GET bytes as they come. The connection ends when the caller stops iterating. */
  async *download(path: string, options: DownloadOptions): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
    const range: Record<string, string> = options.first === undefined ? {} : { Range: `bytes=0-${options.first - 1}` };
    const response = await this.#send({
      method: 'GET',
      target: target(path, options.query),
      headers: { ...options.headers, ...range },
      bodyHash: EMPTY_BODY,
      by: options.by,
      signal: options.signal,
    });
    if (!response.ok) throw await problem(response);
    if (response.body === null) return;
    const reader = response.body.getReader();
    try {
      for (;;) {
        const { done, value } = await this.#reachable(reader.read(), options.signal);
        if (done) return;
        yield value;
      }
    } finally {
      // Also after a failure: the rest of the body is of no use to anybody.
      reader.cancel().catch(() => undefined);
    }
  }

  async #json(method: string, path: string, body: Json | undefined, options: RequestOptions): Promise<Json> {
    const content = body === undefined ? new Uint8Array() : utf8(JSON.stringify(body));
    const type: Record<string, string> = body === undefined ? {} : { 'Content-Type': 'application/json' };
    const response = await this.#send({
      method,
      target: target(path, options.query),
      headers: { Accept: 'application/json', ...options.headers, ...type },
      body: body === undefined ? undefined : content,
      bodyHash: hexDigits(sha256(content)),
      by: options.by,
      signal: options.signal,
    });
    return this.#answer(path, response);
  }

  async #answer(path: string, response: Response): Promise<Json> {
    if (!response.ok) throw await problem(response);
    const content = new Uint8Array(await this.#reachable(response.arrayBuffer()));
    if (content.length === 0) return null;
    try {
      return parseAnswer(content);
    } catch (error) {
      if (error instanceof InvalidInput) throw new BadServerAnswer(path, { cause: error });
      throw error;
    }
  }

  /**
   * Send a request; while the platform is too busy, wait as long as it asks and send again.
   *
   * A request answered with 429 has not been looked at, so sending it again is safe whatever it would do (api.md).
   */
  async #send(prepared: Prepared): Promise<Response> {
    let left = PATIENCE;
    let signedInAgain = false;
    for (;;) {
      const response = await this.#sendOnce(prepared);
      if (response.status === 401 && prepared.by !== undefined && !signedInAgain) {
        // The session may have ended at the platform before its time; a new one tells whether that was it.
        signedInAgain = true;
        await this.#forget(prepared.by);
        continue;
      }
      const wait = askedToWait(response);
      if (wait === null || wait > left) return response;
      await this.network.pause(wait, prepared.signal);
      left -= wait;
    }
  }

  async #sendOnce(prepared: Prepared): Promise<Response> {
    const { by, method, target: path, bodyHash, body, signal } = prepared;
    const headers = { ...prepared.headers, ...(by === undefined ? {} : await this.#proof(by, method, path, bodyHash)) };
    const url = this.server + path;
    if (body instanceof Blob) {
      const upload = this.network.upload(url, { headers, body, progress: prepared.progress, signal });
      return this.#reachable(upload, signal);
    }
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(new TypeError('no answer in time')), TIMEOUT);
    const both = signal === undefined ? deadline.signal : AbortSignal.any([signal, deadline.signal]);
    try {
      return await this.#reachable(
        this.network.fetch(url, { method, headers, body: body ?? null, signal: both }),
        signal,
      );
    } finally {
      clearTimeout(timer);
    }
  }

  async #proof(by: Identity, method: string, path: string, bodySha256: string): Promise<Record<string, string>> {
    const { token } = await this.session(by);
    const proof = deviceProof(this.#requireDevice(), { method, path, bodySha256, now: seconds() });
    return { Authorization: `Bearer ${token}`, 'Device-Proof': proof };
  }

  /** Translate a failure of the network; one that the caller asked for stays what it is. */
  async #reachable<T>(promise: Promise<T>, signal?: AbortSignal): Promise<T> {
    try {
      return await promise;
    } catch (error) {
      if (signal?.aborted || !(error instanceof TypeError || error instanceof DOMException)) throw error;
      throw new ServerUnreachable(this.server, error.message, { cause: error });
    }
  }

  /** Wait some milliseconds; throws the signal's reason when it is aborted meanwhile. */
  pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return this.network.pause(milliseconds, signal);
  }

  // ---- signing in ---------------------------------------------------------------------------------------------------

  /** Return the session of `who`, signing in when there is none. */
  session(who: Identity): Promise<PlatformSession> {
    const known = this.#sessions.get(who.address);
    if (known !== undefined) return known;
    const session = this.#loadOrSignIn(who);
    this.#sessions.set(who.address, session);
    // A failure is told to whoever asked, and the next one tries again.
    session.catch(() => this.#sessions.delete(who.address));
    return session;
  }

  async #loadOrSignIn(who: Identity): Promise<PlatformSession> {
    const kept = await this.#keeper?.load(who.address);
    if (kept && kept.expires > seconds() + MARGIN) return kept;
    const session = await this.#signIn(who);
    await this.#keeper?.save(who.address, session);
    return session;
  }

  async #forget(who: Identity): Promise<void> {
    this.#sessions.delete(who.address);
    await this.#keeper?.save(who.address, null);
  }

  /** Sign in with a text composed here: the server contributes its nonce, and its name only if it is its own. */
  async #signIn(who: Identity): Promise<PlatformSession> {
    const device = this.#requireDevice();
    const challenge = await this.post('/auth/challenges', { address: who.address });
    const answer = reading('signing in', () => objectOf(challenge));
    const { host } = new URL(this.server);
    const uri = URL.parse(String(answer['uri']));
    if (answer['domain'] !== host || uri?.host !== host) {
      throw new Integrity(`${this.server} asked for a sign-in to ${JSON.stringify(answer['domain'])}`);
    }
    const text = composeSignIn({
      domain: host,
      address: who.address,
      device: device.address,
      uri: String(answer['uri']),
      chainId: reading('signing in', () => integerOf(answer['chain_id'])),
      nonce: String(answer['nonce']),
      now: seconds(),
    });
    const signature = toHex(who.signer.signText(text));
    const session = await this.post('/auth/sessions', { message: text, signature, device: device.address });
    return reading('signing in', () => sessionOf(objectOf(session)));
  }

  #requireDevice(): SigningKey {
    if (this.#device === null) throw new TypeError('nobody can sign in without a device key');
    return this.#device;
  }
}

/** Return the JSON of an answer; throws `NotCanonical` for anything that is none, too long or too deep. */
export function parseAnswer(content: Uint8Array): Json {
  if (content.length > MAX_ANSWER) throw new InvalidInput('An answer is too long.');
  return parseAnyForm(content);
}

function sessionOf(answer: JsonObject): PlatformSession {
  return {
    token: textOf(answer['token']),
    expires: integerOf(answer['expires']),
    standing: textOf(answer['standing'] ?? 'stranger'),
  };
}

function target(path: string, query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== null) parameters.set(name, String(value));
  const text = parameters.toString();
  return PREFIX + path + (text === '' ? '' : `?${text}`);
}

/** Milliseconds after which the platform wants this request again, null if it does not say (RFC 6585, section 4). */
function askedToWait(response: Response): number | null {
  const asked = response.headers.get('Retry-After') ?? '';
  if (response.status !== 429 || !/^[0-9]{1,6}$/.test(asked)) return null;
  // Never at once: a platform that says 0 is as busy as one that says 1.
  return Math.max(1, Number(asked)) * 1000;
}

/** The problem+json of a refused request as an error; anything else by its status alone. */
async function problem(response: Response): Promise<ServerRefused> {
  let found: Json = null;
  try {
    found = parseAnswer(new Uint8Array(await response.arrayBuffer()));
  } catch (error) {
    if (!(error instanceof InvalidInput || error instanceof TypeError)) throw error;
  }
  const document: JsonObject = isObject(found) ? found : {};
  const { code, detail, fields } = document;
  return new ServerRefused(
    typeof code === 'string' ? code : `http-${response.status}`,
    response.status,
    typeof detail === 'string' ? detail : `The platform refused the request (HTTP ${response.status}).`,
    isObject(fields) ? fields : {},
  );
}

function seconds(): number {
  return Math.floor(Date.now() / 1000);
}
