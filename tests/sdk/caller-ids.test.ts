/** OutgoingCallerIds, their validation, and ShortCodes, through the official SDK. */
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
  client.api.baseUrl = pidge.origin;
  raw = new Client(pidge.origin, pidge.account);
});
afterAll(async () => {
  await raw.close();
  await pidge.close();
});

describe('caller ids', () => {
  const validate = (form: Record<string, string>) =>
    raw.call('POST', `${raw.base}/OutgoingCallerIds.json`, { form: { PhoneNumber: '+12025550111', ...form } });

  it('are validated at once, with the code in the answer', async () => {
    const request = await client.validationRequests.create({
      phoneNumber: '+12025550110',
      friendlyName: 'Desk',
      callDelay: 5,
      extension: '12',
      statusCallback: 'https://example.com/status',
      statusCallbackMethod: 'GET',
    });
    expect(request.toJSON()).toEqual({
      accountSid: pidge.account.sid,
      callSid: null,
      friendlyName: 'Desk',
      phoneNumber: '+12025550110',
      validationCode: expect.stringMatching(/^\d{6}$/),
    });
    const [callerId] = await client.outgoingCallerIds.list({ phoneNumber: '+12025550110' });
    expect(callerId?.toJSON()).toEqual({
      sid: expect.stringMatching(/^PN[0-9a-f]{32}$/),
      accountSid: pidge.account.sid,
      friendlyName: 'Desk',
      phoneNumber: '+12025550110',
      dateCreated: expect.any(Date),
      dateUpdated: expect.any(Date),
      uri: `${raw.base}/OutgoingCallerIds/${callerId?.sid}.json`,
    });
  });

  it('are found, renamed and removed', async () => {
    expect((await validate({})).json.friendly_name).toBe('(202) 555-0111');
    const [found] = await client.outgoingCallerIds.list({ friendlyName: '(202) 555-0111' });
    const one = client.outgoingCallerIds(found?.sid ?? '');
    expect((await one.update({ friendlyName: 'Door' })).friendlyName).toBe('Door');
    expect((await one.fetch()).friendlyName).toBe('Door');
    expect((await one.update({ friendlyName: '' })).friendlyName).toBe('(202) 555-0111');
    expect(await client.outgoingCallerIds.list({ friendlyName: '(202) 555-0111' })).toHaveLength(1);
    expect(await one.remove()).toBe(true);
    await expect(one.fetch()).rejects.toMatchObject({ status: 404, code: 20404 });
    expect(await client.outgoingCallerIds.list({ phoneNumber: '+12025550111' })).toEqual([]);
  });

  it.each([
    [{ PhoneNumber: 'abc' }, 21401, 'PhoneNumber'],
    [{ PhoneNumber: '' }, 21401, 'PhoneNumber'],
    [{ PhoneNumber: '+12025550110' }, 21450, 'PhoneNumber'],
    [{ CallDelay: '61' }, 21454, 'CallDelay'],
    [{ CallDelay: 'soon' }, 21454, 'CallDelay'],
    [{ Extension: 'x' }, 20001, 'Extension'],
    [{ StatusCallback: '/status' }, 21402, 'StatusCallback'],
    [{ StatusCallbackMethod: 'PUT' }, 21403, 'StatusCallbackMethod'],
    [{ FriendlyName: 'x'.repeat(65) }, 20002, 'FriendlyName'],
  ])('asked for with %o are refused with %i', async (form, code, parameter) => {
    const answer = await validate(form as Record<string, string>);
    expect([answer.status, answer.json.code, answer.json.details.parameter]).toEqual([400, code, parameter]);
  });
});

describe('short codes', () => {
  it('are listed, and keep what they are given', async () => {
    const [listed] = await client.shortCodes.list({ shortCode: '6767' });
    expect(listed?.toJSON()).toEqual({
      sid: expect.stringMatching(/^SC[0-9a-f]{32}$/),
      accountSid: pidge.account.sid,
      apiVersion: '2010-04-01',
      dateCreated: expect.any(Date),
      dateUpdated: expect.any(Date),
      friendlyName: '76767',
      shortCode: '76767',
      smsFallbackMethod: 'POST',
      smsFallbackUrl: null,
      smsMethod: 'POST',
      smsUrl: null,
      uri: `${raw.base}/SMS/ShortCodes/${listed?.sid}.json`,
    });
    const given = {
      friendlyName: 'Vote',
      apiVersion: '2008-08-01',
      smsUrl: 'https://example.com/sms',
      smsMethod: 'GET',
      smsFallbackUrl: 'https://example.com/sms2',
      smsFallbackMethod: 'GET',
    };
    const one = client.shortCodes(listed?.sid ?? '');
    expect((await one.update(given)).toJSON()).toMatchObject(given);
    expect((await one.fetch()).toJSON()).toMatchObject(given);
    expect(await client.shortCodes.list({ friendlyName: 'Vote' })).toHaveLength(1);
    expect(await client.shortCodes.list({ shortCode: '999' })).toEqual([]);
  });

  it('are neither made nor removed, and a number is none', async () => {
    const [listed] = await client.shortCodes.list();
    const path = `${raw.base}/SMS/ShortCodes`;
    expect((await raw.call('POST', `${path}.json`, { form: { ShortCode: '12345' } })).status).toBe(405);
    expect((await raw.call('DELETE', `${path}/${listed?.sid}.json`)).status).toBe(405);
    expect((await raw.call('GET', `${path}/SC${'0'.repeat(32)}.json`)).json.code).toBe(20404);
    const refused = await raw.call('POST', `${path}/${listed?.sid}.json`, { form: { SmsUrl: 'nowhere' } });
    expect([refused.status, refused.json.code]).toEqual([400, 21402]);
  });
});
