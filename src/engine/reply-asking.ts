/** Asks an app for one document that answers an inbound message, and reads what it says. */
import type { AlertRequest, AlertResponse } from '../domain/alert.ts';
import { withoutContent } from '../domain/alert.ts';
import { type CallbackRules, type ParsedCallbackUrl, parseCallbackUrl } from '../domain/callback-url.ts';
import type { Clock } from '../domain/clock.ts';
import { type CookieJar, emptyJar, takeCookies } from '../domain/cookies.ts';
import type { Faults } from '../domain/faults.ts';
import { LONGEST_ANSWER_BYTES, readAnswer } from '../domain/twiml.ts';
import type { ReadTwiml, TwimlWarning } from '../domain/twiml-shapes.ts';
import { decodeBody } from '../net/download.ts';
import type { Outgoing, OutgoingResult } from '../net/outgoing.ts';
import type { CallbackAttempt } from '../store/callback-shapes.ts';
import type { ReplyPayload, ReplyWork } from '../store/inbound-shapes.ts';
import type { Media } from '../store/media.ts';
import { type Store, StoreUnavailable } from '../store/store.ts';
import { causeOf } from './callback-plan.ts';
import { paramsOf, type ReplyRequest, replyRequest, wireOf } from './reply-request.ts';
import { readAction } from './reply-step.ts';

export interface AskingParts {
  store: Pick<Store, 'message' | 'senderByAddress'>;
  outgoing: Pick<Outgoing, 'request'>;
  clock: Clock;
  /** The primary token of an account. */
  tokenOf: (accountSid: string) => Promise<string>;
  /** The public address of a Media resource. */
  mediaUrl: (medium: Pick<Media, 'sid' | 'accountSid' | 'messageSid'>) => string;
  faults: Faults;
  onFault: (where: string, error: unknown) => void;
}

/** An answer, or why there is none. */
export interface Asked {
  read: ReadTwiml;
  /** What is wrong with the URL's fragment. */
  notes: TwimlWarning[];
  /** What was asked, without user, password and the parameters of a GET. */
  url: string;
  status: number | null;
  ms: number;
  jar: CookieJar | null;
  /** As it is kept; `null`: nothing was asked. */
  kept: Pick<CallbackAttempt, 'at' | 'ms' | 'request' | 'response' | 'errorCode' | 'error'> | null;
  /** For alerts. */
  request: AlertRequest | null;
  response: AlertResponse | null;
}

type Answered = OutgoingResult & { kind: 'answer' };
type Receiver = ParsedCallbackUrl & { ok: true };

const KEPT_ANSWER_BYTES = 4_096;
/** Without `#rc` or `#rp`: the original's rule, one more try at once when there was no connection. */
const RETRY: NonNullable<CallbackRules['retry']> = { count: 1, on: ['ct'] };

/**
 * `payload`: with the document counted. Never throws for what the app does; throws when the store cannot be read.
 * The reply that an action is about may be gone: then nothing is asked, and nothing is ordered.
 */
export async function askDocument(parts: AskingParts, work: ReplyWork, payload: ReplyPayload): Promise<Asked> {
  const { store, clock } = parts;
  const { message } = work;
  const { document, session } = payload;
  const { method, url } = document.target;
  const receiver = parseCallbackUrl(url);
  if (!receiver.ok) return unasked(url, refused(11100, receiver.why));
  const reply = document.why === 'action' ? await store.message(message.accountSid, document.replySid) : null;
  if (document.why === 'action' && reply === null)
    return unasked(receiver.target, { ok: true, verbs: [], warnings: [] });
  const shortCodeCountry = await countryOf(store, message.to);
  const params = paramsOf({ ...work, payload }, { reply, mediaUrl: parts.mediaUrl, shortCodeCountry });
  const token = await tokenFor(parts, message.accountSid);
  if (token === null) return unasked(receiver.target, refused(11200, 'not sent: no token to sign it with'));
  const at = clock.now();
  const asking = { work, documentNumber: session.documents, receiver, method, jar: work.jar, now: at };
  const request = replyRequest({ ...asking, params }, token);
  const { result, ms } = await askWithin(parts, request, receiver.rules);
  const answer = result.kind === 'answer' ? result : null;
  const body = answer && (await decodeBody(bytesOf(answer), answer.headers['content-encoding'], LONGEST_ANSWER_BYTES));
  const read = readResult(result, body, document.why === 'action', receiver);
  const response = answer && {
    status: answer.status,
    headers: without(answer.headers, 'set-cookie'),
    // A usable answer is what the app writes to somebody: that stands in the messages it became, and goes with them.
    body: read.ok || body === null || 'kind' in body ? '' : cut(body),
  };
  const jar = answer && jarAfter(answer, work.jar ?? emptyJar(at), clock.now());
  const harmless = withoutContent(params);
  const wire = wireOf(receiver, method, harmless);
  return {
    read,
    notes: receiver.rules.warnings.map((code) => ({
      code,
      why: 'in the fragment of the URL',
      line: null,
      column: null,
    })),
    url: receiver.target,
    status: answer?.status ?? null,
    ms,
    // A pair that never had a cookie needs no row for it.
    jar: work.jar === null && jar?.cookies.length === 0 ? null : jar,
    kept: {
      at,
      ms,
      // As it went out, but for what the writer wrote and what the app wants to be known by.
      request: { method, url: wire.target, headers: without(request.headers, 'Cookie'), body: wire.body ?? '' },
      response,
      errorCode: read.ok ? null : read.code,
      error: read.ok ? null : read.why,
    },
    request: { method, url: receiver.target, parameters: harmless },
    response,
  };
}

/** All tries, within the budget of the URL's fragment. */
async function askWithin(
  { outgoing, clock, faults }: AskingParts,
  request: ReplyRequest,
  rules: CallbackRules,
): Promise<{ result: OutgoingResult; ms: number }> {
  const retry = rules.retry ?? RETRY;
  const startedAt = clock.monotonic();
  for (let tries = 0; ; tries += 1) {
    faults.at('callback.before-request');
    const result = await outgoing.request({
      ...request,
      connectMs: rules.connectMs,
      readMs: rules.readMs,
      totalMs: rules.totalMs - (clock.monotonic() - startedAt),
      maxBytes: LONGEST_ANSWER_BYTES,
      follow: true,
      raw: true,
    });
    faults.at('callback.after-request');
    const spentMs = clock.monotonic() - startedAt;
    const cause = result.kind === 'answer' && result.status < 300 ? null : causeOf(result);
    const isTorn = result.kind === 'failed' && result.isTorn === true;
    const again = cause !== null && retry.on.includes(cause) && tries < retry.count && spentMs < rules.totalMs;
    if (!again || isTorn) return { result, ms: Math.round(spentMs) };
  }
}

function readResult(
  result: OutgoingResult,
  body: Awaited<ReturnType<typeof decodeBody>> | null,
  isAction: boolean,
  { url, rules }: Receiver,
): ReadTwiml {
  if (result.kind === 'failed') {
    // Both times are 15 s, and which of them runs out first says nothing: no answer in time is 11200.
    const isSilence = result.reason === 'total-timeout' && rules.totalMs >= rules.readMs;
    return refused(isSilence ? 11200 : result.errorCode, result.text);
  }
  if (body === null || 'kind' in body) {
    return refused(body?.errorCode === 11751 ? 11750 : (body?.errorCode ?? 11200), body?.text ?? '');
  }
  const contentType = result.headers['content-type'] ?? null;
  const answer = { status: result.status, contentType, body, url: withLogin(result.url, url) };
  return isAction ? readAction(answer, () => readAnswer(answer)) : readAnswer(answer);
}

/** Relative URLs of an answer ask with the user and password of the URL that was asked, at the same origin alone. */
function withLogin(answered: string, asked: string): string {
  const [place, { origin, username, password }] = [new URL(answered), new URL(asked)];
  return place.origin === origin ? Object.assign(place, { username, password }).href : answered;
}

/** Redirects that set cookies count as well: each cookie is of the hop that set it. */
function jarAfter({ setCookies, url }: Answered, jar: CookieJar, now: number): CookieJar {
  return setCookies.reduce((kept, hop) => takeCookies(kept, hop.headers, hop.url, now), takeCookies(jar, [], url, now));
}

async function tokenFor({ tokenOf, onFault }: AskingParts, accountSid: string): Promise<string | null> {
  try {
    return await tokenOf(accountSid);
  } catch (error) {
    if (error instanceof StoreUnavailable) throw error;
    onFault('replies: token', error);
    return null;
  }
}

function unasked(url: string, read: ReadTwiml): Asked {
  return { read, notes: [], url, status: null, ms: 0, jar: null, kept: null, request: null, response: null };
}

/** Short codes do not tell their country themselves; one that nobody told is of the plan's main one. */
async function countryOf(store: Pick<Store, 'senderByAddress'>, to: string): Promise<string | null> {
  if (to.startsWith('+') || to.includes(':')) return null;
  const country = (await store.senderByAddress(to))?.properties.country_code;
  return typeof country === 'string' && country !== '' ? country : 'US';
}

function without(headers: Record<string, string>, name: string): Record<string, string> {
  const { [name]: _, ...rest } = headers;
  return rest;
}

function bytesOf({ bytes }: Answered): Uint8Array {
  return bytes ?? new Uint8Array();
}

function cut(body: Uint8Array): string {
  // A character cut in half at the end is dropped.
  const text = Buffer.from(body.subarray(0, KEPT_ANSWER_BYTES)).toString('utf8');
  return body.length > KEPT_ANSWER_BYTES ? text.replace(/(?<!\ufffd)\ufffd+$/, '') : text;
}

function refused(code: number, why: string): ReadTwiml {
  return { ok: false, code, why, line: null, column: null };
}
