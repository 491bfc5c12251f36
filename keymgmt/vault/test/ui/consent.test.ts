import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { PreparedGrant, PreparedShare, PreparedTeam, TeamMemberShown } from '../../src/ui/api.ts';
import { consentFor, consentForTeam, type Consent } from '../../src/ui/consent.ts';

const EXPIRY = new Date(2027, 1, 24, 23, 59, 59).getTime() / 1000;

function grant(more: Partial<PreparedGrant>): PreparedGrant {
  const base = {
    layer: 'profile',
    slot: '0x01',
    grantee: '0x02',
    granteeKey: '0x9c4177ae02d8',
    records: [],
    sections: [],
    append: [],
  };
  return { ...base, purpose: 'care', expiry: EXPIRY, nodeSet: 4, ...more };
}

function share(grants: readonly PreparedGrant[], name: string | null = 'Dr Tomasz Reuel'): PreparedShare {
  const person = {
    address: '0x9c4177ae02d89c4177ae02d89c4177ae02d80001',
    name,
    institution: null,
    institutionName: null,
    level: 'clinical',
    authorised: true,
    keyShown: null,
    nodes: ['Tarn', 'Vale'],
  };
  return { person, grants, threshold: 3, nodes: 5 };
}

const spoken = (consent: Consent): string =>
  consent.consequences
    .map(({ pieces }) => pieces.map((piece) => (typeof piece === 'string' ? piece : piece.strong)).join(''))
    .join('\n');
const strong = (consent: Consent): string[] =>
  consent.consequences.flatMap(({ pieces }) =>
    pieces.flatMap((piece) => (typeof piece === 'string' ? [] : [piece.strong])),
  );

const RESULTS = { section: 'profile/results', epoch: 3, records: 48 };
const LETTER = { record: '0xaa', name: 'letter.pdf', section: 'profile/documents' };
const SCAN = { record: '0xbb', name: 'knee.png', section: 'profile/imaging' };
const MEDICATION = { section: 'profile/medication', epoch: 5, records: 19 };

test('who, what, how many and until when stand in the first sentence', () => {
  const consent = consentFor(share([grant({ sections: [RESULTS, MEDICATION] })]));
  assert.match(
    spoken(consent),
    /^Dr Tomasz Reuel can read Test results and Medication: 67 records now, and new ones until 24 February 2027\.$/m,
  );
  assert.equal(consent.act, 'Share until 24 February 2027');
});

test('sharing without sensitive sections says so', () => {
  assert.match(spoken(consentFor(share([grant({ sections: [RESULTS] })]))), /no sensitive sections, nothing sealed/);
});

test('a sensitive section is named, and nothing claims that there is none', () => {
  const text = spoken(
    consentFor(share([grant({ sections: [RESULTS, { section: 'profile/genetics', epoch: 0, records: 1 }] })])),
  );
  assert.match(text, /includes what is sensitive: Genetics/);
  assert.doesNotMatch(text, /no sensitive sections/);
});

test('single records are counted and named, and later ones excluded', () => {
  const consent = consentFor(share([grant({ records: [LETTER, SCAN] })]));
  assert.match(spoken(consent), /can read 2 records, and no later ones/);
  assert.match(spoken(consent), /: letter\.pdf \(Documents and letters\) and knee\.png \(Imaging\)\.$/m);
  assert.match(spoken(consent), /no sensitive sections, nothing sealed/);
});

test('a single record of a sensitive section is named as sensitive, and nothing claims that there is none', () => {
  const notes = { record: '0xcc', name: 'notes.txt', section: 'profile/mental-health' };
  const text = spoken(consentFor(share([grant({ records: [LETTER, notes] })])));
  assert.match(text, /includes what is sensitive: notes\.txt \(Mental health\)\. Nothing else, nothing sealed/);
  assert.doesNotMatch(text, /no sensitive sections/);
});

test('a sealed record is named, and nothing claims that there is none', () => {
  const sealed = { record: '0xdd', name: 'sealed.txt', section: 'sealed/restricted' };
  const text = spoken(consentFor(share([grant({ layer: 'sealed', records: [sealed] })])));
  assert.match(text, /what you sealed or what is sensitive: sealed\.txt \(Sealed\)/);
  assert.doesNotMatch(text, /nothing sealed/);
});

test('a file cannot make its own words stand out', () => {
  const file = { record: '0xee', name: 'a] nothing is shared [b', section: 'profile/documents' };
  const words = strong(consentFor(share([grant({ records: [file] })])));
  assert.ok(words.includes('a) nothing is shared (b'));
});

test('the right to add entries is a consequence of its own', () => {
  assert.match(
    spoken(consentFor(share([grant({ sections: [MEDICATION], append: ['profile/medication'] })]))),
    /can add signed entries to Medication/,
  );
});

test('of several grants the earliest end is promised', () => {
  const early = new Date(2026, 11, 1, 23, 59, 59).getTime() / 1000;
  assert.equal(
    consentFor(share([grant({ sections: [RESULTS] }), grant({ layer: 'identity', expiry: early })])).act,
    'Share until 1 December 2026',
  );
});

test('changing the doctor says who loses access, and lists the withdrawals among what is signed', () => {
  const before = share([], 'Dr Ines Halloran').person;
  const person = { ...before, address: '0x1c4177ae02d89c4177ae02d89c4177ae02d80002' };
  const replaced = { person, grants: ['0x7a11c0de0001ff', '0x7a11c0de0002ff'] };
  const consent = consentFor(share([grant({ sections: [RESULTS] })]), replaced);
  assert.match(spoken(consent), /Dr Ines Halloran loses access to everything, in the same act/);
  assert.equal(consent.act, 'Change to Dr Tomasz Reuel');
  assert.deepEqual(consent.signed.slice(-3), [
    ['Loses access', person.address],
    ['Withdrawn grant', '7a11 c0de 0001'],
    ['Withdrawn grant', '7a11 c0de 0002'],
  ]);
});

test('a name cannot make its own words stand out', () => {
  const consent = consentFor(share([grant({ sections: [RESULTS] })], 'Dr Evil [nothing is shared]'));
  assert.ok(!strong(consent).includes('nothing is shared'));
  assert.match(spoken(consent), /Dr Evil \(nothing is shared\)/);
});

test('every signed field is listed: key, sections with epochs, end to the second, node set', () => {
  const { signed } = consentFor(
    share([
      grant({ sections: [RESULTS] }),
      grant({ layer: 'identity', sections: [{ section: 'identity/name', epoch: 1, records: 1 }] }),
    ]),
  );
  const listed = signed.map(([name, value]) => `${name}: ${value}`).join('\n');
  for (const part of [
    '9c41 77ae 02d8',
    'profile/results, epoch 3',
    'identity/name, epoch 1',
    `(${EXPIRY})`,
    'version 4, any 3 of 5',
    'Tarn and Vale',
  ]) {
    assert.ok(listed.includes(part), part);
  }
});

function team(shares: readonly PreparedShare[], others: readonly TeamMemberShown[] = []): PreparedTeam {
  const members = shares.map(
    ({ person }) => ({ ...person, standing: 'authorised', shared: false, stopped: false, signs: [] }) as const,
  );
  const shown = { team: '0x05', name: 'Ward 3 [all of it]', institution: '0x06', institutionName: 'Tarn', version: 7 };
  return { team: { ...shown, members: [...members, ...others], joined: [] }, shares, have: [], mustAsk: [] };
}

test('a team’s consent names each member, what each gets, and that who joins gets nothing', () => {
  const shares = ['Dr Tomasz Reuel', 'Dr Ines Halloran'].map((name) => share([grant({ sections: [RESULTS] })], name));
  const consent = consentForTeam(team(shares));
  const text = spoken(consent);
  assert.match(
    text,
    /^2 members of Ward 3 \(all of it\) can read Test results: 48 records now, and new ones until 24 Feb/m,
  );
  assert.match(
    text,
    /^These are Dr Tomasz Reuel and Dr Ines Halloran, each authorised by Tarn and each with a key of their own\.$/m,
  );
  assert.match(text, /^Who joins Ward 3 \(all of it\) later gets nothing until you are asked again\.$/m);
  assert.match(text, /no sensitive sections, nothing sealed/);
  assert.equal(consent.act, 'Share until 24 February 2027');
  assert.deepEqual(consent.signed[0], ['Care team', '0x05, version 7']);
  assert.equal(consent.signed.filter(([name]) => name === 'Reader').length, 2);
});

test('a team’s consent names who may add to what, and who has to ask for that first', () => {
  const adding = share([grant({ sections: [RESULTS, MEDICATION], append: ['profile/results', 'profile/medication'] })]);
  const nurse = share([grant({ sections: [RESULTS, MEDICATION] })], 'Nurse Priya Sandoval');
  const has = share([], 'Dr Ines [Halloran]').person;
  const consent = consentForTeam({ ...team([adding, nurse]), mustAsk: [nurse.person, has] });
  const text = spoken(consent);
  assert.match(
    text,
    /^Dr Tomasz Reuel can add signed entries to Test results and Medication. You can dispute each of them.$/m,
  );
  assert.match(
    text,
    /^Nurse Priya Sandoval and Dr Ines \(Halloran\) can only read. To add entries, they have to ask you/m,
  );
  assert.ok(strong(consent).includes('Nurse Priya Sandoval'));
  const may = consent.signed.filter(([name]) => name === 'May add to').map(([, section]) => section);
  assert.deepEqual(may, ['profile/results', 'profile/medication']);
  const reading = spoken(consentForTeam(team([nurse])));
  assert.doesNotMatch(reading, /add/);
});

test('a member who is left out stands in the consent, and in nothing that is signed', () => {
  const shares = [share([grant({ sections: [RESULTS] })])];
  const { person } = share([], 'Nurse Priya Sandoval');
  const other = {
    ...person,
    address: '0x2c4177ae02d89c4177ae02d89c4177ae02d80003',
    standing: 'suspended',
    shared: false,
    stopped: false,
    signs: [],
  } as const;
  const consent = consentForTeam(team(shares, [other]));
  assert.match(
    spoken(consent),
    /^Nurse Priya Sandoval is listed too, may not act for the institution now, and gets nothing\.$/m,
  );
  assert.ok(!consent.signed.flat().includes(other.address));
});
