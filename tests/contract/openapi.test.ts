/** Our answers against Twilio's published descriptions (when `PIDGE_OPENAPI_DIR` names them) and against our own schemas. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STATUSES } from '../../src/domain/message.ts';
import { renderMessage } from '../../src/http/render.ts';
import { Client } from '../helpers/client.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { answerSchemas } from './answer-schemas.ts';
import { makeValidator, readDescription } from './published.ts';
import { ACCOUNT, message, NOW } from './store.fixtures.ts';

const published = readDescription('twilio_api_v2010.json');

describe('answers', () => {
  const ajv = makeValidator();
  let pidge: TestPidge;
  let client: Client;
  let sid: string;

  beforeAll(async () => {
    pidge = await startTestPidge();
    client = new Client(pidge.origin, pidge.account);
    const created = await client.send({ Tags: '{"campaign":"spring"}' });
    sid = created.json.sid;
    expect(created.json.tags).toEqual({ campaign: 'spring' });
    await pidge.until(
      async () => (await client.call('GET', `${client.base}/Messages/${sid}.json`)).json.status === 'delivered',
    );
  });
  afterAll(async () => {
    await client.close();
    await pidge.close();
  });

  const cases: [
    string,
    string,
    string,
    keyof typeof answerSchemas,
    (client: Client) => Promise<{ status: number; json: unknown }>,
  ][] = [
    ['create message', '/Messages.json', 'post', 'message', (one) => one.send()],
    [
      'fetch message',
      '/Messages/{Sid}.json',
      'get',
      'message',
      (one) => one.call('GET', `${one.base}/Messages/${sid}.json`),
    ],
    [
      'list messages',
      '/Messages.json',
      'get',
      'messageList',
      (one) => one.call('GET', `${one.base}/Messages.json?PageSize=1`),
    ],
    [
      'update message',
      '/Messages/{Sid}.json',
      'post',
      'message',
      (one) => one.call('POST', `${one.base}/Messages/${sid}.json`, { form: { Body: '' } }),
    ],
    ['fetch account', '.json', 'get', 'account', (one) => one.call('GET', `${one.base}.json`)],
    [
      'create number',
      '/IncomingPhoneNumbers.json',
      'post',
      'number',
      (one) => one.call('POST', `${one.base}/IncomingPhoneNumbers.json`, { form: { PhoneNumber: '+12025550144' } }),
    ],
    [
      'list numbers',
      '/IncomingPhoneNumbers.json',
      'get',
      'numberList',
      (one) => one.call('GET', `${one.base}/IncomingPhoneNumbers.json`),
    ],
  ];

  it.each(cases)('%s has every key, of the right type', async (_name, path, verb, schema, call) => {
    const { status, json } = await call(client);
    const own = ajv.compile(answerSchemas[schema]);
    expect(own(json), JSON.stringify(own.errors)).toBe(true);
    if (!published) return;
    const account = path === '.json' ? '{Sid}' : '{AccountSid}';
    const described = published.answerOf(`/2010-04-01/Accounts/${account}${path}`, verb, status);
    expect(described, `${verb} ${path} does not document ${status}`).toBeTruthy();
    const validate = ajv.compile(described as object);
    expect(validate(json), JSON.stringify(validate.errors)).toBe(true);
    for (const key of Object.keys(described?.properties ?? {})) expect(Object.keys(json as object)).toContain(key);
  });

  it('a message in any status and direction, with and without what may be null, is as described', () => {
    const described = published?.answerOf('/2010-04-01/Accounts/{AccountSid}/Messages/{Sid}.json', 'get', 200);
    const validate = ajv.compile(described ?? answerSchemas.message);
    const own = ajv.compile(answerSchemas.message);
    const sids = { sid: `MM${'a'.repeat(32)}`, accountSid: ACCOUNT };
    const lacking = { serviceSid: null, from: null, sentAt: null, priceMicros: null, errorCode: null };
    const having = {
      serviceSid: `MG${'c'.repeat(32)}`,
      from: 'whatsapp:+12025550100',
      sentAt: NOW,
      priceMicros: -7_900,
      errorCode: 30007,
    };
    for (const status of STATUSES) {
      for (const direction of ['inbound', 'outbound-api', 'outbound-call', 'outbound-reply'] as const) {
        for (const rest of [lacking, having]) {
          const one = renderMessage(message({ ...sids, status, direction, ...rest }), {
            defaultServiceSid: null,
            fresh: false,
          });
          expect(validate(one), `${status} ${direction}: ${JSON.stringify(validate.errors)}`).toBe(true);
          expect(own(one), `${status} ${direction}: ${JSON.stringify(own.errors)}`).toBe(true);
        }
      }
    }
  });
});
