/** PDUs as people read them: the specification's names, octets as hexadecimal, texts beside the octets they are in. */
import { describeStatus } from './codes.ts';
import { type Charset, decodeText, readDataCoding, readEsmClass } from './data-coding.ts';
import { decode, type Pdu } from './pdu.ts';
import { readUdh } from './udh.ts';

export interface ShownPdu {
  /** `null`: its octets are none of a PDU. */
  command: string | null;
  sequence: number | null;
  /** Of responses. */
  status: { code: number; name: string; text: string } | null;
  fields: Record<string, unknown>;
}

/** Never throws. */
export function showPdu(octets: Buffer): ShownPdu {
  const decoded = decode(octets);
  if (!decoded.ok) return { command: null, sequence: null, status: null, fields: {} };
  const { command, commandStatus, sequence, tlvs, ...fields } = decoded.pdu;
  const { name, text } = describeStatus(commandStatus);
  const isAnswer = command.endsWith('_resp') || command === 'generic_nack';
  const shown = shownObject({ ...fields, ...tlvs });
  const words = textOf(decoded.pdu);
  return {
    command,
    sequence,
    status: isAnswer ? { code: commandStatus, name, text } : null,
    fields: words === null ? shown : { ...shown, text: words },
  };
}

/** What its octets say, where they say something. */
function textOf(pdu: Pdu): string | null {
  if (pdu.command !== 'submit_sm' && pdu.command !== 'deliver_sm' && pdu.command !== 'data_sm') return null;
  const short = 'shortMessage' in pdu && pdu.shortMessage.length > 0 ? pdu.shortMessage : null;
  const octets = short ?? pdu.tlvs.messagePayload;
  if (!octets) return null;
  const { kind, udhi } = readEsmClass(pdu.esmClass);
  const header = udhi ? (readUdh(octets)?.octets ?? 0) : 0;
  const { charset } = readDataCoding(pdu.dataCoding);
  // Receipts are in ASCII, whatever their coding says.
  const meant: Charset = kind === 'receipt' && charset === 'default' ? 'Latin-1' : charset;
  return decodeText(octets.subarray(header), meant);
}

function shownObject(fields: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [snakeCase(name), shownValue(value)]));
}

function shownValue(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (Array.isArray(value)) return value.map(shownValue);
  return typeof value === 'object' && value !== null ? shownObject(value) : value;
}

/** `sourceAddr` is `source_addr` in the specification. */
function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
