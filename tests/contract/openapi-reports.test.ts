/** Usage, notifications and alerts against Twilio's published descriptions, where they are. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cryptoRandom, SidMaker } from '../../src/domain/sid.ts';
import { RECORD_LISTS } from '../../src/http/usage-records.ts';
import { type Answer, Client } from '../helpers/client.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { makeValidator, readDescription } from './published.ts';

const api = readDescription('twilio_api_v2010.json');
const monitor = readDescription('twilio_monitor_v1.json');
const ACCOUNT = '/2010-04-01/Accounts/{AccountSid}';

describe('answers of what an account is told of itself', () => {
  const ajv = makeValidator();
  let pidge: TestPidge;
  let client: Client;
  let trigger: string;
  const alert = new SidMaker({ now: () => Date.now() }, cryptoRandom).make('NO');
  const form = {
    CallbackUrl: 'https://app.example/used',
    TriggerValue: '10',
    UsageCategory: 'sms',
    Recurring: 'daily',
  };

  beforeAll(async () => {
    pidge = await startTestPidge();
    client = new Client(pidge.origin, pidge.account);
    trigger = (await post('/Usage/Triggers.json', form)).json.sid;
    const raised = {
      sid: alert,
      accountSid: pidge.account.sid,
      code: 11200,
      level: 'error' as const,
      resourceSid: `SM${'1'.repeat(32)}`,
      serviceSid: `MG${'2'.repeat(32)}`,
      text: 'answered 500',
      request: { method: 'POST', url: 'https://app.example/sms', parameters: [['To', '+12025550100']] },
      response: { status: 500, headers: { server: 'x' }, body: 'no' },
      at: pidge.now(),
    } satisfies Parameters<typeof pidge.running.store.raiseAlerts>[0][number]['alert'];
    await pidge.running.store.raiseAlerts([{ alert: raised, callbackUrl: null }], pidge.now());
  });
  afterAll(async () => {
    await client.close();
    await pidge.close();
  });

  const get = (path: string) => client.call('GET', client.base + path);
  const post = (path: string, fields: Record<string, string>) =>
    client.call('POST', client.base + path, { form: fields });

  type Case = [path: string, verb: string, () => Promise<Answer>];
  const cases: Case[] = [
    ...['', ...RECORD_LISTS.map(([name]) => `/${name}`)].map((name): Case => {
      const path = `/Usage/Records${name}.json`;
      return [path, 'get', () => get(path)];
    }),
    ['/Usage/Triggers.json', 'get', () => get('/Usage/Triggers.json')],
    ['/Usage/Triggers.json', 'post', () => post('/Usage/Triggers.json', form)],
    ['/Usage/Triggers/{Sid}.json', 'get', () => get(`/Usage/Triggers/${trigger}.json`)],
    ['/Usage/Triggers/{Sid}.json', 'post', () => post(`/Usage/Triggers/${trigger}.json`, { FriendlyName: 'Much' })],
    ['/Notifications.json', 'get', () => get('/Notifications.json')],
    ['/Notifications/{Sid}.json', 'get', () => get(`/Notifications/${alert}.json`)],
    ['/v1/Alerts', 'get', () => client.call('GET', '/v1/Alerts')],
    ['/v1/Alerts/{Sid}', 'get', () => client.call('GET', `/v1/Alerts/${alert}`)],
  ];

  it.each(cases)('%s by %s', async (path, verb, ask) => {
    const answer = await ask();
    expect([200, 201], answer.text).toContain(answer.status);
    const described = path.startsWith('/v1/')
      ? monitor?.answerOf(path, verb, answer.status)
      : api?.answerOf(`${ACCOUNT}${path}`, verb, answer.status);
    if (!api || !monitor) return;
    expect(described, `${verb} ${path} does not document ${answer.status}`).toBeTruthy();
    const validate = ajv.compile(described as object);
    expect(validate(asDescribed(answer.json)), JSON.stringify(validate.errors)).toBe(true);
    expect(Object.keys(answer.json).filter((key) => !(key in (described?.properties ?? {})))).toEqual([]);
  });
});

/** The original's own examples write the price as text and its unit small; the schema says otherwise, and clients take both. */
function asDescribed(json: { usage_records?: { price: string; price_unit: string }[] }): object {
  if (!json.usage_records) return json;
  const records = json.usage_records.map((one) => ({
    ...one,
    price: Number(one.price),
    price_unit: one.price_unit.toUpperCase(),
  }));
  return { ...json, usage_records: records };
}
