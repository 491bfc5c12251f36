/** "What is new" on the home page: a handful of lines, each leading to where it can be acted on. */

import { html, nothing, type TemplateResult } from 'lit-html';

import { announce } from '../dom.ts';
import { longDate, moment } from '../format.ts';
import { t, tn } from '../i18n.ts';
import { icon } from '../icons.ts';
import { type Naming, type Target, newsTarget, newsTitle, newsWords } from '../news.ts';
import { options } from '../parts/forms.ts';
import { pending } from '../parts/waiting.ts';
import { Resource, type Stage } from '../stage.ts';
import { NEWS_KINDS, type News, type NewsFacts, type NewsMark, newsOf, readUntil } from '../../sdk/news.ts';
import type { LookRow } from '../../sdk/results.ts';
import { portalLink, topLink } from './links.ts';

/** Lines shown at first. */
const FEW = 5;

/** What the page has fetched besides the looks; null while it is not all there. */
export type Fetched = Omit<NewsFacts, 'looks'> | null;

/** The block. */
export class NewsBlock {
  readonly #stage: Stage;
  readonly #looks: Resource<readonly LookRow[]>;
  readonly #mark: Resource<NewsMark>;
  #all = false;

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#looks = new Resource(() => stage.vault.accessLog(), stage.update);
    this.#mark = new Resource(() => stage.vault.newsMark(), stage.update);
  }

  render(fetched: Fetched, naming: Naming): unknown {
    const mark = this.#mark.value;
    // Without its own memory the page cannot tell what is new, and everything else on it stands all the same.
    if (mark === null && this.#mark.error !== null) return nothing;
    return html`<section class="gap-below" aria-labelledby="news">
      <div class="see-head"><h2 id="news">${t('What is new')}</h2></div>
      ${fetched === null || mark === null ? pending(t('Looking what is new …')) : this.#content(fetched, mark, naming)}
    </section>`;
  }

  #content(fetched: Omit<NewsFacts, 'looks'>, mark: NewsMark, naming: Naming): TemplateResult {
    const facts = { ...fetched, looks: this.#looks.value };
    const news = newsOf(facts, mark);
    const lines = this.#all ? news : news.slice(0, FEW);
    return html`
      ${
        news.length === 0
          ? this.#none(mark)
          : html`<ul class="tasks" role="list">
              ${lines.map((one) => this.#line(one, naming))}
            </ul>`
      }
      ${this.#missing()}
      ${
        news.length === 0
          ? nothing
          : html`<div class="btns gap-top">
              <button class="btn quiet" type="button" @click=${() => void this.#read(facts, mark)}>
                ${t('Mark as read')}
              </button>
              ${
                lines.length < news.length
                  ? html`<button class="link" type="button" @click=${() => this.#more()}>
                      ${tn('Show {n} more', 'Show {n} more', news.length - lines.length)}
                    </button>`
                  : nothing
              }
            </div>`
      }
      ${this.#choice(mark)}
    `;
  }

  #line(news: News, naming: Naming): TemplateResult {
    const { title, hint } = newsWords(news, naming);
    return html`<li>
      ${this.#link(newsTarget(news), title)}
      <span>
        ${news.kind === 'unusual' ? html`<span class="tag warn">${icon('warn')} ${t('Unusual')}</span>` : nothing}
        ${news.kind === 'requests' ? html`<span class="tag todo">${t('Your decision')}</span>` : nothing}
        ${news.at === null ? nothing : html`<span class="small muted">${moment(news.at)}</span>`}
      </span>
      ${hint === '' ? nothing : html`<p class="hint">${hint}</p>`}
    </li>`;
  }

  #link(target: Target, words: string): TemplateResult {
    if (target.on === 'top') return topLink(target.path, words, target.query);
    if (target.on === 'portal') return portalLink(this.#stage.deployment.platform, target.path, words);
    return html`<a href=${target.hash}>${words}</a>`;
  }

  #none(mark: NewsMark): unknown {
    if (this.#looks.value === null) return nothing;
    return html`<p class="muted">${t('Nothing new since {date}.', { date: longDate(mark.at) })}</p>`;
  }

  /** The log comes from all nodes and may take longer than the rest, or not come at all. */
  #missing(): unknown {
    if (this.#looks.value !== null) return nothing;
    if (this.#looks.error === null) return pending(t('Asking every node for its log, and checking it …'));
    return html`<p class="hint">${t('Too few nodes answer, so it is not known now who looked. Look again later.')}</p>`;
  }

  #choice(mark: NewsMark): TemplateResult {
    return html`<details class="small">
      <summary>${t('What I am told')}</summary>
      <div class="stack">
        ${options(
          'checkbox',
          'news-kinds',
          NEWS_KINDS.map((kind) => ({
            id: `news-${kind}`,
            value: kind,
            label: newsTitle(kind),
            checked: !mark.off.includes(kind),
          })),
          (value, checked) => void this.#choose(mark, value, checked),
        )}
        <p class="hint">${t('This is worked out and remembered on this device only; medixain does not learn it.')}</p>
      </div>
    </details>`;
  }

  async #read(facts: NewsFacts, mark: NewsMark): Promise<void> {
    this.#all = false;
    await this.#keep(readUntil(facts, mark));
    announce(t('Marked as read'));
  }

  async #choose(mark: NewsMark, value: string, checked: boolean): Promise<void> {
    const off = NEWS_KINDS.filter((kind) => (kind === value ? !checked : mark.off.includes(kind)));
    await this.#keep({ ...mark, off });
  }

  async #keep(mark: NewsMark): Promise<void> {
    this.#mark.set(mark);
    await this.#stage.vault.setNewsMark(mark);
  }

  #more(): void {
    this.#all = true;
    this.#stage.update();
  }
}
