import { expect, test } from 'vitest';
import { basic, CHILD, MG, OTHER, openDoor, ROOT, SID, TOKEN } from './door.ts';

const list = `${ROOT}/Messages.json`;

test('no, malformed, wrong and foreign credentials are one and the same 401', async () => {
  const door = openDoor();
  const headers = [
    '',
    'Basic !',
    'Bearer x',
    basic(SID, 'wrong'),
    basic('AC0', TOKEN),
    basic(`AC${'9'.repeat(32)}`, TOKEN),
    basic(OTHER, 'another'),
  ];
  const bodies = new Set<string>();
  for (const authorization of headers) {
    const answer = await door.call('GET', list, { headers: { authorization } });
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Basic realm="Twilio API"');
    expect(answer.json).toMatchObject({ code: 20003, message: 'Authenticate', status: 401 });
    delete answer.json.details.request;
    bodies.add(JSON.stringify(answer.json));
  }
  expect(bodies.size).toBe(1);
});

test('authentication comes before routing', async () => {
  const door = openDoor();
  const headers = { authorization: basic(SID, 'wrong') };
  expect((await door.call('GET', '/2010-04-01/Nothing.json', { headers })).status).toBe(401);
  expect((await door.call('GET', '/2010-04-01/Nothing.json')).json.code).toBe(20404);
  expect((await door.call('PUT', list, { headers })).status).toBe(401);
});

test('a malformed account in the path is 404, a foreign and a missing one are 401', async () => {
  const door = openDoor();
  const at = async (sid: string) => (await door.call('GET', `/2010-04-01/Accounts/${sid}/Messages.json`)).json;
  expect(await at('null')).toMatchObject({
    code: 20404,
    message: 'The requested resource /2010-04-01/Accounts/null/Messages.json was not found',
  });
  expect((await at(OTHER)).code).toBe(20003);
  expect((await at(`AC${'9'.repeat(32)}`)).code).toBe(20003);
});

test('a parent acts on its subaccount, never the reverse', async () => {
  const door = openDoor();
  const made = await door.call('POST', `/2010-04-01/Accounts/${CHILD}/Messages.json`, { form: 'Body=x' });
  expect([made.status, made.json.account_sid]).toEqual([201, CHILD]);
  const headers = { authorization: basic(CHILD, 'another') };
  expect((await door.call('GET', list, { headers })).status).toBe(401);
});

test('a verified header is believed for a second and no longer', async () => {
  const door = openDoor();
  await door.call('GET', list);
  await door.call('GET', list);
  expect(door.counts.accountReads).toBe(1);
  const account = door.accounts.get(SID);
  if (account) door.accounts.set(SID, { ...account, sealedToken: 'sealed:new' });
  door.clock.advance(1000);
  expect((await door.call('GET', list)).status).toBe(401);
});

test('a suspended account reads but does not write, a closed one is nobody', async () => {
  const door = openDoor();
  const account = door.accounts.get(SID);
  if (!account) throw new Error('no account');
  door.accounts.set(SID, { ...account, status: 'suspended' });
  expect((await door.call('GET', list)).status).toBe(200);
  const write = await door.call('POST', list, { form: 'Body=x' });
  expect([write.status, write.json.code]).toEqual([403, 20005]);
  door.accounts.set(SID, { ...account, status: 'closed' });
  door.clock.advance(1000);
  expect((await door.call('GET', list)).json.code).toBe(20003);
});

test('guessing is braked in serve, and shuts nobody out who has the same address and knows the token', async () => {
  const door = openDoor({ mode: 'serve' });
  const guess = (text: string) => door.call('GET', list, { headers: { authorization: basic(SID, text) } });
  for (let times = 0; times < 20; times += 1) expect((await guess(`guess ${times}`)).status).toBe(401);
  const braked = await guess('guess');
  expect([braked.status, braked.json.code, braked.headers['retry-after']]).toEqual([429, 20429, '10']);
  const nobody = await door.call('GET', list, { headers: { authorization: basic(`AC${'9'.repeat(32)}`, TOKEN) } });
  expect([nobody.status, nobody.json.code]).toEqual([429, 20429]);
  expect((await door.call('GET', list)).status).toBe(200);
  expect((await guess('guess')).status).toBe(429);
  door.clock.advance(10_000);
  expect((await guess('guess')).status).toBe(401);
});

test('clients behind a proxy that is trusted are counted each by itself, by the last address it names', async () => {
  const door = openDoor({ mode: 'serve', isTrustedProxy: (address) => address === '127.0.0.1' });
  const guess = async (via: string) =>
    (await door.call('GET', list, { headers: { 'x-forwarded-for': via, authorization: basic(SID, 'guess') } })).status;
  // What stands before the last one, the client has written itself.
  for (let times = 0; times < 20; times += 1) expect(await guess(`198.51.100.${times}, 203.0.113.1`)).toBe(401);
  expect([await guess('203.0.113.1'), await guess('203.0.113.2')]).toEqual([429, 401]);
});

test('refusing a guess that is braked costs the store what refusing any other does', async () => {
  const door = openDoor({ mode: 'serve' });
  const readsOf = async (user: string) => {
    const before = door.counts.accountReads;
    await door.call('GET', list, { headers: { authorization: basic(user, 'guess') } });
    return door.counts.accountReads - before;
  };
  for (let times = 0; times < 25; times += 1) {
    expect([await readsOf(SID), await readsOf(`AC${'9'.repeat(32)}`), await readsOf('admin')]).toEqual([1, 1, 1]);
  }
});

test('on this machine nobody is braked in dev, but who comes through a tunnel is', async () => {
  const door = openDoor();
  const tunnel = { 'x-forwarded-for': '203.0.113.1' };
  const guess = async (headers: Record<string, string>) =>
    (await door.call('GET', list, { headers: { ...headers, authorization: basic(SID, 'guess') } })).status;
  for (let times = 0; times < 20; times += 1) expect([await guess({}), await guess(tunnel)]).toEqual([401, 401]);
  expect([await guess({}), await guess(tunnel)]).toEqual([401, 429]);
});

test('lenient takes any credentials and any account, and says what strict would have said', async () => {
  const door = openDoor({ lenient: true });
  const stranger = `AC${'7'.repeat(32)}`;
  const headers = { authorization: basic(stranger, 'whatever') };
  const made = await door.call('POST', `/2010-04-01/Accounts/${stranger}/Messages.json`, { form: 'Body=x', headers });
  expect([made.status, made.json.account_sid]).toEqual([201, stranger]);
  expect(made.json.messaging_service_sid).not.toBe(MG);
  expect(door.accounts.get(stranger)?.sealedToken).toBe('sealed:whatever');
  expect(door.events).toContainEqual(expect.objectContaining({ type: 'lenient', code: 20003 }));
  expect((await door.call('GET', `/2010-04-01/Accounts/${OTHER}/Messages.json`)).status).toBe(200);
});
