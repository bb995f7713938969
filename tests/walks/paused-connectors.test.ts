/** Connectors that the operator pauses: nothing is handed to them, others take over where routes say so, and all say why. */
import { afterEach, expect, it } from 'vitest';
import type { Route } from '../../src/domain/routes.ts';
import { Client } from '../helpers/client.ts';
import { FakeCarrier } from '../helpers/fake-carrier.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';

const NUMBER = '+12125550140';
const US = '+12025550101';

let pidge: TestPidge;
let client: Client;
let acme: FakeCarrier;
let beta: FakeCarrier;
afterEach(async () => {
  await client.close();
  await pidge.close();
});

const route = (connector: string, priority: number): Route => ({
  ...{ connector, priority, weight: 1, to: [], from: [], channels: [], accounts: [] },
});

async function start(routes: Route[]): Promise<void> {
  pidge = await startTestPidge({
    clock: 'hand-wound',
    change: (config) => {
      config.routes = routes;
    },
    connectors: ({ clock }) => {
      acme = new FakeCarrier('acme', clock, ['sms']);
      beta = new FakeCarrier('beta', clock, ['sms']);
      return [acme, beta];
    },
  });
  client = new Client(pidge.origin, pidge.account);
  await pidge.addSender({ address: NUMBER });
}

const turn = (name: string, way: 'pause' | 'resume', json: object = {}) =>
  client.call('POST', `/_admin/v1/connectors/${name}/${way}`, {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(json),
  });
const send = async (Body: string) =>
  (await client.call('POST', `${client.base}/Messages.json`, { form: { From: NUMBER, To: US, Body } })).json
    .sid as string;
const statusOf = async (sid: string) =>
  (await client.call('GET', `${client.base}/Messages/${sid}.json`)).json.status as string;
const notesOf = async (sid: string) => {
  const found = await pidge.running.store.message(pidge.account.sid, sid);
  return found?.history.flatMap(({ note }) => note ?? []).join(' | ');
};

it('what waits for it waits until it goes on, and the walk says why', async () => {
  await start([]);
  const paused = await turn('acme', 'pause', { reason: 'They are migrating' });
  expect([paused.status, paused.json]).toMatchObject([
    200,
    { name: 'acme', paused: { reason: 'They are migrating', since: expect.stringMatching(/^20/) } },
  ]);
  const sid = await send('Patience');
  await pidge.running.engine.idle();
  pidge.advance(30_000);
  await pidge.running.engine.idle();
  expect([acme.bodies, beta.bodies, await statusOf(sid)]).toEqual([[], [], 'queued']);
  expect(await notesOf(sid)).toBe('acme is paused');
  const { connectors } = (await client.call('GET', '/_admin/v1/connectors')).json;
  expect(connectors).toMatchObject([{ name: 'acme', paused: { reason: 'They are migrating' } }, { paused: null }]);

  expect((await turn('acme', 'resume')).json).toMatchObject({ name: 'acme', paused: null });
  await pidge.wind(async () => (await statusOf(sid)) === 'sent');
  expect(acme.bodies).toEqual(['Patience']);
});

it('a message that waits says what is wrong with who could carry it, to those who may see connectors', async () => {
  await start([route('acme', 10), route('beta', 20)]);
  await turn('acme', 'pause', { reason: 'They are migrating' });
  beta.bind(false);
  const sid = await send('Patience');
  await pidge.running.engine.idle();
  const path = `/_admin/v1/accounts/${pidge.account.sid}/messages/${sid}`;
  const waits = async () => (await client.call('GET', path)).json.route.waits;
  expect(await waits()).toEqual(['acme is paused: They are migrating', 'beta is not bound on this node.']);
  const sub = (await client.call('POST', '/2010-04-01/Accounts.json', { form: { FriendlyName: 'Sub' } })).json;
  const form = { PhoneNumber: '+12125550149' };
  const its = new Client(pidge.origin, { sid: sub.sid, token: sub.auth_token });
  await its.call('POST', `${its.base}/IncomingPhoneNumbers.json`, { form });
  const made = await its.call('POST', `${its.base}/Messages.json`, {
    form: { From: form.PhoneNumber, To: US, Body: 'Of another account' },
  });
  const seen = (await its.call('GET', `/_admin/v1/accounts/${sub.sid}/messages/${made.json.sid}`)).json;
  expect([seen.message.status, seen.route.waits]).toEqual(['queued', []]);
  await its.close();

  await turn('acme', 'resume');
  await pidge.wind(async () => (await statusOf(sid)) === 'sent');
  expect(await waits()).toEqual([]);
});

it('what waited when it was paused goes by others, and so does what comes', async () => {
  await start([route('acme', 10), route('beta', 20)]);
  acme.answer = () => ({ kind: 'busy', retryAfterMs: 5_000 });
  const before = await send('Before');
  await pidge.running.engine.idle();
  await turn('acme', 'pause');
  const after = await send('After');
  await pidge.wind(async () => (await statusOf(before)) === 'sent' && (await statusOf(after)) === 'sent');
  expect([acme.bodies, [...beta.bodies].sort()]).toEqual([[], ['After', 'Before']]);
  expect(await notesOf(before)).toContain('acme is paused: by beta');
  expect(await notesOf(after)).toMatch(/by beta: .*; acme paused/);
});

it('what the first refuses waits for a second that is paused, and ends with its validity when that stays so', async () => {
  await start([route('acme', 10), route('beta', 20)]);
  const asked: string[] = [];
  acme.answer = ({ messageSid }) => {
    asked.push(messageSid);
    return { kind: 'refused', errorCode: 30024, note: 'sender unknown', class: 'route' };
  };
  await turn('beta', 'pause');
  const sid = await send('Refused once');
  const form = { From: NUMBER, To: US, Body: 'Not for long', ValidityPeriod: '60' };
  const short = (await client.call('POST', `${client.base}/Messages.json`, { form })).json.sid as string;
  const walk = /acme does not take it \(sender unknown\): by beta: .*; beta is paused/;
  await pidge.wind(async () => walk.test((await notesOf(sid)) ?? ''));
  expect([await statusOf(sid), beta.bodies]).toEqual(['sending', []]);
  const shortOne = async () => (await client.call('GET', `${client.base}/Messages/${short}.json`)).json;
  await pidge.wind(async () => (await shortOne()).status === 'failed');
  expect((await shortOne()).error_code).toBe(30036);
  await turn('beta', 'resume');
  await pidge.wind(async () => (await statusOf(sid)) === 'sent');
  expect([asked.toSorted(), beta.bodies]).toEqual([[sid, short].toSorted(), ['Refused once']]);
});

it('of an unknown one, and with a reason that is none, is refused with what would do', async () => {
  await start([]);
  const unknown = await turn('nobody', 'pause');
  expect([unknown.status, unknown.json.details]).toMatchObject([404, { received: 'nobody', allowed: 'acme, beta' }]);
  const wrong = await turn('acme', 'pause', { reason: 7 });
  expect([wrong.status, wrong.json.details]).toMatchObject([400, { parameter: 'reason' }]);
});

it('outlasts the process, as the store keeps it', async () => {
  await start([]);
  await turn('acme', 'pause');
  const found = await pidge.running.store.documents({
    ...{ accountSid: pidge.account.sid, kind: 'paused-connector', limit: 10 },
  });
  expect(found).toMatchObject([{ sid: 'acme', properties: { reason: null } }]);
});
