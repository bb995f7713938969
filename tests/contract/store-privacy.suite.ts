import { describe, expect, it } from 'vitest';
import { type Message, type MessageOptions, RECEIPT_WAIT_MS } from '../../src/domain/message.ts';
import { type Expirable, type Expiry, LEFT_KIND } from '../../src/store/expiry.ts';
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
import { claimFetches, endedWithMedia, fetched, holdOf, settled } from './store-media.fixtures.ts';

const PERSON = '+12025550101';
const MASKED = '+1202555XXXX';
const DAY_MS = 86_400_000;
const TEMPLATE: MessageOptions = { content: { sid: 'HX1', variables: { 1: 'Ada' } }, actions: ['geo:1,2|Here'] };

/** The part of the store's contract about what messages keep no longer. */
export function storePrivacyContract(current: () => Store): void {
  const read = async (sid: string) => (await current().message(ACCOUNT, sid)) as Message;
  const receive = (carrierId: string, state: 'delivered' | 'read', at = NOW) =>
    current().receive([{ connector: 'sim', carrierId, state, doneDate: null }] as never, at);
  const left = async () => {
    const documents = await current().documents({ accountSid: ACCOUNT, kind: LEFT_KIND, limit: 100 });
    return documents.map(({ sid, parentSid, properties }) => ({ sid, parentSid, properties }));
  };
  const mediaOf = (sid: string) => current().media({ accountSid: ACCOUNT, messageSid: sid, limit: 10 });

  describe('ContentRetention=discard', () => {
    it('leaves the body until the message has left, and nothing of it then', async () => {
      const options: MessageOptions = { discardContent: true, asMms: true, ...TEMPLATE };
      const made = acceptance({ options, body: 'secret' });
      await current().accept([made], NOW);
      expect(await read(made.message.sid)).toEqual(made.message);
      const [work] = await claim(current(), NOW);
      if (!work) throw new Error('Nothing was claimed');
      expect(work.message).toMatchObject({ body: 'secret', options });
      expect((await read(made.message.sid)).body).toBe('secret');
      await current().settleSends([sent(work)], NOW + 1);
      const stored = await read(made.message.sid);
      expect(stored).toMatchObject({ status: 'sent', body: '', options: { discardContent: true, asMms: true } });
      expect(stored.options).not.toHaveProperty('content');
      expect(stored.options).not.toHaveProperty('actions');
    });

    it('holds also for what fails, and for what is canceled', async () => {
      const failing = acceptance({ options: { discardContent: true } });
      const scheduled = {
        ...acceptance({ options: { discardContent: true }, status: 'scheduled', from: null, numSegments: 0 }),
        releaseAt: NOW + 9_000,
      };
      await current().accept([failing, scheduled], NOW);
      const [work] = await claim(current(), NOW);
      if (!work) throw new Error('Nothing was claimed');
      await current().settleSends([{ ...sent(work), result: { kind: 'failed', errorCode: 30008 } }], NOW);
      expect(await read(failing.message.sid)).toMatchObject({ status: 'failed', body: '' });
      const [canceled] = await current().change(
        [{ accountSid: ACCOUNT, sid: scheduled.message.sid, verb: 'cancel' }],
        NOW,
      );
      expect(canceled).toMatchObject({ kind: 'done', message: { status: 'canceled', body: '' } });
    });

    it('takes the media too, and their bytes when nobody else refers to them', async () => {
      const [own, shared] = [await holdOf(current(), 'a', NOW + 1), await holdOf(current(), 'b', NOW + 1)];
      const made = acceptance({ options: { discardContent: true }, numMedia: 2 });
      const other = acceptance({ numMedia: 1 });
      const fetch = { urls: ['https://files.example/a.png'] };
      await current().accept(
        [
          { ...made, fetch },
          { ...other, fetch },
        ],
        NOW,
      );
      for (const work of await claimFetches(current(), NOW)) {
        const keys = work.message.sid === made.message.sid ? [own.key, shared.key] : [shared.key];
        await current().settleFetches([settled(work, fetched(keys))], NOW);
      }
      expect(await mediaOf(made.message.sid)).toHaveLength(2);
      for (const work of await claim(current(), NOW)) await current().settleSends([sent(work)], NOW + 1_000);
      expect(await mediaOf(made.message.sid)).toEqual([]);
      expect(await mediaOf(other.message.sid)).toHaveLength(1);
      expect(await current().dyingBlobs(10, NOW + 1_000)).toEqual([own.key]);
    });
  });

  describe('redaction', () => {
    it('takes what the body was made of as well', async () => {
      const message = await walkToSent(current(), 'r', { options: { ...TEMPLATE, asMms: true } });
      const now = NOW + RECEIPT_WAIT_MS;
      const [answer] = await current().change([{ accountSid: ACCOUNT, sid: message.sid, verb: 'redact' }], now);
      expect(answer).toMatchObject({ kind: 'done', message: { body: '', options: { asMms: true } } });
      const stored = await read(message.sid);
      expect(stored).toMatchObject({ body: '', updatedAt: now });
      expect(stored.options).toEqual({ asMms: true });
      expect(answer).toEqual({ kind: 'done', message: stored });
    });
  });

  describe('AddressRetention=obfuscate', () => {
    const options: MessageOptions = { obfuscateAddresses: true };

    it('masks the number once the message is final, while callbacks still say it', async () => {
      const message = await walkToSent(current(), 'o', { options });
      expect((await read(message.sid)).to).toBe(PERSON);
      expect(await left()).toEqual([{ sid: message.sid, parentSid: 'numbers', properties: { sids: [message.sid] } }]);
      await receive('o0', 'delivered', NOW + 5);
      expect(await read(message.sid)).toMatchObject({ status: 'delivered', from: '+12025550100', to: MASKED });
      expect(await left()).toEqual([]);
      const page = await current().messages({ accountSid: ACCOUNT, to: PERSON, size: 5 });
      expect(page.messages).toEqual([]);
      const [first] = await claimCallbacks(current(), NOW + 5);
      if (!first) throw new Error('No callback was claimed');
      expect(first.payload).toMatchObject({ status: 'sent', to: PERSON, obfuscate: true });
      const told = finished(first);
      told.record.request.url = `https://app.example/callback?to=%2B12025550101`;
      told.record.request.body = 'From=%2B12025550100&To=%2B12025550101';
      told.record.response = { status: 200, headers: {}, body: 'hello 12025550101' };
      told.record.error = 'no +12025550101';
      await current().finishCallbacks([told], NOW + 6);
      const [attempt] = await current().attempts({ accountSid: ACCOUNT, messageSid: message.sid, limit: 5 });
      expect(attempt?.payload).toMatchObject({ from: '+12025550100', to: MASKED });
      expect(attempt?.request).toMatchObject({
        url: 'https://app.example/callback?to=%2B1202555XXXX',
        body: 'From=%2B12025550100&To=%2B1202555XXXX',
      });
      expect(attempt?.response?.body).toBe('hello 1202555XXXX');
      expect(attempt?.error).toBe('no +1202555XXXX');
      const [second] = await claimCallbacks(current(), NOW + 6);
      expect(second?.payload).toMatchObject({ status: 'delivered', to: PERSON });
    });

    it('masks at once what fails, and one delivered before its answer was recorded', async () => {
      const [failing, fast] = [acceptance({ options }), acceptance({ options })];
      await current().accept([failing, fast], NOW);
      const [one, two] = await claim(current(), NOW);
      if (!one || !two) throw new Error('Nothing was claimed');
      await receive(`c-${fast.message.sid}`, 'delivered');
      await current().settleSends([{ ...sent(one), result: { kind: 'failed', errorCode: 30008 } }, sent(two)], NOW);
      expect(await read(failing.message.sid)).toMatchObject({ status: 'failed', to: MASKED });
      expect(await read(fast.message.sid)).toMatchObject({ status: 'delivered', to: MASKED });
      expect(await left()).toEqual([]);
    });

    it('masks one without a receipt when none is to be expected any more', async () => {
      const message = await walkToSent(current(), 'w', { options, callbackUrl: null });
      const step: Expiry = { accountSid: ACCOUNT, what: 'numbers', from: { sids: [message.sid] } };
      expect(await current().expire(step, NOW + RECEIPT_WAIT_MS - 1)).toMatchObject({
        changed: 0,
        left: [message.sid],
      });
      expect((await read(message.sid)).to).toBe(PERSON);
      expect(await current().expire(step, NOW + RECEIPT_WAIT_MS)).toMatchObject({ changed: 1, left: [] });
      expect(await read(message.sid)).toMatchObject({ status: 'sent', to: MASKED });
    });
  });

  describe('expiry', () => {
    const old = NOW - 40 * DAY_MS;
    const sweep = (what: Expirable, from: Partial<Extract<Expiry['from'], { limit: number }>> = {}, now = NOW) =>
      current().expire(
        { accountSid: ACCOUNT, what, from: { before: NOW - 30 * DAY_MS, after: null, limit: 100, ...from } },
        now,
      );

    it('of bodies takes those of settled messages older than their days, one account at a time', async () => {
      const gone = await walkToSent(current(), 'a', { options: TEMPLATE }, old);
      const young = await walkToSent(current(), 'b', {}, NOW - 29 * DAY_MS);
      const foreign = acceptance({ accountSid: OTHER, createdAt: old });
      await current().accept([foreign], old);
      const expired = await sweep('bodies');
      expect(expired).toEqual({ changed: 1, last: { listedAt: old, sid: gone.sid }, more: false, left: [] });
      expect(await read(gone.sid)).toMatchObject({ body: '', options: {} });
      expect((await read(young.sid)).body).toBe(young.body);
      expect((await current().message(OTHER, foreign.message.sid))?.body).toBe(foreign.message.body);
      expect(await sweep('bodies')).toMatchObject({ changed: 0 });
    });

    it('goes on where the step before ended, in the order of lists', async () => {
      const made = [];
      for (let at = 0; at < 5; at += 1) made.push(await walkToSent(current(), `s${at}-`, {}, old + at));
      let after: Awaited<ReturnType<typeof sweep>>['last'] = null;
      const steps: number[] = [];
      for (let more = true; more; ) {
        const expired = await sweep('bodies', { after, limit: 2 });
        steps.push(expired.changed);
        after = expired.last;
        more = expired.more;
      }
      expect(steps).toEqual([2, 2, 1]);
      for (const { sid } of made) expect((await read(sid)).body).toBe('');
      expect(await sweep('bodies', { after })).toEqual({ changed: 0, last: null, more: false, left: [] });
    });

    it('leaves what is not settled and names it, so that it is taken once it is', async () => {
      const waiting = {
        ...acceptance({ status: 'scheduled', from: null, numSegments: 0, createdAt: old, callbackUrl: null }),
        releaseAt: NOW + 9_000,
      };
      await current().accept([waiting], old);
      const { sid } = waiting.message;
      for (const what of ['bodies', 'media', 'numbers'] as const) {
        expect(await sweep(what)).toMatchObject({ changed: 0, left: [sid] });
      }
      expect(await read(sid)).toEqual(waiting.message);
      await current().change([{ accountSid: ACCOUNT, sid, verb: 'cancel' }], NOW);
      const step: Expiry = { accountSid: ACCOUNT, what: 'bodies', from: { sids: [sid, 'SM-gone'] } };
      expect(await current().expire(step, NOW)).toMatchObject({ changed: 1, more: false, left: [] });
      expect((await read(sid)).body).toBe('');
      expect((await current().expire({ ...step, accountSid: OTHER }, NOW)).changed).toBe(0);
    });

    it('of numbers masks the side of the person, and the attempts that were kept', async () => {
      const outbound = await walkToSent(current(), 'n', {}, old);
      const inbound = acceptance({
        direction: 'inbound',
        status: 'received',
        from: PERSON,
        to: '+12025550100',
        createdAt: old,
      });
      await current().accept([inbound], old);
      expect(await sweep('numbers')).toMatchObject({ changed: 1, left: [outbound.sid] });
      expect(await read(inbound.message.sid)).toMatchObject({ from: MASKED, to: '+12025550100' });
      const [work] = await claimCallbacks(current(), NOW);
      if (!work) throw new Error('No callback was claimed');
      expect(work.payload.to).toBe(PERSON);
      const told = finished(work);
      told.record.request.body = 'To=%2B12025550101';
      await current().finishCallbacks([told], NOW);
      expect(await sweep('numbers')).toMatchObject({ changed: 1, left: [] });
      expect(await read(outbound.sid)).toMatchObject({ from: '+12025550100', to: MASKED });
      const [attempt] = await current().attempts({ accountSid: ACCOUNT, messageSid: outbound.sid, limit: 5 });
      expect(attempt).toMatchObject({ payload: { to: MASKED }, request: { body: 'To=%2B1202555XXXX' } });
      expect(await sweep('numbers')).toMatchObject({ changed: 0 });
    });

    it('of media takes their rows and lets their bytes go', async () => {
      const sid = await endedWithMedia(current(), ['a']);
      const [media] = await mediaOf(sid);
      const now = NOW + 40 * DAY_MS;
      expect(await sweep('media', { before: NOW + 1 }, now)).toMatchObject({ changed: 1 });
      expect(await mediaOf(sid)).toEqual([]);
      expect((await read(sid)).numMedia).toBe(1);
      expect(await current().dyingBlobs(10, now)).toEqual([media?.blobKey]);
      expect(await sweep('media', { before: NOW + 1 }, now)).toMatchObject({ changed: 0 });
    });
  });
}
