import { realClock } from '../domain/clock.ts';
import type { TransferProgress } from '../store/transfer.ts';

const REDRAW_MS = 200;
const LINE_MS = 5_000;

/** Shows how a copy gets on: one line that changes on a terminal, else a line every five seconds. */
export function copyProgress(
  stream: { isTTY?: boolean; write(text: string): unknown },
  monotonic: () => number = realClock.monotonic,
): { show(progress: TransferProgress): void; end(): void } {
  const isTerminal = stream.isTTY === true;
  const startedAt = monotonic();
  let shownAt = startedAt;
  let isDrawn = false;
  return {
    show(progress) {
      const now = monotonic();
      if (now - shownAt < (isTerminal ? REDRAW_MS : LINE_MS)) return;
      shownAt = now;
      isDrawn = true;
      const line = progressLine(progress, now - startedAt);
      stream.write(isTerminal ? `\r${line}\u001b[K` : `${line}\n`);
    },
    end() {
      if (isTerminal && isDrawn) stream.write('\r\u001b[K');
    },
  };
}

/** `messages  412 000 of 1 234 567 rows  33 %  48 200/s  17 s left`. */
export function progressLine({ table, rows, totalRows }: TransferProgress, elapsedMs: number): string {
  const perSecond = rows / (elapsedMs / 1_000);
  const left = perSecond > 0 ? spanOf(((totalRows - rows) / perSecond) * 1_000) : '?';
  const share = Math.floor((rows / Math.max(1, totalRows)) * 100);
  return `${table}  ${grouped(rows)} of ${grouped(totalRows)} rows  ${share} %  ${grouped(perSecond)}/s  ${left} left`;
}

/** `1 234 567`. */
export function grouped(value: number): string {
  return String(Math.round(value)).replaceAll(/\B(?=(\d{3})+$)/g, ' ');
}

/** `850 ms`, `42 s`, `3 min`, `5 h`, `12 d`. */
export function spanOf(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${Math.round(ms / 1_000)} s`;
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`;
  return ms < 172_800_000 ? `${Math.round(ms / 3_600_000)} h` : `${Math.round(ms / 86_400_000)} d`;
}

/** `512 B`, `1.4 kB`, `12.3 MB`. */
export function sizeOf(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  for (; value >= 1_000 && unit < units.length - 1; unit += 1) value /= 1_000;
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
