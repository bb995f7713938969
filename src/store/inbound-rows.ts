import { randomBytes } from 'node:crypto';
import type { CookieJar } from '../domain/cookies.ts';
import { type InboundPart, type Joined, type Joining, lostOf } from '../domain/inbound-parts.ts';
import type { OptOut, OptOutKey } from '../domain/opt-out.ts';
import type { Accepted } from './acceptance.ts';
import type {
  JoiningWork,
  NoticeWork,
  OptOutChange,
  OptOutLogEntry,
  Pair,
  ReplyPayload,
  ReplyResult,
} from './inbound-shapes.ts';
import type { Row } from './rows.ts';
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
  const last = Buffer.from(part.octets).toString('hex');
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

export function noticePayload({ from, to, text }: { from: string; to: string; text: string }): string {
  return JSON.stringify({ from, to, text });
}

/** From `id, attempt, account_sid, message_sid, connector, payload`. */
export function noticeWorkFrom(row: Row): NoticeWork {
  const { from, to, text } = JSON.parse(row[5] as string) as { from: string; to: string; text: string };
  return {
    workId: row[0] as number,
    attempt: row[1] as number,
    accountSid: row[2] as string,
    messageSid: row[3] as string,
    connector: row[4] as string,
    from,
    to,
    text,
  };
}

export function replyPayloadFrom(text: unknown): ReplyPayload {
  return JSON.parse(text as string) as ReplyPayload;
}
