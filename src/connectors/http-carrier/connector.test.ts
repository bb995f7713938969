/** A carrier of HTTP by its mapping, over real HTTP. */
import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { startHttpRig } from '../../../tests/helpers/http-carrier.ts';
import { submission } from '../../../tests/helpers/smpp.ts';

type Rig = Awaited<ReturnType<typeof startHttpRig>>;
let rig: Rig;
afterEach(() => rig.close());

const JSON_CARRIER = (origin: string) => ({
  url: `${origin}/send`,
  auth: 'bearer',
  password: 'secret-key-9',
  content_type: 'json',
  headers: ['X-Account: acme {sid}'],
  body: '{"from": "{from}", "to": "{to|digits}", "text": "{text}", "media": [{media_urls}]}',
  id: ['messages.0.id'],
  error: ['error.code'],
  errors: ['no_such_user=30005', 'bad_sender=30024/route', 'slow=busy'],
  channels: ['sms', 'mms'],
});

async function sent(text = 'Hello', more: Parameters<typeof submission>[2] = {}) {
  const [outcome] = await rig.connector.send([submission('SM1', text, more)]);
  return outcome;
}

describe('a request', () => {
  it('is the template with what the message has, escaped as JSON, and the credentials', async () => {
    rig = await startHttpRig(JSON_CARRIER);
    rig.carrier.reply = () => ({ body: '{"messages":[{"id":"m-1"}]}' });
    const url = 'https://example.com/1';
    const media = [{ sid: 'ME1', contentType: 'image/png', sizeBytes: 1, url, read: async () => new Uint8Array() }];
    const text = 'She said: "no {to}\n" \\';
    expect(await sent(text, { parts: [text], media })).toEqual({ kind: 'accepted', carrierIds: ['m-1'] });
    const [asked] = rig.carrier.asked;
    expect(JSON.parse(asked?.body ?? '')).toEqual({
      from: '+12025550100',
      to: '12025550101',
      text,
      media: [url],
    });
    expect(asked?.headers).toMatchObject({ authorization: 'Bearer secret-key-9', 'x-account': 'acme SM1' });
  });

  it('is a form, whose fields repeat for each file and are left out when empty', async () => {
    rig = await startHttpRig((origin) => ({
      url: `${origin}/send`,
      fields: ['To={to}', 'Body={text}', 'MediaUrl={media_url}', 'Callback={receipt_url}'],
      idempotency_header: 'Idempotency-Key',
      honours_idempotency: true,
      auth: 'hmac',
      password: 'signing',
      channels: ['sms', 'mms'],
    }));
    const file = (url: string) => ({
      sid: 'ME',
      contentType: 'image/png',
      sizeBytes: 1,
      url,
      read: async () => new Uint8Array(),
    });
    await sent('a&b=c +ü', { media: [file('https://e.example/1'), file('https://e.example/2')], receipt: false });
    const [asked] = rig.carrier.asked;
    expect([...new URLSearchParams(asked?.body)]).toEqual([
      ['To', '+12025550101'],
      ['Body', 'a&b=c +ü'],
      ['MediaUrl', 'https://e.example/1'],
      ['MediaUrl', 'https://e.example/2'],
    ]);
    const signature = createHmac('sha256', 'signing')
      .update(asked?.body ?? '')
      .digest('hex');
    expect(asked?.headers).toMatchObject({ 'idempotency-key': 'SM1', 'x-signature': signature });
    expect(rig.connector.honoursIdempotencyKeys).toBe(true);
  });

  it('is a query, or XML', async () => {
    rig = await startHttpRig((origin) => ({
      method: 'GET',
      url: `${origin}/s?v=1`,
      fields: ['t={text}'],
      id: ['.'],
    }));
    rig.carrier.reply = () => ({ headers: { 'content-type': 'text/plain' }, body: ' id-77 \n' });
    expect(await sent('a b&c')).toEqual({ kind: 'accepted', carrierIds: ['id-77'] });
    expect(rig.carrier.asked[0]).toMatchObject({ method: 'GET', path: '/s?v=1&t=a%20b%26c', body: '' });
    await rig.close();
    rig = await startHttpRig((origin) => ({
      method: 'PUT',
      url: `${origin}/{to}`,
      content_type: 'xml',
      body: '<sms from="{from}">{text}</sms>',
    }));
    await sent('<&> \u0001');
    expect(rig.carrier.asked[0]).toMatchObject({
      method: 'PUT',
      path: '/%2B12025550101',
      body: '<sms from="+12025550100">&lt;&amp;&gt; \ufffd</sms>',
    });
  });
});

describe('an answer', () => {
  it('means what the tables say', async () => {
    rig = await startHttpRig(JSON_CARRIER);
    const answer = async (status: number, body: string, headers?: Record<string, string>) => {
      rig.carrier.reply = () => ({ status, body, headers });
      return sent();
    };
    const error = (code: string) => JSON.stringify({ error: { code } });
    expect(await answer(400, error('no_such_user'))).toMatchObject({ kind: 'refused', errorCode: 30005 });
    expect(await answer(400, error('bad_sender'))).toMatchObject({ errorCode: 30024, class: 'route' });
    expect(await answer(400, error('slow'))).toMatchObject({ kind: 'busy' });
    expect(await answer(400, error('odd'))).toMatchObject({ kind: 'refused', errorCode: 30008 });
    expect(await answer(404, 'nothing')).toMatchObject({ kind: 'refused', errorCode: 30008 });
    expect(rig.notices).toHaveLength(2);
    expect(await answer(502, '<html>')).toMatchObject({ kind: 'unsure' });
    expect(await answer(200, '{}')).toEqual({ kind: 'accepted', carrierIds: ['nameless:SM1'] });
    rig.carrier.reply = () => ({ breaks: true });
    expect(await sent()).toMatchObject({ kind: 'unsure' });
    expect(await answer(429, '', { 'retry-after': '3' })).toMatchObject({ kind: 'busy', retryAfterMs: 3_000 });
    expect(await answer(200, '{}')).toMatchObject({ kind: 'busy' });
  });

  it('of a server that fails leaves the message in doubt, whatever general code of ours it names', async () => {
    rig = await startHttpRig((origin) => ({
      ...{ preset: 'twilio', base_url: origin, username: 'AC1', password: 'token', retry: ['429'] },
      errors: ['*=same', '20501=30008'],
    }));
    const answer = async (status: number, code: number) => {
      rig.carrier.reply = () => ({ status, body: JSON.stringify({ code }) });
      return sent();
    };
    expect(await answer(500, 20500)).toEqual({ kind: 'unsure', note: 'answered 500 with code 20500' });
    expect(await answer(503, 20503)).toMatchObject({ kind: 'unsure' });
    expect(await answer(500, 20404)).toMatchObject({ kind: 'unsure' });
    // About the message, or meant so by the table.
    expect(await answer(500, 30007)).toMatchObject({ kind: 'refused', errorCode: 30007 });
    expect(await answer(501, 20501)).toMatchObject({ kind: 'refused', errorCode: 30008 });
    expect(await answer(400, 20001)).toMatchObject({ kind: 'refused', errorCode: 20001 });
  });

  it('is none for what HTTP cannot carry, which is refused', async () => {
    rig = await startHttpRig((origin) => ({ url: `${origin}/send`, headers: ['X-Text: {text}'] }));
    expect(await sent('plain')).toMatchObject({ kind: 'accepted' });
    expect(await sent('漢字')).toMatchObject({ kind: 'refused', errorCode: 30008 });
  });

  it('never came: in doubt when it was written, away when nobody was there', async () => {
    rig = await startHttpRig((origin) => ({ ...JSON_CARRIER(origin), response_timeout: 500 }));
    rig.carrier.reply = () => new Promise(() => undefined);
    expect(await sent()).toMatchObject({ kind: 'unsure' });
    await rig.carrier.stop();
    expect(await sent()).toMatchObject({ kind: 'unreachable' });
    await rig.carrier.start();
  });

  it('may be a success in name alone, or a message that it has already', async () => {
    rig = await startHttpRig((origin) => ({
      ...JSON_CARRIER(origin),
      success_path: ['status'],
      success_values: ['ok'],
      duplicate: ['409'],
    }));
    rig.carrier.reply = () => ({ body: '{"status":"error","error":{"code":"no_such_user"}}' });
    expect(await sent()).toMatchObject({ kind: 'refused', errorCode: 30005 });
    rig.carrier.reply = () => ({ status: 409 });
    expect(await sent()).toEqual({ kind: 'accepted', carrierIds: ['SM1'] });
  });

  it('of 401 holds everything back, and its secret is told to nobody', async () => {
    rig = await startHttpRig(JSON_CARRIER);
    rig.carrier.reply = () => ({ status: 401, body: '{"error":{"code":"secret-key-9"}}' });
    expect(await sent()).toMatchObject({ kind: 'unreachable' });
    expect(rig.notices).toMatchObject([{ state: 'lost', alarm: true }]);
    expect(JSON.stringify(rig.notices)).not.toContain('secret-key-9');
    expect(await sent()).toMatchObject({ kind: 'busy' });
    expect(rig.carrier.asked).toHaveLength(1);
  });
});

describe('a call', () => {
  const WEBHOOKS = (origin: string) => ({
    ...JSON_CARRIER(origin),
    check: 'secret',
    check_query: 'key',
    check_secret: 'let-me-in',
    receipt_items: ['results'],
    receipt_id: ['messageId'],
    receipt_state: ['status.name'],
    receipt_states: ['DONE=delivered', 'DEAD=undelivered', 'WAIT=none'],
    receipt_error: ['error.id'],
    receipt_errors: ['7=30006'],
    inbound_from: ['msisdn'],
    inbound_to: ['shortcode'],
    inbound_text: ['text'],
    inbound_id: ['id'],
    inbound_media: 'files.{n}.url',
    inbound_media_type: 'files.{n}.type',
    country_code: '44',
  });
  const post = async (path: string, body: unknown, query = '?key=let-me-in') =>
    (await fetch(`${rig.door.url}${path}${query}`, { method: 'POST', body: JSON.stringify(body) })).status;

  it('tells of receipts, many at once, by the words of the carrier', async () => {
    rig = await startHttpRig(WEBHOOKS);
    const results = [
      { messageId: 1, status: { name: 'DONE' } },
      { messageId: '2', status: { name: 'DEAD' }, error: { id: 7 } },
      { messageId: '3', status: { name: 'WAIT' } },
      { messageId: '4', status: { name: 'ODD' } },
    ];
    expect(await post('/receipts', { results })).toBe(200);
    expect(rig.ear.receiptsHeard).toEqual([
      { connector: 'carrier', carrierId: '1', state: 'delivered' },
      { connector: 'carrier', carrierId: '2', state: 'undelivered', errorCode: 30006 },
    ]);
    expect(rig.notices).toHaveLength(1);
  });

  it('tells of messages, with numbers as they are written there and files at the carrier', async () => {
    rig = await startHttpRig((origin) => ({ ...WEBHOOKS(origin), base_url: origin }));
    rig.carrier.reply = () => ({ headers: { 'content-type': 'image/png' }, body: 'bytes' });
    const files = [{ url: `${rig.carrier.origin}/f/1`, type: 'image/png' }];
    const said = { id: 'in-1', msisdn: '07700 900123', shortcode: '76767', text: 'Hi', files };
    expect(await post('/inbound', said)).toBe(200);
    const [heard] = rig.ear.inboundHeard;
    expect(heard).toMatchObject({ carrierId: 'in-1', from: '+447700900123', to: '76767', content: { body: 'Hi' } });
    expect(Buffer.from((await heard?.media[0]?.read()) ?? []).toString()).toBe('bytes');
    expect(rig.carrier.asked[0]?.headers.authorization).toBe('Bearer secret-key-9');
  });

  it('never takes the credentials to another origin, nor leads to what is not public', async () => {
    rig = await startHttpRig((origin) => ({ ...WEBHOOKS(origin), base_url: 'https://carrier.example' }));
    const files = [{ url: `${rig.carrier.origin}/f/1`, type: 'image/png' }];
    await post('/inbound', { id: 'in-2', msisdn: '+447700900123', shortcode: '76767', files });
    await expect(rig.ear.inboundHeard[0]?.media[0]?.read()).rejects.toThrow('not a public address');
    expect(rig.carrier.asked).toHaveLength(0);
  });

  it('needs the secret, and is told to come again while nothing is committed', async () => {
    rig = await startHttpRig(WEBHOOKS);
    expect(await post('/receipts', {}, '')).toBe(403);
    expect(await post('/receipts', {}, '?key=guess')).toBe(403);
    expect(await post('/other', {})).toBe(404);
    rig.ear.gate = () => Promise.reject(new Error('away'));
    expect(await post('/receipts', { results: [{ messageId: '1', status: { name: 'DONE' } }] })).toBe(503);
  });
});

describe('the preset of SMS Gateway for Android', () => {
  const ANDROID = (origin: string) => ({
    preset: 'android-sms-gateway',
    base_url: origin,
    username: 'user',
    password: 'pass',
    check_secret: 'signing-key',
    number: '+12025550100',
  });

  it('sends with a stable id, and takes one that the phone has already for sent', async () => {
    rig = await startHttpRig(ANDROID);
    rig.carrier.reply = () => ({ status: 202, body: '{"id":"SM1","state":"Pending"}' });
    expect(await sent('Your code is 1234')).toEqual({ kind: 'accepted', carrierIds: ['SM1'] });
    expect(rig.carrier.asked[0]).toMatchObject({ method: 'POST', path: '/messages' });
    expect(JSON.parse(rig.carrier.asked[0]?.body ?? '')).toEqual({
      id: 'SM1',
      textMessage: { text: 'Your code is 1234' },
      phoneNumbers: ['+12025550101'],
      withDeliveryReport: true,
    });
    rig.carrier.reply = () => ({ status: 409 });
    expect(await sent()).toEqual({ kind: 'accepted', carrierIds: ['SM1'] });
  });

  it('hears what the phone signs, while it is fresh', async () => {
    rig = await startHttpRig(ANDROID);
    const tell = async (path: string, event: string, payload: object, { ageS = 0, key = 'signing-key' } = {}) => {
      const body = JSON.stringify({ deviceId: 'd', event, id: `e-${event}`, payload, webhookId: 'w' });
      const stamp = String(Math.floor(Date.now() / 1_000) - ageS);
      const signature = createHmac('sha256', key)
        .update(body + stamp)
        .digest('hex');
      const headers = { 'content-type': 'application/json', 'x-signature': signature, 'x-timestamp': stamp };
      return (await fetch(`${rig.door.url}${path}`, { method: 'POST', headers, body })).status;
    };
    expect(await tell('/receipts', 'sms:delivered', { messageId: 'SM1' })).toBe(200);
    expect(await tell('/receipts', 'sms:failed', { messageId: 'SM2', reason: 'RESULT_ERROR' })).toBe(200);
    expect(
      await tell('/inbound', 'sms:received', { message: 'Hi', phoneNumber: '+12025550101', recipient: null }),
    ).toBe(200);
    expect(rig.ear.receiptsHeard).toMatchObject([
      { carrierId: 'SM1', state: 'delivered' },
      { carrierId: 'SM2', state: 'undelivered', errorCode: 30008 },
    ]);
    expect(rig.ear.inboundHeard).toMatchObject([
      { carrierId: 'e-sms:received', from: '+12025550101', to: '+12025550100', content: { body: 'Hi' } },
    ]);
    expect(await tell('/receipts', 'sms:delivered', { messageId: 'SM1' }, { ageS: 900 })).toBe(403);
    expect(await tell('/receipts', 'sms:delivered', { messageId: 'SM1' }, { key: 'other' })).toBe(403);
  });
});
