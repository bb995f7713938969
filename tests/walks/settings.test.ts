/** What an operator's settings change, and a store that cannot take more. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Config } from '../../src/config.ts';
import { StoreUnavailable } from '../../src/store/store.ts';
import { Client } from '../helpers/client.ts';
import { TestPhone } from '../helpers/phone.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';

describe('with settings', () => {
  const open: { pidge: TestPidge; client: Client }[] = [];
  afterEach(async () => {
    for (const { pidge, client } of open.splice(0)) {
      await client.close();
      await pidge.close();
    }
  });

  async function start(change: (config: Config) => void) {
    const pidge = await startTestPidge({ change });
    const client = new Client(pidge.origin, pidge.account);
    open.push({ pidge, client });
    const fetch = async (sid: string) => (await client.call('GET', `${client.base}/Messages/${sid}.json`)).json;
    return { pidge, client, fetch };
  }

  it('a country that is not allowed is 21408', async () => {
    const { client } = await start((config) => {
      config.limits.allowedCountries = ['US', 'CA'];
    });
    const answer = await client.send({ To: '+447700900123' });
    expect([answer.status, answer.json.code, answer.json.details.allowed]).toEqual([400, 21408, 'US, CA']);
    expect((await client.send()).status).toBe(201);
  });

  it('serve without a carrier refuses with 21612 and says what to configure', async () => {
    const { client } = await start((config) => {
      config.mode = 'serve';
      config.numbers = [{ number: '+12025550100', properties: {} }];
    });
    const answer = await client.send();
    expect([answer.status, answer.json.code]).toEqual([400, 21612]);
    expect(answer.json.details.fix).toContain('[[connectors]]');
    expect((await client.call('GET', '/_test/v1/default/phones')).status).toBe(404);
  });

  const whatsApp = { From: 'whatsapp:+12025550100', To: 'whatsapp:+12025550101', Body: 'Hello' };
  it.each<[string, (config: Config) => void]>([
    ['channels.session_window = "ignore"', (config) => (config.channels.sessionWindow = 'ignore')],
    ['lenient', (config) => (config.strictness = 'lenient')],
  ])('%s keeps the 24-hour window of WhatsApp open', async (_, change) => {
    const { pidge, client, fetch } = await start(change);
    const { sid } = (await client.send(whatsApp)).json;
    await pidge.until(async () => (await fetch(sid)).status === 'delivered');
  });

  it('serve has the window, and leaves the judgement of a template that was submitted to its carrier', async () => {
    const { pidge, client, fetch } = await start((config) => {
      config.mode = 'serve';
      config.connectors = [{ kind: 'simulated', name: 'carrier' }];
      config.senders = [{ address: whatsApp.From, properties: {} }];
    });
    const post = (path: string, body: object) =>
      client.call('POST', path, { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });
    const text = await client.send(whatsApp);
    await pidge.until(async () => (await fetch(text.json.sid)).error_code === 63016);
    const types = { 'twilio/text': { body: 'Hello' } };
    const { json } = await post('/v1/Content', { friendly_name: 'hello', language: 'en', types });
    const submitted = await post(`/v1/Content/${json.sid}/ApprovalRequests/whatsapp`, {
      name: 'h',
      category: 'UTILITY',
    });
    expect(submitted.json.status).toBe('received');
    const made = await client.send({ ...whatsApp, Body: '', ContentSid: json.sid });
    await pidge.until(async () => (await fetch(made.json.sid)).status === 'delivered');
  });

  it('MaxPrice is accepted without effect by default, and fails with 30010 when enforced', async () => {
    const idle = await start(() => undefined);
    expect((await idle.client.send({ MaxPrice: 'nonsense' })).status).toBe(201);
    const strict = await start((config) => {
      config.limits.maxPrice = 'enforce';
    });
    expect((await strict.client.send({ MaxPrice: 'nonsense' })).json.code).toBe(21627);
    const dear = (await strict.client.send({ MaxPrice: '0.001' })).json.sid;
    const fine = (await strict.client.send({ MaxPrice: '0.5' })).json.sid;
    await strict.pidge.until(async () => (await strict.fetch(dear)).status === 'failed');
    await strict.pidge.until(async () => (await strict.fetch(fine)).status === 'delivered');
    expect((await strict.fetch(dear)).error_code).toBe(30010);
  });

  it.each([
    ['5m', 300, '35d', '35 days (3024000 seconds)', '35 days'],
    ['15m', 900, '36h', '129600 seconds', '129600 seconds'],
  ])('a schedule from %s on is refused within %s seconds and after %s, by that name', async (...row) => {
    const [, least, , named, farthest] = row;
    const most = Number(/\d{4,}/.exec(named)?.[0]);
    const { client } = await start(({ limits }) => {
      limits.scheduleMinLeadMs = least * 1_000;
      limits.scheduleMaxLeadMs = most * 1_000;
    });
    const later = (seconds: number) =>
      client.send({
        From: `MG${'0'.repeat(32)}`,
        ScheduleType: 'fixed',
        SendAt: new Date(Date.now() + seconds * 1_000).toISOString(),
      });
    for (const seconds of [least - 1, most + 60]) {
      const { code, message, details } = (await later(seconds)).json;
      expect([code, message]).toEqual([
        35114,
        `SendAt time must be between ${least} seconds and ${named} in the future, inclusive.`,
      ]);
      expect(details.allowed).toBe(`ISO 8601, ${least} seconds to ${farthest} ahead`);
    }
    // Inside the window what is wrong next is said: the service.
    for (const seconds of [least + 60, most]) expect((await later(seconds)).json.code).toBe(21701);
  });

  it('a number is paced by its own rate, by its kind, or not at all, as its settings say', async () => {
    const { pidge } = await start((config) => {
      config.limits.defaultRate = 'twilio';
      config.numbers = [
        { number: '+12025550151', rate: 7, properties: {} },
        { number: '+12025550152', rate: null, properties: {} },
        { number: '+12025550153', kind: 'toll-free', properties: {} },
        { number: '+12025550154', properties: {} },
      ];
    });
    const rates = await Promise.all(
      ['1', '2', '3', '4'].map(
        async (digit) => (await pidge.running.store.senderByAddress(`+1202555015${digit}`))?.rate,
      ),
    );
    expect(rates).toEqual([7, 0, 3, null]);
  });

  it('an unpaced number is sent at once even where the default rate is one', async () => {
    const { client, pidge, fetch } = await start((config) => {
      config.limits.defaultRate = 0.001;
      config.numbers = [{ number: '+12025550152', rate: null, properties: {} }];
    });
    const sids: string[] = [];
    for (let count = 0; count < 3; count += 1) sids.push((await client.send({ From: '+12025550152' })).json.sid);
    await pidge.until(async () => (await fetch(sids[2] ?? '')).status === 'delivered');
    expect((await fetch(sids[2] ?? '')).status).toBe('delivered');
  });

  it('messaging_service_sid is null when the setting says so', async () => {
    const { client } = await start((config) => {
      config.messages.defaultService = 'null';
    });
    expect((await client.send()).json.messaging_service_sid).toBeNull();
  });

  it('lenient takes any sender and any token', async () => {
    const { pidge } = await start((config) => {
      config.strictness = 'lenient';
    });
    const stranger = new Client(pidge.origin, { sid: `AC${'5'.repeat(32)}`, token: 'whatever' });
    expect((await stranger.send({ From: '+15017122661' })).status).toBe(201);
    await stranger.close();
  });

  it('lenient registers the sender that it took, which can then be written to', async () => {
    const { pidge, client } = await start((config) => {
      config.strictness = 'lenient';
    });
    const From = '+15017122661';
    expect((await client.send({ From })).status).toBe(201);
    const numbers = await client.call('GET', `${client.base}/IncomingPhoneNumbers.json?PhoneNumber=${From}`);
    expect(numbers.json.incoming_phone_numbers).toMatchObject([{ phone_number: From, status: 'in-use' }]);
    const phone = new TestPhone(client, '+12025550101');
    const said = await phone.send({ to: From, body: 'Back to you' });
    expect([said.status, said.json.status]).toEqual([201, 'received']);
    expect((await client.send({ From })).status).toBe(201);
    expect((await client.send({ From: '54321' })).status).toBe(201);
    const codes = await client.call('GET', `${client.base}/SMS/ShortCodes.json?ShortCode=54321`);
    expect(codes.json.short_codes).toMatchObject([{ short_code: '54321', account_sid: pidge.account.sid }]);
    const channel = { From: 'whatsapp:+15017122662', To: 'whatsapp:+12025550101' };
    expect((await client.send(channel)).status).toBe(201);
    const senders = await client.call('GET', '/v2/Channels/Senders?Channel=whatsapp');
    expect(senders.json.senders).toContainEqual(expect.objectContaining({ sender_id: channel.From }));
  });

  it('lenient makes the service that it was given, with a number to send from', async () => {
    const { pidge } = await start((config) => {
      config.strictness = 'lenient';
    });
    const stranger = new Client(pidge.origin, { sid: `AC${'6'.repeat(32)}`, token: 'whatever' });
    const MessagingServiceSid = `MG${'a'.repeat(32)}`;
    const sent = await stranger.send([
      ['To', '+12025550101'],
      ['Body', 'Hello'],
      ['MessagingServiceSid', MessagingServiceSid],
    ]);
    expect([sent.status, sent.json.messaging_service_sid]).toEqual([201, MessagingServiceSid]);
    const read = async () => (await stranger.call('GET', `${stranger.base}/Messages/${sent.json.sid}.json`)).json;
    await pidge.until(async () => (await read()).status === 'delivered');
    expect((await read()).from).toBe('+12025550110');
    const service = await stranger.call('GET', `/v1/Services/${MessagingServiceSid}`);
    expect([service.status, service.json.friendly_name]).toEqual([200, 'Learned by --lenient']);
    await stranger.close();
  });

  it('a store that is full answers 503 with Retry-After, and goes on when there is room', async () => {
    const { pidge, client } = await start(() => undefined);
    const { store } = pidge.running;
    const accept = store.accept.bind(store);
    store.accept = async () => {
      throw new StoreUnavailable('database or disk is full');
    };
    const answer = await client.send();
    expect([answer.status, answer.json.code]).toEqual([503, 20503]);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    store.accept = accept;
    expect((await client.send()).status).toBe(201);
  });
});
