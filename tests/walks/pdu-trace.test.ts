/** What goes over SMPP is kept in the trace of its message, shown to its account, and gone with its content. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SmppConnector } from '../../src/connectors/smpp/connector.ts';
import { SMPP_DEFAULTS } from '../../src/connectors/smpp/settings.ts';
import { realClock } from '../../src/domain/clock.ts';
import type { CountedPdus, TraceMode } from '../../src/domain/pdu-trace.ts';
import { Smsc } from '../../src/simulator/smsc.ts';
import { Client } from '../helpers/client.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { until } from '../helpers/smpp.ts';

const NUMBER = '+12125550140';
const PHONE = '+12025550101';
const SECRET = 'secret08';

interface Shown {
  id: number;
  direction: 'in' | 'out';
  command: string;
  sequence: number;
  status: { name: string } | null;
  message_sid: string | null;
  fields: Record<string, unknown>;
  hex: string;
}

let smsc: Smsc;
let pidge: TestPidge;
let client: Client;
let counted: CountedPdus[];

async function start(trace: TraceMode): Promise<void> {
  smsc = new Smsc({ clock: realClock });
  const port = await smsc.listen();
  const settings = { ...SMPP_DEFAULTS, host: '127.0.0.1', port, systemId: 'pidge', password: SECRET, trace };
  counted = [];
  const tell = (one: CountedPdus) => void counted.push(one);
  pidge = await startTestPidge({
    connectors: ({ clock, keepPdu: keep }) => [
      new SmppConnector({ name: 'acme', settings, clock, random: Math.random, trace: { keep, tell } }),
    ],
  });
  client = new Client(pidge.origin, pidge.account);
  await pidge.addSender({ address: NUMBER });
  await until(() => smsc.bound === 1);
}
afterEach(async () => {
  await client.close();
  await pidge.close();
  await smsc.close();
});

const create = async (Body: string) =>
  (await client.call('POST', `${client.base}/Messages.json`, { form: { From: NUMBER, To: PHONE, Body } })).json
    .sid as string;
const reached = (sid: string, status: string) =>
  pidge.until(async () => (await client.call('GET', `${client.base}/Messages/${sid}.json`)).json.status === status);
const own = () => `/_admin/v1/accounts/${pidge.account.sid}`;
const traceOf = async (sid: string): Promise<Shown[]> =>
  (await client.call('GET', `${own()}/messages/${sid}/trace`)).json.pdus;
const logOf = async (query = ''): Promise<Shown[]> =>
  (await client.call('GET', `/_admin/v1/connectors/acme/pdus?limit=1000${query}`)).json.pdus;
const words = (pdus: Shown[]) => pdus.map(({ direction, command }) => `${direction} ${command}`);

/** The trace once it has so many; it is written a moment after the fact. */
async function traceWith(sid: string, count: number): Promise<Shown[]> {
  await pidge.until(async () => (await traceOf(sid)).length >= count);
  return traceOf(sid);
}

describe('with trace = "all"', () => {
  beforeEach(() => start('all'));

  it('a message has each of its PDUs and no other, in the trace of both sides', async () => {
    const first = { id: 'AB01', afterMs: 30, receipts: [{ overtakes: true }] };
    smsc.script.submit = (_, number) => (number === 1 ? first : {});
    const sid = await create('Hello over SMPP');
    await reached(sid, 'delivered');
    const other = await create('Another');
    await reached(other, 'delivered');
    const pdus = await traceWith(sid, 4);
    expect(words(pdus).sort()).toEqual(['in deliver_sm', 'in submit_sm_resp', 'out deliver_sm_resp', 'out submit_sm']);
    expect(new Set(pdus.map((one) => one.message_sid))).toEqual(new Set([sid]));
    const [submit] = pdus;
    expect(submit).toMatchObject({
      fields: { source_addr: NUMBER.slice(1), destination_addr: PHONE.slice(1), text: 'Hello over SMPP' },
      status: null,
    });
    expect(submit?.hex).toContain(Buffer.from('Hello over SMPP').toString('hex'));
    expect(pdus.find(({ command }) => command === 'submit_sm_resp')).toMatchObject({
      sequence: submit?.sequence,
      status: { name: 'ESME_ROK' },
      fields: { message_id: 'AB01' },
    });
    const lab = await client.call('GET', `/_test/v1/default/messages/${sid}/trace`);
    expect(lab.json.pdus).toEqual(pdus);
  });

  it('a long message that comes in has the PDUs of all its parts', async () => {
    const address = { sourceAddrTon: 1, sourceAddr: PHONE.slice(1), destAddrTon: 1, destinationAddr: NUMBER.slice(1) };
    const header = (number: number) => Buffer.from([5, 0, 3, 77, 2, number]);
    for (const number of [1, 2]) {
      const shortMessage = Buffer.concat([header(number), Buffer.from(`part ${number} `)]);
      expect(await smsc.deliver({ ...address, esmClass: 0x40, shortMessage })).toBe(0);
    }
    const { json } = await client.call('GET', `${client.base}/Messages.json?From=${encodeURIComponent(PHONE)}`);
    const [message] = json.messages;
    expect(message.body).toBe('part 1 part 2 ');
    const pdus = await traceWith(message.sid, 4);
    expect(words(pdus).sort()).toEqual([
      'in deliver_sm',
      'in deliver_sm',
      'out deliver_sm_resp',
      'out deliver_sm_resp',
    ]);
    expect(pdus.map(({ fields }) => fields.text).filter(Boolean)).toEqual(['part 1 ', 'part 2 ']);
  });

  it('the log of the connector has its bind without the password, and what nobody owns without text or number', async () => {
    const stray = {
      sourceAddr: PHONE.slice(1),
      destinationAddr: '4412345678',
      shortMessage: Buffer.from('Who is it?'),
    };
    expect(await smsc.deliver(stray)).toBe(0);
    await pidge.until(async () => words(await logOf()).includes('in deliver_sm'));
    const pdus = await logOf();
    expect(words(pdus).slice(0, 2)).toEqual(['out bind_transceiver', 'in bind_transceiver_resp']);
    expect(pdus[0]?.fields).toMatchObject({ system_id: 'pidge', password: '********' });
    const text = JSON.stringify(pdus);
    for (const secret of [SECRET, 'Who is it?', PHONE.slice(1)]) {
      expect(text).not.toContain(secret);
      expect(text).not.toContain(Buffer.from(secret).toString('hex'));
    }
    const after = await logOf(`&after=${pdus[1]?.id}`);
    expect(after[0]?.id).toBe(pdus[2]?.id);
  });

  it('it goes with the content of the message, and what comes later is not kept', async () => {
    const sid = await create('A word that is secret');
    await reached(sid, 'delivered');
    await traceWith(sid, 4);
    expect((await client.call('POST', `${client.base}/Messages/${sid}.json`, { form: { Body: '' } })).status).toBe(200);
    expect(await traceOf(sid)).toEqual([]);
    expect(JSON.stringify(await logOf())).not.toContain('A word that is secret');
    const late = { esmClass: 4, shortMessage: Buffer.from('id:1 stat:DELIVRD err:000 text:A word that is secret') };
    expect(await smsc.deliver({ ...late, sourceAddr: PHONE.slice(1), destinationAddr: NUMBER.slice(1) })).toBe(0);
    await create('The next');
    await pidge.until(async () => JSON.stringify(await logOf()).includes('The next'));
    expect(JSON.stringify(await logOf())).not.toContain('A word that is secret');
  });

  it('a capture is a file of its own, and the answers are those of the API', async () => {
    const sid = await create('Captured');
    await traceWith(sid, 2);
    const file = await fetch(`${pidge.origin}${own()}/messages/${sid}/trace.pcap`, {
      headers: { authorization: `Basic ${btoa(`${pidge.account.sid}:${pidge.account.token}`)}` },
    });
    expect(file.headers.get('content-disposition')).toBe(`attachment; filename="${sid}.pcap"`);
    const bytes = Buffer.from(await file.arrayBuffer());
    expect(bytes.readUInt32LE(0)).toBe(0xa1b2c3d4);
    expect(bytes.includes('Captured')).toBe(true);
    const unknown = await client.call('GET', '/_admin/v1/connectors/nobody/pdus');
    expect([unknown.status, unknown.json.details.allowed]).toEqual([404, 'acme']);
    const bad = await client.call('GET', '/_admin/v1/connectors/acme/pdus?limit=0');
    expect([bad.status, bad.json.code, bad.json.details.parameter]).toEqual([400, 20001, 'limit']);
    const list = await client.call('GET', '/_admin/v1/connectors');
    expect(list.json.connectors).toMatchObject([{ name: 'acme', bound: true }]);
  });
});

describe('with trace = "failures"', () => {
  beforeEach(() => start('failures'));

  it('only what went wrong is kept, whole, and everything is counted', async () => {
    smsc.script.submit = (_, number) => {
      if (number === 1) return {};
      return number === 2 ? { receipts: [{ stat: 'UNDELIV', err: '027' }] } : { commandStatus: 0x0401 };
    };
    const good = await create('Well');
    await reached(good, 'delivered');
    const undelivered = await create('Not there');
    await reached(undelivered, 'undelivered');
    const refused = await create('Refused');
    await reached(refused, 'failed');
    expect(words(await traceWith(undelivered, 4)).sort()).toEqual([
      ...['in deliver_sm', 'in submit_sm_resp', 'out deliver_sm_resp', 'out submit_sm'],
    ]);
    expect((await traceWith(refused, 2)).map(({ status }) => status?.name)).toEqual([undefined, '0x00000401']);
    expect(await traceOf(good)).toEqual([]);
    await pidge.until(async () => counted.some(({ unknown }) => unknown.length > 0));
    const pdus = counted.flatMap((one) => one.pdus);
    expect(pdus.filter(({ command }) => command === 'submit_sm').reduce((sum, { count }) => sum + count, 0)).toBe(3);
    expect(pdus).toContainEqual({ command: 'submit_sm_resp', status: '0x00000401', count: 1 });
    const receipts = counted.flatMap((one) => one.receipts);
    expect(receipts).toContainEqual({ state: 'UNDELIV', err: '027', count: 1 });
  });

  it('a submit that got no answer is kept when its connection is gone', async () => {
    smsc.script.submit = (_, number) => (number === 1 ? { answer: 'silent' } : {});
    const sid = await create('In doubt');
    await until(() => smsc.submits.length === 1);
    smsc.drop();
    expect(words(await traceWith(sid, 1))).toEqual(['out submit_sm']);
  });
});
