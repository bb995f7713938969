import { expect, it } from 'vitest';
import { Generations } from './generations.ts';

it('holds the last so many, and never more than twice that', () => {
  const map = new Generations<number, string>(10);
  for (let key = 0; key < 1_000; key += 1) {
    map.set(key, `v${key}`);
    expect(map.size).toBeLessThanOrEqual(20);
  }
  for (let key = 990; key < 1_000; key += 1) expect(map.get(key)).toBe(`v${key}`);
  expect(map.get(0)).toBeUndefined();
});

it('has the newest value of a key, whichever generation had it', () => {
  const map = new Generations<string, number>(2);
  map.set('a', 1);
  map.set('b', 2);
  map.set('a', 3);
  map.set('c', 4);
  expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([3, 2, 4]);
});

it('keeps what is asked for, and knows nothing from null', () => {
  const map = new Generations<string, number | null>(2);
  map.set('asked', null);
  for (let key = 0; key < 100; key += 1) {
    map.set(`k${key}`, key);
    expect(map.get('asked')).toBeNull();
  }
  expect(map.get('k0')).toBeUndefined();
});
