import { describe, expect, it } from 'vitest';
import type { Account, Document, Sender } from '../../src/store/directory.ts';
import type { Store } from '../../src/store/store.ts';
import { ACCOUNT, NOW, OTHER } from './store.fixtures.ts';

/** The part of the store's contract that is about changing accounts while others change them too. */
export function storeAccountsContract(current: () => Store): void {
  const account = (changes: Partial<Account> = {}): Account => ({
    sid: ACCOUNT,
    ownerSid: OTHER,
    friendlyName: 'Näme',
    status: 'active',
    type: 'Full',
    sealedToken: 'first',
    defaultServiceSid: 'MG1',
    createdAt: NOW,
    updatedAt: NOW,
    ...changes,
  });
  const second = { sealed: 'second', createdAt: NOW + 1 };
  const sender = (sid: string, address: string): Sender => ({
    ...{ sid, accountSid: ACCOUNT, address, kind: 'number', canSms: true, canMms: false, rate: null },
    ...{ properties: {}, createdAt: NOW, updatedAt: NOW },
  });
  const document = (kind: string, sid: string, parentSid = ''): Document => ({
    ...{ accountSid: ACCOUNT, kind, sid, parentSid, name: null, properties: {}, createdAt: NOW, updatedAt: NOW },
  });

  describe('changes of an account', () => {
    it('set what they name, leave the rest, and answer the account as it is now', async () => {
      await current().saveAccount(account());
      const named = await current().changeAccount({ sid: ACCOUNT, set: { friendlyName: 'New' } }, NOW + 1);
      expect(named).toEqual({ kind: 'done', account: account({ friendlyName: 'New', updatedAt: NOW + 1 }) });
      const set = { secondToken: second };
      expect(await current().changeAccount({ sid: ACCOUNT, set }, NOW + 2)).toMatchObject({ kind: 'done' });
      const kept = account({ friendlyName: 'New', secondToken: second, updatedAt: NOW + 2 });
      expect(await current().account(ACCOUNT)).toEqual(kept);
      expect(await current().accounts()).toEqual([kept]);
      const promoted = { sealedToken: 'second', secondToken: null };
      await current().changeAccount({ sid: ACCOUNT, set: promoted }, NOW + 3);
      expect(await current().account(ACCOUNT)).toEqual(
        account({ friendlyName: 'New', sealedToken: 'second', updatedAt: NOW + 3 }),
      );
      expect(await current().changeAccount({ sid: OTHER, set: {} }, NOW)).toEqual({ kind: 'missing' });
    });

    it('that expected something else change nothing', async () => {
      const before = account({ secondToken: second });
      await current().saveAccount(before);
      const set = { sealedToken: 'x', secondToken: null };
      for (const expected of [{ status: 'suspended' }, { secondToken: null }, { secondToken: 'other' }] as const) {
        const answer = await current().changeAccount({ sid: ACCOUNT, set, expected }, NOW + 5);
        expect(answer).toEqual({ kind: 'differs', account: before });
      }
      expect(await current().account(ACCOUNT)).toEqual(before);
    });

    it('made at the same moment are all kept, and of those that exclude each other one', async () => {
      await current().saveAccount(account());
      const changes = [
        { set: { friendlyName: 'New' } },
        { set: { status: 'suspended' as const } },
        { set: { type: 'Trial' as const } },
        { set: { sealedToken: 'promoted' } },
        ...['a', 'b', 'c'].map((sealed) => ({
          set: { secondToken: { sealed, createdAt: NOW } },
          expected: { secondToken: null },
        })),
      ];
      const answers = await Promise.all(changes.map((one) => current().changeAccount({ sid: ACCOUNT, ...one }, NOW)));
      expect(answers.map(({ kind }) => kind).sort()).toEqual(
        [...Array(2).fill('differs'), ...Array(5).fill('done')].sort(),
      );
      expect(await current().account(ACCOUNT)).toMatchObject({
        ...{ friendlyName: 'New', status: 'suspended', type: 'Trial', sealedToken: 'promoted' },
        secondToken: { sealed: expect.stringMatching(/^[abc]$/) },
      });
    });
  });

  describe('a sender', () => {
    it('is changed only as long as it is what the change was judged by', async () => {
      const former = sender('PN1', '+12025550100');
      const [named, moved] = [
        { ...former, properties: { friendly_name: 'New' } },
        { ...former, accountSid: OTHER },
      ];
      await current().saveSender(former);
      expect(await current().saveSender(named, former)).toBe('saved');
      expect(await current().saveSender(moved, former)).toBe('differs');
      expect(await current().saveSender(moved, named)).toBe('saved');
      expect(await current().saveSender(named, named)).toBe('differs');
      expect(await current().sender(OTHER, 'PN1')).toEqual(moved);
      await current().removeSender(OTHER, 'PN1');
      expect(await current().saveSender(former, moved)).toBe('differs');
      expect(await current().senderByAddress('+12025550100')).toBeNull();
    });

    it('takes its place in a pool with it, and gets none any more', async () => {
      await current().saveSender(sender('PN1', '+12025550100'));
      const place = document('pool', 'PN1', 'MG1');
      expect(await current().saveDocument(place, null)).toBe('saved');
      expect(await current().removeSender(ACCOUNT, 'PN1')).toBe(true);
      expect(await current().document(ACCOUNT, 'pool', 'PN1')).toBeNull();
      expect(await current().saveDocument(place, null)).toBe('differs');
      expect(await current().saveDocument(document('pool', 'AI1', 'MG1'), null), 'a name has no sender').toBe('saved');
    });

    it('that goes while it is put into a pool leaves no place behind', async () => {
      const all = ['PN1', 'PN2', 'PN3', 'PN4'];
      for (const [index, sid] of all.entries()) await current().saveSender(sender(sid, `+1202555010${index}`));
      await Promise.all(
        all.flatMap((sid): Promise<unknown>[] => [
          current().saveDocument(document('pool', sid, 'MG1'), null),
          current().removeSender(ACCOUNT, sid),
        ]),
      );
      expect(await current().documents({ accountSid: ACCOUNT, kind: 'pool', limit: 9 })).toEqual([]);
    });

    it('that goes to another account leaves its place in a pool behind, and gets none there any more', async () => {
      const [former, beside] = [sender('PN1', '+12025550100'), sender('PN2', '+12025550101')];
      for (const one of [former, beside]) {
        await current().saveSender(one);
        await current().saveDocument(document('pool', one.sid, 'MG1'), null);
      }
      expect(await current().saveSender({ ...former, rate: 5 })).toBe('saved');
      expect(await current().document(ACCOUNT, 'pool', 'PN1')).not.toBeNull();
      expect(await current().saveSender({ ...former, accountSid: OTHER }, { ...former, rate: 5 })).toBe('saved');
      const left = await current().documents({ accountSid: ACCOUNT, kind: 'pool', limit: 9 });
      expect(left.map(({ sid }) => sid)).toEqual(['PN2']);
      expect(await current().saveDocument(document('pool', 'PN1', 'MG1'), null)).toBe('differs');
    });

    it('that goes to another account while it is put into a pool leaves no place behind', async () => {
      const all = [0, 1, 2, 3].map((index) => sender(`PN${index}`, `+1202555010${index}`));
      for (const one of all) await current().saveSender(one);
      await Promise.all(
        all.flatMap((one): Promise<unknown>[] => [
          current().saveDocument(document('pool', one.sid, 'MG1'), null),
          current().saveSender({ ...one, accountSid: OTHER }, one),
        ]),
      );
      expect(await current().documents({ accountSid: ACCOUNT, kind: 'pool', limit: 9 })).toEqual([]);
    });
  });

  describe('an account that is closed', () => {
    it('gives up its senders and their places in pools with it, and nothing else', async () => {
      await current().saveAccount(account());
      for (const [sid, address] of [
        ['PN1', '+12025550100'],
        ['PN2', '+12025550109'],
      ] as const) {
        await current().saveSender(sender(sid, address));
        await current().saveDocument(document('pool', sid, 'MG1'));
      }
      await current().saveDocument(document('service', 'MG1'));
      const foreign = { ...sender('PN3', '76767'), accountSid: OTHER };
      await current().saveSender(foreign);
      const closed = await current().changeAccount({ sid: ACCOUNT, set: { status: 'closed' } }, NOW + 1);
      expect(closed).toMatchObject({ kind: 'done', account: { status: 'closed' } });
      expect(await current().senders(ACCOUNT)).toEqual([]);
      expect(await current().documents({ accountSid: ACCOUNT, kind: 'pool', limit: 9 })).toEqual([]);
      expect(await current().documents({ accountSid: ACCOUNT, kind: 'service', limit: 9 })).toHaveLength(1);
      expect(await current().sender(OTHER, 'PN3')).toEqual(foreign);
    });

    it('never changes again, and gets no sender any more', async () => {
      await current().saveAccount(account());
      await current().changeAccount({ sid: ACCOUNT, set: { status: 'closed' } }, NOW + 1);
      const answer = await current().changeAccount({ sid: ACCOUNT, set: { status: 'active' } }, NOW + 2);
      expect(answer).toEqual({ kind: 'differs', account: account({ status: 'closed', updatedAt: NOW + 1 }) });
      expect(await current().saveSender(sender('PN1', '+12025550100'))).toBe('closed');
      expect(await current().senderByAddress('+12025550100')).toBeNull();
    });

    it('keeps no sender that was saved while it was being closed', async () => {
      await current().saveAccount(account());
      const saves = Array.from({ length: 8 }, (_, index) =>
        current().saveSender(sender(`PN${index}`, `+1202555010${index}`)),
      );
      await Promise.all([
        ...saves.slice(0, 4),
        current().changeAccount({ sid: ACCOUNT, set: { status: 'closed' } }, NOW),
        ...saves.slice(4),
      ]);
      expect(await current().senders(ACCOUNT)).toEqual([]);
    });
  });
}
