import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { itemOf } from '../../src/sdk/clinical/items.ts';
import { codingOf, entryFaults, entryKinds, fieldId } from '../../src/ui/practice/entry-forms.ts';
import { startOf } from '../../src/ui/practice/appointment.ts';

const source = { record: '0x01', place: '', author: null, institution: null };
const kind = (id: string) => {
  const found = entryKinds().find((one) => one.id === id);
  assert.ok(found);
  return found;
};

describe('what a clinician types', () => {
  it('names every required field that is empty', () => {
    for (const one of entryKinds()) {
      const required = one.fields.filter((field) => field.required).map(fieldId);
      assert.deepEqual(Object.keys(entryFaults(one, {})).sort(), required.sort());
    }
  });

  it('takes codes of the systems it knows and refuses others', () => {
    assert.deepEqual(codingOf('LOINC 59261-8'), { system: 'http://loinc.org', code: '59261-8' });
    assert.deepEqual(codingOf(' icd-10 E11.9 '), { system: 'http://hl7.org/fhir/sid/icd-10', code: 'E11.9' });
    for (const wrong of ['59261-8', 'HOME 1', 'LOINC', '']) assert.equal(codingOf(wrong), null);
    assert.ok(
      'entry-code' in entryFaults(kind('result'), { what: 'x', value: '1', on: '2026-01-01', code: 'nonsense' }),
    );
  });

  it('makes a result whose value, unit and range read back, with a German comma too', () => {
    const resource = kind('result').make({
      what: 'HbA1c',
      code: 'LOINC 59261-8',
      value: '54,5',
      unit: 'mmol/mol',
      low: '20',
      high: '42',
      on: '2026-11-23',
    });
    const item = itemOf(resource, source);
    assert.deepEqual([item.quantity?.value, item.quantity?.unit], [54.5, 'mmol/mol']);
    assert.deepEqual([item.range?.low, item.range?.high], [20, 42]);
    assert.equal(item.interpretation, 'high');
  });

  it('keeps a result that is no number as words', () => {
    assert.equal(
      itemOf(kind('result').make({ what: 'Culture', value: 'negative', on: '2026-11-23' }), source).value,
      'negative',
    );
  });

  it('makes resources that the profile shows under the section they go to', () => {
    const values = { what: 'Penicillin', dose: '1 a day', value: '1', on: '2026-01-01' };
    for (const one of entryKinds().filter(({ id }) => id !== 'note')) {
      assert.equal(itemOf(one.make(values), source).section, one.section, one.id);
    }
  });
});

describe('the time of a visit', () => {
  it('reads a day and a time of the device, and nothing else', () => {
    assert.equal(startOf('2026-11-24', '9:05'), new Date(2026, 10, 24, 9, 5).getTime() / 1000);
    for (const [day, time] of [
      ['', '10:00'],
      ['2026-11-24', '25:00'],
      ['2026-11-24', 'ten'],
    ] as const)
      assert.equal(startOf(day, time), null);
  });
});
