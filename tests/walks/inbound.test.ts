/** Messages that phones send, to the app and into the list, over real HTTP and the simulated carrier. */
import { validateRequest } from 'twilio';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Document } from '../../src/store/directory.ts';
import { TestApp } from '../helpers/app.ts';
import { Client } from '../helpers/client.ts';
import { PNG } from '../helpers/media-host.ts';
import { TestPhone } from '../helpers/phone.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { makeService } from '../helpers/services.ts';

const NUMBER = '+12125550140';
const PHONE = '+12025550101';

describe('a message that comes in', () => {
  let pidge: TestPidge;
  let client: Client;
  let app: TestApp;
  let phone: TestPhone;

  beforeEach(async () => {
    app = await new TestApp().start();
    pidge = await startTestPidge();
    client = new Client(pidge.origin, pidge.account);
    phone = new TestPhone(client, PHONE);
  });
  afterEach(async () => {
    await client.close();
    await pidge.close();
    await app.stop();
  });

  const number = (properties: Record<string, unknown> = {}, address = NUMBER) =>
    pidge.addSender({ address, properties });
  const service = (properties: Record<string, unknown>, address = NUMBER) =>
    makeService({ store: pidge.running.store, clock: pidge }, pidge.account.sid, {
      properties,
      senders: [{ address }],
    });
  const document = (kind: string, sid: string, properties: Document['properties']) =>
    pidge.running.store.saveDocument({
      accountSid: pidge.account.sid,
      kind,
      sid,
      parentSid: '',
      name: null,
      properties,
      createdAt: 1,
      updatedAt: 1,
    });
  const say = (body: string | Record<string, unknown>) =>
    phone.send({ to: NUMBER, ...(typeof body === 'string' ? { body } : body) });
  const fetch = async (sid: string) => (await client.call('GET', `${client.base}/Messages/${sid}.json`)).json;
  const paths = () => app.asked.map(({ method, path }) => `${method} ${path.split('?')[0]}`);

  describe('asks the webhook (sheet 3.1)', () => {
    it('of the number', async () => {
      await number({ sms_url: app.url('/number'), sms_method: 'POST' });
      const { status, json } = await say('Hello');
      expect(status).toBe(201);
      expect(json).toMatchObject({
        status: 'received',
        webhook: { url: app.url('/number'), status: 200 },
        replies: [],
      });
      expect(paths()).toEqual(['POST /number']);
      expect(await fetch(json.sid)).toMatchObject({
        status: 'received',
        direction: 'inbound',
        from: PHONE,
        to: NUMBER,
        body: 'Hello',
        num_segments: '1',
        num_media: '0',
      });
    });

    it('of its application, which comes before its own', async () => {
      await document('application', 'AP1', { sms_url: app.url('/application'), sms_method: 'GET' });
      await number({ sms_url: app.url('/number'), sms_application_sid: 'AP1' });
      await say('Hello');
      expect(paths()).toEqual(['GET /application']);
      expect(app.asked[0]?.params.Body).toBe('Hello');
    });

    it('of its own when the application is gone', async () => {
      await number({ sms_url: app.url('/number'), sms_application_sid: 'AP404' });
      await say('Hello');
      expect(paths()).toEqual(['POST /number']);
    });

    it('of the service it is in, told which', async () => {
      await number({ sms_url: app.url('/number') });
      const sid = await service({ inbound_request_url: app.url('/service'), inbound_method: 'GET' });
      const { json } = await say('Hello');
      expect(paths()).toEqual(['GET /service']);
      expect(app.asked[0]?.params.MessagingServiceSid).toBe(sid);
      expect((await fetch(json.sid)).messaging_service_sid).toBe(sid);
    });

    it('of the number when its service leaves that to it', async () => {
      await service({ inbound_request_url: app.url('/service'), use_inbound_webhook_on_number: true });
      const found = await pidge.running.store.senderByAddress(NUMBER);
      if (!found) throw new Error('The number is not there');
      await pidge.running.store.saveSender({ ...found, properties: { sms_url: app.url('/number') } });
      await say('Hello');
      expect(paths()).toEqual(['POST /number']);
    });

    it.each(['POST', 'PUT'])('of a channel sender, by %s', async (method) => {
      const address = 'whatsapp:+12125550140';
      await number({ webhook: { callback_url: app.url('/whatsapp'), callback_method: method } }, address);
      await phone.send({ to: address, channel: 'whatsapp', body: 'Hello' });
      expect(paths()).toEqual([`${method} /whatsapp`]);
      const asked = app.asked[0];
      const signature = String(asked?.headers['x-twilio-signature']);
      expect(asked?.params.Body).toBe('Hello');
      expect(validateRequest(pidge.account.token, signature, app.url('/whatsapp'), asked?.params ?? {})).toBe(true);
    });

    it('of nobody where none is set: it is received all the same', async () => {
      await number();
      const { status, json } = await say('Hello');
      expect([status, json.status, json.webhook]).toEqual([201, 'received', null]);
      expect((await fetch(json.sid)).status).toBe('received');
    });

    it('of nobody where the service receives nothing: it is neither kept nor answered', async () => {
      await number({ sms_url: app.url('/number') });
      await service({ inbound_request_url: null });
      const { status, json } = await say('Hello');
      expect([status, json.sid]).toEqual([201, null]);
      expect(json.why).toContain('receive nothing');
      expect(
        (await client.call('GET', `${client.base}/Messages.json?To=${encodeURIComponent(NUMBER)}`)).json.messages,
      ).toEqual([]);
      expect(app.asked).toEqual([]);
    });

    it('of the fallback when the first is down, told what failed', async () => {
      await number({ sms_url: 'http://127.0.0.1:9/', sms_fallback_url: app.url('/fallback') });
      app.answer = () => '<Response><Message>Sorry</Message></Response>';
      const { json } = await say('Hello');
      expect(paths()).toEqual(['POST /fallback']);
      expect(app.asked[0]?.params).toMatchObject({ Body: 'Hello', ErrorUrl: 'http://127.0.0.1:9/' });
      expect(app.asked[0]?.params.ErrorCode).toMatch(/^112/);
      expect(json.replies.map(({ body }: { body: string }) => body)).toEqual(['Sorry']);
    });
  });

  describe('tells the webhook (sheet 3.2)', () => {
    it('of an SMS all that is known of it', async () => {
      await number({ sms_url: app.url() });
      const { json } = await say('Grüße');
      expect(app.asked[0]?.params).toEqual({
        MessageSid: json.sid,
        SmsSid: json.sid,
        SmsMessageSid: json.sid,
        SmsStatus: 'received',
        AccountSid: pidge.account.sid,
        From: PHONE,
        To: NUMBER,
        Body: 'Grüße',
        NumMedia: '0',
        NumSegments: '1',
        ApiVersion: '2010-04-01',
        FromCity: '',
        FromState: 'DC',
        FromZip: '',
        FromCountry: 'US',
        ToCity: '',
        ToState: 'NY',
        ToZip: '',
        ToCountry: 'US',
      });
    });

    it('how many segments a long one had', async () => {
      await number({ sms_url: app.url() });
      await say('a'.repeat(161));
      await say('\u{1F600}'.repeat(36));
      expect(app.asked.map(({ params }) => params.NumSegments)).toEqual(['2', '2']);
    });

    it('of media, which can be had by then', async () => {
      await number({ sms_url: app.url() });
      const base64 = PNG.toString('base64');
      const media = [
        { content_type: 'image/png', base64 },
        { content_type: 'image/webp', base64 },
      ];
      app.answer = async ({ params }) => {
        const got = await client.call('GET', new URL(params.MediaUrl1 ?? '').pathname);
        return { type: 'text/plain', body: `${got.status}` };
      };
      const { json } = await say({ body: 'Look', media });
      expect(json.sid).toMatch(/^MM/);
      const { params } = app.asked[0] ?? { params: {} as Record<string, string> };
      expect(params).toMatchObject({ NumMedia: '2', MediaContentType0: 'image/png', MediaContentType1: 'image/webp' });
      expect(params.MessageSid).toBe(json.sid);
      expect(new URL(params.MediaUrl0 ?? '').pathname).toMatch(
        new RegExp(`^${client.base}/Messages/${json.sid}/Media/ME\\w{32}$`),
      );
      expect(json.replies[0].body).toBe('302');
      expect((await client.call('GET', `${client.base}/Messages/${json.sid}/Media.json`)).json.media_list).toHaveLength(
        2,
      );
    });

    it('of WhatsApp who writes, from where, and what was pressed', async () => {
      const address = 'whatsapp:+12125550140';
      await number({ webhook: { callback_url: app.url() } }, address);
      const location = { latitude: 37.78, longitude: -122.39, label: 'Pier', address: '1 Pier St' };
      const { json } = await phone.send({ to: address, channel: 'whatsapp', profile_name: 'Ada L', location });
      expect(app.asked[0]?.params).toEqual({
        MessageSid: json.sid,
        SmsSid: json.sid,
        SmsMessageSid: json.sid,
        SmsStatus: 'received',
        AccountSid: pidge.account.sid,
        From: `whatsapp:${PHONE}`,
        To: address,
        Body: '',
        NumMedia: '0',
        NumSegments: '1',
        ApiVersion: '2010-04-01',
        ProfileName: 'Ada L',
        WaId: PHONE.slice(1),
        MessageType: 'location',
        Latitude: '37.78',
        Longitude: '-122.39',
        Label: 'Pier',
        Address: '1 Pier St',
        ReferralNumMedia: '0',
        ChannelMetadata: JSON.stringify({
          type: 'whatsapp',
          data: { context: { ProfileName: 'Ada L', WaId: PHONE.slice(1) } },
        }),
      });
    });

    it('of a short code only the country', async () => {
      await number({ sms_url: app.url() }, '76768');
      await phone.send({ to: '76768', body: 'Hello' });
      expect(app.asked[0]?.params).toMatchObject({ To: '76768', ToCountry: 'US', ToState: '', ToCity: '', ToZip: '' });
    });
  });

  describe('of nobody here', () => {
    it('is told so by the test side, and the carrier is answered: nothing is kept', async () => {
      const { status, json } = await phone.send({ to: '+12125550199', body: 'Hello' });
      expect([status, json.code, json.details.parameter]).toEqual([404, 20404, 'to']);
    });

    it('whose account is suspended is not kept', async () => {
      await number({ sms_url: app.url() });
      const { store } = pidge.running;
      const account = await store.account(pidge.account.sid);
      if (!account) throw new Error('There is no account');
      await store.saveAccount({ ...account, status: 'suspended' });
      const { json } = await say('Hello');
      expect([json.sid, json.why]).toEqual([null, 'its account is suspended or closed']);
      expect(app.asked).toEqual([]);
      await say('STOP');
      // What the person wants counts when the account is back.
      expect(await phone.optouts()).toMatchObject([{ scope: NUMBER, peer: PHONE, source: 'keyword' }]);
    });
  });

  it('holds what any store can hold: no NUL, no half of a pair', async () => {
    await number({ sms_url: app.url() });
    await say('a\u0000b\ud800c');
    expect(app.asked[0]?.params.Body).toBe('a\ufffdb\ufffdc');
  });

  it('loses what its channel said of its writer when it is redacted', async () => {
    const address = 'whatsapp:+12125550140';
    await number({}, address);
    const location = { latitude: 37.78, longitude: -122.39 };
    const { json } = await phone.send({ to: address, channel: 'whatsapp', body: 'Secret', location });
    const stored = () => pidge.running.store.message(pidge.account.sid, json.sid);
    expect((await stored())?.options.channel).toMatchObject({ location });
    const redacted = await client.call('POST', `${client.base}/Messages/${json.sid}.json`, { form: { Body: '' } });
    expect(redacted.status).toBe(200);
    expect(await stored()).toMatchObject({ body: '', options: {} });
  });
});
