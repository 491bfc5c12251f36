import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { ProfileEntry } from '../../src/sdk/results.ts';
import { profilePage } from '../../src/ui/frame/profile.ts';
import { confirmPage } from '../../src/ui/top/answer.ts';
import { drawn, stageOn, textOf } from './drawn.ts';
import { fakeVault } from './fake.ts';

const vault = fakeVault('unlocked');
const { sections } = await vault.profileShow();
const [first, correction] = sections['blood-type'] as [ProfileEntry, ProfileEntry];

test('what somebody else corrects stands beside the entry, each with who said it', async () => {
  const page = profilePage(await stageOn(vault, {}));
  await drawn(page); // The profile is there, and asks who wrote it.
  const text = textOf(await drawn(page));
  assert.match(
    text,
    /Does not agree with another entry A positive · Signed by Dr Tomasz Reuel, Tarn University Hospital/,
  );
  assert.match(text, /Does not agree with another entry Blood group, O positive · Signed by Dr Ines Halloran/);
  assert.equal(text.match(/It corrects what somebody else wrote\. Both stand until you confirm it\./g)?.length, 1);
});

test('before a correction by somebody else is confirmed, the page says what it takes the place of', async () => {
  const asked = (event: string) => stageOn(vault, { params: { event } });
  const text = textOf(await drawn(confirmPage(await asked(correction.event))));
  assert.match(text, /It takes the place of “Blood group, O positive”/);
  assert.doesNotMatch(textOf(await drawn(confirmPage(await asked(first.event)))), /takes the place/);
});
