/** The access log as files a person keeps: CSV for spreadsheets, AuditEvents for other health systems. */

import type { Exported, LookRow } from '../results.ts';

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

const BALP = 'https://profiles.ihe.net/ITI/BALP';
const DICOM = 'http://dicom.nema.org/resources/ontology/DCM';
const ENTITY_TYPE = 'http://terminology.hl7.org/CodeSystem/audit-entity-type';
const OBJECT_ROLE = 'http://terminology.hl7.org/CodeSystem/object-role';
/** Addresses of chain accounts are identifiers in this system. */
const ADDRESS_SYSTEM = 'https://eips.ethereum.org/EIPS/eip-55';

/** What an audit event is about, besides the look. */
export interface AuditFacts {
  /** The patient's wallet id. */
  readonly wallet: string;
  readonly chainId: number;
  /** The AccessLog contract, in which the roots stand. */
  readonly contract: string;
  /** Unix seconds. */
  readonly now: number;
}

/** Return the log as CSV (RFC 4180, UTF-8), one look a line, the newest first. */
export function accessLogCsv(rows: readonly LookRow[]): string {
  const lines = rows.map((row) => [
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
  ]);
  return BYTE_ORDER_MARK + [COLUMNS, ...lines].map((cells) => `${cells.map(cell).join(',')}\r\n`).join('');
}

/**
 * Return the log as a Bundle of AuditEvents per IHE BALP 1.1 (`IHE.BasicAudit.PatientRead`).
 *
 * Each names the roots on chain that hold it as one more entity, with node, index and root as its details.
 */
export function accessLogFhir(rows: readonly LookRow[], facts: AuditFacts): Record<string, unknown> {
  return {
    resourceType: 'Bundle',
    type: 'collection',
    timestamp: instant(facts.now),
    entry: rows.map((row) => ({ resource: auditEvent(row, facts) })),
  };
}

/** Return the log as a file. */
export function accessLogFile(rows: readonly LookRow[], form: 'csv' | 'fhir', facts: AuditFacts): Exported {
  const day = instant(facts.now).slice(0, 10);
  if (form === 'csv') return exported(`access-log-${day}.csv`, 'text/csv;charset=utf-8', accessLogCsv(rows));
  return exported(
    `access-log-${day}.json`,
    'application/fhir+json',
    JSON.stringify(accessLogFhir(rows, facts), null, 1),
  );
}

/** Return text or bytes as a file to keep. */
export function exported(name: string, mediaType: string, ...content: readonly BlobPart[]): Exported {
  return { name, mediaType, file: new Blob([...content], { type: mediaType }) };
}

function cell(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return QUOTED.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function auditEvent(row: LookRow, facts: AuditFacts): Record<string, unknown> {
  const given = row.outcome === 'given';
  const nodes = row.nodes.join(', ');
  return {
    resourceType: 'AuditEvent',
    meta: { profile: [`${BALP}/StructureDefinition/IHE.BasicAudit.PatientRead`] },
    type: {
      system: 'http://terminology.hl7.org/CodeSystem/audit-event-type',
      code: 'rest',
      display: 'Restful Operation',
    },
    subtype: [{ system: 'http://hl7.org/fhir/restful-interaction', code: 'read', display: 'read' }],
    action: 'R',
    recorded: instant(row.when),
    // AuditEvent.outcome: 0 success, 4 minor failure; what was refused left nothing undone.
    outcome: given ? '0' : '4',
    ...(given ? {} : { outcomeDesc: row.outcome }),
    agent: [
      agent(
        { system: DICOM, code: '110153', display: 'Source Role ID' },
        { display: row.institution ?? row.who },
        false,
      ),
      agent(
        { system: DICOM, code: '110152', display: 'Destination Role ID' },
        { display: `re-encryption nodes: ${nodes}` },
        false,
      ),
      {
        ...agent(
          {
            system: 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType',
            code: 'IRCP',
            display: 'information recipient',
          },
          { identifier: { system: ADDRESS_SYSTEM, value: row.who }, display: row.name ?? row.who },
          true,
        ),
        ...(row.purpose === '' ? {} : { purposeOfUse: [{ text: row.purpose }] }),
      },
    ],
    source: { observer: { display: `medixain, ${nodes}` } },
    entity: [
      entity('1', 'Person', '1', 'Patient', { identifier: { system: ADDRESS_SYSTEM, value: facts.wallet } }),
      entity('2', 'System Object', '4', 'Domain Resource', { identifier: { value: row.record }, display: row.what }),
      ...row.roots.map((root) => ({
        ...entity('4', 'Other', '17', 'Data Repository', {
          identifier: { system: `urn:eip155:${facts.chainId}:${facts.contract}`, value: root.root },
        }),
        name: row.final ? 'root of the log on the final chain' : 'root of the log, not final yet',
        detail: [
          { type: 'node', valueString: root.node },
          { type: 'index', valueString: String(root.index) },
          { type: 'root', valueString: root.root },
        ],
      })),
    ],
  };
}

function agent(
  type: Record<string, string>,
  who: Record<string, unknown>,
  requestor: boolean,
): Record<string, unknown> {
  return { type: { coding: [type] }, who, requestor };
}

function entity(
  type: string,
  typeName: string,
  role: string,
  roleName: string,
  what: Record<string, unknown>,
): Record<string, unknown> {
  return {
    what,
    type: { system: ENTITY_TYPE, code: type, display: typeName },
    role: { system: OBJECT_ROLE, code: role, display: roleName },
  };
}

/** Unix seconds as a FHIR instant. */
export function instant(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
