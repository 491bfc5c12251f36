/**
 * The service worker's work without the browser: fetch, believe, keep, answer. `sw.ts` gives it a network and two caches.
 */

import { MedixainError } from '../core/errors.ts';
import { headersOf, type Places, placesOf } from './headers.ts';
import { fileHash, listedPath, parseManifest } from './manifest.ts';
import { CONFIG, encodePins, firstTrust, nextTrust, parsePins, type Trust } from './trust.ts';

/** Bytes under a name that outlive the worker. */
export interface Shelf {
  get(name: string): Promise<Uint8Array | null>;
  put(name: string, body: Uint8Array): Promise<void>;
  names(): Promise<readonly string[]>;
  remove(name: string): Promise<void>;
}

/** What the guard needs of its surroundings. `network` rejects when the origin cannot be reached. */
export interface Surroundings {
  readonly files: Shelf;
  readonly trust: Shelf;
  network(path: string): Promise<Uint8Array>;
  now(): number;
}

/** An answer: a file with its headers, or why there is none. */
export type Answer =
  | { readonly kind: 'file'; readonly body: Uint8Array; readonly headers: Readonly<Record<string, string>> }
  | { readonly kind: 'refused'; readonly reason: Reason; readonly detail: string };

/** Why nothing is served: it is not what was signed, it is in no signed list, or the network is gone and it is not kept. */
export type Reason = 'not-signed' | 'unknown' | 'offline';

const MANIFEST = '/manifest.json';
const PINS = '/pins';
const CHECK_MS = 5_000;

/** Serves what two institutions have signed, and nothing else. */
export class Guard {
  readonly #around: Surroundings;
  #trust: Trust | null = null;
  #places: Places | null = null;
  #checked = Number.NEGATIVE_INFINITY;
  #complaint = '';

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** What was wrong with the manifest that the origin offered last; empty when nothing was. */
  get complaint(): string {
    return this.#complaint;
  }

  /** Believe the origin if nothing is believed yet, and keep every file; throws when it cannot be believed. */
  async install(): Promise<void> {
    if ((await this.#load()) === null) await this.#begin();
    await this.refresh();
  }

  /**
   * Look whether the origin offers a newer build, at most once in five seconds, and take it when it is signed and all of
   * it is there. What cannot be believed or reached changes nothing. Returns whether a newer build was taken.
   */
  async refresh(): Promise<boolean> {
    const current = await this.#load();
    if (current === null || this.#around.now() - this.#checked < CHECK_MS) return false;
    this.#checked = this.#around.now();
    try {
      const bytes = await this.#around.network(MANIFEST);
      const next = nextTrust(current, bytes);
      // The same version has the same files: they were kept when it was taken, and each is hashed when it is served.
      const newer = next.manifest.version !== current.manifest.version;
      if (newer) await this.#take(next, bytes);
      this.#complaint = '';
      return newer;
    } catch (error) {
      if (error instanceof MedixainError) this.#complaint = error.message;
      return false;
    }
  }

  /** Answer a request for a path of the origin. */
  async answer(pathname: string): Promise<Answer> {
    const trust = await this.#load();
    if (trust === null) return { kind: 'refused', reason: 'not-signed', detail: 'Nothing has been believed yet.' };
    const path = listedPath(pathname);
    if (path === MANIFEST) return this.#manifest(path);
    const hash = trust.manifest.files.get(path);
    if (hash === undefined) return { kind: 'refused', reason: 'unknown', detail: path };
    try {
      const body = await this.#file(path, hash);
      if (body === null) return { kind: 'refused', reason: 'not-signed', detail: this.#complaint || path };
      return { kind: 'file', body, headers: headersOf(path, await this.#whereTo(trust)) };
    } catch (error) {
      if (error instanceof MedixainError) return { kind: 'refused', reason: 'not-signed', detail: error.message };
      return { kind: 'refused', reason: 'offline', detail: path };
    }
  }

  async #manifest(path: string): Promise<Answer> {
    const body = await this.#around.trust.get(MANIFEST);
    if (body === null) return { kind: 'refused', reason: 'unknown', detail: path };
    return { kind: 'file', body, headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-cache' } };
  }

  /** The file with this hash, kept or fetched; null when the origin serves something else in its place. */
  async #file(path: string, hash: string): Promise<Uint8Array | null> {
    const kept = await this.#around.files.get(hash);
    if (kept !== null && fileHash(kept) === hash) return kept;
    const body = await this.#around.network(path);
    if (fileHash(body) !== hash) return null;
    await this.#around.files.put(hash, body);
    return body;
  }

  async #keepAll(trust: Trust): Promise<void> {
    for (const [path, hash] of trust.manifest.files) {
      if ((await this.#file(path, hash)) === null) throw new NotAsSigned(path);
    }
  }

  async #take(next: Trust, manifest: Uint8Array): Promise<void> {
    await this.#keepAll(next);
    await this.#around.trust.put(MANIFEST, manifest);
    this.#trust = next;
    this.#places = null;
    await this.#prune(next);
  }

  async #prune(trust: Trust): Promise<void> {
    const wanted = new Set(trust.manifest.files.values());
    for (const name of await this.#around.files.names()) {
      if (!wanted.has(name)) await this.#around.files.remove(name);
    }
  }

  async #whereTo(trust: Trust): Promise<Places> {
    if (this.#places === null) {
      const config = await this.#file(CONFIG, trust.manifest.files.get(CONFIG) ?? '');
      if (config === null) throw new NotAsSigned(CONFIG);
      this.#places = placesOf(config);
    }
    return this.#places;
  }

  async #begin(): Promise<void> {
    const manifest = await this.#around.network(MANIFEST);
    const trust = firstTrust(manifest, await this.#around.network(CONFIG));
    await this.#keepAll(trust);
    await this.#around.trust.put(MANIFEST, manifest);
    // Last: an interrupted installation begins again instead of believing half of it.
    await this.#around.trust.put(PINS, encodePins(trust.pins));
    this.#trust = trust;
    this.#checked = this.#around.now();
  }

  async #load(): Promise<Trust | null> {
    if (this.#trust !== null) return this.#trust;
    const [pins, manifest] = [await this.#around.trust.get(PINS), await this.#around.trust.get(MANIFEST)];
    if (pins === null || manifest === null) return null;
    this.#trust = { pins: parsePins(pins), manifest: parseManifest(manifest) };
    return this.#trust;
  }
}

/** The origin serves another file than the signed one. */
export class NotAsSigned extends MedixainError {
  override readonly code = 'integrity';
  readonly path: string;

  constructor(path: string) {
    super(`The vault's server sent a ${path} that the institutions have not signed.`);
    this.path = path;
  }
}
