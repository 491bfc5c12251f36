import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';

import { UnknownSlot } from '../../src/core/node/errors.ts';
import { Signing, type Steps } from '../../src/ui/top/signing.ts';

beforeEach(() => mock.timers.reset());

/** A choice of numbers; what one means arrives when the test says so. */
function choosing(more: Partial<Steps<number, string, string>> = {}) {
  const asked: ((prepared: string) => void)[] = [];
  const page = { chosen: null as number | null, drawn: 0 };
  const signing = new Signing<number, string, string>(
    {
      wish: () => page.chosen,
      prepare: () => new Promise((resolve) => asked.push(resolve)),
      sign: async (wish, prepared) => `${wish}, shown as ${prepared}`,
      ...more,
    },
    () => (page.drawn += 1),
  );
  const choose = (wish: number | null): void => {
    page.chosen = wish;
    void signing.prepare();
  };
  return { signing, asked, page, choose };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('what was shown is what is signed', async () => {
  const { signing, asked, choose } = choosing();
  choose(7);
  asked[0]!('seven');
  await settled();
  assert.deepEqual([signing.prepared, signing.busy], ['seven', false]);
  assert.equal(await signing.sign(), true);
  assert.deepEqual([signing.act.state, signing.act.value], ['done', '7, shown as seven']);
});

test('a choice made since cannot be signed before its own meaning is shown', async () => {
  const { signing, asked, choose, page } = choosing();
  choose(7);
  asked[0]!('seven');
  await settled();
  choose(8);
  assert.deepEqual([signing.prepared, signing.busy], ['seven', true], 'the sheet stays, and cannot be pressed');
  assert.equal(await signing.sign(), false);
  assert.equal(signing.act.state, 'idle');
  const before = page.drawn;
  asked[1]!('eight');
  await settled();
  assert.ok(page.drawn > before, 'the page is drawn again');
  await signing.sign();
  assert.equal(signing.act.value, '8, shown as eight');
});

test('an older answer that comes late is dropped', async () => {
  const { signing, asked, choose } = choosing();
  choose(7);
  choose(8);
  asked[1]!('eight');
  await settled();
  asked[0]!('seven');
  await settled();
  assert.equal(signing.prepared, 'eight');
  choose(7);
  choose(null);
  asked[2]!('seven');
  await settled();
  assert.equal(signing.prepared, null, 'also when nothing is chosen any more');
});

test('there is nothing to sign while nothing is chosen', async () => {
  const { signing, asked } = choosing();
  await settled();
  assert.equal(asked.length, 0, 'and nobody is asked what it means');
  assert.equal(await signing.sign(), false);
  assert.equal(signing.act.state, 'idle');
});

test('why it is not known what a choice means is told, and a better choice is not held by it', async () => {
  const refused = new Error('refused');
  const { signing, choose } = choosing({
    prepare: async (wish) => {
      if (wish === 7) throw refused;
      return 'eight';
    },
  });
  choose(7);
  await settled();
  assert.equal(signing.error, refused);
  assert.equal(await signing.sign(), false);
  choose(8);
  await settled();
  assert.deepEqual([signing.error, signing.prepared], [null, 'eight']);
});

test('what is still on its way to the ledger is asked for again, for the choice that stands by then', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const asked: number[] = [];
  const { signing, page, choose } = choosing({
    prepare: async (wish) => {
      asked.push(wish);
      if (asked.length < 3) throw new UnknownSlot();
      return 'at last';
    },
  });
  choose(7);
  await settled();
  assert.deepEqual([signing.coming.waiting, signing.error, signing.busy], [true, null, true]);
  choose(8);
  await settled();
  mock.timers.tick(10_000);
  await settled();
  assert.deepEqual(asked, [7, 8, 8], 'the first choice is not asked for any more');
  assert.deepEqual([signing.coming.waiting, signing.prepared], [false, 'at last']);
  assert.equal(page.chosen, 8);
});

test('a failed act keeps its error and can be tried again with what was shown', async () => {
  const ends = [() => Promise.reject(new Error('no node answers')), async () => 'done'];
  const { signing, choose } = choosing({ prepare: async () => 'seven', sign: () => ends.shift()!() });
  choose(7);
  await settled();
  await signing.sign();
  assert.deepEqual([signing.act.state, (signing.act.error as Error).message], ['failed', 'no node answers']);
  await signing.sign();
  assert.deepEqual([signing.act.state, signing.act.error, signing.act.value], ['done', null, 'done']);
});

test('a second press while it is being signed does nothing', async () => {
  const end = Promise.withResolvers<string>();
  let signed = 0;
  const { signing, choose } = choosing({
    prepare: async () => 'seven',
    sign: (_wish, _prepared, { progress }) => {
      signed += 1;
      progress(1, 3);
      return end.promise;
    },
  });
  choose(7);
  await settled();
  const first = signing.sign();
  assert.deepEqual([signing.act.state, signing.act.done, signing.act.total], ['running', 1, 3]);
  assert.equal(await signing.sign(), false);
  end.resolve('done');
  assert.equal(await first, true);
  assert.equal(signed, 1);
});
