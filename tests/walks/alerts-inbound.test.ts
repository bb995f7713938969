/** An app that answers badly: the alert says what was asked and what came back, and nothing of what the person wrote. */
import twilio from 'twilio';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Answering, startAnswering } from '../helpers/answering-app.ts';
import { Client } from '../helpers/client.ts';
import { Sink } from '../helpers/sink.ts';

let one: Answering;
let client: Client;
let sink: Sink;

beforeEach(async () => {
  sink = await new Sink().start();
  one = await startAnswering({
    change(config) {
      config.alerts.accounts = new Map([['AC00000000000000000000000000000001', `${sink.origin}/debugger`]]);
    },
  });
  client = new Client(one.pidge.origin, one.pidge.account);
});
afterEach(async () => {
  await client.close();
  await one.close();
  await sink.stop();
});

const alerts = async () => (await client.call('GET', '/v1/Alerts')).json.alerts;
const whole = async (sid: string) => (await client.call('GET', `/v1/Alerts/${sid}`)).json;

it.each(['GET', 'POST'] as const)(
  '%s: a document that cannot be read, told to the debugger, without the text',
  async (method) => {
    await one.configure({ sms_url: `${one.app.origin}/sms?key=1`, sms_method: method });
    one.app.pages.set('/sms', { headers: { 'content-type': 'text/xml' }, body: '<Response><Message>R&D</Message>' });
    const { sid } = await one.text('my secret words');
    await sink.until(() => sink.heard.length >= 1);
    const [alert] = await alerts();
    expect(alert).toMatchObject({
      error_code: '12100',
      resource_sid: sid,
      request_method: method,
      request_url: `${one.app.origin}/sms?key=1`,
    });
    const shown = await whole(alert.sid);
    const asked = new URLSearchParams(shown.request_variables);
    expect([asked.get('MessageSid'), asked.get('Body')]).toEqual([sid, '']);
    expect(shown.response_body).toContain('R&D');
    const [told] = sink.heard;
    expect(
      twilio.validateRequest(
        one.pidge.account.token,
        String(told?.headers['x-twilio-signature']),
        told?.url ?? '',
        told?.params ?? {},
      ),
    ).toBe(true);
    expect(JSON.parse(told?.params.Payload ?? '')).toMatchObject({
      error_code: '12100',
      webhook: { response: { status_code: 200 } },
    });
    expect(JSON.stringify([shown, told]).includes('my secret')).toBe(false);

    await client.call('POST', `${client.base}/Messages/${sid}.json`, { form: { Body: '' } });
    expect(await whole(alert.sid)).toMatchObject({ error_code: '12100', request_variables: '', response_body: null });
  },
);

it('what the app wrote in an answer that was used is not in the alert of a warning', async () => {
  one.app.twiml('/sms', '<Message>the reply</Message><Gather/>');
  await one.text('Hello');
  await sink.until(() => sink.heard.length >= 1);
  const [alert] = await alerts();
  expect(alert).toMatchObject({ error_code: '14110', log_level: 'warning' });
  expect((await whole(alert.sid)).response_body).toBe('');
  expect(sink.heard[0]?.params.Level).toBe('WARNING');
});
