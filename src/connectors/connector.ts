import type { CarrierAnswer, CarrierCall } from '../domain/carrier-call.ts';
import type { ChannelDetails } from '../domain/inbound-channel.ts';
import type { InboundPart } from '../domain/inbound-parts.ts';
import type { MadeContent } from '../domain/message.ts';
import type { MessageRef } from '../domain/pdu-trace.ts';
import type { Receipt } from '../domain/receipt.ts';
import type { CarriedChannel } from '../domain/routes.ts';

export type { CarriedChannel } from '../domain/routes.ts';

/** The contract between the engine and a carrier: what is sent, what comes back, and where a connector speaks. */

/** One message, ready for the air. `attempt` counts claims, so a repeated hand-over can be told from a first one. */
export interface Submission {
  messageSid: string;
  accountSid: string;
  from: string;
  to: string;
  /**
   * The text after smart encoding; already cut into `parts`. As MMS and on a channel it is one part, which is empty when
   * there are only media. Media that leave as links are in it already.
   */
  parts: string[];
  encoding: 'GSM-7' | 'UCS-2';
  /** Files to be sent with it, in order; of an MMS there may be none. */
  media: SubmissionMedia[];
  /** `geo:…` and the like, for a channel that knows them. */
  actions: string[];
  /** What a template offers to press, on a channel. */
  buttons?: { text: string; payload: string }[];
  /** The template that made it: its name for carriers that know it, on a channel its form for those that do not. */
  content?: MadeContent;
  /** `false`: nobody waits for a receipt, so the carrier need not be asked for one. */
  receipt?: false;
  attempt: number;
  /** Same for every attempt: a carrier that honours it never sends twice (settled 41). */
  idempotencyKey: string;
  /**
   * Monotonic: after this instant nothing more of it is written (H9), since it may be another node's by then. What is
   * unwritten goes back as `busy`. To be judged just before each write; left out: whenever the connector comes to it.
   */
  writeBy?: number;
  /** What is left of its validity, so that the carrier drops it in time; left out: as long as the carrier likes. */
  validityMs?: number;
}

/** A file of a submission. A carrier takes it from its `url`, which anybody can open who knows it, or as bytes. */
export interface SubmissionMedia {
  /** `ME…` */
  sid: string;
  contentType: string;
  sizeBytes: number;
  url: string;
  /** Rejects when the bytes cannot be had now. */
  read(): Promise<Uint8Array>;
}

/** What became of a hand-over. Always a value, never an exception (house 7.2). `errorCode` is one of ours. */
export type Outcome =
  /** The carrier took it; one id per part, in order, or one for them all where it takes a long text whole. */
  | { kind: 'accepted'; carrierIds: string[] }
  /**
   * Refused for good. `class`: whether the fault is the message's (its text, its recipient: any carrier would say so)
   * or this route's (its sender, its account, its reach), where another carrier may take it. Left out: the message's.
   */
  | { kind: 'refused'; errorCode: number; note?: string; class?: RefusalClass }
  /** Come back later: throttled or queue full. Nothing was taken of what is not answered for. */
  | { kind: 'busy'; retryAfterMs?: number; note?: string }
  /** Nobody there; nothing was sent. */
  | { kind: 'unreachable'; note?: string }
  /** Sent perhaps: no answer came. */
  | { kind: 'unsure'; note?: string };

export type RefusalClass = 'message' | 'route';

/** A part the carrier took and has not reported on. */
export interface AwaitedPart {
  carrierId: string;
  messageSid: string;
  from: string;
  to: string;
}

/** One message that came in, or a part of one, as a connector heard it. */
export interface Heard {
  connector: string;
  /** By this it is known when it comes again; `null`: the carrier gives none, so every repetition is a message. */
  carrierId: string | null;
  /** Canonical; a sender that cannot be read is as it came. */
  from: string;
  to: string;
  content: { kind: 'text'; body: string; numSegments: number } | { kind: 'part'; part: InboundPart };
  /** In their order. `read` rejects when the bytes cannot be had now. */
  media: { contentType: string; read(): Promise<Uint8Array> }[];
  /** `null`: SMS or MMS. */
  channel: ChannelDetails | null;
  /** To be told of the message that it is, once that is committed: a part, when it was the last. */
  became?: (message: MessageRef) => void;
}

/**
 * Where connectors speak. Resolves after the commit: only then may the carrier be answered. When it rejects, the
 * carrier is to be told of a passing failure, so that it comes again.
 */
export interface Ear {
  receipts(batch: Receipt[]): Promise<void>;
  inbound(batch: Heard[]): Promise<void>;
  /** It is bound again: what waits for it may go. */
  bound?(): void;
}

/** What became of one of a batch, by its place in it. */
export type Tell = (index: number, outcome: Outcome) => void;

export interface Connector {
  /** Unique among connectors; part of every receipt's key. */
  readonly name: string;
  /** A carrier with stable keys may be handed the same message again at once after a crash (settled 41). */
  readonly honoursIdempotencyKeys: boolean;
  /**
   * May run on every node at once. Without it one node at a time holds the connector, so everything leaves in the
   * store's order and at exact rates; a carrier that counts its connections wants that.
   */
  readonly shared?: boolean;
  /** What it can carry; left out: everything. */
  readonly carries?: readonly CarriedChannel[];
  /**
   * How many messages its carrier has at once before it answers; what comes beyond them would wait in here. So many, and
   * a few, are handed over, written down before: only they are in doubt when the process dies. Left out: any number.
   */
  readonly window?: number;
  /** Which share of its window is taken now, 0 to 1; `null`: it is away. Left out: it has none. */
  readonly windowUsed?: number | null;
  /** How many messages wait in it for room in its window or for their slot; left out: none ever does. */
  readonly waiting?: number;
  /** Whether it is connected to its carrier now; left out: it keeps no connection. */
  readonly isBound?: boolean;
  /** May be called again after `stop`: a connector moves between nodes. */
  start(ear: Ear): Promise<void>;
  /** Whether the carrier can reach a handset by RCS from this sender; a connector without RCS leaves it out. */
  reachesByRcs?(from: string, to: string): Promise<boolean>;
  /**
   * One outcome per submission, in order. Resolves when every outcome is known; a connector whose outcomes come one by
   * one tells each as it comes, so that the first is written down before the last is known.
   */
  send(batch: Submission[], tell?: Tell): Promise<Outcome[]>;
  /**
   * What has become of a hand-over that was in doubt, by its idempotency key, without sending anything; `null`: nothing
   * has been heard. Left out: such a thing is never heard.
   */
  recall?(idempotencyKey: string): Outcome | null;
  /** A carrier that forgets with its process is told after each start which parts still await their receipts. */
  resume?(awaited: AwaitedPart[]): void;
  /**
   * Judges and answers what somebody calls its part of the door with, on any node, started or not. Rejects when the Ear
   * does: the carrier is to come again. Left out: its carrier does not call.
   */
  called?(call: CarrierCall, ear: Ear): Promise<CarrierAnswer>;
  /** Also after a start that failed, and more than once. */
  stop(): Promise<void>;
}
