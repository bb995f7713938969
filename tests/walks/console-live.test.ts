/** Live events of the console over real HTTP: what a page hears, comes back to, and is cut off from. */
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { afterEach, expect, it } from 'vitest';
import { startPidge } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { realClock } from '../../src/domain/clock.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { Client } from '../helpers/client.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';

interface Heard {
  id: string | null;
  event: string;
  data: { messages?: Record<string, unknown>[]; attempts?: { status: string }[]; resumed?: boolean; why?: string };
}

/** A page that listens. */
class Page {
  readonly heard: Heard[] = [];
  isOver = false;
  status = 0;
  readonly #asked: ClientRequest;
  readonly begun: Promise<IncomingMessage>;

  constructor(origin: string, path: string, headers: Record<string, string> = {}) {
    this.#asked = request(`${origin}/_admin/v1/events${path}`, { headers, agent: false });
    this.begun = new Promise((resolve, reject) => {
      this.#asked.once('response', (answer) => {
        this.status = answer.statusCode ?? 0;
        answer.once('close', () => {
          this.isOver = true;
        });
        this.#read(answer);
        resolve(answer);
      });
      this.#asked.on('error', reject);
    });
    this.begun.catch(() => {
      this.isOver = true;
    });
    this.#asked.end();
  }

  #read(answer: IncomingMessage): void {
    let rest = '';
    answer.setEncoding('utf8').on('data', (text: string) => {
      const blocks = (rest + text).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks.filter((one) => !one.startsWith(':'))) {
        const field = (name: string) =>
          block
            .split('\n')
            .find((line) => line.startsWith(`${name}: `))
            ?.slice(name.length + 2);
        const data = JSON.parse(field('data') ?? 'null');
        this.heard.push({ id: field('id') ?? null, event: field('event') ?? '', data });
      }
    });
    answer.on('error', () => undefined);
  }

  get lastId(): string {
    return this.heard.findLast(({ id }) => id !== null)?.id ?? '';
  }

  /** The states in which it has seen a message. */
  statuses(sid: string): unknown[] {
    return this.heard
      .flatMap(({ data }) => data.messages ?? [])
      .flatMap((one) => (one.sid === sid ? [one.status] : []));
  }

  leave(): void {
    this.#asked.destroy();
  }
}

const running: TestPidge[] = [];
async function start(): Promise<{ pidge: TestPidge; send(body?: string): Promise<string> }> {
  const pidge = await startTestPidge();
  running.push(pidge);
  const client = new Client(pidge.origin, pidge.account);
  return {
    pidge,
    async send(Body = 'Hello') {
      const form = { From: '+12025550100', To: '+12025550101', Body };
      return (await client.call('POST', `${client.base}/Messages.json`, { form })).json.sid;
    },
  };
}
afterEach(async () => {
  for (const pidge of running.splice(0)) await pidge.close();
});

it('a page hears of a message from its acceptance to its end, and comes back without a gap', async () => {
  const { pidge, send } = await start();
  const first = new Page(pidge.origin, `?account=${pidge.account.sid}`);
  await pidge.until(async () => first.heard.length > 0);
  expect(first.heard[0]).toMatchObject({ event: 'hello', data: { resumed: false } });
  const a = await send('x'.repeat(200));
  await pidge.until(async () => first.statuses(a).includes('delivered'));
  const made = first.heard.flatMap(({ data }) => data.messages ?? []).find((one) => one.is_new);
  expect(made).toMatchObject({ sid: a, to: '+12025550101', body: 'x'.repeat(160), direction: 'outbound-api' });
  const id = first.lastId;
  first.leave();
  const b = await send();
  const second = new Page(pidge.origin, `?account=${pidge.account.sid}`, { 'last-event-id': id });
  await pidge.until(async () => second.statuses(b).includes('delivered'));
  expect(second.heard[0]).toMatchObject({ event: 'hello', data: { resumed: true } });
  expect(second.statuses(a)).toEqual([]);
  const ids = second.heard.flatMap((one) => one.id ?? []);
  expect(new Set(ids).size).toBe(ids.length);
  second.leave();
});

it('after a restart, or without knowing where it was, a page asks for everything anew', async () => {
  const { pidge } = await start();
  const page = new Page(pidge.origin, '', { 'last-event-id': 'another-7' });
  await pidge.until(async () => page.heard.length === 2);
  expect(page.heard.map(({ event }) => event)).toEqual(['hello', 'reset']);
  page.leave();
});

it('a removed message is told', async () => {
  const { pidge, send } = await start();
  const page = new Page(pidge.origin, '');
  await pidge.until(async () => page.heard.length > 0);
  const sid = await send();
  await pidge.until(async () => page.statuses(sid).includes('delivered'));
  const client = new Client(pidge.origin, pidge.account);
  expect((await client.call('DELETE', `${client.base}/Messages/${sid}.json`)).status).toBe(204);
  await pidge.until(async () => page.heard.some(({ data }) => data.messages?.some((one) => one.is_removed === true)));
  page.leave();
});

it('the server stops although pages listen', async () => {
  const { pidge } = await start();
  const pages = [new Page(pidge.origin, ''), new Page(pidge.origin, '')];
  await pidge.until(async () => pages.every(({ heard }) => heard.length > 0));
  const from = performance.now();
  await pidge.close();
  running.pop();
  expect(performance.now() - from).toBeLessThan(5_000);
  await new Promise((resolve) => setImmediate(resolve));
  expect(pages.every(({ isOver }) => isOver)).toBe(true);
});

it('an unknown account has no feed, and requests under way are counted right', async () => {
  const { pidge } = await start();
  const answer = await fetch(`${pidge.origin}/_admin/v1/events?account=AC${'9'.repeat(32)}`);
  expect(answer.status).toBe(404);
  expect(await answer.json()).toMatchObject({ code: 20404 });
  const page = new Page(pidge.origin, '');
  await pidge.until(async () => page.heard.length > 0);
  const client = new Client(pidge.origin, pidge.account);
  const underWay = async () =>
    Number((await fetch(`${pidge.origin}/healthz`)).headers.get('twilio-concurrent-requests'));
  expect(await underWay()).toBe(2);
  page.leave();
  await pidge.until(async () => (await underWay()) === 1);
  await client.close();
});

it('a page of one of several nodes is called stale again and again', async () => {
  const config = readConfig({ mode: 'dev', env: {}, file: null, flags: { 'http.port': '0', database: ':memory:' } });
  config.secretKey = 'a key for tests alone, at least 32 long';
  const onFatal = (error: Error) => Promise.reject(error);
  const store = await openSqlite({ path: ':memory:', clock: realClock, onFatal });
  const alone = store.heartbeat.bind(store);
  store.heartbeat = async (beat, now) => {
    const { held, nodes } = await alone(beat, now);
    const other = { owner: 'another', address: '', roles: [], connectors: [], aliveUntil: now + 10_000 };
    return { alone: false, held, nodes: [...nodes, other] };
  };
  const pidge = await startPidge(config, { store });
  const page = new Page(pidge.address, '');
  const from = performance.now();
  while (!page.heard.some(({ event }) => event === 'stale') && performance.now() - from < 10_000) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect(page.heard.map(({ event }) => event)).toContain('stale');
  page.leave();
  await pidge.close();
});
