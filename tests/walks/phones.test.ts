/** Phones by the test side: what they can be told to do, what is refused and how. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestApp } from '../helpers/app.ts';
import { Client } from '../helpers/client.ts';
import { TestPhone } from '../helpers/phone.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { makeService } from '../helpers/services.ts';
import { Sink } from '../helpers/sink.ts';

const WHATSAPP = 'whatsapp:+12025550100';

describe('a phone', () => {
  let pidge: TestPidge;
  let client: Client;
  let app: TestApp;
  let phone: TestPhone;

  beforeEach(async () => {
    app = await new TestApp().start();
    pidge = await startTestPidge();
    client = new Client(pidge.origin, pidge.account);
    phone = new TestPhone(client);
  });
  afterEach(async () => {
    await client.close();
    await pidge.close();
    await app.stop();
  });

  const arrived = (count = 1) => pidge.until(async () => (await phone.inbox()).length === count);
  const point = async (address: string, properties: Record<string, unknown>) => {
    const found = await pidge.running.store.senderByAddress(address);
    if (!found) throw new Error(`${address} is not there`);
    await pidge.running.store.saveSender({ ...found, properties });
  };

  /** WhatsApp lets a business write freely to who has written to it. */
  const openWindow = () => phone.send({ to: WHATSAPP, channel: 'whatsapp', body: 'Hi' });

  it('writes to the first number, or back to who wrote to it last', async () => {
    await pidge.addSender({ address: '+12125550140' });
    const first = await phone.send('Hello');
    const to = async (sid: string) => (await pidge.running.store.message(pidge.account.sid, sid))?.to;
    expect(await to(first.json.sid)).toBe('+12025550100');
    await client.send({ From: '+12125550140', To: phone.number });
    await arrived();
    expect(await to((await phone.send('Back')).json.sid)).toBe('+12125550140');
    const channel = await phone.send({ channel: 'whatsapp', body: 'Hello' });
    expect(await to(channel.json.sid)).toBe(WHATSAPP);
  });

  it('has a conversation of both sides, in order', async () => {
    await client.send({ Body: 'One' });
    await arrived();
    await phone.send('Two');
    const { messages } = (await phone.call('GET', 'conversation')).json;
    expect(messages.map(({ direction, body }: { direction: string; body: string }) => [direction, body])).toEqual([
      ['received', 'One'],
      ['sent', 'Two'],
    ]);
  });

  it('is answered at once when it does not wait, and told when the app is too slow', async () => {
    await point('+12025550100', { sms_url: app.url() });
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    app.answer = async () => {
      await gate;
      return '<Response><Message>Late</Message></Response>';
    };
    for (const wait of [false, '20ms']) {
      const { status, json } = await phone.send({ body: 'Hello', wait });
      expect([status, json.status, json.pending]).toEqual([202, 'receiving', true]);
    }
    open();
    await arrived(2);
  });

  it('presses a button of a template, which the app is told', async () => {
    const { json: template } = await client.call('POST', '/v1/Content', {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        friendly_name: 'ask',
        language: 'en',
        variables: { 1: 'Friday' },
        types: {
          'twilio/quick-reply': {
            body: 'Come on {{1}}?',
            actions: [
              { title: 'Yes', id: 'yes-{{1}}' },
              { title: 'No', id: 'no' },
            ],
          },
        },
      }),
    });
    await point(WHATSAPP, { webhook: { callback_url: app.url(), callback_method: 'POST' } });
    expect((await phone.call('POST', 'press', { button: 'Yes' })).status).toBe(404);
    await openWindow();
    const sent = await client.send([
      ['To', `whatsapp:${phone.number}`],
      ['From', WHATSAPP],
      ['ContentSid', template.sid],
    ]);
    expect(sent.status).toBe(201);
    await arrived();
    const wrong = await phone.call('POST', 'press', { button: 'Perhaps' });
    expect([wrong.status, wrong.json.details.allowed]).toEqual([400, 'Yes, No']);
    const { status } = await phone.call('POST', 'press', { button: 'Yes' });
    expect(status).toBe(201);
    expect(app.asked.at(-1)?.params).toMatchObject({
      Body: 'Yes',
      ProfileName: 'Ada',
      MessageType: 'button',
      ButtonText: 'Yes',
      ButtonPayload: 'yes-Friday',
      ButtonType: 'REPLY',
      OriginalRepliedMessageSid: sent.json.sid,
      OriginalRepliedMessageSender: WHATSAPP,
    });
  });

  it('clicks the short link of the newest message', async () => {
    const MessagingServiceSid = await makeService({ store: pidge.running.store, clock: pidge }, pidge.account.sid, {
      senders: [{ address: '+12025550100' }],
    });
    expect((await phone.call('POST', 'click', {})).status).toBe(404);
    const Body = 'Look at https://example.com/a/very/long/path';
    const made = await client.send([
      ['To', phone.number],
      ['MessagingServiceSid', MessagingServiceSid],
      ['Body', Body],
      ['ShortenUrls', 'true'],
    ]);
    expect(made.status).toBe(201);
    await arrived();
    const { json } = await phone.call('POST', 'click', {});
    expect(json).toMatchObject({ status: 302, location: 'https://example.com/a/very/long/path' });
    expect((await phone.call('POST', 'click', { url: 'https://example.com/' })).status).toBe(404);
    expect((await phone.call('POST', 'click', { url: 'a'.repeat(100_000) })).status).toBe(404);
  });

  it('reads a message of a channel, and has no receipt for an SMS', async () => {
    const sink = await new Sink().start();
    await openWindow();
    const to = `whatsapp:${phone.number}`;
    const sent = await client.send({ To: to, From: WHATSAPP, StatusCallback: sink.origin });
    await sink.until(() => sink.statuses(sent.json.sid).includes('delivered'));
    const { json } = await phone.call('POST', 'read', { message: sent.json.sid });
    expect(json.read).toEqual([sent.json.sid]);
    await sink.until(() => sink.statuses(sent.json.sid).includes('read'));
    await client.send();
    await arrived(2);
    const sms = await phone.call('POST', 'read', {});
    expect([sms.status, sms.json.details.fix]).toEqual([409, expect.stringContaining('no read receipts')]);
    expect((await phone.call('POST', 'read', { all: true })).json.read).toEqual([sent.json.sid]);
    await sink.stop();
  });

  it('is refused by name when it is told something it cannot do', async () => {
    const cases: [Record<string, unknown>, number, string][] = [
      [{}, 20001, 'body'],
      [{ text: 'Hello' }, 20001, 'text'],
      [{ body: 7 }, 20001, 'body'],
      [{ body: 'a'.repeat(1_601) }, 20001, 'body'],
      [{ body: 'Hello', to: 'nonsense!' }, 21211, 'to'],
      [{ body: 'Hello', to: '+12025550199' }, 20404, 'to'],
      [{ body: 'Hello', channel: 'fax' }, 20001, 'channel'],
      [{ body: 'Hello', channel: 'messenger' }, 20001, 'to'],
      [{ body: 'Hello', wait: '1h' }, 20001, 'wait'],
      [{ body: 'Hello', profile_name: 'Ada' }, 20001, 'profile_name'],
      [{ location: { latitude: 1, longitude: 2 } }, 20001, 'location'],
      [{ channel: 'whatsapp', location: { latitude: 91, longitude: 2 } }, 20001, 'location'],
      [{ media: [{}] }, 20001, 'media[0]'],
      [{ media: [{ base64: 'aGk=' }] }, 20001, 'media[0].content_type'],
      [{ media: [{ base64: '!', content_type: 'image/png' }] }, 20001, 'media[0].base64'],
      // A pattern that tries every way to divide the blanks would take hours for these.
      [{ media: [{ base64: `aGk${' '.repeat(2_000_000)}!`, content_type: 'image/png' }] }, 20001, 'media[0].base64'],
      [{ media: [{ url: 'http://127.0.0.1:9/x.png' }] }, 20001, 'media[0].url'],
      [{ media: Array.from({ length: 11 }, () => ({})) }, 20001, 'media'],
      [{ parts: [] }, 20001, 'parts'],
      [{ parts: [{ number: 0, text: 'x' }] }, 20001, 'parts[0]'],
      [{ parts: ['a'], body: 'b' }, 20001, 'parts'],
    ];
    for (const [body, code, parameter] of cases) {
      const { status, json } = await phone.send(body);
      expect([status >= 400 && status < 500, json.code, json.details?.parameter, body]).toEqual([
        true,
        code,
        parameter,
        body,
      ]);
      expect(json.details.fix).not.toBe('');
    }
    const text = await client.call('POST', '/_test/v1/default/phones/12/send', {
      auth: null,
      body: '{',
      headers: { 'content-type': 'application/json' },
    });
    expect(text.status).toBe(400);
    const scope = await phone.call('POST', 'optouts', { scope: '+12025550199' });
    expect([scope.status, scope.json.details.parameter]).toEqual([404, 'scope']);
  });
});
