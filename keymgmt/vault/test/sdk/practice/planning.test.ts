/** Planning, moving and cancelling through a platform in memory, an honest one and one that lies. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { isObject, type Json } from '../../../src/core/canonical.ts';
import { InvalidInput } from '../../../src/core/errors.ts';
import { Integrity, NotFound, ServerRefused } from '../../../src/sdk/errors.ts';
import { listAppointments } from '../../../src/sdk/practice/appointments.ts';
import type { AppointmentWish } from '../../../src/sdk/practice/model.ts';
import { addAppointment, cancelAppointment, moveAppointment } from '../../../src/sdk/practice/planning.ts';
import { MemoryPlatform } from '../../support/platform.ts';
import { DOCTOR, NOW } from '../../support/wallets.ts';

const WISH: AppointmentWish = { patient: null, start: NOW + 3600, minutes: 20, place: ' Room 2 ', reason: 'check' };
const LATER = { start: NOW + 7200, minutes: 30, place: 'Room 3' };

/** Event and status of what stands in the calendar of a device. */
async function shown(platform: MemoryPlatform, device = platform.device()): Promise<readonly string[][]> {
  const { visits } = await listAppointments(device);
  return visits.map(({ event, status }) => [event, status]);
}

/** Lets the platform list its rows in the order that `arrange` gives them. */
function listing(platform: MemoryPlatform, arrange: (rows: Json[]) => readonly Json[]): void {
  platform.lie = (path, answer) =>
    path === '/records' && isObject(answer) ? { ...answer, records: arrange(answer['records'] as Json[]) } : answer;
}

test('a visit is planned, moved and cancelled, and stands once in the calendar', async () => {
  const platform = new MemoryPlatform(DOCTOR);
  const device = platform.device();
  const planned = await addAppointment(device, WISH);
  assert.deepEqual([planned.place, planned.status, planned.made], ['Room 2', 'planned', NOW]);
  const moved = await moveAppointment(device, planned.event, LATER);
  assert.deepEqual(
    { ...moved, event: planned.event },
    { ...planned, ...LATER, event: planned.event },
    'a move changes when, how long and where, and nothing else',
  );
  assert.deepEqual(await shown(platform), [[moved.event, 'planned']]);
  const cancelled = await cancelAppointment(device, moved.event);
  assert.deepEqual(await shown(platform), [[cancelled.event, 'cancelled']]);
  await assert.rejects(moveAppointment(device, cancelled.event, LATER), InvalidInput);
});

test('an event that another took the place of changes nothing more', async () => {
  const platform = new MemoryPlatform(DOCTOR);
  const device = platform.device();
  const planned = await addAppointment(device, WISH);
  await moveAppointment(device, planned.event, LATER);
  await assert.rejects(moveAppointment(device, planned.event, LATER), NotFound);
  await assert.rejects(cancelAppointment(device, planned.event), NotFound);
  await assert.rejects(cancelAppointment(device, `0x${'99'.repeat(32)}`), NotFound);
});

test('a move counts also on a device whose clock is behind', async () => {
  const platform = new MemoryPlatform(DOCTOR);
  const planned = await addAppointment(platform.device(), WISH);
  const moved = await moveAppointment(platform.device({}, NOW - 500), planned.event, LATER);
  assert.deepEqual(await shown(platform), [[moved.event, 'planned']]);
});

test('a time that cannot be is refused before anything is written', async () => {
  const platform = new MemoryPlatform(DOCTOR);
  const device = platform.device();
  const planned = await addAppointment(device, WISH);
  for (const change of [
    { start: Number.NaN },
    { start: 1e15 },
    { minutes: 4 },
    { minutes: 1441 },
    { place: 'x'.repeat(501) },
  ]) {
    await assert.rejects(moveAppointment(device, planned.event, { ...LATER, ...change }), InvalidInput);
  }
  assert.equal(platform.rows.size, 1);
});

test('hostile: no order of the listing moves a visit back or makes a cancelled one planned', async () => {
  const platform = new MemoryPlatform(DOCTOR);
  const device = platform.device();
  const first = await addAppointment(device, WISH);
  const moved = await moveAppointment(device, first.event, LATER);
  const other = await addAppointment(device, { ...WISH, start: NOW + 9000 });
  const cancelled = await cancelAppointment(device, other.event);
  const expected = await shown(platform);
  assert.deepEqual(expected, [
    [moved.event, 'planned'],
    [cancelled.event, 'cancelled'],
  ]);
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }), async (order) => {
      listing(platform, (rows) => order.map((index) => rows[index]!));
      assert.deepEqual(await shown(platform), expected);
    }),
    { numRuns: 24 },
  );
});

test('hostile: the platform’s own times count for nothing, and a changed header is an error', async () => {
  const platform = new MemoryPlatform(DOCTOR);
  const planned = await addAppointment(platform.device(), WISH);
  const moved = await moveAppointment(platform.device(), planned.event, LATER);
  listing(platform, (rows) => rows.map((row, index) => ({ ...(row as object), created: NOW + 100 - index })));
  assert.deepEqual(await shown(platform), [[moved.event, 'planned']]);
  listing(platform, (rows) => {
    const [older, newer] = rows as { header: string }[];
    return [{ ...older!, header: newer!.header }, newer!] as unknown as Json[];
  });
  await assert.rejects(shown(platform), Integrity);
});

test('hostile: a cancellation whose row is hidden is an error', async () => {
  const platform = new MemoryPlatform(DOCTOR);
  const planned = await addAppointment(platform.device(), WISH);
  await cancelAppointment(platform.device(), planned.event);
  listing(platform, (rows) => rows.slice(0, 1));
  await assert.rejects(shown(platform), Integrity);
});

test('hostile: a cancellation whose content is withheld is named, and remembered where it was seen', async () => {
  const platform = new MemoryPlatform(DOCTOR);
  const [own, other] = [{}, {}];
  const device = platform.device(own);
  const planned = await addAppointment(device, WISH);
  const cancelled = await cancelAppointment(device, planned.event);
  assert.deepEqual(await shown(platform, platform.device(other)), [[cancelled.event, 'cancelled']]);
  platform.lie = (path, answer) => {
    if (path === `/records/${cancelled.event}/content`) throw new ServerRefused('not-found', 404, 'Gone.');
    return answer;
  };
  assert.deepEqual((await listAppointments(platform.device())).unreadable, [cancelled.event]);
  for (const state of [own, other]) {
    assert.deepEqual(await shown(platform, platform.device(state)), [[planned.event, 'cancelled']]);
  }
});
