/**
 * The consent sheet's sentences, made from the typed messages that will be signed and from the name that the nodes
 * attest: what a person reads is what the signature says. Pure, so that tests hold the two against each other.
 */

import type { PersonShown, PreparedGrant, PreparedRecord, PreparedShare, PreparedTeam } from './api.ts';
import type { IconName } from './icons.ts';
import { fingerprint, listed, longDate, number } from './format.ts';
import { t, tn } from './i18n.ts';
import { isSensitive, purposeTitle, sectionTitle } from './names.ts';
import { nameOf } from './parts/people.ts';
import { mustAskText, teamInstitution } from './parts/teams.ts';

/** Words of a sentence that stand out. */
export interface Strong {
  readonly strong: string;
}

/** One consequence: its sign and its sentence, in pieces. */
export interface Consequence {
  readonly sign: IconName;
  readonly pieces: readonly (string | Strong)[];
}

/** What signing means. */
export interface Consent {
  readonly consequences: readonly Consequence[];
  /** Words of the button. */
  readonly act: string;
  /** Name and value of every signed field, as "Exactly what you sign" lists them. */
  readonly signed: readonly (readonly [name: string, value: string])[];
}

/** Whom the reader takes the place of, and the ids of the grants that end with it. */
export interface Replaced {
  readonly person: PersonShown;
  readonly grants: readonly string[];
}

/** Returns the consent for what is about to be signed; in a change of doctor that includes a withdrawal. */
export function consentFor(share: PreparedShare, replaced: Replaced | null = null): Consent {
  const name = plain(nameOf(share.person));
  const until = longDate(Math.min(...share.grants.map((grant) => grant.expiry)));
  return {
    consequences: [
      canRead(share, name, until),
      ...appends([share]),
      nothingElse(share, name),
      { sign: 'eye', pieces: pieces(t('Each time {name} is given a key, you see it in [Who looked].', { name })) },
      ...(replaced === null
        ? []
        : [
            {
              sign: 'stop',
              pieces: pieces(
                t('[{old} loses access] to everything, in the same act. What was already opened may have been kept.', {
                  old: plain(nameOf(replaced.person)),
                }),
              ),
            } as const,
          ]),
      { sign: 'stop', pieces: pieces(t('You can stop at any time. What was already opened may have been kept.')) },
    ],
    act: replaced === null ? t('Share until {date}', { date: until }) : t('Change to {name}', { name }),
    signed: [...signedFields(share), ...(replaced === null ? [] : withdrawalFields(replaced))],
  };
}

/**
 * Returns the consent for what is about to be signed for a care team: the same grants for each member, who is named, with
 * the right to add for those who once asked, and nothing for anybody else.
 */
export function consentForTeam({ team, shares, mustAsk }: PreparedTeam): Consent {
  const [first] = shares;
  if (first === undefined) return { consequences: [], act: '', signed: [] };
  const until = longDate(Math.min(...shares.flatMap(({ grants }) => grants.map((grant) => grant.expiry))));
  const name = plain(team.name);
  const people = listed(shares.map(({ person }) => strongName(person)));
  const others = team.members.filter(({ standing }) => standing !== 'authorised');
  const left = listed(others.map((member) => plain(nameOf(member))));
  const each = tn('{n} member of {team}', '{n} members of {team}', shares.length, { team: name });
  return {
    consequences: [
      canRead(first, each, until),
      {
        sign: 'eye',
        pieces: pieces(
          tn(
            'This is {people}, authorised by {institution}.',
            'These are {people}, each authorised by {institution} and each with a key of their own.',
            shares.length,
            { people, institution: plain(teamInstitution(team)) },
          ),
        ),
      },
      ...appends(shares),
      ...(mustAsk.length === 0 ? [] : [{ sign: 'no', pieces: pieces(mustAskText(mustAsk.map(strongName))) } as const]),
      ...(others.length === 0
        ? []
        : [
            {
              sign: 'no',
              pieces: pieces(
                tn(
                  '{left} is listed too, may not act for the institution now, and gets nothing.',
                  '{left} are listed too, may not act for the institution now, and get nothing.',
                  others.length,
                  { left },
                ),
              ),
            } as const,
          ]),
      nothingElse(first, name),
      {
        sign: 'no',
        pieces: pieces(t('Who joins {team} later gets [nothing until you are asked again].', { team: name })),
      },
      {
        sign: 'eye',
        pieces: pieces(t('Each time one of them is given a key, you see in [Who looked] which of them it was.')),
      },
      {
        sign: 'stop',
        pieces: pieces(
          t('You can stop at any time, with all of them or with one. What was already opened may have been kept.'),
        ),
      },
    ],
    act: t('Share until {date}', { date: until }),
    signed: [
      [t('Care team'), t('{team}, version {version}', { team: team.team, version: team.version })],
      ...shares.flatMap(signedFields),
    ],
  };
}

/** Every field of the typed messages, with the keys' beginnings. */
export function signedFields(share: PreparedShare): readonly (readonly [string, string])[] {
  const first = share.grants[0];
  if (first === undefined) return [];
  return [
    [t('Reader'), share.person.address],
    [t('Reader’s key'), fingerprint(first.granteeKey)],
    [
      t('Checked with'),
      tn('{n} node: {names}', '{n} nodes: {names}', share.person.nodes.length, { names: listed(share.person.nodes) }),
    ],
    ...share.grants.flatMap(grantFields),
    [t('Purpose'), purposeTitle(first.purpose)],
    [t('Ends'), `${longDate(first.expiry)} (${first.expiry})`],
    [
      t('Node set'),
      t('version {version}, any {threshold} of {nodes}', {
        version: first.nodeSet,
        threshold: share.threshold,
        nodes: share.nodes,
      }),
    ],
  ];
}

/** The withdrawals that a change of doctor signs, one for each grant that ends. */
function withdrawalFields({ person, grants }: Replaced): readonly (readonly [string, string])[] {
  return [
    [t('Loses access'), person.address],
    ...grants.map((grant) => [t('Withdrawn grant'), fingerprint(grant)] as const),
  ];
}

function grantFields(grant: PreparedGrant): readonly (readonly [string, string])[] {
  const what: (readonly [string, string])[] = [];
  for (const { section, epoch } of grant.sections) {
    what.push([t('Section'), t('{section}, epoch {epoch}', { section, epoch })]);
  }
  for (const { record, section } of grant.records) what.push([t('Record'), `${fingerprint(record)} (${section})`]);
  for (const section of grant.append) what.push([t('May add to'), section]);
  return what;
}

function canRead(share: PreparedShare, name: string, until: string): Consequence {
  const sections = share.grants.flatMap((grant) => grant.sections);
  const records = share.grants.flatMap((grant) => grant.records);
  if (sections.length === 0) {
    const text = tn(
      '{name} can read [{n} record], and no later ones, [until {until}]: {records}.',
      '{name} can read [{n} records], and no later ones, [until {until}]: {records}.',
      records.length,
      { name, until, records: listed(records.map(recordTitle)) },
    );
    return { sign: 'yes', pieces: pieces(text) };
  }
  const now = sections.reduce((sum, section) => sum + section.records, 0);
  const titles = listed(sections.map(({ section }) => `[${sectionTitle(section)}]`));
  const text = tn(
    '{name} can read {titles}: {n} record now, and new ones [until {until}].',
    '{name} can read {titles}: {n} records now, and new ones [until {until}].',
    now,
    { name, titles, until, n: number(now) },
  );
  return { sign: 'yes', pieces: pieces(text) };
}

/** Who of the readers may add, and to what: those who may all add to the same. */
function appends(shares: readonly PreparedShare[]): readonly Consequence[] {
  const adding = shares.filter(({ grants }) => grants.some(({ append }) => append.length > 0));
  const sections = adding[0]?.grants.flatMap(({ append }) => append) ?? [];
  if (sections.length === 0) return [];
  const text = tn(
    '{names} can add signed entries to {titles}. You can dispute each of them.',
    '{names} can add signed entries to {titles}. You can dispute each of them.',
    adding.length,
    {
      names: listed(adding.map(({ person }) => plain(nameOf(person)))),
      titles: listed(sections.map((section) => `[${sectionTitle(section)}]`)),
    },
  );
  return [{ sign: 'add', pieces: pieces(text) }];
}

function nothingElse(share: PreparedShare, name: string): Consequence {
  const sections = share.grants.flatMap((grant) => grant.sections).filter(({ section }) => isSensitive(section));
  const records = share.grants.flatMap((grant) => grant.records).filter(({ section }) => isSensitive(section));
  const titles = listed([...sections.map(({ section }) => `[${sectionTitle(section)}]`), ...records.map(recordTitle)]);
  const text =
    titles === ''
      ? t('Nothing else: [no sensitive sections], nothing sealed. {name} is not told what else exists.', { name })
      : records.some(({ section }) => section.startsWith('sealed'))
        ? t('This includes what you sealed or what is sensitive: {titles}. Nothing else.', { titles })
        : t('This includes what is sensitive: {titles}. Nothing else, nothing sealed.', { titles });
  return { sign: 'no', pieces: pieces(text) };
}

/** A record by its name and section; what a file is called may come from others. */
function recordTitle({ name, section }: PreparedRecord): string {
  return t('[{record}] ({section})', { record: plain(name), section: sectionTitle(section) });
}

/** A person's name, standing out. */
function strongName(person: PersonShown): string {
  return `[${plain(nameOf(person))}]`;
}

/** A name without the brackets that would make part of it stand out: names come from others. */
function plain(name: string): string {
  return name.replaceAll('[', '(').replaceAll(']', ')');
}

/** Takes `[strong words]` out of a sentence. */
function pieces(text: string): readonly (string | Strong)[] {
  return text
    .split(/(\[[^\]]*\])/)
    .filter((piece) => piece !== '')
    .map((piece) => (piece.startsWith('[') && piece.endsWith(']') ? { strong: piece.slice(1, -1) } : piece));
}
