/**
 * Looks as FHIR AuditEvents by the patterns of IHE BALP 1.1: what was given is a `PatientRead`, what was refused an
 * authorisation decision (`AuthZconsent`), because BALP's reads are successful ones only.
 *
 * Neither pattern asks for the ledger. Where a root holds the look, an entity names it with node, index, hash and the
 * time of its block as details; a refusal's entities are closed to others, so there they are the consent's.
 */

import { ZERO_ADDRESS } from '../../core/addresses.ts';
import type { Context } from '../context.ts';
import type { ChainedRoot, LinkOpening, LookRow } from '../results.ts';
import { instant } from './files.ts';
import { ABSENT } from './statements.ts';

const BALP = 'https://profiles.ihe.net/ITI/BALP';
const DICOM = 'http://dicom.nema.org/resources/ontology/DCM';
const ENTITY_TYPE = 'http://terminology.hl7.org/CodeSystem/audit-entity-type';
const OBJECT_ROLE = 'http://terminology.hl7.org/CodeSystem/object-role';
/** Addresses of chain accounts are identifiers in this system. */
const ADDRESS_SYSTEM = 'https://eips.ethereum.org/EIPS/eip-55';
/** A network access point that is an address of the web (FHIR network-type). */
const URI = '5';

const SOURCE = { system: DICOM, code: '110153', display: 'Source Role ID' };
const DESTINATION = { system: DICOM, code: '110152', display: 'Destination Role ID' };
const APPLICATION = { system: DICOM, code: '110150', display: 'Application' };
const RECIPIENT = {
  system: 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType',
  code: 'IRCP',
  display: 'information recipient',
};
const PROVIDER = {
  system: 'http://terminology.hl7.org/CodeSystem/v3-RoleClass',
  code: 'PROV',
  display: 'healthcare provider',
};
const AUTHORISER = {
  system: 'http://terminology.hl7.org/CodeSystem/extra-security-role-type',
  code: 'authserver',
  display: 'authorization server',
};

type Json = Record<string, unknown>;

/** What an audit event is about, besides the look. */
export interface AuditFacts {
  /** The patient's wallet id. */
  readonly wallet: string;
  readonly chainId: number;
  /** The AccessLog contract, in which the roots stand. */
  readonly contract: string;
  /** Where nodes listen, by what people call them. */
  readonly nodes: ReadonlyMap<string, string>;
  /** The platform's origin. */
  readonly platform: string;
  /** Unix seconds. */
  readonly now: number;
}

/** Return the facts of this wallet and deployment. */
export function auditFacts({ meta, keys, api }: Context, now: number): AuditFacts {
  const { nodes, names } = meta.nodeSet;
  return {
    wallet: keys.walletId,
    chainId: meta.chainId,
    contract: meta.contracts.get('AccessLog') ?? ZERO_ADDRESS,
    nodes: new Map(nodes.map(({ address, url }) => [names.get(address) ?? address, url])),
    platform: api.server,
    now,
  };
}

/** Return the event of one look: a read that was given, or the decision that refused it. */
export function eventOfLook(look: LookRow, facts: AuditFacts): Json {
  return look.outcome === 'given' ? readEvent(look, facts) : refusalEvent(look, facts);
}

/** Return the event of a link's opening, which the platform alone observed: no node knows of it, and no root holds it. */
export function eventOfOpening({ link, label, recipient, at }: LinkOpening, facts: AuditFacts): Json {
  const platform = { display: `medixain, ${facts.platform}` };
  return {
    ...event('PatientRead', at, READ),
    outcome: '0',
    outcomeDesc: 'Opened by a link; what the reader calls itself is not checked.',
    agent: [
      { ...agent(SOURCE, platform, false), network: { address: facts.platform, type: URI } },
      { ...agent(DESTINATION, { display: recipient }, false), network: UNKNOWN_PLACE },
      agent(RECIPIENT, { display: recipient }, true),
    ],
    source: { observer: platform },
    entity: [
      patientEntity(facts),
      {
        ...entity('2', 'System Object', '4', 'Domain Resource', { identifier: { value: link }, display: label }),
        detail: [{ type: 'seen-by', valueString: 'the platform only, not by re-encryption nodes' }],
      },
    ],
  };
}

const READ = {
  type: {
    system: 'http://terminology.hl7.org/CodeSystem/audit-event-type',
    code: 'rest',
    display: 'Restful Operation',
  },
  subtype: [{ system: 'http://hl7.org/fhir/restful-interaction', code: 'read', display: 'read' }],
  action: 'R',
};

const DECISION = {
  type: { system: DICOM, code: '110113', display: 'Security Alert' },
  subtype: [
    {
      system: `${BALP}/CodeSystem/AuthZsubType`,
      code: 'AuthZ-Consent',
      display: 'Authorization Decision using Roles and Consent',
    },
  ],
  action: 'E',
};

/** Nodes write down who asked, and not from where; BALP wants the place all the same. */
const UNKNOWN_PLACE = { _address: ABSENT };

function readEvent(look: LookRow, facts: AuditFacts): Json {
  return {
    ...event('PatientRead', look.when, READ),
    outcome: '0',
    // Data goes from the nodes (source) to whoever asked (destination).
    agent: [
      { ...agent(SOURCE, nodesOf(look), false), network: placeOfNodes(look, facts) },
      { ...agent(DESTINATION, { display: look.institution ?? look.who }, false), network: UNKNOWN_PLACE },
      recipientOf(look),
    ],
    source: { observer: { display: `medixain, ${look.nodes.join(', ')}` } },
    entity: [
      patientEntity(facts),
      entity('2', 'System Object', '4', 'Domain Resource', { identifier: { value: look.record }, display: look.what }),
      ...look.roots.map((root) => ({
        ...entity('4', 'Other', '17', 'Data Repository', {
          identifier: { system: `urn:eip155:${facts.chainId}:${facts.contract}`, value: root.root },
        }),
        name: look.final ? 'root of the log on the final chain' : 'root of the log, not final yet',
        detail: rootDetails(root),
      })),
    ],
  };
}

function refusalEvent(look: LookRow, facts: AuditFacts): Json {
  const consent = {
    what: { type: 'Consent', identifier: { value: look.grant }, display: 'the grant that was shown' },
    type: { system: 'http://hl7.org/fhir/resource-types', code: 'Consent', display: 'Consent' },
  };
  const record = { type: 'record', valueString: look.record };
  const roots = look.roots.map((root) => [record, ...rootDetails(root)]);
  return {
    ...event('AuthZconsent', look.when, DECISION),
    // AuditEvent.outcome: 4 minor failure; what was refused left nothing undone.
    outcome: '4',
    outcomeDesc: look.outcome,
    agent: [
      { ...agent(APPLICATION, { display: look.institution ?? look.who }, false), network: UNKNOWN_PLACE },
      recipientOf(look),
      agent(PROVIDER, look.institution === null ? { _display: ABSENT } : { display: look.institution }, false),
      agent(AUTHORISER, nodesOf(look), false),
    ],
    source: { observer: { display: `medixain, ${look.nodes.join(', ')}` } },
    entity: [
      patientEntity(facts),
      ...(roots.length === 0 ? [[record]] : roots).map((detail) => ({ ...consent, detail })),
    ],
  };
}

function event(profile: string, when: number, kind: Json): Json {
  return {
    resourceType: 'AuditEvent',
    meta: { profile: [`${BALP}/StructureDefinition/IHE.BasicAudit.${profile}`] },
    ...kind,
    recorded: instant(when),
  };
}

function nodesOf(look: LookRow): Json {
  return { display: `re-encryption nodes: ${look.nodes.join(', ')}` };
}

/** BALP knows one server: the first node's address stands for all, whose names the agent has. */
function placeOfNodes(look: LookRow, facts: AuditFacts): Json {
  const address = look.nodes.map((name) => facts.nodes.get(name)).find((url) => url !== undefined);
  return address === undefined ? UNKNOWN_PLACE : { address, type: URI };
}

function recipientOf(look: LookRow): Json {
  const who = { identifier: { system: ADDRESS_SYSTEM, value: look.who }, display: look.name ?? look.who };
  return {
    ...agent(RECIPIENT, who, true),
    ...(look.purpose === '' ? {} : { purposeOfUse: [{ text: look.purpose }] }),
  };
}

function patientEntity(facts: AuditFacts): Json {
  const identifier = { system: ADDRESS_SYSTEM, value: facts.wallet };
  return entity('1', 'Person', '1', 'Patient', { type: 'Patient', identifier });
}

function rootDetails({ node, index, root, committed }: ChainedRoot): Json[] {
  const details = [
    { type: 'node', valueString: node },
    { type: 'index', valueString: String(index) },
    { type: 'root', valueString: root },
  ];
  return committed === null ? details : [...details, { type: 'block-time', valueString: instant(committed) }];
}

function agent(type: Json, who: Json, requestor: boolean): Json {
  return { type: { coding: [type] }, who, requestor };
}

function entity(type: string, typeName: string, role: string, roleName: string, what: Json): Json {
  return {
    what,
    type: { system: ENTITY_TYPE, code: type, display: typeName },
    role: { system: OBJECT_ROLE, code: role, display: roleName },
  };
}
