/** What a press on "Share" will sign, said beforehand; signs and sends nothing. */

import type { Bytes } from '../core/bytes.ts';
import type { GrantOpening } from '../core/contracts/messages.ts';
import { toHex } from '../core/hex.ts';
import type { PreparedGrant, PreparedRecord, PreparedShare } from '../ui/api.ts';
import type { Context } from './context.ts';
import { type Decided, type Item, type Sharing, decide } from './granting.ts';
import { sectionNames } from './grants.ts';
import { person } from './professionals.ts';
import { ownKnown } from './records.ts';
import { fetchStored, ownRecordKey, rows, sectionOfTag, splitSection } from './stored.ts';

/** Return what sharing with `who` will sign: one grant for each layer, sections with their records of today. */
export async function prepare(context: Context, who: string, sharing: Sharing): Promise<PreparedShare> {
  return prepareDecided(context, await decide(context, who, sharing));
}

/** Return what was decided as a page shows it. */
export async function prepareDecided(context: Context, decided: Decided): Promise<PreparedShare> {
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
    records: await named(
      context,
      layer,
      items.flatMap(({ record }) => (record === null ? [] : [record])),
    ),
    sections: await counted(context, layer, sections),
    append: decided.append ? decided.sections.filter((text) => splitSection(text)[0] === layer) : [],
    purpose: decided.purpose,
    expiry: decided.expiry,
    nodeSet: context.meta.nodeSet.version,
  };
}

/** Records with their names, and the sections whose keys open them: the platform's word for a section is not taken. */
async function named(context: Context, layer: string, records: readonly Bytes[]): Promise<PreparedRecord[]> {
  const found: PreparedRecord[] = [];
  for (const record of records) {
    const stored = await fetchStored(context, record, context.account);
    ownRecordKey(context.keys, stored);
    const section = `${layer}/${sectionOfTag(context.keys, layer, stored.tag)}`;
    found.push({ record: stored.name, name: (await ownKnown(context, stored)).name, section });
  }
  return found;
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
