import assert from 'node:assert/strict';
import { test } from 'node:test';

import { randomBytes, utf8 } from '../../src/core/bytes.ts';
import { linkText, sealJwe } from '../../src/sdk/exports/healthLink.ts';
import type { Network } from '../../src/sdk/network.ts';
import { openJwe, openLink, parseLink } from '../../src/sdk/openLink.ts';

const PLATFORM = 'https://wallet.example.org';
const URL_ = `${PLATFORM}/api/v1/share-links/open/abc`;
const DOCUMENT = '{"resourceType":"Bundle","type":"document"}';
const KEY = randomBytes(32);

function linkOf(passcode: boolean, url = URL_): string {
  return linkText({ url, key: KEY, expires: 1_800_000_000, label: 'Für Sie', passcode });
}

/** A network that answers in turn and remembers what it was asked. */
function answering(...answers: readonly Response[]): Network & { readonly asked: { url: string; body: string }[] } {
  const left = [...answers];
  const asked: { url: string; body: string }[] = [];
  return {
    asked,
    fetch: async (url, init) => {
      asked.push({ url, body: String(init.body ?? '') });
      return left.shift() ?? Response.error();
    },
    upload: () => Promise.reject(new TypeError('no upload')),
    pause: async () => undefined,
  };
}

const reader = { recipient: 'Dr Ärzte & Söhne', passcode: null };

test('a link is read bare, behind a viewer, and with words around it', () => {
  const bare = linkOf(true);
  for (const text of [bare, `https://vault.example.org/link.html#${bare}`, `Here it is: ${bare} – bye`]) {
    const link = parseLink(text);
    assert.deepEqual(
      [link.url, link.label, link.expires, link.passcode, link.direct],
      [URL_, 'Für Sie', 1_800_000_000, true, false],
    );
    assert.deepEqual(link.key, KEY);
  }
});

test('what is no link is refused in words that say whom to ask', () => {
  const payload = (value: unknown) => `shlink:/${Buffer.from(JSON.stringify(value)).toString('base64url')}`;
  for (const text of [
    '',
    'https://example.org/',
    'shlink:/!!!',
    'shlink:/YWJj',
    payload([]),
    payload({ url: URL_ }),
    payload({ url: 'nowhere', key: 'A'.repeat(43) }),
    payload({ url: URL_, key: 'AAAA' }),
    payload({ url: URL_, key: 'A'.repeat(43), v: 2 }),
  ]) {
    assert.throws(() => parseLink(text), { code: 'bad-link', message: /ask whoever gave it to you/ }, text);
  }
});

test('a link without a code is fetched by its name and opened on the device', async () => {
  const network = answering(new Response(await sealJwe(utf8(DOCUMENT), KEY)));
  const bytes = await openLink(parseLink(linkOf(false)), reader, PLATFORM, network);
  assert.equal(new TextDecoder().decode(bytes), DOCUMENT);
  assert.equal(new URL(network.asked[0]!.url).searchParams.get('recipient'), reader.recipient);
  // The key is in no request.
  assert.doesNotMatch(network.asked[0]!.url, new RegExp(Buffer.from(KEY).toString('base64url')));
});

test('a link with a code asks for its manifest, and follows it to where the document lies', async () => {
  const location = `${PLATFORM}/api/v1/share-links/files/xyz`;
  const network = answering(
    Response.json({ files: [{ contentType: 'application/fhir+json', location }] }),
    new Response(await sealJwe(utf8(DOCUMENT), KEY)),
  );
  const bytes = await openLink(parseLink(linkOf(true)), { ...reader, passcode: '4711' }, PLATFORM, network);
  assert.equal(new TextDecoder().decode(bytes), DOCUMENT);
  assert.equal((JSON.parse(network.asked[0]!.body) as { passcode: string }).passcode, '4711');
  assert.equal(network.asked[1]!.url, location);
});

test('a wrong code says how many tries are left, and an ended link that it has ended', async () => {
  const link = parseLink(linkOf(true));
  const wrong = answering(Response.json({ remainingAttempts: 3 }, { status: 401 }));
  await assert.rejects(openLink(link, reader, PLATFORM, wrong), { code: 'wrong-passcode', left: 3 });
  const over = answering(Response.json({ code: 'no-such-link' }, { status: 404 }));
  await assert.rejects(openLink(link, reader, PLATFORM, over), { code: 'no-such-link' });
  const busy = answering(Response.json({ code: 'too-many-requests', detail: 'Wait.' }, { status: 429 }));
  await assert.rejects(openLink(link, reader, PLATFORM, busy), { code: 'too-many-requests', message: 'Wait.' });
});

test('nothing is asked of another place, whether the link or its manifest names it', async () => {
  const foreign = answering();
  const link = parseLink(linkOf(false, 'https://evil.example.net/open/1'));
  await assert.rejects(openLink(link, reader, PLATFORM, foreign), { code: 'foreign-link', host: 'evil.example.net' });
  assert.equal(foreign.asked.length, 0);
  const led = answering(
    Response.json({ files: [{ contentType: 'application/fhir+json', location: 'https://evil.example.net/1' }] }),
  );
  await assert.rejects(openLink(parseLink(linkOf(true)), reader, PLATFORM, led), { code: 'bad-link' });
  assert.equal(led.asked.length, 1);
});

test('a document that was changed, or is under another key, does not open', async () => {
  const jwe = await sealJwe(utf8(DOCUMENT), KEY);
  await assert.rejects(openJwe(jwe, randomBytes(32)), { code: 'bad-link' });
  const parts = jwe.split('.');
  const changed = [...parts.slice(0, 3), `A${parts[3]!.slice(1)}`.replace(/^A(.)/, 'B$1'), parts[4]].join('.');
  await assert.rejects(openJwe(changed, KEY), { code: 'bad-link' });
  await assert.rejects(openJwe(parts.slice(0, 4).join('.'), KEY), { code: 'bad-link' });
});

test('a document that unpacks without end is given up', async () => {
  const bomb = await sealJwe(new Uint8Array(65 * 1024 * 1024), KEY);
  assert.ok(bomb.length < 200_000);
  await assert.rejects(openJwe(bomb, KEY), { code: 'bad-link', message: /too large/ });
});
