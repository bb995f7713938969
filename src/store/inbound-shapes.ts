import type { CookieJar } from '../domain/cookies.ts';
import type { InboundWebhook, Target } from '../domain/inbound.ts';
import type { InboundPart, Joined } from '../domain/inbound-parts.ts';
import type { OptOutType } from '../domain/keywords.ts';
import type { Message } from '../domain/message.ts';
import type { OptOut, OptOutChannel, OptOutKey, OptOutSource } from '../domain/opt-out.ts';
import type { LoopCount } from '../domain/reply-loop.ts';
import type { ReplySession } from '../domain/reply-session.ts';
import type { Verb } from '../domain/twiml-shapes.ts';
import type { Acceptance, Accepted } from './acceptance.ts';
import type { CallbackAttempt, CallbackPayload } from './callback-shapes.ts';
import type { Media } from './media.ts';
import type { Claim, Lane, WorkKind } from './work-shapes.ts';

/**
 * The store's contract, fourth part: messages that come in, what is answered to them, and who wants none. One commit
 * takes a message in with all that follows from it; another records an app's answer with the replies it orders.
 */
export interface InboundVerbs {
  /** Takes parts of long messages, in order. What is whole stays kept, with its text, until it is taken in. */
  takePart(batch: ArrivedPart[], now: number): Promise<PartTaken[]>;
  /**
   * Joinings whose time is up, leased like work: those that miss parts (30009), and whole ones whose taking in was cut
   * short. Those taken in already are forgotten here and not answered.
   */
  claimJoinings(claim: Claim, now: number): Promise<JoiningWork[]>;
  /** Ends a joining of submits. `false`: it had been ended before, and nothing was done. */
  endSubmission(ended: EndedSubmission, now: number): Promise<boolean>;

  /** Takes messages in, all or nothing per item: row, media, opt-out, confirmation, and the work of asking the app. */
  takeIn(batch: Intake[], now: number): Promise<TookIn[]>;

  /** Claims due replies: oldest due first. */
  claimReplies(claim: Claim, now: number): Promise<ReplyWork[]>;
  /**
   * Records documents: replies accepted as `accept` does, the work moved on, put off or ended, the message then
   * `received`. `null`: the work is somebody else's by now, and nothing was recorded.
   */
  finishReplies(batch: ReplyResult[], now: number): Promise<ReplyDone[]>;

  /** Adds or removes opt-outs by hand. */
  changeOptOuts(batch: OptOutChange[], now: number): Promise<OptOutChanged[]>;

  /**
   * Forgets carrier ids after 72 h, and cookies and loop counts of pairs after 4 h. Answers how many rows this call
   * took; call again until it is 0.
   */
  forgetInbound(now: number): Promise<number>;
}

export interface InboundReads {
  /** Whether any of these records exists. Never to be remembered: the next STOP may be a millisecond away. */
  optedOut(accountSid: string, keys: OptOutKey[]): Promise<boolean>;
  /**
   * Of what a peer has opted out, in no order, but by uploaded consent: that is left to the claim. Asked for every
   * message, and as little to be remembered.
   */
  optOutScopes(accountSid: string, who: Pick<OptOutKey, 'channel' | 'peer'>): Promise<string[]>;
  /** Newest first. `after`: the last one of the page before. */
  optOuts(query: OptOutQuery): Promise<OptOut[]>;
  /** What has ever been changed, newest first. `before`: the `id` of the last one of the page before. */
  optOutLog(query: { accountSid: string; limit: number; before?: number }): Promise<OptOutLogEntry[]>;
  /** Of these works, those still claimed as they were. A STOP is acknowledged when none is left. */
  stillClaimed(works: ClaimedWork[], now: number): Promise<ClaimedWork[]>;
  /** What is kept of a pair (`loopKey`); `null`: nothing. */
  pair(accountSid: string, pair: string): Promise<Pair | null>;
  /** When `from` last wrote to `to`, by what is still kept (epoch ms); `null`: nothing is. */
  lastInboundAt(accountSid: string, from: string, to: string): Promise<number | null>;
}

export interface ArrivedPart {
  connector: string;
  accountSid: string;
  part: InboundPart;
  /** How long the others are waited for. */
  waitMs: number;
}

export type PartTaken =
  /** Kept; nothing else to do. What it has pushed aside comes by `claimJoinings`. `sid`: of submits, what they will be. */
  | { kind: 'waiting' | 'repeated'; sid?: string }
  /** `joining`: for its `Intake`; `null`: it was one part alone, and nothing is kept of it. */
  | { kind: 'whole'; message: Joined; joining: string | null };

/** Submits that were joined are a message now, or (`tell`) will never be one, which their ESME is to hear. */
export interface EndedSubmission {
  joining: string;
  accountSid: string;
  messageSid: string;
  tell: CallbackPayload | null;
}

export interface JoiningWork {
  /** For its `Intake`, which ends it. */
  joining: string;
  connector: string;
  accountSid: string;
  /** Whether parts are missing: it is to be taken in as failed with 30009. */
  lost: boolean;
  message: Joined;
}

/** How long a message that is whole waits for whoever put it together, before anybody may take it in. */
export const WHOLE_WAIT_MS = 10_000;

export interface Intake {
  /** Inbound; `receiving` with reply work, else `received` or `failed`. */
  message: Message;
  /** Seen before by connector and carrier id, for 72 h; `null`: the carrier gives no id. */
  seen: { connector: string; carrierId: string } | null;
  /** The joining it was put together from. */
  joining?: string | null;
  /** Rows only: their bytes are durable before. */
  media: Pick<Media, 'sid' | 'contentType' | 'sizeBytes' | 'blobKey'>[];
  /** A STOP makes one record, a START takes away all that forbid. */
  optOut: { change: OptOutChange['change']; keys: OptOutKey[]; source: OptOutSource } | null;
  /** The confirmation, which becomes no message: it takes its slot here, and is claimed among the sends. */
  notice: Notice | null;
  reply: ReplyPayload | null;
  /** In place of `reply`: the ESME that gets it. */
  tell?: CallbackPayload;
}

export type TookIn =
  | {
      kind: 'taken';
      message: Message;
      optOutChanged: boolean;
      claimedWorks: ClaimedWork[];
      /** The slot of its confirmation (epoch ms). Left out: it has none, or the queue of its sender is full. */
      noticeAt?: number;
    }
  /** Repeated: nothing is done again but the waiting. `messageSid` is `null` when it is long gone. */
  | { kind: 'seen'; messageSid: string | null; claimedWorks: ClaimedWork[] }
  /** A blob went meanwhile: put the bytes again. */
  | { kind: 'lost' };

/**
 * A send of somebody who has just opted out, claimed before. It may still be handed over, so nobody is told that the
 * opt-out holds until it is settled (`stillClaimed`).
 */
export interface ClaimedWork {
  workId: number;
  accountSid: string;
  attempt: number;
}

/** What a reply work keeps. The message's own text is not in it: parameters are made from the message when asking. */
export interface ReplyPayload {
  /** As it was when the message came. */
  webhook: InboundWebhook;
  optOutType: OptOutType | null;
  session: ReplySession;
  /** The next to be asked for. */
  document: NextDocument;
  /** Verbs not yet carried out, when an action interrupted a document. */
  rest: Verb[];
}

export type NextDocument =
  | { target: Target; why: 'first' | 'redirect' | 'fallback'; error?: { code: number; url: string } }
  | { target: Target; why: 'action'; replySid: string };

export interface ReplyWork {
  workId: number;
  /** Rises with every claim, also from document to document. */
  attempt: number;
  payload: ReplyPayload;
  message: Message;
  /** Its body is sealed and does not open: it is left out, and nobody can be asked. */
  unreadable?: true;
  /** In their order. */
  media: Media[];
  jar: CookieJar | null;
  loop: LoopCount | null;
}

export interface ReplyResult {
  workId: number;
  attempt: number;
  accountSid: string;
  messageSid: string;
  replies: Acceptance[];
  /** The next document, due at once; `null`: it is over. */
  next: ReplyPayload | null;
  /** Instead of either: another try of the same document, without replies. */
  retryAt?: number;
  /** Of the pair; `null`: as it was. */
  jar: CookieJar | null;
  /** Pairs whose replies were counted. */
  loops: { pair: string; count: LoopCount }[];
  /** Kept as an attempt; `null`: nothing was asked. */
  record: Omit<CallbackAttempt, 'id'> | null;
}

export type ReplyDone = {
  /** One for each reply. */
  accepted: Accepted[];
  /** For the bell. */
  due: { kind: WorkKind; dueAt: number }[];
} | null;

/** The confirmation of a keyword. */
export interface Notice {
  connector: string;
  from: string;
  to: string;
  text: string;
  /**
   * Whether it goes also to who has opted out by the time it leaves: the confirmation of a STOP, and help for who was out
   * already. What else waits when a STOP comes is not for them any more.
   */
  evenIfOptedOut: boolean;
  /** Of its sender; `null`: not paced. */
  lane: Lane | null;
}

export interface OptOutChange {
  accountSid: string;
  change: 'opt-out' | 'opt-in';
  /** `at`: when it came about, where that is known to be earlier (an import). */
  keys: (OptOutKey & { at?: number })[];
  source: OptOutSource;
  /** Who did it, for the log. */
  actor?: string;
}

export interface OptOutChanged {
  /** Whether there was anything to add or remove. */
  changed: boolean;
  /** How many records were added or removed. */
  count: number;
  claimedWorks: ClaimedWork[];
}

export interface OptOutQuery {
  accountSid: string;
  scope?: string;
  peer?: string;
  channel?: OptOutChannel;
  limit: number;
  after?: OptOut;
}

export interface OptOutLogEntry extends OptOutKey {
  id: number;
  accountSid: string;
  change: OptOutChange['change'];
  source: OptOutSource;
  actor: string | null;
  at: number;
}

/** Two addresses that talk with each other, by their `loopKey`. */
export interface Pair {
  jar: CookieJar | null;
  loop: LoopCount | null;
}

/** How long a carrier id is known. */
export const HEARD_MS = 72 * 3_600_000;
