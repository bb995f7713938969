/** What the room does with a work that breaks it, and with an attempt that cannot be kept. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FakeCallbacks } from '../../tests/helpers/fake-callbacks.ts';
import { HandWoundClock } from '../domain/clock.ts';
import type { PidgeEvent } from '../domain/events.ts';
import type { CallbackResult } from '../store/callback-shapes.ts';
import { type EsmeTeller, makeTellEsmes, type Told } from './tell-esmes.ts';

const LEASE_MS = 30_000;
const TAKEN = { kind: 'taken', note: '', text: 'id:1' } as const;

let clock: HandWoundClock;
let store: FakeCallbacks;
let events: PidgeEvent[];
let tell: EsmeTeller['tell'];
let room: ReturnType<typeof makeTellEsmes>;

beforeEach(() => {
  clock = new HandWoundClock();
  store = new FakeCallbacks();
  events = [];
  tell = async () => TAKEN;
  const term = { owner: 'me', until: Number.POSITIVE_INFINITY };
  room = makeTellEsmes({
    store: {
      // Nothing is old enough to be given up for its age.
      claimCallbacks: async (claim, now) => ('untoldSince' in claim ? [] : store.claimCallbacks(claim, now)),
      finishCallbacks: (batch) => store.finishCallbacks(batch),
      message: async () => null,
    },
    membership: { term: () => term as never, isOver: () => false },
    teller: { room: () => [{ user: 'acme', limit: 100 }], tell: (work, message) => tell(work, message) },
    clock,
    random: () => 0,
    observe: (event) => events.push(event),
    settings: { leaseMs: LEASE_MS, giveUpAfterMs: 86_400_000 },
  });
});
afterEach(async () => {
  await room.stop(1_000);
});

const of = (type: PidgeEvent['type']) => events.filter((event) => event.type === type);

it('gives up what breaks it three times, and lists it so, while everything else is told', async () => {
  store.add('esme:acme?id=1', { at: clock.now() });
  store.add('esme:acme?id=2', { at: clock.now() });
  tell = async ({ payload }) => {
    if (payload.url.endsWith('1')) throw new Error('broke');
    return TAKEN;
  };
  room.start();
  for (let count = 0; count < 3; count += 1) {
    await room.idle();
    clock.advance(LEASE_MS);
  }
  await room.idle();
  expect(store.rows).toEqual([]);
  const records = store.results.map(({ decision, record: { errorCode, error } }) => [decision, errorCode, error]);
  expect(records).toEqual([
    ['done', null, null],
    ['gave_up', 12400, expect.stringContaining('it broke this server 3 times')],
  ]);
  expect(of('work.quarantined')).toMatchObject([{ room: 'esmes' }]);
  expect(of('fault')).toHaveLength(3);
});

it('keeps an attempt that cannot be kept without what was said in it, rather than tell it again', async () => {
  store.add('esme:acme?id=1', { at: clock.now() });
  const finish = store.finishCallbacks.bind(store);
  store.finishCallbacks = async (batch: CallbackResult[]) => {
    if (batch.some(({ record }) => record.request.body !== '')) throw new Error('cannot be kept');
    return finish(batch);
  };
  room.start();
  await room.idle();
  expect(store.results).toMatchObject([{ decision: 'done', record: { request: { body: '' } } }]);
  expect(of('fault')).toHaveLength(1);
});

it('comes again to a busy ESME the later the more often it was busy, whoever claimed before', async () => {
  const BUSY = { kind: 'busy', note: 'ESME_RTHROTTLED', text: '' } as const;
  store.add('esme:acme?id=1', { at: clock.now() });
  // Claims of nodes that died with them.
  for (const row of store.rows) row.attempt = 4;
  const answers: Told[] = [BUSY, BUSY, { ...BUSY, kind: 'gone' }, BUSY];
  tell = async () => answers.shift() ?? TAKEN;
  room.start();
  for (let count = 0; count < 4; count += 1) {
    await room.idle();
    clock.advance(10_000);
  }
  await room.idle();
  const pauses = store.results.map(({ decision, retryAt, record }) => [decision, (retryAt ?? record.at) - record.at]);
  expect(pauses).toEqual([
    ['retry', 900],
    ['retry', 4_500],
    ['retry', 0],
    ['retry', 900],
    ['done', 0],
  ]);
});
