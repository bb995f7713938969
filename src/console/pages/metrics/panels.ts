/** What the server tells as one plot of several units, as a panel for each unit. */

export type Unit = 'per_second' | 'seconds' | 'count' | 'ratio' | 'bytes';

export interface Metrics {
  node: { name: string; roles: string[]; started_at: string };
  range: string;
  step_seconds: number;
  /** Epoch seconds. */
  times: number[];
  plots: ServerPlot[];
}

export interface ServerPlot {
  id: string;
  title: string;
  series: { id: string; label: string; unit: Unit; points: (number | null)[] }[];
}

export interface Panel {
  title: string;
  unit: string;
  series: { label: string; colour: string; values: (number | null)[] }[];
}

/** What a figure is multiplied by, and what it then is. */
const UNITS: Record<Unit, [factor: number, word: string]> = {
  per_second: [1, 'per second'],
  seconds: [1_000, 'ms'],
  count: [1, ''],
  ratio: [100, '%'],
  bytes: [1 / 1_048_576, 'MB'],
};

/** Where a colour has a meaning it is that of the statuses; the others are told apart by what is left. */
const COLOURS: Record<string, string> = {
  acceptedOut: 'sent',
  acceptedIn: 'read',
  delivered: 'delivered',
  undelivered: 'undelivered',
  failed: 'failed',
  callbacksOk: 'delivered',
  callbacksFailed: 'failed',
  api2xx: 'delivered',
  api4xx: 'undelivered',
  api5xx: 'failed',
  p50: 'sent',
  p95: 'scheduled',
};
const OTHERS = ['sent', 'scheduled', 'read', 'undelivered', 'delivered', 'queued'];

export function panelsOf({ title, series }: ServerPlot): Panel[] {
  const byUnit = Map.groupBy(series, ({ unit }) => unit);
  return [...byUnit].map(([unit, its], place) => {
    const [factor, word] = UNITS[unit];
    const [only] = its;
    return {
      title: place === 0 ? title : its.length === 1 && only ? only.label : `${title}: ${WORDS[unit]}`,
      unit: word,
      series: its.map(({ id, label, points }, index) => ({
        label,
        colour: COLOURS[id] ?? (id.startsWith('failed:') ? 'failed' : (OTHERS[index % OTHERS.length] ?? 'queued')),
        values: points.map((value) => (value === null ? null : Math.round(value * factor * 100) / 100)),
      })),
    };
  });
}

const WORDS: Record<Unit, string> = {
  per_second: 'rate',
  seconds: 'time',
  count: 'count',
  ratio: 'share',
  bytes: 'size',
};
