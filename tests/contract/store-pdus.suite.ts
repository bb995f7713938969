import { describe, expect, it } from 'vitest';
import type { MessageRef, PduOwner, TracedPdu } from '../../src/domain/pdu-trace.ts';
import type { Store } from '../../src/store/store.ts';
import { ACCOUNT, acceptance, NOW, OTHER, walkToSent } from './store.fixtures.ts';

const DAY_MS = 86_400_000;
const octets = (text: string) => Buffer.from(text).toString('base64');

function pdu(text: string, owner: PduOwner, changes: Partial<TracedPdu> = {}): TracedPdu {
  const rest = { at: NOW, connector: 'sim', bind: 'sim transceiver 1', peer: 'smsc.example:2775', ours: true };
  return { ...rest, octets: octets(text), owner, ...changes };
}
const of = (messageSid: string, accountSid = ACCOUNT): PduOwner => ({ kind: 'message', accountSid, messageSid });
const byId = (carrierId: string): PduOwner => ({ kind: 'carrier-id', carrierId, bare: octets('bare') });

/** The part of the store's contract about PDUs that are kept to be looked at. */
export function storePdusContract(current: () => Store): void {
  const textsOf = async (message: MessageRef) =>
    (await current().pdus({ message, limit: 100 })).map((one) => Buffer.from(one.octets, 'base64').toString());
  const all = async () => (await current().pdus({ limit: 1_000 })).map(({ id }) => id);

  describe('kept PDUs', () => {
    it('are those of their message, in their order, also receipts that name it by the carrier’s id', async () => {
      const message = await walkToSent(current(), 'p', { numSegments: 2 });
      const other = await walkToSent(current(), 'q');
      await current().keepPdus([pdu('submit', of(message.sid)), pdu('other', of(other.sid))], NOW);
      await current().keepPdus([pdu('receipt', byId('p1'), { ours: false, at: NOW + 5 })], NOW);
      const found = await current().pdus({ message: { accountSid: ACCOUNT, messageSid: message.sid }, limit: 10 });
      expect(found.map(({ id: _id, ...rest }) => rest)).toEqual(
        [pdu('submit', of(message.sid)), pdu('receipt', of(message.sid), { ours: false, at: NOW + 5 })].map(
          ({ owner: _owner, ...rest }) => ({ ...rest, message: { accountSid: ACCOUNT, messageSid: message.sid } }),
        ),
      );
      expect(await textsOf({ accountSid: OTHER, messageSid: message.sid })).toEqual([]);
    });

    it('of no message are kept bare', async () => {
      await current().keepPdus([pdu('whole', byId('nobody knows')), pdu('link', { kind: 'none' })], NOW);
      const found = await current().pdus({ connector: 'sim', limit: 10 });
      expect(found.map((one) => [one.message, one.octets])).toEqual([
        [null, octets('bare')],
        [null, octets('link')],
      ]);
    });

    it('are read by connector: the newest, or what came after', async () => {
      const texts = ['a', 'b', 'c', 'd'];
      for (const [index, text] of texts.entries()) {
        const connector = index === 1 ? 'other' : 'sim';
        await current().keepPdus([pdu(text, { kind: 'none' }, { connector })], NOW);
      }
      const newest = await current().pdus({ connector: 'sim', limit: 2 });
      expect(newest.map((one) => one.octets)).toEqual([octets('c'), octets('d')]);
      const after = await current().pdus({ connector: 'sim', after: newest[0]?.id, limit: 10 });
      expect(after).toEqual(newest.slice(1));
    });

    it('go with the content of their message, and what comes afterwards is not kept', async () => {
      const ways = {
        async redact(sid: string) {
          await current().change([{ accountSid: ACCOUNT, sid, verb: 'redact' }], NOW + 3_600_000);
        },
        async remove(sid: string) {
          await current().change([{ accountSid: ACCOUNT, sid, verb: 'remove' }], NOW + 3_600_000);
        },
        async bodies(sid: string) {
          await current().expire({ accountSid: ACCOUNT, what: 'bodies', from: { sids: [sid] } }, NOW + DAY_MS);
        },
      };
      for (const [way, take] of Object.entries(ways)) {
        const { sid: messageSid } = await walkToSent(current(), way);
        const kept = await walkToSent(current(), `${way} not`);
        const ref = { accountSid: ACCOUNT, messageSid };
        await current().keepPdus([pdu('submit', of(messageSid)), pdu('receipt', byId(`${way}0`))], NOW);
        await current().keepPdus([pdu('kept', of(kept.sid))], NOW);
        expect(await textsOf(ref)).toHaveLength(2);
        await take(messageSid);
        await current().keepPdus([pdu('late', of(messageSid))], NOW);
        expect(await textsOf(ref), way).toEqual([]);
        expect(await textsOf({ accountSid: ACCOUNT, messageSid: kept.sid })).toEqual(['kept']);
      }
    });

    it('go when their message discards its content or masks its number', async () => {
      const discarding = acceptance({ options: { discardContent: true } });
      await current().accept([discarding], NOW);
      await current().keepPdus([pdu('submit', of(discarding.message.sid))], NOW);
      expect(await textsOf({ accountSid: ACCOUNT, messageSid: discarding.message.sid })).toEqual(['submit']);
      const { sid: masked } = await walkToSent(current(), 'm', { options: { obfuscateAddresses: true } });
      await current().keepPdus([pdu('submit', of(masked))], NOW);
      const [work] = await current().claimSends({ owner: 'me', limit: 5, leaseMs: 1, lookAheadMs: 0 }, NOW + 60_000);
      if (work) {
        const { workId, attempt } = work;
        const key = { workId, attempt, accountSid: ACCOUNT, messageSid: work.message.sid };
        await current().settleSends([{ ...key, result: { kind: 'failed', errorCode: 30008 } }], NOW + 60_000);
      }
      const receipt = { connector: 'sim', carrierId: 'm0', state: 'delivered', doneDate: null };
      await current().receive([receipt as never], NOW + 5);
      await current().keepPdus([pdu('late', of(masked)), pdu('late', of(discarding.message.sid))], NOW);
      expect(await all()).toEqual([]);
    });

    it('go with their message when its month is forgotten', async () => {
      const { sid } = await walkToSent(current(), 'f', { callbackUrl: null });
      await current().receive([{ connector: 'sim', carrierId: 'f0', state: 'delivered' }], NOW + 5);
      await current().keepPdus([pdu('submit', of(sid)), pdu('link', { kind: 'none' })], NOW);
      let gone = 1;
      while (gone > 0) gone = await current().forget(NOW + 100 * DAY_MS, NOW + 100 * DAY_MS);
      expect(await current().message(ACCOUNT, sid)).toBeNull();
      expect((await current().pdus({ limit: 10 })).map((one) => one.octets)).toEqual([octets('link')]);
    });

    it('are forgotten by age, and the oldest beyond a number', async () => {
      const some = Array.from({ length: 40 }, (_, at) => pdu(`${at}`, { kind: 'none' }, { at: NOW + at }));
      await current().keepPdus(some, NOW);
      const ids = await all();
      const forget = async (before: number, most: number) => {
        let gone = 0;
        for (let now = 1; now > 0; gone += now) now = await current().forgetPdus({ before, most }, NOW);
        return gone;
      };
      expect(await forget(NOW + 10, 1_000)).toBe(10);
      expect(await forget(NOW + 10, 20)).toBe(10);
      expect(await all()).toEqual(ids.slice(20));
      expect(await forget(NOW + DAY_MS, 20)).toBe(20);
      expect(await forget(NOW + DAY_MS, 20)).toBe(0);
    });
  });
}
