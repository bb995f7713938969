/** Kills around the recording of an app's answer (C5): the app may be asked again, its replies are made once. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { realClock } from '../../src/domain/clock.ts';
import type { FaultPoint } from '../../src/domain/faults.ts';
import type { Message } from '../../src/domain/message.ts';
import { NEW_SESSION } from '../../src/domain/reply-session.ts';
import { cryptoRandom, SidMaker } from '../../src/domain/sid.ts';
import { openSqlite, openSqliteReader } from '../../src/store/sqlite.ts';
import { message } from '../contract/store.fixtures.ts';
import { AppHost } from '../helpers/app-host.ts';
import { Ledger } from './ledger.ts';

const ACCOUNT = 'AC00000000000000000000000000000001';
const NUMBER = '+12025550100';

let folder: string;
let app: AppHost;
let ledger: Ledger;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pidge-replies-'));
  app = await new AppHost().start();
  ledger = new Ledger(folder);
});
afterEach(async () => {
  await ledger.kill();
  await app.stop();
  rmSync(folder, { recursive: true, force: true });
});

const path = () => join(folder, 'pidge.db');
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Takes a message in as the room does, while no process runs; answers its sid. */
async function takeIn(): Promise<string> {
  const store = await openSqlite({ path: path(), clock: realClock, onFatal: (error) => Promise.reject(error) });
  const now = realClock.now();
  const target = { url: `${app.origin}/sms`, method: 'POST' } as const;
  const came: Message = message({
    sid: new SidMaker(realClock, cryptoRandom).make('SM'),
    accountSid: ACCOUNT,
    from: '+13125550142',
    to: NUMBER,
    direction: 'inbound',
    status: 'receiving',
    createdAt: now,
    callbackUrl: null,
  });
  const reply = {
    webhook: { primary: target, fallback: null },
    optOutType: null,
    session: NEW_SESSION,
    document: { target, why: 'first' } as const,
    rest: [],
  };
  await store.takeIn([{ message: came, seen: null, media: [], optOut: null, notice: null, reply }], now);
  await store.close();
  return came.sid;
}

async function messages(): Promise<Message[]> {
  const reader = openSqliteReader(path());
  const page = await reader.messages({ accountSid: ACCOUNT, size: 50 });
  await reader.close();
  return page.messages;
}

it.each<[FaultPoint, number]>([
  ['callback.before-request', 1],
  ['callback.after-request', 2],
  ['reply.before-commit', 2],
  ['reply.after-commit', 1],
])(
  'killed at %s, replies once and asks with one token (%i requests)',
  async (point, requests) => {
    expect(await ledger.start()).toBe(true);
    await ledger.stop();
    app.twiml('/sms', '<Message>one</Message><Message>two</Message>');
    const sid = await takeIn();
    if (await ledger.start({ fault: { point, hit: 1, action: 'kill' } })) await ledger.died();
    expect(ledger.wasKilled()).toBe(true);
    expect(await ledger.start()).toBe(true);
    const limit = performance.now() + 20_000;
    const isDone = async () => (await messages()).some((one) => one.sid === sid && one.status === 'received');
    while (!(await isDone()) && performance.now() < limit) await pause(100);
    await ledger.stop();
    const all = await messages();
    const replies = all.filter(({ direction }) => direction === 'outbound-reply').map(({ body }) => body);
    expect(replies.sort()).toEqual(['one', 'two']);
    expect(all.find((one) => one.sid === sid)?.status).toBe('received');
    expect(app.asked).toHaveLength(requests);
    expect(new Set(app.asked.map(({ headers }) => headers['i-twilio-idempotency-token'])).size).toBe(1);
    const reader = openSqliteReader(path());
    expect(await reader.verify()).toEqual([]);
    await reader.close();
  },
  60_000,
);
