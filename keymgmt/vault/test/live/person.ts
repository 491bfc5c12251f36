/**
 * A person with a vault, driven from outside: `node test/live/person.ts PLATFORM` runs the Worker's own methods on a
 * home in memory, against a running platform. Each line of standard input is {method, args}; each line of standard
 * output is {result} or {error: {code, message}}. A file is {name, path} on the way in and {name, path} on the way out.
 */

import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { MedixainError } from '../../src/core/errors.ts';
import { Definitions } from '../../src/sdk/fhir/definitions.ts';
import { parseDeployment } from '../../src/sdk/meta.ts';
import { network } from '../../src/sdk/network.ts';
import { Api } from '../../src/sdk/transport.ts';
import { actingMethods } from '../../src/worker/acting.ts';
import { Keeper } from '../../src/worker/keeper.ts';
import { readingMethods } from '../../src/worker/reading.ts';
import type { Methods } from '../../src/worker/rpc.ts';
import { memoryShelves } from '../support/memoryShelf.ts';

const DEFINITIONS = new URL('../../static/fhir-r4.json', import.meta.url);

const platform = process.argv[2] ?? '';
const folder = mkdtempSync(join(tmpdir(), 'vault-person-'));
const keeper = new Keeper(() => undefined, {
  shelves: Promise.resolve(memoryShelves()),
  surroundings: async (home) => {
    // A vault reads these pins from its own signed files; here the platform that the test itself started gives them.
    const meta = (await new Api(platform, null).get('/meta')) as Readonly<Record<string, never>>;
    return { deployment: parseDeployment({ ...meta, platform }), home, network };
  },
});
const methods: Methods = {
  ...readingMethods(keeper),
  ...actingMethods(keeper, {
    definitions: async () => new Definitions(JSON.parse(readFileSync(DEFINITIONS, 'utf8'))),
    fonts: () => Promise.reject(new RangeError('papers are not made here')),
  }),
};
const call = { progress: () => undefined, signal: new AbortController().signal };

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await answer(line))}\n`);
}
process.exit(0);

async function answer(line: string): Promise<unknown> {
  const { method, args } = JSON.parse(line) as { readonly method: string; readonly args: readonly unknown[] };
  try {
    const found = methods[method];
    if (found === undefined) throw new RangeError(`there is no method ${method}`);
    return { result: await outgoing(await found(call, ...(args.map(incoming) as never[]))) };
  } catch (error) {
    if (!(error instanceof MedixainError)) throw error;
    return { error: { code: error.code, message: error.message } };
  }
}

function incoming(argument: unknown): unknown {
  if (typeof argument !== 'object' || argument === null || !('path' in argument)) return argument;
  const { name, path } = argument as { readonly name: string; readonly path: string };
  return new File([readFileSync(path)], name);
}

async function outgoing(result: unknown): Promise<unknown> {
  if (typeof result !== 'object' || result === null || !('file' in result)) return result ?? null;
  const { file, ...rest } = result as { readonly file: File };
  const path = join(folder, crypto.randomUUID());
  writeFileSync(path, new Uint8Array(await file.arrayBuffer()));
  return { ...rest, file: { name: file.name, path } };
}
