import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError, type ConfigSources, readConfig } from './config.ts';
import { debuggerUrlIn } from './config-alerts.ts';
import { keepMsIn } from './config-retention.ts';
import { withoutPassword } from './config-values.ts';

const read = (sources: ConfigSources = {}) => readConfig({ env: {}, file: null, ...sources });
const toml = (text: string) => ({ name: 'pidge.toml', text });
function problemsOf(sources: ConfigSources): string[] {
  try {
    read(sources);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('settings', () => {
  it('have the defaults of dev', () => {
    const config = read();
    expect(config).toMatchObject({
      mode: 'dev',
      http: { port: 7670, host: '127.0.0.1', publicUrl: null, socketsPerAddress: 65_535 },
      data: '.pidge',
      database: join('.pidge', 'dev.db'),
      strictness: 'strict',
      auth: {
        accountSid: 'AC00000000000000000000000000000001',
        authToken: '00000000000000000000000000000001',
        accountType: 'full',
      },
      webhooks: { allowPrivate: ['127.0.0.0/8', '::1/128'], giveUpAfterMs: 86_400_000, inFlight: 500 },
      limits: { defaultRate: null, queueHorizonMs: 36_000_000, scheduleMinLeadMs: 900_000 },
      prices: {
        smsMicros: 7_900,
        mmsMicros: 20_000,
        inboundSmsMicros: 7_500,
        inboundMmsMicros: 10_000,
        channelMicros: { whatsapp: 5_000, messenger: 5_000, rcs: 5_000 },
        prefixes: [],
      },
    });
  });

  it('open nothing and pace as Twilio does in serve', () => {
    const config = read({ mode: 'serve' });
    expect(config.http).toMatchObject({ socketsPerAddress: 256, trustedProxies: [] });
    expect(config.webhooks.allowPrivate).toEqual([]);
    expect(config.limits.defaultRate).toBe('twilio');
    expect(config.auth).toEqual({ accountSid: null, authToken: null, accountType: 'full' });
  });

  it('name networks by their bits', () => {
    const flags = { 'http.trusted_proxies': '127.0.0.1/32,::1/128,proxy' };
    expect(problemsOf({ flags })).toEqual([
      'http.trusted_proxies holds "proxy". Allowed: networks like "10.0.0.0/8" or "::1/128".',
    ]);
    expect(read({ flags: { 'http.trusted_proxies': '10.1.0.0/16' } }).http.trustedProxies).toEqual(['10.1.0.0/16']);
  });

  it('follow flag over environment over file over default', () => {
    const file = toml('[http]\nport = 1\nhost = "::1"\n[log]\nlevel = "debug"');
    const env = { PIDGE_HTTP_PORT: '2', PIDGE_HTTP_HOST: 'localhost' };
    const config = read({ file, env, flags: { 'http.port': '3' } });
    expect([config.http.port, config.http.host, config.log.level]).toEqual([3, 'localhost', 'debug']);
  });

  it('take the mode from the environment unless the command says it', () => {
    expect(read({ env: { PIDGE_MODE: 'serve' } }).mode).toBe('serve');
    expect(read({ env: { PIDGE_MODE: 'serve' }, mode: 'dev' }).mode).toBe('dev');
  });

  it('know the short names and those of an app of its own', () => {
    const config = read({
      env: {
        PIDGE_PUBLIC_URL: 'https://sms.example/',
        PIDGE_DATA: '/d',
        TWILIO_ACCOUNT_SID: `AC${'a'.repeat(32)}`,
        TWILIO_AUTH_TOKEN: 't',
      },
    });
    expect(config.http.publicUrl).toBe('https://sms.example');
    expect(config.database).toBe(join('/d', 'dev.db'));
    expect(config.auth).toMatchObject({ accountSid: `AC${'a'.repeat(32)}`, authToken: 't' });
  });

  it('read secrets from files', () => {
    const path = join(mkdtempSync(join(tmpdir(), 'pidge-config-')), 'key');
    writeFileSync(path, `${'k'.repeat(40)}\n`);
    expect(read({ env: { PIDGE_SECRET_KEY_FILE: path } }).secretKey).toBe('k'.repeat(40));
    expect(problemsOf({ env: { PIDGE_SECRET_KEY_FILE: '/nowhere' } })[0]).toContain('cannot be read');
  });

  it('fill in ${env:X} in the file', () => {
    const file = toml('[metrics]\ntoken = "a-${env:SCRAPE}"');
    expect(read({ file, env: { SCRAPE: 'b' } }).metrics.token).toBe('a-b');
    expect(problemsOf({ file })).toEqual(['pidge.toml:2 asks for the environment variable SCRAPE, which is not set.']);
  });

  it('read senders with their rates', () => {
    const config = read({
      file: toml(
        '[[numbers]]\nnumber = "+12025550100"\nrate = 2.5\nsms_url = "http://a.example/in"\n[[senders]]\naddress = "76767"\nrate = "none"',
      ),
    });
    expect(config.numbers).toEqual([
      { number: '+12025550100', rate: 2.5, properties: { sms_url: 'http://a.example/in' } },
    ]);
    expect(config.senders).toEqual([{ address: '76767', rate: null, properties: {} }]);
  });
});

describe('prices', () => {
  const text = (lines: string[]) => ({ name: 'pidge.toml', text: lines.join('\n') });

  it('of destinations stand beside those for everywhere, in micro-units', () => {
    const config = read({
      file: text([
        '[prices]',
        'sms = "0.01"',
        'whatsapp = "0.004"',
        '[[prices.destinations]]',
        'prefix = "+44"',
        'sms = "0.04"',
        '[[prices.destinations]]',
        'prefix = "+1"',
        'mms = "0.03"',
      ]),
    });
    expect(config.prices).toEqual({
      smsMicros: 10_000,
      mmsMicros: 20_000,
      inboundSmsMicros: 7_500,
      inboundMmsMicros: 10_000,
      channelMicros: { whatsapp: 4_000, messenger: 5_000, rcs: 5_000 },
      prefixes: [
        { prefix: '+44', smsMicros: 40_000 },
        { prefix: '+1', mmsMicros: 30_000 },
      ],
    });
  });

  it('that are wrong are told with their lines', () => {
    const file = text(['[prices]', 'sms = "0.01"', '[[prices.destinations]]', 'prefix = "44"', 'sms = "cheap"']);
    expect(problemsOf({ file })).toEqual([
      'pidge.toml:5 prices.destinations.sms is "cheap". Allowed: an amount like "0.0079", with at most 6 decimals.',
      'prices.destinations holds the prefix "44". Allowed: + and digits, such as "+44".',
    ]);
  });
});

it('who is told of alerts is read for all, and for accounts of their own; they are kept for 30 days', () => {
  const sid = `AC${'0'.repeat(32)}`;
  const own = `[[accounts]]\nsid = "${sid}"\ndebugger_url = "https://shop.example/debugger"`;
  const file = toml(`[webhooks]\ndebugger_url = "https://app.example/debugger"\n[retention]\nalerts = "7d"\n${own}`);
  const { alerts } = read({ file });
  expect([sid, 'AC2'].map(debuggerUrlIn(alerts))).toEqual([
    'https://shop.example/debugger',
    'https://app.example/debugger',
  ]);
  expect([alerts.keepMs, read().alerts.keepMs]).toEqual([7 * 86_400_000, 30 * 86_400_000]);
  expect(debuggerUrlIn(read().alerts)(sid)).toBeNull();
  expect(problemsOf({ file: toml('[webhooks]\ndebugger_url = "nowhere"') })[0]).toContain('webhooks.debugger_url');
});

it('days of retention are read for all, and for accounts of their own', () => {
  const sid = `AC${'0'.repeat(32)}`;
  const own = `[[accounts]]\nsid = "${sid}"\nretain_media = "7d"\nretain_numbers = "90d"`;
  const keepMs = keepMsIn(read({ file: toml(`[retention]\nbodies = "30d"\n${own}`) }).retention);
  const days = [keepMs(sid, 'bodies'), keepMs(sid, 'media'), keepMs(sid, 'numbers'), keepMs('AC2', 'bodies')];
  expect(days).toEqual([30, 7, 90, 30].map((count) => count * 86_400_000));
  expect(keepMs('AC2', 'media')).toBeNull();
  expect(problemsOf({ file: toml('[[accounts]]\nsid = "me"\nretain_media = "7d"') })[0]).toContain('"me"');
  expect(problemsOf({ file: toml(`[[accounts]]\nsid = "${sid}"\nretain_media = 7`) })[0]).toContain('retain_media');
});

it('types of accounts are read from their tables', () => {
  const sid = `AC${'a'.repeat(32)}`;
  const file = {
    name: 'pidge.toml',
    text: `[auth]\naccount_type = "trial"\n[[accounts]]\nsid = "${sid}"\ntype = "full"`,
  };
  const { auth, accountTypes } = read({ file });
  expect([auth.accountType, accountTypes.get(sid)]).toEqual(['trial', 'full']);
});

describe('a database', () => {
  it('may be a PostgreSQL, also from a file that holds its URL', () => {
    const url = 'postgres://pidge:s3cret@one:5432,two:5433/pidge';
    expect(read({ env: { PIDGE_DATABASE: url } }).database).toBe(url);
    const path = join(mkdtempSync(join(tmpdir(), 'pidge-config-')), 'url');
    writeFileSync(path, `${url}\n`);
    expect(read({ env: { PIDGE_DATABASE_FILE: path } }).database).toBe(url);
    expect(read().store.acceptLoss).toBe(false);
  });

  it.each([
    ['postgres://pidge:s3cret@h/d', 'postgres://pidge:***@h/d'],
    [
      'postgresql://pidge:s3:c@r/et@one:5432,two/d?sslmode=require',
      'postgresql://pidge:***@one:5432,two/d?sslmode=require',
    ],
    [
      'postgres://h/d?user=pidge&password=s3cret&sslpassword=s3cret',
      'postgres://h/d?user=pidge&password=***&sslpassword=***',
    ],
    ['postgres://pidge@h/d', 'postgres://pidge@h/d'],
    ['/var/lib/a:b@c.db', '/var/lib/a:b@c.db'],
  ])('%s is shown without its password', (database, shown) => {
    expect(withoutPassword(database)).toBe(shown);
  });

  it('of another kind is refused without being shown', () => {
    const [problem = ''] = problemsOf({ env: { PIDGE_DATABASE: 'mysql://pidge:s3cret@h/d' } });
    expect(problem).toContain('postgres://');
    expect(problem).not.toContain('s3cret');
  });
});

describe('roles', () => {
  it('are all of them unless some are named', () => {
    expect(read().node.roles).toEqual(['api', 'dispatch', 'callbacks']);
    expect(read({ flags: { 'node.roles': 'callbacks, api' } }).node.roles).toEqual(['api', 'callbacks']);
    expect(read({ file: toml('[node]\nroles = ["dispatch"]') }).node.roles).toEqual(['dispatch']);
    expect(read({ env: { PIDGE_NODE_ROLES: 'dispatch,all' } }).node.roles).toEqual(['api', 'dispatch', 'callbacks']);
  });

  it('that are none are told with the nearest', () => {
    expect(problemsOf({ flags: { 'node.roles': 'api,dispach' } })).toEqual([
      'the flag for node.roles is "api,dispach". Allowed: one or more of "api", "dispatch", "callbacks", "all" (did you mean "dispatch"?).',
    ]);
    expect(problemsOf({ file: toml('[node]\nroles = []') })[0]).toContain('one or more of');
  });
});

describe('wrong settings', () => {
  it('are told with line and nearest name', () => {
    expect(problemsOf({ file: toml('data = "x"\n\n[http]\nprot = 1') })).toEqual([
      'pidge.toml:4 http.prot is not a setting. Did you mean http.port?',
    ]);
    expect(problemsOf({ file: toml('[[numbers]]\nnumber = "+12025550100"\n\n[[numbers]]\nnumbr = "2"') })).toEqual([
      'pidge.toml:5 numbers.numbr is not a setting. Did you mean numbers.number?',
      'pidge.toml:4 [[numbers]] needs number.',
    ]);
  });

  it('are found in the environment too, but not among the tools around', () => {
    expect(problemsOf({ env: { PIDGE_HTTP_PROT: '1' } })).toEqual([
      'PIDGE_HTTP_PROT is not a setting. Did you mean PIDGE_HTTP_PORT?',
    ]);
    expect(problemsOf({ env: { PIDGE_OPENAPI_DIR: 'x', PIDGE_TEST_SEED: '1' } })).toEqual([]);
  });

  it('say what was received and what is allowed', () => {
    expect(problemsOf({ env: { PIDGE_HTTP_PORT: '70000' }, file: toml('[webhooks]\ngive_up_after = 5') })).toEqual([
      'PIDGE_HTTP_PORT is "70000". Allowed: a whole number from 0 to 65535.',
      'pidge.toml:2 webhooks.give_up_after is 5. Allowed: a duration like "500ms", "2s", "15m", "24h", "7d".',
    ]);
  });

  it('never show a secret', () => {
    const text = problemsOf({ env: { PIDGE_SECRET_KEY: 'short-secret' } }).join('\n');
    expect(text).toContain('needs 32');
    expect(text).not.toContain('short-secret');
  });

  it('are a file that is no TOML', () => {
    expect(problemsOf({ file: toml('a = 1\nb = = 2') })[0]).toMatch(/^pidge\.toml:2 is not TOML/);
  });

  it('are lenience beyond loopback, and a network that is none', () => {
    expect(problemsOf({ flags: { strictness: 'lenient', 'http.host': '0.0.0.0' } })[0]).toContain('only on loopback');
    expect(problemsOf({ env: { PIDGE_WEBHOOKS_ALLOW_PRIVATE: '10.0.0.0/8, ten' } })[0]).toContain('"ten"');
  });

  it('are a window in which nothing can be scheduled', () => {
    const file = toml('[limits]\nschedule_min_lead = "10m"\nschedule_max_lead = "1m"');
    expect(problemsOf({ file })[0]).toContain('limits.schedule_min_lead is longer than limits.schedule_max_lead');
  });

  it('are a sender that is there twice, however it is written', () => {
    const numbers = ['+12025550142', '+1 (202) 555-0142'].map((number) => `[[numbers]]\nnumber = "${number}"`);
    expect(problemsOf({ file: toml(numbers.join('\n')) })).toEqual([expect.stringContaining('is there twice')]);
  });

  it('a sender that is none is told by name', () => {
    const file = { name: 'pidge.toml', text: '[[numbers]]\nnumber = "12025550100x!"\n' };
    expect(() => readConfig({ mode: 'dev', env: {}, file })).toThrow('"12025550100x!" is no sender');
  });
});
