/**
 * Bytes that are too many for memory, in files of the origin private file system (OPFS).
 *
 * Only a Worker may write them piece by piece without holding them. Every file is named by chance, and all are
 * deleted at every lock and unlock ({@link clearSpool}): decrypted records do not stay on the disk.
 */

import { type Bytes, randomBytes } from '../core/bytes.ts';
import { hexDigits } from '../core/hex.ts';
import { SdkError } from './errors.ts';

/** Up to here bytes stay in memory; most records never touch the disk. */
export const SMALL = 8 * 1024 * 1024;

const FOLDER = 'spool';

/** Bytes on their way into one file. */
export interface Spool {
  write(piece: Bytes): Promise<void>;
  /** Return everything written, as a file called `name`. */
  finish(name: string, type: string): Promise<File>;
  /** Delete what was written. */
  discard(): Promise<void>;
}

/** The browser has no room for a file that large. */
export class StorageFull extends SdkError {
  override readonly code = 'storage-full';

  constructor(options?: ErrorOptions) {
    super('This browser has too little room for a file of this size; free some, or use the command line.', options);
  }
}

/** Makes spools. `expected` is how many bytes will come, as far as that is known. */
export type Spooler = (expected: number) => Promise<Spool>;

/** Spools of this browser: in memory when small, or when there is no private file system; else in a file. */
export const spooler: Spooler = async (expected) => {
  const folder = expected <= SMALL ? null : await spoolFolder();
  return folder === null ? new MemorySpool() : FileSpool.open(folder);
};

/** Delete every file of the spool; one that another document is writing stays until the next time. */
export async function clearSpool(): Promise<void> {
  const folder = await spoolFolder();
  if (folder === null) return;
  const names: string[] = [];
  for await (const name of folder.keys()) names.push(name);
  for (const name of names) await removeQuietly(folder, name);
}

/** Collects in memory; a `Blob` made of pieces, so that nothing is copied. */
export class MemorySpool implements Spool {
  #pieces: Bytes[] = [];

  async write(piece: Bytes): Promise<void> {
    this.#pieces.push(piece);
  }

  async finish(name: string, type: string): Promise<File> {
    return new File(this.#pieces, name, { type });
  }

  async discard(): Promise<void> {
    this.#pieces = [];
  }
}

/** What a Worker writes a file with; only the declarations for Workers have it, and the pages' are used here. */
interface SyncAccessHandle {
  write(data: Uint8Array, options: { readonly at: number }): number;
  flush(): void;
  close(): void;
}

interface SyncFileHandle extends FileSystemFileHandle {
  createSyncAccessHandle(): Promise<SyncAccessHandle>;
}

/** Writes in place: a stream of the file system would write to a copy first, and a message for every piece. */
class FileSpool implements Spool {
  readonly #folder: FileSystemDirectoryHandle;
  readonly #name: string;
  readonly #handle: FileSystemFileHandle;
  readonly #access: SyncAccessHandle;
  #size = 0;

  private constructor(folder: FileSystemDirectoryHandle, handle: FileSystemFileHandle, access: SyncAccessHandle) {
    this.#folder = folder;
    this.#name = handle.name;
    this.#handle = handle;
    this.#access = access;
  }

  static async open(folder: FileSystemDirectoryHandle): Promise<FileSpool> {
    const name = hexDigits(randomBytes(16));
    const handle = (await folder.getFileHandle(name, { create: true })) as SyncFileHandle;
    return new FileSpool(folder, handle, await handle.createSyncAccessHandle());
  }

  async write(piece: Bytes): Promise<void> {
    let written: number;
    try {
      written = this.#access.write(piece, { at: this.#size });
    } catch (error) {
      throw error instanceof Error && error.name === 'QuotaExceededError' ? new StorageFull({ cause: error }) : error;
    }
    // Some browsers write less than asked where others throw.
    if (written !== piece.length) throw new StorageFull();
    this.#size += written;
  }

  async finish(name: string, type: string): Promise<File> {
    this.#access.flush();
    this.#access.close();
    // A File around the file on the disk: its bytes are read from there whenever somebody wants them.
    return new File([await this.#handle.getFile()], name, { type });
  }

  async discard(): Promise<void> {
    // Closing twice does nothing.
    this.#access.close();
    await removeQuietly(this.#folder, this.#name);
  }
}

async function spoolFolder(): Promise<FileSystemDirectoryHandle | null> {
  const storage = globalThis.navigator?.storage as StorageManager | undefined;
  if (typeof storage?.getDirectory !== 'function') return null;
  try {
    return await (await storage.getDirectory()).getDirectoryHandle(FOLDER, { create: true });
  } catch (error) {
    // Private windows of some browsers have no file system; memory has to do there.
    if (error instanceof DOMException) return null;
    throw error;
  }
}

async function removeQuietly(folder: FileSystemDirectoryHandle, name: string): Promise<void> {
  try {
    await folder.removeEntry(name);
  } catch (error) {
    // Another document still writes to it, or has removed it already.
    if (!(error instanceof DOMException)) throw error;
  }
}
