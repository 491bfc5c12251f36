/**
 * Signs that the person is here, by which an open vault stays open (docs/spec/vault.md, "Where keys are").
 *
 * What she does counts: keys, presses, taps, moving the pointer, scrolling by wheel or finger. What happens to the page
 * does not: a portal that scrolls its frame, a script's made-up event, or a page that is drawn anew under a resting
 * pointer, for which browsers send a movement, would keep the vault open with nobody there.
 */

/** Kinds of events that a person causes. `scroll` is none: pages scroll by themselves, too. */
const SIGNS = ['keydown', 'pointerdown', 'pointermove', 'wheel', 'touchmove'] as const;
/** Milliseconds between two notices: idleness is counted in minutes. */
const PAUSE = 10_000;

/** As much of an event as tells who caused it. */
export interface Seen {
  readonly type: string;
  readonly isTrusted: boolean;
  readonly screenX?: number;
  readonly screenY?: number;
}

/** Tells a person's events from others. */
export class Presence {
  readonly #here: () => void;
  readonly #now: () => number;
  #told = -Infinity;
  #at = '';

  /** `here` is called when the person is, at most every ten seconds. */
  constructor(here: () => void, now: () => number = () => Date.now()) {
    this.#here = here;
    this.#now = now;
  }

  /** Begins to watch this document. */
  watch(target: Pick<EventTarget, 'addEventListener'>): void {
    for (const kind of SIGNS)
      target.addEventListener(kind, (event) => this.see(event), { capture: true, passive: true });
  }

  /** Takes one event. */
  see(event: Seen): void {
    if (!event.isTrusted || !this.#moved(event) || this.#now() - this.#told < PAUSE) return;
    this.#told = this.#now();
    this.#here();
  }

  /** Whether a movement is one: the pointer is where it was not before. Other signs need no place. */
  #moved({ type, screenX, screenY }: Seen): boolean {
    if (type !== 'pointermove') return true;
    const at = `${screenX},${screenY}`;
    // The first place is only where the pointer rests when the page opens.
    const moved = this.#at !== '' && at !== this.#at;
    this.#at = at;
    return moved;
  }
}
