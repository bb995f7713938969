/** Everything on the way to a resource that can be wrong, answered in Twilio's form and never with a 500. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '../helpers/client.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';

describe('a bad request', () => {
  let pidge: TestPidge;
  let client: Client;
  let messages: string;

  beforeAll(async () => {
    pidge = await startTestPidge();
    client = new Client(pidge.origin, pidge.account);
    messages = `${client.base}/Messages.json`;
  });
  afterAll(async () => {
    await client.close();
    await pidge.close();
  });

  const form = (body: string | Buffer) => ({
    body: body as string,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });

  it('without credentials, with a wrong token or an unknown account is one and the same 401', async () => {
    const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
    const bodies = new Set<string>();
    for (const auth of [basic(`${pidge.account.sid}:wrong`), basic(`AC${'9'.repeat(32)}:x`), 'Bearer x', 'Basic %%%']) {
      const answer = await client.call('GET', messages, { auth });
      expect([answer.status, answer.json.code]).toEqual([401, 20003]);
      expect(answer.headers['www-authenticate']).toBe('Basic realm="Twilio API"');
      bodies.add(answer.json.message);
    }
    expect(bodies).toEqual(new Set(['Authenticate']));
    expect((await client.call('GET', messages, { auth: null })).status).toBe(401);
  });

  it('to somebody else’s account is 401, to a malformed one 404', async () => {
    const other = await client.call('GET', `/2010-04-01/Accounts/AC${'8'.repeat(32)}/Messages.json`);
    expect([other.status, other.json.code]).toEqual([401, 20003]);
    const malformed = await client.call('GET', '/2010-04-01/Accounts/null/Messages.json');
    expect([malformed.status, malformed.json.code]).toEqual([404, 20404]);
    expect(malformed.json.message).toBe('The requested resource /2010-04-01/Accounts/null/Messages.json was not found');
  });

  it.each([
    ['an unknown path', 'GET', '/Nothing.json', 404, 20404],
    ['an unknown message', 'GET', `/Messages/SM${'7'.repeat(32)}.json`, 404, 20404],
    ['a malformed message sid', 'GET', '/Messages/SM12.json', 404, 20404],
    ['lower-case path', 'GET', '/messages.json', 404, 20404],
    ['PUT', 'PUT', '/Messages.json', 405, 20004],
    ['DELETE of the list', 'DELETE', '/Messages.json', 405, 20004],
    ['a forged page token', 'GET', '/Messages.json?PageToken=PAnonsense', 400, 21481],
    ['PageSize that is no number', 'GET', '/Messages.json?PageSize=x', 400, 20001],
    ['a date that is none', 'GET', '/Messages.json?DateSent=2026-02-31', 400, 20001],
    ['a date of words', 'GET', '/Messages.json?DateSent%3E=yesterday', 400, 20001],
  ])('%s', async (_what, method, path, status, code) => {
    const answer = await client.call(method, client.base + path);
    expect([answer.status, answer.json.code, answer.json.status]).toEqual([status, code, status]);
  });

  it('PageSize 5000 is clamped to 1000', async () => {
    expect((await client.call('GET', `${messages}?PageSize=5000`)).json.page_size).toBe(1_000);
  });

  it('JSON and multipart bodies are 415 with 20422', async () => {
    for (const type of ['application/json', 'multipart/form-data; boundary=x']) {
      const answer = await client.call('POST', messages, { body: '{}', headers: { 'content-type': type } });
      expect([answer.status, answer.json.code]).toEqual([415, 20422]);
    }
  });

  it('a body of 1 MB is 413 with 20413', async () => {
    const answer = await client.call('POST', messages, form(`Body=${'a'.repeat(1_048_576)}`));
    expect([answer.status, answer.json.code]).toEqual([413, 20413]);
  });

  it('300 parameters are 413 with 20413', async () => {
    const many = Array.from({ length: 300 }, (_, index) => `P${index}=1`).join('&');
    const answer = await client.call('POST', messages, form(many));
    expect([answer.status, answer.json.code]).toEqual([413, 20413]);
  });

  it('NUL, lone surrogates and invalid UTF-8 are 400 with 20001', async () => {
    for (const body of ['To=%2B12025550101&Body=a%00b', 'Body=%ED%A0%80', 'Body=%FF%FE', 'Body=%E2%28%A1']) {
      const answer = await client.call('POST', messages, form(body));
      expect([body.slice(0, 20), answer.status, answer.json.code]).toEqual([body.slice(0, 20), 400, 20001]);
    }
    const raw = await client.call('POST', messages, form(Buffer.from([0x42, 0x6f, 0x64, 0x79, 0x3d, 0xff, 0xfe])));
    expect([raw.status, raw.json.code]).toEqual([400, 20001]);
  });

  it('a redaction with text, a status that cannot be set and a cancel out of time', async () => {
    const { json } = await client.send();
    const update = (fields: Record<string, string>) =>
      client.call('POST', `${client.base}/Messages/${json.sid}.json`, { form: fields });
    expect((await update({ Body: 'other' })).json.code).toBe(20001);
    expect((await update({ Status: 'cancelled' })).json.code).toBe(20001);
    const late = await update({ Status: 'canceled' });
    expect([late.status, late.json.code]).toEqual([409, 30409]);
    expect((await update({})).status).toBe(200);
  });

  it('every answer carries a request id', async () => {
    for (const path of [messages, `${client.base}/Nothing.json`]) {
      expect((await client.call('GET', path)).headers['twilio-request-id']).toMatch(/^RQ[0-9a-f]{32}$/);
    }
  });

  it('an error on a path without .json is XML, as in the original', async () => {
    const answer = await client.call('GET', `${client.base}/Messages/SM12`);
    expect(answer.status).toBe(404);
    expect(answer.headers['content-type']).toContain('application/xml');
    expect(answer.text).toContain('<TwilioResponse><RestException><Code>20404</Code>');
  });
});
