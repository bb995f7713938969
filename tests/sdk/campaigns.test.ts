/** US A2P campaigns and names for one country, through the official client. */
import twilio from 'twilio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';

describe('what a service declares and is called, through the official Node SDK', () => {
  let pidge: TestPidge;
  let client: twilio.Twilio;

  beforeAll(async () => {
    pidge = await startTestPidge();
    client = twilio(pidge.account.sid, pidge.account.token);
    client.messaging.baseUrl = pidge.origin;
    client.api.baseUrl = pidge.origin;
  });
  afterAll(() => pidge.close());

  const refusal = (promise: Promise<unknown>) => promise.then(String, (reason: unknown) => reason);
  const makeService = async () => (await client.messaging.v1.services.create({ friendlyName: 'Shop' })).sid;
  const given = {
    brandRegistrationSid: `BN${'a'.repeat(32)}`,
    description: 'One-time codes for those who sign in to the shop.',
    messageFlow: 'People type their number in when they make an account, and tick a box below it.',
    messageSamples: ['Your code is 249205, for ten minutes.', 'Your code is 118020, for ten minutes.'],
    usAppToPersonUsecase: '2FA',
    hasEmbeddedLinks: true,
    hasEmbeddedPhone: false,
    optInMessage: 'Shop: you will get codes. Reply STOP to end.',
    optOutMessage: 'Shop: you will get no more codes.',
    helpMessage: 'Shop: write to help@shop.example for help.',
    optInKeywords: ['START', 'YES'],
    optOutKeywords: ['STOP'],
    helpKeywords: ['HELP'],
    subscriberOptIn: true,
    ageGated: true,
    directLending: true,
    privacyPolicyUrl: 'https://shop.example/privacy',
    termsAndConditionsUrl: 'https://shop.example/terms',
  };

  it('keeps every property of a campaign, lists, changes and removes it', async () => {
    const service = client.messaging.v1.services(await makeService());
    const made = await service.usAppToPerson.create({ ...given, xTwilioApiVersion: 'v1.2' });
    expect(made).toMatchObject({ ...given, accountSid: pidge.account.sid, campaignStatus: 'VERIFIED', mock: true });
    expect(made.sid).toMatch(/^QE[0-9a-f]{32}$/);
    expect(made.dateCreated).toBeInstanceOf(Date);
    expect(made.dateUpdated).toBeInstanceOf(Date);
    for (const [name, value] of Object.entries(made.toJSON())) expect([name, value]).not.toEqual([name, undefined]);
    expect((await service.usAppToPerson(made.sid).fetch()).toJSON()).toEqual(made.toJSON());
    expect((await service.usAppToPerson.list()).map((one) => one.toJSON())).toEqual([made.toJSON()]);
    expect((await service.fetch()).usAppToPersonRegistered).toBe(true);
    const change = {
      description: 'Codes and news of orders for those who sign in to it.',
      messageFlow: given.messageFlow,
      messageSamples: [...given.messageSamples, 'Your order 4711 has left our house.'],
      hasEmbeddedLinks: false,
      hasEmbeddedPhone: true,
      ageGated: false,
      directLending: false,
      privacyPolicyUrl: 'https://shop.example/new-privacy',
      termsAndConditionsUrl: 'https://shop.example/new-terms',
    };
    const changed = await service.usAppToPerson(made.sid).update(change);
    expect(changed).toMatchObject({ ...given, ...change });
    expect(await service.usAppToPerson(made.sid).remove()).toBe(true);
    expect(await service.usAppToPerson.list()).toEqual([]);
    expect((await service.fetch()).usAppToPersonRegistered).toBe(false);
  });

  it('lists the use cases of campaigns', async () => {
    const service = client.messaging.v1.services(await makeService());
    const { usAppToPersonUsecases } = await service.usAppToPersonUsecases.fetch({
      brandRegistrationSid: given.brandRegistrationSid,
    });
    expect(usAppToPersonUsecases).toHaveLength(20);
    expect(usAppToPersonUsecases).toContainEqual({
      code: '2FA',
      name: expect.any(String),
      description: expect.any(String),
      post_approval_required: false,
    });
  });

  it('takes a campaign that was registered elsewhere', async () => {
    const messagingServiceSid = await makeService();
    const made = await client.messaging.v1.externalCampaign.create({
      campaignId: 'CABCDEF',
      messagingServiceSid,
      cnpMigration: true,
    });
    expect(made.toJSON()).toEqual({
      sid: expect.stringMatching(/^QE[0-9a-f]{32}$/),
      accountSid: pidge.account.sid,
      campaignId: 'CABCDEF',
      messagingServiceSid,
      dateCreated: expect.any(Date),
    });
    const campaign = await client.messaging.v1.services(messagingServiceSid).usAppToPerson(made.sid).fetch();
    expect(campaign).toMatchObject({ campaignId: 'CABCDEF', isExternallyRegistered: true, campaignStatus: 'VERIFIED' });
  });

  it('puts in, lists by country, shows and takes out names for a country', async () => {
    const service = client.messaging.v1.services(await makeService());
    const senders = service.destinationAlphaSenders;
    const french = await senders.create({ alphaSender: 'Boutique', isoCountryCode: 'FR' });
    expect(french.toJSON()).toEqual({
      sid: expect.stringMatching(/^AI[0-9a-f]{32}$/),
      accountSid: pidge.account.sid,
      serviceSid: (await service.fetch()).sid,
      dateCreated: expect.any(Date),
      dateUpdated: expect.any(Date),
      alphaSender: 'Boutique',
      capabilities: ['SMS'],
      isoCountryCode: 'FR',
      url: expect.stringContaining(`/DestinationAlphaSenders/${french.sid}`),
    });
    const general = await senders.create({ alphaSender: 'Shop' });
    expect(general.isoCountryCode).toBe('');
    expect((await senders.list()).map(({ sid }) => sid).sort()).toEqual([french.sid, general.sid].sort());
    expect((await senders.list({ isoCountryCode: 'FR' })).map(({ sid }) => sid)).toEqual([french.sid]);
    expect((await senders(french.sid).fetch()).toJSON()).toEqual(french.toJSON());
    expect((await service.alphaSenders.list()).map(({ sid }) => sid)).toEqual([general.sid]);
    expect(await senders(french.sid).remove()).toBe(true);
    expect(await refusal(senders(french.sid).fetch())).toMatchObject({ status: 404, code: 20404 });
  });

  it('walks names of one country by pages', async () => {
    const { destinationAlphaSenders: senders } = client.messaging.v1.services(await makeService());
    const names = Array.from({ length: 7 }, (_, index) => `Shop${index}`);
    for (const alphaSender of names) {
      await senders.create({ alphaSender, isoCountryCode: 'FR' });
      await senders.create({ alphaSender, isoCountryCode: 'DE' });
    }
    const found = await senders.list({ isoCountryCode: 'DE', pageSize: 3 });
    expect(found.map(({ alphaSender }) => alphaSender)).toEqual(names.toReversed());
    expect(new Set(found.map(({ isoCountryCode }) => isoCountryCode))).toEqual(new Set(['DE']));
  });

  it('sends to a country from the name that is meant for it, elsewhere from another', async () => {
    const messagingServiceSid = await makeService();
    const { destinationAlphaSenders: senders } = client.messaging.v1.services(messagingServiceSid);
    await senders.create({ alphaSender: 'Laden', isoCountryCode: 'DE' });
    await senders.create({ alphaSender: 'Boutique', isoCountryCode: 'FR' });
    await senders.create({ alphaSender: 'Shop' });
    const fromOf = async (to: string, from?: string) => {
      const { sid } = await client.messages.create({ to, messagingServiceSid, body: 'Hello', ...(from && { from }) });
      await pidge.until(async () => (await client.messages(sid).fetch()).status === 'delivered');
      return (await client.messages(sid).fetch()).from;
    };
    expect(await fromOf('+4915112345678')).toBe('Laden');
    expect(await fromOf('+33612345678')).toBe('Boutique');
    expect(await fromOf('+447700900123')).toBe('Shop');
    // One that the request names is in the pool, for whatever country it is there.
    expect(await fromOf('+33612345679', 'Laden')).toBe('Laden');
  });
});
