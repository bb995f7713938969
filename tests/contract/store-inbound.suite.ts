import { describe, expect, it } from 'vitest';
import { loopKey } from '../../src/domain/reply-loop.ts';
import { HEARD_MS, type ReplyWork, WHOLE_WAIT_MS } from '../../src/store/inbound-shapes.ts';
import type { Store } from '../../src/store/store.ts';
import { ACCOUNT, acceptance, claim, lane, NOW, OTHER } from './store.fixtures.ts';
import {
  answered,
  arrived,
  claimReplies,
  claimReply,
  intake,
  OURS,
  PERSON,
  part,
  payload,
  take,
  WEBHOOK,
} from './store-inbound.fixtures.ts';
import { fetched, holdOf } from './store-media.fixtures.ts';

/** Messages that come in, parts of long ones, and what apps answer. */
export function storeInboundContract(current: () => Store): void {
  const joinings = (now: number, owner = 'me') => current().claimJoinings({ owner, limit: 10, leaseMs: 30_000 }, now);
  const reply = (changes: Parameters<typeof acceptance>[0] = {}, onLane: Parameters<typeof acceptance>[1] = null) =>
    acceptance({ from: OURS, to: PERSON, direction: 'outbound-reply', ...changes }, onLane);

  describe('taking in', () => {
    it('keeps the message, and the work of asking its app', async () => {
      const one = intake();
      expect(await current().takeIn([one], NOW)).toEqual([
        { kind: 'taken', message: one.message, optOutChanged: false, claimedWorks: [] },
      ]);
      expect(await current().message(ACCOUNT, one.message.sid)).toEqual(one.message);
      expect(await current().nextDueAt('reply')).toBe(NOW);
      expect(await current().stats()).toMatchObject({ messagesByStatus: { receiving: 1 }, repliesDue: 1, sendsDue: 0 });
      const [work] = await claimReplies(current(), NOW);
      expect(work).toEqual({
        workId: expect.any(Number),
        attempt: 1,
        payload: payload(),
        message: one.message,
        media: [],
        jar: null,
        loop: null,
      });
      expect(await claimReplies(current(), NOW)).toEqual([]);
    });

    it('a message nobody is asked about is received, and has no work', async () => {
      const { message } = await take(current(), intake({ reply: null }));
      expect(await current().message(ACCOUNT, message.sid)).toMatchObject({ status: 'received' });
      expect(await claimReplies(current(), NOW)).toEqual([]);
    });

    it('what comes again under its carrier id is known for 72 hours, also within one batch', async () => {
      const seen = { connector: 'sim', carrierId: 'c-1' };
      const [first, twin, again] = [intake({ seen }), intake({ seen }), intake({ seen })];
      const known = { kind: 'seen', messageSid: first.message.sid, claimedWorks: [] };
      expect(await current().takeIn([first, twin], NOW)).toMatchObject([{ kind: 'taken' }, known]);
      expect(await current().takeIn([again], NOW + 5)).toEqual([known]);
      expect(await current().message(ACCOUNT, again.message.sid)).toBeNull();
      const elsewhere = intake({ seen: { ...seen, connector: 'other' } });
      expect(await current().takeIn([elsewhere], NOW)).toMatchObject([{ kind: 'taken' }]);
      expect(await current().forgetInbound(NOW + HEARD_MS)).toBe(0);
      expect(await current().forgetInbound(NOW + HEARD_MS + 1)).toBe(2);
      expect(await current().takeIn([again], NOW + HEARD_MS + 1)).toMatchObject([{ kind: 'taken' }]);
    });

    it('without a carrier id every message is one of its own', async () => {
      expect(await current().takeIn([intake(), intake()], NOW)).toMatchObject([{ kind: 'taken' }, { kind: 'taken' }]);
    });

    it('its media are there with it, in order; with a blob that has gone nothing is kept', async () => {
      const [one, other] = [await holdOf(current(), 'one'), await holdOf(current(), 'other')];
      const { media } = fetched([other.key, one.key]);
      const seen = { connector: 'sim', carrierId: 'c-2' };
      const gone = intake({ media: fetched([one.key, 'gone']).media, seen }, { numMedia: 2 });
      expect(await current().takeIn([gone], NOW)).toEqual([{ kind: 'lost' }]);
      expect(await current().message(ACCOUNT, gone.message.sid)).toBeNull();
      const { message } = await take(current(), intake({ media, seen }, { numMedia: 2 }));
      const kept = await current().media({ accountSid: ACCOUNT, messageSid: message.sid, limit: 5 });
      expect(kept.map(({ sid, blobKey }) => ({ sid, blobKey }))).toEqual(
        media.map(({ sid, blobKey }) => ({ sid, blobKey })),
      );
      expect((await claimReply(current(), NOW)).media).toEqual(kept);
    });

    it('takes in both the old and the young, and lists them with the others', async () => {
      const { message } = await take(current(), intake({ reply: null }, { createdAt: NOW + 5 }), NOW + 5);
      await current().accept([acceptance()], NOW);
      const { messages } = await current().messages({ accountSid: ACCOUNT, size: 5 });
      expect(messages[0]?.sid).toBe(message.sid);
    });
  });

  describe('parts of long messages', () => {
    const takeParts = (now: number, ...parts: ReturnType<typeof part>[]) => current().takePart(parts.map(arrived), now);

    it('are joined in any order, and taken in once', async () => {
      expect(await takeParts(NOW, part(3, 'c'), part(1, 'a'))).toEqual([{ kind: 'waiting' }, { kind: 'waiting' }]);
      expect(await takeParts(NOW + 1, part(1, 'a'))).toEqual([{ kind: 'repeated' }]);
      const [whole] = await takeParts(NOW + 2, part(2, 'b'));
      expect(whole).toEqual({
        kind: 'whole',
        message: { from: PERSON, to: OURS, body: 'abc', numSegments: 3 },
        joining: expect.any(String),
      });
      if (whole?.kind !== 'whole') throw new Error('It is not whole');
      const one = intake({ joining: whole.joining });
      await take(current(), one, NOW + 3);
      expect(await current().takeIn([intake({ joining: whole.joining })], NOW + 4)).toEqual([
        { kind: 'seen', messageSid: one.message.sid, claimedWorks: [] },
      ]);
      expect(await takeParts(NOW + 5, part(2, 'b'))).toEqual([{ kind: 'repeated' }]);
      expect(await joinings(NOW + 119_999)).toEqual([]);
      expect(await current().nextDueAt('joining')).toBe(NOW + 120_000);
      expect(await joinings(NOW + 120_000)).toEqual([]);
      expect(await current().nextDueAt('joining')).toBeNull();
    });

    it('a whole one that nobody took in is handed to the next who asks', async () => {
      await takeParts(NOW, part(1, 'a'), part(2, 'b'), part(3, 'c'));
      // Its carrier was never answered about the last part, and brings it to whoever is there now.
      expect(await takeParts(NOW + 1, part(3, 'c'))).toEqual([{ kind: 'repeated' }]);
      expect(await joinings(NOW + WHOLE_WAIT_MS - 1)).toEqual([]);
      const [work] = await joinings(NOW + WHOLE_WAIT_MS);
      expect(work).toEqual({
        joining: expect.any(String),
        connector: 'sim',
        accountSid: ACCOUNT,
        lost: false,
        message: { from: PERSON, to: OURS, body: 'abc', numSegments: 3 },
      });
      const one = intake({ joining: work?.joining });
      await take(current(), one, NOW + WHOLE_WAIT_MS);
      expect(await current().takeIn([intake({ joining: work?.joining })], NOW)).toMatchObject([{ kind: 'seen' }]);
    });

    it('what is not whole in time is lost, once', async () => {
      await takeParts(NOW, part(1, 'a'), part(3, 'c'));
      expect(await current().nextDueAt('joining')).toBe(NOW + 120_000);
      expect(await joinings(NOW + 119_999)).toEqual([]);
      const [work] = await joinings(NOW + 120_000);
      expect(work).toMatchObject({ lost: true, message: { body: 'ac', numSegments: 2 } });
      expect(await joinings(NOW + 120_001)).toEqual([]);
      const failed = intake({ joining: work?.joining, reply: null }, { status: 'failed', errorCode: 30009 });
      await take(current(), failed, NOW + 120_002);
      expect(await joinings(NOW + 300_000)).toEqual([]);
      expect(await current().takeIn([intake({ joining: work?.joining })], NOW)).toEqual([
        { kind: 'seen', messageSid: null, claimedWorks: [] },
      ]);
    });

    it('another text in a place that is taken begins anew, and the old one is lost at once', async () => {
      const [, , other] = await takeParts(NOW, part(1, 'a'), part(2, 'b'), part(1, 'x'));
      expect(other).toEqual({ kind: 'waiting' });
      expect(await joinings(NOW)).toMatchObject([{ lost: true, message: { body: 'ab' } }]);
      const [, whole] = await takeParts(NOW + 1, part(2, 'y'), part(3, 'z'));
      expect(whole).toMatchObject({ kind: 'whole', message: { body: 'xyz' } });
    });

    it('a whole one that is pushed aside before it was taken in is not lost', async () => {
      await takeParts(NOW, part(1, 'a'), part(2, 'b'), part(3, 'c'), part(1, 'x'), part(1, 'y'));
      const works = await joinings(NOW);
      expect(works.map(({ lost, message }) => [message.body, lost]).sort()).toEqual([
        ['abc', false],
        ['x', true],
      ]);
    });

    it('a header that makes no sense counts as none', async () => {
      const [whole] = await takeParts(NOW, part(4, 'alone'));
      expect(whole).toMatchObject({ kind: 'whole', message: { body: 'alone', numSegments: 1 }, joining: null });
      expect(await current().nextDueAt('joining')).toBeNull();
    });

    it('of one connector are not those of another', async () => {
      await takeParts(NOW, part(1, 'a'), part(2, 'b'));
      const [elsewhere] = await current().takePart([{ ...arrived(part(3, 'c')), connector: 'other' }], NOW);
      expect(elsewhere).toEqual({ kind: 'waiting' });
    });

    it('claimed by who has died are due again', async () => {
      await takeParts(NOW, part(1, 'a'));
      await joinings(NOW + 120_000, 'gone');
      expect(await current().takeOver('me', NOW + 120_001)).toBe(1);
      expect(await joinings(NOW + 120_001)).toMatchObject([{ lost: true }]);
    });
  });

  describe('answers of apps', () => {
    const begun = async (): Promise<ReplyWork> => {
      await take(current(), intake());
      return claimReply(current(), NOW);
    };

    it('are recorded with the replies they order, and the message is received', async () => {
      const work = await begun();
      const [one, other] = [reply(), reply({}, lane())];
      const [done] = await current().finishReplies([answered(work, { replies: [one, other] })], NOW + 3);
      expect(done).toEqual({
        accepted: [
          { ok: true, dueAt: NOW + 3 },
          { ok: true, dueAt: NOW + 3 },
        ],
        due: [
          { kind: 'send', dueAt: NOW + 3 },
          { kind: 'send', dueAt: NOW + 3 },
        ],
      });
      const message = await current().message(ACCOUNT, work.message.sid);
      expect(message).toMatchObject({ status: 'received' });
      expect(message?.history.map(({ status }) => status)).toEqual(['receiving', 'received']);
      expect((await claim(current(), NOW + 3)).map((send) => send.message.sid).sort()).toEqual(
        [one.message.sid, other.message.sid].sort(),
      );
      expect(await current().stats()).toMatchObject({ repliesDue: 0 });
      const [attempt] = await current().attempts({ accountSid: ACCOUNT, messageSid: work.message.sid, limit: 5 });
      expect(attempt).toMatchObject({ workId: work.workId, payload: { inbound: { documentNumber: 1, why: 'first' } } });
    });

    it('a stale one records nothing, not even its replies', async () => {
      const work = await begun();
      const late = reply();
      await current().finishReplies([answered(work)], NOW);
      expect(await current().finishReplies([answered(work, { replies: [late] })], NOW)).toEqual([null]);
      expect(await current().message(ACCOUNT, late.message.sid)).toBeNull();
    });

    it('of a former document do not pass for one of the next', async () => {
      const work = await begun();
      const next = payload({ document: { target: WEBHOOK, why: 'redirect' }, session: { documents: 1, messages: 0 } });
      const [done] = await current().finishReplies([answered(work, { next })], NOW + 1);
      expect(done).toEqual({ accepted: [], due: [{ kind: 'reply', dueAt: NOW + 1 }] });
      const following = await claimReply(current(), NOW + 1);
      expect(following).toMatchObject({ workId: work.workId, attempt: 2, payload: next });
      expect(following.message.status).toBe('receiving');
      expect(await current().finishReplies([answered(work)], NOW + 2)).toEqual([null]);
    });

    it('a document may be tried again later', async () => {
      const work = await begun();
      const [done] = await current().finishReplies([answered(work, { retryAt: NOW + 500 })], NOW);
      expect(done?.due).toEqual([{ kind: 'reply', dueAt: NOW + 500 }]);
      expect(await claimReplies(current(), NOW + 499)).toEqual([]);
      expect(await claimReplies(current(), NOW + 500)).toMatchObject([{ attempt: 2, payload: payload() }]);
    });

    it('a reply that finds its queue full is told so, and the others go', async () => {
      const work = await begun();
      const full = lane({ key: 'full', intervalMicros: 1_000_000_000 });
      const replies = [reply({}, full), reply({}, full), reply({ status: 'accepted', from: null })];
      const [done] = await current().finishReplies([answered(work, { replies })], NOW);
      expect(done).toEqual({
        accepted: [
          { ok: true, dueAt: NOW },
          { ok: false, reason: 'queue-full' },
          { ok: true, dueAt: NOW },
        ],
        due: [
          { kind: 'send', dueAt: NOW },
          { kind: 'release', dueAt: NOW },
        ],
      });
    });

    it('replies with media are fetched first', async () => {
      const work = await begun();
      const replies = [{ ...reply({ numMedia: 1 }), fetch: { urls: ['https://app.example/a.png'] } }];
      const [done] = await current().finishReplies([answered(work, { replies })], NOW);
      expect(done?.due).toEqual([{ kind: 'fetch', dueAt: NOW }]);
      expect(await current().stats()).toMatchObject({ fetchesDue: 1, sendsDue: 0 });
    });

    it('cookies and the count of replies are kept for the pair, and forgotten after four hours', async () => {
      const jar = {
        cookies: [{ name: 'a', value: '1', host: 'app.example', path: '/', secure: false, expiresAt: null }],
        usedAt: NOW,
      };
      const pair = loopKey(PERSON, OURS);
      const count = { replies: 3, lastAt: NOW };
      expect(await current().pair(ACCOUNT, pair)).toBeNull();
      await current().finishReplies([answered(await begun(), { jar })], NOW);
      expect(await current().pair(ACCOUNT, pair)).toEqual({ jar, loop: null });
      await current().finishReplies([answered(await begun(), { loops: [{ pair, count }] })], NOW);
      expect(await current().pair(ACCOUNT, pair)).toEqual({ jar, loop: count });
      expect(await current().pair(OTHER, pair)).toBeNull();
      await current().finishReplies([answered(await begun(), { jar: { ...jar, usedAt: NOW + 1 } })], NOW + 1);
      expect(await begun()).toMatchObject({ jar: { usedAt: NOW + 1 }, loop: count });
      expect(await current().forgetInbound(NOW + 4 * 3_600_000)).toBe(0);
      expect(await current().forgetInbound(NOW + 4 * 3_600_000 + 2)).toBe(1);
      expect(await current().pair(ACCOUNT, pair)).toBeNull();
    });

    it('claimed by who has died are asked for again', async () => {
      await take(current(), intake());
      await claimReplies(current(), NOW, 'gone');
      expect(await claimReplies(current(), NOW + 1)).toEqual([]);
      await current().takeOver('me', NOW + 1);
      expect(await claimReplies(current(), NOW + 1)).toMatchObject([{ attempt: 2 }]);
    });

    it('go with the text of their message when it is redacted or removed; so does what came with it', async () => {
      for (const verb of ['redact', 'remove'] as const) {
        const { message } = await take(current(), intake({}, { options: { channel: { profileName: 'Ann' } } }));
        await current().finishReplies([answered(await claimReply(current(), NOW))], NOW);
        const kept = async () => {
          const [attempt] = await current().attempts({ accountSid: ACCOUNT, messageSid: message.sid, limit: 1 });
          return attempt?.response;
        };
        expect(await kept()).toMatchObject({ status: 200 });
        expect(await current().change([{ accountSid: ACCOUNT, sid: message.sid, verb }], NOW)).toMatchObject([
          { kind: 'done' },
        ]);
        expect(await kept()).toBeNull();
        const left = await current().message(ACCOUNT, message.sid);
        expect(left && [left.body, left.options]).toEqual(verb === 'redact' ? ['', {}] : null);
      }
    });

    it('a message still to be answered can be neither redacted nor removed', async () => {
      const { message } = await take(current(), intake());
      for (const verb of ['redact', 'remove'] as const) {
        expect(await current().change([{ accountSid: ACCOUNT, sid: message.sid, verb }], NOW)).toEqual([
          { kind: 'early', status: 'receiving' },
        ]);
      }
    });
  });

  it('when somebody last wrote to a sender is known, by what is still kept', async () => {
    const [person, ours] = ['whatsapp:+12025550177', 'whatsapp:+12025550100'];
    const about = { from: person, to: ours };
    const last = (from = person, to = ours, account = ACCOUNT) => current().lastInboundAt(account, from, to);
    expect(await last()).toBeNull();
    await take(current(), intake({ reply: null }, { ...about, createdAt: NOW }), NOW);
    const { message } = await take(current(), intake({ reply: null }, { ...about, createdAt: NOW + 5 }), NOW + 5);
    // What was sent to the person, or written to another sender, is something else.
    await current().accept([acceptance({ from: ours, to: person, createdAt: NOW + 9 })], NOW + 9);
    await current().accept([acceptance({ from: person, to: ours, createdAt: NOW + 9 })], NOW + 9);
    await take(current(), intake({ reply: null }, { from: person, to: 'whatsapp:+12025550101' }), NOW + 9);
    expect(await last()).toBe(NOW + 5);
    expect(await last(ours, person)).toBeNull();
    expect(await last(person, ours, OTHER)).toBeNull();
    await current().change([{ accountSid: ACCOUNT, sid: message.sid, verb: 'redact' }], NOW);
    expect(await last()).toBe(NOW + 5);
    await current().change([{ accountSid: ACCOUNT, sid: message.sid, verb: 'remove' }], NOW);
    expect(await last()).toBe(NOW);
  });
}
