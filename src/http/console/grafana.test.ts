import { expect, it } from 'vitest';
import { makeMetrics } from '../../observe.ts';
import { dashboard } from './grafana.ts';

const NO_STATS = {
  messagesByStatus: {},
  sendsDue: 0,
  callbacksDue: 0,
  releasesDue: 0,
  fetchesDue: 0,
  repliesDue: 0,
  noticesDue: 0,
  esmesDue: 0,
  dueAt: {},
  oldestDueAt: null,
  parkedReceipts: 0,
};

interface Panel {
  title: string;
  targets: { expr: string; legendFormat: string }[];
}

it('a dashboard asks only for metrics that there are, by labels that they have', async () => {
  const text = await makeMetrics('pidge').text({ stats: async () => NO_STATS });
  const types = new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type]));
  const panels = dashboard().panels as Panel[];
  expect(panels.length).toBeGreaterThanOrEqual(8);
  for (const { expr } of panels.flatMap(({ targets }) => targets)) {
    const [metric = ''] = /pidge_\w+/.exec(expr) ?? [];
    const isCounted =
      types.get(metric) === 'counter' || types.get(metric.replace(/_(bucket|count)$/, '')) === 'histogram';
    const known = isCounted ? expr.includes('rate(') : types.get(metric) === 'gauge' && !expr.includes('rate(');
    expect({ expr, known }).toEqual({ expr, known: true });
  }
});
