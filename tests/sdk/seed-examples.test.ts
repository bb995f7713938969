/**
 * The requests that the five seed documents show, each as curl and as the official SDK send it, against a running
 * server: the same parameters and numbers, with accounts and sids replaced and dates moved to where we are. Answers
 * are held to the keys and values that the documents show, but for what is an accident of their samples (settled 13, 22).
 */
import twilio from 'twilio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '../helpers/client.ts';
import { MediaHost } from '../helpers/media-host.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { expectMessage, RFC_2822 } from '../helpers/seed-answers.ts';
import { makeService } from '../helpers/services.ts';
import { Sink } from '../helpers/sink.ts';

const DAY_MS = 86_400_000;
/** Senders of the documents, which have to be the account's. */
const SENDERS = ['+15557122661', '+16045559876'];
const LINK = 'https://www.example.com/a/long/link?with=a&query=too';

type Sdk = twilio.Twilio;
type Form = Record<string, string>;

describe('the examples of the seed documents', () => {
  let pidge: TestPidge;
  let raw: Client;
  let sdk: Sdk;
  let host: MediaHost;
  let sink: Sink;
  /** Services: of a number, of a WhatsApp sender. */
  let service: string;
  let whatsAppService: string;

  beforeAll(async () => {
    host = await new MediaHost().start();
    sink = await new Sink().start();
    pidge = await startTestPidge();
    raw = new Client(pidge.origin, pidge.account);
    sdk = twilio(pidge.account.sid, pidge.account.token);
    sdk.api.baseUrl = pidge.origin;
    for (const address of SENDERS) await pidge.addSender({ address, rate: 0 });
    const parts = { store: pidge.running.store, clock: pidge };
    const whatsApp = { address: 'whatsapp:+15555238886', kind: 'channel' as const };
    service = await makeService(parts, pidge.account.sid, { senders: [{ address: '+14155552345' }] });
    whatsAppService = await makeService(parts, pidge.account.sid, { senders: [whatsApp] });
  });
  afterAll(async () => {
    await raw.close();
    await pidge.close();
    await host.stop();
    await sink.stop();
  });

  const get = (path: string) => raw.call('GET', raw.base + path);
  const post = (path: string, form: Form) => raw.call('POST', raw.base + path, { form });
  const inAnHour = () => new Date(Date.now() + 3_600_000);
  const over = (sid: string) =>
    pidge.until(async () => ['delivered', 'undelivered', 'failed'].includes((await sdk.messages(sid).fetch()).status));

  interface Creation {
    /** What the documents say in curl. */
    form: () => Form;
    /** The same in the SDK. */
    call: () => ReturnType<Sdk['messages']['create']>;
    /** Of the answer. */
    shown: () => object;
  }

  const sms = { to: '+15558675310', from: '+15557122661', body: 'Hi there' };
  const whatsApp = {
    to: 'whatsapp:+15557770006',
    from: 'whatsapp:+15555238886',
    body: 'This is a WhatsApp message sent with Twilio!',
  };
  const verification = { to: '+18085551234', from: '+16045559876', body: 'Your verification code is: 249205' };
  const fresh = { direction: 'outbound-api', error_code: null, error_message: null, price: null, date_sent: null };
  const queued = { ...fresh, status: 'queued', num_media: '0', num_segments: '1' };
  const unpicked = { ...fresh, from: null, num_media: '0', num_segments: '0' };
  const pick = ({ to, from, body }: { to: string; from: string; body: string }): Form => ({
    To: to,
    From: from,
    Body: body,
  });

  const creations: Record<string, Creation> = {
    '004 000 001 002: an SMS message': {
      form: () => pick(sms),
      call: () => sdk.messages.create(sms),
      shown: () => ({ ...queued, ...sms }),
    },
    '004 000 001 002: a WhatsApp message': {
      form: () => pick(whatsApp),
      call: () => sdk.messages.create(whatsApp),
      shown: () => ({ ...queued, ...whatsApp }),
    },
    '000 001 002: a message with a StatusCallback URL': {
      form: () => ({ ...pick(sms), StatusCallback: `${sink.origin}/status` }),
      call: () => sdk.messages.create({ ...sms, statusCallback: `${sink.origin}/status` }),
      shown: () => ({ ...queued, ...sms }),
    },
    '004: a message with a Messaging Service': {
      form: () => ({
        To: '+15551212121',
        MessagingServiceSid: service,
        Body: 'Hello! This is a message sent from a Messaging Service.',
      }),
      call: () =>
        sdk.messages.create({
          to: '+15551212121',
          messagingServiceSid: service,
          body: 'Hello! This is a message sent from a Messaging Service.',
        }),
      shown: () => ({
        ...unpicked,
        status: 'accepted',
        messaging_service_sid: service,
        body: 'Hello! This is a message sent from a Messaging Service.',
      }),
    },
    '000 001 002: a scheduled message': {
      form: () => ({
        To: '+15558675310',
        MessagingServiceSid: service,
        Body: 'This is a scheduled message',
        ScheduleType: 'fixed',
        SendAt: inAnHour().toISOString(),
      }),
      call: () =>
        sdk.messages.create({
          to: '+15558675310',
          messagingServiceSid: service,
          body: 'This is a scheduled message',
          scheduleType: 'fixed',
          sendAt: inAnHour(),
        }),
      shown: () => ({ ...unpicked, status: 'scheduled', messaging_service_sid: service }),
    },
    '001: a scheduled message with the service in From': {
      form: () => ({
        To: '+15558675310',
        From: service,
        Body: 'This is a scheduled message',
        ScheduleType: 'fixed',
        SendAt: inAnHour().toISOString(),
      }),
      call: () =>
        sdk.messages.create({
          to: '+15558675310',
          from: service,
          body: 'This is a scheduled message',
          scheduleType: 'fixed',
          sendAt: inAnHour(),
        }),
      shown: () => ({ ...unpicked, status: 'scheduled', messaging_service_sid: service }),
    },
    '000 001 002: a scheduled message with an image': {
      form: () => ({
        To: '+15558675310',
        MessagingServiceSid: service,
        Body: 'This is a scheduled message with an image',
        MediaUrl: host.picture('scheduled'),
        ScheduleType: 'fixed',
        SendAt: inAnHour().toISOString(),
      }),
      call: () =>
        sdk.messages.create({
          to: '+15558675310',
          messagingServiceSid: service,
          body: 'This is a scheduled message with an image',
          mediaUrl: [host.picture('scheduled')],
          scheduleType: 'fixed',
          sendAt: inAnHour(),
        }),
      shown: () => ({ status: 'scheduled', num_media: '1', sid: expect.stringMatching(/^MM/), date_sent: null }),
    },
    '000 001 002: a scheduled WhatsApp message': {
      form: () => ({
        To: 'whatsapp:+15558675310',
        MessagingServiceSid: whatsAppService,
        Body: 'Hello! This is a scheduled WhatsApp message',
        ScheduleType: 'fixed',
        SendAt: inAnHour().toISOString(),
      }),
      call: () =>
        sdk.messages.create({
          to: 'whatsapp:+15558675310',
          messagingServiceSid: whatsAppService,
          body: 'Hello! This is a scheduled WhatsApp message',
          scheduleType: 'fixed',
          sendAt: inAnHour(),
        }),
      shown: () => ({ ...unpicked, status: 'scheduled', to: 'whatsapp:+15558675310' }),
    },
    '001: a message with shortened links': {
      form: () => ({ To: '+15558675310', MessagingServiceSid: service, Body: `Look: ${LINK}`, ShortenUrls: 'true' }),
      call: () =>
        sdk.messages.create({
          to: '+15558675310',
          messagingServiceSid: service,
          body: `Look: ${LINK}`,
          shortenUrls: true,
        }),
      shown: () => ({ ...unpicked, status: 'accepted', body: expect.stringMatching(/\/[0-9A-Za-z]{10}$/) }),
    },
    '001: a scheduled message with shortened links': {
      form: () => ({
        To: '+15558675310',
        MessagingServiceSid: service,
        Body: `Look: ${LINK}`,
        ShortenUrls: 'true',
        ScheduleType: 'fixed',
        SendAt: inAnHour().toISOString(),
      }),
      call: () =>
        sdk.messages.create({
          to: '+15558675310',
          messagingServiceSid: service,
          body: `Look: ${LINK}`,
          shortenUrls: true,
          scheduleType: 'fixed',
          sendAt: inAnHour(),
        }),
      shown: () => ({ ...unpicked, status: 'scheduled', body: expect.stringMatching(/\/[0-9A-Za-z]{10}$/) }),
    },
    '003: a message that asks for feedback': {
      form: () => ({ ...pick(verification), ProvideFeedback: 'true' }),
      call: () => sdk.messages.create({ ...verification, provideFeedback: true }),
      shown: () => ({ ...queued, ...verification }),
    },
  };

  it.each(Object.entries(creations))('%s', async (_title, { form, call, shown }) => {
    expectMessage(raw, await post('/Messages.json', form()), 201, shown());
    const { sid } = await call();
    const { json } = await get(`/Messages/${sid}.json`);
    // It may have gone on since; what was asked for stays.
    const {
      status: _status,
      num_segments: _segments,
      date_sent: _sent,
      price: _price,
      from: _from,
      ...kept
    } = shown() as Form;
    expect(json).toMatchObject(kept);
  });

  it('000 001 002: no callback tells that a message is scheduled, one that it is canceled', async () => {
    const form = creations['000 001 002: a scheduled message']?.form() ?? {};
    const { json } = await post('/Messages.json', { ...form, StatusCallback: `${sink.origin}/scheduled` });
    expectMessage(raw, await post(`/Messages/${json.sid}.json`, { Status: 'canceled' }), 200, {
      status: 'canceled',
      date_sent: null,
    });
    await pidge.until(async () => sink.statuses(json.sid).length > 0);
    expect(sink.statuses(json.sid)).toEqual(['canceled']);
    const { sid } = await (creations['000 001 002: a scheduled message']?.call() ?? sdk.messages.create(sms));
    expect((await sdk.messages(sid).update({ status: 'canceled' })).status).toBe('canceled');
    const misspelled = await post(`/Messages/${sid}.json`, { Status: 'cancelled' });
    expect([misspelled.status, misspelled.json.code]).toEqual([400, 20001]);
  });

  it('000 001 002: parameters that are not valid are answered with 400', async () => {
    const form = creations['000 001 002: a scheduled message']?.form() ?? {};
    const soon = new Date(Date.now() + 14 * 60_000).toISOString();
    const late = new Date(Date.now() + 8 * DAY_MS).toISOString();
    const faults: Form[] = [{ SendAt: soon }, { SendAt: late }, { SendAt: '' }, { ScheduleType: 'daily' }];
    for (const wrong of faults) {
      expect((await post('/Messages.json', { ...form, ...wrong })).status).toBe(400);
    }
  });

  it('003: feedback becomes confirmed', async () => {
    const { sid } = (await post('/Messages.json', { ...pick(verification), ProvideFeedback: 'true' })).json;
    const { status, json } = await post(`/Messages/${sid}/Feedback.json`, { Outcome: 'confirmed' });
    expect(status).toBe(200);
    expect(json).toEqual({
      account_sid: pidge.account.sid,
      message_sid: sid,
      outcome: 'confirmed',
      date_created: expect.stringMatching(RFC_2822),
      date_updated: expect.stringMatching(RFC_2822),
      uri: `${raw.base}/Messages/${sid}/Feedback.json`,
    });
    expect((await sdk.messages(sid).feedback.create({ outcome: 'confirmed' })).outcome).toBe('confirmed');
  });

  it('000 001 002: a message in progress is not deleted', async () => {
    const form = creations['000 001 002: a scheduled message']?.form() ?? {};
    const { sid } = (await post('/Messages.json', form)).json;
    const answer = await raw.call('DELETE', `${raw.base}/Messages/${sid}.json`);
    expect([answer.status, answer.json.code]).toEqual([409, 20009]);
  });

  it('000 001 002: media of a message are listed and fetched at the paths of the documents', async () => {
    const { sid } = await sdk.messages.create({ ...sms, mediaUrl: [host.picture('one'), host.picture('two')] });
    await over(sid);
    const xml = await get(`/Messages/${sid}/Media`);
    expect(xml.status).toBe(200);
    expect(xml.text).toContain(`<ParentSid>${sid}</ParentSid>`);
    const { json } = await get(`/Messages/${sid}/Media.json`);
    expect(json.media_list).toHaveLength(2);
    const file = await get(`/Messages/${sid}/Media/${json.media_list[0].sid}`);
    expect(file.status).toBe(302);
  });
});
