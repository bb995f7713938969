/**
 * RCS before SMS: a plain recipient whose handset can be reached by RCS is written to by the pool's RCS senders
 * (behaviour sheet 7.4, step 1). Whether it can be is asked of the carrier before a sender is picked, so a message
 * never has to come back from the carrier to be sent again as SMS.
 */
import { type Address, formatAddress, parseSender } from '../domain/address.ts';
import type { Narrowed } from '../domain/senders.ts';
import type { Account } from '../store/directory.ts';
import { type Pooled, pooled, type ServiceReads } from './services.ts';

/** Whether the carrier behind a connector can reach the handset `to` by RCS from this sender. */
export type Reaches = (connector: string, from: string, to: string) => Promise<boolean>;

/** `narrowed` is `null` when the message goes as SMS; `reasons` then say why, if RCS was in question at all. */
export async function rcsFirst(
  pool: Pooled[],
  { to, pinned }: { to: Address; pinned: string | null },
  route: (from: Address, to: Address) => string | null,
  reaches: Reaches = async () => false,
): Promise<{ narrowed: Narrowed | null; reasons: string[]; note?: string }> {
  const senders = to.kind === 'number' && pinned === null ? pool.filter(isRcs) : [];
  const [first] = senders;
  if (!first) return { narrowed: null, reasons: [] };
  const connector = route(first.address, to);
  const recipient = formatAddress(to);
  if (connector === null || !(await reaches(connector, first.text, recipient))) {
    const reasons = [`as SMS because ${recipient} is not reachable by RCS now (63036)`];
    return { narrowed: null, reasons, note: 'as SMS: not reachable by RCS now (63036)' };
  }
  const reasons = [`by RCS because the pool has an RCS sender and ${recipient} is reachable by RCS`];
  return { narrowed: { candidates: senders, reasons, errorCode: null }, reasons: [], note: 'by RCS' };
}

export function isRcs({ address }: Pick<Pooled, 'address'>): boolean {
  return address.kind === 'channel' && address.channel === 'rcs';
}

/** The sender that `FallbackFrom` named; `null`: none was, or it is gone. It need not be in the pool. */
export async function fallbackSender(
  store: ServiceReads,
  account: Account,
  text: string | undefined,
): Promise<Pooled | null> {
  if (text === undefined) return null;
  const sender = (await store.senders(account.sid)).find(({ address }) => address === text) ?? null;
  if (sender === null && parseSender(text)?.kind !== 'alphanumeric') return null;
  return pooled(text, sender, null)[0] ?? null;
}
