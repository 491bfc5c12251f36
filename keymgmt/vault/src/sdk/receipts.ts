/**
 * What the platform signs when it has erased a record, checked before anybody is told that the record is gone.
 *
 * The receipt is the platform's word: its relay's signature over the record, its address and what was deleted (api.md).
 * It cannot prove that no copy is left, and it holds the platform to what it said: the relay is the one that the signed
 * configuration names. `tests/vectors/receipts` holds this and `medixain/sdk/receipts.py` to the same refusals.
 */

import { equalBytes } from '../core/bytes.ts';
import type { Json } from '../core/canonical.ts';
import { verify } from '../core/eip712.ts';
import { InvalidInput, MedixainError } from '../core/errors.ts';
import { DeletionReceipt } from '../core/keys/messages.ts';
import type { Context } from './context.ts';
import { BadReceipt } from './errors.ts';
import { listOf, objectOf, textOf } from './meta.ts';
import { hexOf } from './slots.ts';
import type { StoredRecord } from './stored.ts';

/**
 * Return the receipt in the platform's answer to the removal of `stored`.
 *
 * Throws {@link BadReceipt} unless the relay signed it, for this record and its address, and it says that the key is
 * deleted: without the envelope nothing opens any copy of the ciphertext.
 */
export function checkedReceipt(
  context: Pick<Context, 'offChain' | 'relay'>,
  stored: Pick<StoredRecord, 'id' | 'name' | 'cid'>,
  answer: Json,
): DeletionReceipt {
  const { receipt, signature } = parsed(stored.name, answer);
  if (!equalBytes(receipt.record, stored.id) || receipt.cid !== stored.cid) {
    throw new BadReceipt(stored.name, 'it is about another record');
  }
  if (!receipt.envelopeDeleted) {
    throw new BadReceipt(stored.name, "it does not say that the record's key was deleted");
  }
  if (context.relay === null) {
    throw new BadReceipt(stored.name, 'the platform names no relay whose signature could be checked');
  }
  try {
    verify(context.offChain, DeletionReceipt, receipt, signature, context.relay);
  } catch (error) {
    if (!(error instanceof MedixainError)) throw error;
    throw new BadReceipt(stored.name, 'the relay did not sign it', { cause: error });
  }
  return receipt;
}

function parsed(name: string, answer: Json): { readonly receipt: DeletionReceipt; readonly signature: Uint8Array } {
  try {
    const row = objectOf(answer);
    const { at, envelope_deleted: envelopeDeleted, store_deleted: storeDeleted } = row;
    if (typeof at !== 'number' || !Number.isSafeInteger(at) || at < 0) throw new InvalidInput('Expected a time.');
    if (typeof envelopeDeleted !== 'boolean' || typeof storeDeleted !== 'boolean') {
      throw new InvalidInput('Expected true or false.');
    }
    const receipt = DeletionReceipt.make({
      record: hexOf(row['record'], 32),
      cid: textOf(row['cid']),
      envelopeDeleted,
      storeDeleted,
      copies: listOf(row['copies']).map(textOf),
      time: at,
    });
    return { receipt, signature: hexOf(row['signature']) };
  } catch (error) {
    if (!(error instanceof MedixainError)) throw error;
    throw new BadReceipt(name, 'it is malformed', { cause: error });
  }
}
