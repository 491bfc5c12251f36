/** A vault for looking at the pages without keys, nodes or platform: made-up people and records. Never in `dist/`. */

import { toAddress } from '../../src/core/addresses.ts';
import type {
  PersonShown,
  PreparedShare,
  ShareWish,
  TeamMemberShown,
  TeamShown,
  Vault,
  VaultStatus,
} from '../../src/ui/api.ts';
import type { PracticeActs, PracticeReading } from '../../src/ui/practice/api.ts';
import type { ClinicalItem, ClinicalView, ObservationSeries } from '../../src/sdk/clinical/model.ts';
import { NO_FACTS } from '../../src/sdk/practice/checks.ts';
import type { Appointment, PatientRow } from '../../src/sdk/practice/model.ts';
import type { AccessShown, Exported, LookRow, ProfileEntry, RecordRow } from '../../src/sdk/results.ts';

const DAY = 86_400;
const NOW = Math.floor(Date.now() / 1000);
export const REUEL = '0x9c4177ae02d89c4177ae02d89c4177ae02d80001';
export const HALLORAN = '0x1c4177ae02d89c4177ae02d89c4177ae02d80002';
export const SANDOVAL = '0x2c4177ae02d89c4177ae02d89c4177ae02d80003';
const STRANGER = '0x3c4177ae02d89c4177ae02d89c4177ae02d80004';
const TARN = '0xaa00000000000000000000000000000000000001';
const LINDENHOF = '0xaa00000000000000000000000000000000000002';
const WALLET = '0x4be1a3b5c7d9e1f3a5b7c9d1e3f5a7b9c1d3e5f7';
export const TEAM_ID = '0x5c4177ae02d89c4177ae02d89c4177ae02d80005';
const PHRASE = Array.from({ length: 8 }, () => 'abandon ability zoo').join(' ');

export const DEPLOYMENT = {
  platform: 'http://localhost:8000',
  institutions: { [TARN]: 'Tarn University Hospital', [LINDENHOF]: 'Lindenhof Family Practice' },
};

const PEOPLE: Readonly<Record<string, PersonShown>> = Object.fromEntries(
  (
    [
      [REUEL, 'Dr Tomasz Reuel', TARN],
      [HALLORAN, 'Dr Ines Halloran', LINDENHOF],
      [SANDOVAL, 'Nurse Priya Sandoval', LINDENHOF],
    ] as const
  ).map(([address, name, institution]) => [
    address,
    {
      address,
      name,
      institution,
      institutionName: DEPLOYMENT.institutions[institution] ?? null,
      level: 'clinical',
      authorised: true,
      keyShown: '9c4177ae02d8',
      nodes: ['Tarn', 'Lindenhof', 'Brannoc', 'Northmere'],
    },
  ]),
);

function id(n: number): string {
  return `0x${n.toString(16).padStart(64, 'a1')}`;
}

function row(
  n: number,
  days: number,
  name: string,
  type: string,
  section: string,
  more: Partial<RecordRow> = {},
): RecordRow {
  return {
    record: id(n),
    name,
    type,
    section,
    size: 24_000 * n,
    created: NOW - days * DAY,
    author: REUEL,
    institution: TARN,
    state: 'final',
    readers: [HALLORAN, SANDOVAL],
    problem: null,
    ...more,
  };
}

const RECORDS: readonly RecordRow[] = [
  row(1, 0.1, 'hba1c.json', 'fhir', 'profile/results', { state: 'anchored' }),
  row(2, 1, 'blood-pressure.json', 'fhir', 'profile/measurements', { institution: null, state: 'received' }),
  row(3, 10, 'Letter: eye screening.pdf', 'pdf', 'profile/documents', { readers: [HALLORAN] }),
  row(4, 20, 'Left knee.png', 'image', 'profile/imaging'),
  row(5, 35, 'Notes after counselling.txt', 'text', 'sealed/restricted', { readers: [], institution: null }),
  row(6, 40, 'Notes for the next visit, with questions about the new tablets.txt', 'text', 'profile/mental-health', {
    readers: [],
    institution: null,
  }),
];

/** What a wallet of many years has besides: four records a year. */
function older(years: number): RecordRow[] {
  return Array.from({ length: 4 * years }, (_, index) =>
    row(4096 + index, 60 + 91 * index, `Discharge letter ${index + 1}.pdf`, 'pdf', 'profile/documents'),
  );
}

/** A signed entry and a visit, both by Dr Halloran. */
const EVENTS: readonly RecordRow[] = [
  row(14, 2, 'entry.json', 'profile-event', 'profile/blood-type', { author: HALLORAN, institution: LINDENHOF }),
  row(7, 3, 'appointment.json', 'activity-event', 'activity/appointments', {
    author: HALLORAN,
    institution: LINDENHOF,
  }),
];

const VISIT: Appointment = {
  event: id(7),
  visit: '07',
  patient: WALLET,
  start: NOW + 3 * DAY,
  minutes: 20,
  place: 'Room 4',
  reason: 'blood test',
  status: 'planned',
  made: NOW - 3 * DAY,
};

const PATIENT: PatientRow = {
  slug: 'quiet-heron',
  wallet: WALLET,
  name: 'Ada Byron',
  born: '1975-12-10',
  facts: NO_FACTS,
  sections: ['profile/measurements'],
  records: 0,
  append: true,
  expiry: NOW + 60 * DAY,
  letters: [],
};

const source = { record: id(1), place: 'entry[0].resource', author: REUEL, institution: TARN };

function item(
  kind: ClinicalItem['kind'],
  title: string,
  value: string,
  more: Partial<ClinicalItem> = {},
): ClinicalItem {
  return {
    kind,
    resourceType: 'Observation',
    id: null,
    title,
    value,
    date: '2026-11-20',
    time: NOW,
    status: null,
    section: 'results',
    codes: [],
    details: [],
    quantity: null,
    range: null,
    interpretation: null,
    parts: [],
    source,
    ...more,
  };
}

const SERIES: ObservationSeries = {
  key: '59261-8|mmol/mol',
  title: 'Long-term blood sugar (HbA1c)',
  loinc: '59261-8',
  unit: 'mmol/mol',
  range: { low: 20, high: 42, unit: 'mmol/mol', text: null },
  target: { low: null, high: 53, unit: 'mmol/mol', text: null },
  points: [71, 66, 63, 61, 58, 57, 59, 54].map((value, index) => ({
    time: NOW - (8 - index) * 130 * DAY,
    value,
    original: null,
    interpretation: 'high' as const,
    source,
  })),
};

const WEIGHT: ObservationSeries = {
  key: '29463-7|kg',
  title: 'Body weight',
  loinc: '29463-7',
  unit: 'kg',
  range: null,
  target: null,
  points: [{ time: NOW - 20 * DAY, value: 81.4, original: null, interpretation: null, source }],
};

/** A measurement of every month, with gaps. */
function pulse(years: number): ObservationSeries {
  const points = Array.from({ length: 12 * years }, (_, index) => ({
    time: NOW - (12 * years - index) * 30 * DAY,
    value: Math.round(78 + 9 * Math.sin(index / 9) + ((index * 7) % 5)),
    original: null,
    interpretation: null,
    source,
  }));
  return {
    key: '8867-4|/min',
    title: 'Heart rate',
    loinc: '8867-4',
    unit: '/min',
    range: { low: 60, high: 100, unit: '/min', text: null },
    target: null,
    points: points.filter((_, index) => index % 12 < 9),
  };
}

const VIEW: ClinicalView = {
  patient: { name: 'Marta Voss', birthDate: '1968-05-09', sex: 'female', identifiers: [] },
  patientFrom: null,
  series: [SERIES],
  items: [
    item('allergy', 'Penicillin', 'high', { status: 'active', date: '2018-05-11' }),
    item('medication', 'Metformin 1,000 mg', 'Twice a day, with food', { status: 'active' }),
    item('observation', 'Long-term blood sugar (HbA1c)', '54 mmol/mol', {
      range: { low: 20, high: 42, unit: 'mmol/mol', text: null },
      interpretation: 'high',
      status: 'final',
      codes: [{ system: 'http://loinc.org', code: '59261-8', display: null }],
      details: [['Method', 'HPLC']],
    }),
    item('observation', 'Blood pressure', '', {
      status: 'final',
      parts: [item('observation', 'Systolic', '138 mmHg'), item('observation', 'Diastolic', '84 mmHg')],
    }),
  ],
  documents: [
    {
      title: 'Laboratory report',
      contentType: 'application/pdf',
      date: '2026-11-20',
      data: new Uint8Array(2400),
      url: null,
      source,
    },
  ],
};

const ACCESS: AccessShown = {
  requests: [
    {
      request: '0xreq1',
      professional: REUEL,
      sections: ['profile/results', 'profile/medication', 'profile/mental-health'],
      append: false,
      purpose: 'care',
      until: NOW + 90 * DAY,
      received: NOW - DAY,
      referral: null,
    },
  ],
  referrals: [],
  grants: [
    {
      grant: id(91),
      direction: 'given',
      other: HALLORAN,
      layer: 'profile',
      records: [],
      sections: [
        'profile/results',
        'profile/medication',
        'profile/allergies',
        'profile/documents',
        'profile/conditions',
      ],
      purpose: 'care',
      expiry: NOW + 92 * DAY,
      state: 'active',
      letter: null,
      team: TEAM_ID,
    },
    {
      grant: id(92),
      direction: 'given',
      other: SANDOVAL,
      layer: 'profile',
      records: [id(3)],
      sections: ['profile/results', 'profile/medication'],
      purpose: 'care',
      expiry: NOW + 40 * DAY,
      state: 'active',
      letter: null,
      team: null,
    },
    {
      grant: id(93),
      direction: 'given',
      other: STRANGER,
      layer: 'profile',
      records: [],
      sections: ['profile/documents'],
      purpose: 'physio',
      expiry: NOW - 3 * DAY,
      state: 'withdrawn',
      letter: null,
      team: null,
    },
  ],
};

function look(hours: number, who: string, what: string, outcome: string, final: boolean): LookRow {
  const person = PEOPLE[who];
  return {
    when: NOW - hours * 3600,
    who,
    name: person?.name ?? null,
    institution: person?.institutionName ?? null,
    what,
    record: id(1),
    grant: id(91),
    purpose: outcome === 'given' ? 'care' : '',
    outcome,
    nodes: ['Tarn', 'Lindenhof', 'Brannoc'],
    final,
    roots: final ? [{ node: 'Tarn', index: 1204, root: '0x40c977e1aa12', committed: NOW - hours * 3600 + 60 }] : [],
  };
}

function entry(
  n: number,
  section: string,
  json: unknown,
  state: ProfileEntry['state'],
  more: Partial<ProfileEntry> = {},
): ProfileEntry {
  return {
    event: id(n),
    section,
    entry: json,
    author: HALLORAN,
    institution: LINDENHOF,
    at: NOW - n * DAY,
    state,
    marks: [],
    corrects: null,
    conflicts: [],
    ...more,
  };
}

function exported(name: string, mediaType: string): Exported {
  return { name, mediaType, file: new Blob(['made up'], { type: mediaType }) };
}

async function steps(
  count: number,
  options?: { progress?: (done: number, total: number | null) => void; signal?: AbortSignal },
): Promise<void> {
  for (let done = 0; done <= count; done += 1) {
    options?.signal?.throwIfAborted();
    options?.progress?.(done, count);
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}

const PNG = Uint8Array.from(
  atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='),
  (c) => c.charCodeAt(0),
);

/** What a person's pages need, and the page that plans a visit; the practice's other pages have a fake of their own. */
type PersonVault = Omit<Vault, Exclude<keyof PracticeReading, 'appointmentList' | 'patientList'> | keyof PracticeActs>;

/** The vault in `state` at the beginning, with a history of `years` besides what is new. */
export function fakeVault(state: VaultStatus['state'], years = 0): Vault {
  return personVault(state, years) as Vault;
}

function personVault(state: VaultStatus['state'], years: number): PersonVault {
  let status: VaultStatus = {
    state,
    wallet: state === 'empty' ? null : WALLET,
    words: state === 'empty' ? null : 'quiet heron',
    language: null,
    unlockers:
      state === 'empty'
        ? []
        : [
            { id: 'p', kind: 'password', label: 'Password', created: NOW - 40 * DAY },
            { id: 'k', kind: 'passkey', label: 'This laptop', created: NOW - 4 * DAY },
          ],
    idle: 900,
    phraseConfirmed: true,
  };
  const listeners = new Set<() => void>();
  const change = async (part: Partial<VaultStatus>): Promise<VaultStatus> => (status = { ...status, ...part });
  const unlock = async (): Promise<VaultStatus> => change({ state: 'unlocked' });
  const made = { wallet: WALLET, account: id(7), phrase: PHRASE, state: 'received' };
  return {
    status: async () => status,
    onLock: (listener) => (listeners.add(listener), () => listeners.delete(listener)),
    touch: () => undefined,
    walletShow: async () => ({
      wallet: WALLET,
      kyc: { state: 'attested', institution: TARN },
      pendingRotations: ['profile'],
      pendingRestrictions: [],
      institution: null,
      name: null,
      roles: [],
      layers: [{ layer: 'profile', slot: id(1), keysetVersion: 2, records: 214, grants: 3 }],
    }),
    recordList: async () => (status.wallet === null ? [] : [...RECORDS, ...EVENTS, ...older(years)]),
    recordView: async (record) => {
      const found = [...RECORDS, ...EVENTS].find((one) => one.record === record) ?? (RECORDS[0] as RecordRow);
      return {
        metadata: {
          ...found,
          cid: 'bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi',
          name: found.name ?? '',
          type: found.type ?? '',
          size: found.size ?? 0,
          nodes: [],
        },
        view: found.type === 'fhir' ? VIEW : null,
        event: null,
        visit: found.record === VISIT.event ? VISIT : null,
      };
    },
    recordGet: async (record, options) => {
      await steps(5, options);
      const found = RECORDS.find((one) => one.record === record) ?? (RECORDS[0] as RecordRow);
      const body = found.type === 'image' ? PNG : 'Three questions for the next visit:\n\n1. Is the new dose right?\n';
      return {
        record,
        name: found.name ?? '',
        type: found.type ?? '',
        size: 70,
        file: new File([body], found.name ?? ''),
        nodes: [],
        author: found.author,
        institution: found.institution,
      };
    },
    newsMark: async () => ({ at: NOW - 7 * DAY, read: [], off: [] }),
    setNewsMark: async () => undefined,
    appointmentList: async () => ({ visits: [VISIT], unreadable: [] }),
    patientList: async () => [PATIENT],
    recordGists: async () => ({}),
    profileShow: async () => ({
      sections: {
        allergies: [
          entry(12, 'allergies', { code: { text: 'Penicillin' }, criticality: 'high' }, 'confirmed', {
            marks: [{ kind: 'confirm', by: WALLET, reason: null, at: NOW - DAY, event: id(33) }],
          }),
        ],
        'blood-type': [
          entry(
            14,
            'blood-type',
            { valueCodeableConcept: { text: 'O positive' }, code: { text: 'Blood group' } },
            'disputed',
            {
              marks: [
                { kind: 'dispute', by: WALLET, reason: 'My donor card says A positive.', at: NOW - DAY, event: id(34) },
              ],
              conflicts: [id(15)],
            },
          ),
          entry(15, 'blood-type', { text: 'A positive' }, 'current', {
            author: REUEL,
            institution: TARN,
            corrects: id(14),
            conflicts: [id(14)],
          }),
        ],
        medication: [
          entry(
            16,
            'medication',
            { medicationCodeableConcept: { text: 'Metformin 1,000 mg' }, dosage: [{ text: 'Twice a day, with food' }] },
            'current',
          ),
          entry(17, 'medication', { text: 'Metformin 500 mg' }, 'corrected'),
        ],
      },
      unreadable: [],
    }),
    accessList: async () => ACCESS,
    accessLog: async () => [
      look(1, SANDOVAL, 'HbA1c', 'given', false),
      look(26, STRANGER, id(9), 'no-grant', true),
      look(60, REUEL, 'Letter: eye screening.pdf', 'given', true),
      look(300, HALLORAN, 'HbA1c', 'given', true),
    ],
    linkOpenings: async () => [
      { link: 'a', label: 'Summary', recipient: 'Emergency room, Sankt Anna', at: NOW - 30 * 3600 },
    ],
    person: async (address) => {
      toAddress(address);
      return (
        PEOPLE[address] ?? {
          address,
          name: null,
          institution: null,
          institutionName: null,
          level: null,
          authorised: false,
          keyShown: null,
          nodes: [],
        }
      );
    },
    seriesList: async () => [SERIES, WEIGHT, ...(years > 0 ? [pulse(years)] : [])],
    search: async (text) =>
      VIEW.items
        .filter((one) => one.title.toLowerCase().includes(text.toLowerCase()))
        .map((one) => ({
          source,
          title: one.title,
          value: one.value,
          date: one.date,
          section: 'profile/results',
          score: 1,
        })),
    exportLog: async (form) => exported(form === 'csv' ? 'looks.csv' : 'looks.json', 'text/plain'),
    walletCreate: async () => (
      await change({
        state: 'unlocked',
        wallet: WALLET,
        phraseConfirmed: false,
        unlockers: [{ id: 'p', kind: 'password', label: 'Password', created: NOW }],
      }),
      made
    ),
    walletRestore: async (_phrase, _password, options) => (
      await steps(20, options),
      await change({ state: 'unlocked', wallet: WALLET }),
      { ...made, phrase: null }
    ),
    unlockPassword: async (password) => {
      if (password === 'wrong') throw Object.assign(new Error('wrong'), { code: 'wrong-unlocker' });
      return unlock();
    },
    unlockPasskey: unlock,
    lock: async () => {
      await change({ state: 'locked' });
      for (const listener of listeners) listener();
    },
    setPassword: async () => status,
    addPasskey: async () => status,
    removeUnlocker: async () => status,
    setWords: (words) => change({ words }),
    setLanguage: (language) => change({ language }),
    setIdle: (idle) => change({ idle }),
    phraseShow: async (password) => {
      if (password === 'wrong') throw Object.assign(new Error('wrong'), { code: 'wrong-unlocker' });
      await unlock();
      return PHRASE;
    },
    checkPhrase: async (words) => {
      const right = Object.values(words).every((word) => PHRASE.includes(word));
      await change({ phraseConfirmed: status.phraseConfirmed || right });
      return right;
    },
    walletRemove: async (words) => {
      if (!Object.values(words).every((word) => PHRASE.includes(word))) {
        throw Object.assign(new Error('wrong'), { code: 'wrong-words' });
      }
      await change({ state: 'empty' });
      for (const listener of listeners) listener();
    },
    pageLink: async (next) => `#/settings?came=${encodeURIComponent(next)}`,
    fileExamine: async (file) => ({
      name: file.name,
      size: file.size,
      type: file.name.endsWith('.json') ? 'fhir' : 'pdf',
      report: file.name.endsWith('.json')
        ? {
            kind: 'bundle',
            resources: 42,
            counts: { Observation: 30, Condition: 8, AllergyIntolerance: 4 },
            patients: ['marta'],
            profiles: [],
          }
        : null,
      resources: file.name.endsWith('.json')
        ? [
            {
              place: 'entry[7].resource',
              resourceType: 'Observation',
              id: null,
              patient: null,
              issues: ['status: this field is required'],
            },
          ]
        : [],
      issues: [],
    }),
    recordAdd: async (file, where, options) => (
      await steps(40, options),
      {
        record: id(40),
        cid: 'bafy',
        section: where.section ?? '',
        type: 'pdf',
        size: file.size,
        report: null,
        state: 'received',
      }
    ),
    recordDelete: async (record) => ({
      record,
      cid: 'bafy',
      envelopeDeleted: true,
      storeDeleted: true,
      copies: ['Dr Ines Halloran was given the key on 12 November 2026'],
      at: NOW,
      signature: `0x${'4f'.repeat(65)}`,
      state: 'received',
    }),
    profileConfirm: async (event) => ({ event, section: 'allergies', state: 'received' }),
    profileDispute: async (event) => ({ event, section: 'allergies', state: 'received' }),
    team: async () => team(),
    teamList: async () => [team()],
    // Of the two who are authorised, one has all of it but the right to add, and the other is not known to sign.
    teamPrepare: async (wish) => ({
      team: team(),
      shares: [
        ...(wish.append ? [prepared({ ...wish, who: HALLORAN })] : []),
        prepared({ ...wish, who: SANDOVAL, append: false }),
      ],
      have: wish.append ? [] : [PEOPLE[HALLORAN] as PersonShown],
      mustAsk: wish.append ? [PEOPLE[SANDOVAL] as PersonShown] : [],
    }),
    teamGrant: async (wish, members, options) => (
      await steps(20, options),
      {
        team: wish.team,
        name: team().name,
        members: members.map(({ wallet }) => wallet),
        mayAppend: members.flatMap(({ wallet, append }) => (append ? [wallet] : [])),
        mustAsk: members.flatMap(({ wallet, append }) => (wish.append && !append ? [wallet] : [])),
        leftOut: [],
        grants: members.map((_, index) => id(95 + index)),
        expiry: wish.expiry,
        nodes: ['Tarn', 'Lindenhof', 'Brannoc', 'Northmere'],
        waitingNodes: [],
        state: 'final',
      }
    ),
    accessPrepare: async (wish) => prepared(wish),
    accessGrant: async (wish, options) => (
      await steps(20, options),
      {
        grant: id(95),
        grants: [id(95)],
        grantee: REUEL,
        expiry: wish.expiry,
        nodes: ['Tarn', 'Lindenhof', 'Brannoc', 'Northmere'],
        waitingNodes: ['Vale'],
        state: 'final',
      }
    ),
    accessDecline: async () => undefined,
    accessWithdraw: async (_what, options) => (
      await steps(30, options),
      {
        grants: [id(91)],
        nodes: ['Tarn', 'Lindenhof', 'Brannoc'],
        rotation: { done: 67, total: 67 },
        state: 'complete',
      }
    ),
    accessRotate: async (options) => (
      await steps(100, options),
      { grants: [], nodes: [], rotation: { done: 17, total: 17 }, state: 'complete' }
    ),
    accessRestrict: async (record) => ({ record, sealed: id(41), state: 'final' }),
    linkCreate: async (wish) => ({
      link: `shlink:/${btoa(JSON.stringify({ url: 'http://localhost:8000/api/v1/links/0a1b2c3d4e5f', key: 'rxTgYlOaKJPFtcEd0qcceN8wEU4p94SqAwIWQe6uX7Q', exp: wish.expires, flag: 'U' }))}`,
      url: 'http://localhost:8000/api/v1/links/0a1b',
      label: wish.label,
      expires: wish.expires,
      passcode: wish.passcode !== null,
    }),
    linkList: async () => [],
    linkStop: async () => undefined,
    exportAll: async (options) => (
      await steps(40, options),
      {
        ...exported('medixain-export.zip', 'application/zip'),
        records: 213,
        leftOut: [{ record: id(8), reason: 'Too few nodes answer.' }],
      }
    ),
    exportIps: async (form) => exported(`summary.${form}`, 'application/pdf'),
  };
}

/** A team of which one member can see something, one has joined since, and one is suspended. */
function team(): TeamShown {
  const member = (address: string, more: Partial<TeamMemberShown>): TeamMemberShown => ({
    ...(PEOPLE[address] as PersonShown),
    standing: 'authorised',
    shared: false,
    stopped: false,
    signs: [],
    ...more,
  });
  return {
    team: TEAM_ID,
    name: 'Practice team',
    institution: LINDENHOF,
    institutionName: DEPLOYMENT.institutions[LINDENHOF] ?? null,
    version: 2,
    members: [
      member(HALLORAN, { shared: true, signs: ['profile'] }),
      member(SANDOVAL, {}),
      member(REUEL, { standing: 'suspended', authorised: false }),
    ],
    joined: [SANDOVAL],
  };
}

function prepared(wish: ShareWish): PreparedShare {
  const layers = [...new Set(wish.sections.map((section) => section.split('/')[0] ?? ''))];
  const base = {
    grantee: REUEL,
    granteeKey: '0x029c4177ae02d8',
    slot: id(1),
    purpose: wish.purpose,
    expiry: wish.expiry,
    nodeSet: 4,
  };
  const grants = layers.map((layer) => ({
    ...base,
    layer,
    records: [],
    sections: wish.sections
      .filter((section) => section.startsWith(layer))
      .map((section) => ({ section, epoch: 3, records: RECORDS.filter((one) => one.section === section).length })),
    append: wish.append ? wish.sections.filter((section) => section.startsWith(layer)) : [],
  }));
  const single = [...RECORDS, ...EVENTS]
    .filter(({ record }) => wish.records.includes(record))
    .map(({ record, name, section }) => ({
      record,
      name: name ?? '',
      section,
    }));
  const records = single.length > 0 ? [{ ...base, layer: 'profile', records: single, sections: [], append: [] }] : [];
  return {
    person: PEOPLE[wish.who] ?? (PEOPLE[REUEL] as PersonShown),
    grants: [...grants, ...records],
    threshold: 3,
    nodes: 5,
  };
}
