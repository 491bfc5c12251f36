/** Errors of proxy re-encryption. None carries a key, a plaintext or the library's own message. */

import { KeymgmtError } from '../errors.ts';

/** Base of this package's errors. */
export class PreError extends KeymgmtError {
  override readonly code: string = 'pre-error';
}

/** Bytes that are not the one canonical encoding of what was expected; `kind` names it. */
export class MalformedEncoding extends PreError {
  override readonly code = 'malformed';
  readonly kind: string;

  constructor(kind: string) {
    super(`These bytes are no ${kind}; fetch it again or ask its maker for a new one.`);
    this.kind = kind;
  }
}

/** The key does not open this ciphertext, or the ciphertext, capsule or fragments were changed. */
export class CannotOpen extends PreError {
  override readonly code = 'cannot-open';

  constructor() {
    super('This key does not open this ciphertext, or the ciphertext was changed.');
  }
}

/** A fragment that is well-formed but not for these keys, this capsule or by this signer; `kind` names it. */
export class VerificationFailed extends PreError {
  override readonly code = 'fragment-not-verified';
  readonly kind: string;

  constructor(kind: string) {
    super(`The ${kind} does not belong to these keys; refuse it and ask its maker for a new one.`);
    this.kind = kind;
  }
}

/** Not 1 <= threshold <= shares <= 32. */
export class BadThreshold extends PreError {
  override readonly code = 'bad-threshold';
  readonly threshold: number;
  readonly shares: number;

  constructor(threshold: number, shares: number) {
    super(`A threshold of ${threshold} of ${shares} nodes is impossible; 1 <= threshold <= shares <= 32.`);
    this.threshold = threshold;
    this.shares = shares;
  }
}

/** A key was used before `initUmbral` had finished: a programming error, not a user's. */
export class UmbralNotReady extends PreError {
  override readonly code = 'umbral-not-ready';

  constructor() {
    super('Re-encryption is not ready yet; await initUmbral() first.');
  }
}
