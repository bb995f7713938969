import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { pidge, tempFolder } from './run.ts';

/** The password is not set where these commands run: that is the server's affair. */
const CONNECTORS = `# ours
[[connectors]]
kind = "smpp"
name = "acme"
host = "smsc.example"
port = 2775
system_id = "me"
password = "\${env:ACME_PASSWORD}" # of the vault

[[connectors]]
kind = "simulated"
name = "beta"
`;
const REST = '\n# the API\n[http]\nport = 7000 # odd\n';
const ENV = { ACME_PASSWORD: 'secret08' };

function folder(text: string) {
  const path = tempFolder();
  const file = join(path, 'pidge.toml');
  writeFileSync(file, text);
  return {
    run: (...args: string[]) => pidge(['route', ...args], path),
    tried: async (number: string) => JSON.parse((await pidge(['route', 'try', number, '--json'], path, ENV)).out).ways,
    text: () => readFileSync(file, 'utf8'),
    write: (changed: string) => writeFileSync(file, changed),
  };
}

it('route set writes what route try then tells, and leaves everything else as it is', async () => {
  const { run, text, tried } = folder(CONNECTORS + REST);
  const set = await run('set', '--prefix', '+49', '--to', 'acme:90,beta:10');
  expect([set.code, set.out]).toEqual([
    0,
    'pidge.toml has +49 by acme (90 %), beta (10 %). A running server knows it when it is started again.\n',
  ]);
  expect(set.err).toContain('What no route is for is refused with 21612.');
  const german = (connector: string, weight: number) =>
    `\n[[routes]]\nconnector = "${connector}"\nto = ["+49"]\nweight = ${weight}\n`;
  expect(text()).toBe(CONNECTORS + REST + german('acme', 90) + german('beta', 10));
  const all = await run('set', '--to', 'beta,acme:0', '--json');
  expect([all.code, JSON.parse(all.out)]).toMatchObject([
    0,
    {
      file: 'pidge.toml',
      to: [],
      priority: 10,
      ways: [
        { connector: 'beta', weight: 1 },
        { connector: 'acme', weight: 0 },
      ],
    },
  ]);
  expect(all.err).not.toContain('21612');
  const [inGermany, elsewhere, list] = await Promise.all([tried('+4917012345678'), tried('+12025550101'), run('ls')]);
  expect(inGermany.map(({ why }: { why: string }) => why)).toEqual([
    expect.stringContaining('recipients in +49; priority 10, weight'),
    expect.stringContaining('recipients in +49; priority 10, weight'),
  ]);
  expect(elsewhere.map(({ connector }: { connector: string }) => connector)).toEqual(['beta', 'acme']);
  expect(list.out.split('\n')).toEqual([
    '+49            acme  priority 10  weight 90, 90 %',
    '+49            beta  priority 10  weight 10, 10 %',
    'any recipient  beta  priority 10  weight 1',
    'any recipient  acme  priority 10  weight 0, to fall back to',
    '',
  ]);
}, 40_000);

it('route set changes numbers in their place, and puts other connectors where the former ones were', async () => {
  const route =
    '\n[[routes]] # by contract\nconnector = "acme" # the cheap one\nto = ["+49", "+43"]\nweight = 3 # of four\n';
  const { run, text } = folder(CONNECTORS + route + REST);
  expect((await run('set', '--prefix', '+43,+49', '--to', 'acme:5', '--priority', '2')).code).toBe(0);
  const renumbered = `${route.replace('weight = 3', 'weight = 5')}priority = 2\n`;
  expect(text()).toBe(CONNECTORS + renumbered + REST);

  const other = await run('set', '--prefix', '+43,+49', '--to', 'beta,acme');
  expect([other.code, other.out]).toMatchObject([0, expect.stringContaining('beta (50 %), acme (50 %)')]);
  const fresh = (name: string) => `\n[[routes]]\nconnector = "${name}"\nto = ["+43", "+49"]\npriority = 2\n`;
  expect(text()).toBe(CONNECTORS + fresh('beta') + fresh('acme') + REST);

  const narrow = await run('set', '--prefix', '+49', '--to', 'acme');
  expect(narrow.err).toContain('Another route stays: +43, +49 by beta, priority 2.');
  expect((await run('rm', '--prefix', '+49')).code).toBe(0);
  const gone = await run('rm', '--prefix', '+49');
  expect([gone.code, gone.err]).toMatchObject([6, expect.stringContaining('There are: +43, +49.')]);
  const last = await run('rm', '--prefix', '+43,+49', '--json');
  expect([last.code, JSON.parse(last.out)]).toMatchObject([0, { file: 'pidge.toml', to: ['+43', '+49'] }]);
  expect(last.err).toContain('the first connector that carries the channel takes everything');
  expect(text()).toBe(CONNECTORS + REST);
}, 40_000);

it('route set refuses what would never do, and writes nothing then', async () => {
  const { run, text, write } = folder(CONNECTORS);
  const unknown = await run('set', '--prefix', '+49', '--to', 'acmee:90');
  expect([unknown.code, unknown.err]).toMatchObject([6, expect.stringContaining('Did you mean "acme"?')]);
  const channel = await run('set', '--channel', 'whatsapp', '--to', 'acme');
  expect([channel.code, channel.err]).toMatchObject([2, expect.stringContaining('acme carries sms alone')]);
  expect((await run('set', '--prefix', '+49')).code).toBe(2);
  expect(text()).toBe(CONNECTORS);
  const inline = `routes = [{ connector = "acme", to = ["+49"] }]\n${CONNECTORS}`;
  write(inline);
  const refused = await run('set', '--prefix', '+49', '--to', 'beta');
  expect([refused.code, refused.err]).toMatchObject([3, expect.stringContaining('Edit pidge.toml by hand.')]);
  expect(text()).toBe(inline);
}, 40_000);

it('a connector is changed although the password of a later one is not set, and stays while a route names it', async () => {
  const path = tempFolder();
  const file = join(path, 'pidge.toml');
  const route = '\n[[routes]]\nconnector = "beta"\n';
  const [first, second] = CONNECTORS.replace('# ours\n', '').split('\n\n') as [string, string];
  writeFileSync(file, `${second}\n${first}\n${route}`);
  const set = await pidge(['connector', 'set', 'beta', 'in_doubt=fail'], path);
  expect([set.code, set.err]).toEqual([0, '']);
  expect(readFileSync(file, 'utf8')).toBe(`${second}in_doubt = "fail"\n\n${first}\n${route}`);
  const rm = await pidge(['connector', 'rm', 'beta'], path);
  expect([rm.code, rm.err]).toMatchObject([3, expect.stringContaining('Routes name "beta": any recipient.')]);
}, 20_000);
