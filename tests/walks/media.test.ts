/** Messages with media from create to phone: at their hour, in their queue, over a restart, and their files on disk. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Running, startPidge } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { HandWoundClock } from '../../src/domain/clock.ts';
import { BadHost } from '../helpers/bad-host.ts';
import { Client } from '../helpers/client.ts';
import { PNG } from '../helpers/media-host.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { makeService } from '../helpers/services.ts';
import { Sink } from '../helpers/sink.ts';

const FROM = '+12025550100';

describe('a message with media', () => {
  let pidge: TestPidge;
  let client: Client;
  let sink: Sink;
  let host: BadHost;

  beforeEach(async () => {
    host = await new BadHost().start();
    sink = await new Sink().start();
    pidge = await startTestPidge({
      clock: 'hand-wound',
      change: (config) => {
        config.limits.queueHorizonMs = 1_000;
      },
    });
    client = new Client(pidge.origin, pidge.account);
  });
  afterEach(async () => {
    await host.stop();
    await client.close();
    await pidge.close();
    await sink.stop();
  });

  const fetch = async (sid: string) => (await client.call('GET', `${client.base}/Messages/${sid}.json`)).json;
  const media = async (sid: string) => (await client.call('GET', `${client.base}/Messages/${sid}/Media.json`)).json;
  const reaches = (sid: string, status: string) => pidge.wind(async () => (await fetch(sid)).status === status);

  it('is queued at once, sent when its media are there, and has the callbacks of any other', async () => {
    const sent = await client.send({ MediaUrl: host.url('cat.png'), StatusCallback: `${sink.origin}/s` });
    expect(sent.json).toMatchObject({ status: 'queued', num_media: '1', num_segments: '1', price: null });
    const { sid } = sent.json;
    await pidge.wind(async () => sink.statuses(sid).length === 2);
    expect(sink.statuses(sid)).toEqual(['sent', 'delivered']);
    expect(await fetch(sid)).toMatchObject({ status: 'delivered', price: '-0.02000', num_segments: '1' });
    const { json } = await client.call('GET', `/_test/v1/default/messages/${sid}/trace`);
    expect(json.history.map(({ status }: { status: string }) => status)).toEqual([
      'queued',
      'sending',
      'sent',
      'delivered',
    ]);
  });

  it('that is scheduled gets its media at its hour, not before', async () => {
    const MessagingServiceSid = await makeService({ store: pidge.running.store, clock: pidge }, pidge.account.sid, {
      senders: [{ address: FROM, registered: false }],
    });
    const at = pidge.now() + 3_600_000;
    const SendAt = new Date(at).toISOString();
    const { json } = await client.send([
      ['To', '+12025550101'],
      ['MessagingServiceSid', MessagingServiceSid],
      ['MediaUrl', host.url('cat.png')],
      ['ScheduleType', 'fixed'],
      ['SendAt', SendAt],
    ]);
    expect(json).toMatchObject({ status: 'scheduled', num_media: '1', num_segments: '0' });
    pidge.advance(3_500_000);
    await new Promise((resolve) => setImmediate(resolve));
    expect(host.asked).toEqual([]);
    expect((await media(json.sid)).media_list).toEqual([]);
    await reaches(json.sid, 'delivered');
    expect(host.times('cat.png')).toBe(1);
    const stored = await pidge.running.store.message(pidge.account.sid, json.sid);
    expect(stored?.sentAt).toBeGreaterThanOrEqual(at);
    expect(await fetch(json.sid)).toMatchObject({ from: FROM, num_segments: '1' });
  });

  it('sends on what is kept here, by the address an app was told, but only within its account', async () => {
    const first = (await client.send({ MediaUrl: host.url('cat.png') })).json.sid;
    await reaches(first, 'delivered');
    const [kept] = (await media(first)).media_list;
    const address = pidge.origin + kept.uri.replace(/\.json$/, '');
    const passedOn = (await client.send({ To: '+12025550102', MediaUrl: address })).json.sid;
    await reaches(passedOn, 'delivered');
    const [copy] = (await media(passedOn)).media_list;
    expect(copy).toMatchObject({ parent_sid: passedOn, content_type: 'image/png' });
    expect(host.times('cat.png')).toBe(1);

    const made = (await client.call('POST', '/2010-04-01/Accounts.json', { form: { FriendlyName: 'Other' } })).json;
    const other = new Client(pidge.origin, { sid: made.sid, token: made.auth_token });
    const sender = await pidge.running.store.senderByAddress(FROM);
    if (!sender) throw new Error('the first account has a number');
    const From = '+12025550177';
    await pidge.running.store.saveSender({
      ...sender,
      sid: `PN${'7'.repeat(32)}`,
      accountSid: made.sid,
      address: From,
    });
    const stranger = (await other.send({ From, MediaUrl: address })).json.sid;
    const error = async () => (await other.call('GET', `${other.base}/Messages/${stranger}.json`)).json.error_code;
    await pidge.wind(async () => (await error()) === 11205);
    await other.close();

    await client.call('DELETE', `${client.base}/Messages/${first}.json`);
    const tooLate = (await client.send({ MediaUrl: address })).json.sid;
    await reaches(tooLate, 'failed');
    expect((await fetch(tooLate)).error_code).toBe(11200);
    expect((await client.call('GET', `${copy.uri.replace(/\.json$/, '')}`)).status).toBe(302);
  });

  it('takes its place in the queue of its sender when its media are there, and fails when that is full', async () => {
    await pidge.addSender({ address: '+12025550122', rate: 1 });
    const form = { From: '+12025550122', MediaUrl: host.url('cat.png') };
    const sids: string[] = [];
    for (let count = 0; count < 4; count += 1) sids.push((await client.send(form)).json.sid);
    await pidge.wind(async () => {
      const statuses = await Promise.all(sids.map(async (sid) => (await fetch(sid)).status));
      return statuses.every((status) => status === 'delivered' || status === 'failed');
    });
    const ends = await Promise.all(sids.map(async (sid) => (await fetch(sid)).error_code));
    expect(ends.filter((code) => code === 30001).length).toBeGreaterThan(0);
    expect(ends.filter((code) => code === null).length).toBeGreaterThanOrEqual(2);
  });
});

describe('files of media on disk', () => {
  let folder: string;
  let host: BadHost;
  let clock: HandWoundClock;
  const open: { running: Running; client: Client }[] = [];

  beforeEach(async () => {
    clock = new HandWoundClock();
    folder = await mkdtemp(join(tmpdir(), 'pidge-media-'));
    host = await new BadHost().start();
  });
  afterEach(async () => {
    for (const one of open.splice(0)) await stop(one);
    await host.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function start() {
    const flags = { 'http.port': '0', data: folder };
    const config = readConfig({ mode: 'dev', env: {}, file: null, flags });
    config.secretKey = 'a key for tests alone, at least 32 long';
    const running = await startPidge(config, {
      clock,
      observe: (event) => {
        if (event.type === 'fault') console.error(event.where, event.error);
      },
    });
    const one = { running, client: new Client(running.address, running.account) };
    open.push(one);
    return one;
  }
  async function stop({ running, client }: { running: Running; client: Client }): Promise<void> {
    await client.close();
    await running.close();
  }
  const files = async () =>
    (await readdir(join(folder, 'media'), { recursive: true, withFileTypes: true })).filter((one) => one.isFile());
  async function until(done: () => Promise<boolean>): Promise<void> {
    const limit = performance.now() + 15_000;
    while (!(await done())) {
      if (performance.now() > limit) throw new Error('The state did not come within 15 s');
      await new Promise((resolve) => setTimeout(resolve, 1));
      clock.advance(20);
    }
  }
  const statusOf = async (client: Client, sid: string) =>
    (await client.call('GET', `${client.base}/Messages/${sid}.json`)).json.status;

  it('are one for all messages that share it, and gone with the last of them', async () => {
    const { client } = await start();
    const sids: string[] = [];
    for (let count = 0; count < 3; count += 1) {
      const { sid } = (await client.send({ MediaUrl: host.url('cat.png') })).json;
      await until(async () => (await statusOf(client, sid)) === 'delivered');
      sids.push(sid);
    }
    expect(await files()).toHaveLength(1);
    const [first = '', second = '', third = ''] = sids;
    await client.call('DELETE', `${client.base}/Messages/${first}.json`);
    const { json } = await client.call('GET', `${client.base}/Messages/${second}/Media.json`);
    await client.call('DELETE', `${client.base}/Messages/${second}/Media/${json.media_list[0].sid}.json`);
    const left = await client.call('GET', `${client.base}/Messages/${third}/Media.json`);
    const path = left.json.media_list[0].uri.replace('.json', '');
    const shown = await fetch(`${client.origin}${path}`);
    expect(Buffer.from(await shown.arrayBuffer())).toEqual(PNG);
    expect(await files()).toHaveLength(1);
    await client.call('DELETE', `${client.base}/Messages/${third}.json`);
    expect((await fetch(`${client.origin}${path}`)).status).toBe(404);
    // Who fetched it last has held it for half a minute; then it goes with the next sweep.
    await until(async () => {
      clock.advance(5_000);
      return (await files()).length === 0;
    });
    // The same bytes come to life again.
    const { sid } = (await client.send({ MediaUrl: host.url('cat.png') })).json;
    await until(async () => (await statusOf(client, sid)) === 'delivered');
    expect(await files()).toHaveLength(1);
  });

  it('outlive a restart, and a message whose media were under way gets them after it', async () => {
    const before = await start();
    const done = (await before.client.send({ MediaUrl: host.url('cat.png') })).json.sid;
    await until(async () => (await statusOf(before.client, done)) === 'delivered');
    const { json } = await before.client.call('GET', `${before.client.base}/Messages/${done}/Media.json`);
    const path = json.media_list[0].uri.replace('.json', '');
    const link = (await fetch(`${before.client.origin}${path}`)).url;
    host.once('cat-2.png', 'hang');
    const pending = (await before.client.send({ MediaUrl: host.url('cat-2.png') })).json.sid;
    await until(async () => host.times('cat-2.png') === 1);
    open.splice(0);
    // What hangs is waited for, by a clock that somebody has to wind.
    let isDown = false;
    const stopped = stop(before).then(() => {
      isDown = true;
    });
    await until(async () => isDown);
    await stopped;
    const after = await start();
    await until(async () => (await statusOf(after.client, pending)) === 'delivered');
    expect(await files()).toHaveLength(2);
    const signed = new URL(link);
    const again = await fetch(`${after.client.origin}${signed.pathname}${signed.search}`);
    expect([again.status, Buffer.from(await again.arrayBuffer())]).toEqual([200, PNG]);
  });
});
