/** Builds, institutions that sign them, and an origin to serve them, all made up. */

import { addressOfSecretKey, type Address } from '../../src/core/addresses.ts';
import { bigEndian, utf8 } from '../../src/core/bytes.ts';
import { encode } from '../../src/core/canonical.ts';
import { offChainDomain, sign } from '../../src/core/eip712.ts';
import { keccak256 } from '../../src/core/hashes.ts';
import { toHex } from '../../src/core/hex.ts';
import type { Shelf, Surroundings } from '../../src/sw/guard.ts';
import { fileHash, VaultManifest } from '../../src/sw/manifest.ts';

export const CHAIN_ID = 7;
export const [TARN, SALTBY, QUILL, STRANGER] = [11, 12, 13, 99].map((seed) => bigEndian(seed, 32)) as [Key, Key, Key, Key];
export type Key = Uint8Array<ArrayBuffer>;

/** The configuration that names the three institutions. */
export const CONFIG = encode({
  chain_id: CHAIN_ID,
  platform: 'http://localhost:8000',
  node_set: { version: 1, threshold: 3, nodes: [{ url: 'http://127.0.0.1:9001/' }] },
  rpc_url: 'http://127.0.0.1:8545',
  institutions: Object.fromEntries([TARN, SALTBY, QUILL].map((key) => [addressOfSecretKey(key), 'Hospital'])),
});

/** Files of a build by path. */
export function build(text = 'one'): Map<string, Uint8Array> {
  return new Map([
    ['/app.js', utf8(`console.log(${JSON.stringify(text)})`)],
    ['/config.json', CONFIG],
    ['/frame.html', utf8('<!doctype html><title>frame</title>')],
    ['/index.html', utf8('<!doctype html><title>vault</title>')],
  ]);
}

/** A manifest of a build, signed by `keys`; `claim` puts another address beside a signature. */
export function manifestOf(files: ReadonlyMap<string, Uint8Array>, version: number, keys: readonly Key[], claim?: Address): Uint8Array {
  const hashes = Object.fromEntries([...files].map(([path, body]) => [path, fileHash(body)]));
  const message = VaultManifest.make({ version, filesHash: keccak256(encode(hashes)) });
  const signatures = keys.map((key) => ({
    institution: claim ?? addressOfSecretKey(key),
    signature: toHex(sign(offChainDomain(CHAIN_ID), VaultManifest, message, key)),
  }));
  return encode({ v: 1, version, files: hashes, signatures });
}

/** A shelf in memory. */
export class MemoryShelf implements Shelf {
  readonly kept = new Map<string, Uint8Array>();
  get = async (name: string): Promise<Uint8Array | null> => this.kept.get(name) ?? null;
  put = async (name: string, body: Uint8Array): Promise<void> => void this.kept.set(name, body);
  names = async (): Promise<readonly string[]> => [...this.kept.keys()];
  remove = async (name: string): Promise<void> => void this.kept.delete(name);
}

/** An origin that serves what it is told, a clock that is set by hand, and what the worker keeps. */
export class Origin implements Surroundings {
  readonly files = new MemoryShelf();
  readonly trust = new MemoryShelf();
  served = new Map<string, Uint8Array>();
  asked: string[] = [];
  online = true;
  time = 0;

  /** Serve a build with its manifest; time passes, so that the worker looks again. */
  serve(files: ReadonlyMap<string, Uint8Array>, manifest: Uint8Array): this {
    this.served = new Map([...files, ['/manifest.json', manifest]]);
    this.time += 60_000;
    return this;
  }

  network = async (path: string): Promise<Uint8Array> => {
    this.asked.push(path);
    const body = this.served.get(path);
    if (!this.online || body === undefined) throw new TypeError('unreachable');
    return body;
  };

  now = (): number => this.time;
}
