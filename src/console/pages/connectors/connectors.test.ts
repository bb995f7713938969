import { expect, it } from 'vitest';
import { figuresOf, type Metrics } from './connectors.ts';

const metrics = (series: Metrics['plots'][number]['series']): Metrics => ({
  ...{ step_seconds: 10, times: [10, 20, 30, 40, 50, 60, 70, 80] },
  plots: [
    { id: 'messages', series: [{ id: 'sent:acme', points: [99] }] },
    { id: 'connectors', series },
  ],
});

it('tells what a connector did lately: its rate of the last minute, what was not taken, its window', () => {
  const figures = figuresOf(
    metrics([
      { id: 'sent:acme', points: [100, 0, 6, 6, 6, null, 6, 6] },
      { id: 'failed:acme', points: [0, 0, 0, 0, 0, 0, 0, 10] },
      { id: 'window:acme', points: [1, 0.5] },
      { id: 'sent:beta', points: [1] },
    ]),
    'acme',
  );
  expect(figures).toMatchObject({ perSecond: 5, windowUsed: 0.5 });
  expect(figures.notTakenShare).toBeCloseTo(10 / 140);
  expect(figures.at.slice(0, 2)).toEqual([10_000, 20_000]);
});

it('says that nothing is known of one that did nothing', () => {
  expect(figuresOf(metrics([]), 'acme')).toMatchObject({ perSecond: 0, notTakenShare: null, windowUsed: null });
});
