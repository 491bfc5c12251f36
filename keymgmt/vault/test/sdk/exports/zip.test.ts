import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { concat, utf8, type Bytes } from '../../../src/core/bytes.ts';
import { centralHeader, endOf, type ZipLimits, ZipWriter } from '../../../src/sdk/exports/zip.ts';

const FILES: readonly (readonly [path: string, content: string, compress: boolean])[] = [
  ['records/Überweisung.txt', 'schön '.repeat(20_000), true],
  ['records/scan.jpg', 'packed already', false],
  ['left-out.json', '', true],
];
const NOW = new Date(2026, 10, 29, 15, 30, 8);

async function archive(limits?: ZipLimits): Promise<Bytes> {
  const pieces: Bytes[] = [];
  const zip = new ZipWriter(async (data) => void pieces.push(data), NOW, limits);
  for (const [path, content, compress] of FILES) await zip.add(path, new Blob([content]), { compress });
  await zip.end();
  return concat(...pieces);
}

/** What Python's zipfile, which shares no code with the writer, finds in an archive; it checks every CRC. */
function readByPython(data: Bytes): unknown {
  const folder = mkdtempSync(join(tmpdir(), 'zip-'));
  try {
    writeFileSync(join(folder, 'a.zip'), data);
    const program = [
      'import json, sys, zipfile',
      'archive = zipfile.ZipFile(sys.argv[1])',
      'assert archive.testzip() is None',
      'found = [[i.filename, archive.read(i).decode(), i.compress_type != 0, i.extract_version, list(i.date_time)]',
      '         for i in archive.infolist()]',
      'print(json.dumps(found))',
    ].join('\n');
    return JSON.parse(execFileSync('python', ['-c', program, join(folder, 'a.zip')], { encoding: 'utf8' }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const time = [2026, 11, 29, 15, 30, 8];

test('a small archive needs no Zip64 and holds what was put in', async () => {
  assert.deepEqual(
    readByPython(await archive()),
    FILES.map((file) => [...file, 20, time]),
  );
});

test('with Zip64 records for everything it is read the same', async () => {
  const data = await archive({ bytes: 0, files: 0 });
  assert.deepEqual(
    readByPython(data),
    FILES.map((file) => [...file, 45, time]),
  );
});

test('a size or offset of 4 GiB stands in the extra field, in the order size, packed size, offset', () => {
  const entry = { name: utf8('a'), method: 0, time: 0, crc: 1, packed: 5e9, size: 6e9, offset: 7e9 };
  const fields = (header: Bytes): readonly [number, number, number, bigint[]] => {
    const view = new DataView(header.buffer);
    const extra = view.getUint16(30, true);
    const values = Array.from({ length: extra === 0 ? 0 : (extra - 4) / 8 }, (_, at) =>
      view.getBigUint64(47 + 4 + 8 * at, true),
    );
    return [view.getUint32(24, true), view.getUint32(20, true), view.getUint32(42, true), values];
  };
  const elsewhere = 0xffff_ffff;
  assert.deepEqual(fields(centralHeader(entry)), [
    elsewhere,
    elsewhere,
    elsewhere,
    [6_000_000_000n, 5_000_000_000n, 7_000_000_000n],
  ]);
  assert.deepEqual(fields(centralHeader({ ...entry, size: 9, packed: 8 })), [9, 8, elsewhere, [7_000_000_000n]]);
  const most = elsewhere - 1;
  assert.deepEqual(fields(centralHeader({ ...entry, size: most, packed: most, offset: most })), [most, most, most, []]);
  // 0xFFFFFFFF itself means "elsewhere", so it cannot stand for its own value.
  assert.deepEqual(fields(centralHeader({ ...entry, size: 1, packed: 1, offset: elsewhere }))[3], [BigInt(elsewhere)]);
});

test('the end has Zip64 records from 65,535 files or a directory beyond 4 GiB on', () => {
  const plain = 22;
  assert.equal(endOf(65_534, 1000, 1000).length, plain);
  for (const [files, size, start] of [
    [65_535, 1000, 1000],
    [1, 1000, 0xffff_ffff],
    [70_000, 5e9, 9e9],
  ] as const) {
    const end = endOf(files, size, start);
    const view = new DataView(end.buffer);
    assert.equal(end.length, 56 + 20 + plain);
    assert.equal(view.getBigUint64(4, true), 44n);
    assert.deepEqual(
      [32, 40, 48].map((at) => Number(view.getBigUint64(at, true))),
      [files, size, start],
    );
    assert.equal(Number(view.getBigUint64(56 + 8, true)), start + size);
  }
});
