/**
 * Builds the vault: `node build.ts` into `dist/`, `node build.ts FOLDER` elsewhere. The same sources give the same
 * bytes on every machine, because institutions sign the files' hashes and anybody may build them again to compare.
 *
 * `dist/files.json` lists every other file as canonical JSON: `{"/app.js": "0x<sha256>"}`.
 */

import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build, type BuildOptions } from 'esbuild';

import { encode } from './src/core/canonical.ts';

const HERE = dirname(fileURLToPath(import.meta.url));
const PROJECT = join(HERE, '..', '..');
const MODULES = join(HERE, 'node_modules');

/** Source of each script and its name in `dist/`. */
const ENTRY_POINTS: Readonly<Record<string, string>> = {
  'src/ui/main.ts': 'app',
  'src/ui/frame.ts': 'frame',
  'src/ui/link.ts': 'link',
  'src/worker/top.ts': 'worker-top',
  'src/worker/frame.ts': 'worker-frame',
  'src/sw/sw.ts': 'sw',
};

/** What is copied, and where to; a folder with everything in it. */
const COPIES: readonly (readonly [from: string, to: string])[] = [
  [join(HERE, 'static'), ''],
  [join(PROJECT, 'static', 'css'), 'css'],
  [join(PROJECT, 'static', 'fonts'), 'fonts'],
  [join(PROJECT, 'static', 'img'), 'img'],
  [join(MODULES, 'uplot', 'dist', 'uPlot.min.css'), join('css', 'uplot.css')],
  [join(MODULES, '@nucypher', 'umbral-pre', 'pkg-bundler', 'umbral_pre_wasm_bg.wasm'), 'umbral.wasm'],
];

const OPTIONS: BuildOptions = {
  absWorkingDir: HERE,
  bundle: true,
  // Scripts that need no module loader run the same in a page, a Worker and a service worker.
  format: 'iife',
  platform: 'browser',
  target: ['chrome125', 'firefox128', 'safari18'],
  minify: true,
  // Licences of bundled packages stay with the code they license.
  legalComments: 'eof',
  charset: 'utf8',
  // Only Node asks `import.meta` for a path (src/core/pre/wasm.ts); in a browser that line is never reached.
  logOverride: { 'empty-import-meta': 'silent' },
  logLevel: 'warning',
  write: true,
};

/** Bundle every entry point that exists, copy the rest and write `files.json`; leaves an older `out` until done. */
async function main(out: string): Promise<void> {
  const fresh = `${out}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh);
  const present = Object.entries(ENTRY_POINTS).filter(([source]) => existsSync(join(HERE, source)));
  await build({ ...OPTIONS, entryPoints: present.map(([source, out]) => ({ in: source, out })), outdir: fresh });
  for (const [from, to] of COPIES) copy(from, join(fresh, to));
  writeFileSync(join(fresh, 'files.json'), encode(hashes(fresh)));
  rmSync(out, { recursive: true, force: true });
  renameSync(fresh, out);
}

function copy(from: string, to: string): void {
  if (existsSync(from)) cpSync(from, to, { recursive: true, filter: (path) => !path.endsWith('README.md') });
}

/** SHA-256 of every file below `folder`, by its path in the vault's address. */
function hashes(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
  return Object.fromEntries(files.map((path) => [addressOf(folder, path), sha256(path)]));
}

function addressOf(folder: string, path: string): string {
  return `/${relative(folder, path).split(sep).join('/')}`;
}

function sha256(path: string): string {
  return `0x${createHash('sha256').update(readFileSync(path)).digest('hex')}`;
}

await main(resolve(process.argv[2] ?? join(HERE, 'dist')));
