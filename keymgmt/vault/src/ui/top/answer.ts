/** Confirming or disputing an entry of one's own profile. Nothing is overwritten: both are entries themselves. */

import { html } from 'lit-html';

import type { Consequence } from '../consent.ts';
import { longDate } from '../format.ts';
import { t } from '../i18n.ts';
import { icon } from '../icons.ts';
import { entryText } from '../entries.ts';
import { sectionTitle } from '../names.ts';
import { textField, type Faults } from '../parts/forms.ts';
import { saidBy } from '../parts/marks.ts';
import { People } from '../parts/people.ts';
import { empty, shown } from '../parts/waiting.ts';
import { Resource, type Page, type TopStage } from '../stage.ts';
import type { EventAdded, ProfileEntry } from '../../sdk/results.ts';
import { backButton, decisionPage } from './act-page.ts';

/** `#/confirm/<event>`. */
export function confirmPage(stage: TopStage): Page {
  const event = stage.params['event'] ?? '';
  const about = aboutEntry(stage, event);
  return decisionPage<EventAdded>(stage, {
    title: () => t('Confirm an entry'),
    lede: () => t('You say that it is right.'),
    content: about.content,
    sheetTitle: () => t('If you confirm'),
    consequences: () => [
      { sign: 'yes', pieces: [t('Everybody who can see this section sees that you confirmed it, and when.')] },
      ...takesThePlace(about.corrected()),
      { sign: 'final', pieces: [t('You can still dispute it later. Both stay in the history.')] },
    ],
    button: () => t('It is right'),
    doing: () => t('Signing'),
    act: (options) => stage.vault.profileConfirm(event, options),
    done: () =>
      html`<h2>${icon('yes')} ${t('You confirmed the entry')}</h2>
        <div class="btns">${backButton(stage)}</div>`,
  });
}

/** `#/dispute/<event>`. */
export function disputePage(stage: TopStage): Page {
  const event = stage.params['event'] ?? '';
  const about = aboutEntry(stage, event);
  let reason = '';
  let faults: Faults = {};

  function ready(): boolean {
    faults = reason.trim() === '' ? { reason: t('Say what is wrong, in your own words') } : {};
    if (reason.trim() === '') {
      stage.update();
      requestAnimationFrame(() => document.getElementById('reason')?.focus());
    }
    return reason.trim() !== '';
  }

  return decisionPage<EventAdded>(stage, {
    title: () => t('Something wrong?'),
    lede: () => t('Say it, and whoever wrote the entry has to answer.'),
    content: () =>
      html`${about.content()}
      ${textField({
        id: 'reason',
        label: t('What is wrong?'),
        hint: t('Everybody who can see this section reads it.'),
        value: reason,
        spellcheck: true,
        faults,
        input: (text) => {
          reason = text;
        },
      })}`,
    sheetTitle: () => t('If you dispute it'),
    consequences: () => [
      { sign: 'warn', pieces: [t('The entry is marked “disputed”, with your words, for everybody who can see it.')] },
      { sign: 'no', pieces: [t('It is not removed. Only its author, or their institution, can correct it.')] },
      { sign: 'final', pieces: [t('Your words stay in the history.')] },
    ],
    button: () => t('Dispute this entry'),
    doing: () => t('Signing'),
    ready,
    act: (options) => stage.vault.profileDispute(event, reason.trim(), options),
    done: () =>
      html`<h2>${icon('yes')} ${t('The entry is marked as disputed')}</h2>
        <p>${t('You are told when it is answered or corrected.')}</p>
        <div class="btns">${backButton(stage)}</div>`,
  });
}

/** What confirming somebody else's correction does to the entry that it corrects. */
function takesThePlace(corrected: ProfileEntry | null): readonly Consequence[] {
  if (corrected === null) return [];
  const { title, value } = entryText(corrected.entry);
  const what = value === '' ? title : `${title}, ${value}`;
  return [
    { sign: 'warn', pieces: [t('It takes the place of “{what}”, which moves to the earlier entries.', { what })] },
  ];
}

interface AboutEntry {
  content(): unknown;
  /** The entry that stands beside this one, its correction by somebody else, until the person confirms; null for none. */
  corrected(): ProfileEntry | null;
}

function aboutEntry(stage: TopStage, event: string): AboutEntry {
  const profile = new Resource(() => stage.vault.profileShow(), stage.update);
  const people = new People(stage.vault, stage.update);
  const find = (wanted: string | null): ProfileEntry | null =>
    Object.values(profile.value?.sections ?? {})
      .flat()
      .find((one) => one.event === wanted) ?? null;
  const corrected = (): ProfileEntry | null => {
    const entry = find(event);
    return entry !== null && entry.conflicts.some((one) => one === entry.corrects) ? find(entry.corrects) : null;
  };
  const content = (): unknown =>
    shown(profile, () => {
      const entry = find(event);
      if (entry === null) return empty(t('It is not here'), t('It may have been corrected since.'));
      const text = entryText(entry.entry);
      return html`<p class="muted">${sectionTitle(entry.section)}</p>
        <p class="who">${text.title}</p>
        ${text.value === '' ? '' : html`<p>${text.value}</p>`}
        <p class="hint">
          ${saidBy(entry.institution === null ? null : people.name(entry.author), people.institution(entry.author))} ·
          ${longDate(entry.at)}
        </p>`;
    });
  return { content, corrected };
}
