/** Messaging Services through the official client: by its own base URL, and by a client that rewrites every request. */
import twilio from 'twilio';
import type { RequestOptions } from 'twilio/lib/base/RequestClient.js';
import type Response from 'twilio/lib/http/response.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';

const { RequestClient, RestException } = twilio;

/** Sends whatever the client asks of any host to one origin. */
class Rewriting extends RequestClient {
  readonly #origin: URL;

  constructor(origin: string) {
    super();
    this.#origin = new URL(origin);
  }

  override request<T>(options: RequestOptions<T>): Promise<Response.default<T>> {
    const url = new URL(options.uri);
    url.protocol = this.#origin.protocol;
    url.host = this.#origin.host;
    return super.request<T>({ ...options, uri: url.href });
  }
}

describe('Messaging Services through the official Node SDK', () => {
  let pidge: TestPidge;
  let client: twilio.Twilio;
  const services = () => client.messaging.v1.services;
  const refusal = (promise: Promise<unknown>) => promise.then(String, (reason: unknown) => reason);

  beforeAll(async () => {
    pidge = await startTestPidge();
    client = twilio(pidge.account.sid, pidge.account.token);
    client.messaging.baseUrl = pidge.origin;
    client.api.baseUrl = pidge.origin;
  });
  afterAll(() => pidge.close());

  it('creates with every property, fetches, updates and removes', async () => {
    const given = {
      friendlyName: 'Shop',
      inboundRequestUrl: 'https://shop.example/in',
      inboundMethod: 'GET',
      fallbackUrl: 'https://shop.example/fallback',
      fallbackMethod: 'GET',
      statusCallback: 'https://shop.example/status',
      stickySender: false,
      mmsConverter: false,
      smartEncoding: false,
      scanMessageContent: 'disable' as const,
      fallbackToLongCode: false,
      areaCodeGeomatch: false,
      validityPeriod: 600,
      synchronousValidation: true,
      usecase: 'marketing',
      useInboundWebhookOnNumber: true,
    };
    const made = await services().create(given);
    expect(made).toMatchObject({ ...given, accountSid: pidge.account.sid, usAppToPersonRegistered: false });
    expect(made.sid).toMatch(/^MG[0-9a-f]{32}$/);
    expect(made.dateCreated).toBeInstanceOf(Date);
    expect(made.url).toBe(`${pidge.origin}/v1/Services/${made.sid}`);
    for (const [name, value] of Object.entries(made.toJSON())) expect([name, value]).not.toEqual([name, undefined]);
    expect((await services()(made.sid).fetch()).toJSON()).toEqual(made.toJSON());
    const updated = await services()(made.sid).update({ friendlyName: 'Store', stickySender: true });
    expect(updated).toMatchObject({ ...given, friendlyName: 'Store', stickySender: true });
    expect(await services()(made.sid).remove()).toBe(true);
    const error = await refusal(services()(made.sid).fetch());
    expect(error).toBeInstanceOf(RestException);
    expect(error).toMatchObject({ status: 404, code: 20404 });
  });

  it('has the service that messages without one name', async () => {
    const message = await client.messages.create({ to: '+12025550101', from: '+12025550100', body: 'Hello' });
    const service = await services()(message.messagingServiceSid).fetch();
    expect(service.accountSid).toBe(pidge.account.sid);
    expect((await services().list()).map(({ sid }) => sid)).toContain(service.sid);
  });

  it('walks 120 services by list, each and page, forward and back', async () => {
    const made = new Set<string>();
    for (let count = 0; count < 120; count += 1) {
      made.add((await services().create({ friendlyName: `Service ${count}` })).sid);
    }
    const sidsOf = (list: { sid: string }[]) => list.map(({ sid }) => sid).filter((sid) => made.has(sid));
    expect(sidsOf(await services().list({ pageSize: 50 }))).toEqual([...made].reverse());
    expect(await services().list({ limit: 30, pageSize: 20 })).toHaveLength(30);
    const seen: { sid: string }[] = [];
    await new Promise<void>((resolve, reject) => {
      services().each({
        pageSize: 7,
        callback: (service) => void seen.push(service),
        done: (error?: Error) => (error ? reject(error) : resolve()),
      });
    });
    expect(sidsOf(seen)).toEqual([...made].reverse());
    const first = await services().page({ pageSize: 50 });
    const second = await first.nextPage();
    expect(second?.instances).toHaveLength(50);
    const third = await services().getPage(second?.nextPageUrl ?? '');
    expect(sidsOf(third.instances)).toHaveLength(20);
    expect(third.nextPageUrl).toBeUndefined();
    expect(sidsOf((await third.previousPage())?.instances ?? [])).toEqual(sidsOf(second?.instances ?? []));
    // What is deleted while one walks over it does not end the walk.
    let removed = 0;
    for (let page = await services().page({ pageSize: 50 }); ; ) {
      for (const service of page.instances) {
        if (made.has(service.sid) && (await services()(service.sid).remove())) removed += 1;
      }
      if (!page.nextPageUrl) break;
      page = await services().getPage(page.nextPageUrl);
    }
    expect(removed).toBe(120);
  }, 60_000);

  it('fills, reads and empties the four pools', async () => {
    const service = await services().create({ friendlyName: 'Pools' });
    const { store } = pidge.running;
    const sidOf = async (address: string) => (await store.senderByAddress(address))?.sid ?? '';
    const of = services()(service.sid);

    const number = await of.phoneNumbers.create({ phoneNumberSid: await sidOf('+12025550100') });
    expect(number).toMatchObject({
      phoneNumber: '+12025550100',
      countryCode: 'US',
      capabilities: ['MMS', 'SMS'],
      serviceSid: service.sid,
    });
    expect((await of.phoneNumbers(number.sid).fetch()).toJSON()).toEqual(number.toJSON());
    expect((await of.phoneNumbers.list()).map(({ sid }) => sid)).toEqual([number.sid]);

    const code = await of.shortCodes.create({ shortCodeSid: await sidOf('76767') });
    expect(code).toMatchObject({ shortCode: '76767', countryCode: 'US', serviceSid: service.sid });
    expect((await of.shortCodes(code.sid).fetch()).toJSON()).toEqual(code.toJSON());
    expect((await of.shortCodes.list()).map(({ sid }) => sid)).toEqual([code.sid]);

    const name = await of.alphaSenders.create({ alphaSender: 'My Shop' });
    expect(name).toMatchObject({ alphaSender: 'My Shop', capabilities: ['SMS'], serviceSid: service.sid });
    expect((await of.alphaSenders(name.sid).fetch()).toJSON()).toEqual(name.toJSON());
    expect((await of.alphaSenders.list()).map(({ sid }) => sid)).toEqual([name.sid]);

    const channel = await of.channelSenders.create({ sid: await sidOf('whatsapp:+12025550100') });
    expect(channel).toMatchObject({
      sender: 'whatsapp:+12025550100',
      senderType: 'WhatsApp',
      countryCode: 'US',
      messagingServiceSid: service.sid,
    });
    expect((await of.channelSenders(channel.sid).fetch()).toJSON()).toEqual(channel.toJSON());
    expect((await of.channelSenders.list()).map(({ sid }) => sid)).toEqual([channel.sid]);

    for (const item of [number, code, name, channel]) {
      for (const [key, value] of Object.entries(item.toJSON())) expect([key, value]).not.toEqual([key, undefined]);
    }
    expect(await of.phoneNumbers(number.sid).remove()).toBe(true);
    expect(await of.shortCodes(code.sid).remove()).toBe(true);
    expect(await of.alphaSenders(name.sid).remove()).toBe(true);
    expect(await of.channelSenders(channel.sid).remove()).toBe(true);
    expect(await of.phoneNumbers.list()).toEqual([]);
    expect(await of.shortCodes.list()).toEqual([]);
    expect(await of.alphaSenders.list()).toEqual([]);
    expect(await of.channelSenders.list()).toEqual([]);
    expect(await refusal(of.phoneNumbers(number.sid).remove())).toMatchObject({ status: 404, code: 21711 });
  });

  it('throws a RestException with code, message and details', async () => {
    const [one, other] = await Promise.all(['One', 'Other'].map((friendlyName) => services().create({ friendlyName })));
    const phoneNumberSid = (await pidge.running.store.senderByAddress('+15005550006'))?.sid ?? '';
    const add = (service: typeof one) => services()(service?.sid ?? '').phoneNumbers.create({ phoneNumberSid });
    await add(one);
    const twice = await refusal(add(one));
    expect(twice).toBeInstanceOf(RestException);
    expect(twice).toMatchObject({
      status: 409,
      code: 21710,
      message: 'Phone Number Already Exists in Messaging Service',
      moreInfo: 'https://www.twilio.com/docs/errors/21710',
      details: { parameter: 'PhoneNumberSid', received: '+15005550006' },
    });
    expect(await refusal(add(other))).toMatchObject({ status: 409, code: 21712 });
    const stranger = twilio(pidge.account.sid, 'wrong');
    stranger.messaging.baseUrl = pidge.origin;
    expect(await refusal(stranger.messaging.v1.services.list())).toMatchObject({ status: 401, code: 20003 });
  });

  it('lists the use cases', async () => {
    const { usecases } = await client.messaging.v1.usecases.fetch();
    expect(usecases).toContainEqual(expect.objectContaining({ usecase: 'verification' }));
  });

  it('works for a client that rewrites the host of every request', async () => {
    const httpClient = new Rewriting(pidge.origin);
    const rewriting = twilio(pidge.account.sid, pidge.account.token, { httpClient });
    const made = await rewriting.messaging.v1.services.create({ friendlyName: 'Rewritten' });
    const found = await rewriting.messaging.v1.services.list({ pageSize: 2 });
    expect(found.map(({ sid }) => sid)).toContain(made.sid);
  });
});
