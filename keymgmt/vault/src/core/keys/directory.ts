/** Directory cards: whoever knows a wallet id finds its inbox and exchange key; whoever does not learns nothing. */

import { type Address, addressBytes, toAddress } from '../addresses.ts';
import { type Bytes, concat, utf8 } from '../bytes.ts';
import { encode } from '../canonical.ts';
import { offChainDomain, verify } from '../eip712.ts';
import { keccak256 } from '../hashes.ts';
import { toHex } from '../hex.ts';
import { derive } from '../hkdf.ts';
import type { PublicKey } from '../pre/index.ts';
import { SIGNATURE_LENGTH } from '../secp256k1.ts';
import type { WalletKeys } from './derivation.ts';
import { Fields } from './encoding.ts';
import { BadDocument, WrongUnlocker } from './errors.ts';
import { DirectoryCard } from './messages.ts';
import { decrypt, encrypt, NONCE_LENGTH } from './wrapping.ts';

/** Bytes of the longest card that is read. */
export const MAX_CARD_LENGTH = 4096;
/** Stands in a card's message where there is no KYC commitment. */
export const NO_KYC_SALT: Bytes = new Uint8Array(32);

const KIND = 'directory card';
const KEYS = ['wallet', 'account', 'exchange_key', 'kyc_salt', 'version', 'signature'] as const;

/** A card whose signature by the wallet key was checked. */
export interface OpenCard {
  readonly wallet: Address;
  readonly account: Address;
  readonly exchangeKey: PublicKey;
  readonly kycSalt: Bytes | null;
  readonly version: number;
}

/** What a card says besides the wallet's own keys. */
export interface CardTerms {
  readonly kycSalt: Uint8Array | null;
  readonly version: number;
  readonly chainId: number | bigint;
}

/** Return the 32 bytes under which the platform stores the card of `walletId`. */
export function lookup(walletId: string): Bytes {
  return keccak256(utf8('medixain/directory/v1'), addressBytes(walletId));
}

/** Return `nonce || ciphertext` of this wallet's card; only its wallet id opens it. */
export async function sealCard(keys: WalletKeys, { kycSalt, version, chainId }: CardTerms): Promise<Bytes> {
  const message = DirectoryCard.make({
    wallet: keys.walletId,
    account: keys.slotId('account'),
    exchangeKey: keys.exchange.publicKey.bytes,
    kycSalt: kycSalt ?? NO_KYC_SALT,
    version,
  });
  const plaintext = encode({
    v: 1,
    wallet: message.wallet,
    account: message.account,
    exchange_key: toHex(message.exchangeKey),
    kyc_salt: kycSalt === null ? null : toHex(kycSalt),
    version,
    signature: toHex(keys.idKey.sign(offChainDomain(chainId), DirectoryCard, message)),
  });
  return concat(...(await encrypt(cardKey(keys.walletId), plaintext, lookup(keys.walletId))));
}

/**
 * Return the card of `walletId` in `blob`.
 *
 * `leastVersion` is the highest version the caller has seen: an older card may name a lost key. Throws
 * {@link BadDocument} or a `SignatureError`.
 */
export async function openCard(
  walletId: string,
  blob: Uint8Array,
  { chainId, leastVersion = 1 }: { readonly chainId: number | bigint; readonly leastVersion?: number },
): Promise<OpenCard> {
  if (blob.length > MAX_CARD_LENGTH) throw new BadDocument(KIND, `it is longer than ${MAX_CARD_LENGTH} bytes`);
  return verified(await plaintextOf(walletId, blob), toAddress(walletId), chainId, leastVersion);
}

async function plaintextOf(walletId: string, blob: Uint8Array): Promise<Bytes> {
  const [nonce, ciphertext] = [blob.subarray(0, NONCE_LENGTH), blob.subarray(NONCE_LENGTH)];
  try {
    return await decrypt(cardKey(walletId), nonce, ciphertext, lookup(walletId));
  } catch (error) {
    if (error instanceof WrongUnlocker)
      throw new BadDocument(KIND, 'this wallet id does not open it', { cause: error });
    throw error;
  }
}

function verified(plaintext: Bytes, walletId: Address, chainId: number | bigint, leastVersion: number): OpenCard {
  const fields = Fields.parse(KIND, plaintext, KEYS, MAX_CARD_LENGTH);
  const kycSalt = fields.raw('kyc_salt') === null ? null : fields.data('kyc_salt', 32);
  const exchangeKey = fields.publicKey('exchange_key');
  const message = DirectoryCard.make({
    wallet: fields.address('wallet'),
    account: fields.address('account'),
    exchangeKey: exchangeKey.bytes,
    kycSalt: kycSalt ?? NO_KYC_SALT,
    version: fields.integer('version', 1),
  });
  if (message.wallet !== walletId) throw fields.refuse("it is another wallet's");
  if (message.version < leastVersion) {
    throw fields.refuse(`it is version ${message.version}, older than version ${leastVersion} seen before`);
  }
  verify(offChainDomain(chainId), DirectoryCard, message, fields.data('signature', SIGNATURE_LENGTH), walletId);
  return { wallet: message.wallet, account: message.account, exchangeKey, kycSalt, version: message.version };
}

function cardKey(walletId: string): Bytes {
  return derive(addressBytes(walletId), 'directory-card');
}
