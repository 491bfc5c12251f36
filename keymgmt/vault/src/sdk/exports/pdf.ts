/**
 * A small PDF writer (ISO 32000-1): A4 pages of text and rules with embedded fonts, enough for a printed summary.
 *
 * The libraries that do this bring a megabyte of scripts to every visit for one button. Fonts are embedded whole: they
 * have 27 kB each. What they lack is taken from the standard fonts Helvetica and Symbol, and from nowhere a `?`.
 */

import { type Bytes, concat, utf8 } from '../../core/bytes.ts';
import { TrueTypeFont } from './trueType.ts';

/** Points of A4. */
export const PAGE = { width: 595.28, height: 841.89 } as const;

/** The embedded faces. */
export type Face = 'regular' | 'bold';

/** Characters of the standard fonts that medicine needs: font, code there, width. */
const FALLBACK: ReadonlyMap<string, readonly [font: 'Helvetica' | 'Symbol', code: number, width: number]> = new Map([
  ['µ', ['Helvetica', 0xb5, 556]],
  ['μ', ['Helvetica', 0xb5, 556]],
  ['≥', ['Symbol', 0xb3, 549]],
  ['≤', ['Symbol', 0xa3, 549]],
  ['≠', ['Symbol', 0xb9, 549]],
  ['≈', ['Symbol', 0xbb, 549]],
  ['→', ['Symbol', 0xae, 987]],
  ['α', ['Symbol', 0x61, 631]],
  ['β', ['Symbol', 0x62, 549]],
  ['γ', ['Symbol', 0x67, 411]],
  ['δ', ['Symbol', 0x64, 494]],
  ['κ', ['Symbol', 0x6b, 549]],
  ['λ', ['Symbol', 0x6c, 549]],
  ['Δ', ['Symbol', 0x44, 612]],
  ['Ω', ['Symbol', 0x57, 768]],
]);
const UNKNOWN = '?';

/** What one page says: text and rules, in points from the lower left corner. */
export class PdfPage {
  readonly #fonts: Readonly<Record<Face, TrueTypeFont>>;
  readonly #operators: string[] = [];

  constructor(fonts: Readonly<Record<Face, TrueTypeFont>>) {
    this.#fonts = fonts;
  }

  /** Write a line of text with its baseline's left end at (x, y). */
  text(words: string, x: number, y: number, size: number, face: Face = 'regular', grey = 0): void {
    const shown = runsOf(this.#fonts[face], face, words).map(({ font, hex }) => `/${font} ${size} Tf <${hex}> Tj`);
    this.#operators.push(`BT ${grey} g 1 0 0 1 ${round(x)} ${round(y)} Tm ${shown.join(' ')} ET`);
  }

  /** Draw a horizontal rule. */
  rule(x: number, y: number, width: number, grey = 0.8): void {
    this.#operators.push(`${grey} G 0.6 w ${round(x)} ${round(y)} m ${round(x + width)} ${round(y)} l S`);
  }

  /** The page's content stream. */
  content(): Bytes {
    return utf8(this.#operators.join('\n'));
  }
}

/** A run of characters of one font. */
interface Run {
  readonly font: string;
  readonly hex: string;
  readonly width: number;
}

function runsOf(font: TrueTypeFont, face: Face, words: string): Run[] {
  const runs: { font: string; hex: string; width: number }[] = [];
  for (const character of words) {
    const run = runOf(font, face, character) ?? runOf(font, face, UNKNOWN)!;
    const last = runs.at(-1);
    if (last?.font === run.font) {
      last.hex += run.hex;
      last.width += run.width;
    } else {
      runs.push({ ...run });
    }
  }
  return runs;
}

function runOf(font: TrueTypeFont, face: Face, character: string): Run | undefined {
  const glyph = font.glyph(character);
  if (glyph !== undefined) return { font: face, hex: glyph.toString(16).padStart(4, '0'), width: font.width(glyph) };
  const other = FALLBACK.get(character);
  if (other === undefined) return undefined;
  const [name, code, width] = other;
  return { font: name, hex: code.toString(16).padStart(2, '0'), width };
}

/** How wide a line of text is, in points. */
export function textWidth(font: TrueTypeFont, words: string, size: number): number {
  return (runsOf(font, 'regular', words).reduce((sum, { width }) => sum + width, 0) * size) / 1000;
}

/** Return text as lines no wider than `width` points; a word that is longer than a line is cut. */
export function wrapped(font: TrueTypeFont, words: string, size: number, width: number): string[] {
  const lines: string[] = [];
  for (const paragraph of words.split(/\r?\n/)) {
    let line = '';
    for (const word of paragraph.split(/\s+/)) {
      const longer = line === '' ? word : `${line} ${word}`;
      if (textWidth(font, longer, size) <= width) {
        line = longer;
        continue;
      }
      if (line !== '') lines.push(line);
      line = word;
      while (textWidth(font, line, size) > width) {
        const fits = lengthThatFits(font, line, size, width);
        lines.push(line.slice(0, fits));
        line = line.slice(fits);
      }
    }
    lines.push(line);
  }
  return lines;
}

function lengthThatFits(font: TrueTypeFont, word: string, size: number, width: number): number {
  let length = 0;
  for (const character of word) {
    if (length > 0 && textWidth(font, word.slice(0, length + character.length), size) > width) break;
    length += character.length;
  }
  return length;
}

/** What a document says of itself. */
export interface PdfFacts {
  readonly title: string;
  /** BCP 47. */
  readonly language: string;
  /** Unix seconds. */
  readonly created: number;
}

/** Return the PDF of these pages. The same pages give the same bytes. */
export async function writePdf(
  pages: readonly PdfPage[],
  fonts: Readonly<Record<Face, TrueTypeFont>>,
  facts: PdfFacts,
): Promise<Bytes> {
  const file = new PdfFile();
  const resources = file.reserve();
  const tree = file.reserve();
  const faces: string[] = [];
  for (const face of ['regular', 'bold'] as const)
    faces.push(`/${face} ${await embedded(file, fonts[face], face)} 0 R`);
  const helvetica = file.add('<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>');
  const symbol = file.add('<< /Type /Font /Subtype /Type1 /BaseFont /Symbol >>');
  file.set(resources, `<< /Font << ${faces.join(' ')} /Helvetica ${helvetica} 0 R /Symbol ${symbol} 0 R >> >>`);
  const kids: string[] = [];
  for (const page of pages) {
    const content = await file.addStream('', page.content());
    const size = `[0 0 ${PAGE.width} ${PAGE.height}]`;
    kids.push(
      `${file.add(`<< /Type /Page /Parent ${tree} 0 R /MediaBox ${size} /Resources ${resources} 0 R /Contents ${content} 0 R >>`)} 0 R`,
    );
  }
  file.set(tree, `<< /Type /Pages /Count ${pages.length} /Kids [${kids.join(' ')}] >>`);
  const view = '/ViewerPreferences << /DisplayDocTitle true >>';
  const catalog = file.add(`<< /Type /Catalog /Pages ${tree} 0 R /Lang ${textString(facts.language)} ${view} >>`);
  const info = file.add(
    `<< /Title ${textString(facts.title)} /Producer (medixain) /CreationDate (${pdfDate(facts.created)}) >>`,
  );
  return file.finish(catalog, info);
}

/** Embed a font as a composite font whose codes are its glyphs; returns the number of its object. */
async function embedded(file: PdfFile, font: TrueTypeFont, face: Face): Promise<number> {
  const name = `Atkinson-${face}`;
  const program = await file.addStream(`/Length1 ${font.data.length}`, font.data);
  const metrics = `/Ascent ${font.ascent} /Descent ${font.descent} /CapHeight ${font.ascent} /ItalicAngle 0 /StemV ${face === 'bold' ? 140 : 80}`;
  const box = `/FontBBox [${font.box.join(' ')}]`;
  // Flags 32: a nonsymbolic font.
  const descriptor = file.add(
    `<< /Type /FontDescriptor /FontName /${name} /Flags 32 ${box} ${metrics} /FontFile2 ${program} 0 R >>`,
  );
  const widths = Array.from({ length: font.glyphCount }, (_, glyph) => font.width(glyph)).join(' ');
  const system = '/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >>';
  const descendant = file.add(
    `<< /Type /Font /Subtype /CIDFontType2 /BaseFont /${name} ${system} /FontDescriptor ${descriptor} 0 R /W [0 [${widths}]] /CIDToGIDMap /Identity >>`,
  );
  const unicode = await file.addStream('', utf8(toUnicode(font)));
  return file.add(
    `<< /Type /Font /Subtype /Type0 /BaseFont /${name} /Encoding /Identity-H /DescendantFonts [${descendant} 0 R] /ToUnicode ${unicode} 0 R >>`,
  );
}

/** What lets a reader search and copy the text: the character of each glyph. */
function toUnicode(font: TrueTypeFont): string {
  const characters = new Map<number, number>();
  for (const [code, glyph] of font.characters) if (!characters.has(glyph)) characters.set(glyph, code);
  const rows = [...characters].map(([glyph, code]) => `<${hex4(glyph)}> <${hex4(code)}>`);
  const blocks: string[] = [];
  // A block has at most 100 rows (Adobe Technical Note 5014).
  for (let start = 0; start < rows.length; start += 100) {
    const block = rows.slice(start, start + 100);
    blocks.push(`${block.length} beginbfchar\n${block.join('\n')}\nendbfchar`);
  }
  return [
    '/CIDInit /ProcSet findresource begin 12 dict begin begincmap',
    '/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def',
    '/CMapName /Adobe-Identity-UCS def /CMapType 2 def',
    '1 begincodespacerange <0000> <ffff> endcodespacerange',
    ...blocks,
    'endcmap CMapName currentdict /CMap defineresource pop end end',
  ].join('\n');
}

/** The objects of a file and where each begins. */
class PdfFile {
  readonly #objects: (Bytes | null)[] = [];

  reserve(): number {
    return this.#objects.push(null);
  }

  set(number: number, body: string): void {
    this.#objects[number - 1] = utf8(body);
  }

  add(body: string): number {
    return this.#objects.push(utf8(body));
  }

  async addStream(entries: string, data: Bytes): Promise<number> {
    const packed = await deflated(data);
    const head = utf8(`<< ${entries} /Filter /FlateDecode /Length ${packed.length} >>\nstream\n`);
    return this.#objects.push(concat(head, packed, utf8('\nendstream')));
  }

  finish(catalog: number, info: number): Bytes {
    const parts: Bytes[] = [concat(utf8('%PDF-1.7\n%'), Uint8Array.of(0xe2, 0xe3, 0xcf, 0xd3, 0x0a))];
    let place = parts[0]!.length;
    const places = this.#objects.map((body, index) => {
      const object = concat(utf8(`${index + 1} 0 obj\n`), body ?? utf8('null'), utf8('\nendobj\n'));
      parts.push(object);
      const start = place;
      place += object.length;
      return start;
    });
    const rows = places.map((start) => `${String(start).padStart(10, '0')} 00000 n \n`);
    const size = places.length + 1;
    parts.push(utf8(`xref\n0 ${size}\n0000000000 65535 f \n${rows.join('')}`));
    parts.push(
      utf8(`trailer\n<< /Size ${size} /Root ${catalog} 0 R /Info ${info} 0 R >>\nstartxref\n${place}\n%%EOF\n`),
    );
    return concat(...parts);
  }
}

async function deflated(data: Bytes): Promise<Bytes> {
  const stream = new Blob([data]).stream().pipeThrough(new CompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** A text string in UTF-16 with its mark (ISO 32000-1, 7.9.2.2), so that any name can be a title. */
function textString(text: string): string {
  let hex = 'feff';
  for (let index = 0; index < text.length; index += 1) hex += hex4(text.charCodeAt(index));
  return `<${hex}>`;
}

function pdfDate(seconds: number): string {
  return `D:${new Date(seconds * 1000).toISOString().slice(0, 19).replace(/[-:T]/g, '')}Z`;
}

function hex4(value: number): string {
  return value.toString(16).padStart(4, '0');
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
