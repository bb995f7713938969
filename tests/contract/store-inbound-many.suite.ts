import { expect, it } from 'vitest';
import type { SendWork, Store } from '../../src/store/store.ts';
import { ACCOUNT, acceptance, claim, lane, NOW, sent } from './store.fixtures.ts';
import {
  answered,
  arrived,
  claimReplies,
  claimReply,
  intake,
  key,
  OURS,
  part,
  stop,
  take,
} from './store-inbound.fixtures.ts';

/** What comes in at several nodes at once, and opt-outs against the claims of other nodes. */
export function storeInboundManyContract(
  several: () => { a: Store; b: Store; loseAnswers(count: number): void },
): void {
  it('nothing that a claim hands out after an opt-out was recorded is without its flag, in 200 races', async () => {
    const { a, b } = several();
    const seen = { before: 0, flagged: 0 };
    for (let round = 0; round < 200; round += 1) {
      const peer = `+1202556${String(1_000 + round)}`;
      const onLane = round % 2 === 0 ? null : lane({ key: `race ${round}`, intervalMicros: 0 });
      const made = Array.from({ length: 4 }, () => acceptance({ from: OURS, to: peer, callbackUrl: null }, onLane));
      await a.accept(made, NOW);
      const handed: SendWork[] = [];
      const claims = async (store: Store, owner: string) => {
        for (let turn = 0; turn < 3; turn += 1) handed.push(...(await claim(store, NOW, { owner, limit: 2 })));
      };
      const optOut = { change: 'opt-out' as const, keys: [key({ peer })], source: 'keyword' as const };
      // The opt-out comes at another moment of the claims each time.
      const record = async () => {
        for (let turn = 0; turn < round % 5; turn += 1) await b.optedOut(ACCOUNT, [key({ peer })]);
        const { claimedWorks } = await take(b, intake({ reply: null, optOut }, { from: peer }));
        return claimedWorks;
      };
      const [told] = await Promise.all([record(), claims(a, 'a'), claims(b, 'b')]);
      const known = new Set(told.map(({ workId }) => workId));
      const unflagged = handed.filter(({ optedOut }) => !optedOut);
      // Whatever has no flag was claimed before, and whoever recorded the opt-out was told to wait for it.
      expect(unflagged.filter(({ workId }) => !known.has(workId))).toEqual([]);
      seen.before += unflagged.length;
      seen.flagged += handed.length - unflagged.length;
      for (const work of handed) {
        const failed = { ...sent(work), result: { kind: 'failed' as const, errorCode: 21610 } };
        await a.settleSends([work.optedOut ? failed : sent(work)], NOW);
      }
    }
    expect(seen.before).toBeGreaterThan(0);
    expect(seen.flagged).toBeGreaterThan(0);
  }, 60_000);

  it('what comes to two nodes under one carrier id is taken in once', async () => {
    const { a, b } = several();
    for (let round = 0; round < 50; round += 1) {
      const seen = { connector: 'sim', carrierId: `c-${round}` };
      const [one, other] = await Promise.all([
        a.takeIn([intake({ seen, reply: null })], NOW),
        b.takeIn([intake({ seen, reply: null })], NOW),
      ]);
      expect([...one, ...other].map(({ kind }) => kind).sort()).toEqual(['seen', 'taken']);
    }
  });

  it('parts that come to two nodes at once make one message', async () => {
    const { a, b } = several();
    for (let reference = 0; reference < 50; reference += 1) {
      const [first, second] = [part(1, 'a', { reference, total: 2 }), part(2, 'b', { reference, total: 2 })];
      const answers = (
        await Promise.all([a.takePart([arrived(first)], NOW), b.takePart([arrived(second)], NOW)])
      ).flat();
      expect(answers.map(({ kind }) => kind).sort()).toEqual(['waiting', 'whole']);
      expect(answers.find(({ kind }) => kind === 'whole')).toMatchObject({ message: { body: 'ab' } });
    }
  });

  it('a whole message that two nodes take in becomes one', async () => {
    const { a, b } = several();
    for (let reference = 0; reference < 30; reference += 1) {
      const parts = [1, 2].map((number) => arrived(part(number, 'x', { reference, total: 2 })));
      const [, whole] = await a.takePart(parts, NOW);
      const joining = whole?.kind === 'whole' ? whole.joining : null;
      const both = await Promise.all([a, b].map((store) => store.takeIn([intake({ joining, reply: null })], NOW)));
      expect(
        both
          .flat()
          .map(({ kind }) => kind)
          .sort(),
      ).toEqual(['seen', 'taken']);
    }
  });

  it('replies are shared out between nodes, and each document is recorded once', async () => {
    const { a, b } = several();
    await a.takeIn(
      Array.from({ length: 60 }, () => intake()),
      NOW,
    );
    const both = (await Promise.all([claimReplies(a, NOW, 'a'), claimReplies(b, NOW, 'b')])).flat();
    const works = [...both, ...(await claimReplies(a, NOW, 'a'))];
    expect(new Set(works.map(({ workId }) => workId)).size).toBe(60);
    expect(works).toHaveLength(60);
    const results = works.map((work) => answered(work, { replies: [acceptance({}, lane())] }));
    const done = await Promise.all([a.finishReplies(results, NOW), b.finishReplies(results, NOW)]);
    for (const index of works.keys()) {
      expect([done[0][index], done[1][index]].filter((one) => one !== null)).toHaveLength(1);
    }
    expect((await a.stats()).sendsDue).toBe(60);
  });

  it('a taking in and a document whose commits got no answer are there once', async () => {
    const { a, b, loseAnswers } = several();
    loseAnswers(1);
    const one = intake();
    await take(b, one);
    const work = await claimReply(a, NOW);
    expect(work.message.sid).toBe(one.message.sid);
    loseAnswers(1);
    const [done] = await b.finishReplies([answered(work, { replies: [acceptance()] })], NOW);
    // It cannot tell its own document from one of somebody else, and says so.
    expect(done).toBeNull();
    expect(await a.message(ACCOUNT, work.message.sid)).toMatchObject({ status: 'received' });
    expect((await a.stats()).sendsDue).toBe(1);
    loseAnswers(1);
    expect(await take(b, stop())).toMatchObject({ optOutChanged: true });
  });

  it('a claim of replies or joinings whose commit got no answer is given back', async () => {
    const { a, b, loseAnswers } = several();
    await a.takeIn([intake()], NOW);
    await a.takePart([arrived(part(1, 'a'))], NOW);
    loseAnswers(1);
    expect(await claimReplies(b, NOW)).toMatchObject([{ attempt: 2 }]);
    loseAnswers(1);
    const due = NOW + 120_000;
    expect(await b.claimJoinings({ owner: 'me', limit: 5, leaseMs: 30_000 }, due)).toMatchObject([{ lost: true }]);
  });
}
