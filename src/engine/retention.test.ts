import { expect, it } from 'vitest';
import { HandWoundClock } from '../domain/clock.ts';
import type { PidgeEvent } from '../domain/events.ts';
import type { Document } from '../store/directory.ts';
import { type Expirable, type Expired, type Expiry, LEFT_KIND } from '../store/expiry.ts';
import { StoreUnavailable } from '../store/store.ts';
import { makeRetention } from './retention.ts';

const ACCOUNT = `AC${'a'.repeat(32)}`;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
let unavailable = false;

/** An account whose sweeps answer what a test has laid ready, and the documents they keep. */
function village(keep: Partial<Record<Expirable, number>>, answers: Partial<Expired>[] = [], accounts = [ACCOUNT]) {
  const clock = new HandWoundClock();
  const documents = new Map<string, Document>();
  const steps: Expiry[] = [];
  const faults: PidgeEvent[] = [];
  let mediaGone = 0;
  const keyOf = (kind: string, sid: string) => `${kind} ${sid}`;
  const retention = makeRetention({
    clock,
    observe: (event) => faults.push(event),
    keepMs: (_accountSid, what) => keep[what] ?? null,
    onMediaGone: () => {
      mediaGone += 1;
    },
    store: {
      accounts: async () => accounts.map((sid) => ({ sid })) as never,
      document: async (_account, kind, sid) => documents.get(keyOf(kind, sid)) ?? null,
      documents: async ({ kind, parentSid, offset = 0, limit }) =>
        [...documents.values()]
          .filter((one) => one.kind === kind && one.parentSid === parentSid)
          .slice(offset, offset + limit),
      async saveDocument(document) {
        documents.set(keyOf(document.kind, document.sid), document);
        return 'saved';
      },
      removeDocument: async (_account, kind, sid) => documents.delete(keyOf(kind, sid)),
      async expire(step) {
        steps.push(step);
        const answer = answers.shift();
        if (unavailable) throw new StoreUnavailable('gone');
        if (answer && !('changed' in answer)) throw new Error('no disk');
        return { changed: 0, last: null, more: false, left: [], ...answer };
      },
    },
  });
  const wind = async (ms: number) => {
    clock.advance(ms);
    for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
  };
  const left = () => [...documents.values()].filter(({ kind }) => kind === LEFT_KIND);
  return { clock, documents, steps, faults, retention, wind, left, mediaGone: () => mediaGone };
}

const place = (listedAt: number, sid = 'SM1') => ({ listedAt, sid });

it('goes on in small steps to the end, and an hour later from there', async () => {
  const { clock, steps, retention, wind } = village({ bodies: 7 * DAY_MS }, [
    { changed: 200, last: place(1), more: true },
    { changed: 3, last: place(2) },
  ]);
  const startedAt = clock.now();
  retention.start();
  await wind(0);
  expect(steps).toHaveLength(1);
  await wind(50);
  expect(steps.map(({ from }) => ('after' in from ? from.after : null))).toEqual([null, place(1)]);
  expect(steps[0]?.from).toMatchObject({ before: startedAt - 7 * DAY_MS });
  await wind(HOUR_MS - 1);
  expect(steps).toHaveLength(2);
  await wind(1);
  expect(steps[2]).toMatchObject({ accountSid: ACCOUNT, what: 'bodies', from: { after: place(2) } });
  await retention.stop();
  expect(clock.untilNext()).toBeNull();
});

it('writes down what was left behind, and asks after it every hour until nothing of it is left', async () => {
  const { steps, retention, wind, left } = village({ bodies: DAY_MS }, [
    { changed: 0, last: place(5, 'SM5'), left: ['SM4', 'SM5'] },
    { changed: 1, left: ['SM5'] },
    { changed: 0 },
    { changed: 1, left: [] },
  ]);
  retention.start();
  await wind(0);
  expect(left()).toMatchObject([{ parentSid: 'bodies', properties: { sids: ['SM4', 'SM5'] } }]);
  await wind(HOUR_MS);
  expect(steps[1]?.from).toEqual({ sids: ['SM4', 'SM5'] });
  expect(left()).toMatchObject([{ properties: { sids: ['SM5'] } }]);
  await wind(HOUR_MS);
  expect(left()).toEqual([]);
  await retention.stop();
});

it('without settings only masks what messages have asked for themselves', async () => {
  const { documents, steps, retention, wind } = village({}, [{ changed: 1 }]);
  const wish = { accountSid: ACCOUNT, kind: LEFT_KIND, sid: 'SM1', parentSid: 'numbers', name: null };
  documents.set('wish', { ...wish, properties: { sids: ['SM1'] }, createdAt: 0, updatedAt: 0 });
  retention.start();
  await wind(0);
  expect(steps).toEqual([{ accountSid: ACCOUNT, what: 'numbers', from: { sids: ['SM1'] } }]);
  await retention.stop();
});

it('has bytes swept away when media went, and outlives a store in trouble', async () => {
  const { faults, retention, wind, mediaGone } = village({ media: DAY_MS }, [
    { changed: 2, last: place(1) },
    { left: [] },
    { changed: 1, last: place(2) },
  ]);
  retention.start();
  await wind(0);
  expect(mediaGone()).toBe(1);
  await wind(HOUR_MS);
  expect(faults).toMatchObject([{ type: 'fault', where: 'retention' }]);
  await wind(HOUR_MS);
  expect(mediaGone()).toBe(2);
  await retention.stop();
});

it('goes on with the others when one account fails, and says whose days are not over', async () => {
  const accounts = ['AC1', 'AC2', 'AC3'];
  const { steps, faults, retention, wind } = village({ bodies: DAY_MS }, [{ changed: 1 }, { left: [] }], accounts);
  retention.start();
  await wind(0);
  expect(steps.map(({ accountSid }) => accountSid)).toEqual(accounts);
  expect(faults).toMatchObject([{ type: 'fault', where: 'retention' }]);
  expect(String(Reflect.get(faults[0] ?? {}, 'error'))).toContain('AC2');
  await retention.stop();
});

it('does not ask for every account while the store is away', async () => {
  const { steps, faults, retention, wind } = village({ bodies: DAY_MS }, [{ more: true }], ['AC1', 'AC2', 'AC3']);
  unavailable = true;
  retention.start();
  await wind(0);
  unavailable = false;
  expect([steps.length, faults.length]).toEqual([1, 1]);
  await retention.stop();
});
