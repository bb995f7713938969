/** What follows from a sender's new rate: what waits on its lanes moves to it. */
import { parseSender } from '../domain/address.ts';
import type { Clock } from '../domain/clock.ts';
import type { Sender } from '../store/directory.ts';
import type { Store } from '../store/store.ts';
import type { LaneOf } from './lanes.ts';

export interface RepaceParts {
  store: Pick<Store, 'repace'>;
  clock: Pick<Clock, 'now'>;
  laneOf: LaneOf;
  /** Names of all connectors: a sender has a lane on each. */
  connectors: readonly string[];
}

/** As a sender has its rate: `null` is the default, 0 is not paced. */
export interface RateChange {
  sender: Pick<Sender, 'accountSid' | 'address'>;
  former: number | null;
  rate: number | null;
}

/** Call it after the sender was saved. Answers how many messages were moved. */
export async function repaceSender(parts: RepaceParts, { sender, former, rate }: RateChange): Promise<number> {
  const from = parseSender(sender.address);
  if (!from) return 0;
  const { accountSid, address } = sender;
  let moved = 0;
  for (const connector of parts.connectors) {
    const before = parts.laneOf(connector, accountSid, from, { rate: former }, 1);
    const after = parts.laneOf(connector, accountSid, from, { rate }, 1);
    const lane = after ?? before;
    if (lane === null || before?.intervalMicros === after?.intervalMicros) continue;
    const { key, horizonMs } = lane;
    const intervals = { formerMicros: before?.intervalMicros ?? null, intervalMicros: after?.intervalMicros ?? null };
    moved += await parts.store.repace(
      { accountSid, from: address, connector, key, horizonMs, ...intervals },
      parts.clock.now(),
    );
  }
  return moved;
}
