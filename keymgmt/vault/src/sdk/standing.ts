/** Whether this wallet is a professional's, and the pages of the platform that open for it. */

import { SigningKey } from '../core/keys/signing.ts';
import { keySigner } from '../core/node/client.ts';
import { Refusal } from '../core/node/errors.ts';
import type { Context } from './context.ts';
import { objectOf, reading, textOf } from './meta.ts';
import { agreed } from './slots.ts';

/** Where a practice's pages begin on the platform. */
const PRACTICE = '/practice/';

/**
 * Whether this wallet has applied to be a professional's, or was one when it came back.
 *
 * Only then is anything asked for in the wallet's own name: a patient's wallet id is nobody's business but the people's
 * it was given to.
 */
export async function isProfessional(context: Context): Promise<boolean> {
  return (await context.table('wallet'))['professional'] === true;
}

/** Find out whether a wallet that came back is a professional's: the register is public, and a key of chance asks. */
export async function recogniseProfessional(context: Context): Promise<void> {
  const signer = keySigner(SigningKey.random(), context.meta.chainId);
  const { walletId } = context.keys;
  try {
    await agreed(context, () => context.nodes.professional(walletId, { signer }));
  } catch (error) {
    if (error instanceof Refusal && error.code === 'unknown-professional') return;
    throw error;
  }
  await markProfessional(context);
}

/** Remember that this wallet is, or asks to be, a professional's. */
export function markProfessional(context: Context): Promise<void> {
  return context.changing('wallet', (wallet) => {
    wallet['professional'] = true;
  });
}

/** What the platform takes this wallet for: account, professional, author or stranger, by who signs in. */
export async function standing(context: Context): Promise<string> {
  const by = (await isProfessional(context)) ? context.professional : context.account;
  return (await context.api.session(by)).standing;
}

/** Return the address of a page of the platform that opens once, within a minute, signed in as this wallet. */
export async function pageLink(context: Context, next: string): Promise<string> {
  const by = next.startsWith(PRACTICE) ? context.professional : context.account;
  const answer = await context.api.post('/page-links', { next }, { by });
  return reading('a page link', () => textOf(objectOf(answer)['url']));
}
