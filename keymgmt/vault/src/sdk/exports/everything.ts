/**
 * Everything a wallet holds, in one zip: every record byte for byte, the profile and summary, who looked, and the
 * signatures and places on chain by which anybody can check it without this platform.
 */

import { toBase64 } from '../../core/base64.ts';
import { type Bytes, utf8 } from '../../core/bytes.ts';
import { openProvenance } from '../../core/container/index.ts';
import { StateStatement } from '../../core/node/messages.ts';
import { MedixainError } from '../../core/errors.ts';
import { toHex } from '../../core/hex.ts';
import { toJson } from '../../core/node/wire.ts';
import type { Context } from '../context.ts';
import { accessLog } from '../looks.ts';
import { showProfile } from '../profile.ts';
import { type Opened, openRecord } from '../reading.ts';
import { decrypted, listRecords } from '../records.ts';
import type { FullExport, Progress, RecordRow } from '../results.ts';
import { attested, history, type RecordItem } from '../slots.ts';
import { type Spool, type Spooler, spooler } from '../spool.ts';
import { ownLayers, recordId } from '../stored.ts';
import { accessLogCsv, accessLogFhir, type Logged } from './accessLog.ts';
import { auditFacts } from './auditEvents.ts';
import { instant } from './files.ts';
import { linkOpenings } from './linkOpenings.ts';
import { ipsDocument } from './ips.ts';
import { type FontSource, type Gathered, gatherDocument, isLookedInto, newestPatient } from './summary.ts';
import { statementsOfProfile } from './statements.ts';
import { ENGLISH, summaryPdf, type SummaryWords } from './summaryPdf.ts';
import { ZipWriter } from './zip.ts';

/** Files that are compressed already. */
const PACKED = /\.(?:zip|gz|jpe?g|png|gif|webp|pdf|mp4|dcm)$/i;

/** Options of a full export. */
export interface EverythingOptions {
  readonly words?: SummaryWords | undefined;
  readonly progress?: Progress | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly spooler?: Spooler | undefined;
}

/** What is missing from the archive: a record's id or the name of a part, and why. */
interface LeftOut {
  readonly record: string;
  readonly reason: string;
}

/** One record as the archive vouches for it. */
interface Evidence {
  readonly [name: string]: unknown;
}

/** Return everything of this wallet in one file; records that do not open are named with the reason. */
export async function exportEverything(
  context: Context,
  fonts: FontSource,
  options: EverythingOptions = {},
): Promise<FullExport> {
  const { progress, signal, words = ENGLISH } = options;
  const now = context.now();
  const list = await listRecords(context);
  const total = list.reduce((sum, { size }) => sum + (size ?? 0), 0);
  const archive = await Archive.create(total, options.spooler ?? spooler, now);
  try {
    const anchors = await anchorsOf(context, list);
    const evidence: Evidence[] = [];
    const gathered: Gathered[] = [];
    const leftOut: LeftOut[] = [];
    let done = 0;
    for (const row of list) {
      signal?.throwIfAborted();
      try {
        await withFile(context, row, options, async (opened, file) => {
          const path = pathOf(row, file.name);
          await archive.addFile(path, file);
          evidence.push(await evidenceOf(opened, path, anchors.items.get(row.record) ?? null));
          if (isLookedInto(row)) gathered.push(gatherDocument(new Uint8Array(await file.arrayBuffer()), row.created));
        });
      } catch (error) {
        if (!(error instanceof MedixainError)) throw error;
        leftOut.push({ record: row.record, reason: error.message });
      }
      done += row.size ?? 0;
      progress?.(done, total);
    }
    await addSummary(context, archive, gathered, { now, fonts, words });
    await addLog(context, archive, leftOut, now);
    await archive.addText(
      'evidence/records.json',
      json({
        chain: context.meta.chainId,
        contracts: Object.fromEntries(context.meta.contracts),
        slots: anchors.slots,
        records: evidence,
      }),
    );
    await archive.addText('left-out.json', json(leftOut));
    await archive.addText('README.txt', README);
    const name = `medixain-${instant(now).slice(0, 10)}.zip`;
    return { name, mediaType: 'application/zip', file: await archive.finish(name), records: evidence.length, leftOut };
  } catch (error) {
    await archive.discard();
    throw error;
  }
}

/** Decrypt a record for as long as `use` needs it; the file is deleted after. */
async function withFile(
  context: Context,
  row: RecordRow,
  { signal, spooler: spooled = spooler }: EverythingOptions,
  use: (opened: Opened, file: File) => Promise<void>,
): Promise<void> {
  const opened = await openRecord(context, recordId(row.record), signal);
  const made: Spool[] = [];
  const remembered: Spooler = async (expected) => {
    const spool = await spooled(expected);
    made.push(spool);
    return spool;
  };
  try {
    const { file } = await decrypted(context, opened, { signal, spooler: remembered });
    await use(opened, file);
  } finally {
    for (const spool of made) await spool.discard();
  }
}

function pathOf(row: RecordRow, name: string): string {
  // The id keeps two records of one name apart; names hold no path (container.md).
  return `records/${row.section}/${row.record.slice(2, 10)}-${name}`;
}

/** What proves a record to somebody who has only this archive and a view of the chain. */
async function evidenceOf({ stored, key }: Opened, path: string, item: RecordItem | null): Promise<Evidence> {
  const provenance =
    stored.provenance === null ? null : await openProvenance(stored.provenance, { header: stored.header, key });
  return {
    path,
    record: stored.name,
    header: toHex(stored.header.encode()),
    cid: stored.cid,
    size: stored.size,
    kc: toBase64(stored.kc),
    statement_signature: toHex(stored.statementSignature),
    provenance:
      provenance === null
        ? null
        : {
            professional: provenance.professional,
            institution: provenance.institution,
            signature: toHex(provenance.signature),
          },
    anchor:
      item === null ? null : { seq: item.seq, time: item.time, originator: item.originator, attested: item.attested },
  };
}

interface Anchors {
  readonly items: ReadonlyMap<string, RecordItem>;
  readonly slots: readonly unknown[];
}

async function anchorsOf(context: Context, list: readonly RecordRow[]): Promise<Anchors> {
  const items = new Map<string, RecordItem>();
  const slots: unknown[] = [];
  const layers = new Set(list.map(({ section }) => section.split('/')[0]));
  for (const [slot, layer] of ownLayers(context.keys)) {
    if (!layers.has(layer)) continue;
    const statement = await attested(context, slot, { fresh: false });
    const past = await history(context, slot, context.account, statement);
    for (const [record, item] of past.anchored()) items.set(record, item);
    slots.push({ layer, ...toJson(StateStatement, statement) });
  }
  return { items, slots };
}

interface SummaryMaking {
  readonly now: number;
  readonly fonts: FontSource;
  readonly words: SummaryWords;
}

async function addSummary(
  context: Context,
  archive: Archive,
  gathered: readonly Gathered[],
  { now, fonts, words }: SummaryMaking,
): Promise<void> {
  const profile = await showProfile(context);
  const own = statementsOfProfile(profile);
  const statements = [...own, ...gathered.flatMap((one) => one.statements)];
  const document = ipsDocument(statements, { patient: newestPatient(gathered), now });
  const entry = statements.map(({ resource }) => ({ resource }));
  await archive.addText('profile.json', json(profile));
  await archive.addText(
    'bundle.json',
    json({ resourceType: 'Bundle', type: 'collection', timestamp: instant(now), entry }),
  );
  await archive.addText('summary-ips.json', json(document));
  await archive.add('summary.pdf', await summaryPdf(document, await fonts(), words));
}

/** Add who looked; nodes that do not answer now must not keep anybody from the records. */
async function addLog(context: Context, archive: Archive, leftOut: LeftOut[], now: number): Promise<void> {
  let log: Logged;
  try {
    log = { looks: await accessLog(context), openings: await linkOpenings(context) };
  } catch (error) {
    if (!(error instanceof MedixainError)) throw error;
    leftOut.push({ record: 'access-log', reason: error.message });
    return;
  }
  const { looks, openings } = log;
  await archive.addText('access-log.csv', accessLogCsv(looks, openings));
  await archive.addText('access-log.json', json(accessLogFhir(looks, auditFacts(context, now), openings)));
}

function json(value: unknown): string {
  return JSON.stringify(value, null, 1);
}

/** A zip that goes into a spool while it is made. */
class Archive {
  readonly #spool: Spool;
  readonly #zip: ZipWriter;

  private constructor(spool: Spool, now: number) {
    this.#spool = spool;
    this.#zip = new ZipWriter((data) => spool.write(data), new Date(now * 1000));
  }

  static async create(expected: number, spooled: Spooler, now: number): Promise<Archive> {
    return new Archive(await spooled(expected), now);
  }

  addText(path: string, words: string): Promise<void> {
    return this.add(path, utf8(words));
  }

  add(path: string, data: Bytes): Promise<void> {
    return this.addFile(path, new Blob([data]));
  }

  addFile(path: string, file: Blob): Promise<void> {
    return this.#zip.add(path, file, { compress: !PACKED.test(path) });
  }

  async finish(name: string): Promise<File> {
    await this.#zip.end();
    return this.#spool.finish(name, 'application/zip');
  }

  discard(): Promise<void> {
    return this.#spool.discard();
  }
}

const README = `Everything your medixain wallet holds.

records/             every record as it was added, byte for byte
profile.json         your profile with who said what, when, and what you disputed
bundle.json          the same and your FHIR records' resources as one FHIR R4 Bundle
summary-ips.json     an International Patient Summary (HL7 IPS 2.0.1), summary.pdf the same on paper
access-log.csv       who looked or tried to; access-log.json the same as FHIR AuditEvents (IHE BALP)
evidence/            for each record its header, content address, signatures and place in the chain's history;
                     docs/spec/container.md and nodes.md of medixain say how they are checked
left-out.json        records that did not open, and why

These files are not encrypted. Keep them where only you can read them.
`;
