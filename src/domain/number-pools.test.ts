import { describe, expect, it } from 'vitest';
import {
  FICTIONAL_POOLS,
  type NumberPool,
  pooledNumbers,
  poolProblem,
  poolTypeOf,
  poolWith,
  readContains,
} from './number-pools.ts';

const pool = (numbers: string[], change: Partial<NumberPool> = {}): NumberPool => ({
  country: 'US',
  type: 'local',
  numbers,
  canSms: true,
  canMms: true,
  ...change,
});

describe('pools', () => {
  it('are numbers and blocks; what is in two of them comes once', () => {
    const pools = [pool(['+12025550199', '+1202555013x']), pool(['+12025550130', '+12025550140'])];
    const numbers = [...pooledNumbers(pools)].map(({ e164 }) => e164);
    expect(numbers).toHaveLength(12);
    expect(numbers.slice(0, 3)).toEqual(['+12025550199', '+12025550130', '+12025550131']);
    expect(numbers.at(-1)).toBe('+12025550140');
  });

  it('know their numbers without counting them up', () => {
    const pools = [pool(['+120255501xx'], { type: 'mobile' })];
    expect(poolWith(pools, '+12025550142')).toBe(pools[0]);
    expect(poolWith(pools, '+12025550242')).toBeNull();
    expect(poolWith(pools, '+120255501420')).toBeNull();
    expect(poolTypeOf(pools, '+12025550142')).toBe('mobile');
  });

  it('tell the type of a number that is in none of them by its digits', () => {
    expect(poolTypeOf([], '+12025550142')).toBe('local');
    expect(poolTypeOf([], '+18885550142')).toBe('toll-free');
    expect(poolTypeOf([], '+447700900777')).toBe('mobile');
    expect(poolTypeOf([], '+448081570123')).toBe('toll-free');
  });

  it.each([
    ['US', ['+120255501xx'], null],
    ['CA', ['+141655501xx'], null],
    ['GB', ['+447700900xxx'], null],
    ['USA', ['+120255501xx'], 'the country "USA"'],
    ['GB', ['+120255501xx'], 'not in GB'],
    ['US', ['12025550100'], 'the number "12025550100"'],
    ['US', ['+1202xx50100'], 'the number'],
    ['US', ['+120255xxxxx'], 'the number'],
    ['US', [], 'no numbers'],
  ])('of %s with %o: %s', (country, numbers, problem) => {
    const found = poolProblem(country, numbers);
    if (problem === null) expect(found).toBeNull();
    else expect(found).toContain(problem);
  });

  it('of fiction are pools like others, and hold nothing but fictional numbers', () => {
    for (const { country, numbers } of FICTIONAL_POOLS) expect(poolProblem(country, numbers)).toBeNull();
    const fictional = /^\+1\d{3}55501\d\d$|^\+442079460\d{3}$|^\+447700900\d{3}$|^\+448081570\d{3}$/;
    expect([...pooledNumbers(FICTIONAL_POOLS)].filter(({ e164 }) => !fictional.test(e164))).toEqual([]);
  });
});

describe('Contains', () => {
  it.each([
    ['0142', true],
    ['0143', false],
    ['555*14', true],
    ['202%42', true],
    ['%42$', true],
    ['014$', false],
    ['+1202', true],
    ['^1202', true],
    ['+202', false],
    ['JJJ0142', true],
  ])('%s: %s', (text, isIn) => {
    expect(readContains(text)?.test('+12025550142')).toBe(isIn);
  });

  it('takes no longer for many wildcards than for one', () => {
    const pattern = readContains('%%%%%%%%%%%%%%5$');
    const startedAt = performance.now();
    for (let n = 0; n < 1_000; n += 1) expect(pattern?.test('+12125550111')).toBe(false);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  it('needs a digit for each star of a row of wildcards', () => {
    expect(readContains('+1%*%**')?.test('+1202')).toBe(true);
    expect(readContains('+1%*%**')?.test('+120')).toBe(false);
    expect(readContains('1**$')?.test('+1120')).toBe(true);
    expect(readContains('+1**$')?.test('+1202')).toBe(false);
  });

  it.each(['1', '0'.repeat(17), '20 2', '(202)', '2+2', '$2'])('refuses %s', (text) => {
    expect(readContains(text)).toBeNull();
  });
});
