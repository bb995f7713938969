import { expect, it } from 'vitest';
import { HandWoundClock } from '../../domain/clock.ts';
import type { PidgeEvent } from '../../domain/events.ts';
import { LiveFeed, type LiveReader, MOST_READERS } from './live-feed.ts';

const AC = `AC${'1'.repeat(32)}`;
const OTHER = `AC${'2'.repeat(32)}`;
const sid = (number: number) => `SM${number.toString(16).padStart(32, '0')}`;
const status = (number: number, name: 'sent' | 'delivered' = 'sent', accountSid = AC): PidgeEvent => ({
  ...{ type: 'message.status', at: 5, sid: sid(number), accountSid, status: name, createdAt: 0 },
});
const accepted = (number: number, body = 'Hello'): PidgeEvent => ({
  ...{ type: 'message.accepted', at: 0, sid: sid(number), accountSid: AC, from: '+12025550100', to: '+12025550101' },
  ...{ body, segments: 1, encoding: 'GSM-7', direction: 'outbound-api', status: 'queued', serviceSid: null, media: 0 },
});

interface Heard {
  id: string | null;
  event: string;
  data: {
    messages: Record<string, unknown>[];
    message_count: number;
    attempts: unknown[];
    alerts: unknown[];
    connectors: unknown[];
    resumed: boolean;
  };
}

class TestReader implements LiveReader {
  text = '';
  buffered = 0;
  may = true;
  ended: string | null = null;

  write(text: string): void {
    this.text += text;
  }
  bufferedBytes(): number {
    return this.buffered;
  }
  async mayRead(): Promise<boolean> {
    return this.may;
  }
  end(how: string): void {
    this.ended = how;
  }

  get heard(): Heard[] {
    const blocks = this.text.split('\n\n').filter((block) => block !== '' && !block.startsWith(':'));
    return blocks.map((block) => {
      const field = (name: string) => block.split('\n').find((line) => line.startsWith(`${name}: `));
      const event = field('event')?.slice(7) ?? '';
      return { id: field('id')?.slice(4) ?? null, event, data: JSON.parse(field('data')?.slice(6) ?? 'null') };
    });
  }
  /** Of frames alone. */
  get changes() {
    return this.heard.filter(({ event }) => event === 'changes').map(({ data }) => data);
  }
}

function start(clock = new HandWoundClock()) {
  const feed = new LiveFeed(clock, 'e1');
  const join = (lastEventId?: string, accountSid = AC, seesConnectors = false) => {
    const reader = new TestReader();
    const leave = feed.subscribe({ accountSid, seesConnectors, lastEventId, reader });
    return { reader, leave, lastId: () => reader.heard.findLast(({ id }) => id !== null)?.id ?? '' };
  };
  return { clock, feed, join };
}

it('what happens within a tick is one frame, folded by message', () => {
  const { clock, feed, join } = start();
  const { reader } = join();
  feed.observe(accepted(1, 'x'.repeat(200)));
  feed.observe(status(1));
  feed.observe(status(1, 'delivered'));
  feed.observe(status(2));
  feed.observe(status(3, 'sent', OTHER));
  expect(reader.changes).toEqual([]);
  clock.advance(200);
  const [frame] = reader.changes;
  expect(frame?.messages).toEqual([
    {
      ...{
        sid: sid(1),
        account_sid: AC,
        is_new: true,
        from: '+12025550100',
        to: '+12025550101',
        body: 'x'.repeat(160),
      },
      ...{ status: 'delivered', error_code: null, num_segments: 1, num_media: 0, messaging_service_sid: null },
      ...{ direction: 'outbound-api', encoding: 'GSM-7', created_at: '1970-01-01T00:00:00.000Z' },
      ...{ updated_at: '1970-01-01T00:00:00.005Z', sent_at: '1970-01-01T00:00:00.005Z' },
    },
    expect.objectContaining({ sid: sid(2), status: 'sent' }),
  ]);
  expect(frame?.message_count).toBe(2);
  clock.advance(10_000);
  expect(reader.changes).toHaveLength(1);
});

it('what comes after a pause is told at once, and then at most five times a second', () => {
  const { clock, feed, join } = start();
  const { reader } = join();
  const frames: number[] = [];
  for (let ms = 0; ms < 2_000; ms += 10) {
    feed.observe(status(ms));
    clock.advance(10);
    frames[ms] = reader.changes.length;
  }
  expect([frames[10], frames[20], frames[990], frames[1_990]]).toEqual([1, 1, 5, 10]);
});

it('of more than 200 rows the newest 50 go, with the number of all', () => {
  const { clock, feed, join } = start();
  const { reader } = join();
  for (let number = 0; number < 5_000; number += 1) feed.observe(accepted(number));
  clock.advance(200);
  const [frame] = reader.changes;
  expect(frame?.messages.map((one) => one.sid)).toEqual(Array.from({ length: 50 }, (_, index) => sid(4_999 - index)));
  expect(frame?.message_count).toBe(5_000);
});

it('attempts, alerts, binds and pauses are told, those of connectors to those who may see them', () => {
  const { clock, feed, join } = start();
  const [plain, operator] = [join(), join(undefined, OTHER, true)];
  const attempt = { type: 'callback.attempt', at: 1, sid: sid(1), accountSid: AC, url: 'http://a/' } as const;
  feed.observe({ ...attempt, status: 'sent', httpStatus: 204, ms: 4, attempt: 1, decision: 'done' });
  feed.observe({ type: 'alert', at: 1, accountSid: AC, resourceSid: sid(1), code: 11200, level: 'error', text: 'x' });
  feed.observe({ type: 'connector.bind', at: 1, connector: 'acme', bind: 'trx', state: 'bound' });
  feed.observe({ type: 'connector.pause', at: 2, connector: 'beta', isPaused: true, reason: 'They are migrating' });
  clock.advance(200);
  expect(plain.reader.changes).toMatchObject([
    { attempts: [{ sid: sid(1), http_status: 204 }], alerts: [{ sid: sid(1), code: 11200 }], connectors: [] },
  ]);
  const bound = { connector: 'acme', state: 'bound', why: null };
  const paused = { connector: 'beta', state: 'paused', why: 'They are migrating' };
  expect(operator.reader.changes).toMatchObject([{ connectors: [bound, paused] }]);
});

it('a reader that comes back gets what it has missed, once and in order', () => {
  const { clock, feed, join } = start();
  const first = join();
  feed.observe(status(1));
  clock.advance(200);
  const id = first.lastId();
  first.leave();
  for (const number of [2, 3]) {
    feed.observe(status(number));
    clock.advance(200);
  }
  const second = join(id);
  expect(second.reader.heard.map(({ event }) => event)).toEqual(['hello', 'changes', 'changes']);
  expect(second.reader.heard[0]).toMatchObject({ id, data: { resumed: true } });
  expect(second.reader.changes.map(({ messages }) => messages[0]?.sid)).toEqual([sid(2), sid(3)]);
  // Nothing has come since.
  second.leave();
  expect(join(second.lastId()).reader.heard.map(({ event }) => event)).toEqual(['hello']);
});

it('another process, a place never reached and a gap mean: ask anew', () => {
  const { clock, feed, join } = start();
  const first = join();
  feed.observe(status(1));
  clock.advance(200);
  const id = first.lastId();
  const events = (last: string) => join(last).reader.heard.map(({ event }) => event);
  expect(events('e0-1')).toEqual(['hello', 'reset']);
  expect(events('e1-999')).toEqual(['hello', 'reset']);
  expect(events('nonsense')).toEqual(['hello', 'reset']);
  expect(join(id, OTHER).reader.heard.map(({ event }) => event)).toEqual(['hello', 'reset']);
  for (let number = 0; number < 200; number += 1) {
    feed.observe(status(number));
    clock.advance(200);
  }
  expect(events(id)).toEqual(['hello', 'reset']);
});

it('an account that nobody has looked at for a while is forgotten, and whoever returns asks anew', () => {
  const { clock, feed, join } = start();
  const first = join();
  const id = first.lastId();
  first.leave();
  clock.advance(100_000);
  feed.observe(status(1));
  clock.advance(1_000);
  expect(join(id).reader.heard.map(({ event }) => event)).toEqual(['hello', 'reset']);
});

it('a slow reader is cut off, the others go on', () => {
  const { clock, feed, join } = start();
  const [slow, quick] = [join(), join()];
  slow.reader.buffered = 2_000_000;
  feed.observe(status(1));
  clock.advance(200);
  expect(slow.reader.ended).toBe('cut');
  feed.observe(status(2));
  clock.advance(200);
  expect(slow.reader.changes).toHaveLength(1);
  expect(quick.reader.changes).toHaveLength(2);
});

it('the heart beats every 15 s, and who may not read any more is let go', async () => {
  const { clock, join } = start();
  const { reader } = join();
  clock.advance(15_000);
  expect(reader.text).toContain(': still here');
  reader.may = false;
  clock.advance(15_000);
  await Promise.resolve();
  await Promise.resolve();
  expect(reader.ended).toBe('whole');
});

it('with other nodes alive the page is called stale every two seconds', () => {
  const { clock, feed, join } = start();
  const { reader } = join();
  clock.advance(4_000);
  expect(reader.heard).toHaveLength(1);
  feed.hasOthers = () => true;
  clock.advance(4_000);
  expect(reader.heard.map(({ event, id }) => [event, id]).slice(1)).toEqual([
    ['stale', null],
    ['stale', null],
  ]);
});

it('so many and no more, and none after the end', () => {
  const { feed, join } = start();
  const all = Array.from({ length: MOST_READERS }, () => join());
  expect(feed.isFull).toBe(true);
  all[0]?.leave();
  expect(feed.isFull).toBe(false);
  feed.stop();
  expect(feed.isFull).toBe(true);
  expect(all.map(({ reader }) => reader.ended).slice(1)).toEqual(all.slice(1).map(() => 'whole'));
});

it('what is redacted or removed is told', () => {
  const { clock, feed, join } = start();
  const { reader } = join();
  feed.lost(AC, sid(1), 'is_removed', 7);
  clock.advance(200);
  expect(reader.changes[0]?.messages).toMatchObject([{ sid: sid(1), is_removed: true }]);
});
