/** `/config.json`: the pins of this deployment; its hash stands in the manifest that institutions sign. */

import { type Address, toAddress } from './core/addresses.ts';
import { parseAnyForm } from './core/canonical.ts';
import { type Deployment, objectOf, parseDeployment, reading, textOf } from './sdk/meta.ts';

/** Where the configuration stands on the vault's origin. */
export const CONFIG_PATH = '/config.json';

/** The deployment with the institutions' names, which consent pages show. */
export interface VaultConfig extends Deployment {
  readonly institutions: Readonly<Record<Address, string>>;
}

/** Parse the configuration's bytes; throws `BadServerAnswer`. */
export function parseConfig(data: Uint8Array): VaultConfig {
  return reading(CONFIG_PATH, () => {
    const document = objectOf(parseAnyForm(data));
    const named = Object.entries(objectOf(document['institutions'])).map(([id, name]) => [toAddress(id), textOf(name)]);
    return { ...parseDeployment(document), institutions: Object.fromEntries(named) as Record<Address, string> };
  });
}

/** Fetch the configuration from the vault's own origin; the service worker hands out the signed one only. */
export async function loadConfig(fetcher: typeof fetch = fetch): Promise<VaultConfig> {
  const response = await fetcher(CONFIG_PATH, { credentials: 'omit' });
  return parseConfig(new Uint8Array(await response.arrayBuffer()));
}
