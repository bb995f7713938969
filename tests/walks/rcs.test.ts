/** RCS before SMS: who is reached by it, who sends instead, and what `FallbackFrom` may be. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Client } from '../helpers/client.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { makeService, type TestSender } from '../helpers/services.ts';

const AGENT: TestSender = { address: 'rcs:acme_agent', kind: 'channel' };
const NUMBER = '+13125550110';
const OTHER = '+13125550111';
const TO = '+13125550199';

let pidge: TestPidge;
let client: Client;

beforeEach(async () => {
  pidge = await startTestPidge({ clock: 'hand-wound' });
  client = new Client(pidge.origin, pidge.account);
});
afterEach(async () => {
  await client.close();
  await pidge.close();
});

const service = (...senders: TestSender[]) =>
  makeService({ store: pidge.running.store, clock: pidge }, pidge.account.sid, { senders });
const send = (MessagingServiceSid: string, form: Record<string, string> = {}) =>
  client.send(Object.entries({ To: TO, Body: 'Hello', MessagingServiceSid, ...form }));
const fetch = async (sid: string) => (await client.call('GET', `${client.base}/Messages/${sid}.json`)).json;
const ended = async (sid: string) => {
  await pidge.wind(async () => ['delivered', 'failed', 'undelivered'].includes((await fetch(sid)).status));
  return fetch(sid);
};
const giveRcs = (rcs: boolean) =>
  client.call('PUT', `/_test/v1/default/phones/${TO}`, {
    body: JSON.stringify({ rcs }),
    headers: { 'content-type': 'application/json' },
  });
const inbox = async () => (await client.call('GET', `/_test/v1/default/phones/${TO}/inbox`)).json.messages;

it('a phone with RCS gets it from the agent as one message at the price of the channel, counted by its octets', async () => {
  expect((await giveRcs(true)).json).toMatchObject({ number: TO, rcs: true });
  const { json } = await send(await service({ address: NUMBER }, AGENT), { Body: 'a'.repeat(400) });
  expect(await ended(json.sid)).toMatchObject({
    status: 'delivered',
    from: 'rcs:acme_agent',
    to: TO,
    num_segments: '3',
    price: '-0.00500',
  });
  expect(await inbox()).toMatchObject([{ channel: 'rcs', from: 'rcs:acme_agent', body: 'a'.repeat(400) }]);
});

it('a phone without RCS gets an SMS from the pool, and the choice says why', async () => {
  const sid = await service({ address: NUMBER }, AGENT);
  const { json } = await send(sid);
  expect(await ended(json.sid)).toMatchObject({ status: 'delivered', from: NUMBER });
  expect(await inbox()).toMatchObject([{ channel: 'sms' }]);
  const trace = (await client.call('GET', `/_test/v1/default/messages/${json.sid}/trace`)).json;
  expect(trace.history[1]).toMatchObject({ status: 'queued', note: 'as SMS: not reachable by RCS now (63036)' });
  const before = await client.call('GET', `/v1/Services/${sid}/SenderChoice?To=${encodeURIComponent(TO)}`);
  expect(before.json.reasons[0]).toBe(`as SMS because ${TO} is not reachable by RCS now (63036)`);
  await giveRcs(true);
  const after = await client.call('GET', `/v1/Services/${sid}/SenderChoice?To=${encodeURIComponent(TO)}`);
  expect(after.json).toMatchObject({ from: 'rcs:acme_agent', candidates: [{ kind: 'rcs' }] });
});

it('FallbackFrom sends the SMS, although it is not in the pool, and leaves RCS alone', async () => {
  await pidge.addSender({ address: OTHER });
  const sid = await service({ address: NUMBER }, AGENT);
  expect((await ended((await send(sid, { FallbackFrom: OTHER })).json.sid)).from).toBe(OTHER);
  await giveRcs(true);
  expect((await ended((await send(sid, { FallbackFrom: OTHER })).json.sid)).from).toBe('rcs:acme_agent');
});

it('FallbackFrom has to be a sender of the account (21665), in a service with an RCS sender (21667)', async () => {
  const withRcs = await service(AGENT);
  await pidge.addSender({ address: OTHER });
  await pidge.addSender({ address: '+12025550163', owner: 'stranger' });
  const codeOf = async (sid: string, FallbackFrom: string) => {
    const { status, json } = await send(sid, { FallbackFrom });
    return [status, json.code, json.details.parameter];
  };
  expect(await codeOf(withRcs, '+12025550163')).toEqual([400, 21665, 'FallbackFrom']);
  expect(await codeOf(withRcs, '+12025550199')).toEqual([400, 21665, 'FallbackFrom']);
  expect(await codeOf(withRcs, 'rcs:acme_agent')).toEqual([400, 21665, 'FallbackFrom']);
  expect(await codeOf(await service({ address: NUMBER }), OTHER)).toEqual([400, 21667, 'FallbackFrom']);
});

it('an RCS address without RCS fails with 63036', async () => {
  const { json } = await send(await service(AGENT), { To: `rcs:${TO}` });
  expect(await ended(json.sid)).toMatchObject({ status: 'failed', error_code: 63036 });
});
