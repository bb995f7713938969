/** Connectors as the server lists them, and what its metrics say of each. */
import { useQuery } from '@tanstack/react-query';
import { admin } from '../../api/client.ts';
import { useRefetchOn } from '../../api/live.ts';
import { queries } from '../../api/query.ts';

export interface Connector {
  name: string;
  kind: string;
  /** `null`: it keeps no connection. */
  bound: boolean | null;
  paused: { since: string; reason: string | null } | null;
  /** `null`: nothing is measured. */
  figures: Lately | null;
  /** Of SMPP alone, like all below. */
  peer?: string;
  tls?: boolean;
  system_id?: string;
  bind?: string;
  binds?: number;
  window?: number;
  /** PDUs a second and bind; `null`: as many as there are. */
  rate?: number | null;
  trace?: string;
}

/** What it did in the last quarter of an hour, on the node that was asked. */
export interface Lately {
  /** `null`: several connectors share it. */
  queue: number | null;
  in_hand: number | null;
  submit_p95_seconds: number | null;
  receipt_p50_seconds: number | null;
  /** 0 to 1, of those whose time is up. */
  missing_receipts: number | null;
  /** The most frequent first; `share` 0 to 1. */
  statuses: {
    name: string;
    code: number | null;
    text: string;
    follows: string;
    error_code: number | null;
    count: number;
    share: number;
  }[];
  binds: { name: string; bound: boolean; since: string; why: string | null }[];
  last_trouble: { at: string; text: string } | null;
}

export interface Metrics {
  step_seconds: number;
  /** Epoch seconds. */
  times: number[];
  plots: { id: string; series: { id: string; points: (number | null)[] }[] }[];
}

/** What a connector has done in the last quarter of an hour, on the node that was asked. */
export interface Figures {
  /** Epoch ms. */
  at: number[];
  taken: (number | null)[];
  notTaken: (number | null)[];
  /** Of the last minute, a second. */
  perSecond: number;
  /** Of all that was handed to the carrier, what it did not take: 0 to 1; `null`: nothing was. */
  notTakenShare: number | null;
  /** What is taken of its window, 0 to 1; `null`: it has none. */
  windowUsed: number | null;
}

const KEY = ['server', 'connectors'];
const EVERY_MS = 10_000;
const MINUTE_SECONDS = 60;

export function useConnectors() {
  useRefetchOn(['connector'], KEY);
  return useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => admin<{ connectors: Connector[] }>('connectors', { signal }),
    select: ({ connectors }) => connectors,
    refetchInterval: EVERY_MS,
  });
}

/** `undefined` until they are known; they are extra, so a failure says nothing. */
export function useMetrics(): Metrics | undefined {
  const { data } = useQuery({
    queryKey: ['server', 'metrics', '15m'],
    queryFn: ({ signal }) => admin<Metrics>('metrics', { query: { range: '15m' }, signal }),
    refetchInterval: EVERY_MS,
  });
  return data;
}

/** Stops handing messages to a connector, or starts again. */
export async function turn(name: string, way: 'pause' | 'resume', reason = ''): Promise<void> {
  const json = way === 'pause' && reason !== '' ? { reason } : {};
  await admin(`connectors/${encodeURIComponent(name)}/${way}`, { method: 'POST', json });
  await queries.invalidateQueries({ queryKey: KEY });
}

/** `140 ms`, `3.1 s`, `2 min`. */
export function duration(seconds: number): string {
  if (seconds < 1) return `${Math.max(1, Math.round(seconds * 1_000))} ms`;
  return seconds < 120 ? `${Number(seconds.toPrecision(2))} s` : `${Math.round(seconds / 60)} min`;
}

/** `0.8 %`; what is more than nothing does not look like it. */
export function share(part: number): string {
  const percent = part * 100;
  if (percent > 0 && percent < 0.1) return '< 0.1 %';
  // One that failed among thousands is not all of them.
  return `${percent < 100 ? Math.min(99.9, Math.round(percent * 10) / 10) : 100} %`;
}

export function figuresOf({ plots, times, step_seconds }: Metrics, name: string): Figures {
  const series = plots.find(({ id }) => id === 'connectors')?.series ?? [];
  const points = (kind: string) => series.find(({ id }) => id === `${kind}:${name}`)?.points ?? [];
  const [taken, notTaken] = [points('sent'), points('failed')];
  const sum = (values: (number | null)[]) => values.reduce<number>((total, value) => total + (value ?? 0), 0);
  const lately = taken.slice(-Math.max(1, Math.round(MINUTE_SECONDS / step_seconds)));
  const all = sum(taken) + sum(notTaken);
  return {
    at: times.map((seconds) => seconds * 1_000),
    taken,
    notTaken,
    perSecond: lately.length === 0 ? 0 : sum(lately) / lately.length,
    notTakenShare: all === 0 ? null : sum(notTaken) / all,
    windowUsed: points('window').at(-1) ?? null,
  };
}
