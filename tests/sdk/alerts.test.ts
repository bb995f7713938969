/** Alerts and notifications through the official SDK. */
import twilio from 'twilio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Alert } from '../../src/domain/alert.ts';
import { cryptoRandom, SidMaker } from '../../src/domain/sid.ts';
import { Client } from '../helpers/client.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';

const DAY_MS = 86_400_000;
let pidge: TestPidge;
let client: twilio.Twilio;
let raw: Client;
/** Newest first. */
let raised: Alert[];

beforeAll(async () => {
  pidge = await startTestPidge({ clock: 'hand-wound' });
  client = twilio(pidge.account.sid, pidge.account.token);
  client.api.baseUrl = pidge.origin;
  client.monitor.baseUrl = pidge.origin;
  raw = new Client(pidge.origin, pidge.account);
  const now = pidge.now();
  const sids = new SidMaker({ now: () => now }, cryptoRandom);
  raised = [0, 1, 2, 3, 4].map((days) => ({
    sid: sids.make('NO'),
    accountSid: pidge.account.sid,
    code: days % 2 === 0 ? 11200 : 12200,
    level: days % 2 === 0 ? 'error' : 'warning',
    resourceSid: `SM${'1'.repeat(32)}`,
    serviceSid: `MG${'2'.repeat(32)}`,
    text: 'answered 500',
    request: null,
    response: null,
    at: now - days * DAY_MS,
  }));
  raised[1] = {
    ...(raised[1] as Alert),
    resourceSid: null,
    request: { method: 'POST', url: 'https://app.example/sms', parameters: [['To', '+12025550100']] },
    response: { status: 200, headers: { 'content-type': 'text/xml' }, body: '<Respond/>' },
  };
  const batch = raised.map((alert) => ({ alert, callbackUrl: null }));
  await pidge.running.store.raiseAlerts(batch, now);
});
afterAll(async () => {
  await raw.close();
  await pidge.close();
});

const sidsOf = (list: { sid: string }[]) => list.map(({ sid }) => sid);
const refused = (code: number, status: number) => expect.objectContaining({ code, status });
const day = (days: number) => new Date(Math.floor((raised[days]?.at ?? 0) / DAY_MS) * DAY_MS);

describe('monitor.v1.alerts', () => {
  it('are listed newest first, in pages that link both ways', async () => {
    expect(sidsOf(await client.monitor.v1.alerts.list())).toEqual(sidsOf(raised));
    expect(sidsOf(await client.monitor.v1.alerts.list({ pageSize: 2 }))).toEqual(sidsOf(raised));
    const first = await client.monitor.v1.alerts.page({ pageSize: 2 });
    const second = await first.nextPage();
    expect(sidsOf(second?.instances ?? [])).toEqual(sidsOf(raised.slice(2, 4)));
    const back = await second?.previousPage();
    expect(sidsOf(back?.instances ?? [])).toEqual(sidsOf(raised.slice(0, 2)));
    const third = await raw.call('GET', '/v1/Alerts?PageSize=2&Page=2');
    expect(sidsOf(third.json.alerts)).toEqual(sidsOf(raised.slice(4)));
    expect(third.json.meta).toMatchObject({ key: 'alerts', page: 2, page_size: 2, next_page_url: null });
  });

  it('are chosen by logLevel, startDate and endDate', async () => {
    expect(await client.monitor.v1.alerts.list({ logLevel: 'warning' })).toHaveLength(2);
    expect(await client.monitor.v1.alerts.list({ logLevel: 'debug' })).toEqual([]);
    expect(sidsOf(await client.monitor.v1.alerts.list({ startDate: day(1) }))).toEqual(sidsOf(raised.slice(0, 2)));
    expect(sidsOf(await client.monitor.v1.alerts.list({ endDate: day(3) }))).toEqual(sidsOf(raised.slice(3)));
    const exact = { startDate: new Date(raised[2]?.at ?? 0), endDate: new Date(raised[2]?.at ?? 0) };
    expect(sidsOf(await client.monitor.v1.alerts.list(exact))).toEqual([raised[2]?.sid]);
  });

  it('show everything when fetched alone', async () => {
    const [plain, full] = raised as [Alert, Alert];
    const fetched = await client.monitor.v1.alerts(full.sid).fetch();
    expect(fetched.toJSON()).toEqual({
      accountSid: pidge.account.sid,
      alertText: expect.stringContaining('ErrorCode=12200'),
      apiVersion: '2010-04-01',
      dateCreated: expect.any(Date),
      dateGenerated: expect.any(Date),
      dateUpdated: expect.any(Date),
      errorCode: '12200',
      logLevel: 'warning',
      moreInfo: 'https://www.twilio.com/docs/errors/12200',
      requestMethod: 'POST',
      requestUrl: 'https://app.example/sms',
      requestVariables: 'To=%2B12025550100',
      requestHeaders: null,
      resourceSid: null,
      responseBody: '<Respond/>',
      responseHeaders: 'content-type=text%2Fxml',
      serviceSid: full.serviceSid,
      sid: full.sid,
      url: `${pidge.origin}/v1/Alerts/${full.sid}`,
    });
    expect((await client.monitor.v1.alerts(plain.sid).fetch()).responseBody).toBeNull();
    await expect(client.monitor.v1.alerts(`NO${'0'.repeat(32)}`).fetch()).rejects.toEqual(refused(20404, 404));
  });

  it('refuse what they cannot read', async () => {
    for (const query of ['LogLevel=loud', 'StartDate=soon', 'EndDate=2026-02-30', 'PageSize=0']) {
      const { status, json } = await raw.call('GET', `/v1/Alerts?${query}`);
      expect([status, json.code, json.details.parameter]).toEqual([400, 20001, query.split('=')[0]]);
    }
    expect((await raw.call('GET', '/v1/Alerts?PageToken=PAME1')).json.code).toBe(21481);
    expect((await raw.call('POST', '/v1/Alerts', { form: {} })).status).toBe(405);
  });
});

describe('notifications', () => {
  it('are the same in the words of the 2010 API', async () => {
    const all = await client.api.v2010.accounts(pidge.account.sid).notifications.list({ pageSize: 3 });
    expect(sidsOf(all)).toEqual(sidsOf(raised));
    const warnings = await client.api.v2010.accounts(pidge.account.sid).notifications.list({ log: 1 });
    expect(sidsOf(warnings)).toEqual(sidsOf(raised.filter(({ level }) => level === 'warning')));
    const only = (query: object) => client.api.v2010.accounts(pidge.account.sid).notifications.list(query);
    expect(sidsOf(await only({ messageDate: day(2) }))).toEqual([raised[2]?.sid]);
    expect(sidsOf(await only({ messageDateBefore: day(3) }))).toEqual(sidsOf(raised.slice(3)));
    expect(sidsOf(await only({ messageDateAfter: day(1), log: 0 }))).toEqual([raised[0]?.sid]);
    const { json } = await raw.call('GET', `${raw.base}/Notifications.json?Log=1&PageSize=1`);
    expect(json.next_page_uri).toContain('/Notifications.json?Log=1&PageSize=1&Page=1&PageToken=PANO');
    expect((await raw.call('GET', `${raw.base}/Notifications.json?Log=2`)).json.code).toBe(20001);
  });

  it('show everything when fetched alone', async () => {
    const full = raised[1] as Alert;
    const { json } = await raw.call('GET', `${raw.base}/Notifications/${full.sid}.json`);
    expect(json).toEqual({
      account_sid: pidge.account.sid,
      api_version: '2010-04-01',
      call_sid: null,
      date_created: expect.stringMatching(/\+0000$/),
      date_updated: expect.stringMatching(/\+0000$/),
      error_code: '12200',
      log: '1',
      message_date: expect.stringMatching(/\+0000$/),
      message_text: expect.stringContaining('LogLevel=WARNING'),
      more_info: 'https://www.twilio.com/docs/errors/12200',
      request_method: 'POST',
      request_url: 'https://app.example/sms',
      request_variables: 'To=%2B12025550100',
      response_body: '<Respond/>',
      response_headers: 'content-type=text%2Fxml',
      sid: full.sid,
      uri: `${raw.base}/Notifications/${full.sid}.json`,
    });
    const fetched = await client.api.v2010.accounts(pidge.account.sid).notifications(full.sid).fetch();
    expect([fetched.log, fetched.messageText.includes('answered')]).toEqual(['1', true]);
    expect((await raw.call('GET', `${raw.base}/Notifications/NO${'0'.repeat(32)}.json`)).status).toBe(404);
  });
});
