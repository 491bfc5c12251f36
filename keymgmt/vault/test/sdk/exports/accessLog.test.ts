import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { accessLogCsv, accessLogFhir } from '../../../src/sdk/exports/accessLog.ts';
import { validateResource } from '../../../src/sdk/fhir/validate.ts';
import type { LinkOpening, LookRow } from '../../../src/sdk/results.ts';
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
  roots: [{ node: '0x8A07c8be82cb8e2e79A3c9853e8a60Cd9900Abc3', index: 1, root: '0xd2', committed: 1_795_000_060 }],
};
const FACTS = {
  wallet: '0x5151a82Ef3AEd683cBCEBB83F2e9DB3c111a6127',
  chainId: 31337,
  contract: '0x1C24a6871DE984f43498F29596a9149b22c4B2Ee',
  nodes: new Map([['Tarn', 'https://tarn.example.org']]),
  platform: 'https://medixain.example.org',
  now: 1_795_000_100,
};

const OPENING: LinkOpening = {
  link: '6f6f0f7e-0000-4000-8000-000000000001',
  label: 'Summary',
  recipient: '=Clinic of nobody',
  at: 1_795_000_050,
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
    [LOOK.roots[0]?.node, '1', '0xd2', '2026-11-18T11:07:40.000Z'],
  );
});

interface Agent {
  readonly type: { readonly coding: readonly { readonly code: string }[] };
  readonly who: { readonly display?: string };
  readonly network?: Record<string, unknown>;
}

interface Entity {
  readonly type: { readonly code: string };
  readonly what: { readonly identifier?: { readonly value: string } };
  readonly detail?: readonly { readonly type: string; readonly valueString: string }[];
}

interface Event {
  readonly meta: { readonly profile: readonly string[] };
  readonly type: { readonly code: string };
  readonly action: string;
  readonly outcome: string;
  readonly agent: readonly Agent[];
  readonly entity: readonly Entity[];
}

function eventsOf(looks: readonly LookRow[], openings: readonly LinkOpening[] = []): Event[] {
  const bundle = accessLogFhir(looks, FACTS, openings);
  assert.deepEqual(validateResource(DEFINITIONS, bundle), []);
  return (bundle['entry'] as { resource: Event }[]).map(({ resource }) => resource);
}

function agentOf(event: Event, code: string): Agent | undefined {
  return event.agent.find(({ type }) => type.coding[0]?.code === code);
}

test('a read goes from the nodes, at their address, to whoever asked, whose address nobody wrote down', () => {
  const [read] = eventsOf([LOOK]);
  assert.match(read!.meta.profile[0]!, /IHE\.BasicAudit\.PatientRead$/);
  assert.deepEqual(agentOf(read!, '110153')?.network, { address: 'https://tarn.example.org', type: '5' });
  assert.equal(agentOf(read!, '110152')?.who.display, LOOK.institution);
  assert.ok('_address' in (agentOf(read!, '110152')?.network ?? {}));
  const root = read!.entity.at(-1)!;
  assert.deepEqual(root.detail?.at(-1), { type: 'block-time', valueString: '2026-11-18T11:07:40.000Z' });
});

test('a refusal is a decision of its own: who asked, for whom, who refused, over which grant, in which root', () => {
  const [refused] = eventsOf([{ ...LOOK, outcome: 'withdrawn' }]);
  assert.match(refused!.meta.profile[0]!, /IHE\.BasicAudit\.AuthZconsent$/);
  assert.deepEqual([refused!.type.code, refused!.action, refused!.outcome], ['110113', 'E', '4']);
  for (const code of ['110150', 'IRCP', 'PROV', 'authserver']) assert.ok(agentOf(refused!, code), code);
  // The pattern's entities are closed: patient and consent, nothing else.
  assert.deepEqual(
    refused!.entity.map(({ type }) => type.code),
    ['1', 'Consent'],
  );
  assert.equal(refused!.entity[1]?.what.identifier?.value, LOOK.grant);
  assert.deepEqual(
    refused!.entity[1]?.detail?.map(({ type }) => type),
    ['record', 'node', 'index', 'root', 'block-time'],
  );
});

test('a refusal that stands in no root yet names its record all the same', () => {
  const [refused] = eventsOf([{ ...LOOK, outcome: 'no-grant', roots: [], institution: null }]);
  assert.deepEqual(refused!.entity[1]?.detail, [{ type: 'record', valueString: LOOK.record }]);
});

test('the opening of a link stands between the looks and says that the platform alone saw it', () => {
  const earlier = { ...LOOK, when: LOOK.when - 60 };
  const later = { ...LOOK, when: LOOK.when + 60 };
  const events = eventsOf([later, earlier], [OPENING]);
  assert.equal(agentOf(events[1]!, 'IRCP')?.who.display, OPENING.recipient);
  assert.equal(events[1]!.entity[1]?.detail?.[0]?.type, 'seen-by');
  const rows = cells(accessLogCsv([later, earlier], [OPENING]).slice(1));
  assert.deepEqual(
    rows.map((row) => row[8]),
    ['outcome', 'given', 'link-opened', 'given'],
  );
  assert.deepEqual([rows[2]![2], rows[2]![9], rows[2]![10]], ["'=Clinic of nobody", 'no', 'platform only']);
});
