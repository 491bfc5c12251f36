/** Errors in plain words: what happened, what still holds, what to do. The four refusals stay four messages. */

import { html, type TemplateResult } from 'lit-html';

import { t } from './i18n.ts';
import { icon } from './icons.ts';

/** An error as pages say it. */
export interface Explained {
  readonly title: string;
  readonly text: string;
  readonly tone: 'plain' | 'warn' | 'stop';
  /** Whether the same act may succeed when tried again. */
  readonly again: boolean;
}

/** The `code` of a typed error, also of one that came through the Worker; empty when there is none. */
export function codeOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}

/** Says an error in words a person can act on. Unknown ones keep the sentence of the SDK, which says what to do. */
export function explain(error: unknown): Explained {
  const code = codeOf(error);
  const known = KNOWN[code];
  if (known !== undefined) {
    const [title, text, tone = 'plain', again = false] = known;
    return { title: t(title), text: t(text), tone, again };
  }
  const message = error instanceof Error && code !== '' ? error.message : '';
  if (INTEGRITY.has(code)) {
    return { title: t('Something does not fit together'), text: integrityText(message), tone: 'stop', again: false };
  }
  return {
    title: t('That did not work'),
    text: message || t('Nothing was changed. Try again; if it happens again, lock and unlock.'),
    tone: 'plain',
    again: true,
  };
}

/** The notice for an error; `retry` adds a button where trying again can help. */
export function notice(error: unknown, retry?: () => void): TemplateResult {
  const { title, text, tone, again } = explain(error);
  const sign = tone === 'plain' ? null : icon(tone === 'warn' ? 'clock' : 'warn');
  return html`<div class="note ${tone}" role="alert">
    <h2 class="h3">${sign} ${title}</h2>
    <p>${text}</p>
    ${again && retry ? html`<p><button class="btn quiet" type="button" @click=${retry}>${t('Try now')}</button></p>` : null}
  </div>`;
}

function integrityText(message: string): string {
  const rest = t('Nothing was believed or sent. Do not go on, and tell your institution.');
  return message === '' ? rest : `${message.split('. ')[0]}. ${rest}`;
}

const INTEGRITY = new Set([
  'integrity',
  'rollback',
  'not-attested',
  'team-not-attested',
  'bad-signature',
  'bad-statement',
  'bad-container',
]);

type Known = readonly [title: string, text: string, tone?: Explained['tone'], again?: boolean];

const KNOWN: Readonly<Record<string, Known>> = {
  'grant-withdrawn': ['The patient stopped sharing this', 'Access has ended. Ask again if you still need it.'],
  withdrawn: ['The patient stopped sharing this', 'Access has ended. Ask again if you still need it.'],
  'grant-expired': ['Your access has expired', 'Ask the patient to extend it if you still need it.'],
  expired: ['Your access has expired', 'Ask the patient to extend it if you still need it.'],
  'no-grant': ['No grant for this record', 'Check the record number, or ask the patient.'],
  'not-enough-nodes': [
    'Too few nodes answer',
    'Your records are safe and access is unchanged. Wait a moment, then try again.',
    'warn',
    true,
  ],
  'node-unreachable': [
    'Too few nodes answer',
    'Your records are safe and access is unchanged. Wait a moment, then try again.',
    'warn',
    true,
  ],
  'chain-stale': [
    'The shared ledger has not moved for a while',
    'Records you have can be read. New sharing waits until the ledger goes on; stopping counts at once.',
    'warn',
    true,
  ],
  'server-unreachable': [
    'medixain cannot be reached',
    'You may be offline. Your records are kept encrypted with medixain, not on this device: opening, sharing and stopping wait until you are back.',
    'warn',
    true,
  ],
  'too-many-requests': ['That was a little fast', 'Wait a minute, then try again. Nothing was lost.', 'warn', true],
  timeout: [
    'It takes longer than usual',
    'It goes on by itself, even when you close this page. Look again in a few minutes.',
    'warn',
  ],
  'wrong-unlocker': ['This does not open the vault', 'Check the password and try again. Nothing was changed.'],
  'wrong-password': ['This does not open the vault', 'Check the password and try again. Nothing was changed.'],
  'bad-phrase': ['These words are not a recovery phrase', 'Check each word and the order against your paper.'],
  'wrong-words': [
    'These are not the words',
    'Look again at places and spelling. If your paper is wrong, have the words shown again and write them anew.',
  ],
  'no-wallet': ['There is no wallet on this device', 'Make one, or bring yours back with its 24 words.'],
  'already-exists': [
    'There is a wallet on this device already',
    'Unlock it instead, or remove it from this browser in its settings first.',
  ],
  locked: ['The vault is locked', 'Unlock it and try again. Nothing was changed.'],
  'not-found': ['It is not here', 'It may have been deleted or moved to the sealed layer.'],
  'bad-receipt': [
    'There is no proof that it is erased',
    'The nodes were told and help nobody open it any more. But the receipt does not hold, so nothing shows that medixain erased what it keeps. Ask medixain’s operator, and keep the record’s number.',
    'stop',
  ],
  'already-withdrawn': ['This access was stopped before', 'There is nothing left to stop.'],
  'no-such-link': [
    'This link has ended',
    'Its time is up, its owner ended it, or its code was wrong too often. Ask whoever gave it to you for a new one.',
  ],
  'bad-link': [
    'This link cannot be read',
    'A part of it may be missing, or it is no link to a health record. Ask whoever gave it to you for a new one.',
  ],
  'foreign-link': [
    'This link belongs to another service',
    'Open it with the address it came with: this page asks medixain only.',
  ],
  'no-prf': [
    'This passkey cannot open a vault',
    'Your browser or passkey lacks the PRF extension. Use a password instead, or another passkey.',
  ],
  'passkey-cancelled': [
    'No passkey answered',
    'The browser’s question was closed, or no passkey of this vault is here. Nothing was changed. Try again, or use a password.',
  ],
};
