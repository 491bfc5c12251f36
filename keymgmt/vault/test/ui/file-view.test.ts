import assert from 'node:assert/strict';
import { test } from 'node:test';

import { FileView, shownAs } from '../../src/ui/parts/file-view.ts';

const PNG = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0]);

test('a page shows pictures, PDF and plain text, and nothing that would run', () => {
  assert.deepEqual(
    ['image/png', 'application/pdf', 'text/plain; charset=utf-8', 'text/html', 'application/dicom'].map(shownAs),
    ['image', 'pdf', 'text', null, null],
  );
});

test('a page that is left while a file is made ready keeps no address of its plaintext', async (context) => {
  const made: string[] = [];
  const revoked: string[] = [];
  context.mock.method(URL, 'createObjectURL', () => `blob:${made.push('one')}`);
  context.mock.method(URL, 'revokeObjectURL', (address: string) => revoked.push(address));
  const view = new FileView(new Blob([PNG]), 'scan', () => undefined);
  const ready = view.prepare('image');
  view.stop();
  await ready;
  assert.deepEqual(revoked, ['blob:1']);
});

test('what only calls itself a picture is not made one', async (context) => {
  const create = context.mock.method(URL, 'createObjectURL', () => 'blob:1');
  const svg = new FileView(new Blob(['<svg xmlns="http://www.w3.org/2000/svg"/>']), 'scan', () => undefined);
  await svg.prepare('image');
  await new FileView(new Blob([PNG]), 'letter', () => undefined).prepare('pdf');
  assert.equal(create.mock.callCount(), 0);
});
