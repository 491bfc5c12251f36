/**
 * What proves the records of an export to somebody who has only the archive (docs/spec/export.md).
 *
 * Each record's header, key and signatures; each slot's history, with what m nodes signed of its head; each professional's
 * signature, with what m nodes signed of the key that made it. `medixain verify` checks all of it offline.
 */

import { toBase64 } from '../../core/base64.ts';
import type { Preamble } from '../../core/container/index.ts';
import type { Fields, Struct, StructValue } from '../../core/eip712.ts';
import { toHex } from '../../core/hex.ts';
import type { Witnessed } from '../../core/node/client.ts';
import { ProfessionalStatement, RegistrationStatement, StateStatement } from '../../core/node/messages.ts';
import type { Statement } from '../../core/node/statements.ts';
import { toJson } from '../../core/node/wire.ts';
import type { JsonObject } from '../../core/canonical.ts';
import type { Context } from '../context.ts';
import { type Opened, type Standing, vouched } from '../reading.ts';
import type { RecordRow } from '../results.ts';
import { history, type RecordItem, witnessedState } from '../slots.ts';
import { ownLayers } from '../stored.ts';

/** What the archive says of the slots in which its records stand. */
export async function slotsEvidence(context: Context, list: readonly RecordRow[]): Promise<readonly JsonObject[]> {
  const found: JsonObject[] = [];
  const layers = new Set(list.map(({ section }) => section.split('/')[0]));
  for (const [slot, layer] of ownLayers(context.keys)) {
    if (!layers.has(layer)) continue;
    const witnessed = await witnessedState(context, slot);
    const past = await history(context, slot, context.account, witnessed.statement);
    found.push({
      layer,
      words: wordsOf(StateStatement, witnessed),
      history: past.records.filter(({ attested }) => attested).map(itemOf),
    });
  }
  return found;
}

/** What the archive says of one record whose file is at `path`. */
export async function recordEvidence(
  context: Context,
  opened: Opened,
  preamble: Preamble,
  path: string,
): Promise<JsonObject> {
  const { stored, key } = opened;
  const said = await vouched(context, opened);
  return {
    path,
    record: stored.name,
    header: toHex(stored.header.encode()),
    key: toHex(key),
    name: preamble.name,
    type: preamble.type,
    cid: stored.cid,
    size: stored.size,
    kc: toBase64(stored.kc),
    statement_signature: toHex(stored.statementSignature),
    provenance:
      said === null
        ? null
        : {
            professional: said.provenance.professional,
            institution: said.provenance.institution,
            signature: toHex(said.provenance.signature),
            ...standingOf(said.standing),
          },
  };
}

/** The whole file `evidence/records.json`. */
export function evidenceFile(
  { meta }: Context,
  slots: readonly JsonObject[],
  records: readonly JsonObject[],
): JsonObject {
  const { version, threshold, nodes } = meta.nodeSet;
  return {
    v: 2,
    chain_id: meta.chainId,
    contracts: Object.fromEntries(meta.contracts),
    node_set: { version, threshold, nodes: nodes.map(({ address }) => address) },
    slots,
    records,
  };
}

function itemOf(item: RecordItem): JsonObject {
  const { kind, record, ipfs, kcHash, originator, time } = item;
  if (kind === 'remove') return { kind, record: toHex(record), time };
  return { kind, record: toHex(record), ipfs: toHex(ipfs), kc_hash: toHex(kcHash), originator, time };
}

function standingOf(standing: Standing): JsonObject {
  return 'anchoredAt' in standing.statement
    ? { registered: 'then', words: wordsOf(RegistrationStatement, standing as Witnessed<RegistrationStatement>) }
    : { registered: 'now', words: wordsOf(ProfessionalStatement, standing as Witnessed<ProfessionalStatement>) };
}

function wordsOf<F extends Fields>(
  type: Struct<F>,
  { words }: Witnessed<StructValue<Struct<F>> & Statement>,
): readonly JsonObject[] {
  return words.map(({ node, statement, signature }) => ({
    node,
    statement: toJson(type, statement),
    signature: toHex(signature),
  }));
}
