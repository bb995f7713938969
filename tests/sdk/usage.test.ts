/** Usage records and triggers through the official SDK. */
import twilio from 'twilio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '../helpers/client.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { type Heard, Sink } from '../helpers/sink.ts';

const DAY_MS = 86_400_000;
const NUMBER = '+12025550100';
const TO = '+12025550101';
let pidge: TestPidge;
let client: twilio.Twilio;
let raw: Client;
let sink: Sink;

beforeAll(async () => {
  sink = await new Sink().start();
  pidge = await startTestPidge({ clock: 'hand-wound' });
  client = twilio(pidge.account.sid, pidge.account.token);
  client.api.baseUrl = pidge.origin;
  raw = new Client(pidge.origin, pidge.account);
  // The account is two days old, and so is the first message.
  await send('x'.repeat(161));
  pidge.advance(2 * DAY_MS);
  await send('Hello');
  await send('Hello', '76767');
});
afterAll(async () => {
  await raw.close();
  await pidge.close();
  await sink.stop();
});

async function send(body: string, from = NUMBER): Promise<void> {
  const { json } = await raw.send([
    ['To', TO],
    ['From', from],
    ['Body', body],
  ]);
  const { store } = pidge.running;
  await pidge.wind(async () => (await store.message(pidge.account.sid, json.sid))?.status === 'delivered');
}

const today = (days = 0) => new Date(pidge.now() + days * DAY_MS).toISOString().slice(0, 10);
const path = (list = '') => `${raw.base}/Usage/Records${list}.json`;
const refusedOf = async (query: string) => (await raw.call('GET', `${path()}?${query}`)).json;

describe('usage.records', () => {
  it('sum up by category, with what stands above it', async () => {
    const records = await client.usage.records.list();
    const of = (name: string) => {
      const { count, usage, price } = records.find(({ category }) => String(category) === name) ?? {};
      return [count, usage, String(price)];
    };
    expect(of('sms-outbound-longcode')).toEqual(['2', '3', '0.02370']);
    expect(of('sms-outbound-shortcode')).toEqual(['1', '1', '0.00790']);
    expect(of('sms-outbound')).toEqual(['3', '4', '0.03160']);
    expect(of('sms')).toEqual(['3', '4', '0.03160']);
    expect(of('sms-inbound')).toEqual(['0', '0', '0.00000']);
    expect(of('mms')).toEqual(['0', '0', '0.00000']);
    expect(of('totalprice')).toEqual([null, '0.03160', '0.03160']);
  });

  it('show every key', async () => {
    const { json } = await raw.call('GET', `${path()}?Category=sms-outbound&StartDate=-1days&EndDate=${today()}`);
    const root = `${raw.base}/Usage/Records`;
    const below = (name: string) => `${root}/${name}.json?Category=sms-outbound`;
    expect(json.usage_records).toEqual([
      {
        account_sid: pidge.account.sid,
        api_version: '2010-04-01',
        as_of: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/),
        category: 'sms-outbound',
        count: '2',
        count_unit: 'messages',
        description: 'Outbound SMS',
        end_date: today(),
        price: '0.01580',
        price_unit: 'usd',
        start_date: today(-1),
        subresource_uris: {
          all_time: below('AllTime'),
          daily: below('Daily'),
          last_month: below('LastMonth'),
          monthly: below('Monthly'),
          this_month: below('ThisMonth'),
          today: below('Today'),
          yearly: below('Yearly'),
          yesterday: below('Yesterday'),
        },
        uri: `${root}.json?Category=sms-outbound&StartDate=${today(-1)}&EndDate=${today()}`,
        usage: '2',
        usage_unit: 'segments',
      },
    ]);
    expect(json.uri).toContain(`?Category=sms-outbound&StartDate=-1days&EndDate=${today()}&PageSize=50&Page=0`);
  });

  it('come by day, month and year, newest first, and for the times that have a name', async () => {
    const category = 'sms-outbound' as const;
    const { records } = client.usage;
    const counts = async (list: Promise<{ startDate: Date | string; count: string }[]>) =>
      (await list).map(({ count }) => count);
    expect(await counts(records.daily.list({ category }))).toEqual(['2', '0', '1']);
    expect(await counts(records.daily.list({ category, endDate: new Date(pidge.now() - DAY_MS) }))).toEqual(['0', '1']);
    expect(await counts(records.daily.list({ category, startDate: new Date(pidge.now()) }))).toEqual(['2']);
    expect(await counts(records.today.list({ category }))).toEqual(['2']);
    expect(await counts(records.yesterday.list({ category }))).toEqual(['0']);
    expect(await counts(records.allTime.list({ category }))).toEqual(['3']);
    expect(await counts(records.list({ category, startDate: new Date('2008-01-02') }))).toEqual(['3']);
    expect(await counts(records.list({ category, startDate: new Date(pidge.now() + DAY_MS) }))).toEqual([]);
    expect(await counts(records.daily.list({ category, endDate: new Date('2008-01-02') }))).toEqual([]);
    expect(await counts(records.lastMonth.list({ category, startDate: new Date(pidge.now()) }))).toEqual([]);
    const sum = async (list: Promise<{ count: string }[]>) =>
      (await list).reduce((total, { count }) => total + Number(count), 0);
    expect(await sum(records.monthly.list({ category }))).toBe(3);
    expect(await sum(records.yearly.list({ category }))).toBe(3);
    const byMonth =
      (await sum(records.thisMonth.list({ category }))) + (await sum(records.lastMonth.list({ category })));
    expect(byMonth).toBe(3);
  });

  it('are read in pages, without an end that is empty', async () => {
    const all = await client.usage.records.daily.list();
    const paged = await client.usage.records.daily.list({ pageSize: 7 });
    expect(paged.map((one) => [one.category, one.startDate])).toEqual(all.map((one) => [one.category, one.startDate]));
    const { json } = await raw.call('GET', `${path('/Daily')}?PageSize=7`);
    expect(json.next_page_uri).toContain(`PageToken=${encodeURIComponent('APNw==')}`);
    expect(json.previous_page_uri).toBeNull();
    const last = await raw.call('GET', `${path('/Today')}?PageSize=1000`);
    expect(last.json.next_page_uri).toBeNull();
    const second = await client.usage.records.daily.page({ pageSize: 7 }).then((page) => page.nextPage());
    expect((await second?.previousPage())?.instances[0]?.startDate).toEqual(all[0]?.startDate);
  });

  it('include subaccounts, unless they are not wanted', async () => {
    const sub = await client.api.v2010.accounts.create({ friendlyName: 'Shop' });
    const row = { sid: `SM${'3'.repeat(32)}`, accountSid: sub.sid };
    expect(row.accountSid).not.toBe(pidge.account.sid);
    await pidge.running.store.saveSender({
      sid: `PN${'3'.repeat(32)}`,
      accountSid: sub.sid,
      address: '+12025550177',
      kind: 'number',
      canSms: true,
      canMms: true,
      rate: 0,
      properties: {},
      createdAt: pidge.now(),
      updatedAt: pidge.now(),
    });
    const own = new Client(pidge.origin, { sid: sub.sid, token: sub.authToken });
    const { json } = await own.send([
      ['To', TO],
      ['From', '+12025550177'],
      ['Body', 'Hello'],
    ]);
    await pidge.wind(async () => (await pidge.running.store.message(sub.sid, json.sid))?.status === 'delivered');
    const category = 'sms-outbound' as const;
    const [whole] = await client.usage.records.today.list({ category });
    const [alone] = await client.usage.records.today.list({ category, includeSubaccounts: false });
    expect([whole?.count, alone?.count]).toEqual(['3', '2']);
    const { json: theirs } = await own.call('GET', `${own.base}/Usage/Records/Today.json?Category=${category}`);
    expect(theirs.usage_records[0].count).toBe('1');
    await own.close();
  });

  it('have nothing of what other products are counted by, and say so', async () => {
    const rows = await client.usage.records.today.list({ category: 'calls-inbound' });
    expect(rows.map(({ category, count, usage, price }) => [category, count, usage, Number(price)])).toEqual([
      ['calls-inbound', '0', '0', 0],
    ]);
    const watch = {
      callbackUrl: 'https://app.example/used',
      triggerValue: '50',
      usageCategory: 'calleridlookups' as const,
    };
    const { sid, currentValue } = await client.usage.triggers.create(watch);
    expect(currentValue).toBe('0');
    expect((await client.usage.triggers.list({ usageCategory: 'calleridlookups' })).map((one) => one.sid)).toEqual([
      sid,
    ]);
    await client.usage.triggers(sid).remove();
  });

  it('refuse what they cannot read', async () => {
    for (const [query, parameter] of [
      ['Category=All%20calls', 'Category'],
      ['StartDate=soon', 'StartDate'],
      ['EndDate=2026-02-30', 'EndDate'],
      ['StartDate=2026-01-02&EndDate=2026-01-01', 'StartDate'],
      ['IncludeSubaccounts=perhaps', 'IncludeSubaccounts'],
    ]) {
      const { code, details } = await refusedOf(query ?? '');
      expect([code, details.parameter]).toEqual([20001, parameter]);
    }
    expect((await refusedOf('PageToken=PA1')).code).toBe(21481);
    expect((await raw.call('GET', `${path('/Today')}?PageToken=`)).status).toBe(200);
    expect((await raw.call('GET', path('/Weekly'))).status).toBe(404);
  });
});

describe('usage.triggers', () => {
  const want = {
    callbackUrl: 'https://app.example/used',
    triggerValue: '1000',
    usageCategory: 'sms-outbound' as const,
  };

  it('are made, fetched, listed, changed and removed', async () => {
    const made = await client.usage.triggers.create({
      ...want,
      friendlyName: 'Much',
      recurring: 'daily',
      triggerBy: 'count',
    });
    const { json } = await raw.call('GET', `${raw.base}/Usage/Triggers/${made.sid}.json`);
    expect(json).toEqual({
      account_sid: pidge.account.sid,
      api_version: '2010-04-01',
      callback_method: 'POST',
      callback_url: 'https://app.example/used',
      current_value: '3',
      date_created: expect.stringMatching(/\+0000$/),
      date_fired: null,
      date_updated: expect.stringMatching(/\+0000$/),
      friendly_name: 'Much',
      recurring: 'daily',
      sid: made.sid,
      trigger_by: 'count',
      trigger_value: '1000',
      uri: `${raw.base}/Usage/Triggers/${made.sid}.json`,
      usage_category: 'sms-outbound',
      usage_record_uri: `${raw.base}/Usage/Records.json?Category=sms-outbound`,
    });
    const more = await client.usage.triggers.create({ ...want, triggerValue: '+30', triggerBy: 'price' });
    expect(Number(more.triggerValue)).toBeCloseTo(30.0395, 6);
    const sids = async (query: object) => (await client.usage.triggers.list(query)).map(({ sid }) => sid);
    expect(await sids({})).toEqual([more.sid, made.sid]);
    expect(await sids({ recurring: 'daily' })).toEqual([made.sid]);
    expect(await sids({ recurring: 'alltime' })).toEqual([more.sid]);
    expect(await sids({ triggerBy: 'price', usageCategory: 'sms-outbound' })).toEqual([more.sid]);
    expect(await sids({ pageSize: 1 })).toEqual([more.sid, made.sid]);
    const changed = await client.usage
      .triggers(made.sid)
      .update({ friendlyName: 'Too much', callbackMethod: 'GET', callbackUrl: 'https://app.example/other' });
    expect([changed.friendlyName, changed.callbackMethod, changed.callbackUrl]).toEqual([
      'Too much',
      'GET',
      'https://app.example/other',
    ]);
    expect(await client.usage.triggers(made.sid).remove()).toBe(true);
    expect(await client.usage.triggers(more.sid).remove()).toBe(true);
    await expect(client.usage.triggers(made.sid).fetch()).rejects.toMatchObject({ code: 20404, status: 404 });
  });

  it('refuse what lacks or makes no sense', async () => {
    const form = { CallbackUrl: 'https://app.example/used', TriggerValue: '1', UsageCategory: 'sms' };
    for (const [changes, code, parameter] of [
      [{ CallbackUrl: '' }, 20001, 'CallbackUrl'],
      [{ CallbackUrl: 'nowhere' }, 21402, 'CallbackUrl'],
      [{ TriggerValue: '' }, 20001, 'TriggerValue'],
      [{ TriggerValue: '-5' }, 20001, 'TriggerValue'],
      [{ UsageCategory: '' }, 20001, 'UsageCategory'],
      [{ UsageCategory: 'All calls' }, 20001, 'UsageCategory'],
      [{ Recurring: 'weekly' }, 20001, 'Recurring'],
      [{ TriggerBy: 'weight' }, 20001, 'TriggerBy'],
      [{ CallbackMethod: 'PUT' }, 21403, 'CallbackMethod'],
    ] as const) {
      const { status, json } = await raw.call('POST', `${raw.base}/Usage/Triggers.json`, {
        form: { ...form, ...changes },
      });
      expect([status, json.code, json.details.parameter]).toEqual([400, code, parameter]);
    }
  });

  it('are told by POST when the method is given empty', async () => {
    const form = {
      CallbackUrl: 'https://app.example/used',
      TriggerValue: '+1',
      UsageCategory: 'sms',
      CallbackMethod: '',
    };
    const { status, json } = await raw.call('POST', `${raw.base}/Usage/Triggers.json`, { form });
    expect([status, json.callback_method]).toEqual([201, 'POST']);
  });

  it('fire within a minute, once in their period, and again in the next', async () => {
    const heard = (path: string): Heard[] => sink.heard.filter(({ url }) => new URL(url).pathname === path);
    const common = { usageCategory: 'sms-outbound' as const, triggerBy: 'count' as const };
    const daily = await client.usage.triggers.create({
      ...common,
      callbackUrl: `${sink.origin}/daily`,
      triggerValue: '1',
      recurring: 'daily',
    });
    const once = await client.usage.triggers.create({
      ...common,
      callbackUrl: `${sink.origin}/once`,
      callbackMethod: 'GET',
      triggerValue: '+1',
    });
    pidge.advance(61_000);
    await sink.until(() => heard('/daily').length === 1);
    const [told] = heard('/daily');
    expect(told?.params).toMatchObject({
      AccountSid: pidge.account.sid,
      UsageTriggerSid: daily.sid,
      Recurring: 'daily',
      UsageCategory: 'sms-outbound',
      TriggerBy: 'count',
      TriggerValue: '1',
      UsageRecordUri: `${raw.base}/Usage/Records.json?Category=sms-outbound`,
      IdempotencyToken: `${pidge.account.sid}-FIRES-${daily.sid}-${today()}`,
    });
    const signature = String(told?.headers['x-twilio-signature']);
    expect(twilio.validateRequest(pidge.account.token, signature, told?.url ?? '', told?.params ?? {})).toBe(true);
    expect((await client.usage.triggers(daily.sid).fetch()).dateFired).toBeInstanceOf(Date);
    expect(heard('/once')).toEqual([]);
    // Told of and recorded: a claim that is cut short by a whole day would be told again.
    await pidge.running.engine.idle();

    pidge.advance(DAY_MS);
    await send('Hello');
    pidge.advance(61_000);
    await sink.until(() => heard('/daily').length === 2 && heard('/once').length === 1);
    const [asked] = heard('/once');
    expect(asked?.body).toBe('');
    expect(new URL(asked?.url ?? '').searchParams.get('UsageTriggerSid')).toBe(once.sid);
    expect(
      twilio.validateRequest(pidge.account.token, String(asked?.headers['x-twilio-signature']), asked?.url ?? '', {}),
    ).toBe(true);
    await pidge.running.engine.idle();
    pidge.advance(61_000);
    await pidge.running.engine.idle();
    expect([heard('/daily').length, heard('/once').length]).toEqual([2, 1]);
  });
});
