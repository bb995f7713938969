/** Accounts, subaccounts and the two tokens of an account, through the official SDK. */
import twilio from 'twilio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '../helpers/client.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { Sink } from '../helpers/sink.ts';

let pidge: TestPidge;
let client: twilio.Twilio;
let raw: Client;
const closing: Client[] = [];
/** What the settings have suspended. */
const held = new Set<string>();

beforeAll(async () => {
  pidge = await startTestPidge({
    clock: 'hand-wound',
    change: (config) => {
      config.suspendedAccounts = held;
    },
  });
  client = sdk(pidge.account.sid, pidge.account.token);
  raw = rawOf(pidge.account);
});
afterAll(async () => {
  for (const one of closing) await one.close();
  await pidge.close();
});

function sdk(user: string, password: string, accountSid?: string): twilio.Twilio {
  const made = twilio(user, password, accountSid === undefined ? {} : { accountSid });
  for (const product of [made.api, made.messaging, made.accounts]) product.baseUrl = pidge.origin;
  return made;
}
function rawOf(account: { sid: string; token: string }): Client {
  const made = new Client(pidge.origin, account);
  closing.push(made);
  return made;
}
/** What was believed of credentials a moment ago is forgotten. */
const second = () => pidge.advance(1_000);
const refused = (code: number, status = 400) => expect.objectContaining({ code, status });

describe('accounts', () => {
  it('make subaccounts, which tell their token and belong to them', async () => {
    const made = await client.api.v2010.accounts.create({ friendlyName: 'Shop' });
    const path = `/2010-04-01/Accounts/${made.sid}`;
    expect(made.toJSON()).toEqual({
      authToken: expect.stringMatching(/^[0-9a-f]{32}$/),
      dateCreated: expect.any(Date),
      dateUpdated: expect.any(Date),
      friendlyName: 'Shop',
      ownerAccountSid: pidge.account.sid,
      sid: expect.stringMatching(/^AC[0-9a-f]{32}$/),
      status: 'active',
      subresourceUris: expect.objectContaining({
        messages: `${path}/Messages.json`,
        keys: `${path}/Keys.json`,
        short_codes: `${path}/SMS/ShortCodes.json`,
      }),
      type: 'Full',
      uri: `${path}.json`,
    });
    expect((await client.api.v2010.accounts(made.sid).fetch()).toJSON()).toEqual(made.toJSON());
  });

  it('name a subaccount by the hour when nobody does', async () => {
    const { friendlyName } = await client.api.v2010.accounts.create();
    expect(friendlyName).toMatch(/^SubAccount Created at \d{4}-\d\d-\d\d (0[1-9]|1[0-2]):[0-5]\d [ap]m$/);
  });

  it('are listed by name and status, in pages, the own one first', async () => {
    for (let n = 0; n < 3; n += 1) await client.api.v2010.accounts.create({ friendlyName: 'Listed' });
    const listed = await client.api.v2010.accounts.list({ friendlyName: 'Listed', pageSize: 2 });
    expect(listed.map(({ friendlyName }) => friendlyName)).toEqual(['Listed', 'Listed', 'Listed']);
    const [one] = listed;
    await client.api.v2010.accounts(one?.sid ?? '').update({ status: 'suspended' });
    const suspended = await client.api.v2010.accounts.list({ friendlyName: 'Listed', status: 'suspended' });
    expect(suspended.map(({ sid }) => sid)).toEqual([one?.sid]);
    expect((await client.api.v2010.accounts.list({ limit: 1 }))[0]?.sid).toBe(pidge.account.sid);
    const page = await raw.call('GET', '/2010-04-01/Accounts.json?FriendlyName=Listed&Status=active&PageSize=1');
    expect(page.json.next_page_uri).toMatch(/FriendlyName=Listed&Status=active&PageSize=1&Page=1&PageToken=PAAC/);
    const bad = await raw.call('GET', '/2010-04-01/Accounts.json?Status=paused');
    expect([bad.status, bad.json.code]).toEqual([400, 20001]);
  });

  it('are reached by their own credentials and by those of the parent, never the other way round', async () => {
    const made = await client.api.v2010.accounts.create({ friendlyName: 'Reached' });
    const other = await client.api.v2010.accounts.create({ friendlyName: 'Sibling' });
    const own = sdk(made.sid, made.authToken);
    expect((await own.api.v2010.accounts(made.sid).fetch()).friendlyName).toBe('Reached');
    expect(await own.messages.list()).toEqual([]);
    expect(await client.api.v2010.accounts(made.sid).messages.list()).toEqual([]);
    for (const sid of [pidge.account.sid, other.sid]) {
      await expect(own.api.v2010.accounts(sid).fetch()).rejects.toEqual(refused(20003, 401));
      await expect(own.api.v2010.accounts(sid).messages.list()).rejects.toEqual(refused(20003, 401));
    }
    expect((await own.api.v2010.accounts.list()).map(({ sid }) => sid)).toEqual([made.sid]);
    await expect(own.api.v2010.accounts.create()).rejects.toEqual(refused(20006, 403));
  });

  it('send from a subaccount when the parent names it in the path', async () => {
    const made = await client.api.v2010.accounts.create();
    const inside = client.api.v2010.accounts(made.sid);
    await inside.incomingPhoneNumbers.create({ phoneNumber: '+12025550190' });
    const message = await inside.messages.create({ to: '+12025550101', from: '+12025550190', body: 'Hello' });
    expect([message.accountSid, message.uri]).toEqual([
      made.sid,
      `/2010-04-01/Accounts/${made.sid}/Messages/${message.sid}.json`,
    ]);
  });

  it('that are suspended read and do not write, until their parent lets them', async () => {
    const made = await client.api.v2010.accounts.create();
    const own = sdk(made.sid, made.authToken);
    await own.applications.create({ friendlyName: 'kept' });
    const parents = client.api.v2010.accounts(made.sid);
    expect((await parents.update({ status: 'suspended' })).status).toBe('suspended');
    second();
    expect(await own.applications.list()).toHaveLength(1);
    await expect(own.applications.create({})).rejects.toEqual(refused(20005, 403));
    await expect(parents.applications.create({})).rejects.toEqual(refused(20005, 403));
    await expect(own.api.v2010.accounts(made.sid).update({ status: 'active' })).rejects.toEqual(refused(20005, 403));
    expect((await parents.update({ status: 'active', friendlyName: 'back' })).toJSON()).toMatchObject({
      status: 'active',
      friendlyName: 'back',
    });
    second();
    await own.applications.create({});
  });

  it('suspend their subaccounts with themselves, although these say they are active', async () => {
    const made = await client.api.v2010.accounts.create();
    const asleep = await client.api.v2010.accounts.create();
    const own = sdk(made.sid, made.authToken);
    await client.api.v2010.accounts(asleep.sid).update({ status: 'suspended' });
    const { store } = pidge.running;
    const main = await store.account(pidge.account.sid);
    if (!main) throw new Error('There is no account');
    await store.saveAccount({ ...main, status: 'suspended' });
    second();
    try {
      expect((await own.api.v2010.accounts(made.sid).fetch()).status).toBe('active');
      await expect(own.applications.create({})).rejects.toEqual(refused(20005, 403));
      await expect(client.api.v2010.accounts(asleep.sid).update({ status: 'active' })).rejects.toEqual(refused(21476));
      await expect(client.api.v2010.accounts(made.sid).update({ friendlyName: 'x' })).rejects.toEqual(
        refused(20005, 403),
      );
      await expect(client.api.v2010.accounts.create()).rejects.toEqual(refused(20005, 403));
    } finally {
      await store.saveAccount(main);
      second();
    }
    await own.applications.create({});
  });

  it('that the operator has suspended are not activated by their parent', async () => {
    const made = await client.api.v2010.accounts.create();
    const parents = client.api.v2010.accounts(made.sid);
    await parents.update({ status: 'suspended' });
    held.add(made.sid);
    await expect(parents.update({ status: 'active' })).rejects.toEqual(refused(21478));
    expect((await parents.update({ friendlyName: 'named' })).status).toBe('suspended');
    held.delete(made.sid);
    expect((await parents.update({ status: 'active' })).status).toBe('active');
  });

  it('that are closed stay closed, are shown to their parent for 30 days, and give their numbers free', async () => {
    const made = await client.api.v2010.accounts.create({ friendlyName: 'Over' });
    const parents = client.api.v2010.accounts(made.sid);
    const number = await parents.incomingPhoneNumbers.create({ phoneNumber: '+12025550191' });
    const own = sdk(made.sid, made.authToken);
    const key = await own.newKeys.create({});
    expect((await parents.update({ status: 'closed' })).status).toBe('closed');
    second();
    await expect(own.messages.list()).rejects.toEqual(refused(20003, 401));
    await expect(sdk(key.sid, key.secret, made.sid).messages.list()).rejects.toEqual(refused(20003, 401));
    await expect(parents.messages.list()).rejects.toEqual(refused(20003, 401));
    expect((await parents.fetch()).status).toBe('closed');
    expect(await client.api.v2010.accounts.list({ friendlyName: 'Over', status: 'closed' })).toHaveLength(1);
    for (const change of [{ status: 'active' }, { status: 'suspended' }, { friendlyName: 'Back' }] as const) {
      await expect(parents.update(change)).rejects.toEqual(refused(21479));
    }
    const again = await client.incomingPhoneNumbers.create({ phoneNumber: number.phoneNumber });
    expect(again.accountSid).toBe(pidge.account.sid);
    await client.incomingPhoneNumbers(again.sid).remove();
    pidge.advance(30 * 86_400_000);
    await expect(parents.fetch()).rejects.toEqual(refused(20003, 401));
    expect(await client.api.v2010.accounts.list({ friendlyName: 'Over' })).toEqual([]);
  });

  it('refuse a status that is none, that of a main account, and a long name', async () => {
    const made = await client.api.v2010.accounts.create();
    const update = (sid: string, form: Record<string, string>) =>
      raw.call('POST', `/2010-04-01/Accounts/${sid}.json`, { form });
    const wrong = await update(made.sid, { Status: 'paused' });
    expect([wrong.status, wrong.json.code, wrong.json.details.parameter]).toEqual([400, 21475, 'Status']);
    expect((await update(pidge.account.sid, { Status: 'suspended' })).json.code).toBe(21477);
    expect((await update(pidge.account.sid, { FriendlyName: 'Main' })).json.friendly_name).toBe('Main');
    expect((await update(made.sid, { FriendlyName: 'x'.repeat(65) })).json.code).toBe(20002);
    const gone = await raw.call('DELETE', `/2010-04-01/Accounts/${made.sid}.json`);
    expect([gone.status, gone.json.code]).toEqual([405, 20004]);
  });

  it('have a thousand subaccounts at most', async () => {
    const main = await pidge.running.store.account(pidge.account.sid);
    if (!main) throw new Error('There is no account');
    const sid = (n: number) => `AC${String(n).padStart(32, 'b')}`;
    for (let n = 0; n < 1_000; n += 1) {
      await pidge.running.store.saveAccount({ ...main, sid: sid(n), ownerSid: main.sid });
    }
    await expect(client.api.v2010.accounts.create()).rejects.toEqual(refused(21480));
    for (let n = 0; n < 1_000; n += 1) {
      await pidge.running.store.saveAccount({
        ...main,
        sid: sid(n),
        ownerSid: main.sid,
        status: 'closed',
        updatedAt: 0,
      });
    }
    await client.api.v2010.accounts.create();
  });
});

describe('the second token', () => {
  it('is good beside the first, and alone once it is promoted', async () => {
    const made = await client.api.v2010.accounts.create();
    const own = sdk(made.sid, made.authToken);
    const second_ = await own.accounts.v1.secondaryAuthToken().create();
    expect(second_.toJSON()).toEqual({
      accountSid: made.sid,
      dateCreated: expect.any(Date),
      dateUpdated: expect.any(Date),
      secondaryAuthToken: expect.stringMatching(/^[0-9a-f]{32}$/),
      url: `${pidge.origin}/v1/AuthTokens/Secondary`,
    });
    const next = sdk(made.sid, second_.secondaryAuthToken);
    expect(await own.messages.list()).toEqual([]);
    expect(await next.messages.list()).toEqual([]);
    await expect(own.accounts.v1.secondaryAuthToken().create()).rejects.toEqual(refused(20409, 409));

    const promoted = await own.accounts.v1.authTokenPromotion().update();
    expect(promoted.toJSON()).toEqual({
      accountSid: made.sid,
      authToken: second_.secondaryAuthToken,
      dateCreated: expect.any(Date),
      dateUpdated: expect.any(Date),
      url: `${pidge.origin}/v1/AuthTokens/Promote`,
    });
    second();
    await expect(own.messages.list()).rejects.toEqual(refused(20003, 401));
    expect((await next.api.v2010.accounts(made.sid).fetch()).authToken).toBe(second_.secondaryAuthToken);
    await expect(next.accounts.v1.authTokenPromotion().update()).rejects.toEqual(refused(20404, 404));
  });

  it('is one, however many are asked for at the same moment', async () => {
    const made = await client.api.v2010.accounts.create();
    const own = sdk(made.sid, made.authToken);
    const attempts = Array.from({ length: 8 }, () => own.accounts.v1.secondaryAuthToken().create());
    const settled = await Promise.allSettled(attempts);
    const [one, ...others] = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    expect(others).toEqual([]);
    expect(await sdk(made.sid, one?.secondaryAuthToken ?? '').messages.list()).toEqual([]);
  });

  it('dies when it is deleted, and the first lives on', async () => {
    const made = await client.api.v2010.accounts.create();
    const own = sdk(made.sid, made.authToken);
    const { secondaryAuthToken } = await own.accounts.v1.secondaryAuthToken().create();
    const next = sdk(made.sid, secondaryAuthToken);
    await next.messages.list();
    expect(await own.accounts.v1.secondaryAuthToken().remove()).toBe(true);
    second();
    await expect(next.messages.list()).rejects.toEqual(refused(20003, 401));
    expect(await own.messages.list()).toEqual([]);
    await expect(own.accounts.v1.secondaryAuthToken().remove()).rejects.toEqual(refused(20404, 404));
  });

  it('signs no callback before it is promoted, and every one after', async () => {
    const sink = await new Sink().start();
    const made = await client.api.v2010.accounts.create();
    const own = sdk(made.sid, made.authToken);
    const number = await client.api.v2010
      .accounts(made.sid)
      .incomingPhoneNumbers.create({ phoneNumber: '+12025550192' });
    const { secondaryAuthToken } = await own.accounts.v1.secondaryAuthToken().create();
    const signers = async (place: string, sender: twilio.Twilio) => {
      const statusCallback = `${sink.origin}/${place}`;
      const { sid } = await sender.messages.create({
        to: '+12025550101',
        from: number.phoneNumber,
        body: 'Hello',
        statusCallback,
      });
      await pidge.wind(async () => sink.statuses(sid).length === 2);
      return sink.heard
        .filter(({ params }) => params.MessageSid === sid)
        .map(({ params, headers }) =>
          [made.authToken, secondaryAuthToken].findIndex((token) =>
            twilio.validateRequest(token, String(headers['x-twilio-signature']), statusCallback, params),
          ),
        );
    };
    expect(await signers('before', own)).toEqual([0, 0]);
    await own.accounts.v1.authTokenPromotion().update();
    const next = sdk(made.sid, secondaryAuthToken);
    expect(await signers('after', next)).toEqual([1, 1]);
    await sink.stop();
  });
});
