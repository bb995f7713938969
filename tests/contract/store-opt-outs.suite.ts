import { describe, expect, it } from 'vitest';
import { parseSender, parseTo } from '../../src/domain/address.ts';
import { keysThatForbid } from '../../src/domain/opt-out.ts';
import type { OptOutChange } from '../../src/store/inbound-shapes.ts';
import type { Store } from '../../src/store/store.ts';
import { ACCOUNT, acceptance, claim, lane, NOW, OTHER, sent } from './store.fixtures.ts';
import { intake, key, OURS, PERSON, stop, take } from './store-inbound.fixtures.ts';

const SERVICE = `MG${'5'.repeat(32)}`;

/** Who has opted out: how it is kept, and that nothing is claimed for sending against it. */
export function storeOptOutContract(current: () => Store): void {
  const change = async (changes: Partial<OptOutChange> = {}, now = NOW) => {
    const item = { accountSid: ACCOUNT, change: 'opt-out' as const, keys: [key()], source: 'api' as const, ...changes };
    const [answer] = await current().changeOptOuts([item], now);
    return answer;
  };
  const toPerson = (changes: Parameters<typeof acceptance>[0] = {}, onLane: Parameters<typeof acceptance>[1] = null) =>
    acceptance({ from: OURS, to: PERSON, ...changes }, onLane);

  describe('opt-outs', () => {
    it('are added and removed once, listed and logged', async () => {
      expect(await change({ actor: 'ann' })).toEqual({ changed: true, count: 1, claimedWorks: [] });
      expect(await change({}, NOW + 1)).toEqual({ changed: false, count: 0, claimedWorks: [] });
      expect(await current().optedOut(ACCOUNT, [key()])).toBe(true);
      expect(await current().optedOut(OTHER, [key()])).toBe(false);
      expect(await current().optedOut(ACCOUNT, [])).toBe(false);
      for (const other of [{ scope: SERVICE }, { peer: '+12025550178' }, { channel: 'whatsapp' as const }]) {
        expect(await current().optedOut(ACCOUNT, [key(other)])).toBe(false);
        expect(await current().optedOut(ACCOUNT, [key(other), key()])).toBe(true);
      }
      const optOut = { accountSid: ACCOUNT, ...key(), source: 'api', at: NOW };
      expect(await current().optOuts({ accountSid: ACCOUNT, limit: 5 })).toEqual([optOut]);
      const { channel, peer, scope } = optOut;
      expect(await current().optOutScopes(ACCOUNT, { channel, peer })).toEqual([scope]);
      expect(await current().optOutScopes(ACCOUNT, { channel: 'whatsapp', peer })).toEqual([]);
      expect(await change({ change: 'opt-in', keys: [key(), key({ scope: SERVICE })] }, NOW + 2)).toEqual({
        changed: true,
        count: 1,
        claimedWorks: [],
      });
      expect(await change({ change: 'opt-in' })).toMatchObject({ changed: false });
      expect(await current().optedOut(ACCOUNT, [key()])).toBe(false);
      const log = await current().optOutLog({ accountSid: ACCOUNT, limit: 5 });
      expect(log).toMatchObject([
        { ...key(), change: 'opt-in', source: 'api', actor: null, at: NOW + 2 },
        { ...key(), change: 'opt-out', source: 'api', actor: 'ann', at: NOW },
      ]);
      expect(await current().optOutLog({ accountSid: ACCOUNT, limit: 5, before: log[0]?.id })).toEqual(log.slice(1));
      expect(await current().optOutLog({ accountSid: OTHER, limit: 5 })).toEqual([]);
    });

    it('are counted when many are added at once, and keep the time that is told of them', async () => {
      const keys = [
        { ...key(), at: NOW - 5_000 },
        { ...key({ peer: '+12025550171' }), at: NOW - 7_000 },
        key({ peer: '+12025550172' }),
      ];
      expect(await change({ keys: [key({ peer: '+12025550172' })] }, NOW)).toMatchObject({ count: 1 });
      expect(await change({ keys }, NOW + 1)).toMatchObject({ changed: true, count: 2 });
      const ats = (await current().optOuts({ accountSid: ACCOUNT, limit: 5 })).map(({ peer, at }) => [peer, at]);
      expect(ats).toEqual([
        ['+12025550172', NOW],
        [key().peer, NOW - 5_000],
        ['+12025550171', NOW - 7_000],
      ]);
      expect((await current().optOutLog({ accountSid: ACCOUNT, limit: 1 }))[0]?.at).toBe(NOW + 1);
      expect(await change({ change: 'opt-in', keys }, NOW + 2)).toMatchObject({ changed: true, count: 3 });
    });

    it('are listed newest first, page by page, by scope, peer and channel', async () => {
      const peers = ['+12025550171', '+12025550172', '+12025550173', '+12025550174'];
      await change({ keys: peers.slice(0, 3).map((peer) => key({ peer })) });
      await change({ keys: [key({ peer: peers[3], scope: SERVICE, channel: 'whatsapp' })] }, NOW + 1);
      const query = { accountSid: ACCOUNT, limit: 2 };
      const first = await current().optOuts(query);
      const second = await current().optOuts({ ...query, after: first[1] });
      expect([...first, ...second].map(({ peer }) => peer)).toEqual([...peers].reverse());
      expect(await current().optOuts({ ...query, after: second[1] })).toEqual([]);
      for (const filter of [{ scope: SERVICE }, { peer: peers[3] }, { channel: 'whatsapp' as const }]) {
        expect(await current().optOuts({ ...query, ...filter })).toMatchObject([{ peer: peers[3] }]);
      }
    });

    it('of a keyword come with the message that told', async () => {
      expect(await take(current(), stop())).toMatchObject({ optOutChanged: true });
      expect(await take(current(), stop())).toMatchObject({ optOutChanged: false });
      expect(await current().optOuts({ accountSid: ACCOUNT, limit: 5 })).toMatchObject([{ source: 'keyword' }]);
      const start = { change: 'opt-in' as const, keys: [key(), key({ scope: SERVICE })], source: 'keyword' as const };
      expect(await take(current(), intake({ reply: null, optOut: start }))).toMatchObject({ optOutChanged: true });
      expect(await current().optedOut(ACCOUNT, [key()])).toBe(false);
    });
  });

  describe('a claim', () => {
    const flags = async (...made: ReturnType<typeof acceptance>[]) => {
      await current().accept(made, NOW);
      const works = await claim(current(), NOW);
      return made.map(({ message }) => works.find((work) => work.message.sid === message.sid)?.optedOut);
    };

    it('flags what is for somebody who has opted out, and marks it not as sending', async () => {
      await change();
      const [theirs, others] = [toPerson(), toPerson({ to: '+12025550178' })];
      expect(await flags(theirs, others)).toEqual([true, false]);
      expect(await current().message(ACCOUNT, theirs.message.sid)).toMatchObject({ status: 'queued' });
      expect(await current().message(ACCOUNT, others.message.sid)).toMatchObject({ status: 'sending' });
    });

    it('tells where uploaded consent alone forbids it, which is left to the claim', async () => {
      await change({ source: 'consent' });
      const { channel, peer } = key();
      expect(await current().optOutScopes(ACCOUNT, { channel, peer })).toEqual([]);
      expect(await current().optOutsOf(ACCOUNT, [key()])).toEqual([]);
      expect(await current().optedOut(ACCOUNT, [key()])).toBe(true);
      const consent = async (serviceSid: string | null) => {
        const made = toPerson({ serviceSid });
        await current().accept([made], NOW);
        const works = await claim(current(), NOW);
        const work = works.find(({ message }) => message.sid === made.message.sid);
        return [work?.optedOut, work?.consentTaken];
      };
      expect(await consent(null)).toEqual([true, true]);
      await change({ keys: [key({ scope: SERVICE })] });
      expect(await consent(SERVICE)).toEqual([true, undefined]);
    });

    it('and its settlement as failed ends it', async () => {
      await change();
      const theirs = toPerson();
      await flags(theirs);
      const [work] = await claim(current(), NOW + 60_000);
      expect(work).toMatchObject({ optedOut: true, attempt: 2 });
      if (!work) return;
      const result = { kind: 'failed' as const, errorCode: 21610 };
      expect(await current().settleSends([{ ...sent(work), result }], NOW)).toEqual([true]);
      expect(await current().message(ACCOUNT, theirs.message.sid)).toMatchObject({
        status: 'failed',
        errorCode: 21610,
      });
    });

    it('on a lane does the same, and the next one goes', async () => {
      await change();
      const [theirs, others] = [toPerson({}, lane()), toPerson({ to: '+12025550178' }, lane())];
      await current().accept([theirs, others], NOW);
      const works = [...(await claim(current(), NOW)), ...(await claim(current(), NOW + 1_000))];
      expect(works.map(({ message, optedOut }) => [message.sid, optedOut])).toEqual([
        [theirs.message.sid, true],
        [others.message.sid, false],
      ]);
    });

    it.each<[string, Parameters<typeof acceptance>[0], boolean]>([
      ['from the same number', {}, true],
      ['from another number', { from: '+12025550109' }, false],
      ['through a service that was meant', { serviceSid: SERVICE, from: '+12025550109' }, true],
      ['through another service', { serviceSid: `MG${'6'.repeat(32)}`, from: '+12025550109' }, false],
      ['over RCS, which shares them', { to: `rcs:${PERSON}`, from: `rcs:${OURS}` }, true],
      ['over WhatsApp, which does not', { to: `whatsapp:${PERSON}`, from: `whatsapp:${OURS}` }, false],
      ['of another account', { accountSid: OTHER }, false],
    ])('looks at what goes %s', async (_name, changes, expected) => {
      await change({ keys: [key(), key({ scope: SERVICE })] });
      expect(await flags(toPerson(changes))).toEqual([expected]);
    });

    it('also looks at the service a plain sender is in', async () => {
      await change({ keys: [key({ scope: SERVICE })] });
      const member = (sid: string, name: string) => {
        const properties = { address: name };
        const at = { createdAt: NOW, updatedAt: NOW };
        return { accountSid: ACCOUNT, kind: 'pool', sid, parentSid: SERVICE, name, properties, ...at };
      };
      await current().saveDocument(member('PN1', OURS));
      await current().saveDocument(member('SC1', '12345/US'));
      expect(await flags(toPerson(), toPerson({ from: '12345' }), toPerson({ from: '1234' }))).toEqual([
        true,
        true,
        false,
      ]);
    });

    it('a START lets what still waits go', async () => {
      await change();
      await current().accept([toPerson()], NOW);
      await change({ change: 'opt-in' });
      expect(await claim(current(), NOW)).toMatchObject([{ optedOut: false }]);
    });

    it('reads addresses as the domain does', async () => {
      const addresses = [OURS, PERSON, `rcs:${PERSON}`, `whatsapp:${PERSON}`, 'messenger:12345', '12345', 'Pidge'];
      for (const from of addresses) {
        for (const to of addresses.filter((one) => one !== 'Pidge')) {
          const [sender, peer] = [parseSender(from), parseTo(to)];
          if (!sender || !peer) throw new Error(`Cannot read ${from} or ${to}`);
          const keys = keysThatForbid(sender, peer, []);
          await change({ keys });
          expect(await flags(toPerson({ from, to })), `${from} to ${to}`).toEqual([true]);
          await change({ change: 'opt-in', keys });
        }
      }
    });
  });

  describe('what was claimed before an opt-out', () => {
    it('is told to who records it, and waited for until it is settled', async () => {
      await current().accept([toPerson(), toPerson({ to: '+12025550178' }), toPerson()], NOW);
      const works = await claim(current(), NOW);
      const theirs = works.filter(({ message }) => message.to === PERSON);
      const expected = theirs.map(({ workId, attempt }) => ({ workId, attempt, accountSid: ACCOUNT }));
      const { claimedWorks } = await take(current(), stop({ seen: { connector: 'sim', carrierId: 'x' } }), NOW + 1);
      expect(claimedWorks.toSorted((a, b) => a.workId - b.workId)).toEqual(expected);
      const [again] = await current().takeIn([stop({ seen: { connector: 'sim', carrierId: 'x' } })], NOW + 1);
      expect(again).toMatchObject({ kind: 'seen', claimedWorks: expect.arrayContaining(expected) });
      expect((await change({}, NOW + 1))?.claimedWorks).toHaveLength(2);
      expect(await current().stillClaimed(claimedWorks, NOW + 1)).toHaveLength(2);
      const [first, second] = theirs;
      if (!first || !second) throw new Error('Too few were claimed');
      await current().settleSends([sent(first)], NOW + 2);
      expect(await current().stillClaimed(expected, NOW + 2)).toEqual(expected.slice(1));
      const result = { kind: 'again' as const, dueAt: NOW + 3 };
      await current().settleSends([{ ...sent(second), result }], NOW + 2);
      expect(await current().stillClaimed(expected, NOW + 2)).toEqual([]);
      expect(await claim(current(), NOW + 3)).toMatchObject([{ optedOut: true }]);
      expect(await current().stillClaimed(expected, NOW + 3)).toEqual([]);
    });

    it('is nobody’s after its lease', async () => {
      await current().accept([toPerson()], NOW);
      await claim(current(), NOW);
      const answer = await change({}, NOW + 1);
      expect(answer?.claimedWorks).toHaveLength(1);
      expect(await current().stillClaimed(answer?.claimedWorks ?? [], NOW + 30_000)).toEqual([]);
      expect((await change({}, NOW + 30_000))?.claimedWorks).toEqual([]);
    });

    it('what only waits is not told: no claim gets it without the flag', async () => {
      await current().accept([toPerson(), toPerson({}, lane())], NOW);
      expect((await take(current(), stop())).claimedWorks).toEqual([]);
      const works = [...(await claim(current(), NOW)), ...(await claim(current(), NOW + 1_000))];
      expect(works.map(({ optedOut }) => optedOut)).toEqual([true, true]);
    });
  });
}
