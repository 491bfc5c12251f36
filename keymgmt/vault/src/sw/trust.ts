/**
 * What the service worker believes: pinned at the first installation, narrowed ever after. No DOM, no network.
 *
 * The first installation cannot know better than what the origin says then (a stated residual risk, THREAT_MODEL.md);
 * from then on a new build counts only when two of the institutions pinned that day have signed it.
 */

import { type Address, toAddress } from '../core/addresses.ts';
import { equalBytes } from '../core/bytes.ts';
import { encode, isObject, type JsonObject, parse, parseObject } from '../core/canonical.ts';
import { MedixainError } from '../core/errors.ts';
import { BadManifest, fileHash, type Manifest, parseManifest, requireSigned } from './manifest.ts';

/** The path of the deployment's configuration. */
export const CONFIG = '/config.json';

/** Pinned at the first installation and never changed. */
export interface Pins {
  readonly chainId: number;
  readonly institutions: readonly Address[];
}

/** What is believed now. */
export interface Trust {
  readonly pins: Pins;
  readonly manifest: Manifest;
}

/** Believe the origin for the first time: its configuration must be the signed one, and name whoever signed it. */
export function firstTrust(manifestBytes: Uint8Array, configBytes: Uint8Array): Trust {
  const manifest = parseManifest(manifestBytes);
  if (manifest.files.get(CONFIG) !== fileHash(configBytes)) throw new BadManifest('the configuration is not the signed one');
  const pins = pinsOf(configBytes);
  requireSigned(manifest, pins.chainId, pins.institutions);
  return { pins, manifest };
}

/**
 * Take a manifest in the place of the one believed; throws {@link BadManifest}.
 *
 * Two of the pinned institutions must have signed it. An earlier version is refused, and so is another list of files
 * under the same version: both are how an old build with a known hole would come back.
 */
export function nextTrust(current: Trust, manifestBytes: Uint8Array): Trust {
  const manifest = parseManifest(manifestBytes);
  requireSigned(manifest, current.pins.chainId, current.pins.institutions);
  if (manifest.version < current.manifest.version) {
    throw new BadManifest(`it is version ${manifest.version}, and version ${current.manifest.version} was seen before`);
  }
  const same = equalBytes(manifest.filesHash, current.manifest.filesHash);
  if (manifest.version === current.manifest.version && !same) {
    throw new BadManifest(`there are two different lists of version ${manifest.version}`);
  }
  return { pins: current.pins, manifest };
}

/** The pins as they are kept. */
export function encodePins(pins: Pins): Uint8Array {
  return encode({ v: 1, chain_id: pins.chainId, institutions: [...pins.institutions] });
}

/** Pins as {@link encodePins} wrote them; throws {@link BadManifest}. */
export function parsePins(data: Uint8Array): Pins {
  const document = parseObject(data, ['v', 'chain_id', 'institutions']);
  const { chain_id: chainId, institutions } = document;
  if (typeof chainId !== 'number' || !Array.isArray(institutions)) throw new BadManifest('what was pinned is damaged');
  return { chainId, institutions: institutions.map((one) => toAddress(String(one))) };
}

function pinsOf(configBytes: Uint8Array): Pins {
  const config = parse(configBytes);
  const chainId = isObject(config) ? config['chain_id'] : undefined;
  const institutions = isObject(config) ? config['institutions'] : undefined;
  if (typeof chainId !== 'number' || !isObject(institutions)) throw new BadManifest('the configuration names no institutions');
  return { chainId, institutions: addressesOf(institutions) };
}

function addressesOf(institutions: JsonObject): Address[] {
  try {
    return Object.keys(institutions).map(toAddress);
  } catch (error) {
    if (!(error instanceof MedixainError)) throw error;
    throw new BadManifest('the configuration names an institution that is no address', { cause: error });
  }
}
