import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import { type Address } from '../../src/core/addresses.ts';
import { toBase64 } from '../../src/core/base64.ts';
import { randomBytes } from '../../src/core/bytes.ts';
import type { Json, JsonObject } from '../../src/core/canonical.ts';
import { GrantKind, GrantOpening, grantId } from '../../src/core/contracts/messages.ts';
import { toHex } from '../../src/core/hex.ts';
import { sealCard, lookup } from '../../src/core/keys/directory.ts';
import type { WalletKeys } from '../../src/core/keys/derivation.ts';
import { WalletKeys as Keys } from '../../src/core/keys/derivation.ts';
import { Refusal } from '../../src/core/node/errors.ts';
import { StateStatement } from '../../src/core/node/messages.ts';
import { toJson } from '../../src/core/node/wire.ts';
import { decide, request } from '../../src/sdk/granting.ts';
import type { Context } from '../../src/sdk/context.ts';
import { ServerRefused } from '../../src/sdk/errors.ts';
import { show } from '../../src/sdk/grants.ts';
import { decline, propose, type Proposal } from '../../src/sdk/referring.ts';
import { Identity } from '../../src/sdk/transport.ts';
import type { Table } from '../../src/store/home.ts';
import { CHAIN_ID, DOCTOR, NOW, PATIENT } from '../support/wallets.ts';

const COLLEAGUE = new Keys(new Uint8Array(32).fill(7));
const STRANGER = new Keys(new Uint8Array(32).fill(8));
const RESULTS = 'profile/results';
const MENTAL = 'profile/mental-health';

/** The platform and the nodes of these tests: inboxes, one directory, and who is a professional. */
const world = { inboxes: new Map<string, Json[]>(), professionals: new Map<string, WalletKeys>() };
const homes = new Map<WalletKeys, Map<string, Table>>();

beforeEach(() => {
  world.inboxes.clear();
  homes.clear();
  world.professionals.clear();
  for (const keys of [DOCTOR, COLLEAGUE]) world.professionals.set(keys.walletId, keys);
});

const api = {
  async get(path: string, options: { readonly by?: Identity } = {}): Promise<Json> {
    if (path === '/messages') return { messages: world.inboxes.get(options.by!.address) ?? [], next: null };
    if (path.endsWith('/history')) return { records: [], grants: [], authors: [] };
    if (path === `/directory/${toHex(lookup(PATIENT.walletId))}`) {
      return { ciphertext: toBase64(await sealCard(PATIENT, { kycSalt: null, version: 1, chainId: CHAIN_ID })) };
    }
    throw new ServerRefused('not-found', 404, path);
  },
  async post(_: string, body: JsonObject, { by }: { readonly by: Identity }): Promise<Json> {
    const waiting = world.inboxes.get(body['to'] as string) ?? [];
    const id = `m${waiting.length}`;
    world.inboxes.set(body['to'] as string, [...waiting, { ...body, id, from: by.address, created: NOW }]);
    return { id };
  },
  async delete(path: string, _: unknown, { by }: { readonly by: Identity }): Promise<Json> {
    const left = (world.inboxes.get(by.address) ?? []).filter(
      (row) => !path.endsWith(String((row as JsonObject)['id'])),
    );
    world.inboxes.set(by.address, left);
    return null;
  },
};

const none = new Uint8Array(32);
const nodes = {
  async stateWitnessed(slot: Address): Promise<{ statement: StateStatement; words: [] }> {
    const documents = { keysetVersion: 0, keysetHash: none, keystoreVersion: 0, keystoreHash: none };
    const heads = { recordsHead: none, recordsCount: 0, grantsHead: none, grantsCount: 0 };
    const final = { finalHeight: 5, finalHash: none, finalTime: NOW, nodeSet: 1, nodeTime: NOW };
    const start = { chainId: BigInt(CHAIN_ID), slot, key: slot, preKey: new Uint8Array(33) };
    return { statement: StateStatement.make({ ...start, ...documents, ...heads, ...final }), words: [] };
  },
  async professionalWitnessed(wallet: Address) {
    const keys = world.professionals.get(wallet);
    if (keys === undefined) throw new Refusal('unknown-professional');
    const umbralKey = keys.exchange.publicKey.bytes;
    const statement = { wallet, signingKey: keys.wallet.address, umbralKey, authorised: true };
    return { statement, words: [] };
  },
};

/** The home of one person; `signer` signs in the place of its own wallet key. */
function at(keys: WalletKeys, signer = keys.wallet): Context {
  const tables = homes.get(keys) ?? new Map<string, Table>([['wallet', { professional: keys !== PATIENT }]]);
  homes.set(keys, tables);
  const context = {
    keys,
    api,
    nodes,
    meta: { chainId: CHAIN_ID },
    account: new Identity(keys.slot('account'), keys.slotId('account')),
    professional: new Identity(signer, keys.walletId),
    now: () => NOW,
    nodeSigner: () => () => undefined,
    table: async (name: string) => structuredClone(tables.get(name) ?? {}),
    changing: async <T>(name: string, change: (rows: Table) => T) => {
      const rows = tables.get(name) ?? {};
      tables.set(name, rows);
      return change(rows);
    },
  };
  return context as unknown as Context;
}

/** A grant of the patient to a professional, in both homes' memory. */
function give(keys: WalletKeys, ...sections: readonly string[]): void {
  const tags = sections.map((section) => [PATIENT.sectionTag('profile', section.split('/')[1]!), section] as const);
  const opening = GrantOpening.make({
    slot: PATIENT.slotId('profile'),
    grantee: keys.walletId,
    granteeKey: keys.exchange.publicKey.bytes,
    kind: GrantKind.sections,
    records: [],
    sections: tags.map(([tag]) => ({ tag, epoch: 1 })),
    purpose: 'care',
    expiry: NOW + 1000,
    nodeSet: 1,
    salt: randomBytes(32),
  });
  const row = { opening: toJson(GrantOpening, opening), layer: 'profile' };
  const names = Object.fromEntries(tags.map(([tag, section]) => [toHex(tag), section.split('/')[1]!]));
  void at(PATIENT).changing('given', (given) => (given[toHex(grantId(opening))] = row));
  void at(keys).changing(
    'received',
    (received) => (received[toHex(grantId(opening))] = { ...row, wallet: PATIENT.walletId, sections: names }),
  );
}

function proposal(...sections: readonly string[]): Proposal {
  const [wallet, colleague] = [PATIENT.walletId, COLLEAGUE.walletId];
  return { wallet, colleague, sections, reason: ' A second look ', append: false, purpose: 'care', until: NOW + 1000 };
}

test('the patient sees who proposes whom and why, and the answer comes back as one word', async () => {
  give(DOCTOR, RESULTS);
  await propose(at(DOCTOR), proposal(RESULTS));
  const [row] = (await show(at(PATIENT))).requests;
  assert.equal(row!.professional, DOCTOR.walletId);
  const referral = { colleague: COLLEAGUE.walletId, reason: 'A second look', written: NOW, beyond: [], signs: false };
  assert.deepEqual(row!.referral, referral);
  assert.equal((await show(at(DOCTOR))).referrals[0]!.state, 'waiting');
  await decline(at(PATIENT), row!.request);
  assert.deepEqual((await show(at(PATIENT))).requests, []);
  assert.equal((await show(at(DOCTOR))).referrals[0]!.state, 'declined');
});

test('nobody proposes more than she has, or a wallet that no institution answers for', async () => {
  give(DOCTOR, RESULTS);
  await assert.rejects(propose(at(DOCTOR), proposal(RESULTS, MENTAL)), { code: 'beyond-own-access' });
  world.professionals.delete(COLLEAGUE.walletId);
  await assert.rejects(propose(at(DOCTOR), proposal(RESULTS)), { code: 'unknown-professional' });
  assert.equal(world.inboxes.size, 0);
});

test('what the proposer has lost since is marked, and without any standing nothing is shown or granted', async () => {
  give(DOCTOR, RESULTS, MENTAL);
  await propose(at(DOCTOR), proposal(RESULTS, MENTAL));
  homes.get(PATIENT)?.delete('given');
  give(DOCTOR, RESULTS);
  const [row] = (await show(at(PATIENT))).requests;
  assert.deepEqual(row!.referral?.beyond, [MENTAL]);
  homes.get(PATIENT)?.delete('given');
  assert.deepEqual((await show(at(PATIENT))).requests, []);
  await assert.rejects(decide(at(PATIENT), row!.request, { sections: [RESULTS] }), { code: 'no-standing' });
});

test('a forged proposer is neither shown nor believed', async () => {
  give(DOCTOR, RESULTS);
  const { request } = await propose(at(DOCTOR, STRANGER.wallet), proposal(RESULTS));
  assert.deepEqual((await show(at(PATIENT))).requests, []);
  await assert.rejects(decide(at(PATIENT), request, {}), { code: 'wrong-signer' });
});

test('a referral that was answered does not come back', async () => {
  give(DOCTOR, RESULTS);
  const { request } = await propose(at(DOCTOR), proposal(RESULTS));
  const inbox = at(PATIENT).account.address;
  const kept = world.inboxes.get(inbox)!;
  await decline(at(PATIENT), request);
  world.inboxes.set(inbox, kept);
  assert.deepEqual((await show(at(PATIENT))).requests, []);
});

/** Ask the patient for adding results in the doctor's name; somebody else's keys name their own pseudonyms. */
async function ask(keys: WalletKeys): Promise<void> {
  const context = { ...at(keys), professional: new Identity(keys.wallet, DOCTOR.walletId) } as Context;
  await request(context, PATIENT.walletId, [RESULTS], { append: true, until: NOW + 1000 });
}

test('a pseudonym counts when the professional herself signed for it, and once the nodes say so', async () => {
  const named = async () => (await at(PATIENT).table('authors'))[DOCTOR.walletId];
  await ask(STRANGER);
  await show(at(PATIENT));
  assert.equal(await named(), undefined);

  world.professionals.delete(DOCTOR.walletId);
  await ask(DOCTOR);
  assert.equal((await show(at(PATIENT))).requests.length, 2);
  assert.equal(await named(), undefined);

  world.professionals.set(DOCTOR.walletId, DOCTOR);
  await show(at(PATIENT));
  await ask(STRANGER);
  await show(at(PATIENT));
  assert.deepEqual(await named(), { profile: DOCTOR.author(PATIENT.walletId, 'profile').address });
});
