/** Every property of a message and every parameter of its create, update and list, through the official SDK. */
import { createRequire } from 'node:module';
import twilio from 'twilio';
import type { MessageListInstanceCreateOptions } from 'twilio/lib/rest/api/v2010/account/message.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MediaHost } from '../helpers/media-host.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { expectKinds, expectWhole, type Kinds } from '../helpers/sdk-types.ts';
import { makeService } from '../helpers/services.ts';
import { Sink } from '../helpers/sink.ts';

const require = createRequire(import.meta.url);
const { ContentCreateRequest, Types } =
  require('twilio/lib/rest/content/v1/content.js') as typeof import('twilio/lib/rest/content/v1/content.js');

type Options = MessageListInstanceCreateOptions;
type Message = Awaited<ReturnType<twilio.Twilio['messages']['create']>>;

const FILE = 'api/v2010/account/message';
const TO = '+12025550101';
const FROM = '+12025550100';
const PACED = '+12025550177';

const MESSAGE: Kinds = {
  body: 'string',
  numSegments: 'string',
  direction: 'string',
  from: 'string?',
  to: 'string',
  dateUpdated: 'Date',
  price: 'string?',
  errorMessage: 'string?',
  uri: 'string',
  accountSid: 'string',
  numMedia: 'string',
  status: 'string',
  messagingServiceSid: 'string',
  sid: 'string',
  dateSent: 'Date?',
  dateCreated: 'Date',
  errorCode: 'number?',
  priceUnit: 'string',
  apiVersion: 'string',
  subresourceUris: 'object',
};

describe('a message through the official SDK', () => {
  let pidge: TestPidge;
  let sink: Sink;
  let host: MediaHost;
  let client: twilio.Twilio;
  let service: string;

  beforeAll(async () => {
    sink = await new Sink().start();
    host = await new MediaHost().start();
    pidge = await startTestPidge({ change: (config) => (config.channels.sessionWindow = 'ignore') });
    await pidge.addSender({ address: PACED, rate: 1 });
    client = twilio(pidge.account.sid, pidge.account.token);
    client.api.baseUrl = pidge.origin;
    client.messaging.baseUrl = pidge.origin;
    client.content.baseUrl = pidge.origin;
    const parts = { store: pidge.running.store, clock: pidge };
    service = await makeService(parts, pidge.account.sid, { senders: [{ address: '+12025550178' }] });
  });
  afterAll(async () => {
    await pidge.close();
    await host.stop();
    await sink.stop();
  });

  const send = (extra: Partial<Options> = {}) =>
    client.messages.create({ to: TO, from: FROM, body: 'Hello', ...extra } as Options);
  const fetch = (sid: string) => client.messages(sid).fetch();
  /** The message when it is over. */
  const over = async ({ sid }: Message) => {
    await pidge.until(async () =>
      ['delivered', 'undelivered', 'failed', 'canceled'].includes((await fetch(sid)).status),
    );
    return fetch(sid);
  };
  const refused = async (extra: Partial<Options>, code: number) =>
    expect(await send(extra).catch((error: unknown) => error)).toMatchObject({ code, status: 400 });
  const heard = async ({ sid }: Message) => {
    await pidge.until(async () => sink.statuses(sid).length > 0);
    return sink.heard.filter(({ params }) => params.MessageSid === sid).map(({ url }) => new URL(url).pathname);
  };
  /** Taken and of no effect: what leaves is what would have left. */
  const ignored = async (extra: Partial<Options>) => {
    const { body, status, numSegments } = await over(await send(extra));
    expect([body, status, numSegments]).toEqual(['Hello', 'delivered', '1']);
  };

  it('has every property, of its type, when it was created and when it is over', async () => {
    expectWhole(MESSAGE, FILE, 'MessageInstance');
    const created = await send();
    expectKinds(created, MESSAGE);
    expect([created.dateSent, created.price, created.errorCode, created.errorMessage]).toEqual([
      null,
      null,
      null,
      null,
    ]);
    const delivered = await over(created);
    expectKinds(delivered, { ...MESSAGE, dateSent: 'Date', price: 'string', from: 'string' });
    const failed = await over(await send({ to: '+15005530007' }));
    expectKinds(failed, { ...MESSAGE, errorCode: 'number', errorMessage: 'string' });
    expect([failed.errorCode, failed.errorMessage]).toEqual([30007, 'Carrier violation']);
    const [listed] = await client.messages.list({ limit: 1 });
    expectKinds(listed as object, MESSAGE);
  });

  /** What each parameter of create does, and what it refuses. */
  const parameters: Record<keyof Required<Options>, () => Promise<void>> = {
    async to() {
      expect((await send({ to: '+12025550102' })).to).toBe('+12025550102');
      await refused({ to: '+1202555' }, 21211);
    },
    async from() {
      expect((await send({ from: '76767' })).from).toBe('76767');
      await refused({ from: '+12025550199' }, 21659);
    },
    async body() {
      expect((await send({ body: 'Grüße 👋' })).body).toBe('Grüße 👋');
      await refused({ body: 'x'.repeat(1_601) }, 21617);
    },
    async messagingServiceSid() {
      const made = await send({ from: undefined, messagingServiceSid: service });
      expect([made.messagingServiceSid, made.status, made.from, made.numSegments]).toEqual([
        service,
        'accepted',
        null,
        '0',
      ]);
      expect(await over(made)).toMatchObject({ from: '+12025550178', numSegments: '1', status: 'delivered' });
      await refused({ messagingServiceSid: 'MG1' }, 21705);
    },
    async statusCallback() {
      expect(await heard(await send({ statusCallback: `${sink.origin}/given` }))).toContain('/given');
      await refused({ statusCallback: '/status' }, 21609);
    },
    async applicationSid() {
      const messageStatusCallback = `${sink.origin}/application`;
      const { sid } = await client.applications.create({ messageStatusCallback });
      expect(await heard(await send({ applicationSid: sid }))).toContain('/application');
      const both = await send({ applicationSid: sid, statusCallback: `${sink.origin}/first` });
      expect(await heard(both)).not.toContain('/application');
      await refused({ applicationSid: `AP${'0'.repeat(32)}` }, 21420);
    },
    maxPrice: () => ignored({ maxPrice: 0.0001 }),
    async provideFeedback() {
      const made = await send({ provideFeedback: true });
      const feedback = await client.messages(made.sid).feedback.create();
      expect([feedback.outcome, feedback.dateCreated]).toEqual(['unconfirmed', made.dateCreated]);
      await refused({ provideFeedback: 'often' as unknown as boolean }, 20001);
    },
    async attempt() {
      await ignored({ attempt: 2 });
      await refused({ attempt: 'first' as unknown as number }, 20001);
    },
    async validityPeriod() {
      // Three segments at one a second: what comes behind them has waited too long by then.
      await send({ from: PACED, body: 'x'.repeat(400) });
      const late = await over(await send({ from: PACED, validityPeriod: 1 }));
      expect([late.status, late.errorCode]).toEqual(['failed', 30036]);
      await refused({ validityPeriod: 36_001 }, 21624);
    },
    async forceDelivery() {
      await ignored({ forceDelivery: true });
      await refused({ forceDelivery: 'please' as unknown as boolean }, 20001);
    },
    async contentRetention() {
      const made = await send({ contentRetention: 'discard' });
      expect(made.body).toBe('Hello');
      expect(await over(made)).toMatchObject({ status: 'delivered', body: '' });
      expect((await over(await send({ contentRetention: 'retain' }))).body).toBe('Hello');
      await refused({ contentRetention: 'keep' as 'retain' }, 30029);
    },
    async addressRetention() {
      const made = await send({ addressRetention: 'obfuscate' });
      expect(made.to).toBe(TO);
      expect(await over(made)).toMatchObject({ to: '+1202555XXXX', from: FROM });
      expect((await over(await send({ addressRetention: 'retain' }))).to).toBe(TO);
      await refused({ addressRetention: 'hide' as 'retain' }, 30030);
    },
    async smartEncoded() {
      const body = `${'x'.repeat(80)}’`;
      expect((await send({ body })).numSegments).toBe('2');
      expect((await send({ body, smartEncoded: true })).numSegments).toBe('1');
      await refused({ smartEncoded: 'perhaps' as unknown as boolean }, 20001);
    },
    async persistentAction() {
      const pier = { from: `whatsapp:${FROM}`, to: `whatsapp:${TO}`, persistentAction: ['geo:37.787,-122.391|Pier'] };
      expect((await over(await send(pier))).status).toBe('delivered');
      await refused({ ...pier, persistentAction: ['geo:north,west'] }, 20001);
    },
    async trafficType() {
      await ignored({ trafficType: 'free' });
      await refused({ trafficType: 'paid' as 'free' }, 20001);
    },
    async shortenUrls() {
      const long = 'Look: https://shop.example/a/very/long/path?with=a&query=too';
      const made = await send({ body: long, from: undefined, messagingServiceSid: service, shortenUrls: true });
      const [, link = ''] = /^Look: (http:\S+\/[0-9A-Za-z]{10})$/.exec(made.body) ?? [];
      const visit = await globalThis.fetch(link, { redirect: 'manual' });
      expect([visit.status, visit.headers.get('location')]).toEqual([302, long.slice('Look: '.length)]);
      await refused({ body: long, shortenUrls: true }, 30106);
      expect((await send({ body: long, shortenUrls: false })).body).toBe(long);
    },
    async scheduleType() {
      const sendAt = new Date(Date.now() + 3_600_000);
      const made = await send({ from: undefined, messagingServiceSid: service, scheduleType: 'fixed', sendAt });
      expect([made.status, made.dateSent, made.numSegments]).toEqual(['scheduled', null, '0']);
      await refused({ messagingServiceSid: service, scheduleType: 'daily' as 'fixed', sendAt }, 35126);
    },
    async sendAt() {
      const later = { from: undefined, messagingServiceSid: service, scheduleType: 'fixed' as const };
      await refused({ ...later, sendAt: new Date(Date.now() + 60_000) }, 35114);
      await refused({ ...later, sendAt: new Date(Date.now() + 8 * 86_400_000) }, 35114);
      await refused({ ...later }, 35111);
    },
    async sendAsMms() {
      const made = await send({ body: 'x'.repeat(400), sendAsMms: true });
      expect(made.sid).toMatch(/^MM[0-9a-f]{32}$/);
      expect([made.numMedia, made.numSegments]).toEqual(['0', '1']);
      expect((await over(made)).status).toBe('delivered');
      await refused({ sendAsMms: 'maybe' as unknown as boolean }, 20001);
    },
    async contentSid() {
      const made = await send({ body: undefined, contentSid: await makeContent() });
      expect(made.body).toBe('Hello you');
      await refused({ contentSid: `HX${'0'.repeat(32)}` }, 21655);
    },
    async contentVariables() {
      const contentSid = await makeContent();
      const made = await send({ body: undefined, contentSid, contentVariables: '{"1":"Ada"}' });
      expect(made.body).toBe('Hello Ada');
      await refused({ contentVariables: '{"1":"Ada"}' }, 21654);
      await refused({ contentSid, contentVariables: '[1]' }, 21656);
    },
    async messageIntent() {
      await ignored({ messageIntent: 'otp' });
      await refused({ messageIntent: 'x'.repeat(129) }, 21658);
    },
    async riskCheck() {
      await ignored({ riskCheck: 'disable' });
      await refused({ riskCheck: 'maybe' as 'enable' }, 20001);
    },
    async fallbackFrom() {
      const senders = [{ address: 'rcs:shop_agent', kind: 'channel' as const }, { address: '+12025550179' }];
      const parts = { store: pidge.running.store, clock: pidge };
      const messagingServiceSid = await makeService(parts, pidge.account.sid, { senders });
      // The phone has no RCS.
      const made = await send({ from: undefined, messagingServiceSid, fallbackFrom: FROM });
      expect(await over(made)).toMatchObject({ status: 'delivered', from: FROM });
      await refused({ fallbackFrom: FROM }, 21664);
      await refused({ from: undefined, messagingServiceSid: service, fallbackFrom: FROM }, 21667);
    },
    async mediaUrl() {
      const made = await send({ mediaUrl: [host.picture('a'), host.picture('b')] });
      expect(made.sid).toMatch(/^MM[0-9a-f]{32}$/);
      expect([made.numMedia, made.numSegments]).toEqual(['2', '1']);
      expect((await over(made)).status).toBe('delivered');
      expect(await client.messages(made.sid).media.list()).toHaveLength(2);
      await refused({ mediaUrl: ['ftp://shop.example/a.png'] }, 21620);
      await refused({ mediaUrl: Array.from({ length: 11 }, () => host.picture()) }, 21623);
    },
  };

  const makeContent = async () => {
    const types = new Types({ 'twilio/text': { body: 'Hello {{1}}' } });
    const request = new ContentCreateRequest({ friendly_name: 'Hi', language: 'en', variables: { 1: 'you' }, types });
    return (await client.content.v1.contents.create(request)).sid;
  };

  it('is created with every parameter that the SDK knows', () => {
    expectWhole(parameters, FILE, 'MessageListInstanceCreateOptions');
  });

  it.each(Object.entries(parameters))('%s has its effect, and refuses what it cannot take', async (_name, prove) => {
    await prove();
  });

  /** What each parameter of update does. */
  const changes: Record<string, () => Promise<void>> = {
    async body() {
      const { sid } = await over(await send());
      expect(await client.messages(sid).update({ body: '' })).toMatchObject({ body: '', sid, status: 'delivered' });
      const text = await client
        .messages(sid)
        .update({ body: 'again' })
        .catch((error: unknown) => error);
      expect(text).toMatchObject({ status: 400, code: 20001 });
    },
    async status() {
      const sendAt = new Date(Date.now() + 3_600_000);
      const scheduled = { from: undefined, messagingServiceSid: service, scheduleType: 'fixed' as const, sendAt };
      const { sid } = await send(scheduled);
      expect((await client.messages(sid).update({ status: 'canceled' })).status).toBe('canceled');
      const late = await client
        .messages(sid)
        .update({ status: 'canceled' })
        .catch((error: unknown) => error);
      expect(late).toMatchObject({ status: 409, code: 30409 });
    },
  };

  it('is changed with every parameter that the SDK knows', () => {
    expectWhole(changes, FILE, 'MessageContextUpdateOptions');
  });

  it.each(Object.entries(changes))('%s changes a message', async (_name, prove) => {
    await prove();
  });

  /** What each parameter of the list chooses. */
  const filters: Record<string, () => Promise<void>> = {
    async to() {
      const { sid } = await send({ to: '+12025550171' });
      expect((await client.messages.list({ to: '+12025550171' })).map((one) => one.sid)).toEqual([sid]);
    },
    async from() {
      await pidge.addSender({ address: '+12025550172' });
      const { sid } = await send({ from: '+12025550172' });
      expect((await client.messages.list({ from: '+12025550172' })).map((one) => one.sid)).toEqual([sid]);
    },
    async dateSent() {
      const { sid } = await over(await send({ to: '+12025550173' }));
      const sids = async (dateSent: Date) =>
        (await client.messages.list({ to: '+12025550173', dateSent })).map((one) => one.sid);
      const today = new Date(new Date().toISOString().slice(0, 10));
      expect(await sids(today)).toEqual([sid]);
      expect(await sids(new Date(today.getTime() - 86_400_000))).toEqual([]);
    },
    async dateSentBefore() {
      const { sid, dateSent } = await over(await send({ to: '+12025550174' }));
      const sids = async (dateSentBefore: Date) =>
        (await client.messages.list({ to: '+12025550174', dateSentBefore })).map((one) => one.sid);
      expect(await sids(new Date(dateSent.getTime() + 5_000))).toEqual([sid]);
      expect(await sids(new Date(dateSent.getTime() - 5_000))).toEqual([]);
    },
    async dateSentAfter() {
      const { sid, dateSent } = await over(await send({ to: '+12025550175' }));
      const sids = async (dateSentAfter: Date) =>
        (await client.messages.list({ to: '+12025550175', dateSentAfter })).map((one) => one.sid);
      expect(await sids(new Date(dateSent.getTime() - 5_000))).toEqual([sid]);
      expect(await sids(new Date(dateSent.getTime() + 5_000))).toEqual([]);
    },
    async pageSize() {
      // A list goes by the hour of sending, so its pages hold still once all are sent.
      for (let count = 0; count < 3; count += 1) await over(await send({ to: '+12025550176' }));
      const page = await client.messages.page({ to: '+12025550176', pageSize: 2 });
      expect(page.instances).toHaveLength(2);
      expect((await page.nextPage())?.instances).toHaveLength(1);
      const none = await client.messages.page({ pageSize: 0 }).catch((error: unknown) => error);
      expect(none).toMatchObject({ status: 400, code: 20001 });
    },
    async limit() {
      expect(await client.messages.list({ limit: 2 })).toHaveLength(2);
    },
  };

  it('is listed with every parameter that the SDK knows', () => {
    expectWhole(filters, FILE, 'MessageListInstanceOptions');
  });

  it.each(Object.entries(filters))('%s chooses among messages', async (_name, prove) => {
    await prove();
  });
});
