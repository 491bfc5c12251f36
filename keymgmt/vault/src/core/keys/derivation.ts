/**
 * Every key of a wallet, derived from its phrase by HKDF under labels of their own (docs/spec/keys.md, promise I10).
 *
 * Nothing here is stored: a wallet is its entropy and its generation. The generation counts replacements of all keys
 * after a compromise; ids stay those of generation 0.
 */

import { type Address, toAddress } from '../addresses.ts';
import { bigEndian, type Bytes, copyOf, toBigInt, utf8 } from '../bytes.ts';
import { hmacSha256 } from '../hashes.ts';
import { derive } from '../hkdf.ts';
import { KeyFactory, SecretKey } from '../pre/index.ts';
import { GROUP_ORDER } from '../secp256k1.ts';
import { BadEntropy } from './errors.ts';
import { requireLayer, requireSection } from './layers.ts';
import { entropyOf, newEntropy, phraseOf, requireEntropy, seedOf } from './phrase.ts';
import { SigningKey } from './signing.ts';

/** Bytes of a section tag. */
export const TAG_LENGTH = 16;
/** The highest generation of a wallet. */
export const MAX_GENERATION = 2 ** 32 - 1;

/** Return `1 + (wide mod (n - 1))` as 32 bytes; 48 uniform bytes leave a bias below 2^-128. */
export function scalarOf(wide: Uint8Array): Bytes {
  return bigEndian(1n + (toBigInt(wide) % (GROUP_ORDER - 1n)), 32);
}

/**
 * The keys of one wallet. Neither text, JSON nor a structured clone of it carries a secret.
 *
 * Derived keys are kept, because a derivation costs up to milliseconds and pages ask for the same ones again.
 */
export class WalletKeys {
  readonly #entropy: Bytes;
  readonly #seed: Bytes;
  readonly #signing = new Map<string, SigningKey>();
  readonly #umbral = new Map<string, SecretKey>();
  readonly #tags = new Map<string, Bytes>();
  /** Counts replacements of all keys of one phrase. */
  readonly generation: number;

  /** Take 32 bytes of entropy and a generation; throws {@link BadEntropy}. */
  constructor(entropy: Uint8Array, generation = 0) {
    requireEntropy(entropy);
    if (!Number.isInteger(generation) || generation < 0 || generation > MAX_GENERATION) {
      throw new BadEntropy("A wallet's generation is a number from 0 to 2^32 - 1.");
    }
    this.#entropy = copyOf(entropy);
    this.#seed = seedOf(entropy);
    this.generation = generation;
  }

  /** Return a new wallet from fresh entropy. */
  static create(): WalletKeys {
    return new WalletKeys(newEntropy());
  }

  /** Return the wallet of a recovery phrase; throws `BadPhrase`. */
  static fromPhrase(phrase: string, generation = 0): WalletKeys {
    return new WalletKeys(entropyOf(phrase), generation);
  }

  /** The 32 bytes everything follows from. The caller must not log, show or store them unsealed. */
  get entropy(): Bytes {
    return copyOf(this.#entropy);
  }

  /** Return the 24 words. The caller shows them to their owner and to nobody else. */
  phrase(): string {
    return phraseOf(this.#entropy);
  }

  /** The wallet's name: the address of its first wallet key (whitepaper section 5). */
  get walletId(): Address {
    return this.idKey.address;
  }

  /** The layer's name on chain: the address of its first slot key. */
  slotId(layer: string): Address {
    return this.#signingKey(`slot/${requireLayer(layer)}`, 0).address;
  }

  /** The wallet key of generation 0, whose address is the wallet id; it signs the directory card. */
  get idKey(): SigningKey {
    return this.#signingKey('wallet', 0);
  }

  /** The wallet key of this generation. */
  get wallet(): SigningKey {
    return this.#signingKey('wallet');
  }

  /** The key that signs for a layer on chain, of this generation. */
  slot(layer: string): SigningKey {
    return this.#signingKey(`slot/${requireLayer(layer)}`);
  }

  /** The pseudonym under which this professional writes into one patient's layer (promise B14). */
  author(patientWallet: string, layer: string): SigningKey {
    return this.#signingKey(`author/${toAddress(patientWallet).toLowerCase()}/${requireLayer(layer)}`);
  }

  /** The Umbral key that grants and messages are encrypted to. */
  get exchange(): SecretKey {
    return this.#umbralKey('exchange', () => new SecretKey(scalarOf(this.#derive('exchange', 48))));
  }

  /** The Umbral key that signs a layer's kfrags; its public key stands in the slot's entry on chain. */
  preSigner(layer: string): SecretKey {
    const label = `pre-sign/${requireLayer(layer)}`;
    return this.#umbralKey(label, () => new SecretKey(scalarOf(this.#derive(label, 48))));
  }

  /** The Umbral key that envelopes of one section are sealed to during one epoch (promise C4). */
  sectionKey(layer: string, section: string, epoch: number): SecretKey {
    requireSection(layer, section);
    const label = `${section}/${epoch}`;
    return this.#umbralKey(`sections/${layer}/${label}`, () =>
      new KeyFactory(this.#derive(`sections/${layer}`)).makeKey(utf8(label)),
    );
  }

  /** The 16 opaque bytes that stand for a section wherever the platform or a node can look. */
  sectionTag(layer: string, section: string): Bytes {
    requireSection(layer, section);
    const place = `${layer}/${section}`;
    const tag = this.#tags.get(place) ?? hmacSha256(this.#derive(`tags/${layer}`), utf8(section)).slice(0, TAG_LENGTH);
    this.#tags.set(place, tag);
    return copyOf(tag);
  }

  /** 32 bytes that seal this wallet's local state. */
  get keystoreKey(): Bytes {
    return this.#derive('keystore');
  }

  /** The 32-byte salt of the commitment called `name`. */
  salt(name: string): Bytes {
    return this.#derive(`salt/${name}`);
  }

  toString(): string {
    return `WalletKeys(generation ${this.generation})`;
  }

  #derive(label: string, length = 32, generation: number = this.generation): Bytes {
    return derive(this.#seed, `g${generation}/${label}`, length);
  }

  #signingKey(label: string, generation: number = this.generation): SigningKey {
    const place = `g${generation}/${label}`;
    const key = this.#signing.get(place) ?? new SigningKey(scalarOf(this.#derive(label, 48, generation)));
    this.#signing.set(place, key);
    return key;
  }

  #umbralKey(place: string, make: () => SecretKey): SecretKey {
    const key = this.#umbral.get(place) ?? make();
    this.#umbral.set(place, key);
    return key;
  }
}
