/** Asking again: the same request queued as a new event, or another one sent at once; and all that was given up. */
import { withoutContent } from '../../domain/alert.ts';
import { parseCallbackUrl } from '../../domain/callback-url.ts';
import { refuse } from '../../domain/errors.ts';
import type { WebhookMethod } from '../../domain/inbound.ts';
import { callbackRequest } from '../../engine/callback-request.ts';
import { kindOf } from '../../engine/callback-words.ts';
import type { CallbackAttempt } from '../../store/callback-shapes.ts';
import { objectOf, wrong } from '../admin/fields.ts';
import type { Answer } from '../answer.ts';
import type { Call } from '../context.ts';
import { contentOf } from './attempt-content.ts';
import { pairsOf } from './attempt-doctor.ts';
import { attemptWhole } from './attempt-shown.ts';
import { answer } from './module.ts';
import { sinceOf } from './query-fields.ts';

/** Queued by one call. */
const MOST_REPLAYED = 1_000;
const PAGE = 500;
/** Each looks at a bounded number of attempts. */
const MOST_PAGES = 20;
const QUEUED_AT_ONCE = 100;
const METHODS = ['GET', 'POST', 'PUT'] as const;

export async function replay(call: Call, attempt: CallbackAttempt): Promise<Answer> {
  const { store, clock, ringCallbacks } = call.context;
  const given = objectOf(call.json ?? {}, 'the body', ['url', 'method', 'params']);
  const isEdited = Object.values(given).some((value) => value !== undefined && value !== null);
  // An answer is asked for once, as its replies have been sent: asked again, it is only looked at.
  if (isEdited || attempt.payload.inbound) return sendNow(call, attempt, given);
  const queued = await store.replayCallback(call.account.sid, attempt.id, clock.now());
  if (queued === null) throw refuse(20404, { path: call.meta.path });
  ringCallbacks();
  return answer({ queued: true, work_id: queued.workId, replay_of: attempt.id }, 202);
}

async function sendNow(
  call: Call,
  attempt: CallbackAttempt,
  given: Partial<Record<'url' | 'method' | 'params', unknown>>,
): Promise<Answer> {
  const { store, clock, openToken, observe, console: parts } = call.context;
  if (!parts?.ask) throw refuse(20404, { path: call.meta.path });
  const { payload, accountSid, messageSid } = attempt;
  if (payload.url.startsWith('smpp:'))
    throw wrong('url', payload.url, 'nothing: what ESMEs are told can only be told again as it is');
  const receiver = receiverOf(given.url, attempt);
  const method = methodOf(given.method, attempt);
  if (payload.click && (given.params !== undefined || method !== 'POST')) {
    throw wrong('params', given.params, 'nothing: a click is told as JSON, by POST');
  }
  const params =
    given.params === undefined || given.params === null ? await contentOf(call, attempt) : pairsOf(given.params);
  const at = clock.now();
  // Its own number makes the idempotency token another one than any event of the engine has.
  const work = { workId: -at, attempt: 1, messageSid, accountSid, payload };
  const kept = payload.inbound ? withoutContent(params) : params;
  const request = callbackRequest(work, receiver, openToken(call.account.sealedToken), { method, params, kept });
  const got = await parts.ask({ ...request, rules: receiver.rules });
  const fine = got.kind === 'answer' && got.status >= 200 && got.status < 300;
  const record: Omit<CallbackAttempt, 'id'> = {
    ...{ workId: 0, messageSid, accountSid, attempt: 1, at, ms: got.ms },
    decision: fine ? 'done' : 'gave_up',
    payload: { ...payload, url: receiver.target, replayOf: attempt.id },
    request: request.kept,
    response: got.kind === 'answer' ? { status: got.status, headers: got.headers, body: got.body } : null,
    errorCode: fine ? null : got.kind === 'failed' ? got.errorCode : 11200,
    error: fine ? null : got.kind === 'failed' ? got.text : `answered ${got.status}`,
  };
  const [id = 0] = await store.keepAttempts([record], clock.now());
  observe({
    type: 'callback.attempt',
    ...{ at, sid: messageSid, accountSid, status: kindOf(payload), url: receiver.target },
    httpStatus: record.response?.status ?? null,
    ...{ ms: got.ms, attempt: 1, decision: record.decision },
    ...(record.errorCode !== null && { errorCode: record.errorCode }),
  });
  return answer(attemptWhole({ ...record, id }, null), 201);
}

function receiverOf(url: unknown, { payload }: CallbackAttempt) {
  if (url !== undefined && url !== null && typeof url !== 'string')
    throw wrong('url', url, 'an absolute http or https URL');
  const receiver = parseCallbackUrl(url || payload.url);
  if (receiver.ok) return receiver;
  throw wrong('url', url || payload.url, `an absolute http or https URL (${receiver.why})`);
}

function methodOf(given: unknown, { request }: CallbackAttempt): WebhookMethod {
  const method = METHODS.find((one) => one === (given ?? request.method));
  if (method) return method;
  throw wrong('method', given, METHODS.join(', '));
}

export async function replayFailed(call: Call): Promise<Answer> {
  const { store, clock, ringCallbacks } = call.context;
  const given = objectOf(call.json ?? {}, 'the body', ['since', 'url', 'dry_run']);
  const text = (name: 'since' | 'url'): string | undefined => {
    const value = given[name];
    if (value !== undefined && value !== null && typeof value !== 'string') throw wrong(name, value, 'a text');
    return value || undefined;
  };
  const isDry = given.dry_run === true;
  if (given.dry_run !== undefined && typeof given.dry_run !== 'boolean')
    throw wrong('dry_run', given.dry_run, 'true or false');
  const since = sinceOf(text('since'), clock.now());
  if (since === undefined)
    throw wrong('since', given.since, '15m, 24h, 7d, or an instant such as 2026-11-22T10:00:00Z');
  const { found, askedOnce, isComplete } = await givenUp(call, since, text('url'));
  let queued = 0;
  for (let first = 0; !isDry && first < found.length; first += QUEUED_AT_ONCE) {
    const some = found.slice(first, first + QUEUED_AT_ONCE);
    const made = await Promise.all(some.map((id) => store.replayCallback(call.account.sid, id, clock.now())));
    queued += made.filter((one) => one !== null).length;
  }
  if (queued > 0) ringCallbacks();
  return answer(
    { count: found.length, queued, dry_run: isDry, not_replayable: askedOnce, is_complete: isComplete },
    isDry ? 200 : 202,
  );
}

/** Ids of attempts that ended an event without success and that nobody has replayed. `askedOnce`: webhooks among them. */
async function givenUp(call: Call, since: number, url: string | undefined) {
  const { store } = call.context;
  const accountSid = call.account.sid;
  const found: number[] = [];
  let askedOnce = 0;
  let below: number | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const search = { accountSid, decision: 'gave_up' as const, since, url, below, limit: PAGE };
    const { attempts, next } = await store.attemptPage(search);
    const replayed = await store.replayedAmong(
      accountSid,
      attempts.map(({ id }) => id),
    );
    for (const { id, payload } of attempts) {
      if (payload.inbound) askedOnce += 1;
      else if (!replayed.has(id)) found.push(id);
    }
    if (found.length >= MOST_REPLAYED) return { found: found.slice(0, MOST_REPLAYED), askedOnce, isComplete: false };
    if (next === null) return { found, askedOnce, isComplete: true };
    below = next;
  }
  return { found, askedOnce, isComplete: false };
}
