/** Which sender a service would pick now, asked without sending: for the explaining endpoint and for checks at create. */
import type { Clock } from '../domain/clock.ts';
import { type ApiError, refuse } from '../domain/errors.ts';
import type { Account } from '../store/directory.ts';
import type { Store } from '../store/store.ts';
import { makePickRound, type Picked, type PickParts, type PickWish } from './pick.ts';
import { isRcs } from './rcs.ts';
import { poolOf, type Service } from './services.ts';

export type Foresee = (account: Account, serviceSid: string, wish: PickWish) => Promise<Picked>;

export function makeForesee(parts: PickParts & { clock: Clock }): Foresee {
  return (account, serviceSid, wish) => makePickRound(parts).pick(account, serviceSid, wish, parts.clock.now());
}

/** `synchronous_validation`: what would fail at `at` for want of a sender, or of room in its queue (30001), is refused. */
export function refusalOf(picked: Picked, serviceSid: string, at: number): ApiError | null {
  const details = { parameter: 'MessagingServiceSid', received: serviceSid };
  if (picked.kind === 'none') return refuse(picked.errorCode, {}, { ...details, fix: picked.reasons.join('; ') });
  const { lane, from, startsAt } = picked;
  if (lane === null || startsAt - at <= lane.horizonMs) return null;
  return refuse(21611, { From: from }, { ...details, fix: `The queue of ${from}, the shortest of the pool, is full` });
}

/** `FallbackFrom`: the service has an RCS sender to fall back from (21667), and the other is ours to use (21665). */
export async function judgeFallback(
  store: Pick<Store, 'document' | 'documents' | 'senders'>,
  account: Account,
  service: Service,
  fallback: { text: string; refusal: ApiError | null },
): Promise<void> {
  const details = { parameter: 'FallbackFrom', received: fallback.text };
  const pool = await poolOf(store, account, service.sid);
  if (!pool.some(isRcs)) throw refuse(21667, {}, details);
  if (fallback.refusal === null || pool.some(({ text }) => text === fallback.text)) return;
  throw refuse(21665, {}, { ...details, fix: fallback.refusal.message });
}
