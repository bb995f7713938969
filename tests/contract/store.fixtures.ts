import type { Message } from '../../src/domain/message.ts';
import type { CallbackResult, CallbackWork } from '../../src/store/callback-shapes.ts';
import type { Acceptance, Lane, Repace, RepacePlace, SendSettlement, SendWork, Store } from '../../src/store/store.ts';

/** What the cases of the store are made of: plain messages, and short words for the walk they take. */
export const ACCOUNT = `AC${'a'.repeat(32)}`;
export const OTHER = `AC${'b'.repeat(32)}`;
export const NOW = Date.UTC(2026, 0, 1);
export const CALLBACK_URL = 'https://app.example/callback';

let counter = 0;

export function message(changes: Partial<Message> = {}): Message {
  counter += 1;
  const createdAt = changes.createdAt ?? NOW;
  const status = changes.status ?? 'queued';
  const tail = counter.toString(16).padStart(20, '0');
  return {
    sid: `SM${createdAt.toString(16).padStart(12, '0')}${tail}`,
    accountSid: ACCOUNT,
    serviceSid: null,
    from: '+12025550100',
    to: '+12025550101',
    body: `Body ${counter}`,
    status,
    direction: 'outbound-api',
    numSegments: 1,
    numMedia: 0,
    priceMicros: null,
    errorCode: null,
    createdAt,
    updatedAt: createdAt,
    sentAt: null,
    validUntil: createdAt + 14_400_000,
    callbackUrl: CALLBACK_URL,
    smartEncoded: false,
    provideFeedback: false,
    maxPriceMicros: null,
    tags: {},
    options: {},
    history: [{ at: createdAt, status }],
    ...changes,
  };
}

export function acceptance(changes: Partial<Message> = {}, lane: Lane | null = null): Acceptance {
  return { message: message(changes), connector: 'sim', lane };
}

/** Ten segments a second unless told otherwise. */
export function lane(changes: Partial<Lane> = {}): Lane {
  return { key: 'sim +12025550100', intervalMicros: 100_000, cost: 1, horizonMs: 60_000, ...changes };
}

/** All steps of a change of rate, of so many rows; answers how many were moved. */
export async function repaceAll(
  store: Store,
  change: Repace,
  { limit = 100, place = null }: { limit?: number; place?: RepacePlace | null } = {},
): Promise<number> {
  const step = await store.repace({ ...change, limit, place }, NOW);
  return step.next ? step.moved + (await repaceAll(store, change, { limit, place: step.next })) : step.moved;
}

export function claim(
  store: Store,
  now: number,
  changes: { limit?: number; lookAheadMs?: number; owner?: string; waitingOf?: string[] } = {},
) {
  return store.claimSends({ owner: 'me', limit: 100, leaseMs: 30_000, lookAheadMs: 0, ...changes }, now);
}

export function sent(work: SendWork, carrierIds = [`c-${work.message.sid}`]): SendSettlement {
  return {
    workId: work.workId,
    attempt: work.attempt,
    accountSid: work.message.accountSid,
    messageSid: work.message.sid,
    result: { kind: 'sent', connector: work.connector, carrierIds, priceMicros: -7900 },
  };
}

/** Accepts one message and brings it to `sent`; its carrier ids are `<prefix>0`, `<prefix>1`, … */
export async function walkToSent(store: Store, prefix: string, changes: Partial<Message> = {}, now = NOW) {
  const made = acceptance({ createdAt: now, ...changes });
  await store.accept([made], now);
  const work = (await claim(store, now)).find((one) => one.message.sid === made.message.sid);
  if (!work) throw new Error('The message was not claimed');
  const ids = Array.from({ length: made.message.numSegments }, (_, part) => `${prefix}${part}`);
  await store.settleSends([sent(work, ids)], now);
  return made.message;
}

export function claimCallbacks(store: Store, now: number): Promise<CallbackWork[]> {
  return store.claimCallbacks({ owner: 'me', limit: 100, leaseMs: 30_000 }, now);
}

export function finished(
  work: CallbackWork,
  decision: CallbackResult['decision'] = 'done',
  retryAt?: number,
): CallbackResult {
  const { workId, attempt, messageSid, accountSid, payload } = work;
  return {
    workId,
    attempt,
    messageSid,
    decision,
    retryAt,
    record: {
      workId,
      messageSid,
      accountSid,
      attempt,
      at: payload.at,
      ms: 12,
      decision,
      payload,
      request: { method: 'POST', url: payload.url, headers: { 'content-type': 'text/plain' }, body: 'MessageStatus=x' },
      response: { status: 204, headers: {}, body: '' },
      errorCode: null,
      error: null,
    },
  };
}
