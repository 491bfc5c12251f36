/**
 * The keyset document of a layer's slot: which public key envelopes of each section are sealed to, epoch by epoch.
 *
 * Its version and hash stand on chain, so nodes attest it and an author encrypts to attested keys only
 * (docs/spec/keys.md; promises I8, I9).
 */

import { type Address, toAddress } from '../addresses.ts';
import { type Bytes, compareBytes, equalBytes } from '../bytes.ts';
import { encode, type Json, type JsonObject } from '../canonical.ts';
import { keccak256 } from '../hashes.ts';
import { toHex } from '../hex.ts';
import type { PublicKey } from '../pre/index.ts';
import { TAG_LENGTH, type WalletKeys } from './derivation.ts';
import { Fields } from './encoding.ts';
import { BadDocument } from './errors.ts';
import { layerOf } from './layers.ts';

/** Bytes of the longest keyset that is read. */
export const MAX_KEYSET_LENGTH = 1 << 20;
/** The epoch a section begins with. */
export const FIRST_EPOCH = 1;
/** The highest epoch. */
export const LAST_EPOCH = 2 ** 32 - 1;

const KIND = 'keyset';

/** Envelopes are sealed to the live epoch; a retired one's are being moved over or were. */
export type EpochState = 'live' | 'retired';

/** The public key of one section, by its tag, in one epoch. */
export interface SectionKey {
  readonly tag: Bytes;
  readonly epoch: number;
  readonly key: PublicKey;
  readonly state: EpochState;
}

/** A version of a slot's keyset. Sections are sorted by (tag, epoch); each tag has one live epoch, its last. */
export class Keyset {
  readonly slot: Address;
  readonly version: number;
  readonly preKey: PublicKey;
  readonly sections: readonly SectionKey[];

  /** Sorts the sections; throws {@link BadDocument} for a keyset that contradicts itself. */
  constructor(slot: string, version: number, preKey: PublicKey, sections: readonly SectionKey[]) {
    this.slot = toAddress(slot);
    this.version = version;
    this.preKey = preKey;
    this.sections = Object.freeze([...sections].sort(bySectionAndEpoch));
    check(this);
  }

  /** Return the keyset in `data`; throws {@link BadDocument} for any other bytes than those of {@link encode}. */
  static parse(data: Uint8Array): Keyset {
    const fields = Fields.parse(KIND, data, ['slot', 'version', 'pre_key', 'sections'], MAX_KEYSET_LENGTH);
    const sections = fields.array('sections').map(parseSection);
    const keyset = new Keyset(
      fields.address('slot'),
      fields.integer('version', 1),
      fields.publicKey('pre_key'),
      sections,
    );
    if (sections.some((section, index) => section !== keyset.sections[index])) {
      throw fields.refuse('its sections are not in order');
    }
    return keyset;
  }

  /** Return the canonical JSON. */
  encode(): Bytes {
    return encode({
      v: 1,
      slot: this.slot,
      version: this.version,
      pre_key: toHex(this.preKey.bytes),
      sections: this.sections.map(sectionJson),
    });
  }

  /** Return keccak256 of the canonical bytes, as it stands on chain. */
  hash(): Bytes {
    return keccak256(this.encode());
  }

  /** Return the key to seal to for `tag`; throws {@link BadDocument}. */
  live(tag: Uint8Array): SectionKey {
    const found = this.sections.find((section) => equalBytes(section.tag, tag) && section.state === 'live');
    if (found === undefined) throw new BadDocument(KIND, 'it has no section of this tag');
    return found;
  }

  /** Return the key of `tag` in `epoch`, live or retired; throws {@link BadDocument}. */
  find(tag: Uint8Array, epoch: number): SectionKey {
    const found = this.sections.find((section) => equalBytes(section.tag, tag) && section.epoch === epoch);
    if (found === undefined) throw new BadDocument(KIND, 'it has no section of this tag and epoch');
    return found;
  }
}

/** Return version 1 of a layer's keyset: every section of the layer in its first epoch. */
export function firstKeyset(keys: WalletKeys, layer: string): Keyset {
  const sections = [...layerOf(layer).sections.keys()].map((section) => ownKey(keys, layer, section, FIRST_EPOCH));
  return new Keyset(keys.slotId(layer), 1, keys.preSigner(layer).publicKey, sections);
}

/**
 * Return the next version, in which each named section has a new live epoch and its last one is retired.
 *
 * Withdrawal and expiry call this; envelopes are then re-wrapped and remaining grants get kfrags of the new epoch.
 * Throws {@link BadDocument} if the keyset is not this wallet's.
 */
export function rotate(keyset: Keyset, keys: WalletKeys, layer: string, sections: Iterable<string>): Keyset {
  requireOwn(keyset, keys, layer);
  const rotating = new Map([...sections].map((name) => [toHex(keys.sectionTag(layer, name)), name]));
  const kept = keyset.sections.map((section) => (rotating.has(toHex(section.tag)) ? retired(section) : section));
  const fresh = [...rotating.values()].map((name) =>
    ownKey(keys, layer, name, keyset.live(keys.sectionTag(layer, name)).epoch + 1),
  );
  return new Keyset(keyset.slot, keyset.version + 1, keyset.preKey, [...kept, ...fresh]);
}

/**
 * Return if every key of `keyset` is derived from `keys`; throws {@link BadDocument}.
 *
 * The owner calls it on a document the platform returned, because a substituted key would open to somebody else.
 */
export function requireOwn(keyset: Keyset, keys: WalletKeys, layer: string): void {
  if (keyset.slot !== keys.slotId(layer)) throw new BadDocument(KIND, "it is another slot's");
  if (!keyset.preKey.equals(keys.preSigner(layer).publicKey)) {
    throw new BadDocument(KIND, "its signing key is not this wallet's");
  }
  const names = new Map([...layerOf(layer).sections.keys()].map((name) => [toHex(keys.sectionTag(layer, name)), name]));
  for (const section of keyset.sections) {
    const name = names.get(toHex(section.tag));
    if (name === undefined || !keys.sectionKey(layer, name, section.epoch).publicKey.equals(section.key)) {
      throw new BadDocument(KIND, "it holds a section key that is not this wallet's");
    }
  }
}

function ownKey(keys: WalletKeys, layer: string, section: string, epoch: number): SectionKey {
  const { publicKey } = keys.sectionKey(layer, section, epoch);
  return Object.freeze({ tag: keys.sectionTag(layer, section), epoch, key: publicKey, state: 'live' });
}

function retired(section: SectionKey): SectionKey {
  return Object.freeze({ ...section, state: 'retired' });
}

function sectionJson(section: SectionKey): JsonObject {
  return { tag: toHex(section.tag), epoch: section.epoch, key: toHex(section.key.bytes), state: section.state };
}

function parseSection(value: Json): SectionKey {
  const fields = new Fields(KIND, value, ['tag', 'epoch', 'key', 'state']);
  const state = fields.text('state');
  if (state !== 'live' && state !== 'retired') throw fields.refuse("a section's state is neither live nor retired");
  const tag = fields.data('tag', TAG_LENGTH);
  return Object.freeze({ tag, epoch: fields.integer('epoch', FIRST_EPOCH), key: fields.publicKey('key'), state });
}

function bySectionAndEpoch(left: SectionKey, right: SectionKey): number {
  return compareBytes(left.tag, right.tag) || left.epoch - right.epoch;
}

function check(keyset: Keyset): void {
  if (!Number.isSafeInteger(keyset.version) || keyset.version < 1) throw refused('its version is below 1');
  const tags = keyset.sections.map((section) => toHex(section.tag));
  if (keyset.sections.some(({ tag }) => tag.length !== TAG_LENGTH)) throw refused('a section has no tag of 16 bytes');
  if (keyset.sections.some(({ epoch }) => !Number.isInteger(epoch) || epoch < FIRST_EPOCH || epoch > LAST_EPOCH)) {
    throw refused('an epoch is not between 1 and 2^32 - 1');
  }
  const epochs = new Set(keyset.sections.map(({ epoch }, index) => `${tags[index]}/${epoch}`));
  if (epochs.size !== keyset.sections.length) throw refused('it names an epoch twice');
  // One key for two sections would let a grant of one open the other.
  const keys = new Set(keyset.sections.map(({ key }) => toHex(key.bytes)));
  if (keys.size !== keyset.sections.length) throw refused('it uses a key twice');
  keyset.sections.forEach(({ state }, index) => {
    // Sorted by epoch, so the last of a tag stands where the next tag begins.
    const isLast = tags[index + 1] !== tags[index];
    if ((state === 'live') !== isLast) throw refused('a section does not have exactly its last epoch live');
  });
}

function refused(reason: string): BadDocument {
  return new BadDocument(KIND, reason);
}
