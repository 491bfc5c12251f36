/**
 * The base of every error the vault raises on purpose (as `medixain/core/errors.py`).
 *
 * Each package derives one base of its own from {@link MedixainError} and its specific errors from that. An error
 * carries its values as typed fields and a message that is one sentence saying what happened and what to do about it.
 */

/** An expected failure with a stable `code` (kebab-case, the same as in Python) and a message a user can act on. */
export class MedixainError extends Error {
  /** Names the kind of failure in every implementation; class names do not survive minification. */
  readonly code: string = 'error';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** Input of the wrong shape, length, type or range; `field` names the place when there is one. */
export class InvalidInput extends MedixainError {
  override readonly code: string = 'invalid-input';
  readonly field: string | undefined;

  constructor(message: string, options: ErrorOptions & { readonly field?: string } = {}) {
    super(message, options);
    this.field = options.field;
  }
}

/** A key, a ciphertext or a proof that cannot be used as asked; the base of `keys`, `pre` and `node`. */
export class KeymgmtError extends MedixainError {
  override readonly code: string = 'key-error';
}
