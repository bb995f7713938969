/**
 * Picking the sender of a service for a message: the rules are `domain/senders.ts`, what they need is looked up here.
 * A round serves one batch: it reads each service once, and what it has picked counts for what it picks next.
 */
import type { Address } from '../domain/address.ts';
import { formatAddress } from '../domain/address.ts';
import { chooseSender, narrowSenders } from '../domain/senders.ts';
import type { Account } from '../store/directory.ts';
import type { Lane, Store } from '../store/store.ts';
import type { LaneOf } from './lanes.ts';
import { type Pooled, poolOf, type Service, serviceOf } from './services.ts';

export interface PickParts {
  store: Pick<Store, 'account' | 'document' | 'documents' | 'senders' | 'lastSender' | 'laneStarts'>;
  /** Connector that would carry from `from` to `to`; `null`: no route. */
  route: (from: Address, to: Address) => string | null;
  laneOf: LaneOf;
  random: () => number;
}

export interface PickWish {
  to: Address;
  /** The sender that the request named. */
  pinned: string | null;
  hasMedia: boolean;
  /** Segments. */
  cost: number;
}

/** `reasons`: why this one, in short sentences for people. */
export type Picked =
  | { kind: 'picked'; from: string; connector: string; lane: Lane | null; reasons: string[] }
  | { kind: 'none'; errorCode: number; reasons: string[] };

export interface PickRound {
  account(sid: string): Promise<Account | null>;
  pick(account: Account, serviceSid: string, wish: PickWish, now: number): Promise<Picked>;
}

export function makePickRound({ store, route, laneOf, random }: PickParts): PickRound {
  const accounts = new Map<string, Promise<Account | null>>();
  const services = new Map<string, Promise<{ service: Service; pool: Pooled[] } | null>>();
  /** By service and recipient: what this round has picked, which no read shows yet. */
  const picked = new Map<string, string>();
  const starts = new Map<string, number>();

  async function load(account: Account, sid: string): Promise<{ service: Service; pool: Pooled[] } | null> {
    const service = await serviceOf(store, account, sid);
    return service && { service, pool: await poolOf(store, account, sid) };
  }

  /** When each of these senders would be free, by text. Lanes are asked for once in a round. */
  async function queues(account: Account, lanes: Map<string, Lane | null>): Promise<Map<string, number>> {
    const keys = [...lanes.values()].flatMap((lane) => (lane && !starts.has(lane.key) ? [lane.key] : []));
    if (keys.length > 0) {
      const found = await store.laneStarts(account.sid, keys);
      for (const key of keys) starts.set(key, found.get(key) ?? 0);
    }
    return new Map([...lanes].map(([text, lane]) => [text, lane ? (starts.get(lane.key) ?? 0) : 0]));
  }

  return {
    account(sid) {
      return remember(accounts, sid, () => store.account(sid));
    },

    async pick(account, serviceSid, wish, now) {
      const key = `${account.sid}|${serviceSid}`;
      const loaded = await remember(services, key, () => load(account, serviceSid));
      if (!loaded) return { kind: 'none', errorCode: 21701, reasons: [`there is no service ${serviceSid} any more`] };
      const { service, pool } = loaded;
      const to = formatAddress(wish.to);
      const wantsSticky = service.stickySender && wish.pinned === null;
      const recent = picked.get(`${key}|${to}`);
      const sticky = wantsSticky ? (recent ?? (await store.lastSender(account.sid, serviceSid, to))) : null;
      const routed = new Map(pool.map(({ text, address }) => [text, route(address, wish.to)]));
      const narrowed = narrowSenders(pool, { ...wish, sticky, areaCodeGeomatch: service.areaCodeGeomatch });
      const registered = new Map(pool.map(({ text, sender }) => [text, sender]));
      const lanes = new Map(
        narrowed.candidates.map(({ text, address }) => {
          const connector = routed.get(text);
          const sender = registered.get(text) ?? null;
          return [text, connector ? laneOf(connector, account.sid, address, sender, wish.cost) : null];
        }),
      );
      const waits = await queues(account, lanes);
      for (const [text, startAt] of waits) waits.set(text, Math.max(startAt, now));
      const choice = chooseSender(narrowed, waits, random());
      const { reasons } = choice;
      if (!choice.sender) return { kind: 'none', errorCode: choice.errorCode, reasons };
      const from = choice.sender.text;
      const connector = routed.get(from) ?? null;
      if (connector === null)
        return { kind: 'none', errorCode: 21612, reasons: [...reasons, 'no carrier is configured'] };
      const lane = lanes.get(from) ?? null;
      if (lane) starts.set(lane.key, (waits.get(from) ?? now) + (lane.intervalMicros * lane.cost) / 1_000);
      picked.set(`${key}|${to}`, from);
      return { kind: 'picked', from, connector, lane, reasons };
    },
  };
}

function remember<T>(known: Map<string, Promise<T>>, key: string, read: () => Promise<T>): Promise<T> {
  const found = known.get(key) ?? read();
  known.set(key, found);
  return found;
}
