/** News in words, and where each can be acted on. Pure. */

import { longDate, shortAddress } from './format.ts';
import { type FoldedEvent, type Summary, entryWords, foldedWords } from './events.ts';
import { t, tn } from './i18n.ts';
import { oddTitle, sectionTitles } from './names.ts';
import { hashFor } from './router.ts';
import type { News, NewsKind } from '../sdk/news.ts';

/** Where a line leads: the vault's own page, a page of the portal, or a route of this frame. */
export type Target =
  | { readonly on: 'top'; readonly path: readonly string[]; readonly query: Readonly<Record<string, string>> }
  | { readonly on: 'portal'; readonly path: string }
  | { readonly on: 'frame'; readonly hash: string };

/** What words are made of besides the news: names of people, and what records say. */
export interface Naming {
  readonly person: (address: string) => string;
  readonly event: (record: string) => FoldedEvent | null;
  readonly summary: (record: string) => Summary | null;
}

/** What a kind of news is called where it can be switched off. */
export function newsTitle(kind: NewsKind): string {
  switch (kind) {
    case 'requests':
      return t('Requests to see my records');
    case 'unusual':
      return t('Unusual looks');
    case 'access':
      return t('Who looked');
    case 'changes':
      return t('New and changed entries, answers to disputes');
    case 'expiry':
      return t('Access that ends soon');
    default:
      return t('Checks that are due');
  }
}

/** A line of news, and what is said under it (empty when there is nothing more). */
export function newsWords(news: News, naming: Naming): { readonly title: string; readonly hint: string } {
  switch (news.kind) {
    case 'requests': {
      const { professional, sections } = news.request;
      return {
        title: t('{name} asks to see your records', { name: naming.person(professional) }),
        hint: sectionTitles(sections),
      };
    }
    case 'unusual':
    case 'access':
      return lookWords(news);
    case 'changes':
      return changeWords(news, naming);
    case 'expiry':
      return {
        title: t('The access of {name} ends on {date}', {
          name: naming.person(news.other),
          date: longDate(news.expiry),
        }),
        hint: t('It ends by itself. Share again if it shall go on.'),
      };
    default:
      return checkWords(news);
  }
}

/** Where a line of news can be acted on. */
export function newsTarget(news: News): Target {
  switch (news.kind) {
    case 'requests':
      return { on: 'top', path: ['share'], query: { to: news.request.request } };
    case 'unusual':
    case 'access':
      return { on: 'portal', path: '/patient/looks/' };
    case 'changes': {
      const [only, ...more] = news.change === 'added' ? news.records : [];
      if (news.change !== 'added') return { on: 'portal', path: '/patient/profile/' };
      return only !== undefined && more.length === 0
        ? { on: 'frame', hash: hashFor(['record', only]) }
        : { on: 'portal', path: '/patient/records/' };
    }
    case 'expiry':
      return { on: 'portal', path: '/patient/access/' };
    default:
      return { on: 'portal', path: '/patient/profile/' };
  }
}

function lookWords(news: Extract<News, { readonly kind: 'unusual' | 'access' }>) {
  const name = news.name ?? t('Professional {address}', { address: shortAddress(news.who) });
  const who = news.institution === null ? name : t('{name}, {institution}', { name, institution: news.institution });
  const opened = tn('{name} opened {n} record', '{name} opened {n} records', news.opened, { name: who });
  const refused = tn('{name} was refused {n} time', '{name} was refused {n} times', news.refused, { name: who });
  const both = [news.opened > 0 ? opened : '', news.refused > 0 ? refused : ''].filter((part) => part !== '');
  if (news.kind === 'access') return { title: both.join('; '), hint: '' };
  return {
    title: t('Unusual: {what}', { what: both.join('; ') }),
    hint: t('{why}. If you do not know why, ask them, or stop their access.', {
      why: capitalised(news.odd.map(oddTitle).join(', ')),
    }),
  };
}

/** Words that begin a sentence. */
function capitalised(words: string): string {
  return words.charAt(0).toLocaleUpperCase() + words.slice(1);
}

function changeWords(news: Extract<News, { readonly kind: 'changes' }>, naming: Naming) {
  if (news.change !== 'added') {
    const what = entryWords(news.entry.section, news.entry.entry).title;
    const title =
      news.change === 'answered'
        ? t('Your dispute was answered: {what}', { what })
        : t('What you disputed was corrected: {what}', { what });
    const reason = news.entry.marks.findLast(({ kind }) => kind === 'answer')?.reason ?? '';
    return { title, hint: news.change === 'answered' && reason !== '' ? `“${reason}”` : '' };
  }
  const name = naming.person(news.author);
  const [only, ...more] = news.records;
  if (only === undefined || more.length > 0) {
    return {
      title: tn('{name} added {n} entry', '{name} added {n} entries', news.records.length, { name }),
      hint: '',
    };
  }
  const event = naming.event(only);
  const words = event === null ? naming.summary(only) : foldedWords(event);
  if (words === null) return { title: t('{name} added an entry', { name }), hint: '' };
  return { title: words.title, hint: [words.value, t('added by {name}', { name })].filter(Boolean).join(' · ') };
}

function checkWords({ check }: Extract<News, { readonly kind: 'checks' }>) {
  const hint =
    check.last === null
      ? t('Your records show none. Ask your practice whether you need it.')
      : t('Last on {date}. Ask your practice whether you need it.', { date: longDate(check.last) });
  return { title: t('A check may be due: {what}', { what: t(check.name) }), hint };
}
