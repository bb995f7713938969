import { expect, it } from 'vitest';
import { batchLook, oneLook } from './one-look.ts';

it('looks once for all who ask meanwhile, anew for who asks later, and apart for each key', async () => {
  const asked: string[] = [];
  const look = oneLook(async (key) => {
    asked.push(key);
    await Promise.resolve();
    return key.length;
  });
  expect(await Promise.all([look('a'), look('a'), look('bb')])).toEqual([1, 1, 2]);
  expect(asked).toEqual(['a', 'bb']);
  await look('a');
  expect(asked).toEqual(['a', 'bb', 'a']);
});

it('a look that fails fails for all who asked, and is tried again by the next', async () => {
  let fails = true;
  const look = oneLook(async () => {
    if (fails) throw new Error('gone');
    return 1;
  });
  const both = await Promise.allSettled([look('a'), look('a')]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  fails = false;
  expect(await look('a')).toBe(1);
});

it('a batch looks once for each thing, and again only for what failed', async () => {
  const asked: string[] = [];
  let fails = true;
  const look = batchLook(async (key) => {
    asked.push(key);
    if (key === 'b' && fails) throw new Error('gone');
    return key.length;
  });
  expect([await look('a'), await look('a')]).toEqual([1, 1]);
  await expect(look('b')).rejects.toThrow('gone');
  fails = false;
  expect([await look('b'), await look('b')]).toEqual([1, 1]);
  expect(asked).toEqual(['a', 'b', 'b']);
});
