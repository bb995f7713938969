import { beforeEach, expect, it } from 'vitest';
import { failureAlert } from '../domain/alert.ts';
import { HandWoundClock } from '../domain/clock.ts';
import type { PidgeEvent } from '../domain/events.ts';
import { SidMaker } from '../domain/sid.ts';
import type { RaisedAlert } from '../store/report-shapes.ts';
import { StoreUnavailable } from '../store/store.ts';
import { type Alerts, makeAlerts } from './alerts.ts';

const ACCOUNT = `AC${'a'.repeat(32)}`;
let clock: HandWoundClock;
let writes: RaisedAlert[][];
let events: PidgeEvent[];
let rings: number;
let failWith: Error | null;
let alerts: Alerts;

beforeEach(() => {
  clock = new HandWoundClock();
  writes = [];
  events = [];
  rings = 0;
  failWith = null;
  alerts = makeAlerts({
    store: {
      async raiseAlerts(batch) {
        if (failWith) throw failWith;
        writes.push(batch);
      },
    },
    clock,
    sids: new SidMaker(clock),
    observe: (event) => events.push(event),
    debuggerUrlOf: (accountSid) => (accountSid === ACCOUNT ? 'https://app.example/debugger' : null),
    ringCallbacks: () => {
      rings += 1;
    },
  });
});

const drafts = (count: number, accountSid = ACCOUNT) =>
  Array.from({ length: count }, (_, n) => failureAlert({ accountSid, sid: `SM${n}`, errorCode: 30008, at: n }));
const written = () => writes.flat().length;

it('what goes wrong together is written together, in its order, and the callbacks are rung for', async () => {
  for (const draft of drafts(3)) alerts.raise([draft]);
  await alerts.idle();
  expect(writes.map((batch) => batch.map(({ alert }) => alert.resourceSid))).toEqual([['SM0', 'SM1', 'SM2']]);
  expect(new Set(writes.flat().map(({ alert }) => alert.sid)).size).toBe(3);
  expect([writes[0]?.[0]?.callbackUrl, rings]).toEqual(['https://app.example/debugger', 1]);
  alerts.raise(drafts(1, `AC${'b'.repeat(32)}`));
  await alerts.idle();
  expect([writes[1]?.[0]?.callbackUrl, rings]).toEqual([null, 1]);
});

it('too many at once are dropped, and said to be', async () => {
  alerts.raise(drafts(2_500));
  await alerts.idle();
  expect(written()).toBe(2_000);
  expect(Math.max(...writes.map((batch) => batch.length))).toBeLessThanOrEqual(200);
  expect(events).toMatchObject([{ type: 'fault', where: 'alerts', error: { message: /^500 alerts/ } }]);
});

it('those that have no room any more when a write comes back are counted too', async () => {
  failWith = new StoreUnavailable('gone');
  alerts.raise(drafts(200));
  await Promise.resolve();
  alerts.raise(drafts(2_000));
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  failWith = null;
  clock.advance(1_000);
  await alerts.idle();
  expect(written()).toBe(2_000);
  expect(events).toMatchObject([{ type: 'fault', where: 'alerts', error: { message: /^200 alerts/ } }]);
});

it('a store that is gone is waited for, and at the end tried once more', async () => {
  failWith = new StoreUnavailable('gone');
  alerts.raise(drafts(2));
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  expect(written()).toBe(0);
  failWith = null;
  clock.advance(1_000);
  await alerts.idle();
  expect(written()).toBe(2);
  failWith = new StoreUnavailable('gone');
  alerts.raise(drafts(1));
  await alerts.stop();
  expect(written()).toBe(2);
  expect(events).toMatchObject([{ type: 'fault', where: 'alerts' }]);
});

it('a write that breaks is a fault and nothing more', async () => {
  failWith = new Error('broken');
  alerts.raise(drafts(1));
  await alerts.idle();
  failWith = null;
  alerts.raise(drafts(1));
  await alerts.idle();
  expect(written()).toBe(1);
});

it('only messages that fail are alerts of their own', async () => {
  const event = { type: 'message.status', at: 1, sid: 'SM1', accountSid: ACCOUNT, createdAt: 1 } as const;
  alerts.watch({ ...event, status: 'delivered' });
  alerts.watch({ ...event, status: 'failed', errorCode: 30003 });
  alerts.watch({ ...event, status: 'undelivered', errorCode: 63016 });
  await alerts.idle();
  expect(writes.flat().map(({ alert }) => alert.code)).toEqual([30003, 63016]);
});
