/** Sealing and opening a record in the page, beside bare AES-GCM of WebCrypto over the same chunks (benchmarks/vault.py). */

import { randomBytes } from '../keymgmt/vault/src/core/bytes.ts';
import { Layer, newHeader, Preamble, RecordReader, RecordType, seal } from '../keymgmt/vault/src/core/container/index.ts';
import { initUmbral, SecretKey } from '../keymgmt/vault/src/core/pre/index.ts';
import { CHUNK_SIZE } from '../keymgmt/vault/src/core/container/stream.ts';
import { toAddress } from '../keymgmt/vault/src/core/addresses.ts';

const SOMEBODY = toAddress(`0x${'11'.repeat(20)}`);

/** Milliseconds of sealing and opening `chunks` chunks of 64 KiB: the container's, then the bare cipher's. */
async function measure(chunks: number): Promise<readonly number[]> {
  await initUmbral();
  const key = randomBytes(32);
  const recordPublicKey = SecretKey.random().publicKey;
  const header = newHeader({ chainId: 1, slot: SOMEBODY, author: SOMEBODY, layer: Layer.profile, recordPublicKey, created: 1, key });
  const preamble = new Preamble({ owner: new Uint8Array(20), name: 'zeros.bin', type: RecordType.other });
  const body = Array.from({ length: chunks }, () => new Uint8Array(CHUNK_SIZE));
  const sealed: Uint8Array<ArrayBuffer>[] = [];
  const start = performance.now();
  for await (const piece of seal(body, { header, key, preamble })) sealed.push(piece);
  const middle = performance.now();
  const reader = await RecordReader.open(sealed, { key, record: header.recordId });
  for await (const piece of reader.chunks()) if (piece.length > CHUNK_SIZE) throw new Error('too long a piece');
  const end = performance.now();
  return [middle - start, end - middle, ...(await bare(chunks, key))];
}

async function bare(chunks: number, raw: BufferSource): Promise<readonly number[]> {
  const key = await crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt']);
  const iv = new Uint8Array(12);
  const chunk = new Uint8Array(CHUNK_SIZE);
  const start = performance.now();
  let sealed = new ArrayBuffer(0);
  for (let n = 0; n < chunks; n += 1) sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, chunk);
  const middle = performance.now();
  for (let n = 0; n < chunks; n += 1) await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, sealed);
  return [middle - start, performance.now() - middle];
}

Object.assign(globalThis, { measureContainer: measure });
