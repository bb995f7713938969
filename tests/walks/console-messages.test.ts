/** Messages at the console: searched, taken away as files, explained one by one, sent again, cleared. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestApp } from '../helpers/app.ts';
import { Client } from '../helpers/client.ts';
import { type ConsolePage, openConsole } from '../helpers/console.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';

const FROM = '+12025550100';
const ADA = '+12025550101';

let pidge: TestPidge;
let client: Client;
let page: ConsolePage;
let app: TestApp;

async function start(change?: Parameters<typeof startTestPidge>[0]): Promise<void> {
  app = await new TestApp().start();
  pidge = await startTestPidge(change);
  client = new Client(pidge.origin, pidge.account);
  page = await openConsole(pidge);
}
async function stop(): Promise<void> {
  await Promise.all([client.close(), page.close()]);
  await pidge.close();
  await app.stop();
}

const own = () => `accounts/${pidge.account.sid}`;
const list = async (q: string, more = '') =>
  (await page.call('GET', `${own()}/messages?q=${encodeURIComponent(q)}${more}`)).json;
const sidsOf = async (q: string) => (await list(q)).messages.map(({ sid }: { sid: string }) => sid);
const detail = async (sid: string) => (await page.call('GET', `${own()}/messages/${sid}`)).json;

async function send(form: Record<string, string>): Promise<string> {
  const answer = await client.call('POST', `${client.base}/Messages.json`, { form: { From: FROM, To: ADA, ...form } });
  if (answer.status !== 201) throw new Error(answer.text);
  return answer.json.sid;
}
async function delivered(form: Record<string, string>): Promise<string> {
  const sid = await send(form);
  await reached(sid, 'delivered');
  return sid;
}
const reached = (sid: string, status: string) =>
  pidge.until(async () => (await client.call('GET', `${client.base}/Messages/${sid}.json`)).json.status === status);

describe('the list', () => {
  let code: string;
  let long: string;
  let scheduled: string;
  let service: string;
  beforeAll(async () => {
    await start();
    service = (await client.call('POST', '/v1/Services', { form: { FriendlyName: 'Clinic reminders' } })).json.sid;
    const number = (await client.call('GET', `${client.base}/IncomingPhoneNumbers.json`)).json.incoming_phone_numbers;
    const PhoneNumberSid = number.find((one: { phone_number: string }) => one.phone_number === FROM).sid;
    await client.call('POST', `/v1/Services/${service}/PhoneNumbers`, { form: { PhoneNumberSid } });
    code = await delivered({ Body: '=Your code is 482913', To: '+12025550102' });
    long = await delivered({ Body: '–'.repeat(80) });
    const SendAt = new Date(pidge.now() + 3_600_000).toISOString();
    const form = { To: ADA, MessagingServiceSid: service, Body: 'Tomorrow at ten', ScheduleType: 'fixed', SendAt };
    scheduled = (await client.call('POST', `${client.base}/Messages.json`, { form })).json.sid;
  });
  afterAll(stop);

  it('shows what the API shows, and what a row needs beside it', async () => {
    const all = await list('');
    expect(all).toMatchObject({ next_page: null, is_complete: true, searched_back_to: null, notices: [], query: [] });
    const api = (await client.call('GET', `${client.base}/Messages.json`)).json.messages;
    expect(all.messages.map(({ sid }: { sid: string }) => sid)).toEqual(api.map(({ sid }: { sid: string }) => sid));
    expect(all.messages).toMatchObject(api);
    const [first, second, third] = all.messages;
    expect(first).toMatchObject({ sid: scheduled, is_scheduled: true, service_name: 'Clinic reminders' });
    expect(Math.abs(Date.parse(first.send_at) - pidge.now() - 3_600_000)).toBeLessThan(60_000);
    expect(second).toMatchObject({ encoding: 'UCS-2', num_segments: '2', has_media: false, is_redacted: false });
    expect(third).toMatchObject({ encoding: 'GSM-7', send_at: null, service_name: null });
    expect(third.sent_at).toMatch(/^\d{4}-\d\d-\d\dT.*\.\d{3}Z$/);
  });

  it('is searched by the query language', async () => {
    expect(await sidsOf('482913')).toEqual([code]);
    expect(await sidsOf('status:delivered segments:>1')).toEqual([long]);
    expect(await sidsOf('is:scheduled')).toEqual([scheduled]);
    expect(await sidsOf('service:clinic')).toEqual([scheduled]);
    expect(await sidsOf(`service:${service}`)).toEqual([scheduled]);
    expect(
      await sidsOf(
        `service:${(await client.call('GET', `${client.base}/Messages/${code}.json`)).json.messaging_service_sid}`,
      ),
    ).toEqual([long, code]);
    expect(await sidsOf('to:+12025550102 date:1h')).toEqual([code]);
    expect(await sidsOf(code)).toEqual([code]);
    expect(await sidsOf(`SM${'0'.repeat(32)}`)).toEqual([]);
    expect((await list('to:+12025550102 482913')).query).toEqual([
      { key: 'to', value: '+12025550102', text: 'to:+12025550102' },
      { key: '', value: '482913', text: '482913' },
    ]);
  });

  it('is paged without a gap', async () => {
    const first = await list('', '&limit=2');
    expect(first.messages.map(({ sid }: { sid: string }) => sid)).toEqual([scheduled, long]);
    const second = await list('', `&limit=2&page=${first.next_page}`);
    expect(second.messages.map(({ sid }: { sid: string }) => sid)).toEqual([code]);
    expect(second.is_complete).toBe(true);
    expect(await list('', '&limit=3')).toMatchObject({ is_complete: true, next_page: null });
  });

  it('is counted, within bounds', async () => {
    const count = async (q: string) => (await page.call('GET', `${own()}/messages/count?q=${q}`)).json;
    expect(await count('')).toMatchObject({ count: 3, is_exact: true, searched_back_to: null });
    expect(await count('status:delivered')).toMatchObject({ count: 2 });
    expect(await count(code)).toMatchObject({ count: 1 });
  });

  it('goes out as CSV that no spreadsheet runs, and as lines of JSON', async () => {
    const csv = await page.call('GET', `${own()}/messages.csv?q=to:%2B12025550102`);
    expect(csv.headers['content-type']).toContain('text/csv');
    const [head, row, rest] = csv.text.split('\r\n');
    expect(head).toContain('sid,date_created');
    expect(row).toContain(`${code},`);
    expect(row).toContain(",'=Your code is 482913");
    expect(rest).toBe('');
    const lines = (await page.call('GET', `${own()}/messages.ndjson`)).text.trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).sid)).toEqual([scheduled, long, code]);
  });

  it('says what is wrong with a question', async () => {
    const refusal = async (query: string) => (await page.call('GET', `${own()}/messages?${query}`)).json;
    expect(await refusal('q=stauts:failed')).toMatchObject({
      code: 20001,
      details: { parameter: 'q', received: 'stauts:failed', fix: expect.stringContaining('status:failed') },
    });
    expect(await refusal('q=service:nobody')).toMatchObject({ details: { allowed: 'Clinic reminders' } });
    expect(await refusal('limit=0')).toMatchObject({ details: { parameter: 'limit', allowed: '1 to 1000' } });
    expect(await refusal('page=x')).toMatchObject({ details: { parameter: 'page' } });
    expect(await refusal(`q=${'x'.repeat(1_001)}`)).toMatchObject({ code: 20001 });
    expect((await page.call('GET', `${own()}/messages.csv?q=stauts:x`)).status).toBe(400);
  });
});

describe('one message', () => {
  beforeAll(() => start());
  afterAll(stop);

  it('is explained: segments, timeline, webhooks, request, and what may be done with it', async () => {
    const form = { Body: 'See you tomorrow – 10:00', StatusCallback: app.url('/status'), Tags: '{"a":"b"}' };
    const sid = await delivered(form);
    await pidge.until(async () => (await detail(sid)).callbacks.length === 2);
    const shown = await detail(sid);
    expect(shown.message).toMatchObject({ sid, status: 'delivered', tags: { a: 'b' } });
    expect(shown.content).toEqual({ state: 'kept', text: form.Body });
    expect(shown.segments).toEqual({
      ...{ encoding: 'UCS-2', count: 1, units: 24, unit: 'code unit', characters: 24, smart_encoded: false },
      parts: [{ number: 1, text: form.Body, units: 24, capacity: 70 }],
      guilty: [{ index: 17, char: '–', code_point: 'U+2013', replacement: '-' }],
      guilty_count: 1,
      suggestion: { text: 'See you tomorrow - 10:00', encoding: 'GSM-7', count: 1 },
    });
    const states = shown.timeline.states.map(({ status }: { status: string }) => status);
    expect(states).toEqual(['queued', 'sending', 'sent', 'delivered']);
    expect(shown.timeline.carrier.map(({ command }: { command: string }) => command)).toEqual([
      'submit',
      'accepted',
      'receipt',
    ]);
    expect(shown.timeline.callbacks).toMatchObject([
      { kind: 'status', status: 'sent', http_status: 200, decision: 'done' },
      { kind: 'status', status: 'delivered', http_status: 200 },
    ]);
    expect(Date.parse(shown.timeline.ended_at)).toBeGreaterThanOrEqual(Date.parse(shown.timeline.started_at));
    const [callback] = shown.callbacks;
    expect(callback.params).toContainEqual(['MessageStatus', 'sent']);
    expect(callback.signature).toBe(app.asked[0]?.headers['x-twilio-signature']);
    expect(shown.parts).toMatchObject([{ part: 0, connector: 'simulated', state: 'delivered' }]);
    expect(shown.route).toMatchObject({ connector: 'simulated', service_sid: null });
    expect(shown.request).toMatchObject({ method: 'POST', missing: [] });
    expect(Object.fromEntries(shown.request.parameters)).toEqual({ To: ADA, From: FROM, ...form });
    expect(shown.opt_out).toEqual({ peer: ADA, is_opted_out: false, records: [] });
    expect(shown.actions).toMatchObject({
      cancel: { allowed: false, why: expect.stringContaining('delivered') },
      redact: { allowed: true, why: null },
      delete: { allowed: true },
      resend: { allowed: true },
      feedback: { allowed: true },
    });
    expect(shown.notices).toEqual([]);
  });

  it('is sent again as a new one, with changes if wanted', async () => {
    const sid = await delivered({ Body: 'Once', SmartEncoded: 'true' });
    const again = await page.call('POST', `${own()}/messages/${sid}/resend`);
    expect(again.status).toBe(201);
    expect(again.json).toMatchObject({ body: 'Once', to: ADA, from: FROM, status: 'queued' });
    expect(again.json.sid).not.toBe(sid);
    const edited = await page.call('POST', `${own()}/messages/${sid}/resend`, { json: { Body: 'Twice' } });
    expect(edited.json.body).toBe('Twice');
    const odd = await page.call('POST', `${own()}/messages/${sid}/resend`, { json: { Body: 7 } });
    expect(odd).toMatchObject({ status: 400, json: { details: { parameter: 'Body', received: '7' } } });
    const bad = await page.call('POST', `${own()}/messages/${sid}/resend`, { json: { To: 'nobody' } });
    expect(bad).toMatchObject({ status: 400, json: { code: 21211 } });
  });

  it('whose text is gone says so, and is not sent again without one', async () => {
    const sid = await delivered({ Body: 'Hush' });
    await client.call('POST', `${client.base}/Messages/${sid}.json`, { form: { Body: '' } });
    const shown = await detail(sid);
    expect(shown).toMatchObject({
      content: { state: 'redacted', text: '' },
      segments: null,
      request: { missing: ['Body'] },
      actions: { resend: { allowed: false, why: expect.stringContaining('Body') } },
      notices: ['The text is not kept any more.'],
    });
    expect(shown.message.is_redacted).toBe(true);
    const again = await page.call('POST', `${own()}/messages/${sid}/resend`);
    expect(again).toMatchObject({ status: 400, json: { details: { parameter: 'Body' } } });
    const given = await page.call('POST', `${own()}/messages/${sid}/resend`, { json: { Body: 'Anew' } });
    expect(given.status).toBe(201);
  });

  it('that came in shows what the app was asked and what came of it', async () => {
    const numbers = (await client.call('GET', `${client.base}/IncomingPhoneNumbers.json`)).json.incoming_phone_numbers;
    const { sid } = numbers.find((one: { phone_number: string }) => one.phone_number === FROM);
    await client.call('POST', `${client.base}/IncomingPhoneNumbers/${sid}.json`, { form: { SmsUrl: app.url('/sms') } });
    app.answer = ({ path }) => (path === '/sms' ? '<Response><Message>Well heard</Message></Response>' : '<Response/>');
    const said = await client.call('POST', `/_test/v1/default/phones/${encodeURIComponent(ADA)}/send`, {
      auth: null,
      body: JSON.stringify({ body: 'Anybody there?' }),
      headers: { 'content-type': 'application/json' },
    });
    const shown = await detail(said.json.sid);
    expect(shown.message).toMatchObject({ direction: 'inbound', status: 'received', body: 'Anybody there?' });
    expect(shown.callbacks).toEqual([]);
    expect(shown.webhooks).toMatchObject([{ kind: 'inbound', document_number: 1, why: 'first', http_status: 200 }]);
    expect(shown.replies).toMatchObject([{ body: 'Well heard', direction: 'outbound-reply', to: ADA }]);
    expect(shown.request).toBeNull();
    expect(shown.actions.resend).toEqual({ allowed: false, why: 'It came in.' });
    expect(shown.opt_out.peer).toBe(ADA);
    expect((await page.call('POST', `${own()}/messages/${said.json.sid}/resend`)).status).toBe(400);
  });

  it('of another account, or of nobody, is not there', async () => {
    const answer = await page.call('GET', `${own()}/messages/SM${'0'.repeat(32)}`);
    expect(answer).toMatchObject({ status: 404, json: { code: 20404 } });
  });

  it('all are cleared but for those on their way', async () => {
    const before = (await list('', '&limit=1000')).messages.length;
    const sid = await send({ Body: 'Later', To: '+15005530001' });
    await reached(sid, 'failed');
    const cleared = await page.call('POST', `${own()}/messages/clear`);
    expect(cleared.json.removed + cleared.json.kept).toBe(before + 1);
    expect(cleared.json.removed).toBeGreaterThan(0);
    expect((await list('')).messages).toHaveLength(cleared.json.kept);
  });
});

describe('with sealed bodies', () => {
  beforeAll(() =>
    start({
      change: (config) => {
        config.privacy.sealBodies = true;
      },
    }),
  );
  afterAll(stop);

  it('no text is looked for, and the answer says so', async () => {
    const sid = await delivered({ Body: 'Hello' });
    const found = await list('Hello');
    expect(found.messages).toEqual([]);
    expect(found.notices).toEqual([expect.stringContaining('sealed')]);
    expect((await list('body:Hello')).notices).toHaveLength(1);
    expect(await sidsOf('5550101')).toEqual([sid]);
    expect((await list('status:delivered')).messages[0]).toMatchObject({ sid, body: 'Hello', encoding: 'GSM-7' });
  });
});
