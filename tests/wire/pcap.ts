/** A capture file of one TCP connection, as Wireshark opens it (pcap 2.4, raw IPv4). */

const RAW_IPV4 = 101;
const CARRIER_PORT = 2775;
const OUR_PORT = 40_000;
/** Longer PDUs go out in several segments, as they would. */
const SEGMENT_OCTETS = 16_000;
const TCP = 6;
const PUSH_AND_ACK = 0x18;

/** `ours`: from the ESME to the carrier; else from the carrier. */
export interface CapturedPdu {
  ours: boolean;
  bytes: Buffer;
}

export function pcapOf(pdus: readonly CapturedPdu[]): Buffer {
  const head = Buffer.alloc(24);
  head.writeUInt32LE(0xa1b2c3d4, 0);
  head.writeUInt16LE(2, 4);
  head.writeUInt16LE(4, 6);
  head.writeUInt32LE(0x40000, 16);
  head.writeUInt32LE(RAW_IPV4, 20);
  const records: Buffer[] = [head];
  const sent = { ours: 1, theirs: 1 };
  for (const { ours, bytes } of pdus) {
    for (let at = 0; at < bytes.length; at += SEGMENT_OCTETS) {
      const octets = bytes.subarray(at, at + SEGMENT_OCTETS);
      const packet = packetOf(ours, octets, sent);
      const record = Buffer.alloc(16);
      record.writeUInt32LE(1_700_000_000 + records.length, 0);
      record.writeUInt32LE(packet.length, 8);
      record.writeUInt32LE(packet.length, 12);
      records.push(record, packet);
      sent[ours ? 'ours' : 'theirs'] += octets.length;
    }
  }
  return Buffer.concat(records);
}

function packetOf(ours: boolean, octets: Buffer, sent: { ours: number; theirs: number }): Buffer {
  const headers = Buffer.alloc(40);
  headers[0] = 0x45;
  headers.writeUInt16BE(40 + octets.length, 2);
  headers[8] = 64;
  headers[9] = TCP;
  headers.set([127, 0, 0, ours ? 1 : 2], 12);
  headers.set([127, 0, 0, ours ? 2 : 1], 16);
  headers.writeUInt16BE(ours ? OUR_PORT : CARRIER_PORT, 20);
  headers.writeUInt16BE(ours ? CARRIER_PORT : OUR_PORT, 22);
  headers.writeUInt32BE(ours ? sent.ours : sent.theirs, 24);
  headers.writeUInt32BE(ours ? sent.theirs : sent.ours, 28);
  headers[32] = 0x50;
  headers[33] = PUSH_AND_ACK;
  headers.writeUInt16BE(0xffff, 34);
  return Buffer.concat([headers, octets]);
}
