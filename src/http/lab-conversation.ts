/**
 * What a phone shows: both directions of its conversation in one answer, each message with what became of it. The store
 * is asked first, so that a restart loses nothing; the handset adds when it came, and what the store has no message of
 * (confirmations of keywords, messages that were deleted).
 */

import type { FastifyInstance } from 'fastify';
import type { Clock } from '../domain/clock.ts';
import { isoMs } from '../domain/dates.ts';
import { deliveryErrorName } from '../domain/errors.ts';
import { listedAt, type Message } from '../domain/message.ts';
import type { Handsets, InboxMessage } from '../domain/phone.ts';
import { channelOf, type SentMessage } from '../domain/phone-talk.ts';
import type { Account } from '../store/directory.ts';
import type { Media } from '../store/media.ts';
import type { Store } from '../store/store.ts';
import { readQuery } from './form.ts';
import { showPhone } from './lab-phone-list.ts';
import { showInbox, showSaid } from './lab-render.ts';
import { type LabRequest, phoneOf, type SandboxOf, unreadable, usualSender } from './lab-request.ts';

export interface LabConversationParts {
  handsets: Handsets;
  store: Store;
  clock: Clock;
  /** The address of a medium that needs no credentials. */
  mediaLink(sid: string): string;
}

const SHOWN = 50;
const MOST_SHOWN = 200;
const MOST_ALERTS = 500;
const MOST_OPT_OUTS = 200;
/** Of one message: far more documents than an app is asked for. */
const MOST_ATTEMPTS = 20;

type Shown = { at: string; sid?: string | null; direction: string };

export function registerLabConversation(
  scope: FastifyInstance,
  root: string,
  { handsets, store, clock, mediaLink }: LabConversationParts,
  sandboxOf: SandboxOf,
): void {
  scope.get(`${root}/phones/:number/conversation`, async (request: LabRequest) => {
    const account = await sandboxOf(request);
    const number = phoneOf(request.params.number);
    const query = readQuery(request.raw.url ?? '');
    const before = query.one('before') || undefined;
    const { messages, next } = await pageOf(account, number, sizeOf(query.one('limit')), before);
    const since = next === null ? Number.NEGATIVE_INFINITY : placeOf(messages.at(-1));
    const shown = await show(account, number, messages, before === undefined ? since : Number.POSITIVE_INFINITY);
    const known = handsets.phones().find((phone) => phone.number === number);
    const optOuts = await Promise.all(
      addressesOf(number)
        .filter((peer) => channelOf(peer) !== 'rcs')
        .map((peer) => store.optOuts({ accountSid: account.sid, peer, limit: MOST_OPT_OUTS })),
    );
    const senders = await store.senders(account.sid);
    return {
      number,
      phone: known ? showPhone(known) : null,
      now: new Date(clock.now()).toISOString(),
      optouts: optOuts
        .flat()
        .map(({ channel, scope: from, source, at }) => ({ channel, scope: from, source, at: isoMs(at) })),
      // Whom it can write to, the one first that it writes to when nobody says.
      receivers: receiversOf(senders, usualSender(senders, 'sms')),
      messages: shown,
      next,
    };
  });

  scope.post(`${root}/phones/:number/seen`, async (request: LabRequest) => {
    await sandboxOf(request);
    const number = phoneOf(request.params.number);
    handsets.markSeen(number);
    return { number, unread: 0 };
  });

  /** Newest first, of every channel. */
  async function pageOf(account: Account, number: string, size: number, after: string | undefined) {
    const page = { accountSid: account.sid, size: size + 1, ...(after !== undefined && { after }) };
    const pages = await Promise.all(
      addressesOf(number).flatMap((address) => [
        store.messages({ ...page, to: address }).then((got) => got.messages.filter((one) => !isInbound(one))),
        store.messages({ ...page, from: address }).then((got) => got.messages.filter(isInbound)),
      ]),
    );
    const found = pages.flat().sort((a, b) => placeOf(b) - placeOf(a) || (a.sid < b.sid ? 1 : -1));
    const messages = found.slice(0, size);
    return { messages, next: found.length > size ? (messages.at(-1)?.sid ?? null) : null };
  }

  /** Oldest first. `since`: from where on the handset adds what the store does not know. */
  async function show(account: Account, number: string, messages: Message[], since: number): Promise<Shown[]> {
    const [got, said] = [handsets.inbox(number), handsets.sent(number)];
    const inbound = new Map(messages.filter(isInbound).map((one) => [one.sid, one]));
    const outbound = new Map(messages.filter((one) => !isInbound(one)).map((one) => [one.sid, one]));
    const [media, hooks, alerts] = await Promise.all([
      mediaOf(messages),
      hooksOf(account, [...inbound.keys()]),
      alertsOf(account, messages),
    ]);
    const arrived = new Map(got.map((one) => [one.sid, one]));
    const known = knownOf(said, [...inbound.values()]);
    return [
      ...[...outbound.values()]
        .filter(({ status }) => status !== 'scheduled')
        .map((one) => showOut(one, arrived.get(one.sid), media.get(one.sid) ?? [])),
      ...[...inbound.values()].map((one) => ({
        ...showIn(one, media.get(one.sid) ?? []),
        webhook: hooks.get(one.sid) ?? null,
        alerts: alerts.get(one.sid) ?? [],
      })),
      ...got
        .filter(({ sid, at }) => at >= since && !outbound.has(sid))
        .map((one) => ({ direction: 'received', ...showInbox(one), status: null, notice: isNotice(one) })),
      ...said.filter((one) => one.at >= since && !known.has(one)).map((one) => ({ ...showSaid(one), status: null })),
    ].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  }

  async function mediaOf(messages: Message[]): Promise<Map<string, Media[]>> {
    const wanted = messages.filter(({ numMedia }) => numMedia > 0);
    if (wanted.length === 0) return new Map();
    const found = await store.mediaOf(wanted.map(({ accountSid, sid }) => ({ accountSid, messageSid: sid })));
    return Map.groupBy(found, ({ messageSid }) => messageSid);
  }

  /** What the app said to each, by the last document it was asked for. */
  async function hooksOf(account: Account, sids: string[]) {
    const found = sids.map(async (messageSid) => {
      const attempts = await store.attempts({ accountSid: account.sid, messageSid, limit: MOST_ATTEMPTS });
      const last = attempts.find(({ payload }) => payload.inbound);
      if (!last) return [];
      const { id, request, response, ms, errorCode, error } = last;
      const hook = {
        attempt: id,
        url: request.url,
        status: response?.status ?? null,
        ms,
        error_code: errorCode,
        error,
      };
      return [[messageSid, hook] as const];
    });
    return new Map((await Promise.all(found)).flat());
  }

  async function alertsOf(account: Account, messages: Message[]) {
    const oldest = messages.at(-1);
    if (!oldest) return new Map<string, never>();
    const query = { accountSid: account.sid, from: oldest.createdAt, limit: MOST_ALERTS };
    const raised = await store.alerts(query);
    const shown = raised.map(({ resourceSid, code, level, text }) => ({
      sid: resourceSid ?? '',
      code,
      level,
      why: text,
    }));
    return Map.groupBy(shown, ({ sid }) => sid);
  }

  function showOut(message: Message, got: InboxMessage | undefined, media: Media[]) {
    const { sid, from, to, body, numSegments, options, status, errorCode, sentAt, createdAt } = message;
    const what = got
      ? showInbox(got)
      : {
          sid,
          from,
          to,
          body,
          at: isoMs(sentAt ?? createdAt),
          parts: numSegments,
          channel: channelOf(from ?? to),
          ...(options.actions && { actions: options.actions }),
          ...(options.buttons && { buttons: options.buttons }),
          ...(options.content?.card && { card: options.content.card }),
          media: media.map(showMedium),
        };
    return {
      direction: got || hasArrived(message) ? 'received' : isLost(message) ? 'missed' : 'underway',
      ...what,
      status,
      error_code: errorCode,
      error_message: errorCode === null ? null : deliveryErrorName(errorCode),
    };
  }

  function showIn(message: Message, media: Media[]) {
    const { sid, from, to, body, numSegments, options, status, errorCode, createdAt } = message;
    const { location, button, list } = options.channel ?? {};
    return {
      direction: 'sent',
      sid,
      from,
      to,
      body,
      at: isoMs(createdAt),
      parts: numSegments,
      channel: channelOf(from ?? ''),
      media: media.map(showMedium),
      ...(location && { location }),
      ...(button && { button }),
      ...(list && { list }),
      status,
      error_code: errorCode,
      error_message: errorCode === null ? null : deliveryErrorName(errorCode),
    };
  }

  function showMedium({ sid, contentType, sizeBytes }: Media) {
    return { content_type: contentType, url: mediaLink(sid), size: sizeBytes };
  }
}

/** One handset, by its number and by what it is called on channels. */
function addressesOf(number: string): string[] {
  return number.includes(':') ? [number] : [number, `whatsapp:${number}`, `rcs:${number}`];
}

function receiversOf(senders: { address: string; kind: string }[], usual: string | null): string[] {
  const all = senders.filter(({ kind }) => kind !== 'alphanumeric').map(({ address }) => address);
  return all.sort((a, b) => Number(b === usual) - Number(a === usual));
}

function isInbound({ direction }: Message): boolean {
  return direction === 'inbound';
}

/** What the handset of an earlier process has got, as far as one can tell. */
function hasArrived({ status }: Message): boolean {
  return status === 'delivered' || status === 'read';
}

function isLost({ status }: Message): boolean {
  return status === 'undelivered' || status === 'failed' || status === 'canceled';
}

/**
 * Of what was said, what stands on the page as the message that it became. The store shows that a moment before the
 * handset hears of its SID: meanwhile it is known by its words. What is left is no message yet, or another account's.
 */
export function knownOf<Became extends Pick<Message, 'sid' | 'from' | 'to' | 'body' | 'createdAt'>>(
  said: SentMessage[],
  inbound: Became[],
): Set<SentMessage> {
  const sids = new Set(said.map(({ sid }) => sid));
  const unheard = inbound.filter(({ sid }) => !sids.has(sid));
  const known = said.filter(({ sid, why, from, to, body, at }) => {
    if (sid !== undefined) return inbound.some((one) => one.sid === sid);
    if (why !== undefined) return false;
    const place = unheard.findIndex(
      (one) => one.from === from && one.to === to && one.body === body && one.createdAt >= at,
    );
    if (place >= 0) unheard.splice(place, 1);
    return place >= 0;
  });
  return new Set(known);
}

/** The confirmation of a keyword: no message, and called after the one that it confirms. */
function isNotice({ sid }: InboxMessage): boolean {
  return sid.endsWith('-notice');
}

function placeOf(message: Message | undefined): number {
  return message ? listedAt(message) : Number.NEGATIVE_INFINITY;
}

function sizeOf(text: string | undefined): number {
  if (text === undefined || text === '') return SHOWN;
  const size = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (size >= 1 && size <= MOST_SHOWN) return size;
  throw unreadable('limit', text, `1 to ${MOST_SHOWN}`, 'Give a number, or leave it out.');
}
