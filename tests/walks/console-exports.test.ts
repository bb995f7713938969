/** What is taken away from the console as a file leaves a line in the audit: who, what was asked for, how much it was. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Client } from '../helpers/client.ts';
import { type ConsolePage, openConsole } from '../helpers/console.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';

const PASSWORD = 'correct horse battery';

let pidge: TestPidge;
let client: Client;
let viewer: ConsolePage;
beforeAll(async () => {
  pidge = await startTestPidge({
    change: (config) => {
      config.mode = 'serve';
      config.connectors = [{ kind: 'simulated', name: 'simulated' }];
      config.numbers = [{ number: '+12025550100', properties: {} }];
      config.console.users = [{ name: 'vera', password: PASSWORD, role: 'viewer' }];
    },
  });
  client = new Client(pidge.origin, pidge.account);
  viewer = await openConsole(pidge);
  await viewer.signIn(PASSWORD, 'vera');
  for (const Body of ['One', 'Two', 'Three']) expect((await client.send({ Body })).status).toBe(201);
});
afterAll(async () => {
  await Promise.all([client.close(), viewer.close()]);
  await pidge.close();
});

const own = () => `accounts/${pidge.account.sid}`;
const audit = async () => (await viewer.call('GET', 'audit')).json.audit;
/** The newest line, once it is of this path. */
async function told(path: string) {
  await pidge.until(async () => (await audit())[0]?.path.endsWith(path));
  return (await audit())[0];
}

it('messages taken by somebody who may only look', async () => {
  const q = 'body:T\u0000 has:\u202e';
  expect((await viewer.call('GET', `${own()}/messages.csv?q=body%3AT`)).text).toContain('Two');
  expect(await told('/messages.csv')).toMatchObject({
    ...{ user: 'vera', role: 'viewer', verb: 'GET', status: 200, account_sid: pidge.account.sid },
    // The filter, and not what was looked for: it may be somebody's number or text.
    taken: { query: 'q=body:…', count: 2 },
  });
  // Read only, or refused: nothing was taken.
  await viewer.call('GET', `${own()}/messages?q=body%3AT`);
  expect((await viewer.call('GET', `${own()}/messages.csv?q=${encodeURIComponent(q)}`)).status).toBe(400);
  await viewer.call('GET', `${own()}/messages.ndjson`);
  expect((await told('/messages.ndjson')).taken).toEqual({ query: '', count: 3 });
  expect((await audit()).filter(({ taken }: { taken: unknown }) => taken !== null)).toHaveLength(2);
});

it('messages and opt-outs taken with credentials of the account', async () => {
  await client.call('GET', `/_admin/v1/${own()}/messages.csv?q=body:One`);
  expect(await told('/messages.csv')).toMatchObject({
    ...{ user: pidge.account.sid, role: 'account', taken: { query: 'q=body:…', count: 1 } },
  });
  await client.call('GET', `/_admin/v1/${own()}/opt-outs.csv?peer=%2B12025550101`);
  expect((await told('/opt-outs.csv')).taken).toEqual({ query: 'peer=…', count: 0 });
});

it('captures of what went over connections to carriers', async () => {
  const [{ sid }] = (await viewer.call('GET', `${own()}/messages`)).json.messages;
  expect((await viewer.call('GET', `${own()}/messages/${sid}/trace.pcap`)).status).toBe(200);
  expect((await told(`/messages/${sid}/trace.pcap`)).taken).toEqual({ query: '', count: expect.any(Number) });
  const [{ name }] = (await viewer.call('GET', 'connectors')).json.connectors;
  expect((await viewer.call('GET', `connectors/${name}/pdus.pcap`)).status).toBe(200);
  expect(await told(`/connectors/${name}/pdus.pcap`)).toMatchObject({
    ...{ user: 'vera', account_sid: null, taken: { count: expect.any(Number) } },
  });
});
