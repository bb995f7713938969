/** WhatsApp, Messenger and RCS: the 24-hour window, templates and what phones show of them, codes, read receipts. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { intake } from '../contract/store-inbound.fixtures.ts';
import { TestApp } from '../helpers/app.ts';
import { Client } from '../helpers/client.ts';
import { openWindow, TestPhone } from '../helpers/phone.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { makeService } from '../helpers/services.ts';
import { Sink } from '../helpers/sink.ts';

const OURS = 'whatsapp:+12025550100';
const PAGE = 'messenger:page-1';
const DAY_MS = 86_400_000;
const json = { 'content-type': 'application/json' };

let pidge: TestPidge;
let client: Client;
let sink: Sink;
let app: TestApp;
let last = 0;

beforeAll(async () => {
  sink = await new Sink().start();
  app = await new TestApp().start();
  pidge = await startTestPidge({
    change(config) {
      config.simulator.receiptAfterMs = 0;
      config.simulator.submitAfterMs = 0;
      config.limits.scheduleMinLeadMs = 0;
      config.senders = [{ address: PAGE, properties: {} }];
    },
  });
  client = new Client(pidge.origin, pidge.account);
});
afterAll(async () => {
  await client.close();
  await pidge.close();
  await app.stop();
  await sink.stop();
});
afterEach(() => {
  app.asked.length = 0;
});

/** A phone that nobody has written to or heard of. */
const fresh = () => `+131255501${String(++last).padStart(2, '0')}`;
const fetch = async (sid: string) => (await client.call('GET', `${client.base}/Messages/${sid}.json`)).json;
const trace = async (sid: string) => (await client.call('GET', `/_test/v1/default/messages/${sid}/trace`)).json;
const ENDS = ['delivered', 'failed', 'undelivered', 'read'];

/** Sends on WhatsApp unless told otherwise, and waits for the end. */
async function sent(form: Record<string, string>) {
  const pairs = Object.entries({ From: OURS, ...form }).filter(([, value]) => value !== '');
  const { status, json: made } = await client.call('POST', `${client.base}/Messages.json`, { form: pairs });
  expect([status, made.code]).toEqual([201, undefined]);
  await pidge.until(async () => ENDS.includes((await fetch(made.sid)).status));
  return fetch(made.sid);
}
const note = async (sid: string) => (await trace(sid)).history.at(-1).note as string;

async function template(types: Record<string, unknown>, status: string | null = 'approved', variables = {}) {
  const body = JSON.stringify({ friendly_name: 'one', language: 'en', types, variables });
  const { json: made } = await client.call('POST', '/v1/Content', { body, headers: json });
  if (status !== null) await judge(made.sid, status);
  return made.sid as string;
}
const judge = (sid: string, status: string) =>
  client.call('PUT', `/_test/v1/default/templates/${sid}`, { body: JSON.stringify({ status }), headers: json });
const behave = (number: string, behaviour: unknown, more: object = {}) =>
  client.call('PUT', `/_test/v1/default/phones/${encodeURIComponent(number)}`, {
    body: JSON.stringify({ behave: behaviour, ...more }),
    headers: json,
  });

/** The app is asked what is written to our sender. */
async function listen(): Promise<void> {
  const found = await pidge.running.store.senderByAddress(OURS);
  if (!found) throw new Error(`${OURS} is not there`);
  await pidge.running.store.saveSender({ ...found, properties: { webhook: { callback_url: app.url() } } });
}

/** What a person wrote so long ago. */
async function wroteAgo(ageMs: number, from: string, to: string): Promise<void> {
  const at = pidge.now() - ageMs;
  const about = { accountSid: pidge.account.sid, from, to, createdAt: at, updatedAt: at, sentAt: at };
  await pidge.running.store.takeIn([intake({ reply: null }, about)], at);
}

describe('the 24-hour window', () => {
  it('fails a free text on WhatsApp to who never wrote, and says how to go on', async () => {
    const phone = fresh();
    const message = await sent({ To: `whatsapp:${phone}`, Body: 'Hello', StatusCallback: `${sink.origin}/window` });
    expect(message).toMatchObject({ status: 'failed', error_code: 63016, price: null, date_sent: null });
    expect(message.error_message).toBe('Outside messaging window (WhatsApp: use a template)');
    expect(await note(message.sid)).toMatch(/the recipient has to write first, or send an approved template/);
    await sink.until(() => sink.statuses(message.sid).length === 1);
    expect(sink.heard.at(-1)?.params).toMatchObject({
      MessageStatus: 'failed',
      ErrorCode: '63016',
      ChannelStatusMessage: 'Outside messaging window (WhatsApp: use a template)',
    });
    expect(await new TestPhone(client, phone).inbox()).toEqual([]);
  });

  it('is opened by a text of the phone, for the sender that it wrote to', async () => {
    const phone = fresh();
    await openWindow(client, phone);
    expect(await sent({ To: `whatsapp:${phone}`, Body: 'Hello' })).toMatchObject({ status: 'delivered' });
    const other = 'whatsapp:+12025550188';
    await pidge.addSender({ address: other });
    expect((await sent({ To: `whatsapp:${phone}`, From: other, Body: 'Hello' })).error_code).toBe(63016);
  });

  it.each([
    ['is open just before a day is over', DAY_MS - 60_000, null],
    ['is closed when the day is over', DAY_MS, 63016],
  ])('%s', async (_, ageMs, code) => {
    const phone = fresh();
    await wroteAgo(ageMs, `whatsapp:${phone}`, OURS);
    expect((await sent({ To: `whatsapp:${phone}`, Body: 'Hello' })).error_code).toBe(code);
  });

  it('is judged when a scheduled message is due, and then it fails without a place in the queue', async () => {
    const senders = [{ address: OURS, kind: 'channel' as const }];
    const parts = { store: pidge.running.store, clock: pidge };
    const MessagingServiceSid = await makeService(parts, pidge.account.sid, {
      senders,
      properties: { use_inbound_webhook_on_number: true },
    });
    const scheduled = (phone: string) => ({
      From: '',
      To: `whatsapp:${phone}`,
      Body: 'Hello',
      MessagingServiceSid,
      ScheduleType: 'fixed',
      SendAt: new Date(pidge.now() + 1_000).toISOString(),
    });
    const message = await sent(scheduled(fresh()));
    expect(message).toMatchObject({ status: 'failed', error_code: 63016 });
    const walk = (await trace(message.sid)).history.map(({ status }: { status: string }) => status);
    expect(walk).toEqual(['scheduled', 'failed']);
    const phone = fresh();
    await openWindow(client, phone);
    expect((await sent(scheduled(phone))).status).toBe('delivered');
  });

  it('is there on Messenger as well, where no template opens it', async () => {
    const person = 'messenger:user-1';
    const ContentSid = await template({ 'twilio/text': { body: 'Hello' } });
    expect((await sent({ From: PAGE, To: person, Body: 'Hello' })).error_code).toBe(63016);
    expect((await sent({ From: PAGE, To: person, ContentSid })).error_code).toBe(63016);
    await new TestPhone(client, person).send({ to: PAGE, body: 'Hi' });
    expect((await sent({ From: PAGE, To: person, Body: 'Hello' })).status).toBe('delivered');
    expect((await new TestPhone(client, person).inbox())[0]).toMatchObject({ channel: 'messenger', body: 'Hello' });
  });

  it('is not judged for a sender whose service receives nothing, as nobody knows who wrote', async () => {
    const address = 'whatsapp:+12025550187';
    const senders = [{ address, kind: 'channel' as const }];
    await makeService({ store: pidge.running.store, clock: pidge }, pidge.account.sid, { senders });
    expect((await sent({ From: address, To: `whatsapp:${fresh()}`, Body: 'Hello' })).status).toBe('delivered');
  });

  it('is not there on RCS', async () => {
    const phone = fresh();
    await behave(phone, 'deliver', { rcs: true });
    await pidge.addSender({ address: 'rcs:agent' });
    expect((await sent({ From: 'rcs:agent', To: `rcs:${phone}`, Body: 'Hello' })).status).toBe('delivered');
  });
});

describe('a template on WhatsApp', () => {
  const types = { 'twilio/text': { body: 'Hi {{1}}' } };

  it('that is approved reaches who never wrote; the same words as a text do not', async () => {
    const ContentSid = await template(types);
    const To = `whatsapp:${fresh()}`;
    const StatusCallback = `${sink.origin}/structured`;
    const message = await sent({ To, ContentSid, ContentVariables: '{"1":"Ada"}', StatusCallback });
    expect(message).toMatchObject({ status: 'delivered', body: 'Hi Ada' });
    await sink.until(() => sink.statuses(message.sid).length === 2);
    const first = sink.heard.find(({ params }) => params.MessageSid === message.sid);
    expect(first?.params).toMatchObject({ MessageStatus: 'sent', StructuredMessage: 'true' });
    expect((await sent({ To, Body: 'Hi Ada' })).error_code).toBe(63016);
  });

  it('is approved when it is submitted, as dev has it', async () => {
    const ContentSid = await template(types, null, { 1: 'you' });
    const To = `whatsapp:${fresh()}`;
    expect((await sent({ To, ContentSid })).error_code).toBe(63016);
    const body = JSON.stringify({ name: 'hi', category: 'UTILITY' });
    await client.call('POST', `/v1/Content/${ContentSid}/ApprovalRequests/whatsapp`, { body, headers: json });
    expect((await sent({ To, ContentSid })).status).toBe('delivered');
  });

  it.each([
    ['pending', 63016],
    ['rejected', 63040],
    ['paused', 63041],
    ['disabled', 63042],
  ])('that is %s fails outside the window, and goes as a text within', async (status, code) => {
    const ContentSid = await template(types, status, { 1: 'you' });
    const phone = fresh();
    const closed = await sent({ To: `whatsapp:${phone}`, ContentSid });
    expect(closed.error_code).toBe(code);
    expect(await note(closed.sid)).toContain(`is ${status}`);
    await openWindow(client, phone);
    expect((await sent({ To: `whatsapp:${phone}`, ContentSid })).status).toBe('delivered');
  });

  it('of a type that is for conversations cannot open one', async () => {
    const items = [{ id: 'a', item: 'Apple', description: 'green' }];
    const ContentSid = await template({ 'twilio/list-picker': { body: 'Choose', button: 'Fruit', items } });
    expect((await sent({ To: `whatsapp:${fresh()}`, ContentSid })).error_code).toBe(63016);
  });

  it.each([
    ['a value with a line end', types, '{"1":"two\\nlines"}', 63013],
    ['a value with five spaces in a row', types, '{"1":"a     b"}', 63013],
    ['a placeholder that nothing fills', { 'twilio/text': { body: 'Hi {{1}} {{2}}' } }, '{"1":"Ada"}', 63028],
    ['more than 1024 characters', types, JSON.stringify({ 1: 'x'.repeat(1_022) }), 63021],
  ])('with %s fails, window or not', async (_, made, ContentVariables, code) => {
    const ContentSid = await template(made);
    const phone = fresh();
    await openWindow(client, phone);
    expect((await sent({ To: `whatsapp:${phone}`, ContentSid, ContentVariables })).error_code).toBe(code);
  });

  it('may be judged by nobody else’s words', async () => {
    const missing = await judge(`HX${'0'.repeat(32)}`, 'rejected');
    expect([missing.status, missing.json.code]).toEqual([404, 20404]);
    const wrong = await judge(await template(types), 'perhaps');
    expect([wrong.status, wrong.json.details.parameter]).toEqual([400, 'status']);
  });
});

describe('what a phone shows of a template, and can press', () => {
  it('is refused when values make more of it than any channel shows', async () => {
    const ContentSid = await template({ 'twilio/card': { title: 'Hello', footer: '{{1}}'.repeat(1_000) } });
    const form = { From: OURS, To: `whatsapp:${fresh()}`, ContentSid };
    const filled = (length: number) =>
      client.call('POST', `${client.base}/Messages.json`, {
        form: Object.entries({ ...form, ContentVariables: JSON.stringify({ 1: 'x'.repeat(length) }) }),
      });
    expect((await filled(1_600)).json).toMatchObject({ code: 21617, details: { parameter: 'ContentVariables' } });
    expect((await filled(10)).status).toBe(201);
  });

  const shown = async (types: Record<string, unknown>, variables = '') => {
    const number = fresh();
    await openWindow(client, number);
    const ContentSid = await template(types);
    const message = await sent({ To: `whatsapp:${number}`, ContentSid, ContentVariables: variables });
    expect(message.status).toBe('delivered');
    const phone = new TestPhone(client, number);
    const [first] = await phone.inbox();
    return { phone, message, inbox: first };
  };

  it('a card has its title, footer and buttons, filled', async () => {
    const { inbox } = await shown(
      {
        'whatsapp/card': {
          body: 'Order {{1}}',
          header_text: 'Shop',
          footer: 'Since 1990',
          actions: [
            { type: 'URL', title: 'Track', url: 'https://shop.example/{{1}}' },
            { type: 'PHONE_NUMBER', title: 'Call', phone: '+12025550100' },
            { type: 'QUICK_REPLY', title: 'Stop', id: 'stop-{{1}}' },
          ],
        },
      },
      '{"1":"4711"}',
    );
    expect(inbox).toMatchObject({
      body: 'Order 4711',
      buttons: [{ text: 'Stop', payload: 'stop-4711' }],
      card: {
        type: 'whatsapp/card',
        header: 'Shop',
        footer: 'Since 1990',
        buttons: [
          { kind: 'URL', text: 'Track', url: 'https://shop.example/4711' },
          { kind: 'PHONE_NUMBER', text: 'Call', phone: '+12025550100' },
          { kind: 'QUICK_REPLY', text: 'Stop', payload: 'stop-4711' },
        ],
      },
    });
  });

  it('a carousel has its cards, whose quick replies can be pressed', async () => {
    await listen();
    const card = (title: string) => ({
      title,
      body: `About ${title}`,
      actions: [{ type: 'QUICK_REPLY', title: `Take ${title}`, id: title }],
    });
    const { phone, inbox } = await shown({ 'twilio/carousel': { body: 'Look', cards: [card('one'), card('two')] } });
    expect(inbox).toMatchObject({ card: { cards: [{ title: 'one', body: 'About one' }, { title: 'two' }] } });
    expect((await phone.call('POST', 'press', { payload: 'two' })).status).toBe(201);
    expect(app.asked.at(-1)?.params).toMatchObject({ ButtonText: 'Take two', ButtonPayload: 'two', Body: 'Take two' });
  });

  it('a list can be chosen from, and the app is told what was', async () => {
    await listen();
    const items = [
      { id: 'a', item: 'Apple', description: 'green' },
      { id: 'b', item: 'Banana', description: 'yellow' },
    ];
    const { phone, message } = await shown({ 'twilio/list-picker': { body: 'Choose', button: 'Fruit', items } });
    const wrong = await phone.call('POST', 'press', { item: 'c' });
    expect([wrong.status, wrong.json.details.allowed]).toEqual([400, 'a, b']);
    expect((await phone.call('POST', 'press', { item: 'b' })).status).toBe(201);
    expect(app.asked.at(-1)?.params).toMatchObject({
      Body: 'Banana',
      MessageType: 'interactive',
      ListId: 'b',
      ListTitle: 'Banana',
      ListDescription: 'yellow',
      OriginalRepliedMessageSid: message.sid,
    });
  });

  it('on RCS, a button comes back by RCS although the message went to a plain number', async () => {
    const number = fresh();
    await behave(number, 'deliver', { rcs: true });
    const agent = 'rcs:buttons';
    await pidge.addSender({ address: agent, properties: { webhook: { callback_url: app.url() } } });
    const quick = { body: 'Come?', actions: [{ title: 'Yes', id: 'y' }] };
    const ContentSid = await template({ 'twilio/quick-reply': quick });
    const properties = { use_inbound_webhook_on_number: true };
    const senders = [{ address: agent, kind: 'channel' as const, registered: false }];
    const parts = { store: pidge.running.store, clock: pidge };
    const MessagingServiceSid = await makeService(parts, pidge.account.sid, { properties, senders });
    const message = await sent({ From: '', To: number, ContentSid, MessagingServiceSid });
    expect([message.from, message.to]).toEqual([agent, number]);
    const phone = new TestPhone(client, number);
    expect((await phone.call('POST', 'press', { button: 'Yes' })).status).toBe(201);
    const { From, To, ButtonPayload, ChannelMetadata = '' } = app.asked.at(-1)?.params ?? {};
    expect([From, To, ButtonPayload]).toEqual([`rcs:${number}`, agent, 'y']);
    expect(JSON.parse(ChannelMetadata).type).toBe('rcs');
  });

  it('a place is a place, and a code is in WhatsApp’s own words', async () => {
    const place = { latitude: '37.78', longitude: '-122.39', label: 'Pier' };
    expect((await shown({ 'twilio/location': place })).inbox).toMatchObject({
      body: '',
      actions: ['geo:37.78,-122.39|Pier'],
    });
    const actions = [{ type: 'COPY_CODE', copy_code_text: 'Copy' }];
    const code = await shown({ 'whatsapp/authentication': { actions } }, '{"1":"4711"}');
    expect(code.inbox).toMatchObject({
      body: '4711 is your verification code.',
      card: { buttons: [{ kind: 'COPY_CODE', text: 'Copy' }] },
    });
  });

  it('is gone with the text when that is redacted', async () => {
    const quick = { body: 'Secret?', actions: [{ title: 'Secret yes', id: 'y' }] };
    const { message } = await shown({ 'twilio/quick-reply': quick });
    await client.call('POST', `${client.base}/Messages/${message.sid}.json`, { form: { Body: '' } });
    const kept = await pidge.running.store.message(pidge.account.sid, message.sid);
    expect(JSON.stringify(kept)).not.toContain('Secret');
    expect(kept?.options).toEqual({});
  });
});

describe('what becomes of a message on a channel', () => {
  it('is read when the phone reads it, with or without being asked to at once', async () => {
    const number = fresh();
    const phone = new TestPhone(client, number);
    await openWindow(client, number);
    const StatusCallback = `${sink.origin}/read`;
    const message = await sent({ To: `whatsapp:${number}`, Body: 'Hello', StatusCallback });
    expect((await phone.call('POST', 'read', {})).json).toEqual({ read: [message.sid] });
    await sink.until(() => sink.statuses(message.sid).length === 3);
    expect(sink.statuses(message.sid)).toEqual(['sent', 'delivered', 'read']);
    expect(sink.heard.at(-1)?.params).toMatchObject({ MessageStatus: 'read', EventType: 'READ' });
    await behave(number, { read_after: '10ms' });
    const later = await sent({ To: `whatsapp:${number}`, Body: 'Hello' });
    await pidge.until(async () => (await fetch(later.sid)).status === 'read');
  });

  it('stays sent when the phone is blocked or off', async () => {
    const number = fresh();
    await openWindow(client, number);
    await behave(number, 'no_receipt');
    const { json: made } = await client.send({ To: `whatsapp:${number}`, From: OURS, Body: 'Hello' });
    await pidge.until(async () => (await fetch(made.sid)).status === 'sent');
    await pidge.running.engine.idle();
    expect(await fetch(made.sid)).toMatchObject({ status: 'sent', error_code: null });
  });

  it.each([
    ['failed', 63001],
    ['failed', 63012],
    ['failed', 63018],
    ['undelivered', 63003],
    ['undelivered', 63024],
    ['undelivered', 63032],
    ['undelivered', 63049],
  ])('is %s %d when the phone’s behaviour says so, which its callback names', async (status, code) => {
    const number = fresh();
    await openWindow(client, number);
    await behave(number, { [status]: code });
    const StatusCallback = `${sink.origin}/codes`;
    const message = await sent({ To: `whatsapp:${number}`, Body: 'Hello', StatusCallback });
    expect(message).toMatchObject({ status, error_code: code });
    await sink.until(() => sink.statuses(message.sid).at(-1) === status);
    const params = sink.heard.findLast((one) => one.params.MessageSid === message.sid)?.params;
    expect(params).toMatchObject({ ErrorCode: String(code), ChannelStatusMessage: message.error_message });
  });

  it.each([
    ['a sender that nobody has', { From: 'whatsapp:+12025550199', To: 'whatsapp:+12025550101' }, 63007],
    ['a sender to itself', { From: OURS, To: OURS }, 63031],
    ['a plain sender to WhatsApp', { From: '+12025550100', To: 'whatsapp:+12025550101' }, 21910],
    ['more than 1600 characters', { From: OURS, To: 'whatsapp:+12025550101', Body: 'x'.repeat(1_601) }, 21617],
  ])('is refused: %s', async (_, form, code) => {
    const { status, json: refused } = await client.send({ Body: 'Hello', ...form });
    expect([status, refused.code]).toEqual([400, code]);
  });

  it('has no more than 1024 characters on WhatsApp', async () => {
    const number = fresh();
    await openWindow(client, number);
    const of = async (length: number) =>
      (await sent({ To: `whatsapp:${number}`, Body: 'x'.repeat(length) })).error_code;
    expect([await of(1_024), await of(1_025)]).toEqual([null, 63021]);
  });
});

describe('what a phone says on WhatsApp tells the app (sheet 3.2)', () => {
  const number = '+13125550150';
  const phone = () => new TestPhone(client, number);
  const params = async (said: Record<string, unknown>) => {
    await listen();
    const { status, json: answer } = await phone().send({ channel: 'whatsapp', to: OURS, body: 'Hi', ...said });
    expect([status, answer.code]).toEqual([201, undefined]);
    return app.asked.at(-1)?.params ?? {};
  };
  const referral = {
    body: 'Ad',
    headline: 'Buy',
    source_id: '7',
    source_type: 'ad',
    source_url: 'https://ad.example/',
    media_id: 'M1',
    media_content_type: 'image/jpeg',
    media_url: 'https://ad.example/a.jpg',
    ctwa_clid: 'C1',
  };

  it.each<[string, Record<string, unknown>, Record<string, string>]>([
    ['a text', {}, { MessageType: 'text', WaId: '13125550150', ReferralNumMedia: '0', NumSegments: '1' }],
    ['its name', { profile_name: 'Ada L' }, { ProfileName: 'Ada L' }],
    ['another id', { wa_id: '4711' }, { WaId: '4711' }],
    [
      'ids of the business',
      { external_user_id: 'E', parent_external_user_id: 'P', profile_username: 'ada' },
      { ExternalUserId: 'E', ParentExternalUserId: 'P', ProfileUsername: 'ada' },
    ],
    ['that it is passed on', { forwarded: true }, { Forwarded: 'true' }],
    ['that it is passed on often', { frequently_forwarded: true }, { FrequentlyForwarded: 'true' }],
    ['a kind of its own', { message_type: 'unsupported' }, { MessageType: 'unsupported' }],
    [
      'a choice from a list',
      { list: { id: 'a', title: 'Apple', description: 'green' } },
      { ListId: 'a', ListTitle: 'Apple', ListDescription: 'green', MessageType: 'interactive' },
    ],
    [
      'a form that was filled',
      { interactive_data: { a: 1 }, flow_data: '{"b":2}' },
      { InteractiveData: '{"a":1}', FlowData: '{"b":2}' },
    ],
    [
      'a place',
      { location: { latitude: 1.5, longitude: -2, address: 'A St', label: 'A' } },
      { Latitude: '1.5', Longitude: '-2', Address: 'A St', Label: 'A', MessageType: 'location' },
    ],
    [
      'the advertisement it came from',
      { referral },
      {
        ReferralNumMedia: '1',
        ReferralBody: 'Ad',
        ReferralHeadline: 'Buy',
        ReferralSourceId: '7',
        ReferralSourceType: 'ad',
        ReferralSourceUrl: 'https://ad.example/',
        ReferralMediaId: 'M1',
        ReferralMediaContentType: 'image/jpeg',
        ReferralMediaUrl: 'https://ad.example/a.jpg',
        ReferralCtwaClid: 'C1',
      },
    ],
  ])('%s', async (_, said, expected) => {
    expect(await params(said)).toMatchObject(expected);
  });

  it.each([
    ['image/png', 'image'],
    ['image/webp', 'sticker'],
    ['audio/ogg', 'audio'],
    ['video/mp4', 'video'],
    ['application/pdf', 'document'],
    ['text/vcard', 'contacts'],
  ])('a file of %s as %s', async (content_type, MessageType) => {
    const media = [{ content_type, base64: Buffer.from('bytes').toString('base64') }];
    expect(await params({ media })).toMatchObject({ MessageType, NumMedia: '1', MediaContentType0: content_type });
  });

  it('what it answers to, by message and sender; a reaction is its sign', async () => {
    await openWindow(client, number);
    const message = await sent({ To: `whatsapp:${number}`, Body: 'Hello' });
    const quote = { OriginalRepliedMessageSid: message.sid, OriginalRepliedMessageSender: OURS };
    expect(await params({ reply_to: message.sid })).toMatchObject({ Body: 'Hi', ...quote });
    expect(await params({ reply_to: message.sid, reaction: '👍', body: undefined })).toMatchObject({
      Body: '👍',
      MessageType: 'reaction',
      ...quote,
    });
    const wrong = await phone().send({ channel: 'whatsapp', to: OURS, body: 'Hi', reply_to: 'SM1' });
    expect([wrong.status, wrong.json.details.parameter]).toEqual([400, 'reply_to']);
  });

  it('without a body: a choice is its title, and a form or a kind of its own has none', async () => {
    const list = { id: 'a', title: 'Apple' };
    expect(await params({ list, body: undefined })).toMatchObject({ Body: 'Apple', ListId: 'a' });
    expect(await params({ flow_data: '{}', body: undefined })).toMatchObject({ Body: '', FlowData: '{}' });
    expect(await params({ message_type: 'unsupported', body: undefined })).toMatchObject({ Body: '' });
  });

  it('on the channel of whom it writes to', async () => {
    expect(await params({ channel: undefined })).toMatchObject({ From: `whatsapp:${number}`, To: OURS });
  });

  it('and an SMS has none of it', async () => {
    for (const [name, value] of Object.entries({ forwarded: true, referral, reply_to: 'SM1', list: {} })) {
      const { status, json: refused } = await phone().send({ body: 'Hi', [name]: value });
      expect([status, refused.details.parameter]).toEqual([400, name]);
    }
  });
});
