/** Forms for the kinds of entry: the ids of their fields, and what is missing or wrong in them. */

import { t } from '../i18n.ts';
import type { EntryField, EntryKind, Typed } from './entry-kinds.ts';
import { codingOf, decimal } from './entry-parts.ts';

/** What is missing or wrong, by the field's id with its form's prefix. */
export function entryFaults(kind: EntryKind, values: Typed): Typed {
  const faults: Record<string, string> = {};
  for (const field of kind.fields) {
    const value = values[field.id] ?? '';
    if (field.required === true && value === '') faults[fieldId(field)] = t('Give: {what}', { what: field.label });
    if (field.id === 'code' && value !== '' && codingOf(value) === null) {
      faults[fieldId(field)] = t('Give the system and the code, for example LOINC 59261-8');
    }
    if ((field.id === 'low' || field.id === 'high') && value !== '' && decimal(value) === null) {
      faults[fieldId(field)] = t('Give a number');
    }
  }
  return faults;
}

/** The id of a field in the document. */
export function fieldId(field: EntryField): string {
  return `entry-${field.id}`;
}

/** What a field's control shows: a list shows its first choice until another one is made. */
export function shownIn(field: EntryField, values: Typed): string {
  const value = values[field.id] ?? '';
  const { choices } = field;
  return choices === undefined || choices.some(([one]) => one === value) ? value : (choices[0]?.[0] ?? '');
}

/** What a form says: of every field what its control shows, trimmed, so that nothing is signed that was not seen. */
export function typedInto(kind: EntryKind, values: Typed): Typed {
  return Object.fromEntries(kind.fields.map((field) => [field.id, shownIn(field, values).trim()]));
}
