import assert from 'node:assert/strict';
import { test } from 'node:test';

import { addressOfSecretKey, toAddress } from '../../src/core/addresses.ts';
import { bigEndian, utf8 } from '../../src/core/bytes.ts';
import {
  arrayOf,
  contractDomain,
  digest,
  type Domain,
  domainSeparator,
  hashStruct,
  InvalidTypedData,
  offChainDomain,
  recover,
  sign,
  struct,
  verify,
} from '../../src/core/eip712.ts';
import { keccak256 } from '../../src/core/hashes.ts';
import { fromHex, toHex } from '../../src/core/hex.ts';
import { Envelope, RecordStatement } from '../../src/core/keys/messages.ts';
import { SigningKey } from '../../src/core/keys/signing.ts';
import { WrongSigner } from '../../src/core/secp256k1.ts';
import { loadVectors } from '../support/vectors.ts';

interface Vectors {
  readonly chain_id: number;
  readonly key: string;
  readonly messages: readonly {
    readonly typed_data: { readonly message: Readonly<Record<string, string & number>> };
    readonly hash_struct: string;
    readonly digest: string;
    readonly signature: string;
  }[];
}

// The example of EIP-712 itself.
const Person = struct('Person', { name: 'string', wallet: 'address' });
const Mail = struct('Mail', { from: Person, to: Person, contents: 'string' });
const ETHER_MAIL: Domain = contractDomain('Ether Mail', 1, '0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC');
const MAIL = Mail.make({
  from: { name: 'Cow', wallet: '0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826' },
  to: { name: 'Bob', wallet: '0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB' },
  contents: 'Hello, Bob!',
});

test("EIP-712's own example", () => {
  assert.equal(Mail.type, 'Mail(Person from,Person to,string contents)Person(string name,address wallet)');
  assert.equal(
    toHex(domainSeparator(ETHER_MAIL)),
    '0xf2cee375fa42b42143804025fc449deafd50cc031ca257e0b194a650a912090f',
  );
  assert.equal(toHex(hashStruct(Mail, MAIL)), '0xc52c0ee5d84264471806290a3f2c4cecfc5490626bf912d01f240d7a274b371e');
  assert.equal(
    toHex(digest(ETHER_MAIL, Mail, MAIL)),
    '0xbe609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2',
  );
  const signature = sign(ETHER_MAIL, Mail, MAIL, keccak256(utf8('cow')));
  assert.equal(
    toHex(signature),
    '0x4355c47d63924e8a72e509b65029052eb6c299d53a04e167c5775fd466751c9d07299936d304c153f6443dfa05f40ff007d72911b6f72307f996231605b915621c',
  );
  assert.equal(recover(ETHER_MAIL, Mail, MAIL, signature), MAIL.from.wallet);
});

test('vectors: digests and signatures of messages', async () => {
  const vectors = await loadVectors<Vectors>('keys/messages');
  const [envelope, statement] = vectors.messages.map((item) => ({ ...item, values: item.typed_data.message }));
  const key = new SigningKey(fromHex(vectors.key));
  const domain = offChainDomain(vectors.chain_id);
  const first = envelope!.values;
  const message = Envelope.make({
    record: fromHex(first['record']!),
    slot: first['slot']!,
    section: fromHex(first['section']!),
    epoch: first['epoch']!,
    envelopeHash: fromHex(first['envelopeHash']!),
  });
  assert.equal(toHex(hashStruct(Envelope, message)), envelope!.hash_struct);
  assert.equal(toHex(digest(domain, Envelope, message)), envelope!.digest);
  assert.equal(toHex(key.sign(domain, Envelope, message)), envelope!.signature);
  const second = statement!.values;
  const made = RecordStatement.make({
    record: fromHex(second['record']!),
    cid: second['cid']!,
    kcHash: fromHex(second['kcHash']!),
    size: second['size']!,
    professional: second['professional']!,
  });
  assert.equal(toHex(digest(domain, RecordStatement, made)), statement!.digest);
  assert.equal(toHex(key.sign(domain, RecordStatement, made)), statement!.signature);
});

test('arrays are hashed item by item, structs named once and sorted', () => {
  const Zebra = struct('Zebra', { stripes: 'uint8' });
  const Ape = struct('Ape', { friend: Zebra });
  const Zoo = struct('Zoo', { zebras: arrayOf(Zebra), apes: arrayOf(Ape), keys: 'bytes32[]', names: 'string[]' });
  assert.equal(
    Zoo.type,
    'Zoo(Zebra[] zebras,Ape[] apes,bytes32[] keys,string[] names)Ape(Zebra friend)Zebra(uint8 stripes)',
  );
  const [zebra, key] = [Zebra.make({ stripes: 9 }), new Uint8Array(32).fill(1)];
  const zoo = Zoo.make({ zebras: [zebra, zebra], apes: [], keys: [key], names: ['é'] });
  const expected = keccak256(
    Zoo.typeHash,
    keccak256(hashStruct(Zebra, zebra), hashStruct(Zebra, zebra)),
    keccak256(),
    keccak256(key),
    keccak256(keccak256(utf8('é'))),
  );
  assert.deepEqual(hashStruct(Zoo, zoo), expected);
});

test('atoms are encoded as Solidity does', () => {
  const Atoms = struct('Atoms', {
    address: 'address',
    bool: 'bool',
    bytes: 'bytes',
    bytes16: 'bytes16',
    bytes20: 'bytes20',
    uint64: 'uint64',
    uint256: 'uint256',
  });
  const address = toAddress(new Uint8Array(20).fill(0xab));
  const [sixteen, twenty] = [new Uint8Array(16).fill(2), new Uint8Array(20).fill(3)];
  const atoms = Atoms.make({
    address,
    bool: true,
    bytes: utf8('abc'),
    bytes16: sixteen,
    bytes20: twenty,
    uint64: 2 ** 53 - 1,
    uint256: 2n ** 256n - 1n,
  });
  const words = [
    `0x${'00'.repeat(12)}${'ab'.repeat(20)}`,
    `0x${'00'.repeat(31)}01`,
    toHex(keccak256(utf8('abc'))),
    `0x${'02'.repeat(16)}${'00'.repeat(16)}`,
    `0x${'03'.repeat(20)}${'00'.repeat(12)}`,
    `0x${'00'.repeat(25)}1fffffffffffff`,
    `0x${'ff'.repeat(32)}`,
  ].map((word) => fromHex(word));
  assert.deepEqual(hashStruct(Atoms, atoms), keccak256(Atoms.typeHash, ...words));
});

test('values that do not fit their type are refused, and the field is named', () => {
  const One = struct('One', { value: 'uint8' });
  const Many = struct('Many', { list: arrayOf(One), hash: 'bytes32', text: 'string', who: 'address', big: 'uint256' });
  const good = { list: [{ value: 1 }], hash: new Uint8Array(32), text: '', who: new Uint8Array(20), big: 0n };
  Many.make(good);
  const wrong: readonly [object, string][] = [
    [{ ...good, list: [{ value: 256 }] }, 'Many.list[0].value'],
    [{ ...good, list: [{ value: true }] }, 'Many.list[0].value'],
    [{ ...good, list: [{ value: 1, extra: 2 }] }, 'Many.list[0]'],
    [{ ...good, list: 'text' }, 'Many.list'],
    [{ ...good, hash: new Uint8Array(31) }, 'Many.hash'],
    [{ ...good, text: '\ud800' }, 'Many.text'],
    [{ ...good, who: '0x12' }, 'Many.who'],
    [{ ...good, big: -1n }, 'Many.big'],
    [{ ...good, big: 2n ** 256n }, 'Many.big'],
    [{ ...good, big: 1 }, 'Many.big'],
    [{ ...good, extra: 1 }, 'Many'],
  ];
  for (const [values, field] of wrong) {
    assert.throws(
      () => Many.make(values as typeof good),
      (error: unknown) => error instanceof InvalidTypedData && error.field === field,
      field,
    );
  }
});

test('a made message cannot be changed, and neither can its bytes from outside', () => {
  const Keyed = struct('Keyed', { key: 'bytes32', items: 'uint8[]' });
  const key = new Uint8Array(32);
  const message = Keyed.make({ key, items: [1] });
  key[0] = 1;
  assert.equal(message.key[0], 0);
  assert.throws(() => {
    (message as { key: Uint8Array }).key = key;
  }, TypeError);
  assert.throws(() => {
    (message.items as number[]).push(2);
  }, TypeError);
});

test('a signature counts in one domain only', () => {
  const key = bigEndian(5, 32);
  const signature = sign(offChainDomain(1), Mail, MAIL, key);
  verify(offChainDomain(1), Mail, MAIL, signature, addressOfSecretKey(key));
  for (const domain of [offChainDomain(2), ETHER_MAIL]) {
    assert.throws(() => {
      verify(domain, Mail, MAIL, signature, addressOfSecretKey(key));
    }, WrongSigner);
  }
});
