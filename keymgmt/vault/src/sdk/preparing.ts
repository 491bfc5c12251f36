/** What a press on "Share" will sign, said beforehand; signs and sends nothing. */

import type { GrantOpening } from '../core/contracts/messages.ts';
import { toHex } from '../core/hex.ts';
import type { PreparedGrant, PreparedShare } from '../ui/api.ts';
import type { Context } from './context.ts';
import { type Decided, type Item, type Sharing, decide } from './granting.ts';
import { sectionNames } from './grants.ts';
import { person } from './professionals.ts';
import { rows, splitSection } from './stored.ts';

/** Return what sharing with `who` will sign: one grant for each layer, sections with their records of today. */
export async function prepare(context: Context, who: string, sharing: Sharing): Promise<PreparedShare> {
  const decided = await decide(context, who, sharing);
  const grants: PreparedGrant[] = [];
  for (const [layer, items] of decided.items) grants.push(await prepared(context, decided, layer, items));
  const { threshold, nodes } = context.meta.nodeSet;
  return { person: await person(context, decided.professional.wallet), grants, threshold, nodes: nodes.length };
}

async function prepared(
  context: Context,
  decided: Decided,
  layer: string,
  items: readonly Item[],
): Promise<PreparedGrant> {
  const slot = context.keys.slotId(layer);
  const sections = items.flatMap(({ section }) => (section === null ? [] : [section]));
  return {
    layer,
    slot,
    grantee: decided.professional.wallet,
    granteeKey: toHex(decided.professional.umbralKey),
    records: items.flatMap(({ record }) => (record === null ? [] : [toHex(record)])),
    sections: await counted(context, layer, sections),
    append: decided.append ? decided.sections.filter((text) => splitSection(text)[0] === layer) : [],
    purpose: decided.purpose,
    expiry: decided.expiry,
    nodeSet: context.meta.nodeSet.version,
  };
}

/** Sections by name, each with how many records it holds in its live epoch. */
async function counted(
  context: Context,
  layer: string,
  sections: GrantOpening['sections'],
): Promise<PreparedGrant['sections']> {
  if (sections.length === 0) return [];
  const names = sectionNames(context.keys, layer);
  const stored = await rows(context, context.account, { slot: context.keys.slotId(layer) });
  return sections.map(({ tag, epoch }) => ({
    section: `${layer}/${names.get(toHex(tag)) ?? toHex(tag)}`,
    epoch,
    records: stored.filter((one) => one.epoch === epoch && toHex(one.tag) === toHex(tag)).length,
  }));
}
