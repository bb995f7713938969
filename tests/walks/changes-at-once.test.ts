/** Calls that change one resource at the same moment: what was answered holds, whoever came second. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '../helpers/client.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';

const TURNS = 12;
const RIVALS = 8;

describe('changes at once', () => {
  let pidge: TestPidge;
  let client: Client;

  beforeAll(async () => {
    pidge = await startTestPidge();
    client = new Client(pidge.origin, pidge.account);
  });
  afterAll(async () => {
    await client.close();
    await pidge.close();
  });

  const post = (path: string, form: Record<string, string>) => client.call('POST', path, { form });
  const remove = (path: string) => client.call('DELETE', path);
  const statusOf = async (path: string): Promise<number> => (await client.call('GET', path)).status;

  async function makeService(): Promise<string> {
    return (await post('/v1/Services', { FriendlyName: 'Shop' })).json.sid;
  }

  let nextNumber = 0;
  async function makeNumber(): Promise<{ sid: string; path: string }> {
    nextNumber += 1;
    const form = { PhoneNumber: `+1202555${String(2_000 + nextNumber)}` };
    const { json } = await post(`${client.base}/IncomingPhoneNumbers.json`, form);
    return { sid: json.sid, path: `${client.base}/IncomingPhoneNumbers/${json.sid}.json` };
  }

  it('of different properties are all kept', async () => {
    const service = `/v1/Services/${await makeService()}`;
    const number = (await makeNumber()).path;
    const application = (await post(`${client.base}/Applications.json`, { FriendlyName: 'App' })).json.uri;
    // The oldest is the account's default one, which is not kept before its first change.
    const { services } = (await client.call('GET', '/v1/Services')).json;
    const changes: [string, Record<string, string>][] = [
      [service, { InboundRequestUrl: 'https://app.example/in', StatusCallback: 'https://app.example/status' }],
      [`/v1/Services/${services.at(-1).sid}`, { FriendlyName: 'First', FallbackUrl: 'https://app.example' }],
      [number, { FriendlyName: 'Front desk', SmsUrl: 'https://app.example/in' }],
      [application, { SmsUrl: 'https://app.example/in', FriendlyName: 'Mine' }],
    ];
    for (const [path, change] of changes) {
      const each = Object.entries(change);
      const answers = await Promise.all(each.map(([name, value]) => post(path, { [name]: value })));
      expect(answers.map(({ status }) => status)).toEqual(each.map(() => 200));
      const { json } = await client.call('GET', path);
      expect(Object.values(json), path).toEqual(expect.arrayContaining(each.map(([, value]) => value)));
    }
  });

  it('bring nothing back that was deleted', async () => {
    for (let turn = 0; turn < TURNS; turn += 1) {
      const key = (await post(`${client.base}/Keys.json`, { FriendlyName: 'a' })).json;
      const made = [
        `${client.base}/Keys/${key.sid}.json`,
        `/v1/Services/${await makeService()}`,
        (await makeNumber()).path,
        (await post(`${client.base}/Applications.json`, {})).json.uri,
      ];
      const gone = made.map(async (path) => {
        const rename = () => post(path, { FriendlyName: 'b' });
        const [first, removed, last] = await Promise.all([rename(), remove(path), rename()]);
        expect(removed.status).toBe(204);
        expect([200, 404]).toContain(first.status);
        expect([200, 404]).toContain(last.status);
      });
      await Promise.all(gone);
      for (const path of made) expect(await statusOf(path), path).toBe(404);
    }
  });

  it('put a number into one pool of several', async () => {
    for (let turn = 0; turn < TURNS; turn += 1) {
      const services = await Promise.all(Array.from({ length: RIVALS }, makeService));
      const { sid } = await makeNumber();
      const answers = await Promise.all(
        services.map((service) => post(`/v1/Services/${service}/PhoneNumbers`, { PhoneNumberSid: sid })),
      );
      const refused = answers.filter(({ status }) => status !== 201);
      expect(refused.map(({ status, json }) => [status, json.code])).toEqual(Array(RIVALS - 1).fill([409, 21712]));
    }
  });

  it('leave no number in a pool that the account has given back', async () => {
    const service = await makeService();
    for (let turn = 0; turn < TURNS; turn += 1) {
      const { sid, path } = await makeNumber();
      const add = () => post(`/v1/Services/${service}/PhoneNumbers`, { PhoneNumberSid: sid });
      const [before, removed, after] = await Promise.all([add(), remove(path), add()]);
      expect(removed.status).toBe(204);
      for (const { status } of [before, after]) expect([201, 400, 404, 409]).toContain(status);
    }
    expect((await client.call('GET', `/v1/Services/${service}/PhoneNumbers`)).json.phone_numbers).toEqual([]);
  });

  it('leave no number in a pool of the account that it was moved from', async () => {
    const service = await makeService();
    const sub = (await post('/2010-04-01/Accounts.json', { FriendlyName: 'Sub' })).json.sid;
    for (let turn = 0; turn < TURNS; turn += 1) {
      const { sid, path } = await makeNumber();
      const add = () => post(`/v1/Services/${service}/PhoneNumbers`, { PhoneNumberSid: sid });
      const [moved, ...added] = await Promise.all([post(path, { AccountSid: sub }), add(), add()]);
      expect(moved.status).toBe(200);
      for (const { status } of added) expect([201, 400, 404, 409]).toContain(status);
    }
    expect((await client.call('GET', `/v1/Services/${service}/PhoneNumbers`)).json.phone_numbers).toEqual([]);
  });

  it('move a number to a subaccount for good, with the changes beside that', async () => {
    for (let turn = 0; turn < TURNS; turn += 1) {
      const sub = (await post('/2010-04-01/Accounts.json', { FriendlyName: 'Sub' })).json.sid;
      const { sid, path } = await makeNumber();
      const [moved, ...others] = await Promise.all([
        post(path, { AccountSid: sub }),
        post(path, { FriendlyName: 'b' }),
        post(path, { SmsUrl: 'https://app.example/in' }),
      ]);
      expect(moved.status).toBe(200);
      for (const { status } of others) expect([200, 404]).toContain(status);
      expect(await statusOf(path)).toBe(404);
      const { json } = await client.call('GET', `/2010-04-01/Accounts/${sub}/IncomingPhoneNumbers/${sid}.json`);
      if (others[0]?.status === 200) expect(json.friendly_name).toBe('b');
      if (others[1]?.status === 200) expect(json.sms_url).toBe('https://app.example/in');
    }
  });
});
