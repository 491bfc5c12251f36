import assert from 'node:assert/strict';
import { test } from 'node:test';

import { FhirRefused } from '../../../src/sdk/errors.ts';
import {
  examineDocument,
  examineNdjson,
  looksLikeFhir,
  terminated,
  readNdjson,
  validateDocument,
} from '../../../src/sdk/fhir/report.ts';
import { DEFINITIONS } from './definitions.ts';

const PATIENT = { resourceType: 'Patient', id: 'p1' };
const HEIGHT = {
  resourceType: 'Observation',
  id: 'o1',
  status: 'final',
  code: { text: 'Height' },
  subject: { reference: 'Patient/p1' },
};
const COMPOSITION = {
  resourceType: 'Composition',
  status: 'final',
  type: { coding: [{ system: 'http://loinc.org', code: '60591-5' }] },
  date: '2024-01-01',
  author: [{ reference: 'Patient/p1' }],
  title: 'Summary',
  subject: { reference: 'urn:uuid:p1' },
};

function file(name: string, ...contents: unknown[]): File {
  return new File(
    contents.map((content) => (typeof content === 'string' ? content : `${JSON.stringify(content)}\n`)),
    name,
  );
}

function bundle(type: string, ...resources: unknown[]): unknown {
  return { resourceType: 'Bundle', type, entry: resources.map((resource) => ({ resource })) };
}

test('reports what a Bundle holds, by type and patient', async () => {
  const found = await examineDocument(DEFINITIONS, file('a.json', bundle('collection', PATIENT, HEIGHT)));
  assert.deepEqual(found.report, {
    kind: 'bundle',
    resources: 2,
    counts: { Patient: 1, Observation: 1 },
    patients: ['p1'],
    profiles: [],
  });
  assert.deepEqual(
    found.resources.map(({ place, id, issues }) => [place, id, issues]),
    [
      ['entry[0].resource', 'p1', []],
      ['entry[1].resource', 'o1', []],
    ],
  );
});

test('knows an IPS document by its Composition', async () => {
  const report = await validateDocument(DEFINITIONS, file('ips.json', bundle('document', COMPOSITION, PATIENT)));
  assert.equal(report.kind, 'ips');
  const other = await validateDocument(DEFINITIONS, file('b.json', bundle('collection', COMPOSITION, PATIENT)));
  assert.equal(other.kind, 'bundle');
});

test('says which resource of a refused Bundle is wrong, and that the others are not', async () => {
  const wrong = bundle('collection', PATIENT, { ...HEIGHT, status: 7 });
  const found = await examineDocument(DEFINITIONS, file('a.json', wrong));
  assert.equal(found.report, null);
  assert.deepEqual(found.issues, ['entry[1].resource.status: it must be text']);
  assert.deepEqual(
    found.resources.map(({ issues }) => issues),
    [[], ['status: it must be text']],
  );
  await assert.rejects(validateDocument(DEFINITIONS, file('a.json', wrong)), FhirRefused);
});

test('refuses a Bundle with a resource that does not say what it is', async () => {
  const found = await examineDocument(DEFINITIONS, file('a.json', bundle('collection', {})));
  assert.equal(found.report, null);
});

test('refuses what is no JSON, too deep, or marked with a byte order mark', async () => {
  for (const text of ['{', 'NaN', '\ufeff{"resourceType":"Patient"}', '['.repeat(40) + ']'.repeat(40)]) {
    assert.match((await examineDocument(DEFINITIONS, file('a.json', text))).issues[0] ?? '', /^it is not JSON/);
  }
});

test('reads NDJSON line by line and names the wrong ones', async () => {
  const good = await examineNdjson(DEFINITIONS, file('a.ndjson', PATIENT, '\n', HEIGHT));
  assert.equal(good.report?.resources, 2);
  const bad = await examineNdjson(DEFINITIONS, file('a.ndjson', PATIENT, '{"resourceType":"Nope"}\n'));
  assert.equal(bad.report, null);
  assert.deepEqual(bad.issues, ["line 2: resourceType: FHIR R4 has no resource 'Nope'"]);
  assert.deepEqual((await examineNdjson(DEFINITIONS, file('a.ndjson', '\n \n'))).issues, ['it is empty']);
});

test('lines are kept byte for byte, each with its place in the file', async () => {
  const line = '{ "resourceType":"Patient",  "id":"p2"}';
  const whole = file('a.ndjson', PATIENT, '\n', '{}\n', line);
  const found = await Array.fromAsync(readNdjson(DEFINITIONS, whole));
  for (const { start, bytes } of found) {
    assert.deepEqual(new Uint8Array(await whole.slice(start, start + bytes.length).arrayBuffer()), bytes);
  }
  assert.deepEqual(
    found.map(({ report }) => [report.place, report.patient, report.issues.length]),
    [
      ['line 1', 'p1', 0],
      ['line 3', null, 1],
      ['line 4', 'p2', 0],
    ],
  );
  const last = found.at(-1)!.bytes;
  assert.equal(new TextDecoder().decode(last), line);
  assert.equal(new TextDecoder().decode(terminated(last)), `${line}\n`);
  assert.equal(terminated(terminated(last)).length, line.length + 1);
});

test('knows FHIR by its first bytes', () => {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  assert.ok(looksLikeFhir(bytes(' {"resourceType"')));
  assert.ok(!looksLikeFhir(bytes('["resourceType"]')) && !looksLikeFhir(bytes('{}')));
});
