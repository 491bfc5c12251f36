import assert from 'node:assert/strict';
import { test } from 'node:test';

import { addressOfSecretKey, toAddress } from '../../src/core/addresses.ts';
import { bigEndian, concat, toBigInt, utf8 } from '../../src/core/bytes.ts';
import { InvalidInput } from '../../src/core/errors.ts';
import { keccak256 } from '../../src/core/hashes.ts';
import {
  GROUP_ORDER,
  personalMessageDigest,
  recoverDigest,
  SecretKeyInvalid,
  signDigest,
  SignatureHighS,
  SignatureLengthError,
  SignatureRecoveryIdError,
  SignatureUnrecoverable,
  verifyDigest,
  WrongSigner,
} from '../../src/core/secp256k1.ts';

const KEY = bigEndian(7, 32);
const DIGEST = keccak256(utf8('a message'));
const SIGNATURE = signDigest(DIGEST, KEY);

test('a signature names its signer', () => {
  assert.equal(SIGNATURE.length, 65);
  assert.deepEqual(signDigest(DIGEST, KEY), SIGNATURE);
  assert.equal(recoverDigest(DIGEST, SIGNATURE), addressOfSecretKey(KEY));
  verifyDigest(DIGEST, SIGNATURE, addressOfSecretKey(KEY).toLowerCase());
  assert.throws(() => {
    verifyDigest(DIGEST, SIGNATURE, toAddress(new Uint8Array(20)));
  }, WrongSigner);
});

test('every other form of a signature is refused', () => {
  const [r, s, v] = [SIGNATURE.subarray(0, 32), SIGNATURE.subarray(32, 64), SIGNATURE[64]!];
  const highS = bigEndian(GROUP_ORDER - toBigInt(s), 32);
  const refused = [
    [SIGNATURE.subarray(0, 64), SignatureLengthError],
    [concat(SIGNATURE, Uint8Array.of(0)), SignatureLengthError],
    [concat(r, s, Uint8Array.of(v - 27)), SignatureRecoveryIdError],
    [concat(r, s, Uint8Array.of(29)), SignatureRecoveryIdError],
    [concat(r, highS, Uint8Array.of(55 - v)), SignatureHighS],
    [concat(new Uint8Array(32), s, Uint8Array.of(v)), SignatureUnrecoverable],
    [concat(r, new Uint8Array(32), Uint8Array.of(v)), SignatureUnrecoverable],
    [concat(new Uint8Array(32).fill(0xff), s, Uint8Array.of(v)), SignatureUnrecoverable],
  ] as const;
  for (const [signature, error] of refused) assert.throws(() => recoverDigest(DIGEST, signature), error);
});

test('neither a short key, a key out of range nor a short digest signs', () => {
  for (const key of [KEY.subarray(1), new Uint8Array(32), bigEndian(GROUP_ORDER, 32)]) {
    assert.throws(() => signDigest(DIGEST, key), SecretKeyInvalid);
  }
  assert.throws(() => signDigest(DIGEST.subarray(1), KEY), InvalidInput);
  assert.throws(() => recoverDigest(DIGEST.subarray(1), SIGNATURE), InvalidInput);
});

test('personal messages count the bytes of their text', () => {
  const text = utf8('é');
  assert.deepEqual(personalMessageDigest(text), keccak256(utf8('\x19Ethereum Signed Message:\n2é')));
});
