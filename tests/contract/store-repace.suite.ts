import { describe, expect, it } from 'vitest';
import type { Lane, Repace, SendWork, Store } from '../../src/store/store.ts';
import { ACCOUNT, acceptance, claim, lane, NOW, repaceAll, sent } from './store.fixtures.ts';

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
      expect(await repaceAll(current(), change(SECOND, 100_000))).toBe(2);
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
      expect(await repaceAll(current(), change(10_000, 200_000))).toBe(2);
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
      await repaceAll(current(), change(SECOND, 1_000));
      expect(await claim(current(), NOW)).toEqual([]);
      expect(await current().settleSends([sent(work)], NOW)).toEqual([true]);
      expect(await claim(current(), NOW + 1)).toHaveLength(1);
    });

    it('to none lets everything go at once', async () => {
      const sids = await accept([1, 1, 1]);
      await claim(current(), NOW);
      expect(await repaceAll(current(), change(SECOND, null))).toBe(2);
      const works = await claim(current(), NOW);
      expect(works.map((work) => [work.message.sid, work.lane])).toEqual([
        [sids[1], null],
        [sids[2], null],
      ]);
    });

    it('from none puts what waits into the lane, and leaves other senders alone', async () => {
      const sids = await accept([1, 3, 1], null);
      await current().accept([acceptance({ from: '+12025550177' })], NOW);
      expect(await repaceAll(current(), change(null, 100_000))).toBe(3);
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
      expect(await repaceAll(current(), { ...change(null, 100_000), from, key })).toBe(2);
      for (const at of [NOW, NOW + 100]) {
        const [work, none] = await claim(current(), at);
        if (!work) throw new Error('Nothing was claimed');
        expect([work.lane?.cost, none]).toEqual([1, undefined]);
        await current().settleSends([sent(work)], at);
      }
      expect(await current().verify()).toEqual([]);
    });

    it('keeps what was put off from coming back early, and lets nobody wait for it', async () => {
      const sids = await accept([1, 1]);
      const [work] = await claim(current(), NOW);
      if (!work) throw new Error('Nothing was claimed');
      const again = { ...sent(work), result: { kind: 'again' as const, dueAt: NOW + 500 } };
      await current().settleSends([again], NOW);
      expect(await repaceAll(current(), change(SECOND, 100_000))).toBe(2);
      expect(await current().accept([acceptance({}, lane())], NOW)).toEqual([{ ok: true, dueAt: NOW + 200 }]);
      const seen = await starts(700);
      expect([seen[0], seen[2]]).toEqual([
        [sids[1], 100],
        [sids[0], 500],
      ]);
    });

    it('moves what was only looked at, as all that waits for a connector that is away, and the next accept follows', async () => {
      const sids = await accept([1, 1, 1]);
      const works = await claim(current(), NOW, { waitingOf: ['sim'] });
      const looks = works.map((work) => {
        const result = { kind: 'again' as const, dueAt: work.startAt, past: { look: work.attempt } };
        return { ...sent(work), result };
      });
      expect(await current().settleSends(looks, NOW)).toEqual([true, true, true]);
      expect(await repaceAll(current(), change(SECOND, 100_000))).toBe(3);
      expect(await current().accept([acceptance({}, lane())], NOW)).toEqual([{ ok: true, dueAt: NOW + 300 }]);
      const seen = await starts(300);
      expect(seen.slice(0, 3)).toEqual(sids.map((sid, index) => [sid, index * 100]));
    });

    it('leaves its time to what was handed over and put off after it had been looked at', async () => {
      const [sid] = await accept([1], null);
      for (const result of [
        { kind: 'again' as const, dueAt: NOW, past: { look: 1 } },
        { kind: 'again' as const, dueAt: NOW + 5_000 },
      ]) {
        const [work] = await claim(current(), NOW);
        if (!work) throw new Error('Nothing was claimed');
        await current().settleSends([{ ...sent(work), result }], NOW);
      }
      expect(await repaceAll(current(), change(null, 100_000))).toBe(1);
      expect(await claim(current(), NOW + 4_999)).toEqual([]);
      expect((await claim(current(), NOW + 5_000)).map((work) => work.message.sid)).toEqual([sid]);
    });

    it('leaves what is held until it has lapsed out of the line', async () => {
      await current().accept([acceptance({ validUntil: NOW + 500 })], NOW);
      const [work] = await claim(current(), NOW);
      if (!work) throw new Error('Nothing was claimed');
      await current().settleSends([{ ...sent(work), result: { kind: 'again', dueAt: NOW + 501 } }], NOW);
      expect(await repaceAll(current(), change(null, 100_000))).toBe(0);
    });

    it('in steps gives the slots that one step would, and what is accepted between them comes last', async () => {
      const sids = await accept([1, 2, 1]);
      await claim(current(), NOW);
      const faster = change(SECOND, 100_000);
      const { moved, next } = await current().repace({ ...faster, limit: 1, place: null }, NOW);
      expect([moved, next]).toEqual([1, expect.anything()]);
      sids.push(...(await accept([1])));
      expect(await repaceAll(current(), faster, { limit: 1, place: next })).toBe(2);
      expect(await current().laneStarts(ACCOUNT, [slow.key])).toEqual(new Map([[slow.key, NOW + 500]]));
      expect(await starts(600)).toEqual([
        [sids[1], 100],
        [sids[2], 300],
        [sids[3], 400],
      ]);
    });

    it.each([
      ['faster', SECOND, 100_000],
      ['slower', 10_000, 200_000],
    ])(
      'to a %s one that was broken off leaves all in order, and is finished by beginning anew',
      async (_, before, after) => {
        const sids = await accept([1, 1, 1, 1], lane({ intervalMicros: before }));
        const first = { ...change(before, after), limit: 1, place: null };
        const { next } = await current().repace(first, NOW);
        await current().repace({ ...first, place: next }, NOW);
        const ids = async () => (await claim(current(), NOW, { lookAheadMs: 10_000 })).map((work) => work.message.sid);
        expect(await repaceAll(current(), change(0, after), { limit: 1 })).toBe(4);
        const gapMs = after / 1000;
        expect(await starts(4 * gapMs)).toEqual(sids.map((sid, index) => [sid, index * gapMs]));
        const late = await accept([1], lane({ intervalMicros: after }));
        expect(await ids()).toEqual(late);
        expect(await current().verify()).toEqual([]);
      },
    );

    it('that is broken off leaves the order to who claims meanwhile', async () => {
      const sids = await accept([1, 1, 1, 1], lane({ intervalMicros: 10_000 }));
      await current().repace({ ...change(10_000, 50_000), limit: 2, place: null }, NOW);
      const works = await claim(current(), NOW, { lookAheadMs: 1_000 });
      expect(works.map((work) => work.message.sid)).toEqual(sids);
    });

    it('never lets the first leave sooner than it allows when nobody knows what has left', async () => {
      const [, second] = await accept([1, 1]);
      await claim(current(), NOW);
      // Done, and done again, as if the end of the first had been lost.
      await repaceAll(current(), change(SECOND, 100_000));
      await repaceAll(current(), change(0, 100_000));
      expect(await starts(300)).toEqual([[second, 200]]);
    });

    it('passes by what waits for others, in steps of its own', async () => {
      await current().accept(
        [1, 2, 3].map(() => acceptance({ from: '+12025550177' })),
        NOW,
      );
      const sids = await accept([1, 1], null);
      const first = { ...change(null, 100_000), limit: 2, place: null };
      const { moved, next } = await current().repace(first, NOW);
      expect([moved, next?.of]).toEqual([0, 'unpaced']);
      expect(await repaceAll(current(), first, { limit: 2, place: next })).toBe(2);
      const works = await claim(current(), NOW, { lookAheadMs: 1_000 });
      expect(works.filter((work) => work.lane).map((work) => work.message.sid)).toEqual(sids);
    });

    it.each([
      ['faster', 10_000],
      ['none at all', null],
    ])('to a %s one is in time for what would have lapsed before its slot', async (_, after) => {
      const on = lane({ intervalMicros: SECOND });
      const batch = [0, 1].map((index) => acceptance({ validUntil: NOW + (index === 0 ? 10_000 : 500) }, on));
      await current().accept(batch, NOW);
      await claim(current(), NOW);
      expect(await repaceAll(current(), change(SECOND, after))).toBe(1);
      const works = await claim(current(), NOW + 100);
      expect(works.map((work) => [work.message.sid, work.expired])).toEqual([[batch[1]?.message.sid, false]]);
    });

    it('to one that is still too slow for it leaves it out of the line', async () => {
      const on = lane({ intervalMicros: SECOND });
      await current().accept([acceptance({}, on), acceptance({ validUntil: NOW + 500 }, on)], NOW);
      await claim(current(), NOW);
      expect(await repaceAll(current(), change(SECOND, 600_000))).toBe(0);
      expect(await current().laneStarts(ACCOUNT, [slow.key])).toEqual(new Map([[slow.key, NOW + 600]]));
    });

    it('by two at once leaves the accept clock behind all that waits', async () => {
      await accept([1, 1, 1, 1]);
      await claim(current(), NOW);
      const mine = { ...change(SECOND, 100_000), limit: 1, place: null };
      const { next } = await current().repace(mine, NOW);
      expect(await repaceAll(current(), change(0, 100_000), { limit: 1 })).toBe(3);
      await repaceAll(current(), mine, { limit: 1, place: next });
      expect(await current().laneStarts(ACCOUNT, [slow.key])).toEqual(new Map([[slow.key, NOW + 500]]));
    });

    it('of a lane that has never been used changes nothing', async () => {
      expect(await repaceAll(current(), change(SECOND, 100_000))).toBe(0);
      expect(await current().accept([acceptance({}, lane())], NOW)).toEqual([{ ok: true, dueAt: NOW }]);
      expect(await current().verify()).toEqual([]);
    });
  });
}
