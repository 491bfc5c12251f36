/** The summary of a wallet: gathered from its profile and its FHIR records, as a document, on paper, or behind a link. */

import { utf8 } from '../../core/bytes.ts';
import { itemOf } from '../clinical/items.ts';
import { type Json, object } from '../clinical/values.ts';
import { FHIR_TYPES } from '../clinical/view.ts';
import type { Context } from '../context.ts';
import { NoJson, parseJson } from '../fhir/report.ts';
import { showProfile } from '../profile.ts';
import { getRecord, listRecords } from '../records.ts';
import type { Exported, Progress, RecordRow, RecordTypeName, SharedLink } from '../results.ts';
import { exported, instant } from './files.ts';
import { createLink, type LinkWish } from './healthLink.ts';
import { ipsDocument } from './ips.ts';
import type { Face } from './pdf.ts';
import { type Statement, statementsOfDocument, statementsOfProfile } from './statements.ts';
import { ENGLISH, summaryPdf, type SummaryWords } from './summaryPdf.ts';
import { TrueTypeFont } from './trueType.ts';

/** Bytes of the largest FHIR record that a summary looks into. */
const MAX_LOOKED_INTO = 64 * 1024 * 1024;

/** The faces that paper needs; loaded with the first document. */
export type FontSource = () => Promise<Readonly<Record<Face, TrueTypeFont>>>;

/** What a wallet says, and the Patient resource of the newest record that has one. */
export interface Gathered {
  readonly statements: readonly Statement[];
  readonly patient: Json | null;
}

/** How far gathering goes: only these sections (`layer/section`), all of them when left out. */
export interface Gathering {
  readonly sections?: readonly string[] | undefined;
  readonly progress?: Progress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Return a source of fonts that fetches them from the vault's own origin once, and again after a failure. */
export function fetchedFonts(folder: string, fetcher: typeof fetch = fetch): FontSource {
  let loading: ReturnType<FontSource> | undefined;
  const face = async (name: Face): Promise<TrueTypeFont> => {
    const response = await fetcher(`${folder}/atkinson-${name}.ttf`);
    return new TrueTypeFont(new Uint8Array(await response.arrayBuffer()));
  };
  return () => {
    loading ??= Promise.all([face('regular'), face('bold')])
      .then(([regular, bold]) => ({ regular, bold }))
      .catch((error: unknown) => {
        loading = undefined;
        throw error;
      });
    return loading;
  };
}

/** Read the profile and every own FHIR record; nothing of the sealed layer is taken. */
export async function gather(context: Context, { sections, progress, signal }: Gathering = {}): Promise<Gathered> {
  const wanted = (section: string): boolean => sections === undefined || sections.includes(section);
  const profile = await showProfile(context);
  const documents = (await listRecords(context)).filter((row) => isLookedInto(row) && wanted(row.section));
  const found: Gathered[] = [];
  for (const [index, row] of documents.entries()) {
    progress?.(index, documents.length);
    const { file } = await getRecord(context, row.record, { signal });
    found.push(gatherDocument(new Uint8Array(await file.arrayBuffer()), row.created));
  }
  const own = statementsOfProfile(profile).filter(({ section }) => wanted(`profile/${section}`));
  return { statements: [...own, ...found.flatMap(({ statements }) => statements)], patient: newestPatient(found) };
}

/** Whether a record's content belongs into a summary. */
export function isLookedInto({ type, size, section }: RecordRow): boolean {
  const small = size !== null && size <= MAX_LOOKED_INTO;
  return type !== null && FHIR_TYPES.has(type as RecordTypeName) && small && !section.startsWith('sealed/');
}

/** Return the statements in the bytes of one FHIR record; none for what is no FHIR. */
export function gatherDocument(bytes: Uint8Array, recorded: number): Gathered {
  const whole = parseJson(bytes);
  const documents: readonly unknown[] = whole instanceof NoJson ? linesOf(bytes) : [whole];
  const statements = documents.flatMap((document) => {
    const found = object(document);
    return found === null ? [] : statementsOfDocument(found, recorded, sectionOf);
  });
  return {
    statements,
    patient: statements.find(({ resource }) => resource['resourceType'] === 'Patient')?.resource ?? null,
  };
}

/** The newest record's Patient; `found` is in the order in which records were written down. */
export function newestPatient(found: readonly Gathered[]): Json | null {
  const dated = found.filter(({ patient }) => patient !== null);
  const time = ({ statements }: Gathered): number => statements[0]?.recorded ?? 0;
  return dated.sort((left, right) => time(right) - time(left))[0]?.patient ?? null;
}

function sectionOf(resource: Json): string {
  return itemOf(resource, { record: '', place: '', author: null, institution: null }).section;
}

function linesOf(bytes: Uint8Array): unknown[] {
  const lines = new TextDecoder().decode(bytes).split('\n');
  return lines.map((line) => (line.trim() === '' ? null : parseJson(utf8(line))));
}

/** Return the summary as a FHIR document, or on paper. */
export async function exportIps(
  context: Context,
  fonts: FontSource,
  form: 'json' | 'pdf',
  { words = ENGLISH, ...gathering }: Gathering & { readonly words?: SummaryWords } = {},
): Promise<Exported> {
  const now = context.now();
  const { statements, patient } = await gather(context, gathering);
  const document = ipsDocument(statements, { patient, now });
  return form === 'json' ? summaryJson(document, now) : summaryPaper(document, now, await fonts(), words);
}

/** A summary as a JSON file. */
export function summaryJson(document: Json, now: number): Exported {
  return exported(
    `summary-${instant(now).slice(0, 10)}.json`,
    'application/fhir+json',
    JSON.stringify(document, null, 1),
  );
}

/** A summary as a PDF file. */
export async function summaryPaper(
  document: Json,
  now: number,
  fonts: Readonly<Record<Face, TrueTypeFont>>,
  words: SummaryWords = ENGLISH,
): Promise<Exported> {
  return exported(
    `summary-${instant(now).slice(0, 10)}.pdf`,
    'application/pdf',
    await summaryPdf(document, fonts, words),
  );
}

/** Put a summary of these sections behind a SMART Health Link. */
export async function shareSummary(context: Context, wish: LinkWish & Gathering): Promise<SharedLink> {
  const { statements, patient } = await gather(context, wish);
  const document = ipsDocument(statements, { patient, now: context.now() });
  return createLink(context, utf8(JSON.stringify(document)), wish);
}
