/** What follows from a sender's new rate: what waits on its lanes moves to it. */
import { parseSender } from '../domain/address.ts';
import type { Clock } from '../domain/clock.ts';
import type { Sender } from '../store/directory.ts';
import type { Repace, RepacePlace, Store } from '../store/store.ts';
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
  sender: Pick<Sender, 'sid' | 'accountSid' | 'address'>;
  /** `unknown`: an earlier change was broken off, so what waits has several rates. */
  former: number | null | 'unknown';
  rate: number | null;
}

/** Rows of one step: some 100 ms on PostgreSQL, which gives up a statement after 4.5 s, and 20 ms on SQLite. */
const STEP = 2_000;
/** Any rate at which a sender has a lane. */
const PACED = { rate: 1 };

/** Call it after the sender was saved. Answers how many messages were moved. */
export async function repaceSender(parts: RepaceParts, { sender, former, rate }: RateChange): Promise<number> {
  const from = parseSender(sender.address);
  if (!from) return 0;
  const { accountSid, address } = sender;
  let moved = 0;
  for (const connector of parts.connectors) {
    const laneAt = (at: Pick<Sender, 'rate'>) => parts.laneOf(connector, accountSid, from, at, 1);
    const after = laneAt({ rate });
    const lane = after ?? laneAt(PACED);
    const intervalMicros = after?.intervalMicros ?? null;
    const formerMicros = former === 'unknown' ? 0 : (laneAt({ rate: former })?.intervalMicros ?? null);
    if (lane === null || (former !== 'unknown' && formerMicros === intervalMicros)) continue;
    const { key, horizonMs } = lane;
    const change = { accountSid, from: address, connector, key, horizonMs, formerMicros, intervalMicros };
    moved += await repaceLane(parts, change);
  }
  return moved;
}

async function repaceLane({ store, clock }: RepaceParts, change: Repace): Promise<number> {
  let moved = 0;
  let place: RepacePlace | null = null;
  do {
    const step = await store.repace({ ...change, limit: STEP, place }, clock.now());
    moved += step.moved;
    place = step.next;
  } while (place !== null);
  return moved;
}
