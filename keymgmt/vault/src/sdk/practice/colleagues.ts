/** Who else is registered with this professional's institution. */

import { toAddress } from '../../core/addresses.ts';
import { professionalName } from '../../core/node/naming.ts';
import type { Context } from '../context.ts';
import { listOf, objectOf, reading, textOf } from '../meta.ts';
import { statedProfessional } from '../slots.ts';
import type { ColleagueRow } from './model.ts';

/**
 * Returns the colleagues by name. A name is the one that the institution signed for that wallet, checked with the key
 * that the nodes attest for this professional's own institution; whether a colleague is who the list says is asked of
 * the nodes once more when one is chosen.
 */
export async function listColleagues(context: Context): Promise<ColleagueRow[]> {
  const { address } = context.professional;
  const answer = await context.api.get('/professionals', { by: context.professional });
  const rows = reading('the professionals', () =>
    listOf(objectOf(answer)['professionals']).map((value) => {
      const row = objectOf(value);
      return { row, wallet: toAddress(textOf(row['wallet'])), authorised: row['authorised'] === true };
    }),
  );
  const others = rows.filter(({ wallet }) => wallet !== address);
  if (others.length === 0) return [];
  const own = await statedProfessional(context, address);
  return others
    .map(({ row, wallet, authorised }) => ({ wallet, authorised, name: professionalName({ ...own, wallet }, row) }))
    .sort((left, right) => (left.name ?? left.wallet).localeCompare(right.name ?? right.wallet));
}
