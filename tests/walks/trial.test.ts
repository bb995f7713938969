/** A trial account: whom it may write to, what it says, and that the setting alone decides. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { TRIAL_PREFIX } from '../../src/engine/trial.ts';
import { Client } from '../helpers/client.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';

const VERIFIED = '+12025550101';

let pidge: TestPidge;
let client: Client;

beforeEach(async () => {
  pidge = await startTestPidge({ change: (config) => (config.auth.accountType = 'trial') });
  client = new Client(pidge.origin, pidge.account);
  const form = { PhoneNumber: VERIFIED };
  expect((await client.call('POST', `${client.base}/OutgoingCallerIds.json`, { form })).status).toBe(200);
});
afterEach(async () => {
  await client.close();
  await pidge.close();
});

it('the account says that it is one', async () => {
  expect((await client.call('GET', `${client.base}.json`)).json.type).toBe('Trial');
});

it('a number that is not verified is 21608, with a service as well, on a channel too', async () => {
  const account = await pidge.running.store.account(pidge.account.sid);
  const forms: Record<string, string>[] = [
    { To: '+12025550102' },
    { To: 'whatsapp:+12025550102', From: 'whatsapp:+12025550100' },
    { To: '+12025550102', From: account?.defaultServiceSid ?? '' },
  ];
  for (const form of forms) {
    const { status, json } = await client.send(form);
    expect([status, json.code, json.details.parameter]).toEqual([400, 21608, 'To']);
    expect(json.message).toContain(`The number ${form.To} is unverified.`);
  }
});

it('verified numbers and its own ones may be written to', async () => {
  await pidge.addSender({ address: '+12025550155' });
  expect((await client.send({ To: VERIFIED })).status).toBe(201);
  expect((await client.send({ To: '+12025550155' })).status).toBe(201);
});

it('every text begins with the sentence of trial accounts, which is stored and counted', async () => {
  const { json } = await client.send({ Body: 'a'.repeat(130) });
  expect(json).toMatchObject({ body: `${TRIAL_PREFIX}${'a'.repeat(130)}`, num_segments: '2' });
});

it('a text that grows too long by it is 30044', async () => {
  expect((await client.send({ Body: 'a'.repeat(1_600 - TRIAL_PREFIX.length) })).status).toBe(201);
  const { status, json } = await client.send({ Body: 'a'.repeat(1_601 - TRIAL_PREFIX.length) });
  expect([status, json.code, json.details.parameter]).toEqual([400, 30044, 'Body']);
});

it('a name is no sender for it', async () => {
  expect((await client.send({ From: 'ACME' })).json.code).toBe(21267);
});
