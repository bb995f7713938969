import { beforeEach, describe, expect, it } from 'vitest';
import type { Connector, Outcome, Submission } from '../connectors/connector.ts';
import { HandWoundClock } from '../domain/clock.ts';
import type { PidgeEvent } from '../domain/events.ts';
import type { NoticeResult, NoticeWork } from '../store/inbound-shapes.ts';
import { makeNotices } from './notices.ts';

const WORK: NoticeWork = {
  workId: 7,
  attempt: 1,
  accountSid: 'AC1',
  messageSid: 'SM1',
  connector: 'carrier',
  from: '+12025550100',
  to: '+12025550101',
  text: 'You are unsubscribed.',
};

describe('confirmations of keywords', () => {
  let due: NoticeWork[];
  let finished: NoticeResult[];
  let sent: Submission[];
  let outcome: Outcome | null;
  let excepted: string[];
  let events: PidgeEvent[];
  const clock = new HandWoundClock();

  beforeEach(() => {
    due = [WORK];
    finished = [];
    sent = [];
    outcome = { kind: 'accepted', carrierIds: ['c1'] };
    excepted = [];
    events = [];
  });

  async function run(): Promise<void> {
    const carrier = {
      name: 'carrier',
      async send(batch: Submission[]) {
        sent.push(...batch);
        if (!outcome) throw new Error('broken');
        return batch.map(() => outcome);
      },
    };
    const loop = makeNotices({
      store: {
        claimNotices: async ({ limit }) => due.splice(0, limit),
        finishNotices: async (batch) => {
          finished.push(...batch);
          return batch.map(() => true);
        },
        nextDueAt: async () => null,
      },
      membership: { term: () => ({ owner: 'node' }) as never },
      connectors: new Map([['carrier', carrier as unknown as Connector]]),
      except: () => excepted,
      clock,
      observe: (event) => events.push(event),
      settings: { batch: 10, leaseMs: 60_000, pollMs: 5_000 },
    });
    loop.start();
    await loop.idle();
    const stopped = loop.stop(0);
    clock.advance(1);
    await stopped;
  }

  it('leave as they are, without a receipt, under a key of their own', async () => {
    await run();
    expect(sent).toMatchObject([
      { parts: [WORK.text], receipt: false, idempotencyKey: 'notice-SM1-7', from: WORK.from, to: WORK.to },
    ]);
    expect(finished).toEqual([{ workId: 7, attempt: 1, accountSid: 'AC1' }]);
  });

  it('are over when the carrier refuses them', async () => {
    outcome = { kind: 'refused', errorCode: 30004 };
    await run();
    expect(finished[0]).not.toHaveProperty('again');
  });

  it('are tried again when nobody was there, later each time, and given up after five times', async () => {
    outcome = { kind: 'unreachable' };
    due = [WORK, { ...WORK, workId: 8, attempt: 4 }, { ...WORK, workId: 9, attempt: 5 }];
    const now = clock.now();
    await run();
    expect(finished.map(({ again }) => again && again - now)).toEqual([1_000, 8_000, undefined]);
  });

  it('survive a connector that breaks', async () => {
    outcome = null;
    await run();
    expect(finished[0]?.again).toBeGreaterThan(0);
    expect(events.some(({ type }) => type === 'fault')).toBe(true);
  });

  it('are left alone where their connector belongs to another node', async () => {
    excepted = ['carrier'];
    await run();
    expect([sent, due.length]).toEqual([[], 1]);
  });
});
