/** Whatever can be wrong with a file: each has its code, the message is `failed` with it, and its callback says so. */
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BadHost } from '../helpers/bad-host.ts';
import { Client } from '../helpers/client.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { Sink } from '../helpers/sink.ts';

/** By name of the file, or by its address; with the code of the message. */
type Wrong = [what: string, urls: (host: BadHost) => string | string[], code: number];
const named = (name: string, code: number): Wrong => [name, (host) => host.url(name), code];

const FOR_GOOD: Wrong[] = [
  ...['401', '403', '404', '410'].map((name) => named(name, 11200)),
  named('304', 11216),
  ...['html', 'html-as-png', 'html-as-nothing', 'svg', 'exe', 'zip', 'noise-as-csv', 'webp'].map((name) =>
    named(name, 12300),
  ),
  named('empty', 11770),
  named('204', 11770),
  ...['too-large', 'too-large-head', 'too-large-stream', 'endless', 'pdf-too-large', 'bomb', 'bomb-br'].map((name) =>
    named(name, 11751),
  ),
  ['two that are too large together', (host) => [host.url('large.png'), host.url('large.png')], 11751],
  ['the second of two that is missing', (host) => [host.url('cat.png'), host.url('404')], 11200],
  ...['twice-packed', 'unknown-packing', 'not-packed'].map((name) => named(name, 11200)),
  named('loop', 11215),
  ...['to-private', 'to-metadata'].map((name) => named(name, 11205)),
  ...['to-nowhere', 'to-ftp'].map((name) => named(name, 11216)),
  ['a private address', () => 'http://192.168.0.1/cat.png', 11205],
  ['a private address in other figures', () => 'http://0x0a000001/cat.png', 11205],
  ['the address of metadata', () => 'http://169.254.169.254/latest/meta-data', 11205],
  ['a mapped private address', () => 'http://[::ffff:10.0.0.1]/cat.png', 11205],
  ['the port of a database', () => 'http://127.0.0.1:5432/cat.png', 11205],
  ['TLS with a certificate of its own', (host) => `https://127.0.0.1:${host.tlsPort}/cat.png`, 11237],
  ['TLS to a port that has none', (host) => host.url('cat.png').replace('http:', 'https:'), 11220],
  ...['garbage', 'bad-head', 'bad-length', 'long-head'].map((name) => named(name, 11206)),
];

const PASSING: Wrong[] = [
  ...['500', '503', '429', 'hang-up', 'torn'].map((name) => named(name, 11200)),
  ...['hang', 'hang-after-head'].map((name) => named(name, 11203)),
  ['a name without an address', () => 'http://cat.invalid/cat.png', 11210],
];

const fixture = (clock: 'real' | 'hand-wound') => {
  const all = {} as { pidge: TestPidge; host: BadHost; sink: Sink; client: Client };
  beforeAll(async () => {
    all.host = await new BadHost().start();
    all.sink = await new Sink().start();
    all.pidge = await startTestPidge({ clock, change: (config) => (config.channels.sessionWindow = 'ignore') });
    all.client = new Client(all.pidge.origin, all.pidge.account);
  });
  afterAll(async () => {
    // First: what still hangs there would be waited for, by a clock that nobody winds.
    await all.host.stop();
    await all.client.close();
    await all.pidge.close();
    await all.sink.stop();
  });
  const statusOf = async (sid: string) =>
    (await all.pidge.running.store.message(all.pidge.account.sid, sid))?.status ?? '';
  return {
    all,
    async send(urls: string | string[], to = '+12025550101', from = '+12025550100'): Promise<string> {
      const StatusCallback = `${all.sink.origin}/s`;
      const form = { To: to, From: from, Body: 'Hello', StatusCallback };
      const media = [urls].flat().map((url): [string, string] => ['MediaUrl', url]);
      const { status, json } = await all.client.send([...Object.entries(form), ...media]);
      expect([status, json.status]).toEqual([201, 'queued']);
      return json.sid;
    },
    statusOf,
    isTold: async (sid: string) => (await statusOf(sid)) === 'failed' && all.sink.statuses(sid).length > 0,
  };
};

/** The message as it ended, and what its callback said. */
async function endOf({ client, sink }: { client: Client; sink: Sink }, sid: string) {
  const { json } = await client.call('GET', `${client.base}/Messages/${sid}.json`);
  const media = await client.call('GET', `${client.base}/Messages/${sid}/Media.json`);
  const told = sink.heard.filter(({ params }) => params.MessageSid === sid).map(({ params }) => params);
  return {
    ended: [json.status, json.error_code, media.json.media_list.length],
    told: told.map(({ MessageStatus, ErrorCode }) => [MessageStatus, ErrorCode]),
  };
}

describe('media that cannot be had', () => {
  const { all, send, isTold } = fixture('real');

  it.each(FOR_GOOD)('for good: %s', async (what, urls, code) => {
    const before = all.host.times(what);
    const sid = await send(urls(all.host));
    await all.pidge.until(() => isTold(sid));
    const { ended, told } = await endOf(all, sid);
    expect([what, ...ended]).toEqual([what, 'failed', code, 0]);
    expect(told).toEqual([['failed', String(code)]]);
    if (all.host.asked.includes(what) && what !== 'loop') expect(all.host.times(what) - before).toBe(1);
  });

  it('at a listener of our own, whatever it would answer', async () => {
    const sid = await send(`${all.pidge.origin}/healthz`);
    await all.pidge.until(() => isTold(sid));
    expect((await endOf(all, sid)).ended).toEqual(['failed', 11205, 0]);
  });

  it.each([
    ['404', 63019],
    ['html', 63021],
    ['too-large', 63034],
  ])('on a channel, by the codes of channels: %s', async (name, code) => {
    const sid = await send(all.host.url(name), 'whatsapp:+12025550101', 'whatsapp:+12025550100');
    await all.pidge.until(() => isTold(sid));
    expect((await endOf(all, sid)).ended).toEqual(['failed', code, 0]);
  });

  it('leave a trace that says which one, and why', async () => {
    const sid = await send([all.host.url('cat.png'), all.host.url('404')]);
    await all.pidge.until(() => isTold(sid));
    const { json } = await all.client.call('GET', `/_test/v1/default/messages/${sid}/trace`);
    expect(json.history.at(-1)).toMatchObject({ status: 'failed', error_code: 11200, note: 'medium 2: answered 404' });
  });
});

describe('trouble on the way to media', () => {
  const { all, send, isTold, statusOf } = fixture('hand-wound');

  it.each(PASSING)('is met three times before the message fails: %s', async (what, urls, code) => {
    const before = all.host.times(what);
    const startedAt = all.pidge.now();
    const sid = await send(urls(all.host));
    await all.pidge.wind(() => isTold(sid));
    const { ended, told } = await endOf(all, sid);
    expect([what, ...ended]).toEqual([what, 'failed', code, 0]);
    expect(told).toEqual([['failed', String(code)]]);
    if (all.host.asked.includes(what)) expect(all.host.times(what) - before).toBe(3);
    // A second, and then five.
    expect(all.pidge.now() - startedAt).toBeGreaterThanOrEqual(6_000);
  });

  it('includes a port where nobody listens', async () => {
    const spare = createServer();
    await new Promise<void>((resolve) => spare.listen(0, '127.0.0.1', resolve));
    const { port } = spare.address() as { port: number };
    await new Promise<void>((resolve) => void spare.close(() => resolve()));
    const sid = await send(`http://127.0.0.1:${port}/cat.png`);
    await all.pidge.wind(() => isTold(sid));
    expect((await endOf(all, sid)).ended).toEqual(['failed', 11202, 0]);
  });

  it('with one host holds up no other', async () => {
    const slow = await Promise.all(Array.from({ length: 40 }, () => send(all.host.url('hang'))));
    const quick = await send(`http://localhost:${all.host.port}/cat.png`);
    const startedAt = all.pidge.now();
    await all.pidge.wind(async () => (await statusOf(quick)) === 'delivered');
    expect(all.pidge.now() - startedAt).toBeLessThan(15_000);
    const statuses = await Promise.all(slow.map(statusOf));
    expect(new Set(statuses)).toEqual(new Set(['queued']));
  });
});
