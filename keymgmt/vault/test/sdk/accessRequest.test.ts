import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { JsonObject } from '../../src/core/canonical.ts';
import { MedixainError } from '../../src/core/errors.ts';
import { fromHex } from '../../src/core/hex.ts';
import { SigningKey } from '../../src/core/keys/signing.ts';
import { SignatureError } from '../../src/core/secp256k1.ts';
import {
  parseLetter,
  parseRequest,
  signLetter,
  signRequest,
  signedText,
  verifyRequest,
} from '../../src/sdk/accessRequest.ts';
import { loadVectors } from '../support/vectors.ts';

interface Judged {
  readonly document: JsonObject;
  readonly accepted: boolean;
}

interface Vectors {
  readonly key: string;
  readonly signed: readonly {
    readonly title: string;
    readonly document: JsonObject;
    readonly text: string;
    readonly signature: string;
  }[];
  readonly letters: readonly Judged[];
  readonly requests: readonly Judged[];
  readonly forged: readonly JsonObject[];
}

const VECTORS = await loadVectors<Vectors>('referral/referral');
const key = new SigningKey(fromHex(VECTORS.key));
const parsed = (document: JsonObject) => parseRequest(document, { id: '1', received: 1 });

test('the same words are signed as in Python', () => {
  for (const { title, document, text, signature } of VECTORS.signed) {
    assert.equal(signedText(title, document), text);
    const sign = title === 'medixain-referral-letter' ? signLetter : signRequest;
    assert.equal(sign(document, key)['signature'], signature);
  }
});

test('documents are letters or not as in Python', () => {
  for (const { document, accepted } of VECTORS.letters) {
    if (accepted) assert.equal(parseLetter(document).reason, document['reason']);
    else assert.throws(() => parseLetter(document), MedixainError, JSON.stringify(document));
  }
});

test('documents are requests or not as in Python', () => {
  for (const { document, accepted } of VECTORS.requests) {
    if (!accepted) assert.throws(() => parsed(document), MedixainError, JSON.stringify(document));
    else verifyRequest(parsed(document), key.address);
  }
});

test('whatever is changed after signing shows', () => {
  for (const document of VECTORS.forged) {
    assert.throws(() => verifyRequest(parsed(document), key.address), SignatureError, JSON.stringify(document));
  }
});

test('a referral is for the colleague whom its letter names, and names no pseudonyms', () => {
  const [own, referral] = VECTORS.requests.filter(({ accepted }) => accepted).map(({ document }) => parsed(document));
  assert.deepEqual([own!.grantee, own!.letter, own!.nonce], [own!.professional, null, '']);
  assert.equal(referral!.grantee, referral!.letter!.colleague);
  assert.notEqual(referral!.grantee, referral!.professional);
  assert.deepEqual(referral!.authors, {});
});
