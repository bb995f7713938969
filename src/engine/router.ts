/**
 * Which connector carries a message: asked when it is accepted or released, and again when its turn has come and its
 * connector is away, or would not take it. The rules are `domain/routes.ts`; what is added here is what can be known
 * only now. A message that may have been sent is never given to another carrier (`doubt.ts`).
 */
import type { Connector } from '../connectors/connector.ts';
import { type Address, formatAddress } from '../domain/address.ts';
import { leavesAsMms } from '../domain/mms.ts';
import {
  type CarriedChannel,
  type Ranking,
  type Route,
  type RouteAsk,
  rankRoutes,
  type Way,
} from '../domain/routes.ts';
import type { SendPast, SendWork } from '../store/store.ts';

export interface Routed {
  connector: string;
  /** For the walk of the message; left out where there is no choice. Names nobody. */
  note?: string;
}

/** `null`: no route. */
export type RouteOf = (from: Address, to: Address, of: { accountSid: string; isMms?: boolean }) => Routed | null;

export interface RouterParts {
  connectors: readonly Pick<Connector, 'name' | 'carries'>[];
  /** None: the first connector that carries the channel takes all. */
  routes: readonly Route[];
  /** Whether others have to take over from it. */
  isAway: (connector: string) => boolean;
  /** Whether it is because it was paused; left out: none is. */
  isPaused?: (connector: string) => boolean;
  /** Taken for a recipient whatever the routes say; `null`: they decide. */
  instead?: (to: string) => Way | null;
  /** Said in the walk of every message. */
  remark?: string;
}

export interface Router {
  routeOf: RouteOf;
  /**
   * Another way than its connector's for a claimed send, and why; `null`: there is none now. What its own connector has
   * refused (`past.refusedBy`) cannot wait there, so for it a connector that is away is a way too: the last to be asked.
   */
  elsewhere(work: SendWork, past?: SendPast): Routed | null;
  /** All that `routeOf` judges by. */
  rank(ask: RouteAsk): Ranking;
  /** Which connectors may carry this message, best first, whether they can now or not. */
  waysOf(message: SendWork['message']): string[];
  /** Whether what waits for this connector might go another way. */
  hasOthers(connector: string): boolean;
}

export function makeRouter(parts: RouterParts): Router {
  const { connectors, routes, isAway, isPaused = () => false, instead, remark } = parts;
  const byName = new Map(connectors.map((connector) => [connector.name, connector]));
  const isByFrom = routes.some(({ from }) => from.length > 0);
  let last: { key: string; ranking: Ranking } | null = null;
  const carries = (name: string) => byName.get(name)?.carries ?? null;

  function rank(ask: RouteAsk): Ranking {
    // The senders of a pool are asked about one after another, for one recipient.
    const key = [ask.to, ask.channel, ask.accountSid, isByFrom ? ask.from : ''].join('\n');
    if (last?.key !== key) last = { key, ranking: rankAnew(ask) };
    return last.ranking;
  }

  function rankAnew(ask: RouteAsk): Ranking {
    const way = instead?.(ask.to) ?? null;
    if (way !== null) return { ways: [way], passedOver: [] };
    return routes.length > 0 ? rankRoutes(routes, ask, carries) : unrouted(ask);
  }

  function unrouted({ channel }: RouteAsk): Ranking {
    // Nobody has said that one may stand in for another.
    const first = connectors.find((one) => one.carries?.includes(channel) ?? true);
    return { ways: first ? [{ connector: first.name, why: 'the first that carries it' }] : [], passedOver: [] };
  }

  function best(ask: RouteAsk, except: readonly string[] = []): Routed | null {
    const { ways } = rank(ask);
    const left = ways.filter(({ connector }) => !except.includes(connector));
    const [first] = left;
    if (!first) return null;
    const way = left.find(({ connector }) => !isAway(connector)) ?? first;
    const away = left.slice(0, left.indexOf(way)).map(({ connector }) => connector);
    const others = left.filter((one) => one !== way && !away.includes(one.connector)).map((one) => one.connector);
    const isChoice = routes.length > 0 || instead?.(ask.to);
    const note = [
      ...(isChoice ? [`by ${way.connector}: ${way.why}`] : []),
      ...away.map((connector) => `${connector} ${isPaused(connector) ? 'paused' : 'away'}`),
      ...(isPaused(way.connector) ? [`${way.connector} is paused`] : []),
      ...(others.length > 0 ? [`then ${others.join(', ')}`] : []),
      ...(remark === undefined ? [] : [remark]),
    ].join('; ');
    return { connector: way.connector, ...(note !== '' && { note }) };
  }

  return {
    rank,
    waysOf: (message) => rank(askOf(message)).ways.map(({ connector }) => connector),
    routeOf: (from, to, { accountSid, isMms = false }) =>
      best({ from: formatAddress(from), to: formatAddress(to), accountSid, channel: channelOf(from, to, isMms) }),

    elsewhere({ connector, message }, past = {}) {
      if (routes.length === 0 && byName.has(connector)) return null;
      const refusedBy = past.refusedBy ?? [];
      const other = best(askOf(message), [connector, ...refusedBy]);
      if (other === null || refusedBy.includes(connector)) return other;
      return isAway(other.connector) ? null : other;
    },

    hasOthers: (connector) => routes.some((route) => route.connector !== connector),
  };
}

export function channelOf(from: Address, to: Address, isMms: boolean): CarriedChannel {
  // A plain recipient may be written to by RCS.
  if (from.kind === 'channel') return from.channel;
  return to.kind === 'channel' ? to.channel : isMms ? 'mms' : 'sms';
}

function askOf(message: SendWork['message']): RouteAsk {
  const { to, from, accountSid } = message;
  return { to, from: from ?? '', accountSid, channel: channelOfMessage(message) };
}

function channelOfMessage(message: SendWork['message']): CarriedChannel {
  const scheme = /^(whatsapp|messenger|rcs):/.exec(message.from ?? message.to);
  return (scheme?.[1] as CarriedChannel | undefined) ?? (leavesAsMms(message) ? 'mms' : 'sms');
}
