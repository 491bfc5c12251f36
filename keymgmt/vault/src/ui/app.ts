/** Runs a document of the vault: routes, the page's life, rendering, locking. Used by the top-level page and the frame. */

import { html, render, type TemplateResult } from 'lit-html';

import type { Reading, VaultStatus } from './api.ts';
import { announce } from './dom.ts';
import { FocusKeeper } from './focus.ts';
import { language, preferredLanguage, t, useLanguage } from './i18n.ts';
import { Presence } from './presence.ts';
import { match, platformPath, type Matched, type RouteEntry } from './router.ts';
import type { Deployment, Page, PageFactory, Stage } from './stage.ts';

/** What differs between the top-level page and the frame. */
export interface Surface<Api extends Reading> {
  readonly routes: readonly RouteEntry<PageFactory<Api>>[];
  /** Where a document without a fragment begins, given the vault's state. */
  home(status: VaultStatus): string;
  /** What is shown instead of a page that needs an open vault. */
  closed(app: App<Api>): PageFactory<Api>;
  /** The document around a page. */
  frame(app: App<Api>, matched: Matched<PageFactory<Api>> | null, content: unknown): TemplateResult;
  /** Told after each rendering. */
  rendered?(app: App<Api>): void;
}

/** A running document. */
export class App<Api extends Reading> {
  status: VaultStatus;
  readonly vault: Api;
  readonly deployment: Deployment;
  readonly #surface: Surface<Api>;
  readonly #root: HTMLElement;
  readonly #focus: FocusKeeper;
  #page: Page | null = null;
  #matched: Matched<PageFactory<Api>> | null = null;
  #scheduled = false;
  #back: string | null = null;

  constructor(vault: Api, deployment: Deployment, status: VaultStatus, surface: Surface<Api>, root: HTMLElement) {
    this.vault = vault;
    this.deployment = deployment;
    this.status = status;
    this.#surface = surface;
    this.#root = root;
    this.#focus = new FocusKeeper(root);
  }

  /** Begins: routes, idleness, locks by other documents. */
  start(): void {
    this.speak(this.status.language ?? preferredLanguage(navigator.languages));
    addEventListener('hashchange', () => this.route());
    for (const kind of ['online', 'offline'] as const) addEventListener(kind, () => this.update());
    new Presence(() => this.vault.touch()).watch(window);
    this.vault.onLock(() => void this.refresh(true));
    this.#root.replaceChildren(); // What the document said while its script was loading.
    this.route();
  }

  /** Uses a language from now on. */
  speak(code: string): void {
    useLanguage(code);
    document.documentElement.lang = language();
    if (this.#page !== null) this.route();
  }

  /** Shows the page of the present fragment, from its beginning. */
  route(): void {
    const first = this.#page === null;
    this.#page?.stop?.();
    const hash = location.hash === '' || location.hash === '#' ? this.#surface.home(this.status) : location.hash;
    this.#matched = match(this.#surface.routes, hash);
    // The way back is remembered while the person goes on inside the vault.
    const back = this.#matched?.query['return'];
    if (back !== undefined && platformPath(this.deployment.platform, back) !== null) this.#back = back;
    this.#page = this.#make(this.#matched);
    this.#draw();
    if (!first) {
      scrollTo(0, 0);
      this.#focus.toPage();
      announce(document.title);
    }
  }

  /** Asks for the vault's state; starts the page again when it was opened or locked. */
  async refresh(locked = false): Promise<void> {
    const before = this.status.state;
    this.status = await this.vault.status();
    // Pages that work without an open wallet go on where they are: onboarding opens one in its midst.
    const replaced = before !== this.status.state && this.#matched?.entry.open !== true;
    if (locked || replaced) this.route();
    else this.update();
  }

  /** Renders once in this turn, however often it is called. */
  update(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#draw();
    });
  }

  /** Goes to a route of this document. */
  go(hash: string): void {
    if (location.hash === hash) this.route();
    else location.hash = hash;
  }

  #make(matched: Matched<PageFactory<Api>> | null): Page {
    if (matched === null) return missing();
    const closed = matched.entry.open !== true && this.status.state !== 'unlocked';
    const factory = closed ? this.#surface.closed(this) : matched.entry.page;
    return factory(this.#stage(matched));
  }

  #stage(matched: Matched<PageFactory<Api>>): Stage<Api> {
    return {
      vault: this.vault,
      deployment: this.deployment,
      params: matched.params,
      query: matched.query,
      status: () => this.status,
      update: () => this.update(),
      refresh: () => this.refresh(),
      go: (hash) => this.go(hash),
      leave: (path) => leave(this.deployment.platform, path),
      back: () => this.#back ?? (matched.entry.audience === 'practice' ? '/practice/' : '/patient/'),
    };
  }

  #draw(): void {
    if (this.#page === null) return;
    const title = this.#page.title();
    document.title = title === '' ? 'medixain' : `${title} – medixain`;
    const content = this.#surface.frame(this, this.#matched, this.#page.render());
    this.#focus.around(() => render(content, this.#root));
    this.#surface.rendered?.(this);
  }
}

/** Opens a page of the platform in the top window; what is no path of it opens the platform's start. */
export function leave(platform: string, path: string): void {
  (window.top ?? window).location.href = platformPath(platform, path) ?? `${platform}/`;
}

function missing(): Page {
  return {
    title: () => t('Page not found'),
    render: () =>
      html`<h1 data-heading>${t('There is no such page')}</h1>
        <p class="gap-top">${t('The address may be old. Go back, or start from the menu.')}</p>`,
  };
}
