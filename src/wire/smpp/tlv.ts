/**
 * Optional parameters (TLVs): tag, length, value (SMPP 3.4, 5.3).
 *
 * Absent and empty are two things: what did not come is not a key of `Tlvs`. Tags that are not in the table, values of a
 * length their tag cannot have, and repetitions of what stands once, are kept as bytes in `others`: one odd parameter
 * is no reason to lose a receipt. Only a length that reaches past the end of the PDU is refused.
 */
import { fitsOctets, sizeOfCstring, writeCstring } from './fields.ts';
import {
  type CallbackNumber,
  type NetworkError,
  type RawTlv,
  TLVS,
  type TlvKind,
  type TlvName,
  type Tlvs,
  type TlvValues,
} from './tlv-table.ts';

interface Known {
  name: TlvName;
  tag: number;
  kind: TlvKind;
  many: boolean;
}

const BY_NAME = new Map<string, Known>();
const BY_TAG = new Map<number, Known>();
for (const [name, entry] of Object.entries(TLVS)) {
  const known = { name: name as TlvName, tag: entry.tag, kind: entry.kind, many: 'many' in entry };
  BY_NAME.set(name, known);
  BY_TAG.set(entry.tag, known);
}

const HEAD = 4;
const MAX_VALUE_OCTETS = 0xffff;
const SIZES: Partial<Record<TlvKind, number>> = { int8: 1, int16: 2, int32: 4, networkError: 3 };

/** Octets of all of them with their heads, or the name of the one that has no form on the wire. */
export function sizeOfTlvs(tlvs: Tlvs): number | string {
  let size = 0;
  for (const name in tlvs) {
    const value: unknown = tlvs[name as keyof Tlvs];
    if (value === undefined) continue;
    const octets = name === 'others' ? sizeOfRaw(value as RawTlv[]) : sizeOfKnown(BY_NAME.get(name), value);
    if (octets === -1) return name;
    size += octets;
  }
  return size;
}

/** Writes what was measured; answers where it ends. */
export function writeTlvs(tlvs: Tlvs, into: Buffer, start: number): number {
  let at = start;
  for (const name in tlvs) {
    const value: unknown = tlvs[name as keyof Tlvs];
    if (value === undefined) continue;
    if (name === 'others') {
      for (const { tag, value: octets } of value as RawTlv[])
        at = writeOctets(octets, into, writeHead(tag, octets.length, into, at));
      continue;
    }
    const known = BY_NAME.get(name) as Known;
    for (const one of known.many ? (value as unknown[]) : [value]) {
      at = writeValue(known.kind, one, into, writeHead(known.tag, sizeOfValue(known.kind, one), into, at));
    }
  }
  return at;
}

/** All up to `end`, or `null` when one reaches past it. Up to three NULs behind the last are padding. */
export function readTlvs(bytes: Buffer, start: number, end: number): Tlvs | null {
  const tlvs: Record<string, unknown> = {};
  let at = start;
  while (at + HEAD <= end) {
    const tag = bytes.readUInt16BE(at);
    const next = at + HEAD + bytes.readUInt16BE(at + 2);
    if (next > end) return null;
    keep(tlvs, tag, bytes.subarray(at + HEAD, next));
    at = next;
  }
  for (; at < end; at += 1) if (bytes[at] !== 0) return null;
  return tlvs as Tlvs;
}

function keep(tlvs: Record<string, unknown>, tag: number, octets: Buffer): void {
  const known = BY_TAG.get(tag);
  const value = known && (known.many || !(known.name in tlvs)) ? readValue(known.kind, octets) : null;
  if (!known || value === null) push(tlvs, 'others', { tag, value: octets });
  else if (known.many) push(tlvs, known.name, value);
  else tlvs[known.name] = value;
}

function push(tlvs: Record<string, unknown>, name: string, value: unknown): void {
  const list = tlvs[name] as unknown[] | undefined;
  if (list) list.push(value);
  else tlvs[name] = [value];
}

function readValue(kind: TlvKind, octets: Buffer): TlvValues[TlvKind] | null {
  const size = SIZES[kind];
  if (size !== undefined && octets.length !== size) return null;
  switch (kind) {
    case 'int8':
    case 'int16':
    case 'int32':
      return octets.readUIntBE(0, octets.length);
    case 'networkError':
      return { networkType: octets[0] as number, code: octets.readUInt16BE(1) };
    case 'cstring':
      return readText(octets);
    case 'octets':
      return octets;
    case 'callbackNumber': {
      if (octets.length < 3) return null;
      const [digitMode = 0, ton = 0, npi = 0] = octets;
      return { digitMode, ton, npi, digits: readText(octets.subarray(3)) };
    }
  }
}

/** Up to a NUL, or to the end where there is none. */
function readText(octets: Buffer): string {
  const nul = octets.indexOf(0);
  return octets.toString('latin1', 0, nul === -1 ? octets.length : nul);
}

function sizeOfRaw(list: RawTlv[]): number {
  let size = 0;
  for (const { tag, value } of list) {
    if (!fitsOctets(tag, 2) || !(value instanceof Uint8Array) || value.length > MAX_VALUE_OCTETS) return -1;
    size += HEAD + value.length;
  }
  return size;
}

function sizeOfKnown(known: Known | undefined, value: unknown): number {
  if (!known) return -1;
  let size = 0;
  for (const one of known.many ? (value as unknown[]) : [value]) {
    const octets = sizeOfValue(known.kind, one);
    if (octets === -1) return -1;
    size += HEAD + octets;
  }
  return size;
}

function sizeOfValue(kind: TlvKind, value: unknown): number {
  switch (kind) {
    case 'int8':
      return fitsOctets(value, 1) ? 1 : -1;
    case 'int16':
      return fitsOctets(value, 2) ? 2 : -1;
    case 'int32':
      return fitsOctets(value, 4) ? 4 : -1;
    case 'cstring':
      return sizeOfCstring(value, MAX_VALUE_OCTETS);
    case 'octets':
      return value instanceof Uint8Array && value.length <= MAX_VALUE_OCTETS ? value.length : -1;
    case 'networkError': {
      const { networkType, code } = value as NetworkError;
      return fitsOctets(networkType, 1) && fitsOctets(code, 2) ? 3 : -1;
    }
    case 'callbackNumber': {
      const { digitMode, ton, npi, digits } = value as CallbackNumber;
      const octets = sizeOfCstring(digits, MAX_VALUE_OCTETS - 2);
      return octets !== -1 && [digitMode, ton, npi].every((one) => fitsOctets(one, 1)) ? 2 + octets : -1;
    }
  }
}

function writeHead(tag: number, length: number, into: Buffer, at: number): number {
  into.writeUInt16BE(tag, at);
  return into.writeUInt16BE(length, at + 2);
}

function writeOctets(octets: Uint8Array, into: Buffer, at: number): number {
  into.set(octets, at);
  return at + octets.length;
}

function writeValue(kind: TlvKind, value: unknown, into: Buffer, at: number): number {
  switch (kind) {
    case 'int8':
      return into.writeUInt8(value as number, at);
    case 'int16':
      return into.writeUInt16BE(value as number, at);
    case 'int32':
      return into.writeUInt32BE(value as number, at);
    case 'cstring':
      return writeCstring(value as string, into, at);
    case 'octets':
      return writeOctets(value as Uint8Array, into, at);
    case 'networkError': {
      const { networkType, code } = value as NetworkError;
      return into.writeUInt16BE(code, into.writeUInt8(networkType, at));
    }
    case 'callbackNumber': {
      const { digitMode, ton, npi, digits } = value as CallbackNumber;
      into.set([digitMode, ton, npi], at);
      return at + 3 + into.write(digits, at + 3, 'latin1');
    }
  }
}
