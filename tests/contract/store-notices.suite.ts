import { describe, expect, it } from 'vitest';
import { sidTime } from '../../src/domain/sid.ts';
import type { Notice } from '../../src/store/inbound-shapes.ts';
import type { SendSettlement, SendWork, Store } from '../../src/store/store.ts';
import { ACCOUNT, acceptance, claim, lane, NOW, repaceAll, sent } from './store.fixtures.ts';
import { intake, OURS, PERSON, take } from './store-inbound.fixtures.ts';

/** Confirmations of keywords: no messages, but in the lanes of their senders, and claimed and settled as sends are. */
export function storeNoticesContract(current: () => Store): void {
  const noticeOn = (changes: Partial<Notice> = {}): Notice => ({
    ...{ connector: 'sim', from: OURS, to: PERSON, text: 'You are unsubscribed', evenIfOptedOut: true, lane: null },
    ...changes,
  });
  const takeNotice = (changes: Partial<Notice> = {}, now = NOW) =>
    take(current(), intake({ reply: null, notice: noticeOn(changes) }, { createdAt: now }), now);
  const settle = (works: SendWork[], result: SendSettlement['result'], now: number) =>
    current().settleSends(
      works.map((work) => ({ ...sent(work), result })),
      now,
    );
  const stats = () => current().stats();

  describe('confirmations', () => {
    it('are no messages: they go to their connector, once', async () => {
      const { message, noticeAt } = await takeNotice();
      expect(noticeAt).toBe(NOW);
      expect(await stats()).toMatchObject({ noticesDue: 1, sendsDue: 0, messagesByStatus: { received: 1 } });
      expect(await current().nextDueAt('send', ['sim'])).toBeNull();
      expect(await current().nextDueAt('send')).toBe(NOW);
      const elsewhere = { owner: 'me', limit: 9, leaseMs: 30_000, lookAheadMs: 0, except: ['sim'] };
      expect(await current().claimSends(elsewhere, NOW)).toEqual([]);
      const [work] = (await claim(current(), NOW)) as [SendWork];
      const { sid, accountSid } = message;
      expect(work).toMatchObject({ attempt: 1, connector: 'sim', lane: null, isNotice: true, startAt: NOW });
      expect(work).toMatchObject({ expired: false, optedOut: false });
      const made = { sid, accountSid, from: OURS, to: PERSON, body: 'You are unsubscribed', status: 'sending' };
      expect(work.message).toMatchObject({ ...made, numMedia: 0, maxPriceMicros: null });
      expect(await current().message(ACCOUNT, sid)).toEqual(message);
      expect(await settle([{ ...work, attempt: 2 }], sent(work).result, NOW)).toEqual([false]);
      expect(await settle([work], { kind: 'again', dueAt: NOW + 9, note: 'busy' }, NOW)).toEqual([true]);
      expect(await claim(current(), NOW + 8)).toEqual([]);
      const [again] = (await claim(current(), NOW + 9)) as [SendWork];
      expect(again).toMatchObject({ workId: work.workId, attempt: 2, isNotice: true });
      expect(await settle([again], sent(again).result, NOW + 9)).toEqual([true]);
      expect(await settle([again], sent(again).result, NOW + 9)).toEqual([false]);
      expect(await stats()).toMatchObject({ noticesDue: 0, messagesByStatus: { received: 1 } });
      expect(await current().parts(ACCOUNT, sid)).toEqual([]);
      expect(await current().message(ACCOUNT, sid)).toEqual(message);
    });

    it('take their slots in the lane of their sender, among its messages', async () => {
      const paced = lane();
      await current().accept([acceptance({ to: PERSON }, paced), acceptance({ to: PERSON }, paced)], NOW);
      const { noticeAt } = await takeNotice({ lane: { ...paced, cost: 2 } });
      expect(noticeAt).toBe(NOW + 200);
      const [behind] = await current().accept([acceptance({ to: PERSON }, paced)], NOW);
      expect(behind).toEqual({ ok: true, dueAt: NOW + 400 });
      const works = await claim(current(), NOW, { lookAheadMs: 1_000 });
      expect(works.map(({ startAt, isNotice }) => [startAt - NOW, isNotice])).toEqual([
        [0, false],
        [100, false],
        [200, true],
        [400, false],
      ]);
      expect(works[2]?.lane).toEqual({ ...paced, cost: 2 });
      expect(await settle(works.slice(2, 3), { kind: 'failed', errorCode: 30008 }, NOW)).toEqual([true]);
      expect(await stats()).toMatchObject({ noticesDue: 0, sendsDue: 3 });
    });

    it('after downtime leave at the pace of their lane, and in their order', async () => {
      const paced = lane();
      for (let count = 0; count < 3; count += 1) await takeNotice({ lane: paced });
      await current().accept([acceptance({ to: PERSON }, paced)], NOW);
      const late = NOW + 60_000;
      const works = await claim(current(), late, { lookAheadMs: 250 });
      expect(works.map(({ startAt, isNotice }) => [startAt - late, isNotice])).toEqual([
        [0, true],
        [100, true],
        [200, true],
      ]);
      expect(await current().nextDueAt('send')).toBe(late + 300);
    });

    it('are over after an hour, for a carrier that was away so long', async () => {
      const { message } = await takeNotice();
      const overAt = sidTime(message.sid) + 3_600_000;
      const [inTime] = (await claim(current(), overAt)) as [SendWork];
      expect(inTime).toMatchObject({ isNotice: true, expired: false });
      expect(await settle([inTime], { kind: 'again', dueAt: overAt + 1, note: 'carrier away' }, overAt)).toEqual([
        true,
      ]);
      const [late] = (await claim(current(), overAt + 1)) as [SendWork];
      expect(late).toMatchObject({ isNotice: true, expired: true });
    });

    it('for which the queue has no room are left out, and the keyword is taken in all the same', async () => {
      const paced = lane({ horizonMs: 100 });
      await current().accept([acceptance({}, paced), acceptance({}, paced)], NOW);
      const taken = await takeNotice({ lane: paced });
      expect(taken).not.toHaveProperty('noticeAt');
      expect(await stats()).toMatchObject({ noticesDue: 0, messagesByStatus: { received: 1 } });
    });

    it('go to who has just opted out, also when the keyword itself is deleted meanwhile', async () => {
      const keys = [{ channel: 'sms' as const, peer: PERSON, scope: OURS }];
      const optOut = { change: 'opt-out' as const, keys, source: 'keyword' as const };
      const { message } = await take(current(), intake({ reply: null, optOut, notice: noticeOn({ lane: lane() }) }));
      await current().change([{ accountSid: ACCOUNT, sid: message.sid, verb: 'remove' }], NOW);
      const [work] = await claim(current(), NOW);
      expect(work).toMatchObject({ optedOut: false, message: { sid: message.sid, to: PERSON } });
      if (work) expect(await settle([work], sent(work).result, NOW)).toEqual([true]);
      expect(await stats()).toMatchObject({ noticesDue: 0 });
    });

    it('that wait when a STOP comes are not for who is out, but for its own', async () => {
      const paced = lane();
      const welcome = { text: 'Welcome back', evenIfOptedOut: false, lane: paced };
      await takeNotice(welcome);
      const elsewhere = { ...welcome, from: '+12025550108' };
      await takeNotice(elsewhere);
      const keys = [{ channel: 'sms' as const, peer: PERSON, scope: OURS }];
      const optOut = { change: 'opt-out' as const, keys, source: 'keyword' as const };
      await take(current(), intake({ reply: null, optOut, notice: noticeOn({ lane: paced }) }));
      const works = await claim(current(), NOW, { lookAheadMs: 1_000 });
      expect(works.map(({ message: { body }, optedOut }) => [body, optedOut]).sort()).toEqual([
        ['Welcome back', false],
        ['Welcome back', true],
        ['You are unsubscribed', false],
      ]);
      const forbidden = works.filter(({ optedOut }) => optedOut);
      expect(forbidden.map(({ message }) => message.from)).toEqual([OURS]);
      expect(await settle(forbidden, { kind: 'failed', errorCode: 21610 }, NOW)).toEqual([true]);
    });

    it('that are claimed when a STOP comes are waited for before it holds, but for those that go all the same', async () => {
      const keys = [{ channel: 'sms' as const, peer: PERSON, scope: OURS }];
      const optOut = { change: 'opt-out' as const, keys, source: 'keyword' as const };
      await takeNotice({ text: 'Help', evenIfOptedOut: false });
      await takeNotice({ text: 'Stopped elsewhere' });
      await takeNotice({ text: 'Help for another', to: '+12025550178', evenIfOptedOut: false });
      const works = await claim(current(), NOW);
      expect(works).toHaveLength(3);
      const help = works.find(({ message }) => message.body === 'Help');
      const { claimedWorks } = await take(current(), intake({ reply: null, optOut }));
      expect(claimedWorks).toEqual([{ workId: help?.workId, accountSid: ACCOUNT, attempt: 1 }]);
      expect(await current().stillClaimed(claimedWorks, NOW)).toEqual(claimedWorks);
      if (help) await settle([help], sent(help).result, NOW);
      expect(await current().stillClaimed(claimedWorks, NOW)).toEqual([]);
      const again = { accountSid: ACCOUNT, change: 'opt-out' as const, keys, source: 'api' as const };
      expect((await current().changeOptOuts([again], NOW))[0]?.claimedWorks).toEqual([]);
    });

    it('that a dead node had claimed are due again at once', async () => {
      await takeNotice({ lane: lane() });
      await takeNotice({ lane: null });
      expect(await claim(current(), NOW, { owner: 'dead' })).toHaveLength(2);
      await current().takeOver('alive', NOW + 1_000);
      const works = await claim(current(), NOW + 1_000, { owner: 'alive' });
      expect(works.map(({ attempt, isNotice }) => [attempt, isNotice])).toEqual([
        [2, true],
        [2, true],
      ]);
    });

    it('move with their lane to its new rate', async () => {
      const paced = lane();
      await takeNotice({ lane: paced });
      await takeNotice({ lane: paced });
      const about = { accountSid: ACCOUNT, from: OURS, connector: 'sim', key: paced.key, horizonMs: 60_000 };
      const moved = await repaceAll(current(), { ...about, formerMicros: 100_000, intervalMicros: 500_000 });
      expect(moved).toBe(2);
      const works = await claim(current(), NOW, { lookAheadMs: 1_000 });
      expect(works.map(({ startAt }) => startAt - NOW)).toEqual([0, 500]);
    });
  });
}
