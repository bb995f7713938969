import { expect, it } from 'vitest';
import { ConfigError, readConfig } from './config.ts';
import { FICTIONAL_POOLS } from './domain/number-pools.ts';

const read = (text: string | null, mode: 'dev' | 'serve' = 'dev') =>
  readConfig({ mode, env: {}, file: text === null ? null : { name: 'pidge.toml', text } });

it('pools are read with what they leave out', () => {
  const { numberPools } = read(`
[[number_pools]]
country = "us"
numbers = ["+120255501xx"]
[[number_pools]]
country = "GB"
type = "mobile"
numbers = ["+4477009001xx", "+447700900201"]
sms = false
`);
  expect(numberPools).toEqual([
    { country: 'US', type: 'local', numbers: ['+120255501xx'], canSms: true, canMms: true },
    { country: 'GB', type: 'mobile', numbers: ['+4477009001xx', '+447700900201'], canSms: false, canMms: false },
  ]);
});

it('without any, dev has fictional numbers and serve has none', () => {
  expect(read(null).numberPools).toBe(FICTIONAL_POOLS);
  expect(read(null, 'serve').numberPools).toEqual([]);
});

it.each([
  ['country = "US"\nnumbers = ["2025550100"]', 'number_pools of US holds the number "2025550100".'],
  ['country = "Narnia"\nnumbers = ["+120255501xx"]', 'number_pools of NARNIA holds the country "NARNIA".'],
  ['country = "US"', 'number_pools of US holds no numbers.'],
  ['numbers = ["+120255501xx"]', '[[number_pools]] needs country.'],
  ['country = "US"\ntype = "short"', 'number_pools.type is "short".'],
])('%s is refused', (entry, problem) => {
  const attempt = () => read(`[[number_pools]]\n${entry}\n`);
  expect(attempt).toThrow(ConfigError);
  expect(attempt).toThrow(problem);
});
