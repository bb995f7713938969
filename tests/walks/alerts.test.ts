/** What goes wrong while nobody waits for an answer: it is an alert, and the account's debugger webhook is told. */
import twilio from 'twilio';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Client } from '../helpers/client.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { type Heard, Sink } from '../helpers/sink.ts';

const NUMBER = '+12025550100';
const TO = '+12025550101';

let pidge: TestPidge;
let client: Client;
let sink: Sink;

beforeEach(async () => {
  sink = await new Sink().start();
  pidge = await startTestPidge({
    change(config) {
      // So soon that receipts overtake the answer to the submission.
      config.simulator.receiptAfterMs = 0;
      config.alerts.debuggerUrl = `${sink.origin}/debugger`;
    },
  });
  client = new Client(pidge.origin, pidge.account);
});
afterEach(async () => {
  await client.close();
  await pidge.close();
  for (const { url, headers, params } of sink.heard) {
    const signature = String(headers['x-twilio-signature']);
    expect(twilio.validateRequest(pidge.account.token, signature, url, params)).toBe(true);
  }
  await sink.stop();
});

const alerts = async (query = '') => (await client.call('GET', `/v1/Alerts${query}`)).json.alerts;
const told = () => sink.heard.filter(({ url }) => url.endsWith('/debugger'));
const payloadOf = (heard: Heard | undefined) => JSON.parse(heard?.params.Payload ?? '{}');
const attempts = async () => pidge.running.store.attempts({ accountSid: pidge.account.sid, limit: 50 });

describe('a webhook that fails', () => {
  it('is an alert with its code, what was asked and what came back, and the debugger hears of it', async () => {
    sink.answer = ({ url }) => (url.includes('/broken') ? 404 : 204);
    const { json } = await client.send([
      ['To', TO],
      ['From', NUMBER],
      ['Body', 'a secret of ours'],
      ['StatusCallback', `${sink.origin}/broken`],
    ]);
    await sink.until(() => told().length >= 2);
    const [newest, oldest] = await alerts();
    expect([newest.error_code, oldest.error_code]).toEqual(['11200', '11200']);
    expect(oldest).toMatchObject({
      account_sid: pidge.account.sid,
      resource_sid: json.sid,
      log_level: 'error',
      request_method: 'POST',
      request_url: `${sink.origin}/broken`,
      more_info: 'https://www.twilio.com/docs/errors/11200',
    });
    const { json: whole } = await client.call('GET', `/v1/Alerts/${oldest.sid}`);
    expect(new URLSearchParams(whole.request_variables).get('MessageStatus')).toBe('sent');
    expect(new URLSearchParams(whole.alert_text).get('httpResponse')).toBe('404');
    const heard = told().find(({ params }) => params.Sid === oldest.sid);
    expect(Object.keys(heard?.params ?? {})).toEqual([
      'AccountSid',
      'Sid',
      'Timestamp',
      'Level',
      'PayloadType',
      'Payload',
    ]);
    expect(heard?.params).toMatchObject({ Level: 'ERROR', PayloadType: 'application/json' });
    expect(heard?.params.Timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(payloadOf(heard)).toMatchObject({
      resource_sid: json.sid,
      error_code: '11200',
      webhook: {
        request: { url: `${sink.origin}/broken`, method: 'POST', parameters: { MessageSid: json.sid } },
        response: { status_code: 404 },
      },
    });
    expect(JSON.stringify([newest, whole, told()])).not.toContain('a secret of ours');
    // What is kept of telling it does not repeat it.
    await pidge.running.engine.idle();
    const kept = (await attempts()).filter(({ payload }) => payload.alert);
    expect(kept.map(({ request }) => request.body.includes('Payload='))).toEqual([false, false]);
  });

  it('is one alert however often it is tried', async () => {
    let asked = 0;
    sink.answer = ({ url }) => (url.includes('/flaky') && ++asked <= 3 ? 500 : 204);
    await client.send([
      ['To', TO],
      ['From', NUMBER],
      ['Body', 'Hello'],
      ['StatusCallback', `${sink.origin}/flaky#rc=3&rp=5xx`],
    ]);
    await sink.until(() => asked >= 4);
    await pidge.running.engine.idle();
    expect(await alerts()).toHaveLength(1);
  });

  it('or whose fragment nobody understands is told about, once for each event', async () => {
    await client.send([
      ['To', TO],
      ['From', NUMBER],
      ['Body', 'Hello'],
      ['StatusCallback', `${sink.origin}/fine#rp=6xx&e=mars`],
    ]);
    await sink.until(() => told().length >= 4);
    const codes = (await alerts()).map(({ error_code }: { error_code: string }) => error_code).sort();
    expect(codes).toEqual(['11240', '11240', '11243', '11243']);
  });

  it('of nobody at all has the code of the connection', async () => {
    const gone = await new Sink().start();
    const url = `${gone.origin}/`;
    await gone.stop();
    await client.send([
      ['To', TO],
      ['From', NUMBER],
      ['Body', 'Hello'],
      ['StatusCallback', `${url}#rc=0`],
    ]);
    await sink.until(() => told().length >= 1);
    expect((await alerts()).map(({ error_code }: { error_code: string }) => error_code)).toContain('11202');
  });
});

it('a debugger webhook that fails is no alert itself', async () => {
  sink.answer = () => 410;
  await client.send([
    ['To', '+15005530005'],
    ['From', NUMBER],
    ['Body', 'Hello'],
  ]);
  await sink.until(() => told().length >= 1);
  await pidge.until(async () =>
    (await attempts()).some(({ payload, decision }) => payload.alert && decision === 'gave_up'),
  );
  await pidge.running.engine.idle();
  expect((await alerts()).map(({ error_code }: { error_code: string }) => error_code)).toEqual(['30005']);
});

it('a message that does not arrive is an alert, gone with the message', async () => {
  const { json } = await client.send([
    ['To', '+15005530007'],
    ['From', NUMBER],
    ['Body', 'Hello'],
  ]);
  await sink.until(() => told().length >= 1);
  const [one] = await alerts();
  expect(one).toMatchObject({ error_code: '30007', resource_sid: json.sid, log_level: 'error', request_url: null });
  expect(new URLSearchParams(one.alert_text).get('Msg')).toBe('Carrier violation');
  await client.call('DELETE', `${client.base}/Messages/${json.sid}.json`);
  expect(await alerts()).toEqual([]);
  expect((await client.call('GET', `/v1/Alerts/${one.sid}`)).status).toBe(404);
});
