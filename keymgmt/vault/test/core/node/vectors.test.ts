/** The vectors that this client and Python's share (tests/vectors/node): the same answers, the same outcome. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { utf8 } from '../../../src/core/bytes.ts';
import type { Json, JsonObject } from '../../../src/core/canonical.ts';
import * as contractMessages from '../../../src/core/contracts/messages.ts';
import { type Domain, digest, type Fields, hashStruct, sign, Struct, verify } from '../../../src/core/eip712.ts';
import { type Address, toAddress } from '../../../src/core/addresses.ts';
import { fromHex, toHex } from '../../../src/core/hex.ts';
import * as keyMessages from '../../../src/core/keys/messages.ts';
import { SigningKey } from '../../../src/core/keys/signing.ts';
import type { Fetch, NodeRef } from '../../../src/core/node/asking.ts';
import { keySigner, Nodes } from '../../../src/core/node/client.ts';
import { DepositContent } from '../../../src/core/node/deposit.ts';
import {
  Malformed,
  NodeError,
  NotEnoughNodes,
  RolledBack,
  StatementsDisagree,
  TeamNotAttested,
} from '../../../src/core/node/errors.ts';
import { joinedLooks } from '../../../src/core/node/log.ts';
import { verifyProof } from '../../../src/core/node/merkle.ts';
import * as nodeMessages from '../../../src/core/node/messages.ts';
import { institutionName, professionalName } from '../../../src/core/node/naming.ts';
import { believedTeam } from '../../../src/core/node/teams.ts';
import { fromJson, parseJson, toJson } from '../../../src/core/node/wire.ts';
import { initUmbral, PublicKey, Sealed, SecretKey, unsealReencrypted } from '../../../src/core/pre/index.ts';
import { loadVectors } from '../../support/vectors.ts';

interface MessageVectors {
  readonly chain_id: number;
  readonly key: string;
  readonly messages: readonly {
    readonly struct: string;
    readonly domain: { readonly name: string; readonly contract: string | null };
    readonly message: JsonObject;
    readonly type: string;
    readonly hash_struct: string;
    readonly digest: string;
    readonly signature: string;
  }[];
  readonly deposit: { readonly content: JsonObject; readonly hash: string };
  readonly request_hash: { readonly request: JsonObject; readonly hash: string };
}

interface WireVectors {
  readonly malformed: readonly { readonly name: string; readonly struct: string; readonly message: Json }[];
  readonly accepted: readonly {
    readonly name: string;
    readonly struct: string;
    readonly message: Json;
    readonly same_as: Json;
  }[];
  readonly bad_bodies: readonly { readonly name: string; readonly body: string }[];
  readonly good_bodies: readonly { readonly name: string; readonly body: string }[];
}

interface NamingVectors {
  readonly professionals: readonly {
    readonly name: string;
    readonly statement: Json;
    readonly row: Json;
    readonly believed: string | null;
  }[];
  readonly institutions: readonly {
    readonly name: string;
    readonly statement: Json;
    readonly told: string | null;
    readonly believed: string | null;
  }[];
}

interface MerkleVectors {
  readonly trees: readonly {
    readonly root: string;
    readonly proofs: readonly { readonly entry: string; readonly proof: readonly string[] }[];
  }[];
  readonly refused: readonly {
    readonly name: string;
    readonly entry: string;
    readonly proof: readonly string[];
    readonly root: string;
  }[];
}

type Answer = 'down' | { readonly status: number; readonly body: Json };

interface Conversation {
  readonly name: string;
  readonly call: 'state' | 'professional' | 'registration' | 'log' | 'fragments';
  readonly arguments: JsonObject;
  readonly answers: Readonly<Record<string, readonly Answer[]>>;
  readonly result?: Json;
  readonly error?: JsonObject;
}

interface TeamVectors {
  readonly cases: readonly {
    readonly name: string;
    readonly state: JsonObject;
    readonly row: Json;
    readonly professionals: Readonly<Record<string, JsonObject | null>>;
    readonly team?: string;
    readonly version?: number;
    readonly believed?: readonly { readonly wallet: string; readonly standing: string }[];
    readonly error?: string;
  }[];
}

interface AskingVectors {
  readonly chain_id: number;
  readonly threshold: number;
  readonly now: number;
  readonly key: string;
  readonly nodes: readonly { readonly address: string; readonly url: string; readonly exchange_key: string }[];
  readonly cases: readonly Conversation[];
}

const MESSAGES = await loadVectors<MessageVectors>('node/messages');
const WIRE = await loadVectors<WireVectors>('node/wire');
const MERKLE = await loadVectors<MerkleVectors>('node/merkle');
const ASKING = await loadVectors<AskingVectors>('node/asking');
const NAMING = await loadVectors<NamingVectors>('node/naming');
const TEAMS = await loadVectors<TeamVectors>('node/teams');

await initUmbral();

const STRUCTS = new Map(
  [nodeMessages, contractMessages, keyMessages]
    .flatMap((module) => Object.values<unknown>(module))
    .filter((value): value is Struct<Fields> => value instanceof Struct)
    .map((type) => [type.name, type] as const),
);

function structNamed(name: string): Struct<Fields> {
  const found = STRUCTS.get(name);
  assert.ok(found !== undefined, `there is no ${name}`);
  return found;
}

for (const vector of TEAMS.cases) {
  test(`a care team: ${vector.name}`, () => {
    const state = fromJson(nodeMessages.StateStatement, vector.state);
    const told = new Map(
      Object.entries(vector.professionals).map(([wallet, one]) => [
        wallet as Address,
        one === null ? null : fromJson(nodeMessages.ProfessionalStatement, one),
      ]),
    );
    if (vector.error !== undefined) {
      assert.throws(
        () => believedTeam(state, vector.row, told),
        (error) => error instanceof TeamNotAttested && error.reason === vector.error,
      );
      return;
    }
    const team = believedTeam(state, vector.row, told);
    assert.deepEqual([team.name, team.version], [vector.team, vector.version]);
    assert.deepEqual(
      team.members.map(({ wallet, standing }) => ({ wallet, standing })),
      vector.believed,
    );
  });
}

for (const vector of MESSAGES.messages) {
  test(`the message ${vector.struct}`, () => {
    const type = structNamed(vector.struct);
    const message = fromJson(type, vector.message);
    const { name, contract } = vector.domain;
    const plain: Domain = { name, version: '1', chainId: MESSAGES.chain_id };
    const domain = contract === null ? plain : { ...plain, verifyingContract: contract };
    assert.deepEqual(toJson(type, message), vector.message);
    assert.equal(type.type, vector.type);
    assert.equal(toHex(hashStruct(type, message)), vector.hash_struct);
    assert.equal(toHex(digest(domain, type, message)), vector.digest);
    assert.equal(toHex(sign(domain, type, message, fromHex(MESSAGES.key))), vector.signature);
  });
}

test('the hash of a deposit and of a request', () => {
  const content = DepositContent.fromJson(MESSAGES.deposit.content);
  assert.equal(toHex(content.hash), MESSAGES.deposit.hash);
  assert.deepEqual(content.toJson(), MESSAGES.deposit.content);
  const request = fromJson(nodeMessages.AccessRequest, MESSAGES.request_hash.request);
  assert.equal(toHex(nodeMessages.requestHash(request)), MESSAGES.request_hash.hash);
});

test('what is no message, and what means the same', () => {
  for (const { name, struct, message } of WIRE.malformed) {
    assert.throws(() => fromJson(structNamed(struct), message), Malformed, name);
  }
  for (const { name, struct, message, same_as: same } of WIRE.accepted) {
    const type = structNamed(struct);
    assert.deepEqual(toJson(type, fromJson(type, message)), same, name);
  }
});

test('a professional’s name is believed if the attested institution signed it', () => {
  for (const { name, statement, row, believed } of NAMING.professionals) {
    const stated = fromJson(nodeMessages.ProfessionalStatement, statement);
    assert.equal(professionalName(stated, row), believed, name);
  }
});

test('an institution’s name is believed if it was admitted under it', () => {
  for (const { name, statement, told, believed } of NAMING.institutions) {
    const stated = fromJson(nodeMessages.ProfessionalStatement, statement);
    assert.equal(institutionName(stated, told), believed, name);
  }
});

test('bodies', () => {
  for (const { name, body } of WIRE.bad_bodies) assert.throws(() => parseJson(utf8(body)), Malformed, name);
  for (const { name, body } of WIRE.good_bodies) assert.deepEqual(parseJson(utf8(body)), JSON.parse(body), name);
});

test('Merkle proofs', () => {
  for (const { root, proofs } of MERKLE.trees) {
    for (const { entry, proof } of proofs) assert.ok(verifyProof(fromHex(entry), bytesOf(proof), fromHex(root)));
  }
  for (const { name, entry, proof, root } of MERKLE.refused) {
    assert.equal(verifyProof(fromHex(entry), bytesOf(proof), fromHex(root)), false, name);
  }
});

function bytesOf(steps: readonly string[]): Uint8Array[] {
  return steps.map((step) => fromHex(step));
}

// ---- asking ---------------------------------------------------------------------------------------------------------

const NODES: readonly NodeRef[] = ASKING.nodes.map((node) => ({
  address: toAddress(node.address),
  url: node.url,
  exchangeKey: fromHex(node.exchange_key),
}));
const KEY = new SigningKey(fromHex(ASKING.key));
const signer = keySigner(KEY, ASKING.chain_id);

for (const vector of ASKING.cases) {
  test(`${vector.call}: ${vector.name}`, async () => {
    const nonce = vector.arguments['nonce'];
    const nodes = new Nodes({
      nodes: NODES,
      threshold: ASKING.threshold,
      chainId: ASKING.chain_id,
      fetch: answering(vector.answers),
      clock: () => ASKING.now,
      ...(typeof nonce === 'string' ? { random: () => fromHex(nonce) } : {}),
    });
    assert.deepEqual(await outcomeOf(nodes, vector), {
      ...('result' in vector ? { result: vector.result } : {}),
      ...('error' in vector ? { error: vector.error } : {}),
    });
  });
}

async function outcomeOf(nodes: Nodes, { call, arguments: given, error: wanted }: Conversation): Promise<unknown> {
  try {
    return { result: await CALLS[call](nodes, given) };
  } catch (error) {
    if (!(error instanceof NodeError)) throw error;
    return { error: shown(error, wanted ?? {}) };
  }
}

/** Five nodes that give the answers of a vector in turn, the last one for ever. */
function answering(answers: Conversation['answers']): Fetch {
  const asked = new Map<string, number>();
  return async (input) => {
    const node = NODES.find(({ url }) => input.startsWith(`${url}/v1/`));
    assert.ok(node !== undefined, input);
    const mine = answers[node.address] ?? [];
    const turn = asked.get(node.address) ?? 0;
    asked.set(node.address, turn + 1);
    const answer = mine[Math.min(turn, mine.length - 1)];
    if (answer === undefined || answer === 'down') throw new TypeError('down');
    return new Response(JSON.stringify(answer.body), { status: answer.status });
  };
}

const CALLS: Readonly<Record<Conversation['call'], (nodes: Nodes, given: JsonObject) => Promise<Json>>> = {
  state: async (nodes, given) => {
    const seen = given['seen'] as JsonObject | null;
    const statement = await nodes.state(String(given['slot']), {
      signer,
      seen:
        seen === null
          ? undefined
          : {
              finalHeight: Number(seen['final_height']),
              keysetVersion: Number(seen['keyset_version']),
              keystoreVersion: Number(seen['keystore_version']),
              recordsCount: Number(seen['records_count']),
              grantsCount: Number(seen['grants_count']),
            },
    });
    return toJson(nodeMessages.StateStatement, statement);
  },
  professional: async (nodes, given) => {
    const statement = await nodes.professional(String(given['wallet']), { signer });
    return toJson(nodeMessages.ProfessionalStatement, statement);
  },
  registration: async (nodes, given) => {
    const [wallet, slot] = [String(given['wallet']), String(given['slot'])];
    const record = fromHex(String(given['record']));
    const { statement, words } = await nodes.registrationWitnessed({ wallet, slot, record }, { signer });
    const domain: Domain = { name: 'medixain', version: '1', chainId: ASKING.chain_id };
    for (const { node, statement: said, signature } of words) {
      verify(domain, nodeMessages.RegistrationStatement, said, signature, node);
    }
    return toJson(nodeMessages.RegistrationStatement, statement);
  },
  log: async (nodes, given) => {
    const { answers, failed } = await nodes.log(String(given['slot']), { signer });
    const all = [...answers.values()].flat();
    const domain: Domain = { name: 'medixain', version: '1', chainId: ASKING.chain_id };
    for (const { request, signature } of all) {
      verify(domain, nodeMessages.AccessRequest, request, signature, KEY.address);
    }
    return {
      entries: Object.fromEntries([...answers].map(([node, entries]) => [node, entries.length])),
      failed: Object.fromEntries([...failed].map(([node, error]) => [node, error.code])),
      looks: joinedLooks(all).map((look) => ({
        request_hash: toHex(look[0]!.entry.requestHash),
        nodes: look.map(placeOf).sort(),
        time: Math.min(...look.map(({ entry }) => entry.time)),
        rooted: look
          .filter(({ root }) => root?.index === 4)
          .map(placeOf)
          .sort(),
      })),
    };
  },
  fragments: async (nodes, given) => {
    const [sealed, verifying, delegating, reader] = ['sealed', 'verifying', 'delegating', 'reader'].map((name) =>
      fromHex(String(given[name])),
    );
    const box = Sealed.parse(sealed!);
    const secret = new SecretKey(reader!);
    const from = new PublicKey(delegating!);
    const found = await nodes.fragments({
      record: fromHex(String(given['record'])),
      grant: fromHex(String(given['grant'])),
      requester: String(given['requester']),
      signer,
      delegation: {
        capsule: box.capsule,
        verifying: new PublicKey(verifying!),
        delegating: from,
        receiving: secret.publicKey,
      },
    });
    assert.equal(found.givenBy.length, ASKING.threshold);
    return {
      plaintext: toHex(unsealReencrypted(secret, from, box, found.cfrags)),
      request_hash: toHex(found.requestHash),
    };
  },
};

function placeOf({ node }: { readonly node: string }): number {
  return NODES.findIndex(({ address }) => address === node);
}

/** What a vector says of an error, of this one. */
function shown(error: NodeError, wanted: JsonObject): JsonObject {
  if (error instanceof StatementsDisagree) return { code: error.code, largest: error.largest, need: error.need };
  if (error instanceof RolledBack) {
    return { code: error.code, field: error.field, seen: error.seen, told: error.told };
  }
  if (!(error instanceof NotEnoughNodes)) return { code: error.code };
  const counts = { code: error.code, have: error.have, need: error.need };
  const causes = wanted['cause'];
  if (causes === undefined) return counts;
  const named = Object.keys(causes as JsonObject).map((node) => [node, error.causes.get(node)?.code ?? null] as const);
  return { ...counts, cause: Object.fromEntries(named) };
}
