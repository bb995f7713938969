import { describe, expect, it } from 'vitest';
import type { Acceptance, Store } from '../../src/store/store.ts';
import { ACCOUNT, acceptance, claim, claimCallbacks, finished, lane, NOW, sent } from './store.fixtures.ts';

/** As much of `Several` as is needed here. */
interface Two {
  a: Store;
  b: Store;
  loseAnswers(count: number): void;
}

/** Short links where several nodes are on one store. */
export function storeLinksManyContract(current: () => Two): void {
  const linked = (codes: string[], changes: Partial<Acceptance> = {}): Acceptance => ({
    ...acceptance(),
    links: codes.map((code) => ({ code, domainSid: 'DN1', target: 'https://example.com/', expiresAt: NOW + 1_000 })),
    ...changes,
  });

  describe('short links', () => {
    it('with one code at two nodes at once are one message’s, and the others of their batches go on', async () => {
      const { a, b } = current();
      for (let round = 0; round < 20; round += 1) {
        const code = `Race${String(round).padStart(6, '0')}`;
        const batch = () => [
          linked([code, `Own${Math.random().toString(36).slice(2, 9).padEnd(7, '0')}`]),
          acceptance(),
        ];
        const [one, other] = [batch(), batch()];
        const answers = await Promise.all([a.accept(one, NOW), b.accept(other, NOW)]);
        expect(answers.map(([, plain]) => plain?.ok)).toEqual([true, true]);
        expect(answers.map(([first]) => first?.ok).sort()).toEqual([false, true]);
        const winner = answers[0]?.[0]?.ok ? one : other;
        expect((await a.link(code))?.messageSid).toBe(winner[0]?.message.sid);
      }
      expect((await a.stats()).messagesByStatus).toEqual({ queued: 60 });
    });

    it('of a commit whose answer is lost are those of the message that was made', async () => {
      const { b, loseAnswers } = current();
      for (const changes of [{}, { lane: lane() }, { idempotency: { key: 'k'.repeat(64), fingerprint: 'f' } }]) {
        const code = `Lost${Math.random().toString(36).slice(2, 8).padEnd(6, '0')}`;
        const made = linked([code], changes);
        loseAnswers(1);
        expect(await b.accept([made], NOW)).toMatchObject([{ ok: true }]);
        expect((await b.link(code))?.messageSid).toBe(made.message.sid);
      }
    });

    it('clicked at two nodes while their message is reported on are told, and its statuses one after the other', async () => {
      const { a, b } = current();
      const made = Array.from({ length: 10 }, (_, index) => linked([`Click${String(index).padStart(5, '0')}`]));
      await a.accept(made, NOW);
      const works = await claim(a, NOW);
      await a.settleSends(
        works.map((work) => sent(work)),
        NOW,
      );
      await Promise.all(
        made.flatMap(({ message, links }) => {
          const visit = { code: links?.[0]?.code ?? '', callback: { url: 'https://a.example', json: '{}' } };
          const receipt = { connector: 'sim', carrierId: `c-${message.sid}`, state: 'delivered' as const };
          return [a.visitLink(visit, NOW), b.visitLink(visit, NOW), b.receive([receipt], NOW), a.visitLink(visit, NOW)];
        }),
      );
      const told = new Map<string, string[]>();
      for (let left = 50, rounds = 0; left > 0 && rounds < 50; rounds += 1) {
        const due = (await Promise.all([claimCallbacks(a, NOW), claimCallbacks(b, NOW)])).flat();
        const sids = due.flatMap(({ messageSid, payload }) => (payload.click ? [] : messageSid));
        expect(new Set(sids).size).toBe(sids.length);
        for (const { messageSid, payload } of due) {
          told.set(messageSid, [...(told.get(messageSid) ?? []), payload.click ? 'click' : payload.status]);
        }
        await a.finishCallbacks(
          due.map((work) => finished(work)),
          NOW,
        );
        left -= due.length;
      }
      expect(told.size).toBe(10);
      for (const { message, links } of made) {
        const walk = told.get(message.sid) ?? [];
        expect(walk.filter((one) => one !== 'click')).toEqual(['sent', 'delivered']);
        expect([...walk].sort()).toEqual(['click', 'click', 'click', 'delivered', 'sent']);
        expect(await a.link(links?.[0]?.code ?? '')).toMatchObject({ accountSid: ACCOUNT, clicks: 3 });
      }
    });
  });
}
