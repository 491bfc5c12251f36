/**
 * The few messages between frame and portal (docs/spec/vault.md). None carries content and none causes a signature; what
 * does not come from the platform's origin and from the frame's own parent is ignored.
 */

/** The frame's side of the conversation. */
export class Parent {
  readonly #platform: string;
  readonly #root: HTMLElement;
  #height = 0;
  #said = '';

  constructor(platform: string, root: HTMLElement) {
    this.#platform = new URL(platform).origin;
    this.#root = root;
  }

  /** Begins to hear the portal and to follow the frame's height. */
  listen(): void {
    addEventListener('message', (event: MessageEvent<unknown>) => this.#hear(event));
    new ResizeObserver(() => this.#measure()).observe(this.#root);
  }

  /** Says that the frame is ready or locked, once each time it changes. */
  tell(state: 'ready' | 'locked'): void {
    const view = location.hash.replace(/^#\/?/, '').split(/[/?]/)[0] ?? '';
    const said = `${state} ${view}`;
    if (said === this.#said) return;
    this.#said = said;
    this.#post(state === 'ready' ? { type: 'ready', view } : { type: 'locked' });
  }

  #measure(): void {
    const height = Math.ceil(this.#root.getBoundingClientRect().height);
    // A line that says "opening …" is about to be longer: the page around keeps the room that it has reserved until then.
    if (height === this.#height || (height <= innerHeight && this.#root.querySelector('.pending') !== null)) return;
    this.#height = height;
    this.#post({ type: 'height', px: height });
  }

  #post(message: Readonly<Record<string, string | number>>): void {
    if (window.parent !== window) window.parent.postMessage(message, this.#platform);
  }

  #hear(event: MessageEvent<unknown>): void {
    if (event.origin !== this.#platform || event.source !== window.parent) return;
    const type = typeof event.data === 'object' && event.data !== null && 'type' in event.data ? event.data.type : null;
    if (type === 'print') openDetails();
  }
}

/** What is folded is printed, too: the portal's page is about to be. */
function openDetails(): void {
  for (const details of document.querySelectorAll('details')) details.open = true;
}
