/** The one instance of umbral-pre (Rust, compiled to WebAssembly) of this Worker or process. */

import * as glue from '@nucypher/umbral-pre/pkg-bundler/umbral_pre_wasm_bg.js';

import type { Bytes } from '../bytes.ts';
import { UmbralNotReady } from './errors.ts';

/** Where the build puts the module on the vault's origin. */
export const WASM_PATH = '/umbral.wasm';

const PACKAGED = '@nucypher/umbral-pre/pkg-bundler/umbral_pre_wasm_bg.wasm';
const IMPORTS_FROM = './umbral_pre_wasm_bg.js';

let starting: Promise<void> | undefined;
let ready = false;

/** A value that lives in the module's memory. */
interface Handle {
  free(): void;
}

const COLLECTED = new FinalizationRegistry<Handle>((handle) => {
  handle.free();
});

/**
 * Compile the module, once; later calls wait for the first.
 *
 * Without `bytes` a Worker or page fetches {@link WASM_PATH} of its own origin and Node reads it from the package. A
 * failed start is forgotten, so that a caller may try again.
 */
export function initUmbral(bytes?: Bytes): Promise<void> {
  starting ??= start(bytes).catch((error: unknown) => {
    starting = undefined;
    throw error;
  });
  return starting;
}

/** Return umbral-pre; throws {@link UmbralNotReady} before {@link initUmbral} has finished. */
export function umbral(): typeof glue {
  if (!ready) throw new UmbralNotReady();
  return glue;
}

/** Return `handle` and free it, which wipes a secret one, after `holder` has been collected. */
export function heldBy<H extends Handle>(holder: object, handle: H): H {
  COLLECTED.register(holder, handle);
  return handle;
}

/**
 * Return what `call` of the library returns; throws `refusal()` for what the library throws.
 *
 * A trap of the module is thrown on as it is: it means a defect, and nothing that follows can be trusted.
 */
export function attempt<T>(call: () => T, refusal: () => Error): T {
  try {
    return call();
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) throw error;
    throw refusal();
  }
}

async function start(bytes: Bytes | undefined): Promise<void> {
  const imports = { [IMPORTS_FROM]: imported() };
  const { instance } = await WebAssembly.instantiate(bytes ?? (await load()), imports);
  glue.__wbg_set_wasm(instance.exports);
  ready = true;
}

/**
 * The functions that the module imports from its glue.
 *
 * The library looks for Node's `process` to choose its source of randomness, and then for a `require` that modules do
 * not have. WebCrypto is there in Node too, so the answer to "process" is that of a global nobody has ("msCrypto").
 */
function imported(): WebAssembly.ModuleImports {
  const functions = { ...glue } as unknown as Record<string, WebAssembly.ImportValue>;
  const [processName, nobodysName] = ['__wbg_process_', '__wbg_msCrypto_'].map((prefix) =>
    Object.keys(functions).find((name) => name.startsWith(prefix)),
  );
  if (processName !== undefined && nobodysName !== undefined) {
    functions[processName] = functions[nobodysName] as WebAssembly.ImportValue;
  }
  return functions;
}

async function load(): Promise<Bytes> {
  // Node's own modules are asked for at run time, so that no bundle for the browser names them.
  const files = globalThis.process?.getBuiltinModule?.('node:fs');
  if (files !== undefined) return Uint8Array.from(files.readFileSync(new URL(import.meta.resolve(PACKAGED))));
  const response = await fetch(WASM_PATH);
  if (!response.ok) throw new UmbralNotReady();
  return new Uint8Array(await response.arrayBuffer());
}
