/** Every refusal of message create this release can run into, each brought about by its own condition (rest-api 6.3). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '../helpers/client.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { makeService } from '../helpers/services.ts';

type Form = Record<string, string> | [string, string][];

const MG = 'MG0123456789abcdef0123456789abcdef';
const HX = 'HX0123456789abcdef0123456789abcdef';
const base: [string, string][] = [
  ['To', '+12025550101'],
  ['From', '+12025550100'],
  ['Body', 'Hello'],
];
const but = (...names: string[]) => base.filter(([name]) => !names.includes(name));

/** [what is wrong, form, code, status, parameter named in details] */
const refusals: [string, Form, number, number, string?][] = [
  ['no To', but('To'), 21604, 400, 'To'],
  ['an empty To', { To: '' }, 21604, 400, 'To'],
  ['a To that is no number', { To: '12345abc' }, 21211, 400, 'To'],
  ['a To without plus', { To: ' 12025550101' }, 21211, 400, 'To'],
  ['a To too short to be possible', { To: '+1202555' }, 21211, 400, 'To'],
  ['several recipients', { To: '+12025550101,+12025550102' }, 21653, 400, 'To'],
  ['To given twice', [...base, ['To', '+12025550102']], 21653, 400, 'To'],
  ['a short code as To', { To: '76767' }, 21265, 400, 'To'],
  ['To equal to From', { To: '+12025550100' }, 21266, 400, 'To'],
  ['a premium number as To', { To: '+19005550100' }, 21268, 400, 'To'],
  ['a landline as To', { To: '+442079460000' }, 21635, 400, 'To'],
  ['no sender', but('From'), 21603, 400, 'From'],
  ['a From of no known form', { From: '!!!' }, 21212, 400, 'From'],
  ['a From nobody has', { From: '+12025550199' }, 21659, 400, 'From'],
  ['a From without SMS', { From: '+12025550161' }, 21661, 400, 'From'],
  ['a From of another account of the family', { From: '+12025550162' }, 21660, 400, 'From'],
  ['a From of a stranger', { From: '+12025550163' }, 21659, 400, 'From'],
  ['a From that is switched off', { From: '+12025550164' }, 21606, 400, 'From'],
  ['channels that differ', { From: 'whatsapp:+12025550100' }, 21910, 400, 'From'],
  ['an empty body', { Body: '' }, 21602, 400, 'Body'],
  ['no content at all', but('Body'), 21619, 400, 'Body'],
  ['a body of 1 601 characters', { Body: 'a'.repeat(1_601) }, 21617, 400, 'Body'],
  ['a MediaUrl that is not http', { MediaUrl: 'ftp://example.com/a.png' }, 21620, 400, 'MediaUrl'],
  [
    'eleven MediaUrls',
    [...base, ...Array.from({ length: 11 }, (_, i): [string, string] => ['MediaUrl', `https://example.com/${i}`])],
    21623,
    400,
    'MediaUrl',
  ],
  ['a callback without host', { StatusCallback: 'http:///x' }, 21609, 400, 'StatusCallback'],
  [
    'a callback host with an underscore',
    { StatusCallback: 'http://my_host.example.com/x' },
    21609,
    400,
    'StatusCallback',
  ],
  ['a callback that is no URL', { StatusCallback: '/status' }, 21609, 400, 'StatusCallback'],
  [
    'a callback of 3 000 characters',
    { StatusCallback: `https://example.com/${'x'.repeat(3_000)}` },
    21658,
    400,
    'StatusCallback',
  ],
  ['an unknown application', { ApplicationSid: 'AP0123456789abcdef0123456789abcdef' }, 21420, 400, 'ApplicationSid'],
  ['a validity of 0', { ValidityPeriod: '0' }, 21624, 400, 'ValidityPeriod'],
  ['a validity over ten hours', { ValidityPeriod: '36001' }, 21624, 400, 'ValidityPeriod'],
  ['a validity that is no number', { ValidityPeriod: 'soon' }, 21624, 400, 'ValidityPeriod'],
  ['ContentVariables without ContentSid', { ContentVariables: '{"1":"x"}' }, 21654, 400, 'ContentSid'],
  ['ContentVariables that are no object', { ContentSid: HX, ContentVariables: '[1]' }, 21656, 400, 'ContentVariables'],
  ['a ContentSid of no known form', { ContentSid: 'HX1' }, 21655, 400, 'ContentSid'],
  ['an ApplicationSid of no known form', { ApplicationSid: 'AP1' }, 21420, 400, 'ApplicationSid'],
  ['an unknown ContentSid', { ContentSid: HX }, 21655, 400, 'ContentSid'],
  ['an unknown ContentSid, whatever Body', { ContentSid: HX, Body: 'a'.repeat(1_601) }, 21655, 400, 'ContentSid'],
  ['an unknown ContentSid, whatever MediaUrl', { ContentSid: HX, MediaUrl: 'ftp://x/a' }, 21655, 400, 'ContentSid'],
  ['FallbackFrom with From', { FallbackFrom: '+12025550100' }, 21664, 400, 'FallbackFrom'],
  ['FallbackFrom alone', [...but('From'), ['FallbackFrom', '+12025550100']], 21666, 400, 'FallbackFrom'],
  [
    'a FallbackFrom of no known form',
    [...but('From'), ['MessagingServiceSid', MG], ['FallbackFrom', '!!!']],
    21665,
    400,
    'FallbackFrom',
  ],
  ['an unknown service', [...but('From'), ['MessagingServiceSid', MG]], 21701, 404, 'MessagingServiceSid'],
  ['an unknown service given as From', { From: MG }, 21701, 404, 'MessagingServiceSid'],
  ['a malformed service', { MessagingServiceSid: 'MG12' }, 21705, 400, 'MessagingServiceSid'],
  ['a ContentRetention of no known value', { ContentRetention: 'keep' }, 30029, 400, 'ContentRetention'],
  ['an AddressRetention of no known value', { AddressRetention: 'keep' }, 30030, 400, 'AddressRetention'],
  ['ScheduleType without SendAt', { ScheduleType: 'fixed', MessagingServiceSid: MG }, 35111, 400, 'SendAt'],
  [
    'SendAt in five minutes',
    { ScheduleType: 'fixed', MessagingServiceSid: MG, SendAt: new Date(Date.now() + 300_000).toISOString() },
    35114,
    400,
    'SendAt',
  ],
  [
    'SendAt in eight days',
    { ScheduleType: 'fixed', MessagingServiceSid: MG, SendAt: new Date(Date.now() + 8 * 86_400_000).toISOString() },
    35114,
    400,
    'SendAt',
  ],
  [
    'SendAt that is no date',
    { ScheduleType: 'fixed', MessagingServiceSid: MG, SendAt: 'tomorrow' },
    35114,
    400,
    'SendAt',
  ],
  [
    'a schedule without service',
    { ScheduleType: 'fixed', SendAt: new Date(Date.now() + 3_600_000).toISOString() },
    35118,
    400,
    'MessagingServiceSid',
  ],
  [
    'a ScheduleType of no known value',
    { ScheduleType: 'daily', SendAt: '2030-01-01T00:00:00Z' },
    35126,
    400,
    'ScheduleType',
  ],
  ['SendAt without ScheduleType', { SendAt: '2030-01-01T00:00:00Z' }, 35126, 400, 'ScheduleType'],
  ['a boolean that is none', { SmartEncoded: 'perhaps' }, 20001, 400, 'SmartEncoded'],
  ['an Attempt that is no number', { Attempt: 'first' }, 20001, 400, 'Attempt'],
  ['a ForceDelivery that is no boolean', { ForceDelivery: 'please' }, 20001, 400, 'ForceDelivery'],
  ['a RiskCheck of no known value', { RiskCheck: 'maybe' }, 20001, 400, 'RiskCheck'],
  ['a TrafficType of no known value', { TrafficType: 'paid' }, 20001, 400, 'TrafficType'],
  ['ShortenUrls without a service', { ShortenUrls: 'true' }, 30106, 400, 'MessagingServiceSid'],
  ['ShortenUrls that is no boolean', { ShortenUrls: 'maybe' }, 20001, 400, 'ShortenUrls'],
  ['SendAsMms that is no boolean', { SendAsMms: 'maybe' }, 20001, 400, 'SendAsMms'],
  ['a PersistentAction that is no place', { PersistentAction: 'geo:91,2|x' }, 20001, 400, 'PersistentAction'],
  [
    'a PersistentAction that is too long',
    { PersistentAction: `geo:1,2|${'x'.repeat(1_000)}` },
    21658,
    400,
    'PersistentAction',
  ],
  [
    'eleven PersistentActions',
    [
      ...but('PersistentAction'),
      ...Array.from({ length: 11 }, (): [string, string] => ['PersistentAction', 'geo:1,2']),
    ],
    20001,
    400,
    'PersistentAction',
  ],
  ['a MessageIntent that is too long', { MessageIntent: 'x'.repeat(129) }, 21658, 400, 'MessageIntent'],
  ['Tags that are no JSON', { Tags: '{' }, 20001, 400, 'Tags'],
  ['Body given twice', [...base, ['Body', 'again']], 20001, 400, 'Body'],
  ['media from a sender without MMS', { MediaUrl: 'https://example.com/a.png', From: 'ACME' }, 21621, 400, 'From'],
  ['an outcome number for 21610', { To: '+15005521610' }, 21610, 400],
  ['the magic full queue', { From: '+15005550008' }, 21611, 429],
  ['the magic To that cannot get SMS', { To: '+15005550009' }, 21614, 400],
  ['the magic unreachable To', { To: '+15005550002' }, 21612, 400],
  ['the magic country', { To: '+15005550003' }, 21408, 400],
];

describe('message create refuses', () => {
  let pidge: TestPidge;
  let client: Client;

  beforeAll(async () => {
    pidge = await startTestPidge();
    client = new Client(pidge.origin, pidge.account);
    await pidge.addSender({ address: '+12025550161', canSms: false });
    await pidge.addSender({ address: '+12025550162', owner: 'family' });
    await pidge.addSender({ address: '+12025550163', owner: 'stranger' });
    await pidge.addSender({ address: '+12025550164', properties: { status: 'disabled' } });
  });
  afterAll(async () => {
    await client.close();
    await pidge.close();
  });

  it.each(refusals)('%s', async (_what, form, code, status, parameter) => {
    const answer = await client.send(form);
    expect([answer.status, answer.json.code]).toEqual([status, code]);
    expect(answer.json.status).toBe(status);
    expect(answer.json.more_info).toBe(`https://www.twilio.com/docs/errors/${code}`);
    expect(answer.json.message).not.toMatch(/[{}]/);
    if (parameter) expect(answer.json.details.parameter).toBe(parameter);
    expect(answer.json.details.help).toBe(`/errors/${code}`);
  });

  it('says which sender has no MMS, and names none that was not given', async () => {
    const alphanumeric = await client.send({ MediaUrl: 'https://example.com/a.png', From: 'ACME' });
    expect(alphanumeric.json.details.received).toBe('ACME');
    const store = pidge.running.store;
    const clock = { now: () => Date.now() };
    const MessagingServiceSid = await makeService({ store, clock }, pidge.account.sid, {});
    const unreachable = await client.send({ From: '', MessagingServiceSid, To: '+15005550002' });
    expect([unreachable.json.code, unreachable.json.details.received]).toEqual([21612, '+15005550002']);
    expect(unreachable.json.message).not.toMatch(/number:? {2}| via SMS/);
  });

  it('nothing that was refused is in the list', async () => {
    const list = await client.call('GET', `${client.base}/Messages.json`);
    expect(list.json.messages).toEqual([]);
  });

  it('takes every parameter that has no effect here, and what it does not know', async () => {
    const answer = await client.send({
      Attempt: '2',
      ForceDelivery: 'false',
      RiskCheck: 'disable',
      TrafficType: 'free',
      MaxPrice: '0.01',
      MessageIntent: 'gossip',
      ContentRetention: 'retain',
      AddressRetention: 'retain',
      ShortenUrls: 'false',
      SmartEncoded: 'True',
      ProvideFeedback: 'true',
      Unheard: 'of',
    });
    expect([answer.status, answer.json.status]).toEqual([201, 'queued']);
  });

  it('names To when both To and From are wrong', async () => {
    expect((await client.send({ To: 'x', From: '!!!' })).json.code).toBe(21211);
  });

  it('a queue longer than its horizon is 429 with 21611, and what was queued stays', async () => {
    await pidge.addSender({ address: '+12025550165', rate: 1 });
    const body = 'a'.repeat(1_530);
    let accepted = 0;
    let answer = await client.send({ From: '+12025550165', Body: body });
    while (answer.status === 201) {
      accepted += 1;
      answer = await client.send({ From: '+12025550165', Body: body });
    }
    expect([answer.status, answer.json.code]).toEqual([429, 21611]);
    // Not the limit on requests, which has the same status.
    expect(answer.headers).toMatchObject({ 'retry-after': '10', 'pidge-limit': 'queue' });
    // Ten segments each at one a second: the horizon of these tests is 60 s, and the queue may just reach it.
    expect(accepted).toBe(7);
  });
});
