import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

const VAULT = fileURLToPath(new URL('../..', import.meta.url));

/** What a bundle must hold to sign for a contract: its name in the domain, or the function that the message is for. */
const SIGNING = [
  'AccessGrants',
  'RecordRegistry',
  'openSlot',
  'setDocument',
  'setAuthor',
  '/transactions',
  '/node-deposits',
];

async function bundled(entry: string): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: VAULT,
    entryPoints: [entry],
    bundle: true,
    write: false,
    minify: true,
    format: 'iife',
    platform: 'browser',
    logLevel: 'silent',
  });
  return outputFiles[0]!.text;
}

test('the Worker of a frame cannot sign for a contract: what it would need is not in its script', async () => {
  const [top, frame] = [await bundled('src/worker/top.ts'), await bundled('src/worker/frame.ts')];
  for (const mark of SIGNING) {
    assert.ok(top.includes(mark), `${mark} is in the page's own Worker, so that looking for it means something`);
    assert.ok(!frame.includes(mark), `${mark} is in the frame's Worker`);
  }
});

test('neither script of a document holds keys or protocols', async () => {
  const page = await bundled('src/worker/connect.ts');
  for (const mark of ['AccessGrants', 'argon2', 'umbral', 'recovery phrase']) assert.ok(!page.includes(mark), mark);
});
