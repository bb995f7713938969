import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { FakeCallbacks } from '../../tests/helpers/fake-callbacks.ts';
import { HandWoundClock } from '../domain/clock.ts';
import type { PidgeEvent } from '../domain/events.ts';
import { type FaultPoint, noFaults } from '../domain/faults.ts';
import { verifySignature } from '../domain/signature.ts';
import { makeOutgoing } from '../net/outgoing.ts';
import { StoreUnavailable } from '../store/store.ts';
import { type CallbackParts, makeCallbacks } from './callbacks.ts';

const LEASE_MS = 60_000;
const cleanup: (() => unknown)[] = [];
afterEach(async () => {
  for (const task of cleanup.splice(0).reverse()) await task();
});

interface Seen {
  url: string;
  headers: IncomingHttpHeaders;
  params: [string, string][];
}

async function receiver(answer: (response: ServerResponse, seen: Seen) => void = (response) => void response.end()) {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const one = {
      url: request.url ?? '',
      headers: request.headers,
      params: [...new URLSearchParams(text)] as [string, string][],
    };
    seen.push(one);
    answer(response, one);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanup.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

function room(more: Partial<Omit<CallbackParts, 'settings'>> & { settings?: Partial<CallbackParts['settings']> } = {}) {
  const clock = new HandWoundClock();
  const store = new FakeCallbacks();
  const events: PidgeEvent[] = [];
  const term = { owner: 'me' };
  const outgoing = makeOutgoing({ policy: { allow: ['127.0.0.1/32'] }, clock });
  const callbacks = makeCallbacks({
    store,
    clock,
    outgoing,
    tokenOf: async () => 'token',
    random: () => 0.5,
    membership: { term: () => term, isOver: () => false },
    observe: (event) => events.push(event),
    faults: noFaults,
    ...more,
    settings: {
      maxInFlight: 100,
      perHost: 8,
      giveUpAfterMs: 86_400_000,
      leaseMs: LEASE_MS,
      ...more.settings,
    },
  });
  cleanup.push(async () => {
    await outgoing.close();
    await callbacks.stop(0);
    expect(clock.untilNext()).toBeNull();
  });
  return { clock, store, events, callbacks };
}

async function until(what: () => boolean) {
  while (!what()) await new Promise((resolve) => setImmediate(resolve));
}

test('a callback is posted, signed, recorded and done', async () => {
  const { url, seen } = await receiver((response) => void response.writeHead(200, { 'x-a': 'b' }).end('thanks'));
  const { clock, store, events, callbacks } = room();
  store.add(`${url}/cb?x=1#ct=100`, { at: clock.now() });
  callbacks.start();
  await callbacks.idle();
  const [one] = seen;
  expect(one?.url).toBe('/cb?x=1');
  expect(one?.headers).toMatchObject({
    'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
    'user-agent': 'TwilioProxy/1.1',
    accept: '*/*',
    'i-twilio-idempotency-token': expect.stringMatching(
      /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/,
    ),
  });
  expect(verifySignature('token', String(one?.headers['x-twilio-signature']), `${url}/cb?x=1`, one?.params)).toBe(true);
  expect(store.rows).toEqual([]);
  expect(store.results).toMatchObject([
    {
      decision: 'done',
      attempt: 1,
      record: {
        request: { method: 'POST', url: `${url}/cb?x=1` },
        response: { status: 200, body: 'thanks' },
        errorCode: null,
      },
    },
  ]);
  expect(store.results[0]?.record.response?.headers['x-a']).toBe('b');
  expect(events).toMatchObject([
    { type: 'callback.attempt', status: 'delivered', httpStatus: 200, decision: 'done', attempt: 1 },
  ]);
});

test('a failing receiver is tried again with the same token until it answers', async () => {
  const { url, seen } = await receiver((response) => void response.writeHead(seen.length < 3 ? 503 : 204).end());
  const { clock, store, callbacks } = room();
  store.add(url, { at: clock.now() });
  callbacks.start();
  for (const pause of [1000, 5000]) {
    await callbacks.idle();
    clock.advance(pause - 1);
    await callbacks.idle();
    const before = seen.length;
    clock.advance(1);
    await callbacks.idle();
    expect(seen.length).toBe(before + 1);
  }
  expect(store.results.map((result) => result.decision)).toEqual(['retry', 'retry', 'done']);
  expect(store.results[0]?.record).toMatchObject({ errorCode: 11200, error: 'answered 503' });
  expect(new Set(seen.map((one) => one.headers['i-twilio-idempotency-token'])).size).toBe(1);
});

test('callbacks of one message go out in order, with a token each', async () => {
  const { url, seen } = await receiver((response) => void setImmediate(() => response.end()));
  const { clock, store, callbacks } = room();
  store.add(url, { sid: 'SM1', status: 'sent', at: clock.now() });
  store.add(url, { sid: 'SM1', status: 'delivered', at: clock.now() });
  callbacks.start();
  await callbacks.idle();
  expect(seen.map((one) => Object.fromEntries(one.params).MessageStatus)).toEqual(['sent', 'delivered']);
  expect(new Set(seen.map((one) => one.headers['i-twilio-idempotency-token'])).size).toBe(2);
});

test('with #rc the retries follow at once and then it is given up', async () => {
  const { url, seen } = await receiver((response) => void response.writeHead(500).end());
  const { clock, store, callbacks } = room();
  store.add(`${url}/#rc=2&rp=5xx`, { at: clock.now() });
  callbacks.start();
  await callbacks.idle();
  expect(seen).toHaveLength(3);
  expect(store.results.map((result) => result.decision)).toEqual(['retry', 'retry', 'gave_up']);
});

test('a receiver that hangs uses up its own line and nobody else waits', async () => {
  const hanging = await receiver(() => undefined);
  const healthy = await receiver();
  const { clock, store, callbacks } = room({ settings: { maxInFlight: 20, perHost: 4 } });
  for (let i = 0; i < 60; i += 1) store.add(hanging.url, { at: clock.now() });
  for (let i = 0; i < 30; i += 1) store.add(healthy.url, { at: clock.now() });
  callbacks.start();
  await until(() => hanging.seen.length === 4);
  // Beyond a second a hanging callback gives its place to another; those that wait in its line as well.
  while (healthy.seen.length < 30) {
    clock.advance(250);
    await new Promise((resolve) => setImmediate(resolve));
    if (clock.monotonic() > 2_500) break;
  }
  await until(() => store.results.length >= 30);
  expect(healthy.seen).toHaveLength(30);
  expect(hanging.seen).toHaveLength(4);
});

test('what is turned away comes back when its lease ends, and nothing is lost', async () => {
  const held: ServerResponse[] = [];
  let open = false;
  const { url, seen } = await receiver((response) => void (open ? response.end() : held.push(response)));
  const { clock, store, callbacks } = room({ settings: { perHost: 1, mostParked: 0 } });
  for (let i = 0; i < 12; i += 1) store.add(url, { at: clock.now() });
  callbacks.start();
  await until(() => held.length === 1);
  open = true;
  for (const response of held) response.end();
  await callbacks.idle();
  expect(seen).toHaveLength(9);
  clock.advance(LEASE_MS);
  await callbacks.idle();
  expect(seen).toHaveLength(12);
  expect(store.rows).toEqual([]);
});

test('what stands behind a full line follows without waiting for a lease', async () => {
  const held: ServerResponse[] = [];
  let open = false;
  const { url, seen } = await receiver((response) => void (open ? response.end() : held.push(response)));
  const { clock, store, callbacks } = room({ settings: { perHost: 1 } });
  for (let i = 0; i < 30; i += 1) store.add(url, { at: clock.now() });
  callbacks.start();
  await until(() => held.length === 1);
  open = true;
  for (const response of held) response.end();
  await callbacks.idle();
  expect(seen).toHaveLength(30);
  expect(store.rows).toEqual([]);
});

test('what finishes together is recorded together', async () => {
  const waiting: ServerResponse[] = [];
  const { url } = await receiver((response) => {
    waiting.push(response);
    if (waiting.length === 8) for (const each of waiting) each.end();
  });
  const { clock, store, events, callbacks } = room();
  let release: () => void = () => undefined;
  const finish = store.finishCallbacks.bind(store);
  store.finishCallbacks = async (batch) => {
    const results = await finish(batch);
    // The first commit lasts until all the others have finished.
    if (store.groups.length === 1) await new Promise<void>((resolve) => (release = resolve));
    return results;
  };
  for (let i = 0; i < 8; i += 1) store.add(url, { at: clock.now() });
  callbacks.start();
  await until(() => events.length === 8);
  release();
  await callbacks.idle();
  expect(store.groups.reduce((sum, size) => sum + size)).toBe(8);
  expect(store.groups.length).toBe(2);
});

test('a URL that is none is given up and listed', async () => {
  const { clock, store, callbacks } = room();
  store.add('nonsense', { at: clock.now() });
  callbacks.start();
  await callbacks.idle();
  expect(store.results).toMatchObject([{ decision: 'gave_up', record: { errorCode: 11100, response: null } }]);
});

test('a private address is given up at once', async () => {
  const { clock, store, callbacks } = room();
  store.add('http://10.0.0.1/', { at: clock.now() });
  callbacks.start();
  await callbacks.idle();
  expect(store.results).toMatchObject([{ decision: 'gave_up', record: { errorCode: 11205 } }]);
});

test('user and password of the URL are not kept', async () => {
  const { url } = await receiver();
  const { clock, store, callbacks } = room();
  store.add(url.replace('//', '//me:secret@'), { at: clock.now() });
  callbacks.start();
  await callbacks.idle();
  expect(JSON.stringify(store.results.map((result) => result.record.request))).not.toContain('secret');
});

test('of a long answer four kilobytes are kept', async () => {
  const { url } = await receiver((response) => void response.end('ü'.repeat(10_000)));
  const { clock, store, callbacks } = room();
  store.add(url, { at: clock.now() });
  callbacks.start();
  await callbacks.idle();
  expect(store.results[0]).toMatchObject({ decision: 'done', record: { response: { body: 'ü'.repeat(2048) } } });
});

test('without a token nothing is sent, and it is tried again', async () => {
  const { url, seen } = await receiver();
  const { clock, store, events, callbacks } = room({ tokenOf: async () => Promise.reject(new Error('sealed')) });
  store.add(url, { at: clock.now() });
  callbacks.start();
  await callbacks.idle();
  expect(seen).toEqual([]);
  expect(store.results).toMatchObject([{ decision: 'retry', record: { error: expect.stringContaining('no token') } }]);
  expect(events.map((event) => event.type)).toEqual(['fault', 'callback.attempt']);
});

test.each<FaultPoint>(['callback.before-request', 'callback.after-request'])(
  'a fault at %s costs a lease, not the callback',
  async (point) => {
    const { url, seen } = await receiver();
    let armed = true;
    const at = (here: FaultPoint) => {
      if (here !== point || !armed) return;
      armed = false;
      throw new Error('armed');
    };
    const { clock, store, callbacks } = room({ faults: { at } });
    store.add(url, { at: clock.now() });
    callbacks.start();
    await callbacks.idle();
    expect(store.results).toEqual([]);
    clock.advance(LEASE_MS);
    await callbacks.idle();
    expect(store.results).toMatchObject([{ decision: 'done', attempt: 2 }]);
    expect(seen).toHaveLength(point === 'callback.before-request' ? 1 : 2);
  },
);

test('an answer the store cannot record is recorded as soon as it can, and nothing is sent twice', async () => {
  const { url, seen } = await receiver();
  const { clock, store, events, callbacks } = room();
  store.add(url, { at: clock.now() });
  store.failWith = new StoreUnavailable('the database is gone');
  callbacks.start();
  await until(() => events.some((event) => event.type === 'fault'));
  expect(events.at(-1)).toMatchObject({ type: 'fault', where: 'callbacks: finish' });
  store.failWith = null;
  clock.advance(250);
  await callbacks.idle();
  expect(store.rows).toEqual([]);
  expect(seen).toHaveLength(1);
});

test('an answer the store cannot record until its lease is over is given up aloud, and the callback comes again', async () => {
  const { url, seen } = await receiver();
  const { clock, store, events, callbacks } = room();
  store.add(url, { at: clock.now() });
  store.failWith = new StoreUnavailable('the database is gone');
  callbacks.start();
  const faults = () => events.filter((event) => event.type === 'fault');
  await until(() => faults().length === 1);
  while (faults().length < 2) {
    clock.advance(500);
    await new Promise((resolve) => setImmediate(resolve));
    expect(clock.monotonic()).toBeLessThanOrEqual(LEASE_MS);
  }
  store.failWith = null;
  clock.advance(LEASE_MS);
  await callbacks.idle();
  expect(store.rows).toEqual([]);
  expect(seen).toHaveLength(2);
});

test('what waits in line when the lease of the node is over is not sent, and comes back', async () => {
  const held: ServerResponse[] = [];
  const { url, seen } = await receiver((response) => void held.push(response));
  let isOver = false;
  const { clock, store, callbacks } = room({
    settings: { perHost: 1 },
    membership: { term: () => (isOver ? null : { owner: 'me' }), isOver: () => isOver },
  });
  for (let i = 0; i < 3; i += 1) store.add(url, { at: clock.now() });
  callbacks.start();
  await until(() => held.length === 1);
  isOver = true;
  held[0]?.end();
  await callbacks.idle();
  expect(seen).toHaveLength(1);
  isOver = false;
  clock.advance(LEASE_MS);
  await until(() => held.length === 2);
  expect(store.rows.map(({ attempt }) => attempt)).toEqual([2, 2]);
  for (const response of held) response.end();
  await until(() => held.length === 3);
  held[2]?.end();
  await callbacks.idle();
  expect(store.rows).toEqual([]);
});

test('nothing is claimed while the node is not sure of its lease', async () => {
  const { url, seen } = await receiver();
  const { clock, store, callbacks } = room({ membership: { term: () => null, isOver: () => true } });
  store.add(url, { at: clock.now() });
  callbacks.start();
  await callbacks.idle();
  expect([seen, store.rows[0]?.attempt]).toEqual([[], 0]);
});

test('a click goes as JSON whose hash joins the URL, with the password in the URL kept for nobody', async () => {
  const { url, seen } = await receiver();
  const { store, clock, callbacks, events } = room();
  store.add(`${url.replace('//', '//user:secret@')}/clicks?a=1#rc=1`);
  const json = '{"event_type":"click","to":"ünï"}';
  const [row] = store.rows;
  if (row) row.payload = { ...row.payload, click: { json } };
  callbacks.start();
  callbacks.ring();
  await until(() => store.results.length === 1);
  const asked = `${url}${seen[0]?.url}`;
  expect(seen[0]?.url).toMatch(/^\/clicks\?a=1&bodySHA256=[0-9a-f]{64}$/);
  expect(seen[0]?.headers['content-type']).toBe('application/json');
  expect(verifySignature('token', String(seen[0]?.headers['x-twilio-signature']), asked, json)).toBe(true);
  const [kept] = store.results;
  expect(kept?.record.request).toMatchObject({ url: asked, body: json });
  expect(JSON.stringify(kept?.record.request)).not.toContain('secret');
  expect(events).toMatchObject([{ type: 'callback.attempt', status: 'click', decision: 'done' }]);
  expect(clock.untilNext()).not.toBe(0);
});
