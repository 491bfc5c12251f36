import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { bloodGroupChanges, consistencyFlags } from '../../src/sdk/clinical/flags.ts';
import { itemOf } from '../../src/sdk/clinical/items.ts';
import { EMPTY_VIEW } from '../../src/sdk/clinical/view.ts';
import { entryFaults, fieldId, typedInto } from '../../src/ui/practice/entry-forms.ts';
import { correctedEntry, entryKinds, kindOf } from '../../src/ui/practice/entry-kinds.ts';
import { codingOf } from '../../src/ui/practice/entry-parts.ts';
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

describe('a correction', () => {
  const filled: Readonly<Record<string, string>> = {
    what: 'Penicillin',
    code: 'SNOMED 91936005',
    dose: '1 a day',
    value: '54.5',
    unit: 'mmol/mol',
    low: '20',
    high: '42',
    on: '2026-11-23',
    since: '2026-01-02',
    severity: 'low',
    state: 'resolved',
    reaction: 'rash',
    lot: 'A1',
    outcome: 'well',
    group: 'AB-',
    sex: 'female',
  };

  it('begins with what the entry says, for every kind and field', () => {
    for (const one of entryKinds()) {
      const values = typedInto(one, filled);
      assert.deepEqual(typedInto(one, one.read(one.make(values))), values, one.id);
      assert.equal(kindOf(one.section, one.make(values)).id, one.id);
    }
  });

  it('changes what was changed, and keeps what no form shows or its author left as it was', () => {
    const condition = kind('condition');
    const codes = [
      { system: 'http://snomed.info/sct', code: '44054006', display: 'Type 2 diabetes' },
      { system: 'http://hl7.org/fhir/sid/icd-10', code: 'E11.9' },
    ];
    const before = {
      resourceType: 'Condition',
      code: { coding: codes, text: 'Type 2 diabetes' },
      onsetDateTime: '2019-05',
      note: [{ text: 'diet first' }],
    };
    const after = correctedEntry(condition, before, {
      ...typedInto(condition, condition.read(before)),
      since: '2020-05',
    });
    assert.deepEqual(after, {
      ...before,
      onsetDateTime: '2020-05',
      clinicalStatus: condition.make({})['clinicalStatus'],
    });
    const cleared = correctedEntry(condition, before, { ...typedInto(condition, condition.read(before)), since: '' });
    assert.ok(!('onsetDateTime' in cleared));
  });

  it('takes a form for entries of sections that have none, and of resources that no form makes', () => {
    assert.deepEqual(kindOf('genetics', { text: 'BRCA1' }).read({ text: 'BRCA1' }), { what: 'BRCA1' });
    const order = { resourceType: 'MedicationRequest', medicationCodeableConcept: { text: 'Ramipril 5 mg' } };
    const found = kindOf('medication', order);
    const values = { ...found.read(order), dose: '1 a day' };
    assert.equal(correctedEntry(found, order, values)['resourceType'], 'MedicationStatement');
  });
});

describe('blood group and sex', () => {
  it('are read by what looks for contradictions', () => {
    const group = (value: string, on: string) => itemOf(kind('blood-group').make({ group: value, on }), source);
    const [flag] = bloodGroupChanges([group('A+', '2020-01-01'), group('0-', '2026-01-01')]);
    assert.deepEqual(flag?.values, { before: 'A+', after: '0-' });
    const sex = itemOf(kind('sex').make({ sex: 'male' }), source);
    const pregnant = itemOf({ resourceType: 'Condition', code: { text: 'Pregnancy' } }, source);
    const view = { ...EMPTY_VIEW, items: [sex, pregnant] };
    assert.deepEqual(
      consistencyFlags(view).map((one) => one.kind),
      ['sex-specific-condition'],
    );
  });
});

describe('what is shown is what is signed', () => {
  it('takes the first choice of a list that nobody touched', () => {
    const allergy = kind('allergy');
    const severity = allergy.fields.find(({ id }) => id === 'severity');
    const made = allergy.make(typedInto(allergy, { what: ' Latex ' }));
    assert.deepEqual([made['criticality'], made['code']], [severity?.choices?.[0]?.[0], { text: 'Latex' }]);
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
