/** Errors of phrases, keys, documents and proofs. None carries a secret. */

import { KeymgmtError } from '../errors.ts';

/** Base of this package's errors. */
export class KeysError extends KeymgmtError {
  override readonly code: string = 'keys-error';
}

/** Not a recovery phrase: number of words, a word off the list, or the checksum; `position` counts from 1. */
export class BadPhrase extends KeysError {
  override readonly code = 'bad-phrase';
  readonly position: number | undefined;

  constructor(message: string, position?: number) {
    super(message);
    this.position = position;
  }
}

/** A secret of the wrong length; never shows it. */
export class BadEntropy extends KeysError {
  override readonly code = 'bad-entropy';
}

/** No layer of that name or code. */
export class UnknownLayer extends KeysError {
  override readonly code = 'unknown-layer';
  readonly layer: string | number;

  constructor(layer: string | number) {
    super(`There is no layer ${JSON.stringify(layer)}.`);
    this.layer = layer;
  }
}

/** The layer has no section of that name. */
export class UnknownSection extends KeysError {
  override readonly code = 'unknown-section';
  readonly layer: string;
  readonly section: string;

  constructor(layer: string, section: string, known: readonly string[]) {
    super(`The layer ${layer} has no section ${JSON.stringify(section)}; choose one of: ${known.join(', ')}.`);
    this.layer = layer;
    this.section = section;
  }
}

/** A keyset, keystore, card or introduction that is malformed or contradicts itself; `kind` names it. */
export class BadDocument extends KeysError {
  override readonly code = 'bad-document';
  readonly kind: string;
  readonly reason: string;

  constructor(kind: string, reason: string, options?: ErrorOptions) {
    super(`This ${kind} is refused: ${reason}.`, options);
    this.kind = kind;
    this.reason = reason;
  }
}

/** Password-hashing parameters outside what this client accepts. */
export class WeakKeystore extends KeysError {
  override readonly code = 'weak-keystore';
}

/** A password too short to protect a keystore. */
export class WeakPassword extends KeysError {
  override readonly code = 'weak-password';
}

/** The password or passkey does not open the keystore, or the keystore was changed. */
export class WrongUnlocker extends KeysError {
  override readonly code = 'wrong-unlocker';

  constructor() {
    super('This password or passkey does not open the keystore; try another one.');
  }
}

/** A sign-in text or device proof that does not count; `reason` says why. */
export class SignInRefused extends KeysError {
  override readonly code = 'sign-in-refused';
  readonly reason: string;

  constructor(reason: string, options?: ErrorOptions) {
    super(`Sign in again: ${reason}.`, options);
    this.reason = reason;
  }
}

/** A national number that fails its scheme's form or check digit. */
export class BadNationalNumber extends KeysError {
  override readonly code = 'bad-national-number';
}

/** Identity fields that fail their checks; `fields` maps a field's name to what is wrong with it. */
export class InvalidIdentity extends KeysError {
  override readonly code = 'invalid-identity';
  readonly fields: Readonly<Record<string, string>>;

  constructor(fields: Readonly<Record<string, string>>) {
    const listed = Object.entries(fields).map(([name, reason]) => `${name}: ${reason}`);
    super(`Correct these identity fields (${listed.join('; ')}).`);
    this.fields = fields;
  }
}
