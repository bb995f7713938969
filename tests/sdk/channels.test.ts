/** Channel senders and the typing indicator, by the official Node SDK. */
import { createRequire } from 'node:module';
import twilio from 'twilio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROFILE } from '../../src/http/messaging/channel-sender-properties.ts';
import { TestApp } from '../helpers/app.ts';
import { Client } from '../helpers/client.ts';
import { TestPhone } from '../helpers/phone.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { Sink } from '../helpers/sink.ts';

const require = createRequire(import.meta.url);
const {
  MessagingV2ChannelsSenderRequestsCreate: Create,
  MessagingV2ChannelsSenderRequestsUpdate: Update,
  MessagingV2ChannelsSenderWebhook: Webhook,
} = require('twilio/lib/rest/messaging/v2/channelsSender.js') as typeof import('twilio/lib/rest/messaging/v2/channelsSender.js');

describe('the official Node SDK', () => {
  let pidge: TestPidge;
  let raw: Client;
  let client: twilio.Twilio;
  let app: TestApp;
  let sink: Sink;
  let last = 0;

  beforeAll(async () => {
    app = await new TestApp().start();
    sink = await new Sink().start();
    pidge = await startTestPidge({ change: (config) => (config.simulator.receiptAfterMs = 0) });
    raw = new Client(pidge.origin, pidge.account);
    client = twilio(pidge.account.sid, pidge.account.token);
    client.api.baseUrl = pidge.origin;
    client.messaging.baseUrl = pidge.origin;
  });
  afterAll(async () => {
    await raw.close();
    await pidge.close();
    await app.stop();
    await sink.stop();
  });

  const senders = () => client.messaging.v2.channelsSenders;
  const fresh = () => `whatsapp:+1312555016${last++}`;
  const make = (senderId: string, more: object = {}) => senders().create(new Create({ sender_id: senderId, ...more }));

  it('registers a sender, which sends and receives at once by the addresses it was given', async () => {
    const address = fresh();
    const webhook = {
      callback_url: app.url('/in'),
      callback_method: 'POST',
      fallback_url: app.url('/fallback'),
      status_callback_url: `${sink.origin}/status`,
    };
    const made = await make(address, { webhook: new Webhook(webhook), profile: { name: 'Shop' } });
    expect(made.sid).toMatch(/^XE/);
    expect(made).toMatchObject({ status: 'ONLINE', senderId: address, offlineReasons: null, compliance: null });
    expect(made.properties).toEqual({ qualityRating: null, messagingLimit: null });
    expect(made.url).toBe(`${pidge.origin}/v2/Channels/Senders/${made.sid}`);
    expect(made.webhook).toEqual({
      callbackUrl: app.url('/in'),
      callbackMethod: 'POST',
      fallbackUrl: app.url('/fallback'),
      fallbackMethod: 'POST',
      statusCallbackUrl: `${sink.origin}/status`,
      statusCallbackMethod: 'POST',
    });
    expect(made.profile).toMatchObject({ name: 'Shop', about: null, websites: null });
    expect(await senders()(made.sid).fetch()).toMatchObject({ sid: made.sid, senderId: address });

    app.answer = () => '<Response><Message>Hello back</Message></Response>';
    const phone = new TestPhone(raw, '+12025550101');
    await phone.send({ channel: 'whatsapp', to: address, body: 'Hi' });
    expect(app.asked.map(({ path }) => path)).toEqual(['/in']);
    const { sid } = await client.messages.create({ from: address, to: `whatsapp:${phone.number}`, body: 'Freely' });
    await sink.until(() => sink.statuses(sid).length === 2);
    const told = sink.heard.find(({ params }) => params.MessageSid === sid);
    expect([new URL(told?.url ?? '').pathname, told?.params.ChannelInstallSid]).toEqual(['/status', made.sid]);
  });

  it('changes what it names and leaves the rest, also of what the settings wrote', async () => {
    const [settings] = await senders()
      .list({ channel: 'whatsapp', limit: 50 })
      .then((all) => all.slice(-1));
    expect(settings?.senderId).toBe('whatsapp:+12025550100');
    const { sid } = await make(fresh(), {
      webhook: new Webhook({ callback_url: app.url('/a'), fallback_url: app.url('/b') }),
      profile: { name: 'Shop', about: 'All of it' },
    });
    const updated = await senders()(sid).update(
      new Update({
        webhook: new Webhook({ callback_url: app.url('/c'), fallback_url: null }),
        profile: { about: 'Less' },
        configuration: { verification_code: '123456' },
      }),
    );
    expect(updated.webhook).toMatchObject({ callbackUrl: app.url('/c'), fallbackUrl: null });
    expect(updated.profile).toMatchObject({ name: 'Shop', about: 'Less' });
    // A one-time password is nobody's to read.
    expect(updated.configuration?.verificationCode).toBeNull();
    expect((await senders()(sid).fetch()).webhook).toEqual(updated.webhook);
  });

  it('keeps the lists of a profile as entries with labels, which is all that typed SDKs can read', async () => {
    const { sid, profile } = await make(fresh(), {
      profile: {
        use_case: 'OTP',
        websites: ['https://shop.example'],
        emails: [{ email: 'a@shop.example', label: null, x: 1 }],
      },
    });
    expect(profile?.websites).toEqual([{ website: 'https://shop.example', label: 'Website' }]);
    const { json } = await raw.call('GET', `/v2/Channels/Senders/${sid}`);
    const emails = [{ email: 'a@shop.example', label: 'Email' }];
    expect(json.profile).toMatchObject({ use_case: 'OTP', emails, phone_numbers: null });
    for (const phoneNumbers of [[1], [{ label: 'Desk' }], [{ phone_number: 1 }], '+12025550100']) {
      const change = new Update({ profile: { phone_numbers: phoneNumbers } });
      await expect(senders()(sid).update(change)).rejects.toMatchObject({ status: 400, code: 20001 });
    }
  });

  it('shows no key of a profile that older descriptions lack, unless it was set: Java reads no other', async () => {
    const { sid } = await make(fresh(), { profile: { name: 'Shop' } });
    const { json } = await raw.call('GET', `/v2/Channels/Senders/${sid}`);
    expect(Object.keys(json.profile).sort()).toEqual([...PROFILE].sort());
  });

  it('has nothing to tell of names to be shown, and says so: what is not there would be a date to the SDK', async () => {
    const nothing = {
      friendlyName: null,
      pendingDisplayName: null,
      pendingDisplayNameStatus: null,
      pendingDisplayNameStatusDate: null,
      displayNameStatus: null,
    };
    const made = await make(fresh());
    const updated = await senders()(made.sid).update(new Update({ profile: { name: 'Shop' } }));
    const [listed] = await senders().list({ channel: 'whatsapp', limit: 1 });
    for (const one of [made, updated, await senders()(made.sid).fetch(), listed]) expect(one).toMatchObject(nothing);
  });

  it('takes an empty list for an empty object, as PHP writes both', async () => {
    const body = JSON.stringify({ sender_id: fresh(), webhook: [], profile: { name: 'Shop' }, configuration: [] });
    const options = { body, headers: { 'content-type': 'application/json' } };
    const { status, json } = await raw.call('POST', '/v2/Channels/Senders', options);
    expect([status, json.webhook.callback_url, json.profile.name]).toEqual([202, null, 'Shop']);
  });

  it('keeps methods and choices in the spelling of the description, whichever they came in', async () => {
    const { sid, webhook, configuration } = await make(fresh(), {
      webhook: { callback_url: app.url('/in'), callback_method: 'put', fallback_method: 'post' },
      configuration: { verification_method: 'VOICE', account_type: 'ISV_SUB_ACCOUNT' },
    });
    expect(webhook).toMatchObject({ callbackMethod: 'PUT', fallbackMethod: 'POST' });
    const described = { verificationMethod: 'voice', accountType: 'ISVSubAccount' };
    expect(configuration).toMatchObject(described);
    expect((await senders()(sid).fetch()).configuration).toMatchObject(described);
  });

  it('lists one channel in pages, newest first, and removes', async () => {
    const made = await Promise.all([1, 2, 3].map((index) => make(`messenger:page-${index}`)));
    const all = await senders().list({ channel: 'messenger', pageSize: 2 });
    expect(all.map(({ sid }) => sid).sort()).toEqual(made.map(({ sid }) => sid).sort());
    expect((await senders().list({ channel: 'whatsapp' })).some(({ senderId }) => senderId.startsWith('mess'))).toBe(
      false,
    );
    const page = await senders().page({ channel: 'messenger', pageSize: 1 });
    expect([page.instances.length, page.nextPageUrl]).toEqual([
      1,
      expect.stringMatching(/Channel=messenger.*PageToken=PA/),
    ]);
    const [first] = made;
    expect(await senders()(first?.sid ?? '').remove()).toBe(true);
    await expect(senders()(first?.sid ?? '').fetch()).rejects.toMatchObject({ status: 404, code: 20404 });
    const gone = { from: 'messenger:page-1', to: 'messenger:user', body: 'x' };
    await expect(client.messages.create(gone)).rejects.toMatchObject({ code: 63007 });
  });

  it.each([
    ['no sender', '', {}, 400, 20001],
    ['a plain number', '+12025550170', {}, 400, 20001],
    ['a sender that is registered', 'whatsapp:+12025550100', {}, 409, 20409],
    ['a webhook that is no address', 'whatsapp:+12025550171', { webhook: { callback_url: 'app' } }, 400, 21402],
    ['a method it does not know', 'whatsapp:+12025550172', { webhook: { callback_method: 'PATCH' } }, 400, 21403],
    ['a callback by GET', 'whatsapp:+12025550173', { webhook: { status_callback_method: 'GET' } }, 400, 20001],
    ['a name that is no text', 'whatsapp:+12025550174', { profile: { name: 1 } }, 400, 20001],
  ])('refuses %s', async (_, senderId, more, status, code) => {
    await expect(senders().create({ senderId, ...more } as never)).rejects.toMatchObject({ status, code });
  });

  it('refuses a list of no channel', async () => {
    await expect(senders().list({ channel: 'sms' })).rejects.toMatchObject({ status: 400, code: 20001 });
  });

  it('may say that it types, to who has written on WhatsApp', async () => {
    const typing = client.messaging.v2.typingIndicator;
    const phone = new TestPhone(raw, '+12025550101');
    const { json } = await phone.send({ channel: 'whatsapp', to: 'whatsapp:+12025550100', body: 'Hi' });
    expect((await typing.create({ channel: 'whatsapp', messageId: json.sid })).success).toBe(true);
    const { json: sms } = await phone.send({ to: '+12025550100', body: 'Hi' });
    await expect(typing.create({ channel: 'whatsapp', messageId: sms.sid })).rejects.toMatchObject({ code: 20404 });
    await expect(typing.create({ channel: 'whatsapp', messageId: 'SM1' })).rejects.toMatchObject({ code: 20001 });
    await expect(typing.create({ channel: 'rcs', messageId: json.sid } as never)).rejects.toMatchObject({
      code: 20001,
    });
  });
});
