/** Carries out the verbs of a document: judges each reply as the door does, until something else has to be asked. */
import { ApiError } from '../domain/errors.ts';
import type { Message } from '../domain/message.ts';
import { countReply, type LoopCount, loopKey, MOST_TURNS } from '../domain/reply-loop.ts';
import type { MessageVerb } from '../domain/twiml-shapes.ts';
import type { Account } from '../store/directory.ts';
import type { ReplyPayload, ReplyWork } from '../store/inbound-shapes.ts';
import { type Store, StoreUnavailable } from '../store/store.ts';
import type { Prepare, Prepared } from './prepare.ts';
import { INTERNAL } from './quarantine.ts';
import { addressesOf, codeOf, draftOf } from './reply-draft.ts';
import { type ActionUse, actionOf, type ReplyStep } from './reply-step.ts';
import { isInPool, type ServiceReads } from './services.ts';

export interface OrderParts {
  store: ServiceReads & Pick<Store, 'pair'>;
  prepare: Prepare;
  /** What this process has counted and the store may not have yet. */
  counts: LoopCounts;
  use: ActionUse;
  onFault: (where: string, error: unknown) => void;
}

export interface Ordered {
  replies: Prepared[];
  /** What is not sent, and why. */
  dropped: { code: number; text: string }[];
  loops: { pair: string; count: LoopCount }[];
  /** `null`: nothing more is to be asked. */
  next: ReplyPayload | null;
}

const TOO_MANY_TURNS = 14107;
const COUNTS_KEPT = 10_000;

/** Replies in a row between two addresses, as of this process: several messages of one pair may be answered at once. */
export class LoopCounts {
  readonly #counts = new Map<string, LoopCount>();

  /** The later one of what is kept and what was counted here. */
  latest(accountSid: string, pair: string, kept: LoopCount | null): LoopCount | null {
    const own = this.#counts.get(`${accountSid} ${pair}`) ?? null;
    return own && (kept === null || own.lastAt > kept.lastAt || own.replies > kept.replies) ? own : kept;
  }

  set(accountSid: string, pair: string, count: LoopCount): void {
    if (this.#counts.size >= COUNTS_KEPT) this.#counts.clear();
    this.#counts.set(`${accountSid} ${pair}`, count);
  }
}

/** Has no effect but on the counts. Throws when the store is gone. */
export async function carryOut(
  parts: OrderParts,
  { message, loop }: Pick<ReplyWork, 'message' | 'loop'>,
  account: Account,
  { payload, verbs, instead }: Pick<ReplyStep, 'payload' | 'verbs' | 'instead'>,
  now: number,
): Promise<Ordered> {
  const ordered: Ordered = { replies: [], dropped: [], loops: [], next: null };
  if (instead) return { ...ordered, next: { ...payload, document: instead } };
  const ownPair = loopKey(message.to, message.from ?? '');

  async function countOf(verb: MessageVerb): Promise<boolean> {
    const { to, from } = addressesOf(verb, message);
    const pair = loopKey(to, from);
    const before = ordered.loops.find((one) => one.pair === pair);
    const kept = before?.count ?? (pair === ownPair ? loop : await lookUp(pair));
    const { count, allowed } = countReply(parts.counts.latest(account.sid, pair, kept), now);
    parts.counts.set(account.sid, pair, count);
    if (before) before.count = count;
    else ordered.loops.push({ pair, count });
    return allowed;
  }

  async function lookUp(pair: string): Promise<LoopCount | null> {
    return (await parts.store.pair(account.sid, pair))?.loop ?? null;
  }

  async function order(verb: MessageVerb): Promise<Prepared | null> {
    if (!(await countOf(verb))) {
      return drop(TOO_MANY_TURNS, `more than ${MOST_TURNS} replies in a row: the other side seems to be a machine`);
    }
    const serviceSid = await serviceFor(parts.store, account, verb, message);
    const made = draftOf(verb, message, { serviceSid, use: parts.use });
    if (!made.ok) return drop(made.code, made.why);
    try {
      return await parts.prepare(account, made.draft, { direction: 'outbound-reply' });
    } catch (error) {
      if (error instanceof StoreUnavailable) throw error;
      if (error instanceof ApiError) return drop(codeOf(error), error.message);
      // To try it again for ever would keep the rest from being sent.
      parts.onFault('replies: prepare', error);
      return drop(INTERNAL, 'something went wrong here, see the log');
    }
  }

  function drop(code: number, text: string): null {
    ordered.dropped.push({ code, text });
    return null;
  }

  for (const [index, verb] of verbs.entries()) {
    if (verb.kind === 'redirect') {
      const { url, method } = verb;
      return { ...ordered, next: { ...payload, document: { target: { url, method }, why: 'redirect' } } };
    }
    const prepared = await order(verb);
    if (!prepared) continue;
    ordered.replies.push(prepared);
    const document = actionOf(verb, prepared.acceptance.message.sid, parts.use);
    if (document) return { ...ordered, next: { ...payload, document, rest: verbs.slice(index + 1) } };
  }
  return ordered;
}

/** That of the message, as long as the reply's sender is in its pool. */
async function serviceFor(
  store: ServiceReads,
  account: Account,
  verb: MessageVerb,
  message: Message,
): Promise<string | null> {
  const { serviceSid } = message;
  if (serviceSid === null) return null;
  return (await isInPool(store, account, serviceSid, addressesOf(verb, message).from)) ? serviceSid : null;
}
