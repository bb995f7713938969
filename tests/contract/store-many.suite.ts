import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SendWork, Store } from '../../src/store/store.ts';
import { ACCOUNT, acceptance, claim, claimCallbacks, finished, lane, NOW, sent, walkToSent } from './store.fixtures.ts';
import { storeConsoleManyContract } from './store-console.suite.ts';
import { storeInboundManyContract } from './store-inbound-many.suite.ts';
import { storeLinksManyContract } from './store-links-many.suite.ts';
import { storeMediaManyContract } from './store-media-many.suite.ts';

/** Two stores on one database, and one more whose commits get no answer as often as one likes. */
export interface Several {
  a: Store;
  b: Store;
  /** The next `count` commits of `b` happen, but it never hears of them. */
  loseAnswers(count: number): void;
  /** Cuts every connection there is. */
  cutAll(): Promise<void>;
  close(): Promise<void>;
}

/** The cases that need several connections at once. `open` is null where there is only one: they are skipped. */
export function storeManyContract(name: string, open: (() => Promise<Several>) | null): void {
  describe.skipIf(open === null)(`the contract of the store on ${name}, with several connections`, () => {
    let several: Several;
    let a: Store;
    let b: Store;
    beforeEach(async () => {
      if (!open) return;
      several = await open();
      ({ a, b } = several);
    });
    afterEach(async () => {
      const findings = await a.verify();
      await several.close();
      expect(findings).toEqual([]);
    });

    storeConsoleManyContract(() => several);
    storeLinksManyContract(() => several);
    storeMediaManyContract(() => several);
    storeInboundManyContract(() => several);

    it('claims of two nodes share out what is due, and nothing goes to both', async () => {
      const made = Array.from({ length: 300 }, () => acceptance());
      await a.accept(made, NOW);
      const works: SendWork[] = [];
      for (let round = 0; works.length < 300 && round < 40; round += 1) {
        const both = await Promise.all([
          claim(a, NOW, { owner: 'a', limit: 20 }),
          claim(b, NOW, { owner: 'b', limit: 20 }),
        ]);
        works.push(...both.flat());
      }
      expect(new Set(works.map((work) => work.workId)).size).toBe(works.length);
      expect(works.map((work) => work.message.sid).sort()).toEqual(made.map((one) => one.message.sid).sort());
    });

    it('slots of one lane are an interval apart, whoever accepts and claims', async () => {
      const batches = Array.from({ length: 20 }, () => Array.from({ length: 5 }, () => acceptance({}, lane())));
      const accepted = await Promise.all(batches.map((batch, index) => (index % 2 ? a : b).accept(batch, NOW)));
      const dues = accepted.flat().map((answer) => (answer.ok ? answer.dueAt - NOW : Number.NaN));
      expect(dues.sort((x, y) => x - y)).toEqual(Array.from({ length: 100 }, (_, slot) => slot * 100));
      const starts: number[] = [];
      for (let now = NOW; starts.length < 100; now += 250) {
        const options = { lookAheadMs: 100 };
        const both = await Promise.all([claim(a, now, options), claim(b, now, options)]);
        starts.push(...both.flat().map((work) => work.startAt));
      }
      starts.sort((x, y) => x - y);
      const gaps = starts.slice(1).map((start, index) => start - (starts[index] ?? 0));
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(100);
    });

    it('a callback that finishes while the next one is queued elsewhere never leaves it held', async () => {
      for (let round = 0; round < 60; round += 1) {
        await walkToSent(a, `r${round}-`);
        const [work] = await claimCallbacks(a, NOW);
        if (!work) throw new Error('Nothing was claimed');
        await Promise.all([
          a.finishCallbacks([finished(work)], NOW),
          b.receive([{ connector: 'sim', carrierId: `r${round}-0`, state: 'delivered' }], NOW),
        ]);
        const [next] = await claimCallbacks(b, NOW);
        expect(next?.payload.status).toBe('delivered');
        if (next) await b.finishCallbacks([finished(next)], NOW);
      }
    });

    it('a receipt that arrives at one node while another settles the send always delivers', async () => {
      for (let round = 0; round < 60; round += 1) {
        const made = acceptance();
        await a.accept([made], NOW);
        const [work] = await claim(a, NOW);
        if (!work) throw new Error('Nothing was claimed');
        await Promise.all([
          a.settleSends([sent(work, [`q${round}`])], NOW),
          b.receive([{ connector: 'sim', carrierId: `q${round}`, state: 'delivered' }], NOW),
        ]);
        expect((await a.message(ACCOUNT, made.message.sid))?.status).toBe('delivered');
      }
    });

    it('two parts reported to two nodes at once deliver the message', async () => {
      for (let round = 0; round < 40; round += 1) {
        const { sid } = await walkToSent(a, `p${round}-`, { numSegments: 2 });
        const receipt = (part: number) => ({
          connector: 'sim',
          carrierId: `p${round}-${part}`,
          state: 'delivered' as const,
        });
        await Promise.all([a.receive([receipt(0)], NOW), b.receive([receipt(1)], NOW)]);
        expect((await a.message(ACCOUNT, sid))?.status).toBe('delivered');
      }
    });

    it('one of two that cancel at once is told so, and one callback goes out', async () => {
      for (let round = 0; round < 20; round += 1) {
        const { message } = acceptance({ status: 'scheduled' });
        await a.accept([{ message, connector: 'sim', lane: null }], NOW);
        const cancel = { accountSid: ACCOUNT, sid: message.sid, verb: 'cancel' } as const;
        const answers = await Promise.all([a.change([cancel], NOW), b.change([cancel], NOW)]);
        expect(
          answers
            .flat()
            .map((answer) => answer.kind)
            .sort(),
        ).toEqual(['done', 'early']);
      }
      expect((await claimCallbacks(a, NOW)).map((work) => work.payload.status)).toEqual(Array(20).fill('canceled'));
    });

    it('an address saved twice at once belongs to one sender', async () => {
      for (let round = 0; round < 20; round += 1) {
        const sender = (sid: string) => ({
          sid,
          accountSid: ACCOUNT,
          address: `+1202555${1000 + round}`,
          kind: 'number' as const,
          canSms: true,
          canMms: true,
          rate: null,
          properties: {},
          createdAt: NOW,
          updatedAt: NOW,
        });
        const answers = await Promise.all([a.saveSender(sender(`PN${round}a`)), b.saveSender(sender(`PN${round}b`))]);
        expect(answers.sort()).toEqual(['saved', 'taken']);
      }
    });

    it('one idempotency key used at two nodes at once makes one message', async () => {
      for (let round = 0; round < 30; round += 1) {
        const keyed = () => ({ ...acceptance(), idempotency: { key: `key ${round}`, fingerprint: 'f' } });
        const [one, other] = [keyed(), keyed()];
        const answers = (await Promise.all([a.accept([one], NOW), b.accept([other], NOW)])).flat();
        const made = answers.findIndex((answer) => answer.ok);
        const sid = (made === 0 ? one : other).message.sid;
        expect(answers[1 - made]).toEqual({ ok: false, reason: 'repeated', messageSid: sid });
      }
      expect((await a.stats()).messagesByStatus).toEqual({ queued: 30 });
    });

    it('what one node makes due is hinted to the other', async () => {
      const beat = (owner: string) => ({ owner, leaseMs: 10_000, address: owner, roles: ['all'], connectors: [] });
      await a.heartbeat(beat('a'), NOW);
      await b.heartbeat(beat('b'), NOW);
      await a.heartbeat(beat('a'), NOW);
      const heard = new Promise<string>((resolve) => b.watch(resolve));
      const own: string[] = [];
      a.watch((kind) => own.push(kind));
      await a.accept([acceptance()], NOW);
      expect(await heard).toBe('send');
      expect(own).toEqual([]);
    });

    it('cut connections cost nobody an answer, and nothing is stored twice', async () => {
      const made = Array.from({ length: 200 }, () => acceptance());
      const answers = made.map((one) => a.accept([one], NOW));
      await several.cutAll();
      expect((await Promise.all(answers)).flat().every((answer) => answer.ok)).toBe(true);
      expect((await b.stats()).messagesByStatus).toEqual({ queued: 200 });
    });

    it('a commit whose answer is lost is looked up, not done again', async () => {
      several.loseAnswers(1);
      const made = acceptance({}, lane());
      expect(await b.accept([made], NOW)).toEqual([{ ok: true, dueAt: NOW }]);
      expect((await b.stats()).messagesByStatus).toEqual({ queued: 1 });
      several.loseAnswers(1);
      expect(await b.accept([acceptance({ status: 'scheduled' })], NOW)).toEqual([{ ok: true, dueAt: NOW }]);
      expect((await b.stats()).messagesByStatus).toEqual({ queued: 1, scheduled: 1 });
      several.loseAnswers(1);
      // The claim that was lost had taken a slot of the lane.
      const works = [...(await claim(b, NOW)), ...(await claim(b, NOW + 100))];
      expect(works.map((work) => [work.message.sid, work.attempt])).toEqual([[made.message.sid, 2]]);
      several.loseAnswers(1);
      const [work] = works;
      if (work) await b.settleSends([sent(work)], NOW);
      expect((await b.message(ACCOUNT, made.message.sid))?.status).toBe('sent');
    });
  });
}
