import { describe, expect, it } from 'vitest';
import type { SendPast, SendSettlement, SendWork, Store } from '../../src/store/store.ts';
import { ACCOUNT, acceptance, claim, claimCallbacks, lane, NOW, sent } from './store.fixtures.ts';
import { claimFetches, fetched, holdOf, settled } from './store-media.fixtures.ts';

/** What a send remembers of its attempts, how it moves between connectors, and what expires where nobody is. */
export function storeSendCases(current: () => Store): void {
  const again = (work: SendWork, more: Omit<Extract<SendSettlement['result'], { kind: 'again' }>, 'kind'>) => ({
    ...sent(work),
    result: { kind: 'again' as const, ...more },
  });

  async function claimOne(now: number): Promise<SendWork> {
    const [work] = await claim(current(), now);
    if (!work) throw new Error('Nothing was claimed');
    return work;
  }

  describe('what a send remembers', () => {
    it('is what its last settlement said, and stays when one says nothing', async () => {
      await current().accept([acceptance()], NOW);
      const past: SendPast = { doubts: 1, refusedBy: ['acme'], awaySince: NOW };
      const first = await claimOne(NOW);
      expect(first.past).toBeUndefined();
      await current().settleSends([again(first, { dueAt: NOW + 1, past })], NOW);
      const second = await claimOne(NOW + 1);
      expect(second.past).toEqual(past);
      await current().settleSends([again(second, { dueAt: NOW + 2 })], NOW + 1);
      expect((await claimOne(NOW + 2)).past).toEqual(past);
    });

    it('is that it was orphaned, after a takeover, a leave or a lease that ran out', async () => {
      const orphaned = async (lose: () => Promise<unknown>, now: number) => {
        await current().accept([acceptance()], now);
        await claimOne(now);
        await lose();
        const found = await claimOne(now + 30_001);
        await current().settleSends([sent(found)], now + 30_001);
        return found.past;
      };
      expect(await orphaned(() => current().takeOver('you', NOW + 30_000), NOW)).toEqual({ orphaned: true });
      expect(await orphaned(() => current().leave('me', NOW + 70_000), NOW + 60_000)).toEqual({ orphaned: true });
      expect(await orphaned(async () => undefined, NOW + 120_000)).toEqual({ orphaned: true });
    });

    it('is nothing of an owner that ends, where its hand-overs are noted and it was none of them', async () => {
      const store = current();
      const note = (owner: string, works: string[]) => store.noteHandOvers({ owner, connector: 'sim', works }, NOW);
      for (const end of [() => store.takeOver('you', NOW + 30_000), () => store.leave('me', NOW + 30_000)]) {
        await note('me', []);
        await store.accept([acceptance(), acceptance(), acceptance()], NOW);
        const works = await claim(store, NOW);
        const [first, second] = works.map(({ workId, attempt }) => `${workId}:${attempt}`);
        await note('me', [first ?? '']);
        // The later note holds, and one of another attempt says nothing of this one.
        await note('me', [second ?? '', `${works[2]?.workId}:7`]);
        await end();
        const found = await claim(store, NOW + 30_001);
        expect(found.map(({ past }) => past?.orphaned === true)).toEqual([false, true, false]);
        await store.settleSends(
          found.map((work) => sent(work)),
          NOW + 30_001,
        );
        // Of an owner that is gone nothing is known any more.
        await store.accept([acceptance()], NOW + 30_001);
        await claim(store, NOW + 30_001);
        await store.leave('me', NOW + 30_001);
        const [unknown] = await claim(store, NOW + 30_001);
        expect(unknown?.past).toEqual({ orphaned: true });
        await store.settleSends(unknown ? [sent(unknown)] : [], NOW + 30_001);
      }
    });

    it('is nothing of a takeover when nobody had claimed it', async () => {
      await current().accept([acceptance()], NOW);
      await current().takeOver('you', NOW);
      expect((await claimOne(NOW)).past).toBeUndefined();
    });
  });

  describe('a send that moves to another connector', () => {
    it('leaves by its lane, in the order of its age, and delays what that lane accepts', async () => {
      const [here, there] = [lane({ key: `a|${ACCOUNT}|x` }), lane({ key: `b|${ACCOUNT}|x` })];
      const moving = { ...acceptance({}, here), connector: 'a' };
      await current().accept([moving], NOW);
      const work = await claimOne(NOW);
      const accepted = await current().accept([{ ...acceptance({}, there), connector: 'b' }], NOW + 50);
      expect(accepted).toEqual([{ ok: true, dueAt: NOW + 50 }]);
      const move = { connector: 'b', lane: there };
      await current().settleSends([again(work, { dueAt: NOW, move, note: 'a is away: by b' })], NOW + 50);
      // The slot of the one that joined comes on top: 50 + 100 + 100.
      const later = await current().accept([{ ...acceptance({}, there), connector: 'b' }], NOW + 50);
      expect(later).toEqual([{ ok: true, dueAt: NOW + 250 }]);
      const claimed = await claim(current(), NOW + 50, { lookAheadMs: 1_000 });
      expect(claimed.map(({ connector, startAt }) => [connector, startAt - NOW])).toEqual([
        ['b', 50],
        ['b', 150],
        ['b', 250],
      ]);
      expect(claimed[0]).toMatchObject({ message: { sid: work.message.sid }, lane: there });
      expect(claimed[0]?.message.history.at(-1)?.note).toBe('a is away: by b');
    });

    it('may lose or gain a lane', async () => {
      const paced = lane({ key: `b|${ACCOUNT}|x` });
      await current().accept([acceptance()], NOW);
      const first = await claimOne(NOW);
      await current().settleSends([again(first, { dueAt: NOW, move: { connector: 'b', lane: paced } })], NOW);
      const second = await claimOne(NOW);
      expect(second).toMatchObject({ connector: 'b', lane: paced });
      await current().settleSends([again(second, { dueAt: NOW, move: { connector: 'c', lane: null } })], NOW);
      expect(await claimOne(NOW)).toMatchObject({ connector: 'c', lane: null });
      expect(await current().verify()).toEqual([]);
    });
  });

  describe('what lapses before its slot comes', () => {
    const paced = lane({ intervalMicros: 1_000_000 });
    const lapsing = (changes: Parameters<typeof acceptance>[0] = {}) =>
      acceptance({ validUntil: NOW + 500, ...changes }, paced);

    it('ends when it lapses, and who comes behind it has its slot', async () => {
      const [first, late, last] = [acceptance({}, paced), lapsing(), acceptance({}, paced)];
      const answers = await current().accept([first, late, last], NOW);
      expect(answers.map((one) => one.ok && one.dueAt - NOW)).toEqual([0, 501, 1_000]);
      const works = await claim(current(), NOW, { lookAheadMs: 100 });
      expect(works.map(({ message }) => message.sid)).toEqual([first.message.sid]);
      await current().settleSends(
        works.map((work) => sent(work)),
        NOW,
      );
      expect(await current().nextDueAt('send')).toBe(NOW + 501);
      // Not even a little early: its slot is not there to wait for.
      expect(await claim(current(), NOW + 500, { lookAheadMs: 100 })).toEqual([]);
      const over = await claimOne(NOW + 501);
      expect(over).toMatchObject({ expired: true, lane: null, message: { sid: late.message.sid, status: 'queued' } });
      const result = { kind: 'failed' as const, errorCode: 30036 };
      await current().settleSends([{ ...sent(over), result }], NOW + 501);
      const told = (await claimCallbacks(current(), NOW + 501)).map(({ payload }) => payload);
      expect(told.find(({ status }) => status === 'failed')).toMatchObject({ errorCode: 30036 });
      expect(await claimOne(NOW + 1_000)).toMatchObject({ lane: paced, message: { sid: last.message.sid } });
    });

    it('is refused as any other where the queue is full', async () => {
      const short = { ...paced, horizonMs: 900 };
      const answers = await current().accept([acceptance({}, short), { ...lapsing(), lane: short }], NOW);
      expect(answers[1]).toEqual({ ok: false, reason: 'queue-full' });
    });

    it('is the same when it is released, or has got its media', async () => {
      await current().accept([acceptance({}, paced)], NOW);
      const accepted = lapsing({ status: 'accepted', from: null, numSegments: 0 });
      const fetching = { ...lapsing({ numMedia: 1 }), fetch: { urls: ['https://files.example/a.png'] } };
      await current().accept([accepted, fetching], NOW);
      const [release] = await current().claimReleases({ owner: 'me', limit: 9, leaseMs: 30_000 }, NOW);
      const [fetch] = await claimFetches(current(), NOW);
      if (!release || !fetch) throw new Error('Nothing was claimed');
      const { workId, attempt, message } = release;
      const about = { workId, attempt, accountSid: message.accountSid, messageSid: message.sid };
      const chosen = { from: '+12025550100', numSegments: 1, validUntil: message.validUntil, connector: 'sim' };
      const released = await current().release([{ ...about, result: { kind: 'queue', ...chosen, lane: paced } }], NOW);
      expect(released).toEqual([{ status: 'queued', dueAt: NOW + 501 }]);
      const blob = await holdOf(current(), 'a');
      const got = await current().settleFetches([settled(fetch, fetched([blob.key]))], NOW);
      expect(got).toEqual([{ kind: 'next', work: 'send', dueAt: NOW + 501 }]);
      expect(await current().laneStarts(ACCOUNT, [paced.key])).toEqual(new Map([[paced.key, NOW + 1_000]]));
      const works = await claim(current(), NOW + 501);
      expect(
        works
          .filter(({ expired }) => expired)
          .map((work) => work.message.sid)
          .sort(),
      ).toEqual([accepted.message.sid, fetching.message.sid].sort());
    });

    it('ends where nobody is, too', async () => {
      await current().accept([acceptance({}, paced), lapsing()], NOW);
      const search = { owner: 'me', limit: 10, leaseMs: 30_000, lookAheadMs: 0, expiredOf: ['sim'] };
      expect(await current().claimSends(search, NOW + 500)).toEqual([]);
      expect(await current().claimSends(search, NOW + 501)).toMatchObject([{ expired: true, lane: null }]);
    });
  });

  it('of connectors that are away, what has not been tried can be claimed alone, whatever its slot, by age', async () => {
    const paced = lane({ key: `sim|${ACCOUNT}|x`, intervalMicros: 60_000_000, horizonMs: 600_000 });
    const waiting = [acceptance({}, paced), acceptance({}, paced), acceptance({}, paced)];
    // Its lane was too long for it, so it waits for its end alone: by another carrier it would leave ahead of its line.
    const lapsing = acceptance({ validUntil: NOW + 1_000 }, paced);
    await current().accept([...waiting, { ...acceptance(), connector: 'other' }, lapsing], NOW);
    const tried = await claim(current(), NOW, { limit: 2 });
    const [held] = tried.filter(({ connector }) => connector === 'sim');
    if (!held) throw new Error('Nothing of the lane was claimed');
    await current().settleSends([again(held, { dueAt: NOW + 30_000 })], NOW);
    const search = { owner: 'me', limit: 10, leaseMs: 30_000, lookAheadMs: 0, waitingOf: ['sim'] };
    const found = await current().claimSends(search, NOW);
    expect(found.map(({ message, startAt }) => [message.sid, startAt - NOW])).toEqual(
      waiting.slice(1).map(({ message }, index) => [message.sid, (index + 1) * 60_000]),
    );
    expect(await current().claimSends(search, NOW + 1)).toEqual([]);
  });

  it('of connectors where nobody is, what is past its validity can be claimed alone', async () => {
    const soon = acceptance({ validUntil: NOW + 10 }, lane({ key: `sim|${ACCOUNT}|x` }));
    const unpaced = acceptance({ validUntil: NOW + 10 });
    const elsewhere = { ...acceptance({ validUntil: NOW + 10 }), connector: 'other' };
    await current().accept([soon, unpaced, elsewhere, acceptance()], NOW);
    const search = { owner: 'me', limit: 10, leaseMs: 30_000, lookAheadMs: 0, expiredOf: ['sim'] };
    expect(await current().claimSends(search, NOW + 10)).toEqual([]);
    const found = await current().claimSends(search, NOW + 11);
    expect(found.map(({ message, expired }) => [message.sid, expired]).sort()).toEqual(
      [soon, unpaced].map(({ message }) => [message.sid, true]).sort(),
    );
    expect(await current().claimSends(search, NOW + 11)).toEqual([]);
  });
}
