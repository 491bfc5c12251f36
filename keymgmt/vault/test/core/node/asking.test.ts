/** Several nodes asked at once when some are slow, hang, are down or lie, and when the trouble is the caller's own. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { addressOfSecretKey, type Address } from '../../../src/core/addresses.ts';
import { type Bytes, utf8 } from '../../../src/core/bytes.ts';
import { GrantKind, GrantOpening, Withdrawal } from '../../../src/core/contracts/messages.ts';
import { sha256 } from '../../../src/core/hashes.ts';
import { SigningKey } from '../../../src/core/keys/signing.ts';
import { collect, type Fetch, gather, MAX_ANSWER, type NodeRef, post, Speeds } from '../../../src/core/node/asking.ts';
import { keySigner, Nodes, type Signer } from '../../../src/core/node/client.ts';
import { DepositContent } from '../../../src/core/node/deposit.ts';
import {
  BadAnswer,
  Malformed,
  NodeDown,
  NodeFault,
  NotEnoughNodes,
  REFUSAL_CODES,
  Refusal,
  refusalFromCode,
  StatementsDisagree,
  Withdrawn,
} from '../../../src/core/node/errors.ts';
import { parseJson } from '../../../src/core/node/wire.ts';
import { initUmbral, Sealed, SecretKey, unseal } from '../../../src/core/pre/index.ts';

await initUmbral();

const EXCHANGE = SecretKey.random();
const NODES: readonly NodeRef[] = [0, 1, 2, 3, 4].map((number) => ({
  address: addressOfSecretKey(sha256(utf8(`node ${number}`))),
  url: `https://node${number}.example`,
  exchangeKey: EXCHANGE.publicKey.bytes,
}));
const KEY = new SigningKey(sha256(utf8('key')));
const signer = keySigner(KEY, 1);
const SLOT = KEY.address;

function place(node: NodeRef): number {
  return NODES.indexOf(node);
}

/** Never answers; ends when it is called off. */
function hang(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });
}

async function soon(milliseconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
}

test('no more nodes are asked than are needed', async () => {
  const asked: number[] = [];
  const answers = await collect(
    NODES,
    async (node) => {
      asked.push(place(node));
      return place(node);
    },
    { need: 3 },
  );
  assert.deepEqual([...answers.values()], [0, 1, 2]);
  assert.deepEqual(asked, [0, 1, 2]);
});

test('for each node that fails another is asked, and what was given comes fastest first', async () => {
  const answers = await collect(
    NODES,
    async (node) => {
      if (place(node) === 1) throw new NodeDown(node.address, 'down');
      if (place(node) === 0) await soon(60);
      return place(node);
    },
    { need: 3, hedge: 10_000 },
  );
  assert.deepEqual([...answers.values()], [2, 3, 0]);
});

test('nodes that hang hold nobody up, and are called off', async () => {
  let calledOff = 0;
  const answers = await collect(
    NODES,
    async (node, signal) => {
      if (place(node) > 1) return place(node);
      signal.addEventListener('abort', () => {
        calledOff += 1;
      });
      return hang(signal);
    },
    { need: 3, hedge: 5 },
  );
  assert.deepEqual([...answers.values()], [2, 3, 4]);
  assert.equal(calledOff, 2);
});

test('the end is certain as soon as the threshold is out of reach', async () => {
  const asking = collect(
    NODES,
    async (node, signal) => {
      if (place(node) === 0) return hang(signal);
      if (place(node) === 1) return 1;
      throw new NodeDown(node.address, 'down');
    },
    { need: 3, hedge: 5, grace: 5 },
  );
  await assert.rejects(
    asking,
    (error) => error instanceof NotEnoughNodes && error.have === 1 && error.causes.size === 3,
  );
});

test('refusals of live nodes are shown rather than dead ones, the most frequent first', async () => {
  const outcomes = ['down', 'stale-chain', 'withdrawn', 'withdrawn', 'down'] as const;
  const asking = collect(
    NODES,
    async (node) => {
      const outcome = outcomes[place(node)]!;
      throw outcome === 'down' ? new NodeDown(node.address, 'down') : refusalFromCode(outcome);
    },
    { need: 3 },
  );
  await assert.rejects(asking, Withdrawn);
});

test('answers that are never enough are all handed out', async () => {
  const answers = await collect(NODES, async (node) => place(node), { need: 3, enough: () => false });
  assert.equal(answers.size, 5);
});

test("an error of the caller's own is not blamed on a node", async () => {
  const locked: Signer = () => {
    throw new RangeError('wallet locked');
  };
  const nodes = client(async () => new Response('{}'));
  await assert.rejects(() => nodes.state(SLOT, { signer: locked }), RangeError);
  await assert.rejects(() => nodes.log(SLOT, { signer: locked }), RangeError);
  const trouble = new StatementsDisagree(1, 3);
  const delegation = Promise.reject(trouble);
  const asked = { record: new Uint8Array(32), grant: new Uint8Array(32), requester: SLOT, signer, delegation };
  await assert.rejects(() => nodes.fragments(asked), (error) => error === trouble);
});

test('fast nodes are asked first, slow and dead ones last, equals in any order', async () => {
  const speeds = new Speeds();
  const waits = [40, 0, 0, 5, 0];
  const ask = speeds.timed(async (node: NodeRef) => {
    if (place(node) === 1) throw new NodeDown(node.address, 'down');
    await soon(waits[place(node)]!);
  });
  await gather(NODES, ask);
  const order = speeds.sorted(NODES).map(place);
  assert.deepEqual(order.slice(3), [0, 1]);
  const firsts = new Set(Array.from({ length: 60 }, () => place(new Speeds().sorted(NODES)[0]!)));
  assert.ok(firsts.size > 1);
});

// ---- one question ---------------------------------------------------------------------------------------------------

function client(fetch: Fetch): Nodes {
  return new Nodes({ nodes: NODES, threshold: 3, chainId: 1, fetch, clock: () => 1000 });
}

function question(fetch: Fetch): Parameters<typeof post>[0] {
  return { fetch, node: NODES[0]!, path: '/v1/state', signal: new AbortController().signal };
}

test("a question goes to the node's path as JSON, without cookies", async () => {
  const seen: [string, RequestInit][] = [];
  const fetch: Fetch = async (input, init) => {
    seen.push([input, init]);
    return new Response('{"fine":true}');
  };
  assert.deepEqual(await post(question(fetch), { b: 1, a: 'ä' }), { fine: true });
  const [input, init] = seen[0]!;
  assert.equal(input, 'https://node0.example/v1/state');
  assert.equal(new TextDecoder().decode(init.body as Bytes), '{"a":"ä","b":1}');
  assert.equal(init.credentials, 'omit');
  assert.equal(init.redirect, 'error');
});

type Kind = typeof BadAnswer | typeof NodeFault | typeof Withdrawn;
const ANSWERS: readonly (readonly [string, () => Response, Kind])[] = [
  ['not JSON', () => new Response('not json'), BadAnswer],
  ['nothing', () => new Response(null), BadAnswer],
  ['a list', () => new Response('[]'), BadAnswer],
  ['deeply nested', () => new Response('['.repeat(100_000)), BadAnswer],
  ['too long', () => new Response(new Uint8Array(MAX_ANSWER + 1)), BadAnswer],
  ['a refusal', () => new Response('{"code":"withdrawn","detail":5}', { status: 403 }), Withdrawn],
  ['an unknown refusal', () => new Response('{"code":"new"}', { status: 500 }), NodeFault],
  ['a name every object has', () => new Response('{"code":"toString"}', { status: 500 }), NodeFault],
];
for (const [name, answer, kind] of ANSWERS) {
  test(`an answer that is ${name}`, async () => {
    await assert.rejects(() => post(question(async () => answer()), {}), kind);
  });
}

test('a node that cannot be reached is down', async () => {
  const failures = [new TypeError('fetch failed'), new DOMException('late', 'TimeoutError')];
  for (const failure of failures) {
    await assert.rejects(() => post(question(() => Promise.reject(failure)), {}), NodeDown);
  }
  const cut = new ReadableStream({ start: (controller) => controller.error(new TypeError('terminated')) });
  await assert.rejects(() => post(question(async () => new Response(cut)), {}), NodeDown);
});

test('a question can be called off', async () => {
  const abort = new AbortController();
  const fetch: Fetch = (_, { signal }) => {
    assert.ok(signal instanceof AbortSignal);
    return hang(signal);
  };
  const asking = post({ ...question(fetch), signal: abort.signal }, {});
  abort.abort();
  await assert.rejects(asking, NodeDown);
});

test('every refusal travels under its own code', () => {
  for (const code of REFUSAL_CODES) {
    const refusal = refusalFromCode(code, 'why');
    assert.ok(refusal instanceof Refusal);
    assert.equal(refusal.code, code);
    assert.equal(refusal.message, 'why');
    assert.ok(refusalFromCode(code).message.length > 10);
  }
});

// ---- what owners send -----------------------------------------------------------------------------------------------

const OPENING = GrantOpening.make({
  slot: SLOT,
  grantee: SLOT,
  granteeKey: EXCHANGE.publicKey.bytes,
  kind: GrantKind.records,
  records: [sha256(utf8('record'))],
  sections: [],
  purpose: 'treatment',
  expiry: 2000,
  nodeSet: 1,
  salt: new Uint8Array(32),
});

function contents(nodes: readonly NodeRef[]): ReadonlyMap<Address, DepositContent> {
  const keys = [{ delegating: EXCHANGE.publicKey.bytes, kfrag: new Uint8Array(310) }];
  return new Map(nodes.map((node) => [node.address, new DepositContent(OPENING, keys)]));
}

test('a deposit for a node that is down comes back sealed to it', async () => {
  const bodies: string[] = [];
  const nodes = client(async (input, { body }) => {
    if (input.startsWith(NODES[1]!.url)) throw new TypeError('down');
    if (input.startsWith(NODES[2]!.url)) return new Response('{"code":"wrong-node"}', { status: 421 });
    bodies.push(new TextDecoder().decode(body as Bytes));
    return new Response('{"stored":1}');
  });
  const delivery = await nodes.deposit(contents(NODES.slice(0, 3)), { signer });
  assert.deepEqual(delivery.taken, [NODES[0]!.address]);
  assert.equal(delivery.failed.get(NODES[2]!.address)?.code, 'wrong-node');
  assert.deepEqual([...delivery.sealed.keys()], [NODES[1]!.address]);
  const opened = parseJson(unseal(EXCHANGE, Sealed.parse(delivery.sealed.get(NODES[1]!.address)!)));
  assert.deepEqual(Object.keys(opened as object).sort(), ['content', 'message', 'signature']);
  assert.deepEqual((opened as { content: unknown }).content, JSON.parse(bodies[0]!).content);
});

test('a withdrawal is told to every node, and who did not take it is named', async () => {
  const nodes = client(async (input) => {
    if (input.startsWith(NODES[3]!.url)) throw new TypeError('down');
    return new Response('{"accepted":true}');
  });
  const message = Withdrawal.make({ slot: SLOT, grantIds: [new Uint8Array(32)], nonce: 7n, deadline: 2000 });
  const delivery = await nodes.withdraw(message, new Uint8Array(65));
  assert.equal(delivery.taken.length, 4);
  assert.deepEqual([...delivery.failed.keys()], [NODES[3]!.address]);
});

test('a deposit holds one kfrag for each thing, none twice, of one kind', () => {
  const key = { delegating: EXCHANGE.publicKey.bytes, kfrag: new Uint8Array(310) };
  const section = { tag: new Uint8Array(16), epoch: 1 };
  const record = new Uint8Array(32);
  const wrong = [
    [{ ...OPENING, records: [] }, []],
    [{ ...OPENING, records: [record, record] }, [key, key]],
    [OPENING, []],
    [OPENING, [key, key]],
    [{ ...OPENING, kind: GrantKind.sections }, [key]],
    [{ ...OPENING, sections: [section] }, [key]],
    [{ ...OPENING, kind: 3 }, [key]],
  ] as const;
  for (const [opening, keys] of wrong) {
    assert.throws(() => new DepositContent(opening as GrantOpening, keys), Malformed);
  }
});

test('junk is no deposit content, and any bytes are JSON or malformed', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (junk) => {
      assert.throws(() => DepositContent.fromJson(junk), Malformed);
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (body) => {
      try {
        parseJson(body);
      } catch (error) {
        assert.ok(error instanceof Malformed);
      }
    }),
  );
});
