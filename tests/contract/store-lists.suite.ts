import { describe, expect, it } from 'vitest';
import type { Account, Sender } from '../../src/store/directory.ts';
import type { MessageQuery, Store } from '../../src/store/store.ts';
import { ACCOUNT, acceptance, claim, NOW, OTHER, walkToSent } from './store.fixtures.ts';

/** The listing half of the store's contract: pages of messages, accounts, senders, figures. */
export function storeListContract(current: () => Store): void {
  const list = async (query: Partial<MessageQuery>) => {
    const page = await current().messages({ accountSid: ACCOUNT, size: 50, ...query });
    return { sids: page.messages.map(({ sid }) => sid), older: page.hasOlder, newer: page.hasNewer };
  };

  describe('lists of messages', () => {
    it('go newest first and can be walked both ways by tokens', async () => {
      const made = Array.from({ length: 7 }, (_, index) => acceptance({ createdAt: NOW + Math.floor(index / 2) }));
      await current().accept(made, NOW);
      const all = made.map(({ message }) => message.sid).reverse();
      expect(await list({})).toEqual({ sids: all, older: false, newer: false });
      expect(await list({ size: 3 })).toEqual({ sids: all.slice(0, 3), older: true, newer: false });
      expect(await list({ size: 3, after: all[2] })).toEqual({ sids: all.slice(3, 6), older: true, newer: true });
      expect(await list({ size: 3, after: all[5] })).toEqual({ sids: all.slice(6), older: false, newer: true });
      expect(await list({ size: 3, before: all[6] })).toEqual({ sids: all.slice(3, 6), older: true, newer: true });
      expect(await list({ size: 3, before: all[3] })).toEqual({ sids: all.slice(0, 3), older: true, newer: false });
      expect(await list({ size: 3, offset: 5 })).toEqual({ sids: all.slice(5), older: false, newer: true });
      expect(await list({ size: 3, after: all[6] })).toEqual({ sids: [], older: false, newer: true });
    });

    it('go on after a record that was removed meanwhile', async () => {
      const made = Array.from({ length: 3 }, (_, index) =>
        acceptance({ createdAt: NOW + index, status: 'failed', errorCode: 30003 }),
      );
      await current().accept(made, NOW);
      const [oldest, middle] = made.map(({ message }) => message.sid);
      await current().change([{ accountSid: ACCOUNT, sid: middle ?? '', verb: 'remove' }], NOW);
      expect((await list({ after: middle })).sids).toEqual([oldest]);
    });

    it('go on from where a removed record was sent, when that is known', async () => {
      // Made in one instant and sent one after the other: none was sent before the removed one was made.
      const sent = [];
      for (const at of [1_000, 2_000, 3_000]) {
        sent.push(await walkToSent(current(), `c${at}`, { createdAt: NOW }, NOW + at));
      }
      const [first, second] = sent.map(({ sid }) => sid);
      const late = NOW + 7 * 86_400_000;
      const [gone] = await current().change([{ accountSid: ACCOUNT, sid: second ?? '', verb: 'remove' }], late);
      expect(gone?.kind).toBe('done');
      expect((await list({ after: second, removedFrom: NOW + 2_000 })).sids).toEqual([first]);
    });

    it('put a message where it was sent, not where it was made', async () => {
      const waiting = acceptance({ createdAt: NOW + 50 });
      const early = await walkToSent(current(), 'x', {}, NOW);
      await current().accept([waiting], NOW + 50);
      expect((await list({})).sids).toEqual([waiting.message.sid, early.sid]);
      const [work] = await claim(current(), NOW + 50);
      expect(work?.message.sid).toBe(waiting.message.sid);
      const late = await walkToSent(current(), 'y', { createdAt: NOW + 1 }, NOW + 1_090);
      expect((await list({})).sids).toEqual([late.sid, waiting.message.sid, early.sid]);
    });

    it('leave a message where it was made when it was sent within that second, so that pages keep it', async () => {
      const second = NOW - (NOW % 1_000);
      const first = await walkToSent(current(), 'x', { createdAt: second + 10 }, second + 900);
      const next = await walkToSent(current(), 'y', { createdAt: second + 20 }, second + 800);
      expect((await list({})).sids).toEqual([next.sid, first.sid]);
      // What was sent later than it was made is not before what was made in that second.
      const moved = await walkToSent(current(), 'z', { createdAt: second + 30 }, second + 1_500);
      const after = await walkToSent(current(), 'w', { createdAt: second + 1_200 }, second + 1_300);
      expect((await list({})).sids).toEqual([after.sid, moved.sid, next.sid, first.sid]);
      expect((await list({ sentFrom: second + 801, sentTo: second + 1_300 })).sids).toEqual([after.sid, first.sid]);
    });

    it('are filtered by recipient, sender, hour of sending and account', async () => {
      const a = await walkToSent(current(), 'a', { to: '+12025550111' }, NOW);
      const b = await walkToSent(current(), 'b', { from: '+12025550122' }, NOW + 1_000);
      const unsent = acceptance({ to: '+12025550111' });
      const foreign = acceptance({ accountSid: OTHER });
      await current().accept([unsent, foreign], NOW);
      expect((await list({ to: '+12025550111' })).sids.sort()).toEqual([a.sid, unsent.message.sid].sort());
      expect((await list({ from: '+12025550122' })).sids).toEqual([b.sid]);
      expect((await list({ sentFrom: NOW })).sids).toEqual([b.sid, a.sid]);
      expect((await list({ sentTo: NOW })).sids).toEqual([a.sid]);
      expect((await list({ sentFrom: NOW + 1, sentTo: NOW + 1_000, to: a.to })).sids).toEqual([]);
      expect((await list({ accountSid: OTHER })).sids).toEqual([foreign.message.sid]);
    });
  });

  describe('the directory', () => {
    const account: Account = {
      sid: ACCOUNT,
      ownerSid: ACCOUNT,
      friendlyName: 'Näme',
      status: 'active',
      type: 'Full',
      sealedToken: 'sealed',
      defaultServiceSid: 'MG1',
      createdAt: NOW,
      updatedAt: NOW,
    };
    const sender = (sid: string, changes: Partial<Sender> = {}): Sender => ({
      sid,
      accountSid: ACCOUNT,
      address: '+12025550100',
      kind: 'number',
      canSms: true,
      canMms: false,
      rate: 0.5,
      properties: { friendly_name: 'x' },
      createdAt: NOW,
      updatedAt: NOW,
      ...changes,
    });

    it('keeps accounts and replaces them by sid', async () => {
      await current().saveAccount(account);
      await current().saveAccount({ ...account, status: 'suspended' });
      expect(await current().accounts()).toEqual([{ ...account, status: 'suspended' }]);
      expect(await current().account(ACCOUNT)).toEqual({ ...account, status: 'suspended' });
      expect(await current().account(OTHER)).toBeNull();
    });

    it('gives an address to one sender only', async () => {
      expect(await current().saveSender(sender('PN1'))).toBe('saved');
      expect(await current().saveSender(sender('PN2', { accountSid: OTHER }))).toBe('taken');
      expect(await current().saveSender(sender('PN1', { rate: null }))).toBe('saved');
      expect(
        await current().saveSender(sender('PN3', { address: 'ACME', kind: 'alphanumeric', createdAt: NOW + 1 })),
      ).toBe('saved');
      expect(await current().senderByAddress('+12025550100')).toEqual(sender('PN1', { rate: null }));
      expect((await current().senders(ACCOUNT)).map(({ sid }) => sid)).toEqual(['PN3', 'PN1']);
      expect(await current().sender(OTHER, 'PN1')).toBeNull();
      expect(await current().removeSender(OTHER, 'PN1')).toBe(false);
      expect(await current().removeSender(ACCOUNT, 'PN1')).toBe(true);
      expect(await current().sender(ACCOUNT, 'PN1')).toBeNull();
    });
  });

  it('counts messages by status and open work by kind', async () => {
    await walkToSent(current(), 'x');
    await current().accept([acceptance({ createdAt: NOW + 5 })], NOW + 5);
    expect(await current().stats()).toEqual({
      messagesByStatus: { sent: 1, queued: 1 },
      sendsDue: 1,
      callbacksDue: 1,
      releasesDue: 0,
      fetchesDue: 0,
      repliesDue: 0,
      noticesDue: 0,
      esmesDue: 0,
      dueAt: { send: NOW + 5, callback: NOW },
      oldestDueAt: NOW,
      parkedReceipts: 0,
    });
  });
}
