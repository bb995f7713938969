import { describe, expect, it } from 'vitest';
import { StoreUnavailable } from '../store/store.ts';
import { inOneGo, ResultBook } from './result-book.ts';

describe('the book', () => {
  it('writes what one turn has brought together, and what comes meanwhile together after it', async () => {
    const groups: string[][] = [];
    const waiting: (() => void)[] = [];
    const book = new ResultBook<string>((group) => {
      groups.push(group);
      return new Promise((resolve) => waiting.push(resolve));
    });
    const written = async () => {
      waiting.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    };
    for (const item of ['a', 'b']) book.add(item);
    expect(groups).toEqual([]);
    await Promise.resolve();
    expect(groups).toEqual([['a', 'b']]);
    for (const item of ['c', 'd']) book.add(item);
    await Promise.resolve();
    expect(groups).toHaveLength(1);
    await written();
    expect(groups.slice(1)).toEqual([['c', 'd']]);
    await written();
    book.add('e');
    await Promise.resolve();
    expect(groups.slice(2)).toEqual([['e']]);
  });
});

describe('in one go', () => {
  const calls: number[][] = [];
  const write = (fails: (item: number) => unknown) => async (items: number[]) => {
    calls.push(items);
    for (const item of items) {
      const error = fails(item);
      if (error) throw error;
    }
    return items.map((item) => item * 10);
  };
  const broken = async (item: number) => [-item];

  it('is one write for all, with an answer each', async () => {
    calls.length = 0;
    expect(
      await inOneGo(
        [1, 2, 3],
        write(() => null),
        broken,
      ),
    ).toEqual([10, 20, 30]);
    expect(
      await inOneGo(
        [],
        write(() => null),
        broken,
      ),
    ).toEqual([]);
    expect(calls).toEqual([[1, 2, 3], []]);
  });

  it('becomes one write each when it fails, so that the bad one alone is broken', async () => {
    calls.length = 0;
    const bad = write((item) => (item === 2 ? new Error('bad') : null));
    expect(await inOneGo([1, 2, 3], bad, broken)).toEqual([10, -2, 30]);
    expect(calls).toEqual([[1, 2, 3], [1], [2], [3]]);
  });

  it('says nothing of its items while the store is gone, also when it goes in between', async () => {
    const gone = new StoreUnavailable('gone');
    await expect(
      inOneGo(
        [1, 2],
        write(() => gone),
        broken,
      ),
    ).rejects.toBe(gone);
    calls.length = 0;
    const between = write((item) => (item === 1 ? new Error('bad') : calls.length > 1 ? gone : null));
    await expect(inOneGo([1, 2, 3], between, broken)).rejects.toBe(gone);
    expect(calls).toHaveLength(4);
  });

  it('passes on what is wrong with saying what becomes of a bad one', async () => {
    const wrong = new Error('wrong');
    const all = inOneGo(
      [1],
      write(() => new Error('bad')),
      () => Promise.reject(wrong),
    );
    await expect(all).rejects.toBe(wrong);
  });
});
