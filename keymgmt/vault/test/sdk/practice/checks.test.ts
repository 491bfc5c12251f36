import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { viewOfResources } from '../../../src/sdk/clinical/view.ts';
import { checksDue } from '../../../src/sdk/practice/checks.ts';

const NOW = Date.UTC(2026, 10, 24) / 1000;
const source = { record: '0x01', place: '', author: null, institution: null };

const diabetes = {
  resourceType: 'Condition',
  clinicalStatus: { coding: [{ code: 'active' }] },
  code: { coding: [{ system: 'http://hl7.org/fhir/sid/icd-10', code: 'E11.9' }], text: 'Type 2 diabetes' },
};
const hba1c = (day: string) => ({
  resourceType: 'Observation',
  status: 'final',
  effectiveDateTime: day,
  code: { coding: [{ system: 'http://loinc.org', code: '59261-8' }] },
  valueQuantity: { value: 54, unit: 'mmol/mol' },
});
const viewOf = (...resources: object[]) =>
  viewOfResources(
    resources.map((resource, index) => ({
      place: `line ${index}`,
      fullUrl: null,
      resource: resource as Record<string, unknown>,
    })),
    source,
  );

describe('checks due', () => {
  it('asks for nothing without a condition that asks for it', () => {
    assert.deepEqual(checksDue(viewOf(hba1c('2026-01-01')), NOW), []);
  });

  it('says since when a check is overdue', () => {
    const [first] = checksDue(viewOf(diabetes, hba1c('2026-01-10')), NOW).filter(({ name }) => name.includes('HbA1c'));
    assert.equal(first?.overdue, true);
    assert.equal(new Date((first?.due ?? 0) * 1000).getMonth(), 6);
  });

  it('waits until a check is due again', () => {
    const [first] = checksDue(viewOf(diabetes, hba1c('2026-10-10')), NOW).filter(({ name }) => name.includes('HbA1c'));
    assert.equal(first?.overdue, false);
  });

  it('names a check that was never done as due now', () => {
    assert.ok(checksDue(viewOf(diabetes), NOW).every(({ last, overdue }) => last === null && overdue));
  });

  it('forgets conditions that are over', () => {
    assert.deepEqual(checksDue(viewOf({ ...diabetes, clinicalStatus: { coding: [{ code: 'resolved' }] } }), NOW), []);
  });
});
