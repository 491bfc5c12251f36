import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MedixainError } from '../../src/core/errors.ts';
import type { Context } from '../../src/sdk/context.ts';
import type { RecordRow } from '../../src/sdk/results.ts';
import { Search, type Searched } from '../../src/sdk/searching.ts';

class Damaged extends MedixainError {
  override readonly code = 'integrity';
}

const CONTEXT = null as unknown as Context;
const LONG = `Slept badly since Tuesday.\n\n${'The pain comes at night. '.repeat(20)}It began in Lisbon.`;

function row(record: string, name: string, type: string, size = 10): RecordRow {
  return { record, name, type, size, section: 'profile/documents', created: 86_400, author: '0x1' } as RecordRow;
}

function searched(contents: Readonly<Record<string, string>>, rows: readonly RecordRow[]): Searched {
  return {
    listRecords: async () => [...rows],
    showProfile: async () => ({ sections: {}, unreadable: [] }),
    getRecord: (async (_context, record) => {
      const content = contents[record];
      if (content === undefined) throw new Damaged('It does not open.');
      return { file: new File([content], record) };
    }) as Searched['getRecord'],
  };
}

test('a text is found by any word in it, and shown by its beginning', async () => {
  const rows = [row('a', 'note.txt', 'text'), row('b', 'picture.png', 'image')];
  const search = new Search(CONTEXT, searched({ a: LONG }, rows));
  for (const word of ['tuesday', 'lisb', 'note', 'NIGHT pain']) {
    const [hit, ...others] = await search.search(word);
    assert.deepEqual([hit?.source.record, hit?.title, others], ['a', 'note.txt', []], word);
  }
  const [hit] = await search.search('lisbon');
  assert.match(hit?.value ?? '', /^Slept badly since Tuesday\. The pain .* …$/);
  assert.ok((hit?.value.length ?? 999) <= 122);
  assert.deepEqual(await search.search('porto'), []);
});

test('what does not open, or is too large, is found by its name', async () => {
  const rows = [row('a', 'broken.txt', 'text'), row('b', 'large.txt', 'text', 2 ** 40)];
  const search = new Search(CONTEXT, searched({ b: 'never read' }, rows));
  assert.equal((await search.search('broken'))[0]?.source.record, 'a');
  assert.equal((await search.search('large'))[0]?.source.record, 'b');
  assert.deepEqual(await search.search('never'), []);
});
