import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { fromHex, toHex } from '../../../src/core/hex.ts';
import { scalarOf, WalletKeys } from '../../../src/core/keys/derivation.ts';
import { BadEntropy, BadPhrase, UnknownLayer, UnknownSection } from '../../../src/core/keys/errors.ts';
import { entropyOf, phraseOf, WORD_LIST } from '../../../src/core/keys/phrase.ts';
import { SigningKey } from '../../../src/core/keys/signing.ts';
import { SecretKey } from '../../../src/core/pre/index.ts';
import { GROUP_ORDER } from '../../../src/core/secp256k1.ts';
import { bigEndian, toBigInt } from '../../../src/core/bytes.ts';
import { loadVectors } from '../../support/vectors.ts';
import { DOCTOR, PATIENT } from '../../support/wallets.ts';

interface Wallet {
  readonly entropy: string;
  readonly generation: number;
  readonly phrase: string;
  readonly wallet_id: string;
  readonly wallet_key: string;
  readonly exchange_key: string;
  readonly exchange_public_key: string;
  readonly keystore_key: string;
  readonly salts: Readonly<Record<string, string>>;
  readonly slots: Readonly<Record<string, { readonly id: string; readonly key: string; readonly pre_key: string }>>;
  readonly sections: readonly {
    readonly layer: string;
    readonly section: string;
    readonly tag: string;
    readonly epochs: Readonly<Record<string, string>>;
  }[];
  readonly author: { readonly patient: string; readonly layer: string; readonly key: string };
}

test('vectors: a phrase alone brings back every key of a wallet', async () => {
  const { wallets } = await loadVectors<{ readonly wallets: readonly Wallet[] }>('keys/derivation');
  for (const wallet of wallets) {
    const keys = WalletKeys.fromPhrase(wallet.phrase, wallet.generation);
    assert.equal(toHex(keys.entropy), wallet.entropy);
    assert.equal(keys.phrase(), wallet.phrase);
    assert.equal(keys.walletId, wallet.wallet_id);
    assert.equal(toHex(keys.wallet.secretBytes()), wallet.wallet_key);
    assert.equal(toHex(keys.exchange.secretBytes()), wallet.exchange_key);
    assert.equal(toHex(keys.exchange.publicKey.bytes), wallet.exchange_public_key);
    assert.equal(toHex(keys.keystoreKey), wallet.keystore_key);
    for (const [name, salt] of Object.entries(wallet.salts)) assert.equal(toHex(keys.salt(name)), salt);
    for (const [layer, slot] of Object.entries(wallet.slots)) {
      assert.equal(keys.slotId(layer), slot.id);
      assert.equal(toHex(keys.slot(layer).secretBytes()), slot.key);
      assert.equal(toHex(keys.preSigner(layer).publicKey.bytes), slot.pre_key);
    }
    for (const { layer, section, tag, epochs } of wallet.sections) {
      assert.equal(toHex(keys.sectionTag(layer, section)), tag);
      for (const [epoch, key] of Object.entries(epochs)) {
        assert.equal(toHex(keys.sectionKey(layer, section, Number(epoch)).secretBytes()), key);
      }
    }
    const { patient, layer, key } = wallet.author;
    assert.equal(toHex(keys.author(patient, layer).secretBytes()), key);
  }
});

test('a phrase is read whatever its case and white space, and errors never repeat a word', () => {
  const phrase = phraseOf(PATIENT.entropy);
  assert.deepEqual(entropyOf(`  ${phrase.toUpperCase().replaceAll(' ', '\n\t ')} `), PATIENT.entropy);
  const words = phrase.split(' ');
  const refused = (changed: readonly string[], position?: number): void => {
    assert.throws(
      () => entropyOf(changed.join(' ')),
      (error: unknown) => error instanceof BadPhrase && error.position === position && !error.message.includes('zzz'),
    );
  };
  refused(words.slice(1));
  refused([...words, 'zoo']);
  refused(words.with(4, 'zzz'), 5);
  refused(words.with(0, words[1]!));
  refused([]);
});

test('phrases and entropy are one to one', () => {
  assert.equal(WORD_LIST.length, 2048);
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (entropy) => {
      assert.deepEqual(entropyOf(phraseOf(entropy)), Uint8Array.from(entropy));
    }),
  );
  assert.throws(() => phraseOf(new Uint8Array(16)), BadEntropy);
});

test('a wallet refuses other entropy and impossible generations', () => {
  for (const [length, generation] of [
    [31, 0],
    [33, 0],
    [32, -1],
    [32, 2 ** 32],
    [32, 0.5],
  ] as const) {
    assert.throws(() => new WalletKeys(new Uint8Array(length), generation), BadEntropy);
  }
});

test('ids stay when all keys are replaced, keys do not', () => {
  const next = new WalletKeys(PATIENT.entropy, 1);
  assert.equal(next.walletId, PATIENT.walletId);
  assert.equal(next.slotId('profile'), PATIENT.slotId('profile'));
  assert.equal(next.slot('profile').equals(PATIENT.slot('profile')), false);
  assert.equal(next.exchange.equals(PATIENT.exchange), false);
});

test('layers, sections, epochs and patients each have keys of their own', () => {
  const keys = [
    PATIENT.sectionKey('profile', 'results', 1),
    PATIENT.sectionKey('profile', 'results', 2),
    PATIENT.sectionKey('profile', 'allergies', 1),
    PATIENT.sectionKey('study/a', 'submissions', 1),
    PATIENT.sectionKey('study/b', 'submissions', 1),
    DOCTOR.sectionKey('profile', 'results', 1),
  ];
  assert.equal(new Set(keys.map((key) => toHex(key.publicKey.bytes))).size, keys.length);
  assert.throws(() => PATIENT.slot('nowhere'), UnknownLayer);
  assert.throws(() => PATIENT.sectionKey('profile', 'bank', 1), UnknownSection);
  assert.throws(() => PATIENT.sectionTag('profile', 'bank'), UnknownSection);
});

test('a derived scalar is never zero and never the order', () => {
  assert.deepEqual(scalarOf(new Uint8Array(48)), bigEndian(1, 32));
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 48, maxLength: 48 }), (wide) => {
      const scalar = toBigInt(scalarOf(wide));
      assert.ok(scalar > 0n && scalar < GROUP_ORDER);
    }),
  );
});

test('text, JSON and structured clones of keys carry no secret', () => {
  const secrets = [PATIENT.entropy, PATIENT.wallet.secretBytes(), PATIENT.exchange.secretBytes()].map(toHex);
  for (const holder of [PATIENT, PATIENT.wallet, PATIENT.exchange]) {
    const shown = [String(holder), JSON.stringify(holder), JSON.stringify(structuredClone(plainOf(holder)))].join();
    for (const secret of secrets) assert.equal(shown.includes(secret.slice(2)), false);
  }
  const key = SigningKey.random();
  assert.ok(key.equals(new SigningKey(key.secretBytes())));
  assert.equal(key.publicKey.length, 33);
  assert.equal(SecretKey.random().equals(SecretKey.random()), false);
  assert.deepEqual(fromHex(toHex(key.secretBytes())), key.secretBytes());
});

/** What of an object a structured clone would see: its own enumerable fields. */
function plainOf(holder: object): unknown {
  return Object.fromEntries(Object.entries(holder).map(([name, value]) => [name, String(value)]));
}
