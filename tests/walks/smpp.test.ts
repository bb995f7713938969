/** Messages out and in over HTTP, with a carrier that speaks SMPP on a socket behind them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SmppConnector } from '../../src/connectors/smpp/connector.ts';
import { SMPP_DEFAULTS } from '../../src/connectors/smpp/settings.ts';
import { realClock } from '../../src/domain/clock.ts';
import type { PidgeEvent } from '../../src/domain/events.ts';
import { Smsc } from '../../src/simulator/smsc.ts';
import { Client } from '../helpers/client.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { until } from '../helpers/smpp.ts';

const NUMBER = '+12125550140';
const PHONE = '+12025550101';

describe('with a carrier over SMPP', () => {
  let smsc: Smsc;
  let pidge: TestPidge;
  let client: Client;

  beforeEach(async () => {
    smsc = new Smsc({ clock: realClock });
    const port = await smsc.listen();
    const settings = { ...SMPP_DEFAULTS, host: '127.0.0.1', port, systemId: 'pidge', password: 'secret08' };
    pidge = await startTestPidge({
      connectors: ({ clock }) => [
        new SmppConnector({ name: 'acme', settings: { ...settings, reconnectMs: 50 }, clock, random: Math.random }),
      ],
    });
    client = new Client(pidge.origin, pidge.account);
    await pidge.addSender({ address: NUMBER });
    await until(() => smsc.bound === 1);
  });
  afterEach(async () => {
    await client.close();
    await pidge.close();
    await smsc.close();
  });

  const create = async (Body: string) =>
    (await client.call('POST', `${client.base}/Messages.json`, { form: { From: NUMBER, To: PHONE, Body } })).json
      .sid as string;
  const statusOf = async (sid: string) => (await client.call('GET', `${client.base}/Messages/${sid}.json`)).json;

  it('a message is sent and delivered, though its receipt overtakes the answer', async () => {
    smsc.script.submit = () => ({ id: 'AB01', afterMs: 40, receipts: [{ id: '00043777', overtakes: true }] });
    const sid = await create('Hello over SMPP');
    await pidge.until(async () => (await statusOf(sid)).status === 'delivered');
    expect(Buffer.from(smsc.submits[0]?.shortMessage ?? []).toString()).toBe('Hello over SMPP');
  });

  it('a message of several parts is undelivered as soon as one of them is', async () => {
    smsc.script.submit = (_, number) => ({ receipts: number === 2 ? [{ stat: 'UNDELIV', err: '001' }] : [{}] });
    const sid = await create('long '.repeat(70));
    await pidge.until(async () => (await statusOf(sid)).status === 'undelivered');
    expect(await statusOf(sid)).toMatchObject({ error_code: 30005, num_segments: '3' });
    expect(smsc.submits).toHaveLength(3);
  });

  it('a later part that is refused makes it undelivered, a first one failed', async () => {
    smsc.script.submit = (_, number) => (number === 2 || number === 4 ? { commandStatus: 0x65 } : {});
    const later = await create('long '.repeat(70));
    await pidge.until(async () => (await statusOf(later)).status === 'undelivered');
    expect(await statusOf(later)).toMatchObject({ error_code: 30007 });
    const first = await create('Short');
    await pidge.until(async () => (await statusOf(first)).status === 'failed');
  });

  it('what waits while the carrier is away is sent once it is back', async () => {
    smsc.drop();
    smsc.script.bind = (_, number) => (number < 4 ? 'drop' : 0);
    const sid = await create('Patience');
    await pidge.until(async () => (await statusOf(sid)).status === 'delivered');
    expect(smsc.submits).toHaveLength(1);
  });

  it('a message that comes in is in the list, and the carrier was answered after that', async () => {
    const status = await smsc.deliver({
      sourceAddrTon: 1,
      sourceAddr: PHONE.slice(1),
      destAddrTon: 1,
      destinationAddr: NUMBER.slice(1),
      shortMessage: Buffer.from('Hi there'),
    });
    expect(status).toBe(0);
    const { json } = await client.call('GET', `${client.base}/Messages.json`);
    expect(json.messages).toMatchObject([{ direction: 'inbound', from: PHONE, to: NUMBER, body: 'Hi there' }]);
  });
});

it('a carrier that is away for ten minutes makes no message fail', async () => {
  const smsc = new Smsc({ clock: realClock });
  const port = await smsc.listen();
  await smsc.close();
  const settings = { ...SMPP_DEFAULTS, host: '127.0.0.1', port, systemId: 'pidge', password: 'secret08' };
  const pidge = await startTestPidge({
    clock: 'hand-wound',
    connectors: ({ clock }) => [new SmppConnector({ name: 'acme', settings, clock, random: () => 0.5 })],
  });
  const client = new Client(pidge.origin, pidge.account);
  await pidge.addSender({ address: NUMBER });
  const sids: string[] = [];
  for (let index = 0; index < 5; index += 1) {
    const form = { From: NUMBER, To: PHONE, Body: `Number ${index}` };
    sids.push((await client.call('POST', `${client.base}/Messages.json`, { form })).json.sid);
  }
  const statuses = async () => {
    const { json } = await client.call('GET', `${client.base}/Messages.json`);
    return new Set(json.messages.map(({ status }: { status: string }) => status));
  };
  for (let step = 0; step < 300; step += 1) {
    pidge.advance(2_000);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  expect([...(await statuses())]).not.toContain('failed');
  expect(smsc.submits).toHaveLength(0);
  await smsc.listen(port);
  await pidge.wind(async () => [...(await statuses())].join() === 'delivered');
  expect(smsc.submits).toHaveLength(sids.length);
  await client.close();
  // Stopping waits on the same clock.
  const closed = pidge.close();
  await Promise.race([closed, pidge.wind(async () => smsc.bound === 0)]);
  await closed;
  await smsc.close();
}, 60_000);

it('a connector of the settings is bound by serve, watched by events, and its password is in none', async () => {
  const smsc = new Smsc({ clock: realClock });
  const smpp = {
    ...SMPP_DEFAULTS,
    host: '127.0.0.1',
    port: await smsc.listen(),
    systemId: 'pidge',
    password: 'secret08',
  };
  const events: PidgeEvent[] = [];
  const pidge = await startTestPidge({
    change: (config) => {
      config.mode = 'serve';
      config.connectors = [{ kind: 'smpp', name: 'acme', smpp }];
    },
    observe: (event) => void events.push(event),
  });
  const client = new Client(pidge.origin, pidge.account);
  await pidge.addSender({ address: NUMBER });
  await until(() => smsc.bound === 1);
  const form = { From: NUMBER, To: PHONE, Body: 'Hello' };
  const { json } = await client.call('POST', `${client.base}/Messages.json`, { form });
  await pidge.until(
    async () => (await client.call('GET', `${client.base}/Messages/${json.sid}.json`)).json.status === 'delivered',
  );
  expect(events).toContainEqual(expect.objectContaining({ type: 'connector.bind', connector: 'acme', state: 'bound' }));
  expect(JSON.stringify(events)).not.toContain('secret08');
  await client.close();
  await pidge.close();
  expect(smsc.unbinds).toBe(1);
  await smsc.close();
});
