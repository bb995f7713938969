/**
 * What is to be kept of a message that came in, and what follows from it: whose webhook is asked, whether it is a
 * keyword, whether two machines are answering each other.
 */
import type { Heard } from '../connectors/connector.ts';
import { type Address, countryOf, parseSender } from '../domain/address.ts';
import { esmeUserOf } from '../domain/esme-address.ts';
import type { InboundWebhook } from '../domain/inbound.ts';
import { decideKeyword, type KeywordDecision } from '../domain/keywords.ts';
import type { Message, MessageOptions, Status } from '../domain/message.ts';
import { priceOf } from '../domain/money.ts';
import { keyOfOptOut, keysThatForbid } from '../domain/opt-out.ts';
import type { ChargeOf } from '../domain/prices.ts';
import { isLooping, loopKey } from '../domain/reply-loop.ts';
import { NEW_SESSION } from '../domain/reply-session.ts';
import type { SidMaker } from '../domain/sid.ts';
import type { CallbackPayload } from '../store/callback-shapes.ts';
import type { Intake, JoiningWork, OptOutChange, ReplyPayload } from '../store/inbound-shapes.ts';
import type { Store } from '../store/store.ts';
import { LONGEST_BODY } from './draft.ts';
import type { KeptMedium } from './keep-media.ts';
import type { LaneOf } from './lanes.ts';
import { noticeOf } from './notices.ts';
import { BROKEN, GIVEN_UP } from './quarantine.ts';
import type { FoundReceiver } from './receivers.ts';

export interface InboundSettings {
  /** How long the parts of a message wait for each other. */
  partsWaitMs: number;
  /** What lacks parts is received all the same, in place of failing with 30009. */
  deliverPartial: boolean;
  /** Nobody has keywords but by Advanced Opt-Out. */
  keywordsOff: boolean;
  chargeOf: ChargeOf;
}

/** A message that is whole, or as whole as it will ever be. */
export interface Arrival
  extends Pick<Heard, 'connector' | 'carrierId' | 'from' | 'to' | 'media' | 'channel' | 'became'> {
  body: string;
  numSegments: number;
  /** The joining it was put together from. */
  joining: string | null;
  /** Parts of it never came. */
  isLost: boolean;
  /** Of a joining: whose it was when its parts came. */
  accountSid?: string;
}

export interface Judged {
  intake: Intake;
  keyword: KeywordDecision | null;
}

export interface JudgeParts {
  store: Pick<Store, 'optedOut' | 'pair'>;
  sids: Pick<SidMaker, 'make'>;
  settings: InboundSettings;
  /** The pace of confirmations. */
  laneOf: LaneOf;
  /** Whether the one who wrote is a sender of ours too. */
  isOurs: () => Promise<boolean>;
}

const PARTS_MISSING = 30009;
const LOOPING = 30039;

export async function judgeArrival(
  parts: JudgeParts,
  arrival: Arrival,
  receiver: FoundReceiver | null,
  media: KeptMedium[],
  now: number,
): Promise<Judged> {
  const accountSid = receiver?.accountSid ?? arrival.accountSid;
  if (accountSid === undefined) throw new Error(`${arrival.to} is nobody's, so nothing can be kept for it`);
  const route = receiver?.route.receives ? receiver.route : null;
  const failure = await failureOf(parts, accountSid, arrival, now);
  const said = failure === null && receiver ? await keywordOf(parts, accountSid, arrival, receiver) : null;
  const keyword = said?.keyword ?? null;
  const webhook = failure === null ? (route?.webhook ?? null) : null;
  const status: Status = failure !== null ? 'failed' : webhook ? 'receiving' : 'received';
  const serviceSid = receiver?.route.serviceSid ?? null;
  const message = messageOf(arrival, { sid: parts.sids.make(media.length > 0 ? 'MM' : 'SM'), accountSid, now });
  message.serviceSid = serviceSid;
  message.status = status;
  message.errorCode = failure;
  message.numMedia = media.length;
  if (failure === null) message.priceMicros = priceOf(parts.settings.chargeOf(message));
  message.history = [{ at: now, status, ...(failure !== null && { errorCode: failure }) }];
  const { connector, carrierId, joining } = arrival;
  const goesToEsme = webhook !== null && esmeUserOf(webhook.primary.url) !== null;
  return {
    keyword,
    intake: {
      message,
      seen: carrierId === null ? null : { connector, carrierId },
      joining,
      media,
      optOut: keyword && receiver ? optOutOf(keyword, arrival, receiver) : null,
      notice: said && receiver ? noticeOf(said, arrival, receiver, parts.laneOf) : null,
      reply: webhook && !goesToEsme ? payloadOf(webhook, keyword) : null,
      ...(goesToEsme && { tell: tellingOf(webhook, message) }),
    },
  };
}

/** One that cannot be judged, as it is kept: failed, and nobody is asked. */
export function brokenIntake({ joining, accountSid, message: joined }: JoiningWork, sid: string, now: number): Intake {
  const message = messageOf({ ...joined, channel: null }, { sid, accountSid, now });
  message.status = 'failed';
  message.errorCode = BROKEN;
  message.history = [{ at: now, status: 'failed', errorCode: BROKEN, note: GIVEN_UP }];
  return { message, seen: null, joining, media: [], optOut: null, notice: null, reply: null };
}

/** What a STOP or START to somebody for whom nothing is kept changes all the same. */
export function unkeptOptOut(heard: Heard, receiver: FoundReceiver): OptOutChange | null {
  if (heard.content.kind !== 'text') return null;
  const keyword = decide(heard.content.body, heard.from, receiver, false);
  const optOut = keyword && optOutOf(keyword, heard, receiver);
  return optOut && { accountSid: receiver.accountSid, ...optOut };
}

/** With which code it is kept as failed; `null`: it is received. */
async function failureOf(
  { store, settings, isOurs }: JudgeParts,
  accountSid: string,
  arrival: Arrival,
  now: number,
): Promise<number | null> {
  if (arrival.isLost && !settings.deliverPartial) return PARTS_MISSING;
  // Only between two of ours, where nobody is a person: anybody else's message reaches its app.
  if (!(await isOurs())) return null;
  const pair = await store.pair(accountSid, loopKey(arrival.from, arrival.to));
  return isLooping(pair?.loop ?? null, now) ? LOOPING : null;
}

async function keywordOf(
  { store }: JudgeParts,
  accountSid: string,
  { body, from }: Arrival,
  receiver: FoundReceiver,
): Promise<{ keyword: KeywordDecision; isOptedOut: boolean } | null> {
  const peer = parseSender(from);
  // Few messages are keywords, and only for those it matters what was before.
  if (!peer || !decide(body, from, receiver, false)) return null;
  const isOptedOut = await store.optedOut(accountSid, forbidding(receiver, peer));
  const keyword = decide(body, from, receiver, isOptedOut);
  return keyword && { keyword, isOptedOut };
}

function decide(body: string, from: string, receiver: FoundReceiver, isOptedOut: boolean): KeywordDecision | null {
  const peer = parseSender(from);
  if (!peer) return null;
  const { address, advanced, defaultsOff } = receiver;
  const country = peer.kind === 'number' ? countryOf(peer.e164) : null;
  return decideKeyword({ body, receiver: address, advanced, defaultsOff, isOptedOut, country });
}

/**
 * What the store is to change. It is told of every STOP and START, also of one that changes nothing as far as is known
 * here: of two that come at once, the store knows which was the last.
 */
function optOutOf({ type }: KeywordDecision, { from }: { from: string }, receiver: FoundReceiver): Intake['optOut'] {
  const peer = parseSender(from);
  if (!peer || type === 'HELP') return null;
  return type === 'STOP'
    ? { change: 'opt-out', keys: [keyOfOptOut(receiver.address, peer, receiver.route.serviceSid)], source: 'keyword' }
    : { change: 'opt-in', keys: forbidding(receiver, peer), source: 'keyword' };
}

function forbidding(receiver: FoundReceiver, peer: Address) {
  return keysThatForbid(receiver.address, peer, [receiver.route.serviceSid]);
}

/** What an ESME is told of it: that it is there. Its text is read when it goes out. */
function tellingOf({ primary }: InboundWebhook, { from, to, status, createdAt: at }: Message): CallbackPayload {
  const nothing = { serviceSid: null, errorCode: null, doneDate: null };
  return { url: primary.url, status, from, to, ...nothing, at, arrival: true };
}

function payloadOf(webhook: InboundWebhook, keyword: KeywordDecision | null): ReplyPayload {
  const document = { target: webhook.primary, why: 'first' } as const;
  return { webhook, optOutType: keyword?.optOutType ?? null, session: NEW_SESSION, document, rest: [] };
}

function messageOf(
  { from, to, body, numSegments, channel }: Pick<Arrival, 'from' | 'to' | 'body' | 'numSegments' | 'channel'>,
  { sid, accountSid, now }: { sid: string; accountSid: string; now: number },
): Message {
  const options: MessageOptions = channel === null ? {} : { channel };
  return {
    sid,
    accountSid,
    serviceSid: null,
    from,
    to,
    body: readable(body),
    status: 'received',
    direction: 'inbound',
    numSegments,
    numMedia: 0,
    priceMicros: null,
    errorCode: null,
    createdAt: now,
    updatedAt: now,
    sentAt: now,
    validUntil: now,
    callbackUrl: null,
    smartEncoded: false,
    provideFeedback: false,
    maxPriceMicros: null,
    tags: {},
    options,
    history: [],
  };
}

/** What any store can hold, and no more than the API promises. */
function readable(body: string): string {
  const text = body.toWellFormed().replaceAll('\0', '\ufffd');
  return text.length <= LONGEST_BODY ? text : [...text].slice(0, LONGEST_BODY).join('');
}
