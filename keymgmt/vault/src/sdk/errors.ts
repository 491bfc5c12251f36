/** What the SDK throws beyond the errors of keys, nodes and containers; codes as in `medixain/sdk/errors.py`. */

import { InvalidInput, MedixainError } from '../core/errors.ts';

/** Base of the SDK's own errors. */
export class SdkError extends MedixainError {
  override readonly code: string = 'sdk-error';
}

/** The platform does not answer at `server`. */
export class ServerUnreachable extends SdkError {
  override readonly code = 'server-unreachable';
  readonly server: string;

  constructor(server: string, reason: string, options?: ErrorOptions) {
    super(`The platform at ${server} does not answer (${reason}); check your connection or try again later.`, options);
    this.server = server;
  }
}

/** The platform answered with problem+json; `code` and `status` are the platform's, `fields` what is wrong. */
export class ServerRefused extends SdkError {
  override readonly code: string;
  readonly status: number;
  readonly fields: Readonly<Record<string, unknown>>;

  constructor(code: string, status: number, detail: string, fields: Readonly<Record<string, unknown>> = {}) {
    super(detail);
    this.code = code;
    this.status = status;
    this.fields = fields;
  }
}

/** The platform answered something that api.md does not provide for. */
export class BadServerAnswer extends SdkError {
  override readonly code = 'bad-server-answer';
  readonly what: string;

  constructor(what: string, options?: ErrorOptions) {
    super(`The platform's answer to ${what} is malformed; reload the vault or tell the platform's operator.`, options);
    this.what = what;
  }
}

/** What the platform says contradicts signatures, hashes, the chain or the nodes; `what` names the check. */
export class Integrity extends SdkError {
  override readonly code: string = 'integrity';
  readonly what: string;

  constructor(what: string) {
    super(`${what}. Nothing was believed or sent; do not go on, and tell your institution.`);
    this.what = what;
  }
}

/** An older state than this device has already seen. */
export class Rollback extends Integrity {
  override readonly code = 'rollback';
}

/** A removal that the platform took without a receipt that holds: nothing shows that its copy is erased. */
export class BadReceipt extends SdkError {
  override readonly code = 'bad-receipt';
  readonly record: string;
  readonly why: string;

  constructor(record: string, why: string, options?: ErrorOptions) {
    super(
      `The platform gave no valid receipt for the deletion of ${record} (${why}). The nodes refuse it from now ` +
        'on, but nothing shows that the platform has erased it: ask its operator.',
      options,
    );
    this.record = record;
    this.why = why;
  }
}

/** A key or document that the nodes do not attest; nothing was encrypted to it. */
export class NotAttested extends Integrity {
  override readonly code = 'not-attested';
}

/** This browser holds no wallet yet. */
export class NoWallet extends SdkError {
  override readonly code = 'no-wallet';

  constructor() {
    super('There is no wallet in this browser; make one, or restore yours from its 24 words.');
  }
}

/** Not the words of this wallet's phrase at the places asked for, or too few of them. */
export class WrongWords extends SdkError {
  override readonly code = 'wrong-words';

  constructor() {
    super('These are not the words of this wallet; look at your paper again. Nothing was changed.');
  }
}

/** This browser holds a wallet already, which must not be overwritten. */
export class WalletExists extends SdkError {
  override readonly code = 'already-exists';

  constructor() {
    super(
      'There is a wallet in this browser already; unlock it, or remove it from this browser in its settings first.',
    );
  }
}

/** The wallet is locked: its keys are in no Worker. */
export class WalletLocked extends SdkError {
  override readonly code = 'locked';

  constructor() {
    super('Your vault is locked; unlock it and try again.');
  }
}

/** What this device stores is not what the vault wrote. */
export class HomeDamaged extends SdkError {
  override readonly code = 'home-damaged';
  readonly part: string;

  constructor(part: string, options?: ErrorOptions) {
    super(`The ${part} in this browser is damaged; restore your wallet from its 24 words.`, options);
    this.part = part;
  }
}

/** No directory card answers to this wallet id. */
export class UnknownWallet extends SdkError {
  override readonly code = 'unknown-wallet';
  readonly wallet: string;

  constructor(wallet: string) {
    super(`The platform knows no wallet ${wallet}; check the id with its owner.`);
    this.wallet = wallet;
  }
}

/** No record, grant, request or event of this id here. */
export class NotFound extends SdkError {
  override readonly code = 'not-found';
  readonly kind: string;
  readonly item: string;

  constructor(kind: string, item: string) {
    super(`There is no ${kind} ${item} here; list them to see which there are.`);
    this.kind = kind;
    this.item = item;
  }
}

/** The patient has not introduced the layer or section to this professional, or not for appending. */
export class NoIntroduction extends SdkError {
  override readonly code = 'no-introduction';
  readonly what: string;

  constructor(what: string) {
    super(`The patient has not opened ${what} to you for this; ask for access first.`);
    this.what = what;
  }
}

/** A referral of more than its writer may see: nobody hands on what she has not got. */
export class BeyondOwnAccess extends SdkError {
  override readonly code = 'beyond-own-access';
  readonly sections: readonly string[];

  constructor(patient: string, sections: readonly string[]) {
    super(`You may not see ${sections.join(', ')} of ${patient} yourself; name sections that are open to you.`);
    this.sections = [...sections];
  }
}

/** A referral by somebody to whom this wallet has opened no section. */
export class NoStanding extends SdkError {
  override readonly code = 'no-standing';
  readonly referrer: string;

  constructor(referrer: string) {
    super(
      `${referrer} may see no section of yours now, so cannot propose a colleague; ` +
        'share with that colleague by address if you want to.',
    );
    this.referrer = referrer;
  }
}

/** A transaction did not get as far as asked in the time given; it goes on by itself. */
export class WaitedTooLong extends SdkError {
  override readonly code = 'timeout';
  readonly transaction: string;
  readonly state: string;

  constructor(transaction: string, state: string, seconds: number) {
    super(`After ${seconds} s the transaction ${transaction} is still ${state}; it goes on, look again later.`);
    this.transaction = transaction;
    this.state = state;
  }
}

/** The chain or the relay refused a transaction that was accepted before; `code` is its reason. */
export class TransactionFailed extends SdkError {
  override readonly code: string;
  readonly transaction: string;

  constructor(transaction: string, code: string, detail: string) {
    super(detail || `The transaction ${transaction} failed (${code}); try again.`);
    this.transaction = transaction;
    this.code = code;
  }
}

/** A file that claims to be FHIR and is not; `issues` are `path: what is wrong` of every fault found. */
export class FhirRefused extends InvalidInput {
  override readonly code = 'fhir-invalid';
  readonly issues: readonly string[];

  constructor(name: string, issues: readonly string[]) {
    const shown = issues.slice(0, 5).join('; ') + (issues.length <= 5 ? '' : `; and ${issues.length - 5} more`);
    super(`${name} is no valid FHIR R4: ${shown}. Correct it, or add it with the type “other”.`, { field: 'file' });
    this.issues = [...issues];
  }
}
