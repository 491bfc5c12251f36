/** Who answers for an entry of a patient's profile: its author, or somebody of the same institution (profileFold.ts). */

import type { PersonShown } from '../api.ts';
import type { ProfileEntry } from '../../sdk/results.ts';

/** Whether `me` answers for an entry; nobody does before the nodes have said who that is. */
export function answersFor(
  me: PersonShown | null,
  { author, institution }: Pick<ProfileEntry, 'author' | 'institution'>,
): boolean {
  return me !== null && (same(author, me.address) || same(institution, me.institution));
}

function same(left: string | null, right: string | null): boolean {
  return left !== null && right !== null && left.toLowerCase() === right.toLowerCase();
}
