import assert from 'node:assert/strict';
import { test } from 'node:test';

import { InvalidInput } from '../../src/core/errors.ts';
import { detect, examine } from '../../src/sdk/adding.ts';
import { FhirRefused } from '../../src/sdk/errors.ts';
import { DEFINITIONS } from './fhir/definitions.ts';

const source = async (): Promise<typeof DEFINITIONS> => DEFINITIONS;
const PATIENT = '{"resourceType":"Patient"}';

function file(name: string, ...content: BlobPart[]): File {
  return new File(content, name);
}

test('a file is known by its bytes, not by its name', async () => {
  const samples: readonly (readonly [string, File])[] = [
    ['pdf', file('a.txt', '%PDF-1.7')],
    ['image', file('a', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a))],
    ['image', file('a', Uint8Array.of(0xff, 0xd8, 0xff, 0xe0))],
    ['genomic', file('a.vcf', '##fileformat=VCFv4.2')],
    ['dicom', file('a.dcm', new Uint8Array(128), 'DICM')],
    ['text', file('a.pdf', 'Grüße')],
    ['text', file('cut.txt', 'x'.repeat(65_535), 'é'.repeat(10))],
    ['other', file('a.txt', Uint8Array.of(0xc3, 0x28))],
    ['other', file('a.txt', 'a\0b')],
    ['fhir-resource', file('a.json', PATIENT)],
    ['ndjson', file('a.NDJSON', `${PATIENT}\n`)],
    ['fhir', file('b.json', '{"resourceType":"Bundle","type":"collection"}')],
  ];
  for (const [type, sample] of samples) assert.equal((await detect(source, sample, null)).type, type, sample.name);
});

test('a type that is given must be true of FHIR, and is believed of the rest', async () => {
  assert.equal((await detect(source, file('a.json', PATIENT), 'other')).type, 'other');
  assert.equal((await detect(source, file('a.bin', 'x'), 'image')).type, 'image');
  await assert.rejects(detect(source, file('a.json', PATIENT), 'ips'), FhirRefused);
  await assert.rejects(detect(source, file('a.txt', 'hello'), 'fhir'), FhirRefused);
  await assert.rejects(detect(source, file('a.txt', 'hello'), 'profile-event'), InvalidInput);
});

test('examining tells what is wrong and refuses nothing', async () => {
  const found = await examine(source, file('a.json', '{"resourceType":"Patient","name":5}'));
  assert.deepEqual([found.report, found.issues], [null, ['name: it must be a list']]);
  const other = await examine(source, file('a.txt', 'x'));
  assert.deepEqual([other.type, other.report, other.issues], ['text', null, []]);
});

test('the definitions are not loaded for what is no FHIR', async () => {
  const never = async (): Promise<never> => assert.fail('loaded');
  assert.equal((await examine(never, file('a.txt', 'x'))).type, 'text');
});
