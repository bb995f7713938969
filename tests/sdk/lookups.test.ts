/** Lookups through the official SDK: what the digits of a number tell, and nothing that would ask a carrier. */
import twilio from 'twilio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '../helpers/client.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';

let pidge: TestPidge;
let client: twilio.Twilio;
let raw: Client;

beforeAll(async () => {
  pidge = await startTestPidge();
  client = twilio(pidge.account.sid, pidge.account.token);
  client.lookups.baseUrl = pidge.origin;
  raw = new Client(pidge.origin, pidge.account);
});
afterAll(async () => {
  await raw.close();
  await pidge.close();
});

describe('a look-up, second version', () => {
  it('tells country, spelling and validity; every package is there and empty', async () => {
    const found = await client.lookups.v2.phoneNumbers('+12025550101').fetch({ fields: 'validation,sim_swap' });
    expect(found.toJSON()).toMatchObject({
      callingCountryCode: '1',
      countryCode: 'US',
      phoneNumber: '+12025550101',
      nationalFormat: '(202) 555-0101',
      valid: true,
      validationErrors: [],
      url: `${pidge.origin}/v2/PhoneNumbers/%2B12025550101`,
    });
    const { json } = await raw.call('GET', '/v2/PhoneNumbers/%2B12025550101');
    const packages = [
      'caller_name sim_swap call_forwarding line_status line_type_intelligence identity_match',
      'reassigned_number sms_pumping_risk phone_number_quality_score pre_fill',
    ].flatMap((names) => names.split(' '));
    expect(packages.map((name) => json[name])).toEqual(packages.map(() => null));
  });

  it.each([
    ['+447700900123', undefined, 'GB', '+447700900123', '07700 900123'],
    ['(202) 555-0101', 'US', 'US', '+12025550101', '(202) 555-0101'],
    ['07700 900123', 'GB', 'GB', '+447700900123', '07700 900123'],
  ])('reads %s of %s', async (text, countryCode, country, number, national) => {
    const found = await client.lookups.v2.phoneNumbers(encodeURIComponent(text)).fetch({ countryCode });
    expect([found.countryCode, found.phoneNumber, found.nationalFormat, found.valid]).toEqual([
      country,
      number,
      national,
      true,
    ]);
  });

  it.each([
    ['+1202555', ['TOO_SHORT']],
    ['+12025550101234567', ['TOO_LONG']],
    ['+11005550101', ['INVALID_BUT_POSSIBLE']],
    ['+9995550101', ['INVALID_COUNTRY_CODE']],
    ['nobody', ['NOT_A_NUMBER']],
  ])('answers %s as invalid: %o', async (text, faults) => {
    const { status, json } = await raw.call('GET', `/v2/PhoneNumbers/${encodeURIComponent(text)}`);
    expect([status, json.valid, json.validation_errors]).toEqual([200, false, faults]);
  });

  it('refuses fields and countries that are none', async () => {
    const fields = await raw.call('GET', '/v2/PhoneNumbers/%2B12025550101?Fields=shoe_size');
    expect([fields.status, fields.json.code, fields.json.details.parameter]).toEqual([400, 20001, 'Fields']);
    expect((await raw.call('GET', '/v2/PhoneNumbers/%2B12025550101?Fields=validation,%20caller_name')).status).toBe(
      200,
    );
    const country = await raw.call('GET', '/v2/PhoneNumbers/2025550101?CountryCode=USA');
    expect([country.status, country.json.code, country.json.details.parameter]).toEqual([400, 20001, 'CountryCode']);
  });
});

describe('a look-up, first version', () => {
  it('tells country and spelling; carrier and caller are null', async () => {
    const found = await client.lookups.v1.phoneNumbers('+12025550101').fetch();
    expect(found.toJSON()).toEqual({
      callerName: null,
      countryCode: 'US',
      phoneNumber: '+12025550101',
      nationalFormat: '(202) 555-0101',
      carrier: null,
      addOns: null,
      url: `${pidge.origin}/v1/PhoneNumbers/%2B12025550101`,
    });
  });

  it('has nothing for what cannot be a number', async () => {
    const { status, json } = await raw.call('GET', '/v1/PhoneNumbers/%2B1202555');
    expect([status, json.code]).toEqual([404, 20404]);
    expect(json.message).toBe('The requested resource /PhoneNumbers/%2B1202555 was not found');
  });
});

it('look-ups need credentials like everything else', async () => {
  const { status, json } = await raw.call('GET', '/v2/PhoneNumbers/%2B12025550101', { auth: null });
  expect([status, json.code]).toEqual([401, 20003]);
});
