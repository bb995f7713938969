import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Config } from '../../src/config.ts';
import { type ConsolePage, openConsole } from '../helpers/console.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';

/** The door of the console: who comes in, what is lent, and what other pages get. */

const PASSWORD = 'correct horse battery';
const HOUR_MS = 3_600_000;

function serving(config: Config): void {
  config.mode = 'serve';
  // That of dev has the digits of its account.
  config.auth.authToken = 'f00dfeed'.repeat(4);
  config.connectors = [{ kind: 'simulated', name: 'simulated' }];
  config.console.users = [
    { name: 'admin', password: PASSWORD, role: 'operator' },
    { name: 'guest', password: `${PASSWORD} of a guest`, role: 'viewer' },
  ];
}

/** A request whose target is sent as it is written; `fetch` would clean it. */
function raw(origin: string, path: string, headers: Record<string, string> = {}, verb = 'GET') {
  return new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; text: string }>((resolve, reject) => {
    const { hostname, port } = new URL(origin);
    const asked = request({ hostname, port, path, headers, method: verb }, (answer) => {
      let text = '';
      answer.on('data', (piece) => {
        text += piece;
      });
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
    });
    asked.on('error', reject).end();
  });
}

describe('in dev', () => {
  let pidge: TestPidge;
  let page: ConsolePage;
  let messages: string;
  beforeAll(async () => {
    pidge = await startTestPidge();
    page = await openConsole(pidge);
    messages = `accounts/${pidge.account.sid}/api/2010-04-01/Accounts/${pidge.account.sid}/Messages`;
  });
  afterAll(async () => {
    await page.close();
    await pidge.close();
  });

  it('nobody signs in who sits at this machine', async () => {
    const { json } = await page.look();
    expect(json).toMatchObject({
      user: { name: 'local', role: 'operator' },
      needs_login: false,
      mode: 'dev',
      simulated: true,
      default_account_sid: pidge.account.sid,
      test_side: true,
      schedule_lead: { min_seconds: 900, max_seconds: 604_800 },
    });
    const { json: listed } = await page.call('GET', 'accounts');
    expect(listed.accounts.map(({ sid }: { sid: string }) => sid)).toEqual([pidge.account.sid]);
  });

  it('messages are created, listed and refused as by an SDK', async () => {
    const form = { To: '+12025550101', From: '+12025550100', Body: 'Hello & goodbye' };
    const made = await page.call('POST', `${messages}.json`, { form });
    expect([made.status, made.json.body, made.json.status]).toEqual([201, 'Hello & goodbye', 'queued']);
    const listed = await page.call('GET', `${messages}.json?PageSize=1&To=%2B12025550101`);
    expect(listed.json.messages.map(({ sid }: { sid: string }) => sid)).toEqual([made.json.sid]);
    expect(listed.json.uri).toMatch(/^\/2010-04-01\//);
    const refused = await page.call('POST', `${messages}.json`, { form: { ...form, To: '12' } });
    expect([refused.status, refused.json.code, refused.json.details.parameter]).toEqual([400, 21211, 'To']);
    const inXml = await page.call('GET', `${messages}/${made.json.sid}`);
    expect([inXml.status, inXml.headers['content-type']]).toEqual([200, 'application/xml']);
    expect(inXml.text).toContain('<Body>Hello &amp; goodbye</Body>');
  });

  it('product hosts take JSON and forms, with the rights of the account', async () => {
    const root = `accounts/${pidge.account.sid}/api/v1`;
    const template = { language: 'en', types: { 'twilio/text': { body: 'Hi' } } };
    expect((await page.call('POST', `${root}/Content`, { json: template })).status).toBe(201);
    const service = await page.call('POST', `${root}/Services`, { form: { FriendlyName: 'Shop' } });
    expect([service.status, service.json.account_sid]).toEqual([201, pidge.account.sid]);
    expect((await page.call('DELETE', `${root}/Services/${service.json.sid}`)).status).toBe(204);
    const large = await page.call('POST', `${root}/Services`, { form: { FriendlyName: 'x'.repeat(200_000) } });
    expect([large.status, large.json.code]).toEqual([413, 20413]);
    const multipart = await page.call('POST', `${root}/Services`, {
      json: {},
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
    });
    expect([multipart.status, multipart.json.code]).toEqual([415, 20422]);
    const head = await raw(pidge.origin, `/_admin/v1/${messages}.json`, {}, 'HEAD');
    expect([head.status, head.text]).toEqual([200, '']);
    expect((await page.call('PUT', `${messages}.json`)).status).toBe(405);
  });

  it('what is handed on leaves neither cookies, nor CORS, nor a challenge behind', async () => {
    const nobody = `AC${'9'.repeat(32)}`;
    const answers = [
      await page.call('GET', `${messages}.json`),
      await page.call('GET', `accounts/${pidge.account.sid}/api/2010-04-01/Accounts/${nobody}/Messages.json`),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 401]);
    for (const { headers } of answers) {
      expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
      const names = Object.keys(headers).filter((name) => /^(access-control|set-cookie|www-authenticate)/.test(name));
      expect(names).toEqual([]);
    }
  });

  it('no path leads out of the API, nor to another account', async () => {
    const root = `/_admin/v1/accounts/${pidge.account.sid}/api`;
    const ways = [
      '/../../audit',
      '/2010-04-01/../_admin/v1/audit',
      '/2010-04-01/%2e%2e/_admin/v1/audit',
      '/2010-04-01/.%2E/metrics',
      '/2010-04-01%2f..%2f..%2fmetrics',
      '/2010-04-01/..%5c..%5cmetrics',
      '/2010-04-01\\..\\metrics',
      '//evil.example/2010-04-01',
      '/2010-04-01//Accounts.json',
      '/_admin/v1/audit',
      '/_test/v1/default/phones',
      '/metrics',
      '/carriers/simulated',
      '/healthz',
      '/%5fadmin/v1/audit',
      '',
      '/',
    ];
    for (const way of ways) {
      const { status, text } = await raw(pidge.origin, root + way, { 'sec-fetch-site': 'same-origin' });
      expect([way, status, JSON.parse(text).code]).toEqual([way, 404, 20404]);
    }
    const lab = await raw(pidge.origin, '/_admin/v1/test/default/%2e%2e/%2e%2e/_admin/v1/audit');
    expect(lab.status).toBe(404);
    const written = `/_admin/v1/accounts/${pidge.account.sid}/ap%69/2010-04-01/Accounts.json?x=/api/metrics`;
    expect((await raw(pidge.origin, written)).status).toBe(404);
    for (const sid of [`AC${'9'.repeat(32)}`, 'AC1', '..', '%2e%2e']) {
      const answer = await raw(pidge.origin, `/_admin/v1/accounts/${sid}/api/2010-04-01/Accounts.json`);
      expect([sid, answer.status]).toEqual([sid, 404]);
    }
  });

  it('the test side is there under the same guard', async () => {
    const { json } = await page.call('GET', 'test/default/phones');
    expect(json.phones[0].number).toBe('+12025550101');
    const put = await page.call('PUT', 'test/default/phones/%2B12025550101', { json: { name: 'Ada L.' } });
    expect(put.json.name).toBe('Ada L.');
    // To look at a phone is nothing that is noted; to name it is.
    expect((await page.call('POST', 'test/default/phones/%2B12025550101/seen', { json: {} })).status).toBeLessThan(300);
    const isNoted = async (path: string) => {
      const { audit } = (await page.call('GET', 'audit?limit=1000')).json;
      return audit.some((entry: { path: string }) => entry.path.endsWith(path));
    };
    await pidge.until(() => isNoted('/phones/%2B12025550101'));
    await page.call('PUT', 'test/default/phones/%2B12025550102', { json: { name: 'Later' } });
    await pidge.until(() => isNoted('/phones/%2B12025550102'));
    expect(await isNoted('/seen')).toBe(false);
  });

  it('a closed account is refused with words, a suspended one is only read', async () => {
    const made = async (): Promise<string> =>
      (await page.call('POST', `accounts/${pidge.account.sid}/api/2010-04-01/Accounts.json`)).json.sid;
    const become = (sid: string, Status: string) =>
      page.call('POST', `accounts/${pidge.account.sid}/api/2010-04-01/Accounts/${sid}.json`, { form: { Status } });
    const [suspended, closed] = [await made(), await made()];
    await become(suspended, 'suspended');
    await become(closed, 'closed');
    const path = (sid: string) => `accounts/${sid}/api/2010-04-01/Accounts/${sid}/Messages.json`;
    expect((await page.call('GET', path(suspended))).status).toBe(200);
    for (const refused of [
      await page.call('POST', path(suspended), { form: { To: '+12025550101', Body: 'Hi' } }),
      await page.call('POST', `accounts/${suspended}/opt-outs`, { json: {} }),
      await page.call('GET', path(closed)),
      await page.call('GET', `accounts/${closed}/opt-outs`),
    ]) {
      expect([refused.status, refused.json.code]).toEqual([403, 20005]);
    }
    const { json } = await page.call('GET', 'accounts');
    expect(json.accounts.map(({ status }: { status: string }) => status)).toEqual(['active', 'suspended', 'closed']);
  });

  const foreign: [string, Record<string, string>][] = [
    ['a page of another origin', { origin: 'https://evil.example' }],
    ['another port of this machine', { origin: 'http://localhost:1' }],
    ['a sandboxed page', { origin: 'null' }],
    ['what a browser calls cross-site', { 'sec-fetch-site': 'cross-site' }],
    ['what a browser calls same-site', { 'sec-fetch-site': 'same-site' }],
  ];
  it.each(foreign)('%s can neither read nor change anything', async (_, headers) => {
    for (const [verb, path] of [
      ['GET', 'accounts'],
      ['GET', 'session'],
      ['GET', `${messages}.json`],
      ['GET', `accounts/${pidge.account.sid}/opt-outs`],
      ['POST', `${messages}.json`],
      ['POST', `accounts/${pidge.account.sid}/opt-outs`],
      ['DELETE', 'session'],
    ] as const) {
      const answer = await page.call(verb, path, { headers });
      expect([verb, path, answer.status, answer.json.code]).toEqual([verb, path, 403, 20403]);
      expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  });

  it('a form of another page changes nothing, whatever it leaves out', async () => {
    const before = (await page.call('GET', `${messages}.json`)).json.messages.length;
    const form = { To: '+12025550101', From: '+12025550100', Body: 'Forged' };
    const own = { origin: pidge.origin };
    const forged: Record<string, string>[] = [
      { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
      { ...own, 'x-csrf-token': '' },
      { ...own, 'x-csrf-token': 'x'.repeat(43) },
      { origin: '', 'x-csrf-token': 'x' },
    ];
    for (const headers of forged) {
      const answer = await page.call('POST', `${messages}.json`, { form, headers });
      expect([answer.status, answer.json.code]).toEqual([403, 20403]);
    }
    const { csrf } = (await page.look()).json;
    const without = await raw(pidge.origin, `/_admin/v1/${messages}.json`, { 'x-csrf-token': csrf }, 'POST');
    expect([without.status, JSON.parse(without.text).details.parameter]).toEqual([403, 'Origin']);
    expect((await page.call('GET', `${messages}.json`)).json.messages).toHaveLength(before);
  });

  it('a rebound name, a proxy or a tunnel is not this machine', async () => {
    const { port } = new URL(pidge.origin);
    const strangers: Record<string, string>[] = [
      { host: 'evil.example' },
      { host: `localhost.evil.example:${port}` },
      { 'x-forwarded-for': '203.0.113.9' },
      { forwarded: 'for=203.0.113.9' },
      { via: '1.1 tunnel' },
    ];
    for (const headers of strangers) {
      const answer = await raw(pidge.origin, '/_admin/v1/accounts', headers);
      expect([headers, answer.status, JSON.parse(answer.text).code]).toEqual([headers, 401, 20003]);
      expect(answer.headers['www-authenticate']).toBeUndefined();
      const { text } = await raw(pidge.origin, '/_admin/v1/session', headers);
      expect(JSON.parse(text)).toMatchObject({ user: null, needs_login: true, csrf: '', default_account_sid: '' });
    }
    for (const host of ['localhost', 'LOCALHOST:80', `127.0.0.1:${port}`, '[::1]']) {
      expect((await raw(pidge.origin, '/_admin/v1/accounts', { host })).status).toBe(200);
    }
  });

  it('credentials count alone where they are given', async () => {
    const { sid, token } = pidge.account;
    const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    const asked = (path: string, authorization: string) =>
      raw(pidge.origin, `/_admin/v1/${path}`, { authorization, origin: 'https://app.example' });
    expect((await asked(`accounts/${sid}/opt-outs`, basic(sid, token))).headers).toMatchObject({
      'access-control-allow-origin': '*',
    });
    for (const path of [`accounts/${sid}/opt-outs`, 'accounts', `${messages}.json`]) {
      expect((await asked(path, basic(sid, token))).status).toBe(200);
      const wrong = await asked(path, basic(sid, 'wrong'));
      expect([wrong.status, wrong.headers['www-authenticate']]).toEqual([401, 'Basic realm="Twilio API"']);
    }
    const key = (await page.call('POST', messages.replace('Messages', 'Keys.json'))).json;
    const account = messages.replace('/Messages', '.json');
    expect((await asked(account, basic(key.sid, key.secret))).status).toBe(403);
    expect((await asked(account, basic(sid, token))).status).toBe(200);
  });

  it('whoever sits there is told by the audit', async () => {
    await page.call('DELETE', `accounts/${pidge.account.sid}/opt-outs?peer=%2B12025550101&scope=x`);
    const mine = async () =>
      (await page.call('GET', `audit?account=${pidge.account.sid}&limit=1`)).json.audit[0] ?? { verb: '' };
    await pidge.until(async () => (await mine()).verb === 'DELETE');
    expect(await mine()).toMatchObject({
      user: 'local',
      role: 'operator',
      address: '127.0.0.1',
      path: `/_admin/v1/accounts/${pidge.account.sid}/opt-outs`,
      account_sid: pidge.account.sid,
    });
    expect((await page.call('GET', 'audit?limit=x')).json.details.parameter).toBe('limit');
    const { csrf } = (await page.look()).json;
    const headers = { origin: pidge.origin, 'x-csrf-token': csrf };
    await raw(pidge.origin, `/%5Fadmin/v1/accounts/${pidge.account.sid}/api/2010-04-01/Other.json`, headers, 'POST');
    await pidge.until(async () => (await mine()).path.startsWith('/%5Fadmin'));
  });
});

describe('in serve', () => {
  let pidge: TestPidge;
  let page: ConsolePage;
  beforeAll(async () => {
    pidge = await startTestPidge({ change: serving, clock: 'hand-wound' });
    page = await openConsole(pidge);
  });
  afterAll(async () => {
    await page.close();
    await pidge.close();
  });

  it('nothing is there before somebody signs in, and nothing after the end', async () => {
    expect((await page.look()).json).toMatchObject({ user: null, needs_login: true, csrf: '', sign_in_note: null });
    expect((await page.call('GET', 'accounts')).status).toBe(401);
    const signedIn = await page.signIn(PASSWORD);
    expect(signedIn.json.user).toEqual({ name: 'admin', role: 'operator' });
    expect(signedIn.headers['set-cookie']).toEqual([
      expect.stringMatching(/^__Host-pidge=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Strict; Max-Age=604800$/),
      expect.stringMatching(
        /^__Host-pidge-known=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Strict; Max-Age=34560000$/,
      ),
    ]);
    expect((await page.call('GET', 'accounts')).status).toBe(200);
    const kept = page.cookie;
    expect((await page.call('DELETE', 'session')).status).toBe(204);
    expect(page.cookie).toBe('__Host-pidge=');
    page.cookie = kept;
    expect((await page.call('GET', 'accounts')).status).toBe(401);
    expect((await page.call('GET', 'test/default/phones')).status).toBe(401);
  });

  it('a session ends twelve hours after its last request, and after seven days in any case', async () => {
    await page.signIn(PASSWORD);
    pidge.advance(12 * HOUR_MS - 1_000);
    expect((await page.call('GET', 'accounts')).status).toBe(200);
    pidge.advance(12 * HOUR_MS);
    expect((await page.call('GET', 'accounts')).status).toBe(401);
    await page.signIn(PASSWORD);
    for (let hours = 0; hours < 7 * 24 - 6; hours += 6) {
      pidge.advance(6 * HOUR_MS);
      expect([hours, (await page.call('GET', 'accounts')).status]).toEqual([hours, 200]);
    }
    pidge.advance(6 * HOUR_MS);
    expect((await page.call('GET', 'accounts')).status).toBe(401);
  });

  it('a viewer looks, changes nothing and sees no secret', async () => {
    await page.signIn(`${PASSWORD} of a guest`, 'guest');
    const { sid, token } = pidge.account;
    const account = `accounts/${sid}/api/2010-04-01/Accounts`;
    for (const format of ['.json', '.xml', '.csv', '']) {
      for (const path of [`${account}${format}`, `${account}/${sid}${format}`]) {
        const { status, text } = await page.call('GET', path);
        expect([path, status, text.includes(sid), text.includes(token)]).toEqual([path, 200, true, false]);
      }
    }
    for (const [verb, path] of [
      ['POST', `${account}/${sid}/Messages.json`],
      ['DELETE', `accounts/${sid}/opt-outs`],
      ['PUT', 'test/default/phones/x'],
    ] as const) {
      const answer = await page.call(verb, path);
      expect([answer.status, answer.json.message]).toEqual([403, 'A viewer changes nothing']);
    }
    expect((await page.call('DELETE', 'session')).status).toBe(204);
  });

  it('an operator sees the token, the test side is not there', async () => {
    await page.signIn(PASSWORD);
    const { sid, token } = pidge.account;
    expect((await page.call('GET', `accounts/${sid}/api/2010-04-01/Accounts/${sid}.json`)).json.auth_token).toBe(token);
    expect((await page.call('GET', 'test/default/phones')).status).toBe(404);
    expect((await page.look()).json).toMatchObject({ mode: 'serve', test_side: false, simulated: true });
  });

  it('sign-in tells why it cannot be, and the audit who has tried', async () => {
    const body = { json: { password: PASSWORD } };
    const plain = await page.call('POST', 'session', {
      ...body,
      headers: { host: 'pidge.example', origin: 'http://pidge.example' },
    });
    expect([plain.status, plain.json.details.allowed]).toEqual([403, 'https, or http://localhost']);
    expect(plain.json.details.fix).toContain('ssh -L');
    const proxied = await page.call('POST', 'session', {
      ...body,
      headers: { host: 'pidge.example', origin: 'https://pidge.example' },
    });
    expect(proxied.status).toBe(200);
    const without = await raw(pidge.origin, '/_admin/v1/session', { 'content-type': 'application/json' }, 'POST');
    expect(JSON.parse(without.text).details.parameter).toBe('Origin');
    for (const json of [{ password: 5 }, { password: 'x', other: 'y' }, []]) {
      expect((await page.call('POST', 'session', { json })).json.code).toBe(20001);
    }
    const wrong = await page.call('POST', 'session', { json: { user: 'nobody', password: 'x' } });
    expect([wrong.status, wrong.json.message]).toEqual([401, 'Wrong name or password']);
    expect((await page.call('POST', 'session', { json: { password: 'a guess' } })).status).toBe(401);
    expect((await page.signIn(PASSWORD)).status).toBe(200);
    await pidge.until(async () => (await page.call('GET', 'audit?limit=1')).json.audit[0]?.status === 200);
    const { json } = await page.call('GET', 'audit?limit=1000');
    const told = JSON.stringify(json);
    expect(told).not.toContain('nobody');
    expect(told).not.toContain('guess');
    const done = json.audit.map(({ user, role, verb, status }: Record<string, string>) => [user, role, verb, status]);
    expect(done).toContainEqual(['admin', 'unknown', 'POST', 401]);
    expect(done).toContainEqual(['', 'unknown', 'POST', 401]);
    expect(done).toContainEqual(['guest', 'viewer', 'DELETE', 204]);
    expect(done).toContainEqual(['guest', 'viewer', 'POST', 403]);
  });
});

it('guessers with the address of the operator do not keep out a browser that signed in before', async () => {
  const pidge = await startTestPidge({ change: serving, clock: 'hand-wound' });
  const page = await openConsole(pidge);
  const post = (password: string, headers: Record<string, string> = {}) =>
    page.call('POST', 'session', { json: { password }, headers });
  const cookies = [(await post(PASSWORD)).headers['set-cookie'] ?? []].flat();
  const cookie = cookies.map((one) => one.split(';', 1)[0]).join('; ');
  for (let guess = 0; guess < 21; guess += 1) expect((await post('guess')).status).toBe(401);
  const line = Array.from({ length: 25 }, () => post('guess'));
  await Promise.race(line);
  expect((await post(PASSWORD, { cookie })).status).toBe(200);
  expect((await post(PASSWORD, { cookie: '' })).status).toBe(429);
  let left = line.length;
  for (const guess of line) void guess.finally(() => left--);
  await pidge.wind(async () => left === 0);
  await page.close();
  await pidge.close();
}, 30_000);

describe('with other settings', () => {
  async function withPidge(
    change: (config: Config) => void,
    check: (pidge: TestPidge, page: ConsolePage) => Promise<void>,
  ) {
    const pidge = await startTestPidge({ change });
    const page = await openConsole(pidge).catch(() => null);
    try {
      await check(pidge, page as ConsolePage);
    } finally {
      await page?.close();
      await pidge.close();
    }
  }

  it('without a password the console says how to set one, and nothing else works', async () => {
    const bare = (config: Config) => {
      serving(config);
      config.console.users = [];
    };
    await withPidge(bare, async (_, page) => {
      const { json } = await page.look();
      expect(json).toMatchObject({ user: null, needs_login: true });
      expect(json.sign_in_note).toContain('PIDGE_ADMIN_PASSWORD');
      const refused = await page.call('POST', 'session', { json: { password: '' } });
      expect([refused.status, refused.json.details.fix.includes('PIDGE_ADMIN_PASSWORD')]).toEqual([403, true]);
      expect((await page.call('GET', 'accounts')).status).toBe(401);
    });
  });

  it('a listed host is one of this machine in dev, and no other is in serve', async () => {
    const dev = (config: Config) => {
      config.console.allowHosts = ['pidge.test'];
    };
    await withPidge(dev, async ({ origin }) => {
      expect((await raw(origin, '/_admin/v1/accounts', { host: 'pidge.test:80' })).status).toBe(200);
    });
    const serve = (config: Config) => {
      serving(config);
      dev(config);
    };
    await withPidge(serve, async ({ origin }) => {
      expect((await raw(origin, '/_admin/v1/session', { host: 'pidge.test' })).status).toBe(200);
      expect((await raw(origin, '/_admin/v1/session', { host: 'evil.example' })).status).toBe(403);
    });
  });

  it('through a tunnel to dev nobody steers the phones who has not signed in', async () => {
    const tunnelled = (config: Config) => {
      config.http.publicUrl = 'https://sms.example';
      config.console.users = [{ name: 'admin', password: PASSWORD, role: 'operator' }];
    };
    await withPidge(tunnelled, async ({ origin }, page) => {
      const lab = (headers: Record<string, string>) => raw(origin, '/_test/v1/default/phones', headers);
      const proxied = { 'x-forwarded-for': '203.0.113.9', 'x-forwarded-host': 'sms.example' };
      for (const headers of [{ host: 'sms.example' }, { host: 'sms.example', ...proxied }, proxied]) {
        const answer = await lab(headers);
        expect([headers, answer.status, JSON.parse(answer.text).code]).toEqual([headers, 403, 20403]);
      }
      for (const host of ['localhost:7670', '127.0.0.1', '[::1]:1']) expect((await lab({ host })).status).toBe(200);
      await page.call('POST', 'session', { json: { password: PASSWORD }, headers: proxied });
      const signedIn = { host: 'sms.example', ...proxied, cookie: page.cookie };
      expect((await raw(origin, '/_admin/v1/test/default/phones', signedIn)).status).toBe(200);
      expect((await raw(origin, '/_admin/v1/test/default/phones', { ...signedIn, cookie: '' })).status).toBe(401);
      expect([(await raw(origin, '/metrics')).status, (await raw(origin, '/metrics', proxied)).status]).toEqual([
        200, 403,
      ]);
    });
  });

  it('switched off there is no console, and the API is as it was', async () => {
    const off = (config: Config) => {
      config.console.enabled = false;
    };
    await withPidge(off, async ({ origin }) => {
      for (const path of ['session', 'accounts', 'audit']) {
        expect((await raw(origin, `/_admin/v1/${path}`)).status).toBe(401);
      }
      expect((await raw(origin, '/', { accept: 'text/html' })).status).toBe(404);
    });
  });
});
