/** Accounts, keys, numbers to be had and the balance against Twilio's published description, where it is. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { POOL_TYPES } from '../../src/domain/number-pools.ts';
import { AVAILABLE_TYPES } from '../../src/http/available-numbers.ts';
import { type Answer, Client } from '../helpers/client.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { makeValidator, readDescription } from './published.ts';

const description = readDescription('twilio_api_v2010.json');

describe('answers of what an account has', () => {
  const ajv = makeValidator();
  let pidge: TestPidge;
  let client: Client;
  const sids: Record<string, string> = {};

  beforeAll(async () => {
    pidge = await startTestPidge({
      change: (config) => {
        const numbers = ['+121255501xx'];
        config.numberPools = POOL_TYPES.map((type) => ({ country: 'US', type, numbers, canSms: true, canMms: true }));
      },
    });
    client = new Client(pidge.origin, pidge.account);
    sids.account = (await client.call('POST', `${ROOT}.json`)).json.sid;
    sids.key = (await post('/Keys.json')).json.sid;
    sids.number = (await post('/IncomingPhoneNumbers.json', { PhoneNumber: '+12025550170' })).json.sid;
  });
  afterAll(async () => {
    await client.close();
    await pidge.close();
  });

  const ROOT = '/2010-04-01/Accounts';
  const get = (path: string) => client.call('GET', client.base + path);
  const post = (path: string, form: Record<string, string> = {}) => client.call('POST', client.base + path, { form });

  type Case = [path: string, verb: string, () => Promise<Answer>];
  const ofAccount: Case[] = [
    ...['Keys', 'SigningKeys'].flatMap((name): Case[] => [
      [`/${name}.json`, 'get', () => get(`/${name}.json`)],
      [`/${name}.json`, 'post', () => post(`/${name}.json`, { FriendlyName: 'Laptop' })],
      [`/${name}/{Sid}.json`, 'get', () => get(`/${name}/${sids.key}.json`)],
      [`/${name}/{Sid}.json`, 'post', () => post(`/${name}/${sids.key}.json`, { FriendlyName: 'Desk' })],
    ]),
    ...['', '/Local', '/Mobile', '/TollFree'].map((type): Case => {
      const path = `/IncomingPhoneNumbers${type}.json`;
      return [path, 'get', () => get(path)];
    }),
    [
      '/IncomingPhoneNumbers/Local.json',
      'post',
      () => post('/IncomingPhoneNumbers/Local.json', { PhoneNumber: '+12025550171' }),
    ],
    ['/IncomingPhoneNumbers/{Sid}.json', 'get', () => get(`/IncomingPhoneNumbers/${sids.number}.json`)],
    ['/IncomingPhoneNumbers/{Sid}.json', 'post', () => post(`/IncomingPhoneNumbers/${sids.number}.json`)],
    ['/AvailablePhoneNumbers.json', 'get', () => get('/AvailablePhoneNumbers.json')],
    ['/AvailablePhoneNumbers/{CountryCode}.json', 'get', () => get('/AvailablePhoneNumbers/US.json')],
    ...AVAILABLE_TYPES.map(
      ([type]): Case => [
        `/AvailablePhoneNumbers/{CountryCode}/${type}.json`,
        'get',
        () => get(`/AvailablePhoneNumbers/US/${type}.json`),
      ],
    ),
    ['/Balance.json', 'get', () => get('/Balance.json')],
  ];
  const cases: Case[] = [
    ...ofAccount.map(([path, ...rest]): Case => [`${ROOT}/{AccountSid}${path}`, ...rest]),
    [`${ROOT}.json`, 'get', () => client.call('GET', `${ROOT}.json`)],
    [`${ROOT}.json`, 'post', () => client.call('POST', `${ROOT}.json`)],
    [`${ROOT}/{Sid}.json`, 'get', () => client.call('GET', `${ROOT}/${sids.account}.json`)],
    [`${ROOT}/{Sid}.json`, 'post', () => client.call('POST', `${ROOT}/${sids.account}.json`)],
  ];

  it.each(cases)('%s by %s', async (path, verb, ask) => {
    const answer = await ask();
    expect([200, 201], answer.text).toContain(answer.status);
    if (!description) return;
    const described = description.answerOf(path, verb, answer.status);
    expect(described, `${verb} ${path} does not document ${answer.status}`).toBeTruthy();
    const validate = ajv.compile(described as object);
    expect(validate(answer.json), JSON.stringify(validate.errors)).toBe(true);
    // Numbers of one type tell their type as well, which their description leaves out.
    const more = Object.keys(answer.json).filter((key) => !(key in (described?.properties ?? {})) && key !== 'type');
    expect(more).toEqual([]);
  });
});
