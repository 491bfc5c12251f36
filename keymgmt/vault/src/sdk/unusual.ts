/** What stands out in the log of looks. A hint, never a verdict. Pure. */

import type { LookRow } from './results.ts';

/** Why a look stands out. */
export type Oddity = 'night' | 'first' | 'many';

/** A look with what is unusual about it. */
export interface MarkedLook {
  readonly look: LookRow;
  readonly odd: readonly Oddity[];
}

const HOUR = 3600;
const MANY = 20;

/**
 * Marks what is unusual: a look at night (from 22 to 6 by the device's clock) by somebody who looks for the first time
 * or is no member of one's care yet, and more than 20 looks by one person in an hour.
 */
export function marked(looks: readonly LookRow[]): readonly MarkedLook[] {
  const times = timesByPerson(looks);
  return looks.map((look) => {
    const own = times.get(look.who) ?? [];
    const hour = new Date(look.when * 1000).getHours();
    const isNight = hour >= 22 || hour < 6;
    const near = placeOf(own, look.when + HOUR) - placeOf(own, look.when - HOUR + 1);
    const odd: Oddity[] = [];
    if (isNight && own[0] === look.when) odd.push('night', 'first');
    if (near > MANY) odd.push('many');
    return { look, odd };
  });
}

function timesByPerson(looks: readonly LookRow[]): ReadonlyMap<string, readonly number[]> {
  const times = new Map<string, number[]>();
  for (const { who, when } of looks) {
    const own = times.get(who);
    if (own === undefined) times.set(who, [when]);
    else own.push(when);
  }
  for (const own of times.values()) own.sort((left, right) => left - right);
  return times;
}

/** How many of the sorted times are before `time`: a log has thousands of looks, and each is asked for its hour. */
function placeOf(times: readonly number[], time: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
