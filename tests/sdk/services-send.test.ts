/** The official client sends through a service, schedules and calls off, over real HTTP, on the real clock. */
import twilio from 'twilio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { Sink } from '../helpers/sink.ts';

const RestException = twilio.RestException;
const NUMBER = '+13125550110';
const to = '+13125550199';

describe('the official Node SDK', () => {
  let pidge: TestPidge;
  let sink: Sink;
  let client: twilio.Twilio;
  let messagingServiceSid: string;

  beforeAll(async () => {
    sink = await new Sink().start();
    // An hour in this test is a second.
    pidge = await startTestPidge({ change: (config) => (config.limits.scheduleMinLeadMs = 0) });
    client = twilio(pidge.account.sid, pidge.account.token);
    client.api.baseUrl = pidge.origin;
    client.messaging.baseUrl = pidge.origin;
    const service = await client.messaging.v1.services.create({ friendlyName: 'Shop' });
    const number = await client.incomingPhoneNumbers.create({ phoneNumber: NUMBER });
    await client.messaging.v1.services(service.sid).phoneNumbers.create({ phoneNumberSid: number.sid });
    messagingServiceSid = service.sid;
  });
  afterAll(async () => {
    await pidge.close();
    await sink.stop();
  });

  const schedule = (aheadMs: number, extra: object = {}) =>
    client.messages.create({
      to,
      body: 'Hello',
      messagingServiceSid,
      scheduleType: 'fixed',
      sendAt: new Date(Date.now() + aheadMs),
      ...extra,
    });
  const codeOf = (call: Promise<unknown>) =>
    call.then(
      () => null,
      (error: unknown) => (error instanceof RestException ? [error.status, error.code] : error),
    );

  it('sends through a service, which tells of the queue, the sending and the delivery', async () => {
    const statusCallback = `${sink.origin}/s`;
    const message = await client.messages.create({ to, body: 'Hello', messagingServiceSid, statusCallback });
    expect(message).toMatchObject({ status: 'accepted', from: null, numSegments: '0', messagingServiceSid });
    await sink.until(() => sink.statuses(message.sid).length === 3);
    expect(sink.statuses(message.sid)).toEqual(['queued', 'sent', 'delivered']);
    const fetched = await client.messages(message.sid).fetch();
    expect(fetched).toMatchObject({ status: 'delivered', from: NUMBER, numSegments: '1' });
  });

  it('pins a sender of the pool, and no other', async () => {
    const pinned = await client.messages.create({ to, body: 'Hello', messagingServiceSid, from: NUMBER });
    expect(pinned).toMatchObject({ status: 'queued', from: NUMBER, messagingServiceSid });
    const foreign = client.messages.create({ to, body: 'Hello', messagingServiceSid, from: '+12025550100' });
    expect(await codeOf(foreign)).toEqual([400, 21711]);
  });

  it('schedules a message, which leaves at its hour', async () => {
    const at = Date.now() + 1_500;
    const message = await schedule(1_500, { statusCallback: `${sink.origin}/s` });
    expect(message).toMatchObject({ status: 'scheduled', dateSent: null, numSegments: '0' });
    await sink.until(() => sink.statuses(message.sid).length === 3);
    expect(sink.statuses(message.sid)).toEqual(['queued', 'sent', 'delivered']);
    const stored = await pidge.running.store.message(pidge.account.sid, message.sid);
    // The SDK writes whole seconds.
    expect(stored?.sentAt).toBeGreaterThanOrEqual(Math.floor(at / 1_000) * 1_000);
  });

  it('calls a scheduled message off, and no other', async () => {
    const message = await schedule(3_600_000);
    const canceled = await client.messages(message.sid).update({ status: 'canceled' });
    expect(canceled.status).toBe('canceled');
    expect(await codeOf(client.messages(message.sid).update({ status: 'canceled' }))).toEqual([409, 30409]);
  });

  it('is told why a schedule is not taken', async () => {
    expect(await codeOf(schedule(8 * 86_400_000))).toEqual([400, 35114]);
    expect(await codeOf(schedule(60_000, { sendAt: undefined }))).toEqual([400, 35111]);
    expect(await codeOf(schedule(60_000, { messagingServiceSid: undefined, from: NUMBER }))).toEqual([400, 35118]);
    expect(await codeOf(schedule(60_000, { scheduleType: undefined }))).toEqual([400, 35126]);
    expect(await codeOf(schedule(60_000, { messagingServiceSid: `MG${'0'.repeat(32)}` }))).toEqual([404, 21701]);
  });
});
