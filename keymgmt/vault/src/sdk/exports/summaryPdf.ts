/** A summary on paper: the IPS document's sections as A4 pages, read by people who have no computer at hand. */

import type { Bytes } from '../../core/bytes.ts';
import { itemOf } from '../clinical/items.ts';
import { type Json, object, objects, personName, text } from '../clinical/values.ts';
import { type Face, PAGE, PdfPage, textWidth, wrapped, writePdf } from './pdf.ts';
import type { TrueTypeFont } from './trueType.ts';

const MARGIN = 56;
const WIDTH = PAGE.width - 2 * MARGIN;
const SIZES = { title: 20, heading: 13, body: 10.5, small: 8.5 } as const;
const LEADING = 1.4;
/** Room that a heading keeps for the first of its lines. */
const TOGETHER = 60;

/** Words of the pages, so that they can be in the reader's language. */
export interface SummaryWords {
  readonly language: string;
  readonly title: string;
  readonly born: string;
  readonly made: string;
  readonly nothing: string;
  readonly disclaimer: string;
  readonly page: (number: number, of: number) => string;
  /** A section's title by its LOINC code; the document's own when undefined. */
  readonly section: (code: string) => string | undefined;
}

/** The words in English. */
export const ENGLISH: SummaryWords = {
  language: 'en',
  title: 'International Patient Summary',
  born: 'Born',
  made: 'Made on',
  nothing: 'Nothing is recorded.',
  disclaimer:
    'Put together by the patient’s own wallet from what it holds. What is not here may still be so; ask the patient.',
  page: (number, of) => `Page ${number} of ${of}`,
  section: () => undefined,
};

/** The words in German. */
export const GERMAN: SummaryWords = {
  language: 'de',
  title: 'Internationale Patientenkurzakte',
  born: 'Geboren',
  made: 'Erstellt am',
  nothing: 'Nichts verzeichnet.',
  disclaimer:
    'Von der eigenen Wallet der Patientin oder des Patienten zusammengestellt. Was hier fehlt, kann trotzdem vorliegen; fragen Sie nach.',
  page: (number, of) => `Seite ${number} von ${of}`,
  section: (code) => GERMAN_SECTIONS[code],
};

const GERMAN_SECTIONS: Readonly<Record<string, string>> = {
  '48765-2': 'Allergien und Unverträglichkeiten',
  '11450-4': 'Diagnosen',
  '11348-0': 'Frühere Erkrankungen',
  '10160-0': 'Medikation',
  '11369-6': 'Impfungen',
  '8716-3': 'Vitalwerte',
  '29762-2': 'Soziale Anamnese',
  '30954-2': 'Befunde',
  '47519-4': 'Eingriffe',
  '46264-8': 'Medizinprodukte',
  '42348-3': 'Vorausverfügungen',
  '18776-5': 'Behandlungsplan',
};

/** Return the pages of an IPS document. */
export async function summaryPdf(
  document: Json,
  fonts: Readonly<Record<Face, TrueTypeFont>>,
  words: SummaryWords = ENGLISH,
): Promise<Bytes> {
  const resources = new Map(
    objects(document['entry']).map((entry) => [text(entry['fullUrl']) ?? '', object(entry['resource']) ?? {}] as const),
  );
  const composition = [...resources.values()].find((one) => one['resourceType'] === 'Composition') ?? {};
  const patient = [...resources.values()].find((one) => one['resourceType'] === 'Patient') ?? {};
  const layout = new Layout(fonts);
  const made = text(document['timestamp']) ?? '';
  layout.write(words.title, SIZES.title, 'bold');
  layout.space(4);
  layout.write(personName(patient['name']) ?? '—', SIZES.heading, 'bold');
  const facts = [
    text(patient['birthDate']) === null ? null : `${words.born} ${String(patient['birthDate'])}`,
    text(patient['gender']),
  ];
  layout.write(facts.filter((fact) => fact !== null).join(' · '), SIZES.body);
  for (const identifier of objects(patient['identifier'])) {
    layout.write(
      `${text(identifier['value']) ?? ''} (${text(identifier['system']) ?? ''})`,
      SIZES.small,
      'regular',
      0.35,
    );
  }
  layout.write(`${words.made} ${made.slice(0, 16).replace('T', ' ')} UTC`, SIZES.small, 'regular', 0.35);
  for (const section of objects(composition['section'])) writeSection(layout, section, resources, words);
  layout.space(14);
  layout.write(words.disclaimer, SIZES.small, 'regular', 0.35);
  return writePdf(layout.finish(words), fonts, {
    title: words.title,
    language: words.language,
    created: Math.floor(Date.parse(made) / 1000) || 0,
  });
}

function writeSection(layout: Layout, section: Json, resources: ReadonlyMap<string, Json>, words: SummaryWords): void {
  const code = text(objects(object(section['code'])?.['coding'])[0]?.['code']) ?? '';
  layout.keep(TOGETHER);
  layout.space(12);
  layout.write(words.section(code) ?? text(section['title']) ?? '', SIZES.heading, 'bold');
  layout.rule();
  const entries = objects(section['entry']).map((entry) => resources.get(text(entry['reference']) ?? ''));
  const shown = entries.filter((resource) => resource !== undefined);
  if (shown.length === 0) layout.write(words.nothing, SIZES.body, 'regular', 0.35);
  for (const resource of shown) {
    const item = itemOf(resource, { record: '', place: '', author: null, institution: null });
    layout.row(
      item.title,
      [item.value, item.status].filter((part) => part !== null && part !== '').join(' · '),
      item.date?.slice(0, 10) ?? '',
    );
    for (const note of objects(resource['note']))
      layout.write(text(note['text']) ?? '', SIZES.small, 'regular', 0.35, 12);
  }
}

/** Lines from the top of a page to its foot, and on to the next. */
class Layout {
  readonly #fonts: Readonly<Record<Face, TrueTypeFont>>;
  readonly #pages: PdfPage[] = [];
  #y = 0;

  constructor(fonts: Readonly<Record<Face, TrueTypeFont>>) {
    this.#fonts = fonts;
    this.#turn();
  }

  space(points: number): void {
    this.#y -= points;
  }

  /** Turn the page when fewer than `points` are left on it. */
  keep(points: number): void {
    if (this.#y - points < MARGIN) this.#turn();
  }

  rule(): void {
    this.space(6);
    this.#page.rule(MARGIN, this.#y, WIDTH);
  }

  write(words: string, size: number, face: Face = 'regular', grey = 0, indent = 0): void {
    if (words === '') return;
    for (const line of wrapped(this.#fonts[face], words, size, WIDTH - indent)) {
      this.#line(size);
      this.#page.text(line, MARGIN + indent, this.#y, size, face, grey);
    }
  }

  /** A title with its value below, and the date at the right. */
  row(title: string, value: string, date: string): void {
    const { body, small } = SIZES;
    const dateWidth = textWidth(this.#fonts.regular, date, small);
    const lines = wrapped(this.#fonts.bold, title, body, WIDTH - dateWidth - 12);
    this.keep(2 * body * LEADING);
    lines.forEach((line, index) => {
      this.#line(body);
      this.#page.text(line, MARGIN, this.#y, body, 'bold');
      if (index === 0) this.#page.text(date, MARGIN + WIDTH - dateWidth, this.#y, small, 'regular', 0.35);
    });
    this.write(value, body);
    this.space(3);
  }

  /** Number the pages and return them. */
  finish(words: SummaryWords): readonly PdfPage[] {
    this.#pages.forEach((page, index) => {
      const label = words.page(index + 1, this.#pages.length);
      const width = textWidth(this.#fonts.regular, label, SIZES.small);
      page.text(label, MARGIN + WIDTH - width, MARGIN / 2, SIZES.small, 'regular', 0.35);
    });
    return this.#pages;
  }

  get #page(): PdfPage {
    return this.#pages.at(-1)!;
  }

  #line(size: number): void {
    const height = size * LEADING;
    if (this.#y - height < MARGIN) this.#turn();
    this.#y -= height;
  }

  #turn(): void {
    this.#pages.push(new PdfPage(this.#fonts));
    this.#y = PAGE.height - MARGIN;
  }
}
