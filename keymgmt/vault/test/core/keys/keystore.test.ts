import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { fromUtf8, utf8 } from '../../../src/core/bytes.ts';
import { fromHex, toHex } from '../../../src/core/hex.ts';
import { WalletKeys } from '../../../src/core/keys/derivation.ts';
import { BadDocument, KeysError, WeakKeystore, WeakPassword, WrongUnlocker } from '../../../src/core/keys/errors.ts';
import { Keystore, MAX_KEYSTORE_LENGTH, type Passkey, sealKeystore } from '../../../src/core/keys/keystore.ts';
import { Argon2Parameters, prfKey, requirePassword } from '../../../src/core/keys/wrapping.ts';
import { loadVectors } from '../../support/vectors.ts';
import { PATIENT } from '../../support/wallets.ts';

interface Vectors {
  readonly document: string;
  readonly hash: string;
  readonly entropy: string;
  readonly generation: number;
  readonly version: number;
  readonly password: string;
  readonly prf: { readonly credential: string; readonly salt: string; readonly output: string };
  readonly weak: readonly string[];
  readonly does_not_open: readonly string[];
}

const PASSKEY: Passkey = {
  kind: 'passkey',
  credential: utf8('one'),
  salt: new Uint8Array(32).fill(1),
  prfOutput: new Uint8Array(32).fill(2),
};

test('vectors: a keystore opens with its password and its passkey', async () => {
  const vectors = await loadVectors<Vectors>('keystore/keystore');
  const keystore = Keystore.parse(utf8(vectors.document));
  assert.equal(fromUtf8(keystore.encode()), vectors.document);
  assert.equal(toHex(keystore.hash()), vectors.hash);
  assert.equal(keystore.version, vectors.version);
  const { credential, salt, output } = vectors.prf;
  const passkey: Passkey = {
    kind: 'passkey',
    credential: fromHex(credential),
    salt: fromHex(salt),
    prfOutput: fromHex(output),
  };
  for (const unlocker of [{ kind: 'password', password: vectors.password } as const, passkey]) {
    const keys = await keystore.open(unlocker);
    assert.deepEqual([toHex(keys.entropy), keys.generation], [vectors.entropy, vectors.generation]);
  }
});

test('vectors: weakened keystores are refused before a password is asked for, exchanged costs do not open', async () => {
  const vectors = await loadVectors<Vectors>('keystore/keystore');
  for (const text of vectors.weak) assert.throws(() => Keystore.parse(utf8(text)), WeakKeystore);
  for (const text of vectors.does_not_open) {
    const unlocker = { kind: 'password', password: vectors.password } as const;
    await assert.rejects(Keystore.parse(utf8(text)).open(unlocker), WrongUnlocker);
  }
});

test('the cost of a password has a floor and ceilings', () => {
  const floor = new Argon2Parameters();
  assert.deepEqual([floor.m, floor.t, floor.p], [65_536, 3, 1]);
  new Argon2Parameters(1 << 20, 16, 8);
  const refused = [
    [65_535, 3, 1],
    [65_536, 2, 1],
    [65_536, 3, 0],
    [(1 << 20) + 1, 3, 1],
    [65_536, 17, 1],
    [65_536, 3, 9],
  ];
  for (const [m, t, p] of refused) assert.throws(() => new Argon2Parameters(m, t, p), WeakKeystore);
  assert.throws(() => new Argon2Parameters(Number.NaN), WeakKeystore);
});

test('passwords have eight characters after normalisation, and one form', async () => {
  for (const password of ['', 'seven77', 'e\u0301'.repeat(7)]) {
    assert.throws(() => {
      requirePassword(password);
    }, WeakPassword);
    await assert.rejects(sealKeystore(PATIENT, [{ kind: 'password', password }], 1), WeakPassword);
  }
  requirePassword('🩺'.repeat(8));
  const sealed = await sealKeystore(PATIENT, [{ kind: 'password', password: 'caf\u00e9 na\u00efve' }], 1);
  const opened = await sealed.open({ kind: 'password', password: 'cafe\u0301 nai\u0308ve' });
  assert.deepEqual(opened.entropy, PATIENT.entropy);
  await assert.rejects(sealed.open({ kind: 'password', password: 'cafe naive' }), WrongUnlocker);
  await assert.rejects(sealed.open(PASSKEY), WrongUnlocker);
});

test('a sealed keystore opens again in its generation, with its own passkey only', async () => {
  const keys = new WalletKeys(PATIENT.entropy, 3);
  const other: Passkey = { ...PASSKEY, credential: utf8('two'), prfOutput: new Uint8Array(32).fill(3) };
  const sealed = Keystore.parse((await sealKeystore(keys, [PASSKEY, other], 9)).encode());
  for (const unlocker of [PASSKEY, other]) assert.equal((await sealed.open(unlocker)).generation, 3);
  assert.equal(sealed.version, 9);
  await assert.rejects(sealed.open({ ...PASSKEY, credential: other.credential }), WrongUnlocker);
  await assert.rejects(sealed.open({ ...PASSKEY, prfOutput: new Uint8Array(31) }), WrongUnlocker);
  await assert.rejects(sealed.open({ kind: 'password', password: 'no password set' }), WrongUnlocker);
  assert.throws(() => prfKey(new Uint8Array()), WrongUnlocker);
  await assert.rejects(sealKeystore(keys, [{ ...PASSKEY, salt: new Uint8Array(31) }], 1), BadDocument);
  await assert.rejects(sealKeystore(keys, [], 1), BadDocument);
});

test('a changed keystore never opens, whatever was changed', async () => {
  const data = (await sealKeystore(PATIENT, [PASSKEY], 1)).encode();
  await fc.assert(
    fc.asyncProperty(fc.nat(data.length - 1), fc.integer({ min: 1, max: 255 }), async (position, change) => {
      const changed = data.slice();
      changed[position]! ^= change;
      await assert.rejects(async () => Keystore.parse(changed).open(PASSKEY), KeysError);
    }),
    { numRuns: 100 },
  );
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array(), fc.json().map(utf8)), (junk) => {
      assert.throws(() => Keystore.parse(junk), BadDocument);
    }),
  );
  assert.throws(() => Keystore.parse(new Uint8Array(MAX_KEYSTORE_LENGTH + 1)), BadDocument);
});
