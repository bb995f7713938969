import { expect, it } from 'vitest';
import { panelsOf } from './panels.ts';

it('figures of one unit share a panel, in the unit that people read', () => {
  const panels = panelsOf({
    id: 'api',
    title: 'API requests',
    series: [
      { id: 'api2xx', label: '2xx', unit: 'per_second', points: [1.5, null] },
      { id: 'api5xx', label: '5xx', unit: 'per_second', points: [0, 0] },
      { id: 'p95', label: '95 of 100', unit: 'seconds', points: [0.0123, null] },
    ],
  });
  expect(panels.map(({ title, unit }) => [title, unit])).toEqual([
    ['API requests', 'per second'],
    ['95 of 100', 'ms'],
  ]);
  expect(panels[0]?.series.map(({ colour }) => colour)).toEqual(['delivered', 'failed']);
  expect(panels[1]?.series[0]?.values).toEqual([12.3, null]);
});
