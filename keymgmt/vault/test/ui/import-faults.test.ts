import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { afterEach, test } from 'node:test';

import { faultWords, placeWords } from '../../src/ui/import-faults.ts';
import { resourceTitle } from '../../src/ui/resource-types.ts';
import { useLanguage } from '../../src/ui/i18n.ts';
import { examine } from '../../src/sdk/adding.ts';
import { PRIMITIVES } from '../../src/sdk/fhir/primitives.ts';
import { validateResource } from '../../src/sdk/fhir/validate.ts';
import { DEFINITIONS } from '../sdk/fhir/definitions.ts';

afterEach(() => useLanguage('en'));

const CASES = JSON.parse(
  readFileSync(new URL('../../../../tests/vectors/fhir/cases.json', import.meta.url), 'utf8'),
) as readonly { readonly document: string }[];

test('in English a fault stays as the checks say it, its place in words', () => {
  assert.equal(faultWords('code: it is required'), 'code: it is required');
  assert.equal(faultWords('line 7: code: it is required'), 'line 7: code: it is required');
  assert.equal(faultWords('entry[2].resource.code: it is required'), 'entry 3, code: it is required');
});

test('a fault names in German what it named, and its place', () => {
  useLanguage('de');
  assert.equal(
    faultWords('line 7: onset: only one of onsetAge, onsetString may be given'),
    'Zeile 7: onset: nur eines von onsetAge, onsetString darf angegeben sein',
  );
  assert.equal(placeWords('export.ndjson line 12'), 'export.ndjson Zeile 12');
  assert.equal(resourceTitle('AllergyIntolerance'), 'Allergie oder Unverträglichkeit');
  assert.equal(resourceTitle('SomethingNew'), 'SomethingNew');
});

/** Whether nothing of a fault but its place is left as it came. */
function isGerman(fault: string): boolean {
  return !/(?:^|: )(?:it|a|an|one|only|null|comments|FHIR) [a-z]/.test(faultWords(fault).replaceAll(/„[^“]*“/g, ''));
}

test('whatever the checks find wrong has its German sentence', async () => {
  useLanguage('de');
  const faults = CASES.flatMap(({ document }) => validateResource(DEFINITIONS, JSON.parse(document)));
  for (const [name, check] of PRIMITIVES) {
    for (const value of [7, -1, 3e9, 1.5, '', ' ', 'x ', {}, '\ud800', '2026-02-31', '2026-13']) {
      const reason = check(value);
      if (reason !== undefined) faults.push(`${name}: ${reason}`);
    }
  }
  for (const [file, text] of [
    ['a.json', '{"resourceType":'],
    ['a.ndjson', '{"resourceType":"Patient"}\n{"resourceType":1}\nnothing\n[]'],
    ['b.json', '{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"id":"x"}}]}'],
  ] as const) {
    faults.push(...(await examine(async () => DEFINITIONS, new File([text], file))).issues);
  }
  assert.ok(faults.length > 100);
  assert.deepEqual(
    [...new Set(faults)].filter((fault) => !isGerman(fault)),
    [],
  );
});
