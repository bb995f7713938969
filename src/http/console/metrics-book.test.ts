import { describe, expect, it } from 'vitest';
import { HandWoundClock } from '../../domain/clock.ts';
import { Durations } from '../../domain/durations.ts';
import type { PidgeEvent } from '../../domain/events.ts';
import { MetricsBook } from './metrics-book.ts';
import type { Gauges } from './metrics-bucket.ts';

const GAUGES: Gauges = {
  ...{ queues: { Sends: { waiting: 3, overdueMs: 0 } }, windows: {} },
  ...{ cpu: 0.5, memoryBytes: 100, loopDelayMs: 2 },
};
const request = (path: string, status: number): PidgeEvent => ({
  ...{ type: 'request', method: 'GET', path, status, ms: 5, requestId: 'RQ1' },
});

function bookOf(read: () => Promise<Gauges> = async () => GAUGES) {
  const clock = new HandWoundClock();
  const faults: unknown[] = [];
  const book = new MetricsBook({ clock, read, onFault: (_, error) => faults.push(error) });
  /** The steps are closed once what they read has come. */
  const wind = async (seconds: number) => {
    for (let passed = 0; passed < seconds; passed += 10) {
      clock.advance(10_000);
      for (let turn = 0; turn < 5; turn += 1) await null;
    }
  };
  return { book, faults, wind };
}

describe('the book of metrics', () => {
  it('puts what happened into the step that was open, and nothing into the next', async () => {
    const { book, wind } = bookOf();
    book.start();
    book.observe(request('/2010-04-01/Accounts/AC1/Messages.json', 201));
    book.observe(request('/2010-04-01/Accounts/AC1/Messages.json', 400));
    book.observe(request('/_admin/v1/metrics', 200));
    await wind(20);
    const { steps, stepMs } = book.steps(3_600_000);
    expect(stepMs).toBe(10_000);
    expect(steps.map(({ bucket }) => [bucket.counts.api2xx, bucket.counts.api4xx])).toEqual([
      [1, 1],
      [0, 0],
    ]);
    expect(steps[0]?.bucket.gauges).toEqual(GAUGES);
    await book.stop();
  });

  it('counts what a connector took, and what it did not', async () => {
    const { book, wind } = bookOf();
    book.start();
    for (const outcome of ['sent', 'sent', 'again', 'failed']) {
      book.observe({ type: 'dispatch.outcome', at: 0, sid: 'SM1', connector: 'acme', outcome, attempt: 1 });
    }
    await wind(10);
    expect(book.steps(3_600_000).steps[0]?.bucket.sends).toEqual(new Map([['acme', { ok: 2, failed: 2 }]]));
    await book.stop();
  });

  it('keeps an hour in steps of 10 s and a day in minutes, and no more', async () => {
    const { book, wind } = bookOf();
    book.start();
    book.commit(4);
    await wind(3_700);
    expect(book.steps(3_600_000).steps).toHaveLength(360);
    const long = book.steps(86_400_000);
    expect([long.stepMs, long.steps.length]).toEqual([60_000, 61]);
    expect(long.steps[0]?.bucket.commits.percentile(0.95)).toBeGreaterThan(3);
    expect(book.steps(900_000).steps).toHaveLength(90);
    await book.stop();
  });

  it('goes on where something cannot be read off', async () => {
    const { book, faults, wind } = bookOf(async () => {
      throw new Error('gone');
    });
    book.start();
    await wind(10);
    expect(book.steps(3_600_000).steps[0]?.bucket.gauges).toBeNull();
    expect(faults).toHaveLength(1);
    await book.stop();
  });
});

describe('durations', () => {
  it('give percentiles that are off by an eighth at most', () => {
    const durations = new Durations();
    for (let ms = 1; ms <= 1_000; ms += 1) durations.add(ms);
    for (const [share, ms] of [
      [0.5, 500],
      [0.95, 950],
    ] as const) {
      const found = durations.percentile(share) ?? 0;
      expect(Math.abs(found - ms) / ms).toBeLessThan(0.125);
    }
    expect(new Durations().percentile(0.5)).toBeNull();
  });

  it('are the same when they are added up from two', () => {
    const [one, other] = [new Durations(), new Durations()];
    one.add(10);
    other.add(1_000);
    other.add(1_000);
    one.merge(other);
    expect(one.percentile(0.95)).toBeGreaterThan(800);
  });
});
