/**
 * Keeps the PDUs that connectors hand over, beside sending and never in its way: they gather in memory and are written
 * many at a time, one write after another. What comes while too many wait is dropped and counted, and so is what the
 * store would not take. The oldest are forgotten by age and number.
 */
import type { Clock } from '../domain/clock.ts';
import type { Observer } from '../domain/events.ts';
import type { TracedPdu } from '../domain/pdu-trace.ts';
import { type Store, StoreUnavailable } from '../store/store.ts';

export interface PduKeeperParts {
  store: Pick<Store, 'keepPdus' | 'forgetPdus'>;
  clock: Clock;
  observe: Observer;
  settings: PduKeeperSettings;
}

export interface PduKeeperSettings {
  keepMs: number;
  /** About so many are kept. */
  most: number;
}

export interface PduKeeper {
  /** Returns at once. */
  keep(pdu: TracedPdu): void;
  start(): void;
  /** Resolves when what was handed over is kept or dropped. */
  stop(): Promise<void>;
}

/** Two and a half seconds of every PDU at 2 000 messages a second; some 10 MB. */
const MOST_WAITING = 20_000;
/** In one commit: a receipt or a claim that comes beside it waits for that long, some 10 ms. */
const BATCH = 1_000;
/** What comes within this time is written together; receipts that overtook an answer find their message after it. */
const GATHER_MS = 500;
const ROUND_MS = 60_000;

export function makePduKeeper({ store, clock, observe, settings }: PduKeeperParts): PduKeeper {
  const waiting: TracedPdu[] = [];
  let writing: Promise<void> | null = null;
  let cancelWrite: (() => void) | null = null;
  let cancelRound = (): void => undefined;
  let forgetting: Promise<void> | null = null;
  let keptSince = 0;
  let isOpen = true;
  const dropped = new Map<string, number>();

  function keep(pdu: TracedPdu): void {
    if (settings.most === 0) return;
    if (waiting.length >= MOST_WAITING || !isOpen) {
      drop([pdu]);
      return;
    }
    waiting.push(pdu);
    if (writing === null) cancelWrite ??= clock.after(GATHER_MS, write);
  }

  function write(): void {
    cancelWrite = null;
    writing = writeAll().finally(() => {
      writing = null;
    });
  }

  async function writeAll(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.splice(0, BATCH);
      try {
        await store.keepPdus(batch, clock.now());
        keptSince += batch.length;
      } catch (error) {
        drop(batch);
        // While the store is away others tell of it, more than once.
        if (!(error instanceof StoreUnavailable)) observe({ type: 'fault', at: clock.now(), where: 'trace', error });
      }
      tellDropped();
      if (keptSince > settings.most / 10) void forget();
    }
  }

  function drop(batch: TracedPdu[]): void {
    for (const { connector } of batch) dropped.set(connector, (dropped.get(connector) ?? 0) + 1);
    if (!isOpen) tellDropped();
  }

  function tellDropped(): void {
    const nothing = { pdus: [], receipts: [], unknown: [] };
    for (const [connector, count] of dropped) {
      observe({ type: 'connector.pdus', at: clock.now(), connector, ...nothing, dropped: count });
    }
    dropped.clear();
  }

  function forget(): Promise<void> {
    keptSince = 0;
    forgetting ??= forgetAll().finally(() => {
      forgetting = null;
    });
    return forgetting;
  }

  async function forgetAll(): Promise<void> {
    try {
      for (let gone = 1; gone > 0 && isOpen; ) {
        gone = await store.forgetPdus({ before: clock.now() - settings.keepMs, most: settings.most }, clock.now());
      }
    } catch (error) {
      observe({ type: 'fault', at: clock.now(), where: 'trace: forget', error });
    }
  }

  async function round(): Promise<void> {
    await forget();
    if (isOpen) cancelRound = clock.after(ROUND_MS, () => void round());
  }

  return {
    keep,
    start: () => void round(),
    async stop() {
      isOpen = false;
      cancelRound();
      cancelWrite?.();
      await writing;
      await writeAll();
      await forgetting;
    },
  };
}
