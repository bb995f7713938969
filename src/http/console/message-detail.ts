/** `/_admin/v1/accounts/{AC}/messages/{SM}`: everything known about one message, for the page that explains it. */

import { parseSender } from '../../domain/address.ts';
import { isoMs } from '../../domain/dates.ts';
import { refuse } from '../../domain/errors.ts';
import { isSettled, type Message } from '../../domain/message.ts';
import { keysThatForbid } from '../../domain/opt-out.ts';
import { personSide } from '../../domain/privacy.ts';
import { isForbidden } from '../../engine/opt-outs.ts';
import type { CallbackAttempt } from '../../store/callback-shapes.ts';
import type { Part } from '../../store/store.ts';
import { renderPdu } from '../admin/pdus.ts';
import type { Answer, Resource } from '../answer.ts';
import type { Call } from '../context.ts';
import { showTrace } from '../lab-render.ts';
import { mediaPath } from '../media.ts';
import { canonicalSid } from '../sids.ts';
import { attemptWhole } from './attempt-shown.ts';
import { lackingFor, rebuildRequest } from './message-request.ts';
import { isRedacted, RowMaker } from './message-row.ts';
import { showSegments } from './message-segments.ts';
import { timelineOf } from './message-timeline.ts';
import { waitsOf } from './message-waits.ts';
import { answer } from './module.ts';

const MOST_LISTED = 1_000;
const MOST_MEDIA = 100;
const MOST_ALERTS = 200;
/** Later alerts about a message come from what its webhooks answered much later. */
const ALERTS_AFTER_MS = 86_400_000;
/** An answer is carried out within this time of having been asked for. */
const ORDERED_WITHIN_MS = 60_000;

export async function fetchDetail(call: Call): Promise<Answer> {
  const { store, clock, connectors } = call.context;
  const { account } = call;
  const sid = canonicalSid(call.sids[0]);
  const message = await store.message(account.sid, sid);
  if (message === null) throw refuse(20404, { path: call.meta.path });
  const ref = { accountSid: account.sid, messageSid: sid };
  const [parts, attempts, pdus, media, feedback, alerts] = await Promise.all([
    store.parts(account.sid, sid),
    store.attempts({ ...ref, limit: MOST_LISTED }),
    connectors?.pdus({ message: ref, limit: MOST_LISTED }) ?? [],
    message.numMedia > 0 ? store.media({ ...ref, limit: MOST_MEDIA }) : [],
    store.document(account.sid, 'feedback', sid),
    alertsOf(call, message),
  ]);
  const sendAt = message.status === 'scheduled' ? (await store.releaseTimes(account.sid, [sid])).get(sid) : undefined;
  const maker = new RowMaker(call);
  const [row] = await maker.rows([message]);
  const asked = attempts.filter(({ payload }) => payload.inbound).reverse();
  const told = attempts.filter(({ payload }) => !payload.inbound).reverse();
  const request = message.direction === 'inbound' ? null : rebuildRequest(message, sendAt ?? null);
  const { history, parts: carried, hints } = showTrace(account, message, parts, []);
  return answer({
    message: row,
    content: { state: isRedacted(message) ? 'redacted' : message.body === '' ? 'none' : 'kept', text: message.body },
    segments: message.body === '' ? null : showSegments(message.body, message.smartEncoded),
    timeline: { ...timelineOf(message, parts, pdus, attempts), states: history },
    parts: carried,
    trace: pdus.map(renderPdu),
    callbacks: told.map((attempt) => attemptWhole(attempt, null)),
    webhooks: asked.map(askedWebhook),
    replies: await maker.rows(await repliesTo(call, message, asked)),
    request,
    media: media.map((one) => ({
      sid: one.sid,
      content_type: one.contentType,
      size: one.sizeBytes,
      path: mediaPath(one).slice(1),
    })),
    route: {
      connector: parts[0]?.connector ?? pdus[0]?.connector ?? null,
      service_sid: message.serviceSid,
      service_name: await maker.serviceName(message.serviceSid),
      notes: notesOf(message, parts),
      waits: waitsOf(call, message),
    },
    opt_out: await optOutOf(call, message),
    alerts,
    feedback: feedback && { outcome: feedback.properties.outcome, at: isoMs(feedback.updatedAt) },
    hints,
    actions: actionsOf(call, message, clock.now(), request && lackingFor(request)),
    notices: noticesOf(message, media.length, clock.now()),
  });
}

/** A webhook that was asked how to answer. What a usable answer said stands in the replies it became. */
function askedWebhook(attempt: CallbackAttempt): Resource {
  const { inbound } = attempt.payload;
  return {
    ...attemptWhole(attempt, null),
    document_number: inbound?.documentNumber ?? null,
    why: inbound?.why ?? null,
    twiml: attempt.response?.body || null,
  };
}

/** In words, what decided where it goes; carrier ids stand with the parts. */
function notesOf({ history }: Message, parts: Part[]): string[] {
  const ids = new Set(parts.map(({ carrierId }) => carrierId));
  return history.flatMap(({ note }) => (note === undefined || ids.has(note) ? [] : [note]));
}

/**
 * What the app's answers became. Nothing is kept that would link them, so these are the replies to the writer that were
 * made while the app was being asked.
 */
async function repliesTo(call: Call, message: Message, asked: CallbackAttempt[]): Promise<Message[]> {
  const [first, last] = [asked[0], asked.at(-1)];
  if (!first || !last || message.from === null) return [];
  const { messages } = await call.context.store.search({
    accountSid: call.account.sid,
    filter: {
      ...{ to: [{ kind: 'whole', address: message.from }], from: [{ kind: 'whole', address: message.to }] },
      ...{ statuses: [], errors: [], services: [], bodies: [], segments: [], words: [] },
      ...{ directions: ['outbound-reply'], hasMedia: false, isScheduled: false, searchBodies: false },
      dates: [{ from: first.at, to: last.at + last.ms + ORDERED_WITHIN_MS }],
    },
    after: null,
    window: MOST_LISTED,
    limit: MOST_MEDIA,
  });
  return messages.filter(({ createdAt }) => createdAt >= first.at).reverse();
}

/** Whether its person would be written to by its sender now, and the records about them. */
async function optOutOf(call: Call, message: Message) {
  const { store } = call.context;
  const accountSid = call.account.sid;
  const isInbound = personSide(message.direction) === 'from';
  const [person, own] = isInbound ? [message.from, message.to] : [message.to, message.from];
  const to = person === null ? null : parseSender(person);
  const key = to && keysThatForbid(null, to, [''])[0];
  if (!to || !key) return { peer: person, is_opted_out: false, records: [] };
  const from = own === null ? null : parseSender(own);
  const isOptedOut = await isForbidden(store, { accountSid, from, to, serviceSid: message.serviceSid });
  const records = await store.optOuts({ accountSid, peer: key.peer, channel: key.channel, limit: MOST_LISTED });
  return {
    peer: key.peer,
    is_opted_out: isOptedOut,
    records: records.map(({ channel, scope, peer, source, at }) => ({ channel, scope, peer, source, at: isoMs(at) })),
  };
}

async function alertsOf(call: Call, { sid, createdAt, updatedAt }: Message) {
  const bounds = { from: createdAt, to: updatedAt + ALERTS_AFTER_MS };
  const found = await call.context.store.alerts({ accountSid: call.account.sid, ...bounds, limit: MOST_ALERTS });
  return found
    .filter(({ resourceSid }) => resourceSid === sid)
    .map((alert) => ({ sid: alert.sid, code: alert.code, level: alert.level, text: alert.text, at: isoMs(alert.at) }));
}

/** What may be done with it now, and why not. `lacking`: `null`: it came in. */
function actionsOf(call: Call, message: Message, now: number, lacking: string[] | null) {
  const isViewer = call.who?.role === 'viewer';
  const only = (why: string | null) => {
    const shown = isViewer ? 'A viewer changes nothing.' : why;
    return { allowed: shown === null, why: shown };
  };
  const unsettled = isSettled(message, now)
    ? null
    : `It is ${message.status}: wait until it is delivered, undelivered or failed.`;
  const outbound = lacking === null ? 'It came in.' : null;
  const gone = lacking?.[0] === undefined ? null : `${lacking.join(', ')} of it is not kept any more.`;
  return {
    cancel: only(
      message.status === 'scheduled' ? null : `It is ${message.status}: only what is scheduled is canceled.`,
    ),
    redact: only(unsettled),
    delete: only(unsettled),
    resend: only(outbound ?? gone),
    feedback: only(outbound),
  };
}

function noticesOf(message: Message, files: number, now: number): string[] {
  const { numMedia, options } = message;
  const wasDiscarded = options.discardContent ? 'ContentRetention=discard: ' : '';
  return [
    ...(isRedacted(message) ? [`${wasDiscarded}The text is not kept any more.`] : []),
    ...(numMedia > files && isSettled(message, now)
      ? [`${numMedia - files} of its ${numMedia} media are not kept.`]
      : []),
    ...(`${message.from} ${message.to}`.includes('XXXX') ? ['The number is masked: it is not kept any more.'] : []),
  ];
}
