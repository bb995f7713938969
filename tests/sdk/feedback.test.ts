/** MessageFeedback through the official SDK, every property and refusal of seed 003. */
import twilio from 'twilio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '../helpers/client.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';

describe('feedback about a message', () => {
  let pidge: TestPidge;
  let client: twilio.Twilio;
  let raw: Client;

  beforeAll(async () => {
    pidge = await startTestPidge();
    client = twilio(pidge.account.sid, pidge.account.token);
    client.api.baseUrl = pidge.origin;
    raw = new Client(pidge.origin, pidge.account);
  });
  afterAll(async () => {
    await raw.close();
    await pidge.close();
  });

  const send = (provideFeedback?: boolean) =>
    client.messages.create({ to: '+12025550101', from: '+12025550100', body: 'Your code is 249205', provideFeedback });
  const path = (sid: string) => `${raw.base}/Messages/${sid}/Feedback`;

  it('is a record since the message was created, and becomes confirmed', async () => {
    const message = await send(true);
    const feedback = await client.messages(message.sid).feedback.create({ outcome: 'confirmed' });
    expect(feedback.toJSON()).toEqual({
      accountSid: pidge.account.sid,
      messageSid: message.sid,
      outcome: 'confirmed',
      dateCreated: message.dateCreated,
      dateUpdated: expect.any(Date),
      uri: `${path(message.sid)}.json`,
    });
    const again = await client.messages(message.sid).feedback.create({ outcome: 'unconfirmed' });
    expect(again.outcome).toBe('unconfirmed');
    expect(again.dateCreated).toEqual(message.dateCreated);
  });

  it('is unconfirmed until something else is said, and keeps what was said', async () => {
    const { sid } = await send(true);
    expect((await client.messages(sid).feedback.create()).outcome).toBe('unconfirmed');
    await client.messages(sid).feedback.create({ outcome: 'confirmed' });
    expect((await client.messages(sid).feedback.create()).outcome).toBe('confirmed');
  });

  it('is taken for a message sent without ProvideFeedback', async () => {
    const { sid } = await send();
    const answer = await raw.call('POST', `${path(sid)}.json`, { form: { Outcome: 'confirmed' } });
    expect([answer.status, answer.json.outcome]).toEqual([200, 'confirmed']);
  });

  it('has its address among the subresources of a message, but not of a fresh one', async () => {
    const message = await send(true);
    expect(message.subresourceUris.feedback).toBeUndefined();
    const fetched = await client.messages(message.sid).fetch();
    expect(fetched.subresourceUris.feedback).toBe(`${path(message.sid)}.json`);
    // Lists are ordered by the hour of sending, and others may have been sent since.
    const listed = (await client.messages.list({ limit: 100 })).find(({ sid }) => sid === message.sid);
    expect(listed?.subresourceUris.feedback).toBe(`${path(message.sid)}.json`);
  });

  it('answers as XML too', async () => {
    const { sid } = await send();
    const answer = await raw.call('POST', path(sid), { form: { Outcome: 'confirmed' } });
    expect(answer.status).toBe(200);
    expect(answer.text).toContain(`<MessageFeedback><AccountSid>${pidge.account.sid}</AccountSid>`);
    expect(answer.text).toContain(`<Outcome>confirmed</Outcome>`);
    expect(answer.text).toContain(`<Uri>${path(sid)}</Uri>`);
  });

  it('goes with its message', async () => {
    const { sid } = await send(true);
    await client.messages(sid).feedback.create({ outcome: 'confirmed' });
    await pidge.until(async () => (await client.messages(sid).fetch()).status === 'delivered');
    await client.messages(sid).remove();
    expect(await pidge.running.store.document(pidge.account.sid, 'feedback', sid)).toBeNull();
    await expect(client.messages(sid).feedback.create()).rejects.toMatchObject({ status: 404, code: 20404 });
  });

  it('of no message is 404, and an outcome of no known value 400', async () => {
    const nobody = `SM${'0'.repeat(32)}`;
    expect(await raw.call('POST', `${path(nobody)}.json`)).toMatchObject({ status: 404, json: { code: 20404 } });
    const { sid } = await send(true);
    const refused = await raw.call('POST', `${path(sid)}.json`, { form: { Outcome: 'arrived' } });
    expect(refused).toMatchObject({ status: 400, json: { code: 20001 } });
    expect(refused.json.details).toMatchObject({
      parameter: 'Outcome',
      received: 'arrived',
      allowed: 'confirmed, unconfirmed',
    });
    expect(await raw.call('GET', `${path(sid)}.json`)).toMatchObject({ status: 405, json: { code: 20004 } });
  });
});
