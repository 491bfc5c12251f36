/** Whose home this is, and what the nodes attest of it. */

import { KYC_SALT, kycState } from './chain.ts';
import { type Context, RECORD_LAYERS } from './context.ts';
import type { LayerState, WalletShown } from './results.ts';
import { attestedOnceOpen } from './slots.ts';

/** Return whose home this is and what stands on chain for it, as the nodes attest it. */
export async function show(context: Context): Promise<WalletShown> {
  const { keys } = context;
  const layers: LayerState[] = [];
  for (const layer of RECORD_LAYERS) layers.push(await layerState(context, layer));
  return {
    wallet: keys.walletId,
    kyc: await kycState(context, keys.walletId, keys.salt(KYC_SALT)),
    layers,
    pendingRotations: Object.keys(await context.table('rotations')).sort(),
    pendingRestrictions: Object.keys(await context.table('restricting')).sort(),
    institution: null,
    name: null,
    roles: [],
  };
}

async function layerState(context: Context, layer: string): Promise<LayerState> {
  const slot = context.keys.slotId(layer);
  const statement = await attestedOnceOpen(context, slot);
  if (statement === null) return { layer, slot, keysetVersion: 0, records: 0, grants: 0 };
  const { keysetVersion, recordsCount, grantsCount } = statement;
  return { layer, slot, keysetVersion, records: recordsCount, grants: grantsCount };
}
