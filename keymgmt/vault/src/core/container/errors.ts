/** What can be wrong with a record container, its sealed key or its envelope. */

import { MedixainError } from '../errors.ts';
import { toHex } from '../hex.ts';

/** Base of the errors of the container format. */
export class ContainerError extends MedixainError {
  override readonly code: string = 'container-error';
}

/** A part of the container that is not as version 1 has it; `field` names it. */
class InvalidPart extends ContainerError {
  readonly field: string | undefined;

  constructor(message: string, options: ErrorOptions & { readonly field?: string } = {}) {
    super(message, options);
    this.field = options.field;
  }
}

/** The first 177 bytes are not a version 1 header; `field` names the part that is wrong. */
export class InvalidHeader extends InvalidPart {
  override readonly code = 'invalid-header';
}

/** Owner, file name or record type cannot be written, or what was decrypted holds none; `field` names it. */
export class InvalidPreamble extends InvalidPart {
  override readonly code = 'invalid-preamble';
}

/** The key does not match the header's commitment; nothing was decrypted. */
export class WrongRecordKey extends ContainerError {
  override readonly code = 'wrong-record-key';

  constructor() {
    super('This key does not belong to this record; ask the owner to share the record again.');
  }
}

/** The container is of the record `actual` where `expected` was asked for. */
export class WrongRecord extends ContainerError {
  override readonly code = 'wrong-record';
  readonly expected: Uint8Array;
  readonly actual: Uint8Array;

  constructor(expected: Uint8Array, actual: Uint8Array) {
    super(
      `The store answered with record ${toHex(actual)} instead of ${toHex(expected)}; ` +
        'fetch it again from another source.',
    );
    this.expected = expected;
    this.actual = actual;
  }
}

/**
 * Chunk `chunk` is cut short, altered, out of order or followed by further bytes.
 *
 * One error for all of these: telling them apart would tell an attacker more than it tells the reader.
 */
export class ContainerDamaged extends ContainerError {
  override readonly code = 'container-damaged';
  readonly chunk: number;

  constructor(chunk: number, options?: ErrorOptions) {
    super(
      `The record's bytes were changed or cut short (chunk ${chunk}); fetch it again from another source.`,
      options,
    );
    this.chunk = chunk;
  }
}

/** The body needs more than 2^32 chunks. */
export class ContainerTooLong extends ContainerError {
  override readonly code = 'container-too-long';

  constructor() {
    super('A record holds at most 256 TiB; split the file.');
  }
}

/** A well-formed sealed key, envelope or provenance that this key does not open, or that holds something else. */
export class SealedBoxUnopenable extends ContainerError {
  override readonly code = 'sealed-box-unopenable';
  readonly what: string;

  constructor(what: string, options?: ErrorOptions) {
    super(`The ${what} does not open with this key; it was made for another key or altered.`, options);
    this.what = what;
  }
}
