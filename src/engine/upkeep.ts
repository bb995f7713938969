/** Upkeep: what has to be done from time to time and by nobody in particular. So far: forgetting what is too old. */
import type { Clock } from '../domain/clock.ts';
import type { Observer } from '../domain/events.ts';
import type { Store } from '../store/store.ts';

export interface UpkeepParts {
  store: Pick<Store, 'forget' | 'forgetLinks' | 'forgetInbound' | 'forgetAlerts'>;
  clock: Clock;
  observe: Observer;
  /** How long messages are kept; `null`: for ever. Whole months are forgotten, once all of them is older. */
  keepMs: number | null;
  keepAlertsMs: number;
}

export interface Upkeep {
  start(): void;
  stop(): Promise<void>;
}

const ROUND_MS = 3_600_000;
/** So long after its end a link is still known to be one, and its code is nobody else's. */
const LINKS_KEPT_MS = 90 * 86_400_000;
/** Between two of many small steps: whoever accepts messages meanwhile comes first. */
const PAUSE_MS = 50;

export function makeUpkeep({ store, clock, observe, keepMs, keepAlertsMs }: UpkeepParts): Upkeep {
  let cancel = (): void => undefined;
  let running: Promise<void> = Promise.resolve();
  let stopped = false;

  function after(ms: number): void {
    cancel = clock.after(ms, () => {
      running = round();
    });
  }

  /** One step. Several nodes may do the same: forgetting twice forgets once. */
  async function round(): Promise<void> {
    let gone = 0;
    try {
      gone = keepMs === null ? 0 : await store.forget(clock.now() - keepMs, clock.now());
      gone += await store.forgetLinks(clock.now() - LINKS_KEPT_MS);
      gone += await store.forgetInbound(clock.now());
      gone += await store.forgetAlerts(clock.now() - keepAlertsMs);
    } catch (error) {
      observe({ type: 'fault', at: clock.now(), where: 'upkeep: forget', error });
    }
    if (!stopped) after(gone > 0 ? PAUSE_MS : ROUND_MS);
  }

  return {
    start() {
      running = round();
    },
    async stop() {
      stopped = true;
      cancel();
      await running;
    },
  };
}
