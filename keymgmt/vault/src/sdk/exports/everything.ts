/**
 * Everything a wallet holds, in one zip: every record byte for byte, the profile and summary, who looked, and the
 * evidence by which anybody can check it without this platform (docs/spec/export.md).
 */

import { type Bytes, utf8 } from '../../core/bytes.ts';
import type { JsonObject } from '../../core/canonical.ts';
import type { Preamble } from '../../core/container/index.ts';
import { MedixainError } from '../../core/errors.ts';
import { keccak256, Sha256 } from '../../core/hashes.ts';
import { hexDigits, toHex } from '../../core/hex.ts';
import { ExportManifest } from '../../core/keys/messages.ts';
import type { Context } from '../context.ts';
import { accessLog } from '../looks.ts';
import { showProfile } from '../profile.ts';
import { type Opened, openRecord } from '../reading.ts';
import { decrypted, listRecords } from '../records.ts';
import type { FullExport, Progress, RecordRow } from '../results.ts';
import { type Spool, type Spooler, spooler } from '../spool.ts';
import { recordId } from '../stored.ts';
import { accessLogCsv, accessLogFhir, type Logged } from './accessLog.ts';
import { auditFacts } from './auditEvents.ts';
import { evidenceFile, recordEvidence, slotsEvidence } from './evidence.ts';
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
    const slots = await slotsEvidence(context, list);
    const evidence: JsonObject[] = [];
    const gathered: Gathered[] = [];
    const leftOut: LeftOut[] = [];
    let done = 0;
    for (const row of list) {
      signal?.throwIfAborted();
      try {
        await withFile(context, row, options, async (opened, file, preamble) => {
          const path = pathOf(row, file.name);
          await archive.addFile(path, file);
          evidence.push(await recordEvidence(context, opened, preamble, path));
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
    await archive.addText('evidence/records.json', json(evidenceFile(context, slots, evidence)));
    await archive.addText('left-out.json', json(leftOut));
    await archive.addText('README.txt', README);
    await addManifest(context, archive, now);
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
  use: (opened: Opened, file: File, preamble: Preamble) => Promise<void>,
): Promise<void> {
  const opened = await openRecord(context, recordId(row.record), signal);
  const made: Spool[] = [];
  const remembered: Spooler = async (expected) => {
    const spool = await spooled(expected);
    made.push(spool);
    return spool;
  };
  try {
    const { file, preamble } = await decrypted(context, opened, { signal, spooler: remembered });
    await use(opened, file, preamble);
  } finally {
    for (const spool of made) await spool.discard();
  }
}

function pathOf(row: RecordRow, name: string): string {
  // The id keeps two records of one name apart; names hold no path (container.md).
  return `records/${row.section}/${row.record.slice(2, 10)}-${name}`;
}

/** Add the hash of every file so far, in the form that `sha256sum -c` reads, signed by the wallet's own key. */
async function addManifest(context: Context, archive: Archive, now: number): Promise<void> {
  const sums = utf8(archive.sums());
  const message = ExportManifest.make({ wallet: context.keys.walletId, sumsHash: keccak256(sums), time: now });
  const signature = context.keys.idKey.sign(context.offChain, ExportManifest, message);
  await archive.add('SHA256SUMS', sums);
  await archive.addText(
    'evidence/signature.json',
    json({ chain_id: context.meta.chainId, wallet: message.wallet, time: now, signature: toHex(signature) }),
  );
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

/** A zip that goes into a spool while it is made; it remembers what it holds. */
class Archive {
  readonly #spool: Spool;
  readonly #zip: ZipWriter;
  readonly #sums: string[] = [];

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

  async addFile(path: string, file: Blob): Promise<void> {
    const hash = new Sha256();
    for await (const piece of file.stream()) hash.update(piece);
    this.#sums.push(`${hexDigits(hash.digest())}  ${path}\n`);
    await this.#zip.add(path, file, { compress: !PACKED.test(path) });
  }

  /** SHA-256 of each file and its path, a line each. */
  sums(): string {
    return this.#sums.join('');
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
evidence/            what proves each record: its key, content address and signatures, its place in the chain's history,
                     and what the re-encryption nodes signed of that; docs/spec/export.md of medixain explains it
SHA256SUMS           the hash of every file, which evidence/signature.json signs for your wallet
left-out.json        records that did not open or that nobody vouches for, and why

Check all of it, without anybody's help:    medixain verify THIS-FILE.zip

These files are not encrypted. Keep them where only you can read them.
`;
