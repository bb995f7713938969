/** Messaging Services written straight into the store, for tests of what is sent through them. */
import { cryptoRandom, SidMaker } from '../../src/domain/sid.ts';
import type { Document, SenderKind } from '../../src/store/directory.ts';
import type { Store } from '../../src/store/store.ts';

const PREFIX = { number: 'PN', 'short-code': 'SC', alphanumeric: 'AI', channel: 'XE' } as const;

export interface TestSender {
  address: string;
  kind?: SenderKind;
  /** Of the pool's entry. */
  country?: string | null;
  rate?: number | null;
  /** Without one only the pool knows it. */
  registered?: boolean;
}

/** Makes a service with these senders in its pool, in this order, and answers its SID. */
export async function makeService(
  { store, clock }: { store: Store; clock: { now(): number } },
  accountSid: string,
  { properties = {}, senders = [], sid }: { properties?: Document['properties']; senders?: TestSender[]; sid?: string },
): Promise<string> {
  const now = clock.now();
  const sids = new SidMaker({ now: () => now }, cryptoRandom);
  const serviceSid = sid ?? sids.make('MG');
  const base = { accountSid, createdAt: now, updatedAt: now };
  await store.saveDocument({ ...base, kind: 'service', sid: serviceSid, parentSid: '', name: null, properties });
  for (const [index, sender] of senders.entries()) {
    const { address, kind = 'number', rate = 0, country = null, registered = true } = sender;
    const known = await store.senderByAddress(address);
    const senderSid = known?.sid ?? sids.make(PREFIX[kind]);
    if (registered) {
      const carries = { canSms: true, canMms: true };
      await store.saveSender({ ...base, ...carries, sid: senderSid, address, kind, rate, properties: {} });
    }
    await store.saveDocument({
      ...base,
      kind: 'pool',
      sid: senderSid,
      parentSid: serviceSid,
      name: address,
      properties: { address, sender_kind: kind, country_code: country },
      createdAt: now + index,
    });
  }
  return serviceSid;
}
