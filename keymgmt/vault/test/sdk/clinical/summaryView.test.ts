import assert from 'node:assert/strict';
import { test } from 'node:test';

import { utf8 } from '../../../src/core/bytes.ts';
import { summaryOf } from '../../../src/sdk/clinical/summaryView.ts';
import { ipsDocument } from '../../../src/sdk/exports/ips.ts';

const SOURCE = { record: 'r', place: '', author: null, institution: null };
const view = (document: unknown) => summaryOf(utf8(JSON.stringify(document)), SOURCE);

test('the vault’s own summary is shown by its sections, the empty ones with their words', () => {
  const allergy = {
    resourceType: 'AllergyIntolerance',
    patient: { display: 'me' },
    code: { text: 'Penicillin' },
    reaction: [{ manifestation: [{ text: 'Rash' }], severity: 'severe' }],
  };
  const statement = {
    resource: allergy,
    section: 'allergies',
    disputed: null,
    conflicting: false,
    find: () => undefined,
    recorded: 1,
  };
  const summary = view(ipsDocument([statement], { patient: null, now: 1_795_000_000 }));
  assert.deepEqual(
    summary?.sections.map(({ code, items }) => [code, items.map(({ title, value }) => `${title}: ${value}`)]),
    [
      ['48765-2', ['Penicillin: Rash, severe']],
      ['11450-4', []],
      ['10160-0', []],
    ],
  );
  assert.equal(summary?.sections[1]?.words, 'Nothing is recorded in this wallet.');
  assert.equal(summary?.made, '2026-11-18T11:06:40.000Z');
});

test('narrative of another program gives its words and none of its markup', () => {
  const summary = view({
    resourceType: 'Bundle',
    type: 'document',
    entry: [
      {
        resource: {
          resourceType: 'Composition',
          section: [
            {
              title: 'Notes',
              text: {
                div: '<div><p onclick="x()">One &amp; two</p><script>bad()</script><ul><li>Three</li></ul></div>',
              },
            },
          ],
        },
      },
    ],
  });
  assert.deepEqual(summary?.sections[0]?.words, 'One & two\nbad() Three');
});

test('what is no document has no sections', () => {
  for (const other of [{ resourceType: 'Patient' }, { resourceType: 'Bundle', type: 'collection' }, 7]) {
    assert.equal(view(other), null);
  }
});
