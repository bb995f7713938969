import type { InboundPart } from '../../src/domain/inbound-parts.ts';
import type { Message } from '../../src/domain/message.ts';
import type { OptOutKey } from '../../src/domain/opt-out.ts';
import { NEW_SESSION } from '../../src/domain/reply-session.ts';
import type { Intake, ReplyPayload, ReplyResult, ReplyWork } from '../../src/store/inbound-shapes.ts';
import type { Store } from '../../src/store/store.ts';
import { ACCOUNT, message, NOW } from './store.fixtures.ts';

/** What the cases of inbound are made of: messages of one person to one number of ours, and what is answered. */
export const OURS = '+12025550100';
export const PERSON = '+12025550177';
export const WEBHOOK = { url: 'https://app.example/sms', method: 'POST' as const };

export function payload(changes: Partial<ReplyPayload> = {}): ReplyPayload {
  return {
    webhook: { primary: WEBHOOK, fallback: null },
    optOutType: null,
    session: NEW_SESSION,
    document: { target: WEBHOOK, why: 'first' },
    rest: [],
    ...changes,
  };
}

/** Of a message whose app is to be asked, unless `reply` is `null`. */
export function intake(changes: Partial<Intake> = {}, about: Partial<Message> = {}): Intake {
  const reply = changes.reply === undefined ? payload() : changes.reply;
  const status = reply ? 'receiving' : 'received';
  return {
    message: message({
      from: PERSON,
      to: OURS,
      direction: 'inbound',
      status,
      sentAt: about.createdAt ?? NOW,
      callbackUrl: null,
      ...about,
    }),
    seen: null,
    media: [],
    optOut: null,
    notice: null,
    ...changes,
    reply,
  };
}

export async function take(store: Store, one: Intake, now = NOW) {
  const [answer] = await store.takeIn([one], now);
  if (answer?.kind !== 'taken') throw new Error(`It was not taken in but ${answer?.kind}`);
  return answer;
}

export function claimReplies(store: Store, now: number, owner = 'me'): Promise<ReplyWork[]> {
  return store.claimReplies({ owner, limit: 100, leaseMs: 60_000 }, now);
}

export async function claimReply(store: Store, now: number): Promise<ReplyWork> {
  const [work] = await claimReplies(store, now);
  if (!work) throw new Error('No reply was due');
  return work;
}

/** A document that ordered nothing and ends the matter, unless told otherwise. */
export function answered(work: ReplyWork, changes: Partial<ReplyResult> = {}): ReplyResult {
  const { workId, attempt, message: about } = work;
  const { accountSid, sid: messageSid } = about;
  return {
    workId,
    attempt,
    accountSid,
    messageSid,
    replies: [],
    next: null,
    jar: null,
    loops: [],
    record: {
      workId,
      messageSid,
      accountSid,
      attempt,
      at: NOW,
      ms: 3,
      decision: 'done',
      payload: {
        url: WEBHOOK.url,
        status: 'receiving',
        from: about.from,
        to: about.to,
        serviceSid: null,
        errorCode: null,
        doneDate: null,
        at: NOW,
        inbound: { documentNumber: 1, why: 'first' },
      },
      request: { method: 'POST', url: WEBHOOK.url, headers: {}, body: 'Body=' },
      response: { status: 200, headers: {}, body: '<Response><Message>secret</Message></Response>' },
      errorCode: null,
      error: null,
    },
    ...changes,
  };
}

export function part(number: number, text: string, changes: Partial<InboundPart> = {}): InboundPart {
  const octets = new TextEncoder().encode(text);
  return { from: PERSON, to: OURS, reference: 7, total: 3, number, charset: 'Latin-1', octets, ...changes };
}

export function arrived(one: InboundPart) {
  return { connector: 'sim', accountSid: ACCOUNT, part: one, waitMs: 120_000 };
}

export function key(changes: Partial<OptOutKey> = {}): OptOutKey {
  return { channel: 'sms', scope: OURS, peer: PERSON, ...changes };
}

/** What a STOP of this person to this number comes as. */
export function stop(changes: Partial<Intake> = {}): Intake {
  return intake({ reply: null, optOut: { change: 'opt-out', keys: [key()], source: 'keyword' }, ...changes });
}
