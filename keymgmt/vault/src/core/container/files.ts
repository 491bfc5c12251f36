/** Opened containers as files, in bounded memory and without half-written results. */

import type { Bytes } from '../bytes.ts';
import type { Header } from './header.ts';
import type { Preamble } from './preamble.ts';
import type { Source } from './sources.ts';
import { type Expected, type Progress, RecordReader } from './stream.ts';

/** What is asked for, and who is told how far it is. */
export interface OpenOptions extends Expected {
  readonly progress?: Progress | undefined;
}

/** A container that was opened to its end: everything in it has verified. */
export interface OpenedFile {
  readonly header: Header;
  readonly preamble: Preamble;
  readonly body: Blob;
}

/** Bytes that are put into one `Blob`: browsers move Blobs out of the Worker's memory, but not small ones. */
const BLOB_SIZE = 16 * 1024 * 1024;

/**
 * Decrypt container `source` into a `Blob`, which comes into being only when every chunk has verified.
 *
 * Throws what {@link RecordReader} throws.
 */
export async function openToBlob(source: Source, options: OpenOptions): Promise<OpenedFile> {
  const reader = await RecordReader.open(source, options);
  const blobs: Blob[] = [];
  let pieces: Bytes[] = [];
  let held = 0;
  for await (const piece of reader.chunks(options.progress)) {
    pieces.push(piece);
    held += piece.length;
    if (held >= BLOB_SIZE) {
      blobs.push(new Blob(pieces));
      pieces = [];
      held = 0;
    }
  }
  return { header: reader.header, preamble: reader.preamble, body: new Blob([...blobs, ...pieces]) };
}

/**
 * Decrypt container `source` into `sink` and close it; it is aborted when anything fails.
 *
 * A browser's `FileSystemWritableFileStream` keeps what is written to itself until it is closed, so the file a person
 * chose holds its old content or all of the new. Throws what {@link RecordReader} throws.
 */
export async function openToWritable(
  source: Source,
  sink: WritableStream<Bytes>,
  options: OpenOptions,
): Promise<Preamble> {
  const writer = sink.getWriter();
  try {
    const reader = await RecordReader.open(source, options);
    for await (const piece of reader.chunks(options.progress)) await writer.write(piece);
    await writer.close();
    return reader.preamble;
  } catch (error) {
    await writer.abort(error);
    throw error;
  }
}
