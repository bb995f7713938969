/** Applications through the official SDK, and the address that a message takes from one. */
import twilio from 'twilio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '../helpers/client.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { makeService } from '../helpers/services.ts';
import { Sink } from '../helpers/sink.ts';

describe('applications', () => {
  let pidge: TestPidge;
  let sink: Sink;
  let client: twilio.Twilio;
  let raw: Client;

  beforeAll(async () => {
    sink = await new Sink().start();
    pidge = await startTestPidge();
    client = twilio(pidge.account.sid, pidge.account.token);
    client.api.baseUrl = pidge.origin;
    raw = new Client(pidge.origin, pidge.account);
  });
  afterAll(async () => {
    await raw.close();
    await pidge.close();
    await sink.stop();
  });

  const send = (extra: Partial<Parameters<typeof client.messages.create>[0]>) =>
    client.messages.create({ to: '+12025550101', from: '+12025550100', body: 'Hello', ...extra });
  const heardAt = (place: string, sid: string) =>
    sink.heard.filter((one) => one.params.MessageSid === sid && one.url === `${sink.origin}${place}`);

  it('keep and echo every property', async () => {
    const example = 'https://example.com';
    const given = {
      friendlyName: 'Shop',
      apiVersion: '2010-04-01',
      smsUrl: `${example}/sms`,
      smsMethod: 'GET',
      smsFallbackUrl: `${example}/sms2`,
      smsFallbackMethod: 'GET',
      smsStatusCallback: `${example}/s`,
      messageStatusCallback: `${example}/m`,
      statusCallback: `${example}/v`,
      statusCallbackMethod: 'GET',
      voiceUrl: `${example}/voice`,
      voiceMethod: 'GET',
      voiceFallbackUrl: `${example}/voice2`,
      voiceFallbackMethod: 'GET',
      voiceCallerIdLookup: true,
      publicApplicationConnectEnabled: true,
    };
    const made = await client.applications.create(given);
    const read = {
      sid: expect.stringMatching(/^AP[0-9a-f]{32}$/),
      accountSid: pidge.account.sid,
      dateCreated: expect.any(Date),
      dateUpdated: expect.any(Date),
      uri: `${raw.base}/Applications/${made.sid}.json`,
    };
    expect(made.toJSON()).toEqual({ ...given, ...read });
    expect((await client.applications(made.sid).fetch()).toJSON()).toEqual({ ...given, ...read });
    const changed = await client.applications(made.sid).update({ friendlyName: 'Store', smsUrl: '' });
    expect(changed.toJSON()).toEqual({ ...given, ...read, friendlyName: 'Store', smsUrl: null });
  });

  it('need no property: methods are POST, the rest is null or false', async () => {
    const { json, status } = await raw.call('POST', `${raw.base}/Applications.json`);
    expect(status).toBe(201);
    const { sid, account_sid, date_created, date_updated, uri, ...rest } = json;
    expect(rest).toEqual({
      api_version: '2010-04-01',
      friendly_name: null,
      message_status_callback: null,
      sms_fallback_method: 'POST',
      sms_fallback_url: null,
      sms_method: 'POST',
      sms_status_callback: null,
      sms_url: null,
      status_callback: null,
      status_callback_method: 'POST',
      voice_caller_id_lookup: false,
      voice_fallback_method: 'POST',
      voice_fallback_url: null,
      voice_method: 'POST',
      voice_url: null,
      public_application_connect_enabled: false,
    });
  });

  it('are listed by name and in pages, and are gone once removed', async () => {
    const names = ['one', 'two', 'two', 'two'];
    for (const friendlyName of names) await client.applications.create({ friendlyName });
    expect(await client.applications.list({ friendlyName: 'two', pageSize: 2 })).toHaveLength(3);
    const [one] = await client.applications.list({ friendlyName: 'one' });
    expect(await client.applications(one?.sid ?? '').remove()).toBe(true);
    await expect(client.applications(one?.sid ?? '').fetch()).rejects.toMatchObject({ status: 404, code: 20404 });
    expect(await client.applications.list({ friendlyName: 'one' })).toEqual([]);
    const xml = await raw.call('GET', `${raw.base}/Applications?PageSize=1`);
    expect(xml.text).toContain('<Applications page="0" pagesize="1"');
  });

  it('that are removed are taken from their numbers, which can be written back as they are read', async () => {
    const { sid } = await client.applications.create({});
    const other = await client.applications.create({});
    const given = { smsApplicationSid: sid, voiceApplicationSid: other.sid };
    const number = await client.incomingPhoneNumbers.create({ phoneNumber: '+12025550171', ...given });
    expect(number.smsApplicationSid).toBe(sid);
    expect(await client.applications(sid).remove()).toBe(true);
    const read = await client.incomingPhoneNumbers(number.sid).fetch();
    expect([read.smsApplicationSid, read.voiceApplicationSid]).toEqual([null, other.sid]);
    const { friendlyName, voiceApplicationSid } = read;
    await client.incomingPhoneNumbers(number.sid).update({ friendlyName, voiceApplicationSid });
  });

  it.each([
    [{ SmsUrl: 'nowhere' }, 21402],
    [{ MessageStatusCallback: 'ftp://example.com' }, 21402],
    [{ SmsMethod: 'PUT' }, 21403],
    [{ FriendlyName: 'x'.repeat(65) }, 20002],
    [{ VoiceCallerIdLookup: 'perhaps' }, 20001],
  ])('made with %o are refused with %i', async (form, code) => {
    const answer = await raw.call('POST', `${raw.base}/Applications.json`, { form: form as Record<string, string> });
    expect([answer.status, answer.json.code, answer.json.details.parameter]).toEqual([400, code, Object.keys(form)[0]]);
  });

  it('give a message the address to call back, by either of its names', async () => {
    const newer = await client.applications.create({
      messageStatusCallback: `${sink.origin}/newer`,
      smsStatusCallback: `${sink.origin}/older`,
    });
    const older = await client.applications.create({ smsStatusCallback: `${sink.origin}/older` });
    const first = await send({ applicationSid: newer.sid });
    const second = await send({ applicationSid: older.sid });
    await sink.until(() => sink.statuses(first.sid).length === 2 && sink.statuses(second.sid).length === 2);
    expect(heardAt('/newer', first.sid)).toHaveLength(2);
    expect(heardAt('/older', second.sid)).toHaveLength(2);
  });

  it('give way to StatusCallback, and are then not even looked up', async () => {
    const application = await client.applications.create({ messageStatusCallback: `${sink.origin}/application` });
    const statusCallback = `${sink.origin}/own`;
    const known = await send({ statusCallback, applicationSid: application.sid });
    const unknown = await send({ statusCallback, applicationSid: `AP${'0'.repeat(32)}` });
    await sink.until(() => sink.statuses(known.sid).length === 2 && sink.statuses(unknown.sid).length === 2);
    expect(heardAt('/own', known.sid)).toHaveLength(2);
    expect(heardAt('/own', unknown.sid)).toHaveLength(2);
  });

  it('come before the service, which is asked when they have no address', async () => {
    const from = '+12025550100';
    const parts = { store: pidge.running.store, clock: pidge };
    const messagingServiceSid = await makeService(parts, pidge.account.sid, {
      properties: { status_callback: `${sink.origin}/service` },
      senders: [{ address: from }],
    });
    const own = await client.applications.create({ messageStatusCallback: `${sink.origin}/ours` });
    const silent = await client.applications.create({});
    const first = await send({ from, messagingServiceSid, applicationSid: own.sid });
    const second = await send({ from, messagingServiceSid, applicationSid: silent.sid });
    await sink.until(() => sink.statuses(first.sid).length === 2 && sink.statuses(second.sid).length === 2);
    expect(heardAt('/ours', first.sid)).toHaveLength(2);
    expect(heardAt('/service', second.sid)).toHaveLength(2);
  });

  it('without an address leave a message without callbacks; a removed one refuses with 21420', async () => {
    const { sid } = await client.applications.create({ friendlyName: 'silent' });
    const message = await send({ applicationSid: sid });
    await pidge.until(async () => (await client.messages(message.sid).fetch()).status === 'delivered');
    expect((await pidge.running.store.message(pidge.account.sid, message.sid))?.callbackUrl).toBeNull();
    await client.applications(sid).remove();
    await expect(send({ applicationSid: sid })).rejects.toMatchObject({ status: 400, code: 21420 });
  });
});
