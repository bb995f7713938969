/** IncomingPhoneNumbers/Local, /Mobile and /TollFree: the numbers of one type. */
import { refuse } from '../domain/errors.ts';
import { type PoolType, poolTypeOf } from '../domain/number-pools.ts';
import type { Handler } from './context.ts';
import { readPhoneNumber } from './number-choice.ts';
import { createNumber, listNumbersWhere } from './numbers.ts';

export const NUMBER_TYPES: [segment: string, type: PoolType][] = [
  ['Local', 'local'],
  ['Mobile', 'mobile'],
  ['TollFree', 'toll-free'],
];

/** `create` needs `PhoneNumber`, and one of this type; another is 400/21422. */
export function numbersOfType(type: PoolType): { list: Handler; create: Handler } {
  return {
    list: (call) => {
      const pools = call.context.settings.numberPools ?? [];
      return listNumbersWhere(call, (sender) => poolTypeOf(pools, sender.address) === type);
    },
    create: (call) => {
      const e164 = readPhoneNumber(call);
      const actual = poolTypeOf(call.context.settings.numberPools ?? [], e164);
      if (actual === type) return createNumber(call);
      const fix = `It is of type ${actual}; POST it to IncomingPhoneNumbers.`;
      throw refuse(21422, { PhoneNumber: e164 }, { parameter: 'PhoneNumber', received: e164, fix });
    },
  };
}
