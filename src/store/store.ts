import type { Message, MessageOptions, Status } from '../domain/message.ts';
import type { Receipt } from '../domain/receipt.ts';
import type { Acceptance, Accepted } from './acceptance.ts';
import type { AttemptReads, AttemptVerbs } from './attempt-shapes.ts';
import type { BatchReads } from './batch-shapes.ts';
import type { AttemptQuery, CallbackAttempt, CallbackClaim, CallbackResult, CallbackWork } from './callback-shapes.ts';
import type { ConsoleReads, ConsoleVerbs } from './console-shapes.ts';
import type {
  Account,
  AccountChange,
  AccountChanged,
  Document,
  DocumentQuery,
  DocumentSaved,
  Sender,
  SenderSaved,
} from './directory.ts';
import type { ExpiryVerbs } from './expiry.ts';
import type { InboundReads, InboundVerbs } from './inbound-shapes.ts';
import type { AlertGroupReads, FactReads } from './insight-shapes.ts';
import type { MediaReads, MediaVerbs } from './media.ts';
import type { PduReads, PduVerbs } from './pdu-shapes.ts';
import type { ReportReads, ReportVerbs } from './report-shapes.ts';
import type { SearchReads } from './search-shapes.ts';
import type { Claim, HandOverVerbs, Lane, Repaced, RepaceStep, SendClaim, SendPast, WorkKind } from './work-shapes.ts';

export type { Acceptance, Accepted, Idempotency } from './acceptance.ts';
export type { AuditEntry, KeptAuditEntry } from './console-shapes.ts';
export type { ListPlace, RowFilter } from './search-shapes.ts';
export type {
  Claim,
  Lane,
  Repace,
  Repaced,
  RepacePlace,
  RepaceStep,
  SendClaim,
  SendPast,
  WorkKind,
} from './work-shapes.ts';

/**
 * The store's contract: one batched verb per room, all asynchronous, no engine showing through. Every writing verb
 * resolves after the commit that holds its effect is durable, and takes `now` (epoch ms) from its caller. A verb
 * answers one result per item, in order. Nothing is readable by id without the account that owns it.
 */
export interface Store
  extends Reads,
    MediaVerbs,
    ExpiryVerbs,
    InboundVerbs,
    ReportVerbs,
    PduVerbs,
    ConsoleVerbs,
    AttemptVerbs,
    HandOverVerbs {
  /** The door: lane clock advanced, message and its due work written, all or nothing per item. */
  accept(batch: Acceptance[], now: number): Promise<Accepted[]>;

  /**
   * Claims due sends: oldest due first, at most `limit`, each leased to `owner` for `leaseMs` and its `attempt`
   * raised by one. A message that is claimed is `sending` from this commit on, so before the carrier sees a byte.
   * A paced message whose lane is not yet free within `lookAheadMs` is not claimed: its due time moves to its start.
   */
  claimSends(claim: SendClaim, now: number): Promise<SendWork[]>;
  /** Records outcomes. A stale one (other attempt, row gone) changes nothing and answers `false`. */
  settleSends(batch: SendSettlement[], now: number): Promise<boolean[]>;

  /** Applies receipts by connector and carrier id. What matches nothing yet is parked (bounded, 72 h). */
  receive(batch: Receipt[], now: number): Promise<Received[]>;

  /** Claims due callbacks, never two of one message at a time: order per message is the store's promise. */
  claimCallbacks(claim: CallbackClaim, now: number): Promise<CallbackWork[]>;
  /** Records attempts; `done` and `gave_up` remove the work and let the message's next callback go. */
  finishCallbacks(batch: CallbackResult[], now: number): Promise<boolean[]>;
  /** Queues the request of a kept callback again, as a new event. `null`: no such attempt of one in this account. */
  replayCallback(accountSid: string, attemptId: number, now: number): Promise<{ workId: number } | null>;

  /**
   * Gives back what dead owners had claimed, in its old order and ahead of what waits; sends among it that may have left are `orphaned`. Dead at `now` is everybody but
   * `owner` whose heartbeat has lapsed; on a store of one process, everybody but `owner`. Answers how many rows.
   */
  takeOver(owner: string, now: number): Promise<number>;

  /**
   * Keeps a node alive until `now + leaseMs`, and with it what it holds. Of the connectors it wants it gets those that
   * are free or whose holder has lapsed; it keeps what it has.
   */
  heartbeat(beat: Heartbeat, now: number): Promise<Membership>;
  /** Ends a node: its connectors are free at once, and so is what it had claimed; sends that it kept are `orphaned`. */
  leave(owner: string, now: number): Promise<void>;
  /** Milliseconds to add to this machine's clock to have the store's own (settled 27); 0 where they are the same. */
  clockOffset(): Promise<number>;
  /** Hints that another node has committed something due. They may be lost, so nobody relies on them. Answers how to stop. */
  watch(listener: (kind: WorkKind) => void): () => void;

  /** Claims messages that are due to be released: `accepted` ones at once, `scheduled` ones at their hour. */
  claimReleases(claim: Claim, now: number): Promise<ReleaseWork[]>;
  /**
   * Releases them: sender and segments are known now, so each becomes `queued` and takes its slot, or fails. A full
   * queue fails it with 30001. One that was canceled or released meanwhile answers `null`.
   */
  release(batch: Release[], now: number): Promise<(Released | null)[]>;

  /**
   * Moves what waits on a lane to its new rate, in its old order; what is claimed keeps its slot. Also from and to no
   * lane. One step of it: call again with `place` until there is no `next`. One that was broken off is begun anew.
   */
  repace(step: RepaceStep, now: number): Promise<Repaced>;

  /** Redaction, deletion and cancelling, each judged and done in one transaction. */
  change(batch: Change[], now: number): Promise<Changed[]>;

  /**
   * Forgets what is older than the month (UTC) of `before`: settled messages with their parts, and attempts. What has
   * open work stays. Answers how many messages this call took; call again until it is 0.
   */
  forget(before: number, now: number): Promise<number>;

  /**
   * Inserts or replaces by sid. `expected`: what the change was judged by, `null`: that there was none; when that is no
   * longer so, nothing is saved; nor is a sender's place in a pool that was judged when the account has that sender no more.
   */
  saveDocument(document: Document, expected?: Document | null): Promise<DocumentSaved>;
  /** With everything that has it for a parent. */
  removeDocument(accountSid: string, kind: string, sid: string): Promise<boolean>;

  /** A new account; one that is there is replaced whole, which only suits somebody who is alone with it. */
  saveAccount(account: Account): Promise<void>;
  /**
   * Changes what is named of an account, and nothing else of it. One that becomes `closed` gives up its senders and
   * their places in pools in the same commit.
   */
  changeAccount(change: AccountChange, now: number): Promise<AccountChanged>;
  /**
   * Inserts or replaces by sid. Answers `taken` when another sender of any account has the address, `closed` when its
   * own account is closed: what that had was given free. One that goes to another account gives up its places in the
   * pools of the one it was in, in the same commit. `expected` is as for a document.
   */
  saveSender(sender: Sender, expected?: Sender | null): Promise<SenderSaved>;
  /** With its place in a pool. */
  removeSender(accountSid: string, sid: string): Promise<boolean>;

  /** Ends all work on the store; what was called before still completes. */
  close(): Promise<void>;
}

export interface Reads
  extends MediaReads,
    InboundReads,
    ReportReads,
    PduReads,
    ConsoleReads,
    BatchReads,
    AttemptReads,
    AlertGroupReads,
    FactReads,
    SearchReads {
  message(accountSid: string, sid: string): Promise<Message | null>;
  messages(query: MessageQuery): Promise<MessagePage>;
  /** Carrier ids of a message's parts, in order. */
  parts(accountSid: string, messageSid: string): Promise<Part[]>;
  /** Parts of messages still `sent` on this connector, oldest first: a carrier of our own resumes them after a restart. */
  awaitedParts(connector: string, limit: number): Promise<AwaitedPart[]>;
  /** Newest first. */
  attempts(query: AttemptQuery): Promise<CallbackAttempt[]>;
  account(sid: string): Promise<Account | null>;
  accounts(): Promise<Account[]>;
  sender(accountSid: string, sid: string): Promise<Sender | null>;
  /** By canonical address, whoever owns it: the caller decides between 21659 and 21660. */
  senderByAddress(address: string): Promise<Sender | null>;
  /** Of one account, newest first. */
  senders(accountSid: string): Promise<Sender[]>;
  document(accountSid: string, kind: string, sid: string): Promise<Document | null>;
  /** Newest first. */
  documents(query: DocumentQuery): Promise<Document[]>;
  /** The sender that carried the account's last message to `to` through this service; `null`: there was none. */
  lastSender(accountSid: string, serviceSid: string, to: string): Promise<string | null>;
  /** What of an account waits for its hour, earliest first. */
  scheduled(query: { accountSid: string; limit: number; offset?: number }): Promise<Scheduled[]>;
  /** When the next message accepted on each lane would start (epoch ms); lanes without messages are left out. */
  laneStarts(accountSid: string, keys: string[]): Promise<Map<string, number>>;
  /**
   * The instant at which the next row of this kind may be touched; `null` when there is none. Sends of the connectors
   * in `except` do not count.
   */
  nextDueAt(kind: WorkKind, except?: string[]): Promise<number | null>;
  stats(): Promise<StoreStats>;
  /** What the operator has accepted to lose, in a sentence for `/healthz`; `null` when commits are durable. */
  risk(): Promise<string | null>;
  /** Read-only check of every invariant; an empty list is what one wants. */
  verify(): Promise<Finding[]>;
}

/** How long an idempotency key is kept. */
export const IDEMPOTENCY_MS = 86_400_000;

/** A scheduled message with the instant of its release. */
export interface Scheduled {
  releaseAt: number;
  message: Message;
}

export interface ReleaseWork {
  workId: number;
  attempt: number;
  message: Message;
}

export interface Release {
  workId: number;
  attempt: number;
  accountSid: string;
  messageSid: string;
  result:
    | {
        kind: 'queue';
        from: string;
        numSegments: number;
        validUntil: number;
        connector: string;
        lane: Lane | null;
        /** When they are others than before. */
        options?: MessageOptions;
        /** Where the sender wants to be told; only used when nobody else said. */
        callbackUrl?: string;
        /** For the walk. */
        note?: string;
      }
    | { kind: 'fail'; errorCode: number; note?: string }
    | { kind: 'again'; dueAt: number };
}

/** `dueAt` of one that is `queued`, otherwise `null`. */
export interface Released {
  status: Status;
  dueAt: number | null;
}

export interface Heartbeat {
  /** Unique to one life of one node. */
  owner: string;
  leaseMs: number;
  /** For people: where it listens and what it does. */
  address: string;
  roles: string[];
  /** Connectors that only one node at a time may hold, as configured here. */
  connectors: string[];
}

export interface Membership {
  /** No other process can be on this store: no lease to renew, nobody to wait for. */
  alone: boolean;
  /** Of the connectors asked for, those that are this node's now. */
  held: string[];
  /** Nodes alive, this one among them. */
  nodes: NodeRecord[];
}

export interface NodeRecord {
  owner: string;
  address: string;
  roles: string[];
  connectors: string[];
  aliveUntil: number;
}

export interface SendWork {
  workId: number;
  attempt: number;
  connector: string;
  /** Not before this instant may the first byte leave (the lane's slot). */
  startAt: number;
  lane: Lane | null;
  /** Past its validity: not marked `sending`, to be settled as failed 30036. */
  expired: boolean;
  /** Whom it is for has opted out: not marked `sending`, to be settled as failed 21610. */
  optedOut: boolean;
  /** It is uploaded consent alone that says so: to be settled as failed 30630. */
  consentTaken?: true;
  /** Left out: nothing. */
  past?: SendPast;
  /**
   * The confirmation of a keyword: `message` is what it would be as a message, under the sid of the one that it answers.
   * Nothing is kept of it but its work, so of its settlement only `again` counts, or that it is over.
   */
  isNotice: boolean;
  message: Message;
}

export interface SendSettlement {
  workId: number;
  attempt: number;
  accountSid: string;
  messageSid: string;
  result:
    | { kind: 'sent'; connector: string; carrierIds: string[]; priceMicros: number | null; note?: string }
    | { kind: 'failed'; errorCode: number; note?: string }
    /**
     * Back into the queue: the status stays what it is. `past`: left out, it stays what it was. `move`: to the queue of
     * another connector, where it takes as much of the lane as any other.
     */
    | { kind: 'again'; dueAt: number; note?: string; past?: SendPast; move?: { connector: string; lane: Lane | null } };
}

/** `message` is there when the receipt changed the status of the whole message, `null` while other parts wait. */
export type Received =
  | { kind: 'applied'; message: Pick<Message, 'sid' | 'accountSid' | 'status' | 'errorCode' | 'createdAt'> | null }
  | { kind: 'ignored' }
  | { kind: 'parked' };

/** A part the carrier took and has not reported on. */
export interface AwaitedPart {
  carrierId: string;
  messageSid: string;
  from: string;
  to: string;
}

export type Change = { accountSid: string; sid: string } & (
  | { verb: 'redact' }
  | { verb: 'remove' }
  | { verb: 'cancel' }
);
/** `early`: the message is not settled yet (20009), or no longer `scheduled` (30409). */
export type Changed = { kind: 'done'; message: Message } | { kind: 'missing' } | { kind: 'early'; status: Status };

export interface MessageQuery {
  accountSid: string;
  to?: string;
  from?: string;
  /** Inclusive bounds on `sentAt`; with any of them a message never sent is left out. */
  sentFrom?: number;
  sentTo?: number;
  size: number;
  /** Going on after (older than) or before (newer than) this record's present place. */
  after?: string;
  before?: string;
  /** Where that record was listed, should it be gone; unknown: when its sid was made. */
  removedFrom?: number;
  /** Only without a token: absolute paging. */
  offset?: number;
}

export interface MessagePage {
  /** Ordered by `sentAt`, else `createdAt`, then sid, newest first. */
  messages: Message[];
  hasOlder: boolean;
  hasNewer: boolean;
}

export interface Part {
  connector: string;
  carrierId: string;
  part: number;
  state: 'pending' | 'delivered' | 'undelivered';
  errorCode: number | null;
}

export interface StoreStats {
  messagesByStatus: Partial<Record<Status, number>>;
  sendsDue: number;
  callbacksDue: number;
  /** Messages without a sender yet, and those scheduled. */
  releasesDue: number;
  /** Messages whose media are to be fetched. */
  fetchesDue: number;
  /** Messages whose app is to be asked. */
  repliesDue: number;
  /** Confirmations of keywords. */
  noticesDue: number;
  /** What ESMEs are to be told, also those that are bound nowhere. */
  esmesDue: number;
  /** When the first of a queue may be touched (epoch ms); long past, nobody does its work. Empty ones are left out. */
  dueAt: Partial<Record<WorkKind, number>>;
  /** The earliest of them all. */
  oldestDueAt: number | null;
  parkedReceipts: number;
}

export interface Finding {
  rule: string;
  subject: string;
  detail: string;
}

/** Disk full, or the store is gone for now: nothing was written. Answered 503 with Retry-After (settled 34). */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

/** The data folder belongs to another running process. */
export class StoreLocked extends Error {
  override readonly name = 'StoreLocked';
}
