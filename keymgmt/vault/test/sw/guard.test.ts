import assert from 'node:assert/strict';
import { test } from 'node:test';

import { fromUtf8, utf8 } from '../../src/core/bytes.ts';
import { Guard, type Answer } from '../../src/sw/guard.ts';
import { refusalPage } from '../../src/sw/refusal.ts';
import { build, manifestOf, Origin, QUILL, SALTBY, STRANGER, TARN } from './build.ts';

async function installed(): Promise<{ origin: Origin; guard: Guard }> {
  const origin = new Origin().serve(build(), manifestOf(build(), 5, [TARN, SALTBY]));
  const guard = new Guard(origin);
  await guard.install();
  origin.time += 60_000;
  return { origin, guard };
}

function textOf(answer: Answer): string {
  assert.equal(answer.kind, 'file');
  return answer.kind === 'file' ? fromUtf8(answer.body) : '';
}

function reasonOf(answer: Answer): string {
  return answer.kind === 'refused' ? answer.reason : answer.kind;
}

test('signed files are served, the index at the bare origin too, under the vault’s own headers', async () => {
  const { guard } = await installed();
  assert.match(textOf(await guard.answer('/app.js')), /one/);
  const index = await guard.answer('/');
  assert.match(textOf(index), /vault/);
  assert.match(index.kind === 'file' ? index.headers['Content-Security-Policy'] ?? '' : '', /frame-ancestors 'none'/);
});

test('a file that changed without a signature never reaches the page', async () => {
  const { origin, guard } = await installed();
  origin.served.set('/app.js', utf8('steal()'));
  assert.match(textOf(await guard.answer('/app.js')), /one/);
  origin.files.kept.clear();
  assert.equal(reasonOf(await guard.answer('/app.js')), 'not-signed');
});

test('kept bytes are hashed again: a cache that was tampered with is no way in', async () => {
  const { origin, guard } = await installed();
  for (const name of origin.files.kept.keys()) origin.files.kept.set(name, utf8('steal()'));
  assert.match(textOf(await guard.answer('/app.js')), /one/);
});

test('what no list names is not served', async () => {
  const { origin, guard } = await installed();
  origin.served.set('/extra.js', utf8('steal()'));
  assert.equal(reasonOf(await guard.answer('/extra.js')), 'unknown');
  assert.ok(!origin.asked.includes('/extra.js'));
});

test('a newer build signed by two pinned institutions is taken whole', async () => {
  const { origin, guard } = await installed();
  origin.serve(build('two'), manifestOf(build('two'), 6, [SALTBY, QUILL]));
  assert.equal(await guard.refresh(), true);
  assert.match(textOf(await guard.answer('/app.js')), /two/);
  assert.equal(origin.files.kept.size, 4);
});

test('a build stays the old one until every file of the new one is there', async () => {
  const { origin, guard } = await installed();
  const broken = build('two');
  broken.set('/app.js', utf8('steal()'));
  origin.serve(broken, manifestOf(build('two'), 6, [SALTBY, QUILL]));
  assert.equal(await guard.refresh(), false);
  assert.match(guard.complaint, /app\.js/);
  assert.match(textOf(await guard.answer('/app.js')), /one/);
});

test('who has not been pinned at the first installation cannot sign a build in', async () => {
  const { origin, guard } = await installed();
  for (const keys of [[TARN], [TARN, STRANGER], [STRANGER]]) {
    origin.serve(build('two'), manifestOf(build('two'), 6, keys));
    assert.equal(await guard.refresh(), false);
    assert.notEqual(guard.complaint, '');
    assert.match(textOf(await guard.answer('/app.js')), /one/);
  }
});

test('an earlier version is not taken back, nor another list under the same version', async () => {
  const { origin, guard } = await installed();
  for (const version of [4, 5]) {
    origin.serve(build('two'), manifestOf(build('two'), version, [TARN, SALTBY]));
    assert.equal(await guard.refresh(), false);
    assert.match(guard.complaint, /version/);
    assert.match(textOf(await guard.answer('/app.js')), /one/);
  }
});

test('a worker that starts anew, or is replaced, keeps what was pinned first', async () => {
  const { origin } = await installed();
  origin.serve(build('two'), manifestOf(build('two'), 9, [STRANGER, TARN]));
  const next = new Guard(origin);
  await next.install();
  assert.match(textOf(await next.answer('/app.js')), /one/);
});

test('the first installation believes nothing that is unsigned or whose configuration was exchanged', async () => {
  const alone = new Origin().serve(build(), manifestOf(build(), 5, [TARN]));
  await assert.rejects(new Guard(alone).install(), { code: 'integrity' });
  const exchanged = new Origin().serve(build(), manifestOf(build(), 5, [TARN, SALTBY]));
  exchanged.served.set('/config.json', utf8('{}'));
  await assert.rejects(new Guard(exchanged).install(), { code: 'integrity' });
  assert.equal(reasonOf(await new Guard(exchanged).answer('/')), 'not-signed');
});

test('offline, what is kept is served, and what is not kept says so', async () => {
  const { origin, guard } = await installed();
  origin.online = false;
  assert.equal(await guard.refresh(), false);
  assert.match(textOf(await guard.answer('/')), /vault/);
  origin.files.kept.clear();
  assert.equal(reasonOf(await guard.answer('/app.js')), 'offline');
});

test('the origin is asked at most once in five seconds', async () => {
  const { origin, guard } = await installed();
  const before = origin.asked.length;
  await guard.refresh();
  await guard.refresh();
  assert.equal(origin.asked.length, before + 1);
});

test('a build that has not changed costs a look at its manifest, not one at every file', async () => {
  const { origin, guard } = await installed();
  origin.files.kept.clear();
  assert.equal(await guard.refresh(), false);
  assert.equal(origin.files.kept.size, 0);
  assert.equal(origin.asked.at(-1), '/manifest.json');
  assert.match(textOf(await guard.answer('/app.js')), /one/);
});

test('the refusal escapes what it quotes, and speaks German', () => {
  const page = refusalPage('not-signed', '<script>"', 'de-CH');
  assert.ok(!page.includes('<script'));
  assert.match(page, /lang="de"/);
});
