/**
 * Choosing a sender from a pool (behaviour sheet 7.4): the pinned one, else the sticky one, else the best kind for the
 * country of the recipient, else the one with the shortest queue. The choice carries its reasons, for people.
 */
import { type Address, type Channel, countryOf, formatAddress } from './address.ts';
import { isNanpNeighbour, nanpAreaOf } from './area-codes.ts';

export interface PoolSender {
  /** Its canonical text. */
  text: string;
  address: Address;
  /** ISO 3166. Of a short code or number where it is at home; of an alphanumeric sender where it is for; `null`: any. */
  country: string | null;
  canSms: boolean;
  canMms: boolean;
}

export interface SenderWish {
  to: Address;
  /** The sender that the request named. */
  pinned: string | null;
  /** The sender of the last message to this recipient through this service; `null` as well where the service does not want it. */
  sticky: string | null;
  areaCodeGeomatch: boolean;
  hasMedia: boolean;
}

/** No sender fits, the pool is empty, or the recipient gets no MMS. */
export type NoSender = 21703 | 21704 | 30011;

/** What is left of a pool. One or more candidates, any of which will do, or the reason why there are none. */
export type Narrowed = { candidates: PoolSender[]; reasons: string[]; errorCode: NoSender | null };

export type Choice =
  | { sender: PoolSender; errorCode: null; reasons: string[] }
  | { sender: null; errorCode: NoSender; reasons: string[] };

/** Where alphanumeric senders do not exist. */
const WITHOUT_ALPHANUMERIC = new Set(['US', 'CA', 'PR', 'VI', 'GU', 'AS', 'MP']);

/** Whether phones of a country (ISO 3166) can be written to from a name. */
export function hasAlphanumeric(country: string): boolean {
  return !WITHOUT_ALPHANUMERIC.has(country);
}

/** Steps 0 to 8: everything but the queues, which have to be looked up. */
export function narrowSenders(pool: PoolSender[], wish: SenderWish): Narrowed {
  if (pool.length === 0) return { candidates: [], reasons: ['the pool is empty'], errorCode: 21704 };
  const channel = channelOf(wish.to);
  // Nobody writes to itself (21266).
  const own = formatAddress(wish.to);
  const able = pool.filter(
    ({ text, address, canSms, canMms }) =>
      channelOf(address) === channel && text !== own && (wish.hasMedia ? canMms : canSms),
  );
  const reasons = [
    `${able.length} of ${pool.length} senders can carry it (${channel}${wish.hasMedia ? ', media' : ''})`,
  ];
  const none = (why: string): Narrowed => ({ candidates: [], reasons: [...reasons, why], errorCode: 21703 });
  const these = (candidates: PoolSender[], why: string): Narrowed => ({
    candidates,
    reasons: [...reasons, why],
    errorCode: null,
  });

  if (wish.pinned !== null) {
    // A name may be in the pool for several countries; it is one sender all the same.
    const pinned = able.filter(({ text }) => text === wish.pinned).slice(0, 1);
    return pinned.length > 0
      ? these(pinned, `${wish.pinned} because the request named it`)
      : none(`${wish.pinned}, which the request named, is not among them`);
  }
  if (able.length === 0) return none('no sender is of the channel of the recipient');
  const sticky = able.filter(({ text }) => text === wish.sticky).slice(0, 1);
  if (sticky.length > 0) {
    return these(sticky, `${wish.sticky} because it carried the last message to this recipient (sticky_sender)`);
  }
  if (wish.to.kind !== 'number') return these(able, 'any sender of the channel will do');
  const found = byCountry(able, wish.to.e164, wish.areaCodeGeomatch);
  return found ? these(found.senders, found.why) : none('no sender reaches the country of the recipient');
}

/**
 * Step 9: of the candidates the one that is free first (`startsAt` by text, epoch ms; left out: free now). Ties are
 * settled by `random` (0 ≤ random < 1).
 */
export function chooseSender(narrowed: Narrowed, startsAt: ReadonlyMap<string, number>, random: number): Choice {
  const { candidates, reasons, errorCode } = narrowed;
  const free = candidates.map(({ text }) => startsAt.get(text) ?? 0);
  const earliest = Math.min(...free);
  const best = candidates.filter((_, index) => free[index] === earliest);
  const sender = best[Math.floor(random * best.length)];
  if (!sender) return { sender: null, errorCode: errorCode ?? 21703, reasons };
  if (candidates.length === 1) return { sender, errorCode: null, reasons };
  const why = best.length === 1 ? 'because its queue is the shortest' : `by lot among ${best.length} of equal queues`;
  return { sender, errorCode: null, reasons: [...reasons, `${sender.text} ${why}`] };
}

function channelOf(address: Address): Channel | 'sms' {
  return address.kind === 'channel' ? address.channel : 'sms';
}

/** Steps 4 to 8. An alphanumeric sender goes first where it exists: there it is what recipients know. */
function byCountry(
  pool: PoolSender[],
  to: string,
  areaCodeGeomatch: boolean,
): { senders: PoolSender[]; why: string } | null {
  const country = countryOf(to);
  const of = (kind: Address['kind'], where: string | null) =>
    pool.filter((sender) => sender.address.kind === kind && sender.country === where);
  const place = country ?? 'an unknown country';
  if (country !== null && hasAlphanumeric(country)) {
    const own = of('alphanumeric', country);
    if (own.length > 0) return { senders: own, why: `an alphanumeric sender because it is meant for ${place}` };
    const general = of('alphanumeric', null);
    if (general.length > 0) return { senders: general, why: `an alphanumeric sender because ${place} supports it` };
  }
  const codes = country === null ? [] : of('short-code', country);
  if (codes.length > 0) return { senders: codes, why: `a short code because it is of ${place}` };
  const local = country === null ? [] : of('number', country);
  if (local.length > 0) {
    const near = areaCodeGeomatch ? byAreaCode(local, to) : null;
    return near ?? { senders: local, why: `a number because it is of ${place}` };
  }
  if (country !== null && isNanpNeighbour(country)) {
    const neighbours = pool.filter(({ address, country: home }) => address.kind === 'number' && isNanpNeighbour(home));
    if (neighbours.length > 0)
      return { senders: neighbours, why: 'a number of the US or Canada because none is local' };
  }
  const american = of('number', 'US');
  if (american.length > 0) return { senders: american, why: `a US number because none is of ${place}` };
  const any = pool.filter(({ address }) => address.kind === 'number');
  return any.length > 0 ? { senders: any, why: `any number because none is of ${place} or the US` } : null;
}

/** Step 7, US and Canada: the area code of the recipient, else one that serves the same area. */
function byAreaCode(local: PoolSender[], to: string): { senders: PoolSender[]; why: string } | null {
  const wanted = nanpAreaOf(to);
  if (wanted === null) return null;
  const areas = local.map(({ text }) => nanpAreaOf(text));
  const same = local.filter((_, index) => areas[index]?.code === wanted.code);
  if (same.length > 0) return { senders: same, why: `a number because it has the area code ${wanted.code}` };
  const overlay = local.filter((_, index) => wanted.overlays.includes(areas[index]?.code ?? ''));
  if (overlay.length === 0) return null;
  return { senders: overlay, why: `a number because its area code overlays ${wanted.code}` };
}
