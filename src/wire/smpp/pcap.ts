/**
 * PDUs as a capture file that Wireshark opens (pcap 2.4, raw IPv4): every connection as one of TCP, from its handshake
 * on, with ports, sequence numbers and checksums as they would be. Addresses are of the documentation ranges (RFC 5737)
 * unless the carrier's is known, and so is nothing in it a fact but the octets, their direction, their order and time.
 */

export interface CapturedPdu {
  /** Epoch ms. */
  at: number;
  /** From us to the carrier. */
  ours: boolean;
  octets: Uint8Array;
}

export interface CapturedConnection {
  /** The carrier's. The dissector of SMPP knows the protocol on any port. */
  port: number;
  /** The carrier's IPv4 address; others are left to be made up. */
  host?: string;
  /** Of those of one instant, in their order. */
  pdus: readonly CapturedPdu[];
}

/** A PDU that knows its connection: `peer` is the carrier's `host:port`. */
export interface BoundPdu extends CapturedPdu {
  bind: string;
  peer: string;
}

/** The registered port of SMPP. */
export const SMPP_PORT = 2775;

const MAGIC = 0xa1b2c3d4;
const SNAP_OCTETS = 0x40000;
const RAW_IP = 101;
const FILE_HEADER_OCTETS = 24;
const RECORD_HEADER_OCTETS = 16;
const IP_OCTETS = 20;
const TCP_OCTETS = 20;
const TCP = 6;
const TIME_TO_LIVE = 64;
const WINDOW = 0xffff;
/** What an Ethernet lets through in one packet. */
const SEGMENT_OCTETS = 1_460;
const FIRST_OWN_PORT = 49_152;
const OWN_PORTS = 0x10000 - FIRST_OWN_PORT;
const OUR_HOST = [192, 0, 2, 1];
const CARRIER_HOST = [198, 51, 100, 1];
const SYN = 0x02;
const PUSH = 0x08;
const ACK = 0x10;

interface Packet {
  at: number;
  octets: Buffer;
}

/** One end of a connection, and how much it has sent. */
interface End {
  host: readonly number[];
  port: number;
  sequence: number;
}

/** Each bind is a connection. What has no octets is left out. */
export function connectionsOf(pdus: readonly BoundPdu[]): CapturedConnection[] {
  const binds = Map.groupBy(pdus, ({ bind, peer }) => `${bind} ${peer}`);
  return [...binds.values()].map((all) => {
    const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(all[0]?.peer ?? '') ?? [];
    return { host, port: Number(port) || SMPP_PORT, pdus: all.filter(({ octets }) => octets.length > 0) };
  });
}

/** The whole file. Packets of several connections stand in the order of their times. */
export function pcapOf(connections: readonly CapturedConnection[]): Buffer {
  const packets = connections.flatMap(packetsOf).sort((one, other) => one.at - other.at);
  const head = Buffer.alloc(FILE_HEADER_OCTETS);
  head.writeUInt32LE(MAGIC, 0);
  head.writeUInt16LE(2, 4);
  head.writeUInt16LE(4, 6);
  head.writeUInt32LE(SNAP_OCTETS, 16);
  head.writeUInt32LE(RAW_IP, 20);
  return Buffer.concat([head, ...packets.flatMap(({ at, octets }) => [recordHeader(at, octets.length), octets])]);
}

function recordHeader(at: number, length: number): Buffer {
  const header = Buffer.alloc(RECORD_HEADER_OCTETS);
  const seconds = Math.floor(at / 1_000);
  header.writeUInt32LE(seconds >>> 0, 0);
  header.writeUInt32LE(Math.floor((at - seconds * 1_000) * 1_000), 4);
  header.writeUInt32LE(length, 8);
  header.writeUInt32LE(length, 12);
  return header;
}

function packetsOf({ port, host, pdus: asKept }: CapturedConnection, index: number): Packet[] {
  // Who keeps them may put each answer behind its request. TCP counts octets in the order they went over the wire.
  const pdus = asKept.toSorted((one, other) => one.at - other.at);
  const first = pdus[0];
  if (!first) return [];
  const us: End = { host: OUR_HOST, port: FIRST_OWN_PORT + (index % OWN_PORTS), sequence: 1 };
  const carrier: End = { host: ipv4Of(host) ?? CARRIER_HOST, port, sequence: 1 };
  const packets: Packet[] = [];
  const send = (at: number, from: End, to: End, flags: number, octets: Uint8Array = new Uint8Array(0)): void => {
    packets.push({ at, octets: packetOf(from, to, flags, octets, packets.length) });
    from.sequence = (from.sequence + octets.length + (flags & SYN ? 1 : 0)) >>> 0;
  };
  send(first.at, us, carrier, SYN);
  send(first.at, carrier, us, SYN | ACK);
  send(first.at, us, carrier, ACK);
  for (const { at, ours, octets } of pdus) {
    const [from, to] = ours ? [us, carrier] : [carrier, us];
    for (let start = 0; start < octets.length; start += SEGMENT_OCTETS) {
      send(at, from, to, PUSH | ACK, octets.subarray(start, start + SEGMENT_OCTETS));
    }
  }
  return packets;
}

function packetOf(from: End, to: End, flags: number, octets: Uint8Array, number: number): Buffer {
  const packet = Buffer.alloc(IP_OCTETS + TCP_OCTETS + octets.length);
  packet[0] = 0x45;
  packet.writeUInt16BE(packet.length, 2);
  packet.writeUInt16BE(number & 0xffff, 4);
  packet[8] = TIME_TO_LIVE;
  packet[9] = TCP;
  packet.set(from.host, 12);
  packet.set(to.host, 16);
  packet.writeUInt16BE(checksum(packet.subarray(0, IP_OCTETS)), 10);
  const segment = packet.subarray(IP_OCTETS);
  segment.writeUInt16BE(from.port, 0);
  segment.writeUInt16BE(to.port, 2);
  segment.writeUInt32BE(from.sequence, 4);
  segment.writeUInt32BE(flags & ACK ? to.sequence : 0, 8);
  segment[12] = (TCP_OCTETS / 4) << 4;
  segment[13] = flags;
  segment.writeUInt16BE(WINDOW, 14);
  segment.set(octets, TCP_OCTETS);
  // Over both addresses, the protocol and the length besides the segment itself (RFC 793, 3.1).
  const addresses = sumOf(packet.subarray(12, IP_OCTETS));
  segment.writeUInt16BE(checksum(segment, addresses + TCP + segment.length), 16);
  return packet;
}

/** The internet checksum (RFC 1071); `start` is added to the sum. */
function checksum(octets: Buffer, start = 0): number {
  let sum = sumOf(octets) + start;
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}

function sumOf(octets: Buffer): number {
  let sum = 0;
  for (let at = 0; at + 1 < octets.length; at += 2) sum += octets.readUInt16BE(at);
  return octets.length % 2 === 0 ? sum : sum + (octets.at(-1) ?? 0) * 0x100;
}

function ipv4Of(host: string | undefined): number[] | null {
  const octets = /^\d{1,3}(\.\d{1,3}){3}$/.test(host ?? '') ? (host ?? '').split('.').map(Number) : [];
  return octets.length === 4 && octets.every((one) => one <= 255) ? octets : null;
}
