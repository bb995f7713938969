import type { SQLInputValue, SQLOutputValue } from 'node:sqlite';
import {
  type Direction,
  type HistoryEntry,
  listedAt,
  type Message,
  type MessageOptions,
  type Status,
} from '../domain/message.ts';
import type { CallbackAttempt, CallbackWork } from './callback-shapes.ts';
import type { Account, Document, Sender, SenderKind } from './directory.ts';
import type { FetchPayload } from './media.ts';
import type { Acceptance, Accepted, Part, ReleaseWork, SendPast, SendWork } from './store.ts';

/**
 * Rows and what they mean. Rows travel as flat arrays in the order of these column lists: between threads an array
 * of primitives is copied several times faster than an object, and both sides of the store read the same lists.
 */
export type Row = SQLOutputValue[];

export const MESSAGE_COLUMNS = [
  'sid',
  'account_sid',
  'service_sid',
  'from_address',
  'to_address',
  'body',
  'status',
  'direction',
  'num_segments',
  'num_media',
  'price_micros',
  'error_code',
  'created_at',
  'updated_at',
  'sent_at',
  'valid_until',
  'callback_url',
  'smart_encoded',
  'provide_feedback',
  'max_price_micros',
  'tags',
  'history',
  'options',
] as const;

/** History is stored as lines of JSON, so a step appends text and never rewrites what came before. */
export function historyLine(entry: HistoryEntry): string {
  const { at, status, note, errorCode } = entry;
  // Most are no more than that, and nothing in it needs escaping.
  return note === undefined && errorCode === undefined ? `{"at":${at},"status":"${status}"}` : JSON.stringify(entry);
}

export function historyFrom(text: string): HistoryEntry[] {
  return text === '' ? [] : (JSON.parse(`[${text.replaceAll('\n', ',')}]`) as HistoryEntry[]);
}

export function messageFrom(row: Row): Message {
  return {
    sid: row[0] as string,
    accountSid: row[1] as string,
    serviceSid: row[2] as string | null,
    from: row[3] as string | null,
    to: row[4] as string,
    body: row[5] as string,
    status: row[6] as Status,
    direction: row[7] as Direction,
    numSegments: row[8] as number,
    numMedia: row[9] as number,
    priceMicros: row[10] as number | null,
    errorCode: row[11] as number | null,
    createdAt: row[12] as number,
    updatedAt: row[13] as number,
    sentAt: row[14] as number | null,
    validUntil: row[15] as number,
    callbackUrl: row[16] as string | null,
    smartEncoded: row[17] === 1,
    provideFeedback: row[18] === 1,
    maxPriceMicros: row[19] as number | null,
    tags: row[20] === '{}' ? {} : (JSON.parse(row[20] as string) as Record<string, string>),
    history: historyFrom(row[21] as string),
    options: optionsFrom(row[22] as string),
  };
}

export function optionsFrom(text: string): MessageOptions {
  return text === '{}' ? {} : (JSON.parse(text) as MessageOptions);
}

/** As much of a message as a transition needs; making it parses nothing. */
export type Walker = Pick<
  Message,
  | 'sid'
  | 'accountSid'
  | 'serviceSid'
  | 'from'
  | 'to'
  | 'status'
  | 'numSegments'
  | 'numMedia'
  | 'errorCode'
  | 'createdAt'
  | 'callbackUrl'
  | 'options'
>;

export function walkerFrom(row: Row): Walker {
  return {
    sid: row[0] as string,
    accountSid: row[1] as string,
    serviceSid: row[2] as string | null,
    from: row[3] as string | null,
    to: row[4] as string,
    status: row[6] as Status,
    numSegments: row[8] as number,
    numMedia: row[9] as number,
    errorCode: row[11] as number | null,
    createdAt: row[12] as number,
    callbackUrl: row[16] as string | null,
    options: optionsFrom(row[22] as string),
  };
}

/** Length of one acceptance in the flat array: the message, its place in lists, connector, lane, release, idempotency, fetch and links. */
export const ACCEPTANCE_STRIDE = MESSAGE_COLUMNS.length + 11;

/** A message as its row, in the order of `MESSAGE_COLUMNS`. */
export function messageValues(message: Message): SQLInputValue[] {
  return [
    message.sid,
    message.accountSid,
    message.serviceSid,
    message.from,
    message.to,
    message.body,
    message.status,
    message.direction,
    message.numSegments,
    message.numMedia,
    message.priceMicros,
    message.errorCode,
    message.createdAt,
    message.updatedAt,
    message.sentAt,
    message.validUntil,
    message.callbackUrl,
    message.smartEncoded ? 1 : 0,
    message.provideFeedback ? 1 : 0,
    message.maxPriceMicros,
    JSON.stringify(message.tags),
    message.history.map(historyLine).join('\n'),
    JSON.stringify(message.options),
  ];
}

/** Appends one acceptance to `flat`: the columns of the message, `listed_at`, connector, lane in four values, release, key, fetch, links. */
export function pushAcceptance(flat: SQLInputValue[], acceptance: Acceptance): void {
  const { message, connector, lane, releaseAt, idempotency, links } = acceptance;
  flat.push(...messageValues(message), listedAt(message), connector);
  if (lane) flat.push(lane.key, lane.intervalMicros, lane.cost, lane.horizonMs);
  else flat.push(null, null, null, null);
  flat.push(releaseAt ?? null, idempotency?.key ?? null, idempotency?.fingerprint ?? null, fetchPayload(acceptance));
  flat.push(links?.length ? JSON.stringify(links) : null);
}

/** What the fetch work of an acceptance keeps, as JSON; `null`: it has nothing to fetch. */
export function fetchPayload({ message, connector, lane, fetch }: Acceptance): string | null {
  if (!fetch) return null;
  const send = message.status === 'queued' ? { connector, lane, validUntil: message.validUntil } : null;
  const payload: FetchPayload = { urls: fetch.urls, send };
  return JSON.stringify(payload);
}

/** In place of whether somebody has opted out: uploaded consent alone says so. */
export const BY_CONSENT = 2;

/** A claimed send as the writer answers it: thirteen values of the work, then the message's columns. */
export function sendWorkFrom(row: Row): SendWork {
  return {
    workId: row[0] as number,
    attempt: row[1] as number,
    connector: row[2] as string,
    startAt: row[3] as number,
    lane:
      row[4] === null
        ? null
        : {
            key: row[4] as string,
            intervalMicros: row[5] as number,
            cost: row[6] as number,
            horizonMs: row[7] as number,
          },
    expired: row[8] === 1,
    optedOut: row[9] !== 0,
    ...(row[9] === BY_CONSENT && { consentTaken: true }),
    isNotice: row[10] !== null,
    ...pastFrom(row[11] as string | null, row[12] === 1),
    message: messageFrom(row.slice(13)),
  };
}

/** `lapsed`: its lease ran out before it was claimed again. */
function pastFrom(text: string | null, lapsed: boolean): { past?: SendPast } {
  if (text === null && !lapsed) return {};
  const past = text === null ? {} : (JSON.parse(text) as SendPast);
  return { past: lapsed ? { ...past, orphaned: true } : past };
}

/** From `id, attempt, message_sid, account_sid, payload`. */
export function callbackWorkFrom(row: Row): CallbackWork {
  return {
    workId: row[0] as number,
    attempt: row[1] as number,
    messageSid: row[2] as string,
    accountSid: row[3] as string,
    payload: callbackPayloadFrom(row[4]),
  };
}

/** One that cannot be read has nowhere to go, and is given up by its room; it must not break the claim, which is everybody's. */
function callbackPayloadFrom(text: unknown): CallbackWork['payload'] {
  try {
    return JSON.parse(text as string) as CallbackWork['payload'];
  } catch {
    const nothing = { from: null, to: '', serviceSid: null, errorCode: null, doneDate: null };
    return { url: '', status: 'failed', ...nothing, at: 0 };
  }
}

/** From `id, attempt` and the message's columns. */
export function releaseWorkFrom(row: Row): ReleaseWork {
  return { workId: row[0] as number, attempt: row[1] as number, message: messageFrom(row.slice(2)) };
}

export const DOCUMENT_COLUMNS = 'account_sid, kind, sid, parent_sid, name, properties, created_at, updated_at';

export function documentFrom(row: Row): Document {
  return {
    accountSid: row[0] as string,
    kind: row[1] as string,
    sid: row[2] as string,
    parentSid: row[3] as string,
    name: row[4] as string | null,
    properties: JSON.parse(row[5] as string) as Record<string, unknown>,
    createdAt: row[6] as number,
    updatedAt: row[7] as number,
  };
}

/** What an idempotency key has made, kept as a document of this kind under the key. */
export const IDEMPOTENCY_KIND = 'idempotency';
/** Keys that are over, deleted with each that is kept: no create pays for a day of them, and they go faster than they come. */
export const KEYS_FORGOTTEN = 100;

/** What the holder of a key means for one who comes with the same. */
export function repetition(properties: string, fingerprint: string): Accepted {
  const made = JSON.parse(properties) as { fingerprint: string; message_sid: string };
  if (made.fingerprint !== fingerprint) return { ok: false, reason: 'key-reused' };
  return { ok: false, reason: 'repeated', messageSid: made.message_sid };
}

export function idempotencyDocument(acceptance: {
  accountSid: string;
  messageSid: string;
  key: string;
  fingerprint: string;
  now: number;
}): Document {
  const { accountSid, messageSid, key, fingerprint, now } = acceptance;
  return {
    accountSid,
    kind: IDEMPOTENCY_KIND,
    sid: key,
    parentSid: '',
    name: null,
    properties: { fingerprint, message_sid: messageSid },
    createdAt: now,
    updatedAt: now,
  };
}

export function documentValues(document: Document): SQLInputValue[] {
  const { accountSid, kind, sid, parentSid, name, properties, createdAt, updatedAt } = document;
  return [accountSid, kind, sid, parentSid, name, JSON.stringify(properties), createdAt, updatedAt];
}

export const ATTEMPT_COLUMNS =
  'id, work_id, message_sid, account_sid, attempt, at, ms, decision, payload, request, response, error_code, error';

export function attemptFrom(row: Row): CallbackAttempt {
  return {
    id: row[0] as number,
    workId: row[1] as number,
    messageSid: row[2] as string,
    accountSid: row[3] as string,
    attempt: row[4] as number,
    at: row[5] as number,
    ms: row[6] as number,
    decision: row[7] as CallbackAttempt['decision'],
    payload: JSON.parse(row[8] as string) as CallbackAttempt['payload'],
    request: JSON.parse(row[9] as string) as CallbackAttempt['request'],
    response: row[10] === null ? null : (JSON.parse(row[10] as string) as CallbackAttempt['response']),
    errorCode: row[11] as number | null,
    error: row[12] as string | null,
  };
}

export const PART_COLUMNS = 'connector, carrier_id, part, state, error_code';

export function partFrom(row: Row): Part {
  return {
    connector: row[0] as string,
    carrierId: row[1] as string,
    part: row[2] as number,
    state: row[3] as Part['state'],
    errorCode: row[4] as number | null,
  };
}

export const ACCOUNT_COLUMNS =
  'sid, owner_sid, friendly_name, status, type, sealed_token, default_service_sid, created_at, updated_at, sealed_second, second_at';

export function accountFrom(row: Row): Account {
  const [sealed, createdAt] = row.slice(9) as [string | null, number];
  return {
    sid: row[0] as string,
    ownerSid: row[1] as string,
    friendlyName: row[2] as string,
    status: row[3] as Account['status'],
    type: row[4] as Account['type'],
    sealedToken: row[5] as string,
    defaultServiceSid: row[6] as string,
    createdAt: row[7] as number,
    updatedAt: row[8] as number,
    ...(sealed !== null && { secondToken: { sealed, createdAt } }),
  };
}

/** An account as its row, in the order of `ACCOUNT_COLUMNS`. */
export function accountValues(account: Account): (string | number | null)[] {
  const { sid, ownerSid, friendlyName, status, type, sealedToken, defaultServiceSid, createdAt, updatedAt } = account;
  const { sealed = null, createdAt: secondAt = null } = account.secondToken ?? {};
  const first = [sid, ownerSid, friendlyName, status, type, sealedToken, defaultServiceSid];
  return [...first, createdAt, updatedAt, sealed, secondAt];
}

export const SENDER_COLUMNS =
  'sid, account_sid, address, kind, can_sms, can_mms, rate, properties, created_at, updated_at';

export function senderFrom(row: Row): Sender {
  return {
    sid: row[0] as string,
    accountSid: row[1] as string,
    address: row[2] as string,
    kind: row[3] as SenderKind,
    canSms: row[4] === 1,
    canMms: row[5] === 1,
    rate: row[6] as number | null,
    properties: JSON.parse(row[7] as string) as Record<string, unknown>,
    createdAt: row[8] as number,
    updatedAt: row[9] as number,
  };
}
