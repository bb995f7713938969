import { randomBytes } from 'node:crypto';
import type { CookieJar } from '../domain/cookies.ts';
import { type InboundPart, type Joined, type Joining, lostOf, toHex } from '../domain/inbound-parts.ts';
import type { OptOut, OptOutKey } from '../domain/opt-out.ts';
import { sidTime } from '../domain/sid.ts';
import type { Accepted } from './acceptance.ts';
import type {
  JoiningWork,
  Notice,
  OptOutChange,
  OptOutLogEntry,
  Pair,
  ReplyPayload,
  ReplyResult,
} from './inbound-shapes.ts';
import { BY_CONSENT, messageValues, type Row } from './rows.ts';
import type { WorkKind } from './work-shapes.ts';

/** Rows of what comes in, of opt-outs and of pairs, and what they mean, for both engines. */

export const OPT_OUT_COLUMNS = 'account_sid, channel, peer, scope, source, at';
export const OPT_OUT_LOG_COLUMNS = 'id, account_sid, channel, peer, scope, change, source, actor, at';
export const JOINING_COLUMNS = 'ref, connector, key, account_sid, due_at, owner, message_sid, joining';

export function optOutFrom(row: Row): OptOut {
  return {
    accountSid: row[0] as string,
    channel: row[1] as OptOut['channel'],
    peer: row[2] as string,
    scope: row[3] as string,
    source: row[4] as OptOut['source'],
    at: row[5] as number,
  };
}

export function optOutLogFrom(row: Row): OptOutLogEntry {
  return {
    id: row[0] as number,
    accountSid: row[1] as string,
    channel: row[2] as OptOut['channel'],
    peer: row[3] as string,
    scope: row[4] as string,
    change: row[5] as OptOutChange['change'],
    source: row[6] as OptOut['source'],
    actor: row[7] as string | null,
    at: row[8] as number,
  };
}

/**
 * Under what a message may be forbidden, but for the service its sender is in: that is looked up only for whom there is
 * any record. The same as `keysThatForbid`, told from canonical addresses without reading them: claims are many.
 */
export function forbidding({ from, to, serviceSid }: { from: string | null; to: string; serviceSid: string | null }) {
  const scopes = [from && plain(from), serviceSid].filter((scope) => scope !== null);
  return { channel: SEPARATE.exec(to)?.[1] ?? 'sms', peer: plain(to), scopes };
}

/** As a claimed row tells it: 0, 1, or `BY_CONSENT`. */
export type OptedOut = 0 | 1 | typeof BY_CONSENT;

/** From the sources of the records that forbid a message: what somebody has said outranks what was uploaded. */
export function optedOutBy(sources: string[]): OptedOut {
  if (sources.length === 0) return 0;
  return sources.every((source) => source === 'consent') ? BY_CONSENT : 1;
}

/** Channels with opt-outs of their own. */
const SEPARATE = /^(whatsapp|messenger):/;

function plain(address: string): string {
  return address.startsWith('rcs:') ? address.slice(4) : address;
}

/** The addresses under which messages to this peer stand: its number with every prefix that shares its opt-outs. */
export function addressesOf({ channel, peer }: OptOutKey): string[] {
  return channel === 'sms' ? [peer, `rcs:${peer}`] : [peer];
}

/** What a recorded document has made due, for the bell. */
export function dueOf({ replies, next, retryAt }: ReplyResult, accepted: Accepted[], now: number) {
  const due: { kind: WorkKind; dueAt: number }[] = replies.flatMap(({ message, fetch }, index) => {
    const answer = accepted[index];
    if (!answer?.ok) return [];
    return [{ kind: fetch ? 'fetch' : message.status === 'queued' ? 'send' : 'release', dueAt: answer.dueAt }];
  });
  if (retryAt !== undefined || next) due.push({ kind: 'reply', dueAt: retryAt ?? now });
  return due;
}

export function newJoiningRef(): string {
  return randomBytes(12).toString('hex');
}

export function joiningFrom(text: unknown): Joining {
  return JSON.parse(text as string) as Joining;
}

/** From `ref, connector, account_sid, joining`. */
export function joiningWorkFrom(row: Row): JoiningWork {
  const joining = joiningFrom(row[3]);
  // A whole one is read in the same way: it lacks nothing.
  const message = lostOf({ ...joining, done: false }) as Joined;
  return {
    joining: row[0] as string,
    connector: row[1] as string,
    accountSid: row[2] as string,
    lost: !joining.done,
    message,
  };
}

/** A joining that has just become whole with this part, with the texts it must not lose before it is taken in. */
export function withTexts(whole: Joining, known: Joining | null, part: InboundPart): Joining {
  const last = part.sealed ?? toHex(part.octets);
  const octetsOf = (number: number) =>
    number === part.number ? last : (known?.parts.find((one) => one.number === number)?.octets ?? '');
  return { ...whole, parts: whole.parts.map((one) => ({ ...one, octets: octetsOf(one.number) })) };
}

/** What is kept of a joining that was taken in: enough to know its parts when they come again. */
export function withoutTexts(text: unknown): string {
  const joining = joiningFrom(text);
  return JSON.stringify({ ...joining, done: true, parts: joining.parts.map((part) => ({ ...part, octets: '' })) });
}

/** From `jar, loop_replies, loop_at`; a pair that never replied has 0. */
export function pairFrom(row: Row): Pair {
  const [jar, replies, lastAt] = row as [string | null, number, number];
  return {
    jar: jar === null ? null : (JSON.parse(jar) as CookieJar),
    loop: replies === 0 ? null : { replies, lastAt },
  };
}

/** A confirmation that comes later, for its carrier was away, confuses more than it helps. */
const NOTICE_VALID_MS = 3_600_000;

type NoticeText = Pick<Notice, 'from' | 'to' | 'text' | 'evenIfOptedOut'>;

export function noticePayload({ from, to, text, evenIfOptedOut }: Notice): string {
  return JSON.stringify({ from, to, text, evenIfOptedOut });
}

/** One that cannot be read has expired: it must not keep everything else from being claimed. */
function noticeTextFrom(payload: string): NoticeText & { validUntil?: number } {
  try {
    return JSON.parse(payload) as NoticeText;
  } catch {
    return { from: '', to: '', text: '', evenIfOptedOut: true, validUntil: 0 };
  }
}

/** Whether a claimed confirmation is for one of these addresses, and is not to reach it once it has opted out. */
export function isForgone(payload: unknown, addresses: readonly string[]): boolean {
  const { to, evenIfOptedOut = true } = noticeTextFrom(payload as string);
  return !evenIfOptedOut && addresses.includes(to);
}

/**
 * What a confirmation would be as a message, from the JSON of account, sid of the keyword and payload: a claim hands it
 * out so, because it leaves as messages do. The keyword itself may be gone by then.
 */
export function noticeFrom(json: unknown): { values: Row; evenIfOptedOut: boolean } {
  const [accountSid, sid, payload] = JSON.parse(json as string) as [string, string, string];
  const createdAt = sidTime(sid);
  const late = createdAt + NOTICE_VALID_MS;
  const { text: body, from, to, evenIfOptedOut = true, validUntil = late } = noticeTextFrom(payload);
  const values = messageValues({
    ...{ sid, accountSid, serviceSid: null, from, to, body, status: 'sending', direction: 'outbound-reply' },
    ...{ numSegments: 1, numMedia: 0, priceMicros: null, errorCode: null, createdAt, updatedAt: createdAt },
    ...{ sentAt: null, validUntil, callbackUrl: null, smartEncoded: false },
    ...{ provideFeedback: false, maxPriceMicros: null, tags: {}, options: {}, history: [] },
  });
  return { values: values as Row, evenIfOptedOut };
}

/** One that cannot be read is empty: it breaks its room, which gives it up, in place of the claim, which is everybody's. */
export function replyPayloadFrom(text: unknown): ReplyPayload {
  try {
    return JSON.parse(text as string) as ReplyPayload;
  } catch {
    return { rest: [] as ReplyPayload['rest'] } as ReplyPayload;
  }
}
