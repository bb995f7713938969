import { describe, expect, it } from 'vitest';
import type { Document, Sender } from '../../src/store/directory.ts';
import type { Store } from '../../src/store/store.ts';
import { ACCOUNT, NOW, OTHER, walkToSent } from './store.fixtures.ts';
import { intake, key, PERSON, take } from './store-inbound.fixtures.ts';
import { holdOf, withMedia } from './store-media.fixtures.ts';

/** Reads of many things at once say what the reads of one say. */
export function storeBatchReadContract(current: () => Store): void {
  /** More than one statement takes, most of them of nobody. */
  const many = Array.from({ length: 600 }, (_, index) => `+1415555${1_000 + index}`);

  describe('reads of many things at once', () => {
    it('find senders by address, each once, also among hundreds of strangers', async () => {
      const sender = (sid: string, address: string, accountSid = ACCOUNT): Sender => ({
        sid,
        accountSid,
        address,
        kind: 'number',
        canSms: true,
        canMms: true,
        rate: null,
        properties: { sms_url: 'https://app.example/' },
        createdAt: NOW,
        updatedAt: NOW,
      });
      const made = [sender('PN1', '+12025550141'), sender('PN2', '+12025550142', OTHER)];
      for (const one of made) await current().saveSender(one);
      const asked = [...many, '+12025550142', '+12025550141', '+12025550141'];
      const found = await current().sendersByAddress(asked);
      expect(found.sort((a, b) => (a.sid < b.sid ? -1 : 1))).toEqual(made);
      expect(await current().sendersByAddress([])).toEqual([]);
      expect(await current().sendersByAddress(many.slice(0, 3))).toEqual([]);
    });

    it('find documents by name within their account and kind', async () => {
      const document = (sid: string, changes: Partial<Document>): Document => ({
        accountSid: ACCOUNT,
        kind: 'pool',
        sid,
        parentSid: 'MG1',
        name: '+12025550141',
        properties: {},
        createdAt: NOW,
        updatedAt: NOW,
        ...changes,
      });
      const older = document('PN1', {});
      const newer = document('PN2', { name: '+12025550142', createdAt: NOW + 1 });
      const others = [{ accountSid: OTHER }, { kind: 'other' }, { name: '+12025550143' }];
      const rest = others.map((changes, index) => document(`PN${index + 3}`, changes));
      for (const one of [older, newer, ...rest]) await current().saveDocument(one);
      const names = ['+12025550141', '+12025550142', ...many];
      expect(await current().documentsByName(ACCOUNT, 'pool', names)).toEqual([newer, older]);
    });

    it('find the media of messages, those of one in their order', async () => {
      const keys = [];
      for (const content of ['a', 'b', 'c']) keys.push((await holdOf(current(), content)).key);
      const two = await withMedia(current(), keys.slice(0, 2));
      const one = await withMedia(current(), keys.slice(2));
      const ask = [two, one, { ...two, sid: `MM${'9'.repeat(32)}` }];
      const found = await current().mediaOf(ask.map(({ accountSid, sid }) => ({ accountSid, messageSid: sid })));
      for (const { accountSid, sid: messageSid } of ask) {
        const alone = await current().media({ accountSid, messageSid, limit: 10 });
        expect(found.filter((medium) => medium.messageSid === messageSid)).toEqual(alone);
      }
      expect(found.map(({ blobKey }) => blobKey).sort()).toEqual([...keys].sort());
      expect(await current().mediaOf([{ accountSid: OTHER, messageSid: two.sid }])).toEqual([]);
    });

    it('find who last carried a service’s messages, to each recipient', async () => {
      const walk = (prefix: string, serviceSid: string, from: string, to: string, at: number) =>
        walkToSent(current(), prefix, { serviceSid, from, to }, at);
      await walk('a', 'MG1', '+12025550111', '+12025550199', NOW);
      await walk('b', 'MG1', '+12025550112', '+12025550199', NOW + 5);
      await walk('c', 'MG1', '+12025550113', '+12025550198', NOW + 9);
      await walk('d', 'MG2', '+12025550114', '+12025550197', NOW + 12);
      const asked = [...many, '+12025550199', '+12025550198', '+12025550197', '+12025550199'];
      expect([...(await current().lastSenders(ACCOUNT, 'MG1', asked))].sort()).toEqual([
        ['+12025550198', '+12025550113'],
        ['+12025550199', '+12025550112'],
      ]);
      expect(await current().lastSenders(OTHER, 'MG1', asked)).toEqual(new Map());
      expect(await current().lastSenders(ACCOUNT, 'MG1', [])).toEqual(new Map());
    });

    it('find when people last wrote, and what they have opted out of', async () => {
      const [person, ours] = ['whatsapp:+12025550177', 'whatsapp:+12025550100'];
      for (const at of [NOW, NOW + 5]) {
        await take(current(), intake({ reply: null }, { from: person, to: ours, createdAt: at }), at);
      }
      const pairs = [
        { from: ours, to: person },
        { from: person, to: ours },
      ];
      expect(await current().lastInboundsAt(ACCOUNT, pairs)).toEqual([{ from: person, to: ours, at: NOW + 5 }]);
      expect(await current().lastInboundsAt(OTHER, pairs)).toEqual([]);
      const keys = [key(), key({ scope: 'MG1' }), key({ channel: 'whatsapp' })];
      await current().changeOptOuts([{ accountSid: ACCOUNT, change: 'opt-out', keys, source: 'api' }], NOW);
      const who = [
        ...many.map((peer) => ({ channel: 'sms' as const, peer })),
        { channel: 'sms' as const, peer: PERSON },
      ];
      const found = await current().optOutsOf(ACCOUNT, who);
      expect(found.sort((a, b) => (a.scope < b.scope ? -1 : 1))).toEqual(keys.slice(0, 2));
      expect(await current().optOutsOf(OTHER, who)).toEqual([]);
    });
  });
}
