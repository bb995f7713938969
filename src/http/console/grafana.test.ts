import { expect, it } from 'vitest';
import { QUIET_STATS } from '../../../tests/helpers/quiet-stats.ts';
import { makeMetrics } from '../../observe.ts';
import { dashboard } from './grafana.ts';

interface Panel {
  title: string;
  targets: { expr: string; legendFormat: string }[];
}

it('a dashboard asks only for metrics that there are, by labels that they have', async () => {
  const text = await makeMetrics('pidge').text({ stats: async () => QUIET_STATS });
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
