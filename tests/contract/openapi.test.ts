/** Our answers against Twilio's published descriptions (when `PIDGE_OPENAPI_DIR` names them) and against our own schemas. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '../helpers/client.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { answerSchemas } from './answer-schemas.ts';

const folder = process.env.PIDGE_OPENAPI_DIR;
const file = folder ? join(folder, 'twilio_api_v2010.json') : '';
const published = file !== '' && existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null;
if (!published)
  console.log(
    'SKIPPED published OpenAPI descriptions: PIDGE_OPENAPI_DIR names no folder that holds twilio_api_v2010.json',
  );

/** OpenAPI 3.0 says `nullable` where JSON Schema says a list of types. */
function toJsonSchema(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(toJsonSchema);
  if (typeof node !== 'object' || node === null) return node;
  const { nullable, ...rest } = node as Record<string, unknown>;
  const schema = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, toJsonSchema(value)]));
  // Dates here are RFC 2822, and free-form formats are Twilio's own.
  delete schema.format;
  delete schema.example;
  if (!nullable) return schema;
  if (Array.isArray(schema.enum)) schema.enum = [...schema.enum, null];
  if (typeof schema.type === 'string') return { ...schema, type: [schema.type, 'null'] };
  return { anyOf: [schema, { type: 'null' }] };
}

function inline(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(inline);
  if (typeof node !== 'object' || node === null) return node;
  const { $ref } = node as { $ref?: string };
  if ($ref)
    return inline(
      $ref
        .split('/')
        .slice(1)
        .reduce((value, key) => value[key], published),
    );
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, inline(value)]));
}

describe('answers', () => {
  const ajv = new Ajv({ strict: false, allErrors: true });
  (addFormats as unknown as (ajv: Ajv) => void)(ajv);
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
    const operation = published.paths[`/2010-04-01/Accounts/${account}${path}`][verb];
    const answer = operation.responses[String(status)];
    expect(answer, `${verb} ${path} does not document ${status}`).toBeTruthy();
    const described = inline(answer.content['application/json'].schema) as { properties: Record<string, unknown> };
    const validate: ValidateFunction = ajv.compile(toJsonSchema(described) as object);
    expect(validate(json), JSON.stringify(validate.errors)).toBe(true);
    for (const key of Object.keys(described.properties)) expect(Object.keys(json as object)).toContain(key);
  });
});
