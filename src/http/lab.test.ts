import fastify, { type InjectOptions } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { HandWoundClock } from '../domain/clock.ts';
import { ApiError, errorBody } from '../domain/errors.ts';
import type { Message } from '../domain/message.ts';
import { SimulatedCarrier } from '../simulator/carrier.ts';
import type { AttemptQuery, CallbackAttempt } from '../store/callback-shapes.ts';
import type { Account } from '../store/directory.ts';
import type { Store } from '../store/store.ts';
import { registerLab } from './lab.ts';

const ACCOUNT = { sid: 'AC1', defaultServiceSid: 'MG1' } as Account;
const AT = Date.UTC(2026, 0, 1);
const ATTEMPT = {
  id: 7,
  messageSid: 'SM1',
  attempt: 1,
  at: AT,
  ms: 3,
  decision: 'gave_up',
  payload: { status: 'sent' },
  request: { method: 'POST', url: 'http://localhost/cb', headers: {}, body: 'MessageStatus=sent' },
  response: null,
  errorCode: 11205,
  error: 'refused',
} as unknown as CallbackAttempt;
const MESSAGE = {
  sid: 'SM1',
  accountSid: 'AC1',
  body: 'Hello',
  status: 'sent',
  createdAt: AT,
  updatedAt: AT,
  sentAt: AT,
  errorCode: null,
  priceMicros: null,
  options: {},
  history: [{ at: AT, status: 'queued' }],
} as unknown as Message;

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

function setUp(hosts: string[] = []) {
  const clock = new HandWoundClock(AT);
  const carrier = new SimulatedCarrier({ clock, settings: { submitMs: 0, receiptMs: 0 } });
  const queries: AttemptQuery[] = [];
  let rings = 0;
  const store = {
    message: async (account: string, sid: string) => (account === 'AC1' && sid === 'SM1' ? MESSAGE : null),
    parts: async () => [{ connector: 'simulated', carrierId: 'SM1-1', part: 1, state: 'pending', errorCode: null }],
    attempts: async (query: AttemptQuery) => {
      queries.push(query);
      return [{ ...ATTEMPT, id: 8 }, ATTEMPT];
    },
    messages: async () => ({ messages: [], hasOlder: false, hasNewer: false }),
    optOuts: async () => [],
    replayCallback: async (_: string, id: number) => (id === 7 ? { workId: 99 } : null),
  } as unknown as Store;
  const app = fastify();
  app.setErrorHandler((error, _, reply) => {
    if (!(error instanceof ApiError)) throw error;
    reply.code(error.status).send(errorBody(error, 'RQ1'));
  });
  registerLab(app, {
    handsets: carrier.handsets,
    talk: carrier,
    mediaLink: (sid) => `/m/${sid}`,
    fetchFile: async () => ({ why: 'not asked' }),
    watch: () => ({ fate: new Promise(() => undefined), cancel: () => undefined }),
    settled: () => new Promise(() => undefined),
    changeOptOuts: async () => ({ changed: true, count: 1, claimedWorks: [] }),
    store,
    clock,
    hosts,
    accountOf: async (sandbox) => (sandbox === 'default' ? ACCOUNT : null),
    ringCallbacks: () => {
      rings += 1;
    },
  });
  closing.push(() => app.close());
  const call = async (
    method: 'GET' | 'PUT' | 'POST' | 'DELETE',
    path: string,
    payload?: unknown,
    more: InjectOptions = {},
  ) => {
    const answer = await app.inject({ method, url: `/_test/v1${path}`, payload: payload as object, ...more });
    return { status: answer.statusCode, json: answer.json(), headers: answer.headers };
  };
  return { clock, carrier, call, queries, rings: () => rings };
}

describe('the test side', () => {
  it('sets a phone, lists it and shows what it does', async () => {
    const { call, carrier } = setUp();
    const body = { behave: { deliver_after: '2s' }, name: 'Cyd' };
    const put = await call('PUT', '/default/phones/+12025550177', body);
    expect(put.status).toBe(200);
    expect(put.headers['pidge-mode']).toBe('dev');
    const behave = { deliver_after: '2s' };
    const quiet = { messages: 0, unread: 0, script_step: 0, last: null };
    expect(put.json).toEqual({ number: '+12025550177', name: 'Cyd', behave, rcs: false, ...quiet });
    expect((await call('GET', '/default/phones')).json.phones).toContainEqual({ ...put.json, opted_out: 0 });
    expect(carrier.handsets.phones()[2]?.behaviour).toEqual({ kind: 'deliver', afterMs: 2_000 });
    const renamed = await call('PUT', '/default/phones/%2B12025550177', { name: null });
    expect(renamed.json).toMatchObject({ name: null, behave: { deliver_after: '2s' } });
  });

  it('shows an inbox, empty for a phone that never got anything', async () => {
    const { call, carrier, clock } = setUp();
    carrier.listen(async () => undefined);
    await carrier.submit([{ key: 'K', sid: 'SM1', from: '76767', to: '+12025550101', parts: ['Hi'] }]);
    clock.advance(0);
    const inbox = await call('GET', '/default/phones/+12025550101/inbox');
    expect(inbox.json.messages).toEqual([
      {
        sid: 'SM1',
        from: '76767',
        to: '+12025550101',
        body: 'Hi',
        at: '2026-01-01T00:00:00.000Z',
        parts: 1,
        channel: 'sms',
        media: [],
      },
    ]);
    const none = await call('GET', '/default/phones/+12025550177/inbox');
    expect(none).toMatchObject({ status: 200, json: { number: '+12025550177', messages: [] } });
  });

  it('tells the walk of a message', async () => {
    const { call } = setUp();
    const { status, json } = await call('GET', '/default/messages/SM1/trace');
    expect(status).toBe(200);
    expect(json.message).toMatchObject({ sid: 'SM1', status: 'sent', messaging_service_sid: 'MG1' });
    expect(json.history).toEqual([{ at: '2026-01-01T00:00:00.000Z', status: 'queued', note: null, error_code: null }]);
    expect(json.parts).toMatchObject([{ carrier_id: 'SM1-1', state: 'pending' }]);
    expect(json.callbacks.map((one: { id: number }) => one.id)).toEqual([7, 8]);
  });

  it('lists callbacks by message and decision', async () => {
    const { call, queries } = setUp();
    const { json } = await call('GET', '/default/callbacks?message=SM1&decision=gave_up&limit=5');
    expect(queries).toEqual([{ accountSid: 'AC1', messageSid: 'SM1', decision: 'gave_up', limit: 5 }]);
    expect(json.callbacks[0]).toMatchObject({ id: 8, status: 'sent', decision: 'gave_up', error_code: 11205 });
    await call('GET', '/default/callbacks?limit=99999');
    expect(queries[1]).toEqual({ accountSid: 'AC1', limit: 1_000 });
  });

  it('replays a callback and rings for it', async () => {
    const { call, rings } = setUp();
    expect(await call('POST', '/default/callbacks/7/replay')).toMatchObject({ status: 202, json: { work_id: 99 } });
    expect(rings()).toBe(1);
    for (const id of ['8', 'x', '-7']) {
      expect((await call('POST', `/default/callbacks/${id}/replay`)).json).toMatchObject({ code: 20404 });
    }
    expect(rings()).toBe(1);
  });

  it('tells the time', async () => {
    const { call, clock } = setUp();
    clock.advance(1_500);
    const { json } = await call('GET', '/default/clock');
    expect(json).toEqual({ now: '2026-01-01T00:00:01.500Z', now_ms: AT + 1_500 });
  });
});

describe('the test side refuses', () => {
  it.each(['/nobody/phones', '/nobody/clock', '/nobody/callbacks', '/default/messages/SM2/trace'])(
    'GET %s with 20404',
    async (path) => {
      const { status, json } = await setUp().call('GET', path);
      expect({ status, code: json.code }).toEqual({ status: 404, code: 20404 });
      expect(json.message).toContain(`/_test/v1${path}`);
    },
  );

  it.each([
    [{ behave: { undelivered: 1 } }, 'behave.undelivered'],
    [{ behave: 'explode' }, 'behave'],
    [{ rcs: 'yes' }, 'rcs'],
    [{ behaviour: 'deliver' }, 'behaviour'],
    [{ name: 7 }, 'name'],
    [{}, 'behave'],
    [[], 'body'],
  ])('the body %j and names %s', async (body, parameter) => {
    const { call, carrier } = setUp();
    const { status, json } = await call('PUT', '/default/phones/+12025550177', body);
    expect({ status, code: json.code, parameter: json.details.parameter }).toEqual({
      status: 400,
      code: 20001,
      parameter,
    });
    expect(json.details.fix).not.toBe('');
    expect(carrier.handsets.phones()).toHaveLength(2);
  });

  it('what is no number', async () => {
    const { call } = setUp();
    for (const number of ['12025550101', 'Ada', '+1202', '76767']) {
      const { status, json } = await call('PUT', `/default/phones/${number}`, { behave: 'deliver' });
      expect({ status, code: json.code }).toEqual({ status: 400, code: 21211 });
    }
  });

  it('broken JSON, and forms', async () => {
    const { call } = setUp();
    const path = '/default/phones/+12025550177';
    const headers = { 'content-type': 'application/json' };
    expect(await call('PUT', path, '{"behave":', { headers })).toMatchObject({ status: 400, json: { code: 20001 } });
    const form = { headers: { 'content-type': 'application/x-www-form-urlencoded' } };
    expect(await call('PUT', path, 'behave=deliver', form)).toMatchObject({ status: 415, json: { code: 20422 } });
  });

  it.each([
    ['POST', '/sandboxes', 501],
    ['POST', '/default/messages/wait', 501],
    ['POST', '/default/clock/advance', 501],
    ['PUT', '/default/clock', 501],
    ['DELETE', '/default/faults', 501],
    ['GET', '/default/echo', 501],
    ['POST', '/default/echo?x=1', 501],
    ['POST', '/AC1/messages/SM1/transition', 501],
    ['POST', '/default/snapshots', 501],
    ['GET', '/default/snapshots', 404],
    ['DELETE', '/default/clock', 404],
    ['POST', '/default/phones', 404],
    ['POST', '/default/nothing', 404],
    ['GET', '/default/messages/SM1/nothing', 404],
  ] as const)('%s %s, which is not there, with %i whatever the body', async (method, path, status) => {
    const { call } = setUp();
    const form = { headers: { 'content-type': 'application/x-www-form-urlencoded' } };
    for (const answer of [await call(method, path, 'a=b', form), await call(method, path)]) {
      expect(answer).toMatchObject({ status, json: { code: status === 501 ? 20501 : 20404 } });
      if (status === 501)
        expect(answer.json.details).toMatchObject({ received: `${method} /_test/v1${path.split('?')[0]}` });
    }
  });

  it.each(['decision=maybe', 'limit=0', 'limit=x', 'message=a&message=b'])('the query %s', async (query) => {
    const { status, json } = await setUp().call('GET', `/default/callbacks?${query}`);
    expect({ status, code: json.code }).toEqual({ status: 400, code: 20001 });
  });

  it.each([
    [{ host: 'evil.example:7670' }, 'Host'],
    [{ host: 'localhost:7670', origin: 'https://evil.example' }, 'Origin'],
    [{ host: 'localhost:7670', origin: 'null' }, 'Origin'],
    [{ host: 'localhost:7670', 'x-forwarded-for': '203.0.113.1' }, 'x-forwarded-for'],
  ])('the headers %j', async (headers, parameter) => {
    const { status, json } = await setUp().call('GET', '/default/clock', undefined, { headers });
    expect({ status, code: json.code, parameter: json.details.parameter }).toEqual({
      status: 403,
      code: 20403,
      parameter,
    });
  });

  it('callers from elsewhere, whatever host they name', async () => {
    const more = { remoteAddress: '192.0.2.7', headers: { host: 'localhost' } };
    expect(await setUp().call('GET', '/default/clock', undefined, more)).toMatchObject({ status: 403 });
  });

  it('nothing of this machine under a name it knows', async () => {
    const { call } = setUp(['Pidge.test']);
    for (const host of ['localhost', 'LOCALHOST:7670', '127.0.0.1:1', '[::1]:7670', 'pidge.test:7670']) {
      const headers = { host, origin: 'http://localhost:3000' };
      expect((await call('GET', '/default/clock', undefined, { headers })).status).toBe(200);
    }
    const more = { remoteAddress: '::ffff:127.0.0.1' };
    expect((await call('GET', '/default/clock', undefined, more)).status).toBe(200);
  });
});
