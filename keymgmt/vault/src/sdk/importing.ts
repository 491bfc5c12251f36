/**
 * Bulk NDJSON of many patients, each patient's lines as one record (`medixain/sdk/importing.py`; promise A4).
 *
 * Files are read twice, a line at a time: first every resource is validated and noted by the patient it is about, as its
 * place in its file; then each patient's lines are read again into the record's encryption. So memory holds one line
 * and the places. What fails for one patient is reported and stops nobody else's.
 *
 * An import that was interrupted is resumed by running it again. Content already taken is known by its SHA-256; a record
 * that was being handed in when the page closed is known by its id, which is noted before it leaves this device.
 */

import { type Address, toAddress } from '../core/addresses.ts';
import type { Bytes } from '../core/bytes.ts';
import { RecordType, shortenedName } from '../core/container/index.ts';
import { InvalidInput, MedixainError } from '../core/errors.ts';
import { Sha256 } from '../core/hashes.ts';
import { hexDigits } from '../core/hex.ts';
import { type AddOptions, targetOf } from './adding.ts';
import type { Context } from './context.ts';
import { NotFound } from './errors.ts';
import type { Definitions, DefinitionSource } from './fhir/definitions.ts';
import { readNdjson, terminated } from './fhir/report.ts';
import type { BulkImported, ImportedPatient, ResourceReport } from './results.ts';
import { fetchStored, recordId, splitSection } from './stored.ts';
import { type Target, write } from './writing.ts';

const DEFAULT_SECTION = 'profile/documents';
/** The state of a record whose anchor the chain refused: it was never taken. */
const FAILED = 'failed';

/** Where a valid line lies: the file, its first byte there, and its length. */
type Place = readonly [file: Blob, start: number, length: number];

/** What Bulk NDJSON files hold of one patient: where its valid lines are, and the reports of those that are not. */
export class PatientResources {
  readonly patient: string;
  readonly refused: ResourceReport[] = [];
  /** Bytes of the lines, each with its newline. */
  size = 0;
  readonly #counts = new Map<string, number>();
  readonly #places: Place[] = [];
  readonly #hash = new Sha256();

  constructor(patient: string) {
    this.patient = patient;
  }

  /** Note a valid line: its file, where it starts there, and its bytes. */
  note(file: Blob, start: number, line: Bytes, resourceType: string): void {
    const whole = terminated(line);
    this.#places.push([file, start, line.length]);
    this.#hash.update(whole);
    this.size += whole.length;
    this.#counts.set(resourceType, (this.#counts.get(resourceType) ?? 0) + 1);
  }

  /** How many valid lines there are. */
  get resources(): number {
    return this.#places.length;
  }

  /** By resource type, sorted. */
  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#counts].sort(([left], [right]) => (left < right ? -1 : 1)));
  }

  /** SHA-256 of the patient's lines, by which a repeated import is recognised. */
  get digest(): string {
    return hexDigits(this.#hash.digest());
  }

  /** Yield the lines as they came; throws `InvalidInput` after the last when they are not those that were validated. */
  async *content(): AsyncGenerator<Bytes> {
    const again = new Sha256();
    for (const [file, start, length] of this.#places) {
      const line = terminated(await bytesOf(file, start, length));
      again.update(line);
      yield line;
    }
    if (hexDigits(again.digest()) !== this.digest) throw changed();
  }
}

async function bytesOf(file: Blob, start: number, length: number): Promise<Bytes> {
  try {
    return new Uint8Array(await file.slice(start, start + length).arrayBuffer());
  } catch (error) {
    // A browser gives no bytes of a file that has changed since it was chosen.
    if (error instanceof DOMException) throw changed();
    throw error;
  }
}

function changed(): InvalidInput {
  return new InvalidInput('The files changed while they were imported; import them again.', { field: 'files' });
}

/** What belongs to each patient, sorted by the patient's id; and the reports of what belongs to nobody. */
export interface Sorted {
  readonly patients: readonly PatientResources[];
  /** Resources such as Organization that are about no patient, and lines of which that cannot be said. */
  readonly leftOut: readonly ResourceReport[];
}

/** Sort the resources of Bulk NDJSON files by the patient they are about. */
export async function byPatient(definitions: Definitions, files: readonly File[]): Promise<Sorted> {
  const found = new Map<string, PatientResources>();
  const leftOut: ResourceReport[] = [];
  for (const file of files) {
    for await (const { report, start, bytes } of readNdjson(definitions, file)) {
      const placed = { ...report, place: `${file.name} ${report.place}` };
      if (report.patient === null) {
        leftOut.push(placed);
        continue;
      }
      const patient = found.get(report.patient) ?? new PatientResources(report.patient);
      found.set(report.patient, patient);
      if (report.issues.length > 0) patient.refused.push(placed);
      else patient.note(file, start, bytes, report.resourceType);
    }
  }
  const patients = [...found.values()].sort((left, right) => (left.patient < right.patient ? -1 : 1));
  return { patients, leftOut };
}

/** Options of {@link bulkImport}. */
export interface ImportOptions extends AddOptions {
  readonly section?: string | undefined;
}

/** How a record is taken; the platform's way unless a test says otherwise. */
export interface Taking {
  readonly targetOf: typeof targetOf;
  readonly write: typeof write;
  readonly fetchStored: typeof fetchStored;
}

const TAKING: Taking = { targetOf, write, fetchStored };

/**
 * Import Bulk NDJSON of many patients: one record for each patient in `wallets` (id in the files to wallet).
 *
 * Returns for each what was taken and what was refused, and why. Patients without a wallet here are left out.
 */
export async function bulkImport(
  context: Context,
  definitions: DefinitionSource,
  files: readonly File[],
  wallets: Readonly<Record<string, string>>,
  { section = DEFAULT_SECTION, ...options }: ImportOptions = {},
  taking = TAKING,
): Promise<BulkImported> {
  const [layer, part] = splitSection(section);
  const { patients, leftOut } = await byPatient(await definitions(), files);
  const imported: ImportedPatient[] = [];
  const unmatched: string[] = [];
  const importer = new Importer(context, taking, layer, part, options);
  for (const resources of patients) {
    const { patient } = resources;
    const wallet = Object.hasOwn(wallets, patient) ? wallets[patient] : undefined;
    if (wallet === undefined) unmatched.push(patient);
    else imported.push(await importer.imported(resources, wallet));
    options.progress?.(imported.length + unmatched.length, patients.length);
  }
  const isWhole = imported.every(({ record, refused }) => record !== null && refused.length === 0);
  const complete = isWhole && leftOut.every(({ issues }) => issues.length === 0);
  return { imported, unmatched, leftOut, complete };
}

/** Takes one patient after the other. */
class Importer {
  readonly #context: Context;
  readonly #taking: Taking;
  readonly #layer: string;
  readonly #part: string;
  readonly #options: AddOptions;

  constructor(context: Context, taking: Taking, layer: string, part: string, options: AddOptions) {
    this.#context = context;
    this.#taking = taking;
    this.#layer = layer;
    this.#part = part;
    this.#options = options;
  }

  /** Import one patient's resources; an error is this patient's and goes into the report, a cancellation ends all. */
  async imported(resources: PatientResources, wallet: string): Promise<ImportedPatient> {
    const { patient, refused, counts } = resources;
    const none = { patient, wallet, resources: 0, record: null, counts: {}, refused };
    this.#options.signal?.throwIfAborted();
    if (resources.resources === 0) {
      return { ...none, problem: 'fhir-invalid', reason: "None of this patient's resources is valid FHIR R4." };
    }
    try {
      const record = await this.#once(resources, toAddress(wallet));
      return { ...none, resources: resources.resources, record, counts, problem: null, reason: null };
    } catch (error) {
      if (!(error instanceof MedixainError)) throw error;
      return { ...none, problem: error.code, reason: error.message };
    }
  }

  /** Return the record of this content in this wallet, written now unless an earlier run has handed it in. */
  async #once(resources: PatientResources, wallet: Address): Promise<string> {
    const mark = `${wallet}/${resources.digest}`;
    const taken = (await this.#context.table('imported'))[mark];
    if (typeof taken === 'string') return taken;
    const target = await this.#taking.targetOf(this.#context, wallet, this.#layer, this.#part);
    const begun = (await this.#context.table('importing'))[mark];
    const record = (await this.#handedIn(target, begun)) ?? (await this.#written(resources, target, mark));
    await this.#context.changing('imported', (table) => {
      table[mark] = record;
    });
    await this.#context.changing('importing', (table) => {
      delete table[mark];
    });
    return record;
  }

  async #written(resources: PatientResources, target: Target, mark: string): Promise<string> {
    const { stored } = await this.#taking.write(this.#context, target, resources.content(), {
      signal: this.#options.signal,
      spooler: this.#options.spooler,
      name: shortenedName(`${resources.patient}.ndjson`),
      type: RecordType.fhirNdjson,
      size: resources.size,
      begin: (record) =>
        this.#context.changing('importing', (table) => {
          table[mark] = record;
        }),
    });
    return stored.name;
  }

  /** The record that an earlier run was handing in, if the platform took it. */
  async #handedIn(target: Target, begun: unknown): Promise<string | null> {
    if (typeof begun !== 'string') return null;
    try {
      const { state } = await this.#taking.fetchStored(this.#context, recordId(begun), target.by);
      return state === FAILED ? null : begun;
    } catch (error) {
      if (error instanceof NotFound) return null;
      throw error;
    }
  }
}
