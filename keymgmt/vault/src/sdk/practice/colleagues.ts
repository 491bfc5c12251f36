/** Who else is registered with this professional's institution. */

import type { Context } from '../context.ts';
import { listOf, objectOf, reading, textOf } from '../meta.ts';
import type { ColleagueRow } from './model.ts';

/** Returns the colleagues by name; names are the platform's, and a proposal checks with the nodes whom it is about. */
export async function listColleagues(context: Context): Promise<ColleagueRow[]> {
  const { address } = context.professional;
  const answer = await context.api.get('/professionals', { by: context.professional });
  const rows = reading('the professionals', () =>
    listOf(objectOf(answer)['professionals']).map((value) => {
      const row = objectOf(value);
      return { wallet: textOf(row['wallet']), name: textOf(row['name']), authorised: row['authorised'] === true };
    }),
  );
  return rows.filter(({ wallet }) => wallet !== address).sort((left, right) => left.name.localeCompare(right.name));
}
