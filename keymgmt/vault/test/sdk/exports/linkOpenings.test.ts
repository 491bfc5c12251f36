import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Json } from '../../../src/core/canonical.ts';
import type { Context } from '../../../src/sdk/context.ts';
import { linkOpenings } from '../../../src/sdk/exports/linkOpenings.ts';
import type { Table } from '../../../src/store/home.ts';

/** A device whose platform answers `links`, and which remembers. */
function device(answers: Json[]): Context {
  const state: Record<string, Table> = { links: { a: { url: 'u', label: 'For the clinic', link: 'shlink:/x' } } };
  return {
    account: {},
    api: { get: async () => ({ links: answers.shift() ?? [] }) },
    table: async (name: string) => structuredClone(state[name] ?? {}),
    changing: async (name: string, change: (rows: Table) => unknown) => change((state[name] ??= {})),
  } as unknown as Context;
}

const link = (openings: Json[]): Json => ({ id: 'a', expires: 2_000, opened: openings.length, openings });

test('openings are told newest first, under the label that this device gave the link', async () => {
  const context = device([
    [
      link([
        { recipient: 'One', at: 10 },
        { recipient: 'Two', at: 20 },
      ]),
    ],
  ]);
  assert.deepEqual(await linkOpenings(context), [
    { link: 'a', label: 'For the clinic', recipient: 'Two', at: 20 },
    { link: 'a', label: 'For the clinic', recipient: 'One', at: 10 },
  ]);
});

test('an opening stays when the platform has forgotten its link, and is not told twice', async () => {
  const context = device([[link([{ recipient: 'One', at: 10 }])], [link([{ recipient: 'One', at: 10 }])], []]);
  for (let asked = 0; asked < 3; asked += 1) {
    assert.deepEqual(
      (await linkOpenings(context)).map(({ recipient }) => recipient),
      ['One'],
    );
  }
});
