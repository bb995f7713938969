/**
 * Opt-outs as the rooms use them: who may not be written to, and how a record is made or taken away by hand. The last
 * word is the store's, in the transaction of every claim; what is asked here spares the client a message that fails.
 */
import { type Address, formatAddress } from '../domain/address.ts';
import type { Clock } from '../domain/clock.ts';
import { refuse } from '../domain/errors.ts';
import type { Observer } from '../domain/events.ts';
import { keysThatForbid } from '../domain/opt-out.ts';
import type { OptOutChange, OptOutChanged } from '../store/inbound-shapes.ts';
import type { Store } from '../store/store.ts';
import type { Drain } from './drain.ts';

export interface OptOutQuestion {
  accountSid: string;
  /** `null`: a service has yet to choose. */
  from: Address | null;
  to: Address;
  serviceSid: string | null;
}

export interface OptOutReads extends Pick<Store, 'optOutScopes' | 'documents'> {
  /** Whether the account is known to have no opt-out at all; left out: it is never known. */
  hasNone?(accountSid: string): boolean;
}

export const OPTED_OUT = 21610;
/** The same by uploaded consent, which is told when the message is due and never at once. */
export const CONSENT_TAKEN = 30630;

/** More than a pool can hold. */
const WHOLE_POOL = 10_000;

/** Whether the recipient has opted out of this sender, of the service, or of the service that the sender is in. */
export async function isForbidden(
  store: OptOutReads,
  { accountSid, from, to, serviceSid }: OptOutQuestion,
): Promise<boolean> {
  if (store.hasNone?.(accountSid)) return false;
  const [key] = keysThatForbid(from, to, [serviceSid, '']);
  if (!key) return false;
  // Of most people there is no record at all, and then nothing else is looked up.
  const recorded = await store.optOutScopes(accountSid, key);
  if (recorded.length === 0) return false;
  const scopes = new Set(keysThatForbid(from, to, [serviceSid]).map(({ scope }) => scope));
  if (recorded.some((scope) => scopes.has(scope))) return true;
  if (from === null) return false;
  for (const parentSid of recorded) {
    if (parentSid.startsWith('MG') && (await isPooled(store, from, { accountSid, parentSid }))) return true;
  }
  return false;
}

/** A name may be in a pool for one country, as `ACME/FR`: it is of the service all the same, as the store sees it. */
async function isPooled(
  store: OptOutReads,
  from: Address,
  pool: { accountSid: string; parentSid: string },
): Promise<boolean> {
  const name = formatAddress(from);
  if (from.kind !== 'alphanumeric') {
    return (await store.documents({ ...pool, kind: 'pool', name, limit: 1 })).length > 0;
  }
  const pooled = await store.documents({ ...pool, kind: 'pool', limit: WHOLE_POOL });
  return pooled.some((one) => one.name === name || one.name?.startsWith(`${name}/`));
}

/** Refuses a message that its recipient does not want (21610). */
export async function judgeOptOut(store: OptOutReads, question: OptOutQuestion): Promise<void> {
  if (!(await isForbidden(store, question))) return;
  const received = formatAddress(question.to);
  const From = question.from ? formatAddress(question.from) : (question.serviceSid ?? '');
  const fix = `They get messages again after texting START to ${From}, or when the opt-out is taken away by hand.`;
  throw refuse(OPTED_OUT, { To: received, From }, { parameter: 'To', received, fix });
}

export type ChangeOptOuts = (change: OptOutChange) => Promise<OptOutChanged>;

/** Changes records by hand. Resolves when nothing that was under way before can still reach them (S5). */
export function makeChangeOptOuts(parts: {
  store: Pick<Store, 'changeOptOuts'>;
  clock: Clock;
  observe: Observer;
  drain: Drain;
  /** Told of every change once it is committed. */
  forget: (accountSid: string) => void;
}): ChangeOptOuts {
  const { store, clock, observe, drain, forget } = parts;
  return async (change) => {
    const [changed] = await store.changeOptOuts([change], clock.now());
    if (!changed) throw new Error('The store gave no answer about an opt-out');
    forget(change.accountSid);
    const [key] = change.keys;
    if (changed.changed && key) {
      const { accountSid, source } = change;
      observe({ type: 'opt-out', at: clock.now(), accountSid, change: change.change, channel: key.channel, source });
    }
    await drain(changed.claimedWorks);
    return changed;
  };
}
