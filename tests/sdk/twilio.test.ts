/** The official client, black box: what an app does, over real HTTP, on the real clock. */
import twilio from 'twilio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { Sink } from '../helpers/sink.ts';

const { validateRequest } = twilio;
const RestException = twilio.RestException;

describe('the official Node SDK', () => {
  let pidge: TestPidge;
  let sink: Sink;
  let client: twilio.Twilio;

  beforeAll(async () => {
    sink = await new Sink().start();
    pidge = await startTestPidge();
    client = twilio(pidge.account.sid, pidge.account.token);
    client.api.baseUrl = pidge.origin;
  });
  afterAll(async () => {
    await pidge.close();
    await sink.stop();
  });

  const send = (extra: Partial<Parameters<twilio.Twilio['messages']['create']>[0]> = {}) =>
    client.messages.create({ to: '+12025550101', from: '+12025550100', body: 'Hello', ...extra });

  it('creates a message that ends delivered, with two signed callbacks in order', async () => {
    const statusCallback = `${sink.origin}/status?shop=1`;
    const message = await send({ statusCallback });
    expect(message.sid).toMatch(/^SM[0-9a-f]{32}$/);
    expect(message.status).toBe('queued');
    expect(message.dateSent).toBeNull();
    expect(message.price).toBeNull();
    expect(message.errorCode).toBeNull();
    await sink.until(() => sink.statuses(message.sid).length === 2);
    expect(sink.statuses(message.sid)).toEqual(['sent', 'delivered']);
    for (const { headers, url, params } of sink.heard) {
      expect(validateRequest(pidge.account.token, String(headers['x-twilio-signature']), url, params)).toBe(true);
      expect(headers['i-twilio-idempotency-token']).toBeTruthy();
    }
    const fetched = await client.messages(message.sid).fetch();
    expect(fetched.status).toBe('delivered');
    expect(fetched.dateSent).toBeInstanceOf(Date);
    expect(Number(fetched.price)).toBeLessThan(0);
    expect(fetched.priceUnit).toBe('USD');
  });

  it('reads every property of the resource, none undefined', async () => {
    const message = await send();
    for (const [name, value] of Object.entries(message.toJSON())) expect([name, value]).not.toEqual([name, undefined]);
    expect(message.messagingServiceSid).toMatch(/^MG[0-9a-f]{32}$/);
    expect(message.numSegments).toBe('1');
    expect(message.numMedia).toBe('0');
    expect(message.direction).toBe('outbound-api');
    expect(message.subresourceUris.media).toBe(
      `/2010-04-01/Accounts/${pidge.account.sid}/Messages/${message.sid}/Media.json`,
    );
  });

  it('pages through 2 500 messages with each and list, and sees every one once', async () => {
    const to = '+12025550177';
    for (let sent = 0; sent < 2_500; sent += 100) {
      await Promise.all(Array.from({ length: 100 }, (_, index) => send({ to, body: `number ${sent + index}` })));
    }
    // Lists are ordered by the hour of sending: what is sent between two pages moves to the front, past the reader.
    await pidge.until(async () => (await pidge.running.store.stats()).sendsDue === 0);
    const seen = new Set<string>();
    for (const message of await client.messages.list({ to, pageSize: 400 })) seen.add(message.sid);
    expect(seen.size).toBe(2_500);
    const few = await client.messages.list({ to, limit: 30, pageSize: 20 });
    expect(few).toHaveLength(30);
    let counted = 0;
    await new Promise<void>((resolve, reject) => {
      client.messages.each({
        to,
        pageSize: 1_000,
        callback: () => {
          counted += 1;
        },
        done: (error?: Error) => (error ? reject(error) : resolve()),
      });
    });
    expect(counted).toBe(2_500);
  }, 60_000);

  it('removes what it walks over, page by page, and leaves nothing behind', async () => {
    const to = '+12025550178';
    await Promise.all(Array.from({ length: 7 }, () => send({ to })));
    const isOver = async () => (await client.messages.list({ to })).every((one) => one.status === 'delivered');
    await pidge.until(isOver);
    for (let page = await client.messages.page({ to, pageSize: 3 }); ; ) {
      for (const { sid } of page.instances) await client.messages(sid).remove();
      if (!page.nextPageUrl) break;
      page = await client.messages.getPage(page.nextPageUrl);
    }
    expect(await client.messages.list({ to })).toEqual([]);
  });

  it('filters by To, From and the three forms of DateSent', async () => {
    const to = '+12025550188';
    const message = await send({ to });
    await pidge.until(async () => (await client.messages(message.sid).fetch()).status === 'delivered');
    const day = 86_400_000;
    const count = async (filter: Parameters<typeof client.messages.list>[0]) =>
      (await client.messages.list(filter)).filter((one) => one.sid === message.sid).length;
    expect(await count({ to })).toBe(1);
    expect(await count({ to, from: '+12025550100' })).toBe(1);
    expect(await count({ to, from: '+15005550006' })).toBe(0);
    expect(await count({ to, dateSent: new Date() })).toBe(1);
    expect(await count({ to, dateSent: new Date(Date.now() - 3 * day) })).toBe(0);
    expect(await count({ to, dateSentAfter: new Date(Date.now() - day) })).toBe(1);
    expect(await count({ to, dateSentAfter: new Date(Date.now() + 2 * day) })).toBe(0);
    expect(await count({ to, dateSentBefore: new Date(Date.now() + day) })).toBe(1);
    expect(await count({ to, dateSentBefore: new Date(Date.now() - 2 * day) })).toBe(0);
  });

  it('redacts with an empty body and removes; a second removal is a RestException 20404', async () => {
    const message = await send({ body: 'a secret' });
    await pidge.until(async () => (await client.messages(message.sid).fetch()).status === 'delivered');
    const redacted = await client.messages(message.sid).update({ body: '' });
    expect(redacted.body).toBe('');
    expect(await client.messages(message.sid).remove()).toBe(true);
    const error = await client
      .messages(message.sid)
      .remove()
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RestException);
    expect(error).toMatchObject({ status: 404, code: 20404 });
  });

  it('throws a RestException with code, message, moreInfo, status and details', async () => {
    const error = await send({ to: 'nobody' }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RestException);
    expect(error).toMatchObject({
      status: 400,
      code: 21211,
      moreInfo: 'https://www.twilio.com/docs/errors/21211',
      details: { parameter: 'To', received: 'nobody' },
    });
  });

  it('refuses wrong credentials as the original does', async () => {
    const stranger = twilio(pidge.account.sid, 'wrong');
    stranger.api.baseUrl = pidge.origin;
    const error = await stranger.messages.list({ limit: 1 }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ status: 401, code: 20003 });
  });

  it('cancelling what is not scheduled is 409 with 30409', async () => {
    const message = await send();
    const error = await client
      .messages(message.sid)
      .update({ status: 'canceled' })
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ status: 409, code: 30409 });
  });

  it('fetches its account and manages its numbers', async () => {
    const account = await client.api.v2010.accounts(pidge.account.sid).fetch();
    expect(account.status).toBe('active');
    const number = await client.incomingPhoneNumbers.create({
      phoneNumber: '+12025550155',
      smsUrl: 'http://127.0.0.1:1/in',
    });
    expect(number.sid).toMatch(/^PN/);
    expect((await send({ from: '+12025550155' })).status).toBe('queued');
    const listed = await client.incomingPhoneNumbers.list({ phoneNumber: '+12025550155' });
    expect(listed.map((one) => one.sid)).toEqual([number.sid]);
    const updated = await client.incomingPhoneNumbers(number.sid).update({ friendlyName: 'Desk' });
    expect(updated.friendlyName).toBe('Desk');
    expect(await client.incomingPhoneNumbers(number.sid).remove()).toBe(true);
    await expect(send({ from: '+12025550155' })).rejects.toMatchObject({ code: 21659 });
  });
});
