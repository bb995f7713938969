import { describe, expect, it } from 'vitest';
import { esmeUrl } from '../../src/domain/esme-address.ts';
import type { CallbackWork } from '../../src/store/callback-shapes.ts';
import type { Store } from '../../src/store/store.ts';
import { ACCOUNT, claimCallbacks, finished, NOW, walkToSent } from './store.fixtures.ts';
import { arrived, intake, part, take } from './store-inbound.fixtures.ts';

const DAY_MS = 86_400_000;

/** What is told to customers' own SMPP clients, and what of theirs is joined. */
export function storeEsmesContract(current: () => Store): void {
  const url = (user: string, wants = 7) =>
    esmeUrl({ user, id: 'SM1', submittedAt: NOW, wants: [wants], reference: null });
  const claimFor = (user: string, now: number, limit = 100) =>
    current().claimCallbacks({ owner: 'me', limit: 100, leaseMs: 30_000, esmes: [{ user, limit }] }, now);
  const deliver = (carrierId: string) =>
    current().receive([{ connector: 'sim', carrierId, state: 'delivered' }], NOW + 20);
  const statuses = (works: CallbackWork[]) => works.map(({ payload }) => payload.status);

  describe('what is for an ESME', () => {
    it('is claimed for its user alone, so many, and by no one who claims callbacks', async () => {
      await walkToSent(current(), 'a', { callbackUrl: url('acme') });
      await walkToSent(current(), 'b', { callbackUrl: url('acme') });
      expect(await claimCallbacks(current(), NOW + 100)).toEqual([]);
      expect(await current().nextDueAt('callback')).toBeNull();
      expect(await claimFor('other', NOW + 100)).toEqual([]);
      expect(statuses(await claimFor('acme', NOW + 100, 1))).toEqual(['sent']);
      expect(statuses(await claimFor('acme', NOW + 100))).toEqual(['sent']);
      expect(await claimFor('acme', NOW + 100)).toEqual([]);
      expect(await current().verify()).toEqual([]);
    });

    it('goes in order per message, comes again when it is to, and is kept as an attempt', async () => {
      await walkToSent(current(), 'c', { callbackUrl: url('acme') });
      await deliver('c0');
      const [sent, ...more] = await claimFor('acme', NOW + 100);
      expect(more).toEqual([]);
      if (!sent) throw new Error('nothing was claimed');
      expect(await current().finishCallbacks([finished(sent, 'retry', NOW + 200)], NOW + 110)).toEqual([true]);
      expect(await claimFor('acme', NOW + 150)).toEqual([]);
      const [again] = await claimFor('acme', NOW + 200);
      if (!again) throw new Error('nothing was claimed');
      expect(again.attempt).toBe(2);
      expect(await current().finishCallbacks([finished(sent), finished(again)], NOW + 210)).toEqual([false, true]);
      const [delivered] = await claimFor('acme', NOW + 210);
      expect(delivered?.payload.status).toBe('delivered');
      if (delivered) await current().finishCallbacks([finished(delivered)], NOW + 220);
      expect(await claimFor('acme', NOW + DAY_MS)).toEqual([]);
      const attempts = await current().attempts({ accountSid: ACCOUNT, limit: 10 });
      expect(attempts.map(({ decision }) => decision)).toEqual(['done', 'done', 'retry']);
      expect(await current().verify()).toEqual([]);
    });

    it('is not even written where nobody wants to hear of it', async () => {
      await walkToSent(current(), 'd', { callbackUrl: url('acme', 2) });
      await deliver('d0');
      expect(await claimFor('acme', NOW + DAY_MS)).toEqual([]);
    });

    it('that nobody took is found by its age, whosever it is', async () => {
      await walkToSent(current(), 'e', { callbackUrl: url('acme') });
      const old = (untoldSince: number) =>
        current().claimCallbacks({ owner: 'me', limit: 10, leaseMs: 30_000, untoldSince }, NOW + DAY_MS);
      expect(await old(NOW - 1_000)).toEqual([]);
      const [work] = await old(NOW + 1_000);
      if (!work) throw new Error('nothing was claimed');
      expect(await current().finishCallbacks([finished(work, 'gave_up')], NOW + DAY_MS)).toEqual([true]);
      const [kept] = await current().attempts({ accountSid: ACCOUNT, decision: 'gave_up', limit: 1 });
      await current().replayCallback(ACCOUNT, kept?.id ?? 0, NOW + DAY_MS);
      expect(statuses(await claimFor('acme', NOW + DAY_MS))).toEqual(['sent']);
    });

    it('and came in is received when there is nothing more to tell of it', async () => {
      const nothing = { serviceSid: null, errorCode: null, doneDate: null };
      const { message } = await take(
        current(),
        intake(
          {
            reply: null,
            tell: { url: 'smpp:acme', status: 'receiving', from: null, to: '', ...nothing, at: NOW, arrival: true },
          },
          { status: 'receiving' },
        ),
      );
      expect(await current().verify()).toEqual([]);
      const [work] = await claimFor('acme', NOW);
      if (!work) throw new Error('nothing was claimed');
      await current().finishCallbacks([finished(work, 'retry', NOW + 10)], NOW + 5);
      expect((await current().message(ACCOUNT, message.sid))?.status).toBe('receiving');
      const [again] = await claimFor('acme', NOW + 10);
      if (again) await current().finishCallbacks([finished(again)], NOW + 15);
      expect((await current().message(ACCOUNT, message.sid))?.status).toBe('received');
      expect(await current().verify()).toEqual([]);
    });
  });

  describe('parts of a submit', () => {
    const submitted = (number: number, sid: string, wants = 3) =>
      arrived(part(number, `${number}`, { total: 2, submitted: { sid, form: { ValidityPeriod: '60' }, wants } }));

    it('learn the sid that the first of them was given, and bring all that was asked of it', async () => {
      expect(await current().takePart([submitted(2, 'SM2')], NOW)).toEqual([{ kind: 'waiting', sid: 'SM2' }]);
      // Sent again, as its answer was lost.
      expect(await current().takePart([submitted(2, 'SM3')], NOW + 1)).toEqual([{ kind: 'repeated', sid: 'SM2' }]);
      const [whole] = await current().takePart([submitted(1, 'SM4', 0)], NOW + 2);
      expect(whole).toMatchObject({
        kind: 'whole',
        message: { body: '12', submitted: { sid: 'SM2', at: NOW, form: { ValidityPeriod: '60' }, wants: [0, 3] } },
      });
    });

    it('stay whole until they are ended, once; what comes after that is another message', async () => {
      await current().takePart([submitted(1, 'SM1')], NOW);
      const [whole] = await current().takePart([submitted(2, 'SM2')], NOW + 1);
      const [again] = await current().takePart([submitted(2, 'SM3')], NOW + 2);
      expect(again).toEqual(whole);
      const joining = whole?.kind === 'whole' ? (whole.joining ?? '') : '';
      const tell = { url: url('acme') ?? '', status: 'failed', from: null, to: '', at: NOW } as const;
      const nothing = { serviceSid: null, errorCode: 30008, doneDate: null };
      const ended = { joining, accountSid: ACCOUNT, messageSid: `SM${'0'.repeat(32)}`, tell: { ...tell, ...nothing } };
      expect(await current().endSubmission(ended, NOW + 3)).toBe(true);
      expect(await current().endSubmission(ended, NOW + 4)).toBe(false);
      expect(statuses(await claimFor('acme', NOW + 5))).toEqual(['failed']);
      expect(await current().takePart([submitted(2, 'SM5')], NOW + 6)).toEqual([{ kind: 'waiting', sid: 'SM5' }]);
      expect(await current().verify()).toEqual([]);
    });
  });
}
