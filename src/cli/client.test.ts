import { expect, it } from 'vitest';
import { ConfigError } from '../config.ts';
import { connect, serverUrl } from './client.ts';

const FILE = `
[auth]
account_sid = "AC${'1'.repeat(32)}"
auth_token = "\${env:TOKEN}"
[[connectors]]
kind = "smpp"
name = "acme"
host = "smpp.acme.example"
system_id = "me"
password = "\${env:ACME}"
`;
const sources = (env: Record<string, string>) => ({ env, file: { name: 'pidge.toml', text: FILE } });

it('a client needs of the environment what it uses itself, and says what is missing of that', () => {
  expect(connect(sources({ TOKEN: 'f'.repeat(32) }), undefined)).toMatchObject({
    base: 'http://127.0.0.1:7670',
    accountSid: `AC${'1'.repeat(32)}`,
  });
  // A phone has no credentials.
  expect(serverUrl(sources({}), undefined)).toBe('http://127.0.0.1:7670');
  const asks = 'pidge.toml:4 asks for the environment variable TOKEN, which is not set.';
  expect(() => connect(sources({}), 'http://127.0.0.1:9')).toThrow(new ConfigError([asks]));
});
