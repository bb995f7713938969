/** Messaging Services over real HTTP and a real store: what lasts, what goes with what, and requests that race. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '../helpers/client.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';

describe('Messaging Services', () => {
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

  async function makeService(): Promise<string> {
    const made = await client.call('POST', '/v1/Services', { form: { FriendlyName: 'Shop' } });
    expect(made.status, made.text).toBe(201);
    return made.json.sid;
  }

  async function makeNumber(number: string): Promise<string> {
    return (await client.call('POST', `${client.base}/IncomingPhoneNumbers.json`, { form: { PhoneNumber: number } }))
      .json.sid;
  }

  const numbersOf = async (service: string): Promise<string[]> =>
    (await client.call('GET', `/v1/Services/${service}/PhoneNumbers`)).json.phone_numbers.map(
      (one: { sid: string }) => one.sid,
    );

  it('answers on the messaging host and on any other, with URLs of the host that was asked', async () => {
    const { port } = new URL(pidge.origin);
    for (const host of [`messaging.pidge.test:${port}`, `localhost:${port}`]) {
      const { json, headers } = await client.call('GET', '/v1/Services?PageSize=1', { headers: { host } });
      expect(headers['content-type']).toBe('application/json');
      expect(json.meta.first_page_url).toBe(`http://${host}/v1/Services?PageSize=1&Page=0`);
      expect(json.services[0].url).toMatch(`http://${host}/v1/Services/MG`);
    }
  });

  it('a service that is deleted takes its pool along and leaves the numbers to the account', async () => {
    const service = await makeService();
    const number = await makeNumber('+12025550141');
    const form = { PhoneNumberSid: number };
    expect((await client.call('POST', `/v1/Services/${service}/PhoneNumbers`, { form })).status).toBe(201);
    expect((await client.call('DELETE', `/v1/Services/${service}`)).status).toBe(204);
    expect((await client.call('GET', `/v1/Services/${service}/PhoneNumbers`)).json.code).toBe(20404);
    expect(await pidge.running.store.document(pidge.account.sid, 'pool', number)).toBeNull();
    expect((await client.call('GET', `${client.base}/IncomingPhoneNumbers/${number}.json`)).status).toBe(200);
  });

  it('a number that is given back leaves its pool, and comes back without it', async () => {
    const service = await makeService();
    const form = { PhoneNumberSid: await makeNumber('+12025550142') };
    await client.call('POST', `/v1/Services/${service}/PhoneNumbers`, { form });
    await client.call('DELETE', `${client.base}/IncomingPhoneNumbers/${form.PhoneNumberSid}.json`);
    expect(await numbersOf(service)).toEqual([]);
    await makeNumber('+12025550142');
    expect(await numbersOf(service)).toEqual([]);
  });

  it('twenty requests for the same name make it once', async () => {
    const service = await makeService();
    const path = `/v1/Services/${service}/AlphaSenders`;
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => client.call('POST', path, { form: { AlphaSender: 'Shop' } })),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status, json }) => status === 409 && json.code === 21710)).toHaveLength(19);
    expect((await client.call('GET', path)).json.alpha_senders).toHaveLength(1);
  });

  it('a number that two services want at once ends in exactly one', async () => {
    const number = await makeNumber('+12025550143');
    const services = [await makeService(), await makeService()];
    const form = { PhoneNumberSid: number };
    await Promise.all(services.map((sid) => client.call('POST', `/v1/Services/${sid}/PhoneNumbers`, { form })));
    const held = await Promise.all(services.map(numbersOf));
    expect(held.flat()).toEqual([number]);
  });

  it('a number whose service went while it was being put in is free for another', async () => {
    const number = await makeNumber('+12025550145');
    await pidge.running.store.saveDocument({
      accountSid: pidge.account.sid,
      kind: 'pool',
      sid: number,
      parentSid: `MG${'0'.repeat(32)}`,
      name: '+12025550145',
      properties: { address: '+12025550145', sender_kind: 'number', country_code: 'US' },
      createdAt: pidge.now(),
      updatedAt: pidge.now(),
    });
    const service = await makeService();
    const form = { PhoneNumberSid: number };
    expect((await client.call('POST', `/v1/Services/${service}/PhoneNumbers`, { form })).status).toBe(201);
    expect(await numbersOf(service)).toEqual([number]);
  });

  it('a number shows what it can do now, not what it could when it was put in', async () => {
    const service = await makeService();
    const number = await makeNumber('+12025550144');
    const { store } = pidge.running;
    await client.call('POST', `/v1/Services/${service}/PhoneNumbers`, { form: { PhoneNumberSid: number } });
    const sender = await store.sender(pidge.account.sid, number);
    if (sender) await store.saveSender({ ...sender, canMms: false });
    const { json } = await client.call('GET', `/v1/Services/${service}/PhoneNumbers/${number}`);
    expect(json.capabilities).toEqual(['SMS']);
  });
});
