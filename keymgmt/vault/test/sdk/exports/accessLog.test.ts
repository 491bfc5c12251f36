import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { accessLogCsv, accessLogFhir } from '../../../src/sdk/exports/accessLog.ts';
import { validateResource } from '../../../src/sdk/fhir/validate.ts';
import type { LookRow } from '../../../src/sdk/results.ts';
import { DEFINITIONS } from '../fhir/definitions.ts';

const LOOK: LookRow = {
  when: 1_795_000_000,
  who: '0x7daA368f143A2bcdaCC4A2EE5222C4A4E69bE62f',
  name: 'Dr Ines Halloran',
  institution: 'Lindenhof Family Practice',
  what: 'blood, "May".pdf',
  record: '0xaa',
  grant: '0xbb',
  purpose: 'family practice',
  outcome: 'given',
  nodes: ['Tarn', 'Quill'],
  final: true,
  roots: [{ node: '0x8A07c8be82cb8e2e79A3c9853e8a60Cd9900Abc3', index: 1, root: '0xd2' }],
};
const FACTS = {
  wallet: '0x5151a82Ef3AEd683cBCEBB83F2e9DB3c111a6127',
  chainId: 31337,
  contract: '0x1C24a6871DE984f43498F29596a9149b22c4B2Ee',
  now: 1_795_000_100,
};

/** The cells of a CSV, read as RFC 4180 has it. */
function cells(csv: string): string[][] {
  const rows: string[][] = [[]];
  let cell = '';
  let quoted = false;
  for (let place = 0; place < csv.length; place += 1) {
    const character = csv[place]!;
    if (quoted && character === '"' && csv[place + 1] === '"') {
      cell += '"';
      place += 1;
    } else if (character === '"') quoted = !quoted;
    else if (!quoted && character === ',') {
      rows.at(-1)!.push(cell);
      cell = '';
    } else if (!quoted && csv.startsWith('\r\n', place)) {
      rows.at(-1)!.push(cell);
      rows.push([]);
      cell = '';
      place += 1;
    } else cell += character;
  }
  return rows.slice(0, -1);
}

test('a look is a line, and what its cells hold comes back', () => {
  const [head, row] = cells(accessLogCsv([LOOK]).slice(1));
  assert.equal(head?.length, 12);
  assert.equal(row?.[0], '2026-11-18T11:06:40.000Z');
  assert.equal(row?.[4], LOOK.what);
  assert.match(row?.[11] ?? '', /#1 0xd2$/);
});

test('whatever a name is, no cell is a formula and none runs into the next', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (name) => {
      const rows = cells(accessLogCsv([{ ...LOOK, name }, LOOK]).slice(1));
      assert.ok(rows.length === 3 && rows.every((row) => row.length === 12));
      assert.doesNotMatch(rows[1]![2]!, /^[=+\-@\t\r]/);
      assert.ok(rows[1]![2] === name || rows[1]![2] === `'${name}`);
    }),
  );
});

test('formulas are defused', () => {
  for (const name of ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1']) {
    assert.equal(cells(accessLogCsv([{ ...LOOK, name }]).slice(1))[1]![2], `'${name}`);
  }
});

test('audit events are valid FHIR and hold client, server, user, patient, record and root', () => {
  const bundle = accessLogFhir(
    [LOOK, { ...LOOK, outcome: 'withdrawn', name: null, institution: null, roots: [], final: false }],
    FACTS,
  );
  assert.deepEqual(validateResource(DEFINITIONS, bundle), []);
  const [given, refused] = (bundle['entry'] as { resource: Record<string, unknown> }[]).map(({ resource }) => resource);
  assert.equal(given?.['outcome'], '0');
  assert.deepEqual([refused?.['outcome'], refused?.['outcomeDesc']], ['4', 'withdrawn']);
  const roles = (given?.['agent'] as { type: { coding: { code: string }[] } }[]).map(
    ({ type }) => type.coding[0]?.code,
  );
  assert.deepEqual(roles, ['110153', '110152', 'IRCP']);
  const entities = given?.['entity'] as { role: { code: string }; detail?: { type: string; valueString: string }[] }[];
  assert.deepEqual(
    entities.map(({ role }) => role.code),
    ['1', '4', '17'],
  );
  assert.deepEqual(
    entities[2]?.detail?.map(({ valueString }) => valueString),
    [LOOK.roots[0]?.node, '1', '0xd2'],
  );
});
