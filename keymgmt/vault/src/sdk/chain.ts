/**
 * The chain through its JSON-RPC address, for what the nodes do not attest: KYC commitments, roots of access logs.
 *
 * The address is the platform's, so what it answers is shown, and nothing is encrypted or signed on its word.
 */

import { type Address, ZERO_ADDRESS, toAddress } from '../core/addresses.ts';
import { type Bytes, concat, toNumber, utf8 } from '../core/bytes.ts';
import { WalletCommitment } from '../core/contracts/messages.ts';
import { hashStruct } from '../core/eip712.ts';
import { keccak256 } from '../core/hashes.ts';
import { fromHex, toHex } from '../core/hex.ts';
import type { Context } from './context.ts';
import { ServerUnreachable } from './errors.ts';
import { objectOf, reading, textOf } from './meta.ts';
import type { KycShown } from './results.ts';
import { parseAnswer } from './transport.ts';

/** Name of the salt of the KYC commitment; it travels in the directory card, to those who know the wallet id. */
export const KYC_SALT = 'kyc';

const WORD = 32;

/** Which block a view is asked at. */
export type Block = 'latest' | 'finalized';

/** Call a view of a contract at head; `words` are its arguments, 32 bytes each. Throws `ServerUnreachable`. */
export function call(
  context: Context,
  contract: string,
  signature: string,
  ...words: readonly Bytes[]
): Promise<Bytes> {
  return callAt(context, 'latest', contract, signature, ...words);
}

/** As {@link call}, at a block of one's choice; a view that reverts there is `BadServerAnswer`. */
export async function callAt(
  context: Context,
  block: Block,
  contract: string,
  signature: string,
  ...words: readonly Bytes[]
): Promise<Bytes> {
  const to = context.meta.contracts.get(contract) ?? ZERO_ADDRESS;
  const data = toHex(concat(keccak256(utf8(signature)).subarray(0, 4), ...words));
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_call', params: [{ to, data }, block] });
  const answer = await posted(context, body);
  return reading('a call to the chain', () => fromHex(textOf(objectOf(parseAnswer(answer))['result'])));
}

/** Return who attests that a person stands behind a wallet, as the chain says; `unknown` while it cannot be asked. */
export async function kycState(context: Context, wallet: Address, salt: Bytes): Promise<KycShown> {
  const commitment = hashStruct(WalletCommitment, WalletCommitment.make({ wallet, salt }));
  try {
    const found = await call(context, 'WalletRegistry', 'attestation(bytes32)', commitment);
    return reading('a call to the chain', () => attestationOf(found));
  } catch (error) {
    // Not every deployment lets browsers ask its chain; nothing hangs on this answer but what a page says.
    if (error instanceof ServerUnreachable) return { state: 'unknown', institution: null };
    throw error;
  }
}

/** {nullifier, institution, attestedAt, revoked}, a word each. */
function attestationOf(words: Bytes): KycShown {
  const word = (place: number): Bytes => words.slice(place * WORD, (place + 1) * WORD);
  if (toNumber(word(2)) === 0) return { state: 'none', institution: null };
  const institution = toAddress(word(1).subarray(12));
  return { state: toNumber(word(3)) === 1 ? 'revoked' : 'attested', institution };
}

async function posted(context: Context, body: string): Promise<Bytes> {
  const { rpcUrl } = context.meta;
  try {
    const headers = { 'Content-Type': 'application/json' };
    const response = await context.api.network.fetch(rpcUrl, { method: 'POST', headers, body });
    return new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new ServerUnreachable(rpcUrl, error.message, { cause: error });
  }
}
