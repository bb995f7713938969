import { expect, it } from 'vitest';
import { ConfigError, readConfig } from './config.ts';
import { readSome } from './config-some.ts';

const TEXT = `
secret_key = "\${env:KEY}"
[http]
public_url = "\${env:OWN}"
[auth]
auth_token = "\${env:TOKEN}"
[[connectors]]
kind = "smpp"
name = "acme"
host = "smpp.acme.example"
system_id = "me"
password = "\${env:ACME}"
`;
const sources = (env: Record<string, string>) => ({ env, file: { name: 'pidge.toml', text: TEXT } });

function problemsOf(read: () => unknown): string[] {
  try {
    read();
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

it('a few settings ask nothing of the environment but what they stand for', () => {
  const get = readSome(sources({ OWN: 'https://pidge.example' }), ['http.public_url', 'http.port']);
  expect([get('http.public_url'), get('http.port')]).toEqual(['https://pidge.example', 7670]);
  const asks = (line: number, name: string) =>
    `pidge.toml:${line} asks for the environment variable ${name}, which is not set.`;
  expect(problemsOf(() => readSome(sources({}), ['auth.auth_token']))).toEqual([asks(6, 'TOKEN')]);
  // The environment decides, so the file is not asked.
  const own = readSome(sources({ TWILIO_AUTH_TOKEN: 'f'.repeat(32) }), ['auth.auth_token']);
  expect(own('auth.auth_token')).toBe('f'.repeat(32));
  const all = problemsOf(() => readConfig({ ...sources({ OWN: 'https://pidge.example' }), mode: 'serve' }));
  expect(all).toEqual(expect.arrayContaining([asks(2, 'KEY'), asks(6, 'TOKEN'), asks(12, 'ACME')]));
});

it('a few settings take their defaults from the mode that is said, and names that are none are told', () => {
  const file = { name: 'pidge.toml', text: 'mode = "serve"\n[http]\nprot = 1\n' };
  expect(problemsOf(() => readSome({ env: {}, file }, ['auth.auth_token']))).toEqual([
    'pidge.toml:3 http.prot is not a setting. Did you mean http.port?',
  ]);
  const fine = { ...file, text: 'mode = "serve"\n' };
  expect(readSome({ env: {}, file: fine }, ['auth.auth_token'])('auth.auth_token')).toBeNull();
  expect(readSome({ env: {}, file: null }, ['auth.auth_token'])('auth.auth_token')).toBe(`${'0'.repeat(31)}1`);
});
