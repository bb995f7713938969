/**
 * Wireshark's dissector as a judge of what we write: every command, every optional parameter, every way of long texts.
 * It reads a capture file; nothing is sent. Needs `tshark` (Debian: apt-get install --no-install-recommends tshark);
 * without it the test is skipped, and says so.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { segment } from '../../src/domain/segments.ts';
import { type Command, LAYOUTS } from '../../src/wire/smpp/layouts.ts';
import { type CapturedPdu, pcapOf, SMPP_PORT } from '../../src/wire/smpp/pcap.ts';
import { encode, isResponse, type PduDraft } from '../../src/wire/smpp/pdu.ts';
import { submitParts } from '../../src/wire/smpp/submit-parts.ts';
import { writeAbsoluteTime, writeRelativeTime } from '../../src/wire/smpp/times.ts';
import { TLVS, type TlvKind, type Tlvs } from '../../src/wire/smpp/tlv-table.ts';

const found = spawnSync('tshark', ['--version'], { encoding: 'utf8' });
const reason = found.status === 0 ? null : 'tshark is not installed';
if (reason) console.log(`SKIPPED Wireshark as a judge: ${reason}`);

const folder = mkdtempSync(join(tmpdir(), 'pidge-tshark-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const AT = Date.UTC(2026, 10, 21, 20, 30);
const FILLED = {
  ...{ systemId: 'pidge', password: 'secret', systemType: 'SMPP', interfaceVersion: 0x34, addressRange: '.*' },
  ...{ serviceType: 'CMT', messageId: 'a1b2', sourceAddrTon: 1, sourceAddrNpi: 1, sourceAddr: '12025550100' },
  ...{
    destAddrTon: 1,
    destAddrNpi: 1,
    destinationAddr: '13125550199',
    esmeAddrTon: 1,
    esmeAddrNpi: 1,
    esmeAddr: '1202',
  },
  ...{
    registeredDelivery: 1,
    scheduleDeliveryTime: writeAbsoluteTime(AT),
    validityPeriod: writeRelativeTime(3_600_000),
  },
  ...{ finalDate: writeAbsoluteTime(AT), messageState: 2, errorCode: 0, shortMessage: Buffer.from('Hello') },
  destinations: [
    { kind: 'address', ton: 1, npi: 1, addr: '13125550199' },
    { kind: 'list', name: 'friends' },
  ],
  failures: [{ ton: 1, npi: 1, addr: '13125550199', commandStatus: 0x0b }],
};

const VALUES: Record<TlvKind, unknown> = {
  ...{ int8: 1, int16: 2, int32: 3, cstring: 'a1', octets: Buffer.of(1) },
  ...{
    networkError: { networkType: 3, code: 1 },
    callbackNumber: { digitMode: 1, ton: 1, npi: 1, digits: '12025550100' },
  },
};
/** Where one octet is too few for what the parameter holds. */
const OWN_VALUES: Tlvs = {
  sourceSubaddress: Buffer.from('80123456', 'hex'),
  destSubaddress: Buffer.from('80123456', 'hex'),
  callbackNumAtag: [Buffer.from('\0name')],
  messagePayload: Buffer.from('Hello'),
  billingIdentification: Buffer.from('\x01bill'),
  sourceNodeId: Buffer.from('123456'),
  destNodeId: Buffer.from('123456'),
  destAddrNpInformation: Buffer.from('0123456789'),
};

/** One of every command with all its fields, and of a data_sm with every parameter. */
function drafts(): PduDraft[] {
  const commands = Object.entries(LAYOUTS).map(([command, { fields }]) => {
    const names = Object.keys(fields) as (keyof typeof FILLED)[];
    return { command, ...Object.fromEntries(names.map((name) => [name, FILLED[name]])) };
  });
  const parameters = Object.entries(TLVS).map(([name, entry]) => {
    const one = VALUES[entry.kind];
    const value = OWN_VALUES[name as keyof Tlvs] ?? ('many' in entry ? [one, one] : one);
    return { command: 'data_sm', sourceAddr: '1', destinationAddr: '2', tlvs: { [name]: value } };
  });
  const unknown = { command: 'data_sm', tlvs: { others: [{ tag: 0x1403, value: Buffer.from('own') }] } };
  const texts = ['short', 'Long € text. '.repeat(30), 'Съешь ещё этих булок 😀. '.repeat(12)].flatMap((text) => {
    const { parts, encoding } = segment(text);
    return (['udh-8', 'udh-16', 'sar', 'payload'] as const).flatMap((concatenation) =>
      submitParts(parts, encoding, 0x1234, { concatenation, defaultAlphabet: 'GSM-7' }).map((fields) => ({
        ...{ command: 'submit_sm', sourceAddr: '12025550100', destinationAddr: '13125550199' },
        ...fields,
      })),
    );
  });
  const refusals = Object.entries(LAYOUTS)
    .filter(([, { id }]) => isResponse(id))
    .map(([command]) => ({ command, commandStatus: 0x58 }));
  // Wireshark itself joins no more than 64 KiB, so the very longest PDU is not for it.
  const longest = { command: 'submit_sm', tlvs: { messagePayload: Buffer.alloc(60_000, 0x61) } };
  const all = [...commands, ...parameters, unknown, ...texts, ...refusals, longest];
  return all.map((draft, index) => ({ ...draft, sequence: index + 1 }) as PduDraft);
}

const MALFORMED = ['-Y', '_ws.malformed || _ws.unreassembled || _ws.expert.severity == error'];

/** The lines Wireshark prints about these PDUs. */
function judged(name: string, pdus: CapturedPdu[], ...asked: string[]): string[] {
  const path = join(folder, `${name}.pcap`);
  writeFileSync(path, pcapOf([{ port: SMPP_PORT, pdus }]));
  const output = execFileSync('tshark', ['-r', path, '-d', 'tcp.port==2775,smpp', ...asked], {
    ...{ encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 2 ** 26 },
  });
  return output.split('\n').filter((line) => line !== '');
}

function written(draft: PduDraft): CapturedPdu {
  const encoded = encode(draft);
  if (!encoded.ok) throw new Error(`${draft.command}: ${encoded.reason}`);
  return { at: AT, ours: !isResponse(LAYOUTS[draft.command].id), octets: encoded.bytes };
}

function commandId(command: Command): string {
  return `0x${LAYOUTS[command].id.toString(16).padStart(8, '0')}`;
}

describe.skipIf(reason !== null)('Wireshark', () => {
  it('finds every PDU that was written, and nothing malformed', () => {
    const pdus = drafts();
    const captured = pdus.map(written);
    expect(judged('every-pdu', captured, ...MALFORMED)).toEqual([]);
    const fields = ['-Y', 'smpp', '-T', 'fields', '-e', 'smpp.sequence_number', '-e', 'smpp.command_id'];
    const expected = pdus.map(({ command, sequence }) => `${sequence}\t${commandId(command)}`);
    expect(judged('every-pdu', captured, ...fields).sort()).toEqual(expected.sort());
  }, 60_000);

  it('knows several connections of a capture apart, on any port, with right checksums and no octet missing', () => {
    const pdus = (first: number) =>
      drafts()
        .slice(first, first + 40)
        .map((draft, index) => ({ ...written(draft), at: AT + index * 3 }));
    const file = pcapOf([
      { port: 3550, host: '203.0.113.7', pdus: pdus(0) },
      { port: SMPP_PORT, pdus: pdus(10) },
    ]);
    const path = join(folder, 'two.pcap');
    writeFileSync(path, file);
    const ask = (...asked: string[]) =>
      execFileSync('tshark', ['-r', path, '-o', 'tcp.check_checksum:TRUE', '-o', 'ip.check_checksum:TRUE', ...asked], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      })
        .split('\n')
        .filter((line) => line !== '');
    const bad = 'tcp.checksum.status != 1 || ip.checksum.status != 1 || tcp.analysis.flags || _ws.malformed';
    expect(ask('-Y', bad)).toEqual([]);
    const ports = ask('-Y', 'smpp', '-T', 'fields', '-e', 'tcp.stream', '-e', 'smpp.sequence_number').map((line) =>
      line.split('\t'),
    );
    const heard = ports.flatMap(([stream, numbers = '']) => numbers.split(',').map((number) => `${stream} ${number}`));
    const expected = [0, 1].flatMap((stream) => pdus(stream * 10).map((_, at) => `${stream} ${stream * 10 + at + 1}`));
    expect(heard.sort()).toEqual(expected.sort());
  }, 60_000);

  it('finds no octet acknowledged before it came where two receipts came in one read, each kept beside its answer', () => {
    const at = (draft: PduDraft, ms: number) => ({ ...written(draft), at: AT + ms });
    const pdus = [1, 2].flatMap((sequence) => [
      { ...at({ command: 'deliver_sm', sequence, shortMessage: Buffer.from(`Receipt ${sequence}`) }, 0), ours: false },
      { ...at({ command: 'deliver_sm_resp', sequence }, sequence), ours: true },
    ]);
    expect(judged('two-in-one-read', pdus, '-Y', 'tcp.analysis.flags')).toEqual([]);
    const heard = judged('two-in-one-read', pdus, '-Y', 'smpp', '-T', 'fields', '-e', 'smpp.command_id');
    const [asked, answered] = [commandId('deliver_sm'), commandId('deliver_sm_resp')];
    expect(heard).toEqual([asked, asked, answered, answered]);
  }, 60_000);

  it('would see a PDU that ends too early', () => {
    const { at, ours, octets } = written({ command: 'submit_sm', sequence: 1, shortMessage: Buffer.from('Hello') });
    const broken = Buffer.from(octets.subarray(0, -3));
    broken.writeUInt32BE(broken.length, 0);
    expect(judged('broken', [{ at, ours, octets: broken }], ...MALFORMED)).toHaveLength(1);
  }, 60_000);
});
