import type { Message } from '../domain/message.ts';
import type { Claim, Lane } from './work-shapes.ts';

/**
 * The store's contract, third part: media, the bytes they share, and short links. Bytes themselves are in a blob
 * store (`blobs.ts`); here is who refers to them. A row of media exists only when its bytes are durable.
 */
export interface MediaVerbs {
  /** Claims messages whose media are to be fetched, at their hour where they have one. */
  claimFetches(claim: Claim, now: number): Promise<FetchWork[]>;
  /**
   * Ends fetches. With `fetched` the media are stored with their message and it goes on: a `queued` one takes its slot
   * (a full queue fails it with 30001), any other is to be released at once. `lost`: a blob was gone, fetch again.
   * `null`: the work is somebody else's by now, or the message was called off.
   */
  settleFetches(batch: FetchSettlement[], now: number): Promise<(FetchSettled | null)[]>;
  /** Before bytes are written: the key to write them under, which nobody removes until `heldUntil`. */
  holdBlob(blob: BlobHold, now: number): Promise<HeldBlob>;
  /** Keys whose bytes nobody refers to any more and nobody holds: they are to be removed, then to be forgotten. */
  dyingBlobs(limit: number, now: number): Promise<string[]>;
  /** Their bytes are gone. */
  forgetBlobs(keys: string[]): Promise<void>;
  /** Removes one medium of a settled message (`isSettled`). */
  removeMedia(
    medium: { accountSid: string; messageSid: string; sid: string },
    now: number,
  ): Promise<'done' | 'missing' | 'early'>;

  /** Counts and notes a visit and queues its callback, if its domain has one. `null`: there is no such link. */
  visitLink(visit: LinkVisit, now: number): Promise<Link | null>;
  /** Forgets links that expired before this instant. Answers how many this call took; call again until it is 0. */
  forgetLinks(before: number): Promise<number>;
}

export interface MediaReads {
  /** Newest first, as Twilio lists them; those of one message in the order they were given. */
  media(query: MediaQuery): Promise<Media[]>;
  medium(accountSid: string, messageSid: string, sid: string): Promise<Media | null>;
  /** For a signed address, which names no message. */
  mediumBySid(sid: string): Promise<Media | null>;
  /** Blobs by key, of which the next page begins after `after`. */
  blobs(query: { after: string; limit: number }): Promise<BlobRecord[]>;
  link(code: string): Promise<Link | null>;
  /** Newest first. A text is looked for among a bounded number of links a call: a page may be short and have a `next`. */
  linkPage(search: LinkSearch): Promise<LinkPage>;
  /** Who came by this link, newest first, as far as it is kept; `null`: the account has no such link. */
  linkVisits(accountSid: string, code: string): Promise<{ link: Link; visits: LinkVisitKept[] } | null>;
}

/** A file of a message. */
export interface Media {
  /** `ME…` */
  sid: string;
  accountSid: string;
  messageSid: string;
  /** Among those of its message, from 0. */
  position: number;
  contentType: string;
  sizeBytes: number;
  blobKey: string;
  createdAt: number;
  updatedAt: number;
}

export interface MediaQuery {
  accountSid: string;
  messageSid: string;
  /** Inclusive bounds on `createdAt`. */
  createdFrom?: number;
  createdTo?: number;
  limit: number;
  offset?: number;
}

/** What a message that has yet to get its media carries into `accept`. */
export interface Fetch {
  /** 1 to 10 addresses, as given. */
  urls: string[];
}

export interface FetchWork {
  workId: number;
  attempt: number;
  message: Message;
  urls: string[];
}

export interface FetchSettlement {
  workId: number;
  attempt: number;
  accountSid: string;
  messageSid: string;
  result:
    | { kind: 'fetched'; media: Pick<Media, 'sid' | 'contentType' | 'sizeBytes' | 'blobKey'>[] }
    | { kind: 'fail'; errorCode: number; note?: string }
    | { kind: 'again'; dueAt: number; note?: string };
}

/** `next`: the work that the message has now, and since when it is due; `over`: it failed. */
export type FetchSettled =
  | { kind: 'next'; work: 'send' | 'release' | 'fetch'; dueAt: number }
  | { kind: 'lost' | 'over' };

export interface BlobHold {
  /** SHA-256 of the bytes, 64 hex digits. */
  hash: string;
  sizeBytes: number;
  /** Epoch ms; long enough to write them and to settle. */
  heldUntil: number;
}

/** A blob as the store knows it. */
export interface BlobRecord {
  key: string;
  sizeBytes: number;
  /** Its bytes are to be removed. */
  isDying: boolean;
  /** Media refer to it, so its bytes are to be there. */
  isReferred: boolean;
}

export interface HeldBlob {
  /** File name and object key: the hash and a mark of this life. */
  key: string;
  /** Something refers to it already, so its bytes are durable. */
  isStored: boolean;
}

/** What a fetch work keeps until the message can be sent. */
export interface FetchPayload extends Fetch {
  /** With `From`: how it is going to leave. `validUntil`: that of its message (rows of older releases have none). */
  send: { connector: string; lane: Lane | null; validUntil?: number } | null;
}

export interface Link {
  code: string;
  accountSid: string;
  messageSid: string;
  /** `DN…` */
  domainSid: string;
  target: string;
  /** Visits of people. */
  clicks: number;
  /** Visits of programs that look ahead. */
  previews: number;
  createdAt: number;
  expiresAt: number;
}

export interface LinkSearch {
  accountSid: string;
  /** Stands somewhere in the code, the target or the SID of the message; of letters only those of ASCII in any case. */
  text?: string;
  /** Going on: only links older than this place. */
  after: LinkPage['next'];
  limit: number;
}

export interface LinkPage {
  links: Link[];
  /** Where to go on; `null`: nothing older is there. */
  next: Pick<Link, 'createdAt' | 'code'> | null;
}

export type NewLink = Pick<Link, 'code' | 'domainSid' | 'target' | 'expiresAt'>;

export interface LinkVisit {
  code: string;
  /** Where the owner wants to be told, with what is said (JSON); `null`: nowhere. */
  callback: { url: string; json: string } | null;
  /** By a program that only looks ahead: counted apart. */
  isPreview?: boolean;
  /** What is noted of who came (`shortAgent`), with the time; left out: nothing is. */
  agent?: string;
}

export interface LinkVisitKept {
  at: number;
  isPreview: boolean;
  /** What it called itself; `''`: nothing. */
  agent: string;
}
