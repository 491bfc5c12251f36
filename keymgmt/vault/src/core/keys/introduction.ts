/**
 * How a patient's slot becomes known to one professional: a signed introduction, sealed to that person (promise I9).
 */

import { addressBytes, toAddress } from '../addresses.ts';
import { type Bytes, equalBytes, fromUtf8, utf8 } from '../bytes.ts';
import { encode, type JsonObject } from '../canonical.ts';
import { offChainDomain, verify } from '../eip712.ts';
import { toHex } from '../hex.ts';
import { SIGNATURE_LENGTH } from '../secp256k1.ts';
import { TAG_LENGTH, type WalletKeys } from './derivation.ts';
import { Fields } from './encoding.ts';
import { BadDocument } from './errors.ts';
import { Keyset } from './keyset.ts';
import { layerOf } from './layers.ts';
import { Introduction } from './messages.ts';

/** Bytes of the longest introduction that is read. */
export const MAX_INTRODUCTION_LENGTH = 1 << 21;

const KIND = 'introduction';
const KEYS = [
  'slot',
  'layer',
  'professional',
  'wallet',
  'append',
  'until',
  'salt',
  'signature',
  'keyset',
  'sections',
] as const;

/** What an introduction is checked against; the slot's facts come from node statements. */
export interface IntroductionFacts {
  readonly chainId: number | bigint;
  /** The slot's current key. */
  readonly slotKey: string;
  readonly professional: string;
  /** The slot's keyset hash. */
  readonly attestedKeyset: Uint8Array;
  /** Unix seconds. */
  readonly now: number;
}

/** An introduction with the layer's keyset and the tags of the introduced sections only, by section name. */
export class SignedIntroduction {
  readonly message: Introduction;
  readonly signature: Bytes;
  readonly keyset: Keyset;
  readonly sections: ReadonlyMap<string, Bytes>;

  constructor(message: Introduction, signature: Bytes, keyset: Keyset, sections: ReadonlyMap<string, Bytes>) {
    this.message = message;
    this.signature = signature;
    this.keyset = keyset;
    this.sections = sections;
  }

  /** Return the introduction in `data`, its signature not checked yet; throws {@link BadDocument}. */
  static parse(data: Uint8Array): SignedIntroduction {
    const fields = Fields.parse(KIND, data, KEYS, MAX_INTRODUCTION_LENGTH);
    const keyset = Keyset.parse(utf8(fields.text('keyset')));
    const layer = fields.text('layer');
    const message = Introduction.make({
      slot: fields.address('slot'),
      layer,
      professional: fields.address('professional'),
      walletId: addressBytes(fields.address('wallet')),
      keysetHash: keyset.hash(),
      append: fields.boolean('append'),
      until: fields.integer('until'),
      salt: fields.data('salt', 32),
    });
    const sections = parseSections(fields.mapping('sections'), layer);
    return new SignedIntroduction(message, fields.data('signature', SIGNATURE_LENGTH), keyset, sections);
  }

  /** Return the canonical JSON that is sealed to the professional's exchange key. */
  encode(): Bytes {
    const { message } = this;
    return encode({
      v: 1,
      slot: message.slot,
      layer: message.layer,
      professional: message.professional,
      wallet: toAddress(message.walletId),
      append: message.append,
      until: message.until,
      salt: toHex(message.salt),
      signature: toHex(this.signature),
      keyset: fromUtf8(this.keyset.encode()),
      sections: Object.fromEntries([...this.sections].map(([name, tag]) => [name, toHex(tag)])),
    });
  }

  /**
   * Return if the slot introduces itself to the professional with the keyset that nodes attest, and still does.
   *
   * A platform that substitutes a key is caught here. Throws {@link BadDocument} or a `SignatureError`.
   */
  verify(facts: IntroductionFacts): void {
    const { message } = this;
    if (message.professional !== toAddress(facts.professional)) throw refused('it is for somebody else');
    if (this.keyset.slot !== message.slot) throw refused("its keyset is another slot's");
    if (!equalBytes(message.keysetHash, facts.attestedKeyset)) {
      throw refused('its keyset is not the one that the nodes attest; ask for a new introduction');
    }
    if (message.until <= facts.now) throw refused('it has ended; ask for a new introduction');
    verify(offChainDomain(facts.chainId), Introduction, message, this.signature, facts.slotKey);
  }

  /** Return the tag of an introduced section; throws {@link BadDocument}. */
  tag(section: string): Bytes {
    const tag = this.sections.get(section);
    if (tag === undefined) throw refused(`it does not introduce the section ${section}; ask the patient for it`);
    return tag;
  }
}

/** What a patient introduces to a professional. */
export interface IntroductionTerms {
  readonly layer: string;
  readonly keyset: Keyset;
  readonly professional: string;
  readonly sections: Iterable<string>;
  /** Whether the professional may append records. */
  readonly append: boolean;
  /** Unix seconds. */
  readonly until: number;
  /** 32 random bytes. */
  readonly salt: Uint8Array;
  readonly chainId: number | bigint;
}

/** Return the introduction of a layer's sections to a professional. */
export function introduce(keys: WalletKeys, terms: IntroductionTerms): SignedIntroduction {
  const { layer, keyset } = terms;
  const message = Introduction.make({
    slot: keys.slotId(layer),
    layer,
    professional: terms.professional,
    walletId: addressBytes(keys.walletId),
    keysetHash: keyset.hash(),
    append: terms.append,
    until: terms.until,
    salt: terms.salt,
  });
  const signature = keys.slot(layer).sign(offChainDomain(terms.chainId), Introduction, message);
  const tags = new Map([...terms.sections].map((section) => [section, keys.sectionTag(layer, section)]));
  return new SignedIntroduction(message, signature, keyset, tags);
}

function parseSections(value: JsonObject, layer: string): ReadonlyMap<string, Bytes> {
  const known = layerOf(layer).sections;
  const names = Object.keys(value);
  if (!names.every((name) => known.has(name))) throw refused(`it names a section that the layer ${layer} has not`);
  const fields = new Fields(KIND, value, names);
  return new Map(names.map((name) => [name, fields.data(name, TAG_LENGTH)]));
}

function refused(reason: string): BadDocument {
  return new BadDocument(KIND, reason);
}
