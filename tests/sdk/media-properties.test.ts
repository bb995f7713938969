/** Every property and parameter of media and feedback, through the official SDK. */
import twilio from 'twilio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MediaHost } from '../helpers/media-host.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { expectKinds, expectWhole, type Kinds } from '../helpers/sdk-types.ts';

const FILE = 'api/v2010/account/message';

const MEDIUM: Kinds = {
  accountSid: 'string',
  contentType: 'string',
  dateCreated: 'Date',
  dateUpdated: 'Date',
  parentSid: 'string',
  sid: 'string',
  uri: 'string',
};

const FEEDBACK: Kinds = {
  accountSid: 'string',
  messageSid: 'string',
  outcome: 'string',
  dateCreated: 'Date',
  dateUpdated: 'Date',
  uri: 'string',
};

describe('what belongs to a message, through the official SDK', () => {
  let pidge: TestPidge;
  let host: MediaHost;
  let client: twilio.Twilio;

  beforeAll(async () => {
    host = await new MediaHost().start();
    pidge = await startTestPidge();
    client = twilio(pidge.account.sid, pidge.account.token);
    client.api.baseUrl = pidge.origin;
  });
  afterAll(async () => {
    await pidge.close();
    await host.stop();
  });

  /** A delivered message with two pictures. */
  const sendPictures = async () => {
    const mediaUrl = [host.picture('one'), host.picture('two')];
    const { sid } = await client.messages.create({ to: '+12025550101', from: '+12025550100', mediaUrl });
    await pidge.until(async () => (await client.messages(sid).fetch()).status === 'delivered');
    return sid;
  };

  it('are media with every property, listed, fetched and removed', async () => {
    expectWhole(MEDIUM, `${FILE}/media`, 'MediaInstance');
    const message = await sendPictures();
    const { media } = client.messages(message);
    const [medium, other] = await media.list();
    if (!medium || !other) throw new Error('the media are not listed');
    expectKinds(medium, MEDIUM);
    const path = `/2010-04-01/Accounts/${pidge.account.sid}/Messages/${message}/Media/${medium.sid}`;
    expect(medium).toMatchObject({
      accountSid: pidge.account.sid,
      parentSid: message,
      contentType: 'image/png',
      sid: expect.stringMatching(/^ME[0-9a-f]{32}$/),
      uri: `${path}.json`,
    });
    expect((await media(medium.sid).fetch()).toJSON()).toEqual(medium.toJSON());
    expect(await media(medium.sid).remove()).toBe(true);
    const gone = await media(medium.sid)
      .fetch()
      .catch((error: unknown) => error);
    expect(gone).toMatchObject({ status: 404, code: 20404 });
    expect((await media.list()).map(({ sid }) => sid)).toEqual([other.sid]);
    expect((await client.messages(message).fetch()).numMedia).toBe('2');
  });

  it('are media listed with every parameter that the SDK knows', async () => {
    const { media } = client.messages(await sendPictures());
    const createdAt = (await media.list())[0]?.dateCreated.getTime() ?? 0;
    const today = new Date(new Date(createdAt).toISOString().slice(0, 10));
    const lists = {
      dateCreated: [today, new Date('2020-01-01T00:00:00Z')],
      dateCreatedBefore: [new Date(createdAt + 5_000), new Date('2020-01-01T00:00:00Z')],
      dateCreatedAfter: [new Date(createdAt - 5_000), new Date(createdAt + 3_600_000)],
    };
    expectWhole({ ...lists, pageSize: 1, limit: 1 }, `${FILE}/media`, 'MediaListInstanceOptions');
    for (const [name, dates] of Object.entries(lists)) {
      const counts = dates.map(async (date) => (await media.list({ [name]: date })).length);
      expect([name, ...(await Promise.all(counts))]).toEqual([name, 2, 0]);
    }
    const first = await media.page({ pageSize: 1 });
    expect([first.instances.length, (await first.nextPage())?.instances.length]).toEqual([1, 1]);
    expect(first.nextPageUrl).toMatch(/Page=1&PageToken=PAME[0-9a-f]{32}$/);
    expect(await media.list({ limit: 1 })).toHaveLength(1);
  });

  it('is feedback with every property and parameter', async () => {
    expectWhole(FEEDBACK, `${FILE}/feedback`, 'FeedbackInstance');
    expectWhole({ outcome: '' }, `${FILE}/feedback`, 'FeedbackListInstanceCreateOptions');
    const given = { to: '+12025550101', from: '+12025550100', body: 'Your code is 249205', provideFeedback: true };
    const { sid } = await client.messages.create(given);
    const feedback = await client.messages(sid).feedback.create({ outcome: 'confirmed' });
    expectKinds(feedback, FEEDBACK);
    expect(feedback).toMatchObject({ outcome: 'confirmed', messageSid: sid, accountSid: pidge.account.sid });
    const wrong = await client
      .messages(sid)
      .feedback.create({ outcome: 'arrived' as 'confirmed' })
      .catch((error: unknown) => error);
    expect(wrong).toMatchObject({ status: 400, code: 20001 });
  });
});
