/**
 * The fetch room: gets the media of messages before anything else is done with them. A message goes on only when all
 * its files are durable, so whoever dies in between leaves nothing but bytes that nobody refers to, which upkeep removes.
 * A store or a blob store that is gone is no fault of the message: it waits. A slow host has a line of its own.
 */
import { createHash } from 'node:crypto';
import { parseTo } from '../domain/address.ts';
import type { Clock } from '../domain/clock.ts';
import type { Observer } from '../domain/events.ts';
import type { Medium } from '../domain/media.ts';
import type { Message } from '../domain/message.ts';
import type { SidMaker } from '../domain/sid.ts';
import type { Outgoing } from '../net/outgoing.ts';
import type { BlobStore } from '../store/blobs.ts';
import type { FetchSettled, FetchSettlement, FetchWork, Media } from '../store/media.ts';
import type { Store } from '../store/store.ts';
import { FairHosts } from './fair-hosts.ts';
import { type FetchedFile, fetchMedia } from './fetch-media.ts';
import { Loop, type LoopRoom } from './loop.ts';
import type { NodeMembership } from './membership.ts';
import { makeNaps } from './naps.ts';
import { makePersist } from './persist.ts';

export interface FetchSettings {
  /** Messages whose files are in memory at the same time: with 5 MB each, the bound of this room. */
  maxInFlight: number;
  /** Of them, to one host; as many again wait in its line. */
  perHost: number;
  /** Longer than ten files may take with all their tries. */
  leaseMs: number;
  /**
   * From the key of a file until its message refers to it: longer than any blob store takes to write it. Also how long
   * bytes stay at most which nobody refers to any more.
   */
  holdMs: number;
  pollMs: number;
}

export interface FetchParts {
  store: Pick<Store, 'claimFetches' | 'settleFetches' | 'holdBlob' | 'nextDueAt'>;
  blobs: Pick<BlobStore, 'put'>;
  outgoing: Pick<Outgoing, 'request'>;
  sids: Pick<SidMaker, 'make'>;
  membership: Pick<NodeMembership, 'term'>;
  clock: Clock;
  observe: Observer;
  settings: FetchSettings;
  ringDispatch: (dueAt: number) => void;
  ringReleases: (dueAt: number) => void;
  ringCallbacks: () => void;
}

export type Fetches = LoopRoom;

interface Job {
  work: FetchWork;
  /** Monotonic. */
  leaseUntil: number;
  end: () => void;
}

type Result = FetchSettlement['result'];

const EXPIRED = 30036;
const QUEUE_OVERFLOW = 30001;
/** What found its host's line full comes again. */
const LINE_FULL_MS = 1_000;
const FIRST_BLOB_RETRY_MS = 1_000;
const LONGEST_BLOB_RETRY_MS = 60_000;

export function makeFetches(parts: FetchParts): Fetches {
  const { store, blobs, clock, membership, settings, observe } = parts;
  const persist = makePersist({ clock, observe, where: 'fetch: settle' });
  const naps = makeNaps(clock);
  let isStopping = false;
  /** Nobody waits for what is still under way: it is somebody else's. */
  let isOver = false;
  const hosts = new FairHosts<Job>({ perHost: settings.perHost, maxWaiting: settings.perHost, launch });
  const loop = new Loop<{ work: FetchWork; leaseUntil: number }>({
    name: 'fetch',
    clock,
    async claim(limit) {
      const term = membership.term();
      if (term === null) return [];
      const leaseUntil = clock.monotonic() + settings.leaseMs;
      const claim = { owner: term.owner, limit, leaseMs: settings.leaseMs };
      const works = await store.claimFetches(claim, clock.now());
      return works.map((work) => ({ work, leaseUntil }));
    },
    async run(items, done) {
      await Promise.all(
        items.map(
          (item) =>
            new Promise<void>((resolve) => {
              const end = () => {
                done(1);
                resolve();
              };
              const job = { ...item, end };
              if (!hosts.enter(hostOf(item.work), job)) void finish(job, () => putBack(job));
            }),
        ),
      );
    },
    nextDueAt: async () => (membership.term() === null ? null : store.nextDueAt('fetch')),
    maxInFlight: settings.maxInFlight,
    batch: settings.maxInFlight,
    pollMs: settings.pollMs,
    onFault: fault,
  });

  const rings = {
    send: parts.ringDispatch,
    release: parts.ringReleases,
    fetch: (dueAt: number) => loop.ring(dueAt),
  };

  function fault(where: string, error: unknown): void {
    observe({ type: 'fault', at: clock.now(), where, error });
  }

  function launch(job: Job): boolean {
    if (isStopping) {
      job.end();
      return false;
    }
    void finish(job, () => fetch(job)).then(() => hosts.leave(hostOf(job.work)));
    return true;
  }

  /** Never rejects: what breaks is a fault, and the end of the lease makes the message due again. */
  async function finish(job: Job, task: () => Promise<void>): Promise<void> {
    try {
      await task();
    } catch (error) {
      fault('fetch: run', error);
    }
    job.end();
  }

  async function putBack(job: Job): Promise<void> {
    await settle(job, { kind: 'again', dueAt: clock.now() + LINE_FULL_MS });
  }

  async function fetch(job: Job): Promise<void> {
    const { message, urls } = job.work;
    if (clock.now() > message.validUntil) return void (await settle(job, { kind: 'fail', errorCode: EXPIRED }));
    const { sid, accountSid } = message;
    const got = await fetchMedia(urls, mediumOf(message), {
      outgoing: parts.outgoing,
      wait: naps.nap,
      onFailure: ({ url, ...failure }) =>
        observe({ type: 'media.failed', at: clock.now(), sid, accountSid, url, ...failure }),
    });
    if (got.kind === 'stopped' || isOver) return;
    if (got.kind === 'failed') {
      // Its connections were ended for the sake of the stop.
      if (isStopping) return;
      await settle(job, { kind: 'fail', errorCode: got.errorCode, note: got.note });
      return;
    }
    await keep(job, got.files);
  }

  async function keep(job: Job, files: FetchedFile[]): Promise<void> {
    const media: Pick<Media, 'sid' | 'contentType' | 'sizeBytes' | 'blobKey'>[] = [];
    for (const { bytes, contentType } of files) {
      const key = await write(job, bytes);
      if (key === null) return;
      media.push({ sid: parts.sids.make('ME'), contentType, sizeBytes: bytes.length, blobKey: key });
    }
    await settle(job, { kind: 'fetched', media });
  }

  /** The key under which the bytes are durable. `null`: they could not be written, and the message is tried again. */
  async function write({ work, leaseUntil, ...job }: Job, bytes: Uint8Array): Promise<string | null> {
    const hash = createHash('sha256').update(bytes).digest('hex');
    const held = await persist(() => {
      const now = clock.now();
      return store.holdBlob({ hash, sizeBytes: bytes.length, heldUntil: now + settings.holdMs }, now);
    }, leaseUntil);
    if (held === null) return null;
    if (held.isStored) return held.key;
    try {
      await blobs.put(held.key, bytes);
      return held.key;
    } catch (error) {
      fault('fetch: blobs', error);
      const pauseMs = Math.min(LONGEST_BLOB_RETRY_MS, FIRST_BLOB_RETRY_MS * 2 ** Math.min(work.attempt - 1, 10));
      const again: Result = { kind: 'again', dueAt: clock.now() + pauseMs, note: 'its media could not be stored' };
      await settle({ work, leaseUntil, ...job }, again);
      return null;
    }
  }

  async function settle({ work, leaseUntil }: Job, result: Result): Promise<FetchSettled | null> {
    const { workId, attempt, message } = work;
    const { accountSid, sid: messageSid } = message;
    const settlement = { workId, attempt, accountSid, messageSid, result };
    const now = clock.now();
    const answers = await persist(() => store.settleFetches([settlement], clock.now()), leaseUntil);
    const settled = answers?.[0] ?? null;
    if (settled) tell(message, result, settled, now);
    return settled;
  }

  function tell({ sid, accountSid, createdAt }: Message, result: Result, settled: FetchSettled, at: number): void {
    if (settled.kind === 'lost') {
      // Removed before anything referred to them: the store has made the fetch due again.
      loop.ring();
      return;
    }
    if (result.kind === 'fetched') {
      const sizeBytes = result.media.reduce((sum, one) => sum + one.sizeBytes, 0);
      observe({ type: 'media.fetched', at, sid, accountSid, files: result.media.length, sizeBytes });
    }
    if (settled.kind === 'next') {
      rings[settled.work](settled.dueAt);
      return;
    }
    const errorCode = result.kind === 'fail' ? result.errorCode : QUEUE_OVERFLOW;
    observe({ type: 'message.status', at, sid, accountSid, status: 'failed', errorCode, createdAt });
    parts.ringCallbacks();
  }

  return {
    start: () => loop.start(),
    ring: (dueAt) => loop.ring(dueAt),
    idle: () => loop.idle(),
    async stop(limitMs) {
      isStopping = true;
      naps.end();
      const inTime = await loop.stop(limitMs);
      isOver = true;
      persist.end();
      return inTime;
    },
  };
}

function mediumOf({ to }: Message): Medium {
  const address = parseTo(to);
  return address?.kind === 'channel' ? address.channel : 'mms';
}

/** Of a message its first address counts: most have one, or several of one host. */
function hostOf({ urls }: FetchWork): string {
  return URL.parse(urls[0] ?? '')?.host ?? '';
}
