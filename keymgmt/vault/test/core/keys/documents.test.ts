import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { fromUtf8, utf8 } from '../../../src/core/bytes.ts';
import { fromHex, toHex } from '../../../src/core/hex.ts';
import { lookup, MAX_CARD_LENGTH, openCard, sealCard } from '../../../src/core/keys/directory.ts';
import { BadDocument, KeysError } from '../../../src/core/keys/errors.ts';
import { introduce, SignedIntroduction } from '../../../src/core/keys/introduction.ts';
import { firstKeyset, Keyset, MAX_KEYSET_LENGTH, requireOwn, rotate } from '../../../src/core/keys/keyset.ts';
import { WrongSigner } from '../../../src/core/secp256k1.ts';
import { loadVectors } from '../../support/vectors.ts';
import { CHAIN_ID, DOCTOR, NOW, PATIENT } from '../../support/wallets.ts';

interface Documents {
  readonly layer: string;
  readonly keysets: readonly { readonly document: string; readonly hash: string }[];
  readonly rotated_sections: readonly string[];
  readonly malformed_keysets: readonly string[];
  readonly introduction: { readonly document: string; readonly slot_key: string };
}

interface Cards {
  readonly chain_id: number;
  readonly wallet_id: string;
  readonly lookup: string;
  readonly account: string;
  readonly exchange_key: string;
  readonly cards: readonly { readonly blob: string; readonly version: number; readonly kyc_salt: string | null }[];
}

test('vectors: keysets, before and after a rotation', async () => {
  const vectors = await loadVectors<Documents>('keys/documents');
  const first = firstKeyset(PATIENT, vectors.layer);
  const second = rotate(first, PATIENT, vectors.layer, vectors.rotated_sections);
  for (const [index, made] of [first, second].entries()) {
    const { document, hash } = vectors.keysets[index]!;
    assert.equal(fromUtf8(made.encode()), document);
    assert.equal(toHex(made.hash()), hash);
    const parsed = Keyset.parse(utf8(document));
    assert.equal(fromUtf8(parsed.encode()), document);
    requireOwn(parsed, PATIENT, vectors.layer);
  }
  for (const text of vectors.malformed_keysets) assert.throws(() => Keyset.parse(utf8(text)), BadDocument, text);
});

test('a keyset with one byte changed is refused, or not this wallet’s', () => {
  const first = firstKeyset(PATIENT, 'identity');
  const data = first.encode();
  fc.assert(
    fc.property(fc.nat(data.length - 1), fc.integer({ min: 1, max: 255 }), (position, change) => {
      const changed = data.slice();
      changed[position]! ^= change;
      assert.throws(() => {
        const keyset = Keyset.parse(changed);
        requireOwn(keyset, PATIENT, 'identity');
        // What stays this wallet's is the version and nothing else; its hash stands on chain.
        assert.notDeepEqual(keyset.hash(), first.hash());
        throw new BadDocument('keyset', 'not the attested one');
      }, BadDocument);
    }),
    { numRuns: 200 },
  );
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array(), fc.json().map(utf8)), (junk) => {
      assert.throws(() => Keyset.parse(junk), BadDocument);
    }),
  );
  assert.throws(() => Keyset.parse(new Uint8Array(MAX_KEYSET_LENGTH + 1)), BadDocument);
});

test('rotation makes a new live epoch, keeps the old one and refuses a foreign keyset', () => {
  const first = firstKeyset(PATIENT, 'profile');
  const tag = PATIENT.sectionTag('profile', 'results');
  const second = rotate(first, PATIENT, 'profile', ['results', 'results']);
  assert.equal(second.live(tag).epoch, 2);
  assert.equal(second.find(tag, 1).state, 'retired');
  assert.equal(second.version, 2);
  assert.equal(rotate(second, PATIENT, 'profile', ['results']).live(tag).epoch, 3);
  assert.throws(() => rotate(first, DOCTOR, 'profile', ['results']), BadDocument);
  assert.throws(() => second.find(tag, 3), BadDocument);
  assert.throws(() => second.live(new Uint8Array(16)), BadDocument);
  const [one, ...others] = first.sections;
  const stranger = { ...one!, key: DOCTOR.exchange.publicKey };
  assert.throws(() => {
    requireOwn(new Keyset(first.slot, 1, first.preKey, [stranger, ...others]), PATIENT, 'profile');
  }, BadDocument);
  assert.throws(() => new Keyset(first.slot, 1, first.preKey, [one!, { ...others[0]!, key: one!.key }]), BadDocument);
  assert.throws(() => new Keyset(first.slot, 1, first.preKey, [one!, { ...one!, epoch: 2 }]), BadDocument);
});

test('vectors: an introduction is the same bytes and verifies', async () => {
  const vectors = await loadVectors<Documents>('keys/documents');
  const keyset = Keyset.parse(utf8(vectors.keysets[1]!.document));
  const made = introduce(PATIENT, { ...terms(keyset), sections: ['allergies', 'results'] });
  assert.equal(fromUtf8(made.encode()), vectors.introduction.document);
  const parsed = SignedIntroduction.parse(utf8(vectors.introduction.document));
  parsed.verify(facts(keyset));
  assert.deepEqual(parsed.tag('allergies'), PATIENT.sectionTag('profile', 'allergies'));
  assert.throws(() => parsed.tag('genetics'), BadDocument);
  assert.equal(vectors.introduction.slot_key, PATIENT.slot('profile').address);
});

test('an introduction counts for one reader, one keyset, one slot key and until its end', () => {
  const keyset = firstKeyset(PATIENT, 'profile');
  const made = SignedIntroduction.parse(introduce(PATIENT, terms(keyset)).encode());
  const good = facts(keyset);
  const refused = [
    { ...good, professional: PATIENT.walletId },
    { ...good, attestedKeyset: new Uint8Array(32) },
    { ...good, now: NOW + 86_400 },
  ];
  for (const wrong of refused) {
    assert.throws(() => {
      made.verify(wrong);
    }, BadDocument);
  }
  for (const wrong of [
    { ...good, slotKey: DOCTOR.walletId },
    { ...good, chainId: 1 },
  ]) {
    assert.throws(() => {
      made.verify(wrong);
    }, WrongSigner);
  }
});

test('a changed introduction is refused with a typed error', () => {
  const keyset = firstKeyset(PATIENT, 'identity');
  const data = introduce(PATIENT, { ...terms(keyset), layer: 'identity', sections: ['name'] }).encode();
  fc.assert(
    fc.property(fc.nat(data.length - 1), fc.integer({ min: 1, max: 255 }), (position, change) => {
      const changed = data.slice();
      changed[position]! ^= change;
      assert.throws(
        () => {
          const parsed = SignedIntroduction.parse(changed);
          parsed.verify(facts(keyset, 'identity'));
          // The tags are not signed: a wrong one opens nothing, since the reader seals to the keyset's key of that tag.
          keyset.live(parsed.tag('name'));
          throw new BadDocument('introduction', 'unchanged');
        },
        (error: unknown) => error instanceof Error && 'code' in error && (error as BadDocument).reason !== 'unchanged',
      );
    }),
    { numRuns: 100 },
  );
});

test('vectors: directory cards open with the wallet id, and with nothing else', async () => {
  const vectors = await loadVectors<Cards>('keys/cards');
  assert.equal(toHex(lookup(vectors.wallet_id)), vectors.lookup);
  const chainId = vectors.chain_id;
  for (const { blob, version, kyc_salt: kycSalt } of vectors.cards) {
    const card = await openCard(vectors.wallet_id, fromHex(blob), { chainId });
    assert.deepEqual(
      [card.wallet, card.version, card.account, card.exchangeKey.toString(), card.kycSalt && toHex(card.kycSalt)],
      [vectors.wallet_id, version, vectors.account, vectors.exchange_key, kycSalt],
    );
    await assert.rejects(openCard(DOCTOR.walletId, fromHex(blob), { chainId }), BadDocument);
    await assert.rejects(openCard(vectors.wallet_id, fromHex(blob), { chainId, leastVersion: 3 }), BadDocument);
    await assert.rejects(openCard(vectors.wallet_id, fromHex(blob), { chainId: 1 }), WrongSigner);
  }
});

test('a card opens again, and every changed byte of it is refused', async () => {
  const blob = await sealCard(PATIENT, { kycSalt: PATIENT.salt('kyc'), version: 7, chainId: CHAIN_ID });
  const card = await openCard(PATIENT.walletId, blob, { chainId: CHAIN_ID, leastVersion: 7 });
  assert.deepEqual(card.kycSalt, PATIENT.salt('kyc'));
  assert.ok(card.exchangeKey.equals(PATIENT.exchange.publicKey));
  await fc.assert(
    fc.asyncProperty(fc.nat(blob.length - 1), fc.integer({ min: 1, max: 255 }), async (position, change) => {
      const changed = blob.slice();
      changed[position]! ^= change;
      await assert.rejects(openCard(PATIENT.walletId, changed, { chainId: CHAIN_ID }), KeysError);
    }),
    { numRuns: 50 },
  );
  for (const junk of [new Uint8Array(), new Uint8Array(5), new Uint8Array(28), new Uint8Array(MAX_CARD_LENGTH + 1)]) {
    await assert.rejects(openCard(PATIENT.walletId, junk, { chainId: CHAIN_ID }), BadDocument);
  }
});

function terms(keyset: Keyset): Parameters<typeof introduce>[1] {
  return {
    layer: 'profile',
    keyset,
    professional: DOCTOR.walletId,
    sections: ['allergies'],
    append: true,
    until: NOW + 86_400,
    salt: Uint8Array.from({ length: 32 }, (_, index) => index),
    chainId: CHAIN_ID,
  };
}

function facts(keyset: Keyset, layer = 'profile'): Parameters<SignedIntroduction['verify']>[0] {
  return {
    chainId: CHAIN_ID,
    slotKey: PATIENT.slot(layer).address,
    professional: DOCTOR.walletId,
    attestedKeyset: keyset.hash(),
    now: NOW,
  };
}
