/**
 * A platform, its store and nodes in memory: as much of them as reading and writing one wallet's records takes. What it
 * is handed is really encrypted and signed, and what it answers is really checked, so that a test may let it lie.
 */

import { fromBase64 } from '../../src/core/base64.ts';
import { bigEndian, concat, type Bytes } from '../../src/core/bytes.ts';
import { isObject, type Json, type JsonObject } from '../../src/core/canonical.ts';
import { cidFromText, cidToText, ContentHasher, hashOf, parseHeader } from '../../src/core/container/index.ts';
import { offChainDomain, type Domain } from '../../src/core/eip712.ts';
import { keccak256 } from '../../src/core/hashes.ts';
import { fromHex, toHex } from '../../src/core/hex.ts';
import type { WalletKeys } from '../../src/core/keys/derivation.ts';
import { firstKeyset } from '../../src/core/keys/keyset.ts';
import { DeletionReceipt } from '../../src/core/keys/messages.ts';
import { SigningKey } from '../../src/core/keys/signing.ts';
import { fromUtf8 } from '../../src/core/bytes.ts';
import { ALL_LAYERS, type Context } from '../../src/sdk/context.ts';
import { ServerRefused } from '../../src/sdk/errors.ts';
import { Identity } from '../../src/sdk/transport.ts';
import type { State, Table } from '../../src/store/home.ts';
import { MemoryShelf } from './memoryShelf.ts';
import { CHAIN_ID, NOW } from './wallets.ts';

const RELAY = new SigningKey(new Uint8Array(32).fill(9));

type Row = JsonObject;
type Item = { readonly kind: 'anchor' | 'remove'; readonly record: string; readonly row: Row };

/** The platform of one wallet; every answer may be changed by `lie` on its way. */
export class MemoryPlatform {
  readonly keys: WalletKeys;
  readonly relay = RELAY;
  /** Rows by record, in the order in which they came. */
  readonly rows = new Map<string, Row>();
  /** Records that the nodes were told to forget. */
  readonly forgotten: string[] = [];
  /** Called before each step with its name; throws to interrupt there. */
  step: (name: string) => void = () => undefined;
  /** Changes an answer to a GET of the path. */
  lie: (path: string, answer: Json) => Json = (_, answer) => answer;
  /** Ids of the grants of the wallet's `profile` that the chain shows withdrawn, in its order. */
  readonly withdrawn: string[] = [];
  readonly #shelf = new MemoryShelf();
  readonly #contents = new Map<string, Bytes>();
  readonly #history: Item[] = [];

  constructor(keys: WalletKeys) {
    this.keys = keys;
  }

  /** A device of the wallet, which remembers what stands in `state`. */
  device(state: State = {}, now = NOW): Context {
    const { keys } = this;
    state['keysets'] ??= Object.fromEntries(
      ALL_LAYERS.map((layer) => [layer, fromUtf8(firstKeyset(keys, layer).encode())]),
    );
    const domain: Domain = offChainDomain(CHAIN_ID);
    const table = async (name: string): Promise<Table> => structuredClone(state[name] ?? {});
    return {
      keys,
      home: { alone: <T>(what: string, work: () => Promise<T>) => this.#shelf.exclusively(work, what) },
      device: keys.wallet,
      account: new Identity(keys.slot('account'), keys.slotId('account')),
      professional: new Identity(keys.wallet, keys.walletId),
      relay: RELAY.address,
      meta: { chainId: CHAIN_ID },
      offChain: domain,
      contractDomain: () => domain,
      nodeSigner: () => null,
      now: () => now,
      table,
      changing: async (name: string, change: (rows: Table) => unknown) => change((state[name] ??= {})),
      nodes: {
        stateWitnessed: async (slot: string) => ({ statement: this.#statement(slot), words: [] }),
        remove: async (message: { readonly record: Bytes }) => {
          this.step('nodes');
          this.forgotten.push(toHex(message.record));
        },
      },
      api: {
        get: async (path: string, { query = {} }: { query?: Record<string, unknown> } = {}) =>
          this.lie(path, structuredClone(this.#get(path, query))),
        post: async (path: string, body: Json) => this.#post(path, body as JsonObject),
        delete: async (path: string) => this.#delete(path),
        upload: async (_: string, content: Blob) => this.#upload(new Uint8Array(await content.arrayBuffer())),
        download: (path: string, { first }: { first?: number }) => this.#download(path, first),
        pause: async () => undefined,
      },
    } as unknown as Context;
  }

  /** A receipt as the relay, or somebody else, signs it. */
  receipt(record: string, changes: Partial<DeletionReceipt> = {}, signer = RELAY): JsonObject {
    const row = this.rows.get(record)!;
    const message = DeletionReceipt.make({
      record: fromHex(record),
      cid: String(row['cid']),
      envelopeDeleted: true,
      storeDeleted: true,
      copies: ['what readers opened'],
      time: NOW,
      ...changes,
    });
    return {
      record: toHex(message.record),
      cid: message.cid,
      envelope_deleted: message.envelopeDeleted,
      store_deleted: message.storeDeleted,
      copies: [...message.copies],
      at: message.time,
      signature: toHex(signer.sign(offChainDomain(CHAIN_ID), DeletionReceipt, message)),
      transaction: { id: record, state: 'final' },
    };
  }

  #get(path: string, query: Record<string, unknown>): Json {
    this.step(`GET ${path}`);
    if (path === '/records') {
      return { records: [...this.rows.values()].filter(({ slot }) => slot === query['slot']), next: null };
    }
    if (path === '/messages') return { messages: [], next: null };
    if (path.endsWith('/history')) {
      const slot = path.split('/')[2]!;
      return { records: this.#told(slot), grants: this.#withdrawals(slot), authors: [] };
    }
    if (path.startsWith('/transactions/')) return { id: path.slice(14), state: 'final' };
    return this.#row(path);
  }

  #row(path: string): Row {
    const row = this.rows.get(path.split('/')[2]!);
    if (row === undefined) throw new ServerRefused('not-found', 404, 'There is no such record.');
    return row;
  }

  #post(path: string, body: JsonObject): Json {
    if (path !== '/records') throw new ServerRefused('not-found', 404, path);
    this.step('POST /records');
    const header = parseHeader(fromHex(String(body['header'])));
    const id = toHex(header.recordId);
    const { header: encoded, cid, size, kc, envelope, provenance, statement_signature } = body;
    const row = {
      ...{ id, slot: header.slot, header: encoded!, cid: cid!, size: size!, kc: kc!, envelope: envelope! },
      ...{ provenance: provenance!, statement_signature: statement_signature!, state: 'final', created: NOW },
      transaction: id,
    };
    this.rows.set(id, row);
    this.#history.push({ kind: 'anchor', record: id, row });
    this.step('POST /records taken');
    return structuredClone(row);
  }

  #delete(path: string): Json {
    this.step('DELETE');
    const row = this.#row(path);
    const record = String(row['id']);
    const receipt = this.receipt(record);
    this.rows.delete(record);
    this.#contents.delete(String(row['cid']));
    this.#history.push({ kind: 'remove', record, row });
    this.step('DELETE taken');
    return this.lie(path, receipt);
  }

  async #upload(content: Bytes): Promise<Json> {
    this.step('upload');
    const hasher = new ContentHasher();
    await hasher.update(content);
    const { cid, size } = await hasher.finish();
    this.#contents.set(cidToText(cid), content);
    return { cid: cidToText(cid), size };
  }

  async *#download(path: string, first?: number): AsyncGenerator<Bytes> {
    this.lie(path, null);
    const content = this.#contents.get(String(this.#row(path)['cid']));
    if (content === undefined) throw new ServerRefused('not-found', 404, 'Gone.');
    yield first === undefined ? content : content.slice(0, first);
  }

  #itemsOf(slot: string): readonly Item[] {
    return this.#history.filter(({ row }) => row['slot'] === slot);
  }

  #told(slot: string): Json[] {
    return this.#itemsOf(slot).map(({ kind, record, row }, index) => ({
      ...{ kind, record, seq: index + 1, time: NOW },
      ...(kind === 'remove'
        ? {}
        : {
            ipfs: toHex(cidFromText(String(row['cid']))),
            kc_hash: toHex(hashOf(fromBase64(String(row['kc'])))),
            originator: slot,
          }),
    }));
  }

  #withdrawals(slot: string): Json[] {
    if (slot !== this.keys.slotId('profile')) return [];
    return this.withdrawn.map((grant, index) => ({ kind: 'withdraw', grant_id: grant, seq: index + 1 }));
  }

  #statement(slot: string): unknown {
    const word = (value: number): Bytes => bigEndian(value, 32);
    let grantsHead: Bytes = new Uint8Array(32);
    const withdrawals = this.#withdrawals(slot);
    for (const [index, item] of withdrawals.entries()) {
      if (!isObject(item)) continue;
      const digest = keccak256(word(2), fromHex(String(item['grant_id'])));
      grantsHead = keccak256(grantsHead, digest, word(index + 1));
    }
    let head: Bytes = new Uint8Array(32);
    const told = this.#told(slot);
    for (const item of told) {
      if (!isObject(item)) continue;
      const record = fromHex(String(item['record']));
      const digest =
        item['kind'] === 'anchor'
          ? concat(word(1), record, keccak256(fromHex(String(item['ipfs']))), fromHex(String(item['kc_hash'])))
          : concat(word(2), record);
      head = keccak256(head, keccak256(digest), word(Number(item['seq'])));
    }
    return {
      ...{ slot, key: slot, finalHeight: 1, finalTime: NOW, grantsCount: withdrawals.length, grantsHead },
      ...{ keysetVersion: 1, keysetHash: new Uint8Array(32), keystoreVersion: 0, keystoreHash: new Uint8Array(32) },
      ...{ recordsCount: told.length, recordsHead: head },
    };
  }
}
