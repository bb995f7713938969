/**
 * `/_admin/v1/accounts/{AC}/messages/{SM}/trace` and `/_admin/v1/connectors`: what went over the connections to carriers.
 * A trace is its account's; connectors are the operator's, who sees of other accounts neither texts nor whole numbers.
 */
import { refuse } from '../../domain/errors.ts';
import type { PduQuery } from '../../domain/pdu-trace.ts';
import type { Answer, Download, Resource } from '../answer.ts';
import type { Call } from '../context.ts';
import type { ConnectorRoom, ConnectorShown, PduShown } from './connector-shapes.ts';

const MOST_LISTED = 1_000;
const LISTED = 50;
const MOST_CAPTURED = 10_000;

/** As JSON shows it. */
export function showConnector({ smpp, paused, ...rest }: ConnectorShown): Resource {
  return {
    ...rest,
    paused: paused && { since: new Date(paused.at).toISOString(), reason: paused.reason },
    ...(smpp && {
      peer: smpp.peer,
      tls: smpp.tls,
      system_id: smpp.systemId,
      bind: smpp.bind,
      binds: smpp.binds,
      window: smpp.window,
      rate: smpp.ratePerSecond,
      trace: smpp.trace,
    }),
  };
}

/** The newest, or with `after` what came after the PDU of this id; oldest first. */
export async function listConnectorPdus(call: Call): Promise<Answer> {
  const pdus = await operatorRoom(call).pdus({ ...ofTraced(call), after: afterOf(call), limit: limitOf(call) });
  return answerOf(pdus);
}

export async function captureConnector(call: Call): Promise<Answer> {
  const room = operatorRoom(call);
  const query = ofTraced(call);
  return fileOf(room, `${query.connector}.pcap`, await room.pdus({ ...query, limit: MOST_CAPTURED }));
}

export async function fetchTrace(call: Call): Promise<Answer> {
  return answerOf(await roomOf(call).pdus({ ...(await ofMessage(call)), limit: MOST_LISTED }));
}

export async function captureTrace(call: Call): Promise<Answer> {
  const room = roomOf(call);
  const query = await ofMessage(call);
  return fileOf(room, `${query.message.messageSid}.pcap`, await room.pdus({ ...query, limit: MOST_CAPTURED }));
}

/** As JSON shows a PDU, here and on the test side. */
export function renderPdu({ at, message, ours, octets, ...pdu }: PduShown): Resource {
  return {
    id: pdu.id,
    at: new Date(at).toISOString(),
    connector: pdu.connector,
    bind: pdu.bind,
    peer: pdu.peer,
    direction: ours ? 'out' : 'in',
    command: pdu.command,
    sequence: pdu.sequence,
    status: pdu.status,
    message_sid: message?.messageSid ?? null,
    fields: pdu.fields,
    hex: Buffer.from(octets).toString('hex'),
  };
}

function answerOf(pdus: PduShown[]): Answer {
  return { kind: 'resource', status: 200, element: 'Pdus', resource: { pdus: pdus.map(renderPdu) } };
}

function fileOf(room: ConnectorRoom, name: string, pdus: PduShown[]): Download {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    yield room.pcap(pdus);
  }
  return {
    kind: 'download',
    contentType: 'application/vnd.tcpdump.pcap',
    name,
    chunks: chunks(),
    taken: { count: pdus.length },
  };
}

function roomOf(call: Call): ConnectorRoom {
  const room = call.context.connectors;
  if (room) return room;
  throw refuse(20404, { path: call.meta.path });
}

export function operatorRoom(call: Call): ConnectorRoom {
  const room = roomOf(call);
  if (call.account.sid === room.operatorSid) return room;
  throw refuse(20404, { path: call.meta.path }, { fix: 'Connectors are shown to the first account of the server.' });
}

async function ofMessage(call: Call): Promise<{ message: NonNullable<PduQuery['message']> }> {
  const [messageSid = ''] = call.sids;
  const accountSid = call.account.sid;
  if (!(await call.context.store.message(accountSid, messageSid))) throw refuse(20404, { path: call.meta.path });
  return { message: { accountSid, messageSid } };
}

/** Also a customer's own SMPP client, by its system_id. */
function ofTraced(call: Call): { connector: string } {
  const connector = nameOf(call.sids[0] ?? '');
  operatorRoom(call);
  return connector.startsWith('smpp:') ? { connector } : ofConnector(call);
}

export function ofConnector(call: Call): { connector: string } {
  const connector = nameOf(call.sids[0] ?? '');
  const names = operatorRoom(call)
    .list()
    .map(({ name }) => name);
  if (names.includes(connector)) return { connector };
  const details = { received: connector, allowed: names.join(', '), fix: 'Use the name of a connector.' };
  throw refuse(20404, { path: call.meta.path }, details);
}

function nameOf(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function afterOf(call: Call): number | undefined {
  return numberIn(call, 'after', 0, Number.MAX_SAFE_INTEGER);
}

function limitOf(call: Call): number {
  return numberIn(call, 'limit', 1, MOST_LISTED) ?? LISTED;
}

function numberIn({ query }: Call, parameter: string, least: number, most: number): number | undefined {
  const received = query.one(parameter);
  if (received === undefined || received === '') return undefined;
  const value = /^\d{1,16}$/.test(received) ? Number(received) : Number.NaN;
  if (value >= least && value <= most) return value;
  const details = { parameter, received, allowed: `${least} to ${most}`, fix: 'Give a number, or leave it out.' };
  throw refuse(20001, { text: `Invalid ${parameter}` }, details);
}
