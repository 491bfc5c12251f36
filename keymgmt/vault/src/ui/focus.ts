/**
 * Where the focus is when a page changes under it. A browser lets go of it when its element vanishes, and whoever works
 * with the keyboard or listens to the page would begin again at the document's top without being told.
 */

/** What opens a part of a page: where somebody goes on whose control has vanished from it. */
const OPENINGS = 'h1, h2, h3, legend';
const PARTS = 'section, form, fieldset';

/** Keeps the focus inside `root`, the document's page. */
export class FocusKeeper {
  readonly #root: HTMLElement;
  /** Where the focus still has to go: to the page's heading, or to what is left around the element that vanished. */
  #owed: 'page' | Element | null = null;

  constructor(root: HTMLElement) {
    this.#root = root;
  }

  /** Leads the focus to the heading of the page that comes, now or when it is drawn. */
  toPage(): void {
    if (!isInFront()) return;
    this.#held()?.blur();
    this.#owed = 'page';
    this.#settle();
  }

  /** Draws by `draw`; when that takes away what has the focus, it goes to the heading of what is left around it. */
  around(draw: () => void): void {
    const held = this.#held();
    const places = held === null ? [] : ancestors(held);
    draw();
    if (held !== null && !held.isConnected) this.#owed = places.find((place) => place.isConnected) ?? 'page';
    this.#settle();
  }

  #settle(): void {
    if (this.#owed === null) return;
    // Somebody who has gone on meanwhile, or is in the portal around this frame, stays where they are.
    if (!isInFront() || this.#held() !== null) {
      this.#owed = null;
      return;
    }
    const heading = this.#owed === 'page' ? this.#heading() : (opening(this.#owed, this.#root) ?? this.#heading());
    if (heading === null) return; // It is drawn when what it is about has come.
    focusReadable(heading, this.#owed === 'page');
    this.#owed = null;
  }

  #held(): HTMLElement | null {
    const held = document.activeElement;
    return held instanceof HTMLElement && this.#root.contains(held) ? held : null;
  }

  #heading(): HTMLElement | null {
    return this.#root.querySelector<HTMLElement>('[data-heading]');
  }
}

/** Focuses what is read but not worked with, such as a heading. */
export function focusReadable(element: HTMLElement, preventScroll = false): void {
  element.tabIndex = -1;
  element.focus({ preventScroll });
}

/** A frame never takes the focus from the portal's page around it. */
function isInFront(): boolean {
  return window.parent === window || document.hasFocus();
}

function ancestors(element: Element): Element[] {
  const found: Element[] = [];
  for (let place = element.parentElement; place !== null; place = place.parentElement) found.push(place);
  return found;
}

/** The heading of the innermost part of the page that `place` lies in and that has one. */
function opening(place: Element, root: HTMLElement): HTMLElement | null {
  for (let part = place.closest(PARTS); part !== null && root.contains(part);) {
    const found = part.querySelector<HTMLElement>(OPENINGS);
    if (found !== null) return found;
    part = part.parentElement?.closest(PARTS) ?? null;
  }
  return null;
}
