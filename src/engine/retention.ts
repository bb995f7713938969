/**
 * Retention: bodies, media and numbers that are to be kept for some days only go once those are over, at most an hour
 * late. Each account has a mark up to which its messages were looked at, so nothing is looked at twice; what was not
 * settled then is written down apart and asked after again. Several nodes may do the same: taking twice takes once.
 */
import type { Clock } from '../domain/clock.ts';
import type { Observer } from '../domain/events.ts';
import type { Document } from '../store/directory.ts';
import { EXPIRIES, type Expirable, LEFT_KIND, type Place } from '../store/expiry.ts';
import { type Store, StoreUnavailable } from '../store/store.ts';
import { makeNaps } from './naps.ts';

export interface RetentionParts {
  store: Pick<Store, 'accounts' | 'documents' | 'document' | 'saveDocument' | 'removeDocument' | 'expire'>;
  clock: Clock;
  observe: Observer;
  /** How long an account keeps something (ms); `null`: for ever. */
  keepMs: (accountSid: string, what: Expirable) => number | null;
  onMediaGone: () => void;
}

export interface Retention {
  start(): void;
  stop(): Promise<void>;
}

const ROUND_MS = 3_600_000;
const STEP = 200;
/** Between two steps: whoever accepts messages meanwhile comes first. */
const PAUSE_MS = 50;
const MARK_KIND = 'expiry';

export function makeRetention(parts: RetentionParts): Retention {
  const { store, clock, observe } = parts;
  const naps = makeNaps(clock);
  let running: Promise<void> = Promise.resolve();
  let open = true;

  async function rounds(): Promise<void> {
    do {
      try {
        for (const { sid } of await store.accounts()) await sweepAccount(sid);
      } catch (error) {
        observe({ type: 'fault', at: clock.now(), where: 'retention', error });
      }
    } while (await naps.nap(ROUND_MS));
  }

  /** What goes wrong with one account keeps nobody else's days from being over. Without a store nothing goes on. */
  async function sweepAccount(sid: string): Promise<void> {
    for (const what of EXPIRIES) {
      if (!open) return;
      try {
        await sweep(sid, what);
      } catch (cause) {
        if (cause instanceof StoreUnavailable) throw cause;
        const error = new Error(`The ${what} of ${sid} could not be looked through`, { cause });
        observe({ type: 'fault', at: clock.now(), where: 'retention', error });
      }
    }
  }

  async function sweep(accountSid: string, what: Expirable): Promise<void> {
    const keepMs = parts.keepMs(accountSid, what);
    // Messages may have asked for themselves that their numbers go.
    if (keepMs !== null || what === 'numbers') await sweepLeft(accountSid, what);
    if (keepMs !== null) await sweepNew(accountSid, what, clock.now() - keepMs);
  }

  /** What earlier sweeps have left behind. */
  async function sweepLeft(accountSid: string, what: Expirable): Promise<void> {
    const of = { accountSid, kind: LEFT_KIND, parentSid: what, limit: STEP };
    for (let offset = 0; open; ) {
      const page = await store.documents({ ...of, offset });
      for (const document of page) {
        const sids = document.properties.sids as string[];
        const { changed, left } = await store.expire({ accountSid, what, from: { sids } }, clock.now());
        report(what, changed);
        if (left.length === 0) await store.removeDocument(accountSid, LEFT_KIND, document.sid);
        else offset += 1;
        if (left.length > 0 && left.length < sids.length)
          await store.saveDocument({ ...document, properties: { sids: left } });
      }
      if (page.length < STEP || !(await naps.nap(PAUSE_MS))) return;
    }
  }

  /** What has grown too old since the mark. What is left is written down before the mark moves on. */
  async function sweepNew(accountSid: string, what: Expirable, before: number): Promise<void> {
    const mark = await store.document(accountSid, MARK_KIND, what);
    let after = mark ? placeFrom(mark) : null;
    for (let more = true; more && open; ) {
      const step = await store.expire({ accountSid, what, from: { before, after, limit: STEP } }, clock.now());
      report(what, step.changed);
      if (step.last === null) return;
      if (step.left.length > 0) {
        const sid = `${what}-${step.last.sid}`;
        await save({ accountSid, kind: LEFT_KIND, sid, parentSid: what, properties: { sids: step.left } });
      }
      after = step.last;
      const properties = { listed_at: after.listedAt, sid: after.sid };
      await save({ accountSid, kind: MARK_KIND, sid: what, parentSid: '', properties });
      more = step.more && (await naps.nap(PAUSE_MS));
    }
  }

  async function save(document: Omit<Document, 'name' | 'createdAt' | 'updatedAt'>): Promise<void> {
    const now = clock.now();
    await store.saveDocument({ ...document, name: null, createdAt: now, updatedAt: now });
  }

  function report(what: Expirable, changed: number): void {
    if (what === 'media' && changed > 0) parts.onMediaGone();
  }

  return {
    start() {
      running = rounds();
    },
    async stop() {
      open = false;
      naps.end();
      await running;
    },
  };
}

function placeFrom({ properties }: Document): Place {
  return { listedAt: properties.listed_at as number, sid: properties.sid as string };
}
