/** Base 32 of RFC 4648 in lower case and without padding, as multibase's `b` has it. */

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

/** Returns `data` as text of 8 digits for each 5 bytes. */
export function toBase32(data: Uint8Array): string {
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of data) {
    held = (held << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) {
      text += ALPHABET.charAt((held >> (bits - 5)) & 31);
    }
    held &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + ALPHABET.charAt((held << (5 - bits)) & 31);
}

/**
 * Returns the whole bytes in `text`, or undefined where a character is no digit. Bits left over at the end are not
 * looked at: who wants one text for one value compares with what {@link toBase32} gives back.
 */
export function fromBase32(text: string): Uint8Array<ArrayBuffer> | undefined {
  const data = new Uint8Array(Math.floor((text.length * 5) / 8));
  let bits = 0;
  let held = 0;
  let place = 0;
  for (const character of text) {
    const digit = ALPHABET.indexOf(character);
    if (digit < 0) {
      return undefined;
    }
    held = ((held << 5) | digit) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      data[place] = held >> bits;
      place += 1;
    }
  }
  return data;
}
