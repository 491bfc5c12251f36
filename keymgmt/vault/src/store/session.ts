/**
 * How a document resumes without asking (docs/spec/vault.md, "Where keys are").
 *
 * What opens the wallet lies under an AES-GCM key that the browser keeps and never shows: script of this origin can use
 * it, but not carry it away, and so can nobody who copies the profile's files without the browser.
 */

import type { Shelf } from './shelf.ts';

/** Seconds without a sign of the person in any vault document after which a session is over, unless set. */
export const IDLE_SECONDS = 15 * 60;

const ROW = 'session';
const ASSOCIATED = new TextEncoder().encode('medixain/session/v1');

interface Row {
  readonly key: CryptoKey;
  readonly expires: number;
  /** Seconds a session lasts after each sign of the person. */
  readonly idle: number;
  readonly iv: Uint8Array<ArrayBuffer>;
  readonly ciphertext: ArrayBuffer;
}

/** The one session of this origin. */
export class Session {
  readonly #shelf: Shelf;
  readonly #now: () => number;

  /** `now` is this device's clock in Unix seconds. */
  constructor(shelf: Shelf, now: () => number = () => Math.floor(Date.now() / 1000)) {
    this.#shelf = shelf;
    this.#now = now;
  }

  /** Begin a session that opens with `secret` and lasts `idle` seconds; an earlier one is over. */
  async begin(secret: Uint8Array<ArrayBuffer>, idle: number = IDLE_SECONDS): Promise<void> {
    const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const ciphertext = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: ASSOCIATED }, key, secret);
    const row: Row = { key, expires: this.#now() + idle, idle, iv, ciphertext };
    await this.#shelf.put({ [ROW]: row });
  }

  /** Return the session's secret, null when there is none; one found expired is deleted. */
  async resume(): Promise<Uint8Array<ArrayBuffer> | null> {
    const row = await this.#live();
    if (row === null) return null;
    const { key, iv, ciphertext } = row;
    try {
      return new Uint8Array(
        await crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData: ASSOCIATED }, key, ciphertext),
      );
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      // A damaged row opens nothing: whoever it belongs to unlocks anew.
      await this.end();
      return null;
    }
  }

  /** The person is here: the session lasts its idle time from now, unless it is over already. */
  touch(): Promise<void> {
    return this.#prolong((row) => row.idle);
  }

  /** Let the session last `idle` seconds from now and from every later {@link touch}. */
  setIdle(idle: number): Promise<void> {
    return this.#prolong(() => idle);
  }

  #prolong(idleOf: (row: Row) => number): Promise<void> {
    return this.#shelf.exclusively(async () => {
      const row = await this.#live();
      if (row === null) return;
      const idle = idleOf(row);
      await this.#shelf.put({ [ROW]: { ...row, idle, expires: this.#now() + idle } });
    });
  }

  /** When the session ends, Unix seconds; null when there is none. One found expired is deleted. */
  async expires(): Promise<number | null> {
    return (await this.#live())?.expires ?? null;
  }

  /** End the session for every document. */
  end(): Promise<void> {
    return this.#shelf.put({ [ROW]: undefined });
  }

  async #live(): Promise<Row | null> {
    const row = await this.#shelf.get(ROW);
    if (row === undefined) return null;
    const found = row as Row;
    if (found.expires > this.#now()) return found;
    await this.end();
    return null;
  }
}
