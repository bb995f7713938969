/**
 * Mandatory parameters of a PDU: how each kind is measured, written and read (SMPP 3.4, 3.1 and 5.2).
 *
 * Measuring comes first and refuses what has no form on the wire, so writing needs no checks and fits its Buffer exactly.
 * Reading never looks past the end it was given, and takes no more of a NUL-terminated field than `max`.
 */

/** What a field of each kind is in a PDU. */
export interface FieldValues {
  int8: number;
  /** Latin-1 on the wire, ended by a NUL that is not part of the value. */
  cstring: string;
  /** After an octet that counts them. */
  octets: Uint8Array;
  destinations: Destination[];
  failures: FailedDestination[];
}

export type FieldKind = keyof FieldValues;

export interface Field<K extends FieldKind = FieldKind> {
  kind: K;
  /** Octets at most, the NUL included; of a list, entries. */
  max: number;
  /** The ESME_* status a peer is answered with when the field is wrong. */
  commandStatus: number;
}

/** Whom a submit_multi goes to: an address, or a distribution list that the carrier keeps. */
export type Destination = { kind: 'address'; ton: number; npi: number; addr: string } | { kind: 'list'; name: string };

/** Who was not reached by a submit_multi, and the ESME_* status that says why. */
export interface FailedDestination {
  ton: number;
  npi: number;
  addr: string;
  commandStatus: number;
}

const NO_OCTETS: Uint8Array = new Uint8Array(0);
const ADDRESS_FLAG = 1;
const LIST_FLAG = 2;
/** Longest address in a list, its NUL included. Shared with pdu.ts, which says why it is not 21. */
export const MAX_ADDRESS_OCTETS = 65;

/** What a field holds when nobody set it, or when a response came without its body. */
export function emptyValue(kind: FieldKind): FieldValues[FieldKind] {
  switch (kind) {
    case 'int8':
      return 0;
    case 'cstring':
      return '';
    case 'octets':
      return NO_OCTETS;
    case 'destinations':
    case 'failures':
      return [];
  }
}

/** Whether a value is what `emptyValue` gives. */
export function isEmptyValue(value: FieldValues[FieldKind]): boolean {
  return typeof value === 'object' ? value.length === 0 : value === 0 || value === '';
}

/** Octets of a value on the wire, -1 when it has no form there: too long, out of range, a NUL or a non-Latin character in a text. */
export function sizeOfField(field: Field, value: FieldValues[FieldKind]): number {
  switch (field.kind) {
    case 'int8':
      return fitsOctets(value, 1) ? 1 : -1;
    case 'cstring':
      return sizeOfCstring(value, field.max);
    case 'octets':
      return value instanceof Uint8Array && value.length <= field.max ? 1 + value.length : -1;
    case 'destinations':
      return sizeOfList(value as Destination[], field.max, (one) =>
        one.kind === 'list'
          ? sum(1, sizeOfCstring(one.name, MAX_ADDRESS_OCTETS))
          : sum(1, sizeOfAddress(one.ton, one.npi, one.addr)),
      );
    case 'failures':
      return sizeOfList(value as FailedDestination[], field.max, (one) =>
        fitsOctets(one.commandStatus, 4) ? sum(4, sizeOfAddress(one.ton, one.npi, one.addr)) : -1,
      );
  }
}

/** Writes a value that was measured; answers where the next one begins. */
export function writeField(kind: FieldKind, value: FieldValues[FieldKind], into: Buffer, at: number): number {
  switch (kind) {
    case 'int8':
      into[at] = value as number;
      return at + 1;
    case 'cstring':
      return writeCstring(value as string, into, at);
    case 'octets': {
      const octets = value as Uint8Array;
      into[at] = octets.length;
      into.set(octets, at + 1);
      return at + 1 + octets.length;
    }
    case 'destinations': {
      const list = value as Destination[];
      into[at++] = list.length;
      for (const one of list) {
        into[at++] = one.kind === 'list' ? LIST_FLAG : ADDRESS_FLAG;
        at = one.kind === 'list' ? writeCstring(one.name, into, at) : writeAddress(one, into, at);
      }
      return at;
    }
    case 'failures': {
      const list = value as FailedDestination[];
      into[at++] = list.length;
      for (const one of list) at = into.writeUInt32BE(one.commandStatus, writeAddress(one, into, at));
      return at;
    }
  }
}

/** Where reading stands. `wrong` is set once by the first field that cannot be read; what is read after it means nothing. */
export class Cursor {
  readonly bytes: Buffer;
  readonly end: number;
  at: number;
  wrong: string | null = null;
  /** A status of its own, when the fault is more than a field of the wrong length. */
  wrongStatus: number | null = null;

  /** Whether a text may end where the PDU does, without its NUL. */
  readonly tolerant: boolean;

  constructor(bytes: Buffer, at: number, end: number, tolerant: boolean) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
    this.tolerant = tolerant;
  }

  int8(): number {
    if (this.at < this.end) return this.bytes[this.at++] as number;
    this.wrong ??= 'ends before it begins';
    return 0;
  }

  int32(): number {
    if (this.at + 4 > this.end) {
      this.wrong ??= 'is cut short';
      return 0;
    }
    this.at += 4;
    return this.bytes.readUInt32BE(this.at - 4);
  }

  cstring(max: number): string {
    const { bytes, at: start } = this;
    const limit = Math.min(start + max, this.end);
    for (let at = start; at < limit; at += 1) {
      if (bytes[at] !== 0) continue;
      this.at = at + 1;
      return at === start ? '' : bytes.toString('latin1', start, at);
    }
    if (this.tolerant && limit === this.end && limit - start < max) {
      this.at = limit;
      return bytes.toString('latin1', start, limit);
    }
    this.wrong ??= limit === this.end ? 'has no NUL before the PDU ends' : `has no NUL within ${max} octets`;
    return '';
  }

  /** A view, not a copy. */
  octets(): Uint8Array {
    const length = this.int8();
    if (this.wrong !== null || length === 0) return NO_OCTETS;
    if (this.at + length > this.end) {
      this.wrong = `says ${length} octets where ${this.end - this.at} are left`;
      return NO_OCTETS;
    }
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
}

/** Reads one field; look at `cursor.wrong` before the value. */
export function readField(field: Field, cursor: Cursor, invalidFlagStatus: number): FieldValues[FieldKind] {
  switch (field.kind) {
    case 'int8':
      return cursor.int8();
    case 'cstring':
      return cursor.cstring(field.max);
    case 'octets':
      return cursor.octets();
    case 'destinations':
      return readList<Destination>(cursor, () => {
        const flag = cursor.int8();
        if (flag === LIST_FLAG) return { kind: 'list', name: cursor.cstring(MAX_ADDRESS_OCTETS) };
        if (flag !== ADDRESS_FLAG && cursor.wrong === null) {
          cursor.wrong = `has a destination flag of ${flag}`;
          cursor.wrongStatus = invalidFlagStatus;
        }
        return { kind: 'address', ...readAddress(cursor) };
      });
    case 'failures':
      return readList(cursor, () => ({ ...readAddress(cursor), commandStatus: cursor.int32() }));
  }
}

/** Whether a number is whole, not negative and no longer than `octets` on the wire. */
export function fitsOctets(value: unknown, octets: 1 | 2 | 4): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** (8 * octets);
}

/** Octets with the NUL, -1 when there is no such form. */
export function sizeOfCstring(value: unknown, max: number): number {
  if (typeof value !== 'string' || value.length >= max) return -1;
  for (let at = 0; at < value.length; at += 1) {
    const unit = value.charCodeAt(at);
    if (unit === 0 || unit > 0xff) return -1;
  }
  return value.length + 1;
}

/** A loop, for the strings are short: a call into the runtime costs more than twenty characters do. */
export function writeCstring(value: string, into: Buffer, at: number): number {
  for (let index = 0; index < value.length; index += 1) into[at++] = value.charCodeAt(index);
  into[at] = 0;
  return at + 1;
}

function sum(one: number, other: number): number {
  return other === -1 ? -1 : one + other;
}

function sizeOfAddress(ton: number, npi: number, addr: string): number {
  return fitsOctets(ton, 1) && fitsOctets(npi, 1) ? sum(2, sizeOfCstring(addr, MAX_ADDRESS_OCTETS)) : -1;
}

function sizeOfList<T>(list: T[], most: number, sizeOf: (one: T) => number): number {
  if (!Array.isArray(list) || list.length > most) return -1;
  let size = 1;
  for (const one of list) {
    const octets = sizeOf(one);
    if (octets === -1) return -1;
    size += octets;
  }
  return size;
}

function writeAddress({ ton, npi, addr }: { ton: number; npi: number; addr: string }, into: Buffer, at: number) {
  into[at] = ton;
  into[at + 1] = npi;
  return writeCstring(addr, into, at + 2);
}

function readAddress(cursor: Cursor): { ton: number; npi: number; addr: string } {
  return { ton: cursor.int8(), npi: cursor.int8(), addr: cursor.cstring(MAX_ADDRESS_OCTETS) };
}

/** The count is an octet, so a list of lies ends after 255 entries at most, and at the first that is not there. */
function readList<T>(cursor: Cursor, readOne: () => T): T[] {
  const list: T[] = [];
  for (let left = cursor.int8(); left > 0 && cursor.wrong === null; left -= 1) list.push(readOne());
  return list;
}
