import { describe, expect, it } from 'vitest';
import type { Lane, Repace, SendWork, Store } from '../../src/store/store.ts';
import { ACCOUNT, acceptance, claim, lane, NOW, sent } from './store.fixtures.ts';

/** The part of the store's contract about a sender whose rate changes while messages wait. */
export function storeRepaceContract(current: () => Store): void {
  const FROM = '+12025550100';
  const SECOND = 1_000_000;
  const slow = lane({ intervalMicros: SECOND });
  const change = (formerMicros: number | null, intervalMicros: number | null): Repace => ({
    accountSid: ACCOUNT,
    from: FROM,
    connector: 'sim',
    key: slow.key,
    formerMicros,
    intervalMicros,
    horizonMs: 60_000,
  });
  const whole = (work: SendWork) => {
    const { sid, numSegments } = work.message;
    return sent(
      work,
      Array.from({ length: numSegments }, (_, part) => `c-${sid}-${part}`),
    );
  };
  /** Accepts so many messages, of these costs, and answers their sids. */
  const accept = async (costs: number[], on: Lane | null = slow) => {
    const batch = costs.map((cost) => acceptance({ numSegments: cost }, on && { ...on, cost }));
    await current().accept(batch, NOW);
    return batch.map(({ message }) => message.sid);
  };
  /** What is claimed and sent from `NOW` on, in steps of a millisecond, with its start after `NOW`. */
  const starts = async (until: number, from = 0) => {
    const seen: [string, number][] = [];
    for (let at = from; at <= until; at += 1) {
      const works = await claim(current(), NOW + at);
      if (works.length === 0) continue;
      seen.push(...works.map((work): [string, number] => [work.message.sid, work.startAt - NOW]));
      await current().settleSends(works.map(whole), NOW + at);
    }
    return seen;
  };

  describe('a change of rate', () => {
    it('to a faster one lets the rest go sooner, in order, and the next accept follows', async () => {
      const sids = await accept([1, 2, 1]);
      expect((await claim(current(), NOW)).map((work) => work.message.sid)).toEqual([sids[0]]);
      expect(await current().repace(change(SECOND, 100_000), NOW)).toBe(2);
      // One segment at ten a second after the one that is claimed, then two.
      expect(await current().laneStarts(ACCOUNT, [slow.key])).toEqual(new Map([[slow.key, NOW + 400]]));
      expect(await current().accept([acceptance({}, lane())], NOW)).toEqual([{ ok: true, dueAt: NOW + 400 }]);
      const seen = await starts(500);
      expect(seen.slice(0, 2)).toEqual([
        [sids[1], 100],
        [sids[2], 300],
      ]);
      expect(seen[2]?.[1]).toBe(400);
    });

    it('to a slower one spreads the rest, and nothing leaves sooner than it allows', async () => {
      const fast = lane({ intervalMicros: 10_000 });
      const sids = await accept([1, 1, 1], fast);
      await claim(current(), NOW);
      expect(await current().repace(change(10_000, 200_000), NOW)).toBe(2);
      expect(await current().nextDueAt('send')).toBe(NOW + 200);
      expect(await starts(600)).toEqual([
        [sids[1], 200],
        [sids[2], 400],
      ]);
      expect(await current().laneStarts(ACCOUNT, [slow.key])).toEqual(new Map([[slow.key, NOW + 600]]));
    });

    it('leaves what is claimed alone: it can be settled, and nobody claims it twice', async () => {
      await accept([1, 1]);
      const [work] = await claim(current(), NOW);
      if (!work) throw new Error('Nothing was claimed');
      await current().repace(change(SECOND, 1_000), NOW);
      expect(await claim(current(), NOW)).toEqual([]);
      expect(await current().settleSends([sent(work)], NOW)).toEqual([true]);
      expect(await claim(current(), NOW + 1)).toHaveLength(1);
    });

    it('to none lets everything go at once', async () => {
      const sids = await accept([1, 1, 1]);
      await claim(current(), NOW);
      expect(await current().repace(change(SECOND, null), NOW)).toBe(2);
      const works = await claim(current(), NOW);
      expect(works.map((work) => [work.message.sid, work.lane])).toEqual([
        [sids[1], null],
        [sids[2], null],
      ]);
    });

    it('from none puts what waits into the lane, and leaves other senders alone', async () => {
      const sids = await accept([1, 3, 1], null);
      await current().accept([acceptance({ from: '+12025550177' })], NOW);
      expect(await current().repace(change(null, 100_000), NOW)).toBe(3);
      const works = await claim(current(), NOW);
      expect(works.map((work) => work.lane?.cost ?? null).sort()).toEqual([1, null]);
      await current().settleSends(works.map(whole), NOW);
      expect(await starts(500)).toEqual([
        [sids[1], 100],
        [sids[2], 400],
      ]);
    });

    it('costs one for a message by RCS, however many segments it is counted as, and nothing is amiss once it is sent', async () => {
      const from = 'rcs:acme_agent';
      const batch = [1, 2].map(() => acceptance({ from, numSegments: 3 }));
      await current().accept(batch, NOW);
      const key = `sim|${ACCOUNT}|${from}`;
      expect(await current().repace({ ...change(null, 100_000), from, key }, NOW)).toBe(2);
      for (const at of [NOW, NOW + 100]) {
        const [work, none] = await claim(current(), at);
        if (!work) throw new Error('Nothing was claimed');
        expect([work.lane?.cost, none]).toEqual([1, undefined]);
        await current().settleSends([sent(work)], at);
      }
      expect(await current().verify()).toEqual([]);
    });

    it('keeps what was put off from coming back early, and in front of what came after it', async () => {
      const sids = await accept([1, 1]);
      const [work] = await claim(current(), NOW);
      if (!work) throw new Error('Nothing was claimed');
      const again = { ...sent(work), result: { kind: 'again' as const, dueAt: NOW + 500 } };
      await current().settleSends([again], NOW);
      expect(await current().repace(change(SECOND, 100_000), NOW)).toBe(2);
      expect(await starts(700)).toEqual([
        [sids[0], 500],
        [sids[1], 600],
      ]);
    });

    it('of a lane that has never been used changes nothing', async () => {
      expect(await current().repace(change(SECOND, 100_000), NOW)).toBe(0);
      expect(await current().accept([acceptance({}, lane())], NOW)).toEqual([{ ok: true, dueAt: NOW }]);
      expect(await current().verify()).toEqual([]);
    });
  });
}
