import { describe, expect, it } from 'vitest';
import type { CallbackWork } from '../../src/store/callback-shapes.ts';
import type { LinkSearch, NewLink } from '../../src/store/media.ts';
import type { Acceptance, Store } from '../../src/store/store.ts';
import { ACCOUNT, acceptance, claim, claimCallbacks, finished, lane, NOW, OTHER, sent } from './store.fixtures.ts';

const DN = `DN${'d'.repeat(32)}`;
const EXPIRY = NOW + 1_000_000;
const TAKEN = { ok: false, reason: 'link-taken' };
const OK = { ok: true, dueAt: NOW };

/** The part of the store's contract about short links. */
export function storeLinkContract(current: () => Store): void {
  const link = (code: string, changes: Partial<NewLink> = {}): NewLink => ({
    code,
    domainSid: DN,
    target: `https://example.com/${code}?a=ü`,
    expiresAt: EXPIRY,
    ...changes,
  });
  const linked = (codes: string[], changes: Partial<Acceptance['message']> = {}): Acceptance => ({
    ...acceptance(changes),
    links: codes.map((code) => link(code)),
  });
  const click = (code: string, json = '{"event_type":"click"}') => ({
    code,
    callback: { url: 'https://app.example/clicks', json },
  });
  const clicks = async (code: string) => (await current().link(code))?.clicks;

  describe('short links', () => {
    it('are kept with their message, whatever its status and lane', async () => {
      const queued = linked(['Aaaaaaaaa1', 'Bbbbbbbbb1']);
      const paced = { ...linked(['Ccccccccc1']), lane: lane() };
      const scheduled = { ...linked(['Ddddddddd1'], { status: 'scheduled', from: null }), releaseAt: NOW + 5 };
      expect(await current().accept([queued, acceptance(), paced, scheduled], NOW)).toEqual([
        OK,
        OK,
        OK,
        { ok: true, dueAt: NOW + 5 },
      ]);
      expect(await current().link('Bbbbbbbbb1')).toEqual({
        ...link('Bbbbbbbbb1'),
        accountSid: ACCOUNT,
        messageSid: queued.message.sid,
        clicks: 0,
        previews: 0,
        createdAt: NOW,
      });
      expect((await current().link('Ccccccccc1'))?.messageSid).toBe(paced.message.sid);
      expect((await current().link('Ddddddddd1'))?.messageSid).toBe(scheduled.message.sid);
      expect(await current().link('bbbbbbbbb1')).toBeNull();
    });

    it('are listed by their account, newest first, page by page, and found by a piece of what they are', async () => {
      const first = linked(['List000001', 'List000003']);
      const later = linked(['List000002']);
      await current().accept([first, linked(['Foreign001'], { accountSid: OTHER })], NOW);
      await current().accept([later], NOW + 1);
      await current().visitLink(click('List000003'), NOW + 2);
      const page = (search: Partial<LinkSearch> = {}) =>
        current().linkPage({ accountSid: ACCOUNT, after: null, limit: 10, ...search });
      const codes = async (text: string) => (await page({ text })).links.map(({ code }) => code);

      const all = await page();
      expect(all).toMatchObject({ links: [{ code: 'List000002' }, { clicks: 1 }, { code: 'List000001' }], next: null });
      expect(all.links[2]).toEqual(await current().link('List000001'));
      const begin = await page({ limit: 2 });
      expect(begin).toEqual({ links: all.links.slice(0, 2), next: { createdAt: NOW, code: 'List000003' } });
      expect(await page({ limit: 2, after: begin.next })).toEqual({ links: all.links.slice(2), next: null });

      expect(await codes('list000001?A=')).toEqual(['List000001']);
      expect(await codes(later.message.sid)).toEqual(['List000002']);
      expect(await codes('example.com')).toEqual(['List000002', 'List000003', 'List000001']);
      expect(await codes('List%')).toEqual([]);
      expect(await codes('Foreign001')).toEqual([]);
      expect(await page({ text: '/list', limit: 1 })).toMatchObject({ links: [{}], next: { code: 'List000002' } });
    });

    it('with a code in use refuse their whole message and none of the others', async () => {
      await current().accept([linked(['Taken00001'])], NOW);
      const refused = { ...linked(['New0000001', 'Taken00001']), lane: lane() };
      const later = { ...linked(['New0000002']), lane: lane() };
      const foreign = linked(['Taken00001'], { accountSid: OTHER });
      expect(await current().accept([refused, acceptance(), foreign, later], NOW)).toEqual([TAKEN, OK, TAKEN, OK]);
      expect(await current().message(ACCOUNT, refused.message.sid)).toBeNull();
      expect(await current().link('New0000001')).toBeNull();
      expect((await current().link('Taken00001'))?.accountSid).toBe(ACCOUNT);
      expect((await current().stats()).messagesByStatus).toEqual({ queued: 3 });
      // With other codes it goes, and its slot is the next free one: the refused try took none.
      const again = { ...refused, links: [link('New0000003')] };
      expect(await current().accept([again], NOW)).toEqual([{ ok: true, dueAt: NOW + 100 }]);
    });

    it('with one code twice in a batch are those of one message', async () => {
      const batch = [linked(['Twice00001']), linked(['Twice00001'])];
      const answers = await current().accept(batch, NOW);
      expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
      expect(answers.find(({ ok }) => !ok)).toEqual(TAKEN);
      const kept = batch[answers.findIndex(({ ok }) => ok)];
      expect((await current().link('Twice00001'))?.messageSid).toBe(kept?.message.sid);
    });

    it('leave no trace of a message that found its queue full', async () => {
      const full = lane({ intervalMicros: 1_000_000, horizonMs: 500 });
      await current().accept([acceptance({}, full)], NOW);
      const late = { ...linked(['Full000001']), lane: full };
      expect(await current().accept([late], NOW)).toEqual([{ ok: false, reason: 'queue-full' }]);
      expect(await current().link('Full000001')).toBeNull();
    });

    it('do not use up the idempotency key of a message that is refused for them', async () => {
      await current().accept([linked(['Taken00001'])], NOW);
      const idempotency = { key: 'k'.repeat(64), fingerprint: 'f' };
      expect(await current().accept([{ ...linked(['Taken00001']), idempotency }], NOW)).toEqual([TAKEN]);
      const made = { ...linked(['Fresh00001']), idempotency };
      expect(await current().accept([made], NOW)).toEqual([OK]);
      // Repeated, its codes are not even looked at.
      expect(await current().accept([{ ...linked(['Taken00001']), idempotency }], NOW)).toEqual([
        { ok: false, reason: 'repeated', messageSid: made.message.sid },
      ]);
    });

    it('count their visits, one by one and all at once', async () => {
      await current().accept([linked(['Visit00001'])], NOW);
      const visited = await current().visitLink({ code: 'Visit00001', callback: null }, NOW);
      expect(visited).toMatchObject({ code: 'Visit00001', target: 'https://example.com/Visit00001?a=ü', clicks: 1 });
      await Promise.all(
        Array.from({ length: 20 }, () => current().visitLink({ code: 'Visit00001', callback: null }, NOW)),
      );
      expect(await clicks('Visit00001')).toBe(21);
      expect(await current().visitLink({ code: 'None000001', callback: null }, NOW)).toBeNull();
      expect((await current().stats()).callbacksDue).toBe(0);
    });

    it('note who came by, programs that look ahead apart, and keep the newest', async () => {
      await current().accept([linked(['Noted00001'])], NOW);
      const come = (at: number, more: { isPreview?: boolean; agent?: string }) =>
        current().visitLink({ code: 'Noted00001', callback: null, ...more }, at);
      await come(NOW + 1, { agent: 'Phone/1\nSafari/2' });
      await come(NOW + 2, { agent: 'facebookexternalhit/1', isPreview: true });
      await come(NOW + 3, { agent: '' });
      await come(NOW + 4, {});
      const { link: noted, visits } = (await current().linkVisits(ACCOUNT, 'Noted00001')) ?? {};
      expect(noted).toMatchObject({ code: 'Noted00001', clicks: 3, previews: 1 });
      expect(visits).toEqual([
        { at: NOW + 3, isPreview: false, agent: '' },
        { at: NOW + 2, isPreview: true, agent: 'facebookexternalhit/1' },
        { at: NOW + 1, isPreview: false, agent: 'Phone/1 Safari/2' },
      ]);
      expect(await current().linkVisits(OTHER, 'Noted00001')).toBeNull();
      expect(await current().linkVisits(ACCOUNT, 'None000001')).toBeNull();
      const agent = `ends here ${'x'.repeat(110)}.`;
      for (let nth = 0; nth < 60; nth += 1) await come(NOW + 100 + nth, { agent });
      const full = (await current().linkVisits(ACCOUNT, 'Noted00001'))?.visits ?? [];
      expect([full.length > 25, full.length < 40]).toEqual([true, true]);
      // Whole lines, without a gap.
      expect(full).toEqual(full.map((_, back) => ({ at: NOW + 159 - back, isPreview: false, agent })));
      expect(await clicks('Noted00001')).toBe(63);
    });

    it.each(['redact', 'remove'] as const)(
      'forget who came by when their message is to %s, not how often',
      async (verb) => {
        const made = linked(['Gone000001', 'Gone000002'], { callbackUrl: null });
        await current().accept([made, linked(['Other00001'])], NOW);
        const works = await claim(current(), NOW);
        const work = works.find(({ message }) => message.sid === made.message.sid);
        if (!work) throw new Error('Nothing was claimed');
        await current().settleSends([sent(work, ['gone'])], NOW);
        await current().receive([{ connector: 'sim', carrierId: 'gone', state: 'delivered' }], NOW);
        const codes = ['Gone000001', 'Gone000002', 'Other00001'];
        for (const code of codes) await current().visitLink({ code, callback: null, agent: 'Phone/1' }, NOW);
        const change = { accountSid: ACCOUNT, sid: made.message.sid, verb };
        expect(await current().change([change], NOW)).toMatchObject([{ kind: 'done' }]);
        const left = await Promise.all(codes.map((code) => current().linkVisits(ACCOUNT, code)));
        expect(left.map((one) => [one?.link.clicks, one?.visits.length])).toEqual([
          [1, 0],
          [1, 0],
          [1, 1],
        ]);
      },
    );

    it('tell a click beside the statuses of its message: neither waits for the other, whatever is tried again', async () => {
      const made = linked(['Click00001'], { serviceSid: 'MG1', from: '+12025550188', to: '+12025550199' });
      await current().accept([made], NOW);
      const [work] = await claim(current(), NOW);
      if (!work) throw new Error('Nothing was claimed');
      await current().visitLink(click('Click00001', '{"n":1}'), NOW + 1);
      await current().settleSends([sent(work, ['clicked'])], NOW + 1);
      await current().receive([{ connector: 'sim', carrierId: 'clicked', state: 'delivered' }], NOW + 2);
      await current().visitLink(click('Click00001', '{"n":2}'), NOW + 3);
      const later = NOW + 60_000;
      /** An app that takes no clicks for a minute. */
      const told = async (at: number) => {
        const works = await claimCallbacks(current(), at);
        const end = (one: CallbackWork) =>
          one.payload.click && at < later ? finished(one, 'retry', later) : finished(one);
        expect(await current().finishCallbacks(works.map(end), at)).toEqual(works.map(() => true));
        expect(await current().verify()).toEqual([]);
        return works.map(({ payload }) => payload.click?.json ?? payload.status).sort();
      };
      expect(await told(NOW + 10)).toEqual(['sent', '{"n":1}', '{"n":2}'].sort());
      expect(await told(NOW + 40_000)).toEqual(['delivered']);
      expect(await told(later)).toEqual(['{"n":1}', '{"n":2}']);
      expect((await current().stats()).callbacksDue).toBe(0);
    });

    it('of a deleted message go on leading and telling: who has the text can still click', async () => {
      const made = linked(['Alone00001'], { callbackUrl: null });
      await current().accept([made], NOW);
      const [work] = await claim(current(), NOW);
      if (!work) throw new Error('Nothing was claimed');
      await current().settleSends([sent(work, ['alone'])], NOW);
      await current().receive([{ connector: 'sim', carrierId: 'alone', state: 'delivered' }], NOW);
      const removal = { accountSid: ACCOUNT, sid: made.message.sid, verb: 'remove' } as const;
      expect(await current().change([removal], NOW)).toMatchObject([{ kind: 'done' }]);
      expect(await current().visitLink(click('Alone00001'), NOW)).toMatchObject({ clicks: 1 });
      const [due] = await claimCallbacks(current(), NOW);
      expect(due).toMatchObject({ messageSid: made.message.sid, payload: { from: null, to: '' } });
      if (due) await current().finishCallbacks([finished(due)], NOW);
    });

    it('are marked for masking when their message keeps no numbers', async () => {
      await current().accept([linked(['Masked0001'], { options: { obfuscateAddresses: true } })], NOW);
      await current().visitLink(click('Masked0001'), NOW);
      const [due] = await claimCallbacks(current(), NOW);
      expect(due?.payload.obfuscate).toBe(true);
      if (due) await current().finishCallbacks([finished(due)], NOW);
    });

    it('are forgotten once they are over, a few at a time, and their codes are free again', async () => {
      const many = Array.from({ length: 60 }, (_, message) => ({
        ...acceptance(),
        links: Array.from({ length: 10 }, (_, place) =>
          link(`Old${String(message * 10 + place).padStart(7, '0')}`, { expiresAt: NOW + message }),
        ),
      }));
      await current().accept([...many, linked(['Young00001'])], NOW);
      expect(await current().forgetLinks(NOW)).toBe(0);
      let gone = 0;
      for (let round = 0, took = 1; took > 0 && round < 9; round += 1) {
        took = await current().forgetLinks(EXPIRY);
        gone += took;
      }
      expect(gone).toBe(600);
      expect(await current().link('Old0000000')).toBeNull();
      expect(await current().link('Young00001')).not.toBeNull();
      expect(await current().accept([linked(['Old0000000'])], NOW)).toEqual([OK]);
    });
  });
}
