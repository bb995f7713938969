/** The sid of a channel sender, for the callbacks of its messages. One of many callbacks asks, so it is kept for a while. */
import type { Clock } from '../domain/clock.ts';
import type { Store } from '../store/store.ts';

/** `null`: a sender that nobody has registered, or not any more. */
export type InstallSidOf = (accountSid: string, from: string) => Promise<string | null>;

const KNOWN_MS = 60_000;
const MOST_KNOWN = 10_000;

export function makeInstalls({ store, clock }: { store: Pick<Store, 'senderByAddress'>; clock: Clock }): InstallSidOf {
  const known = new Map<string, { sid: string | null; until: number }>();
  return async (accountSid, from) => {
    const key = `${accountSid}|${from}`;
    const cached = known.get(key);
    if (cached && cached.until > clock.monotonic()) return cached.sid;
    const sender = await store.senderByAddress(from);
    const sid = sender?.accountSid === accountSid ? sender.sid : null;
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(key, { sid, until: clock.monotonic() + KNOWN_MS });
    return sid;
  };
}
