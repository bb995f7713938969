/** The settings of number pools: which numbers accounts may look for and take. */
import type { Value } from './config-values.ts';
import { FICTIONAL_POOLS, type NumberPool, type PoolType, poolProblem } from './domain/number-pools.ts';

/** The pools as written; in `dev`, when none is written, those of fictional numbers. */
export function readNumberPools(entries: Record<string, Value>[], mode: 'dev' | 'serve'): NumberPool[] {
  if (entries.length === 0 && mode === 'dev') return FICTIONAL_POOLS;
  return entries.map(({ country, type, numbers, sms, mms }) => {
    const code = (country as string).toUpperCase();
    return {
      country: code,
      type: (type as PoolType | undefined) ?? 'local',
      numbers: (numbers as string[] | undefined) ?? [],
      canSms: (sms as boolean | undefined) ?? true,
      // As for other numbers: where nobody has said, those of North America can.
      canMms: (mms as boolean | undefined) ?? (code === 'US' || code === 'CA'),
    };
  });
}

export function poolProblems(pools: NumberPool[]): string[] {
  return pools.flatMap(({ country, numbers }) => {
    const problem = poolProblem(country, numbers);
    return problem === null ? [] : [`number_pools of ${country} holds ${problem}.`];
  });
}
