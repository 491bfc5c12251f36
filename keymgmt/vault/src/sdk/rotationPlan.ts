/**
 * Which sections must leave an epoch: written down before anything else can fail, carried out by `withdrawal.ts`.
 *
 * Three things ask for it (protocols.md, "Withdrawal and expiry queue a rotation"): access that was withdrawn, access
 * that has run out, and a record that its author sealed to an epoch just as the wallet left it. A plan names for each
 * section the newest epoch to leave, so planning again, after a crash or from two places, never rotates twice.
 */

import type { JsonObject } from '../core/canonical.ts';
import { toHex } from '../core/hex.ts';
import { type Context, RECORD_LAYERS } from './context.ts';
import { type Given, givenGrants } from './grants.ts';
import { ownKeyset } from './slots.ts';
import { rows, sectionOfTag, type StoredRecord } from './stored.ts';

/** Epochs to leave, by section name. */
export type Plan = ReadonlyMap<string, number>;

/** Write down that sections of a layer leave these epochs; an older plan for a section gives way. */
export async function planSections(context: Context, layer: string, leaving: Plan): Promise<void> {
  if (leaving.size === 0) return;
  await context.changing('rotations', (rotations) => {
    const row = { ...(rotations[layer] as JsonObject | undefined) };
    for (const [section, epoch] of leaving) row[section] = Math.max(epoch, Number(row[section] ?? 0));
    rotations[layer] = row;
  });
}

/** Return the newest epoch of each section that `grants` of a layer open. */
export function epochsOf(context: Context, layer: string, grants: readonly Pick<Given, 'opening'>[]): Plan {
  return newest(
    context,
    layer,
    grants.flatMap(({ opening }) => opening.sections),
  );
}

/** Plan all that is due: what expired, and what was sealed late in any layer. Asks the platform for the records. */
export async function planDue(context: Context): Promise<void> {
  await planExpired(context);
  for (const layer of RECORD_LAYERS) {
    await planLate(context, layer, await rows(context, context.account, { slot: context.keys.slotId(layer) }));
  }
}

/** Plan a new epoch for each section whose live one a grant opened that has run out. Asks nobody. */
export async function planExpired(context: Context): Promise<void> {
  const over = (await givenGrants(context)).filter(
    ({ opening }) => opening.sections.length > 0 && opening.expiry <= context.now(),
  );
  for (const [layer, grants] of Map.groupBy(over, (grant) => grant.layer)) {
    const keyset = await ownKeyset(context, layer);
    const due = [...epochsOf(context, layer, grants)].filter(
      ([section, epoch]) => keyset.live(context.keys.sectionTag(layer, section)).epoch === epoch,
    );
    await planSections(context, layer, new Map(due));
  }
}

/**
 * Plan to re-wrap those of a layer's records whose envelope is of an epoch the section has left.
 *
 * An author who read the keys just before a rotation seals to the old epoch just after it; the readers who remain hold
 * keys for the new one only.
 */
export async function planLate(context: Context, layer: string, stored: readonly StoredRecord[]): Promise<void> {
  if (stored.length === 0) return;
  const keyset = await ownKeyset(context, layer);
  const late = stored.filter(({ tag, epoch }) => epoch < keyset.live(tag).epoch);
  await planSections(context, layer, newest(context, layer, late));
}

function newest(
  context: Context,
  layer: string,
  epochs: readonly Pick<StoredRecord, 'tag' | 'epoch'>[],
): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const group of Map.groupBy(epochs, ({ tag }) => toHex(tag)).values()) {
    const epoch = Math.max(...group.map((one) => one.epoch));
    found.set(sectionOfTag(context.keys, layer, group[0]!.tag), epoch);
  }
  return found;
}
