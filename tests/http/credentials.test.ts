/** Tokens and keys over two nodes of one store: what one of them changes holds on the other within a second. */
import { expect, test } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import { basic, CHILD, openDoor, ROOT, SID, TOKEN } from './door.ts';

const list = `${ROOT}/Messages.json`;

function twoNodes() {
  const here = openDoor();
  const there = openDoor({}, { store: here.store as Store, clock: here.clock });
  const statusOf = async (door: typeof here, user: string, password: string, path = list) =>
    (await door.call('GET', path, { headers: { authorization: basic(user, password) } })).status;
  return { here, there, statusOf };
}

test('a promoted token is the only one on every node, a second later', async () => {
  const { here, there, statusOf } = twoNodes();
  const { json } = await here.call('POST', '/v1/AuthTokens/Secondary');
  const next = json.secondary_auth_token;
  expect([await statusOf(there, SID, TOKEN), await statusOf(there, SID, next)]).toEqual([200, 200]);
  expect((await here.call('POST', '/v1/AuthTokens/Promote')).json.auth_token).toBe(next);
  here.clock.advance(999);
  expect(await statusOf(there, SID, next)).toBe(200);
  here.clock.advance(1);
  expect([await statusOf(there, SID, TOKEN), await statusOf(here, SID, TOKEN)]).toEqual([401, 401]);
  expect([await statusOf(there, SID, next), await statusOf(here, SID, next)]).toEqual([200, 200]);
});

test('a removed key is dead on every node, a second later', async () => {
  const { here, there, statusOf } = twoNodes();
  const { json: key } = await here.call('POST', `${ROOT}/Keys.json`);
  expect([await statusOf(here, key.sid, key.secret), await statusOf(there, key.sid, key.secret)]).toEqual([200, 200]);
  expect(await statusOf(there, key.sid.toUpperCase(), key.secret)).toBe(200);
  expect((await here.call('DELETE', `${ROOT}/Keys/${key.sid}.json`)).status).toBe(204);
  here.clock.advance(1_000);
  expect([await statusOf(here, key.sid, key.secret), await statusOf(there, key.sid, key.secret)]).toEqual([401, 401]);
});

test('what changed on a node holds there at once', async () => {
  const { here, statusOf } = twoNodes();
  const { json: key } = await here.call('POST', `${ROOT}/Keys.json`);
  expect(await statusOf(here, key.sid, key.secret)).toBe(200);
  await here.call('DELETE', `${ROOT}/Keys/${key.sid}.json`);
  expect(await statusOf(here, key.sid, key.secret)).toBe(401);
  const child = (await here.call('GET', `/2010-04-01/Accounts/${CHILD}.json`)).json.auth_token;
  expect(await statusOf(here, CHILD, child, '/v1/Services')).toBe(200);
  await here.call('POST', `/2010-04-01/Accounts/${CHILD}.json`, { form: 'Status=suspended' });
  const headers = { authorization: basic(CHILD, child) };
  expect((await here.call('POST', '/v1/Services', { form: 'FriendlyName=x', headers })).status).toBe(403);
  await here.call('POST', `/2010-04-01/Accounts/${CHILD}.json`, { form: 'Status=closed' });
  expect(await statusOf(here, CHILD, child, '/v1/Services')).toBe(401);
  const next = (await here.call('POST', '/v1/AuthTokens/Secondary')).json.secondary_auth_token;
  await here.call('POST', '/v1/AuthTokens/Promote');
  expect([await statusOf(here, SID, TOKEN), await statusOf(here, SID, next)]).toEqual([401, 200]);
});

test('a promotion of nothing is 404 at its own path, and says what makes a second token', async () => {
  const { status, json } = await twoNodes().here.call('POST', '/v1/AuthTokens/Promote');
  expect([status, json.message]).toEqual([404, 'The requested resource /AuthTokens/Promote was not found']);
  expect(json.details.fix).toContain('POST /v1/AuthTokens/Secondary');
});

test('a promotion that fails leaves both tokens as they were', async () => {
  const { here, there, statusOf } = twoNodes();
  const next = (await here.call('POST', '/v1/AuthTokens/Secondary')).json.secondary_auth_token;
  const { changeAccount } = here.store;
  here.store.changeAccount = () => Promise.reject(new Error('the power went'));
  expect((await here.call('POST', '/v1/AuthTokens/Promote')).status).toBe(500);
  here.store.changeAccount = changeAccount;
  here.clock.advance(1_000);
  expect([await statusOf(there, SID, TOKEN), await statusOf(there, SID, next)]).toEqual([200, 200]);
  const again = await here.call('POST', '/v1/AuthTokens/Promote', { headers: { authorization: basic(SID, next) } });
  expect([again.status, again.json.auth_token]).toEqual([200, next]);
});

test('a rename that was read before a promotion does not bring the old token back', async () => {
  const { here, statusOf } = twoNodes();
  const next = (await here.call('POST', '/v1/AuthTokens/Secondary')).json.secondary_auth_token;
  const { changeAccount } = here.store;
  here.store.changeAccount = async (change, now) => {
    here.store.changeAccount = changeAccount;
    expect((await here.call('POST', '/v1/AuthTokens/Promote')).status).toBe(200);
    return (changeAccount as NonNullable<typeof changeAccount>)(change, now);
  };
  const renamed = await here.call('POST', `${ROOT}.json`, { form: 'FriendlyName=Later' });
  expect([renamed.status, renamed.json.friendly_name, renamed.json.auth_token]).toEqual([200, 'Later', next]);
  here.clock.advance(1_000);
  expect([await statusOf(here, SID, TOKEN), await statusOf(here, SID, next)]).toEqual([401, 200]);
});

test('the token that nobody has opens nothing, where there is no second token either', async () => {
  const { here, statusOf } = twoNodes();
  expect(await statusOf(here, SID, '0'.repeat(32))).toBe(401);
  expect(await statusOf(here, `SK${'0'.repeat(32)}`, '')).toBe(401);
});

test('a subaccount whose parent is gone or closed is out', async () => {
  const { here, statusOf } = twoNodes();
  const path = `/2010-04-01/Accounts/${CHILD}/Messages.json`;
  expect(await statusOf(here, CHILD, 'another', path)).toBe(200);
  const parent = here.accounts.get(SID);
  if (!parent) throw new Error('There is no account');
  here.accounts.set(SID, { ...parent, status: 'closed' });
  here.clock.advance(1_000);
  expect(await statusOf(here, CHILD, 'another', path)).toBe(401);
  here.accounts.delete(SID);
  expect(await statusOf(here, CHILD, 'another', path)).toBe(401);
});
