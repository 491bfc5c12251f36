/** Institutions sign the hashes of a build, and anybody may build again: the same bytes, wherever the sources lie. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('../../..', import.meta.url));
const VAULT = join('keymgmt', 'vault');
const PLACE = mkdtempSync(join(tmpdir(), 'medixain-build-'));

after(() => {
  rmSync(PLACE, { recursive: true });
});

test('two builds in different places are the same files, and files.json says which', () => {
  const copies = ['one', 'another-place'].map((name) => join(PLACE, name));
  const [first, second] = copies.map(builtCopy) as [string, string];
  const files = readFileSync(join(first, 'files.json'), 'utf8');
  assert.equal(readFileSync(join(second, 'files.json'), 'utf8'), files);
  const listed = JSON.parse(files) as Record<string, string>;
  assert.deepEqual(Object.keys(listed), Object.keys(listed).sort());
  assert.deepEqual(filesOf(first), new Set([...Object.keys(listed), '/files.json']));
  for (const [path, hash] of Object.entries(listed)) {
    assert.equal(
      `0x${createHash('sha256')
        .update(readFileSync(join(second, path)))
        .digest('hex')}`,
      hash,
    );
    assert.equal(readFileSync(join(first, path)).includes(PLACE), false, path);
  }
});

/** Copy the sources to `place`, build them there and return the folder of the build. */
function builtCopy(place: string): string {
  for (const path of [
    'static',
    join(VAULT, 'src'),
    join(VAULT, 'static'),
    join(VAULT, 'build.ts'),
    join(VAULT, 'package.json'),
  ]) {
    cpSync(join(PROJECT, path), join(place, path), { recursive: true });
  }
  symlinkSync(join(PROJECT, VAULT, 'node_modules'), join(place, VAULT, 'node_modules'));
  const out = join(place, 'out');
  execFileSync(process.execPath, [join(place, VAULT, 'build.ts'), out], { stdio: 'pipe' });
  return out;
}

function filesOf(folder: string): Set<string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return new Set(names.filter((name) => statSync(join(folder, name)).isFile()).map((name) => `/${name}`));
}
