/** Erasing own records for good: what the nodes forget, what the platform deletes, and the receipt for it. */

import { Removal } from '../core/contracts/messages.ts';
import { InvalidInput } from '../core/errors.ts';
import { toHex } from '../core/hex.ts';
import type { Context } from './context.ts';
import { ServerRefused } from './errors.ts';
import { forgetGist } from './gist.ts';
import { objectOf, reading, textOf } from './meta.ts';
import { checkedReceipt } from './receipts.ts';
import { beginRemoval, forgetRemoval } from './removals.ts';
import type { DeletionReceipt } from './results.ts';
import { fetchStored, ownLayers, recordId, type StoredRecord } from './stored.ts';
import { bodyOf, handed, requireWait, sign, stamp, type Waiting, waitFor } from './transactions.ts';

/**
 * Erase an own record: envelope and sealed key are deleted, which makes every copy unreadable (crypto-shredding).
 *
 * The nodes are told directly and forget their key fragments for it. Throws `BadReceipt` when the platform does not sign
 * that it has erased the record.
 */
export async function deleteRecord(context: Context, record: string, options: Waiting = {}): Promise<DeletionReceipt> {
  requireWait(options.wait ?? 'received');
  return erase(context, await fetchStored(context, recordId(record), context.account), options);
}

/** Erase one own record; see {@link deleteRecord}. */
export async function erase(context: Context, stored: StoredRecord, options: Waiting = {}): Promise<DeletionReceipt> {
  const layer = ownLayers(context.keys).get(stored.slot);
  if (layer === undefined) {
    throw new InvalidInput("Only its owner deletes a record; this one is somebody else's.", { field: 'record' });
  }
  const message = Removal.make({ slot: stored.slot, record: stored.id, ...stamp(context) });
  const signed = sign(context, 'RecordRegistry', 'remove', Removal, message, context.keys.slot(layer));
  const signature = signed.signatures[0]!;
  await beginRemoval(context, stored.name, message.deadline);
  await context.nodes.remove(message, signature);
  const body = { message: bodyOf(signed)['message']!, signature: toHex(signature) };
  const answer = await context.api
    .delete(`/records/${stored.name}`, body, { by: context.account })
    .catch(async (error: unknown) => {
      if (error instanceof ServerRefused) await forgetRemoval(context, stored.name);
      throw error;
    });
  const receipt = checkedReceipt(context, stored, answer);
  const row = reading('a deletion', () => objectOf(answer));
  const state = await waitFor(context, [handed(row['transaction'])], options);
  await context.changing('records', (records) => {
    delete records[stored.name];
  });
  await forgetGist(context, stored.name);
  const { cid, envelopeDeleted, storeDeleted, copies, time } = receipt;
  return {
    record: stored.name,
    cid,
    envelopeDeleted,
    storeDeleted,
    copies,
    at: time,
    signature: reading('a deletion', () => textOf(row['signature'])),
    state,
  };
}
