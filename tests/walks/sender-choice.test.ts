/** Which sender a service would pick, asked without sending, and services that want to know it at create. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Client } from '../helpers/client.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { makeService, type TestSender } from '../helpers/services.ts';

const NEAR = '+13125550110';
const FAR = '+12125550110';
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

const service = (senders: (string | TestSender)[], properties: Record<string, unknown> = {}) =>
  makeService({ store: pidge.running.store, clock: pidge }, pidge.account.sid, {
    properties,
    senders: senders.map((one) => (typeof one === 'string' ? { address: one } : one)),
  });
/** So that nothing is under way when the server stops: its clock stands still. */
const delivered = (sid: string) =>
  pidge.wind(async () => (await pidge.running.store.message(pidge.account.sid, sid))?.status === 'delivered');
const ask = (sid: string, query: Record<string, string>) =>
  client.call('GET', `/v1/Services/${sid}/SenderChoice?${new URLSearchParams(query)}`);

describe('the choice of a sender', () => {
  it('is told with its reasons and its candidates, and nothing is sent', async () => {
    const sid = await service([FAR, NEAR]);
    const { status, json } = await ask(sid, { To: TO });
    expect(status).toBe(200);
    expect(json).toEqual({
      service_sid: sid,
      to: TO,
      from: NEAR,
      error_code: null,
      candidates: [{ sender: NEAR, kind: 'number', country_code: 'US', mms: true, starts_in_ms: 0 }],
      reasons: ['2 of 2 senders can carry it (sms)', 'a number because it has the area code 312'],
      summary: `we would pick ${NEAR}, a number because it has the area code 312`,
    });
    expect((await client.call('GET', `${client.base}/Messages.json`)).json.messages).toEqual([]);
  });

  it('is the one that the message then gets, and tells how long each would wait', async () => {
    const sid = await service([
      { address: NEAR, rate: 1 },
      { address: '+13125550111', rate: 1 },
    ]);
    const first = await client.send({ To: TO, MessagingServiceSid: sid, From: NEAR, Body: 'a'.repeat(459) });
    expect(first.status).toBe(201);
    const { json } = await ask(sid, { To: '+13125550198' });
    expect(json.candidates.map((one: { starts_in_ms: number }) => one.starts_in_ms)).toEqual([3_000, 0]);
    expect(json.summary).toBe('we would pick +13125550111 because its queue is the shortest');
    const form = { To: '+13125550198', MessagingServiceSid: sid, Body: 'Hello' };
    const sent = await client.send(Object.entries(form));
    const stored = () => pidge.running.store.message(pidge.account.sid, sent.json.sid);
    await delivered(sent.json.sid);
    expect((await stored())?.from).toBe(json.from);
  });

  it('that is none says why', async () => {
    const none = await ask(await service([]), { To: TO });
    expect(none.json).toMatchObject({ from: null, error_code: 21704, candidates: [] });
    expect(none.json.summary).toBe('nothing would be sent (21704): the pool is empty');
    const unfit = await ask(await service([{ address: '76768', kind: 'short-code', country: 'US' }]), {
      To: '+4915112345678',
    });
    expect(unfit.json).toMatchObject({ from: null, error_code: 21703 });
    const sid = await service([NEAR]);
    expect((await ask(sid, { To: TO, From: NEAR })).json).toMatchObject({ from: NEAR });
    expect((await ask(sid, { To: TO, From: '+12025550100' })).json).toMatchObject({ from: null, error_code: 21711 });
  });

  it('is refused for what is no question', async () => {
    const sid = await service([NEAR]);
    for (const [query, status, code] of [
      [{}, 400, 21604],
      [{ To: 'nobody' }, 400, 21211],
      [{ To: '76767' }, 400, 21265],
      [{ To: TO, From: '!!!' }, 400, 21212],
    ] as [Record<string, string>, number, number][]) {
      const answer = await ask(sid, query);
      expect([answer.status, answer.json.code]).toEqual([status, code]);
    }
    expect((await ask(`MG${'0'.repeat(32)}`, { To: TO })).status).toBe(404);
  });
});

describe('a service that validates at create', () => {
  const validating = { synchronous_validation: true };
  const send = (MessagingServiceSid: string, form: Record<string, string> = {}) =>
    client.send(Object.entries({ To: TO, Body: 'Hello', MessagingServiceSid, ...form }));

  it('refuses with 21703 and 21704 what would fail with them', async () => {
    const empty = await send(await service([], validating));
    expect([empty.status, empty.json.code]).toEqual([400, 21704]);
    const code = { address: '76768', kind: 'short-code' as const, country: 'US' };
    const unfit = await send(await service([code], validating), { To: '+4915112345678' });
    expect([unfit.status, unfit.json.code, unfit.json.details.parameter]).toEqual([400, 21703, 'MessagingServiceSid']);
    expect((await client.call('GET', `${client.base}/Messages.json`)).json.messages).toEqual([]);
  });

  it('refuses with 21611 what would find every queue full', async () => {
    const MessagingServiceSid = await service([{ address: NEAR, rate: 1 }], validating);
    // 60 s is the horizon of these tests; each of these has ten segments.
    const sids: string[] = [];
    for (let index = 0; index < 7; index += 1) {
      sids.push((await send(MessagingServiceSid, { From: NEAR, Body: 'a'.repeat(1_530) })).json.sid);
    }
    const full = await send(MessagingServiceSid);
    expect([full.status, full.json.code]).toEqual([429, 21611]);
    await delivered(sids[0] ?? '');
  });

  it('refuses with 21635 a landline, which others learn of later', async () => {
    const refused = await send(await service([NEAR], validating), { To: '+442079460000' });
    expect([refused.status, refused.json.code, refused.json.details.parameter]).toEqual([400, 21635, 'To']);
  });

  it('refuses with 21610 who has opted out of it', async () => {
    const scope = await service([NEAR], validating);
    const body = JSON.stringify({ scope, peer: TO });
    const place = `/_admin/v1/accounts/${pidge.account.sid}/opt-outs`;
    await client.call('POST', place, { body, headers: { 'content-type': 'application/json' } });
    const out = await send(scope);
    expect([out.status, out.json.code, out.json.details.parameter]).toEqual([400, 21610, 'To']);
  });

  it('takes the rest as any other', async () => {
    const { json } = await send(await service([NEAR], validating));
    expect(json).toMatchObject({ status: 'accepted', from: null });
    await delivered(json.sid);
  });
});

it('a country that is not allowed is 21408 at create, with a service as well', async () => {
  await client.close();
  await pidge.close();
  pidge = await startTestPidge({ clock: 'hand-wound', change: (config) => (config.limits.allowedCountries = ['US']) });
  client = new Client(pidge.origin, pidge.account);
  const MessagingServiceSid = await service([NEAR]);
  const answer = await client.send(Object.entries({ To: '+447700900123', Body: 'Hello', MessagingServiceSid }));
  expect([answer.status, answer.json.code]).toEqual([400, 21408]);
});
