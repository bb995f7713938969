/**
 * The door of the engine: has a draft judged (`prepare`), lets it take its slot in the sender's lane and makes it
 * durable. A promise of `accept` that resolves means: committed.
 */
import { refuse } from '../domain/errors.ts';
import type { Message } from '../domain/message.ts';
import { obfuscated } from '../domain/privacy.ts';
import type { Account } from '../store/directory.ts';
import type { Accepted } from '../store/store.ts';
import { makeSenderJudge } from './accept-sender.ts';
import type { Draft } from './draft.ts';
import { makeLearning } from './learning.ts';
import { type AcceptOptions, makePrepare, type Prepare, type Prepared, type PrepareParts } from './prepare.ts';
import { acceptShortened } from './shorten.ts';

export interface AcceptParts extends PrepareParts {
  /** Told when the committed message may be sent. */
  ring: (dueAt: number) => void;
  /** Told when the media of the committed message may be fetched. */
  ringFetches: (dueAt: number) => void;
  /** Told when the committed message may be given its sender. */
  ringReleases: (dueAt: number) => void;
}

/** A message that was made, or the one that the same idempotency key had made before. */
export interface Created {
  message: Message;
  isReplayed: boolean;
}

type AcceptDraft = (account: Account, draft: Draft, options?: AcceptOptions) => Promise<Created>;

export interface Accept extends AcceptDraft {
  /** The judgement alone, for who commits messages with something else. */
  prepare: Prepare;
  /** Tells of what was prepared and has been committed since. */
  announce(prepared: Prepared, dueAt: number): void;
  /** Forgets cached senders: one of this process has just changed. */
  forgetSenders(): void;
}

/** Makes the door. Throws `ApiError` for what the client did wrong; `StoreUnavailable` when nothing was written. */
export function makeAccept(parts: AcceptParts): Accept {
  const { store } = parts;
  const learning = makeLearning(parts);
  const senders = makeSenderJudge({ ...parts, learning });
  const prepare = makePrepare(parts, senders, learning);

  /** What an idempotency key stands for already. */
  async function repeated(account: Account, result: Extract<Accepted, { ok: false }>): Promise<Created> {
    const parameter = 'Idempotency-Key';
    if (result.reason === 'repeated') {
      const message = await store.message(account.sid, result.messageSid);
      if (message) return { message, isReplayed: true };
      const fix = 'Its message was deleted. Send a new key for a new message.';
      throw refuse(20409, {}, { parameter, received: result.messageSid, fix });
    }
    const fix = 'This key was sent with other parameters. Send a new key for a new message.';
    throw refuse(20409, {}, { parameter, fix });
  }

  const accept: AcceptDraft = async (account, draft, options = {}) => {
    const prepared = await prepare(account, draft, options);
    const { acceptance, shortener } = prepared;
    const { message } = acceptance;
    const result = await acceptShortened(store, acceptance, message.createdAt, shortener);
    if (result?.ok === false && result.reason === 'link-taken') {
      if (shortener?.continueOnFailure) return accept(account, { ...draft, shortenUrls: false }, options);
      throw refuse(30103);
    }
    if (result && !result.ok && result.reason !== 'queue-full') return repeated(account, result);
    const from = message.from ?? '';
    if (!result?.ok) throw refuse(21611, { From: from }, { parameter: 'From', received: from });
    announce(prepared, result.dueAt);
    return { message, isReplayed: false };
  };

  function announce({ acceptance, encoding }: Prepared, dueAt: number): void {
    const { message, releaseAt: sendAt } = acceptance;
    const { sid, accountSid, from, to, body, options, direction, numSegments: segments, createdAt: at } = message;
    parts.observe({
      type: 'message.accepted',
      at,
      sid,
      accountSid,
      from,
      // Who wants something forgotten does not want it told first.
      to: options.obfuscateAddresses ? obfuscated(to) : to,
      body: options.discardContent ? '' : body,
      segments,
      encoding,
      direction,
      ...{ status: message.status, serviceSid: message.serviceSid, media: message.numMedia },
    });
    if (message.status === 'scheduled' && sendAt !== undefined) {
      parts.observe({ type: 'message.scheduled', at, sid, accountSid, sendAt });
    }
    if (acceptance.fetch) parts.ringFetches(dueAt);
    else if (message.status === 'queued') parts.ring(dueAt);
    else parts.ringReleases(dueAt);
  }

  return Object.assign(accept, { prepare, announce, forgetSenders: senders.forget });
}
