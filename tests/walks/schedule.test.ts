/** Messages with an hour, over real HTTP: never early, hardly late, through a restart, and called off or not. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Running, startPidge } from '../../src/app.ts';
import { type Config, readConfig } from '../../src/config.ts';
import type { Connector } from '../../src/connectors/connector.ts';
import { HandWoundClock } from '../../src/domain/clock.ts';
import type { PidgeEvent } from '../../src/domain/events.ts';
import { Client } from '../helpers/client.ts';
import { makeService } from '../helpers/services.ts';
import { Sink } from '../helpers/sink.ts';
import { chosenStore, prepareStore } from '../helpers/store.ts';

const HOUR = 3_600_000;
const SENDER = '+13125550110';
const TO = '+13125550199';
/**
 * What follows a wall clock that was put forward. Where other nodes can be, a node that finds itself in another time
 * first asks whether it is still one of them, with its next heartbeat.
 */
const FOLLOW_MS = chosenStore() === 'sqlite' ? 1_000 : 3_000;

describe('a scheduled message', () => {
  let clock: HandWoundClock;
  let folder: string;
  let config: Config;
  let running: Running;
  let release: () => Promise<void>;
  let client: Client;
  let sink: Sink;
  let service: string;
  let events: PidgeEvent[];
  /** What the carrier was handed, with the wall time. */
  let sent: { sid: string; from: string; at: number }[];

  const carrier = (): Connector => ({
    name: 'carrier',
    honoursIdempotencyKeys: true,
    start: async () => undefined,
    async send(batch) {
      for (const { messageSid: sid, from } of batch) sent.push({ sid, from, at: clock.now() });
      return batch.map(({ messageSid }) => ({ kind: 'accepted', carrierIds: [`c-${messageSid}`] }));
    },
    stop: async () => undefined,
  });

  async function start(): Promise<void> {
    // Only the first start makes a store; a restart opens the one that the settings name by now.
    const prepared = config.database === '' ? await prepareStore(config, clock) : null;
    if (prepared) {
      release = prepared.release;
      if (chosenStore() === 'sqlite') config.database = join(folder, 'pidge.db');
    }
    const store = prepared?.store;
    running = await startPidge(config, {
      clock,
      ...(store && { store }),
      connectors: () => [carrier()],
      observe: (event) => {
        events.push(event);
        if (event.type === 'fault') console.error(event.where, event.error);
      },
    });
    client = new Client(running.address, running.account);
  }
  async function stop(): Promise<void> {
    await client.close();
    await running.close();
  }

  beforeEach(async () => {
    clock = new HandWoundClock();
    folder = mkdtempSync(join(tmpdir(), 'pidge-schedule-'));
    config = readConfig({ mode: 'dev', env: {}, file: null, flags: { 'http.port': '0' } });
    config.secretKey = 'a key for tests alone, at least 32 long';
    config.auth = { accountSid: `AC${'5'.repeat(32)}`, authToken: 'token of the schedule tests', accountType: 'full' };
    config.data = folder;
    config.database = '';
    events = [];
    sent = [];
    sink = await new Sink().start();
    await start();
    service = await makeService({ store: running.store, clock }, running.account.sid, {
      senders: [{ address: SENDER }],
    });
  });
  afterEach(async () => {
    await stop();
    await release();
    await sink.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const schedule = (aheadMs: number, form: Record<string, string> = {}) =>
    client.send({
      To: TO,
      From: '',
      MessagingServiceSid: service,
      ScheduleType: 'fixed',
      SendAt: new Date(clock.now() + aheadMs).toISOString(),
      ...form,
    });
  const path = (sid: string) => `${client.base}/Messages/${sid}.json`;
  const fetch = async (sid: string) => (await client.call('GET', path(sid))).json;
  const cancel = (sid: string) => client.call('POST', path(sid), { form: { Status: 'canceled' } });
  /** Lets the store's thread and sockets have their turn. */
  const settle = async () => {
    for (let turn = 0; turn < 5; turn += 1) {
      await new Promise((resolve) => setTimeout(resolve, 2));
      await running.engine.idle();
    }
  };
  const wind = async (ms: number, step = 100) => {
    for (let left = ms; left > 0; left -= step) {
      clock.advance(Math.min(step, left));
      await settle();
    }
  };

  it('is answered as scheduled and leaves within a second after its hour, with its ordinary callbacks', async () => {
    const { status, json } = await schedule(HOUR, { StatusCallback: `${sink.origin}/s` });
    expect(status).toBe(201);
    expect(json).toMatchObject({ status: 'scheduled', num_segments: '0', date_sent: null, from: null });
    const at = clock.now() + HOUR;
    clock.advance(HOUR - 1);
    await settle();
    expect(sent).toEqual([]);
    expect(sink.heard).toEqual([]);
    await wind(1_000);
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({ sid: json.sid, from: SENDER });
    expect(sent[0]?.at).toBeGreaterThanOrEqual(at);
    expect(sent[0]?.at).toBeLessThanOrEqual(at + 1_000);
    await sink.until(() => sink.heard.length === 2);
    expect(sink.statuses(json.sid)).toEqual(['queued', 'sent']);
    const told = events.filter(({ type }) => type === 'message.scheduled' || type === 'message.released');
    expect(told).toMatchObject([
      { sid: json.sid, sendAt: at },
      { sid: json.sid, wasScheduled: true, from: SENDER },
    ]);
  });

  it('may be sent from a pinned sender, which the answer shows', async () => {
    const { json } = await schedule(HOUR, { From: SENDER });
    expect(json).toMatchObject({ status: 'scheduled', from: SENDER, num_segments: '0' });
    clock.advance(HOUR);
    await wind(1_000);
    expect(sent.map(({ from }) => from)).toEqual([SENDER]);
    expect(await fetch(json.sid)).toMatchObject({ status: 'sent', num_segments: '1' });
  });

  it('waits for the wall clock when that is put back, and follows when it is put forward', async () => {
    const { json } = await schedule(HOUR);
    const at = clock.now() + HOUR;
    clock.advance(HOUR - 500);
    clock.stepWall(-600_000);
    await wind(3_000, 500);
    expect(sent).toEqual([]);
    expect((await fetch(json.sid)).status).toBe('scheduled');
    clock.stepWall(at - clock.now() + 5);
    const stepped = clock.now();
    await wind(FOLLOW_MS);
    expect(sent.map(({ sid }) => sid)).toEqual([json.sid]);
    expect(sent[0]?.at).toBeGreaterThanOrEqual(at);
    expect((sent[0]?.at ?? 0) - stepped).toBeLessThanOrEqual(FOLLOW_MS);
  });

  it.skipIf(chosenStore() === 'pglite')('survives a restart, also one that lasts beyond its hour', async () => {
    const soon = await schedule(HOUR);
    const late = await schedule(2 * HOUR);
    await stop();
    clock.advance(HOUR + 60_000);
    await start();
    await wind(1_000);
    expect(sent.map(({ sid }) => sid)).toEqual([soon.json.sid]);
    clock.advance(HOUR - 61_000);
    await wind(1_000);
    expect(sent.map(({ sid }) => sid)).toEqual([soon.json.sid, late.json.sid]);
  });

  it('that is overdue beyond its validity fails with 30036', async () => {
    const { json } = await schedule(HOUR, { ValidityPeriod: '60' });
    clock.stepWall(HOUR + 61_000);
    await wind(FOLLOW_MS);
    expect(sent).toEqual([]);
    expect(await fetch(json.sid)).toMatchObject({ status: 'failed', error_code: 30036 });
  });

  it('is called off once, with one callback; too late it is 409 with 30409', async () => {
    const { json } = await schedule(HOUR, { StatusCallback: `${sink.origin}/s` });
    const canceled = await cancel(json.sid);
    expect([canceled.status, canceled.json.status]).toEqual([200, 'canceled']);
    await sink.until(() => sink.heard.length === 1);
    expect(sink.statuses(json.sid)).toEqual(['canceled']);
    const again = await cancel(json.sid);
    expect([again.status, again.json.code]).toEqual([409, 30409]);
    const other = await schedule(HOUR);
    clock.advance(HOUR);
    await wind(1_000);
    expect(sent.map(({ sid }) => sid)).toEqual([other.json.sid]);
    const late = await cancel(other.json.sid);
    expect([late.status, late.json.code]).toEqual([409, 30409]);
    expect(sink.heard).toHaveLength(1);
  });

  it('is listed with its hour, earliest first, in pages', async () => {
    const sids: string[] = [];
    for (const hours of [3, 1, 2]) sids.push((await schedule(hours * HOUR)).json.sid);
    await client.send();
    const first = await client.call('GET', `${client.base}/Messages.json?Status=scheduled&PageSize=2`);
    const { messages, next_page_uri } = first.json;
    expect(messages.map(({ sid }: { sid: string }) => sid)).toEqual([sids[1], sids[2]]);
    expect(messages[0]).toMatchObject({
      status: 'scheduled',
      send_at: new Date(clock.now() + HOUR).toISOString(),
    });
    const second = await client.call('GET', next_page_uri);
    expect(second.json.messages.map(({ sid }: { sid: string }) => sid)).toEqual([sids[0]]);
    expect(second.json.next_page_uri).toBeNull();
    const all = await client.call('GET', `${client.base}/Messages.json?Status=sent`);
    expect(all.json.messages).toHaveLength(4);
  });

  it('is refused outside its window, by both ends inclusive and in whole seconds, and for what it lacks', async () => {
    const day = 86_400_000;
    const refusals: [number, Record<string, string>, number][] = [
      [899_000, {}, 35114],
      [7 * day + 1, {}, 35114],
      [0, { SendAt: 'tomorrow' }, 35114],
      [0, { SendAt: '' }, 35111],
      [HOUR, { MessagingServiceSid: '', From: SENDER }, 35118],
      [HOUR, { ScheduleType: '' }, 35126],
      [HOUR, { ScheduleType: 'weekly' }, 35126],
      [HOUR, { To: 'messenger:12345' }, 35126],
      [HOUR, { MessagingServiceSid: `MG${'0'.repeat(32)}` }, 21701],
    ];
    for (const [aheadMs, form, code] of refusals) {
      expect([(await schedule(aheadMs, form)).json.code, form]).toEqual([code, form]);
    }
    for (const aheadMs of [899_001, 900_000, 7 * day]) expect((await schedule(aheadMs)).status).toBe(201);
  });
});
