/**
 * The chain through its JSON-RPC door, for what the nodes do not attest: KYC commitments, roots of access logs.
 *
 * The door is named by the signed configuration and is one program's word: what it answers is shown, and nothing is
 * encrypted or signed on it (docs/adr/0068).
 */

import { type Address, ZERO_ADDRESS, toAddress } from '../core/addresses.ts';
import { type Bytes, concat, toNumber, utf8 } from '../core/bytes.ts';
import type { Json } from '../core/canonical.ts';
import { WalletCommitment } from '../core/contracts/messages.ts';
import { hashStruct } from '../core/eip712.ts';
import { InvalidInput } from '../core/errors.ts';
import { keccak256 } from '../core/hashes.ts';
import { fromHex, toHex } from '../core/hex.ts';
import type { Context } from './context.ts';
import { BadServerAnswer, ServerUnreachable } from './errors.ts';
import { listOf, objectOf, reading, textOf } from './meta.ts';
import type { KycShown } from './results.ts';
import { parseAnswer } from './transport.ts';

/** Name of the salt of the KYC commitment; it travels in the directory card, to those who know the wallet id. */
export const KYC_SALT = 'kyc';

const WORD = 32;
/** Views called by one request. */
const BATCH = 500;
/** Milliseconds for one request; a page that shows the answer waits as long. */
const TIMEOUT = 30_000;

/** Which block a view is asked at. */
export type Block = 'latest' | 'finalized';

/** A view of a contract to be called; `words` are its arguments, 32 bytes each. */
export interface View {
  readonly contract: string;
  readonly signature: string;
  readonly words: readonly Bytes[];
}

/**
 * Call views at a block and return what each answers, null for one that reverts there.
 *
 * They go out together, so that a long log is a few requests. Throws `ServerUnreachable` and `BadServerAnswer`.
 */
export async function callViews(context: Context, block: Block, views: readonly View[]): Promise<(Bytes | null)[]> {
  const found: (Bytes | null)[] = [];
  for (let start = 0; start < views.length; start += BATCH) {
    const requests = views.slice(start, start + BATCH).map((view, id) => requestOf(context, block, view, id));
    const answer = await posted(context, JSON.stringify(requests));
    found.push(...reading('calls to the chain', () => resultsOf(parseAnswer(answer), requests.length)));
  }
  return found;
}

/** Return who attests that a person stands behind a wallet, as the chain says; `unknown` while it cannot be asked. */
export async function kycState(context: Context, wallet: Address, salt: Bytes): Promise<KycShown> {
  const commitment = hashStruct(WalletCommitment, WalletCommitment.make({ wallet, salt }));
  const view = { contract: 'WalletRegistry', signature: 'attestation(bytes32)', words: [commitment] };
  try {
    const [found] = await callViews(context, 'latest', [view]);
    return reading('calls to the chain', () => attestationOf(found ?? null));
  } catch (error) {
    // Not every deployment lets browsers ask its chain; nothing hangs on this answer but what a page says.
    if (error instanceof BadServerAnswer || error instanceof ServerUnreachable) {
      return { state: 'unknown', institution: null };
    }
    throw error;
  }
}

/** {nullifier, institution, attestedAt, revoked}, a word each. */
function attestationOf(words: Bytes | null): KycShown {
  if (words?.length !== 4 * WORD) throw new InvalidInput('Expected four words.');
  const word = (place: number): Bytes => words.slice(place * WORD, (place + 1) * WORD);
  if (toNumber(word(2)) === 0) return { state: 'none', institution: null };
  const institution = toAddress(word(1).subarray(12));
  return { state: toNumber(word(3)) === 1 ? 'revoked' : 'attested', institution };
}

function requestOf({ meta }: Context, block: Block, { contract, signature, words }: View, id: number): Json {
  const to = meta.contracts.get(contract) ?? ZERO_ADDRESS;
  const data = toHex(concat(keccak256(utf8(signature)).subarray(0, 4), ...words));
  return { jsonrpc: '2.0', id, method: 'eth_call', params: [{ to, data }, block] };
}

/** The results of a batch in the order of its requests: a server may answer in any. */
function resultsOf(answer: Json, count: number): (Bytes | null)[] {
  const results = new Map(listOf(answer).map((one) => [objectOf(one)['id'], objectOf(one)['result']]));
  return Array.from({ length: count }, (_, id) => {
    const result = results.get(id);
    return result === undefined ? null : fromHex(textOf(result));
  });
}

async function posted({ rpcUrl, api }: Context, body: string): Promise<Bytes> {
  try {
    const headers = { 'Content-Type': 'application/json' };
    const signal = AbortSignal.timeout(TIMEOUT);
    const response = await api.network.fetch(rpcUrl, { method: 'POST', headers, body, signal });
    return new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof DOMException)) throw error;
    throw new ServerUnreachable(rpcUrl, error.message, { cause: error });
  }
}
