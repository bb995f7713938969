/** Link shortening through the official client: domains and their settings, services, certificates, and sending. */
import twilio from 'twilio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AUTHORITY, CERTIFICATE, KEY, SELF_SIGNED, SELF_SIGNED_KEY } from '../data/certificates.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { Sink } from '../helpers/sink.ts';

const DN = `DN${'1'.repeat(32)}`;
const NONE = `DN${'0'.repeat(32)}`;
const CONFIG = { fallbackUrl: 'https://shop.example/gone', callbackUrl: 'https://app.example/clicks' };

describe('link shortening through the official Node SDK', () => {
  let pidge: TestPidge;
  let client: twilio.Twilio;
  let sink: Sink;
  const v1 = () => client.messaging.v1;
  const refusal = (promise: Promise<unknown>) => promise.then(String, (reason: unknown) => reason);
  const service = async () => (await v1().services.create({ friendlyName: 'Shop' })).sid;

  beforeAll(async () => {
    sink = await new Sink().start();
    pidge = await startTestPidge({
      change: (config) => {
        config.linkDomains = [
          { domain: 'https://l.shop.example', sid: DN, services: [`MG${'2'.repeat(32)}`] },
          { domain: 'http://nowhere.invalid', services: [] },
        ];
      },
    });
    client = twilio(pidge.account.sid, pidge.account.token);
    client.messaging.baseUrl = pidge.origin;
    client.api.baseUrl = pidge.origin;
  });
  afterAll(async () => {
    await pidge.close();
    await sink.stop();
  });

  it('sets and reads the settings of a domain', async () => {
    const config = v1().domainConfig(DN);
    const before = await config.fetch();
    expect(before).toMatchObject({ domainSid: DN, fallbackUrl: null, callbackUrl: null, continueOnFailure: false });
    expect(before.configSid).toMatch(/^ZK[0-9a-f]{32}$/);
    const set = await config.update({ ...CONFIG, continueOnFailure: true, disableHttps: true });
    expect(set).toMatchObject({ ...CONFIG, continueOnFailure: true, disableHttps: true, domainSid: DN });
    expect(set.url).toBe(`${pidge.origin}/v1/LinkShortening/Domains/${DN}/Config`);
    // What is left out stays.
    const again = await config.update({ disableHttps: false });
    expect(again).toMatchObject({ ...CONFIG, continueOnFailure: true, disableHttps: false });
    expect((await config.fetch()).toJSON()).toEqual(again.toJSON());
  });

  it.each([
    [{ fallbackUrl: '' }, 30121],
    [{ fallbackUrl: 'shop' }, 30122],
    [{ callbackUrl: '' }, 30123],
    [{ callbackUrl: 'ftp://app.example' }, 30109],
  ])('refuses %j', async (params, code) => {
    expect(await refusal(v1().domainConfig(DN).update(params))).toMatchObject({ status: 400, code });
  });

  it('knows no domain that the settings do not name', async () => {
    const sid = await service();
    const asked = [
      v1().domainConfig(NONE).fetch(),
      v1().domainConfig(NONE).update({}),
      v1().domainCerts(NONE).fetch(),
      v1().domainValidateDns(NONE).fetch(),
      v1().requestManagedCert(NONE).update(),
      v1().linkshorteningMessagingService(NONE, sid).create(),
    ];
    for (const one of await Promise.all(asked.map(refusal))) expect(one).toMatchObject({ status: 404, code: 30100 });
  });

  it('puts a service into a domain, and out of it', async () => {
    const sid = await service();
    const ofService = v1().linkshorteningMessagingServiceDomainAssociation(sid);
    // Until then it has the one that is for all.
    const first = (await ofService.fetch()).domainSid;
    expect(first).not.toBe(DN);
    const made = await v1().linkshorteningMessagingService(DN, sid).create();
    expect(made).toMatchObject({ domainSid: DN, messagingServiceSid: sid });
    expect(await v1().linkshorteningMessagingService(DN, sid).create()).toMatchObject({ domainSid: DN });
    expect(await ofService.fetch()).toMatchObject({ domainSid: DN, messagingServiceSid: sid });
    const config = await v1().domainConfigMessagingService(sid).fetch();
    expect(config).toMatchObject({ ...CONFIG, domainSid: DN, messagingServiceSid: sid, continueOnFailure: true });
    const other = v1().linkshorteningMessagingService(first, sid);
    expect(await refusal(other.create())).toMatchObject({ status: 409, code: 30130 });
    expect(await refusal(other.remove())).toMatchObject({ status: 404, code: 20404 });
    expect(await v1().linkshorteningMessagingService(DN, sid).remove()).toBe(true);
    expect(await refusal(ofService.fetch())).toMatchObject({ status: 404, code: 20404 });
    expect(await other.create()).toMatchObject({ domainSid: first });
  });

  it('knows no service of others, and forgets one with its service', async () => {
    const foreign = `MG${'3'.repeat(32)}`;
    const asked = [
      v1().linkshorteningMessagingService(DN, foreign).create(),
      v1().linkshorteningMessagingService(DN, foreign).remove(),
      v1().linkshorteningMessagingServiceDomainAssociation(foreign).fetch(),
      v1().domainConfigMessagingService(foreign).fetch(),
    ];
    for (const one of await Promise.all(asked.map(refusal))) expect(one).toMatchObject({ status: 404, code: 30127 });
    const sid = await service();
    await v1().linkshorteningMessagingService(DN, sid).create();
    await v1().services(sid).remove();
    expect(await pidge.running.store.document(pidge.account.sid, 'link-service', sid)).toBeNull();
  });

  it('says where the name of a domain leads, as far as that can be known', async () => {
    const { sid } = (await domains()).find(({ domain_name }) => domain_name === 'http://nowhere.invalid') ?? {
      sid: '',
    };
    const nowhere = await v1().domainValidateDns(sid).fetch();
    expect(nowhere).toMatchObject({ domainSid: sid, isValid: false });
    expect(nowhere.reason).toContain('30134: nowhere.invalid leads nowhere');
    const own = (await domains()).find(({ domain_name }) => domain_name === `${pidge.origin}/l`);
    expect(
      await v1()
        .domainValidateDns(own?.sid ?? '')
        .fetch(),
    ).toMatchObject({ isValid: true });
  });

  const domains = async (): Promise<{ sid: string; domain_name: string }[]> => {
    const { sid, token } = pidge.account;
    const authorization = `Basic ${Buffer.from(`${sid}:${token}`).toString('base64')}`;
    const answer = await fetch(`${pidge.origin}/v1/LinkShortening/Domains`, { headers: { authorization } });
    return ((await answer.json()) as { domains: { sid: string; domain_name: string }[] }).domains;
  };

  it('notes the dates of a certificate and keeps nothing else of it', async () => {
    const certificate = v1().domainCerts(DN);
    expect(await refusal(certificate.fetch())).toMatchObject({ status: 404, code: 30107 });
    const unmanaged = await v1().requestManagedCert(DN).update();
    expect(unmanaged).toMatchObject({ certificateSid: null, managed: false, requesting: false });
    const made = await certificate.update({ tlsCert: CERTIFICATE + AUTHORITY + KEY });
    expect(made).toMatchObject({ domainSid: DN, domainName: 'https://l.shop.example', certInValidation: null });
    expect(made.certificateSid).toMatch(/^CW[0-9a-f]{32}$/);
    expect(made.dateExpires.getUTCFullYear()).toBe(2120);
    expect((await certificate.update({ tlsCert: CERTIFICATE + KEY })).certificateSid).toBe(made.certificateSid);
    expect(await certificate.fetch()).toMatchObject({ certificateSid: made.certificateSid });
    expect(await v1().requestManagedCert(DN).update()).toMatchObject({ certificateSid: made.certificateSid });
    const kept = await pidge.running.store.document(pidge.account.sid, 'link-domain', DN);
    expect(JSON.stringify(kept)).not.toContain('BEGIN');
    // Settings beside it stay.
    expect(kept?.properties).toMatchObject({ fallback_url: CONFIG.fallbackUrl });
    expect(await certificate.remove()).toBe(true);
    expect(await refusal(certificate.remove())).toMatchObject({ status: 404, code: 30107 });
    expect((await v1().domainConfig(DN).fetch()).fallbackUrl).toBe(CONFIG.fallbackUrl);
  });

  it.each([
    ['', 30120],
    [CERTIFICATE, 30116],
    [CERTIFICATE + SELF_SIGNED_KEY, 30119],
    [SELF_SIGNED + SELF_SIGNED_KEY, 30129],
  ])('refuses what is no certificate (%#)', async (tlsCert, code) => {
    expect(await refusal(v1().domainCerts(DN).update({ tlsCert }))).toMatchObject({ status: 400, code });
  });

  it('sends with short links, and a click comes as the SDK’s own check wants it', async () => {
    const sid = await service();
    await v1().linkshorteningMessagingService(DN, sid).create();
    await v1()
      .domainConfig(DN)
      .update({ callbackUrl: `${sink.origin}/clicks` });
    const message = await client.messages.create({
      to: '+12025550101',
      messagingServiceSid: sid,
      body: 'Look: https://shop.example/spring?a=1',
      shortenUrls: true,
    });
    expect(message.body).toMatch(/^Look: https:\/\/l\.shop\.example\/[A-Za-z0-9]{10}$/);
    const code = message.body.slice(-10);
    const headers = { host: 'l.shop.example', 'x-forwarded-host': 'l.shop.example' };
    const answer = await fetch(`${pidge.origin}/${code}`, { redirect: 'manual', headers });
    expect([answer.status, answer.headers.get('location')]).toEqual([302, 'https://shop.example/spring?a=1']);
    await sink.until(() => sink.heard.length > 0);
    const [click] = sink.heard;
    const signature = String(click?.headers['x-twilio-signature']);
    const { token } = pidge.account;
    expect(twilio.validateRequestWithBody(token, signature, click?.url ?? '', click?.body ?? '')).toBe(true);
    expect(JSON.parse(click?.body ?? '')).toMatchObject({ event_type: 'click', sms_sid: message.sid });
  });

  it('refuses short links without a service, and of one without a domain', async () => {
    const plain = { to: '+12025550101', body: 'https://shop.example', shortenUrls: true };
    const alone = client.messages.create({ ...plain, from: '+12025550100' });
    expect(await refusal(alone)).toMatchObject({ status: 400, code: 30106 });
    const sid = await service();
    await v1().linkshorteningMessagingService(DN, sid).create();
    await v1().linkshorteningMessagingService(DN, sid).remove();
    expect(await refusal(client.messages.create({ ...plain, messagingServiceSid: sid }))).toMatchObject({
      code: 30106,
    });
  });
});
