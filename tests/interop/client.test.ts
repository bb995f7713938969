/**
 * Our client and other people's carriers: the npm package `smpp` 0.5.1, Net::SMPP, Kannel's drive_smpp. Each pairing goes
 * through a relay that keeps every PDU, and Wireshark judges them. What is not installed is skipped, and says so.
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { SmppConnector } from '../../src/connectors/smpp/connector.ts';
import { SMPP_DEFAULTS, type SmppSettings } from '../../src/connectors/smpp/settings.ts';
import { realClock } from '../../src/domain/clock.ts';
import { encodeGsm7 } from '../../src/domain/encoding.ts';
import { decodeText, readDataCoding } from '../../src/wire/smpp/data-coding.ts';
import { readUdh } from '../../src/wire/smpp/udh.ts';
import { RecordingEar, submission, until } from '../helpers/smpp.ts';
import { expectWellFormed } from './judge.ts';
import { freePort, Program, programs, whyNot } from './programs.ts';
import { Recorder } from './recorder.ts';

const TEXTS = ['Hello', 'Ünïcode €[1]', 'Съешь ещё этих мягких французских булок 😀', 'long €uro '.repeat(40)];
const LONGER_MS = 40_000;

const cleanups: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Our client, bound through a relay to the carrier at `target`. */
async function bindTo(target: number, settings: Partial<SmppSettings> = {}) {
  const recorder = new Recorder(target);
  cleanups.push(() => recorder.close());
  const port = await recorder.listen();
  const ear = new RecordingEar();
  const connector = new SmppConnector({
    name: 'carrier',
    settings: { ...SMPP_DEFAULTS, host: '127.0.0.1', port, systemId: 'pidge', password: 'secret08', ...settings },
    clock: realClock,
    random: () => 0.5,
  });
  cleanups.push(() => connector.stop());
  await connector.start(ear);
  connector.resume([]);
  await until(() => connector.isBound);
  return { recorder, connector, ear };
}

interface Submitted {
  source: string;
  destination: string;
  esmClass: number;
  coding: number;
  octets: string;
}

/** Texts of what a carrier has read, its parts put together. */
function textsOf(submits: Submitted[]): string[] {
  const whole = new Map<string, Buffer[]>();
  for (const [index, { esmClass, octets, coding }] of submits.entries()) {
    const bytes = Buffer.from(octets, 'hex');
    const udh = esmClass & 0x40 ? readUdh(bytes) : null;
    const [reference, , number] = udh?.elements[0]?.data ?? [];
    const parts = whole.get(`${coding} ${reference ?? `alone ${index}`}`) ?? [];
    parts[(number ?? 1) - 1] = bytes.subarray(udh?.octets ?? 0);
    whole.set(`${coding} ${reference ?? `alone ${index}`}`, parts);
  }
  return [...whole].map(([key, parts]) => {
    const { charset } = readDataCoding(Number.parseInt(key, 10));
    return decodeText(Buffer.concat(parts), charset);
  });
}

/** Everything a carrier of this sort can be asked: texts of all alphabets, receipts, a message back, a clean end. */
async function walk(target: number, submits: () => Submitted[]) {
  const { recorder, connector, ear } = await bindTo(target);
  const outcomes = await connector.send(TEXTS.map((text, index) => submission(`SM${index}`, text)));
  const ids = outcomes.map((outcome) => (outcome.kind === 'accepted' ? outcome.carrierIds : []));
  expect(ids.map(({ length }) => length)).toEqual(TEXTS.map((text) => submission('SM', text).parts.length));
  expect(textsOf(submits()).sort()).toEqual([...TEXTS].sort());
  expect(submits()[0]).toMatchObject({ source: '12025550100', destination: '12025550101' });
  await until(() => ear.receiptsHeard.length === ids.flat().length, LONGER_MS);
  expect(ear.receiptsHeard.map(({ carrierId, state }) => `${carrierId} ${state}`).sort()).toEqual(
    ids
      .flat()
      .map((id) => `${id} delivered`)
      .sort(),
  );
  await connector.send([submission('SMback', 'send one back')]);
  await until(() => ear.inboundHeard.length === 1, LONGER_MS);
  expect(ear.inboundHeard).toMatchObject([{ from: '+12025550101', to: '+12025550100' }]);
  await connector.stop();
  expect(recorder.commands).toMatchObject({ 'out unbind': 1, 'in unbind_resp': 1 });
  expectWellFormed(recorder, 'near');
  return ear;
}

interface NpmSession {
  on(event: string, listener: (pdu: NpmPdu) => void): void;
  send(pdu: unknown): void;
  deliver_sm(fields: object): void;
  close(): void;
}
interface NpmPdu {
  command: string;
  system_id?: string;
  source_addr: string;
  destination_addr: string;
  esm_class: number;
  data_coding: number;
  short_message: { message: string | Buffer; udh?: Buffer[] };
  response(fields?: object): unknown;
}
interface NpmSmpp {
  createServer(listener: (session: NpmSession) => void): {
    listen(port: number, host: string, done: () => void): void;
    address(): { port: number };
    close(): void;
  };
  PDU: new (command: string, fields: object) => { toBuffer(): Buffer };
}

const noNpm = whyNot('smpp');
describe.skipIf(noNpm !== null)('npm smpp 0.5.1 as a carrier', () => {
  it('reads what we send in every alphabet, and we what it reports and sends', async () => {
    const smpp = createRequire(import.meta.url)('smpp') as NpmSmpp;
    const submits: Submitted[] = [];
    const sessions = new Set<NpmSession>();
    let ids = 0;
    const server = smpp.createServer((session) => {
      sessions.add(session);
      session.on('bind_transceiver', (pdu) => session.send(pdu.response({ system_id: 'npm' })));
      session.on('enquire_link', (pdu) => session.send(pdu.response()));
      session.on('unbind', (pdu) => session.send(pdu.response()));
      session.on('submit_sm', (pdu) => {
        ids += 1;
        const message_id = `0x${ids.toString(16).padStart(6, '0')}`;
        const { source_addr, destination_addr, esm_class, data_coding: coding } = pdu;
        submits.push({
          ...{ source: source_addr, destination: destination_addr, esmClass: esm_class, coding },
          octets: octetsOf(pdu),
        });
        session.send(pdu.response({ message_id }));
        const back = {
          ...{ source_addr_ton: 1, source_addr_npi: 1, source_addr: destination_addr },
          ...{ dest_addr_ton: 1, dest_addr_npi: 1, destination_addr: source_addr },
        };
        const text = `id:${message_id} sub:001 dlvrd:001 submit date:2611212230 done date:2611212231 stat:DELIVRD err:000`;
        session.deliver_sm({ ...back, esm_class: 4, short_message: text, receipted_message_id: message_id });
        if (pdu.short_message.message === 'send one back') {
          session.deliver_sm({ ...back, data_coding: 0, short_message: 'Von npm: äöü €' });
        }
      });
    });
    cleanups.push(() => {
      for (const session of sessions) session.close();
      server.close();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const ear = await walk(server.address().port, () => submits);
    expect(ear.inboundHeard[0]?.content).toMatchObject({ kind: 'text', body: 'Von npm: äöü €' });
  }, 60_000);
});

/** As they were on the wire: it has decoded them already, and knows how to encode them again. */
function octetsOf({ short_message: { message, udh }, data_coding: coding }: NpmPdu): string {
  const { charset } = readDataCoding(coding);
  const text = Buffer.isBuffer(message) ? message : encodeAs(message, charset === 'UCS-2');
  if (!udh || udh.length === 0) return text.toString('hex');
  const elements = Buffer.concat(udh);
  return Buffer.concat([Buffer.of(elements.length), elements, text]).toString('hex');
}

function encodeAs(text: string, wide: boolean): Buffer {
  return wide ? Buffer.from(text, 'utf16le').swap16() : Buffer.from(encodeGsm7(text));
}

const noPerl = whyNot('netSmpp');
describe.skipIf(noPerl !== null)('Net::SMPP as a carrier', () => {
  it('reads what we send in every alphabet, and we what it reports and sends', async () => {
    const port = await freePort();
    const perl = new Program('perl', [join(import.meta.dirname, 'net-smpp-server.pl'), String(port)]);
    cleanups.push(() => perl.end());
    await perl.until(({ facts }) => facts.length > 0);
    const submits = () => perl.facts.filter((fact) => 'octets' in fact) as unknown as Submitted[];
    const ear = await walk(port, submits);
    expect(ear.inboundHeard[0]?.content).toMatchObject({ kind: 'text', body: 'From Perl' });
    await perl.until(({ facts }) => facts.some((fact) => 'unbind' in fact));
    expect(perl.facts).toContainEqual({ bind: 'pidge' });
    const answers = perl.facts.filter((fact) => 'answered' in fact).map(({ answered }) => answered);
    expect(new Set(answers)).toEqual(new Set([0]));
  }, 60_000);
});

const noKannel = whyNot('driveSmpp');
describe.skipIf(noKannel !== null)("Kannel's drive_smpp as a carrier", () => {
  it('gets every message from us, and we every one from it, over a transmitter and a receiver', async () => {
    const count = 200;
    const folder = mkdtempSync(join(tmpdir(), 'pidge-kannel-'));
    cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
    // It speaks to a bearerbox's other side too; there it finds somebody who listens.
    const smsbox = createServer((socket) => socket.resume().on('error', () => undefined));
    const smsboxPort = await new Promise<number>((resolve) => {
      smsbox.listen(0, '127.0.0.1', () => resolve((smsbox.address() as { port: number }).port));
    });
    cleanups.push(() => void smsbox.close());
    const config = join(folder, 'kannel.conf');
    writeFileSync(config, `group = core\nadmin-port = 1\nadmin-password = x\nsmsbox-port = ${smsboxPort}\n`);
    const port = await freePort();
    const args = ['-v', '0', '-p', String(port), '-m', String(count), '-c', config];
    const drive = new Program(programs.driveSmpp ?? '', args, folder);
    cleanups.push(() => drive.end());
    await drive.until(({ said }) => said.includes('accept_thread) maps to pid'));
    const { recorder, connector, ear } = await bindTo(port, { bindMode: 'pair', systemId: 'foo', password: 'bar' });
    const batch = Array.from({ length: count }, (_, index) => submission(`SM${index}`, `message ${index}`));
    const outcomes = await connector.send(batch);
    expect(outcomes.map(({ kind }) => kind)).toEqual(batch.map(() => 'accepted'));
    await until(() => ear.inboundHeard.length === count, LONGER_MS);
    await drive.until(({ said }) => said.includes('ESME has submitted all messages to SMSC.'));
    const heard = [...drive.said.matchAll(/short_message = <(.*)>/g)].map(([, text]) => text);
    expect(heard).toEqual(batch.map((_, index) => `message ${index}`));
    await until(() => recorder.commands['out deliver_sm_resp'] === count);
    expectWellFormed(recorder, 'near');
  }, 60_000);
});
