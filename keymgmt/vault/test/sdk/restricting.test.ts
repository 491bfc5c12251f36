/** A move to the sealed layer that is interrupted anywhere is finished by the next run: one copy, and never none. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { utf8 } from '../../src/core/bytes.ts';
import { isObject, type Json } from '../../src/core/canonical.ts';
import { RecordType } from '../../src/core/container/index.ts';
import { InvalidInput } from '../../src/core/errors.ts';
import { BadReceipt, NotFound, ServerUnreachable } from '../../src/sdk/errors.ts';
import { getRecord } from '../../src/sdk/records.ts';
import { deleteRecord } from '../../src/sdk/removing.ts';
import { restrict, settleRestrictions } from '../../src/sdk/restricting.ts';
import { ownTarget, write } from '../../src/sdk/writing.ts';
import type { State } from '../../src/store/home.ts';
import { MemoryPlatform } from '../support/platform.ts';
import { PATIENT } from '../support/wallets.ts';

const WORDS = 'Three questions for the next visit.';
const SEALED = PATIENT.slotId('sealed');

/** The Worker ends here: what is no error of the vault's own, nothing catches. */
class Killed extends Error {}

interface Scene {
  readonly platform: MemoryPlatform;
  readonly state: State;
  readonly record: string;
}

async function scene(section = 'documents', layer = 'profile'): Promise<Scene> {
  const platform = new MemoryPlatform(PATIENT);
  const state: State = {};
  const device = platform.device(state);
  const body = utf8(WORDS);
  const options = { name: 'letter.txt', type: RecordType.text, size: body.length };
  const { stored } = await write(device, await ownTarget(device, layer, section), [body], options);
  return { platform, state, record: stored.name };
}

/** Ends the Worker the first time that a step of this name is reached. */
function killAt(platform: MemoryPlatform, name: string): void {
  platform.step = (step) => {
    if (!step.startsWith(name)) return;
    platform.step = () => undefined;
    throw new Killed(name);
  };
}

/** Slot and words of every record that the platform holds. */
async function held({ platform, state }: Scene): Promise<readonly (readonly [slot: unknown, words: string])[]> {
  const rows = [...platform.rows.values()];
  const device = platform.device(state);
  return Promise.all(
    rows.map(async ({ id, slot }) => {
      const { file } = await getRecord(device, String(id));
      return [slot, await file.text()] as const;
    }),
  );
}

test('a record moves and nothing is pending', async () => {
  const one = await scene();
  const { sealed, state } = await restrict(one.platform.device(one.state), one.record);
  assert.deepEqual([state, [...one.platform.rows.keys()]], ['final', [sealed]]);
  assert.deepEqual(await held(one), [[SEALED, WORDS]]);
  assert.deepEqual(one.state['restricting'], {});
  assert.deepEqual(one.platform.forgotten, [one.record]);
});

const STEPS = [
  'upload',
  'POST /records',
  'POST /records taken',
  'GET /transactions/',
  'nodes',
  'DELETE',
  'DELETE taken',
];
for (const step of STEPS) {
  for (const again of ['restrict', 'settle']) {
    test(`a move that ends at “${step}” is finished by ${again}`, async () => {
      const one = await scene();
      killAt(one.platform, step);
      await assert.rejects(restrict(one.platform.device(one.state), one.record), Killed);
      assert.deepEqual(Object.keys(one.state['restricting']!), [one.record], 'it is known to be unfinished');
      // Whatever happened, the words are there, and the original went only after the copy came.
      assert.ok((await held(one)).some(([, words]) => words === WORDS));
      // Another device object: the Worker that was ended remembers nothing but what was written down.
      const device = one.platform.device(one.state);
      if (again === 'settle') await settleRestrictions(device);
      else assert.equal((await restrict(device, one.record)).record, one.record);
      assert.deepEqual(await held(one), [[SEALED, WORDS]], 'one copy, and nothing where it was');
      assert.deepEqual(one.state['restricting'], {});
      assert.ok(one.platform.forgotten.includes(one.record), 'and the nodes help nobody open the original');
    });
  }
}

test('nothing is erased before the copy stands on the chain', async () => {
  const one = await scene();
  one.platform.lie = (path, answer) =>
    path.startsWith('/transactions/') && isObject(answer) ? { ...answer, state: 'received' } : answer;
  const device = one.platform.device(one.state);
  await assert.rejects(restrict(device, one.record, { timeout: 0.01 }), { code: 'timeout' });
  assert.equal(one.platform.rows.size, 2);
  assert.deepEqual(one.platform.forgotten, []);
});

test('a copy that the chain refused is written again', async () => {
  const one = await scene();
  killAt(one.platform, 'POST /records taken');
  await assert.rejects(restrict(one.platform.device(one.state), one.record), Killed);
  const refused = String(one.state['restricting']![one.record]);
  one.platform.lie = (path, answer) =>
    path === `/records/${refused}` ? { ...(answer as Record<string, Json>), state: 'failed' } : answer;
  const { sealed } = await restrict(one.platform.device(one.state), one.record);
  assert.notEqual(sealed, refused);
});

test('what cannot be finished stays pending and keeps nobody', async () => {
  const one = await scene();
  killAt(one.platform, 'POST /records taken');
  await assert.rejects(restrict(one.platform.device(one.state), one.record), Killed);
  one.platform.step = () => {
    throw new ServerUnreachable('https://p', 'refused');
  };
  await settleRestrictions(one.platform.device(one.state));
  assert.deepEqual(Object.keys(one.state['restricting']!), [one.record]);
});

test('two tabs that move one record make one copy of it', async () => {
  const one = await scene();
  const tabs = [1, 2].map(() => restrict(one.platform.device(one.state), one.record));
  const [first, second] = await Promise.allSettled(tabs);
  assert.equal(first!.status, 'fulfilled');
  assert.equal(second!.status, 'rejected', 'there is no such record any more');
  assert.deepEqual(await held(one), [[SEALED, WORDS]]);
});

test('a record deleted meanwhile is no longer pending', async () => {
  const one = await scene();
  killAt(one.platform, 'upload');
  await assert.rejects(restrict(one.platform.device(one.state), one.record), Killed);
  await deleteRecord(one.platform.device(one.state), one.record);
  await settleRestrictions(one.platform.device(one.state));
  assert.deepEqual(one.state['restricting'], {});
  await assert.rejects(restrict(one.platform.device(one.state), one.record), NotFound);
});

test('without a receipt that holds, nobody is told that it moved', async () => {
  const one = await scene();
  const receipt = one.platform.receipt(one.record, { envelopeDeleted: false });
  one.platform.lie = (path, answer) =>
    path === `/records/${one.record}` && !one.platform.rows.has(one.record) ? receipt : answer;
  await assert.rejects(restrict(one.platform.device(one.state), one.record), BadReceipt);
  assert.deepEqual(Object.keys(one.state['restricting']!), [one.record]);
});

test('what is sealed already or anothers is not moved', async () => {
  const one = await scene('restricted', 'sealed');
  await assert.rejects(restrict(one.platform.device(one.state), one.record), InvalidInput);
  assert.equal(one.state['restricting'], undefined);
});
