/**
 * PDUs of SMPP 3.4 to bytes and back (sections 3.2 and 4). No sockets, no state; framing.ts cuts a stream into PDUs.
 *
 * What cannot be read or written is a value with its reason, never an exception. Responses are read as far as they go:
 * carriers leave out their bodies (the specification lets them, when they refuse), fields at the end, and the NUL of a
 * message id; and an answer that was not understood leaves a message in doubt, which may then go out twice. Requests are
 * held to their layout: their sender can be told.
 */
import { ESME } from './codes.ts';
import {
  Cursor,
  emptyValue,
  type Field,
  type FieldValues,
  fitsOctets,
  isEmptyValue,
  readField,
  sizeOfField,
  writeField,
} from './fields.ts';
import { type Command, LAYOUTS } from './layouts.ts';
import { readTlvs, sizeOfTlvs, writeTlvs } from './tlv.ts';
import type { Tlvs } from './tlv-table.ts';

export const HEADER_OCTETS = 16;
/** 64 KiB of payload with its PDU around it, and nothing above. */
export const MAX_PDU_OCTETS = 70_000;

const RESPONSE_BIT = 0x80000000;
const NO_TLVS: Tlvs = Object.freeze({});

type FieldsOf<C extends Command> = (typeof LAYOUTS)[C]['fields'];
type Body<C extends Command> = {
  [N in keyof FieldsOf<C>]: FieldsOf<C>[N] extends Field<infer K> ? FieldValues[K] : never;
};

interface Head<C extends Command> {
  command: C;
  /** ESME_*, 0 in requests. */
  commandStatus: number;
  sequence: number;
  tlvs: Tlvs;
}

/** A PDU of one command, as it was read. Octets in it are views of the frame: copy what outlives it. */
export type PduOf<C extends Command> = Head<C> & Body<C>;
export type Pdu = { [C in Command]: PduOf<C> }[Command];

/** A PDU to be written: what is left out is empty. */
export type Draft<C extends Command> = { command: C; sequence: number } & Partial<Head<C>> & Partial<Body<C>>;
export type PduDraft = { [C in Command]: Draft<C> }[Command];

export interface Header {
  length: number;
  commandId: number;
  /** `null`: none of 3.4. */
  command: Command | null;
  commandStatus: number;
  sequence: number;
}

/** What could not be read. `commandStatus` is what the peer is to be told; what it said itself is in `readHeader`. */
export interface Undecodable {
  ok: false;
  reason: string;
  commandStatus: number;
  sequence: number;
  commandId: number;
  command: Command | null;
}

export type Decoded = { ok: true; pdu: Pdu } | Undecodable;
/** `field` is the one without a form on the wire. */
export type Encoded = { ok: true; bytes: Buffer } | { ok: false; reason: string; field: string };

interface Layout {
  command: Command;
  id: number;
  fields: [name: string, field: Field][];
}

const BY_COMMAND = new Map<string, Layout>();
const BY_ID = new Map<number, Layout>();
for (const [command, { id, fields }] of Object.entries(LAYOUTS)) {
  const layout = { command: command as Command, id, fields: Object.entries(fields) };
  BY_COMMAND.set(command, layout);
  BY_ID.set(id, layout);
}

/** The first 16 octets, which must be there. Enough to match a response with its request. */
export function readHeader(frame: Buffer): Header {
  const commandId = frame.readUInt32BE(4);
  return {
    length: frame.readUInt32BE(0),
    commandId,
    command: BY_ID.get(commandId)?.command ?? null,
    commandStatus: frame.readUInt32BE(8),
    sequence: frame.readUInt32BE(12),
  };
}

/** Whether a command id is that of a response; nobody answers those. */
export function isResponse(commandId: number): boolean {
  return commandId >= RESPONSE_BIT;
}

/** Reads one whole PDU, its length included, as `FrameSplitter` hands it out. */
export function decode(frame: Buffer): Decoded {
  if (frame.length < HEADER_OCTETS) return wrongLength(`${frame.length} octets are no PDU`, 0);
  const commandId = frame.readUInt32BE(4);
  const sequence = frame.readUInt32BE(12);
  const length = frame.readUInt32BE(0);
  if (length !== frame.length) return wrongLength(`command_length is ${length}, the PDU has ${frame.length}`, sequence);
  if (length > MAX_PDU_OCTETS) return wrongLength(`${length} octets are more than ${MAX_PDU_OCTETS}`, sequence);
  const layout = BY_ID.get(commandId);
  if (!layout) {
    const reason = `0x${commandId.toString(16).padStart(8, '0')} is no command of SMPP 3.4`;
    return { ok: false, reason, commandStatus: ESME.ESME_RINVCMDID, sequence, commandId, command: null };
  }
  const { command, fields } = layout;
  const commandStatus = frame.readUInt32BE(8);
  const pdu: Record<string, unknown> = { command, commandStatus, sequence, tlvs: NO_TLVS };
  const fault = readBody(pdu, fields, new Cursor(frame, HEADER_OCTETS, length, isResponse(commandId)));
  if (fault === null) return { ok: true, pdu: pdu as unknown as Pdu };
  // The body of a refusal says nothing that its header has not said.
  if (isResponse(commandId) && commandStatus !== 0) {
    for (const [name, { kind }] of fields) pdu[name] = emptyValue(kind);
    return { ok: true, pdu: pdu as unknown as Pdu };
  }
  return { ok: false, ...fault, sequence, commandId, command };
}

/** Fills the fields and the optional parameters; `null` when all is well. */
function readBody(
  pdu: Record<string, unknown>,
  fields: Layout['fields'],
  cursor: Cursor,
): { reason: string; commandStatus: number } | null {
  for (const [name, field] of fields) {
    if (cursor.tolerant && cursor.at === cursor.end) {
      pdu[name] = emptyValue(field.kind);
      continue;
    }
    pdu[name] = readField(field, cursor, ESME.ESME_RINVDESTFLAG);
    if (cursor.wrong === null) continue;
    return { reason: `${name} ${cursor.wrong}`, commandStatus: cursor.wrongStatus ?? field.commandStatus };
  }
  if (cursor.at === cursor.end) return null;
  const tlvs = readTlvs(cursor.bytes, cursor.at, cursor.end);
  if (!tlvs) {
    return { reason: 'an optional parameter reaches past the end', commandStatus: ESME.ESME_RINVOPTPARSTREAM };
  }
  pdu.tlvs = tlvs;
  return null;
}

/** Writes into one Buffer of exactly the length. A response that refuses and says nothing else is a header alone. */
export function encode(draft: PduDraft): Encoded {
  const layout = BY_COMMAND.get(draft.command);
  if (!layout) return { ok: false, reason: `${String(draft.command)} is no command of SMPP 3.4`, field: 'command' };
  const { sequence, commandStatus = 0, tlvs = NO_TLVS } = draft;
  if (!fitsOctets(sequence, 4)) return unwritable('sequence');
  if (!fitsOctets(commandStatus, 4)) return unwritable('commandStatus');
  const values = draft as unknown as Record<string, FieldValues[Field['kind']] | undefined>;
  const tlvOctets = sizeOfTlvs(tlvs);
  if (typeof tlvOctets === 'string') return unwritable(tlvOctets);
  const bare = tlvOctets === 0 && isBare(layout, commandStatus, values);
  let length = HEADER_OCTETS + tlvOctets;
  if (!bare) {
    for (const [name, field] of layout.fields) {
      const octets = sizeOfField(field, values[name] ?? emptyValue(field.kind));
      if (octets === -1) return unwritable(name);
      length += octets;
    }
  }
  if (length > MAX_PDU_OCTETS) return { ok: false, reason: `it would have ${length} octets`, field: 'command_length' };
  const bytes = Buffer.allocUnsafe(length);
  bytes.writeUInt32BE(length, 0);
  bytes.writeUInt32BE(layout.id, 4);
  bytes.writeUInt32BE(commandStatus, 8);
  bytes.writeUInt32BE(sequence, 12);
  if (bare) return { ok: true, bytes };
  let at = HEADER_OCTETS;
  for (const [name, { kind }] of layout.fields) at = writeField(kind, values[name] ?? emptyValue(kind), bytes, at);
  writeTlvs(tlvs, bytes, at);
  return { ok: true, bytes };
}

/**
 * What a peer is told about a PDU of its that could not be read: the response of its request, or generic_nack where
 * none is known. `null` when it was a response itself: two peers would nack each other for ever.
 */
export function answerToUndecodable({ command, commandId, commandStatus, sequence }: Undecodable): PduDraft | null {
  if (isResponse(commandId)) return null;
  const response = command === null ? undefined : BY_ID.get(commandId + RESPONSE_BIT)?.command;
  return { command: response ?? 'generic_nack', commandStatus, sequence } as PduDraft;
}

function isBare(layout: Layout, commandStatus: number, values: Record<string, FieldValues[Field['kind']] | undefined>) {
  if (commandStatus === 0 || !isResponse(layout.id)) return false;
  return layout.fields.every(([name]) => {
    const value = values[name];
    return value === undefined || isEmptyValue(value);
  });
}

/** Of a length that cannot be, nothing else is believed but the sequence, which the peer may know it by. */
function wrongLength(reason: string, sequence: number): Undecodable {
  return { ok: false, reason, commandStatus: ESME.ESME_RINVCMDLEN, sequence, commandId: 0, command: null };
}

function unwritable(field: string): Encoded {
  return { ok: false, reason: `${field} has no form on the wire: too long, out of range, or not Latin-1`, field };
}
