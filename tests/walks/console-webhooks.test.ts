/** Webhook attempts in the console: looked through, replayed, edited, and examined when their signature is refused. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verifySignature } from '../../src/domain/signature.ts';
import { Client } from '../helpers/client.ts';
import { type ConsolePage, openConsole } from '../helpers/console.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';

interface Seen {
  method: string;
  url: string;
  signature: string;
  body: string;
}

let pidge: TestPidge;
let client: Client;
let page: ConsolePage;
let app: Server;
let appUrl: string;
let seen: Seen[];
let status: number;
let twiml: string;

beforeEach(async () => {
  seen = [];
  status = 204;
  twiml = '';
  app = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const signature = String(request.headers['x-twilio-signature'] ?? '');
      seen.push({ method: request.method ?? '', url: request.url ?? '', signature, body });
      response.writeHead(twiml === '' ? status : 200, { 'content-type': 'text/xml' }).end(twiml);
    });
  });
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
  appUrl = `http://127.0.0.1:${(app.address() as AddressInfo).port}`;
  pidge = await startTestPidge();
  client = new Client(pidge.origin, pidge.account);
  page = await openConsole(pidge);
});
afterEach(async () => {
  await client.close();
  await page.close();
  await pidge.close();
  await new Promise((resolve) => app.close(resolve));
});

const own = () => `accounts/${pidge.account.sid}/attempts`;
const listed = async (query = '') => (await page.call('GET', `${own()}${query}`)).json.attempts;

async function send(more: Record<string, string> = {}): Promise<string> {
  const form = { From: '+12025550100', To: '+12025550101', Body: 'Hello', StatusCallback: `${appUrl}/status`, ...more };
  return (await client.call('POST', `${client.base}/Messages.json`, { form })).json.sid;
}

/** The attempts of a message once there are so many. */
async function attemptsOf(sid: string, count: number) {
  await pidge.until(async () => (await listed(`?message=${sid}`)).length >= count);
  return listed(`?message=${sid}`);
}

describe('webhook attempts', () => {
  it('are listed newest first, filtered and paged, and shown whole one by one', async () => {
    const sid = await send();
    const rows = await attemptsOf(sid, 2);
    expect(rows.map((row: { status: string; kind: string }) => [row.kind, row.status])).toEqual([
      ['status', 'delivered'],
      ['status', 'sent'],
    ]);
    expect(await listed('?result=gave_up')).toEqual([]);
    expect(await listed('?kind=inbound')).toEqual([]);
    expect(await listed('?url=/STATUS&since=15m&limit=1')).toMatchObject([{ id: rows[0].id, http_status: 204 }]);
    const first = (await page.call('GET', `${own()}?limit=1`)).json;
    const second = (await page.call('GET', `${own()}?limit=1&page=${first.next_page}`)).json;
    expect(second).toMatchObject({ attempts: [{ id: rows[1].id }], next_page: null });
    const one = (await page.call('GET', `${own()}/${rows[0].id}`)).json;
    expect(one.params).toContainEqual(['MessageStatus', 'delivered']);
    expect(one).toMatchObject({
      ...{ request: { method: 'POST', url: `${appUrl}/status` }, response: { status: 204 } },
      ...{ signature: seen[1]?.signature, retry_at: null, replay_of: null, decision: 'done' },
    });
    expect((await page.call('GET', `${own()}/99999999`)).status).toBe(404);
    const wrong = await page.call('GET', `${own()}?result=lost`);
    expect(wrong).toMatchObject({ status: 400, json: { details: { parameter: 'result' } } });
  });

  it('are replayed as they were, or edited and signed anew', async () => {
    const sid = await send();
    const [last] = await attemptsOf(sid, 2);
    const again = await page.call('POST', `${own()}/${last.id}/replay`);
    expect(again).toMatchObject({ status: 202, json: { queued: true, replay_of: last.id } });
    const [replayed] = await attemptsOf(sid, 3);
    expect(replayed.replay_of).toBe(last.id);
    expect(seen[2]).toMatchObject({ url: '/status', body: seen[1]?.body });

    const json = { url: `${appUrl}/other?a=b`, params: { MessageStatus: 'failed', Tag: ['x', 'y z'] } };
    const edited = await page.call('POST', `${own()}/${last.id}/replay`, { json });
    expect(edited).toMatchObject({ status: 201, json: { replay_of: last.id, http_status: 204, decision: 'done' } });
    const request = seen[3];
    expect(request).toMatchObject({ method: 'POST', url: '/other?a=b', body: 'MessageStatus=failed&Tag=x&Tag=y+z' });
    const form = [...new URLSearchParams(request?.body)];
    expect(verifySignature(pidge.account.token, request?.signature ?? '', json.url, form)).toBe(true);
    expect((await listed())[0]).toMatchObject({ id: edited.json.id, url: json.url });

    const asGet = await page.call('POST', `${own()}/${last.id}/replay`, {
      json: { method: 'GET', params: { A: '1' } },
    });
    expect(asGet.json).toMatchObject({ method: 'GET', url: `${appUrl}/status?A=1` });
    for (const bad of [{ url: 'ftp://x' }, { method: 'DELETE' }, { params: 7 }, { stray: 1 }]) {
      expect((await page.call('POST', `${own()}/${last.id}/replay`, { json: bad })).status).toBe(400);
    }
  });

  it('told by GET keep the query of their URL once, however often they are replayed', async () => {
    const [last] = await attemptsOf(await send(), 2);
    const url = `${appUrl}/status?order=1`;
    const asGet = { json: { url, method: 'GET', params: { order: '2', MessageStatus: 'sent' } } };
    const first = (await page.call('POST', `${own()}/${last.id}/replay`, asGet)).json;
    const again = (await page.call('POST', `${own()}/${first.id}/replay`, { json: { method: 'GET' } })).json;
    const elsewhere = { json: { url: `${appUrl}/other?a=b` } };
    await page.call('POST', `${own()}/${again.id}/replay`, elsewhere);
    expect([first, again].map(({ params }) => params)).toEqual(
      Array.from({ length: 2 }, () => [
        ['order', '2'],
        ['MessageStatus', 'sent'],
      ]),
    );
    expect(seen.slice(-3).map((one) => one.url)).toEqual([
      '/status?order=1&order=2&MessageStatus=sent',
      '/status?order=1&order=2&MessageStatus=sent',
      '/other?a=b&order=2&MessageStatus=sent',
    ]);
  });

  it('stay within the fence of callbacks', async () => {
    const [last] = await attemptsOf(await send(), 2);
    const json = { url: 'http://169.254.169.254/latest' };
    const fenced = await page.call('POST', `${own()}/${last.id}/replay`, { json });
    expect(fenced).toMatchObject({ status: 201, json: { decision: 'gave_up', response: null } });
    expect(fenced.json.error_code).toBeGreaterThan(0);
  });

  it('that were given up are counted and queued together, once', async () => {
    status = 403;
    const sid = await send();
    await attemptsOf(sid, 2);
    status = 204;
    const dry = await page.call('POST', `${own()}/replay-failed`, { json: { since: '1h', dry_run: true } });
    expect(dry).toMatchObject({ status: 200, json: { count: 2, queued: 0, is_complete: true } });
    const none = await page.call('POST', `${own()}/replay-failed`, { json: { since: '1h', url: 'elsewhere' } });
    expect(none.json).toMatchObject({ count: 0, queued: 0 });
    const all = await page.call('POST', `${own()}/replay-failed`, { json: { since: '1h', url: '/status' } });
    expect(all).toMatchObject({ status: 202, json: { count: 2, queued: 2 } });
    await attemptsOf(sid, 4);
    const again = await page.call('POST', `${own()}/replay-failed`, { json: { since: '1h' } });
    expect(again.json).toMatchObject({ count: 0, queued: 0 });
    expect((await page.call('POST', `${own()}/replay-failed`, { json: {} })).status).toBe(400);
  });

  it('whose signature is refused are explained', async () => {
    const [last] = await attemptsOf(await send(), 2);
    const ask = async (json: unknown) => (await page.call('POST', `${own()}/${last.id}/doctor`, { json })).json;
    expect(await ask({ token: pidge.account.token })).toMatchObject({ fits: true });
    const url = `${appUrl.replace('http:', 'https:')}/status`;
    const proxied = await ask({ url });
    expect(proxied.fits).toBe(false);
    const cause = proxied.checks.find((one: { explains: boolean }) => one.explains);
    expect(cause).toMatchObject({ name: 'scheme', ok: false });
    const params = Object.fromEntries([...new URLSearchParams(seen[1]?.body)].slice(1));
    const parsed = await ask({ params });
    expect(parsed.checks.find((one: { explains: boolean }) => one.explains)).toMatchObject({ name: 'body' });
    expect(JSON.stringify(proxied)).not.toContain(pidge.account.token);
    expect((await page.call('POST', `${own()}/${last.id}/doctor`, { json: { url: 'nothing' } })).status).toBe(400);
  });

  it('that asked how to answer show the words again while the message has them, and order nothing', async () => {
    twiml = '<Response><Message>Thanks</Message></Response>';
    const numbers = await client.call('GET', `${client.base}/IncomingPhoneNumbers.json?PhoneNumber=%2B12025550100`);
    const { sid } = numbers.json.incoming_phone_numbers[0];
    await client.call('POST', `${client.base}/IncomingPhoneNumbers/${sid}.json`, { form: { SmsUrl: `${appUrl}/sms` } });
    const says = JSON.stringify({ to: '+12025550100', body: 'Is anybody there?' });
    await fetch(`${pidge.origin}/_test/v1/default/phones/+12025550101/send`, {
      ...{ method: 'POST', headers: { 'content-type': 'application/json' }, body: says },
    });
    await pidge.until(async () => (await listed('?kind=inbound')).length === 1);
    const [asked] = await listed('?kind=inbound');
    const doctor = await page.call('POST', `${own()}/${asked.id}/doctor`, { json: {} });
    expect(doctor.json).toMatchObject({ fits: true, signed: { url: `${appUrl}/sms` } });
    const count = async () => (await client.call('GET', `${client.base}/Messages.json`)).json.messages.length;
    await pidge.until(async () => (await count()) === 2);
    const again = await page.call('POST', `${own()}/${asked.id}/replay`);
    expect(again).toMatchObject({ status: 201, json: { kind: 'inbound', response: { body: twiml } } });
    expect(new URLSearchParams(seen.at(-1)?.body).get('Body')).toBe('Is anybody there?');
    // What is kept beside the attempt has none of it.
    expect(again.json.params).toContainEqual(['Body', '']);
    expect(await count()).toBe(2);
  });
});
