import { describe, expect, it } from 'vitest';
import type { Message } from '../../src/domain/message.ts';
import { parseMessageQuery } from '../../src/domain/message-query.ts';
import type { ListPlace, RowFilter } from '../../src/store/search-shapes.ts';
import type { Store } from '../../src/store/store.ts';
import { ACCOUNT, acceptance, NOW, OTHER, walkToSent } from './store.fixtures.ts';

function filterOf(text: string, changes: Partial<RowFilter> = {}): RowFilter {
  const parsed = parseMessageQuery(text, NOW + 60_000);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.fault));
  return { ...parsed.filter, services: parsed.filter.services, searchBodies: true, ...changes };
}

/** The part of the store's contract about looking for messages. `isSealed`: nothing is found in bodies. */
export function storeSearchContract(current: () => Store, isSealed = false): void {
  const accept = async (...changes: Partial<Message>[]) => {
    const made = changes.map((one, index) => acceptance({ createdAt: NOW + index, ...one }));
    await current().accept(made, NOW);
    return made.map(({ message }) => message.sid);
  };
  const find = async (text: string, changes: Partial<RowFilter> = {}, accountSid = ACCOUNT) => {
    const step = { accountSid, filter: filterOf(text, changes), after: null, window: 1_000 };
    const { messages, next } = await current().search({ ...step, limit: 100 });
    expect(next).toBeNull();
    expect(await current().countMatches(step)).toEqual({ count: messages.length, next: null });
    return messages.map(({ sid }) => sid);
  };

  describe('a search', () => {
    it('finds what each key asks for, newest first, in its own account alone', async () => {
      const [a = '', b = '', c = '', d = ''] = await accept(
        { to: '+12025550111', body: 'Your code is 100% sure_thing', serviceSid: 'MG1' },
        { from: 'Reminders', body: 'See you to-morrow \\o/', numSegments: 3, status: 'scheduled' },
        { to: 'whatsapp:+12025550111', status: 'failed', errorCode: 30003, numMedia: 2, serviceSid: 'MG2' },
        { direction: 'inbound', from: '+12025550155', to: '+12025550100', status: 'received', body: 'STOP' },
      );
      await accept({ accountSid: OTHER, to: '+12025550111' });
      expect(await find('')).toEqual([d, c, b, a]);
      expect(await find('', {}, OTHER)).toHaveLength(1);
      expect(await find('to:+12025550111')).toEqual([a]);
      expect(await find('to:5550111')).toEqual([c, a]);
      expect(await find('to:+12025550111 to:whatsapp:+12025550111')).toEqual([c, a]);
      expect(await find('from:remind')).toEqual([b]);
      expect(await find('from:+12025550155')).toEqual([d]);
      expect(await find('status:failed status:received')).toEqual([d, c]);
      expect(await find('status:failed error:30003')).toEqual([c]);
      expect(await find('error:any')).toEqual([c]);
      expect(await find('error:none error:30004')).toEqual([d, b, a]);
      expect(await find('body:"CODE is"')).toEqual(isSealed ? [] : [a]);
      expect(await find('direction:outbound')).toEqual([c, b, a]);
      expect(await find('segments:>1')).toEqual([b]);
      expect(await find('segments:<2 has:media')).toEqual([c]);
      expect(await find('is:scheduled')).toEqual([b]);
      expect(await find('', { services: ['MG1', null] })).toEqual([d, b, a]);
    });

    it.skipIf(isSealed)('takes words wherever they stand, and patterns as texts', async () => {
      const [a = '', b = ''] = await accept(
        { body: '100% sure_thing', to: '+12025550111' },
        { body: '1000 sureXthing \\o/', to: '+12025550122' },
      );
      expect(await find('100%')).toEqual([a]);
      expect(await find('sure_thing')).toEqual([a]);
      expect(await find('\\o/')).toEqual([b]);
      expect(await find('5550122')).toEqual([b]);
      expect(await find('sure 0111')).toEqual([a]);
      expect(await find('sure 0111 nowhere')).toEqual([]);
      expect(await find(a.slice(0, 34))).toEqual([a]);
      expect(await find(a.toLowerCase())).toEqual([a]);
      expect(await find(a.slice(3))).toEqual([]);
    });

    it('goes by the hour of the list', async () => {
      const early = await walkToSent(current(), 'e', {}, NOW);
      const late = await walkToSent(current(), 'l', {}, NOW + 5_000);
      const instant = (at: number) => new Date(at).toISOString();
      expect(await find(`date:>=${instant(NOW + 1)}`)).toEqual([late.sid]);
      expect(await find(`date:<${instant(NOW + 5_000)}`)).toEqual([early.sid]);
      expect(await find(`date:${instant(NOW)} date:${instant(NOW + 5_000)}`)).toEqual([late.sid, early.sid]);
      expect(await find(`date:${instant(NOW)} date:${instant(NOW + 9_000)}`)).toEqual([early.sid]);
    });

    it.skipIf(isSealed)('looks into no body when told so, and never into a sealed one', async () => {
      const [a = ''] = await accept({ body: 'hello' }, { body: `~1:hello${'A'.repeat(44)}` });
      expect(await find('body:hello')).toEqual([a]);
      expect(await find('hello')).toEqual([a]);
      expect(await find('body:hello', { searchBodies: false })).toEqual([]);
      expect(await find('hello', { searchBodies: false })).toEqual([]);
      expect(await find('+12025550101', { searchBodies: false })).toHaveLength(2);
    });

    it('looks at a window of rows and goes on where that ended, without a gap', async () => {
      const sids = await accept(
        // Three in each millisecond, so that the sid decides.
        ...Array.from({ length: 23 }, (_, index) => ({
          createdAt: NOW + Math.floor(index / 3),
          from: index % 5 === 0 ? 'Needle' : 'Hay',
        })),
      );
      const needles = sids.filter((_, index) => index % 5 === 0).reverse();
      for (const [window, limit] of [
        [4, 100],
        [5, 1],
        [23, 2],
        [1, 1],
      ] as const) {
        const found: string[] = [];
        let after: ListPlace | null = null;
        let steps = 0;
        for (let isOver = false; !isOver; steps += 1) {
          const step = { accountSid: ACCOUNT, filter: filterOf('needle'), after, window };
          const { messages, next } = await current().search({ ...step, limit });
          found.push(...messages.map(({ sid }) => sid));
          after = next;
          isOver = next === null;
          expect(steps).toBeLessThan(40);
        }
        expect(found).toEqual(needles);
      }
      const step = { accountSid: ACCOUNT, filter: filterOf('needle'), after: null, window: 10 };
      expect(await current().countMatches(step)).toMatchObject({ count: 2, next: { sid: sids[13] } });
      const to = { ...step, filter: filterOf('to:+12025550101 needle'), window: 10 };
      expect(await current().countMatches(to)).toMatchObject({ count: 2, next: { sid: sids[13] } });
    });

    it('tells when what is scheduled will leave', async () => {
      const scheduled = { ...acceptance({ status: 'scheduled', from: null }), releaseAt: NOW + 3_600_000 };
      const queued = acceptance();
      await current().accept([scheduled, queued], NOW);
      const sids = [scheduled, queued].map(({ message }) => message.sid);
      expect([...(await current().releaseTimes(ACCOUNT, sids))]).toEqual([[sids[0], NOW + 3_600_000]]);
      expect((await current().releaseTimes(OTHER, sids)).size).toBe(0);
      expect((await current().releaseTimes(ACCOUNT, [])).size).toBe(0);
    });
  });
}
