/**
 * Builds the tests of `src/core`, and those of the vectors above it, for a browser: `node test/browser/build.ts`, into
 * `dist-test/`.
 *
 * They run in a Worker, as the core does in the vault; `tests/browser/test_vault_vectors.py` serves them with the
 * vault's content security policy beside the project's vectors. A test that imports another module of Node than
 * `node:test` and `node:assert/strict` fails this build.
 */

import { cpSync, globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build, type BuildOptions, type Plugin } from 'esbuild';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const VAULT = fileURLToPath(new URL('../..', import.meta.url));
const OUT = join(VAULT, 'dist-test');
const WASM = join(VAULT, 'node_modules', '@nucypher', 'umbral-pre', 'pkg-bundler', 'umbral_pre_wasm_bg.wasm');

const STAND_INS: Readonly<Record<string, string>> = {
  'node:test': 'testing.ts',
  'node:assert/strict': 'assert.ts',
};

const standIns: Plugin = {
  name: 'stand-ins',
  setup: (plugin) => {
    plugin.onResolve({ filter: /^node:(?:test|assert\/strict)$/ }, ({ path }) => ({
      path: join(HERE, STAND_INS[path] ?? ''),
    }));
    plugin.onResolve({ filter: /\/support\/vectors\.ts$/ }, () => ({ path: join(HERE, 'vectors.ts') }));
  },
};

const OPTIONS: BuildOptions = {
  absWorkingDir: VAULT,
  bundle: true,
  // Modules, because tests wait for umbral-pre before they are named.
  format: 'esm',
  platform: 'browser',
  target: 'chrome125',
  logLevel: 'warning',
  plugins: [standIns],
};

const tests = globSync(
  [
    'test/core/**/*.test.ts',
    'test/sdk/{accessRequest,importing,profileFold}.test.ts',
    'test/sdk/practice/visitFold.test.ts',
    'test/sdk/fhir/validate.test.ts',
    'test/sw/manifest.test.ts',
  ],
  { cwd: VAULT },
).sort();
const worker = [
  ...tests.map((path) => `import ${JSON.stringify(`./${path}`)};`),
  "import { outcomes } from './test/browser/testing.ts';",
  'postMessage(await outcomes());',
].join('\n');

rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT);
await build({
  ...OPTIONS,
  stdin: { contents: worker, resolveDir: VAULT, loader: 'ts' },
  outfile: join(OUT, 'worker.js'),
});
await build({ ...OPTIONS, entryPoints: [join(HERE, 'page.ts')], outfile: join(OUT, 'page.js') });
writeFileSync(
  join(OUT, 'index.html'),
  '<!doctype html><title>Tests</title><script type="module" src="/page.js"></script>\n',
);
cpSync(WASM, join(OUT, 'umbral.wasm'));
cpSync(join(VAULT, 'static', 'fhir-r4.json'), join(OUT, 'fhir-r4.json'));
