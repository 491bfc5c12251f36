/** Builds the pages on the fake vault into the folder given: `node test/ui/dev.ts /tmp/pages`. For looking at them. */

import { cpSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

const vault = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const project = join(vault, '..', '..');
const out = process.argv[2];
if (out === undefined) throw new Error('Name the folder to build into.');
mkdirSync(out, { recursive: true });
await build({
  absWorkingDir: vault,
  bundle: true,
  format: 'iife',
  target: ['chrome125'],
  logLevel: 'warning',
  entryPoints: [
    { in: 'test/ui/dev-top.ts', out: 'app' },
    { in: 'test/ui/dev-frame.ts', out: 'frame' },
  ],
  outdir: out,
});
cpSync(join(vault, 'static'), out, { recursive: true });
for (const folder of ['css', 'fonts', 'img'])
  cpSync(join(project, 'static', folder), join(out, folder), { recursive: true });
cpSync(join(vault, 'node_modules', 'uplot', 'dist', 'uPlot.min.css'), join(out, 'css', 'uplot.css'));
