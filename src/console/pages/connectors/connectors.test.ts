import { expect, it } from 'vitest';
import { duration, figuresOf, type Metrics, share } from './connectors.ts';
import { stepsIn } from './test-run.ts';

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

it('tells durations and shares so that little is not nothing and much is not all', () => {
  expect([0.0004, 0.14, 3.14, 300].map(duration)).toEqual(['1 ms', '140 ms', '3.1 s', '5 min']);
  expect([0, 0.0004, 0.008, 0.9999, 1].map(share)).toEqual(['0 %', '< 0.1 %', '0.8 %', '99.9 %', '100 %']);
});

it('reads the steps of a test however they are cut on their way', async () => {
  const told = [{ step: 'dns', text: 'é is 127.0.0.1' }, { step: 'tcp' }];
  const octets = new TextEncoder().encode(told.map((one) => `${JSON.stringify(one)}\n`).join(''));
  for (const size of [1, 26, octets.length]) {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let from = 0; from < octets.length; from += size) controller.enqueue(octets.slice(from, from + size));
        controller.close();
      },
    });
    const read: unknown[] = [];
    for await (const step of stepsIn(body)) read.push(step);
    expect(read).toEqual(told);
  }
});
