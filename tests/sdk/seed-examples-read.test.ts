/**
 * The requests of the seed documents that read, redact and delete, as curl and as the official SDK send them, with
 * dates moved to where we are. What else is in the documents is in `seed-examples.test.ts`.
 */
import twilio from 'twilio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '../helpers/client.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { expectMessage, LIST_KEYS, MESSAGE_KEYS, RFC_2822 } from '../helpers/seed-answers.ts';

const DAY_MS = 86_400_000;

describe('the examples of the seed documents about messages that were sent', () => {
  let sid: string;
  let failed: string;
  const filtered = { to: '+15558675310', from: '+15017122661' };

  let pidge: TestPidge;
  let raw: Client;
  let sdk: twilio.Twilio;

  const get = (path: string) => raw.call('GET', raw.base + path);
  const post = (path: string, form: Record<string, string>) => raw.call('POST', raw.base + path, { form });
  const today = () => new Date(new Date().toISOString().slice(0, 10));
  const over = (one: string) =>
    pidge.until(async () => ['delivered', 'undelivered', 'failed'].includes((await sdk.messages(one).fetch()).status));

  beforeAll(async () => {
    pidge = await startTestPidge();
    raw = new Client(pidge.origin, pidge.account);
    sdk = twilio(pidge.account.sid, pidge.account.token);
    sdk.api.baseUrl = pidge.origin;
    for (const address of ['+15017122661', '+12019235161']) await pidge.addSender({ address, rate: 0 });
    sid = (await sdk.messages.create({ ...filtered, body: 'testing' })).sid;
    failed = (await sdk.messages.create({ to: '+15005530007', from: '+12019235161', body: 'testing' })).sid;
    for (let count = 0; count < 2; count += 1) await sdk.messages.create({ ...filtered, body: 'testing' });
    const all = await sdk.messages.list({ to: filtered.to, from: filtered.from });
    for (const one of [...all.map((message) => message.sid), failed]) await over(one);
  });
  afterAll(async () => {
    await raw.close();
    await pidge.close();
  });

  it('000 001 002 004: a message is fetched', async () => {
    const feedback = `${raw.base}/Messages/${sid}/Feedback.json`;
    const answer = await get(`/Messages/${sid}.json`);
    expectMessage(raw, answer, 200, {
      body: 'testing',
      direction: 'outbound-api',
      num_media: '0',
      num_segments: '1',
      price: expect.stringMatching(/^-0\.\d{5}$/),
      date_sent: expect.stringMatching(RFC_2822),
      subresource_uris: { media: `${raw.base}/Messages/${sid}/Media.json`, feedback },
    });
    expect((await sdk.messages(sid).fetch()).to).toBe(filtered.to);
    const shown = { error_code: 30007, error_message: 'Carrier violation', from: '+12019235161' };
    expectMessage(raw, await get(`/Messages/${failed}.json`), 200, shown);
  });

  it('000 001 002 004: all messages are listed', async () => {
    const { status, json } = await get('/Messages.json?PageSize=2');
    expect(status).toBe(200);
    expect(Object.keys(json).sort()).toEqual(LIST_KEYS);
    expect(json).toMatchObject({ page: 0, page_size: 2, start: 0, end: 1, previous_page_uri: null });
    for (const message of json.messages) expect(Object.keys(message).sort()).toEqual(MESSAGE_KEYS);
    const listed = await sdk.messages.list({ limit: 20 });
    expect(listed.map(({ body }) => body)).toContain('testing');
    const sentAt = listed.map(({ dateSent, dateCreated }) => (dateSent ?? dateCreated).getTime());
    expect(sentAt).toEqual([...sentAt].sort((one, other) => other - one));
  });

  it('000 001 002 004: messages of a day, from and to one number, are listed', async () => {
    const sids = async (dateSent: Date) =>
      (await sdk.messages.list({ dateSent, ...filtered, limit: 20 })).map((one) => one.sid);
    expect(await sids(today())).toHaveLength(3);
    expect(await sids(new Date('2016-08-31 00:00:00'))).toEqual([]);
    const query = new URLSearchParams({
      DateSent: new Date().toISOString().slice(0, 10),
      From: filtered.from,
      To: filtered.to,
      PageSize: '20',
    });
    expect((await get(`/Messages.json?${query}`)).json.messages).toHaveLength(3);
  });

  it('000 001 002 004: messages sent before a date are listed', async () => {
    const find = (dateSentBefore: Date) => sdk.messages.list({ dateSentBefore, limit: 20 });
    expect(await find(new Date('2019-03-01 00:00:00'))).toEqual([]);
    expect((await find(new Date(Date.now() + DAY_MS))).map((one) => one.sid)).toContain(sid);
    const { json } = await get('/Messages.json?DateSent%3C=2019-03-01T00%3A00%3A00Z&PageSize=20');
    expect(json.messages).toEqual([]);
  });

  it('000 001 002 004: messages within a period are listed', async () => {
    const find = (dateSentAfter: Date, dateSentBefore: Date) =>
      sdk.messages.list({ dateSentBefore, dateSentAfter, limit: 20 });
    expect(await find(new Date('2021-01-15 01:23:45'), new Date('2021-01-17 01:23:45'))).toEqual([]);
    const around = await find(new Date(Date.now() - DAY_MS), new Date(Date.now() + DAY_MS));
    expect(around.map((one) => one.sid)).toContain(sid);
    const period = 'DateSent%3E=2021-01-15T01%3A23%3A45Z&DateSent%3C=2021-01-17T01%3A23%3A45Z';
    expect((await get(`/Messages.json?${period}`)).json.messages).toEqual([]);
  });

  it('004: addresses of pages repeat the filters as the documents show them', async () => {
    const query = `To=%2B123456789&From=%2B987654321&DateSent%3E=2008-01-02&PageSize=2&Page=0`;
    const { json } = await get(`/Messages.json?${query}`);
    const uri = `${raw.base}/Messages.json?${query}`;
    expect([json.uri, json.first_page_uri, json.previous_page_uri]).toEqual([uri, uri, null]);
    const shown = `To=%2B15558675310&From=%2B15017122661&DateSent%3E=2008-01-02&PageSize=2`;
    const first = (await get(`/Messages.json?${shown}&Page=0`)).json;
    const token = `PA${first.messages[1].sid}`;
    expect(first.next_page_uri).toBe(`${raw.base}/Messages.json?${shown}&Page=1&PageToken=${token}`);
  });

  it('000 001 002 004: the body of a message is redacted', async () => {
    const { sid: one } = await sdk.messages.create({ ...filtered, body: 'secret' });
    await over(one);
    expectMessage(raw, await post(`/Messages/${one}.json`, { Body: '' }), 200, {
      body: '',
      direction: 'outbound-api',
      error_code: null,
      num_media: '0',
      num_segments: '1',
      tags: {},
    });
    expect((await sdk.messages(one).update({ body: '' })).to).toBe(filtered.to);
  });

  it('000 001 002 004: a message is deleted', async () => {
    const made = await Promise.all([1, 2].map(() => sdk.messages.create({ ...filtered, body: 'to go' })));
    for (const one of made) await over(one.sid);
    const [byCurl, bySdk] = made;
    const answer = await raw.call('DELETE', `${raw.base}/Messages/${byCurl?.sid}.json`);
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect(await sdk.messages(bySdk?.sid ?? '').remove()).toBe(true);
    expect((await get(`/Messages/${bySdk?.sid}.json`)).status).toBe(404);
  });
});
