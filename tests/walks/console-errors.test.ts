/** Errors by their code in the console, the catalogue, metrics and settings. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Client } from '../helpers/client.ts';
import { type ConsolePage, openConsole } from '../helpers/console.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';

let pidge: TestPidge;
let client: Client;
let page: ConsolePage;

beforeEach(async () => {
  pidge = await startTestPidge();
  client = new Client(pidge.origin, pidge.account);
  page = await openConsole(pidge);
});
afterEach(async () => {
  await client.close();
  await page.close();
  await pidge.close();
});

const own = () => `accounts/${pidge.account.sid}/error-groups`;
const groups = async () => (await page.call('GET', own())).json.groups;
const send = (form: Record<string, string>) =>
  client.call('POST', `${client.base}/Messages.json`, { form: { From: '+12025550100', Body: 'Hello', ...form } });

describe('error groups', () => {
  it('say what went wrong, how often, whom it is about and what to do', async () => {
    for (let round = 0; round < 3; round += 1) await send({ To: '+15005530003' });
    await pidge.until(async () => (await groups())[0]?.count === 3);
    const [group] = await groups();
    expect(group).toMatchObject({
      ...{ code: 30003, source: 'message', level: 'error', muted_at: null },
      here: { kind: 'phone', value: '+15005530003', count: 3, of: 3 },
      recipients: [{ to: '+15005530003', count: 3 }],
    });
    expect(group.meaning).not.toBe('');
    expect(group.fixes.length).toBeGreaterThan(0);
    expect(group.reproduce).toContain('+15005530003');
    expect(group.buckets).toHaveLength(24);
    expect(group.buckets.reduce((sum: number, count: number) => sum + count, 0)).toBe(3);
    expect(group.samples[0]).toMatchObject({ to: '+15005530003' });
    expect(group.samples[0].message_sid).toMatch(/^SM/);
    expect((await page.call('GET', `${own()}?since=yesterday`)).status).toBe(400);
  });

  it('name the recipients while they are few', async () => {
    const ends = [3, 5, 6, 7];
    await Promise.all(
      ends.map((end) =>
        client.call('PUT', `/_test/v1/default/phones/${encodeURIComponent(`+1202555011${end}`)}`, {
          auth: null,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ behave: { undelivered: 30003 } }),
        }),
      ),
    );
    for (const end of [3, 3, 5, 6]) await send({ To: `+1202555011${end}` });
    await pidge.until(async () => (await groups())[0]?.count === 4);
    const [{ recipients }] = await groups();
    expect(recipients[0]).toEqual({ to: '+12025550113', count: 2 });
    expect(recipients.map(({ to }: { to: string }) => to).sort()).toEqual([3, 5, 6].map((end) => `+1202555011${end}`));
    await send({ To: '+12025550117' });
    await pidge.until(async () => (await groups())[0]?.count === 5);
    expect((await groups())[0]).toMatchObject({ recipients: [], here: { kind: 'sender', value: '+12025550100' } });
  });

  it('tell refused requests apart, and which path they were for', async () => {
    await send({ To: 'nobody' });
    await send({ To: 'nobody' });
    await pidge.until(async () => (await groups()).length === 1);
    const [group] = await groups();
    expect(group).toMatchObject({ code: 21211, source: 'request', count: 2, here: { kind: 'path' } });
    expect(group.samples[0].request).toMatchObject({ method: 'POST', status: 400 });
  });

  it('leave out what the console itself was refused', async () => {
    await page.call('POST', `accounts/${pidge.account.sid}/api${client.base}/Messages.json`, {
      form: { From: '+12025550100', To: 'nobody', Body: 'Hello' },
    });
    await send({ To: '+12025550117', Body: '' });
    await pidge.until(async () => (await groups()).length > 0);
    expect((await groups()).map(({ code }: { code: number }) => code)).toEqual([21602]);
  });

  it('are muted and unmuted by code, and it is kept', async () => {
    await send({ To: 'nobody' });
    const once = await page.call('POST', `${own()}/21211/mute`);
    const twice = await page.call('POST', `${own()}/21211/mute`);
    expect(twice.json).toEqual(once.json);
    await pidge.until(async () => (await groups()).length === 1);
    expect((await groups())[0].muted_at).toBe(once.json.muted_at);
    expect((await page.call('DELETE', `${own()}/21211/mute`)).status).toBe(204);
    expect((await page.call('DELETE', `${own()}/21211/mute`)).status).toBe(204);
    expect((await groups())[0].muted_at).toBeNull();
    expect((await page.call('POST', `${own()}/x/mute`)).status).toBe(404);
  });
});

it('the catalogue has every code, and explains one', async () => {
  const { codes } = (await page.call('GET', 'catalogue')).json;
  expect(codes.length).toBeGreaterThan(100);
  expect((await page.call('GET', 'catalogue/30003')).json).toMatchObject({ code: 30003, when: 'async' });
  expect((await page.call('GET', 'catalogue/1')).status).toBe(404);
});

it('metrics are eight plots of this node', async () => {
  const answer = (await page.call('GET', 'metrics?range=15m')).json;
  expect(answer.plots.map((plot: { id: string }) => plot.id)).toEqual([
    ...['messages', 'outcomes', 'delivery', 'queues', 'callbacks', 'api', 'connectors', 'process'],
  ]);
  expect(answer).toMatchObject({ range: '15m', step_seconds: 10, node: { name: pidge.origin } });
  expect((await page.call('GET', 'metrics?range=1y')).json.details.allowed).toContain('24h');
});

it('settings say where each comes from, and show no secret', async () => {
  const answer = await page.call('GET', 'settings');
  const byPath = new Map(answer.json.settings.map((one: { path: string }) => [one.path, one]));
  expect(byPath.get('http.port')).toMatchObject({
    value: '0',
    origin: 'flag',
    default: 7670,
    variable: 'PIDGE_HTTP_PORT',
  });
  expect(byPath.get('limits.schedule_max_lead')).toMatchObject({
    value: '7d',
    origin: 'default',
    where: 'default of dev',
  });
  expect(byPath.get('auth.auth_token')).toMatchObject({ value: '(set)', is_secret: true });
  expect(['sqlite', 'postgres']).toContain(answer.json.store.engine);
  expect(answer.json.store.schema).toMatch(/^\d{4}-/);
});
