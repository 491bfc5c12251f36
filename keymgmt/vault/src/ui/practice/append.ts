/**
 * `#/append?patient=<wallet>`: add a signed entry to a patient's profile; with `corrects=<event>`, one that takes the
 * place of an earlier one.
 */

import { html, type TemplateResult } from 'lit-html';

import { t } from '../i18n.ts';
import { icon } from '../icons.ts';
import { sectionTitle } from '../names.ts';
import { select, textField, type Faults } from '../parts/forms.ts';
import { stateMark } from '../parts/marks.ts';
import { hashFor } from '../router.ts';
import type { Page, TopStage } from '../stage.ts';
import { disputedEntry } from './answer.ts';
import { entryFaults, fieldId, shownIn, typedInto } from './entry-forms.ts';
import { correctedEntry, entryKinds, kindOf, type EntryField, type EntryKind } from './entry-kinds.ts';
import { patientName } from './people-lines.ts';
import { signingPage, type Subject } from './signing-page.ts';

/** `#/append`. */
export function appendPage(stage: TopStage): Page {
  const corrects = stage.query['corrects'] ?? null;
  let chosen = entryKinds()[0] as EntryKind;
  let values: Record<string, string> = {};
  /** Whether the form was filled with what the corrected entry says. */
  let filled = false;

  const page = signingPage(stage, corrects, {
    title: () => (corrects === null ? t('Add an entry') : t('Correct an entry')),
    lede: () => t('It is signed by you and by name. The patient can dispute it; a correction is a new entry.'),
    sheetTitle: () => (corrects === null ? t('If you add this') : t('If you correct this')),
    refuse: () => (corrects === null ? t('Do not add it') : t('Leave it as it is')),
    fields: (subject, faults) => {
      fill(subject);
      return html`${subject.about === null ? choice(subject) : disputedEntry(subject.about)}
      ${chosen.fields.map((field) => control(field, faults))}`;
    },
    faults: () => entryFaults(chosen, typedInto(chosen, values)),
    content: (subject) => {
      fill(subject);
      const { about } = subject;
      const typed = typedInto(chosen, values);
      return {
        kind: 'entry',
        section: chosen.section,
        entry: about === null ? chosen.make(typed) : correctedEntry(chosen, about.entry, typed),
        target: corrects,
        reason: null,
      };
    },
    done: (added) =>
      html`<h2>
          ${icon('yes')}
          ${corrects === null ? t('Added to {section}', { section: sectionTitle(added.section) }) : t('Corrected in {section}', { section: sectionTitle(added.section) })}
        </h2>
        <p>${stateMark(added.state)}</p>
        ${
          corrects === null
            ? html`<p>
                <button class="btn second" type="button" @click=${again}>${t('Add another')}</button>
              </p>`
            : ''
        }`,
  });
  return page;

  /** A correction begins with what the entry says now. */
  function fill({ about }: Subject): void {
    if (about === null || filled) return;
    filled = true;
    chosen = kindOf(about.section, about.entry);
    values = { ...chosen.read(about.entry as Readonly<Record<string, unknown>>) };
  }

  function choice({ patient }: Subject): TemplateResult {
    return html`<p class="who">${patientName(patient)}</p>
      ${select(
        'kind',
        t('Kind of entry'),
        entryKinds().map((kind) => [kind.id, kind.title] as const),
        chosen.id,
        (id) => change(() => (chosen = entryKinds().find((kind) => kind.id === id) ?? chosen)),
      )}
      <p><a href=${hashFor(['add', patient.wallet])}>${t('Add a file instead')}</a></p>`;
  }

  function control(field: EntryField, faults: Faults): TemplateResult {
    const set = (value: string) => change(() => (values[field.id] = value));
    const { choices, label } = field;
    const hint = field.hint === undefined ? {} : { hint: field.hint };
    if (choices !== undefined) {
      return select(fieldId(field), label, choices, shownIn(field, values), set, { ...hint, faults });
    }
    return textField({
      id: fieldId(field),
      label,
      ...hint,
      type: field.type ?? 'text',
      value: shownIn(field, values),
      faults,
      spellcheck: field.type !== 'date',
      input: set,
    });
  }

  function again(): void {
    change(() => {
      values = {};
      page.act.state = 'idle';
    });
  }

  function change(act: () => unknown): void {
    act();
    stage.update();
  }
}
