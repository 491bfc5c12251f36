import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Address } from '../../src/core/addresses.ts';
import { fromUtf8 } from '../../src/core/bytes.ts';
import type { Json, JsonObject } from '../../src/core/canonical.ts';
import { contractDomain, hashStruct, offChainDomain } from '../../src/core/eip712.ts';
import { toHex } from '../../src/core/hex.ts';
import { firstKeyset } from '../../src/core/keys/keyset.ts';
import { CareTeam } from '../../src/core/keys/messages.ts';
import { SigningKey } from '../../src/core/keys/signing.ts';
import { Refusal } from '../../src/core/node/errors.ts';
import { ProfessionalStatement, StateStatement } from '../../src/core/node/messages.ts';
import { toJson } from '../../src/core/node/wire.ts';
import type { Context } from '../../src/sdk/context.ts';
import { givenGrants } from '../../src/sdk/grants.ts';
import { Identity } from '../../src/sdk/transport.ts';
import { grantTeam, prepareTeam, settleTeams } from '../../src/sdk/teamGrants.ts';
import { believed, showTeam } from '../../src/sdk/teams.ts';
import type { AgreedMember, TeamWish } from '../../src/ui/api.ts';
import { CHAIN_ID, DOCTOR, NOW, PATIENT } from '../support/wallets.ts';

const NONE = new Uint8Array(32);
const OFF_CHAIN = offChainDomain(CHAIN_ID);
const NODES = ['0xa', '0xb', '0xc'];

/** An institution, its team as it stands on the chain, four professionals, and what the platform says of it. */
class World {
  readonly house = SigningKey.random();
  readonly slot = SigningKey.random().address;
  readonly wallets = Array.from({ length: 4 }, () => SigningKey.random().address).sort((left, right) =>
    left.toLowerCase() < right.toLowerCase() ? -1 : 1,
  );
  readonly professionals = new Map<string, ProfessionalStatement>();
  readonly tables: Record<string, JsonObject> = {};
  /** The grantees of the grants that were handed in. */
  readonly given: string[] = [];
  /** The rights to add that were handed in, as the chain's events tell them. */
  readonly rights: JsonObject[] = [];
  /** What the platform does when a grant is handed in. */
  relay: () => void = () => undefined;
  version = 0;
  hash = NONE;
  row: Json = null;

  constructor() {
    for (const wallet of this.wallets) this.professionals.set(wallet, this.professional(wallet));
    this.publish(this.team({}));
    const keyset = fromUtf8(firstKeyset(PATIENT, 'profile').encode());
    this.tables['keysets'] = { profile: keyset };
  }

  professional(wallet: Address, changes: Partial<ProfessionalStatement> = {}): ProfessionalStatement {
    const { address: institution } = this.house;
    return ProfessionalStatement.make({
      chainId: BigInt(CHAIN_ID),
      wallet,
      signingKey: wallet,
      umbralKey: DOCTOR.exchange.publicKey.bytes,
      institution,
      institutionKey: institution,
      institutionProfile: NONE,
      level: 3,
      authorised: true,
      finalHeight: 1,
      finalHash: NONE,
      nodeTime: NOW,
      ...changes,
    });
  }

  team(changes: Partial<CareTeam>): CareTeam {
    const members = this.wallets.slice(0, 3);
    const { address: institution } = this.house;
    const salt = crypto.getRandomValues(new Uint8Array(32));
    return CareTeam.make({ team: this.slot, institution, name: 'Ward 3', members, version: 1, salt, ...changes });
  }

  /** Puts a version on the chain, and lets an honest platform serve it. */
  publish(message: CareTeam): void {
    this.version = message.version;
    this.hash = hashStruct(CareTeam, message);
    this.row = this.served(message);
  }

  served(message: CareTeam, by = this.house): Json {
    return { document: toJson(CareTeam, message), signature: toHex(by.sign(OFF_CHAIN, CareTeam, message)) };
  }

  state(slot: Address): StateStatement {
    const own = slot === this.slot;
    return StateStatement.make({
      chainId: BigInt(CHAIN_ID),
      slot,
      key: slot,
      preKey: new Uint8Array(33),
      keysetVersion: own ? this.version : 1,
      keysetHash: own ? this.hash : NONE,
      keystoreVersion: 0,
      keystoreHash: NONE,
      recordsHead: NONE,
      recordsCount: 0,
      grantsHead: NONE,
      grantsCount: 0,
      finalHeight: 10 + this.version,
      finalHash: NONE,
      finalTime: NOW,
      nodeTime: NOW,
      nodeSet: 1,
    });
  }

  context(): Context {
    const account = new Identity(PATIENT.slot('account'), PATIENT.slotId('account'));
    const table = async (name: string): Promise<JsonObject> => structuredClone(this.tables[name] ?? {});
    return {
      keys: PATIENT,
      account,
      device: SigningKey.random(),
      offChain: OFF_CHAIN,
      now: () => NOW,
      contractDomain: (name: string) => contractDomain(name, CHAIN_ID, account.address),
      nodeSigner: () => () => undefined,
      table,
      changing: async (name: string, change: (table: JsonObject) => void) => change((this.tables[name] ??= {})),
      meta: {
        chainId: CHAIN_ID,
        institutionName: () => null,
        nodeSet: {
          version: 1,
          threshold: 2,
          nodes: NODES.map((address) => ({ address })),
          named: (found: Iterable<string>) => [...found].sort(),
        },
      },
      nodes: {
        stateWitnessed: async (slot: Address) => ({ statement: this.state(slot), words: [] }),
        deposit: async () => ({ taken: NODES, failed: new Map(), sealed: new Map() }),
        professionalWitnessed: async (wallet: string) => {
          const statement = this.professionals.get(wallet);
          if (statement === undefined) throw new Refusal('unknown-professional');
          return { statement, words: NODES.map((node) => ({ node })) };
        },
      },
      api: {
        pause: async () => undefined,
        get: async (path: string) => this.answer(path),
        post: async (path: string, body: JsonObject) => {
          if (path === '/transactions') this.relay();
          if (body['function'] === 'setAuthor') this.rights.push(body['message'] as JsonObject);
          if (path === '/messages' && body['kind'] === 'grant') this.given.push(String(body['to']));
          return { id: '1', state: 'received' };
        },
      },
    } as unknown as Context;
  }

  answer(path: string): Json {
    if (path === `/teams/${this.slot}`) return this.row;
    if (path === '/messages') return { messages: [], next: null };
    if (path.endsWith('/history')) return { records: [], grants: [], authors: this.rights };
    if (path === '/records') return { records: [], next: null };
    return {};
  }

  wish(changes: Partial<TeamWish> = {}): TeamWish {
    const choice = { records: [], sections: ['profile/results'], append: false, purpose: 'care', expiry: NOW + 1000 };
    return { team: this.slot, ...choice, ...changes };
  }

  /** A professional's request has named a pseudonym in these layers; returns the pseudonym. */
  asks(wallet: Address, ...layers: string[]): Address {
    const pseudonym = SigningKey.random().address;
    const named = Object.fromEntries(layers.map((layer) => [layer, pseudonym]));
    this.tables['authors'] = { ...this.tables['authors'], [wallet]: named };
    return pseudonym;
  }

  /** Whose right to add was handed in, and until when. */
  get added(): (readonly [author: Json, until: Json])[] {
    return this.rights.map(({ author, until }) => [author!, until!]);
  }
}

const RECEIVED = { wait: 'received' } as const;

/** Members whom the sheet named, as readers. */
const readers = (wallets: readonly Address[]): AgreedMember[] => wallets.map((wallet) => ({ wallet, append: false }));

/** What the sheet says now, and what signing it does. */
async function share(world: World, context: Context, changes: Partial<TeamWish> = {}) {
  const wish = world.wish(changes);
  const prepared = await prepareTeam(context, wish);
  const agreed = prepared.shares.map(({ person, grants }) => ({
    wallet: person.address,
    append: grants.some(({ append }) => append.length > 0),
  }));
  return { prepared, agreed, granted: await grantTeam(context, wish, agreed, RECEIVED) };
}

async function refused(world: World, context: Context, code: string): Promise<void> {
  await assert.rejects(prepareTeam(context, world.wish()), { code });
  await assert.rejects(grantTeam(context, world.wish(), readers(world.wallets), RECEIVED), { code });
  assert.deepEqual(world.given, []);
}

test('a member added by the platform is refused, whoever signs', async () => {
  const world = new World();
  const message = world.team({ members: world.wallets });
  for (const row of [
    world.served(message, SigningKey.random()),
    { ...(world.row as JsonObject), document: toJson(CareTeam, message) },
  ]) {
    world.row = row;
    await refused(world, world.context(), 'team-not-attested');
  }
});

test('an older version is refused, also with nodes that go back with it', async () => {
  const world = new World();
  const context = world.context();
  const [row, { version, hash }] = [world.row, world];
  world.publish(world.team({ version: 2, members: world.wallets.slice(0, 1) }));
  assert.equal((await believed(context, world.slot)).members.length, 1);
  world.row = row;
  await refused(world, context, 'team-not-attested');
  Object.assign(world, { version, hash });
  await refused(world, context, 'rollback');
});

test('a team signed by another institution, or another institution’s team of these people, is refused', async () => {
  const world = new World();
  const other = SigningKey.random();
  const message = world.team({ members: world.wallets });
  world.publish(message);
  world.row = world.served(message, other);
  await refused(world, world.context(), 'team-not-attested');
  const foreign = world.team({ institution: other.address, version: 2 });
  world.publish(foreign);
  world.row = world.served(foreign, other);
  await refused(world, world.context(), 'team-not-attested');
});

test('each member who is authorised is given it once, a suspended one is left out and named', async () => {
  const world = new World();
  const context = world.context();
  const [first, second, third] = world.wallets as [Address, Address, Address];
  world.professionals.set(second, world.professional(second, { authorised: false }));
  const prepared = await prepareTeam(context, world.wish());
  assert.deepEqual(
    prepared.shares.map(({ person }) => person.address),
    [first, third],
  );
  const granted = await grantTeam(context, world.wish(), readers(world.wallets.slice(0, 3)), RECEIVED);
  assert.deepEqual(world.given, [first, third]);
  assert.deepEqual(granted.leftOut, [{ wallet: second, standing: 'suspended' }]);
  assert.deepEqual(
    (await showTeam(context, world.slot)).members.map(({ standing, shared }) => [standing, shared]),
    [
      ['authorised', true],
      ['suspended', false],
      ['authorised', true],
    ],
  );
  const again = await prepareTeam(context, world.wish());
  assert.deepEqual([again.shares.length, again.have.length], [0, 2]);
  await grantTeam(context, world.wish(), readers([first, third]), RECEIVED);
  assert.deepEqual(world.given, [first, third]);
});

test('who joins waits for another yes, also when an interrupted act is finished', async () => {
  const world = new World();
  const context = world.context();
  const agreed = world.wallets.slice(0, 3);
  world.relay = () => {
    if (world.given.length === 1) throw new Refusal('node-fault');
  };
  await assert.rejects(grantTeam(context, world.wish(), readers(agreed), RECEIVED));
  assert.equal(world.given.length, 1);
  world.relay = () => undefined;
  world.publish(world.team({ version: 2, members: world.wallets }));
  await settleTeams(context);
  assert.deepEqual(world.given, agreed);
  assert.deepEqual((await showTeam(context, world.slot)).joined, [world.wallets[3]]);
  // The sheet that a person sees now names the one who joined, and nobody else is given anything by it.
  const { shares } = await prepareTeam(context, world.wish());
  assert.deepEqual(
    shares.map(({ person }) => person.address),
    [world.wallets[3]],
  );
});

test('whom the sheet did not name is given nothing', async () => {
  const world = new World();
  await grantTeam(world.context(), world.wish(), readers(world.wallets.slice(0, 1)), RECEIVED);
  assert.deepEqual(world.given, world.wallets.slice(0, 1));
});

test('whom the owner stopped sharing with stays left out while the others go on, and has not joined', async () => {
  const world = new World();
  const context = world.context();
  const [first, second, third] = world.wallets as [Address, Address, Address];
  await grantTeam(context, world.wish(), readers([first, second, third]), RECEIVED);
  const stopped = (await givenGrants(context)).filter(({ opening }) => opening.grantee === second);
  world.tables['withdrawing'] = Object.fromEntries(stopped.map(({ name }) => [name, 1]));
  const { members, joined } = await showTeam(context, world.slot);
  assert.deepEqual(
    members.map((member) => [member.address, member.shared, member.stopped]),
    [
      [first, true, false],
      [second, false, true],
      [third, true, false],
    ],
  );
  assert.deepEqual(joined, []);
  assert.deepEqual((await prepareTeam(context, world.wish())).shares, []);
});

test('the right to add goes to members who asked for these layers, and the others are named', async () => {
  const world = new World();
  const context = world.context();
  const [first, second, third] = world.wallets as [Address, Address, Address];
  const pen = world.asks(first, 'profile', 'activity');
  world.asks(second, 'activity');
  const { prepared, agreed, granted } = await share(world, context, { append: true });
  assert.deepEqual(
    agreed.map(({ append }) => append),
    [true, false, false],
  );
  assert.deepEqual(
    prepared.mustAsk.map(({ address }) => address),
    [second, third],
  );
  assert.deepEqual(
    prepared.team.members.map(({ signs }) => signs),
    [['activity', 'profile'], ['activity'], []],
  );
  assert.deepEqual(world.given, [first, second, third]);
  assert.deepEqual(world.added, [[pen, NOW + 1000]]);
  assert.deepEqual([granted.mayAppend, granted.mustAsk], [[first], [second, third]]);
});

test('sharing for reading gives nobody the right to add', async () => {
  const world = new World();
  world.asks(world.wallets[0]!, 'profile');
  const { prepared, granted } = await share(world, world.context());
  assert.deepEqual(world.added, []);
  assert.deepEqual([prepared.mustAsk, granted.mayAppend, granted.mustAsk], [[], [], []]);
});

test('who reads already and asks later is given the right by sharing again, once', async () => {
  const world = new World();
  const context = world.context();
  const [first, second, third] = world.wallets as [Address, Address, Address];
  await share(world, context);
  const before = await share(world, context, { append: true });
  assert.deepEqual([before.prepared.shares.length, before.prepared.mustAsk.length], [0, 3]);
  const pen = world.asks(first, 'profile');
  const { agreed, granted } = await share(world, context, { append: true });
  assert.deepEqual(agreed, [{ wallet: first, append: true }]);
  assert.deepEqual([granted.mayAppend, granted.mustAsk], [[first], [second, third]]);
  const again = await share(world, context, { append: true });
  assert.deepEqual([again.prepared.shares, again.granted.mayAppend], [[], [first]]);
  assert.deepEqual(world.added, [[pen, NOW + 1000]]);
});

test('a right that the platform hides is given once more, and so is one that was taken away', async () => {
  const world = new World();
  const context = world.context();
  const pen = world.asks(world.wallets[0]!, 'profile');
  await share(world, context, { append: true });
  const [right] = world.rights.splice(0);
  assert.equal((await share(world, context, { append: true })).agreed.length, 1);
  world.rights.push({ ...right, until: 0 });
  assert.equal((await share(world, context, { append: true })).agreed.length, 1);
  assert.deepEqual(world.added.at(-1), [pen, NOW + 1000]);
});

test('who asks between the sheet and the signature only reads, as the sheet said', async () => {
  const world = new World();
  const context = world.context();
  const wish = world.wish({ append: true });
  world.asks(world.wallets[0]!, 'profile');
  const granted = await grantTeam(context, wish, readers(world.wallets.slice(0, 1)), RECEIVED);
  assert.deepEqual([world.given, world.added], [world.wallets.slice(0, 1), []]);
  assert.deepEqual([granted.mayAppend, granted.mustAsk], [[], world.wallets.slice(0, 1)]);
});

test('an interrupted act still carries the right to add, for those only whom the sheet named', async () => {
  const world = new World();
  const context = world.context();
  const [first, second, third] = world.wallets as [Address, Address, Address];
  const pen = world.asks(second, 'profile');
  world.relay = () => {
    if (world.given.length === 1) throw new Refusal('node-fault');
  };
  await assert.rejects(share(world, context, { append: true }));
  world.relay = () => undefined;
  world.asks(third, 'profile');
  await settleTeams(context);
  assert.deepEqual([world.given, world.added], [[first, second, third], [[pen, NOW + 1000]]]);
});

test('an act that was interrupted before teams could add is finished for reading', async () => {
  const world = new World();
  const [first] = world.wallets as [Address];
  const row = { records: [], sections: ['profile/results'], purpose: 'care', expiry: NOW + 1000, waiting: [first] };
  world.tables['teaming'] = { [world.slot]: row };
  world.asks(first, 'profile');
  await settleTeams(world.context());
  assert.deepEqual([world.given, world.added], [[first], []]);
});

test('records are added to sections, not to records', async () => {
  const world = new World();
  const wish = world.wish({ sections: [], records: [`0x${'11'.repeat(32)}`], append: true });
  await assert.rejects(grantTeam(world.context(), wish, readers(world.wallets), RECEIVED), { code: 'invalid-input' });
  assert.deepEqual(world.given, []);
});
