/** The recovery phrase: 32 bytes of entropy as 24 English words (BIP-39, empty passphrase). */

import { entropyToMnemonic, mnemonicToEntropy, mnemonicToSeedSync } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';

import { type Bytes, copyOf, randomBytes } from '../bytes.ts';
import { BadEntropy, BadPhrase } from './errors.ts';

/** Bytes of a wallet's entropy. */
export const ENTROPY_LENGTH = 32;
/** Words of a recovery phrase. */
export const WORDS = 24;

const WORD_SET: ReadonlySet<string> = new Set(wordlist);

/** The 2048 words that a phrase is made of, in order. */
export const WORD_LIST: readonly string[] = wordlist;

/** Return 32 fresh random bytes from the operating system. */
export function newEntropy(): Bytes {
  return randomBytes(ENTROPY_LENGTH);
}

/** Return the 24 words of `entropy`, separated by single spaces; throws {@link BadEntropy}. */
export function phraseOf(entropy: Uint8Array): string {
  requireEntropy(entropy);
  return entropyToMnemonic(entropy, wordlist);
}

/**
 * Return the 32 bytes of `phrase`; case and white space do not matter.
 *
 * Throws {@link BadPhrase}. Its message gives the position of a wrong word and never the word itself, because a
 * mistyped word of a phrase is nearly a word of it.
 */
export function entropyOf(phrase: string): Bytes {
  const words = phrase.normalize('NFKD').toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length !== WORDS) {
    throw new BadPhrase(`A recovery phrase has ${WORDS} words; this one has ${words.length}.`);
  }
  const wrong = words.findIndex((word) => !WORD_SET.has(word)) + 1;
  if (wrong > 0) throw new BadPhrase(`Word ${wrong} is not on the list of BIP-39; check its spelling.`, wrong);
  try {
    return copyOf(mnemonicToEntropy(words.join(' '), wordlist));
  } catch {
    // Without the library's error as the cause: nothing of it helps, and it may quote the words.
    throw new BadPhrase('The words are right but do not belong together; check their order.');
  }
}

/** Return the 64-byte BIP-39 seed (PBKDF2-HMAC-SHA512, 2048 rounds, empty passphrase). */
export function seedOf(entropy: Uint8Array): Bytes {
  return copyOf(mnemonicToSeedSync(phraseOf(entropy)));
}

/** Return if `entropy` has 32 bytes; throws {@link BadEntropy}. */
export function requireEntropy(entropy: Uint8Array): void {
  if (entropy.length !== ENTROPY_LENGTH) {
    throw new BadEntropy(`A wallet's entropy has ${ENTROPY_LENGTH} bytes, not ${entropy.length}.`);
  }
}
