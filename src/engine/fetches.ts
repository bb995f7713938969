/**
 * The fetch room: gets the media of messages before anything else is done with them. A message goes on only when all
 * its files are durable, so whoever dies in between leaves nothing but bytes that nobody refers to, which upkeep removes.
 * A store or a blob store that is gone is no fault of the message: it waits. A slow host has a line of its own; who
 * stands in it needs no place of the room, and who hangs in it for longer than a second gives his to others.
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
import { FairHosts, PARKED_PER_PLACE } from './fair-hosts.ts';
import { type FetchedFile, fetchMedia } from './fetch-media.ts';
import { Loop, type LoopRoom, untilAllEnd } from './loop.ts';
import type { NodeMembership } from './membership.ts';
import { makeNaps } from './naps.ts';
import type { OwnMedia } from './own-media.ts';
import { makePersist } from './persist.ts';
import { Places } from './places.ts';
import { BROKEN, GIVEN_UP, makeQuarantine } from './quarantine.ts';

export interface FetchSettings {
  /**
   * Messages under way that still count as quick. With those that hang (`HANGING_PER_PLACE`) and 5 MB each, the bound of
   * this room's memory.
   */
  maxInFlight: number;
  /** Of all that are under way, to one host. */
  perHost: number;
  /** Claimed work that may stand in lines. */
  mostParked?: number;
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
  own?: OwnMedia;
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

interface Claimed {
  work: FetchWork;
  /** Monotonic. */
  leaseUntil: number;
}

interface Job extends Claimed {
  /** It needs no place of the loop any longer. */
  leave: () => void;
  end: () => void;
}

type Result = FetchSettlement['result'];

const EXPIRED = 30036;
const QUEUE_OVERFLOW = 30001;
/** What found its host's line full comes again. */
const LINE_FULL_MS = 1_000;
/** What waited in line until less than this is left of its lease comes again: three tries take that long. */
const LONGEST_FETCH_MS = 60_000;
/** Most messages that hang, for each place: together they may fill as much memory. */
const HANGING_PER_PLACE = 2;
const FIRST_BLOB_RETRY_MS = 1_000;
const LONGEST_BLOB_RETRY_MS = 60_000;

export function makeFetches(parts: FetchParts): Fetches {
  const { store, blobs, clock, membership, settings, observe } = parts;
  const persist = makePersist({ clock, observe, where: 'fetch: settle' });
  const quarantine = makeQuarantine({ room: 'fetches', clock, observe });
  const naps = makeNaps(clock);
  let isStopping = false;
  /** Nobody waits for what is still under way: it is somebody else's. */
  let isOver = false;
  const places = new Places(clock, settings.maxInFlight * HANGING_PER_PLACE);
  const hosts = new FairHosts<Job>({
    perHost: settings.perHost,
    maxWaiting: 0,
    park: (job) => job.leave(),
    maxParked: settings.mostParked ?? settings.maxInFlight * PARKED_PER_PLACE,
    launch,
  });
  const loop = new Loop<Claimed>({
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
    run: (items, done) =>
      untilAllEnd(items, (claimed, end) => {
        try {
          admit(claimed, done, end);
        } catch (error) {
          void breaks(claimed, error).then(end);
        }
      }),
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

  function admit(claimed: Claimed, done: (count: number) => void, endOfBatch: () => void): void {
    const host = hostOf(claimed.work);
    const leave = places.take(clock.monotonic(), () => done(1));
    const job: Job = {
      ...claimed,
      leave,
      end() {
        leave();
        endOfBatch();
      },
    };
    if (!hosts.enter(host, job)) void finish(job, () => putBack(job));
  }

  function launch(job: Job): boolean {
    if (isStopping) {
      job.end();
      return false;
    }
    const isLate = clock.monotonic() > job.leaseUntil - Math.min(LONGEST_FETCH_MS, settings.leaseMs / 2);
    if (isLate) {
      void finish(job, () => putBack(job));
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
      await breaks(job, error);
    }
    job.end();
  }

  async function breaks(job: Claimed, error: unknown): Promise<void> {
    const { workId: id, message } = job.work;
    if (!quarantine.broke({ id, sid: message.sid, accountSid: message.accountSid }, 'fetch: run', error)) return;
    try {
      await settle(job, { kind: 'fail', errorCode: BROKEN, note: GIVEN_UP });
    } catch (reason) {
      fault('fetch: give up', reason);
    }
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
      own: async (url, maxBytes) => (await parts.own?.(url, accountSid, maxBytes)) ?? null,
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

  async function settle({ work, leaseUntil }: Claimed, result: Result): Promise<FetchSettled | null> {
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
