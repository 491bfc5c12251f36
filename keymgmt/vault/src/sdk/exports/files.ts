/** What every file that leaves the vault shares: its form, and how times are written in it. */

import type { Exported } from '../results.ts';

/** Return text or bytes as a file to keep. */
export function exported(name: string, mediaType: string, ...content: readonly BlobPart[]): Exported {
  return { name, mediaType, file: new Blob([...content], { type: mediaType }) };
}

/** Unix seconds as a FHIR instant. */
export function instant(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
