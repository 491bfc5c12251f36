/** What every operation of the SDK works with: an open home, the platform, the nodes, and what was pinned. */

import type { Address } from '../core/addresses.ts';
import { type Domain, offChainDomain } from '../core/eip712.ts';
import type { WalletKeys } from '../core/keys/derivation.ts';
import type { SigningKey } from '../core/keys/signing.ts';
import type { Signer as NodeSigner, Nodes } from '../core/node/client.ts';
import type { Home, State, Table } from '../store/home.ts';
import type { Meta } from './meta.ts';
import { type Api, Identity, type Signer } from './transport.ts';

/** Layers that hold records, in the order in which they are shown. */
export const RECORD_LAYERS = ['identity', 'profile', 'activity', 'emergency', 'sealed'] as const;

export const ALL_LAYERS = ['account', ...RECORD_LAYERS] as const;

/** What a {@link Context} is made of. */
export interface ContextParts {
  readonly home: Home;
  readonly api: Api;
  readonly meta: Meta;
  readonly relay: Address | null;
  readonly rpcUrl: string;
  readonly keys: WalletKeys;
  readonly device: SigningKey;
  readonly nodes: Nodes;
  readonly now?: () => number;
}

/**
 * One open home and its connections. It exists only while the wallet is unlocked, and only after the platform's
 * description was held against the pins of this deployment (`openContext` in `opening.ts`).
 */
export class Context {
  readonly home: Home;
  readonly api: Api;
  readonly meta: Meta;
  /** The account that signs deletion receipts, by the signed configuration; null where it names none. */
  readonly relay: Address | null;
  /** The chain's JSON-RPC door, by the signed configuration. */
  readonly rpcUrl: string;
  readonly keys: WalletKeys;
  /** This device's key, to which sessions are bound. */
  readonly device: SigningKey;
  readonly nodes: Nodes;
  /** The patient as the platform knows it: the account slot. */
  readonly account: Identity;
  /** The professional of this home, signed in by the wallet's address. */
  readonly professional: Identity;
  readonly #now: () => number;

  constructor(parts: ContextParts) {
    this.home = parts.home;
    this.api = parts.api;
    this.meta = parts.meta;
    this.relay = parts.relay;
    this.rpcUrl = parts.rpcUrl;
    this.keys = parts.keys;
    this.device = parts.device;
    this.nodes = parts.nodes;
    this.account = new Identity(this.keys.slot('account'), this.keys.slotId('account'));
    this.professional = new Identity(this.keys.wallet, this.keys.walletId);
    this.#now = parts.now ?? (() => Math.floor(Date.now() / 1000));
  }

  /** This device's clock, Unix seconds. */
  now(): number {
    return this.#now();
  }

  /** A signer of messages to nodes with `key`. */
  nodeSigner(key: Signer): NodeSigner {
    return (type, message) => key.sign(this.offChain, type, message);
  }

  /** The EIP-712 domain of messages between people, nodes and the platform. */
  get offChain(): Domain {
    return offChainDomain(this.meta.chainId);
  }

  /** The EIP-712 domain of a contract's messages. */
  contractDomain(contract: string): Domain {
    return this.meta.domainOf(contract);
  }

  /** A copy of what this device remembers. */
  state(): Promise<State> {
    return this.home.readState(this.keys);
  }

  /** A copy of one table of what this device remembers, empty when there is none. */
  async table(name: string): Promise<Table> {
    return (await this.state())[name] ?? {};
  }

  /**
   * Change one table of what this device remembers; `change` gets it for changing and must not wait for anything.
   * Other documents of this home wait meanwhile.
   */
  changing<T>(table: string, change: (rows: Table) => T): Promise<T> {
    return this.home.changingState(this.keys, (state) => change((state[table] ??= {})));
  }
}
