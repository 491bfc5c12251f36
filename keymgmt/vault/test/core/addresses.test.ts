import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  addressBytes,
  addressOfPublicKey,
  addressOfSecretKey,
  createdAddress,
  InvalidAddress,
  toAddress,
  ZERO_ADDRESS,
} from '../../src/core/addresses.ts';
import { bigEndian } from '../../src/core/bytes.ts';
import { InvalidInput } from '../../src/core/errors.ts';
import { fromHex } from '../../src/core/hex.ts';

// The examples of EIP-55.
const EIP_55 = [
  '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
  '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359',
  '0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB',
  '0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb',
];

test('addresses are written as EIP-55 says, whatever form they come in', () => {
  for (const address of EIP_55) {
    for (const form of [address, address.toLowerCase(), `0x${address.slice(2).toUpperCase()}`, addressBytes(address)]) {
      assert.equal(toAddress(form), address);
    }
  }
});

test('a mistyped address is refused', () => {
  const mistyped = [
    '0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
    '5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
    '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe',
    `${EIP_55[0]}\n`,
    '',
  ];
  for (const text of mistyped) assert.throws(() => toAddress(text), InvalidAddress);
  assert.throws(() => toAddress(new Uint8Array(19)), InvalidAddress);
});

test('keys have the addresses Ethereum gives them', () => {
  const one = bigEndian(1, 32);
  assert.equal(addressOfSecretKey(one), '0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf');
  const generator = fromHex('0x0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798');
  assert.equal(addressOfPublicKey(generator), addressOfSecretKey(one));
  assert.throws(() => addressOfSecretKey(new Uint8Array(32)), InvalidInput);
  assert.throws(() => addressOfPublicKey(new Uint8Array(33)), InvalidInput);
  assert.equal(ZERO_ADDRESS, toAddress(new Uint8Array(20)));
});

test('CREATE addresses', () => {
  // The first three are go-ethereum's examples; the others cross the lengths of RLP.
  const deployer = '0x970E8128AB834E8EAC17Ab8E3812F010678CF791';
  const created: readonly (readonly [number, string])[] = [
    [0, '0x333c3310824b7c685133F2BeDb2CA4b8b4DF633d'],
    [1, '0x8bDa78331C916A08481428e4b07C96D3e916D165'],
    [2, '0xC9DdEDF451bC62ce88Bf9292AFB13df35b670699'],
    [127, '0xC0aBF4f4f9A9Cd6a2DFdcAC294838A0c75e7aeC8'],
    [128, '0x546f3373D302355243C77628CFEd00a817810C5D'],
    [300, '0x8C0e65b8e3F99e7450700B9285bb44df934BBb26'],
  ];
  for (const [nonce, address] of created) assert.equal(createdAddress(deployer, nonce), address);
  assert.throws(() => createdAddress(deployer, -1), InvalidInput);
});
