/** Opt-outs as people write them: one by its parts, many as a CSV file. */
import { type Address, parseSender, parseTo } from './address.ts';
import { type CsvRow, csvLine, readCsv } from './csv.ts';
import { parseInstant } from './dates.ts';
import { keyOfOptOut, keysThatForbid, type OptOut, type OptOutKey, type OptOutSource } from './opt-out.ts';
import { isSid } from './sid.ts';

/** Why something cannot be taken, as refusals tell it. */
export interface InputFault {
  parameter: string;
  received: string;
  allowed: string;
  fix: string;
}

export interface OptOutInput {
  channel?: string;
  scope?: string;
  peer?: string;
}

export type ReadKey = { ok: true; key: OptOutKey } | { ok: false; fault: InputFault };

const CHANNELS: readonly string[] = ['sms', 'whatsapp', 'messenger'];
const DAY_MS = 86_400_000;
const SOURCES: readonly string[] = ['keyword', 'carrier', 'api', 'consent'];

/**
 * The record that is meant. Without `channel` it is that of the peer; a number alone is taken for one of the channel.
 * A sender need not be registered: names never can be, and a number may be moved here later.
 */
export function readOptOutKey(input: OptOutInput): ReadKey {
  const { scope: scopeText = '', peer: peerText = '' } = input;
  const channel = input.channel || (/^(whatsapp|messenger):/.exec(peerText)?.[1] ?? 'sms');
  if (!CHANNELS.includes(channel)) {
    return fault('channel', channel, CHANNELS.join(', '), 'SMS, MMS and RCS share their records: sms.');
  }
  const peer = parseTo(onChannel(peerText, channel));
  const [ofPeer] = peer && isPerson(peer) ? keysThatForbid(null, peer, ['']) : [];
  if (!peer || !ofPeer) {
    return fault('peer', peerText, 'a phone in E.164: +12025550101', 'Name the phone that wants no messages.');
  }
  if (ofPeer.channel !== channel) {
    return fault('channel', channel, ofPeer.channel, `${peerText} is on ${ofPeer.channel}: leave channel out.`);
  }
  if (isSid(scopeText, 'MG')) return { ok: true, key: { ...ofPeer, scope: `MG${scopeText.slice(2).toLowerCase()}` } };
  const sender = senderFrom(onChannel(scopeText, channel));
  const key = sender && keyOfOptOut(sender, peer, null);
  if (key?.channel === channel) return { ok: true, key };
  const allowed = 'a sender or a service: +12025550100, ACME, MG…';
  return fault('scope', scopeText, allowed, `Name what it was opted out of, on ${channel}.`);
}

function onChannel(text: string, channel: string): string {
  return channel === 'sms' || text.includes(':') ? text : `${channel}:${text}`;
}

/** An RCS agent is kept by its name alone. */
function senderFrom(text: string): Address | null {
  return parseSender(text) ?? (/[A-Za-z]/.test(text) ? parseSender(`rcs:${text}`) : null);
}

function isPerson(address: Address): boolean {
  return address.kind === 'number' || address.kind === 'channel';
}

function fault(parameter: string, received: string, allowed: string, fix: string): { ok: false; fault: InputFault } {
  return { ok: false, fault: { parameter, received, allowed, fix } };
}

export const OPT_OUT_COLUMNS = ['channel', 'scope', 'peer', 'at', 'source'] as const;
type Column = (typeof OPT_OUT_COLUMNS)[number];

/** A line of an export; what `readOptOutFile` takes back. */
export function optOutLine({ channel, scope, peer, at, source }: OptOut): string {
  return csvLine([channel, scope, peer, new Date(at).toISOString(), source]);
}

export interface OptOutRow {
  line: number;
  key: OptOutKey;
  /** Epoch ms. */
  at: number;
  source: OptOutSource;
}

export interface OptOutFile {
  /** Read one by one as they are asked for: to look at 15 000 phones takes a second. */
  rows: Iterable<ReadRow>;
}

export type ReadRow = { ok: true; row: OptOutRow } | { ok: false; refused: InputFault & { line: number } };

/**
 * Reads a CSV file with a header. `scope` and `peer` have to be there; without `at` a record is of `now`, without
 * `source` it is `api`. A bad row is told with its line and leaves the others alone. Answers a fault when no row of the
 * file can be understood.
 */
export function readOptOutFile(text: string, now: number): OptOutFile | InputFault {
  const [header, ...rows] = readCsv(text);
  const columns = (header?.cells ?? []).map((cell) => cell.trim().toLowerCase());
  const allowed = OPT_OUT_COLUMNS.join(',');
  const isKnown = columns.every((name) => (OPT_OUT_COLUMNS as readonly string[]).includes(name));
  const isWhole = columns.includes('scope') && columns.includes('peer') && new Set(columns).size === columns.length;
  if (!header || header.fault !== null || !isKnown || !isWhole) {
    const fix = 'Begin the file with a line of column names; scope and peer have to be among them.';
    return { parameter: 'header', received: columns.join(',').slice(0, 200), allowed, fix };
  }
  return { rows: readRows(rows, columns as Column[], now) };
}

function* readRows(rows: CsvRow[], columns: Column[], now: number): Generator<ReadRow> {
  for (const row of rows) {
    const read = readRow(row, columns, now);
    yield read.ok ? read : { ok: false, refused: { line: row.line, ...read.fault } };
  }
}

function readRow(
  { line, cells, fault: broken }: CsvRow,
  columns: Column[],
  now: number,
): { ok: true; row: OptOutRow } | { ok: false; fault: InputFault } {
  if (broken !== null) return fault('row', '', 'cells as RFC 4180 has them', `Mend the row: ${broken}.`);
  if (cells.length !== columns.length) {
    return fault('row', `${cells.length} cells`, `${columns.length} cells`, 'Give every column a cell.');
  }
  const of = (name: Column): string => (cells[columns.indexOf(name)] ?? '').trim();
  const read = readOptOutKey({ channel: of('channel'), scope: of('scope'), peer: of('peer') });
  if (!read.ok) return read;
  const at = of('at') === '' ? now : parseInstant(of('at'));
  // The clock it comes from may be a little ahead.
  if (at === null || at < 0 || at > now + DAY_MS) {
    return fault(
      'at',
      of('at'),
      'an instant of the past: 2026-01-31T09:30:00Z',
      'Write it as ISO 8601, with its zone.',
    );
  }
  const source = of('source') || 'api';
  if (!SOURCES.includes(source)) {
    return fault('source', source, SOURCES.join(', '), 'Leave it empty when it is none of these.');
  }
  return { ok: true, row: { line, key: read.key, at: Math.min(at, now), source: source as OptOutSource } };
}
