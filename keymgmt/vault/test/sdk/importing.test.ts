/** A bulk import takes what it can, says of each patient and resource what became of it, and is resumed by repeating. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { toAddress } from '../../src/core/addresses.ts';
import { concat, fromUtf8 } from '../../src/core/bytes.ts';
import { toHex } from '../../src/core/hex.ts';
import type { Context } from '../../src/sdk/context.ts';
import { NoIntroduction, NotFound } from '../../src/sdk/errors.ts';
import { bulkImport, byPatient, type ImportOptions, type Taking } from '../../src/sdk/importing.ts';
import type { BulkImported } from '../../src/sdk/results.ts';
import type { StoredRecord } from '../../src/sdk/stored.ts';
import type { Target } from '../../src/sdk/writing.ts';
import type { State } from '../../src/store/home.ts';
import { loadVectors } from '../support/vectors.ts';
import { DEFINITIONS } from './fhir/definitions.ts';

const ANNA = toAddress(`0x${'11'.repeat(20)}`);
const BERT = toAddress(`0x${'22'.repeat(20)}`);
const WALLETS = { anna: ANNA, bert: BERT };

/** The page is closed here. */
class Killed extends Error {}

/** Takes records of patients' wallets; `kill` closes the page before or after it has taken one. */
class Platform implements Taking {
  readonly records = new Map<string, { readonly owner: string; readonly content: string }>();
  readonly refusing = new Set<string>();
  kill: 'before' | 'after' | null = null;
  state = 'received';
  began = 0;

  readonly targetOf = (async (_context, wallet) => {
    if (this.refusing.has(wallet ?? '')) throw new NoIntroduction('profile/documents');
    return { owner: wallet } as Target;
  }) as Taking['targetOf'];

  readonly write = (async (_context, target, body, { size, begin }) => {
    const content = concat(...(await Array.fromAsync(body as AsyncIterable<Uint8Array>)));
    assert.equal(content.length, size);
    this.began += 1;
    const name = toHex(new Uint8Array(32).fill(this.began));
    await begin?.(name);
    if (this.kill === 'before') throw new Killed();
    this.records.set(name, { owner: target.owner, content: fromUtf8(content) });
    if (this.kill === 'after') throw new Killed();
    return { stored: { name }, transaction: '' };
  }) as Taking['write'];

  readonly fetchStored = (async (_context, record) => {
    if (!this.records.has(toHex(record))) throw new NotFound('record', toHex(record));
    return { state: this.state } as StoredRecord;
  }) as Taking['fetchStored'];

  of(wallet: string): string[] {
    return [...this.records.values()].filter(({ owner }) => owner === wallet).map(({ content }) => content);
  }
}

function home(): { readonly state: State; readonly context: Context } {
  const state: State = {};
  const context = {
    table: async (name: string) => ({ ...state[name] }),
    changing: async (name: string, change: (rows: State[string]) => void) => change((state[name] ??= {})),
  } as unknown as Context;
  return { state, context };
}

const patient = (id: string, more: object = {}): object => ({ resourceType: 'Patient', id, ...more });
const allergy = (of: string, more: object = {}): object => ({
  resourceType: 'AllergyIntolerance',
  id: 'a',
  patient: { reference: `Patient/${of}` },
  ...more,
});
const lines = (...documents: object[]): string => documents.map((document) => `${JSON.stringify(document)}\n`).join('');

/** Two files in which both patients' resources are mixed, as Bulk Data sorts them by type; the last line has no end. */
const FILES = [
  new File([lines(patient('anna'), patient('bert')).trimEnd()], 'Patient.ndjson'),
  new File([lines(allergy('bert'), allergy('anna'), allergy('bert', { id: 'b' })).trimEnd()], 'Allergy.ndjson'),
];

function run(
  { context }: ReturnType<typeof home>,
  platform: Platform,
  files: readonly File[] = FILES,
  options: ImportOptions = {},
): Promise<BulkImported> {
  return bulkImport(context, async () => DEFINITIONS, files, WALLETS, options, platform);
}

test('the lines are sorted by patient just as Python does', async () => {
  const vectors = await loadVectors<{
    readonly files: readonly { readonly name: string; readonly text: string }[];
    readonly patients: readonly unknown[];
    readonly left_out: readonly unknown[];
  }>('fhir/bulk');
  const files = vectors.files.map(({ name, text }) => new File([text], name));
  const { patients, leftOut } = await byPatient(DEFINITIONS, files);
  const found = patients.map(({ patient: who, digest, size, counts, refused }) => ({
    ...{ patient: who, digest, size, counts },
    refused: refused.map(({ place, resourceType }) => [place, resourceType]),
  }));
  assert.deepEqual(found, vectors.patients);
  assert.deepEqual(
    leftOut.map(({ place, resourceType, issues }) => [place, resourceType, issues.length > 0]),
    vectors.left_out,
  );
});

test('each patient gets one record of its lines as they came', async () => {
  const platform = new Platform();
  const report = await run(home(), platform);
  assert.deepEqual(platform.of(ANNA), [lines(patient('anna'), allergy('anna'))]);
  assert.deepEqual(platform.of(BERT), [lines(patient('bert'), allergy('bert'), allergy('bert', { id: 'b' }))]);
  assert.deepEqual(
    report.imported.map(({ patient: who, resources, counts }) => [who, resources, counts]),
    [
      ['anna', 2, { AllergyIntolerance: 1, Patient: 1 }],
      ['bert', 3, { AllergyIntolerance: 2, Patient: 1 }],
    ],
  );
  assert.ok(report.complete);
});

test('what fails for one patient stops nobody else', async () => {
  const [device, platform] = [home(), new Platform()];
  platform.refusing.add(ANNA);
  const report = await run(device, platform);
  const [anna, bert] = report.imported;
  assert.deepEqual([anna?.record, anna?.problem, report.complete], [null, 'no-introduction', false]);
  assert.ok(anna?.reason !== null && bert?.record !== null);
  platform.refusing.clear();
  const again = await run(device, platform);
  assert.ok(again.complete);
  assert.equal(again.imported[1]?.record, bert?.record);
  assert.equal(platform.records.size, 2);
});

test('a wallet that is none is its patient’s fault alone', async () => {
  const { context } = home();
  const wallets = { anna: 'no address', bert: BERT };
  const { imported } = await bulkImport(context, async () => DEFINITIONS, FILES, wallets, {}, new Platform());
  assert.deepEqual(
    imported.map(({ record, problem }) => [record !== null, problem]),
    [
      [false, 'invalid-address'],
      [true, null],
    ],
  );
});

test('a resource that is not valid is named with its place and wrong paths', async () => {
  const more = `\n${lines(patient('anna', { gender: 5 }), patient('carl'))}not json\n`;
  const report = await run(home(), new Platform(), [new File([FILES[0]!, more], 'Patient.ndjson'), FILES[1]!]);
  const [refused] = report.imported[0]!.refused;
  assert.deepEqual([refused?.place, refused?.resourceType], ['Patient.ndjson line 3', 'Patient']);
  assert.match(refused?.issues[0] ?? '', /^gender/);
  assert.notEqual(report.imported[0]?.record, null);
  assert.deepEqual(report.unmatched, ['carl']);
  assert.deepEqual(
    report.leftOut.map(({ place }) => place),
    ['Patient.ndjson line 5'],
  );
  assert.equal(report.complete, false);
});

test('a patient without a valid resource is refused', async () => {
  const { imported } = await run(home(), new Platform(), [new File([lines(patient('anna', { gender: 5 }))], 'a')]);
  assert.deepEqual(
    imported.map(({ record, problem, refused }) => [record, problem, refused.length]),
    [[null, 'fhir-invalid', 1]],
  );
});

test('running it again adds nothing', async () => {
  const [device, platform] = [home(), new Platform()];
  assert.deepEqual(await run(device, platform), await run(device, platform));
  assert.deepEqual([platform.began, device.state['importing']], [2, {}]);
});

for (const [when, written] of [
  ['before', 3],
  ['after', 2],
] as const) {
  test(`an import that ended ${when} a record was taken is resumed without a duplicate`, async () => {
    const [device, platform] = [home(), new Platform()];
    platform.kill = when;
    await assert.rejects(run(device, platform), Killed);
    platform.kill = null;
    assert.ok((await run(device, platform)).complete);
    assert.deepEqual([platform.of(ANNA).length, platform.of(BERT).length, platform.began], [1, 1, written]);
    assert.deepEqual(device.state['importing'], {});
  });
}

test('a record that the chain refused was not taken', async () => {
  const [device, platform] = [home(), new Platform()];
  platform.kill = 'after';
  await assert.rejects(run(device, platform), Killed);
  platform.kill = null;
  platform.state = 'failed';
  assert.ok((await run(device, platform)).complete);
  assert.equal(platform.began, 3);
});

test('files that change meanwhile are not imported', async () => {
  let reads = 0;
  const shifty = new File([lines(patient('anna'))], 'Patient.ndjson');
  const slice = shifty.slice.bind(shifty);
  shifty.slice = (...range) => {
    reads += 1;
    return reads === 1 ? new Blob([lines(patient('anne'))]).slice(...range) : slice(...range);
  };
  const platform = new Platform();
  const [anna] = (await run(home(), platform, [shifty])).imported;
  assert.deepEqual([anna?.record, anna?.problem, platform.records.size], [null, 'invalid-input', 0]);
});

test('a cancelled import ends between two patients', async () => {
  const [device, platform] = [home(), new Platform()];
  const controller = new AbortController();
  const options = { signal: controller.signal, progress: () => controller.abort() };
  await assert.rejects(run(device, platform, FILES, options), (error) => error === controller.signal.reason);
  assert.equal(platform.records.size, 1);
});
