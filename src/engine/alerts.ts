/**
 * Alerts: what went wrong is kept in the background, many in one write, and the account's debugger webhook is told.
 * Rooms hand theirs to `raise` and never wait. An alert is no promise: when too many come at once, or the store is
 * gone for long, some are dropped, and that is reported.
 */
import { type Alert, type AlertDraft, failureAlert } from '../domain/alert.ts';
import type { Clock } from '../domain/clock.ts';
import type { Observer, PidgeEvent } from '../domain/events.ts';
import type { SidMaker } from '../domain/sid.ts';
import { type Store, StoreUnavailable } from '../store/store.ts';
import { makeNaps } from './naps.ts';

export interface AlertsParts {
  store: Pick<Store, 'raiseAlerts'>;
  clock: Clock;
  sids: Pick<SidMaker, 'make'>;
  observe: Observer;
  /** Who is told of an account's alerts; `null`: nobody. */
  debuggerUrlOf: (accountSid: string) => string | null;
  ringCallbacks: () => void;
}

export interface Alerts {
  raise(drafts: AlertDraft[]): void;
  /** Sees to it that messages which fail are alerts too. */
  watch(event: PidgeEvent): void;
  /** Resolves when nothing waits to be written. */
  idle(): Promise<void>;
  /** Writes what waits, in one last try. */
  stop(): Promise<void>;
}

const BATCH = 200;
const MOST_WAITING = 2_000;
const RETRY_MS = 1_000;

export function makeAlerts({ store, clock, sids, observe, debuggerUrlOf, ringCallbacks }: AlertsParts): Alerts {
  const naps = makeNaps(clock);
  let waiting: Alert[] = [];
  let dropped = 0;
  let writing: Promise<void> | null = null;

  function raise(drafts: AlertDraft[]): void {
    const room = Math.max(0, MOST_WAITING - waiting.length);
    dropped += Math.max(0, drafts.length - room);
    for (const draft of drafts.slice(0, room)) waiting.push({ ...draft, sid: sids.make('NO') });
    if (waiting.length > 0) writing ??= write();
  }

  /** One write at a time; what comes meanwhile makes the next one. */
  async function write(): Promise<void> {
    // A microtask later: what goes wrong together is written together.
    await null;
    while (waiting.length > 0) {
      const alerts = waiting.slice(0, BATCH);
      waiting = waiting.slice(BATCH);
      if (await keep(alerts)) continue;
      // In front of those that came meanwhile.
      const all = [...alerts, ...waiting];
      waiting = all.slice(0, MOST_WAITING);
      dropped += all.length - waiting.length;
      if (await naps.nap(RETRY_MS)) continue;
      if (!(await keep(waiting))) dropped += waiting.length;
      waiting = [];
    }
    writing = null;
    if (dropped > 0) fault(new Error(`${dropped} alerts were dropped: they came faster than they could be kept`));
    dropped = 0;
  }

  /** `false`: the store is gone for now. */
  async function keep(alerts: Alert[]): Promise<boolean> {
    const batch = alerts.map((alert) => ({ alert, callbackUrl: debuggerUrlOf(alert.accountSid) }));
    try {
      await store.raiseAlerts(batch, clock.now());
      if (batch.some(({ callbackUrl }) => callbackUrl !== null)) ringCallbacks();
    } catch (error) {
      if (error instanceof StoreUnavailable) return false;
      dropped += alerts.length;
      fault(error);
    }
    return true;
  }

  function fault(error: unknown): void {
    observe({ type: 'fault', at: clock.now(), where: 'alerts', error });
  }

  return {
    raise,
    watch(event) {
      if (event.type !== 'message.status' || event.errorCode === undefined) return;
      if (event.status !== 'failed' && event.status !== 'undelivered') return;
      raise([failureAlert({ ...event, errorCode: event.errorCode })]);
    },
    async idle() {
      while (writing) await writing;
    },
    async stop() {
      naps.end();
      await writing;
    },
  };
}
