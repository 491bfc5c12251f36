/** From a deployment's pins and an open home to a {@link Context}: the platform is held against the pins first. */

import type { Address } from '../core/addresses.ts';
import { isObject } from '../core/canonical.ts';
import type { WalletKeys } from '../core/keys/derivation.ts';
import { Nodes } from '../core/node/client.ts';
import { initUmbral } from '../core/pre/index.ts';
import type { Home } from '../store/home.ts';
import { Context } from './context.ts';
import { type Deployment, Meta, parseDeployment } from './meta.ts';
import { type Network, network as browserNetwork } from './network.ts';
import { Api, type PlatformSession, type SessionKeeper, parseAnswer } from './transport.ts';
import { ServerUnreachable } from './errors.ts';

/** Where a vault runs: which platform it was signed for, this device's home, and the network. */
export interface Surroundings {
  readonly deployment: Deployment;
  readonly home: Home;
  readonly network: Network;
}

/** The platform before anybody is signed in. */
export interface Platform {
  readonly api: Api;
  readonly meta: Meta;
}

/** Read `/config.json` of this vault, whose hash stands in the signed manifest. */
export async function readDeployment(network: Network = browserNetwork, url = '/config.json'): Promise<Deployment> {
  const response = await network.fetch(url, {});
  if (!response.ok) throw new ServerUnreachable(url, `HTTP ${response.status}`);
  return parseDeployment(parseAnswer(new Uint8Array(await response.arrayBuffer())));
}

/** Ask the platform to describe itself; throws `Integrity` when it is not the one this vault was signed for. */
export async function openPlatform({ deployment, network }: Surroundings): Promise<Platform> {
  await initUmbral();
  const api = new Api(deployment.platform, null, { network });
  return { api, meta: await pinnedMeta(api, deployment) };
}

/** Return the context of an open wallet; throws as {@link openPlatform}, and `HomeDamaged`. */
export async function openContext(surroundings: Surroundings, keys: WalletKeys): Promise<Context> {
  const { deployment, home, network } = surroundings;
  await initUmbral();
  const device = await home.device(keys);
  const api = new Api(deployment.platform, device, { network, keeper: keeperIn(home, keys) });
  const meta = await pinnedMeta(api, deployment);
  const { relay, rpcUrl } = deployment;
  return new Context({ home, api, meta, relay, rpcUrl, keys, device, nodes: nodesOf(meta, network) });
}

/** The pinned nodes. */
export function nodesOf({ nodeSet, chainId }: Meta, network: Network): Nodes {
  return new Nodes({
    nodes: nodeSet.nodes,
    threshold: nodeSet.threshold,
    chainId,
    fetch: (url, init) => network.fetch(url, init),
  });
}

async function pinnedMeta(api: Api, deployment: Deployment): Promise<Meta> {
  const meta = new Meta(await api.get('/meta'), deployment.nodeSet.names);
  meta.requirePinned(deployment);
  return meta;
}

/** Keeps sessions in the sealed memory, so that a portal's every frame need not sign in anew. */
function keeperIn(home: Home, keys: WalletKeys): SessionKeeper {
  return {
    async load(address: Address): Promise<PlatformSession | null> {
      const row = (await home.readState(keys))['sessions']?.[address];
      if (!isObject(row)) return null;
      const { token, expires, standing } = row;
      if (typeof token !== 'string' || typeof expires !== 'number' || typeof standing !== 'string') return null;
      return { token, expires, standing };
    },
    save(address: Address, session: PlatformSession | null): Promise<void> {
      return home.changingState(keys, (state) => {
        const sessions = (state['sessions'] ??= {});
        if (session === null) delete sessions[address];
        else sessions[address] = { ...session };
      });
    },
  };
}
