import { describe, expect, it } from 'vitest';
import type { Message } from '../../src/domain/message.ts';
import type { FetchSettlement, FetchWork } from '../../src/store/media.ts';
import type { Lane, Store } from '../../src/store/store.ts';
import { ACCOUNT, acceptance, claim, claimCallbacks, lane, NOW, OTHER } from './store.fixtures.ts';
import { claimFetches, endedWithMedia, fetched, hashOf, holdOf, settled } from './store-media.fixtures.ts';

/** The part of the store's contract about media: fetches, who refers to which bytes, and when bytes may go. */
export function storeMediaContract(current: () => Store): void {
  const fetching = (changes: Partial<Message> = {}, paced: Lane | null = null, releaseAt?: number) => ({
    ...acceptance({ numMedia: 1, ...changes }, paced),
    fetch: { urls: ['https://files.example/a.png', 'https://files.example/b.png'] },
    releaseAt,
  });
  const change = (verb: 'cancel' | 'remove', sid: string, now = NOW) =>
    current().change([{ accountSid: ACCOUNT, sid, verb }], now);
  const keys = async () => (await current().blobs({ after: '', limit: 1_000 })).map(({ key }) => key);
  async function claimOne(now = NOW): Promise<FetchWork> {
    const [work] = await claimFetches(current(), now);
    if (!work) throw new Error('Nothing was claimed');
    return work;
  }
  const settle = async (work: FetchWork, result: FetchSettlement['result'], now = NOW) =>
    (await current().settleFetches([settled(work, result)], now))[0];

  describe('fetches', () => {
    it('of queued messages are due at once, and make them send work that takes its slot only then', async () => {
      const paced = lane({ intervalMicros: 1_000_000 });
      const made = fetching({}, paced);
      expect(await current().accept([made], NOW)).toEqual([{ ok: true, dueAt: NOW }]);
      expect((await current().stats()).fetchesDue).toBe(1);
      expect(await current().nextDueAt('fetch')).toBe(NOW);
      expect(await current().nextDueAt('send')).toBeNull();
      expect(await claim(current(), NOW)).toEqual([]);
      await current().accept([acceptance({}, paced)], NOW);
      const work = await claimOne();
      expect(work).toMatchObject({ attempt: 1, urls: made.fetch.urls, message: made.message });
      expect(await claimFetches(current(), NOW)).toEqual([]);
      const blobs = [await holdOf(current(), 'a'), await holdOf(current(), 'b')];
      const answer = await settle(work, fetched(blobs.map(({ key }) => key)));
      expect(answer).toEqual({ kind: 'next', work: 'send', dueAt: NOW + 1_000 });
      expect((await current().stats()).fetchesDue).toBe(0);
      const stored = await current().message(ACCOUNT, made.message.sid);
      expect(stored).toEqual(made.message);
      const media = await current().media({ accountSid: ACCOUNT, messageSid: made.message.sid, limit: 10 });
      expect(media.map(({ position, blobKey }) => [position, blobKey])).toEqual(blobs.map(({ key }, at) => [at, key]));
      expect(media[0]).toMatchObject({ contentType: 'image/png', sizeBytes: 10, createdAt: NOW, updatedAt: NOW });
      const sends = [...(await claim(current(), NOW)), ...(await claim(current(), NOW + 1_000))];
      expect(sends.find((send) => send.message.sid === made.message.sid)).toMatchObject({
        attempt: 1,
        connector: 'sim',
        lane: paced,
      });
    });

    it('of accepted and scheduled messages make them releases, at once and at their hour', async () => {
      const accepted = fetching({ status: 'accepted', from: null });
      const scheduled = fetching({ status: 'scheduled' }, null, NOW + 5_000);
      await current().accept([accepted, scheduled], NOW);
      const [work, ...others] = await claimFetches(current(), NOW);
      expect(others).toEqual([]);
      if (!work) throw new Error('Nothing was claimed');
      expect(work.message.sid).toBe(accepted.message.sid);
      const { key } = await holdOf(current(), 'a');
      expect(await settle(work, fetched([key]))).toEqual({ kind: 'next', work: 'release', dueAt: NOW });
      expect(await current().nextDueAt('fetch')).toBe(NOW + 5_000);
      const listed = await current().scheduled({ accountSid: ACCOUNT, limit: 9 });
      expect(listed).toEqual([{ releaseAt: NOW + 5_000, message: scheduled.message }]);
      const late = await claimOne(NOW + 5_000);
      expect(await settle(late, fetched([key]), NOW + 5_001)).toMatchObject({ work: 'release', dueAt: NOW + 5_001 });
      const releases = await current().claimReleases({ owner: 'me', limit: 9, leaseMs: 30_000 }, NOW + 5_001);
      expect(releases.map(({ attempt, message }) => [attempt, message.sid])).toEqual([
        [1, accepted.message.sid],
        [1, scheduled.message.sid],
      ]);
    });

    it('fail their message, with its callback, or are put off with a remark', async () => {
      const [one, two] = [fetching(), fetching({ status: 'accepted' })];
      await current().accept([one, two], NOW);
      const [first, second] = await claimFetches(current(), NOW);
      if (!first || !second) throw new Error('Nothing was claimed');
      const answers = await current().settleFetches(
        [
          settled(first, { kind: 'fail', errorCode: 11751, note: 'too large' }),
          settled(second, { kind: 'again', dueAt: NOW + 1_000, note: '503' }),
        ],
        NOW,
      );
      expect(answers).toEqual([{ kind: 'over' }, { kind: 'next', work: 'fetch', dueAt: NOW + 1_000 }]);
      expect(await current().message(ACCOUNT, first.message.sid)).toMatchObject({ status: 'failed', errorCode: 11751 });
      const [callback] = await claimCallbacks(current(), NOW);
      expect(callback?.payload).toMatchObject({ status: 'failed', errorCode: 11751 });
      const waits = await current().message(ACCOUNT, second.message.sid);
      expect(waits?.history.map(({ status, note }) => [status, note])).toEqual([
        ['accepted', undefined],
        ['accepted', '503'],
      ]);
      expect(await claimFetches(current(), NOW + 999)).toEqual([]);
      expect(await claimOne(NOW + 1_000)).toMatchObject({ attempt: 2, urls: two.fetch.urls });
    });

    it('find a full queue, which fails the message with 30001 and its callback', async () => {
      const paced = lane({ intervalMicros: 1_000_000, horizonMs: 500 });
      await current().accept([fetching({}, paced), acceptance({ callbackUrl: null }, paced)], NOW);
      const work = await claimOne();
      const { key } = await holdOf(current(), 'a');
      expect(await settle(work, fetched([key]))).toEqual({ kind: 'over' });
      expect(await current().message(ACCOUNT, work.message.sid)).toMatchObject({ status: 'failed', errorCode: 30001 });
      const [callback] = await claimCallbacks(current(), NOW);
      expect(callback?.payload).toMatchObject({ status: 'failed', errorCode: 30001 });
      expect((await current().stats()).fetchesDue).toBe(0);
    });

    it('that lapsed are handed out again, and the first holder settles nothing', async () => {
      await current().accept([fetching()], NOW);
      const first = await claimOne();
      const second = await claimOne(NOW + 30_000);
      const { key } = await holdOf(current(), 'a');
      const answers = await current().settleFetches(
        [settled(first, { kind: 'fail', errorCode: 11750 }), settled(second, fetched([key]))],
        NOW,
      );
      expect(answers).toEqual([null, { kind: 'next', work: 'send', dueAt: NOW }]);
      expect(await settle(second, fetched([key]))).toBeNull();
      expect((await current().message(ACCOUNT, first.message.sid))?.status).toBe('queued');
    });

    it('of dead owners are due again, and so are those of an owner that leaves', async () => {
      await current().accept([fetching()], NOW);
      await claimFetches(current(), NOW, 'dead');
      expect(await claimFetches(current(), NOW + 1)).toEqual([]);
      expect(await current().takeOver('me', NOW + 1)).toBe(1);
      expect(await claimFetches(current(), NOW + 1, 'gone')).toHaveLength(1);
      await current().leave('gone', NOW + 2);
      expect(await claimFetches(current(), NOW + 2)).toHaveLength(1);
    });

    it('of canceled messages come to nothing, claimed or not', async () => {
      const [claimed, waiting] = [fetching({ status: 'scheduled' }, null, NOW), fetching({ status: 'scheduled' })];
      await current().accept([claimed, { ...waiting, releaseAt: NOW + 60_000 }], NOW);
      const work = await claimOne();
      const { key } = await holdOf(current(), 'a');
      for (const { message } of [claimed, waiting]) {
        expect(await change('cancel', message.sid)).toMatchObject([{ kind: 'done', message: { status: 'canceled' } }]);
      }
      expect(await settle(work, fetched([key]))).toBeNull();
      expect(await claimFetches(current(), NOW + 90_000)).toEqual([]);
      expect(await current().media({ accountSid: ACCOUNT, messageSid: claimed.message.sid, limit: 9 })).toEqual([]);
      expect((await current().stats()).fetchesDue).toBe(0);
    });

    it('are made once for one idempotency key', async () => {
      const idempotency = { key: hashOf('key'), fingerprint: 'same' };
      const [one, two] = [fetching(), fetching()];
      await current().accept([{ ...one, idempotency }], NOW);
      const again = await current().accept([{ ...two, idempotency }], NOW);
      expect(again).toEqual([{ ok: false, reason: 'repeated', messageSid: one.message.sid }]);
      expect(await claimFetches(current(), NOW)).toHaveLength(1);
    });
  });

  describe('media', () => {
    it('are read by their own account and message alone, and by sid for a signed address', async () => {
      const sid = await endedWithMedia(current(), ['a', 'b', 'c']);
      const [first, second, third] = await current().media({ accountSid: ACCOUNT, messageSid: sid, limit: 9 });
      if (!first || !second || !third) throw new Error('Media are missing');
      expect(await current().medium(ACCOUNT, sid, second.sid)).toEqual(second);
      expect(await current().mediumBySid(second.sid)).toEqual(second);
      expect(await current().medium(OTHER, sid, second.sid)).toBeNull();
      expect(await current().medium(ACCOUNT, 'MM0', second.sid)).toBeNull();
      expect(await current().mediumBySid('ME0')).toBeNull();
      const list = async (query: { createdFrom?: number; createdTo?: number; limit: number; offset?: number }) =>
        (await current().media({ accountSid: ACCOUNT, messageSid: sid, ...query })).map(({ position }) => position);
      expect(await list({ limit: 2 })).toEqual([0, 1]);
      expect(await list({ limit: 2, offset: 2 })).toEqual([2]);
      expect(await list({ limit: 9, createdFrom: NOW, createdTo: NOW })).toEqual([0, 1, 2]);
      expect(await list({ limit: 9, createdFrom: NOW + 1 })).toEqual([]);
      expect(await list({ limit: 9, createdTo: NOW - 1 })).toEqual([]);
      expect(await current().media({ accountSid: OTHER, messageSid: sid, limit: 9 })).toEqual([]);
    });

    it('go one by one when their message is settled, not before, and by nobody else', async () => {
      await current().accept([fetching()], NOW);
      const work = await claimOne();
      const { key } = await holdOf(current(), 'a');
      await settle(work, fetched([key]));
      const messageSid = work.message.sid;
      const [medium] = await current().media({ accountSid: ACCOUNT, messageSid, limit: 9 });
      if (!medium) throw new Error('The medium is missing');
      const own = { accountSid: ACCOUNT, messageSid, sid: medium.sid };
      expect(await current().removeMedia(own, NOW)).toBe('early');
      const [send] = await claim(current(), NOW);
      if (!send) throw new Error('Nothing was claimed');
      const failed = { kind: 'failed' as const, errorCode: 30008 };
      const { workId, attempt } = send;
      await current().settleSends([{ workId, attempt, accountSid: ACCOUNT, messageSid, result: failed }], NOW);
      expect(await current().removeMedia({ ...own, accountSid: OTHER }, NOW)).toBe('missing');
      expect(await current().removeMedia({ ...own, messageSid: `MM${'0'.repeat(32)}` }, NOW)).toBe('missing');
      expect(await current().removeMedia(own, NOW)).toBe('done');
      expect(await current().removeMedia(own, NOW)).toBe('missing');
      expect(await current().mediumBySid(medium.sid)).toBeNull();
    });
  });

  describe('blobs', () => {
    it('are one for the same bytes, and dying exactly when the last medium goes', async () => {
      const sids = [await endedWithMedia(current(), ['same']), await endedWithMedia(current(), ['same', 'same'])];
      const third = await endedWithMedia(current(), ['same', 'other']);
      expect(await keys()).toHaveLength(2);
      const later = NOW + 120_000;
      for (const sid of sids) {
        expect(await change('remove', sid, later)).toMatchObject([{ kind: 'done' }]);
        expect(await current().dyingBlobs(10, later)).toEqual([]);
      }
      const media = await current().media({ accountSid: ACCOUNT, messageSid: third, limit: 9 });
      const [same, other] = media;
      if (!same || !other) throw new Error('Media are missing');
      const removed = await current().removeMedia({ accountSid: ACCOUNT, messageSid: third, sid: same.sid }, later);
      expect(removed).toBe('done');
      expect(await current().dyingBlobs(10, later)).toEqual([same.blobKey]);
      expect(await current().blobs({ after: '', limit: 9 })).toEqual(
        [
          { key: same.blobKey, sizeBytes: 10, isDying: true, isReferred: false },
          { key: other.blobKey, sizeBytes: 10, isDying: false, isReferred: true },
        ].sort((a, b) => (a.key < b.key ? -1 : 1)),
      );
      await current().forgetBlobs([same.blobKey, other.blobKey]);
      expect(await keys()).toEqual([other.blobKey]);
      expect(await current().dyingBlobs(10, later)).toEqual([]);
    });

    it('that are held do not die with their last medium, but when the hold runs out', async () => {
      const sid = await endedWithMedia(current(), ['same']);
      const later = NOW + 120_000;
      const held = await holdOf(current(), 'same', later + 1_000, later);
      expect(held).toMatchObject({ isStored: true });
      await change('remove', sid, later);
      expect(await current().dyingBlobs(10, later + 999)).toEqual([]);
      const again = await holdOf(current(), 'same', later + 500, later + 999);
      expect(again).toEqual({ key: held.key, isStored: false });
      expect(await current().dyingBlobs(10, later + 1_000)).toEqual([held.key]);
    });

    it('that were held by somebody who died before the end are dying when the hold is over', async () => {
      const one = await holdOf(current(), 'one', NOW + 10);
      const two = await holdOf(current(), 'two', NOW + 20);
      expect(one).toMatchObject({ isStored: false });
      expect(one.key).toMatch(new RegExp(`^${hashOf('one')}-[0-9a-f]{8}$`));
      expect(await holdOf(current(), 'one', NOW + 10)).toEqual(one);
      expect(await current().dyingBlobs(10, NOW + 10)).toEqual([one.key]);
      expect((await current().dyingBlobs(10, NOW + 20)).sort()).toEqual([one.key, two.key].sort());
      expect(await current().dyingBlobs(1, NOW + 20)).toHaveLength(1);
    });

    it('die at once with their last medium when all who held them have settled, or nobody had to', async () => {
      const sid = await endedWithMedia(current(), ['a', 'a', 'b']);
      const other = await holdOf(current(), 'b');
      await change('remove', sid);
      expect((await current().dyingBlobs(10, NOW)).map((key) => key.slice(0, 64))).toEqual([hashOf('a')]);
      await current().accept([fetching()], NOW);
      expect(await settle(await claimOne(), fetched([other.key]))).toMatchObject({ kind: 'next' });
      expect(await current().dyingBlobs(10, NOW + 120_000)).toHaveLength(1);
    });

    it('that go on being held keep their longest hold', async () => {
      const { key } = await holdOf(current(), 'a', NOW + 100);
      await holdOf(current(), 'a', NOW + 50);
      expect(await current().dyingBlobs(10, NOW + 60)).toEqual([]);
      expect(await current().dyingBlobs(10, NOW + 100)).toEqual([key]);
    });

    it('begin another life under another key when their bytes come back after they began to die', async () => {
      const sid = await endedWithMedia(current(), ['same']);
      const [before] = await keys();
      const later = NOW + 120_000;
      await change('remove', sid, later);
      const held = await holdOf(current(), 'same', later + 60_000, later);
      expect(held.isStored).toBe(false);
      expect(held.key).not.toBe(before);
      expect(await current().dyingBlobs(10, later)).toEqual([before]);
      const again = await endedWithMedia(current(), ['same'], later);
      const [medium] = await current().media({ accountSid: ACCOUNT, messageSid: again, limit: 9 });
      expect(medium?.blobKey).toBe(held.key);
    });

    it('that are gone or dying make a settlement lost, and its fetch due again', async () => {
      await current().accept([fetching(), fetching()], NOW);
      const [one, two] = await claimFetches(current(), NOW);
      if (!one || !two) throw new Error('Nothing was claimed');
      const good = await holdOf(current(), 'good');
      const { key } = await holdOf(current(), 'a', NOW + 10);
      expect(await current().dyingBlobs(10, NOW + 10)).toEqual([key]);
      expect(await settle(one, fetched([good.key, key]), NOW + 10)).toEqual({ kind: 'lost' });
      await current().forgetBlobs([key]);
      expect(await settle(two, fetched([key]), NOW + 10)).toEqual({ kind: 'lost' });
      expect(await current().media({ accountSid: ACCOUNT, messageSid: one.message.sid, limit: 9 })).toEqual([]);
      const again = await claimFetches(current(), NOW + 10);
      expect(again.map(({ attempt }) => attempt)).toEqual([2, 2]);
      expect((await current().message(ACCOUNT, one.message.sid))?.status).toBe('queued');
    });

    it('are told page by page, in the order of their keys', async () => {
      for (const name of ['a', 'b', 'c']) await holdOf(current(), name);
      const all = await keys();
      expect(all).toEqual([...all].sort());
      const page = await current().blobs({ after: all[0] ?? '', limit: 1 });
      expect(page.map(({ key }) => key)).toEqual([all[1]]);
      expect(await current().blobs({ after: all[2] ?? '', limit: 9 })).toEqual([]);
    });

    // On PostgreSQL the one is in the default partition, the other in that of its month, which is dropped.
    it.each([
      ['older than every partition', Date.UTC(2025, 0, 10)],
      ['of a month of its own', Date.UTC(2026, 0, 10)],
    ])('go with the messages that retention forgets, %s', async (_, old) => {
      const youngAt = Date.UTC(2026, 2, 5);
      const gone = await endedWithMedia(current(), ['both', 'old'], old);
      const young = await endedWithMedia(current(), ['both'], youngAt);
      const now = youngAt + 120_000;
      while ((await current().forget(Date.UTC(2026, 2, 10), now)) > 0);
      expect(await current().message(ACCOUNT, gone)).toBeNull();
      expect(await current().media({ accountSid: ACCOUNT, messageSid: gone, limit: 9 })).toEqual([]);
      expect(await current().media({ accountSid: ACCOUNT, messageSid: young, limit: 9 })).toHaveLength(1);
      const dying = await current().dyingBlobs(10, now);
      expect(dying.map((key) => key.slice(0, 64))).toEqual([hashOf('old')]);
    });
  });
}
