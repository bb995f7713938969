/** Connectors of a running server: which there are, and what goes over their connections. */
import { writeFileSync } from 'node:fs';
import type { ConfigSources } from '../config.ts';
import { type BoundPdu, connectionsOf, pcapOf } from '../wire/smpp/pcap.ts';
import { type Ask, type Connection, connect, readAnswer } from './client.ts';
import { knownConnectors } from './connector-names.ts';
import { CliError, EXIT } from './exit.ts';
import { clockTime, plain, print, shortSid, tell } from './terminal.ts';
import { sleep } from './wait.ts';

export interface ConnectorOptions {
  url?: string;
  json: boolean;
}

interface WireConnector {
  name: string;
  kind: string;
  bound: boolean | null;
  paused: { since: string; reason: string | null } | null;
  peer?: string;
  tls?: boolean;
  binds?: number;
  window?: number;
  rate?: number | null;
  trace?: string;
}

interface WirePdu {
  id: number;
  at: string;
  bind: string;
  peer: string;
  direction: 'in' | 'out';
  command: string | null;
  sequence: number | null;
  status: { code: number; name: string } | null;
  message_sid: string | null;
  fields: Record<string, unknown>;
  hex: string;
}

const ROOT = '/_admin/v1/connectors';
const POLL_MS = 500;
const PAGE = 1_000;
/** In memory, for the file: an hour of a busy connector. */
const MOST_CAPTURED = 200_000;

export async function listConnectors(sources: ConfigSources, { url, json }: ConnectorOptions): Promise<number> {
  const connectors = await connectorsOf(connect(sources, url));
  for (const one of connectors) print(json ? JSON.stringify(one) : lineOf(one));
  if (connectors.length === 0 && !json) print('There is no connector. Add one: pidge connector add');
  return EXIT.ok;
}

export async function stopConnector(
  sources: ConfigSources,
  name: string,
  { url, json, reason }: ConnectorOptions & { reason?: string },
): Promise<number> {
  const paused = await change(connect(sources, url), name, 'pause', reason === undefined ? {} : { reason });
  print(
    json
      ? JSON.stringify(paused)
      : `${plain(name)} gets nothing more to send, on any node. It goes on with: pidge connector start ${plain(name)}`,
  );
  return EXIT.ok;
}

export async function startConnector(
  sources: ConfigSources,
  name: string,
  { url, json }: ConnectorOptions,
): Promise<number> {
  const started = await change(connect(sources, url), name, 'resume', {});
  print(json ? JSON.stringify(started) : `${plain(name)} may send again.`);
  return EXIT.ok;
}

async function connectorsOf({ base, ask }: Connection): Promise<WireConnector[]> {
  return (readAnswer(await ask(ROOT), base) as unknown as { connectors: WireConnector[] }).connectors;
}

async function change(
  connection: Connection,
  name: string,
  verb: 'pause' | 'resume',
  body: object,
): Promise<WireConnector> {
  const text = JSON.stringify(body);
  const asked = { method: 'POST', body: { type: 'application/json', text } } as const;
  return (await askOf(connection, name, verb, asked)) as unknown as WireConnector;
}

/** Asks something of one. Who names none that there is gets to know those that there are. */
async function askOf(connection: Connection, name: string, what: string, asked?: Ask) {
  try {
    return readAnswer(await connection.ask(`${ROOT}/${encodeURIComponent(name)}/${what}`, asked), connection.base);
  } catch (error) {
    if (!(error instanceof CliError) || error.code !== EXIT.notFound) throw error;
    const known = (await connectorsOf(connection)).map((one) => one.name);
    if (known.includes(name)) throw error;
    throw new CliError(EXIT.notFound, `No connector is named "${name}". ${knownConnectors(name, known)}`);
  }
}

/** The newest PDUs, then, with `follow`, every new one. What is kept is the connector's `trace` to say. */
export async function traceConnector(
  sources: ConfigSources,
  name: string,
  { url, json, count, follow, pcap }: ConnectorOptions & { count: number; follow: boolean; pcap?: string },
): Promise<number> {
  const connection = connect(sources, url);
  const read = async (query: string) =>
    ((await askOf(connection, name, `pdus?${query}`)) as unknown as { pdus: WirePdu[] }).pdus;
  const captured: BoundPdu[] = [];
  let last = 0;
  for (let page = await read(`limit=${count}`); ; page = await read(`limit=${PAGE}&after=${last}`)) {
    for (const pdu of page) {
      last = pdu.id;
      if (pcap === undefined) print(json ? JSON.stringify(pdu) : pduLine(pdu));
      else if (captured.length < MOST_CAPTURED) captured.push(boundPdu(pdu));
    }
    if (pcap !== undefined && (page.length > 0 || !follow)) save(pcap, captured);
    if (!follow) break;
    if (page.length < PAGE) await sleep(POLL_MS);
  }
  if (pcap !== undefined) tell(`${pcap} has ${captured.length} PDUs. Open it with: wireshark ${pcap}`);
  else if (last === 0 && !json) tell(whyNothing(name, await connectorsOf(connection)));
  return EXIT.ok;
}

function whyNothing(name: string, connectors: readonly WireConnector[]): string {
  const found = connectors.find((one) => one.name === name);
  if (!found) return `Nothing is kept of ${name}. What is kept of ESMEs is smpp_server.trace to say.`;
  const { kind, trace } = found;
  if (trace === undefined) return `Nothing is kept of ${name}: it is of kind "${kind}", and PDUs are what SMPP has.`;
  if (trace === 'all') return `Nothing went over ${name} yet.`;
  return `Nothing is kept of ${name}: its trace is "${trace}". Keep all of it: pidge connector set ${name} trace=all`;
}

function save(path: string, pdus: BoundPdu[]): void {
  try {
    // It holds numbers and texts of people.
    writeFileSync(path, pcapOf(connectionsOf(pdus)), { mode: 0o600 });
  } catch (error) {
    throw new CliError(EXIT.usage, `--pcap names ${path}, which cannot be written: ${(error as Error).message}`);
  }
}

function boundPdu({ at, direction, bind, peer, hex }: WirePdu): BoundPdu {
  return { at: Date.parse(at), ours: direction === 'out', bind, peer, octets: Buffer.from(hex, 'hex') };
}

function lineOf({ name, kind, bound, paused, peer, tls, binds, window, rate, trace }: WireConnector): string {
  const why = paused?.reason ? `: ${plain(paused.reason)}` : '';
  const connection = bound === null ? 'keeps no connection' : bound ? 'bound' : 'not bound';
  const state = paused ? `${connection}, stopped since ${paused.since}${why}` : connection;
  if (peer === undefined) return `${plain(name)}  ${kind}  ${state}`;
  const speed = rate == null ? 'no rate' : `${rate}/s`;
  return `${plain(name)}  ${kind}  ${state}  ${plain(peer)}${tls ? ' TLS' : ''}  ${binds} × window ${window}  ${speed}  trace ${trace}`;
}

function pduLine({ at, direction, command, sequence, status, message_sid: sid, fields }: WirePdu): string {
  const arrow = direction === 'out' ? '→' : '←';
  const words = [`${clockTime(Date.parse(at))}  ${arrow} ${command ?? 'unreadable'} seq ${sequence ?? '?'}`];
  if (status) words.push(status.name);
  if (typeof fields.message_id === 'string' && fields.message_id !== '') words.push(`id ${fields.message_id}`);
  if (sid !== null) words.push(shortSid(sid));
  if (fields.destination_addr !== undefined) words.push(`${fields.source_addr} → ${fields.destination_addr}`);
  if (typeof fields.text === 'string') words.push(`"${fields.text}"`);
  return plain(words.join('  '));
}
