import { expect, it } from 'vitest';
import { type CapturedPdu, pcapOf, SMPP_PORT } from './pcap.ts';

const FILE_HEADER_OCTETS = 24;
const RECORD_HEADER_OCTETS = 16;
const HEADERS_OCTETS = 40;

const pdu = (at: number, ours: boolean, length: number): CapturedPdu => ({ at, ours, octets: Buffer.alloc(length) });

/** Of each packet with octets: who sent it, how many, its number and what it says it has heard. */
function numbersOf(file: Buffer): { ours: boolean; length: number; sequence: number; heard: number }[] {
  const packets = [];
  for (let at = FILE_HEADER_OCTETS; at < file.length; ) {
    const length = file.readUInt32LE(at + 8);
    const packet = file.subarray(at + RECORD_HEADER_OCTETS, at + RECORD_HEADER_OCTETS + length);
    const tcp = packet.subarray(20);
    packets.push({
      ours: tcp.readUInt16BE(2) === SMPP_PORT,
      length: length - HEADERS_OCTETS,
      sequence: tcp.readUInt32BE(4),
      heard: tcp.readUInt32BE(8),
    });
    at += RECORD_HEADER_OCTETS + length;
  }
  return packets.filter(({ length }) => length > 0);
}

it('two requests that came in one read are numbered before their answers, in whatever order they are kept', () => {
  const kept = [pdu(1_000, false, 100), pdu(1_002, true, 17), pdu(1_000, false, 90), pdu(1_003, true, 17)];
  expect(numbersOf(pcapOf([{ port: SMPP_PORT, pdus: kept }]))).toEqual([
    { ours: false, length: 100, sequence: 2, heard: 2 },
    { ours: false, length: 90, sequence: 102, heard: 2 },
    { ours: true, length: 17, sequence: 2, heard: 192 },
    { ours: true, length: 17, sequence: 19, heard: 192 },
  ]);
});

it('those of one instant stay in their order', () => {
  const kept = [pdu(1_000, true, 30), pdu(1_000, false, 20), pdu(1_000, true, 10)];
  expect(numbersOf(pcapOf([{ port: SMPP_PORT, pdus: kept }])).map(({ length }) => length)).toEqual([30, 20, 10]);
});
