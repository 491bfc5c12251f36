/** As much of a TrueType font as a PDF needs to embed it whole: which glyph a character has, and how wide it is. */

import { InvalidInput } from '../../core/errors.ts';

/** A TrueType font. Widths are in thousandths of the font size. */
export class TrueTypeFont {
  readonly data: Uint8Array<ArrayBuffer>;
  readonly ascent: number;
  readonly descent: number;
  readonly box: readonly number[];
  readonly #view: DataView;
  readonly #tables = new Map<string, number>();
  readonly #unitsPerEm: number;
  readonly #widths: number;
  readonly #glyphs = new Map<number, number>();

  /** Read a font; throws {@link InvalidInput} or RangeError for other bytes. */
  constructor(data: Uint8Array<ArrayBuffer>) {
    this.data = data;
    this.#view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    const count = this.#view.getUint16(4);
    for (let index = 0; index < count; index += 1) {
      const row = 12 + 16 * index;
      const name = String.fromCharCode(...data.subarray(row, row + 4));
      this.#tables.set(name, this.#view.getUint32(row + 8));
    }
    const head = this.#table('head');
    this.#unitsPerEm = this.#view.getUint16(head + 18);
    this.box = [36, 38, 40, 42].map((place) => this.#scaled(this.#view.getInt16(head + place)));
    const hhea = this.#table('hhea');
    this.ascent = this.#scaled(this.#view.getInt16(hhea + 4));
    this.descent = this.#scaled(this.#view.getInt16(hhea + 6));
    this.#widths = this.#view.getUint16(hhea + 34);
    this.#readCharacters();
  }

  /** How many glyphs the font has. */
  get glyphCount(): number {
    return this.#view.getUint16(this.#table('maxp') + 4);
  }

  /** The glyph of a character, undefined when the font has none. */
  glyph(character: string): number | undefined {
    return this.#glyphs.get(character.codePointAt(0) ?? 0);
  }

  /** The characters of the font with their glyphs. */
  get characters(): Iterable<readonly [codePoint: number, glyph: number]> {
    return this.#glyphs;
  }

  /** How wide a glyph is, in thousandths of the font size. */
  width(glyph: number): number {
    // Glyphs after the last width share it (OpenType, hmtx).
    const place = Math.min(glyph, this.#widths - 1);
    return this.#scaled(this.#view.getUint16(this.#table('hmtx') + 4 * place));
  }

  #table(name: string): number {
    const place = this.#tables.get(name);
    if (place === undefined) throw new InvalidInput(`A font has no ${name} table.`);
    return place;
  }

  #scaled(value: number): number {
    return Math.round((value * 1000) / this.#unitsPerEm);
  }

  /** The character map, format 4 (OpenType, cmap). */
  #readCharacters(): void {
    const cmap = this.#table('cmap');
    const start = cmap + this.#view.getUint32(cmap + 8);
    if (this.#view.getUint16(start) !== 4) throw new InvalidInput("A font's character map is not of format 4.");
    const doubled = this.#view.getUint16(start + 6);
    const [ends, starts, deltas, offsets] = [14, 16 + doubled, 16 + 2 * doubled, 16 + 3 * doubled].map(
      (place) => start + place,
    ) as [number, number, number, number];
    for (let segment = 0; segment < doubled; segment += 2) {
      const offset = this.#view.getUint16(offsets + segment);
      const first = this.#view.getUint16(starts + segment);
      const last = Math.min(this.#view.getUint16(ends + segment), 0xfffe);
      for (let code = first; code <= last; code += 1) {
        const found = offset === 0 ? code : this.#view.getUint16(offsets + segment + offset + 2 * (code - first));
        const glyph = found === 0 ? 0 : (found + this.#view.getInt16(deltas + segment)) & 0xffff;
        if (glyph !== 0) this.#glyphs.set(code, glyph);
      }
    }
  }
}
