/** The carriers' door: whom it lets in, what it answers, and that it is shut where nobody calls. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AnswerCarrier } from '../../src/domain/carrier-call.ts';
import { StoreUnavailable } from '../../src/store/store.ts';
import { Client } from '../helpers/client.ts';
import { cloudSettings, OURS, startCloud } from '../helpers/cloud.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';

let pidge: TestPidge;
let client: Client;
let called: () => NonNullable<ReturnType<AnswerCarrier>>;
const calls: Parameters<AnswerCarrier>[1][] = [];

beforeEach(() => {
  calls.length = 0;
  called = () => Promise.resolve({ kind: 'answer', status: 200, body: 'ok' });
});
beforeAll(async () => {
  pidge = await startTestPidge({
    connectors: ({ name }) => [
      {
        name,
        honoursIdempotencyKeys: true,
        start: async () => undefined,
        stop: async () => undefined,
        send: async () => [],
        called: (call) => {
          calls.push(call);
          return called();
        },
      },
    ],
  });
  client = new Client(pidge.origin, pidge.account);
});
afterAll(async () => {
  await client.close();
  await pidge.close();
});

const post = (path: string, body = '', headers: Record<string, string> = {}) =>
  client.call('POST', path, { body, headers, auth: null });

describe('the carriers’ door', () => {
  it('hands on what was called as it came, without credentials', async () => {
    const body = '{"a": "ü"}';
    const answer = await post('/carriers/simulated/receipts?x=1', body, {
      'content-type': 'application/json',
      'X-Sign': 'S',
    });
    expect([answer.status, answer.text]).toEqual([200, 'ok']);
    expect(answer.headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
    expect(calls[0]).toMatchObject({
      method: 'POST',
      path: '/receipts',
      url: `${pidge.origin}/carriers/simulated/receipts?x=1`,
    });
    expect(calls[0]?.headers['x-sign']).toBe('S');
    expect(Buffer.from(calls[0]?.body ?? []).toString()).toBe(body);
    await client.call('GET', '/carriers/simulated', { auth: null });
    expect(calls[1]).toMatchObject({ method: 'GET', path: '' });
  });

  it('is shut for names that are no connector, and for paths below one that it does not know', async () => {
    expect((await post('/carriers/nobody')).json).toMatchObject({ code: 20404, status: 404 });
    called = () => Promise.resolve({ kind: 'unknown' });
    expect((await post('/carriers/simulated/other')).status).toBe(404);
    expect((await client.call('PUT', '/carriers/simulated', { auth: null })).status).toBe(404);
  });

  it('tells a carrier to come again when nothing was committed', async () => {
    called = () => Promise.reject(new StoreUnavailable('away'));
    const { status, headers } = await post('/carriers/simulated');
    expect(status).toBe(503);
    expect(headers['retry-after']).toMatch(/^\d+$/);
  });

  it('takes what is as large as the largest of carriers tells, and no more', async () => {
    expect((await post('/carriers/simulated', 'x'.repeat(3_000_000))).status).toBe(200);
    expect((await post('/carriers/simulated', 'x'.repeat(3_200_000))).status).toBe(413);
  });

  it('refuses strangers, and still hears a carrier that comes by the same address', async () => {
    called = () => Promise.resolve({ kind: 'stranger', why: 'no signature' });
    for (let times = 0; times < 60; times += 1) expect((await post('/carriers/simulated')).status).toBe(403);
    called = () => Promise.resolve({ kind: 'answer', status: 200 });
    expect((await post('/carriers/simulated')).status).toBe(200);
    expect(calls).toHaveLength(61);
  });
});

it('a node that sends nothing hears carriers all the same', async () => {
  const cloud = await startCloud();
  const api = await startTestPidge({
    change(config) {
      config.mode = 'serve';
      config.node.roles = ['api'];
      config.connectors = [{ kind: 'whatsapp', name: 'meta', whatsapp: cloudSettings(cloud.origin) }];
      config.senders = [{ address: `whatsapp:${OURS}`, properties: {} }];
    },
  });
  cloud.webhook = `${api.origin}/carriers/meta`;
  await cloud.say('+13125550142', OURS, { text: { body: 'Hi' } });
  expect(cloud.answers).toEqual([200]);
  const { messages } = await api.running.store.messages({ accountSid: api.account.sid, size: 10 });
  expect(messages).toMatchObject([{ direction: 'inbound', body: 'Hi' }]);
  await api.close();
  await cloud.close();
});

it('an address that was never right is not heard for a while once it was wrong often', async () => {
  const cloud = await startCloud();
  const pidge = await startTestPidge({
    change(config) {
      config.mode = 'serve';
      config.connectors = [{ kind: 'whatsapp', name: 'meta', whatsapp: cloudSettings(cloud.origin) }];
    },
  });
  cloud.webhook = `${pidge.origin}/carriers/meta`;
  const news = cloud.news(OURS, {});
  for (let times = 0; times < 60; times += 1) expect(await cloud.call(news, () => 'sha256=00')).toBe(403);
  expect(await cloud.call(news)).toBe(429);
  await pidge.close();
  await cloud.close();
});
