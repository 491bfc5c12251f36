/** Asking a patient for access. */

import { InvalidInput } from '../../core/errors.ts';
import type { Context } from '../context.ts';
import { request } from '../granting.ts';
import type { AccessRequested } from '../results.ts';
import type { RequestWish } from './model.ts';
import { REQUESTED } from './requests.ts';

/** Asks a patient for access and keeps what was asked; throws `InvalidInput` for an end that has passed. */
export async function askForAccess(context: Context, wish: RequestWish): Promise<AccessRequested> {
  if (wish.until <= context.now()) {
    throw new InvalidInput('The access would end before it begins; give a later time.', { field: 'until' });
  }
  const { wallet, sections, append, purpose, until } = wish;
  const asked = await request(context, wallet, sections, { append, purpose, until });
  await context.changing(REQUESTED, (rows) => {
    rows[asked.request] = {
      wallet: asked.wallet,
      sections: [...sections],
      append,
      purpose,
      until,
      sent: context.now(),
    };
  });
  return asked;
}
