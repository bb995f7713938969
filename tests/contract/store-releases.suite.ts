import { describe, expect, it } from 'vitest';
import type { Document } from '../../src/store/directory.ts';
import type { Release, ReleaseWork, Store } from '../../src/store/store.ts';
import { ACCOUNT, acceptance, claim, claimCallbacks, lane, NOW, OTHER, walkToSent } from './store.fixtures.ts';

/** The part of the store's contract about messages that wait for a sender or their hour, and about documents. */
export function storeReleaseContract(current: () => Store): void {
  const claimReleases = (now: number, limit = 100) =>
    current().claimReleases({ owner: 'me', limit, leaseMs: 30_000 }, now);
  const release = (work: ReleaseWork, result: Release['result']): Release => ({
    workId: work.workId,
    attempt: work.attempt,
    accountSid: work.message.accountSid,
    messageSid: work.message.sid,
    result,
  });
  const queue = (changes: Partial<Extract<Release['result'], { kind: 'queue' }>> = {}) => ({
    kind: 'queue' as const,
    from: '+12025550177',
    numSegments: 2,
    validUntil: NOW + 99_000,
    connector: 'sim',
    lane: null,
    ...changes,
  });
  const waiting = (status: 'accepted' | 'scheduled', releaseAt?: number) => ({
    ...acceptance({ status, serviceSid: 'MG1', from: null, numSegments: 0 }),
    releaseAt,
  });

  describe('releases', () => {
    it('of accepted messages are due at once, and make them queued with what was chosen', async () => {
      const made = waiting('accepted');
      expect(await current().accept([made], NOW)).toEqual([{ ok: true, dueAt: NOW }]);
      expect(await claim(current(), NOW)).toEqual([]);
      const [work] = await claimReleases(NOW);
      expect(work).toMatchObject({ attempt: 1, message: { sid: made.message.sid, from: null, status: 'accepted' } });
      expect(await claimReleases(NOW)).toEqual([]);
      if (!work) throw new Error('Nothing was claimed');
      expect(await current().release([release(work, queue())], NOW)).toEqual([{ status: 'queued', dueAt: NOW }]);
      const stored = await current().message(ACCOUNT, made.message.sid);
      expect(stored).toMatchObject({
        status: 'queued',
        from: '+12025550177',
        numSegments: 2,
        validUntil: NOW + 99_000,
      });
      expect(stored?.history.map((entry) => entry.status)).toEqual(['accepted', 'queued']);
      const [callback] = await claimCallbacks(current(), NOW);
      expect(callback?.payload).toMatchObject({ status: 'queued', from: '+12025550177', serviceSid: 'MG1' });
      const [send] = await claim(current(), NOW);
      expect(send).toMatchObject({ attempt: 1, connector: 'sim', message: { sid: made.message.sid } });
    });

    it('give a callback address to who has none, and leave one that was given', async () => {
      const none = { ...waiting('accepted') };
      none.message.callbackUrl = null;
      const given = waiting('accepted');
      await current().accept([none, given], NOW);
      const works = await claimReleases(NOW);
      const callbackUrl = 'https://sender.example/callback';
      await current().release(
        works.map((work) => release(work, queue({ callbackUrl }))),
        NOW,
      );
      expect((await current().message(ACCOUNT, none.message.sid))?.callbackUrl).toBe(callbackUrl);
      const callbacks = await claimCallbacks(current(), NOW);
      expect(new Map(callbacks.map(({ messageSid, payload }) => [messageSid, payload.url]))).toEqual(
        new Map([
          [none.message.sid, callbackUrl],
          [given.message.sid, given.message.callbackUrl],
        ]),
      );
    });

    it('of scheduled messages come at their hour and not before, earliest first', async () => {
      const late = waiting('scheduled', NOW + 2_000);
      const soon = waiting('scheduled', NOW + 1_000);
      await current().accept([late, soon], NOW);
      expect((await current().stats()).releasesDue).toBe(2);
      expect(await current().nextDueAt('release')).toBe(NOW + 1_000);
      expect(await claimReleases(NOW + 999)).toEqual([]);
      const works = await claimReleases(NOW + 2_000);
      expect(works.map((work) => work.message.sid)).toEqual([soon.message.sid, late.message.sid]);
      await current().release(
        works.map((work) => release(work, queue())),
        NOW + 2_000,
      );
      expect((await current().stats()).messagesByStatus).toEqual({ queued: 2 });
    });

    it('take their slot in the lane, and fail with 30001 when its queue is full', async () => {
      const paced = lane({ intervalMicros: 1_000_000, horizonMs: 1_500 });
      await current().accept([waiting('accepted'), waiting('accepted'), waiting('accepted')], NOW);
      const works = await claimReleases(NOW);
      const answers = await current().release(
        works.map((work) => release(work, queue({ lane: paced }))),
        NOW,
      );
      expect(answers).toEqual([
        { status: 'queued', dueAt: NOW },
        { status: 'queued', dueAt: NOW + 1_000 },
        { status: 'failed', dueAt: null },
      ]);
      expect(await current().message(ACCOUNT, works[2]?.message.sid ?? '')).toMatchObject({ errorCode: 30001 });
      expect(await current().laneStarts(ACCOUNT, [paced.key, 'none'])).toEqual(new Map([[paced.key, NOW + 2_000]]));
      expect((await claim(current(), NOW)).map((work) => work.lane)).toEqual([paced]);
    });

    it('can fail, or be put off', async () => {
      await current().accept([waiting('accepted'), waiting('accepted')], NOW);
      const [one, two] = await claimReleases(NOW);
      if (!one || !two) throw new Error('Nothing was claimed');
      expect(
        await current().release(
          [release(one, { kind: 'fail', errorCode: 21703 }), release(two, { kind: 'again', dueAt: NOW + 50 })],
          NOW,
        ),
      ).toEqual([
        { status: 'failed', dueAt: null },
        { status: 'accepted', dueAt: null },
      ]);
      expect(await current().message(ACCOUNT, one.message.sid)).toMatchObject({ status: 'failed', errorCode: 21703 });
      expect(await current().nextDueAt('release')).toBe(NOW + 50);
    });

    it('of canceled messages come to nothing, also when they were claimed before', async () => {
      const made = waiting('scheduled', NOW);
      await current().accept([made], NOW);
      const [work] = await claimReleases(NOW);
      if (!work) throw new Error('Nothing was claimed');
      const cancel = { accountSid: ACCOUNT, sid: made.message.sid, verb: 'cancel' } as const;
      expect(await current().change([cancel], NOW)).toMatchObject([{ kind: 'done' }]);
      expect(await current().release([release(work, queue())], NOW)).toEqual([null]);
      expect((await current().message(ACCOUNT, made.message.sid))?.status).toBe('canceled');
      expect(await claim(current(), NOW)).toEqual([]);
    });

    it('that lapsed are handed out again, and the first holder releases nothing', async () => {
      await current().accept([waiting('accepted')], NOW);
      const [first] = await claimReleases(NOW);
      const [second] = await claimReleases(NOW + 30_000);
      if (!first || !second) throw new Error('Nothing was claimed');
      const answers = await current().release([release(first, queue()), release(second, queue())], NOW);
      expect(answers).toEqual([null, { status: 'queued', dueAt: NOW }]);
    });
  });

  it('what is scheduled is listed by its hour, for its own account, in pages', async () => {
    const made = [3, 1, 2].map((hours) => waiting('scheduled', NOW + hours * 1_000));
    await current().accept([...made, waiting('accepted')], NOW);
    const list = async (query: { limit: number; offset?: number }, accountSid = ACCOUNT) =>
      (await current().scheduled({ accountSid, ...query })).map(({ releaseAt, message }) => [releaseAt, message.sid]);
    const sids = made.map(({ message }) => message.sid);
    expect(await list({ limit: 2 })).toEqual([
      [NOW + 1_000, sids[1]],
      [NOW + 2_000, sids[2]],
    ]);
    expect(await list({ limit: 2, offset: 2 })).toEqual([[NOW + 3_000, sids[0]]]);
    expect(await list({ limit: 9 }, OTHER)).toEqual([]);
    await current().change([{ accountSid: ACCOUNT, sid: sids[1] ?? '', verb: 'cancel' }], NOW);
    expect(await list({ limit: 9 })).toHaveLength(2);
  });

  it('the sender that last carried a message of a service to somebody is known', async () => {
    await walkToSent(current(), 'a', { serviceSid: 'MG1', from: '+12025550111', to: '+12025550199' }, NOW);
    await walkToSent(current(), 'b', { serviceSid: 'MG1', from: '+12025550112', to: '+12025550199' }, NOW + 5);
    await walkToSent(current(), 'c', { serviceSid: 'MG2', from: '+12025550113', to: '+12025550199' }, NOW + 9);
    expect(await current().lastSender(ACCOUNT, 'MG1', '+12025550199')).toBe('+12025550112');
    expect(await current().lastSender(ACCOUNT, 'MG1', '+12025550198')).toBeNull();
    expect(await current().lastSender(OTHER, 'MG1', '+12025550199')).toBeNull();
  });

  describe('documents', () => {
    const document = (sid: string, changes: Partial<Document> = {}): Document => ({
      accountSid: ACCOUNT,
      kind: 'service',
      sid,
      parentSid: '',
      name: null,
      properties: { friendly_name: 'Ünï\u0000', flag: true, nothing: null, list: [1] },
      createdAt: NOW,
      updatedAt: NOW,
      ...changes,
    });

    it('come back as they were saved, to their own account alone, and are replaced by sid', async () => {
      expect(await current().saveDocument(document('MG1'))).toBe('saved');
      expect(await current().document(ACCOUNT, 'service', 'MG1')).toEqual(document('MG1'));
      expect(await current().document(OTHER, 'service', 'MG1')).toBeNull();
      expect(await current().document(ACCOUNT, 'application', 'MG1')).toBeNull();
      const changed = document('MG1', { properties: {}, updatedAt: NOW + 1 });
      expect(await current().saveDocument(changed)).toBe('saved');
      expect(await current().document(ACCOUNT, 'service', 'MG1')).toEqual(changed);
    });

    it('of one kind and parent have different names', async () => {
      const named = (sid: string, parentSid: string) => document(sid, { kind: 'pool', parentSid, name: '+1202' });
      expect(await current().saveDocument(named('PN1', 'MG1'))).toBe('saved');
      expect(await current().saveDocument(named('PN2', 'MG1'))).toBe('taken');
      expect(await current().saveDocument(named('PN2', 'MG2'))).toBe('saved');
      expect(await current().saveDocument(named('PN1', 'MG1'))).toBe('saved');
      const found = await current().documents({ accountSid: ACCOUNT, kind: 'pool', name: '+1202', limit: 10 });
      expect(found.map(({ sid }) => sid).sort()).toEqual(['PN1', 'PN2']);
    });

    it('are listed newest first, by parent and in pages', async () => {
      for (let index = 0; index < 5; index += 1) {
        await current().saveDocument(
          document(`MG${index}`, { createdAt: NOW + index, parentSid: index < 3 ? 'a' : 'b' }),
        );
      }
      const list = async (query: { parentSid?: string; limit: number; offset?: number }) =>
        (await current().documents({ accountSid: ACCOUNT, kind: 'service', ...query })).map(({ sid }) => sid);
      expect(await list({ limit: 10 })).toEqual(['MG4', 'MG3', 'MG2', 'MG1', 'MG0']);
      expect(await list({ limit: 2, offset: 1 })).toEqual(['MG3', 'MG2']);
      expect(await list({ parentSid: 'a', limit: 10 })).toEqual(['MG2', 'MG1', 'MG0']);
    });

    it('of nobody are found by kind and sid, and listed under whom they name as parent', async () => {
      const key = (sid: string, parentSid: string) => document(sid, { accountSid: '', kind: 'key', parentSid });
      await current().saveDocument(key('SK1', ACCOUNT));
      await current().saveDocument(key('SK2', OTHER));
      expect(await current().document('', 'key', 'SK2')).toEqual(key('SK2', OTHER));
      expect(await current().document(OTHER, 'key', 'SK2')).toBeNull();
      const listed = await current().documents({ accountSid: '', kind: 'key', parentSid: ACCOUNT, limit: 10 });
      expect(listed.map(({ sid }) => sid)).toEqual(['SK1']);
      expect(await current().removeDocument('', 'key', 'SK1')).toBe(true);
      expect(await current().document('', 'key', 'SK1')).toBeNull();
    });

    it('are changed only as long as they are what the change was judged by', async () => {
      const former = document('MG1');
      const [one, other] = ['one', 'other'].map((name) => document('MG1', { properties: { name } }));
      if (!one || !other) throw new Error('two changes');
      await current().saveDocument(former);
      expect(await current().saveDocument(one, former)).toBe('saved');
      expect(await current().saveDocument(other, former)).toBe('differs');
      expect(await current().saveDocument(one, former), 'told again, for its answer was lost').toBe('saved');
      expect(await current().saveDocument(other, null)).toBe('differs');
      expect(await current().document(ACCOUNT, 'service', 'MG1')).toEqual(one);
      await current().removeDocument(ACCOUNT, 'service', 'MG1');
      expect(await current().saveDocument(other, one)).toBe('differs');
      expect(await current().document(ACCOUNT, 'service', 'MG1')).toBeNull();
    });

    it('that are new to whoever saves them are made once', async () => {
      const made = ['a', 'b', 'c', 'd'].map((parentSid) => document('AP1', { kind: 'application', parentSid }));
      const saved = await Promise.all(made.map((one) => current().saveDocument(one, null)));
      expect(saved.filter((kept) => kept === 'saved')).toHaveLength(1);
      expect(saved.filter((kept) => kept === 'differs')).toHaveLength(3);
    });

    it('go with their parent', async () => {
      await current().saveDocument(document('MG1'));
      await current().saveDocument(document('PN1', { kind: 'pool', parentSid: 'MG1' }));
      expect(await current().removeDocument(OTHER, 'service', 'MG1')).toBe(false);
      expect(await current().removeDocument(ACCOUNT, 'service', 'MG1')).toBe(true);
      expect(await current().removeDocument(ACCOUNT, 'service', 'MG1')).toBe(false);
      expect(await current().document(ACCOUNT, 'pool', 'PN1')).toBeNull();
    });
  });
}
