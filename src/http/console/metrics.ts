/** `/_admin/v1/metrics`: what this node has done lately, as eight plots. */
import { isoMs } from '../../domain/dates.ts';
import type { Durations } from '../../domain/durations.ts';
import { refuse } from '../../domain/errors.ts';
import type { Answer, Resource } from '../answer.ts';
import type { Call } from '../context.ts';
import type { Step } from './metrics-book.ts';
import type { Bucket, Counter } from './metrics-bucket.ts';
import { answer, type ConsoleModule } from './module.ts';
import { oneOf } from './query-fields.ts';

const HOUR_MS = 3_600_000;
const RANGES = { '15m': HOUR_MS / 4, '1h': HOUR_MS, '6h': 6 * HOUR_MS, '24h': 24 * HOUR_MS } as const;
type Range = keyof typeof RANGES;

type Unit = 'per_second' | 'seconds' | 'count' | 'ratio' | 'bytes';
interface Series {
  id: string;
  label: string;
  unit: Unit;
  read(bucket: Bucket): number | null;
}

function fetchMetrics(call: Call): Answer {
  const room = call.context.console?.metrics;
  if (!room) throw refuse(20404, { path: call.meta.path });
  const range = oneOf(call, 'range', Object.keys(RANGES) as Range[]) ?? '1h';
  const { steps, stepMs } = room.book.steps(RANGES[range]);
  const now = room.book.now();
  return answer({
    node: { name: room.node.name, roles: room.node.roles, started_at: isoMs(room.node.startedAt) },
    range,
    from: isoMs(now - RANGES[range]),
    to: isoMs(now),
    step_seconds: stepMs / 1_000,
    times: steps.map(({ endedAt }) => Math.round(endedAt / 1_000)),
    plots: plotsOf(steps, stepMs / 1_000),
  });
}

function plotsOf(steps: Step[], stepSeconds: number): Resource[] {
  const rate = (id: Counter, label: string): Series => ({
    ...{ id, label, unit: 'per_second' as const },
    read: ({ counts }) => counts[id] / stepSeconds,
  });
  const timing = (id: string, label: string, share: number, of: (bucket: Bucket) => Durations): Series => ({
    ...{ id, label, unit: 'seconds' as const },
    read: (bucket) => scaled(of(bucket).percentile(share)),
  });
  const connectors = [...new Set(steps.flatMap(({ bucket }) => [...bucket.sends.keys()]))].sort();
  const windows = [...new Set(steps.flatMap(({ bucket }) => Object.keys(bucket.gauges?.windows ?? {})))].sort();
  const queues = [...new Set(steps.flatMap(({ bucket }) => Object.keys(bucket.gauges?.queues ?? {})))];
  const plot = (id: string, title: string, series: Series[]): Resource => ({
    id,
    title,
    series: series.map(({ read, ...rest }) => ({
      ...rest,
      points: steps.map(({ bucket }) => rounded(read(bucket))),
    })),
  });
  return [
    plot('messages', 'Messages accepted', [rate('acceptedOut', 'Outgoing'), rate('acceptedIn', 'Incoming')]),
    plot('outcomes', 'Delivered and failed', [
      ...[rate('delivered', 'Delivered'), rate('undelivered', 'Undelivered'), rate('failed', 'Failed')],
    ]),
    plot('delivery', 'Time to delivery', [
      timing('p50', 'Half of them', 0.5, (bucket) => bucket.delivery),
      timing('p95', '95 of 100', 0.95, (bucket) => bucket.delivery),
    ]),
    plot('queues', 'Waiting', [
      ...queues.map(
        (name): Series => ({
          ...{ id: `waiting:${name}`, label: name, unit: 'count' as const },
          read: ({ gauges }) => gauges?.queues?.[name]?.waiting ?? null,
        }),
      ),
      {
        ...{ id: 'overdue', label: 'Longest overdue', unit: 'seconds' as const },
        read: ({ gauges }) =>
          gauges?.queues
            ? Math.max(0, ...Object.values(gauges.queues).map(({ overdueMs }) => overdueMs)) / 1_000
            : null,
      },
    ]),
    plot('callbacks', 'Webhooks', [
      ...[rate('callbacksOk', 'Taken'), rate('callbacksFailed', 'Failed')],
      timing('p95', '95 of 100 answered within', 0.95, (bucket) => bucket.callbacks),
    ]),
    plot('api', 'API requests', [
      ...[rate('api2xx', '2xx'), rate('api4xx', '4xx'), rate('api5xx', '5xx')],
      timing('p95', '95 of 100 answered within', 0.95, (bucket) => bucket.api),
    ]),
    plot('connectors', 'Connectors', [
      ...connectors.map(
        (name): Series => ({
          ...{ id: `sent:${name}`, label: `${name}: taken`, unit: 'per_second' as const },
          read: ({ sends }) => (sends.get(name)?.ok ?? 0) / stepSeconds,
        }),
      ),
      ...connectors.map(
        (name): Series => ({
          ...{ id: `failed:${name}`, label: `${name}: not taken`, unit: 'per_second' as const },
          read: ({ sends }) => (sends.get(name)?.failed ?? 0) / stepSeconds,
        }),
      ),
      ...windows.map(
        (name): Series => ({
          ...{ id: `window:${name}`, label: `${name}: window used`, unit: 'ratio' as const },
          read: ({ gauges }) => gauges?.windows[name] ?? null,
        }),
      ),
    ]),
    plot('process', 'This process', [
      { id: 'cpu', label: 'Processor', unit: 'ratio', read: ({ gauges }) => gauges?.cpu ?? null },
      { id: 'memory', label: 'Memory', unit: 'bytes', read: ({ gauges }) => gauges?.memoryBytes ?? null },
      {
        id: 'loop',
        label: 'Event loop late',
        unit: 'seconds',
        read: ({ gauges }) => scaled(gauges?.loopDelayMs ?? null),
      },
      timing('commit', 'Commit, 95 of 100', 0.95, (bucket) => bucket.commits),
    ]),
  ];
}

function scaled(ms: number | null): number | null {
  return ms === null ? null : ms / 1_000;
}

/** Four digits say all that a plot can show. */
function rounded(value: number | null): number | null {
  return value === null ? null : Number(value.toPrecision(4));
}

export const METRICS: ConsoleModule = {
  operator: [{ path: 'metrics', verbs: { GET: fetchMetrics } }],
  docs: {
    'GET metrics': {
      summary: 'What this node has done lately, as plots of series with one point a step; null where nothing is known.',
      query: { range: Object.keys(RANGES).join(', ') },
    },
  },
};
