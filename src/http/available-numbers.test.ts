import { expect, it } from 'vitest';
import { type NumberPool, pooledNumbers } from '../domain/number-pools.ts';
import type { Sender } from '../store/directory.ts';
import { freeOnes } from './available-numbers.ts';

it('numbers are looked up many at a time, and no more of them than it takes', async () => {
  const pool: NumberPool = { country: 'US', type: 'local', numbers: ['+1202555xxxx'], canSms: true, canMms: true };
  const wanted = [...pooledNumbers([pool])];
  const asked: string[][] = [];
  const store = {
    async sendersByAddress(addresses: string[]) {
      asked.push(addresses);
      return addresses.filter((address) => Number(address.slice(-4)) < 600).map((address) => ({ address }) as Sender);
    },
  };
  const free = await freeOnes(store, wanted, 50);
  expect([free.length, free[0]?.e164, free[49]?.e164]).toEqual([50, '+12025550600', '+12025550649']);
  expect(asked.length).toBeLessThanOrEqual(3);
  expect(await freeOnes(store, [], 50)).toEqual([]);
});
