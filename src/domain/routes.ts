/**
 * Routes: which connectors may carry a message, best first. A pure choice: of the routes that fit, the one with the
 * longest prefix, then the one with the lowest priority number; between equals the weights share recipients out. Who
 * gets which is decided by the recipient alone, so everything to one recipient goes one way, in its order, on every
 * node. What is not first is what the message falls back to.
 */
import type { Channel } from './address.ts';

/** What a message is on its way out. */
export type CarriedChannel = 'sms' | 'mms' | Channel;

export const CARRIED_CHANNELS = ['sms', 'mms', 'whatsapp', 'messenger', 'rcs'] as const satisfies CarriedChannel[];

/** An empty list: whatever it is. */
export interface Route {
  connector: string;
  /** Beginnings of recipients' numbers: `+44`. */
  to: readonly string[];
  /** Canonical senders. */
  from: readonly string[];
  channels: readonly CarriedChannel[];
  accounts: readonly string[];
  /** The lowest is asked first. */
  priority: number;
  /** Share of the recipients among routes alike; 0: only to fall back to. */
  weight: number;
}

export interface RouteAsk {
  /** Canonical addresses. */
  to: string;
  from: string;
  channel: CarriedChannel;
  accountSid: string;
}

/** A way for a message. `why`: in words for people, without the addresses of anybody. */
export interface Way {
  connector: string;
  why: string;
}

/** What was looked at and is not taken. */
export interface PassedOver {
  connector: string;
  why: string;
}

export interface Ranking {
  /** Best first, each connector once. */
  ways: Way[];
  passedOver: PassedOver[];
}

/** `carries`: what a connector can carry; `null`: everything. */
export function rankRoutes(
  routes: readonly Route[],
  ask: RouteAsk,
  carries: (connector: string) => readonly CarriedChannel[] | null,
): Ranking {
  const number = ask.to.slice(ask.to.indexOf(':') + 1);
  const passedOver: PassedOver[] = [];
  const fitting: { route: Route; prefix: string; score: number }[] = [];
  for (const route of routes) {
    const prefix = longestPrefix(route.to, number);
    const why = unfitting(route, ask, prefix, carries(route.connector));
    if (why !== null) passedOver.push({ connector: route.connector, why });
    else fitting.push({ route, prefix: prefix ?? '', score: scoreOf(route, ask.to) });
  }
  fitting.sort(
    (a, b) => b.prefix.length - a.prefix.length || a.route.priority - b.route.priority || a.score - b.score || 0,
  );
  const ways = new Map<string, Way>();
  for (const { route, prefix } of fitting) {
    if (ways.has(route.connector)) continue;
    const equals = fitting.filter(
      (one) => one.prefix.length === prefix.length && one.route.priority === route.priority,
    );
    ways.set(route.connector, { connector: route.connector, why: reasonOf(route, prefix, equals.length > 1) });
  }
  return { ways: [...ways.values()], passedOver };
}

/** `null`: none fits. */
function longestPrefix(prefixes: readonly string[], number: string): string | null {
  if (prefixes.length === 0) return '';
  const fitting = prefixes.filter((prefix) => number.startsWith(prefix));
  return fitting.length === 0 ? null : fitting.reduce((best, one) => (one.length > best.length ? one : best));
}

function unfitting(
  { from, channels, accounts, to }: Route,
  ask: RouteAsk,
  prefix: string | null,
  carried: readonly CarriedChannel[] | null,
): string | null {
  if (carried !== null && !carried.includes(ask.channel)) return `its carrier has no ${nameOf(ask.channel)}`;
  if (channels.length > 0 && !channels.includes(ask.channel)) return `for ${channels.map(nameOf).join(', ')} alone`;
  if (accounts.length > 0 && !accounts.includes(ask.accountSid)) return 'for other accounts';
  if (from.length > 0 && !from.includes(ask.from)) return 'for other senders';
  return prefix === null ? `for ${to.join(', ')} alone` : null;
}

function reasonOf({ from, channels, accounts, priority, weight }: Route, prefix: string, isShared: boolean): string {
  const what = [
    prefix === '' ? 'any recipient' : `recipients in ${prefix}`,
    ...(from.length > 0 ? ['this sender'] : []),
    ...(channels.length > 0 ? [channels.map(nameOf).join(', ')] : []),
    ...(accounts.length > 0 ? ['this account'] : []),
  ];
  return `the route for ${what.join(', ')}; priority ${priority}${isShared ? `, weight ${weight}` : ''}`;
}

function nameOf(channel: CarriedChannel): string {
  return channel === 'sms' || channel === 'mms' || channel === 'rcs' ? channel.toUpperCase() : channel;
}

/**
 * Weighted rendezvous hashing: the lowest score wins, with a chance that is the weight's share. When a route comes or
 * goes, only the recipients that it gains or loses move.
 */
function scoreOf({ connector, weight }: Route, to: string): number {
  if (weight === 0) return Number.POSITIVE_INFINITY;
  return -Math.log((hash(`${connector}|${to}`) + 0.5) / 0x1_0000_0000) / weight;
}

/** FNV-1a of 32 bits, mixed: by itself it tells apart texts that end alike too little. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
