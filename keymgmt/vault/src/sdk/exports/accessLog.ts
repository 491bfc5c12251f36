/** The access log as files a person keeps: CSV for spreadsheets, AuditEvents for other health systems. */

import type { Exported, LinkOpening, LookRow } from '../results.ts';
import { type AuditFacts, eventOfLook, eventOfOpening } from './auditEvents.ts';
import { exported, instant } from './files.ts';

const COLUMNS = [
  'time',
  'who',
  'name',
  'institution',
  'what',
  'record',
  'grant',
  'purpose',
  'outcome',
  'final',
  'nodes',
  'roots',
] as const;
/** What a spreadsheet takes for a formula: a name of somebody's choosing must not run in the reader's. */
const FORMULA = /^[=+\-@\t\r]/;
const QUOTED = /[",\r\n]/;
/** Tells spreadsheets that this is UTF-8. */
const BYTE_ORDER_MARK = '\ufeff';

/** What the file holds: looks that nodes logged, and openings of links that only the platform saw. */
export interface Logged {
  readonly looks: readonly LookRow[];
  readonly openings: readonly LinkOpening[];
}

/**
 * Return the log as CSV (RFC 4180, UTF-8), one look a line, the newest first.
 *
 * A link's opening has `link-opened` as its outcome and no node: the platform alone says it, and nobody checked the name.
 */
export function accessLogCsv(looks: readonly LookRow[], openings: readonly LinkOpening[] = []): string {
  const lines = newestFirst({ looks, openings }, lineOfLook, lineOfOpening);
  return BYTE_ORDER_MARK + [COLUMNS, ...lines].map((cells) => `${cells.map(cell).join(',')}\r\n`).join('');
}

/** Return the log as a Bundle of AuditEvents (see `auditEvents.ts`), the newest first. */
export function accessLogFhir(
  looks: readonly LookRow[],
  facts: AuditFacts,
  openings: readonly LinkOpening[] = [],
): Record<string, unknown> {
  const events = newestFirst(
    { looks, openings },
    (look) => eventOfLook(look, facts),
    (opening) => eventOfOpening(opening, facts),
  );
  return {
    resourceType: 'Bundle',
    type: 'collection',
    timestamp: instant(facts.now),
    entry: events.map((resource) => ({ resource })),
  };
}

/** Return the log as a file. */
export function accessLogFile({ looks, openings }: Logged, form: 'csv' | 'fhir', facts: AuditFacts): Exported {
  const day = instant(facts.now).slice(0, 10);
  if (form === 'csv') return exported(`access-log-${day}.csv`, 'text/csv;charset=utf-8', accessLogCsv(looks, openings));
  return exported(
    `access-log-${day}.json`,
    'application/fhir+json',
    JSON.stringify(accessLogFhir(looks, facts, openings), null, 1),
  );
}

function newestFirst<Row>(
  { looks, openings }: Logged,
  ofLook: (look: LookRow) => Row,
  ofOpening: (opening: LinkOpening) => Row,
): Row[] {
  const rows = [
    ...looks.map((look) => ({ when: look.when, row: ofLook(look) })),
    ...openings.map((opening) => ({ when: opening.at, row: ofOpening(opening) })),
  ];
  return rows.sort((left, right) => right.when - left.when).map(({ row }) => row);
}

function lineOfLook(row: LookRow): string[] {
  return [
    instant(row.when),
    row.who,
    row.name ?? '',
    row.institution ?? '',
    row.what,
    row.record,
    row.grant,
    row.purpose,
    row.outcome,
    row.final ? 'yes' : 'not yet',
    row.nodes.join('; '),
    row.roots.map(({ node, index, root }) => `${node}#${index} ${root}`).join('; '),
  ];
}

function lineOfOpening({ link, label, recipient, at }: LinkOpening): string[] {
  return [instant(at), '', recipient, '', label, '', link, '', 'link-opened', 'no', 'platform only', ''];
}

function cell(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return QUOTED.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
