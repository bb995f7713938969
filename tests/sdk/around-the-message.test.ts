/** What is around a message, through the official client: kinds of accounts, hints, places, fallback senders, prices. */
import twilio from 'twilio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { makeService } from '../helpers/services.ts';

const to = '+12025550101';
const from = '+12025550100';

function clientOf(pidge: TestPidge): twilio.Twilio {
  const client = twilio(pidge.account.sid, pidge.account.token);
  client.api.baseUrl = pidge.origin;
  client.messaging.baseUrl = pidge.origin;
  return client;
}

const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => null,
    (error: unknown) => (error instanceof twilio.RestException ? [error.status, error.code] : error),
  );

describe('the official Node SDK', () => {
  let pidge: TestPidge;
  let client: twilio.Twilio;
  beforeAll(async () => {
    pidge = await startTestPidge({
      change(config) {
        config.simulator.receiptAfterMs = 0;
        config.channels.sessionWindow = 'ignore';
      },
    });
    client = clientOf(pidge);
  });
  afterAll(() => pidge.close());

  const delivered = async (sid: string) => {
    await pidge.until(async () => (await client.messages(sid).fetch()).status === 'delivered');
    return client.messages(sid).fetch();
  };

  it('gives every hint and a place', async () => {
    const message = await client.messages.create({
      to: `whatsapp:${to}`,
      from: `whatsapp:${from}`,
      body: 'Office',
      persistentAction: ['geo:37.787890,-122.391664|375 Beale St'],
      attempt: 2,
      forceDelivery: true,
      riskCheck: 'disable',
      trafficType: 'free',
      messageIntent: 'notifications',
      maxPrice: 0.01,
    });
    expect(await delivered(message.sid)).toMatchObject({ price: '-0.00500', priceUnit: 'USD' });
    const wrong = { to, from, body: 'x', persistentAction: ['geo:200,0'] };
    expect(await codeOf(client.messages.create(wrong))).toEqual([400, 20001]);
  });

  it('falls back from RCS to the sender that was named, and is told when there is nothing to fall back from', async () => {
    const make = (senders: Parameters<typeof makeService>[2]['senders']) =>
      makeService({ store: pidge.running.store, clock: pidge }, pidge.account.sid, { senders });
    const messagingServiceSid = await make([{ address: 'rcs:acme_agent', kind: 'channel' }]);
    const message = await client.messages.create({ to, body: 'Hello', messagingServiceSid, fallbackFrom: from });
    expect((await delivered(message.sid)).from).toBe(from);
    const plain = await make([{ address: '+12025550155' }]);
    const call = client.messages.create({ to, body: 'Hello', messagingServiceSid: plain, fallbackFrom: from });
    expect(await codeOf(call)).toEqual([400, 21667]);
    expect(await codeOf(client.messages.create({ to, from, body: 'Hello', fallbackFrom: from }))).toEqual([400, 21664]);
  });

  it('has a service validate at once', async () => {
    const service = await client.messaging.v1.services.create({ friendlyName: 'Now', synchronousValidation: true });
    expect(service.synchronousValidation).toBe(true);
    const call = client.messages.create({ to, body: 'Hello', messagingServiceSid: service.sid });
    expect(await codeOf(call)).toEqual([400, 21704]);
  });
});

it('the official Node SDK knows a trial account, and verifies whom it writes to', async () => {
  const pidge = await startTestPidge({ change: (config) => (config.auth.accountType = 'trial') });
  const client = clientOf(pidge);
  expect((await client.api.v2010.accounts(pidge.account.sid).fetch()).type).toBe('Trial');
  expect(await codeOf(client.messages.create({ to, from, body: 'Hello' }))).toEqual([400, 21608]);
  await client.validationRequests.create({ phoneNumber: to });
  const { body } = await client.messages.create({ to, from, body: 'Hello' });
  expect(body).toBe('Sent from your Twilio trial account - Hello');
  await pidge.close();
});
