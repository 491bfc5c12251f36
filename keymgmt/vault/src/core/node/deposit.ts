/** What an owner leaves with a node: the opening of a grant and the kfrags it needs (docs/spec/nodes.md). */

import { bigEndian, type Bytes, concat } from '../bytes.ts';
import { hasExactly, isObject, type Json, type JsonObject } from '../canonical.ts';
import { GrantKind, GrantOpening, type SectionEpoch } from '../contracts/messages.ts';
import { keccak256 } from '../hashes.ts';
import { toHex } from '../hex.ts';
import { PUBLIC_KEY_LENGTH } from '../pre/index.ts';
import { Malformed } from './errors.ts';
import { canonicalJson, fromJson, parseHex, toJson } from './wire.ts';

/** Records or sections one grant may name. */
export const MAX_DEPOSITED_KEYS = 1024;

/** A kfrag and the public key it delegates from: a record's pk_r, or a section epoch's key; Umbral bytes. */
export interface DepositedKey {
  readonly delegating: Uint8Array;
  readonly kfrag: Uint8Array;
}

/**
 * What a `KeyDeposit` carries: the opening of a grant and one kfrag for each thing it opens.
 *
 * `keys[i]` belongs to `opening.records[i]` (kind records) or `opening.sections[i]` (kind sections). One whose numbers
 * do not fit cannot be made ({@link Malformed}).
 */
export class DepositContent {
  readonly opening: GrantOpening;
  readonly keys: readonly DepositedKey[];

  constructor(opening: GrantOpening, keys: readonly DepositedKey[]) {
    const wanted = itemsOf(opening).map(toHex);
    if (wanted.length === 0 || wanted.length > MAX_DEPOSITED_KEYS || new Set(wanted).size !== wanted.length) {
      throw new Malformed('A grant names at least one record or section, and none twice.', { field: 'opening' });
    }
    if (keys.length !== wanted.length) {
      throw new Malformed('A deposit holds exactly one kfrag for each record or section.', { field: 'kfrags' });
    }
    this.opening = opening;
    this.keys = [...keys];
  }

  /** Return the content as the JSON object that travels and whose canonical form is hashed. */
  toJson(): JsonObject {
    return {
      opening: toJson(GrantOpening, this.opening),
      kfrags: this.keys.map((key) => ({ delegating: toHex(key.delegating), kfrag: toHex(key.kfrag) })),
    };
  }

  /** Return the content in a JSON object; throws {@link Malformed}. */
  static fromJson(document: unknown): DepositContent {
    if (!isObject(document) || !hasExactly(document, ['opening', 'kfrags'])) {
      throw new Malformed("A deposit's content holds exactly opening and kfrags.", { field: 'content' });
    }
    const rows = document['kfrags'];
    if (!Array.isArray(rows) || rows.length > MAX_DEPOSITED_KEYS) {
      throw new Malformed("A deposit's kfrags are a list.", { field: 'kfrags' });
    }
    const keys = rows.map((row: Json, index) => depositedKey(row, `kfrags[${index}]`));
    return new DepositContent(fromJson(GrantOpening, document['opening'], 'opening'), keys);
  }

  /** keccak256 of the canonical JSON, 32 bytes: `contentHash` of the message. */
  get hash(): Bytes {
    return keccak256(canonicalJson(this.toJson()));
  }
}

function itemsOf(opening: GrantOpening): readonly Bytes[] {
  if (opening.kind === GrantKind.records && opening.sections.length === 0) return opening.records;
  if (opening.kind === GrantKind.sections && opening.records.length === 0) return opening.sections.map(sectionItem);
  throw new Malformed('A grant opens either records or sections.', { field: 'opening.kind' });
}

/** A section epoch in 20 bytes: tag || epoch. */
function sectionItem({ tag, epoch }: SectionEpoch): Bytes {
  return concat(tag, bigEndian(epoch, 4));
}

function depositedKey(row: Json, place: string): DepositedKey {
  if (!isObject(row) || !hasExactly(row, ['delegating', 'kfrag'])) {
    throw new Malformed(`${place} holds exactly delegating and kfrag.`, { field: place });
  }
  return {
    delegating: parseHex(row['delegating'], `${place}.delegating`, PUBLIC_KEY_LENGTH),
    kfrag: parseHex(row['kfrag'], `${place}.kfrag`),
  };
}
