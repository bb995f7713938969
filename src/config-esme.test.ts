import { describe, expect, it } from 'vitest';
import { type Config, ConfigError, readConfig } from './config.ts';

function read(text: string, env: Record<string, string> = {}): Config['esmes'] {
  return readConfig({ mode: 'serve', env, file: { name: 'pidge.toml', text }, flags: {} }).esmes;
}

function problemsOf(text: string): string[] {
  try {
    read(text);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('the settings of the SMPP server', () => {
  it('are none without a port', () => {
    expect(read('')).toBeNull();
  });

  it('hold a user, whose password may come from the environment', () => {
    const text = `[smpp_server]\nport = 2775\n[[smpp_users]]\nsystem_id = "acme"\npassword = "\${env:ACME}"\nrate = 20\nwindow = 10`;
    const esmes = read(text, { ACME: 'secret08' });
    expect(esmes).toMatchObject({ port: 2775, host: '127.0.0.1', tls: null, sidBinds: true, enquireMs: 30_000 });
    expect(esmes?.users).toMatchObject([
      { password: 'secret08', user: { name: 'acme', accountSid: null, ratePerSecond: 20, window: 10, binds: 8 } },
    ]);
  });

  it('want a certificate, or the word "plain", where others can reach it', () => {
    const open = '[smpp_server]\nport = 2775\nhost = "0.0.0.0"\n';
    expect(problemsOf(open)).toEqual([expect.stringContaining('tls_cert and tls_key, or plain = true')]);
    expect(problemsOf(`${open}plain = true\n`)).toEqual([]);
    expect(problemsOf(`${open}tls_cert = "a.pem"\n`)).toEqual([
      expect.stringContaining('both of tls_cert and tls_key'),
    ]);
    expect(problemsOf(`${open}tls_cert = "/no.pem"\ntls_key = "/no.key"\n`)).toEqual([
      expect.stringMatching(/^smpp_server\.tls_cert cannot be read: .*no\.pem/),
      expect.stringMatching(/^smpp_server\.tls_key cannot be read: .*no\.key/),
    ]);
    expect(problemsOf(`${open}tls_cert = "package.json"\ntls_key = "package.json"\n`)).toEqual([
      expect.stringContaining('smpp_server.tls_cert names package.json, which holds no certificate'),
      expect.stringContaining('smpp_server.tls_key names package.json, which holds no private key'),
    ]);
  });

  it('are told all that is wrong with them, and no password', () => {
    const users = [
      '[[smpp_users]]\nsystem_id = "sixteen-letters-"\npassword = "secret08"',
      '[[smpp_users]]\nsystem_id = "acme"\npassword = ""\nallow_from = ["nowhere"]',
      '[[smpp_users]]\nsystem_id = "acme"\npassword = "secret08"\naccount = "AC1"\nmessaging_service = "MG1"\nrate = "twilio"',
    ].join('\n');
    const problems = problemsOf(users);
    for (const what of ['system_id', 'password', 'allow_from', 'account', 'messaging_service', 'rate', 'Two', 'port']) {
      expect(problems.some((problem) => problem.includes(what))).toBe(true);
    }
    expect(problems.join()).not.toContain('secret08');
  });

  it('are told of each mistake once', () => {
    const user = (lines: string) =>
      problemsOf(`[smpp_server]\nport = 2775\n[[smpp_users]]\nsystem_id = "acme"\n${lines}`);
    expect(user('password = "${env:NOPE}"')).toEqual([expect.stringContaining('NOPE, which is not set')]);
    expect(user('password = "secret08"\nrate = "twilio"')).toEqual([
      expect.stringContaining('Allowed: submits a second above 0, or "none".'),
    ]);
  });

  it('a number may have an ESME for a webhook, and nothing of its own making', () => {
    const number = (url: string) => `[[numbers]]\nnumber = "+12025550100"\nsms_url = "${url}"`;
    expect(problemsOf(number('smpp:acme'))).toEqual([]);
    expect(problemsOf(number('smpp:acme?id=SM1'))).toHaveLength(1);
    expect(problemsOf(number('smpp:not a name'))).toHaveLength(1);
  });
});
