/**
 * The server's clock as this page knows it. Times are told against it and not against this machine's: the two may
 * differ, and on the test side the server's may stand still.
 */
import { useSyncExternalStore } from 'react';

let offsetMs = 0;
let frozenAt: number | null = null;
let ticking: ReturnType<typeof setInterval> | null = null;
const watchers = new Set<() => void>();

/** Sets the clock: the server's time now (epoch ms), and whether it stands there. */
export function setServerClock(nowAt: number, frozen = false): void {
  offsetMs = nowAt - Date.now();
  frozenAt = frozen ? nowAt : null;
  for (const watcher of watchers) watcher();
}

/** The server's time, epoch ms. */
export function serverNow(): number {
  return frozenAt ?? Date.now() + offsetMs;
}

/** The server's time in whole seconds (epoch ms), told again with each; and whether it is frozen. */
export function useServerClock(): { nowAt: number; frozen: boolean } {
  const nowAt = useSyncExternalStore(watch, () => Math.floor(serverNow() / 1_000) * 1_000);
  return { nowAt, frozen: frozenAt !== null };
}

/** One timer for all who watch; none when nobody does. */
function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  ticking ??= setInterval(() => {
    for (const one of watchers) one();
  }, 1_000);
  return () => {
    watchers.delete(watcher);
    if (watchers.size > 0 || ticking === null) return;
    clearInterval(ticking);
    ticking = null;
  };
}
