import { expect, it } from 'vitest';
import type { Mode } from '../config.ts';
import { judgedConfig } from './config-print.ts';

function judged(text: string | null, { env = {}, mode }: { env?: Record<string, string>; mode?: Mode } = {}) {
  return judgedConfig({ env, file: text === null ? null : { name: 'pidge.toml', text }, ...(mode && { mode }) });
}

it('settings are judged for both modes, unless the command, the environment or the file names one', () => {
  const fine = { ok: true, modes: ['dev', 'serve'], file: 'pidge.toml', problems: [] };
  expect(judged('[http]\nport = 7670\n')).toEqual(fine);
  expect(judged('mode = "serve"\n')).toEqual({ ...fine, modes: ['serve'] });
  expect(judged('mode = "serve"\n', { env: { PIDGE_MODE: 'dev' } })).toEqual({ ...fine, modes: ['dev'] });
  expect(judged(null, { mode: 'dev' })).toEqual({ ...fine, modes: ['dev'], file: null });
});

it('a problem is told once, and a mode that is none is one', () => {
  expect(judged('mode = "prod"\n[http]\nprot = 7670\n')).toEqual({
    ok: false,
    modes: ['dev', 'serve'],
    file: 'pidge.toml',
    problems: [
      'pidge.toml:1 mode is "prod". Allowed: "dev" or "serve".',
      'pidge.toml:3 http.prot is not a setting. Did you mean http.port?',
    ],
  });
});
