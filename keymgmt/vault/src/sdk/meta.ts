/** What the platform says of itself (`GET /meta`), and what this deployment's signed files say it must say. */

import { type Address, toAddress } from '../core/addresses.ts';
import type { Bytes } from '../core/bytes.ts';
import { type Json, type JsonObject, isObject } from '../core/canonical.ts';
import { type Domain, contractDomain } from '../core/eip712.ts';
import { InvalidInput, MedixainError } from '../core/errors.ts';
import { fromHex, toHex } from '../core/hex.ts';
import type { NodeRef } from '../core/node/asking.ts';
import { BadServerAnswer, Integrity } from './errors.ts';

/** The re-encryption nodes in their order on chain. */
export class NodeSet {
  readonly version: number;
  /** m: so many nodes must answer alike. */
  readonly threshold: number;
  readonly nodes: readonly NodeRef[];
  /** What people call each node, by its address. */
  readonly names: ReadonlyMap<string, string>;

  constructor(version: number, threshold: number, nodes: readonly NodeRef[], names: ReadonlyMap<string, string>) {
    this.version = version;
    this.threshold = threshold;
    this.nodes = nodes;
    this.names = names;
  }

  /** The names of nodes, sorted. */
  named(addresses: Iterable<string>): string[] {
    return [...addresses].map((address) => this.names.get(address) ?? address).sort();
  }
}

/** An institution as `/meta` lists it. */
export interface InstitutionEntry {
  readonly id: Address;
  readonly name: string;
  readonly roles: number;
  readonly active: boolean;
  readonly exchangeKey: Bytes;
}

/** The chain, contracts and nodes of a deployment: from `/config.json`, whose hash stands in the signed manifest. */
export interface Pins {
  readonly chainId: number;
  readonly contracts: ReadonlyMap<string, Address>;
  readonly nodeSet: NodeSet;
}

/** `/config.json` of this vault, parsed. */
export interface Deployment extends Pins {
  /** The platform's origin. */
  readonly platform: string;
  /** The account that signs deletion receipts, null where the platform has none. */
  readonly relay: Address | null;
  /** The JSON-RPC door: the only one that the content policy lets this vault ask. */
  readonly rpcUrl: string;
  readonly languages: readonly string[];
}

/** The platform's description, parsed. */
export class Meta implements Pins {
  readonly chainId: number;
  readonly contracts: ReadonlyMap<string, Address>;
  readonly nodeSet: NodeSet;
  readonly institutions: readonly InstitutionEntry[];

  /**
   * Parse an answer to `GET /meta`; throws {@link BadServerAnswer}.
   *
   * Nodes are called what `names` says where it is given: on a consent sheet they vouch for somebody by name.
   */
  constructor(answer: Json, names?: ReadonlyMap<string, string>) {
    const parsed = reading('/meta', () => {
      const document = objectOf(answer);
      return {
        pins: pinsOf(document),
        institutions: listOf(document['institutions'] ?? []).map(institutionOf),
      };
    });
    this.chainId = parsed.pins.chainId;
    this.contracts = parsed.pins.contracts;
    const { version, threshold, nodes, names: told } = parsed.pins.nodeSet;
    this.nodeSet = new NodeSet(version, threshold, nodes, names ?? told);
    this.institutions = parsed.institutions;
  }

  /** The EIP-712 domain of a contract's messages. */
  domainOf(contract: string): Domain {
    const address = this.contracts.get(contract);
    if (address === undefined) throw new BadServerAnswer(`/meta (it names no ${contract})`);
    return contractDomain(contract, this.chainId, address);
  }

  /** What people call an institution, null when the platform does not list it. */
  institutionName(id: string): string | null {
    return this.institutions.find((one) => one.id === id)?.name ?? null;
  }

  /**
   * Return if the platform names exactly the pinned chain, contracts and node keys; throws {@link Integrity}.
   *
   * Where a node listens may change; what it signs with may not.
   */
  requirePinned(pins: Pins): void {
    if (this.chainId !== pins.chainId)
      throw new Integrity('The platform names another chain than this vault was signed for');
    if (namesOf(this.contracts) !== namesOf(pins.contracts)) {
      throw new Integrity('The platform names other contracts than this vault was signed for');
    }
    if (keysOf(this.nodeSet) !== keysOf(pins.nodeSet)) {
      throw new Integrity('The platform names other re-encryption nodes than this vault was signed for');
    }
  }
}

/** Parse `/config.json`; throws {@link BadServerAnswer}. */
export function parseDeployment(answer: Json): Deployment {
  return reading('/config.json', () => {
    const document = objectOf(answer);
    const platform = originOf(textOf(document['platform']));
    const rpcUrl = textOf(document['rpc_url']);
    const relay = document['relay'] ?? null;
    return {
      ...pinsOf(document),
      platform,
      relay: relay === null ? null : toAddress(textOf(relay)),
      rpcUrl,
      languages: listOf(document['languages'] ?? ['en']).map(textOf),
    };
  });
}

/** Run a parser of an answer; whatever is missing or of another type is {@link BadServerAnswer}. */
export function reading<T>(what: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof MedixainError) throw new BadServerAnswer(what, { cause: error });
    throw error;
  }
}

/** `value` as an object; throws `InvalidInput`, which {@link reading} translates. */
export function objectOf(value: Json | undefined): JsonObject {
  if (!isObject(value)) throw new InvalidInput('Expected a JSON object.');
  return value;
}

/** `value` as an array; throws `InvalidInput`. */
export function listOf(value: Json | undefined): readonly Json[] {
  if (!Array.isArray(value)) throw new InvalidInput('Expected a JSON array.');
  return value as readonly Json[];
}

/** `value` as text; throws `InvalidInput`. */
export function textOf(value: Json | undefined): string {
  if (typeof value !== 'string') throw new InvalidInput('Expected text.');
  return value;
}

/** `value` as an integer within 2^53 - 1, which may also be written as decimal text; throws `InvalidInput`. */
export function integerOf(value: Json | undefined): number {
  const number = typeof value === 'string' && /^(?:0|[1-9][0-9]{0,15})$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isSafeInteger(number)) throw new InvalidInput('Expected an integer.');
  return number;
}

function pinsOf(document: JsonObject): Pins {
  const contracts = Object.entries(objectOf(document['contracts'])).map(
    ([name, address]) => [name, toAddress(textOf(address))] as const,
  );
  return {
    chainId: integerOf(document['chain_id']),
    contracts: new Map(contracts),
    nodeSet: nodeSetOf(objectOf(document['node_set'])),
  };
}

function nodeSetOf(document: JsonObject): NodeSet {
  const rows = listOf(document['nodes']).map(objectOf);
  const nodes = rows.map((row) => ({
    address: toAddress(textOf(row['address'])),
    url: textOf(row['url']).replace(/\/+$/, ''),
    exchangeKey: fromHex(textOf(row['key']), 33),
  }));
  const names = rows.map((row, index) => [nodes[index]!.address, textOf(row['name'] ?? row['address'])] as const);
  return new NodeSet(integerOf(document['version']), integerOf(document['threshold']), nodes, new Map(names));
}

function institutionOf(row: Json): InstitutionEntry {
  const { id, name, roles, active, exchange_key: exchangeKey } = objectOf(row);
  return {
    id: toAddress(textOf(id)),
    name: textOf(name),
    roles: integerOf(roles),
    active: active === true,
    exchangeKey: fromHex(textOf(exchangeKey ?? '0x')),
  };
}

function originOf(address: string): string {
  const url = URL.parse(address);
  if (url === null) throw new InvalidInput('Expected an address.');
  return url.origin;
}

function namesOf(contracts: ReadonlyMap<string, Address>): string {
  return JSON.stringify([...contracts].sort(([left], [right]) => (left < right ? -1 : 1)));
}

function keysOf(set: NodeSet): string {
  return JSON.stringify([set.version, set.threshold, set.nodes.map((node) => [node.address, toHex(node.exchangeKey)])]);
}
