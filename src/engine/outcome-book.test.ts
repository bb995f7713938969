import { expect, it } from 'vitest';
import { type Met, OutcomeBook } from './outcome-book.ts';

it('outcomes of one turn are written together, and what comes meanwhile together after them', async () => {
  const batches: string[][] = [];
  const waiting: (() => void)[] = [];
  const book = new OutcomeBook<string>((some: Met<string>[]) => {
    batches.push(some.map(({ claimed }) => claimed));
    return new Promise((resolve) => waiting.push(resolve));
  });
  const add = (claimed: string) => book.add({ claimed, outcome: { kind: 'accepted', carrierIds: [] } });
  const first = Promise.all([add('a'), add('b')]);
  await Promise.resolve();
  expect(batches).toEqual([['a', 'b']]);
  const second = Promise.all([add('c'), add('d')]);
  waiting.shift()?.();
  await first;
  expect(batches).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ]);
  waiting.shift()?.();
  await second;
  const third = add('e');
  await Promise.resolve();
  waiting.shift()?.();
  await third;
  expect(batches.at(-1)).toEqual(['e']);
});
