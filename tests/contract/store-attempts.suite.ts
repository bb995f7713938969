import { describe, expect, it } from 'vitest';
import type { Alert } from '../../src/domain/alert.ts';
import { cryptoRandom, SidMaker } from '../../src/domain/sid.ts';
import type { AttemptSearch } from '../../src/store/attempt-shapes.ts';
import type { CallbackAttempt } from '../../src/store/callback-shapes.ts';
import type { Store } from '../../src/store/store.ts';
import {
  ACCOUNT,
  acceptance,
  CALLBACK_URL,
  claimCallbacks,
  finished,
  NOW,
  OTHER,
  walkToSent,
} from './store.fixtures.ts';

const sids = new SidMaker({ now: () => NOW }, cryptoRandom);
const MINUTE_MS = 60_000;

type Made = Omit<CallbackAttempt, 'id'>;

function made({
  payload,
  ...changes
}: Partial<Omit<Made, 'payload'>> & { payload?: Partial<Made['payload']> } = {}): Made {
  const url = changes.request?.url ?? CALLBACK_URL;
  return {
    workId: 0,
    messageSid: sids.make('SM'),
    accountSid: ACCOUNT,
    attempt: 1,
    at: NOW,
    ms: 7,
    decision: 'done',
    request: { method: 'POST', url, headers: {}, body: '' },
    response: { status: 204, headers: {}, body: '' },
    errorCode: null,
    error: null,
    ...changes,
    payload: {
      ...{ url, status: 'sent', from: null, to: '+12025550101', serviceSid: null, errorCode: null, doneDate: null },
      at: NOW,
      ...payload,
    },
  };
}

/** The part of the store's contract about attempts that people look through, and alerts by their code. */
export function storeAttemptsContract(current: () => Store): void {
  const idsOf = async (search: Partial<AttemptSearch>) =>
    (await current().attemptPage({ accountSid: ACCOUNT, limit: 50, ...search })).attempts.map(({ id }) => id);

  describe('attempts to look through', () => {
    it('are forgotten when they are old, also behind thousands that a clock far ahead had made', async () => {
      const [ahead, old] = [Date.UTC(2035, 0, 1), Date.UTC(2025, 0, 1)];
      const attempts = (count: number, at: number) => Array.from({ length: count }, () => made({ at }));
      await current().keepAttempts(attempts(5, old), old);
      const young = await current().keepAttempts(attempts(2_500, ahead), ahead);
      await current().keepAttempts(attempts(5, old), old);
      for (let call = 0; call < 4; call += 1) await current().forget(NOW, NOW);
      expect(await idsOf({ limit: 3_000 })).toEqual([...young].reverse());
      // In the next month too.
      young.push(...(await current().keepAttempts(attempts(1, ahead), ahead)));
      await current().keepAttempts(attempts(1, NOW), NOW);
      const later = Date.UTC(2026, 1, 1);
      for (let call = 0; call < 4; call += 1) await current().forget(later, later);
      expect(await idsOf({ limit: 3_000 })).toEqual([...young].reverse());
    });

    it('are kept with ids of their own, and come newest first, a page at a time', async () => {
      const ids = await current().keepAttempts([made(), made(), made()], NOW);
      expect(new Set(ids).size).toBe(3);
      const first = await current().attemptPage({ accountSid: ACCOUNT, limit: 2 });
      expect(first.attempts.map(({ id }) => id)).toEqual([ids[2], ids[1]]);
      expect(first.next).toBe(ids[1]);
      const second = await current().attemptPage({ accountSid: ACCOUNT, limit: 2, below: first.next ?? 0 });
      expect([second.attempts.map(({ id }) => id), second.next]).toEqual([[ids[0]], null]);
      const { id: _, ...kept } = (await current().attempt(ACCOUNT, ids[0] ?? 0)) as CallbackAttempt;
      expect({ ...kept, messageSid: '' }).toEqual({ ...made(), messageSid: '' });
      expect(await current().attempt(OTHER, ids[0] ?? 0)).toBeNull();
      expect(await idsOf({ accountSid: OTHER })).toEqual([]);
    });

    it('are found by message, result, code, instant, part of the URL and kind', async () => {
      const odd = { method: 'POST', url: 'https://Shop.example/100%_a', headers: { host: 'not.this' }, body: 'else' };
      const inbound = { documentNumber: 1, why: 'first' } as const;
      const [sent = 0, failed = 0, asked = 0, second = 0, esme = 0, click = 0] = await current().keepAttempts(
        [
          made(),
          made({ decision: 'gave_up', errorCode: 11200, request: odd, at: NOW + 5 }),
          made({ payload: { inbound } }),
          made({ payload: { inbound: { ...inbound, why: 'fallback' } }, decision: 'retry' }),
          made({ payload: { url: 'smpp:shop' } }),
          made({ payload: { click: { json: '{"a":1}' } } }),
        ],
        NOW,
      );
      const { messageSid } = (await current().attempt(ACCOUNT, asked)) as CallbackAttempt;
      expect(await idsOf({ messageSid })).toEqual([asked]);
      expect(await idsOf({ decision: 'gave_up' })).toEqual([failed]);
      expect(await idsOf({ decision: 'retry' })).toEqual([second]);
      expect(await idsOf({ errorCode: 11200 })).toEqual([failed]);
      expect(await idsOf({ since: NOW + 1 })).toEqual([failed]);
      expect(await idsOf({ url: 'shop.EXAMPLE/100%_' })).toEqual([failed]);
      expect(await idsOf({ url: '100_' })).toEqual([]);
      expect(await idsOf({ url: 'not.this' })).toEqual([]);
      expect(await idsOf({ kind: 'status' })).toEqual([failed, sent]);
      expect(await idsOf({ kind: 'inbound' })).toEqual([asked]);
      expect(await idsOf({ kind: 'fallback' })).toEqual([second]);
      expect(await idsOf({ kind: 'esme' })).toEqual([esme]);
      expect(await idsOf({ kind: 'click' })).toEqual([click]);
      expect(await idsOf({ kind: 'alert' })).toEqual([]);
      const page = await current().attemptPage({ accountSid: ACCOUNT, kind: 'status', limit: 1 });
      expect(page.next).toBe(failed);
    });

    it('know what was replayed, and when their work is due again', async () => {
      await walkToSent(current(), 'a', { callbackUrl: CALLBACK_URL });
      const [work] = await claimCallbacks(current(), NOW);
      if (!work) throw new Error('no callback is due');
      await current().finishCallbacks([finished(work, 'retry', NOW + 9_000)], NOW);
      expect(await current().workDueAt(ACCOUNT, work.workId)).toBe(NOW + 9_000);
      expect(await current().workDueAt(OTHER, work.workId)).toBeNull();
      const [id = 0] = await idsOf({});
      expect(await current().replayedAmong(ACCOUNT, [id])).toEqual(new Set());
      await current().replayCallback(ACCOUNT, id, NOW);
      const { messageSid } = (await current().attempt(ACCOUNT, id)) as CallbackAttempt;
      await current().keepAttempts([made({ messageSid, payload: { replayOf: id } })], NOW);
      expect(await current().replayedAmong(ACCOUNT, [id, id + 50])).toEqual(new Set([id]));
      expect(await current().replayedAmong(OTHER, [id])).toEqual(new Set());
      expect(await current().replayedAmong(ACCOUNT, [])).toEqual(new Set());
    });

    it('know what was replayed however many came since, and of however many one asks', async () => {
      const ids = await current().keepAttempts(
        Array.from({ length: 300 }, () => made({ decision: 'gave_up' })),
        NOW,
      );
      const [first = 0, last = 0] = [ids[0], ids.at(-1)];
      for (const replayOf of [first, last]) {
        const { messageSid } = (await current().attempt(ACCOUNT, replayOf)) as CallbackAttempt;
        await current().keepAttempts([made({ messageSid, payload: { replayOf } })], NOW);
      }
      const other = made();
      await current().keepAttempts(
        Array.from({ length: 10_000 }, () => other),
        NOW,
      );
      expect(await current().replayedAmong(ACCOUNT, ids)).toEqual(new Set([first, last]));
    });
  });

  describe('alerts by their code', () => {
    const alert = (changes: Partial<Alert>): Alert => ({
      ...{
        sid: sids.make('NO'),
        accountSid: ACCOUNT,
        code: 30003,
        level: 'error',
        resourceSid: null,
        serviceSid: null,
      },
      ...{ text: 'x', request: null, response: null, at: NOW },
      ...changes,
    });
    const raise = (alerts: Alert[]) =>
      current().raiseAlerts(
        alerts.map((one) => ({ alert: one, callbackUrl: null })),
        NOW,
      );

    it('are counted in buckets since an instant, the last seen first, with samples', async () => {
      const unseen = alert({ at: NOW - 1 });
      const last = alert({ code: 11200, at: NOW + 3 * MINUTE_MS });
      const newest = alert({ at: NOW + 2 * MINUTE_MS });
      await raise([unseen, alert({}), alert({ at: NOW + 10 }), newest, last, alert({ accountSid: OTHER })]);
      const { groups, lookedBackTo } = await current().alertGroups({
        ...{ accountSid: ACCOUNT, since: NOW, bucketMs: MINUTE_MS },
      });
      expect(lookedBackTo).toBeNull();
      expect(groups.map(({ samples, buckets, ...rest }) => ({ ...rest, buckets: [...buckets].sort() }))).toEqual([
        { code: 11200, level: 'error', count: 1, firstAt: last.at, lastAt: last.at, buckets: [[3, 1]] },
        // biome-ignore format: one row a group
        { code: 30003, level: 'error', count: 3, firstAt: NOW, lastAt: newest.at, buckets: [[0, 2], [2, 1]] },
      ]);
      expect(groups[1]?.samples).toHaveLength(3);
      expect(groups[1]?.samples[0]).toEqual(newest);
    });

    it('say whom their messages were for', async () => {
      const one = acceptance({ sid: sids.make('SM') });
      await current().accept([one], NOW);
      const { sid, from, to } = one.message;
      const ends = await current().messageEnds(ACCOUNT, [sid, sids.make('SM')]);
      expect([...ends]).toEqual([[sid, { from, to, serviceSid: one.message.serviceSid }]]);
      expect(await current().messageEnds(OTHER, [sid])).toEqual(new Map());
      expect(await current().messageEnds(ACCOUNT, [])).toEqual(new Map());
    });
  });

  it('a store knows its engine, its size and its schema', async () => {
    const facts = await current().facts(NOW);
    expect(['sqlite', 'postgres']).toContain(facts.engine);
    expect(facts.engineVersion).toMatch(/^\d+\./);
    expect(facts.sizeBytes).toBeGreaterThan(0);
    expect(facts.schema[0]).toMatch(/^0001/);
  });
}
