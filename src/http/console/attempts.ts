/** `/_admin/v1/accounts/{AC}/attempts`: every request to an app, what it was told, what it answered, what followed. */
import { refuse } from '../../domain/errors.ts';
import { ATTEMPT_KINDS } from '../../store/attempt-shapes.ts';
import type { CallbackAttempt } from '../../store/callback-shapes.ts';
import type { Answer } from '../answer.ts';
import type { Call } from '../context.ts';
import { doctor } from './attempt-doctor.ts';
import { replay, replayFailed } from './attempt-replay.ts';
import { attemptRow, attemptWhole } from './attempt-shown.ts';
import { answer, type ConsoleModule } from './module.ts';
import { numberOf, oneOf, sinceOf } from './query-fields.ts';

const LISTED = 50;
const MOST_LISTED = 1_000;
const RESULTS: readonly CallbackAttempt['decision'][] = ['done', 'retry', 'gave_up'];

async function list(call: Call): Promise<Answer> {
  const { store, clock } = call.context;
  const { attempts, next } = await store.attemptPage({
    accountSid: call.account.sid,
    messageSid: call.query.one('message') || undefined,
    decision: oneOf(call, 'result', RESULTS),
    kind: oneOf(call, 'kind', ATTEMPT_KINDS),
    url: call.query.one('url') || undefined,
    errorCode: numberOf(call, 'code', 0, 99_999),
    since: sinceOf(call.query.one('since'), clock.now()),
    below: numberOf(call, 'page', 1, Number.MAX_SAFE_INTEGER),
    limit: numberOf(call, 'limit', 1, MOST_LISTED) ?? LISTED,
  });
  return answer({ attempts: attempts.map(attemptRow), next_page: next === null ? null : String(next) });
}

async function fetchOne(call: Call): Promise<Answer> {
  const attempt = await attemptOf(call);
  const { accountSid, workId, decision } = attempt;
  return answer(
    attemptWhole(attempt, decision === 'retry' ? await call.context.store.workDueAt(accountSid, workId) : null),
  );
}

/** 404 when the account has none with this id. */
async function attemptOf(call: Call): Promise<CallbackAttempt> {
  const [id = ''] = call.sids;
  const attempt = /^\d{1,15}$/.test(id) ? await call.context.store.attempt(call.account.sid, Number(id)) : null;
  if (attempt) return attempt;
  throw refuse(20404, { path: call.meta.path });
}

const ONE = 'accounts/{AC}/attempts/{*}';

export const ATTEMPTS: ConsoleModule = {
  account: [
    { path: 'attempts', verbs: { GET: list } },
    { path: 'attempts/replay-failed', body: 'json', verbs: { POST: replayFailed } },
    { path: 'attempts/{*}', verbs: { GET: fetchOne } },
    { path: 'attempts/{*}/replay', body: 'json', verbs: { POST: async (call) => replay(call, await attemptOf(call)) } },
    { path: 'attempts/{*}/doctor', body: 'json', verbs: { POST: async (call) => doctor(call, await attemptOf(call)) } },
  ],
  docs: {
    'GET accounts/{AC}/attempts': {
      summary:
        'Requests to the app, newest first, without headers and bodies. A page may be short and still have a next.',
      query: {
        message: 'of this message',
        result: RESULTS.join(', '),
        kind: ATTEMPT_KINDS.join(', '),
        url: 'stands in the URL, in any case',
        code: 'error code, such as 11200',
        since: '15m, 24h, 7d, or an instant',
        limit: `1 to ${MOST_LISTED}; ${LISTED} when left out`,
        page: 'next_page of the page before',
      },
    },
    [`GET ${ONE}`]: { summary: 'One attempt: request, parameters, signature, answer, and when it is tried again.' },
    [`POST ${ONE}/replay`]: {
      summary:
        'Without a body: queues the same request as a new event (an inbound webhook is asked at once, and its answer is not carried out). With url, method or params: sends it at once, signed anew.',
      body: {
        schema: { type: 'object', properties: { url: {}, method: { enum: ['GET', 'POST', 'PUT'] }, params: {} } },
      },
      answer: { status: 202 },
    },
    'POST accounts/{AC}/attempts/replay-failed': {
      summary: 'Queues what was given up since an instant and not replayed yet; with dry_run only counts.',
      body: { schema: { type: 'object', properties: { since: {}, url: {}, dry_run: { type: 'boolean' } } } },
      answer: { status: 202 },
    },
    [`POST ${ONE}/doctor`]: {
      summary:
        'Compares what was signed with what the app’s code validates, and says which difference explains a refusal.',
      body: { schema: { type: 'object', properties: { url: {}, params: {}, body: {}, token: {} } } },
    },
  },
};
