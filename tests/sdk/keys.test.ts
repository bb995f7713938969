/** API keys through the official SDK: their making, and what they open. */
import twilio from 'twilio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '../helpers/client.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';

let pidge: TestPidge;
let client: twilio.Twilio;
let raw: Client;

beforeAll(async () => {
  pidge = await startTestPidge({ clock: 'hand-wound' });
  client = sdk(pidge.account.sid, pidge.account.token);
  raw = new Client(pidge.origin, pidge.account);
});
afterAll(async () => {
  await raw.close();
  await pidge.close();
});

function sdk(user: string, password: string, accountSid?: string): twilio.Twilio {
  const made = twilio(user, password, accountSid === undefined ? {} : { accountSid });
  for (const product of [made.api, made.messaging, made.accounts, made.content]) product.baseUrl = pidge.origin;
  return made;
}
const refused = (code: number, status: number) => expect.objectContaining({ code, status });

describe('keys', () => {
  it('tell their secret once, and are fetched, renamed, listed and removed', async () => {
    const made = await client.newKeys.create({ friendlyName: 'Laptop' });
    expect(made.toJSON()).toEqual({
      sid: expect.stringMatching(/^SK[0-9a-f]{32}$/),
      friendlyName: 'Laptop',
      dateCreated: expect.any(Date),
      dateUpdated: expect.any(Date),
      secret: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    const fetched = await raw.call('GET', `${raw.base}/Keys/${made.sid}.json`);
    expect(Object.keys(fetched.json).sort()).toEqual(['date_created', 'date_updated', 'friendly_name', 'sid']);
    expect((await client.keys(made.sid).update({ friendlyName: 'Desk' })).friendlyName).toBe('Desk');
    expect((await client.keys(made.sid).fetch()).friendlyName).toBe('Desk');
    expect(await client.keys(made.sid).remove()).toBe(true);
    await expect(client.keys(made.sid).fetch()).rejects.toEqual(refused(20404, 404));
    const none = await raw.call('POST', `${raw.base}/Keys.json`);
    expect([none.status, none.json.friendly_name]).toEqual([201, null]);
    const long = await raw.call('POST', `${raw.base}/Keys.json`, { form: { FriendlyName: 'x'.repeat(65) } });
    expect([long.status, long.json.code]).toEqual([400, 20002]);
  });

  it('are listed in pages, and are the signing keys too', async () => {
    const sids = new Set<string>();
    for (let n = 0; n < 3; n += 1) sids.add((await client.newSigningKeys.create({ friendlyName: `s${n}` })).sid);
    const listed = async (all: Promise<{ sid: string }[]>) =>
      (await all).map(({ sid }) => sid).filter((sid) => sids.has(sid));
    expect(await listed(client.signingKeys.list({ pageSize: 2 }))).toHaveLength(3);
    expect(await listed(client.keys.list({ pageSize: 2 }))).toHaveLength(3);
    const [sid = ''] = sids;
    expect((await client.signingKeys(sid).update({ friendlyName: 'new' })).friendlyName).toBe('new');
    expect((await client.signingKeys(sid).fetch()).friendlyName).toBe('new');
    expect(await client.signingKeys(sid).remove()).toBe(true);
    await expect(client.keys(sid).fetch()).rejects.toEqual(refused(20404, 404));
    const page = await raw.call('GET', `${raw.base}/SigningKeys.json?PageSize=1`);
    expect(page.json.signing_keys).toHaveLength(1);
    expect(page.json.next_page_uri).toContain('PageToken=PASK');
  });

  it('open what the account has, but no accounts, keys or tokens', async () => {
    const { sid, secret } = await client.newKeys.create({});
    const keyed = sdk(sid, secret, pidge.account.sid);
    const message = await keyed.messages.create({ to: '+12025550101', from: '+12025550100', body: 'Hello' });
    expect((await keyed.messages(message.sid).fetch()).accountSid).toBe(pidge.account.sid);
    await keyed.messaging.v1.services.create({ friendlyName: 'by a key' });
    for (const attempt of [
      () => keyed.api.v2010.accounts(pidge.account.sid).fetch(),
      () => keyed.api.v2010.accounts(pidge.account.sid).update({ friendlyName: 'x' }),
      () => keyed.api.v2010.accounts.list(),
      () => keyed.api.v2010.accounts.create(),
      () => keyed.keys.list(),
      () => keyed.newKeys.create({}),
      () => keyed.keys(sid).remove(),
      () => keyed.signingKeys.list(),
      () => keyed.accounts.v1.secondaryAuthToken().create(),
      () => keyed.accounts.v1.authTokenPromotion().update(),
    ]) {
      await expect(attempt()).rejects.toEqual(refused(20003, 403));
    }
  });

  it('of a main account open no subaccount; those of a subaccount open it alone', async () => {
    const child = await client.api.v2010.accounts.create();
    const { sid, secret } = await client.newKeys.create({});
    await expect(sdk(sid, secret, child.sid).messages.list()).rejects.toEqual(refused(20003, 401));
    const inside = await client.api.v2010.accounts(child.sid).newKeys.create({});
    expect(await sdk(inside.sid, inside.secret, child.sid).messages.list()).toEqual([]);
    await expect(sdk(inside.sid, inside.secret, pidge.account.sid).messages.list()).rejects.toEqual(
      refused(20003, 401),
    );
    await expect(client.keys(inside.sid).fetch()).rejects.toEqual(refused(20404, 404));
    await expect(client.keys(inside.sid).remove()).rejects.toEqual(refused(20404, 404));
  });

  it('open nothing with another secret, and nothing a second after they are removed', async () => {
    const { sid, secret } = await client.newKeys.create({});
    await expect(sdk(sid, 'f'.repeat(32), pidge.account.sid).messages.list()).rejects.toEqual(refused(20003, 401));
    const missing = `SK${'0'.repeat(32)}`;
    await expect(sdk(missing, secret, pidge.account.sid).messages.list()).rejects.toEqual(refused(20003, 401));
    const keyed = sdk(sid, secret, pidge.account.sid);
    await keyed.messages.list();
    await client.keys(sid).remove();
    pidge.advance(1_000);
    await expect(keyed.messages.list()).rejects.toEqual(refused(20003, 401));
  });

  it('are kept as hashes: no secret stands in the store', async () => {
    const { sid, secret } = await client.newKeys.create({});
    const kept = await pidge.running.store.document('', 'key', sid);
    expect(kept?.parentSid).toBe(pidge.account.sid);
    expect(JSON.stringify(kept)).not.toContain(secret);
  });
});
