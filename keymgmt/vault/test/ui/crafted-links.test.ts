import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { TemplateResult } from 'lit-html';

import { match } from '../../src/ui/router.ts';
import { topRoutes } from '../../src/ui/routes-top.ts';
import type { Page } from '../../src/ui/stage.ts';
import { stageOn, textOf, valuesOf } from './drawn.ts';
import { HALLORAN, REUEL, SANDOVAL, TEAM_ID, fakeVault } from './fake.ts';

/** Words that somebody wants to be read as the vault's own. */
const LIE = 'Dr Evil [nothing is shared]';
/** As long as an address, which is shown by its ends. */
const LONG_LIE = 'Evil gets none of it, whatever you press';
/** Every parameter that any page of the vault has ever read. */
const PARAMETERS = ['to', 'from', 'team', 'name', 'record', 'who', 'grant', 'section', 'patient', 'wallet', 'event'];

/** The text of a fragment's page on the made-up vault, once everything it asks for has come. */
async function opened(hash: string): Promise<string> {
  return textOf(await rendered(hash));
}

async function rendered(hash: string): Promise<TemplateResult> {
  const matched = match(topRoutes, hash);
  assert.ok(matched, hash);
  const { params, query } = matched;
  const stage = await stageOn(fakeVault('unlocked'), { params, query });
  const page: Page = matched.entry.page(stage);
  textOf(page.render()); // Pages ask for names when they first render.
  await new Promise((resolve) => setTimeout(resolve, 5));
  const found = page.render();
  page.stop?.();
  return found;
}

function link(path: string, query: Readonly<Record<string, string>>): string {
  return `#/${path}?${new URLSearchParams(query).toString()}`;
}

test('no words of a link stand on any page of the vault', async () => {
  for (const { pattern } of topRoutes) {
    for (const lie of [LIE, LONG_LIE]) {
      const path = pattern.replaceAll(/:\w+/g, encodeURIComponent(lie));
      const text = await opened(link(path, Object.fromEntries(PARAMETERS.map((name) => [name, lie]))));
      for (const part of ['Evil', 'shared]', 'whatever', '…ress'])
        assert.ok(!text.includes(part), `${pattern}: ${part}`);
    }
  }
});

test('who loses access is named by the attested name, whatever a link calls them', async () => {
  const text = await opened(link('share', { to: REUEL, from: HALLORAN, name: 'Dr Evil' }));
  assert.match(text, /Dr Ines Halloran loses access to everything/);
  assert.match(text, /Change to Dr Tomasz Reuel/);
  assert.match(text, new RegExp(`Loses access.*${HALLORAN}`));
  assert.doesNotMatch(text, /Dr Evil/);
});

test('a link cannot make a change of doctor of somebody who sees nothing', async () => {
  for (const from of ['0x9999999999999999999999999999999999999999', REUEL, 'Dr Evil']) {
    const text = await opened(link('share', { to: REUEL, from, name: 'Dr Ines Halloran' }));
    assert.match(text, /Share your records/);
    assert.doesNotMatch(text, /loses access/);
  }
});

test('a link to one record names it, and says when it is sensitive', async () => {
  const list = await fakeVault('unlocked').recordList();
  const notes = list.find(({ section }) => section === 'profile/mental-health');
  const text = await opened(link('share', { to: SANDOVAL, record: notes?.record ?? '' }));
  assert.match(text, /This includes what is sensitive: Notes for the next visit/);
});

test('a link to share one record keeps it while it is chosen with whom', async () => {
  const values = valuesOf(await rendered(link('share', { record: `0x${'ab'.repeat(32)}` })));
  const onward = values.filter((value) => value.startsWith('#/share?to='));
  assert.ok(onward.length > 0);
  for (const href of onward) assert.match(href, /&record=0x(?:ab){32}$/);
});

test('a file goes into the section that is shown as chosen', async () => {
  const text = await opened(link('add', { section: 'sealed/restricted' }));
  assert.doesNotMatch(text, /Sealed/);
});

test('a team’s page names every member as attested, who has joined, and who may not act now', async () => {
  const text = await opened(link('share', { team: TEAM_ID, name: LIE }));
  for (const words of [
    'Practice team',
    'Lindenhof Family Practice',
    'Dr Ines Halloran can see something as a member of this team',
    'Nurse Priya Sandoval sees nothing as a member of this team yet',
    'Dr Tomasz Reuel may not act for the institution now',
    '1 member has joined since. They see nothing until you agree.',
    'As long as the others',
  ])
    assert.ok(text.includes(words), `${words}: ${text}`);
});

test('stopping with a team says how many it concerns, and that the rest stays', async () => {
  const text = await opened(link('stop', { team: TEAM_ID }));
  assert.match(text, /1 member of Practice team can open nothing new of this/);
  assert.match(text, /Whatever else you share with them stays shared/);
  assert.match(text, /Stop with all of them/);
});

test('the page that asks with whom offers teams, with what waits for the person’s word', async () => {
  const text = await opened(link('share', {}));
  assert.match(text, /Teams of your institutions Practice team 3 members Lindenhof Family Practice/);
  assert.match(text, /1 member has joined since/);
});
