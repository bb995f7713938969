import type { Card } from './content-card.ts';
import type { ChannelDetails } from './inbound-channel.ts';
import type { MadeTemplate } from './made-template.ts';

/**
 * The Message and its life cycle.
 *
 * A message is accepted with a first status (`queued` with a sender, `accepted` while a service has yet to pick one,
 * `scheduled` with an hour), waits for its slot, is claimed for a connector (`sending`), taken by the carrier
 * (`sent`) and, when a receipt comes, ends `delivered` or `undelivered`. What never reached the network ends
 * `failed`; what was called off before its hour ends `canceled`. Status never moves backwards: `step` answers `null`
 * for an event that comes too late or means nothing in the present state, and the caller ignores it.
 */
export const STATUSES = [
  'accepted',
  'scheduled',
  'queued',
  'sending',
  'sent',
  'delivered',
  'undelivered',
  'failed',
  'read',
  'canceled',
  'receiving',
  'received',
] as const;
export type Status = (typeof STATUSES)[number];

export type Direction = 'inbound' | 'outbound-api' | 'outbound-call' | 'outbound-reply';

/** A message as the store keeps it. Instants are epoch milliseconds, money is in micro-units (1/1 000 000). */
export interface Message {
  sid: string;
  accountSid: string;
  /** The service named by the client, `null` when none was: the wire then shows the account's default. */
  serviceSid: string | null;
  /** `null` until a service has chosen a sender. */
  from: string | null;
  to: string;
  body: string;
  status: Status;
  direction: Direction;
  /** 0 while a service has not picked the sender. */
  numSegments: number;
  numMedia: number;
  /** Negative: a charge. `null` until priced. */
  priceMicros: number | null;
  errorCode: number | null;
  createdAt: number;
  updatedAt: number;
  sentAt: number | null;
  /** Instant after which it is no longer worth submitting (30036). */
  validUntil: number;
  /** Where status callbacks go; may carry a `#rc=…` fragment. `null`: nobody asked. */
  callbackUrl: string | null;
  smartEncoded: boolean;
  /** Whether the app promised feedback about its outcome. */
  provideFeedback: boolean;
  /** Highest total charge, when the operator enforces `MaxPrice`; beyond it the message fails with 30010. */
  maxPriceMicros: number | null;
  tags: Record<string, string>;
  options: MessageOptions;
  /** The walk so far, oldest first. Never holds a body. */
  history: HistoryEntry[];
}

/** Wishes that few messages have; what is left out is not wished. */
export interface MessageOptions {
  /** Body and media go as soon as the message has left or failed (`ContentRetention=discard`). */
  discardContent?: true;
  /** Its numbers are masked once it is settled (`AddressRetention=obfuscate`). */
  obfuscateAddresses?: true;
  /** Leaves as MMS although it may have no media (`SendAsMms`). */
  asMms?: true;
  /** Its media leave as links in the text, because no sender or route carries them (a service's `mms_converter`). */
  mediaAsLinks?: true;
  /** `geo:…` and other actions of a channel, as given (`PersistentAction`). */
  actions?: string[];
  /** The template that made it, for carriers that take templates by name. */
  content?: MadeContent;
  /** What that template offers to press, on a channel. */
  buttons?: { text: string; payload: string }[];
  /** Who sends it as SMS when RCS cannot (`FallbackFrom`). */
  fallbackFrom?: string;
  /** How its callback URL is asked, where that is not by POST (the `action` of a `<Message>`). */
  callbackMethod?: 'GET';
  /** What came with an inbound message of a channel. */
  channel?: ChannelDetails;
  /** What the request said of itself (`Attempt`, `RiskCheck` and the like), by parameter, as given. */
  hints?: Record<string, string>;
}

/** What a message has of its template beside its text. */
export interface MadeContent {
  sid: string;
  /** As the request gave them. */
  variables: Record<string, string>;
  /** The one of its types that the channel of the recipient got, such as `twilio/card`. */
  type?: string;
  /** What that type shows beside text and media. */
  card?: Card;
  /** How WhatsApp itself knows it, for its recipients alone. */
  template?: MadeTemplate;
  /** A placeholder that nothing fills, which WhatsApp alone is told of later (63028). */
  missing?: string;
}

/** One step of a message's walk, kept for traces. */
export interface HistoryEntry {
  at: number;
  status: Status;
  /** Short machine-readable note: carrier id, reason, connector. */
  note?: string;
  errorCode?: number;
}

export type Event = 'choose' | 'fire' | 'claim' | 'take' | 'deliver' | 'reject' | 'fail' | 'cancel' | 'read' | 'finish';

/** state × event → state; an absent pair means: ignored. Sources: behaviour sheet 1.2, seed 004 on `status`. */
const TABLE: Record<Status, Partial<Record<Event, Status>>> = {
  accepted: { choose: 'queued', fail: 'failed' },
  scheduled: { fire: 'queued', cancel: 'canceled', fail: 'failed' },
  queued: { claim: 'sending', fail: 'failed' },
  // A receipt may overtake the carrier's own answer, so receipts also count while `sending`.
  sending: { take: 'sent', fail: 'failed', deliver: 'delivered', reject: 'undelivered', read: 'read' },
  sent: { deliver: 'delivered', reject: 'undelivered', fail: 'failed', read: 'read' },
  delivered: { read: 'read' },
  undelivered: {},
  failed: {},
  read: {},
  canceled: {},
  receiving: { finish: 'received', fail: 'failed' },
  received: {},
};

/** The status after `event`, or `null` when the event changes nothing. */
export function step(status: Status, event: Event): Status | null {
  return TABLE[status][event] ?? null;
}

/** States nothing but `read` leaves. `sent` is not among them: a receipt may still come (settled 39). */
export function isFinal(status: Status): boolean {
  return (
    status === 'delivered' ||
    status === 'undelivered' ||
    status === 'failed' ||
    status === 'read' ||
    status === 'canceled' ||
    status === 'received'
  );
}

/** How long a `sent` message without a receipt is kept from redaction and deletion (settled 39). */
export const RECEIPT_WAIT_MS = 3_600_000;

/** Whether a message may be redacted or deleted at `now`; otherwise the answer is 409/20009. */
export function isSettled(message: Pick<Message, 'status' | 'sentAt'>, now: number): boolean {
  if (isFinal(message.status)) return true;
  return message.status === 'sent' && message.sentAt !== null && now - message.sentAt >= RECEIPT_WAIT_MS;
}

/**
 * A message's place in lists (epoch ms), the newest first: when it was sent, in the whole seconds that the API tells, and
 * within a second, or before it is sent, when it was created (settled 39). So one that leaves at once keeps its place
 * under a client that is paging through them.
 */
export function listedAt({ createdAt, sentAt }: Pick<Message, 'createdAt' | 'sentAt'>): number {
  return sentAt === null ? createdAt : Math.max(createdAt, sentAt - (sentAt % 1_000));
}

/** Which transitions call back (settled 23): never the status the 201 told, never `scheduled`, never `sending`. */
export function callsBack(status: Status): boolean {
  switch (status) {
    case 'queued':
    case 'sent':
    case 'delivered':
    case 'undelivered':
    case 'failed':
    case 'canceled':
    case 'read':
      return true;
    case 'accepted':
    case 'scheduled':
    case 'sending':
    case 'receiving':
    case 'received':
      return false;
  }
}

/** What the carrier said of one part. `errorCode` is ours (30xxx), already mapped by the connector. */
export type PartState = { state: 'pending' } | { state: 'delivered' } | { state: 'undelivered'; errorCode: number };

/** Folds part receipts into the event for the whole message: one negative part is enough, all must be positive. */
export function foldParts(parts: PartState[]): { event: 'deliver' } | { event: 'reject'; errorCode: number } | null {
  for (const part of parts) {
    if (part.state === 'undelivered') return { event: 'reject', errorCode: part.errorCode };
  }
  return parts.length > 0 && parts.every((part) => part.state === 'delivered') ? { event: 'deliver' } : null;
}
