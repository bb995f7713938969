import { describe, expect, it } from 'vitest';
import type { Alert } from '../../src/domain/alert.ts';
import { cryptoRandom, SidMaker } from '../../src/domain/sid.ts';
import type { Document } from '../../src/store/directory.ts';
import type { Expiry } from '../../src/store/expiry.ts';
import type { Store } from '../../src/store/store.ts';
import { ACCOUNT, acceptance, claim, claimCallbacks, NOW, OTHER, sent, walkToSent } from './store.fixtures.ts';
import { intake } from './store-inbound.fixtures.ts';

const sids = new SidMaker({ now: () => NOW }, cryptoRandom);
const DAY_MS = 86_400_000;
const DEBUGGER = 'https://app.example/debugger';

function alert(changes: Partial<Alert> = {}): Alert {
  return {
    sid: sids.make('NO'),
    accountSid: ACCOUNT,
    code: 11200,
    level: 'error',
    resourceSid: null,
    serviceSid: null,
    text: 'answered 500',
    request: { method: 'POST', url: 'https://app.example/sms', parameters: [['To', '+12025550101']] },
    response: { status: 500, headers: { server: 'nginx' }, body: 'nul \u0000 inside' },
    at: NOW,
    ...changes,
  };
}

/** The part of the store's contract about what an account is told of itself: usage, alerts and triggers. */
export function storeReportsContract(current: () => Store): void {
  const raise = (alerts: Alert[], callbackUrl: string | null = null) =>
    current().raiseAlerts(
      alerts.map((one) => ({ alert: one, callbackUrl })),
      NOW,
    );
  const used = (accountSids = [ACCOUNT], per: 'day' | 'month' | 'year' | 'all' = 'day') =>
    current().usage({ accountSids, from: '2026-01-01', to: '2026-12-31', per });

  describe('usage', () => {
    it('is counted with the step that sends, by day and kind of sender', async () => {
      await walkToSent(current(), 'a', { numSegments: 3 });
      await walkToSent(current(), 'b', { from: '76767' });
      await walkToSent(current(), 'c', { to: 'whatsapp:+12025550101', from: 'whatsapp:+12025550100' });
      await walkToSent(current(), 'd', { numMedia: 2 }, NOW + DAY_MS);
      expect(await used()).toEqual([
        { period: '2026-01-02', category: 'mms-outbound-longcode', count: 1, usage: 1, priceMicros: -7900 },
        { period: '2026-01-01', category: 'channels-whatsapp-outbound', count: 1, usage: 1, priceMicros: -7900 },
        { period: '2026-01-01', category: 'sms-outbound-longcode', count: 1, usage: 3, priceMicros: -7900 },
        { period: '2026-01-01', category: 'sms-outbound-shortcode', count: 1, usage: 1, priceMicros: -7900 },
      ]);
    });

    it('counts each message of a batch once, and nothing of one that is settled twice or fails', async () => {
      const made = [1, 2, 3, 4].map((segments) => acceptance({ numSegments: segments }));
      await current().accept(made, NOW);
      const works = await claim(current(), NOW);
      const [first, ...rest] = works.map((work) => sent(work, segmentsOf(work.message.numSegments, work.workId)));
      if (!first) throw new Error('Nothing was claimed');
      const failed = { ...first, result: { kind: 'failed', errorCode: 30008 } as const };
      await current().settleSends([failed, ...rest], NOW);
      await current().settleSends(rest, NOW);
      const total = works.slice(1).reduce((sum, { message }) => sum + message.numSegments, 0);
      expect(await used()).toMatchObject([{ count: 3, usage: total, priceMicros: -23_700 }]);
    });

    it('is counted with what is taken in, once however often it comes', async () => {
      const seen = { connector: 'sim', carrierId: 'in-1' };
      const one = intake({ seen }, { numSegments: 2 });
      await current().takeIn([one, intake({}, { to: '76767' })], NOW);
      await current().takeIn([intake({ seen })], NOW);
      expect(await used()).toMatchObject([
        { category: 'sms-inbound-longcode', count: 1, usage: 2, priceMicros: 0 },
        { category: 'sms-inbound-shortcode', count: 1, usage: 1 },
      ]);
      expect(await current().verify()).toEqual([]);
    });

    it('is summed up over accounts and longer times', async () => {
      await walkToSent(current(), 'a');
      await walkToSent(current(), 'b', {}, NOW + 40 * DAY_MS);
      await walkToSent(current(), 'c', { accountSid: OTHER });
      expect((await used([ACCOUNT], 'month')).map(({ period, count }) => [period, count])).toEqual([
        ['2026-02', 1],
        ['2026-01', 1],
      ]);
      expect(await used([ACCOUNT, OTHER], 'year')).toMatchObject([{ period: '2026', count: 3 }]);
      expect(await used([ACCOUNT, OTHER], 'all')).toMatchObject([{ period: '', count: 3, priceMicros: -23_700 }]);
      expect(await used([])).toEqual([]);
    });
  });

  describe('alerts', () => {
    it('come back as they were raised, to nobody else', async () => {
      const whole = alert({ level: 'warning', serviceSid: `MG${'a'.repeat(32)}` });
      const bare = alert({ request: null, response: null });
      await raise([whole, bare]);
      expect(await current().alert(ACCOUNT, whole.sid)).toEqual(whole);
      expect(await current().alert(ACCOUNT, bare.sid)).toEqual(bare);
      expect(await current().alert(OTHER, whole.sid)).toBeNull();
      expect(await current().alerts({ accountSid: OTHER, limit: 10 })).toEqual([]);
    });

    it('are listed newest first, by level and time, and in pages both ways', async () => {
      const all = [0, 1, 2, 3, 4].map((n) => alert({ at: NOW + n, level: n % 2 ? 'warning' : 'error' })).reverse();
      await raise(all);
      const list = async (query: object) =>
        (await current().alerts({ accountSid: ACCOUNT, limit: 10, ...query })).map(({ at }) => at - NOW);
      expect(await list({})).toEqual([4, 3, 2, 1, 0]);
      expect(await list({ level: 'warning' })).toEqual([3, 1]);
      expect(await list({ from: NOW + 1, to: NOW + 3 })).toEqual([3, 2, 1]);
      expect(await list({ limit: 2, offset: 1 })).toEqual([3, 2]);
      expect(await list({ after: all[1], limit: 2 })).toEqual([2, 1]);
      expect(await list({ before: all[4], limit: 2 })).toEqual([2, 1]);
    });

    it('queue one callback each, which is repeated by nothing', async () => {
      const one = alert();
      await raise([one, alert()], DEBUGGER);
      await raise([one], DEBUGGER);
      const works = await claimCallbacks(current(), NOW);
      expect(works.map(({ messageSid, payload }) => [messageSid.slice(0, 2), payload.url, payload.alert])).toEqual([
        ['NO', DEBUGGER, true],
        ['NO', DEBUGGER, true],
      ]);
      expect(JSON.stringify(works)).not.toContain('12025550101');
    });

    it('lose parameters and answer with the content of their message, and go with it', async () => {
      const message = await walkToSent(current(), 'a', { callbackUrl: null });
      const before = alert({ resourceSid: message.sid });
      await raise([before]);
      const later = NOW + 3_600_000;
      await current().change([{ accountSid: ACCOUNT, sid: message.sid, verb: 'redact' }], later);
      const after = alert({ resourceSid: message.sid });
      await raise([after]);
      for (const { sid } of [before, after]) {
        expect(await current().alert(ACCOUNT, sid)).toMatchObject({
          text: 'answered 500',
          request: { method: 'POST', url: 'https://app.example/sms', parameters: [] },
          response: null,
        });
      }
      await current().change([{ accountSid: ACCOUNT, sid: message.sid, verb: 'remove' }], later);
      expect(await current().alerts({ accountSid: ACCOUNT, limit: 10 })).toEqual([]);
    });

    it('name the number of a person no longer than their message does', async () => {
      const message = await walkToSent(current(), 'a', { callbackUrl: null });
      const one = alert({ resourceSid: message.sid, text: `The number ${message.to} is unverified` });
      const other = alert({ text: `The number ${message.to} is unverified` });
      await raise([one, other]);
      const step: Expiry = { accountSid: ACCOUNT, what: 'numbers', from: { sids: [message.sid] } };
      expect(await current().expire(step, NOW + DAY_MS)).toMatchObject({ changed: 1, left: [] });
      expect((await current().alert(ACCOUNT, one.sid))?.text).toBe(
        `The number ${message.to.slice(0, -4)}XXXX is unverified`,
      );
      expect((await current().alert(ACCOUNT, other.sid))?.text).toBe(other.text);
    });

    it('are forgotten when they are too old', async () => {
      await raise([alert({ at: NOW - 1 }), alert()]);
      expect(await current().forgetAlerts(NOW)).toBe(1);
      expect(await current().forgetAlerts(NOW)).toBe(0);
      expect(await current().alerts({ accountSid: ACCOUNT, limit: 10 })).toHaveLength(1);
    });
  });

  it('a trigger fires for the first of all who have seen it, and never after it is gone', async () => {
    const trigger: Document = {
      accountSid: '',
      kind: 'usage-trigger',
      sid: sids.make('UT'),
      parentSid: ACCOUNT,
      name: null,
      properties: { fired_at: null },
      createdAt: NOW,
      updatedAt: NOW,
    };
    await current().saveDocument(trigger);
    const form = { method: 'POST', params: [['UsageTriggerSid', trigger.sid]] as [string, string][] } as const;
    const about = { url: DEBUGGER, status: 'failed', from: null, to: '', serviceSid: null, errorCode: null } as const;
    const payload = { ...about, doneDate: null, at: NOW, form };
    const fired = { trigger: { ...trigger, properties: { fired_at: NOW }, updatedAt: NOW + 1 }, seenAt: NOW, payload };
    expect(await current().fireTrigger(fired, NOW)).toBe(true);
    expect(await current().fireTrigger(fired, NOW)).toBe(false);
    expect((await current().document('', 'usage-trigger', trigger.sid))?.properties).toEqual({ fired_at: NOW });
    expect(await claimCallbacks(current(), NOW)).toMatchObject([
      { messageSid: trigger.sid, accountSid: ACCOUNT, payload: { form } },
    ]);
    await current().removeDocument('', 'usage-trigger', trigger.sid);
    expect(await current().fireTrigger({ ...fired, seenAt: NOW + 1 }, NOW)).toBe(false);
  });
}

function segmentsOf(count: number, workId: number): string[] {
  return Array.from({ length: count }, (_, part) => `w${workId}-${part}`);
}
