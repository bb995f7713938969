import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { pidge, tempFolder } from './run.ts';

function folder(settings: string): string {
  const path = tempFolder();
  writeFileSync(join(path, 'pidge.toml'), settings);
  return path;
}

it('config print says what is in force and who decided it', async () => {
  const where = folder('[limits]\nmax_price = "enforce"\n');
  const { code, out } = await pidge(['config', 'print', 'limits', '--origin', '--mode', 'serve'], where);
  expect(code).toBe(0);
  expect(out).toMatch(/^limits\.max_price = "enforce" +# file: pidge\.toml:2 limits\.max_price$/m);
  expect(out).toMatch(/^limits\.schedule_max_lead = "7d" +# default of serve$/m);
  const json = await pidge(['config', 'print', 'auth.auth_token', '--json'], where);
  expect(JSON.parse(json.out)).toMatchObject({ path: 'auth.auth_token', value: '(set)', is_secret: true });
  expect((await pidge(['config', 'print', 'limt'], where)).code).toBe(6);
});

it('config check ends with 3 and names what is wrong', async () => {
  const fine = await pidge(['config', 'check'], folder('[http]\nport = 7670\n'));
  expect([fine.code, fine.err]).toEqual([0, 'The settings are fine for dev and serve (pidge.toml).\n']);
  const keyless = await pidge(['config', 'check', '--mode', 'serve'], folder('[http]\nport = 7670\n'));
  expect([keyless.code, keyless.err]).toEqual([
    0,
    'serve will need PIDGE_SECRET_KEY, which is not set here.\nThe settings are fine for serve (pidge.toml).\n',
  ]);
  const { code, out } = await pidge(['config', 'check', '--json'], folder('[http]\nprot = 7670\n'));
  expect(code).toBe(3);
  expect(JSON.parse(out).problems).toEqual(['pidge.toml:2 http.prot is not a setting. Did you mean http.port?']);
});

it('config init makes a file that changes nothing until something is uncommented', async () => {
  const { out } = await pidge(['config', 'init'], tempFolder());
  expect(out).toContain('[limits]');
  expect((await pidge(['config', 'check'], folder(out))).code).toBe(0);
});
