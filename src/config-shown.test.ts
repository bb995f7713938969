import { expect, it } from 'vitest';
import { readConfig } from './config.ts';
import { shownSettings } from './config-shown.ts';

const FILE = '[limits]\nschedule_max_lead = "14d"\nallowed_countries = ["US"]\n';
const SECRET = 'a secret that nobody may ever be shown';

function shown(env: Record<string, string> = {}) {
  const config = readConfig({
    ...{ mode: 'serve', env: { PIDGE_SECRET_KEY: SECRET, ...env }, flags: { 'http.port': '7700' } },
    file: { name: 'pidge.toml', text: FILE },
  });
  return new Map(shownSettings(config).map((one) => [one.path, one]));
}

it('each setting says whether flag, environment, file or mode decided it', () => {
  const settings = shown({ PIDGE_HTTP_HOST: '0.0.0.0' });
  expect(settings.get('http.port')).toMatchObject({ value: '7700', origin: 'flag', default: 7670 });
  expect(settings.get('http.host')).toMatchObject({ value: '0.0.0.0', origin: 'env', where: 'PIDGE_HTTP_HOST' });
  const lead = settings.get('limits.schedule_max_lead');
  expect(lead).toMatchObject({ value: '14d', origin: 'file', where: 'pidge.toml:2 limits.schedule_max_lead' });
  expect(settings.get('limits.allowed_countries')).toMatchObject({ value: ['US'] });
  expect(settings.get('limits.default_rate')).toMatchObject({ value: 'twilio', where: 'default of serve' });
  expect(settings.get('mode')).toMatchObject({ value: 'serve' });
});

it('no secret is shown, nor the password of a database', () => {
  const settings = shown({ PIDGE_DATABASE: 'postgres://pidge:hunter2@db.example/pidge', PIDGE_METRICS_TOKEN: SECRET });
  expect(settings.get('secret_key')).toMatchObject({ value: '(set)', isSecret: true, origin: 'env' });
  expect(settings.get('database')?.value).toBe('postgres://pidge:***@db.example/pidge');
  const text = JSON.stringify([...settings.values()]);
  expect(text).not.toContain(SECRET);
  expect(text).not.toContain('hunter2');
});

it('every secret has no value of its own in the table, or says that there is one', () => {
  for (const { path, isSecret, default: written } of shown().values()) {
    if (isSecret) expect([null, '(set)'], path).toContain(written);
  }
});
