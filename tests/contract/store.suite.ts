import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RECEIPT_WAIT_MS } from '../../src/domain/message.ts';
import { IDEMPOTENCY_MS, type Store } from '../../src/store/store.ts';
import {
  ACCOUNT,
  acceptance,
  CALLBACK_URL,
  claim,
  claimCallbacks,
  finished,
  lane,
  NOW,
  OTHER,
  sent,
  walkToSent,
} from './store.fixtures.ts';
import { storeAccountsContract } from './store-accounts.suite.ts';
import { storeAttemptsContract } from './store-attempts.suite.ts';
import { storeBatchReadContract } from './store-batch-reads.suite.ts';
import { storeConsoleContract } from './store-console.suite.ts';
import { storeEsmesContract } from './store-esmes.suite.ts';
import { storeInboundContract } from './store-inbound.suite.ts';
import { storeLinkContract } from './store-links.suite.ts';
import { storeListContract } from './store-lists.suite.ts';
import { storeMediaContract } from './store-media.suite.ts';
import { storeNodesContract } from './store-nodes.suite.ts';
import { storeNoticesContract } from './store-notices.suite.ts';
import { storeOptOutContract } from './store-opt-outs.suite.ts';
import { storePdusContract } from './store-pdus.suite.ts';
import { storePrivacyContract } from './store-privacy.suite.ts';
import { storeReceiptsContract } from './store-receipts.suite.ts';
import { storeReleaseContract } from './store-releases.suite.ts';
import { storeRepaceContract } from './store-repace.suite.ts';
import { storeReportsContract } from './store-reports.suite.ts';
import { storeSearchContract } from './store-search.suite.ts';
import { storeSendCases } from './store-sends.suite.ts';

/**
 * The contract of `store/store.ts`, for every engine. After each case the store is verified and found clean.
 * `shared`: several processes may be on one store of this engine. `isSealed`: it keeps bodies that nobody can search.
 */
export function storeContract(
  name: string,
  open: () => Promise<Store>,
  options: { shared: boolean; isSealed?: true } = { shared: true },
): void {
  describe(`the contract of the store on ${name}`, () => {
    let store: Store;
    beforeEach(async () => {
      store = await open();
    });
    afterEach(async () => {
      const findings = await store.verify();
      await store.close();
      expect(findings).toEqual([]);
    });

    const status = async (sid: string) => (await store.message(ACCOUNT, sid))?.status;

    describe('accepting', () => {
      it('gives back what was stored, to its own account alone', async () => {
        const made = acceptance({
          tags: { campaign: 'ünï' },
          serviceSid: 'MG1',
          smartEncoded: true,
          provideFeedback: true,
          maxPriceMicros: 5_000,
          body: "it's\u0000 \u{1F600}\n",
        });
        expect(await store.accept([made], NOW)).toEqual([{ ok: true, dueAt: NOW }]);
        expect(await store.message(ACCOUNT, made.message.sid)).toEqual(made.message);
        expect(await store.message(OTHER, made.message.sid)).toBeNull();
      });

      it('gives each paced message the slot after the one before, by its cost', async () => {
        const batch = [acceptance({}, lane({ cost: 3 })), acceptance({}, lane()), acceptance({}, lane())];
        expect(await store.accept(batch, NOW)).toEqual([
          { ok: true, dueAt: NOW },
          { ok: true, dueAt: NOW + 300 },
          { ok: true, dueAt: NOW + 400 },
        ]);
        expect(await store.accept([acceptance({}, lane())], NOW + 10_000)).toEqual([{ ok: true, dueAt: NOW + 10_000 }]);
      });

      it('refuses what would wait beyond the horizon and stores nothing of it', async () => {
        const full = lane({ intervalMicros: 1_000_000, horizonMs: 1_500 });
        const batch = [0, 1, 2].map(() => acceptance({}, full));
        const answers = await store.accept(batch, NOW);
        expect(answers.map((answer) => answer.ok)).toEqual([true, true, false]);
        expect(await store.message(ACCOUNT, batch[2]?.message.sid ?? '')).toBeNull();
        expect((await store.stats()).sendsDue).toBe(2);
      });

      it('makes one message of one idempotency key within a day, and tells who asks with other parameters', async () => {
        const keyed = (fingerprint: string, changes = {}) => ({
          ...acceptance({}, lane(changes)),
          idempotency: { key: 'k'.repeat(64), fingerprint },
        });
        const [first, second] = [keyed('f1'), keyed('f1')];
        const replayed = { ok: false, reason: 'repeated', messageSid: first.message.sid };
        // Twice in one go, and again later.
        expect((await Promise.all([store.accept([first], NOW), store.accept([second], NOW)])).flat()).toEqual([
          { ok: true, dueAt: NOW },
          replayed,
        ]);
        expect(await store.accept([keyed('f1')], NOW + IDEMPOTENCY_MS - 1)).toEqual([replayed]);
        expect(await store.accept([keyed('f2')], NOW)).toEqual([{ ok: false, reason: 'key-reused' }]);
        const foreign = { ...keyed('f2'), message: acceptance({ accountSid: OTHER }).message };
        expect(await store.accept([foreign], NOW)).toMatchObject([{ ok: true }]);
        expect(await store.accept([keyed('f2')], NOW + IDEMPOTENCY_MS)).toMatchObject([{ ok: true }]);
        expect((await store.stats()).messagesByStatus).toEqual({ queued: 3 });
      });

      it('forgets idempotency keys that are over a few at a time, but more than come', async () => {
        const keyed = (key: string) => ({ ...acceptance(), idempotency: { key, fingerprint: 'f' } });
        await store.accept(
          Array.from({ length: 130 }, (_, index) => keyed(`k${index}`)),
          NOW,
        );
        const kept = async () =>
          (await store.documents({ accountSid: ACCOUNT, kind: 'idempotency', limit: 500 })).length;
        for (const [index, left] of [31, 2, 3].entries()) {
          expect(await store.accept([keyed(`new ${index}`)], NOW + IDEMPOTENCY_MS)).toMatchObject([{ ok: true }]);
          expect(await kept()).toBe(left);
        }
      });

      it('keeps no idempotency key of what it refused', async () => {
        const full = lane({ intervalMicros: 1_000_000, horizonMs: 0 });
        await store.accept([acceptance({}, full)], NOW);
        const keyed = { ...acceptance({}, full), idempotency: { key: 'q'.repeat(64), fingerprint: 'f' } };
        expect(await store.accept([keyed], NOW)).toEqual([{ ok: false, reason: 'queue-full' }]);
        expect(await store.accept([keyed], NOW + 5_000)).toMatchObject([{ ok: true }]);
      });

      it('rejects a call that cannot be stored without harming those beside it', async () => {
        const good = acceptance();
        const twin = acceptance({ sid: good.message.sid });
        const other = acceptance();
        const answers = await Promise.allSettled([good, twin, other].map((one) => store.accept([one], NOW)));
        expect(answers.map((answer) => answer.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
        expect(await status(other.message.sid)).toBe('queued');
      });
    });

    describe('claiming sends', () => {
      it('marks a message sending, once, with the attempt counted', async () => {
        const made = acceptance();
        await store.accept([made], NOW);
        const [work] = await claim(store, NOW);
        expect(work).toMatchObject({ attempt: 1, connector: 'sim', startAt: NOW, lane: null, expired: false });
        expect(work?.message).toEqual(await store.message(ACCOUNT, made.message.sid));
        expect(work?.message.status).toBe('sending');
        expect(await claim(store, NOW)).toEqual([]);
      });

      it('hands out a lapsed lease again, and the first holder settles nothing', async () => {
        await store.accept([acceptance()], NOW);
        const [first] = await claim(store, NOW);
        const [second] = await claim(store, NOW + 30_000);
        expect(second?.attempt).toBe(2);
        expect(second?.message.history).toHaveLength(2);
        if (!first || !second) throw new Error('Nothing was claimed');
        expect(await store.settleSends([sent(first), sent(second), sent(second)], NOW)).toEqual([false, true, false]);
      });

      it('takes the oldest due first, up to the limit', async () => {
        const batch = [30, 10, 20].map((ms) => acceptance({ createdAt: NOW + ms }));
        for (const one of batch) await store.accept([one], one.message.createdAt);
        const works = await claim(store, NOW + 100, { limit: 2 });
        expect(works.map((work) => work.message.createdAt - NOW)).toEqual([10, 20]);
      });

      it('claims a lane only as far ahead as told, and says when to come again', async () => {
        await store.accept(
          Array.from({ length: 10 }, () => acceptance({}, lane())),
          NOW,
        );
        const works = await claim(store, NOW, { lookAheadMs: 250 });
        expect(works.map((work) => work.startAt - NOW)).toEqual([0, 100, 200]);
        expect(works[0]?.lane).toEqual(lane());
        expect(await store.nextDueAt('send')).toBe(NOW + 300);
      });

      it('lets a backlog leave at the rate of its lane and in order of acceptance', async () => {
        const batch = Array.from({ length: 6 }, () => acceptance({}, lane()));
        await store.accept(batch, NOW);
        const later = NOW + 3_600_000;
        const starts: number[] = [];
        const order: string[] = [];
        for (let at = later; starts.length < 6; at = (await store.nextDueAt('send')) ?? Number.NaN) {
          for (const work of await claim(store, at, { lookAheadMs: 150 })) {
            starts.push(work.startAt - later);
            order.push(work.message.sid);
          }
        }
        expect(starts).toEqual([0, 100, 200, 300, 400, 500]);
        expect(order).toEqual(batch.map((one) => one.message.sid));
      });

      it('does not let a waiting lane hold up others', async () => {
        await store.accept(
          [
            ...Array.from({ length: 5 }, () => acceptance({}, lane())),
            acceptance({}, lane({ key: 'b' })),
            acceptance(),
          ],
          NOW,
        );
        const works = await claim(store, NOW);
        expect(works.map((work) => work.lane?.key ?? null).sort()).toEqual([null, 'b', lane().key].sort());
      });

      it('says of an expired message that it is, leaves its status, and gives it no slot', async () => {
        const stale = acceptance({ validUntil: NOW + 10 }, lane());
        await store.accept([stale, acceptance({}, lane())], NOW);
        const works = await claim(store, NOW + 5_000);
        expect(works.map((work) => [work.expired, work.message.status, work.startAt])).toEqual([
          [true, 'queued', NOW + 5_000],
          [false, 'sending', NOW + 5_000],
        ]);
      });

      it('makes the claims of a dead owner due at once, and only those', async () => {
        await store.accept([acceptance()], NOW);
        await claim(store, NOW, { owner: 'dead' });
        await store.accept([acceptance({}, lane())], NOW);
        await claim(store, NOW, { owner: 'alive' });
        expect(await store.takeOver('alive', NOW + 1)).toBe(1);
        const works = await claim(store, NOW + 1, { owner: 'alive' });
        expect(works.map((work) => [work.attempt, work.lane])).toEqual([[2, null]]);
      });
    });

    describe('settling sends', () => {
      it('records sent with its hour, price, parts and callback', async () => {
        const { sid } = await walkToSent(store, 'x', { numSegments: 2 }, NOW + 5);
        const stored = await store.message(ACCOUNT, sid);
        expect(stored).toMatchObject({ status: 'sent', sentAt: NOW + 5, priceMicros: -7900 });
        expect(stored?.history.map((entry) => entry.status)).toEqual(['queued', 'sending', 'sent']);
        expect((await store.parts(ACCOUNT, sid)).map((part) => [part.carrierId, part.state])).toEqual([
          ['x0', 'pending'],
          ['x1', 'pending'],
        ]);
        expect(await store.parts(OTHER, sid)).toEqual([]);
        expect((await store.awaitedParts('sim', 10)).map((part) => part.carrierId)).toEqual(['x0', 'x1']);
        const [callback] = await claimCallbacks(store, NOW + 5);
        expect(callback?.payload).toMatchObject({ url: CALLBACK_URL, status: 'sent', errorCode: null, at: NOW + 5 });
      });

      it('records a failure with its number', async () => {
        const made = acceptance();
        await store.accept([made], NOW);
        const [work] = await claim(store, NOW);
        if (!work) throw new Error('Nothing was claimed');
        await store.settleSends([{ ...sent(work), result: { kind: 'failed', errorCode: 30003, note: 'gone' } }], NOW);
        const stored = await store.message(ACCOUNT, made.message.sid);
        expect(stored).toMatchObject({ status: 'failed', errorCode: 30003, sentAt: null });
        expect((await claimCallbacks(store, NOW))[0]?.payload).toMatchObject({ status: 'failed', errorCode: 30003 });
        expect(await store.nextDueAt('send')).toBeNull();
      });

      it('puts a message back until its hour without touching the status', async () => {
        const made = acceptance({}, lane());
        await store.accept([made], NOW);
        const [work] = await claim(store, NOW);
        if (!work) throw new Error('Nothing was claimed');
        await store.settleSends([{ ...sent(work), result: { kind: 'again', dueAt: NOW + 700, note: 'busy' } }], NOW);
        expect(await store.nextDueAt('send')).toBe(NOW + 700);
        expect((await store.message(ACCOUNT, made.message.sid))?.history.at(-1)).toEqual({
          at: NOW,
          status: 'sending',
          note: 'busy',
        });
        expect((await claim(store, NOW + 700))[0]?.attempt).toBe(2);
      });
    });

    describe('changing', () => {
      it('redacts and removes only what is settled, an hour after sending at the latest', async () => {
        const { sid } = await walkToSent(store, 'x');
        const redact = { accountSid: ACCOUNT, sid, verb: 'redact' } as const;
        expect(await store.change([redact], NOW + RECEIPT_WAIT_MS - 1)).toEqual([{ kind: 'early', status: 'sent' }]);
        const [done] = await store.change([redact], NOW + RECEIPT_WAIT_MS);
        expect(done).toEqual({ kind: 'done', message: await store.message(ACCOUNT, sid) });
        expect((await store.message(ACCOUNT, sid))?.body).toBe('');
        expect(await store.change([{ ...redact, accountSid: OTHER }], NOW)).toEqual([{ kind: 'missing' }]);
      });

      it('lets the callbacks of a removed message go out', async () => {
        const { sid } = await walkToSent(store, 'x');
        await store.receive([{ connector: 'sim', carrierId: 'x0', state: 'delivered' }], NOW);
        expect(await store.change([{ accountSid: ACCOUNT, sid, verb: 'remove' }], NOW)).toMatchObject([
          { kind: 'done' },
        ]);
        expect([await store.message(ACCOUNT, sid), await store.parts(ACCOUNT, sid)]).toEqual([null, []]);
        for (const expected of ['sent', 'delivered']) {
          const [work] = await claimCallbacks(store, NOW);
          expect(work).toMatchObject({ messageSid: sid, payload: { status: expected } });
          if (work) await store.finishCallbacks([finished(work)], NOW);
        }
        expect(await store.attempts({ accountSid: ACCOUNT, messageSid: sid, limit: 10 })).toHaveLength(2);
      });

      it('cancels what is scheduled, calls back, and nothing else', async () => {
        const later = acceptance({ status: 'scheduled' });
        const queued = acceptance();
        await store.accept([later, queued], NOW);
        const cancel = (sid: string) => ({ accountSid: ACCOUNT, sid, verb: 'cancel' }) as const;
        expect(await store.change([cancel(later.message.sid), cancel(queued.message.sid)], NOW)).toMatchObject([
          { kind: 'done', message: { status: 'canceled' } },
          { kind: 'early', status: 'queued' },
        ]);
        expect((await claimCallbacks(store, NOW)).map((work) => work.payload.status)).toEqual(['canceled']);
      });
    });

    describe('retention', () => {
      const delivered = async (prefix: string, createdAt: number) => {
        const { sid } = await walkToSent(store, prefix, { createdAt }, createdAt);
        await store.receive([{ connector: 'sim', carrierId: `${prefix}0`, state: 'delivered' }], createdAt);
        for (const _callback of ['sent', 'delivered']) {
          const [work] = await claimCallbacks(store, createdAt);
          if (work) await store.finishCallbacks([finished(work)], createdAt);
        }
        return sid;
      };
      const forgetAll = async (before: number) => {
        let all = 0;
        for (let some = -1; some !== 0; all += some) some = await store.forget(before, NOW);
        return all;
      };

      it('forgets whole months that are over, and nothing younger', async () => {
        const lastOfNovember = Date.UTC(2025, 10, 30, 23);
        const firstOfDecember = Date.UTC(2025, 11, 1);
        const old = await delivered('o', lastOfNovember);
        const young = await delivered('y', firstOfDecember);
        expect(await forgetAll(Date.UTC(2025, 10, 15))).toBe(0);
        expect(await forgetAll(Date.UTC(2025, 11, 31))).toBe(1);
        expect([await store.message(ACCOUNT, old), await status(young)]).toEqual([null, 'delivered']);
        expect(await store.parts(ACCOUNT, old)).toEqual([]);
        expect(await store.attempts({ accountSid: ACCOUNT, messageSid: old, limit: 10 })).toEqual([]);
        expect(await store.attempts({ accountSid: ACCOUNT, messageSid: young, limit: 10 })).toHaveLength(2);
        expect((await store.stats()).messagesByStatus).toEqual({ delivered: 1 });
      });

      it('forgets feedback with the message it is about, and removing does so too', async () => {
        const forgotten = await delivered('f', Date.UTC(2025, 10, 20));
        const removed = await delivered('r', NOW);
        const feedback = (sid: string) => ({ accountSid: ACCOUNT, kind: 'feedback', sid, parentSid: '', name: null });
        for (const sid of [forgotten, removed]) {
          await store.saveDocument({ ...feedback(sid), properties: {}, createdAt: NOW, updatedAt: NOW });
        }
        await forgetAll(NOW);
        expect(await store.document(ACCOUNT, 'feedback', forgotten)).toBeNull();
        expect(await store.document(ACCOUNT, 'feedback', removed)).not.toBeNull();
        await store.change([{ accountSid: ACCOUNT, sid: removed, verb: 'remove' }], NOW);
        expect(await store.document(ACCOUNT, 'feedback', removed)).toBeNull();
      });

      it('keeps what is not settled or has callbacks to come', async () => {
        const long = Date.UTC(2025, 5, 1);
        const waiting = acceptance({ createdAt: long, validUntil: NOW + 1 });
        await store.accept([waiting], NOW);
        const { sid } = await walkToSent(store, 'x', { createdAt: long, validUntil: NOW + 1 });
        await store.receive([{ connector: 'sim', carrierId: 'x0', state: 'delivered' }], NOW);
        expect(await forgetAll(NOW)).toBe(0);
        expect([await status(waiting.message.sid), await status(sid)]).toEqual(['sending', 'delivered']);
      });
    });

    storeAccountsContract(() => store);
    storeReceiptsContract(() => store);
    storeListContract(() => store);
    storeBatchReadContract(() => store);
    storeLinkContract(() => store);
    storeRepaceContract(() => store);
    storeSendCases(() => store);
    storeReportsContract(() => store);
    storeSearchContract(() => store, options.isSealed);
    storeAttemptsContract(() => store);
    storeConsoleContract(() => store);
    storePdusContract(() => store);
    storeMediaContract(() => store);
    storeInboundContract(() => store);
    storeEsmesContract(() => store);
    storeNoticesContract(() => store);
    storeOptOutContract(() => store);
    storePrivacyContract(() => store);
    storeReleaseContract(() => store);
    storeNodesContract(() => store, options);
  });
}
