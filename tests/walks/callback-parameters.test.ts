/** What status callbacks say, per channel and event, and whom they tell: every row of behaviour sheet 2.1 and 2.3. */
import twilio from 'twilio';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Client } from '../helpers/client.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { makeService, type TestSender } from '../helpers/services.ts';
import { type Heard, Sink } from '../helpers/sink.ts';

const NUMBER = '+12025550100';
const WHATSAPP = `whatsapp:${NUMBER}`;
const TO = '+12025550101';
const ALWAYS = ['AccountSid', 'ApiVersion', 'From', 'MessageSid', 'MessageStatus', 'SmsSid', 'SmsStatus', 'To'];
const OF_CHANNEL = [...ALWAYS, 'ChannelInstallSid', 'ChannelPrefix', 'ChannelToAddress'];

let pidge: TestPidge;
let client: Client;
let sink: Sink;

beforeEach(async () => {
  sink = await new Sink().start();
  pidge = await startTestPidge({
    change(config) {
      config.simulator.receiptAfterMs = 0;
      config.limits.scheduleMinLeadMs = 0;
      config.channels.sessionWindow = 'ignore';
      config.senders = [{ address: WHATSAPP, properties: { status_callback_url: `${sink.origin}/sender` } }];
    },
  });
  client = new Client(pidge.origin, pidge.account);
});
afterEach(async () => {
  await client.close();
  await pidge.close();
  // Whatever was said, the official validator believes it.
  for (const { url, headers, params } of sink.heard) {
    const signature = String(headers['x-twilio-signature']);
    expect(twilio.validateRequest(pidge.account.token, signature, url, params)).toBe(true);
  }
  await sink.stop();
});

const service = (senders: TestSender[], properties: Record<string, unknown> = {}) =>
  makeService({ store: pidge.running.store, clock: pidge }, pidge.account.sid, { senders, properties });
const behave = (number: string, behaviour: unknown, more: object = {}) =>
  client.call('PUT', `/_test/v1/default/phones/${number}`, {
    body: JSON.stringify({ behave: behaviour, ...more }),
    headers: { 'content-type': 'application/json' },
  });
/** Sends with a callback of its own, unless the form says otherwise, and waits for so many. */
async function heardOf(form: Record<string, string>, count: number): Promise<{ sid: string; heard: Heard[] }> {
  const { status, json } = await client.send(Object.entries({ To: TO, Body: 'Hello', ...form }));
  expect(status).toBe(201);
  const of = () => sink.heard.filter(({ params }) => params.MessageSid === json.sid);
  await sink.until(() => of().length >= count);
  return { sid: json.sid, heard: of() };
}
const own = () => ({ StatusCallback: `${sink.origin}/own` });
const names = (heard: Heard | undefined) => Object.keys(heard?.params ?? {}).sort();
const sorted = (list: string[]) => [...list].sort();

describe('a callback of an SMS', () => {
  it('says who, to whom and what; of a delivery the carrier’s time as well', async () => {
    const { sid, heard } = await heardOf({ From: NUMBER, ...own() }, 2);
    expect(heard.map(names)).toEqual([sorted(ALWAYS), sorted([...ALWAYS, 'RawDlrDoneDate'])]);
    expect(heard[0]?.params).toEqual({
      AccountSid: pidge.account.sid,
      ApiVersion: '2010-04-01',
      From: NUMBER,
      MessageSid: sid,
      MessageStatus: 'sent',
      SmsSid: sid,
      SmsStatus: 'sent',
      To: TO,
    });
    expect(heard[1]?.params.RawDlrDoneDate).toMatch(/^\d{10}$/);
  });

  it('that was not delivered has the carrier’s time, the code and its name', async () => {
    await behave(TO, { undelivered: 30005 });
    const { heard } = await heardOf({ From: NUMBER, ...own() }, 2);
    expect(names(heard[1])).toEqual(sorted([...ALWAYS, 'ErrorCode', 'ErrorMessage', 'RawDlrDoneDate']));
    expect(heard[1]?.params).toMatchObject({
      MessageStatus: 'undelivered',
      ErrorCode: '30005',
      ErrorMessage: 'Unknown destination handset',
    });
  });

  it('through a service names it, and the sender as soon as there is one', async () => {
    const MessagingServiceSid = await service([{ address: NUMBER }]);
    const { heard } = await heardOf({ MessagingServiceSid, ...own() }, 3);
    expect(heard.map(({ params }) => params.MessageStatus)).toEqual(['queued', 'sent', 'delivered']);
    for (const { params } of heard) expect(params).toMatchObject({ MessagingServiceSid, From: NUMBER });
  });

  it('that failed before it had a sender has no From', async () => {
    const MessagingServiceSid = await service([]);
    const { heard } = await heardOf({ MessagingServiceSid, ...own() }, 1);
    const expected = [...ALWAYS, 'ErrorCode', 'ErrorMessage', 'MessagingServiceSid'];
    expect(names(heard[0])).toEqual(sorted(expected.filter((name) => name !== 'From')));
    expect(heard[0]?.params).toMatchObject({ MessageStatus: 'failed', ErrorCode: '21704' });
  });
});

it('a callback of an MMS says the same under its MM sid', async () => {
  const { sid, heard } = await heardOf({ From: NUMBER, SendAsMms: 'true', ...own() }, 2);
  expect(sid).toMatch(/^MM/);
  expect(heard.map(names)).toEqual([sorted(ALWAYS), sorted([...ALWAYS, 'RawDlrDoneDate'])]);
});

describe('a callback of WhatsApp', () => {
  const form = () => ({ From: WHATSAPP, To: `whatsapp:${TO}`, ...own() });

  it('names the channel and its sender, masks the phone, and tells sent, delivered and read apart', async () => {
    await behave(TO, { read_after: '0s' });
    const { heard } = await heardOf(form(), 3);
    const sender = await pidge.running.store.senderByAddress(WHATSAPP);
    expect(heard.map(names)).toEqual([
      sorted([...OF_CHANNEL, 'StructuredMessage']),
      sorted([...OF_CHANNEL, 'EventType']),
      sorted([...OF_CHANNEL, 'EventType']),
    ]);
    expect(heard[0]?.params).toMatchObject({
      MessageStatus: 'sent',
      From: WHATSAPP,
      To: `whatsapp:${TO}`,
      ChannelPrefix: 'whatsapp',
      ChannelInstallSid: sender?.sid,
      ChannelToAddress: '+1202555XXXX',
      StructuredMessage: 'false',
    });
    expect(heard[1]?.params).toMatchObject({ MessageStatus: 'delivered', EventType: 'DELIVERED' });
    expect(heard[2]?.params).toMatchObject({ MessageStatus: 'read', EventType: 'READ' });
  });

  it('that failed says so in the words of the channel', async () => {
    await behave(TO, { failed: 63016 });
    const { heard } = await heardOf(form(), 1);
    expect(names(heard[0])).toEqual(sorted([...OF_CHANNEL, 'ErrorCode', 'ErrorMessage', 'ChannelStatusMessage']));
    expect(heard[0]?.params.ChannelStatusMessage).toBe(heard[0]?.params.ErrorMessage);
    expect(heard[0]?.params).toMatchObject({ MessageStatus: 'failed', ErrorCode: '63016' });
  });
});

it('a callback of RCS names the channel although the recipient is a plain number', async () => {
  await behave(TO, 'deliver', { rcs: true });
  const MessagingServiceSid = await service([{ address: 'rcs:acme_agent', kind: 'channel' }]);
  const { heard } = await heardOf({ MessagingServiceSid, ...own() }, 3);
  expect(names(heard[1])).toEqual(sorted([...OF_CHANNEL, 'MessagingServiceSid']));
  expect(heard[1]?.params).toMatchObject({
    From: 'rcs:acme_agent',
    To: TO,
    ChannelPrefix: 'rcs',
    ChannelToAddress: '+1202555XXXX',
  });
});

describe('the callbacks of a message go', () => {
  const paths = (heard: Heard[]) => [...new Set(heard.map(({ url }) => new URL(url).pathname))];
  const application = async () => {
    const fields = { FriendlyName: 'App', MessageStatusCallback: `${sink.origin}/application` };
    return (await client.call('POST', `${client.base}/Applications.json`, { form: fields })).json.sid as string;
  };
  const pool: TestSender[] = [{ address: WHATSAPP, kind: 'channel' }];

  it.each([
    ['to StatusCallback before all others', true, true, true, '/own'],
    ['to the application before the service', false, true, true, '/application'],
    ['to the service before its sender', false, false, true, '/service'],
    ['to the channel’s sender when nobody else has said', false, false, false, '/sender'],
  ])('%s', async (_, hasOwn, hasApplication, hasService, path) => {
    // Registered by the settings: what is written here keeps the address to call back.
    const known = await pidge.running.store.senderByAddress(WHATSAPP);
    const properties = hasService ? { status_callback: `${sink.origin}/service` } : {};
    const MessagingServiceSid = await service(pool, properties);
    if (known) await pidge.running.store.saveSender(known);
    const form = {
      MessagingServiceSid,
      To: `whatsapp:${TO}`,
      ...(hasOwn && own()),
      ...(hasApplication && { ApplicationSid: await application() }),
    };
    const { heard } = await heardOf(form, 3);
    expect(paths(heard)).toEqual([path]);
    expect(heard.map(({ params }) => params.MessageStatus)).toEqual(['queued', 'sent', 'delivered']);
  });

  it('to the sender of a channel that was named in From', async () => {
    const { heard } = await heardOf({ From: WHATSAPP, To: `whatsapp:${TO}` }, 2);
    expect(paths(heard)).toEqual(['/sender']);
  });

  it('nowhere for a scheduled message, and once for a canceled one', async () => {
    const MessagingServiceSid = await service([{ address: NUMBER }]);
    const SendAt = new Date(Date.now() + 3_600_000).toISOString();
    const form = { To: TO, Body: 'Hello', MessagingServiceSid, ScheduleType: 'fixed', SendAt, ...own() };
    const { json } = await client.send(Object.entries(form));
    expect(json.status).toBe('scheduled');
    await client.call('POST', `${client.base}/Messages/${json.sid}.json`, { form: { Status: 'canceled' } });
    await sink.until(() => sink.statuses(json.sid).length > 0);
    await pidge.running.engine.idle();
    expect(sink.statuses(json.sid)).toEqual(['canceled']);
    expect(names(sink.heard[0])).not.toContain('From');
  });
});
