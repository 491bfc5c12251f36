import assert from 'node:assert/strict';
import { beforeEach, describe, it, mock } from 'node:test';

import { UnknownSlot } from '../../src/core/node/errors.ts';
import type { AgreedMember, TeamShown, Vault } from '../../src/ui/api.ts';
import { sharePage } from '../../src/ui/top/share.ts';
import { listenersOf, press, stageOn, textOf } from './drawn.ts';
import { HALLORAN, REUEL, SANDOVAL, TEAM_ID, fakeVault } from './fake.ts';

beforeEach(() => mock.timers.reset());

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A made-up vault whose `call` ends with an error the first time. */
function failingOnce(call: 'accessList' | 'accessPrepare' | 'teamPrepare' | 'accessDecline', error: Error): Vault {
  const vault = fakeVault('unlocked');
  let failed = false;
  const once = (...given: unknown[]): unknown => {
    if (failed) return (vault[call] as (...all: unknown[]) => unknown)(...given);
    failed = true;
    return Promise.reject(error);
  };
  return new Proxy(vault, { get: (all, name) => (name === call ? once : Reflect.get(all, name)) });
}

const RECORD = `0x${'1'.padStart(64, 'a1')}`;

for (const [who, query, prepare] of [
  ['one person', { to: REUEL }, 'accessPrepare'],
  ['a care team', { team: TEAM_ID }, 'teamPrepare'],
] as const) {
  describe(`sharing with ${who}`, () => {
    it('waits for a wallet that is on its way to the ledger, and goes on by itself', async () => {
      mock.timers.enable({ apis: ['setTimeout'] });
      const page = sharePage(await stageOn(failingOnce('accessList', new UnknownSlot()), { query }));
      await settled();
      assert.match(textOf(page.render()), /On its way to the shared ledger/);
      mock.timers.tick(10_000);
      await settled();
      assert.match(textOf(page.render()), /may see/);
    });

    it('waits in the form for a layer that is on its way, and keeps what was chosen', async () => {
      mock.timers.enable({ apis: ['setTimeout'] });
      const vault = failingOnce(prepare, new UnknownSlot());
      const page = sharePage(await stageOn(vault, { query: { ...query, record: RECORD } }));
      await settled();
      const text = textOf(page.render());
      assert.match(text, /On its way to the shared ledger/);
      assert.match(text, /Only the records you choose/);
      mock.timers.tick(10_000);
      await settled();
      assert.doesNotMatch(textOf(page.render()), /On its way/);
      assert.match(textOf(page.render()), /Share until/);
    });

    it('says what a node refuses for good', async () => {
      const refused = Object.assign(new Error('The nodes say no.'), { code: 'other' });
      const page = sharePage(await stageOn(failingOnce('accessList', refused), { query }));
      await settled();
      assert.match(textOf(page.render()), /The nodes say no/);
    });
  });
}

describe('answering a request', () => {
  it('keeps the form when declining fails, and says when it is declined', async () => {
    const refused = Object.assign(new Error('The platform says no.'), { code: 'other' });
    const vault = failingOnce('accessDecline', refused);
    const [request] = (await vault.accessList()).requests;
    assert.ok(request);
    const page = sharePage(await stageOn(vault, { query: { to: request.request } }));
    await settled();
    const decline = (): void => {
      const pressed = listenersOf(page.render()).at(-1);
      pressed?.(new Event('click'));
    };
    decline();
    await settled();
    assert.match(textOf(page.render()), /The platform says no.*How long/);
    decline();
    await settled();
    assert.match(textOf(page.render()), /Nothing was shared/);
  });
});

describe('letting a care team add entries', () => {
  type Act = { readonly members: readonly AgreedMember[]; readonly done: Promise<unknown> };

  /** The made-up vault with its team changed; `acts` keeps what was agreed to, and when it is done. */
  function vaultWith(change: (team: TeamShown) => TeamShown, acts: Act[] = []): Vault {
    const vault = fakeVault('unlocked');
    const team = async (id: string) => change(await vault.team(id));
    const teamPrepare: Vault['teamPrepare'] = async (wish) => {
      const prepared = await vault.teamPrepare(wish);
      return { ...prepared, team: change(prepared.team) };
    };
    const teamGrant: Vault['teamGrant'] = async (wish, members, options) => {
      const done = vault.teamGrant(wish, members, options);
      acts.push({ members, done });
      return done;
    };
    return { ...vault, team, teamPrepare, teamGrant };
  }

  async function opened(vault: Vault) {
    const page = sharePage(await stageOn(vault, { query: { team: TEAM_ID } }));
    await settled();
    return page;
  }

  it('offers it for those who have asked, says before signing who may and who has to ask, and repeats that after', async () => {
    const acts: Act[] = [];
    const page = await opened(vaultWith((team) => team, acts));
    const before = textOf(page.render());
    assert.match(before, /Members who have asked you before may also add entries to these sections/);
    assert.match(before, /At present: Dr Ines Halloran\./);
    assert.doesNotMatch(before, /can add signed entries/);
    press(page.render(), 'append');
    await settled();
    const sheet = textOf(page.render());
    assert.match(sheet, /Dr Ines Halloran can add signed entries to/);
    assert.match(
      sheet,
      /Nurse Priya Sandoval can only read\. To add entries, they have to ask you, and you share once more\./,
    );
    Object.assign(globalThis, { document: { getElementById: () => null }, scrollTo: () => undefined });
    const form = listenersOf(page.render()).find((one) => one.name === 'submit');
    form?.(new Event('submit'));
    await acts[0]?.done;
    await settled();
    assert.match(textOf(page.render()), /members of Practice team can see.*Nurse Priya Sandoval can only read/);
    assert.deepEqual(acts[0]?.members, [
      { wallet: HALLORAN, append: true },
      { wallet: SANDOVAL, append: false },
    ]);
  });

  for (const [why, change] of [
    ['nobody has asked', (member) => ({ ...member, signs: [] })],
    ['they asked for another layer only', (member) => ({ ...member, signs: ['activity'] })],
    ['the person stopped sharing with whoever has', (member) => ({ ...member, stopped: true })],
  ] as readonly (readonly [string, (member: TeamShown['members'][number]) => TeamShown['members'][number]])[]) {
    it(`explains instead what is missing where ${why}`, async () => {
      const page = await opened(vaultWith((team) => ({ ...team, members: team.members.map(change) })));
      assert.match(textOf(page.render()), /Nobody in this team can add entries to these sections yet/);
      assert.doesNotMatch(textOf(page.render()), /may also add entries/);
    });
  }
});
