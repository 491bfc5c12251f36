import assert from 'node:assert/strict';
import { test } from 'node:test';

import { toBase64 } from '../../../src/core/base64.ts';
import type { Json, JsonObject } from '../../../src/core/canonical.ts';
import { cidToText, Header } from '../../../src/core/container/index.ts';
import { GrantKind, GrantOpening } from '../../../src/core/contracts/messages.ts';
import { toHex } from '../../../src/core/hex.ts';
import { NoGrant } from '../../../src/core/node/errors.ts';
import { toJson } from '../../../src/core/node/wire.ts';
import type { Context } from '../../../src/sdk/context.ts';
import { ServerRefused } from '../../../src/sdk/errors.ts';
import { reviewPatient } from '../../../src/sdk/practice/review.ts';
import { showProfile } from '../../../src/sdk/profile.ts';
import { Opened } from '../../../src/sdk/reading.ts';
import { StoredRecord } from '../../../src/sdk/stored.ts';
import { Identity } from '../../../src/sdk/transport.ts';
import { CHAIN_ID, DOCTOR, NOW, PATIENT } from '../../support/wallets.ts';

const slot = PATIENT.slotId('profile');
const bytes = (size: number): Uint8Array<ArrayBuffer> => new Uint8Array(size).fill(7);

const header = new Header({
  chainId: CHAIN_ID,
  slot,
  author: slot,
  layer: 2,
  recordPublicKey: PATIENT.exchange.publicKey,
  keyCommitment: bytes(32),
  created: NOW,
  random: bytes(16),
});
const row: JsonObject = {
  id: toHex(header.recordId),
  slot,
  header: toHex(header.encode()),
  cid: cidToText(Uint8Array.from([1, 0x55, 0x12, 0x20, ...bytes(32)])),
  size: 300,
  kc: toBase64(bytes(98)),
  envelope: { section: toHex(bytes(16)), epoch: 1, blob: toBase64(bytes(98)), signature: toHex(bytes(65)) },
  provenance: null,
  statement_signature: toHex(bytes(65)),
  state: 'final',
  created: NOW,
  transaction: '1',
};
const stored = StoredRecord.parse(row);
const opening = GrantOpening.make({
  slot,
  grantee: DOCTOR.walletId,
  granteeKey: DOCTOR.exchange.publicKey.bytes,
  kind: GrantKind.records,
  records: [stored.id],
  sections: [],
  purpose: 'care',
  expiry: NOW + 1000,
  nodeSet: 1,
  salt: bytes(32),
});

/** A doctor who was given one record of the patient's profile layer; nodes and store refuse, and count who asks. */
function doctor(): { readonly context: Context; readonly asked: { nodes: number; store: number } } {
  const asked = { nodes: 0, store: 0 };
  const received = {
    '0x1': { opening: toJson(GrantOpening, opening), wallet: PATIENT.walletId, layer: 'profile', sections: {} },
  };
  const answers = async (path: string): Promise<Json> => {
    if (path === '/messages') return { messages: [], next: null };
    return path === '/records' ? { records: [row], next: null } : row;
  };
  const context = {
    keys: DOCTOR,
    now: () => NOW,
    account: new Identity(DOCTOR.slot('account'), DOCTOR.slotId('account')),
    professional: new Identity(DOCTOR.wallet, DOCTOR.walletId),
    nodeSigner: () => null,
    table: async (name: string) => (name === 'received' ? received : {}),
    api: {
      get: answers,
      download: () => {
        asked.store++;
        throw new ServerRefused('gone', 404, 'Gone.');
      },
    },
    nodes: {
      stateWitnessed: async () => {
        asked.nodes++;
        throw new NoGrant();
      },
    },
  } as unknown as Context;
  return { context, asked };
}

test('a record that does not open is asked for once and named once', async () => {
  const { context, asked } = doctor();
  const { leftOut } = await reviewPatient(context, PATIENT.walletId);
  assert.deepEqual(leftOut, [{ record: stored.name, reason: 'no-grant' }]);
  assert.equal(asked.nodes, 1);
});

test('the profile looks into what was opened already without asking the nodes again', async () => {
  const { context, asked } = doctor();
  const tried = new Map([[stored.name, new Opened(stored, bytes(32), context.professional)]]);
  const { unreadable } = await showProfile(context, PATIENT.walletId, tried);
  assert.deepEqual(unreadable, [stored.name]);
  assert.deepEqual(asked, { nodes: 0, store: 1 });
  // Without it, the nodes are asked.
  await showProfile(context, PATIENT.walletId);
  assert.equal(asked.nodes, 1);
});
