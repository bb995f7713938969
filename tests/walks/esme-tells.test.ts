/** What ESMEs are told when all does not go well: away, busy, silent, on another bind; and what comes in for them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Client } from '../helpers/client.ts';
import { Esme, PHONE } from '../helpers/esme.ts';
import { startEsmePidge } from '../helpers/esme-pidge.ts';
import { TestPhone } from '../helpers/phone.ts';
import type { TestPidge } from '../helpers/pidge.ts';

let pidge: TestPidge;
let port: number;
let client: Client;
const open: Esme[] = [];

async function start(options: Parameters<typeof startEsmePidge>[0] = {}): Promise<void> {
  ({ pidge, port } = await startEsmePidge(options));
  client = new Client(pidge.origin, pidge.account);
}
async function bound(role: 'transceiver' | 'transmitter' | 'receiver' = 'transceiver'): Promise<Esme> {
  const esme = await Esme.bound(port, 'acme', 'secret08', role);
  open.push(esme);
  return esme;
}
afterEach(async () => {
  for (const esme of open.splice(0)) esme.drop();
  await client.close();
  expect(await pidge.running.store.verify()).toEqual([]);
  await pidge.close();
});

describe('a receipt', () => {
  beforeEach(() => start());

  it('waits while nobody is bound, and then comes once', async () => {
    const first = await bound('transmitter');
    const answer = await first.submit('Hello');
    await pidge.until(async () => (await fetch(answer?.messageId ?? '')).status === 'delivered');
    const second = await bound('receiver');
    await pidge.until(async () => second.receipts.length === 1);
    expect(second.receipts[0]?.id).toBe(answer?.messageId);
    await pidge.running.engine.idle();
    const third = await bound('receiver');
    await pidge.running.engine.idle();
    expect([...second.receipts, ...third.receipts]).toHaveLength(1);
  });

  it('that is answered with a passing error comes again, with one for good no more', async () => {
    const esme = await bound();
    esme.onDeliver = () => (esme.delivered.length === 1 ? 0x64 : 0);
    await esme.submit('Busy once');
    await pidge.until(async () => esme.delivered.length === 2);
    esme.onDeliver = () => 0x65;
    const refused = await esme.submit('Refused');
    await pidge.until(async () => esme.delivered.length === 3);
    await pidge.running.engine.idle();
    const attempts = await pidge.running.store.attempts({
      accountSid: pidge.account.sid,
      messageSid: refused?.messageId,
      limit: 10,
    });
    expect(attempts).toMatchObject([
      { decision: 'gave_up', error: 'ESME_RX_P_APPN', request: { method: 'DELIVER_SM' } },
    ]);
  });

  it('cut off before its answer comes again on another bind', async () => {
    const first = await bound();
    first.onDeliver = () => {
      first.drop();
      return null;
    };
    const answer = await first.submit('Hello');
    await pidge.until(async () => first.isClosed);
    const second = await bound();
    await pidge.until(async () => second.receipts.length === 1);
    expect(second.receipts[0]?.id).toBe(answer?.messageId);
  });

  it('and what stands before it come in order, one after the other was taken', async () => {
    const esme = await bound();
    esme.onDeliver = () => (esme.delivered.length < 2 ? 0x14 : 0);
    await esme.submit('In order', { registeredDelivery: 0x11 });
    await pidge.until(async () => esme.receipts.some(({ stateWord }) => stateWord === 'DELIVRD'));
    expect(esme.receipts.map(({ stateWord }) => stateWord)).toEqual(['ENROUTE', 'ENROUTE', 'DELIVRD']);
  });
});

describe('with a clock that is wound', () => {
  beforeEach(() =>
    start({
      clock: 'hand-wound',
      change: (config) => {
        config.inbound.partsWaitMs = 2_000;
      },
    }),
  );

  it('what nobody takes for a day is given up, and can be replayed', async () => {
    const esme = await bound('transmitter');
    const answer = await esme.submit('Nobody listens', { registeredDelivery: 0x11 });
    const messageSid = answer?.messageId ?? '';
    esme.drop();
    await pidge.wind(async () => (await fetch(messageSid)).status === 'delivered');
    pidge.advance(24 * 3_600_000);
    const { store } = pidge.running;
    const attempts = () =>
      store.attempts({ accountSid: pidge.account.sid, messageSid, decision: 'gave_up', limit: 10 });
    for (let step = 0; step < 600 && (await attempts()).length < 2; step += 1) {
      pidge.advance(1_000);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect((await attempts()).map(({ payload }) => payload.status)).toEqual(['delivered', 'sent']);
    const [last] = await attempts();
    await store.replayCallback(pidge.account.sid, last?.id ?? 0, pidge.now());
    const late = await bound('receiver');
    await pidge.wind(async () => late.receipts.length === 1);
    expect(late.receipts).toMatchObject([{ id: messageSid, stateWord: 'DELIVRD' }]);
  });

  it('a long message of which a part never comes fails with 30036, and says so of those that came', async () => {
    const esme = await bound();
    const part = Buffer.concat([Buffer.from([5, 0, 3, 1, 2, 1]), Buffer.from('Half a message')]);
    const answer = await esme.submit('', { esmClass: 0x40, shortMessage: part });
    expect(answer?.messageId).toMatch(/^SM[0-9a-f]{32}-1$/);
    await pidge.wind(async () => esme.receipts.length === 1);
    expect(esme.receipts[0]).toMatchObject({ id: answer?.messageId, stateWord: 'EXPIRED', err: '036' });
    const message = await fetch(answer?.messageId.slice(0, -2) ?? '');
    expect(message).toMatchObject({ status: 'failed', error_code: 30036, body: 'Half a message' });
  });
});

describe('a message that comes in', () => {
  beforeEach(async () => {
    await start();
    await pidge.addSender({ address: '+12125550141', properties: { sms_url: 'smpp:acme' } });
  });

  it('for a number whose webhook is an ESME is brought to it, and received when that has taken it', async () => {
    const esme = await bound();
    let answer: (() => void) | null = null;
    esme.onDeliver = ({ sequence }) => {
      answer = () => esme.write({ command: 'deliver_sm_resp', sequence, commandStatus: 0 });
      return null;
    };
    await say('Hi there');
    await pidge.until(async () => answer !== null);
    expect(await inbound()).toMatchObject([{ status: 'receiving', body: 'Hi there' }]);
    expect(esme.delivered[0]).toMatchObject({
      esmClass: 0,
      sourceAddr: PHONE.slice(1),
      destinationAddr: '12125550141',
    });
    expect(Buffer.from(esme.delivered[0]?.shortMessage ?? []).toString()).toBe('Hi there');
    (answer as (() => void) | null)?.();
    await pidge.until(async () => (await inbound())[0].status === 'received');
  });

  it('and is long comes in parts with headers; while nobody is bound it waits', async () => {
    const text = 'Ein längerer Text als in eine SMS passt. '.repeat(8);
    await say(text);
    expect(await inbound()).toMatchObject([{ status: 'receiving' }]);
    const esme = await bound();
    await pidge.until(async () => (await inbound())[0].status === 'received');
    expect(esme.delivered).toHaveLength(3);
    expect(esme.delivered.map(({ esmClass, shortMessage }) => [esmClass, shortMessage[4], shortMessage[5]])).toEqual([
      [0x40, 3, 1],
      [0x40, 3, 2],
      [0x40, 3, 3],
    ]);
  });

  it('can be asked for by REST, and a phone of the test side is told when it was taken', async () => {
    const numbers = `${client.base}/IncomingPhoneNumbers`;
    const { sid } = (await client.call('GET', `${numbers}.json?PhoneNumber=%2B12125550141`)).json
      .incoming_phone_numbers[0];
    const set = (SmsUrl: string) => client.call('POST', `${numbers}/${sid}.json`, { form: { SmsUrl } });
    expect((await set('')).json.sms_url).toBe('');
    for (const wrong of ['smpp:', 'SMPP:acme', 'smpp:acme?id=SM1', 'smpp:not a name']) {
      const allowed = 'an absolute http or https URL, or smpp:SYSTEM_ID';
      expect((await set(wrong)).json).toMatchObject({ code: 21402, details: { allowed } });
    }
    expect((await set('smpp:acme')).json.sms_url).toBe('smpp:acme');
    const esme = await bound();
    const { status } = await new TestPhone(client, PHONE).send({ body: 'Waited for', to: '+12125550141' });
    expect(status).toBe(201);
    expect(esme.delivered).toHaveLength(1);
    expect(await inbound()).toMatchObject([{ status: 'received' }]);
  });

  it('for a number whose ESME is of another account is told to nobody', async () => {
    await pidge.addSender({ address: '+12125550142', owner: 'stranger', properties: { sms_url: 'smpp:acme' } });
    const esme = await bound();
    await say('Not yours', '+12125550142');
    await pidge.running.engine.idle();
    expect(esme.delivered).toEqual([]);
  });

  const say = (body: string, to = '+12125550141') => new TestPhone(client, PHONE).send({ body, to, wait: false });
  const inbound = async () =>
    (await client.call('GET', `${client.base}/Messages.json?To=%2B12125550141`)).json.messages;
});

const fetch = async (sid: string) => (await client.call('GET', `${client.base}/Messages/${sid}.json`)).json;
