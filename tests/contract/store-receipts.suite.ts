import { describe, expect, it } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import {
  ACCOUNT,
  acceptance,
  claim,
  claimCallbacks,
  finished,
  NOW,
  OTHER,
  sent,
  walkToSent,
} from './store.fixtures.ts';

/** Receipts, which end the walk of a message, and the callbacks that tell of it. */
export function storeReceiptsContract(current: () => Store): void {
  const status = async (sid: string) => (await current().message(ACCOUNT, sid))?.status;

  describe('receipts', () => {
    const receipt = (carrierId: string, state: 'delivered' | 'undelivered' | 'read' = 'delivered') => ({
      connector: 'sim',
      carrierId,
      state,
      ...(state === 'undelivered' ? { errorCode: 30005 } : {}),
    });
    const kinds = async (...receipts: ReturnType<typeof receipt>[]) =>
      (await current().receive(receipts, NOW + 9)).map((answer) => answer.kind);

    it('deliver a message when all its parts are, and only then', async () => {
      const { sid } = await walkToSent(current(), 'x', { numSegments: 2 });
      expect(await current().receive([receipt('x0')], NOW)).toEqual([{ kind: 'applied', message: null }]);
      expect(await status(sid)).toBe('sent');
      expect(await current().receive([{ ...receipt('x1'), doneDate: '2601010000' }], NOW)).toEqual([
        {
          kind: 'applied',
          message: { sid, accountSid: ACCOUNT, status: 'delivered', errorCode: null, createdAt: NOW },
        },
      ]);
      expect(await current().awaitedParts('sim', 10)).toEqual([]);
      const [first] = await claimCallbacks(current(), NOW);
      if (!first) throw new Error('Nothing was claimed');
      await current().finishCallbacks([finished(first)], NOW);
      expect((await claimCallbacks(current(), NOW))[0]?.payload).toMatchObject({
        status: 'delivered',
        doneDate: '2601010000',
      });
    });

    it('of a message whose callbacks are asked by GET say so', async () => {
      await walkToSent(current(), 'x', { options: { callbackMethod: 'GET' } });
      expect((await claimCallbacks(current(), NOW))[0]?.payload).toMatchObject({ status: 'sent', method: 'GET' });
    });

    it('undeliver a message by one negative part, for good', async () => {
      const { sid } = await walkToSent(current(), 'x', { numSegments: 2 });
      expect(await kinds(receipt('x1', 'undelivered'), receipt('x0'), receipt('x1'))).toEqual([
        'applied',
        'applied',
        'ignored',
      ]);
      expect(await current().message(ACCOUNT, sid)).toMatchObject({ status: 'undelivered', errorCode: 30005 });
    });

    it('that overtake the answer of the carrier still deliver, in order', async () => {
      const made = acceptance();
      await current().accept([made], NOW);
      const [work] = await claim(current(), NOW);
      if (!work) throw new Error('Nothing was claimed');
      expect(await kinds(receipt('early'), receipt('early'))).toEqual(['parked', 'ignored']);
      expect((await current().stats()).parkedReceipts).toBe(1);
      await current().settleSends([sent(work, ['early'])], NOW + 20);
      expect((await current().message(ACCOUNT, made.message.sid))?.history.map((entry) => entry.status)).toEqual([
        'queued',
        'sending',
        'sent',
        'delivered',
      ]);
      expect((await current().stats()).parkedReceipts).toBe(0);
    });

    it('are parked for 72 hours and no longer', async () => {
      await current().receive([receipt('lost')], NOW);
      await current().receive([receipt('other')], NOW + 72 * 3_600_000 + 1);
      expect((await current().stats()).parkedReceipts).toBe(1);
    });

    it('of one connector say nothing about another', async () => {
      await walkToSent(current(), 'x');
      expect(await current().receive([{ ...receipt('x0'), connector: 'smpp' }], NOW)).toEqual([{ kind: 'parked' }]);
    });

    it('of reading go beyond delivered, and are not undone by what follows', async () => {
      const { sid } = await walkToSent(current(), 'x');
      expect(await kinds(receipt('x0'), receipt('x0', 'read'), receipt('x0', 'read'), receipt('x0'))).toEqual([
        'applied',
        'applied',
        'ignored',
        'ignored',
      ]);
      expect(await status(sid)).toBe('read');
    });
  });

  describe('callbacks', () => {
    it('of one message go one at a time, the next when the one before is over', async () => {
      const { sid } = await walkToSent(current(), 'x');
      await current().receive([{ connector: 'sim', carrierId: 'x0', state: 'delivered' }], NOW);
      const [first, none] = await claimCallbacks(current(), NOW);
      if (!first) throw new Error('Nothing was claimed');
      expect([first.payload.status, none]).toEqual(['sent', undefined]);
      expect(await current().finishCallbacks([finished(first, 'retry', NOW + 1_000)], NOW)).toEqual([true]);
      expect(await current().nextDueAt('callback')).toBe(NOW + 1_000);
      expect(await claimCallbacks(current(), NOW + 999)).toEqual([]);
      const [again] = await claimCallbacks(current(), NOW + 1_000);
      if (!again) throw new Error('Nothing was claimed');
      expect([again.workId, again.attempt]).toEqual([first.workId, 2]);
      expect(await current().finishCallbacks([finished(first), finished(again, 'gave_up')], NOW + 1_000)).toEqual([
        false,
        true,
      ]);
      const [second] = await claimCallbacks(current(), NOW + 1_000);
      expect(second?.payload.status).toBe('delivered');
      const kept = await current().attempts({ accountSid: ACCOUNT, messageSid: sid, limit: 10 });
      expect(kept.map((one) => [one.attempt, one.decision])).toEqual([
        [2, 'gave_up'],
        [1, 'retry'],
      ]);
      expect(kept[1]).toEqual({ id: kept[1]?.id, ...finished(first, 'retry').record });
    });

    it('that were given up are listed by account and can be replayed as new events', async () => {
      await walkToSent(current(), 'x');
      const [work] = await claimCallbacks(current(), NOW);
      if (!work) throw new Error('Nothing was claimed');
      await current().finishCallbacks([finished(work, 'gave_up')], NOW);
      expect(await current().attempts({ accountSid: OTHER, limit: 10 })).toEqual([]);
      expect(await current().attempts({ accountSid: ACCOUNT, decision: 'done', limit: 10 })).toEqual([]);
      const [kept] = await current().attempts({ accountSid: ACCOUNT, decision: 'gave_up', limit: 10 });
      if (!kept) throw new Error('The attempt was not kept');
      expect(await current().replayCallback(OTHER, kept.id, NOW)).toBeNull();
      const replayed = await current().replayCallback(ACCOUNT, kept.id, NOW + 5);
      expect(replayed?.workId).not.toBe(work.workId);
      const payload = { ...work.payload, replayOf: kept.id };
      expect(await claimCallbacks(current(), NOW + 5)).toEqual([
        { ...work, workId: replayed?.workId, attempt: 1, payload },
      ]);
    });

    it('are not written for a message without an address for them', async () => {
      await walkToSent(current(), 'x', { callbackUrl: null });
      expect((await current().stats()).callbacksDue).toBe(0);
      expect(await current().nextDueAt('callback')).toBeNull();
    });
  });
}
